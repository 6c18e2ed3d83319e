/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of SignedData, time stamps and OCSP. */
#include "at_limit.h"

#include <codec/ber.h>
#include <codec/der.h>
#include <codec/oid.h>
#include <jinyin/archive.h>
#include <jinyin/cms.h>
#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

/* n times the same bytes. */
static void
repeat(struct jy_buf *out, struct jy_slice what, size_t n)
{
    for (size_t i = 0; i < n; i++)
        DO(jy_buf_add(out, what));
}

/* Attribute { contentType or signature time stamp, SET of n empty SEQUENCEs }. */
static void
put_attribute(struct jy_buf *out, struct jy_slice type, size_t values)
{
    struct jy_buf body = { 0 }, set = { 0 };

    DO(jy_der_put_oid(&body, type));
    repeat(&set, JY_SLICE("\x30\x00", 2), values);
    DO(jy_der_wrap(&body, DER_SET, &set));
    DO(jy_der_wrap(out, DER_SEQUENCE, &body));
    jy_buf_free(&body);
    jy_buf_free(&set);
}

/* Structure only: so many certificates (that nobody can read), unknown signed attributes and tokens. */
static struct jy_buf
signed_data(size_t certs, size_t attributes, size_t tokens)
{
    struct jy_buf body = { 0 }, a = { 0 }, b = { 0 }, out = { 0 };

    DO(jy_buf_add(&body, JY_SLICE("\x02\x01\x01\x31\x00\x30\x0C\x06\x0A\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x01", 19)));
    repeat(&a, JY_SLICE("\x30\x00", 2), certs);
    DO(jy_der_wrap(&body, DER_CONTEXT_0, &a));
    DO(jy_buf_add(&a, JY_SLICE("\x02\x01\x01\x30\x00\x30\x0A\x06\x08\x2a\x81\x1c\xcf\x55\x01\x83\x11", 17)));
    for (size_t i = 0; i < attributes; i++)
        put_attribute(&b, OID_SM4, 1);
    DO(jy_der_wrap(&a, DER_CONTEXT_0, &b));
    DO(jy_buf_add(&a, JY_SLICE("\x30\x0A\x06\x08\x2a\x81\x1c\xcf\x55\x01\x83\x75\x04\x00", 14)));
    put_attribute(&b, OID_SIGNATURE_STAMP, tokens);
    DO(jy_der_wrap(&a, DER_CONTEXT_1, &b));
    DO(jy_der_wrap(&b, DER_SEQUENCE, &a));
    DO(jy_der_wrap(&body, DER_SET, &b));
    DO(jy_der_wrap(&a, DER_SEQUENCE, &body));
    DO(jy_der_put_oid(&body, OID_GM_SIGNED_DATA));
    DO(jy_der_wrap(&body, DER_CONTEXT_0, &a));
    DO(jy_der_wrap(&out, DER_SEQUENCE, &body));
    jy_buf_free(&body);
    jy_buf_free(&a);
    jy_buf_free(&b);
    return out;
}

/* padded with bytes behind it to this size, 0 = not. */
static jy_err
cms_error(size_t certs, size_t attributes, size_t tokens, size_t padded)
{
    struct jy_buf der = signed_data(certs, attributes, tokens);
    struct jy_cms *cms = NULL;
    jy_err rc;

    if (padded > 0)
        repeat(&der, JY_SLICE("\0", 1), padded - der.len);
    rc = jy_cms_parse(jy_buf_slice(&der), &cms, NULL);
    jy_cms_free(cms);
    jy_buf_free(&der);
    return rc;
}

void
limit_CMS(void **state)
{
    (void)state;
    DO(cms_error(1, 1, 1, JY_CMS_MAX));
    assert_int_equal(cms_error(1, 1, 1, JY_CMS_MAX + 1), BEYOND(CMS));
}

void
limit_CMS_CERTS(void **state)
{
    (void)state;
    DO(cms_error(JY_CMS_CERTS_MAX, 1, 1, 0));
    assert_int_equal(cms_error(JY_CMS_CERTS_MAX + 1, 1, 1, 0), BEYOND(CMS_CERTS));
}

void
limit_CMS_ATTRIBUTES(void **state)
{
    (void)state;
    DO(cms_error(1, JY_CMS_ATTRIBUTES_MAX, 1, 0));
    assert_int_equal(cms_error(1, JY_CMS_ATTRIBUTES_MAX + 1, 1, 0), BEYOND(CMS_ATTRIBUTES));
}

void
limit_CMS_STAMPS(void **state)
{
    (void)state;
    DO(cms_error(1, 1, JY_CMS_STAMPS_MAX, 0));
    assert_int_equal(cms_error(1, 1, JY_CMS_STAMPS_MAX + 1, 0), BEYOND(CMS_STAMPS));
}

static jy_err
ber_error(size_t size)
{
    struct jy_buf ber = { 0 }, der = { 0 };
    uint8_t head[5] = { 0x04, 0x83 };                     /* an OCTET STRING that fills the size */
    size_t used, len = size - sizeof(head);
    bool changed;
    jy_err rc;

    for (int i = 0; i < 3; i++)
        head[2 + i] = (uint8_t)(len >> (8 * (2 - i)));
    DO(jy_buf_add(&ber, JY_SLICE(head, sizeof(head))));
    DO(jy_buf_reserve(&ber, len));
    memset(ber.p + ber.len, 0, len);
    ber.len += len;
    rc = jy_ber_to_der(jy_buf_slice(&ber), &used, &changed, &der);
    jy_buf_free(&ber);
    jy_buf_free(&der);
    return rc;
}

void
limit_BER(void **state)
{
    (void)state;
    DO(ber_error(JY_BER_MAX));
    assert_int_equal(ber_error(JY_BER_MAX + 1), BEYOND(BER));
}

/* A request with a nonce and an extension of these sizes; total, when not 0, is what the whole comes to. */
static jy_err
request_error(size_t nonce, size_t total)
{
    struct jy_timestamp_request request = { 0 };
    struct jy_buf plain = { 0 }, body = { 0 }, extension = { 0 }, part = { 0 }, der = { 0 };
    struct jy_der all;
    struct jy_der_item item;
    size_t filler = total > 64 ? total - 100 : 0;
    jy_err rc;

    DO(jy_timestamp_request_write(&request, &plain, NULL));
    jy_der_open(&all, jy_buf_slice(&plain));
    DO(jy_der_next(&all, &item));
    do {
        body.len = extension.len = part.len = der.len = 0;
        DO(jy_buf_add(&body, item.value));
        repeat(&part, JY_SLICE("\x55", 1), nonce);
        if (nonce > 0)
            DO(jy_der_wrap(&body, DER_INTEGER, &part));
        if (filler > 0) {
            DO(jy_der_put_oid(&extension, OID_SM4));
            repeat(&part, JY_SLICE("\0", 1), filler);
            DO(jy_der_wrap(&extension, DER_OCTET_STRING, &part));
            DO(jy_der_wrap(&part, DER_SEQUENCE, &extension));
            DO(jy_der_wrap(&body, DER_CONTEXT_0, &part));
        }
        DO(jy_der_wrap(&der, DER_SEQUENCE, &body));
    } while (total > 0 && der.len < total && filler++ > 0);
    assert_true(total == 0 || der.len == total);
    rc = jy_timestamp_request_read(jy_buf_slice(&der), &request, NULL);
    jy_buf_free(&plain);
    jy_buf_free(&body);
    jy_buf_free(&extension);
    jy_buf_free(&part);
    jy_buf_free(&der);
    return rc;
}

void
limit_TIMESTAMP_REQUEST(void **state)
{
    (void)state;
    DO(request_error(0, JY_TIMESTAMP_REQUEST_MAX));
    assert_int_equal(request_error(0, JY_TIMESTAMP_REQUEST_MAX + 1), BEYOND(TIMESTAMP_REQUEST));
}

void
limit_TIMESTAMP_NONCE(void **state)
{
    (void)state;
    DO(request_error(JY_TIMESTAMP_NONCE_MAX, 0));
    assert_int_equal(request_error(JY_TIMESTAMP_NONCE_MAX + 1, 0), BEYOND(TIMESTAMP_NONCE));
}

/* ---- OCSP ---- */

static struct jy_sm2 *key;
static struct jy_cert *ca, *leaf;

static void
begin(void)
{
    struct jy_issue what = { .common_name = "CA", .not_before = 1000, .not_after = 2000, .ca = true, .path_length = -1, .serial = { [15] = 1 } };

    DO(jy_sm2_generate(&key));
    what.issuer_key = what.subject_key = key;
    DO(jy_cert_issue(&what, &ca, NULL));
    what.issuer = ca;
    what.ca = false;
    what.serial[15] = 2;
    DO(jy_cert_issue(&what, &leaf, NULL));
}

static void
end(void)
{
    jy_cert_free(ca);
    jy_cert_free(leaf);
    jy_sm2_free(key);
}

static jy_err
nonce_error(size_t len)
{
    uint8_t nonce[JY_OCSP_NONCE_MAX + 1] = { 0 };
    struct jy_buf der = { 0 };
    jy_err rc = jy_ocsp_request(leaf, ca, false, JY_SLICE(nonce, len), &der, NULL);

    jy_buf_free(&der);
    return rc;
}

void
limit_OCSP_NONCE(void **state)
{
    (void)state;
    begin();
    DO(nonce_error(JY_OCSP_NONCE_MAX));
    assert_int_equal(nonce_error(JY_OCSP_NONCE_MAX + 1), BEYOND(OCSP_NONCE));
    end();
}

/* A request of one question, and its question so many times. */
static jy_err
singles_error(size_t count)
{
    struct jy_buf one = { 0 }, list = { 0 }, part = { 0 };
    struct jy_ocsp_questions questions;
    struct jy_der all, body, tbs, questions_der;
    struct jy_der_item question;
    jy_err rc;

    DO(jy_ocsp_request(leaf, ca, false, JY_EMPTY, &one, NULL));
    jy_der_open(&all, jy_buf_slice(&one));
    DO(jy_der_enter(&all, DER_SEQUENCE, &body));
    DO(jy_der_enter(&body, DER_SEQUENCE, &tbs));
    DO(jy_der_enter(&tbs, DER_SEQUENCE, &questions_der));
    DO(jy_der_next(&questions_der, &question));
    repeat(&list, question.tlv, count);
    DO(jy_der_wrap(&part, DER_SEQUENCE, &list));
    DO(jy_der_wrap(&list, DER_SEQUENCE, &part));
    DO(jy_der_wrap(&part, DER_SEQUENCE, &list));
    rc = jy_ocsp_request_read(jy_buf_slice(&part), &questions, NULL);
    jy_buf_free(&one);
    jy_buf_free(&list);
    jy_buf_free(&part);
    return rc;
}

void
limit_OCSP_SINGLES(void **state)
{
    (void)state;
    begin();
    DO(singles_error(JY_OCSP_SINGLES_MAX));
    assert_int_equal(singles_error(JY_OCSP_SINGLES_MAX + 1), BEYOND(OCSP_SINGLES));
    end();
}

/* A response of exactly this size: the nonce fills it; a signature is 70 to 72 bytes, so it may take several. */
static jy_err
response_error(size_t size)
{
    const struct jy_ocsp_answer answer = { .status = JY_OCSP_GOOD, .this_update = 1500, .next_update = 1600 };
    struct jy_ocsp_questions questions;
    struct jy_buf request = { 0 }, nonce = { 0 }, response = { 0 };
    struct jy_ocsp_answer told;
    jy_err rc;

    DO(jy_ocsp_request(leaf, ca, false, JY_EMPTY, &request, NULL));
    DO(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
    DO(jy_buf_reserve(&nonce, size));
    memset(nonce.p, 0, size);
    questions.nonce = JY_SLICE(nonce.p, size - 1000);
    for (int tries = 0; tries < 100 && response.len != size; tries++) {
        response.len = 0;
        DO(jy_ocsp_respond(&questions, &answer, key, ca, 1500, &response, NULL));
        if (response.len != size)
            questions.nonce.len += size - response.len;
    }
    assert_int_equal(response.len, size);
    rc = jy_ocsp_check(jy_buf_slice(&response), leaf, ca, JY_EMPTY, &told, NULL);
    jy_buf_free(&request);
    jy_buf_free(&nonce);
    jy_buf_free(&response);
    return rc;
}

void
limit_OCSP(void **state)
{
    (void)state;
    begin();
    DO(response_error(JY_OCSP_MAX));
    assert_int_equal(response_error(JY_OCSP_MAX + 1), BEYOND(OCSP));
    end();
}

/* -- archive packages (R24.1) -- */

static jy_err
manifest_of(size_t part)
{
    struct jy_buf bytes = { 0 }, manifest = { 0 };
    struct jy_archive_contents contents = { .record_id = "r", .verdict = "valid" };
    jy_err rc;

    DO(jy_buf_reserve(&bytes, part));
    memset(bytes.p, ' ', part);
    contents.parts[JY_ARCHIVE_RECORD] = JY_SLICE(bytes.p, part);
    rc = jy_archive_manifest(&contents, &manifest, NULL);
    jy_buf_free(&bytes);
    jy_buf_free(&manifest);
    return rc;
}

void
limit_ARCHIVE_PART(void **state)
{
    (void)state;
    DO(manifest_of(JY_ARCHIVE_PART_MAX));
    assert_int_equal(manifest_of(JY_ARCHIVE_PART_MAX + 1), BEYOND(ARCHIVE_PART));
}

/* At the limit it is looked at, and is no manifest. */
static jy_err
open_with_manifest(size_t size)
{
    struct jy_archive_contents contents = { .record_id = "r", .verdict = "valid" };
    struct jy_archive_signature signature = { .value_len = 1 };
    struct jy_buf manifest = { 0 }, package = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_archive *archive;
    jy_err rc;

    DO(jy_buf_reserve(&manifest, size));
    memset(manifest.p, ' ', size);
    DO(jy_archive_make(&contents, JY_SLICE(manifest.p, size), &signature, &pieces, NULL));
    DO(jy_pieces_join(&pieces, &package));
    rc = jy_archive_open(jy_buf_slice(&package), &archive, NULL);
    jy_pieces_free(&pieces);
    jy_buf_free(&manifest);
    jy_buf_free(&package);
    return rc;
}

void
limit_ARCHIVE_MANIFEST(void **state)
{
    (void)state;
    assert_int_equal(open_with_manifest(JY_ARCHIVE_MANIFEST_MAX), JY_E_FORMAT);
    assert_int_equal(open_with_manifest(JY_ARCHIVE_MANIFEST_MAX + 1), BEYOND(ARCHIVE_MANIFEST));
}

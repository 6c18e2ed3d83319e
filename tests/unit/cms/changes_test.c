/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData with each element changed in every way, as it stands and with the attributes signed anew: refused with its place, or it binds the same. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/oid.h>
#include <der_changes.h>
#include <jinyin/cms.h>

#include <openssl/sha.h>

static const jy_err errors[] = { JY_E_FORMAT, JY_E_LIMIT, JY_E_SIGNATURE, JY_E_CERTIFICATE, JY_E_UNSUPPORTED, JY_E_DOCUMENT_CHANGED, JY_OK };
static const struct jy_slice document = { (const uint8_t *)"the document", 12 };
static uint8_t digest[JY_SM3_SIZE];
static struct jy_cert *cert;
static struct jy_buf plain, full;     /* SignedData: what is usual, and with everything that may stand in one */

static void
close_into(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    MUST(jy_der_wrap(out, tag, inner));
    jy_buf_free(inner);
}

static void
put_attribute(struct jy_buf *out, struct jy_slice type, struct jy_buf *value)
{
    struct jy_buf body = { 0 };

    MUST(jy_der_put_oid(&body, type));
    MUST(jy_der_wrap(&body, DER_SET, value));
    close_into(out, DER_SEQUENCE, &body);
    jy_buf_free(value);
}

/* SEQUENCE { SEQUENCE { ESSCertID or ESSCertIDv2 } } with the issuer and serial of the certificate. */
static struct jy_buf
naming(bool v2)
{
    struct jy_buf id = { 0 }, a = { 0 }, b = { 0 }, out = { 0 };
    uint8_t told[JY_SM3_SIZE];

    if (v2) {
        MUST(jy_der_put_algorithm(&id, OID_SM3));
        MUST(jy_sm3(jy_cert_der(cert), told));
    } else {
        SHA1(jy_cert_der(cert).p, jy_cert_der(cert).len, told);
    }
    MUST(jy_der_put(&id, DER_OCTET_STRING, JY_SLICE(told, v2 ? JY_SM3_SIZE : 20)));
    MUST(jy_der_put(&a, 0xA4, jy_cert_issuer_der(cert)));
    MUST(jy_der_wrap(&b, DER_SEQUENCE, &a));
    MUST(jy_buf_add(&b, jy_cert_serial_der(cert)));
    MUST(jy_der_wrap(&id, DER_SEQUENCE, &b));
    MUST(jy_der_wrap(&a, DER_SEQUENCE, &id));
    MUST(jy_der_wrap(&b, DER_SEQUENCE, &a));
    MUST(jy_der_wrap(&out, DER_SEQUENCE, &b));
    jy_buf_free(&id);
    jy_buf_free(&a);
    jy_buf_free(&b);
    return out;
}

/* Adobe's RevocationInfoArchival with a list, a response and something of another kind; what they hold is not looked at here. */
static struct jy_buf
archival(void)
{
    struct jy_buf list = { 0 }, tagged = { 0 }, body = { 0 }, out = { 0 };
    static const uint8_t item[] = { 0x30, 0x03, 0x02, 0x01, 0x01 };

    for (uint8_t tag = DER_CONTEXT_0; tag <= 0xA2; tag++) {
        MUST(jy_buf_add(&list, JY_SLICE(item, sizeof(item))));
        MUST(jy_der_wrap(&tagged, DER_SEQUENCE, &list));
        MUST(jy_der_wrap(&body, tag, &tagged));
    }
    close_into(&out, DER_SEQUENCE, &body);
    jy_buf_free(&list);
    jy_buf_free(&tagged);
    return out;
}

/* The SET of the signed attributes. */
static struct jy_buf
attributes(void)
{
    struct jy_buf list = { 0 }, value = { 0 }, out = { 0 };

    MUST(jy_der_put_oid(&value, OID_GM_DATA));
    put_attribute(&list, OID_CONTENT_TYPE, &value);
    MUST(jy_der_put_generalized_time(&value, NOW));
    put_attribute(&list, OID_SIGNING_TIME, &value);
    MUST(jy_der_put(&value, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE)));
    put_attribute(&list, OID_MESSAGE_DIGEST, &value);
    value = naming(false);
    put_attribute(&list, OID_SIGNING_CERT, &value);
    value = naming(true);
    put_attribute(&list, OID_SIGNING_CERT_V2, &value);
    value = archival();
    put_attribute(&list, OID_ADOBE_REVOCATION, &value);
    MUST(jy_der_put_i64(&value, 1));
    put_attribute(&list, OID_GM_DATA, &value);           /* of a type that nobody knows */
    close_into(&out, DER_SET, &list);
    return out;
}

/* A SignedData with these attributes, truly signed. set: the TLV of the SET, which need not be one. */
static struct jy_buf
sign_attributes(struct jy_slice set, bool by_key_id)
{
    struct jy_der all;
    struct jy_der_item item;
    struct jy_buf body = { 0 }, a = { 0 }, b = { 0 }, contents = { 0 }, message = { 0 }, out = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t len;

    jy_der_open(&all, set);
    if (jy_der_next(&all, &item) == JY_OK)
        MUST(jy_buf_add(&contents, item.value));
    MUST(jy_der_put(&message, DER_SET, jy_buf_slice(&contents)));
    MUST(jy_sm2_sign(authority.key, jy_buf_slice(&message), sig, &len));
    MUST(jy_der_put_i64(&body, 1));
    MUST(jy_der_put_algorithm(&a, OID_SM3));
    MUST(jy_der_wrap(&body, DER_SET, &a));
    MUST(jy_der_put_oid(&a, OID_GM_DATA));
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &a));
    MUST(jy_der_put(&body, DER_CONTEXT_0, jy_cert_der(cert)));
    MUST(jy_der_put_i64(&a, by_key_id ? 3 : 1));
    if (by_key_id) {
        MUST(jy_der_put(&a, 0x80, jy_cert_key_id(cert)));
    } else {
        MUST(jy_buf_add(&b, jy_cert_issuer_der(cert)));
        MUST(jy_buf_add(&b, jy_cert_serial_der(cert)));
        MUST(jy_der_wrap(&a, DER_SEQUENCE, &b));
    }
    MUST(jy_der_put_algorithm(&a, OID_SM3));
    MUST(jy_der_put(&a, DER_CONTEXT_0, jy_buf_slice(&contents)));
    MUST(jy_der_put_algorithm(&a, OID_SM2_SIGN));
    MUST(jy_der_put(&a, DER_OCTET_STRING, JY_SLICE(sig, len)));
    MUST(jy_der_wrap(&b, DER_SEQUENCE, &a));
    MUST(jy_der_wrap(&body, DER_SET, &b));
    MUST(jy_der_wrap(&a, DER_SEQUENCE, &body));
    MUST(jy_der_put_oid(&body, OID_GM_SIGNED_DATA));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &a));
    close_into(&out, DER_SEQUENCE, &body);
    jy_buf_free(&a);
    jy_buf_free(&b);
    jy_buf_free(&contents);
    jy_buf_free(&message);
    return out;
}

static int
set_up(void **state)
{
    static const uint8_t token[] = { 0x30, 0x03, 0x02, 0x01, 0x07 };
    struct jy_buf crl = { 0 }, other = { 0 }, once = { 0 };
    struct jy_slice items[2];
    struct jy_cms_fields fields = { .digest = digest, .crls = items, .crl_count = 2, .cert_count = 1 };
    const struct jy_cert *certs[1];

    (void)state;
    authority_begin();
    MUST(jy_sm3(document, digest));
    cert = issue((struct jy_issue){ .common_name = "signer" });
    MUST(jy_cms_make(&(struct jy_cms_fields){ .content = document, .signer = cert, .pkcs7 = true }, authority.key, &plain, NULL));
    /* RFC 5652 10.2.1: a list, and [1] { id-ri-ocsp-response, … }. */
    MUST(jy_crl_issue(authority.ca_key, authority.ca, NULL, 0, NOW - DAY, NOW + DAY, 1, &crl, NULL));
    MUST(jy_der_put_oid(&once, OID_RI_OCSP));
    MUST(jy_buf_add(&once, JY_SLICE(token, sizeof(token))));
    MUST(jy_der_wrap(&other, DER_CONTEXT_1, &once));
    items[0] = jy_buf_slice(&crl);
    items[1] = jy_buf_slice(&other);
    certs[0] = authority.ca;
    fields.certs = certs;
    fields.signer = cert;
    fields.signing_time = NOW;
    MUST(jy_cms_make(&fields, authority.key, &once, NULL));
    MUST(jy_cms_add_time_stamp(jy_buf_slice(&once), JY_SLICE(token, sizeof(token)), &full, NULL));
    jy_buf_free(&crl);
    jy_buf_free(&other);
    jy_buf_free(&once);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_cert_free(cert);
    jy_buf_free(&plain);
    jy_buf_free(&full);
    authority_end();
    return 0;
}

/* Who signed, and that it is the document; lists, answers and tokens that come with it are judged by themselves. */
static jy_err
judge(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    const struct jy_cms_subject subject = { .digest = digest, .parts = &document, .part_count = 1 };
    struct jy_cms *cms;
    jy_err rc = jy_cms_parse(der, &cms, fault);

    if (rc != JY_OK)
        return rc;
    if ((rc = jy_cms_verify(cms, &subject, fault)) == JY_OK)
        MUST(jy_buf_add(facts, jy_cert_der(jy_cms_signer(cms))));
    jy_cms_free(cms);
    return rc;
}

static jy_err
judge_signed(struct jy_slice set, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf der = sign_attributes(set, false);
    jy_err rc = judge(jy_buf_slice(&der), facts, fault);

    jy_buf_free(&der);
    return rc;
}

static void
cms__changed_in_any_element_is_refused_or_binds_the_same(void **state)
{
    struct jy_buf set = attributes(), by_key_id = sign_attributes(jy_buf_slice(&set), true);

    (void)state;
    assert_int_equal(der_try_changes("by key identifier", jy_buf_slice(&by_key_id), false, judge, errors, true), 0);
    jy_buf_free(&set);
    jy_buf_free(&by_key_id);
    assert_int_equal(der_try_changes("plain", jy_buf_slice(&plain), false, judge, errors, true), 0);
    assert_int_equal(der_try_changes("full", jy_buf_slice(&full), false, judge, errors, true), 0);
}

/* A signer may sign what he likes: attributes that are malformed are refused, those that name another certificate or document are, too. */
static void
cms__attributes_changed_before_they_were_signed_bind_the_same_or_are_refused(void **state)
{
    struct jy_buf set = attributes();

    (void)state;
    assert_int_equal(der_try_changes("attributes", jy_buf_slice(&set), false, judge_signed, errors, true), 0);
    jy_buf_free(&set);
}

/* Only a SignedData takes a further time stamp, and only one whole DER value: nothing is written else. */
static jy_err
judge_stamping(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf out = { 0 };
    jy_err rc = jy_cms_add_time_stamp(der, JY_SLICE("\x30\x00", 2), &out, fault);

    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "stamped"));
    assert_int_equal(out.len > 0, rc == JY_OK);
    jy_buf_free(&out);
    return rc;
}

static void
cms__a_changed_value_takes_a_time_stamp_or_is_left_alone(void **state)
{
    static const struct { const char *what; struct jy_slice token; } rows[] = {
        { "nothing", { (const uint8_t *)"", 0 } }, { "no SEQUENCE", { (const uint8_t *)"\x02\x01\x01", 3 } },
        { "two", { (const uint8_t *)"\x30\x00\x30\x00", 4 } }, { "cut", { (const uint8_t *)"\x30\x05\x02", 3 } } };

    (void)state;
    assert_int_equal(der_try_changes("stamped", jy_buf_slice(&full), false, judge_stamping, errors, true), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf out = { 0 };
        if (jy_cms_add_time_stamp(jy_buf_slice(&plain), rows[i].token, &out, NULL) != JY_E_FORMAT || out.len > 0)
            fail_msg("%s", rows[i].what);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cms__changed_in_any_element_is_refused_or_binds_the_same),
        cmocka_unit_test(cms__attributes_changed_before_they_were_signed_bind_the_same_or_are_refused),
        cmocka_unit_test(cms__a_changed_value_takes_a_time_stamp_or_is_left_alone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

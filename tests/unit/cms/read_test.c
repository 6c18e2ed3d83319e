/* SPDX-License-Identifier: Apache-2.0 */
/* GB/T 35275 SignedData in the forms that are met (seal-formats §3.7), and everything beside them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <codec/der.h>
#include <codec/oid.h>
#include <jinyin/seal.h>

#include <stdlib.h>
#include <string.h>

#define NOW 1780000000
#define MUST(call) assert_int_equal(call, JY_OK)

static struct jy_sm2 *key, *other_key;
static struct jy_cert *cert, *other_cert;
static const uint8_t digest[JY_SM3_SIZE] = { 1, 2, 3 }, another[JY_SM3_SIZE] = { 9 };

static struct jy_cert *
issue(const struct jy_sm2 *subject, const char *name, uint8_t serial)
{
    struct jy_issue what = { .issuer_key = key, .subject_key = subject, .common_name = name, .organization = "Test", .not_before = NOW - 60,
                             .not_after = NOW + 60, .path_length = -1 };
    struct jy_cert *out;

    what.serial[15] = serial;
    MUST(jy_cert_issue(&what, &out, NULL));
    return out;
}

static int
set_up(void **state)
{
    (void)state;
    MUST(jy_sm2_generate(&key));
    MUST(jy_sm2_generate(&other_key));
    cert = issue(key, "signer", 1);
    other_cert = issue(other_key, "other", 2);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_cert_free(cert);
    jy_cert_free(other_cert);
    jy_sm2_free(key);
    jy_sm2_free(other_key);
    return 0;
}

/* What a SignedData is made of; zero = the usual. */
struct recipe {
    const uint8_t *content;           /* form A: eContent; NULL = form B */
    const uint8_t *message_digest;    /* form B */
    int digests;                      /* how many messageDigest attributes: 1 when 0, none when < 0 */
    bool without_attributes;          /* form B without them: detached and bare */
    const struct jy_sm2 *signing_key;
    const struct jy_cert *enclosed;   /* instead of the signer's own */
    bool two_signers;
    struct jy_slice algorithm, type;
};

static void
wrap(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    MUST(jy_der_put(out, tag, jy_buf_slice(inner)));
    inner->len = 0;
}

static void
put_attribute(struct jy_buf *out, struct jy_slice type, struct jy_slice value_tlv)
{
    struct jy_buf set = { 0 }, body = { 0 };

    MUST(jy_buf_add(&set, value_tlv));
    MUST(jy_der_put_oid(&body, type));
    wrap(&body, DER_SET, &set);
    wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&set);
    jy_buf_free(&body);
}

static void
put_attributes(const struct recipe *r, struct jy_buf *out)
{
    struct jy_buf value = { 0 };

    MUST(jy_der_put_oid(&value, OID_GM_DATA));
    put_attribute(out, OID_CONTENT_TYPE, jy_buf_slice(&value));
    for (int i = 0; i < (r->digests == 0 ? 1 : r->digests); i++) {
        value.len = 0;
        MUST(jy_der_put(&value, DER_OCTET_STRING, JY_SLICE(r->message_digest, JY_SM3_SIZE)));
        put_attribute(out, OID_MESSAGE_DIGEST, jy_buf_slice(&value));
    }
    value.len = 0;
    MUST(jy_der_put_generalized_time(&value, NOW));
    put_attribute(out, OID_SIGNING_TIME, jy_buf_slice(&value));
    jy_buf_free(&value);
}

static void
put_algorithm(struct jy_buf *out, struct jy_slice oid)
{
    struct jy_buf body = { 0 };

    MUST(jy_der_put_oid(&body, oid));
    wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
}

/* IssuerAndSerialNumber of a certificate, taken from its bytes. */
static void
put_issuer_and_serial(struct jy_buf *out, const struct jy_cert *of)
{
    struct jy_buf body = { 0 };
    struct jy_der all, whole, tbs;
    struct jy_der_item serial, item;

    jy_der_open(&all, jy_cert_der(of));
    MUST(jy_der_enter(&all, DER_SEQUENCE, &whole));
    MUST(jy_der_enter(&whole, DER_SEQUENCE, &tbs));
    MUST(jy_der_next(&tbs, &item));                      /* version */
    MUST(jy_der_get(&tbs, DER_INTEGER, &serial));
    MUST(jy_der_next(&tbs, &item));                      /* algorithm */
    MUST(jy_der_get(&tbs, DER_SEQUENCE, &item));
    MUST(jy_buf_add(&body, item.tlv));
    MUST(jy_buf_add(&body, serial.tlv));
    wrap(out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
}

static struct jy_buf
signed_data(const struct recipe *r)
{
    struct jy_buf out = { 0 }, body = { 0 }, part = { 0 }, part2 = { 0 }, attributes = { 0 }, message = { 0 };
    struct jy_slice algorithm = r->algorithm.len > 0 ? r->algorithm : OID_SM2_SIGN;
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t sig_len;

    MUST(jy_der_put_i64(&body, 1));
    put_algorithm(&part, OID_SM3);
    wrap(&body, DER_SET, &part);
    MUST(jy_der_put_oid(&part, OID_GM_DATA));
    if (r->content != NULL) {
        MUST(jy_der_put(&part2, DER_OCTET_STRING, JY_SLICE(r->content, JY_SM3_SIZE)));
        wrap(&part, DER_CONTEXT_0, &part2);
        MUST(jy_buf_add(&message, JY_SLICE(r->content, JY_SM3_SIZE)));
    } else if (!r->without_attributes) {
        put_attributes(r, &attributes);
        MUST(jy_der_put(&message, DER_SET, jy_buf_slice(&attributes)));
    }
    wrap(&body, DER_SEQUENCE, &part);
    MUST(jy_der_put(&body, DER_CONTEXT_0, jy_cert_der(r->enclosed != NULL ? r->enclosed : cert)));
    MUST(jy_sm2_sign(r->signing_key != NULL ? r->signing_key : key, jy_buf_slice(&message), sig, &sig_len));
    for (int i = 0; i < (r->two_signers ? 2 : 1); i++) {
        MUST(jy_der_put_i64(&part, 1));
        put_issuer_and_serial(&part, cert);
        put_algorithm(&part, OID_SM3);
        if (attributes.len > 0)
            MUST(jy_der_put(&part, DER_CONTEXT_0, jy_buf_slice(&attributes)));
        put_algorithm(&part, algorithm);
        MUST(jy_der_put(&part, DER_OCTET_STRING, JY_SLICE(sig, sig_len)));
        wrap(&part2, DER_SEQUENCE, &part);
    }
    wrap(&body, DER_SET, &part2);
    wrap(&part, DER_SEQUENCE, &body);
    MUST(jy_der_put_oid(&body, r->type.len > 0 ? r->type : OID_GM_SIGNED_DATA));
    wrap(&body, DER_CONTEXT_0, &part);
    wrap(&out, DER_SEQUENCE, &body);
    jy_buf_free(&body);
    jy_buf_free(&part);
    jy_buf_free(&part2);
    jy_buf_free(&attributes);
    jy_buf_free(&message);
    return out;
}

static void
cms__each_form_says_what_is_wrong_with_it(void **state)
{
    const struct { const char *what; struct recipe recipe; jy_err err; } rows[] = {
        { "form A", { .content = digest }, JY_OK },
        { "form B", { .message_digest = digest }, JY_OK },
        { "form B under PKCS #7", { .message_digest = digest, .type = OID_PKCS7_SIGNED_DATA }, JY_OK },
        { "the other signature identifier", { .message_digest = digest, .algorithm = OID_SM2_WITH_SM3 }, JY_OK },
        { "A over another digest", { .content = another }, JY_E_DOCUMENT_CHANGED },
        { "B over another digest", { .message_digest = another }, JY_E_DOCUMENT_CHANGED },
        { "A by another key", { .content = digest, .signing_key = other_key }, JY_E_SIGNATURE },
        { "B by another key", { .message_digest = digest, .signing_key = other_key }, JY_E_SIGNATURE },
        { "another digest and another key", { .message_digest = another, .signing_key = other_key }, JY_E_SIGNATURE },
        { "two digests", { .message_digest = digest, .digests = 2 }, JY_E_FORMAT },
        { "no digest", { .message_digest = digest, .digests = -1 }, JY_E_FORMAT },
        { "a certificate that is not the signer's", { .message_digest = digest, .enclosed = other_cert }, JY_E_FORMAT },
        { "two signers", { .message_digest = digest, .two_signers = true }, JY_E_FORMAT },
        { "detached and bare", { .without_attributes = true }, JY_E_UNSUPPORTED },
        { "another algorithm", { .message_digest = digest, .algorithm = OID_SM4 }, JY_E_UNSUPPORTED },
        { "not SignedData", { .message_digest = digest, .type = OID_GM_DATA }, JY_E_FORMAT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf der = signed_data(&rows[i].recipe);
        struct jy_cms_result result;
        jy_err rc = jy_cms_check(jy_buf_slice(&der), digest, &result, NULL);
        if (rc != rows[i].err)
            fail_msg("%s: %s", rows[i].what, jy_err_code(rc));
        if (rc == JY_OK || rc == JY_E_DOCUMENT_CHANGED) {
            assert_true(result.signer != NULL && jy_slice_equal(jy_cert_der(result.signer), jy_cert_der(cert)));
            assert_int_equal(result.signing_time, rows[i].recipe.content != NULL ? 0 : NOW);
        }
        jy_cert_free(result.signer);
        jy_buf_free(&der);
    }
}

static void
cms__no_changed_time_is_accepted_and_every_cut_is_survived(void **state)
{
    const struct recipe recipe = { .message_digest = digest };
    struct jy_buf der = signed_data(&recipe);
    struct jy_cms_result result;

    (void)state;
    for (size_t len = 0; len < der.len; len++) {
        assert_int_not_equal(jy_cms_check(JY_SLICE(der.p, len), digest, &result, NULL), JY_OK);
        jy_cert_free(result.signer);
    }
    for (size_t i = 0; i < der.len; i++) {
        der.p[i] ^= 0x01;
        if (jy_cms_check(jy_buf_slice(&der), digest, &result, NULL) == JY_OK && result.deviations == 0 &&
            jy_slice_equal(jy_cert_der(result.signer), jy_cert_der(cert)) && result.signing_time != NOW)
            fail_msg("byte %zu: another signing time is accepted", i);
        jy_cert_free(result.signer);
        der.p[i] ^= 0x01;
    }
    jy_buf_free(&der);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cms__each_form_says_what_is_wrong_with_it),
                                        cmocka_unit_test(cms__no_changed_time_is_accepted_and_every_cut_is_survived) };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

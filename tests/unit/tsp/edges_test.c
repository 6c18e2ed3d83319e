/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of time stamps: how a time and a serial may be written, what a token may lack or bring, which numbers are refused. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/der.h>
#include <codec/oid.h>
#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

#define POLICY "1.2.156.112640.16.1"
#define LONG_ARC "\x81\x80\x80\x80\x80\x80\x00"
#define LONG_POLICY "\x2a" LONG_ARC LONG_ARC LONG_ARC LONG_ARC LONG_ARC
#define TLV(bytes) JY_SLICE(bytes, sizeof(bytes) - 1)

static const struct jy_timestamp_request plain = { .digest = { 1, 2, 3 } };
static struct jy_cert *tsa;
static struct jy_trust *trust;

static int
set_up(void **state)
{
    (void)state;
    authority_begin();
    tsa = issue((struct jy_issue){ .common_name = "TSA", .extended_key_usage = "critical,timeStamping" });
    trust = authority_trust(true);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_trust_free(trust);
    jy_cert_free(tsa);
    authority_end();
    return 0;
}

/* TSTInfo without anything optional; what is missing is usual. */
struct info {
    const char *time;
    struct jy_slice serial, policy;
};

static struct jy_buf
info_of(const struct info *what)
{
    struct jy_buf body = { 0 }, part = { 0 }, out = { 0 };

    MUST(jy_der_put_i64(&body, 1));
    MUST(jy_der_put(&body, DER_OID, what->policy.len > 0 ? what->policy : TLV("\x2a\x03")));
    MUST(jy_der_put_algorithm(&part, OID_SM3));
    MUST(jy_der_put(&part, DER_OCTET_STRING, JY_SLICE(plain.digest, JY_SM3_SIZE)));
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &part));
    MUST(jy_der_put(&body, DER_INTEGER, what->serial.len > 0 ? what->serial : TLV("\x00\x9F")));
    MUST(jy_der_put_text(&body, DER_GENERALIZED_TIME, what->time != NULL ? what->time : "20260528202630Z"));
    MUST(jy_der_wrap(&out, DER_SEQUENCE, &body));
    jy_buf_free(&body);
    jy_buf_free(&part);
    return out;
}

static struct jy_buf
token_of(const struct info *what, const struct jy_slice *crls, size_t crl_count)
{
    struct jy_buf info = info_of(what), out = { 0 };
    struct jy_cms_fields fields = { .content_type = OID_TST_INFO, .content = jy_buf_slice(&info), .pkcs7 = true, .signer = tsa, .crls = crls,
                                    .crl_count = crl_count };

    MUST(jy_cms_make(&fields, authority.key, &out, NULL));
    jy_buf_free(&info);
    return out;
}

static struct jy_timestamp_result
check(struct jy_slice token, const struct jy_trust *by)
{
    struct jy_timestamp_result result;

    MUST(jy_timestamp_check(token, plain.digest, by, NULL, 0, NOW, &result, NULL));
    return result;
}

/* genTime (RFC 3161 2.4.2): a fraction has no trailing zero, Z ends it, and seconds come before it; else it is read and named. */
static void
token__a_time_is_read_as_it_is_written_and_named_when_it_is_not_der(void **state)
{
    static const struct { const char *text; enum jy_timestamp_status status; uint32_t microseconds; bool exact; } rows[] = {
        { "20260528202630Z", JY_TS_GOOD, 0, true }, { "20260528202630.5Z", JY_TS_GOOD, 500000, true }, { "20260528202630.123456789Z", JY_TS_GOOD, 123456, true },
        { "20260528202630.50Z", JY_TS_GOOD, 500000, false }, { "20260528202630.0Z", JY_TS_GOOD, 0, false }, { "20260528202630.Z", JY_TS_GOOD, 0, false },
        { "20260528202630.5", JY_TS_GOOD, 500000, false }, { "20260529042630.5+0800", JY_TS_GOOD, 500000, false },
        { "202605282026.5Z", JY_TS_GOOD, 500000, false }, { "20260528202630", JY_TS_GOOD, 0, false }, { "20260528202630.5X", JY_TS_FORMAT, 0, false },
        { "20260528202630.5XZ", JY_TS_FORMAT, 0, false }, { "yesterday", JY_TS_FORMAT, 0, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf token = token_of(&(struct info){ .time = rows[i].text }, NULL, 0);
        struct jy_timestamp_result result = check(jy_buf_slice(&token), trust);
        if (result.status != rows[i].status || result.microseconds != rows[i].microseconds ||
            (result.status == JY_TS_GOOD && ((result.deviations & JY_DEV(TS_TIME_FORM)) == 0) != rows[i].exact))
            fail_msg("%s: %s, %s, %u µs", rows[i].text, jy_timestamp_status_text(result.status)->code, result.text, result.microseconds);
        jy_timestamp_result_free(&result);
        jy_buf_free(&token);
    }
}

static void
token__a_serial_or_policy_too_long_to_be_told_is_left_out(void **state)
{
    static uint8_t long_serial[60] = { 1 };
    static const struct { struct info info; const char *serial; } rows[] = {
        { { .serial = { (const uint8_t *)"\x00\xAB\xCD", 3 } }, "ABCD" }, { { .serial = { long_serial, 39 } }, NULL }, { { .serial = { long_serial, 60 } }, "" } };
    struct jy_buf token;
    struct jy_timestamp_result result;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        token = token_of(&rows[i].info, NULL, 0);
        result = check(jy_buf_slice(&token), trust);
        assert_int_equal(result.status, JY_TS_GOOD);
        if (rows[i].serial != NULL)
            assert_string_equal(result.serial, rows[i].serial);
        else
            assert_int_equal(strlen(result.serial), 78);
        jy_timestamp_result_free(&result);
        jy_buf_free(&token);
    }
    token = token_of(&(struct info){ .policy = TLV(LONG_POLICY) }, NULL, 0);
    result = check(jy_buf_slice(&token), trust);
    assert_int_equal(result.status, JY_TS_GOOD);
    assert_string_equal(result.policy, "");
    jy_timestamp_result_free(&result);
    jy_buf_free(&token);
}

static void
token__of_no_bytes_or_too_many_is_none(void **state)
{
    uint8_t *many = calloc(1, JY_CMS_MAX + 1);
    struct jy_timestamp_result result;

    (void)state;
    assert_non_null(many);
    for (int i = 0; i < 2; i++) {
        result = check(i == 0 ? JY_EMPTY : JY_SLICE(many, JY_CMS_MAX + 1), trust);
        assert_int_equal(result.status, JY_TS_FORMAT);
        jy_timestamp_result_free(&result);
    }
    free(many);
}

/* Lists, answers and things that are neither, enclosed: what is genuine counts for this token, the rest is not there. */
static void
token__lists_and_answers_in_it_are_heard(void **state)
{
    const struct jy_ocsp_answer answer = { .status = JY_OCSP_REVOKED, .revoked_at = NOW + 5, .reason = 0, .this_update = NOW - 60, .next_update = NOW + 60 };
    struct jy_trust *without = authority_trust(false);
    struct jy_buf crl = { 0 }, asked = { 0 }, response = { 0 }, other = { 0 }, wrapped = { 0 }, odd = { 0 }, token;
    struct jy_ocsp_questions questions;
    struct jy_timestamp_result result;
    struct jy_slice items[4];

    (void)state;
    MUST(jy_crl_issue(authority.ca_key, authority.ca, NULL, 0, NOW - DAY, NOW + DAY, 1, &crl, NULL));
    MUST(jy_ocsp_request(tsa, authority.ca, false, JY_EMPTY, &asked, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&asked), &questions, NULL));
    MUST(jy_ocsp_respond(&questions, &answer, authority.ca_key, authority.ca, NOW, &response, NULL));
    MUST(jy_der_put_oid(&other, OID_RI_OCSP));
    MUST(jy_buf_add(&other, jy_buf_slice(&response)));
    MUST(jy_der_wrap(&wrapped, DER_CONTEXT_1, &other));
    MUST(jy_der_put_oid(&other, OID_GM_DATA));
    MUST(jy_buf_add(&other, jy_buf_slice(&response)));
    MUST(jy_der_wrap(&odd, DER_CONTEXT_1, &other));      /* of a kind that nobody knows */
    items[0] = jy_buf_slice(&crl);
    items[1] = jy_buf_slice(&odd);
    items[2] = TLV("\x30\x00");
    items[3] = jy_buf_slice(&wrapped);
    token = token_of(&(struct info){ 0 }, items, 3);
    result = check(jy_buf_slice(&token), without);
    assert_int_equal(result.status, JY_TS_GOOD);
    jy_timestamp_result_free(&result);
    jy_buf_free(&token);
    token = token_of(&(struct info){ 0 }, items, 4);     /* revoked later for no reason that touches older tokens (RFC 3161 4) */
    result = check(jy_buf_slice(&token), without);
    assert_int_equal(result.status, JY_TS_GOOD);
    assert_int_equal(result.chain.revoked_at, NOW + 5);
    jy_timestamp_result_free(&result);
    jy_buf_free(&token);
    jy_buf_free(&crl);
    jy_buf_free(&asked);
    jy_buf_free(&response);
    jy_buf_free(&other);
    jy_buf_free(&wrapped);
    jy_buf_free(&odd);
    jy_trust_free(without);
}

/* A token without the attributes that say what it is and whose it is: the first is refused (RFC 5652 11.1), the second named. */
static void
token__without_its_attributes(void **state)
{
    struct jy_buf info = info_of(&(struct info){ 0 });
    uint8_t digest[JY_SM3_SIZE], sig[JY_SM2_SIGNATURE_MAX];
    size_t len;

    (void)state;
    MUST(jy_sm3(jy_buf_slice(&info), digest));
    for (int typed = 0; typed < 2; typed++) {
        struct jy_buf body = { 0 }, a = { 0 }, b = { 0 }, attributes = { 0 }, message = { 0 }, out = { 0 };
        struct jy_timestamp_result result;
        for (int i = typed == 1 ? 0 : 1; i < 2; i++) {
            if (i == 0)
                MUST(jy_der_put_oid(&a, OID_TST_INFO));
            else
                MUST(jy_der_put(&a, DER_OCTET_STRING, JY_SLICE(digest, JY_SM3_SIZE)));
            MUST(jy_der_put_oid(&b, i == 0 ? OID_CONTENT_TYPE : OID_MESSAGE_DIGEST));
            MUST(jy_der_wrap(&b, DER_SET, &a));
            MUST(jy_der_wrap(&attributes, DER_SEQUENCE, &b));
        }
        MUST(jy_der_put(&message, DER_SET, jy_buf_slice(&attributes)));
        MUST(jy_sm2_sign(authority.key, jy_buf_slice(&message), sig, &len));
        MUST(jy_der_put_i64(&body, 3));
        MUST(jy_der_put_algorithm(&a, OID_SM3));
        MUST(jy_der_wrap(&body, DER_SET, &a));
        MUST(jy_der_put_oid(&a, OID_TST_INFO));
        MUST(jy_der_put(&b, DER_OCTET_STRING, jy_buf_slice(&info)));
        MUST(jy_der_wrap(&a, DER_CONTEXT_0, &b));
        MUST(jy_der_wrap(&body, DER_SEQUENCE, &a));
        MUST(jy_der_put(&body, DER_CONTEXT_0, jy_cert_der(tsa)));
        MUST(jy_der_put_i64(&a, 1));
        MUST(jy_buf_add(&b, jy_cert_issuer_der(tsa)));
        MUST(jy_buf_add(&b, jy_cert_serial_der(tsa)));
        MUST(jy_der_wrap(&a, DER_SEQUENCE, &b));
        MUST(jy_der_put_algorithm(&a, OID_SM3));
        MUST(jy_der_put(&a, DER_CONTEXT_0, jy_buf_slice(&attributes)));
        MUST(jy_der_put_algorithm(&a, OID_SM2_WITH_SM3));
        MUST(jy_der_put(&a, DER_OCTET_STRING, JY_SLICE(sig, len)));
        MUST(jy_der_wrap(&b, DER_SEQUENCE, &a));
        MUST(jy_der_wrap(&body, DER_SET, &b));
        MUST(jy_der_wrap(&a, DER_SEQUENCE, &body));
        MUST(jy_der_put_oid(&body, OID_PKCS7_SIGNED_DATA));
        MUST(jy_der_wrap(&body, DER_CONTEXT_0, &a));
        MUST(jy_der_wrap(&out, DER_SEQUENCE, &body));
        result = check(jy_buf_slice(&out), trust);
        assert_int_equal(result.status, typed == 1 ? JY_TS_GOOD : JY_TS_FORMAT);
        assert_int_equal((result.deviations & JY_DEV(TS_NO_SIGNING_CERT)) != 0, typed == 1);
        jy_timestamp_result_free(&result);
        jy_buf_free(&body);
        jy_buf_free(&a);
        jy_buf_free(&b);
        jy_buf_free(&attributes);
        jy_buf_free(&message);
        jy_buf_free(&out);
    }
    jy_buf_free(&info);
}

static void
make_and_request__numbers_out_of_range_are_named(void **state)
{
    struct jy_timestamp_request wide = plain, padded = plain, read;
    const struct { const char *what; struct jy_timestamp_fields fields; } rows[] = {
        { "microseconds", { .request = &plain, .tsa = tsa, .policy = POLICY, .microseconds = 1000000 } },
        { "accuracy", { .request = &plain, .tsa = tsa, .policy = POLICY, .accuracy = -1 } },
        { "nonce", { .request = &wide, .tsa = tsa, .policy = POLICY } },
        { "policy", { .request = &plain, .tsa = tsa, .policy = "one" } },
    };
    struct jy_buf out = { 0 };
    struct jy_fault fault = { 0 };

    (void)state;
    wide.nonce_len = JY_TIMESTAMP_NONCE_MAX + 1;
    padded.nonce_len = 1;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(jy_timestamp_make(&rows[i].fields, authority.key, &out, &fault), JY_E_ARGUMENT);
        assert_string_equal(fault.where, rows[i].what);
    }
    assert_int_equal(jy_timestamp_request_write(&wide, &out, &fault), JY_E_ARGUMENT);
    assert_int_equal(jy_timestamp_request_write(&padded, &out, &fault), JY_E_ARGUMENT);
    assert_int_equal(jy_timestamp_reply_write(JY_EMPTY, 32, "no such failure", &out), JY_E_ARGUMENT);
    assert_int_equal(out.len, 0);
    /* Versions 1 and 2 (GB/T 20520-2025) are asked with; certReq is one octet that is not zero. */
    MUST(jy_timestamp_request_write(&plain, &out, NULL));
    for (uint8_t version = 0; version < 4; version++) {
        out.p[4] = version;
        assert_int_equal(jy_timestamp_request_read(jy_buf_slice(&out), &read, NULL), version == 1 || version == 2 ? JY_OK : JY_E_FORMAT);
    }
    padded = plain;
    padded.cert_req = true;
    out.len = 0;
    MUST(jy_timestamp_request_write(&padded, &out, NULL));
    MUST(jy_timestamp_request_read(jy_buf_slice(&out), &read, NULL));
    assert_true(read.cert_req);
    out.p[out.len - 1] = 0;
    MUST(jy_timestamp_request_read(jy_buf_slice(&out), &read, NULL));
    assert_false(read.cert_req);
    jy_buf_free(&out);
}

/* Who asked for no nonce, no policy and no certificate gets the token without them; a policy too long to be told is another one. */
static void
reply__what_was_not_asked_for_is_not_missed(void **state)
{
    struct jy_timestamp_request with_policy = plain;
    struct jy_buf token = token_of(&(struct info){ .policy = TLV(LONG_POLICY) }, NULL, 0), reply = { 0 }, out = { 0 };
    char text[400];
    struct jy_fault fault = { 0 };

    (void)state;
    MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &reply));
    MUST(jy_timestamp_reply_read(jy_buf_slice(&reply), &plain, &out, NULL));
    snprintf(with_policy.policy, sizeof(with_policy.policy), POLICY);
    assert_int_equal(jy_timestamp_reply_read(jy_buf_slice(&reply), &with_policy, &out, &fault), JY_E_CERTIFICATE);
    assert_string_equal(fault.where, "policy");
    memset(text, 'x', sizeof(text) - 1);
    text[0] = '\x7F';
    text[sizeof(text) - 1] = '\0';
    reply.len = 0;
    MUST(jy_timestamp_reply_write(JY_EMPTY, JY_TS_NO_TIME, text, &reply));
    assert_int_equal(jy_timestamp_reply_read(jy_buf_slice(&reply), &plain, &out, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "timeNotAvailable:  xxx"));
    jy_buf_free(&token);
    jy_buf_free(&reply);
    jy_buf_free(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token__a_time_is_read_as_it_is_written_and_named_when_it_is_not_der),
        cmocka_unit_test(token__a_serial_or_policy_too_long_to_be_told_is_left_out),
        cmocka_unit_test(token__of_no_bytes_or_too_many_is_none),
        cmocka_unit_test(token__lists_and_answers_in_it_are_heard),
        cmocka_unit_test(token__without_its_attributes),
        cmocka_unit_test(make_and_request__numbers_out_of_range_are_named),
        cmocka_unit_test(reply__what_was_not_asked_for_is_not_missed),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

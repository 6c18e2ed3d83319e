/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists and OCSP responses with each element changed in every way, as they stand and signed anew: what is malformed tells nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/oid.h>
#include <der_changes.h>
#include <jinyin/ocsp.h>

static const jy_err errors[] = { JY_E_FORMAT, JY_E_LIMIT, JY_E_SIGNATURE, JY_E_CERTIFICATE, JY_E_UNSUPPORTED, JY_E_NOT_FOUND, JY_OK };
static const struct jy_slice nonce = { (const uint8_t *)"sixteen octets!!", 16 };
static struct jy_cert *leaf, *responder;
static struct jy_buf list, response, data;   /* a list and a response that revoke the leaf; ResponseData with everything that may stand in it */

static void
close_into(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    MUST(jy_der_wrap(out, tag, inner));
    jy_buf_free(inner);
}

/* Contents of the first SEQUENCE inside this one. */
static struct jy_slice
first_sequence(struct jy_slice der)
{
    struct jy_der all, body;
    struct jy_der_item item;

    jy_der_open(&all, der);
    MUST(jy_der_enter(&all, DER_SEQUENCE, &body));
    MUST(jy_der_get(&body, DER_SEQUENCE, &item));
    return item.tlv;
}

/* SEQUENCE { what is signed, algorithm, signature, and more }. */
static struct jy_buf
sign(struct jy_slice tbs, struct jy_slice more)
{
    struct jy_buf body = { 0 }, out = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t len;

    MUST(jy_buf_add(&body, tbs));
    MUST(jy_der_put_algorithm(&body, OID_SM2_WITH_SM3));
    MUST(jy_sm2_sign(authority.ca_key, tbs, sig, &len));
    MUST(jy_der_put_bits(&body, JY_SLICE(sig, len)));
    MUST(jy_buf_add(&body, more));
    close_into(&out, DER_SEQUENCE, &body);
    return out;
}

/* OCSPResponse around a BasicOCSPResponse. */
static struct jy_buf
wrap_basic(struct jy_buf *basic)
{
    static const uint8_t successful = 0;
    struct jy_buf body = { 0 }, inner = { 0 }, out = { 0 };

    MUST(jy_der_put_oid(&inner, OID_OCSP_BASIC));
    MUST(jy_der_wrap(&inner, DER_OCTET_STRING, basic));
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &inner));
    MUST(jy_der_put(&out, 0x0A, JY_SLICE(&successful, 1)));
    MUST(jy_der_wrap(&out, DER_CONTEXT_0, &body));
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &out));
    jy_buf_free(&inner);
    jy_buf_free(&out);
    return body;
}

/* Extension of an unknown type, FALSE written out. */
static void
put_extension(struct jy_buf *out)
{
    static const uint8_t never = 0;
    struct jy_buf body = { 0 };

    MUST(jy_der_put_oid(&body, OID_GM_DATA));
    MUST(jy_der_put(&body, DER_BOOLEAN, JY_SLICE(&never, 1)));
    MUST(jy_der_put(&body, DER_OCTET_STRING, JY_SLICE("\x05\x00", 2)));
    close_into(out, DER_SEQUENCE, &body);
}

enum nonce_form { NONCE_WRAPPED, NONCE_BARE, NONCE_TRAILING, NONCE_OTHER };
/* version, responderID, producedAt, single answers with an archive cutoff, the nonce. */
static struct jy_buf
whole_data(bool by_name, size_t singles, enum nonce_form form)
{
    struct jy_buf body = { 0 }, single = { 0 }, part = { 0 }, inner = { 0 }, request = { 0 }, out = { 0 };
    struct jy_ocsp_questions questions;

    MUST(jy_ocsp_request(leaf, authority.ca, false, JY_EMPTY, &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
    MUST(jy_der_put_i64(&part, 0));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &part));
    if (by_name)
        MUST(jy_buf_add(&part, jy_cert_subject_der(authority.ca)));
    else
        MUST(jy_der_put(&part, DER_OCTET_STRING, jy_cert_key_id(authority.ca)));
    MUST(jy_der_wrap(&body, by_name ? DER_CONTEXT_1 : 0xA2, &part));
    MUST(jy_der_put_generalized_time(&body, NOW));
    MUST(jy_buf_add(&single, questions.list[0].cert_id));
    MUST(jy_der_put_generalized_time(&part, NOW - 99));
    MUST(jy_der_put(&inner, 0x0A, JY_SLICE("\x01", 1)));
    MUST(jy_der_wrap(&part, DER_CONTEXT_0, &inner));
    MUST(jy_der_wrap(&single, DER_CONTEXT_1, &part));    /* revoked */
    MUST(jy_der_put_generalized_time(&single, NOW - 60));
    MUST(jy_der_put_generalized_time(&part, NOW + 60));
    MUST(jy_der_wrap(&single, DER_CONTEXT_0, &part));
    MUST(jy_der_put_oid(&inner, OID_OCSP_ARCHIVE_CUTOFF));
    MUST(jy_der_put_generalized_time(&part, NOW - DAY));
    MUST(jy_der_wrap(&inner, DER_OCTET_STRING, &part));
    MUST(jy_der_wrap(&part, DER_SEQUENCE, &inner));
    put_extension(&part);
    MUST(jy_der_wrap(&inner, DER_SEQUENCE, &part));
    MUST(jy_der_wrap(&single, DER_CONTEXT_1, &inner));
    for (size_t i = 0; i < singles; i++)
        MUST(jy_der_put(&part, DER_SEQUENCE, jy_buf_slice(&single)));
    single.len = 0;
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &part));
    MUST(jy_der_put_oid(&inner, OID_OCSP_NONCE));
    if (form == NONCE_BARE)
        MUST(jy_buf_add(&part, nonce));
    else
        MUST(jy_der_put(&part, DER_OCTET_STRING, form == NONCE_OTHER ? JY_SLICE("other", 5) : nonce));
    if (form == NONCE_TRAILING)
        MUST(jy_buf_byte(&part, 0));
    MUST(jy_der_wrap(&inner, DER_OCTET_STRING, &part));
    MUST(jy_der_wrap(&part, DER_SEQUENCE, &inner));
    put_extension(&part);
    MUST(jy_der_wrap(&inner, DER_SEQUENCE, &part));
    MUST(jy_der_wrap(&body, DER_CONTEXT_1, &inner));
    close_into(&out, DER_SEQUENCE, &body);
    jy_buf_free(&single);
    jy_buf_free(&part);
    jy_buf_free(&inner);
    jy_buf_free(&request);
    return out;
}

static int
set_up(void **state)
{
    static const uint8_t point[] = "\x30\x19\xA0\x17\xA0\x15\x86\x13http://ca/crl/1.crl";
    const struct jy_extension extensions[] = { { "2.5.29.60", false, JY_SLICE("\x18\x0F" "20200101000000Z", 17) },
                                               { "2.5.29.28", true, JY_SLICE(point, sizeof(point) - 1) } };
    const struct jy_ocsp_answer answer = { .status = JY_OCSP_REVOKED, .revoked_at = NOW - 99, .reason = 1, .this_update = NOW - 60, .next_update = NOW + 60 };
    struct jy_revoked entry = { NULL, NOW - 99, 1 };
    struct jy_ocsp_questions questions;
    struct jy_buf request = { 0 };

    (void)state;
    authority_begin();
    leaf = issue((struct jy_issue){ .common_name = "leaf", .crl_url = "http://ca/crl/1.crl" });
    responder = issue((struct jy_issue){ .common_name = "responder", .extended_key_usage = "OCSPSigning", .extension_count = 1,
                                         .extensions = &(struct jy_extension){ "1.3.6.1.5.5.7.48.1.5", false, JY_SLICE("\x05\x00", 2) } });
    entry.serial = jy_cert_serial(leaf);
    MUST(jy_crl_issue_with(authority.ca_key, authority.ca, &entry, 1, NOW - DAY, NOW + DAY, 1, extensions, 2, &list, NULL));
    MUST(jy_ocsp_request(leaf, authority.ca, true, nonce, &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
    MUST(jy_ocsp_respond(&questions, &answer, authority.key, responder, NOW, &response, NULL));
    jy_buf_free(&request);
    data = whole_data(false, 1, NONCE_WRAPPED);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&list);
    jy_buf_free(&response);
    jy_buf_free(&data);
    jy_cert_free(leaf);
    jy_cert_free(responder);
    authority_end();
    return 0;
}

/* A list beside which nothing is known of the leaf: it is revoked, or nothing is known. */
static jy_err
judge_list(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_trust *trust = authority_trust(false);
    struct jy_chain_result result = { 0 };
    jy_err rc = jy_trust_add_crl(trust, der, fault);

    if (rc == JY_OK) {
        MUST(jy_chain_check(trust, leaf, NULL, 0, NOW, &result));
        if (result.status == JY_CHAIN_REVOCATION_UNKNOWN)
            rc = jy_fail(fault, JY_E_FORMAT, "list", 0, "%s", result.text);
        else
            MUST(jy_buf_fmt(facts, "%d since %lld for %d", (int)result.status, (long long)result.revoked_at, result.revoked_reason));
    }
    jy_trust_free(trust);
    return rc;
}

/* Signed anew the list may say what it likes of the leaf; all that counts is that it can be judged. */
static jy_err
judge_signed_list(struct jy_slice tbs, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf der = sign(tbs, JY_EMPTY), told = { 0 };
    jy_err rc = judge_list(jy_buf_slice(&der), &told, fault);

    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "judged"));
    jy_buf_free(&der);
    jy_buf_free(&told);
    return rc;
}

static void
list__changed_in_any_element_tells_nothing_or_the_same(void **state)
{
    (void)state;
    assert_int_equal(der_try_changes("list", jy_buf_slice(&list), true, judge_list, errors, true), 0);
    assert_int_equal(der_try_changes("list, signed anew", first_sequence(jy_buf_slice(&list)), true, judge_signed_list, errors, true), 0);
}

static jy_err
judge_response(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_ocsp_answer answer;
    jy_err rc = jy_ocsp_check(der, leaf, authority.ca, nonce, &answer, fault);

    if (rc == JY_OK)
        MUST(jy_buf_fmt(facts, "%d since %lld for %d, %lld to %lld", (int)answer.status, (long long)answer.revoked_at, answer.reason,
                        (long long)answer.this_update, (long long)answer.next_update));
    else
        assert_int_equal(answer.status, JY_OCSP_UNKNOWN);
    return rc;
}

static jy_err
judge_signed_data(struct jy_slice tbs, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf basic = sign(tbs, JY_EMPTY), der = wrap_basic(&basic), told = { 0 };
    jy_err rc = judge_response(jy_buf_slice(&der), &told, fault);

    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "judged"));
    jy_buf_free(&basic);
    jy_buf_free(&der);
    jy_buf_free(&told);
    return rc;
}

static void
response__changed_in_any_element_tells_nothing_or_the_same(void **state)
{
    (void)state;
    assert_int_equal(der_try_changes("response", jy_buf_slice(&response), true, judge_response, errors, true), 0);
    assert_int_equal(der_try_changes("ResponseData", jy_buf_slice(&data), true, judge_signed_data, errors, true), 0);
}

/* The response around this data, by the CA. */
static jy_err
check_data(struct jy_buf tbs, struct jy_ocsp_answer *answer, struct jy_fault *fault)
{
    struct jy_buf basic = sign(jy_buf_slice(&tbs), JY_EMPTY), der = wrap_basic(&basic);
    jy_err rc = jy_ocsp_check(jy_buf_slice(&der), leaf, authority.ca, nonce, answer, fault);

    jy_buf_free(&tbs);
    jy_buf_free(&basic);
    jy_buf_free(&der);
    return rc;
}

static void
response__is_read_in_its_variants_and_within_its_limits(void **state)
{
    struct jy_ocsp_answer answer;
    struct jy_fault fault = { 0 };
    static const struct { uint8_t status; const char *text; } refusals[] = { { 4, "error 4 " }, { 6, "unauthorized" }, { 7, "error 7 " } };

    (void)state;
    MUST(check_data(whole_data(true, 1, NONCE_WRAPPED), &answer, NULL));
    assert_int_equal(answer.status, JY_OCSP_REVOKED);
    MUST(check_data(whole_data(true, 1, NONCE_BARE), &answer, NULL));
    assert_int_equal(check_data(whole_data(true, 1, NONCE_TRAILING), &answer, NULL), JY_E_SIGNATURE);
    assert_int_equal(check_data(whole_data(true, 1, NONCE_OTHER), &answer, NULL), JY_E_SIGNATURE);
    MUST(check_data(whole_data(false, JY_OCSP_SINGLES_MAX, NONCE_WRAPPED), &answer, NULL));
    assert_int_equal(check_data(whole_data(false, JY_OCSP_SINGLES_MAX + 1, NONCE_WRAPPED), &answer, &fault), JY_E_LIMIT);
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const uint8_t der[] = { 0x30, 3, 0x0A, 1, refusals[i].status };
        assert_int_equal(jy_ocsp_check(JY_SLICE(der, sizeof(der)), leaf, authority.ca, nonce, &answer, &fault), JY_E_NOT_FOUND);
        assert_non_null(strstr(fault.text, refusals[i].text));
    }
}

/* A responder's certificate behind others is found among the first four, and no further. */
static void
response__a_responder_is_looked_for_among_four_certificates(void **state)
{
    struct jy_ocsp_answer answer;

    (void)state;
    for (size_t before = 3; before <= 4; before++) {
        struct jy_buf body = { 0 }, certs = { 0 }, tagged = { 0 }, basic = { 0 }, der;
        uint8_t sig[JY_SM2_SIGNATURE_MAX];
        size_t len;
        for (size_t i = 0; i < before; i++)
            MUST(jy_buf_add(&certs, i == 0 ? JY_SLICE("\x30\x00", 2) : jy_cert_der(authority.root)));
        MUST(jy_buf_add(&certs, jy_cert_der(responder)));
        MUST(jy_buf_add(&body, jy_buf_slice(&data)));
        MUST(jy_der_put_algorithm(&body, OID_SM2_WITH_SM3));
        MUST(jy_sm2_sign(authority.key, jy_buf_slice(&data), sig, &len));
        MUST(jy_der_put_bits(&body, JY_SLICE(sig, len)));
        MUST(jy_der_wrap(&tagged, DER_SEQUENCE, &certs));
        MUST(jy_der_wrap(&body, DER_CONTEXT_0, &tagged));
        MUST(jy_der_wrap(&basic, DER_SEQUENCE, &body));
        der = wrap_basic(&basic);
        assert_int_equal(jy_ocsp_check(jy_buf_slice(&der), leaf, authority.ca, nonce, &answer, NULL), before < 4 ? JY_OK : JY_E_SIGNATURE);
        jy_buf_free(&body);
        jy_buf_free(&certs);
        jy_buf_free(&tagged);
        jy_buf_free(&basic);
        jy_buf_free(&der);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__changed_in_any_element_tells_nothing_or_the_same),
        cmocka_unit_test(response__changed_in_any_element_tells_nothing_or_the_same),
        cmocka_unit_test(response__is_read_in_its_variants_and_within_its_limits),
        cmocka_unit_test(response__a_responder_is_looked_for_among_four_certificates),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

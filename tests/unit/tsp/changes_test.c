/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, answers, tokens and what an authority signs, with each element changed in every way: refused, or they say what they said. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/oid.h>
#include <der_changes.h>
#include <jinyin/timestamp.h>

#define POLICY "1.2.156.112640.16.1"

static const jy_err errors[] = { JY_E_FORMAT, JY_E_LIMIT, JY_E_SIGNATURE, JY_E_CERTIFICATE, JY_E_UNSUPPORTED, JY_E_DOCUMENT_CHANGED,
                                 JY_E_COUNTERPART_REFUSED, JY_OK };
static struct jy_timestamp_request request = { .digest = { 1, 2, 3 }, .nonce = { 0x80, 1 }, .nonce_len = 2, .policy = POLICY, .cert_req = true };
static struct jy_cert *tsa;
static struct jy_trust *trust;
static struct jy_buf token, info;     /* a token by the library, and a TSTInfo with everything that may stand in one */

static void
close_into(struct jy_buf *out, uint8_t tag, struct jy_buf *inner)
{
    MUST(jy_der_wrap(out, tag, inner));
    jy_buf_free(inner);
}

/* SEQUENCE { extnID, critical FALSE, extnValue } */
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

static void
put_imprint(struct jy_buf *out)
{
    struct jy_buf body = { 0 };

    MUST(jy_der_put_algorithm(&body, OID_SM3));
    MUST(jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(request.digest, JY_SM3_SIZE)));
    close_into(out, DER_SEQUENCE, &body);
}

static struct jy_buf
whole_info(void)
{
    static const uint8_t yes = 0xFF;
    struct jy_buf body = { 0 }, part = { 0 }, name = { 0 }, out = { 0 };

    MUST(jy_der_put_i64(&body, 1));
    MUST(jy_oid_of_text(POLICY, &part));
    MUST(jy_der_wrap(&body, DER_OID, &part));
    put_imprint(&body);
    MUST(jy_der_put_i64(&body, 77));
    MUST(jy_der_put_text(&body, DER_GENERALIZED_TIME, "20260528202630.25Z"));
    MUST(jy_der_put_i64(&part, 1));
    MUST(jy_der_put(&part, 0x80, JY_SLICE("\x01\xF4", 2)));
    MUST(jy_der_put(&part, 0x81, JY_SLICE("\x0A", 1)));
    MUST(jy_der_wrap(&body, DER_SEQUENCE, &part));
    MUST(jy_der_put(&body, DER_BOOLEAN, JY_SLICE(&yes, 1)));
    MUST(jy_der_put(&body, DER_INTEGER, JY_SLICE("\x00\x80\x01", 3)));
    MUST(jy_der_put(&name, 0xA4, jy_cert_subject_der(tsa)));
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &name));
    put_extension(&part);
    MUST(jy_der_wrap(&body, DER_CONTEXT_1, &part));
    close_into(&out, DER_SEQUENCE, &body);
    jy_buf_free(&part);
    jy_buf_free(&name);
    return out;
}

static struct jy_buf
sign_info(struct jy_slice content)
{
    struct jy_cms_fields fields = { .content_type = OID_TST_INFO, .content = content, .pkcs7 = true, .signer = tsa };
    struct jy_buf out = { 0 };

    if (content.len > 0)
        MUST(jy_cms_make(&fields, authority.key, &out, NULL));
    return out;
}

static int
set_up(void **state)
{
    struct jy_timestamp_fields fields = { .request = &request, .time = NOW - 60, .microseconds = 250000, .accuracy = 1500010, .serial = { 1 } };

    (void)state;
    authority_begin();
    tsa = issue((struct jy_issue){ .common_name = "TSA", .extended_key_usage = "critical,timeStamping" });
    trust = authority_trust(true);
    fields.tsa = tsa;
    MUST(jy_timestamp_make(&fields, authority.key, &token, NULL));
    info = whole_info();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&token);
    jy_buf_free(&info);
    jy_trust_free(trust);
    jy_cert_free(tsa);
    authority_end();
    return 0;
}

static jy_err
judge_request(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_timestamp_request read;
    jy_err rc = jy_timestamp_request_read(der, &read, fault);

    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "read"));
    return rc;
}

/* A request is signed by nobody: what is read of it must only be whole. */
static void
request__changed_in_any_element_is_refused_or_read(void **state)
{
    struct jy_buf der = { 0 }, body = { 0 }, list = { 0 };
    struct jy_der all;
    struct jy_der_item item;

    (void)state;
    MUST(jy_timestamp_request_write(&request, &der, NULL));
    jy_der_open(&all, jy_buf_slice(&der));
    MUST(jy_der_get(&all, DER_SEQUENCE, &item));
    MUST(jy_buf_add(&body, item.value));
    put_extension(&list);
    MUST(jy_der_wrap(&body, DER_CONTEXT_0, &list));
    der.len = 0;
    MUST(jy_der_wrap(&der, DER_SEQUENCE, &body));
    assert_int_equal(der_try_changes("request", jy_buf_slice(&der), true, judge_request, errors, true), 0);
    jy_buf_free(&der);
    jy_buf_free(&body);
    jy_buf_free(&list);
}

/* The verdict, and what is read without one. */
static jy_err
judge_token(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_timestamp_result result;
    uint8_t imprint[JY_SM3_SIZE];
    jy_err rc = JY_OK;
    jy_time stated;

    MUST(jy_timestamp_check(der, request.digest, trust, NULL, 0, NOW, &result, NULL));
    if (result.status != JY_TS_GOOD)
        rc = jy_fail(fault, JY_E_FORMAT, jy_timestamp_status_text(result.status)->code, 0, "%s", result.text);
    else
        MUST(jy_buf_fmt(facts, "%lld.%06u ± %lld %s %s", (long long)result.time, result.microseconds,
                        (long long)result.accuracy, result.policy, result.serial));
    if (result.status == JY_TS_GOOD) {                   /* the readers that judge nothing read the same */
        MUST(jy_timestamp_imprint(der, imprint, NULL));
        assert_memory_equal(imprint, request.digest, JY_SM3_SIZE);
        MUST(jy_timestamp_stated(der, &stated, NULL));
        assert_int_equal(stated, result.time);
    } else {
        (void)!jy_timestamp_imprint(der, imprint, NULL);
        (void)!jy_timestamp_stated(der, &stated, NULL);
    }
    jy_timestamp_result_free(&result);
    return rc;
}

static void
token__changed_in_any_element_proves_nothing_or_the_same(void **state)
{
    struct jy_buf whole = { 0 };

    (void)state;
    assert_int_equal(der_try_changes("token", jy_buf_slice(&token), false, judge_token, errors, true), 0);
    MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &whole));
    assert_int_equal(der_try_changes("whole response", jy_buf_slice(&whole), false, judge_token, errors, true), 0);
    jy_buf_free(&whole);
}

/* Of what the authority signed anew, only whether it is taken or not is told: it may say what it likes. */
static jy_err
judge_info(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf signed_ = sign_info(der), read = { 0 };
    jy_err rc = judge_token(jy_buf_slice(&signed_), &read, fault);

    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "good"));
    jy_buf_free(&signed_);
    jy_buf_free(&read);
    return rc;
}

static void
info__changed_before_it_was_signed_is_refused_or_read(void **state)
{
    (void)state;
    assert_int_equal(der_try_changes("TSTInfo", jy_buf_slice(&info), true, judge_info, errors, true), 0);
}

static jy_err
judge_reply(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf out = { 0 };
    jy_err rc = jy_timestamp_reply_read(der, &request, &out, fault);

    if (rc == JY_OK)
        MUST(jy_buf_text(facts, "token"));
    assert_int_equal(out.len > 0, rc == JY_OK);
    jy_buf_free(&out);
    return rc;
}

/* As an answer to the request: nonce, policy and imprint are those that were asked with. */
static jy_err
judge_info_as_reply(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault)
{
    struct jy_buf signed_ = sign_info(der), reply = { 0 };
    jy_err rc;

    MUST(jy_timestamp_reply_write(jy_buf_slice(&signed_), JY_TS_SYSTEM_FAILURE, "no token", &reply));
    rc = judge_reply(jy_buf_slice(&reply), facts, fault);
    jy_buf_free(&signed_);
    jy_buf_free(&reply);
    return rc;
}

static void
reply__changed_in_any_element_is_refused_or_brings_a_token(void **state)
{
    struct jy_buf reply = { 0 }, refusal = { 0 };
    struct jy_fault fault = { 0 };

    (void)state;
    MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &reply));
    assert_int_equal(der_try_changes("reply", jy_buf_slice(&reply), false, judge_reply, errors, true), 0);
    assert_int_equal(der_try_changes("reply, signed anew", jy_buf_slice(&info), true, judge_info_as_reply, errors, true), 0);
    /* A refusal stays one, and tells what the authority wrote. */
    MUST(jy_timestamp_reply_write(JY_EMPTY, JY_TS_UNACCEPTED_POLICY, "no\x1bsuch policy", &refusal));
    assert_int_equal(judge_reply(jy_buf_slice(&refusal), NULL, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "unacceptedPolicy: no such policy"));
    for (int c = 0; c < DER_CHANGE__COUNT; c++)
        for (size_t n = 0; der_changed(jy_buf_slice(&refusal), true, n, (enum der_change)c, &reply); n++)
            assert_int_not_equal(judge_reply(jy_buf_slice(&reply), NULL, NULL), JY_OK);
    jy_buf_free(&reply);
    jy_buf_free(&refusal);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__changed_in_any_element_is_refused_or_read),
        cmocka_unit_test(token__changed_in_any_element_proves_nothing_or_the_same),
        cmocka_unit_test(info__changed_before_it_was_signed_is_refused_or_read),
        cmocka_unit_test(reply__changed_in_any_element_is_refused_or_brings_a_token),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

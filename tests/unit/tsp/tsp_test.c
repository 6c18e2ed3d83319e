/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps: what is asked and answered is read back; a token proves its time only when everything about it is right (seal-formats §6.5). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/der.h>
#include <codec/oid.h>
#include <jinyin/timestamp.h>

#define POLICY "1.2.156.112640.16.1"

static const uint8_t digest[JY_SM3_SIZE] = { 1, 2, 3 }, another[JY_SM3_SIZE] = { 9 };
static struct jy_cert *tsa;

static int
set_up(void **state)
{
    (void)state;
    authority_begin();
    tsa = issue((struct jy_issue){ .common_name = "TSA", .extended_key_usage = "critical,timeStamping" });
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_cert_free(tsa);
    authority_end();
    return 0;
}

static struct jy_timestamp_request
request_for(const uint8_t *what)
{
    struct jy_timestamp_request request;

    MUST(jy_timestamp_ask(what, &request));
    return request;
}

/* A token; what is missing is usual. */
static struct jy_buf
stamp(struct jy_timestamp_fields fields)
{
    struct jy_timestamp_request request = request_for(digest);
    struct jy_buf token = { 0 };

    if (fields.request == NULL)
        fields.request = &request;
    if (fields.tsa == NULL)
        fields.tsa = tsa;
    if (fields.policy == NULL)
        fields.policy = POLICY;
    if (fields.time == 0)
        fields.time = NOW;
    fields.serial[3] = 0x91;
    MUST(jy_timestamp_make(&fields, authority.key, &token, NULL));
    return token;
}

static enum jy_timestamp_status
status_of(struct jy_slice token, const struct jy_trust *trust, struct jy_timestamp_result *told)
{
    struct jy_timestamp_result result;
    enum jy_timestamp_status status;

    MUST(jy_timestamp_check(token, digest, trust, NULL, 0, NOW, &result, NULL));
    status = result.status;
    if (told != NULL)
        *told = result;
    else
        jy_timestamp_result_free(&result);
    return status;
}

static void
request__is_read_back_as_it_was_written(void **state)
{
    const struct { const char *policy; uint8_t nonce[4]; size_t nonce_len; bool cert_req; } rows[] = {
        { "", { 0 }, 0, false }, { POLICY, { 0x7F }, 1, true }, { "2.999.1.128.16384", { 0x80, 0, 0, 1 }, 4, false } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_timestamp_request asked = { .nonce_len = rows[i].nonce_len, .cert_req = rows[i].cert_req }, read;
        struct jy_buf der = { 0 };
        memcpy(asked.digest, digest, sizeof(digest));
        memcpy(asked.nonce, rows[i].nonce, rows[i].nonce_len);
        snprintf(asked.policy, sizeof(asked.policy), "%s", rows[i].policy);
        MUST(jy_timestamp_request_write(&asked, &der, NULL));
        MUST(jy_timestamp_request_read(jy_buf_slice(&der), &read, NULL));
        assert_memory_equal(read.digest, asked.digest, JY_SM3_SIZE);
        assert_string_equal(read.policy, asked.policy);
        assert_int_equal(read.nonce_len, asked.nonce_len);
        assert_memory_equal(read.nonce, asked.nonce, asked.nonce_len + 1);
        assert_int_equal(read.cert_req, asked.cert_req);
        for (size_t len = 0; len < der.len; len++)
            assert_int_not_equal(jy_timestamp_request_read(JY_SLICE(der.p, len), &read, NULL), JY_OK);
        jy_buf_free(&der);
    }
}

static void
request__wrong_fields_are_named(void **state)
{
    struct jy_timestamp_request request = { .nonce_len = 2 };
    struct jy_fault fault = { 0 };
    struct jy_buf der = { 0 };

    (void)state;
    assert_int_equal(jy_timestamp_request_write(&request, &der, &fault), JY_E_ARGUMENT);
    assert_string_equal(fault.where, "nonce");
    request.nonce_len = 0;
    snprintf(request.policy, sizeof(request.policy), "1.2.x");
    assert_int_equal(jy_timestamp_request_write(&request, &der, &fault), JY_E_ARGUMENT);
    assert_string_equal(fault.where, "policy");
    assert_int_equal(der.len, 0);
}

static void
token__proves_its_time_under_a_trusted_authority(void **state)
{
    struct jy_trust *trust = authority_trust(true);
    const struct jy_timestamp_fields rows[] = {
        { .accuracy = 1500250 }, { .gm = true }, { .version = 2 }, { .microseconds = 634219 }, { .microseconds = 500000 } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf token = stamp(rows[i]), whole = { 0 };
        struct jy_timestamp_result result;
        assert_int_equal(status_of(jy_buf_slice(&token), trust, &result), JY_TS_GOOD);
        assert_int_equal(result.time, NOW);
        assert_int_equal(result.microseconds, rows[i].microseconds);
        assert_int_equal(result.accuracy, rows[i].accuracy == 0 ? -1 : rows[i].accuracy);
        assert_int_equal(result.deviations, 0);
        assert_int_equal(result.version, rows[i].version == 0 ? 1 : rows[i].version);
        assert_string_equal(result.policy, POLICY);
        assert_string_equal(result.serial, "91000000000000000000000000");
        assert_true(jy_slice_equal(jy_cert_der(result.tsa), jy_cert_der(tsa)));
        jy_timestamp_result_free(&result);
        MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &whole));
        assert_int_equal(status_of(jy_buf_slice(&whole), trust, &result), JY_TS_GOOD);
        assert_int_equal(result.deviations, JY_DEV(TS_WHOLE_RESPONSE));
        jy_timestamp_result_free(&result);
        jy_buf_free(&whole);
        jy_buf_free(&token);
    }
    jy_trust_free(trust);
}

/* Each wrong thing alone, in the order of the checks. */
static void
token__each_fault_has_its_status(void **state)
{
    struct jy_timestamp_request of_other = request_for(another), bare = request_for(digest);
    struct jy_cert *plain = issue((struct jy_issue){ .common_name = "no EKU" });
    struct jy_cert *mild = issue((struct jy_issue){ .common_name = "not critical", .extended_key_usage = "timeStamping" });
    struct jy_cert *wide = issue((struct jy_issue){ .common_name = "two", .extended_key_usage = "critical,timeStamping,clientAuth" });
    struct jy_cert *sealed = issue((struct jy_issue){ .common_name = "no signatures", .extended_key_usage = "critical,timeStamping",
                                                      .key_usage = "critical,keyEncipherment" });
    struct jy_cert *old = issue((struct jy_issue){ .common_name = "ended", .extended_key_usage = "critical,timeStamping", .not_after = NOW - 1 });
    struct jy_cert *stranger = issue((struct jy_issue){ .issuer_key = authority.other_key, .subject_key = authority.key, .common_name = "self",
                                                        .extended_key_usage = "critical,timeStamping" });
    struct jy_cert *forged = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = authority.ca, .common_name = "forged",
                                                      .extended_key_usage = "critical,timeStamping" });
    struct jy_cert *odd = issue((struct jy_issue){ .common_name = "odd", .extended_key_usage = "critical,timeStamping", .extension_count = 1,
                                                   .extensions = &(struct jy_extension){ "1.2.3.4", true, JY_SLICE("\x05\x00", 2) } });
    struct jy_trust *trust = authority_trust(true), *without = authority_trust(false);
    const struct { const char *what; struct jy_timestamp_fields fields; const struct jy_trust *trust; enum jy_timestamp_status status; } rows[] = {
        { "other data", { .request = &of_other }, trust, JY_TS_IMPRINT },
        { "no certificate", { .request = &bare }, trust, JY_TS_NO_CERTIFICATE },
        { "no usage", { .tsa = plain }, trust, JY_TS_USAGE },
        { "usage not critical", { .tsa = mild }, trust, JY_TS_USAGE },
        { "two usages", { .tsa = wide }, trust, JY_TS_USAGE },
        { "key usage", { .tsa = sealed }, trust, JY_TS_USAGE },
        { "in the future", { .time = NOW + 301 }, trust, JY_TS_FUTURE },
        { "critical extension", { .tsa = odd }, trust, JY_TS_CHAIN },
        { "forged", { .tsa = forged }, trust, JY_TS_CHAIN },
        { "self-signed", { .tsa = stranger }, trust, JY_TS_UNTRUSTED },
        { "no trust", { 0 }, NULL, JY_TS_UNTRUSTED },
        { "stamped after the end", { .tsa = old }, trust, JY_TS_DATES },
        { "stamped before the end", { .tsa = old, .time = NOW - 2 }, trust, JY_TS_GOOD },
        { "no list", { 0 }, without, JY_TS_REVOCATION },
    };

    (void)state;
    bare.cert_req = false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf token = stamp(rows[i].fields);
        struct jy_timestamp_result result;
        enum jy_timestamp_status status = status_of(jy_buf_slice(&token), rows[i].trust, &result);
        if (status != rows[i].status)
            fail_msg("%s: %s, %s", rows[i].what, jy_timestamp_status_text(status)->code, result.text);
        jy_timestamp_result_free(&result);
        jy_buf_free(&token);
    }
    jy_trust_free(trust);
    jy_trust_free(without);
    jy_cert_free(plain);
    jy_cert_free(mild);
    jy_cert_free(wide);
    jy_cert_free(sealed);
    jy_cert_free(old);
    jy_cert_free(stranger);
    jy_cert_free(forged);
    jy_cert_free(odd);
}

/* RFC 3161 4. */
static void
token__a_lost_key_takes_older_tokens_with_it(void **state)
{
    const struct { jy_time at; int reason; enum jy_timestamp_status status; } rows[] = {
        { NOW - 1, 4, JY_TS_REVOKED }, { NOW, 5, JY_TS_REVOKED }, { NOW + 1, 4, JY_TS_GOOD }, { NOW + 1, 3, JY_TS_GOOD },
        { NOW + 1, 5, JY_TS_GOOD }, { NOW + 1, 1, JY_TS_REVOKED }, { NOW + 1, 2, JY_TS_REVOKED }, { NOW + 1, 0, JY_TS_REVOKED } };
    struct jy_buf token = stamp((struct jy_timestamp_fields){ 0 });

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {       /* reason 0 is not written: none is told */
        struct jy_trust *trust = authority_trust(false);
        trust_list(trust, authority.ca_key, authority.ca, tsa, rows[i].at, rows[i].reason);
        if (status_of(jy_buf_slice(&token), trust, NULL) != rows[i].status)
            fail_msg("revoked at %+d for reason %d", (int)(rows[i].at - NOW), rows[i].reason);
        jy_trust_free(trust);
    }
    jy_buf_free(&token);
}

static void
token__certificates_and_lists_beside_it_or_in_it_are_used(void **state)
{
    struct jy_timestamp_request bare = request_for(digest);
    const struct jy_cert *chain[] = { authority.ca }, *beside[] = { NULL, authority.root, tsa, authority.ca };
    struct jy_buf token, whole;
    struct jy_timestamp_result result;
    struct jy_trust *trust;

    (void)state;
    bare.cert_req = false;
    MUST(jy_trust_new(&trust));
    trust_cert(trust, authority.root);
    trust_list(trust, authority.root_key, authority.root, NULL, 0, 0);
    token = stamp((struct jy_timestamp_fields){ .request = &bare });
    MUST(jy_timestamp_check(jy_buf_slice(&token), digest, trust, beside, 4, NOW, &result, NULL));
    assert_int_equal(result.status, JY_TS_REVOCATION);                 /* the whole chain was found */
    jy_timestamp_result_free(&result);
    whole = stamp((struct jy_timestamp_fields){ .certs = chain, .cert_count = 1 });
    assert_int_equal(status_of(jy_buf_slice(&whole), trust, NULL), JY_TS_REVOCATION);
    trust_list(trust, authority.ca_key, authority.ca, NULL, 0, 0);     /* its issuer is in the token only */
    assert_int_equal(status_of(jy_buf_slice(&whole), trust, NULL), JY_TS_GOOD);
    jy_buf_free(&token);
    jy_buf_free(&whole);
    jy_trust_free(trust);
}

static void
token__no_changed_byte_gives_another_time_and_every_cut_is_survived(void **state)
{
    struct jy_trust *trust = authority_trust(true);
    struct jy_buf token = stamp((struct jy_timestamp_fields){ .microseconds = 634219, .accuracy = 1000000 });
    struct jy_timestamp_result result;

    (void)state;
    for (size_t len = 0; len < token.len; len++)
        assert_int_not_equal(status_of(JY_SLICE(token.p, len), trust, NULL), JY_TS_GOOD);
    for (size_t i = 0; i < token.len; i++) {
        token.p[i] ^= 0x01;
        if (status_of(jy_buf_slice(&token), trust, &result) == JY_TS_GOOD &&
            (result.time != NOW || result.microseconds != 634219 || result.accuracy != 1000000 || strcmp(result.policy, POLICY) != 0 ||
             !jy_slice_equal(jy_cert_der(result.tsa), jy_cert_der(tsa))))
            fail_msg("byte %zu: another time is accepted", i);
        jy_timestamp_result_free(&result);
        token.p[i] ^= 0x01;
    }
    jy_buf_free(&token);
    jy_trust_free(trust);
}

/* Indefinite length on the outside, as the genuine SM2 token of seal-formats §6.5 has it. */
static void
token__ber_is_read_with_its_deviation(void **state)
{
    struct jy_trust *trust = authority_trust(true);
    struct jy_buf token = stamp((struct jy_timestamp_fields){ 0 }), ber = { 0 };
    struct jy_timestamp_result result;
    struct jy_der all;
    struct jy_der_item item;

    (void)state;
    jy_der_open(&all, jy_buf_slice(&token));
    MUST(jy_der_get(&all, DER_SEQUENCE, &item));
    MUST(jy_buf_add(&ber, JY_SLICE("\x30\x80", 2)));
    MUST(jy_buf_add(&ber, item.value));
    MUST(jy_buf_add(&ber, JY_SLICE("\x00\x00", 2)));
    assert_int_equal(status_of(jy_buf_slice(&ber), trust, &result), JY_TS_GOOD);
    assert_int_equal(result.deviations, JY_DEV(CMS_BER));
    jy_timestamp_result_free(&result);
    jy_buf_free(&ber);
    jy_buf_free(&token);
    jy_trust_free(trust);
}

static void
reply__is_taken_only_when_it_answers_the_request(void **state)
{
    struct jy_cert *plain = issue((struct jy_issue){ .common_name = "no EKU" });
    struct jy_timestamp_request asked = request_for(digest), other_nonce = asked, other_data = asked, other_policy = asked, without_nonce = asked,
                                silent = asked;
    const struct { const char *what; const struct jy_timestamp_request *answered; const struct jy_cert *by; jy_err err; const char *where; } rows[] = {
        { "as asked", &asked, tsa, JY_OK, "" },
        { "another nonce", &other_nonce, tsa, JY_E_SIGNATURE, "nonce" },
        { "no nonce", &without_nonce, tsa, JY_E_SIGNATURE, "nonce" },
        { "other data", &other_data, tsa, JY_E_DOCUMENT_CHANGED, "messageImprint" },
        { "another policy", &other_policy, tsa, JY_E_CERTIFICATE, "policy" },
        { "no certificate", &silent, tsa, JY_E_CERTIFICATE, "certificates" },
        { "not an authority", &asked, plain, JY_E_CERTIFICATE, "certificates" },
    };

    (void)state;
    snprintf(asked.policy, sizeof(asked.policy), POLICY);
    other_nonce.nonce[5] ^= 1;
    without_nonce.nonce_len = 0;
    memcpy(other_data.digest, another, sizeof(another));
    silent.cert_req = false;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf token = stamp((struct jy_timestamp_fields){ .request = rows[i].answered, .tsa = rows[i].by,
                                                                  .policy = rows[i].answered == &other_policy ? "1.2.3" : POLICY });
        struct jy_buf reply = { 0 }, taken = { 0 };
        struct jy_fault fault = { 0 };
        jy_err rc;
        MUST(jy_timestamp_reply_write(jy_buf_slice(&token), 0, "", &reply));
        rc = jy_timestamp_reply_read(jy_buf_slice(&reply), &asked, &taken, &fault);
        if (rc != rows[i].err || strcmp(fault.where, rows[i].where) != 0)
            fail_msg("%s: %s at %s", rows[i].what, jy_err_code(rc), fault.where);
        assert_true(rc == JY_OK ? jy_slice_equal(jy_buf_slice(&taken), jy_buf_slice(&token)) : taken.len == 0);
        jy_buf_free(&token);
        jy_buf_free(&reply);
        jy_buf_free(&taken);
    }
    jy_cert_free(plain);
}

static void
reply__a_refusal_is_told_with_its_reason(void **state)
{
    struct jy_timestamp_request asked = request_for(digest);
    struct jy_buf reply = { 0 }, taken = { 0 };
    struct jy_fault fault = { 0 };

    (void)state;
    MUST(jy_timestamp_reply_write(JY_EMPTY, JY_TS_NO_TIME, "the clock\x1b[31m is gone", &reply));
    assert_int_equal(jy_timestamp_reply_read(jy_buf_slice(&reply), &asked, &taken, &fault), JY_E_COUNTERPART_REFUSED);
    assert_non_null(strstr(fault.text, "status 2, timeNotAvailable: the clock [31m is gone"));
    assert_int_equal(status_of(jy_buf_slice(&reply), NULL, NULL), JY_TS_REFUSED);
    jy_buf_free(&reply);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__is_read_back_as_it_was_written),
        cmocka_unit_test(request__wrong_fields_are_named),
        cmocka_unit_test(token__proves_its_time_under_a_trusted_authority),
        cmocka_unit_test(token__each_fault_has_its_status),
        cmocka_unit_test(token__a_lost_key_takes_older_tokens_with_it),
        cmocka_unit_test(token__certificates_and_lists_beside_it_or_in_it_are_used),
        cmocka_unit_test(token__no_changed_byte_gives_another_time_and_every_cut_is_survived),
        cmocka_unit_test(token__ber_is_read_with_its_deviation),
        cmocka_unit_test(reply__is_taken_only_when_it_answers_the_request),
        cmocka_unit_test(reply__a_refusal_is_told_with_its_reason),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

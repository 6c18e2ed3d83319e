/* SPDX-License-Identifier: Apache-2.0 */
/* OCSP: a response counts only when it is genuine, about the certificate, and of the time (RFC 6960, seal-formats §6.3). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <jinyin/ocsp.h>

static struct jy_cert *leaf, *responder;
static const struct jy_slice nonce = { (const uint8_t *)"sixteen octets!!", 16 };

static int
set_up(void **state)
{
    (void)state;
    authority_begin();
    leaf = issue((struct jy_issue){ .common_name = "leaf" });
    responder = issue((struct jy_issue){ .common_name = "responder", .extended_key_usage = "OCSPSigning", .extension_count = 1,
                                         .extensions = &(struct jy_extension){ "1.3.6.1.5.5.7.48.1.5", false, JY_SLICE("\x05\x00", 2) } });
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_cert_free(leaf);
    jy_cert_free(responder);
    authority_end();
    return 0;
}

/* A response about `leaf` by the CA; what is missing is usual. */
struct recipe {
    const struct jy_cert *about, *of; /* leaf, and the CA that issued it */
    struct jy_ocsp_answer answer;
    const struct jy_sm2 *key;
    const struct jy_cert *by;
    jy_time produced_at;
    bool sha1, without_nonce;
};

static struct jy_buf
respond(struct recipe r)
{
    struct jy_buf request = { 0 }, response = { 0 };
    struct jy_ocsp_questions questions;

    if (r.answer.this_update == 0)
        r.answer.this_update = NOW - 60;
    if (r.answer.next_update == 0)
        r.answer.next_update = NOW + 60;
    else if (r.answer.next_update < 0)
        r.answer.next_update = 0;
    MUST(jy_ocsp_request(r.about != NULL ? r.about : leaf, r.of != NULL ? r.of : authority.ca, r.sha1, r.without_nonce ? JY_EMPTY : nonce,
                         &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
    MUST(jy_ocsp_respond(&questions, &r.answer, r.key != NULL ? r.key : authority.ca_key, r.by != NULL ? r.by : authority.ca,
                         r.produced_at != 0 ? r.produced_at : NOW, &response, NULL));
    jy_buf_free(&request);
    return response;
}

static void
ocsp__a_request_says_what_is_asked(void **state)
{
    struct jy_ocsp_questions questions;
    struct jy_fault fault = { 0 };

    (void)state;
    for (int sha1 = 0; sha1 < 2; sha1++) {
        struct jy_buf request = { 0 };
        MUST(jy_ocsp_request(leaf, authority.ca, sha1 == 1, nonce, &request, NULL));
        MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
        assert_int_equal(questions.count, 1);
        assert_string_equal(questions.list[0].serial, jy_cert_serial(leaf));
        assert_true(jy_ocsp_is_about(&questions.list[0], authority.ca));
        assert_false(jy_ocsp_is_about(&questions.list[0], authority.root));
        questions.list[0].cert_id.len--;
        assert_false(jy_ocsp_is_about(&questions.list[0], authority.ca));
        for (size_t len = 0; len < request.len; len++)
            assert_int_not_equal(jy_ocsp_request_read(JY_SLICE(request.p, len), &questions, NULL), JY_OK);
        jy_buf_free(&request);
    }
    assert_int_equal(jy_ocsp_request(leaf, authority.root, false, nonce, &(struct jy_buf){ 0 }, &fault), JY_E_ARGUMENT);
    assert_string_equal(fault.where, "issuer");
    assert_int_equal(jy_ocsp_request(leaf, authority.ca, false, JY_SLICE(fault.text, JY_OCSP_NONCE_MAX + 1), &(struct jy_buf){ 0 }, &fault),
                     JY_E_ARGUMENT);
    assert_string_equal(fault.where, "nonce");
}

static void
ocsp__a_genuine_answer_is_told(void **state)
{
    struct jy_buf good = respond((struct recipe){ .sha1 = true });
    struct jy_buf revoked = respond((struct recipe){ .answer = { .status = JY_OCSP_REVOKED, .revoked_at = NOW - 99, .reason = 1 } });
    struct jy_buf no_reason = respond((struct recipe){ .answer = { .status = JY_OCSP_REVOKED, .revoked_at = NOW - 99, .reason = -1 } });
    struct jy_buf unknown = respond((struct recipe){ .answer = { .status = JY_OCSP_UNKNOWN } });
    struct jy_buf delegated = respond((struct recipe){ .key = authority.key, .by = responder, .answer.archive_cutoff = NOW - DAY });
    struct jy_ocsp_answer answer;

    (void)state;
    MUST(jy_ocsp_check(jy_buf_slice(&good), leaf, authority.ca, nonce, &answer, NULL));
    assert_true(answer.status == JY_OCSP_GOOD && answer.revoked_at == 0 && answer.this_update == NOW - 60 && answer.next_update == NOW + 60 &&
                answer.produced_at == NOW && answer.archive_cutoff == 0);
    MUST(jy_ocsp_check(jy_buf_slice(&revoked), leaf, authority.ca, nonce, &answer, NULL));
    assert_true(answer.status == JY_OCSP_REVOKED && answer.revoked_at == NOW - 99 && answer.reason == 1);
    MUST(jy_ocsp_check(jy_buf_slice(&no_reason), leaf, authority.ca, nonce, &answer, NULL));
    assert_true(answer.status == JY_OCSP_REVOKED && answer.reason == -1);
    MUST(jy_ocsp_check(jy_buf_slice(&unknown), leaf, authority.ca, nonce, &answer, NULL));
    assert_int_equal(answer.status, JY_OCSP_UNKNOWN);
    MUST(jy_ocsp_check(jy_buf_slice(&delegated), leaf, authority.ca, JY_EMPTY, &answer, NULL));
    assert_true(answer.status == JY_OCSP_GOOD && answer.archive_cutoff == NOW - DAY);
    jy_buf_free(&good);
    jy_buf_free(&revoked);
    jy_buf_free(&no_reason);
    jy_buf_free(&unknown);
    jy_buf_free(&delegated);
}

/* Of two statements about one certificate the worse counts, in either order; a date that would read as none is one. */
static void
ocsp__of_two_statements_the_worse_counts(void **state)
{
    static const enum jy_ocsp_status G = JY_OCSP_GOOD, R = JY_OCSP_REVOKED, U = JY_OCSP_UNKNOWN;
    const struct { enum jy_ocsp_status first, second, told; } rows[] = {
        { G, G, G }, { G, R, R }, { R, G, R }, { G, U, U }, { U, G, U }, { R, U, R }, { U, R, R } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_ocsp_answer two[2] = { { .status = rows[i].first, .revoked_at = -5, .reason = 1, .this_update = NOW - 60, .next_update = NOW + 60 } }, told;
        struct jy_buf request = { 0 }, response = { 0 };
        struct jy_ocsp_questions questions;
        two[1] = two[0];
        two[1].status = rows[i].second;
        MUST(jy_ocsp_request(leaf, authority.ca, false, nonce, &request, NULL));
        MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
        questions.list[questions.count++] = questions.list[0];
        MUST(jy_ocsp_respond(&questions, two, authority.ca_key, authority.ca, NOW, &response, NULL));
        MUST(jy_ocsp_check(jy_buf_slice(&response), leaf, authority.ca, nonce, &told, NULL));
        if (told.status != rows[i].told || (told.status == R) != (told.revoked_at == 1))
            fail_msg("row %zu: %d at %lld", i, (int)told.status, (long long)told.revoked_at);
        jy_buf_free(&request);
        jy_buf_free(&response);
    }
}

static void
ocsp__nobody_else_may_answer(void **state)
{
    struct jy_cert *plain = issue((struct jy_issue){ .common_name = "no EKU" });
    struct jy_cert *any = issue((struct jy_issue){ .common_name = "any", .extended_key_usage = "anyExtendedKeyUsage" });
    struct jy_cert *ended = issue((struct jy_issue){ .common_name = "ended", .extended_key_usage = "OCSPSigning", .not_after = NOW - 1 });
    struct jy_cert *later = issue((struct jy_issue){ .common_name = "later", .extended_key_usage = "OCSPSigning", .not_before = NOW + 1 });
    struct jy_cert *by_root = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.key,
                                                       .common_name = "by root", .extended_key_usage = "OCSPSigning" });
    struct jy_cert *forged = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = authority.ca, .common_name = "forged",
                                                      .extended_key_usage = "OCSPSigning" });
    struct jy_cert *other_leaf = issue((struct jy_issue){ .common_name = "other" });
    const struct { const char *what; struct recipe recipe; jy_err err; } rows[] = {
        { "a certificate of the CA without EKU", { .key = authority.key, .by = plain }, JY_E_CERTIFICATE },
        { "anyExtendedKeyUsage", { .key = authority.key, .by = any }, JY_E_CERTIFICATE },
        { "ended when it was produced", { .key = authority.key, .by = ended }, JY_E_CERTIFICATE },
        { "not begun when it was produced", { .key = authority.key, .by = later }, JY_E_CERTIFICATE },
        { "alive when it was produced", { .key = authority.key, .by = ended, .produced_at = NOW - 1 }, JY_OK },
        { "a responder of another CA", { .key = authority.key, .by = by_root }, JY_E_CERTIFICATE },
        { "a certificate that the CA did not sign", { .key = authority.key, .by = forged }, JY_E_CERTIFICATE },
        { "about another certificate", { .about = other_leaf }, JY_E_NOT_FOUND },
        { "about the serial under another CA", { .about = authority.ca, .of = authority.root }, JY_E_NOT_FOUND },
        { "without the nonce", { .without_nonce = true }, JY_E_SIGNATURE },
        { "written before it was known", { .answer.this_update = NOW + 600, .answer.next_update = NOW + 700 }, JY_E_FORMAT },
        { "over before it began", { .answer.next_update = NOW - 100 }, JY_E_FORMAT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf response = respond(rows[i].recipe);
        struct jy_ocsp_answer answer;
        jy_err rc = jy_ocsp_check(jy_buf_slice(&response), leaf, authority.ca, nonce, &answer, NULL);
        if (rc != rows[i].err || (rc != JY_OK && answer.status != JY_OCSP_UNKNOWN))
            fail_msg("%s: %s", rows[i].what, jy_err_code(rc));
        jy_buf_free(&response);
    }
    jy_cert_free(plain);
    jy_cert_free(any);
    jy_cert_free(ended);
    jy_cert_free(later);
    jy_cert_free(by_root);
    jy_cert_free(forged);
    jy_cert_free(other_leaf);
}

static void
ocsp__error_responses_name_their_error(void **state)
{
    struct jy_buf response = { 0 };
    struct jy_ocsp_answer answer;
    struct jy_fault fault = { 0 };

    (void)state;
    MUST(jy_ocsp_refuse(JY_OCSP_UNAUTHORIZED, &response));
    assert_int_equal(jy_ocsp_check(jy_buf_slice(&response), leaf, authority.ca, nonce, &answer, &fault), JY_E_NOT_FOUND);
    assert_non_null(strstr(fault.text, "unauthorized"));
    jy_buf_free(&response);
}

static void
ocsp__no_changed_byte_lets_a_revoked_certificate_live(void **state)
{
    struct jy_buf response = respond((struct recipe){ .answer = { .status = JY_OCSP_REVOKED, .revoked_at = NOW - 99, .reason = 1 } });
    struct jy_ocsp_answer answer;

    (void)state;
    for (size_t i = 0; i < response.len; i++) {
        response.p[i] ^= 0x01;
        if (jy_ocsp_check(jy_buf_slice(&response), leaf, authority.ca, nonce, &answer, NULL) == JY_OK &&
            (answer.status != JY_OCSP_REVOKED || answer.revoked_at != NOW - 99))
            fail_msg("byte %zu", i);
        response.p[i] ^= 0x01;
        assert_int_not_equal(jy_ocsp_check(JY_SLICE(response.p, i), leaf, authority.ca, nonce, &answer, NULL), JY_OK);
    }
    jy_buf_free(&response);
}

/* ---- in a chain ---- */

static enum jy_chain_status
status_with(const struct recipe *recipe, const struct jy_cert *revoked, jy_time at)
{
    struct jy_trust *trust = authority_trust(false);
    struct jy_buf response = respond(*recipe);
    struct jy_chain_result result;

    if (revoked != NULL)
        trust_list(trust, authority.ca_key, authority.ca, revoked, NOW - 100, at == NOW - 200 ? 6 : 1);
    MUST(jy_trust_add_ocsp(trust, jy_buf_slice(&response), NULL));
    MUST(jy_chain_check(trust, leaf, NULL, 0, at, &result));
    jy_buf_free(&response);
    jy_trust_free(trust);
    return result.status;
}

static void
chain__a_genuine_response_is_as_good_as_a_list_and_no_other_is(void **state)
{
    struct jy_cert *plain = issue((struct jy_issue){ .common_name = "no EKU" });
    struct jy_cert *checkable = issue((struct jy_issue){ .common_name = "no nocheck", .extended_key_usage = "OCSPSigning" });
    const struct jy_ocsp_answer revoked = { .status = JY_OCSP_REVOKED, .revoked_at = NOW - 10, .reason = 4 };
    const struct { const char *what; struct recipe recipe; const struct jy_cert *on_list; jy_time at; enum jy_chain_status status; } rows[] = {
        { "good", { 0 }, NULL, NOW, JY_CHAIN_OK },
        { "good, SHA-1 identifier", { .sha1 = true }, NULL, NOW, JY_CHAIN_OK },
        { "good, by a responder", { .key = authority.key, .by = responder }, NULL, NOW, JY_CHAIN_OK },
        { "good, out of date", { .answer.next_update = NOW - 1, .answer.this_update = NOW - 2 }, NULL, NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "good, without an end, of now", { .answer = { .this_update = NOW, .next_update = -1 } }, NULL, NOW, JY_CHAIN_OK },
        { "good, without an end, of before", { .answer = { .this_update = NOW - 1, .next_update = -1 } }, NULL, NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "unknown", { .answer.status = JY_OCSP_UNKNOWN }, NULL, NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "good, not genuine", { .key = authority.key, .by = plain }, NULL, NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "revoked", { .answer = revoked }, NULL, NOW, JY_CHAIN_REVOKED },
        { "revoked later", { .answer = revoked }, NULL, NOW - 11, JY_CHAIN_REVOKED_LATER },
        { "good, but on a list", { 0 }, leaf, NOW, JY_CHAIN_REVOKED },
        { "a responder that must be on no list, without lists", { .key = authority.key, .by = checkable }, NULL, NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "a responder on the list", { .answer = revoked, .key = authority.key, .by = checkable }, checkable, NOW, JY_CHAIN_OK },
        { "a responder that is held", { .answer = revoked, .key = authority.key, .by = checkable }, checkable, NOW - 200, JY_CHAIN_OK },
        { "a responder on no list", { .answer = revoked, .key = authority.key, .by = checkable }, plain, NOW, JY_CHAIN_REVOKED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum jy_chain_status status = status_with(&rows[i].recipe, rows[i].on_list, rows[i].at);
        if (status != rows[i].status)
            fail_msg("%s: %d", rows[i].what, (int)status);
    }
    jy_cert_free(plain);
    jy_cert_free(checkable);
}

/* A document brings a genuine older list that says nothing, and a crowd of forged ones: the response that was there before is heard. */
static void
chain__forged_evidence_does_not_drown_what_was_known(void **state)
{
    struct jy_buf revoked = respond((struct recipe){ .answer = { .status = JY_OCSP_REVOKED, .revoked_at = NOW - 10, .reason = 1 } });
    struct jy_cert *forger = issue((struct jy_issue){ .common_name = "forger", .subject_key = authority.other_key });
    struct jy_buf forged = respond((struct recipe){ .key = authority.other_key, .by = forger });
    struct jy_trust *base = authority_trust(false), *more;
    struct jy_cert *namesake = issue((struct jy_issue){ .issuer_key = authority.other_key, .subject_key = authority.other_key,
                                                        .common_name = "CA", .ca = true });
    struct jy_chain_result result;

    (void)state;
    MUST(jy_trust_add_ocsp(base, jy_buf_slice(&revoked), NULL));
    MUST(jy_trust_extend(base, &more));
    for (int i = 0; i < 100; i++)
        trust_list(more, authority.other_key, namesake, NULL, 0, 0);
    trust_list(more, authority.ca_key, authority.ca, NULL, 0, 0);
    MUST(jy_chain_check(more, leaf, NULL, 0, NOW, &result));
    assert_int_equal(result.status, JY_CHAIN_REVOKED);
    for (int i = 0; i < 40; i++)
        MUST(jy_trust_add_ocsp(more, jy_buf_slice(&forged), NULL));
    MUST(jy_chain_check(more, leaf, NULL, 0, NOW, &result));
    assert_int_equal(result.status, JY_CHAIN_REVOKED);
    jy_cert_free(forger);
    jy_buf_free(&forged);
    jy_buf_free(&revoked);
    jy_trust_free(more);
    jy_trust_free(base);
    jy_cert_free(namesake);
}

/* An ended certificate is spoken of only by a responder that says that it keeps such (RFC 6960 4.4.4 archive cutoff). */
static void
chain__a_response_about_an_ended_certificate_needs_its_archive_cutoff(void **state)
{
    const struct { jy_time cutoff; enum jy_chain_status status; } rows[] = {
        { 0, JY_CHAIN_REVOCATION_UNKNOWN }, { NOW - 3 * DAY, JY_CHAIN_OK }, { NOW - DAY, JY_CHAIN_REVOCATION_UNKNOWN } };
    struct jy_cert *living = leaf;

    (void)state;
    leaf = issue((struct jy_issue){ .common_name = "ended", .not_after = NOW - 2 * DAY });
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(status_with(&(struct recipe){ .answer.archive_cutoff = rows[i].cutoff }, NULL, NOW - 3 * DAY), rows[i].status);
    jy_cert_free(leaf);
    leaf = living;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ocsp__a_request_says_what_is_asked),
        cmocka_unit_test(ocsp__a_genuine_answer_is_told),
        cmocka_unit_test(ocsp__of_two_statements_the_worse_counts),
        cmocka_unit_test(ocsp__nobody_else_may_answer),
        cmocka_unit_test(ocsp__error_responses_name_their_error),
        cmocka_unit_test(ocsp__no_changed_byte_lets_a_revoked_certificate_live),
        cmocka_unit_test(chain__a_genuine_response_is_as_good_as_a_list_and_no_other_is),
        cmocka_unit_test(chain__forged_evidence_does_not_drown_what_was_known),
        cmocka_unit_test(chain__a_response_about_an_ended_certificate_needs_its_archive_cutoff),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

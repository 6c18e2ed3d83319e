/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps and evidence: what proves a time, what a bundle brings back, and what forged evidence cannot do. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

#include "codec/text.h"

#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"     /* of nothing in particular */

static struct jy_buf stamped;
static struct jy_sm2 *tsa_key;
static struct jy_cert *tsa;
static struct jy_trust *bare;         /* the CA without any list */

static int
set_up(void **state)
{
    struct jy_issue what = { .common_name = "TSA", .organization = "Test", .ca = false, .path_length = -1, .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "critical,timeStamping", .serial = { [15] = 9 } };
    struct jy_buf pdf = small_pdf(), pem = { 0 };

    (void)state;
    pki_begin();
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &stamped, NULL));
    MUST(jy_sm2_generate(&tsa_key));
    what.issuer_key = pki.ca_key;
    what.issuer = pki.ca;
    what.subject_key = tsa_key;
    what.not_before = pki.now - 86400;
    what.not_after = pki.now + 86400;
    MUST(jy_cert_issue(&what, &tsa, NULL));
    MUST(jy_cert_to_pem(pki.ca, &pem));
    MUST(jy_trust_new(&bare));
    MUST(jy_trust_add_pem(bare, jy_buf_slice(&pem), NULL));
    jy_buf_free(&pdf);
    jy_buf_free(&pem);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&stamped);
    jy_cert_free(tsa);
    jy_sm2_free(tsa_key);
    jy_trust_free(bare);
    pki_end();
    return 0;
}

/* A token over data, by this authority at this time. */
static struct jy_buf
token_by(const struct jy_cert *cert, const struct jy_sm2 *key, struct jy_slice data, jy_time when)
{
    struct jy_timestamp_request request = { .cert_req = true };
    struct jy_timestamp_fields fields = { .request = &request, .tsa = cert, .policy = "1.2.156.112640.16.1", .time = when, .serial = { 1 } };
    struct jy_buf token = { 0 };

    MUST(jy_sm3(data, request.digest));
    MUST(jy_timestamp_make(&fields, key, &token, NULL));
    return token;
}

/* r, s of the stamp in a file; copied. */
static struct jy_buf
value_of(struct jy_slice file)
{
    const struct jy_signature *list;
    struct jy_document *doc;
    struct jy_ses *ses;
    struct jy_buf out = { 0 };
    size_t count;

    MUST(jy_document_open(file, &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    MUST(jy_ses_parse(list[count - 1].value, &ses, NULL));
    MUST(jy_buf_add(&out, jy_ses_signature(ses)));
    jy_ses_free(ses);
    jy_document_free(doc);
    return out;
}

/* {"name":["base64"]} */
static struct jy_buf
bundle_of(const char *name, struct jy_slice der)
{
    struct jy_buf out = { 0 };

    MUST(jy_buf_fmt(&out, "{\"%s\":[\"", name));
    MUST(jy_base64_encode(der, &out));
    MUST(jy_buf_text(&out, "\"]}"));
    return out;
}

/* The report's text, to be freed; "" and the error when there is none. */
static struct jy_buf
report_by(struct jy_slice file, const struct jy_trust *trust, struct jy_slice bundle, bool from_register, jy_time now, enum jy_verdict *verdict)
{
    struct jy_evidence *evidence = NULL;
    struct jy_report *report;
    struct jy_buf json = { 0 };

    if (bundle.len > 0)
        MUST(jy_evidence_parse(bundle, from_register, &evidence, NULL));
    MUST(jy_verify(file, trust, evidence, NULL, now, &report, NULL));
    *verdict = jy_report_verdict(report);
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    jy_report_free(report);
    jy_evidence_free(evidence);
    return json;
}

static enum jy_verdict
verdict_of(struct jy_slice file, const struct jy_trust *trust, struct jy_slice bundle, jy_time now)
{
    enum jy_verdict verdict;
    struct jy_buf json = report_by(file, trust, bundle, false, now, &verdict);

    jy_buf_free(&json);
    return verdict;
}

/* Is there a failing line of this check in the report? */
static bool
fails(struct jy_slice file, const struct jy_trust *trust, struct jy_slice bundle, jy_time now, const char *check)
{
    enum jy_verdict verdict;
    struct jy_buf json = report_by(file, trust, bundle, false, now, &verdict);
    char wanted[128];
    bool found;

    snprintf(wanted, sizeof(wanted), "\"name\": \"%s\",\n          \"passed\": false", check);
    found = strstr((char *)json.p, wanted) != NULL;
    jy_buf_free(&json);
    return found;
}

static void
evidence__a_time_stamp_keeps_a_verdict_after_the_certificate_has_ended(void **state)
{
    struct jy_buf value = value_of(jy_buf_slice(&stamped)), token = token_by(tsa, tsa_key, jy_buf_slice(&value), pki.now + 10);
    struct jy_buf bundle = bundle_of("time_stamps", jy_buf_slice(&token));
    jy_time later = pki.now + 2 * 86400;
    enum jy_verdict verdict;
    struct jy_buf json = report_by(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), false, later, &verdict);

    (void)state;
    assert_int_equal(verdict, JY_VALID_WITH_WARNING);     /* the maker's certificate has ended since, too */
    assert_non_null(strstr((char *)json.p, "\"known_by\": \"time_stamp\""));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, JY_EMPTY, later), JY_INDETERMINATE);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), NULL, jy_buf_slice(&bundle), later), JY_INDETERMINATE);
    jy_buf_free(&json);
    jy_buf_free(&bundle);
    jy_buf_free(&token);
    jy_buf_free(&value);
}

/* Of another value, by a certificate that is not for time stamping, by an authority of another CA with the same names: none proves a time. */
static void
evidence__a_time_stamp_that_is_not_genuine_proves_nothing(void **state)
{
    struct jy_buf value = value_of(jy_buf_slice(&stamped));
    struct jy_issue fake = { .common_name = "CA", .organization = "Test", .ca = true, .path_length = -1, .serial = { [15] = 1 } };
    struct jy_issue leaf = { .common_name = "TSA", .organization = "Test", .path_length = -1, .key_usage = "critical,digitalSignature",
                             .extended_key_usage = "critical,timeStamping", .serial = { [15] = 9 } };
    struct jy_sm2 *fake_key;
    struct jy_cert *fake_ca, *fake_tsa;
    struct jy_buf tokens[3];

    (void)state;
    MUST(jy_sm2_generate(&fake_key));
    fake.issuer_key = fake.subject_key = leaf.issuer_key = leaf.subject_key = fake_key;
    fake.not_before = leaf.not_before = pki.now - 86400;
    fake.not_after = leaf.not_after = pki.now + 86400;
    MUST(jy_cert_issue(&fake, &fake_ca, NULL));
    leaf.issuer = fake_ca;
    MUST(jy_cert_issue(&leaf, &fake_tsa, NULL));
    tokens[0] = token_by(tsa, tsa_key, jy_slice_text("another value"), pki.now + 10);
    tokens[1] = token_by(pki.signer, pki.signer_key, jy_buf_slice(&value), pki.now + 10);
    tokens[2] = token_by(fake_tsa, fake_key, jy_buf_slice(&value), pki.now + 10);
    for (size_t i = 0; i < 3; i++) {
        struct jy_buf bundle = bundle_of("time_stamps", jy_buf_slice(&tokens[i]));
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 2 * 86400), JY_INDETERMINATE);
        assert_true(fails(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 2 * 86400, "TIME_CLAIMED"));
        /* and takes nothing away from what holds without it */
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 60), JY_VALID_WITH_WARNING);
        jy_buf_free(&bundle);
        jy_buf_free(&tokens[i]);
    }
    jy_cert_free(fake_tsa);
    jy_cert_free(fake_ca);
    jy_sm2_free(fake_key);
    jy_buf_free(&value);
}

static void
evidence__a_claim_later_than_its_proof_is_invalid(void **state)
{
    struct jy_buf value = value_of(jy_buf_slice(&stamped));
    static const struct { jy_time before; enum jy_verdict verdict; } rows[] = {
        { JY_POLICY_TOLERANCE, JY_VALID }, { JY_POLICY_TOLERANCE + 1, JY_INVALID } };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf token = token_by(tsa, tsa_key, jy_buf_slice(&value), pki.now - rows[i].before);
        struct jy_buf bundle = bundle_of("time_stamps", jy_buf_slice(&token));
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 60), rows[i].verdict);
        assert_int_equal(fails(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 60, "TIME_CONTRADICTED"), i == 1);
        jy_buf_free(&bundle);
        jy_buf_free(&token);
    }
    jy_buf_free(&value);
}

static void
evidence__a_genuine_list_counts_and_a_forged_one_does_not(void **state)
{
    struct jy_buf crls[2] = { { 0 } };

    (void)state;
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crls[0], NULL));
    MUST(jy_crl_issue(pki.signer_key, pki.signer, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crls[1], NULL));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, JY_EMPTY, pki.now + 60), JY_INDETERMINATE);
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf bundle = bundle_of("crls", jy_buf_slice(&crls[i]));
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, jy_buf_slice(&bundle), pki.now + 60), i == 0 ? JY_VALID_WITH_WARNING : JY_INDETERMINATE);
        /* an old list says nothing of today while the time is only claimed */
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, jy_buf_slice(&bundle), pki.now + 86400 + 1), JY_INDETERMINATE);
        jy_buf_free(&bundle);
        jy_buf_free(&crls[i]);
    }
}

static void
evidence__never_brings_an_anchor(void **state)
{
    struct jy_buf bundle = bundle_of("certificates", jy_cert_der(pki.ca));
    struct jy_trust *empty;

    (void)state;
    MUST(jy_trust_new(&empty));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), NULL, jy_buf_slice(&bundle), pki.now), JY_INDETERMINATE);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), empty, jy_buf_slice(&bundle), pki.now), JY_INDETERMINATE);
    assert_true(fails(jy_buf_slice(&stamped), empty, jy_buf_slice(&bundle), pki.now, "SIGNER_TRUST"));
    jy_trust_free(empty);
    jy_buf_free(&bundle);
}

static void
evidence__records_prove_a_time_only_from_the_register_itself(void **state)
{
    enum jy_verdict verdict;
    struct jy_buf json = report_by(jy_buf_slice(&stamped), pki.trust, JY_EMPTY, false, pki.now, &verdict), bundle = { 0 };
    jy_time later = pki.now + 2 * 86400;
    char when[21];

    (void)state;
    jy_time_rfc3339(pki.now, when);
    MUST(jy_buf_fmt(&bundle, "{\"stamps\":[{\"digest\":\"%.64s\",\"recorded\":\"%s\"}]}", strstr((char *)json.p, "\"value_digest\": \"") + 17, when));
    jy_buf_free(&json);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), later), JY_INDETERMINATE);
    json = report_by(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), true, later, &verdict);
    assert_int_equal(verdict, JY_VALID_WITH_WARNING);
    assert_non_null(strstr((char *)json.p, "\"known_by\": \"register\""));
    jy_buf_free(&json);
    jy_buf_free(&bundle);
}

/* The same anchors and the bundle alone: the same report byte for byte, and the same bundle again. */
static void
evidence__that_was_kept_gives_the_same_report_again(void **state)
{
    struct jy_buf value = value_of(jy_buf_slice(&stamped)), token = token_by(tsa, tsa_key, jy_buf_slice(&value), pki.now + 10);
    struct jy_buf given = bundle_of("time_stamps", jy_buf_slice(&token)), kept[2] = { { 0 } }, reports[2] = { { 0 } };
    struct jy_evidence *evidence;
    struct jy_report *report;

    (void)state;
    for (int i = 0; i < 2; i++) {
        MUST(jy_evidence_parse(jy_buf_slice(i == 0 ? &given : &kept[0]), false, &evidence, NULL));
        MUST(jy_verify_keep(jy_buf_slice(&stamped), i == 0 ? pki.trust : bare, evidence, NULL, pki.now + 60, &report, &kept[i], NULL));
        MUST(jy_report_json(report, &reports[i]));
        assert_int_equal(jy_report_verdict(report), JY_VALID);
        if (i == 1)
            assert_true(evidence->origin.known && evidence->origin.judged_at == pki.now + 60 && !evidence->origin.policy.strict);
        jy_report_free(report);
        jy_evidence_free(evidence);
    }
    assert_true(jy_slice_equal(jy_buf_slice(&reports[0]), jy_buf_slice(&reports[1])));
    assert_true(jy_slice_equal(jy_buf_slice(&kept[0]), jy_buf_slice(&kept[1])));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, jy_buf_slice(&kept[0]), pki.now + 30 * 86400), JY_VALID_WITH_WARNING);
    for (int i = 0; i < 2; i++) {
        jy_buf_free(&kept[i]);
        jy_buf_free(&reports[i]);
    }
    jy_buf_free(&given);
    jy_buf_free(&token);
    jy_buf_free(&value);
}

/* A token whose authority nobody knows is told, and keeps the claim a claim. */
static void
evidence__a_time_stamp_without_a_certificate_proves_nothing(void **state)
{
    struct jy_timestamp_request request = { .cert_req = false };
    struct jy_timestamp_fields fields = { .request = &request, .tsa = tsa, .policy = "1.2.156.112640.16.1", .time = pki.now + 10, .serial = { 1 } };
    struct jy_buf value = value_of(jy_buf_slice(&stamped)), token = { 0 }, bundle;

    (void)state;
    MUST(jy_sm3(jy_buf_slice(&value), request.digest));
    MUST(jy_timestamp_make(&fields, tsa_key, &token, NULL));
    bundle = bundle_of("time_stamps", jy_buf_slice(&token));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 60), JY_VALID_WITH_WARNING);
    assert_true(fails(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 60, "TS_EVIDENCE"));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, jy_buf_slice(&bundle), pki.now + 30 * 86400), JY_INDETERMINATE);
    jy_buf_free(&value);
    jy_buf_free(&token);
    jy_buf_free(&bundle);
}

/* An answer of the CA itself on this certificate. */
static struct jy_buf
answer_on(const struct jy_cert *cert)
{
    struct jy_ocsp_answer answer = { .status = JY_OCSP_GOOD, .reason = -1, .this_update = pki.now - 60, .next_update = pki.now + 86400 };
    struct jy_buf request = { 0 }, out = { 0 };
    struct jy_ocsp_questions *questions = calloc(1, sizeof(*questions));

    assert_non_null(questions);
    MUST(jy_ocsp_request(cert, pki.ca, false, JY_EMPTY, &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), questions, NULL));
    MUST(jy_ocsp_respond(questions, &answer, pki.ca_key, pki.ca, pki.now - 60, &out, NULL));
    free(questions);
    jy_buf_free(&request);
    return out;
}

/* {"name":["base64","base64"]} goes on: ,"name":[…] */
static void
add_list(struct jy_buf *bundle, const char *name, struct jy_slice a, struct jy_slice b)
{
    MUST(jy_buf_fmt(bundle, "%s\"%s\":[\"", bundle->len == 0 ? "{" : ",", name));
    MUST(jy_base64_encode(a, bundle));
    MUST(jy_buf_text(bundle, "\",\""));
    MUST(jy_base64_encode(b, bundle));
    MUST(jy_buf_text(bundle, "\"]"));
}

/* Answers, records and two time stamps from the register: the earliest proof counts, and what had a part in it is kept, the rest is not. */
static void
keep__every_kind_that_was_used_and_nothing_else(void **state)
{
    struct jy_buf value = value_of(jy_buf_slice(&stamped)), early = token_by(tsa, tsa_key, jy_buf_slice(&value), pki.now + 10);
    struct jy_buf late = token_by(tsa, tsa_key, jy_buf_slice(&value), pki.now + 20), signer = answer_on(pki.signer), other = answer_on(tsa);
    struct jy_buf bundle = { 0 }, kept[2] = { { 0 } }, json;
    struct jy_cert *stranger, *ca = pki.ca;
    struct jy_buf stranger_crl = { 0 }, crl = { 0 };
    struct jy_evidence *evidence;
    struct jy_report *report;
    enum jy_verdict verdict;
    char when[21];

    (void)state;
    pki.ca = NULL;
    stranger = pki_issue(pki.ca_key, "another CA", true, 7);
    pki.ca = ca;
    MUST(jy_crl_issue(pki.ca_key, stranger, NULL, 0, pki.now - 60, pki.now + 86400, 1, &stranger_crl, NULL));
    MUST(jy_crl_issue(pki.ca_key, pki.ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
    json = report_by(jy_buf_slice(&stamped), pki.trust, JY_EMPTY, false, pki.now, &verdict);
    jy_time_rfc3339(pki.now + 15, when);
    add_list(&bundle, "time_stamps", jy_buf_slice(&early), jy_buf_slice(&late));
    add_list(&bundle, "ocsp", jy_buf_slice(&other), jy_buf_slice(&signer));
    add_list(&bundle, "crls", jy_buf_slice(&stranger_crl), jy_buf_slice(&crl));
    add_list(&bundle, "certificates", jy_cert_der(stranger), jy_cert_der(pki.ca));
    MUST(jy_buf_fmt(&bundle, ",\"stamps\":[{\"digest\":\"%.64s\",\"recorded\":\"%s\"}]}", strstr((char *)json.p, "\"value_digest\": \"") + 17, when));
    for (int i = 0; i < 2; i++) {
        MUST(jy_evidence_parse(jy_buf_slice(i == 0 ? &bundle : &kept[0]), true, &evidence, NULL));
        MUST(jy_verify_keep(jy_buf_slice(&stamped), bare, evidence, NULL, pki.now + 60, &report, &kept[i], NULL));
        assert_int_equal(jy_report_verdict(report), JY_VALID);
        assert_int_equal(evidence->time_stamps.count, 2);
        assert_int_equal(evidence->stamp_count, 1);
        if (i == 1) {
            assert_int_equal(evidence->crls.count, 1);
            assert_true(jy_slice_equal(evidence->crls.list[0], jy_buf_slice(&crl)));
            assert_int_equal(evidence->ocsp.count, 2);                              /* the authority's certificate had a part in it too */
        }
        jy_report_free(report);
        jy_evidence_free(evidence);
    }
    assert_true(jy_slice_equal(jy_buf_slice(&kept[0]), jy_buf_slice(&kept[1])));
    for (int i = 0; i < 2; i++)
        jy_buf_free(&kept[i]);
    jy_buf_free(&json);
    jy_buf_free(&bundle);
    jy_buf_free(&stranger_crl);
    jy_buf_free(&crl);
    jy_cert_free(stranger);
    jy_buf_free(&signer);
    jy_buf_free(&other);
    jy_buf_free(&early);
    jy_buf_free(&late);
    jy_buf_free(&value);
}

/* A bundle whose list revokes the signer before the stamping: whatever byte is changed, it never becomes valid. */
static void
evidence__no_changed_byte_of_a_bundle_makes_anything_valid(void **state)
{
    struct jy_trust *revoked = pki_trust(jy_cert_serial(pki.signer), pki.now - 100);
    struct jy_buf bundle = { 0 };
    struct jy_report *report;
    size_t step = getenv("JINYIN_FULL") == NULL ? 17 : 1;

    (void)state;
    MUST(jy_verify_keep(jy_buf_slice(&stamped), revoked, NULL, NULL, pki.now, &report, &bundle, NULL));
    assert_int_equal(jy_report_verdict(report), JY_INVALID);
    jy_report_free(report);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, jy_buf_slice(&bundle), pki.now), JY_INVALID);
    for (size_t i = 0; i < bundle.len; i += step) {
        struct jy_evidence *evidence = NULL;
        bundle.p[i] ^= 0x01;
        if (jy_evidence_parse(jy_buf_slice(&bundle), true, &evidence, NULL) == JY_OK &&
            jy_verify(jy_buf_slice(&stamped), bare, evidence, NULL, pki.now, &report, NULL) == JY_OK) {
            if (jy_report_verdict(report) <= JY_VALID_WITH_WARNING)
                fail_msg("byte %zu changed: valid", i);
            jy_report_free(report);
        }
        jy_evidence_free(evidence);
        bundle.p[i] ^= 0x01;
    }
    jy_trust_free(revoked);
    jy_buf_free(&bundle);
}

struct authority { const struct jy_cert *cert; const struct jy_sm2 *key; jy_time when; bool other; };

static jy_err
stamp_value(void *ctx, struct jy_slice signature, struct jy_buf *token, struct jy_fault *fault)
{
    const struct authority *by = ctx;
    struct jy_buf made = token_by(by->cert, by->key, by->other ? jy_slice_text("another") : signature, by->when);
    jy_err rc = jy_buf_add(token, jy_buf_slice(&made));

    (void)fault;
    jy_buf_free(&made);
    return rc;
}

/* A stamp with a version 5 seal whose own time stamp is by this authority. */
static struct jy_buf
stamped_with_v5(struct authority *by)
{
    struct jy_buf picture = load_file(JY_DATA "/pictures/seal-alpha.png"), der = { 0 }, pdf = small_pdf(), out = { 0 };
    struct jy_seal_fields fields = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, pki.now - 3600, jy_cert_not_before(pki.signer),
                                     jy_cert_not_after(pki.signer), "PNG", jy_buf_slice(&picture), 40, 40, .version = 5, .time_stamper = stamp_value,
                                     .time_stamper_ctx = by };
    struct jy_seal *common = pki.seal;
    struct jy_buf common_der = pki.seal_der;

    MUST(jy_seal_make(&fields, pki.maker_key, pki.maker, &der, NULL));
    pki.seal_der = der;
    MUST(jy_seal_parse(jy_buf_slice(&der), &pki.seal, NULL));
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &out, NULL));
    jy_seal_free(pki.seal);
    pki.seal = common;
    pki.seal_der = common_der;
    jy_buf_free(&der);
    jy_buf_free(&picture);
    jy_buf_free(&pdf);
    return out;
}

/* GM/T 0031-2025: the seal's own time stamp proves when it was there, and contradicts a createDate after it. */
static void
seal_stamp__proves_when_the_seal_was_there(void **state)
{
    struct authority good = { tsa, tsa_key, pki.now - 3000, false }, early = { tsa, tsa_key, pki.now - 3600 - JY_POLICY_TOLERANCE - 1, false },
                     other = { tsa, tsa_key, pki.now - 3000, true }, late = { tsa, tsa_key, pki.now + 30, false };
    struct jy_buf files[3] = { stamped_with_v5(&good), stamped_with_v5(&early), stamped_with_v5(&other) };
    struct jy_trust *lost = pki_trust_for(jy_cert_serial(pki.maker), pki.now - 60, REASON_KEY_COMPROMISE);
    struct jy_trust *lost_later = pki_trust_for(jy_cert_serial(pki.maker), pki.now + 40, REASON_KEY_COMPROMISE);

    (void)state;
    assert_int_equal(verdict_of(jy_buf_slice(&files[0]), pki.trust, JY_EMPTY, pki.now), JY_VALID_WITH_WARNING);
    assert_int_equal(verdict_of(jy_buf_slice(&files[0]), lost, JY_EMPTY, pki.now), JY_VALID_WITH_WARNING);    /* older than the loss */
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), lost, JY_EMPTY, pki.now), JY_INDETERMINATE);
    assert_int_equal(verdict_of(jy_buf_slice(&files[1]), pki.trust, JY_EMPTY, pki.now), JY_INVALID);
    assert_true(fails(jy_buf_slice(&files[1]), pki.trust, JY_EMPTY, pki.now, "SEAL_TIMESTAMP_ORDER"));
    assert_int_equal(verdict_of(jy_buf_slice(&files[2]), pki.trust, JY_EMPTY, pki.now), JY_INVALID);
    assert_true(fails(jy_buf_slice(&files[2]), pki.trust, JY_EMPTY, pki.now, "TS_IMPRINT"));
    assert_int_equal(verdict_of(jy_buf_slice(&files[0]), NULL, JY_EMPTY, pki.now), JY_INDETERMINATE);
    assert_true(fails(jy_buf_slice(&files[0]), NULL, JY_EMPTY, pki.now, "TS_TRUST"));
    for (size_t i = 0; i < 2; i++) {                    /* of two proofs for the seal the earlier one counts, whichever it is */
        struct jy_buf file = i == 0 ? files[0] : stamped_with_v5(&late), value = value_of(jy_buf_slice(&file));
        struct jy_buf token = token_by(tsa, tsa_key, jy_buf_slice(&value), pki.now + 10), bundle = bundle_of("time_stamps", jy_buf_slice(&token));
        assert_int_equal(verdict_of(jy_buf_slice(&file), i == 0 ? lost : lost_later, jy_buf_slice(&bundle), pki.now + 60), JY_VALID_WITH_WARNING);
        if (i == 1)
            jy_buf_free(&file);
        jy_buf_free(&bundle);
        jy_buf_free(&token);
        jy_buf_free(&value);
    }
    for (size_t i = 0; i < 3; i++)
        jy_buf_free(&files[i]);
    jy_trust_free(lost);
    jy_trust_free(lost_later);
}

/* A stamp whose SES_Signature carries a time stamp over its value, or over something else. */
static struct jy_buf
stamped_with_token(jy_time claimed, jy_time when, bool other)
{
    struct jy_buf pdf = small_pdf(), middle = { 0 }, value = { 0 }, with = { 0 }, token, out = { 0 };
    struct jy_stamp_place place = { .page = 1, .x_mm = 1, .y_mm = 1, .width_mm = 8, .height_mm = 8 };
    struct jy_prepared prepared = { 0 };
    struct jy_pieces pieces = { 0 };
    struct jy_document *doc;
    struct jy_ses *ses;

    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    MUST(jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &place, 1, claimed, &prepared, NULL));
    MUST(jy_pieces_join(&prepared.file, &middle));
    MUST(jy_ses_make(pki.seal, claimed, prepared.data_hash, prepared.property_info, pki.signer_key, pki.signer, &value, NULL));
    MUST(jy_ses_parse(jy_buf_slice(&value), &ses, NULL));
    token = token_by(tsa, tsa_key, other ? jy_slice_text("another") : jy_ses_signature(ses), when);
    MUST(jy_ses_add_time_stamp(jy_buf_slice(&value), jy_buf_slice(&token), &with, NULL));
    MUST(jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&with), &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_ses_free(ses);
    jy_buf_free(&pdf);
    jy_buf_free(&middle);
    jy_buf_free(&value);
    jy_buf_free(&with);
    jy_buf_free(&token);
    return out;
}

/* GB/T 38540-2020 timeStamp: proves the time for good; over other data it is refused; a claim before a revocation that the stamp lies behind is no help. */
static void
time_stamp__of_the_signature_settles_the_time(void **state)
{
    struct jy_buf good = stamped_with_token(pki.now, pki.now + 5, false), other = stamped_with_token(pki.now, pki.now + 5, true);
    struct jy_buf back_dated = stamped_with_token(pki.now - 3000, pki.now + 5, false);
    struct jy_trust *revoked = pki_trust(jy_cert_serial(pki.signer), pki.now - 1000);

    (void)state;
    assert_int_equal(verdict_of(jy_buf_slice(&good), pki.trust, JY_EMPTY, pki.now + 60), JY_VALID);
    assert_int_equal(verdict_of(jy_buf_slice(&good), pki.trust, JY_EMPTY, pki.now + 30 * 86400), JY_VALID_WITH_WARNING);
    assert_int_equal(verdict_of(jy_buf_slice(&other), pki.trust, JY_EMPTY, pki.now + 60), JY_INVALID);
    assert_true(fails(jy_buf_slice(&other), pki.trust, JY_EMPTY, pki.now + 60, "TS_IMPRINT"));
    assert_int_equal(verdict_of(jy_buf_slice(&good), pki.trust, JY_EMPTY, pki.now - 3600), JY_INVALID);        /* a stamp from the future */
    assert_true(fails(jy_buf_slice(&good), pki.trust, JY_EMPTY, pki.now - 3600, "TS_FUTURE"));
    assert_int_equal(verdict_of(jy_buf_slice(&back_dated), revoked, JY_EMPTY, pki.now + 60), JY_INVALID);
    assert_true(fails(jy_buf_slice(&back_dated), revoked, JY_EMPTY, pki.now + 60, "SIGNER_REVOKED_BEFORE"));
    jy_trust_free(revoked);
    jy_buf_free(&good);
    jy_buf_free(&other);
    jy_buf_free(&back_dated);
}

static void
evidence__malformed_items_are_named(void **state)
{
    static const char *const texts[] = { "{\"certificates\":[\"MAA=\"]}", "{\"crls\":[\"MAA=\"]}", "{\"ocsp\":[\"BQA=\"]}" },
                            *const where[] = { "evidence.certificates", "evidence.crls", "evidence.ocsp" },
                            *const refused[] = { "{\"crl\":[]}", "{\"crls\":[7]}", "{\"crls\":[\"\"]}", "{\"crls\":[\"?\"]}",
                                                 "{\"evidence\":1,\"judged_at\":\"2026-01-01T00:00:00Z\"}",
                                                 "{\"evidence\":1,\"document\":{\"digest\":\"00\"}}",
                                                 "{\"policy\":{}}",
                                                 "{\"trust\":{}}",
                                                 "{\"status\":[{\"seal_id\":\"1\"}]}",
                                                 "{\"status\":[{\"seal_id\":\"1\",\"state\":\"VOID\"}]}",
                                                 "{\"status\":[{\"seal_id\":\"1\",\"state\":\"VOID\",\"since\":\"now\"}]}",
                                                 "{\"status\":[{\"seal_id\":\"1\",\"state\":\"A\",\"since\":\"2026-01-01T00:00:00Z\",\"seal_digest\":7}]}",
                                                 "{\"status\":[{\"seal_id\":\"1\",\"state\":\"A\",\"since\":\"2026-01-01T00:00:00Z\",\"seal_digest\":\"00\"}]}",
                                                 "{\"stamps\":[{}]}",
                                                 "{\"stamps\":[{\"digest\":\"" DIGEST "\",\"recorded\":\"now\"}]}",
                                                 "{\"stamps\":[{\"digest\":\"00\",\"recorded\":\"2026-01-01T00:00:00Z\"}]}",
                                                 "{\"crls\":{}}" };
    struct jy_evidence *evidence;
    struct jy_report *report;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct jy_fault fault = { 0 };
        MUST(jy_evidence_parse(jy_slice_text(texts[i]), false, &evidence, NULL));
        assert_int_not_equal(jy_verify(jy_buf_slice(&stamped), pki.trust, evidence, NULL, pki.now, &report, &fault), JY_OK);
        assert_string_equal(fault.where, where[i]);
        jy_evidence_free(evidence);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(jy_evidence_parse(jy_slice_text(refused[i]), false, &evidence, NULL), JY_E_FORMAT);
    assert_int_equal(jy_evidence_parse(jy_slice_text("{\"evidence\":2}"), false, &evidence, NULL), JY_E_UNSUPPORTED);
}

/* N5: whose status it is stands in the bundle as well; that a seal is usable is told of the register itself only. */
static void
evidence__names_the_seal_that_the_register_means(void **state)
{
    static const struct { bool of_another, from_register; enum jy_verdict verdict; } rows[] = {
        { false, true, JY_VALID_WITH_WARNING }, { false, false, JY_VALID_WITH_WARNING }, { true, true, JY_INVALID }, { true, false, JY_INVALID } };
    uint8_t digest[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];

    (void)state;
    MUST(jy_sm3(jy_buf_slice(&pki.seal_der), digest));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_evidence *evidence, *again;
        struct jy_report *report;
        struct jy_buf text = { 0 }, bundle = { 0 }, json = { 0 };
        digest[0] ^= rows[i].of_another;
        jy_hex(JY_SLICE(digest, sizeof(digest)), hex);
        digest[0] ^= rows[i].of_another;
        MUST(jy_buf_fmt(&text, "{\"status\":["));
        for (int k = 0; k < 2; k++)
            MUST(jy_buf_fmt(&text, "%s{\"seal_id\":\"1201010000001\",\"seal_digest\":\"%s\",\"state\":\"ACTIVE\",\"since\":\"2026-05-0%dT00:00:00Z\"}",
                            k == 0 ? "" : ",", hex, k + 1));
        MUST(jy_buf_text(&text, "]}"));
        MUST(jy_evidence_parse(jy_buf_slice(&text), rows[i].from_register, &evidence, NULL));
        MUST(jy_verify_keep(jy_buf_slice(&stamped), pki.trust, evidence, NULL, pki.now, &report, &bundle, NULL));
        assert_int_equal(jy_report_verdict(report), rows[i].verdict);
        MUST(jy_report_json(report, &json));
        MUST(jy_buf_byte(&json, 0));
        assert_int_equal(strstr((char *)json.p, "\"SEAL_REGISTERED\"") != NULL, rows[i].of_another || rows[i].from_register);
        assert_int_equal(strstr((char *)json.p, "\"SEAL_STATUS\"") != NULL, !rows[i].of_another && rows[i].from_register);
        MUST(jy_evidence_parse(jy_buf_slice(&bundle), rows[i].from_register, &again, NULL));
        assert_int_equal(again->status_count, 2);
        assert_memory_equal(again->status[1].seal_digest, evidence->status[1].seal_digest, JY_SM3_SIZE);
        jy_evidence_free(evidence);
        jy_evidence_free(again);
        jy_report_free(report);
        jy_buf_free(&text);
        jy_buf_free(&bundle);
        jy_buf_free(&json);
    }
}

/* The origin of a bundle: all of it, as it is written, or none. */
static void
evidence__an_origin_is_read_whole_or_refused(void **state)
{
    static const char digest[] = DIGEST, when[] = "2026-01-01T00:00:00Z";
    static const struct { const char *digest, *judged, *name, *alive, *tolerance, *print; jy_err want; } rows[] = {
        { digest, when, "standard", "false", "300", digest, JY_OK },
        { digest, when, "strict", "true", "0", digest, JY_OK },
        { "01", when, "standard", "false", "300", digest, JY_E_FORMAT },
        { digest, "today", "standard", "false", "300", digest, JY_E_FORMAT },
        { digest, when, "lenient", "false", "300", digest, JY_E_FORMAT },
        { digest, when, "standard", "0", "300", digest, JY_E_FORMAT },
        { digest, when, "standard", "false", "\"300\"", digest, JY_E_FORMAT },
        { digest, when, "standard", "false", "300", "01", JY_E_FORMAT },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_evidence *evidence;
        char text[512];
        snprintf(text, sizeof(text), "{\"document\":{\"digest\":\"%s\"},\"judged_at\":\"%s\",\"policy\":{\"name\":\"%s\",\"maker_alive_now\":%s,"
                 "\"tolerance_seconds\":%s},\"trust\":{\"fingerprint\":\"%s\"}}", rows[i].digest, rows[i].judged, rows[i].name, rows[i].alive,
                 rows[i].tolerance, rows[i].print);
        assert_int_equal(jy_evidence_parse(jy_slice_text(text), false, &evidence, NULL), rows[i].want);
        assert_true(evidence == NULL || (evidence->origin.known && evidence->origin.policy.strict == (i == 1) &&
                                         evidence->origin.policy.maker_alive_now == (i == 1) && evidence->origin.policy.tolerance == (i == 1 ? 0 : 300)));
        jy_evidence_free(evidence);
    }
    for (size_t i = 1; i < 63; i++) {                   /* any part is missing: members 1 to 6, one bit each; not all of them */
        static const char *const part[] = { NULL, "\"name\":\"standard\"", "\"maker_alive_now\":false", "\"tolerance_seconds\":300" };
        struct jy_evidence *evidence;
        struct jy_buf text = { 0 };
        bool first = true;
        MUST(jy_buf_text(&text, "{\"document\":{"));
        if ((i & 1) != 0)
            MUST(jy_buf_fmt(&text, "\"digest\":\"%s\"", digest));
        MUST(jy_buf_text(&text, "},\"policy\":{"));
        for (size_t k = 1; k < 4; k++)
            if ((i >> k & 1) != 0) {
                MUST(jy_buf_fmt(&text, "%s%s", first ? "" : ",", part[k]));
                first = false;
            }
        MUST(jy_buf_text(&text, "},\"trust\":{"));
        if ((i & 16) != 0)
            MUST(jy_buf_fmt(&text, "\"fingerprint\":\"%s\"", digest));
        MUST(jy_buf_text(&text, "}"));
        if ((i & 32) != 0)
            MUST(jy_buf_fmt(&text, ",\"judged_at\":\"%s\"", when));
        MUST(jy_buf_text(&text, "}"));
        assert_int_equal(jy_evidence_parse(jy_buf_slice(&text), false, &evidence, NULL), JY_E_FORMAT);
        jy_buf_free(&text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(evidence__a_time_stamp_keeps_a_verdict_after_the_certificate_has_ended),
        cmocka_unit_test(evidence__a_time_stamp_that_is_not_genuine_proves_nothing),
        cmocka_unit_test(evidence__a_claim_later_than_its_proof_is_invalid),
        cmocka_unit_test(evidence__a_genuine_list_counts_and_a_forged_one_does_not),
        cmocka_unit_test(evidence__never_brings_an_anchor),
        cmocka_unit_test(evidence__records_prove_a_time_only_from_the_register_itself),
        cmocka_unit_test(evidence__that_was_kept_gives_the_same_report_again),
        cmocka_unit_test(evidence__a_time_stamp_without_a_certificate_proves_nothing),
        cmocka_unit_test(keep__every_kind_that_was_used_and_nothing_else),
        cmocka_unit_test(evidence__no_changed_byte_of_a_bundle_makes_anything_valid),
        cmocka_unit_test(seal_stamp__proves_when_the_seal_was_there),
        cmocka_unit_test(time_stamp__of_the_signature_settles_the_time),
        cmocka_unit_test(evidence__malformed_items_are_named),
        cmocka_unit_test(evidence__names_the_seal_that_the_register_means),
        cmocka_unit_test(evidence__an_origin_is_read_whole_or_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

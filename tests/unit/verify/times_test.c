/* SPDX-License-Identifier: Apache-2.0 */
/* Times that a PDF's document time stamps (ISO 32000-2 12.8.5) and the unsigned attribute of a SignedData (GM/T 0099, RFC 3161 A) prove. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "times.h"

#include <jansson.h>

#define DAY 86400

static int
set_up(void **state)
{
    (void)state;
    pki_begin();
    tsa_begin();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    tsa_end();
    pki_end();
    return 0;
}

static json_t *
judged(const struct jy_buf *file, const struct jy_trust *trust, jy_time now)
{
    struct jy_report *report;
    struct jy_buf text = { 0 };
    json_t *json;

    MUST(jy_verify(jy_buf_slice(file), trust, NULL, NULL, now, &report, NULL));
    MUST(jy_report_json(report, &text));
    json = json_loadb((const char *)text.p, text.len, 0, NULL);
    assert_non_null(json);
    jy_buf_free(&text);
    jy_report_free(report);
    return json;
}

static const char *
text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

static bool
fails(const json_t *signature, const char *name)
{
    const json_t *check;
    size_t i;

    json_array_foreach(json_object_get(signature, "checks"), i, check)
        if (strcmp(text_of(check, "name"), name) == 0 && json_is_false(json_object_get(check, "passed")))
            return true;
    return false;
}

/* Signature n of the report: its verdict, by what its time is known, and its time. */
static void
expect(const json_t *report, size_t n, const char *verdict, const char *known_by, jy_time at)
{
    const json_t *signature = json_array_get(json_object_get(report, "signatures"), n), *time = json_object_get(signature, "time");
    char when[21];

    jy_time_rfc3339(at, when);
    if (strcmp(text_of(signature, "verdict"), verdict) != 0 || strcmp(text_of(time, "known_by"), known_by) != 0 || strcmp(text_of(time, "value"), when) != 0) {
        char *text = json_dumps(report, JSON_INDENT(1));
        fail_msg("signature %zu is not %s by %s at %s\n%s", n, verdict, known_by, when, text);
    }
}

static bool
signature_fails(const json_t *report, size_t n, const char *check)
{
    return fails(json_array_get(json_object_get(report, "signatures"), n), check);
}

/* What stands before the stamp existed then: of two stamps the earlier says it; what comes behind it is only claimed. */
static void
document_stamp__proves_the_time_of_what_it_covers_and_of_nothing_else(void **state)
{
    struct jy_buf file = signed_with(small_pdf(), false, false, pki.now, (struct stamp){ 0 });
    json_t *report;

    (void)state;
    file = archived(file, (struct stamp){ .when = pki.now + 10 });
    file = signed_with(file, false, false, pki.now + 15, (struct stamp){ 0 });
    report = judged(&file, pki.trust, pki.now + 60);
    assert_int_equal(json_array_size(json_object_get(report, "signatures")), 3);
    expect(report, 0, "valid", "document_time_stamp", pki.now + 10);
    expect(report, 1, "valid", "time_stamp", pki.now + 10);
    expect(report, 2, "valid_with_warning", "claimed", pki.now + 15);
    json_decref(report);
    file = archived(file, (struct stamp){ .when = pki.now + 20 });
    report = judged(&file, pki.trust, pki.now + 60);
    expect(report, 0, "valid", "document_time_stamp", pki.now + 10);
    expect(report, 2, "valid", "document_time_stamp", pki.now + 20);
    expect(report, 3, "valid", "time_stamp", pki.now + 20);
    json_decref(report);
    jy_buf_free(&file);
}

/* Whoever signs what a stamp of then is in signs later than then, whatever he claims. */
static void
document_stamp__is_older_than_what_is_signed_upon_it(void **state)
{
    static const struct { jy_time claimed; const char *verdict; } rows[] = {
        { JY_POLICY_TOLERANCE, "valid_with_warning" }, { JY_POLICY_TOLERANCE + 1, "indeterminate" }, { 3000, "indeterminate" } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf file = archived(signed_with(small_pdf(), false, false, pki.now - 3500, (struct stamp){ 0 }), (struct stamp){ .when = pki.now });
        json_t *report;

        file = signed_with(file, false, false, pki.now - rows[i].claimed, (struct stamp){ 0 });
        report = judged(&file, pki.trust, pki.now + 60);
        expect(report, 2, rows[i].verdict, "claimed", pki.now - rows[i].claimed);
        assert_int_equal(signature_fails(report, 2, "TIME_AFTER_CONTENT"), i > 0);
        expect(report, 0, "valid", "document_time_stamp", pki.now);
        json_decref(report);
        jy_buf_free(&file);
    }
}

/* Who claims no time contradicts nothing; and a stamp is old as long as no later one covers it, by the data that there are. */
static void
document_stamp__covers_what_claims_nothing(void **state)
{
    struct jy_buf file = archived(signed_with(small_pdf(), true, false, 0, (struct stamp){ 0 }), (struct stamp){ .when = pki.now + 5 });
    json_t *report;

    (void)state;
    file = signed_with(file, true, false, 0, (struct stamp){ 0 });
    file = signed_with(file, true, false, pki.now + 8, (struct stamp){ .when = pki.now + 8 });
    file = archived(file, (struct stamp){ .when = pki.now + 20 });
    file = archived(file, (struct stamp){ .when = pki.now + 20 });
    report = judged(&file, pki.trust, pki.now + 60);
    expect(report, 0, "valid_with_warning", "document_time_stamp", pki.now + 5);
    expect(report, 3, "valid", "time_stamp", pki.now + 8);
    for (size_t i = 0; i < 6; i++) {
        assert_false(signature_fails(report, i, "TIME_AFTER_CONTENT"));
        assert_false(signature_fails(report, i, "TS_REVOCATION_OLD"));
    }
    json_decref(report);
    jy_buf_free(&file);
}

/* A claim far behind the proof is judged by the proof; one after it is false (TIME_CONTRADICTED). */
static void
document_stamp__overrules_the_claim(void **state)
{
    struct jy_trust *revoked = pki_trust(jy_cert_serial(pki.signer), pki.now - 1000);
    struct jy_buf back_dated = archived(signed_with(small_pdf(), false, false, pki.now - 3000, (struct stamp){ 0 }), (struct stamp){ .when = pki.now });
    struct jy_buf ahead = archived(signed_with(small_pdf(), false, false, pki.now, (struct stamp){ 0 }),
                                   (struct stamp){ .when = pki.now - JY_POLICY_TOLERANCE - 1 });
    json_t *report = judged(&back_dated, revoked, pki.now + 60);

    (void)state;
    expect(report, 0, "invalid", "document_time_stamp", pki.now);
    assert_true(signature_fails(report, 0, "SIGNER_REVOKED_BEFORE"));
    json_decref(report);
    report = judged(&ahead, pki.trust, pki.now + 60);
    expect(report, 0, "invalid", "document_time_stamp", pki.now - JY_POLICY_TOLERANCE - 1);
    assert_true(signature_fails(report, 0, "TIME_CONTRADICTED"));
    json_decref(report);
    jy_trust_free(revoked);
    jy_buf_free(&back_dated);
    jy_buf_free(&ahead);
}

/* One that is not good says so for itself, and what it covers is as if it were not there. */
static void
document_stamp__that_is_not_good_proves_nothing(void **state)
{
    static const struct { struct stamp how; const char *verdict, *check; jy_time judged; } rows[] = {
        { { .cut = true }, "invalid", "TS_SIGNATURE", 60 },
        { { .by_signer = true }, "invalid", "TS_USAGE", 60 },
        { { .when = 7200 }, "invalid", "TS_FUTURE", 60 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stamp how = rows[i].how;
        struct jy_buf file = signed_with(small_pdf(), false, false, pki.now, (struct stamp){ 0 });
        json_t *report;

        how.when += pki.now;
        file = archived(file, how);
        report = judged(&file, pki.trust, pki.now + rows[i].judged);
        expect(report, 0, "valid_with_warning", "claimed", pki.now);
        assert_true(signature_fails(report, 0, "TIME_CLAIMED"));
        assert_string_equal(text_of(json_array_get(json_object_get(report, "signatures"), 1), "verdict"), rows[i].verdict);
        assert_true(signature_fails(report, 1, "TS_INVALID"));
        if (!signature_fails(report, 1, rows[i].check))
            fail_msg("%s does not fail", rows[i].check);
        json_decref(report);
        jy_buf_free(&file);
    }
}

/* Without the authority's anchor nobody is believed; long after the end of all certificates the proof still holds. */
static void
document_stamp__needs_trust_and_outlives_the_certificates(void **state)
{
    struct jy_buf file = archived(signed_with(small_pdf(), false, false, pki.now, (struct stamp){ 0 }), (struct stamp){ .when = pki.now + 5 });
    json_t *report = judged(&file, NULL, pki.now + 60);

    (void)state;
    assert_true(signature_fails(report, 1, "TS_TRUST"));
    assert_true(signature_fails(report, 0, "TIME_CLAIMED"));
    assert_string_equal(text_of(report, "verdict"), "indeterminate");
    json_decref(report);
    report = judged(&file, pki.trust, pki.now + 30 * DAY);
    expect(report, 0, "valid_with_warning", "document_time_stamp", pki.now + 5);
    expect(report, 1, "valid", "time_stamp", pki.now + 5);
    json_decref(report);
    jy_buf_free(&file);
}

/* The attribute signature-time-stamp is over SignerInfo.signature: good, it settles the time. */
static void
plain_stamp__of_the_attribute_settles_the_time(void **state)
{
    (void)state;
    for (int ofd = 0; ofd < 2; ofd++) {
        struct jy_buf file = ofd ? load_file(JY_DATA "/contract.ofd") : small_pdf();
        json_t *report;

        file = signed_with(file, true, false, pki.now, (struct stamp){ .when = pki.now + 5 });
        report = judged(&file, pki.trust, pki.now + 60);
        expect(report, 0, "valid", "time_stamp", pki.now + 5);
        assert_string_equal(text_of(json_array_get(json_object_get(report, "signatures"), 0), "kind"), "plain");
        json_decref(report);
        report = judged(&file, pki.trust, pki.now + 30 * DAY);
        expect(report, 0, "valid", "time_stamp", pki.now + 5);
        json_decref(report);
        jy_buf_free(&file);
    }
}

/* A stamp that is not good is not passed over: whoever put it there wanted it to be believed. */
static void
plain_stamp__that_is_not_good_is_named(void **state)
{
    static const struct { struct stamp how; const char *check; } rows[] = {
        { { .of_another = true }, "TS_IMPRINT" }, { { .cut = true }, "TS_SIGNATURE" }, { { .by_signer = true }, "TS_USAGE" },
        { { .when = 7200 }, "TS_FUTURE" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct stamp how = rows[i].how;
        struct jy_buf file;
        json_t *report;

        how.when += pki.now;
        file = signed_with(small_pdf(), true, false, pki.now, how);
        report = judged(&file, pki.trust, pki.now + 60);
        expect(report, 0, "invalid", "claimed", pki.now);
        if (!signature_fails(report, 0, rows[i].check))
            fail_msg("%s does not fail", rows[i].check);
        json_decref(report);
        jy_buf_free(&file);
    }
}

/* A stamp that proves, but not to the letter, is told by name; the strict policy refuses it. */
static void
plain_stamp__that_departs_from_the_letter_is_named(void **state)
{
    struct jy_buf file = signed_with(small_pdf(), true, false, pki.now, (struct stamp){ .when = pki.now + 5, .whole = true });
    const json_t *names;
    struct jy_report *report;
    json_t *json = judged(&file, pki.trust, pki.now + 60);

    (void)state;
    expect(json, 0, "valid_with_warning", "time_stamp", pki.now + 5);
    assert_true(signature_fails(json, 0, "DEVIATION"));
    names = json_object_get(json_array_get(json_object_get(json, "signatures"), 0), "deviations");
    assert_int_equal(json_array_size(names), 1);
    assert_string_equal(text_of(json_array_get(names, 0), "name"), "TS_WHOLE_RESPONSE");
    MUST(jy_verify(jy_buf_slice(&file), pki.trust, NULL, &jy_policy_strict, pki.now + 60, &report, NULL));
    assert_int_equal(jy_report_verdict(report), JY_INVALID);
    jy_report_free(report);
    json_decref(json);
    jy_buf_free(&file);
}

/* Two stamps over one value: the earlier good one counts, a bad one beside it is still named. */
static void
plain_stamp__the_earliest_of_several_counts(void **state)
{
    const struct stamp good[] = { { .when = pki.now + 50 }, { .when = pki.now + 5 } }, mixed[] = { { .when = pki.now + 5 }, { .when = pki.now, .cut = true } };
    struct jy_buf file = signed_with_all(small_pdf(), true, false, pki.now, good, 2);
    json_t *report = judged(&file, pki.trust, pki.now + 60);

    (void)state;
    expect(report, 0, "valid", "time_stamp", pki.now + 5);
    json_decref(report);
    jy_buf_free(&file);
    file = signed_with_all(small_pdf(), true, false, pki.now, mixed, 2);
    report = judged(&file, pki.trust, pki.now + 60);
    expect(report, 0, "invalid", "time_stamp", pki.now + 5);
    assert_true(signature_fails(report, 0, "TS_SIGNATURE"));
    json_decref(report);
    jy_buf_free(&file);
}

/* RFC 5280 4.2.1.12 by way of the CA: what it issues for is told of signatures without a seal as well. */
static void
plain__below_a_ca_for_servers_is_told(void **state)
{
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .common_name = "CA of servers", .organization = "Test", .not_before = pki.now - 86400,
                             .not_after = pki.now + 86400, .ca = true, .path_length = -1, .extended_key_usage = "serverAuth", .serial = { [15] = 20 } };
    struct jy_sm2 *ca_key, *key, *signer_key = pki.signer_key;
    struct jy_cert *ca, *cert, *signer = pki.signer;
    struct jy_buf file, list = { 0 };
    struct jy_trust *trust;
    json_t *report;

    (void)state;
    MUST(jy_sm2_generate(&ca_key));
    MUST(jy_sm2_generate(&key));
    what.subject_key = ca_key;
    MUST(jy_cert_issue(&what, &ca, NULL));
    what = (struct jy_issue){ .issuer_key = ca_key, .issuer = ca, .subject_key = key, .common_name = "somebody", .organization = "Test",
                              .not_before = pki.now - 86400, .not_after = pki.now + 86400, .path_length = -1, .serial = { [15] = 21 } };
    MUST(jy_cert_issue(&what, &cert, NULL));
    MUST(jy_crl_issue(ca_key, ca, NULL, 0, pki.now - 60, pki.now + 86400, 1, &list, NULL));
    MUST(jy_trust_extend(pki.trust, &trust));
    MUST(jy_trust_add_pem(trust, jy_cert_der(ca), NULL));
    MUST(jy_trust_add_crl(trust, jy_buf_slice(&list), NULL));
    pki.signer_key = key;
    pki.signer = cert;
    file = signed_with(small_pdf(), true, false, pki.now, (struct stamp){ 0 });
    pki.signer_key = signer_key;
    pki.signer = signer;
    report = judged(&file, trust, pki.now + 60);
    expect(report, 0, "valid_with_warning", "claimed", pki.now);
    assert_true(signature_fails(report, 0, "SIGNER_PURPOSE"));
    json_decref(report);
    jy_trust_free(trust);
    jy_buf_free(&file);
    jy_buf_free(&list);
    jy_cert_free(ca);
    jy_cert_free(cert);
    jy_sm2_free(ca_key);
    jy_sm2_free(key);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_stamp__proves_the_time_of_what_it_covers_and_of_nothing_else),
        cmocka_unit_test(document_stamp__is_older_than_what_is_signed_upon_it),
        cmocka_unit_test(document_stamp__covers_what_claims_nothing),
        cmocka_unit_test(plain__below_a_ca_for_servers_is_told),
        cmocka_unit_test(document_stamp__overrules_the_claim),
        cmocka_unit_test(document_stamp__that_is_not_good_proves_nothing),
        cmocka_unit_test(document_stamp__needs_trust_and_outlives_the_certificates),
        cmocka_unit_test(plain_stamp__of_the_attribute_settles_the_time),
        cmocka_unit_test(plain_stamp__that_is_not_good_is_named),
        cmocka_unit_test(plain_stamp__that_departs_from_the_letter_is_named),
        cmocka_unit_test(plain_stamp__the_earliest_of_several_counts),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

static struct jy_buf stamped;

static int
set_up(void **state)
{
    struct jy_buf pdf = small_pdf();

    (void)state;
    pki_begin();
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &stamped, NULL));
    jy_buf_free(&pdf);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&stamped);
    pki_end();
    return 0;
}

static enum jy_verdict
verdict_of(struct jy_slice file, const struct jy_trust *trust, const char *evidence_json, jy_time now)
{
    struct jy_evidence *evidence = NULL;
    struct jy_report *report;
    enum jy_verdict verdict;

    if (evidence_json != NULL)
        assert_int_equal(jy_evidence_parse(jy_slice_text(evidence_json), true, &evidence, NULL), JY_OK);
    assert_int_equal(jy_verify(file, trust, evidence, NULL, now, &report, NULL), JY_OK);
    verdict = jy_report_verdict(report);
    jy_report_free(report);
    jy_evidence_free(evidence);
    return verdict;
}

/* The register's entry for the stamp of this run, as evidence. */
static char *
register_entry(const char *status)
{
    struct jy_report *report;
    struct jy_buf json = { 0 };
    char *text = calloc(1, 4096), *digest;
    char when[21];

    MUST(jy_verify(jy_buf_slice(&stamped), NULL, NULL, NULL, pki.now, &report, NULL));
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    digest = strstr((char *)json.p, "\"value_digest\": \"");
    assert_non_null(digest);
    jy_time_rfc3339(pki.now, when);
    snprintf(text, 4096, "{\"stamps\":[{\"digest\":\"%.64s\",\"recorded\":\"%s\"}],\"status\":[%s]}", digest + 17, when, status);
    jy_report_free(report);
    jy_buf_free(&json);
    return text;
}

static void
verify__never_valid_without_trust_or_revocation_data(void **state)
{
    struct jy_trust *bare;
    struct jy_buf pem = { 0 };

    (void)state;
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), NULL, NULL, pki.now), JY_INDETERMINATE);
    MUST(jy_trust_new(&bare));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, NULL, pki.now), JY_INDETERMINATE);
    MUST(jy_cert_to_pem(pki.ca, &pem));
    MUST(jy_trust_add_pem(bare, jy_buf_slice(&pem), NULL));
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), bare, NULL, pki.now), JY_INDETERMINATE);   /* no CRL */
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, NULL, pki.now), JY_VALID_WITH_WARNING);
    jy_trust_free(bare);
    jy_buf_free(&pem);
}

static void
verify__same_inputs_same_bytes(void **state)
{
    struct jy_buf text[2] = { { 0 } };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct jy_report *report;
        MUST(jy_verify(jy_buf_slice(&stamped), pki.trust, NULL, NULL, pki.now, &report, NULL));
        MUST(jy_report_json(report, &text[i]));
        jy_report_free(report);
    }
    assert_true(jy_slice_equal(jy_buf_slice(&text[0]), jy_buf_slice(&text[1])));
    jy_buf_free(&text[0]);
    jy_buf_free(&text[1]);
}

/* A claimed time proves nothing after the certificate has ended; a recorded one does (seal-formats §2.2). */
static void
verify__revocation_before_and_after_the_stamp(void **state)
{
    struct jy_trust *before = pki_trust(jy_cert_serial(pki.signer), pki.now - 100), *after = pki_trust(jy_cert_serial(pki.signer), pki.now + 100);
    char *recorded = register_entry("");

    (void)state;
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), before, NULL, pki.now + 200), JY_INVALID);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), before, recorded, pki.now + 200), JY_INVALID);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), after, NULL, pki.now + 200), JY_INDETERMINATE);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), after, recorded, pki.now + 200), JY_VALID);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, NULL, pki.now + 2 * 86400), JY_INDETERMINATE);
    free(recorded);
    jy_trust_free(before);
    jy_trust_free(after);
}

/* N5, N8: the register's word on the seal at stamping time. */
static void
verify__seal_status_at_stamping_time(void **state)
{
#define EVENT(time, name) "{\"seal_id\":\"1201010000001\",\"since\":\"" time "\",\"state\":\"" name "\"}"
    static const struct { const char *status; enum jy_verdict verdict; } rows[] = {
        { EVENT("2026-05-01T00:00:00Z", "ACTIVE"), JY_VALID },
        { EVENT("2026-05-01T00:00:00Z", "ACTIVE") "," EVENT("2026-05-02T00:00:00Z", "FROZEN"), JY_INVALID },
        { EVENT("2026-05-01T00:00:00Z", "ACTIVE") "," EVENT("2026-05-28T20:26:39Z", "FROZEN"), JY_INVALID },
        { EVENT("2026-05-01T00:00:00Z", "ACTIVE") "," EVENT("2026-05-28T20:26:40Z", "FROZEN"), JY_VALID_WITH_WARNING },  /* in the same second, after it */
        { EVENT("2026-05-02T00:00:00Z", "FROZEN") "," EVENT("2026-05-28T20:26:40Z", "CANCELLED"), JY_INVALID },
        { EVENT("2026-05-02T00:00:00Z", "FROZEN") "," EVENT("2026-05-28T20:26:40Z", "ACTIVE") "," EVENT("2026-05-28T20:26:40Z", "FROZEN"),
          JY_VALID_WITH_WARNING },
        { EVENT("2026-05-01T00:00:00Z", "CANCELLED"), JY_INVALID },
        { EVENT("2026-05-01T00:00:00Z", "ACTIVE") "," EVENT("2026-05-28T20:27:00Z", "CANCELLED"), JY_VALID_WITH_WARNING },
        { EVENT("2026-05-01T00:00:00Z", "ACTIVE") "," EVENT("2026-05-28T20:27:00Z", "VOID"), JY_INVALID },
        { EVENT("2026-05-28T20:27:00Z", "ACTIVE"), JY_INVALID },
        { "{\"seal_id\":\"another\",\"since\":\"2026-05-01T00:00:00Z\",\"state\":\"CANCELLED\"}", JY_VALID },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *evidence = register_entry(rows[i].status);
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, evidence, pki.now + 600), rows[i].verdict);
        free(evidence);
    }
    /* A time that is only claimed gets no such grace. */
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, "{\"status\":[" EVENT("2026-05-01T00:00:00Z", "ACTIVE") ","
                                EVENT("2026-05-28T20:26:40Z", "FROZEN") "],\"stamps\":[]}", pki.now + 600), JY_INVALID);
}

/* No changed byte of a stamped PDF stays valid, the padding of Contents apart, which nothing reads. */
static void
verify__no_changed_byte_of_a_pdf_stays_valid(void **state)
{
    size_t step = getenv("JINYIN_FULL") == NULL ? 211 : 1, contents = jy_slice_find(jy_buf_slice(&stamped), jy_slice_text("/Contents <3082"));
    size_t end = jy_slice_find(JY_SLICE(stamped.p + contents, stamped.len - contents), jy_slice_text(">"));

    (void)state;
    assert_true(contents != SIZE_MAX && end != SIZE_MAX);
    end += contents;
    for (size_t i = 0; i < stamped.len; i += i > 900 && i + 1200 < stamped.len ? step : 1) {
        struct jy_report *report;
        if (i > contents && i < end && stamped.p[i] == '0')
            continue;
        stamped.p[i] ^= 0x01;
        if (jy_verify(jy_buf_slice(&stamped), pki.trust, NULL, NULL, pki.now, &report, NULL) == JY_OK) {
            if (jy_report_verdict(report) == JY_VALID || jy_report_verdict(report) == JY_VALID_WITH_WARNING)
                fail_msg("byte %zu changed, still valid", i);
            jy_report_free(report);
        }
        stamped.p[i] ^= 0x01;
    }
}

/* A second stamp leaves the first valid; a later revision that changes the page does not. */
static void
verify__later_revisions(void **state)
{
    struct jy_buf twice = { 0 }, shadow = { 0 };
    size_t at, xref = 0;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&stamped), pki.now + 5, &twice, NULL));
    assert_int_equal(verdict_of(jy_buf_slice(&twice), pki.trust, NULL, pki.now + 10), JY_VALID_WITH_WARNING);
    MUST(jy_buf_add(&shadow, jy_buf_slice(&stamped)));
    at = shadow.len;
    MUST(jy_buf_text(&shadow, "4 0 obj\n<< /Length 20 >>\nstream\n0 0 m 900 900 l S   \nendstream\nendobj\n"));
    xref = shadow.len;
    {
        size_t prev_at = jy_slice_rfind(jy_buf_slice(&stamped), jy_slice_text("startxref\n"));
        MUST(jy_buf_fmt(&shadow, "xref\n4 1\n%010zu 00000 n \ntrailer\n<< /Size 11 /Root 1 0 R /Prev %d >>\nstartxref\n%zu\n%%%%EOF\n", at,
                        atoi((char *)stamped.p + prev_at + 10), xref));
    }
    assert_int_equal(verdict_of(jy_buf_slice(&shadow), pki.trust, NULL, pki.now + 10), JY_INVALID);
    MUST(jy_buf_text(&twice, "trailing rubbish"));
    {
        struct jy_report *report;
        if (jy_verify(jy_buf_slice(&twice), pki.trust, NULL, NULL, pki.now + 10, &report, NULL) == JY_OK) {
            assert_int_equal(jy_report_verdict(report), JY_INVALID);
            jy_report_free(report);
        }
    }
    jy_buf_free(&twice);
    jy_buf_free(&shadow);
}

/* The report's line of one check: "passed", its severity, and its offset. */
struct line { bool found, passed; char severity[16]; long offset; };

static struct line
line_of(struct jy_slice file, const struct jy_trust *trust, const char *evidence_json, const char *check)
{
    struct jy_evidence *evidence = NULL;
    struct jy_report *report;
    struct jy_buf json = { 0 };
    struct line line = { 0 };
    char wanted[128];
    const char *p, *next;

    if (evidence_json != NULL)
        MUST(jy_evidence_parse(jy_slice_text(evidence_json), true, &evidence, NULL));
    MUST(jy_verify(file, trust, evidence, NULL, pki.now + 3 * 86400, &report, NULL));
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    snprintf(wanted, sizeof(wanted), "\"name\": \"%s\"", check);
    if ((p = strstr((char *)json.p, wanted)) != NULL) {
        next = strstr(p + 1, "\"name\":");
        line.found = true;
        line.passed = strstr(p, "\"passed\": true") != NULL && (next == NULL || strstr(p, "\"passed\": true") < next);
        (void)!sscanf(strstr(p, "\"severity\":"), "\"severity\": \"%15[a-z]", line.severity);
        line.offset = atol(strstr(p, "\"offset\":") + 9);
    }
    jy_buf_free(&json);
    jy_report_free(report);
    jy_evidence_free(evidence);
    return line;
}

/* What the register recorded cannot be back-dated: then outside is outside. A claim proves neither. */
static void
verify__a_time_outside_is_invalid_only_when_it_is_certain(void **state)
{
    static const char *const checks[] = { "SIG_TIME_OUTSIDE_CERT", "SEAL_EXPIRED" };
    jy_time late = pki.now + 2 * 86400;                  /* certificate and seal end one day after now */
    struct jy_buf pdf = small_pdf(), file = { 0 }, json = { 0 };
    struct jy_report *report;
    char evidence[512], when[21];

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), late, &file, NULL));
    MUST(jy_verify(jy_buf_slice(&file), NULL, NULL, NULL, pki.now, &report, NULL));
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    jy_time_rfc3339(late, when);
    snprintf(evidence, sizeof(evidence), "{\"stamps\":[{\"digest\":\"%.64s\",\"recorded\":\"%s\"}]}",
             strstr((char *)json.p, "\"value_digest\": \"") + 17, when);
    for (size_t i = 0; i < 2; i++) {
        struct line claimed = line_of(jy_buf_slice(&file), pki.trust, NULL, checks[i]);
        struct line certain = line_of(jy_buf_slice(&file), pki.trust, evidence, checks[i]);
        assert_true(claimed.found && !claimed.passed && certain.found && !certain.passed);
        assert_string_equal(claimed.severity, "indeterminate");
        assert_string_equal(certain.severity, "invalid");
    }
    assert_int_equal(verdict_of(jy_buf_slice(&file), pki.trust, NULL, late + 1), JY_INDETERMINATE);
    assert_int_equal(verdict_of(jy_buf_slice(&file), pki.trust, evidence, late + 1), JY_INVALID);
    jy_report_free(report);
    jy_buf_free(&json);
    jy_buf_free(&file);
    jy_buf_free(&pdf);
}

/* Stamp with a seal made at this time instead of the common one. */
static struct jy_buf
stamped_with_seal_of(jy_time created)
{
    struct jy_buf picture = load_file(JY_DATA "/pictures/seal-alpha.png"), der = { 0 }, pdf = small_pdf(), out = { 0 };
    struct jy_seal_fields fields = { "JINYIN", "1201010000001", 1, "测试印章", pki.signer, created, jy_cert_not_before(pki.signer),
                                     jy_cert_not_after(pki.signer), "PNG", jy_buf_slice(&picture), 40, 40 };
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

static void
verify__a_seal_made_a_minute_too_early_is_a_matter_of_dates(void **state)
{
    struct jy_buf early = stamped_with_seal_of(jy_cert_not_before(pki.maker) - 60), late = stamped_with_seal_of(jy_cert_not_after(pki.maker) + 60);
    struct jy_trust *revoked = pki_trust(jy_cert_serial(pki.maker), jy_cert_not_before(pki.maker));

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct jy_slice file = i == 0 ? jy_buf_slice(&early) : jy_buf_slice(&late);
        assert_int_equal(verdict_of(file, pki.trust, NULL, pki.now), JY_INDETERMINATE);
        assert_false(line_of(file, pki.trust, NULL, "SEAL_MAKER_DATES").passed);
        assert_true(line_of(file, pki.trust, NULL, "SEAL_MAKER_REVOKED").passed);
        assert_true(line_of(file, pki.trust, NULL, "SEAL_MAKER_CHAIN").passed);
        assert_int_equal(verdict_of(file, revoked, NULL, pki.now), JY_INVALID);       /* and revocation stays what it is */
    }
    jy_trust_free(revoked);
    jy_buf_free(&early);
    jy_buf_free(&late);
}

static void
verify__a_maker_revoked_before_making_is_invalid_and_later_is_not(void **state)
{
    struct jy_trust *before = pki_trust(jy_cert_serial(pki.maker), pki.now - 7200), *after = pki_trust(jy_cert_serial(pki.maker), pki.now - 60);

    (void)state;
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), before, NULL, pki.now), JY_INVALID);     /* the seal was made an hour before now */
    assert_false(line_of(jy_buf_slice(&stamped), before, NULL, "SEAL_MAKER_REVOKED").passed);
    assert_true(line_of(jy_buf_slice(&stamped), before, NULL, "SEAL_MAKER_DATES").passed);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), after, NULL, pki.now), JY_VALID_WITH_WARNING);
    jy_trust_free(before);
    jy_trust_free(after);
}

static enum jy_verdict
verdict_by(struct jy_slice file, const struct jy_trust *trust, const struct jy_policy *policy, jy_time now)
{
    struct jy_report *report;
    enum jy_verdict verdict;

    MUST(jy_verify(file, trust, NULL, policy, now, &report, NULL));
    verdict = jy_report_verdict(report);
    jy_report_free(report);
    return verdict;
}

/* GB/T 38540-2020 6.3 to the letter, against GM/T 0031-2025: a maker's certificate that ended after the seal was made. */
static void
policy__a_maker_that_ended_since_is_refused_only_when_asked_for(void **state)
{
    struct jy_policy letter = jy_policy_standard;
    struct jy_trust *revoked = pki_trust(jy_cert_serial(pki.maker), pki.now - 60);        /* made an hour ago, revoked a minute ago */

    (void)state;
    letter.maker_alive_now = true;
    assert_int_equal(verdict_by(jy_buf_slice(&stamped), pki.trust, &letter, pki.now), JY_VALID_WITH_WARNING);
    assert_int_equal(verdict_by(jy_buf_slice(&stamped), revoked, &jy_policy_standard, pki.now), JY_VALID_WITH_WARNING);
    assert_int_equal(verdict_by(jy_buf_slice(&stamped), revoked, &letter, pki.now), JY_INVALID);
    assert_int_equal(verdict_by(jy_buf_slice(&stamped), pki.trust, &jy_policy_standard, pki.now + 2 * 86400), JY_INDETERMINATE);
    assert_int_equal(verdict_by(jy_buf_slice(&stamped), pki.trust, &letter, pki.now + 2 * 86400), JY_INVALID);
    jy_trust_free(revoked);
}

static void
policy__a_tolerance_out_of_range_is_refused(void **state)
{
    static const jy_time wrong[] = { -1, JY_POLICY_TOLERANCE_MAX + 1 };
    struct jy_report *report = NULL;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_policy policy = { .tolerance = wrong[i] };
        assert_int_equal(jy_verify(jy_buf_slice(&stamped), pki.trust, NULL, &policy, pki.now, &report, NULL), JY_E_ARGUMENT);
        assert_null(report);
    }
}

/* RFC 5280 5.3.1: who stole the maker's key can write any createDate. A seal that is proven to be older is not touched. */
static void
verify__a_lost_key_of_the_maker_undoes_what_is_not_proven_to_be_older(void **state)
{
    struct jy_trust *later = pki_trust_for(jy_cert_serial(pki.maker), pki.now + 60, REASON_KEY_COMPROMISE);
    struct jy_trust *before = pki_trust_for(jy_cert_serial(pki.maker), pki.now - 60, REASON_KEY_COMPROMISE);
    static const struct { int reason; enum jy_verdict want; } reasons[] = {
        { REASON_KEY_COMPROMISE, JY_INDETERMINATE }, { 2, JY_INDETERMINATE }, { 10, JY_INDETERMINATE }, { REASON_SUPERSEDED, JY_VALID_WITH_WARNING },
    };
    char *recorded = register_entry("");

    (void)state;
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        struct jy_trust *lost = pki_trust_for(jy_cert_serial(pki.maker), pki.now + 60, reasons[i].reason);
        assert_int_equal(verdict_of(jy_buf_slice(&stamped), lost, NULL, pki.now + 120), reasons[i].want);
        jy_trust_free(lost);
    }
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), later, NULL, pki.now + 120), JY_INDETERMINATE);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), later, recorded, pki.now + 120), JY_VALID_WITH_WARNING);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), before, recorded, pki.now + 120), JY_INDETERMINATE);
    free(recorded);
    jy_trust_free(later);
    jy_trust_free(before);
}

/* Two hex digits of Contents are changed: the n-th byte of the value becomes `byte`. */
static void
poke(size_t n, uint8_t byte)
{
    size_t contents = jy_slice_find(jy_buf_slice(&stamped), jy_slice_text("/Contents <")) + 11;
    char hex[3];

    snprintf(hex, sizeof(hex), "%02x", byte);
    memcpy(stamped.p + contents + 2 * n, hex, 2);
}

static void
verify__a_malformed_part_is_named_with_its_place(void **state)
{
    struct jy_buf value = { 0 };
    const struct jy_signature *list;
    struct jy_document *doc;
    size_t count, seal_at, id_at, maker_at;
    struct line line;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&stamped), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    MUST(jy_buf_add(&value, list[0].value));
    jy_document_free(doc);
    seal_at = jy_slice_find(jy_buf_slice(&value), jy_buf_slice(&pki.seal_der));
    id_at = jy_slice_find(jy_buf_slice(&value), JY_SLICE("\x16\x0d" "1201010000001", 15));        /* esID IA5String */
    assert_true(seal_at != SIZE_MAX && id_at != SIZE_MAX);
    poke(id_at, 0x02);                                   /* no string any more */
    line = line_of(jy_buf_slice(&stamped), pki.trust, NULL, "SEAL_FORMAT");
    assert_true(line.found && !line.passed);
    assert_int_equal(line.offset, id_at);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, NULL, pki.now), JY_INVALID);
    poke(id_at, 0x16);
    poke(seal_at + pki.seal_der.len, 0x05);              /* timeInfo: NULL instead of a time */
    line = line_of(jy_buf_slice(&stamped), pki.trust, NULL, "SIG_FORMAT");
    assert_true(line.found && !line.passed);
    assert_int_equal(line.offset, seal_at + pki.seal_der.len);
    poke(seal_at + pki.seal_der.len, 0x18);
    maker_at = jy_slice_find(jy_buf_slice(&value), jy_cert_der(pki.maker));
    assert_true(maker_at != SIZE_MAX);
    poke(maker_at, 0x31);                                /* the maker's certificate: SET instead of SEQUENCE */
    line = line_of(jy_buf_slice(&stamped), pki.trust, NULL, "SEAL_MAKER_CERT");
    assert_true(line.found && !line.passed);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, NULL, pki.now), JY_INVALID);
    poke(maker_at, 0x30);
    assert_int_equal(verdict_of(jy_buf_slice(&stamped), pki.trust, NULL, pki.now), JY_VALID_WITH_WARNING);
    jy_buf_free(&value);
}

static void
evidence__that_is_not_as_described_is_refused(void **state)
{
    static const char *const texts[] = { "[]", "{\"status\":7}", "{\"stamps\":{}}", "{\"status\":[{}]}", "{\"stamps\":[{\"digest\":\"00\"}]}", "{" };
    struct jy_evidence *evidence;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(jy_evidence_parse(jy_slice_text(texts[i]), true, &evidence, NULL), JY_E_FORMAT);
        assert_null(evidence);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verify__never_valid_without_trust_or_revocation_data),
        cmocka_unit_test(verify__same_inputs_same_bytes),
        cmocka_unit_test(verify__revocation_before_and_after_the_stamp),
        cmocka_unit_test(verify__seal_status_at_stamping_time),
        cmocka_unit_test(verify__no_changed_byte_of_a_pdf_stays_valid),
        cmocka_unit_test(verify__later_revisions),
        cmocka_unit_test(verify__a_time_outside_is_invalid_only_when_it_is_certain),
        cmocka_unit_test(verify__a_seal_made_a_minute_too_early_is_a_matter_of_dates),
        cmocka_unit_test(verify__a_maker_revoked_before_making_is_invalid_and_later_is_not),
        cmocka_unit_test(verify__a_lost_key_of_the_maker_undoes_what_is_not_proven_to_be_older),
        cmocka_unit_test(policy__a_maker_that_ended_since_is_refused_only_when_asked_for),
        cmocka_unit_test(policy__a_tolerance_out_of_range_is_refused),
        cmocka_unit_test(verify__a_malformed_part_is_named_with_its_place),
        cmocka_unit_test(evidence__that_is_not_as_described_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

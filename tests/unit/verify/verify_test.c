/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

/* The smallest honest PDF, with its xref made on the spot. */
static struct jy_buf
small_pdf(void)
{
    static const char *const objects[] = {
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        "<< /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream" };
    struct jy_buf pdf = { 0 };
    size_t at[4], xref;

    MUST(jy_buf_text(&pdf, "%PDF-1.7\n"));
    for (size_t i = 0; i < 4; i++) {
        at[i] = pdf.len;
        MUST(jy_buf_fmt(&pdf, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]));
    }
    xref = pdf.len;
    MUST(jy_buf_text(&pdf, "xref\n0 5\n0000000000 65535 f \n"));
    for (size_t i = 0; i < 4; i++)
        MUST(jy_buf_fmt(&pdf, "%010zu 00000 n \n", at[i]));
    MUST(jy_buf_fmt(&pdf, "trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", xref));
    return pdf;
}

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
        assert_int_equal(jy_evidence_parse(jy_slice_text(evidence_json), &evidence, NULL), JY_OK);
    assert_int_equal(jy_verify(file, trust, evidence, now, &report, NULL), JY_OK);
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

    MUST(jy_verify(jy_buf_slice(&stamped), NULL, NULL, pki.now, &report, NULL));
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
        MUST(jy_verify(jy_buf_slice(&stamped), pki.trust, NULL, pki.now, &report, NULL));
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
        if (jy_verify(jy_buf_slice(&stamped), pki.trust, NULL, pki.now, &report, NULL) == JY_OK) {
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
        if (jy_verify(jy_buf_slice(&twice), pki.trust, NULL, pki.now + 10, &report, NULL) == JY_OK) {
            assert_int_equal(jy_report_verdict(report), JY_INVALID);
            jy_report_free(report);
        }
    }
    jy_buf_free(&twice);
    jy_buf_free(&shadow);
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
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

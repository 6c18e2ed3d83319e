/* SPDX-License-Identifier: Apache-2.0 */
/* What callers may hand in at the edges: documents with bad arguments, places and clips, and evidence that no trust backs. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "pki.h"

#include <container/document.h>
#include <jinyin/text.h>

#include <math.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

static struct jy_buf pdf, ofd;

static int
set_up(void **state)
{
    (void)state;
    pki_begin();
    pdf = small_pdf();
    ofd = load_file(JY_DATA "/contract.ofd");
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    jy_buf_free(&pdf);
    jy_buf_free(&ofd);
    pki_end();
    return 0;
}

static void
detect__names_a_format_only_by_its_marks(void **state)
{
    static const struct { const char *bytes; size_t len; enum jy_format want; } rows[] = {
        { "", 0, JY_FORMAT_UNKNOWN },
        { "PK", 2, JY_FORMAT_UNKNOWN },
        { "%PDF-1.7", 8, JY_FORMAT_PDF },
        { "\n%PDF-1.7", 9, JY_FORMAT_PDF },
        { "PK\3\4 %PDF-1.7", 13, JY_FORMAT_UNKNOWN },
        { "PK\3\4 mimetype", 13, JY_FORMAT_UNKNOWN },
        { "PK\3\4 OFD.xml", 12, JY_FORMAT_OFD },
        { "PK\3\4 %PDF- OFD.xml", 18, JY_FORMAT_OFD },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_int_equal(jy_format_detect(JY_SLICE(rows[i].bytes, rows[i].len)), rows[i].want);
}

/* The name stands in the first header only, and the rest of the file is longer than what is searched from its end. */
static void
detect__a_long_package_cut_off_is_known_by_its_first_header(void **state)
{
    static const size_t size = 5u << 20;
    uint8_t *file = calloc(1, size);

    (void)state;
    assert_non_null(file);
    memcpy(file, "PK\3\4 OFD.xml", 12);
    assert_int_equal(jy_format_detect(JY_SLICE(file, size)), JY_FORMAT_OFD);
    free(file);
}

/* A PDF with the end of a package's directory is both when that end reaches to the end of the file, comment and all. */
static void
open__a_pdf_is_ambiguous_only_with_a_whole_end_of_directory(void **state)
{
    static const struct { const char *more; size_t len; bool both; } rows[] = {
        { "PK\5\6", 4, false },
        { "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, true },
        { "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0", 22, false },
        { "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0ab", 24, true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_buf file = { 0 };
        struct jy_document *doc = NULL;
        jy_err rc;
        MUST(jy_buf_add(&file, jy_buf_slice(&pdf)));
        MUST(jy_buf_add(&file, JY_SLICE(rows[i].more, rows[i].len)));
        rc = jy_document_open(jy_buf_slice(&file), &doc, NULL);
        assert_true((rc == JY_E_AMBIGUOUS) == rows[i].both);
        jy_document_free(doc);
        jy_buf_free(&file);
    }
}

static void
prepare__a_place_that_is_none_is_refused(void **state)
{
    static const struct { struct jy_stamp_place place; jy_err want; } rows[] = {
        { { 1, 1, 1, 8, 8, { 0, 0, 0, 0 } }, JY_OK },
        { { 0, 1, 1, 8, 8, { 0, 0, 0, 0 } }, JY_E_PAGE_RANGE },
        { { 2, 1, 1, 8, 8, { 0, 0, 0, 0 } }, JY_E_PAGE_RANGE },
        { { 1, (double)INFINITY, 1, 8, 8, { 0, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, (double)NAN, 8, 8, { 0, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 0.5, 8, { 0, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 1001, 8, { 0, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 0.5, { 0, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 1001, { 0, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, -1, 1, 8, 8, { 0, 0, 0, 0 } }, JY_E_OFF_PAGE },
        { { 1, 1, -1, 8, 8, { 0, 0, 0, 0 } }, JY_E_OFF_PAGE },
        { { 1, 205, 1, 8, 8, { 0, 0, 0, 0 } }, JY_E_OFF_PAGE },
        { { 1, 1, 292, 8, 8, { 0, 0, 0, 0 } }, JY_E_OFF_PAGE },
        { { 1, 1, 1, 8, 8, { 0, 0, 4, 8 } }, JY_OK },
        { { 1, 1, 1, 8, 8, { 4, 0, 4, 8 } }, JY_OK },
        { { 1, 1, 1, 8, 8, { 1, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 0, 1, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { (double)NAN, 0, 4, 4 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 0, (double)INFINITY, 4, 4 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { -1, 0, 4, 4 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 0, -1, 4, 4 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 0, 0, 0, 4 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 0, 0, 4, 0 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 5, 0, 4, 8 } }, JY_E_ARGUMENT },
        { { 1, 1, 1, 8, 8, { 0, 5, 8, 4 } }, JY_E_ARGUMENT },
    };
    struct jy_document *doc;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_prepared prepared;
        jy_err rc = jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &rows[i].place, 1, pki.now, &prepared, NULL);
        if (rc != rows[i].want)
            fail_msg("row %zu: %s", i, jy_err_code(rc));
        assert_true((prepared.file.count > 0) == (rc == JY_OK));
        jy_prepared_free(&prepared);
    }
    jy_document_free(doc);
}

static void
prepare__needs_a_seal_and_a_bounded_number_of_places(void **state)
{
    static struct jy_stamp_place places[JY_STAMP_PLACES_MAX + 1];
    static const uint8_t byte;
    const struct jy_slice seal = jy_buf_slice(&pki.seal_der);
    const struct { struct jy_slice seal; size_t count; } rows[] = {
        { seal, 0 }, { seal, JY_STAMP_PLACES_MAX + 1 }, { JY_EMPTY, 1 }, { { &byte, JY_SEAL_MAX + 1 }, 1 },
    };
    struct jy_document *doc;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_prepared prepared;
        assert_int_equal(jy_document_prepare(doc, rows[i].seal, places, rows[i].count, pki.now, &prepared, NULL), JY_E_ARGUMENT);
        assert_int_equal(prepared.file.count, 0);
    }
    jy_prepared_free(NULL);
    jy_document_free(doc);
}

static void
finish__needs_a_document_a_slot_and_a_value(void **state)
{
    static const uint8_t byte = 0x30;
    const struct jy_slice file = jy_buf_slice(&pdf), package = jy_buf_slice(&ofd), value = { &byte, 1 }, text = jy_slice_text("text");
    const struct { struct jy_slice file; const char *slot; struct jy_slice value; jy_err want, archive; } rows[] = {
        { text, "slot", value, JY_E_UNKNOWN_FORMAT, JY_E_UNKNOWN_FORMAT },
        { file, NULL, value, JY_E_ARGUMENT, JY_E_ARGUMENT },
        { file, "slot", JY_EMPTY, JY_E_ARGUMENT, JY_E_ARGUMENT },
        { package, NULL, value, JY_E_ARGUMENT, JY_E_UNKNOWN_FORMAT },              /* a package has no place for a document time stamp */
    };
    struct jy_pieces pieces;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_int_equal(jy_document_finish(rows[i].file, rows[i].slot, rows[i].value, &pieces, NULL), rows[i].want);
        assert_int_equal(jy_document_finish_archive(rows[i].file, rows[i].slot, rows[i].value, &pieces, NULL), rows[i].archive);
    }
    assert_int_equal(jy_document_finish(file, "slot", JY_SLICE(&byte, JY_SES_MAX + 1), &pieces, NULL), JY_E_ARGUMENT);
    assert_int_not_equal(jy_document_finish_archive(file, "slot", value, &pieces, NULL), JY_OK);                 /* nothing was prepared */
}

static void
document__says_what_a_format_does_not_have(void **state)
{
    struct jy_validation_data data = { 0 };
    struct jy_prepared prepared;
    struct jy_document *doc;
    struct jy_text text = { 0 };
    size_t pages;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&ofd), &doc, NULL));
    pages = jy_document_page_count(doc);
    assert_int_equal(jy_document_prepare_archive(doc, &data, &prepared, NULL), JY_E_UNSUPPORTED);
    assert_int_equal(jy_document_text(doc, 0, &text, NULL), JY_E_PAGE_RANGE);
    assert_int_equal(jy_document_text(doc, (int)pages + 1, &text, NULL), JY_E_PAGE_RANGE);
    MUST(jy_document_text(doc, 1, &text, NULL));
    assert_true(jy_document_page(doc, pages).width_mm == 0);
    jy_document_free(doc);
    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    assert_int_equal(jy_document_text(doc, 1, &text, NULL), JY_E_UNSUPPORTED);
    jy_document_free(doc);
    jy_text_free(&text);
}

/* The bundle of one verification with this evidence and trust, as text. */
static char *
kept(struct jy_slice file, const struct jy_trust *trust, const char *evidence_json, enum jy_verdict *verdict)
{
    struct jy_evidence *evidence;
    struct jy_report *report;
    struct jy_buf bundle = { 0 };

    MUST(jy_evidence_parse(jy_slice_text(evidence_json), false, &evidence, NULL));
    MUST(jy_verify_keep(file, trust, evidence, NULL, pki.now, &report, &bundle, NULL));
    *verdict = jy_report_verdict(report);
    MUST(jy_buf_byte(&bundle, 0));
    jy_report_free(report);
    jy_evidence_free(evidence);
    return (char *)bundle.p;
}

/* The CA, another one that has nothing to do with it, and a list of each. */
static struct jy_trust *
trust_with_a_stranger(void)
{
    struct jy_trust *trust = pki_trust(NULL, 0);
    struct jy_cert *ca = pki.ca, *stranger;
    struct jy_buf crl = { 0 }, pem = { 0 };

    pki.ca = NULL;
    stranger = pki_issue(pki.ca_key, "another CA", true, 7);
    pki.ca = ca;
    MUST(jy_crl_issue(pki.ca_key, stranger, NULL, 0, pki.now - 60, pki.now + 86400, 1, &crl, NULL));
    MUST(jy_cert_to_pem(stranger, &pem));
    MUST(jy_crl_to_pem(jy_buf_slice(&crl), &pem));
    MUST(jy_trust_add_pem(trust, jy_buf_slice(&pem), NULL));
    jy_buf_free(&crl);
    jy_buf_free(&pem);
    jy_cert_free(stranger);
    return trust;
}

static void
stamp_with_another_seal(struct jy_slice file, struct jy_buf *out)
{
    struct jy_buf picture = load_file(JY_DATA "/pictures/seal-alpha.png"), common_der = pki.seal_der, der = { 0 };
    const struct jy_seal_fields fields = { "JINYIN", "1201010000003", 1, "另一枚印章", pki.signer, pki.now - 3600, jy_cert_not_before(pki.signer),
                                           jy_cert_not_after(pki.signer), "PNG", jy_buf_slice(&picture), 40, 40 };
    struct jy_seal *common = pki.seal;

    MUST(jy_seal_make(&fields, pki.maker_key, pki.maker, &der, NULL));
    pki.seal_der = der;
    MUST(jy_seal_parse(jy_buf_slice(&der), &pki.seal, NULL));
    MUST(pki_stamp(file, pki.now, out, NULL));
    jy_seal_free(pki.seal);
    pki.seal = common;
    pki.seal_der = common_der;
    jy_buf_free(&der);
    jy_buf_free(&picture);
}

/* Signatures by two seals, one of them twice; the status of what was judged is kept once, that of another one not at all. */
static void
keep__only_the_status_of_the_seals_that_were_judged(void **state)
{
    static const char status[] = "{\"status\":["
        "{\"seal_id\":\"1201010000001\",\"since\":\"2026-05-01T00:00:00Z\",\"state\":\"ACTIVE\"},"
        "{\"seal_id\":\"1201010000001\",\"since\":\"2036-05-01T00:00:00Z\",\"state\":\"CANCELLED\"},"
        "{\"seal_id\":\"1201010000002\",\"since\":\"2026-05-01T00:00:00Z\",\"state\":\"VOID\"}]}";
    struct jy_buf once = { 0 }, twice = { 0 };
    struct jy_trust *trust = trust_with_a_stranger();
    struct jy_evidence *again;
    enum jy_verdict verdict;
    char *bundle;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &once, NULL));
    MUST(pki_stamp(jy_buf_slice(&once), pki.now, &twice, NULL));
    jy_buf_free(&once);
    stamp_with_another_seal(jy_buf_slice(&twice), &once);
    jy_buf_free(&twice);
    MUST(pki_stamp(jy_buf_slice(&once), pki.now, &twice, NULL));
    bundle = kept(jy_buf_slice(&twice), trust, status, &verdict);
    assert_int_equal(verdict, JY_VALID_WITH_WARNING);   /* what is to come does not count yet */
    assert_non_null(strstr(bundle, "CANCELLED"));
    assert_null(strstr(bundle, "1201010000002"));
    MUST(jy_evidence_parse(jy_slice_text(bundle), false, &again, NULL));
    assert_int_equal(again->crls.count, 1);              /* and of two CAs the one that had a part in it */
    assert_int_equal(again->certs.count, 3);
    jy_evidence_free(again);
    jy_trust_free(trust);
    assert_null(strstr(strstr(bundle, "CANCELLED") + 1, "CANCELLED"));
    free(bundle);
    jy_buf_free(&once);
    jy_buf_free(&twice);
}

/* What trust and evidence both bring stands in the bundle once. */
static void
keep__the_same_list_from_two_sides_is_kept_once(void **state)
{
    struct jy_buf once = { 0 };
    enum jy_verdict verdict;
    char *first, *second;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &once, NULL));
    first = kept(jy_buf_slice(&once), pki.trust, "{}", &verdict);
    second = kept(jy_buf_slice(&once), pki.trust, first, &verdict);
    assert_int_equal(verdict, JY_VALID_WITH_WARNING);
    assert_string_equal(first, second);
    free(first);
    free(second);
    jy_buf_free(&once);
}

static void
status__void_stays_void_whatever_is_written_after_it(void **state)
{
    static const char status[] = "{\"status\":["
        "{\"seal_id\":\"1201010000001\",\"since\":\"2026-05-01T00:00:00Z\",\"state\":\"VOID\"},"
        "{\"seal_id\":\"1201010000001\",\"since\":\"2026-05-02T00:00:00Z\",\"state\":\"ACTIVE\"}]}";
    struct jy_buf once = { 0 };
    enum jy_verdict verdict;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &once, NULL));
    free(kept(jy_buf_slice(&once), pki.trust, status, &verdict));
    assert_int_equal(verdict, JY_INVALID);
    jy_buf_free(&once);
}

/* Half of a picture at the edge of a page, upright or lying. */
static void
text__tells_that_a_part_of_the_picture_shows(void **state)
{
    static const struct { struct jy_box clip; bool part; } rows[] = { { { 0, 0, 4, 8 }, true }, { { 0, 0, 8, 4 }, true }, { { 0, 0, 0, 0 }, false } };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct jy_stamp_place place = { 1, 1, 1, 8, 8, rows[i].clip };
        struct jy_buf out = { 0 }, text = { 0 };
        struct jy_report *report;
        MUST(pki_stamp_at(jy_buf_slice(&ofd), &place, 1, false, pki.now, &out, NULL));
        MUST(jy_verify(jy_buf_slice(&out), pki.trust, NULL, NULL, pki.now, &report, NULL));
        MUST(jy_report_text(report, &text));
        MUST(jy_buf_byte(&text, 0));
        assert_true((strstr((char *)text.p, "a part of the picture") != NULL) == rows[i].part);
        jy_report_free(report);
        jy_buf_free(&text);
        jy_buf_free(&out);
    }
}

/* Without an anchor nothing is read as a list, and what is none belongs to nobody. */
static void
keep__what_is_no_list_is_not_kept(void **state)
{
    static const char *const rows[] = {
        "BQA=",            /* NULL */
        "MAA=",            /* SEQUENCE {} */
        "MAIFAA==",        /* SEQUENCE { NULL } */
        "MAIwAA==",        /* SEQUENCE { SEQUENCE {} } */
        "MAQwAgIF",        /* SEQUENCE { SEQUENCE { INTEGER, cut off } } */
        "MAUwAwIBAQ==",    /* SEQUENCE { SEQUENCE { 1 } } */
        "MAQwAjAA",        /* SEQUENCE { SEQUENCE { SEQUENCE {} } }: no issuer */
    };
    struct jy_buf once = { 0 };
    enum jy_verdict verdict;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &once, NULL));
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[128], *bundle;
        snprintf(text, sizeof(text), "{\"crls\":[\"%s\"],\"ocsp\":[\"%s\"]}", rows[i], rows[i]);
        bundle = kept(jy_buf_slice(&once), NULL, text, &verdict);
        assert_int_equal(verdict, JY_INDETERMINATE);
        assert_null(strstr(bundle, rows[i]));
        free(bundle);
    }
    jy_buf_free(&once);
}

/* Trouble of our own is no word about a document. */
static void
shown_alike__is_told_of_the_document_and_not_of_our_own_trouble(void **state)
{
    static const struct { jy_err checked, err; size_t told; } rows[] = {
        { JY_OK, JY_OK, 0 }, { JY_E_ACTIVE_CONTENT, JY_OK, 1 }, { JY_E_SHOWN_VARIOUSLY, JY_OK, 1 }, { JY_E_LIMIT, JY_OK, 1 },
        { JY_E_NOMEM, JY_E_NOMEM, 0 }, { JY_E_CRYPTO, JY_E_CRYPTO, 0 },
    };
    const struct jy_fault why = { .where = "here", .text = "because" };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_signature signatures[2] = { 0 };

        assert_int_equal(container_note_shown(signatures, 2, rows[i].checked, &why, NULL), rows[i].err);
        for (size_t k = 0; k < 2; k++) {
            assert_int_equal(signatures[k].findings.count, rows[i].told);
            if (rows[i].told > 0)
                assert_true(!signatures[k].findings.list[0].passed && signatures[k].findings.list[0].check == JY_CHECK_SHOWN_ALIKE);
            jy_findings_free(&signatures[k].findings);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shown_alike__is_told_of_the_document_and_not_of_our_own_trouble),
        cmocka_unit_test(detect__names_a_format_only_by_its_marks),
        cmocka_unit_test(detect__a_long_package_cut_off_is_known_by_its_first_header),
        cmocka_unit_test(open__a_pdf_is_ambiguous_only_with_a_whole_end_of_directory),
        cmocka_unit_test(prepare__a_place_that_is_none_is_refused),
        cmocka_unit_test(prepare__needs_a_seal_and_a_bounded_number_of_places),
        cmocka_unit_test(finish__needs_a_document_a_slot_and_a_value),
        cmocka_unit_test(document__says_what_a_format_does_not_have),
        cmocka_unit_test(keep__only_the_status_of_the_seals_that_were_judged),
        cmocka_unit_test(keep__the_same_list_from_two_sides_is_kept_once),
        cmocka_unit_test(status__void_stays_void_whatever_is_written_after_it),
        cmocka_unit_test(text__tells_that_a_part_of_the_picture_shows),
        cmocka_unit_test(keep__what_is_no_list_is_not_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

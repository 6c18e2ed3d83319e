/* SPDX-License-Identifier: Apache-2.0 */
/* PDF: broken and hostile structures, certifications, and where a stamp really comes to stand. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "objects.h"

#include <math.h>
#include <qpdf/qpdf-c.h>

#define MM (72 / 25.4)

static jy_err
open_objects(const char *const *objects, size_t count, const char *trailer)
{
    struct jy_buf pdf = pdf_of(objects, count, trailer, NULL);
    jy_err err = open_err(jy_buf_slice(&pdf));

    jy_buf_free(&pdf);
    return err;
}

static void
pdf__cut_anywhere_it_is_refused(void **state)
{
    struct jy_buf pdf = page_pdf(A4);

    (void)state;
    assert_int_equal(open_err(jy_buf_slice(&pdf)), JY_OK);
    assert_int_equal(open_err(JY_SLICE(pdf.p, 0)), JY_E_EMPTY_FILE);
    for (size_t cut = 1; cut + 8 < pdf.len; cut++) {
        jy_err err = open_err(JY_SLICE(pdf.p, cut));
        if (err != (cut < 5 ? JY_E_UNKNOWN_FORMAT : JY_E_DAMAGED))
            fail_msg("cut to %zu: %s", cut, jy_err_code(err));
    }
    jy_buf_free(&pdf);
}

static void
pdf__startxref_that_points_elsewhere_is_refused(void **state)
{
    static const char *const values[] = { "0", "1", "999999999999999999999999", "-1", "", "x", "4294967296" };
    struct jy_buf pdf = page_pdf(A4);
    size_t at = jy_slice_rfind(jy_buf_slice(&pdf), jy_slice_text("startxref\n")) + 10;

    (void)state;
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct jy_buf bad = { 0 };
        MUST(jy_buf_add(&bad, JY_SLICE(pdf.p, at)));
        MUST(jy_buf_fmt(&bad, "%s\n%%%%EOF\n", values[i]));
        if (open_err(jy_buf_slice(&bad)) != JY_E_DAMAGED)
            fail_msg("startxref %s", values[i]);
        jy_buf_free(&bad);
    }
    jy_buf_free(&pdf);
}

static void
pdf__loops_end_in_an_error(void **state)
{
    const char *const kids_loop[] = { CATALOG, "<< /Type /Pages /Kids [2 0 R] /Count 1 >>" };
    const char *const parent_loop[] = { CATALOG, "<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 2 0 R >>",
                                        "<< /Type /Page /Parent 2 0 R >>" };
    const char *const catalog_loop[] = { "1 0 R", PAGES };
    const char *const field_loop[] = { "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>", PAGES, A4, CONTENT,
                                       "<< /T (a) /Kids [5 0 R] >>" };
    const char *const objects[] = { CATALOG, PAGES, A4, CONTENT };
    struct jy_document *doc = NULL;
    const struct jy_signature *list;
    struct jy_buf pdf;
    char prev[64];
    size_t xref, count;

    (void)state;
    assert_int_equal(open_objects(kids_loop, 2, ""), JY_E_DAMAGED);
    assert_int_equal(open_objects(parent_loop, 3, ""), JY_E_DAMAGED);
    assert_int_equal(open_objects(catalog_loop, 2, ""), JY_E_DAMAGED);
    /* /Prev of the table points to the table itself. */
    pdf = pdf_of(objects, 4, "/Prev 0000000000", &xref);
    snprintf(prev, sizeof(prev), "/Prev %010zu", xref);
    memcpy(pdf.p + jy_slice_rfind(jy_buf_slice(&pdf), jy_slice_text("/Prev ")), prev, strlen(prev));
    assert_int_equal(open_err(jy_buf_slice(&pdf)), JY_E_DAMAGED);
    jy_buf_free(&pdf);
    /* A field that is its own child. */
    pdf = pdf_of(field_loop, 5, "", NULL);
    assert_int_equal(jy_document_open(jy_buf_slice(&pdf), &doc, NULL), JY_OK);
    assert_int_equal(jy_document_signatures(doc, &list, &count, NULL), JY_E_LIMIT);
    jy_document_free(doc);
    jy_buf_free(&pdf);
}

static void
pdf__structures_without_sense_are_refused(void **state)
{
    static const struct { const char *objects[4]; const char *trailer; } rows[] = {
        { { "<< /Type /Catalog >>", PAGES, A4, CONTENT }, "" },                                    /* no page tree */
        { { CATALOG, "<< /Type /Pages /Kids [] /Count 0 >>", A4, CONTENT }, "" },                  /* no page */
        { { CATALOG, PAGES, "<< /Type /Page /Parent 2 0 R >>", CONTENT }, "" },                    /* no MediaBox */
        { { CATALOG, PAGES, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 0 0] >>", CONTENT }, "" },
        { { CATALOG, PAGES, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100] >>", CONTENT }, "" },
        { { CATALOG, PAGES, "<< /Type /Page /Parent 2 0 R /MediaBox (no) >>", CONTENT }, "" },
        { { "(text)", PAGES, A4, CONTENT }, "" },
        { { "<< /Type /Catalog /Pages 2 0 R", PAGES, A4, CONTENT }, "" },                          /* a dictionary without an end */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (open_objects(rows[i].objects, 4, rows[i].trailer) != JY_E_DAMAGED)
            fail_msg("row %zu", i);
}

/* What qpdf writes encrypted, with and without a password for reading. */
static void
pdf__encrypted_is_told_as_such(void **state)
{
    static const char *const passwords[] = { "", "secret" };
    struct jy_buf pdf = page_pdf(A4);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        qpdf_data q = qpdf_init();
        assert_int_equal(qpdf_read_memory(q, "x", (const char *)pdf.p, pdf.len, NULL), QPDF_SUCCESS);
        qpdf_init_write_memory(q);
        qpdf_set_r6_encryption_parameters2(q, passwords[i], "owner", QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE, QPDF_TRUE,
                                           qpdf_r3p_full, QPDF_TRUE);
        assert_int_equal(qpdf_write(q), QPDF_SUCCESS);
        assert_int_equal(open_err(JY_SLICE(qpdf_get_buffer(q), qpdf_get_buffer_length(q))), JY_E_ENCRYPTED);
        qpdf_cleanup(&q);
    }
    jy_buf_free(&pdf);
}

static void
stamp__a_certification_decides(void **state)
{
    static const struct { const char *params; jy_err err; } rows[] = {
        { "<< /Type /TransformParams /P 1 >>", JY_E_LOCKED }, { "<< /Type /TransformParams /P 2 >>", JY_OK },
        { "<< /Type /TransformParams /P 3 >>", JY_OK },       { "<< /Type /TransformParams >>", JY_OK },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char value[256];
        const char *const objects[] = { "<< /Type /Catalog /Pages 2 0 R /Perms << /DocMDP 5 0 R >> >>", PAGES, A4, CONTENT, value };
        struct jy_buf pdf;
        snprintf(value, sizeof(value), "<< /Type /Sig /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams %s >>] >>",
                 rows[i].params);
        pdf = pdf_of(objects, 5, "", NULL);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%s", rows[i].params);
        jy_buf_free(&pdf);
    }
}

/* A hybrid file (ISO 32000 7.5.8.4): the table is for old readers, a stream beside it for new ones. */
static void
stamp__a_hybrid_file_keeps_its_bytes_and_opens_again(void **state)
{
    uint8_t rows[] = { 1, 0, 0, 0, 0 };                     /* object 6, hidden from readers of tables only */
    struct jy_buf pdf = { 0 }, out = { 0 };
    const char *const objects[] = { CATALOG, PAGES, A4, CONTENT };
    size_t at[4], stream, xref;

    (void)state;
    MUST(jy_buf_text(&pdf, "%PDF-1.7\n"));
    for (size_t i = 0; i < 4; i++) {
        at[i] = pdf.len;
        MUST(jy_buf_fmt(&pdf, "%zu 0 obj\n%s\nendobj\n", i + 1, objects[i]));
    }
    rows[2] = (uint8_t)(pdf.len >> 8);
    rows[3] = (uint8_t)pdf.len;
    MUST(jy_buf_text(&pdf, "6 0 obj\n(hidden)\nendobj\n"));
    stream = pdf.len;
    MUST(jy_buf_fmt(&pdf, "5 0 obj\n<< /Type /XRef /Size 7 /W [1 3 1] /Index [6 1] /Length %zu >>\nstream\n", sizeof(rows)));
    MUST(jy_buf_add(&pdf, JY_SLICE(rows, sizeof(rows))));
    MUST(jy_buf_text(&pdf, "\nendstream\nendobj\n"));
    xref = pdf.len;
    MUST(jy_buf_text(&pdf, "xref\n0 6\n0000000000 65535 f \n"));
    for (size_t i = 0; i < 4; i++)
        MUST(jy_buf_fmt(&pdf, "%010zu 00000 n \n", at[i]));
    MUST(jy_buf_fmt(&pdf, "%010zu 00000 n \ntrailer\n<< /Size 7 /Root 1 0 R /XRefStm %zu >>\nstartxref\n%zu\n%%%%EOF\n", stream, stream, xref));
    assert_int_equal(pki_stamp(jy_buf_slice(&pdf), pki.now, &out, NULL), JY_OK);
    assert_true(out.len > pdf.len && memcmp(out.p, pdf.p, pdf.len) == 0);
    assert_int_equal(open_err(jy_buf_slice(&out)), JY_OK);
    jy_buf_free(&pdf);
    jy_buf_free(&out);
}

static void
stamp__pages_and_places_outside_are_refused(void **state)
{
    static const struct { struct jy_stamp_place place; jy_err err; } rows[] = {
        { { 1, 0, 0, 40, 40 }, JY_OK },           { { 1, 170, 257, 40, 40 }, JY_OK },       { { 0, 0, 0, 40, 40 }, JY_E_PAGE_RANGE },
        { { 2, 0, 0, 40, 40 }, JY_E_PAGE_RANGE }, { { 1, -1, 0, 40, 40 }, JY_E_OFF_PAGE },  { { 1, 0, 258, 40, 40 }, JY_E_OFF_PAGE },
        { { 1, 171, 0, 40, 40 }, JY_E_OFF_PAGE }, { { 1, NAN, 0, 40, 40 }, JY_E_ARGUMENT }, { { 1, 0, 0, 0.5, 40 }, JY_E_ARGUMENT },
    };
    struct jy_buf pdf = page_pdf(A4);
    struct jy_document *doc;

    (void)state;
    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_prepared prepared = { 0 };
        if (jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &rows[i].place, 1, pki.now, &prepared, NULL) != rows[i].err)
            fail_msg("row %zu", i);
        jy_prepared_free(&prepared);
    }
    jy_document_free(doc);
    jy_buf_free(&pdf);
}

static bool
near(double a, double b)
{
    return fabs(a - b) < 0.01;
}

/*
 * A stamp of 20 × 10 mm, 30 mm from the left and 15 mm from the top of the page as displayed. The rectangles are worked out by hand
 * from ISO 32000: user space has its origin at the bottom left of the unturned page, /Rotate turns clockwise.
 */
static void
stamp__stands_where_it_is_displayed(void **state)
{
    static const struct { const char *page; double width_mm, height_mm, rect[4]; } rows[] = {
        { "/MediaBox [0 0 600 800]", 600 / MM, 800 / MM, { 30 * MM, 800 - 25 * MM, 50 * MM, 800 - 15 * MM } },
        { "/MediaBox [0 0 600 800] /Rotate 90", 800 / MM, 600 / MM, { 15 * MM, 30 * MM, 25 * MM, 50 * MM } },
        { "/MediaBox [0 0 600 800] /Rotate 180", 600 / MM, 800 / MM, { 600 - 50 * MM, 15 * MM, 600 - 30 * MM, 25 * MM } },
        { "/MediaBox [0 0 600 800] /Rotate 270", 800 / MM, 600 / MM, { 600 - 25 * MM, 800 - 50 * MM, 600 - 15 * MM, 800 - 30 * MM } },
        { "/MediaBox [0 0 600 800] /Rotate -90", 800 / MM, 600 / MM, { 600 - 25 * MM, 800 - 50 * MM, 600 - 15 * MM, 800 - 30 * MM } },
        { "/MediaBox [0 0 600 800] /Rotate 450", 800 / MM, 600 / MM, { 15 * MM, 30 * MM, 25 * MM, 50 * MM } },
        { "/MediaBox [0 0 600 800] /CropBox [100 50 500 700]", 400 / MM, 650 / MM,
          { 100 + 30 * MM, 700 - 25 * MM, 100 + 50 * MM, 700 - 15 * MM } },
        { "/MediaBox [0 0 600 800] /CropBox [100 50 500 700] /Rotate 90", 650 / MM, 400 / MM,
          { 100 + 15 * MM, 50 + 30 * MM, 100 + 25 * MM, 50 + 50 * MM } },
        { "/MediaBox [-10 -20 590 780]", 600 / MM, 800 / MM, { -10 + 30 * MM, 780 - 25 * MM, -10 + 50 * MM, 780 - 15 * MM } },
        { "/MediaBox [600 800 0 0]", 600 / MM, 800 / MM, { 30 * MM, 800 - 25 * MM, 50 * MM, 800 - 15 * MM } },     /* corners exchanged */
        { "/MediaBox [0 0 600 800] /CropBox [-50 -50 900 900]", 600 / MM, 800 / MM, { 30 * MM, 800 - 25 * MM, 50 * MM, 800 - 15 * MM } },
        { "/MediaBox [0 0 600 800] /UserUnit 2", 1200 / MM, 1600 / MM, { 15 * MM, 800 - 12.5 * MM, 25 * MM, 800 - 7.5 * MM } },
    };
    const struct jy_stamp_place place = { 1, 30, 15, 20, 10 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char page[256];
        const char *text;
        struct jy_prepared prepared = { 0 };
        struct jy_document *doc;
        struct jy_buf pdf, out = { 0 };
        double rect[4];

        snprintf(page, sizeof(page), "<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << >> >>", rows[i].page);
        pdf = page_pdf(page);
        MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
        assert_true(near(jy_document_page(doc, 0).width_mm, rows[i].width_mm) && near(jy_document_page(doc, 0).height_mm, rows[i].height_mm));
        MUST(jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), &place, 1, pki.now, &prepared, NULL));
        MUST(jy_pieces_join(&prepared.file, &out));
        MUST(jy_buf_byte(&out, 0));
        text = (const char *)out.p + jy_slice_rfind(jy_buf_slice(&out), jy_slice_text("/Rect ["));
        assert_int_equal(sscanf(text, "/Rect [%lf %lf %lf %lf]", &rect[0], &rect[1], &rect[2], &rect[3]), 4);
        for (int k = 0; k < 4; k++)
            if (!near(rect[k], rows[i].rect[k]))
                fail_msg("%s: [%g %g %g %g]", rows[i].page, rect[0], rect[1], rect[2], rect[3]);
        jy_prepared_free(&prepared);
        jy_document_free(doc);
        jy_buf_free(&pdf);
        jy_buf_free(&out);
    }
}

/* And what was placed is found again at the same millimetres. */
static void
stamp__is_read_back_where_it_was_put(void **state)
{
    static const char *const pages[] = { "", "/Rotate 90", "/Rotate 180", "/Rotate 270", "/CropBox [100 50 500 700]",
                                         "/CropBox [100 50 500 700] /Rotate 270", "/UserUnit 1.5", "/UserUnit 3 /Rotate 90" };

    (void)state;
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const struct jy_signature *list;
        struct jy_document *doc;
        struct jy_buf pdf, out = { 0 };
        char page[256];
        size_t count;

        snprintf(page, sizeof(page), "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] %s /Contents 4 0 R /Resources << >> >>", pages[i]);
        pdf = page_pdf(page);
        MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &out, NULL));                      /* 1, 1, 8 × 8 mm */
        MUST(jy_document_open(jy_buf_slice(&out), &doc, NULL));
        MUST(jy_document_signatures(doc, &list, &count, NULL));
        assert_int_equal(count, 1);
        assert_int_equal(list[0].place_count, 1);
        assert_true(list[0].places[0].page == 1 && near(list[0].places[0].x_mm, 1) && near(list[0].places[0].y_mm, 1) &&
                    near(list[0].places[0].width_mm, 8) && near(list[0].places[0].height_mm, 8));
        jy_document_free(doc);
        jy_buf_free(&pdf);
        jy_buf_free(&out);
    }
}

/* Stamp several places; the result replaces *file. */
static void
stamp_places(struct jy_buf *file, const struct jy_stamp_place *places, size_t count)
{
    struct jy_document *doc;
    struct jy_prepared prepared = { 0 };
    struct jy_buf middle = { 0 }, value = { 0 }, out = { 0 };
    struct jy_pieces pieces = { 0 };

    MUST(jy_document_open(jy_buf_slice(file), &doc, NULL));
    MUST(jy_document_prepare(doc, jy_buf_slice(&pki.seal_der), places, count, pki.now, &prepared, NULL));
    MUST(jy_pieces_join(&prepared.file, &middle));
    MUST(jy_ses_make(pki.seal, pki.now, prepared.data_hash, prepared.property_info, pki.signer_key, pki.signer, &value, NULL));
    MUST(jy_document_finish(jy_buf_slice(&middle), prepared.slot, jy_buf_slice(&value), &pieces, NULL));
    MUST(jy_pieces_join(&pieces, &out));
    jy_pieces_free(&pieces);
    jy_prepared_free(&prepared);
    jy_document_free(doc);
    jy_buf_free(&middle);
    jy_buf_free(&value);
    jy_buf_free(file);
    *file = out;
}

/* Several seals one after the other, each at several places, clipped ones among them: the earlier ones find nothing but signatures behind them. */
static void
stamp__several_places_leave_earlier_signatures_good(void **state)
{
    const struct jy_stamp_place places[] = { { .page = 1, .x_mm = 10, .y_mm = 10, .width_mm = 40, .height_mm = 40 },
                                             { .page = 1, .x_mm = 60, .y_mm = 10, .width_mm = 40, .height_mm = 40 },
                                             { .page = 1, .x_mm = -20, .y_mm = 90, .width_mm = 40, .height_mm = 40, .clip = { 20, 0, 20, 40 } } };
    const struct jy_signature *list;
    struct jy_document *doc;
    struct jy_buf pdf = page_pdf(A4);
    size_t count;

    (void)state;
    for (int i = 0; i < 3; i++)
        stamp_places(&pdf, places, 3);
    MUST(jy_document_open(jy_buf_slice(&pdf), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < list[i].findings.count; k++)
            if (!list[i].findings.list[k].passed)
                fail_msg("%s: %s", list[i].id, list[i].findings.list[k].detail);
    jy_document_free(doc);
    jy_buf_free(&pdf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdf__cut_anywhere_it_is_refused),
        cmocka_unit_test(pdf__startxref_that_points_elsewhere_is_refused),
        cmocka_unit_test(pdf__loops_end_in_an_error),
        cmocka_unit_test(pdf__structures_without_sense_are_refused),
        cmocka_unit_test(pdf__encrypted_is_told_as_such),
        cmocka_unit_test(stamp__a_certification_decides),
        cmocka_unit_test(stamp__a_hybrid_file_keeps_its_bytes_and_opens_again),
        cmocka_unit_test(stamp__pages_and_places_outside_are_refused),
        cmocka_unit_test(stamp__stands_where_it_is_displayed),
        cmocka_unit_test(stamp__is_read_back_where_it_was_put),
        cmocka_unit_test(stamp__several_places_leave_earlier_signatures_good),
    };
    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}

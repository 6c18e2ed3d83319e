/* SPDX-License-Identifier: Apache-2.0 */
/* Stamps on many pages, over seams, one after the other, and the last one: what was asked for is what the file says. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../verify/pki.h"

#include <jinyin/place.h>
#include <math.h>
#include <unistd.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

/* Pages of every turn, cropped and enlarged; all are displayed as large as A4 or larger. */
static const char *const PAGES[] = {
    "/MediaBox [0 0 595.276 841.89]",
    "/MediaBox [0 0 841.89 595.276] /Rotate 90",
    "/MediaBox [0 0 595.276 841.89] /Rotate 180",
    "/MediaBox [0 0 841.89 595.276] /Rotate -90",
    "/MediaBox [0 0 842 1190] /CropBox [100 200 700 1150]",
    "/MediaBox [-50 -60 800 900] /CropBox [-40 -30 700 850] /Rotate 90",
    "/MediaBox [0 0 300 430] /UserUnit 2",
    "/MediaBox [0 0 430 300] /CropBox [5 5 425 296] /UserUnit 2 /Rotate 270",
};

static struct jy_buf
odd_pages(void)
{
    struct jy_buf pdf = { 0 };
    size_t at[ROWS(PAGES) + 4], where, n = 0;

    MUST(jy_buf_text(&pdf, "%PDF-1.7\n"));
    at[n++] = pdf.len;
    MUST(jy_buf_text(&pdf, "1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"));
    at[n++] = pdf.len;
    MUST(jy_buf_text(&pdf, "2 0 obj\n<< /Type /Pages /Kids ["));
    for (size_t i = 0; i < ROWS(PAGES); i++)
        MUST(jy_buf_fmt(&pdf, " %zu 0 R", i + 4));
    MUST(jy_buf_fmt(&pdf, "] /Count %zu >>\nendobj\n", ROWS(PAGES)));
    at[n++] = pdf.len;
    MUST(jy_buf_text(&pdf, "3 0 obj\n<< /Length 20 >>\nstream\n0 0 m 100 100 l S   \nendstream\nendobj\n"));
    for (size_t i = 0; i < ROWS(PAGES); i++) {
        at[n++] = pdf.len;
        MUST(jy_buf_fmt(&pdf, "%zu 0 obj\n<< /Type /Page /Parent 2 0 R %s /Contents 3 0 R /Resources << >> >>\nendobj\n", i + 4, PAGES[i]));
    }
    where = pdf.len;
    MUST(jy_buf_fmt(&pdf, "xref\n0 %zu\n0000000000 65535 f \n", n + 1));
    for (size_t i = 0; i < n; i++)
        MUST(jy_buf_fmt(&pdf, "%010zu 00000 n \n", at[i]));
    MUST(jy_buf_fmt(&pdf, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", n + 1, where));
    return pdf;
}

/* The places of the last signature. */
static struct jy_places
places_of(struct jy_slice file)
{
    const struct jy_signature *list;
    struct jy_places out = { 0 };
    struct jy_document *doc;
    size_t count;

    MUST(jy_document_open(file, &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_true(count > 0);
    out.count = list[count - 1].place_count;
    out.list = calloc(out.count + 1, sizeof(*out.list));
    memcpy(out.list, list[count - 1].places, out.count * sizeof(*out.list));
    jy_document_free(doc);
    return out;
}

static bool
about(double a, double b)
{
    return fabs(a - b) < 0.02;
}

/* In any order: a PDF tells them page by page. */
static bool
has_place(const struct jy_places *list, const struct jy_stamp_place *p)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct jy_stamp_place *q = &list->list[i];
        if (p->page == q->page && about(p->x_mm, q->x_mm) && about(p->y_mm, q->y_mm) && about(p->width_mm, q->width_mm) && about(p->height_mm, q->height_mm) &&
            about(p->clip.x_mm, q->clip.x_mm) && about(p->clip.y_mm, q->clip.y_mm) && about(p->clip.width_mm, q->clip.width_mm) &&
            about(p->clip.height_mm, q->clip.height_mm))
            return true;
    }
    return false;
}

/* qpdf's own judgement, where it is installed. */
static void
qpdf_agrees(struct jy_slice pdf)
{
    char path[] = "/tmp/jinyin-place-XXXXXX", command[128];
    int fd = mkstemp(path);

    assert_true(fd >= 0 && write(fd, pdf.p, pdf.len) == (ssize_t)pdf.len);
    close(fd);
    snprintf(command, sizeof(command), "qpdf --check %s >/dev/null 2>&1", path);
    if (access("/usr/bin/qpdf", X_OK) == 0 && system(command) != 0)
        fail_msg("%s", command);
    unlink(path);
}

static void
stamp_and_compare(struct jy_slice file, const struct jy_places *places)
{
    struct jy_buf out = { 0 };
    struct jy_places got;
    struct jy_fault fault = { 0 };

    if (pki_stamp_at(file, places->list, places->count, false, pki.now, &out, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
    if (jy_format_detect(file) == JY_FORMAT_PDF) {
        assert_memory_equal(out.p, file.p, file.len);
        qpdf_agrees(jy_buf_slice(&out));
    }
    got = places_of(jy_buf_slice(&out));
    assert_int_equal(got.count, places->count);
    for (size_t i = 0; i < places->count; i++)
        if (!has_place(&got, &places->list[i]))
            fail_msg("place %zu: page %d %f %f", i, places->list[i].page, places->list[i].x_mm, places->list[i].y_mm);
    jy_places_free(&got);
    jy_buf_free(&out);
}

static void
stamp__places_come_back_as_they_were_asked_for(void **state)
{
    struct jy_buf files[3] = { odd_pages(), load_file(JY_DATA "/hundred-pages.ofd"), load_file(JY_DATA "/contract.pdf") };

    (void)state;
    for (size_t f = 0; f < 3; f++) {
        struct jy_slice file = jy_buf_slice(&files[f]);
        struct jy_document *doc;
        struct jy_page *sizes;
        struct jy_page_list pages;
        struct jy_places places = { 0 };
        const struct jy_spot spot = { JY_CORNER_BOTTOM_RIGHT, 12.5, 17.25, 38, 30 };
        size_t count;

        MUST(jy_document_open(file, &doc, NULL));
        MUST(jy_document_pages(doc, &sizes, &count));
        MUST(jy_pages_parse("all", count, &pages, NULL));
        MUST(jy_place_same(sizes, count, &pages, &spot, &places, NULL));
        if (count > 1)                                          /* several on one page, too */
            MUST(jy_place_same(sizes, count, &pages, &(struct jy_spot){ JY_CORNER_TOP_LEFT, 3, 4, 40, 40 }, &places, NULL));
        stamp_and_compare(file, &places);
        for (int edge = JY_EDGE_RIGHT; count > 1 && edge <= JY_EDGE_BOTTOM; edge++) {
            const struct jy_seam seam = { .edge = (enum jy_edge)edge, .centred = true, .margin_mm = edge == JY_EDGE_TOP ? 2 : 0,
                                          .width_mm = 41, .height_mm = 39 };

            places.count = 0;
            MUST(jy_place_seam(sizes, count, &pages, &seam, &places, NULL));
            stamp_and_compare(file, &places);
        }
        jy_places_free(&places);
        jy_page_list_free(&pages);
        free(sizes);
        jy_document_free(doc);
        jy_buf_free(&files[f]);
    }
}

static enum jy_verdict
verdict(struct jy_slice file, size_t *signatures)
{
    struct jy_report *report;
    enum jy_verdict out;

    MUST(jy_verify(file, pki.trust, NULL, NULL, pki.now + 100, &report, NULL));
    out = jy_report_verdict(report);
    *signatures = jy_report_signature_count(report);
    jy_report_free(report);
    return out;
}

static void
stamp__five_in_a_row_leave_every_earlier_one_as_it_was(void **state)
{
    static const char *const names[] = { JY_DATA "/contract.ofd", JY_DATA "/contract.pdf", JY_DATA "/hundred-pages.ofd", NULL };

    (void)state;
    for (size_t f = 0; f < ROWS(names); f++) {
        struct jy_buf file = names[f] == NULL ? odd_pages() : load_file(names[f]);

        for (int i = 0; i < 5; i++) {
            struct jy_document *doc;
            struct jy_buf next = { 0 };
            struct jy_page *sizes;
            struct jy_places places = { 0 };
            struct jy_page_list pages;
            struct jy_fault fault = { 0 };
            size_t count, signatures;

            MUST(jy_document_open(jy_buf_slice(&file), &doc, NULL));
            MUST(jy_document_pages(doc, &sizes, &count));
            MUST(jy_pages_parse(i % 2 == 0 ? "all" : "1", count, &pages, NULL));
            if (i == 2 && count > 1)
                MUST(jy_place_seam(sizes, count, &pages, &(struct jy_seam){ .centred = true, .width_mm = 30, .height_mm = 30 }, &places, NULL));
            else
                MUST(jy_place_same(sizes, count, &pages, &(struct jy_spot){ JY_CORNER_TOP_LEFT, 2 + 22 * i, 3, 20, 20 }, &places, NULL));
            jy_document_free(doc);
            if (pki_stamp_at(jy_buf_slice(&file), places.list, places.count, false, pki.now + i, &next, &fault) != JY_OK)
                fail_msg("file %zu, stamp %d: %s %s", f, i + 1, fault.where, fault.text);
            jy_buf_free(&file);
            file = next;
            if (verdict(jy_buf_slice(&file), &signatures) != JY_VALID_WITH_WARNING || signatures != (size_t)i + 1)    /* the time is only claimed */
                fail_msg("file %zu, stamp %d: another verdict", f, i + 1);
            free(sizes);
            jy_page_list_free(&pages);
            jy_places_free(&places);
        }
        if (jy_format_detect(jy_buf_slice(&file)) == JY_FORMAT_PDF)
            qpdf_agrees(jy_buf_slice(&file));
        jy_buf_free(&file);
    }
}

static void
lock__the_last_stamp_closes_the_document(void **state)
{
    static const char *const names[] = { JY_DATA "/contract.ofd", JY_DATA "/contract.pdf", NULL };
    const struct jy_stamp_place place = { 1, 60, 60, 40, 40, { 0, 0, 0, 0 } };

    (void)state;
    for (size_t f = 0; f < ROWS(names); f++) {
        struct jy_buf file = names[f] == NULL ? odd_pages() : load_file(names[f]), once = { 0 }, closed = { 0 }, after = { 0 };
        size_t signatures;

        MUST(pki_stamp(jy_buf_slice(&file), pki.now, &once, NULL));
        MUST(pki_stamp_at(jy_buf_slice(&once), &place, 1, true, pki.now, &closed, NULL));
        assert_int_equal(verdict(jy_buf_slice(&closed), &signatures), JY_VALID_WITH_WARNING);
        assert_int_equal(signatures, 2);
        assert_int_equal(pki_stamp(jy_buf_slice(&closed), pki.now, &after, NULL), JY_E_LOCKED);
        assert_int_equal(pki_stamp_at(jy_buf_slice(&closed), &place, 1, true, pki.now, &after, NULL), JY_E_LOCKED);
        assert_int_equal(after.len, 0);
        if (jy_format_detect(jy_buf_slice(&closed)) == JY_FORMAT_PDF)
            qpdf_agrees(jy_buf_slice(&closed));
        jy_buf_free(&file);
        jy_buf_free(&once);
        jy_buf_free(&closed);
    }
}

static void
clip__what_does_not_lie_in_the_picture_and_on_the_page_is_refused(void **state)
{
    static const struct { struct jy_stamp_place place; jy_err err; } rows[] = {
        { { 1, 200, 10, 40, 40, { 0, 0, 10, 40 } }, JY_OK },                  /* A4: what is clipped away lies outside */
        { { 1, 200.1, 10, 40, 40, { 0, 0, 10, 40 } }, JY_E_OFF_PAGE },
        { { 1, -30, 10, 40, 40, { 30, 0, 10, 40 } }, JY_OK },
        { { 1, -30.1, 10, 40, 40, { 30, 0, 10, 40 } }, JY_E_OFF_PAGE },
        { { 1, 10, -30, 40, 40, { 0, 30, 40, 10 } }, JY_OK },
        { { 1, 10, 10, 40, 40, { 30, 0, 10.1, 40 } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { -1, 0, 10, 40 } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { 0, 0, 0, 40 } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { 0, 0, 0.05, 40 } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { 5, 0, 0, 0 } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { 0, 0, NAN, 40 } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { 0, 0, 40, INFINITY } }, JY_E_ARGUMENT },
        { { 1, 10, 10, 40, 40, { 0, 0, 40, 40 } }, JY_OK },
    };
    struct jy_buf files[2] = { load_file(JY_DATA "/contract.ofd"), load_file(JY_DATA "/contract.pdf") };

    (void)state;
    for (size_t f = 0; f < 2; f++) {
        for (size_t i = 0; i < ROWS(rows); i++) {
            struct jy_buf out = { 0 };
            jy_err err = pki_stamp_at(jy_buf_slice(&files[f]), &rows[i].place, 1, false, pki.now, &out, NULL);

            if (err != rows[i].err)
                fail_msg("row %zu: %s", i, jy_err_code(err));
            jy_buf_free(&out);
        }
        jy_buf_free(&files[f]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamp__places_come_back_as_they_were_asked_for),
        cmocka_unit_test(stamp__five_in_a_row_leave_every_earlier_one_as_it_was),
        cmocka_unit_test(lock__the_last_stamp_closes_the_document),
        cmocka_unit_test(clip__what_does_not_lie_in_the_picture_and_on_the_page_is_refused),
    };

    return cmocka_run_group_tests_name("stamping in all the ways", tests, pki_set_up, pki_tear_down);
}

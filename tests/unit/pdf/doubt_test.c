/* SPDX-License-Identifier: Apache-2.0 */
/* What readers show differently gets no stamp, and a stamp shows on its own page only. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))

/* Some readers walk the tree down, some go up by Parent, some leap by Count. */
static void
stamp__a_page_tree_that_readers_walk_differently_gets_none(void **state)
{
    static const struct { const char *pages, *node, *page; jy_err err; } rows[] = {
        { "/Kids [5 0 R] /Count 1", "/Parent 2 0 R /Kids [3 0 R] /Count 1", "/Parent 5 0 R", JY_OK },
        { "/Kids 6 0 R /Count 7 0 R", "/Parent 2 0 R /Kids [3 0 R] /Count 7 0 R", "/Parent 5 0 R", JY_OK },
        { "/Kids [5 0 R 3 0 R] /Count 1", "/Parent 2 0 R /Kids [] /Count 0", "/Parent 2 0 R", JY_OK },
        { "/Kids [5 0 R] /Count 2", "/Parent 2 0 R /Kids [3 0 R] /Count 1", "/Parent 5 0 R", JY_E_AMBIGUOUS },
        { "/Kids [5 0 R] /Count 0", "/Parent 2 0 R /Kids [3 0 R] /Count 1", "/Parent 5 0 R", JY_E_AMBIGUOUS },
        { "/Kids [5 0 R]", "/Parent 2 0 R /Kids [3 0 R] /Count 1", "/Parent 5 0 R", JY_E_AMBIGUOUS },
        { "/Kids [5 0 R] /Count 1", "/Parent 2 0 R /Kids [3 0 R] /Count 2", "/Parent 5 0 R", JY_E_AMBIGUOUS },
        { "/Kids [5 0 R] /Count 1", "/Parent 2 0 R /Kids [3 0 R] /Count 1", "/Parent 2 0 R", JY_E_AMBIGUOUS },
        { "/Kids [5 0 R] /Count 1", "/Parent 2 0 R /Kids [3 0 R] /Count 1", "", JY_E_AMBIGUOUS },
        { "/Kids [5 0 R] /Count 1", "/Kids [3 0 R] /Count 1", "/Parent 5 0 R", JY_E_AMBIGUOUS },
        { "/Kids [3 0 R] /Count 1", "/Kids [] /Count 0 /Rotate 90", "/Parent 5 0 R", JY_E_AMBIGUOUS },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char root[160], node[160], page[160];
        const char *const objects[] = { CATALOG, root, page, CONTENT, node, "[5 0 R]", "1" };
        struct jy_buf pdf;

        snprintf(root, sizeof(root), "<< /Type /Pages %s >>", rows[i].pages);
        snprintf(node, sizeof(node), "<< /Type /Pages %s >>", rows[i].node);
        snprintf(page, sizeof(page), "<< /Type /Page %s /MediaBox [0 0 400 500] /Contents 4 0 R /Resources << >> >>", rows[i].page);
        pdf = pdf_of(objects, ROWS(objects), "", NULL);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("row %zu", i);
        jy_buf_free(&pdf);
    }
}

/* A Rotate above more nodes than are climbed must not be lost. */
static void
stamp__a_page_tree_that_is_too_deep_gets_none(void **state)
{
    enum { DEEP = 80, NODES = DEEP + 4 };
    static char text[NODES][96];
    const char *objects[NODES] = { CATALOG, "<< /Type /Pages /Kids [5 0 R] /Count 1 /Rotate 90 >>", text[2], CONTENT };

    (void)state;
    for (int depth = 50; depth <= DEEP; depth += 30) {
        struct jy_buf pdf;
        for (int i = 0; i < depth; i++) {
            snprintf(text[4 + i], sizeof(text[0]), "<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>", i == 0 ? 2 : 4 + i, i + 1 < depth ? 6 + i : 3);
            objects[4 + i] = text[4 + i];
        }
        snprintf(text[2], sizeof(text[0]), "<< /Type /Page /Parent %d 0 R /MediaBox [0 0 400 500] /Contents 4 0 R >>", 4 + depth);
        pdf = pdf_of(objects, (size_t)depth + 4, "", NULL);
        assert_int_equal(stamp_err(jy_buf_slice(&pdf)), depth < 60 ? JY_OK : JY_E_LIMIT);
        jy_buf_free(&pdf);
    }
}

static void
stamp__a_page_that_readers_turn_or_crop_differently_gets_none(void **state)
{
    static const struct { const char *page; jy_err err; } rows[] = {
        { "/MediaBox [0 0 400 500] /Rotate 450", JY_OK },
        { "/MediaBox [0 0 400 500] /Rotate 45", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /Rotate 90.0", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /Rotate (90)", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /CropBox [0 0 0 0]", JY_OK },                    /* none, for all readers */
        { "/MediaBox [0 0 400 500] /CropBox [-1 -1 400 500]", JY_OK },              /* the same by both ways */
        { "/MediaBox [0 0 400 500] /CropBox [-50 0 400 450]", JY_OK },
        { "/MediaBox [0 0 400 500] /CropBox [0 0.2 400.3 500.4]", JY_OK },          /* rounded apart */
        { "/MediaBox [0 0 400 500] /CropBox [0 -60 400 450]", JY_E_AMBIGUOUS },     /* 510 high, 450 of it on the page */
        { "/MediaBox [0 0 400 500] /CropBox [500 600 700 800]", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /CropBox [0 0 (400) 500]", JY_E_AMBIGUOUS },
        { "/MediaBox [2000000 0 2000400 500]", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /UserUnit 0", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /UserUnit 1e9", JY_E_DAMAGED },                  /* no number of a PDF */
        { "/MediaBox [0 0 400 500] /UserUnit 75000", JY_E_AMBIGUOUS },
        { "/MediaBox [0 0 400 500] /MediaBox [0 0 400 600]", JY_E_DAMAGED },
        { "/MediaBox [0 0 400 500] /Annots null", JY_OK },
        { "/MediaBox [0 0 400 500] /Annots << >>", JY_E_DAMAGED },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char page[160];
        struct jy_buf pdf;

        snprintf(page, sizeof(page), "<< /Type /Page /Parent 2 0 R %s /Contents 4 0 R /Resources << >> >>", rows[i].page);
        pdf = page_pdf(page);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%s", rows[i].page);
        jy_buf_free(&pdf);
    }
}

/* ISO 32000-2 7.3.7 does not say which value of a key that stands twice counts. qpdf warns of those that it has met; here are the others. */
static void
stamp__two_values_of_one_key_get_none(void **state)
{
    static const struct { const char *dictionary; jy_err err; } rows[] = {
        { "<< /A 1 /B 2 /C << /A 3 >> /D [/A /A] >>", JY_OK },
        { "<< /A 1 /B 2 /A 3 >>", JY_E_AMBIGUOUS },
        { "<< /A 1 /B 2 /#41 3 >>", JY_E_AMBIGUOUS },
        { "<< /A 4 0 R /B 2 /A 5 0 R >>", JY_E_AMBIGUOUS },
        { "<< /A /A /B /A /C /B >>", JY_OK },
        { "<< /A /B /A /C >>", JY_E_AMBIGUOUS },
        { "<< /A /B /A  /B >>", JY_OK },                        /* the same, whichever counts */
        { "<< /A 1 /A 1 /A 2 >>", JY_E_AMBIGUOUS },
        { "<< /A << /B [ << /C 1 /C 2 >> ] >> >>", JY_E_AMBIGUOUS },
        { "[ << /C 1 >> << /C 2 >> ]", JY_OK },
        { "<< /A << /B 1 >> /B 2 /A << /B 1 >> >>", JY_OK },
        { "<< /A << /B 1 >> /B 2 /A << /B 2 >> >>", JY_E_AMBIGUOUS },
        { "<< /PageMode /UseNone /PageMode /UseOutlines >>", JY_OK },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const char *const objects[] = { CATALOG, PAGES, A4, CONTENT, rows[i].dictionary };
        struct jy_buf pdf = pdf_of(objects, ROWS(objects), "", NULL);

        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%s: %s", rows[i].dictionary, jy_err_code(stamp_err(jy_buf_slice(&pdf))));
        jy_buf_free(&pdf);
    }
}

/* Poppler searches the bytes for what a reference misses, pdf.js for another generation, and what they find in a stream is then the page's content. */
static void
stamp__what_a_search_for_missing_objects_finds_gets_none(void **state)
{
    static const struct { const char *reference, *data; jy_err err; } rows[] = {
        { "6 0 R", " 4 0 obj << >> endobj ", JY_OK },
        { "99 0 R", " 4 0 obk << >> endobj ", JY_OK },
        { "99 0 R", " 4 0 obj << >> endobj ", JY_E_AMBIGUOUS },
        { "6 1 R", " 4 0 obj << >> endobj ", JY_E_AMBIGUOUS },
        { "6 1 R", " 4 0 obk << >> endobj ", JY_OK },
        { "99 0 R", " trailer << /Root 5 0 ", JY_E_AMBIGUOUS },
        { "6 0 R", " trailer << /Root 5 0 ", JY_OK },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char stream[80], names[40];
        const char *const objects[] = { CATALOG, PAGES, A4, CONTENT, names, stream };
        struct jy_buf pdf;

        snprintf(names, sizeof(names), "<< /A [%s] >>", rows[i].reference);
        snprintf(stream, sizeof(stream), "<< /Length 22 >>\nstream\n%s\nendstream", rows[i].data);
        pdf = pdf_of(objects, ROWS(objects), "", NULL);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%s %s: %s", rows[i].reference, rows[i].data, jy_err_code(stamp_err(jy_buf_slice(&pdf))));
        jy_buf_free(&pdf);
    }
}

#define PAGE_IN_7 "<< /Type /Page /Parent 7 0 R /MediaBox [0 0 595 842] /Contents 2 0 R /Resources << >> >>"
#define KIDS "9 0 R 1 0 R 3 0 R"
#define HINTS_AT 600
#define HINT_BYTES 40

/* Three pages, linearized; before: what stands between the line of the header and the first object; kids: the pages, as in the tree. */
static struct jy_buf
linearized_pdf(size_t length, const char *before, const char *more, const char *kids, const uint8_t *hints)
{
    char pages[80];
    const struct { int id; const char *text; } objects[] = {
        { 8, "<< /Type /Catalog /Pages 7 0 R >>" }, { 9, PAGE_IN_7 }, { 1, PAGE_IN_7 }, { 2, CONTENT }, { 3, PAGE_IN_7 }, { 7, pages },
    };
    struct jy_buf pdf = { 0 };
    size_t at[11] = { [6] = HINTS_AT }, section;

    snprintf(pages, sizeof(pages), "<< /Type /Pages /Kids [%s] /Count 3 >>", kids);
    for (int pass = 0; pass < 2; pass++) {                    /* the table comes first, and says where the others stand */
        pdf.len = 0;
        MUST(jy_buf_fmt(&pdf, "%%PDF-1.7%s", before));
        at[10] = pdf.len;
        MUST(jy_buf_fmt(&pdf, "10 0 obj\n<< /Linearized 1 /L %05zu %s >>\nendobj\n", length, more));
        section = pdf.len;
        MUST(jy_buf_text(&pdf, "xref\n0 11\n0000000000 65535 f \n"));
        for (size_t i = 1; i < 11; i++)
            MUST(jy_buf_fmt(&pdf, "%010zu 00000 %c \n", at[i], at[i] == 0 ? 'f' : 'n'));
        MUST(jy_buf_text(&pdf, "trailer\n<< /Size 11 /Root 8 0 R >>\nstartxref\n0\n%%EOF\n"));
        assert_true(pdf.len < HINTS_AT);
        while (pdf.len < HINTS_AT)
            MUST(jy_buf_byte(&pdf, ' '));
        MUST(jy_buf_fmt(&pdf, "6 0 obj\n<< /S 40 /Length %d >>\nstream\n", HINT_BYTES));
        MUST(jy_buf_add(&pdf, JY_SLICE(hints, HINT_BYTES)));
        MUST(jy_buf_text(&pdf, "\nendstream\nendobj\n"));
        for (size_t i = 0; i < ROWS(objects); i++) {
            at[objects[i].id] = pdf.len;
            MUST(jy_buf_fmt(&pdf, "%d 0 obj\n%s\nendobj\n", objects[i].id, objects[i].text));
        }
        MUST(jy_buf_fmt(&pdf, "startxref\n%zu\n%%%%EOF\n", section));
    }
    return pdf;
}

/* Of a linearized file Chrome and Firefox show the first page that it names, poppler those to which the hints lead, if all of them are pages. */
static void
open__a_file_whose_linearization_leads_to_other_pages_is_refused(void **state)
{
    static const struct { const char *more; uint8_t width, counts[3]; jy_err err; const char *kids; } rows[] = {
        { "/N 3 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_OK },
        { "/N 3 /O 9 /H [600 100]", 8, { 9, 1, 9 }, JY_OK },             /* no page follows from these */
        { "/N 3 /O 9 /H [600 100]", 8, { 1, 7, 1 }, JY_E_AMBIGUOUS },    /* 1 and 9 */
        { "/N 3 /O 9 /H [600 100]", 8, { 1, 0, 1 }, JY_OK },             /* 2 is no page: readers go by the page tree */
        { "/N 3 /O 1 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9.0 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /P 0 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_OK },
        { "/N 3 /P 1 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /P 1 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_OK, "1 0 R 9 0 R 3 0 R" },
        { "/N 3 /P 1 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS, "3 0 R 9 0 R 1 0 R" },
        { "/N 3 /P 2 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_OK, "1 0 R 3 0 R 9 0 R" },
        { "/N 3 /P 2 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS, "3 0 R 1 0 R 9 0 R" },
        { "/N 3 /P 3 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 4 /O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/O 9 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /H [600 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9 /H [600 100]", 33, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9 /H [600 100]", 32, { 1, 1, 1 }, JY_E_AMBIGUOUS },   /* too short for it */
        { "/N 3 /O 9 /H [599 100]", 8, { 1, 1, 1 }, JY_OK },             /* white space */
        { "/N 3 /O 9 /H [601 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9 /H [-1 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9 /H [99999 100]", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9 /H 600", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
        { "/N 3 /O 9", 8, { 1, 1, 1 }, JY_E_AMBIGUOUS },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t hints[HINT_BYTES] = { [3] = 1, [9] = rows[i].width, [36] = rows[i].counts[0], rows[i].counts[1], rows[i].counts[2] };
        const char *kids = rows[i].kids == NULL ? KIDS : rows[i].kids;
        struct jy_buf pdf = linearized_pdf(0, "\n", rows[i].more, kids, hints);
        size_t length = pdf.len;

        jy_buf_free(&pdf);
        for (size_t more = 0; more < 2; more++) {                /* of another length it is none */
            pdf = linearized_pdf(length + more, "\n", rows[i].more, kids, hints);
            if (open_err(jy_buf_slice(&pdf)) != (more == 0 ? rows[i].err : JY_OK))
                fail_msg("row %zu: %s", i, jy_err_code(open_err(jy_buf_slice(&pdf))));
            jy_buf_free(&pdf);
        }
    }
}

/* To all others this is a remark behind the header; the first object that they meet is the catalog. */
static void
open__a_linearization_in_the_line_of_the_header_is_met_too(void **state)
{
    static const uint8_t hints[HINT_BYTES] = { 0 };
    struct jy_buf pdf = linearized_pdf(0, " 5 0 obj << /Linearized 1 /L 01320 /O 3 >> endobj\n", "", KIDS, hints);
    struct jy_slice length = jy_slice_text("01320");
    size_t at = jy_slice_find(jy_buf_slice(&pdf), length);
    char digits[8];

    (void)state;
    assert_int_equal(open_err(jy_buf_slice(&pdf)), JY_OK);
    snprintf(digits, sizeof(digits), "%05zu", pdf.len);
    memcpy(pdf.p + at, digits, 5);
    assert_int_equal(open_err(jy_buf_slice(&pdf)), JY_E_AMBIGUOUS);
    jy_buf_free(&pdf);
}

/* Whoever foretells how long the stamped file will be has it a byte longer. */
static void
stamp__makes_no_file_linearized(void **state)
{
    static const uint8_t hints[HINT_BYTES] = { 0 };
    struct jy_buf pdf = linearized_pdf(0, "\n", "/N 3 /O 3", KIDS, hints), stamped = { 0 };
    size_t length;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &stamped, NULL));
    length = stamped.len;
    jy_buf_free(&pdf);
    jy_buf_free(&stamped);
    pdf = linearized_pdf(length, "\n", "/N 3 /O 3", KIDS, hints);
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &stamped, NULL));
    assert_int_equal(stamped.len, length + 1);
    assert_int_equal(open_err(jy_buf_slice(&stamped)), JY_OK);
    jy_buf_free(&pdf);
    jy_buf_free(&stamped);
}

static void
stamp__dictionaries_nested_too_deep_get_none(void **state)
{
    char deep[2 * 70 + 1] = "";
    const char *const objects[] = { CATALOG, PAGES, A4, CONTENT, deep };

    (void)state;
    for (size_t depth = 64; depth <= 65; depth++) {
        struct jy_buf pdf;

        memset(deep, '[', depth);
        memset(deep + depth, ']', depth);
        deep[2 * depth] = '\0';
        pdf = pdf_of(objects, ROWS(objects), "", NULL);
        assert_int_equal(stamp_err(jy_buf_slice(&pdf)), depth == 64 ? JY_OK : JY_E_LIMIT);
        jy_buf_free(&pdf);
    }
}

/* The update would give it two new versions. */
static void
stamp__an_object_that_is_page_and_form_in_one_gets_none(void **state)
{
    const char *const objects[] = { "<< /Type /Catalog /Pages 2 0 R /AcroForm 3 0 R >>", PAGES,
                                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Contents 4 0 R /Fields [] >>", CONTENT };
    struct jy_buf pdf = pdf_of(objects, ROWS(objects), "", NULL);

    (void)state;
    assert_int_equal(stamp_err(jy_buf_slice(&pdf)), JY_E_AMBIGUOUS);
    jy_buf_free(&pdf);
}

/* The page may be written in a font that the form names so, and would be written in another. */
static void
stamp__a_form_with_something_else_under_its_keys_gets_none(void **state)
{
    static const struct { const char *entries; jy_err err; } rows[] = {
        { "/Fields [] /SigFlags 0 /NeedAppearances false", JY_OK },
        { "", JY_OK },
        { "/Fields << >>", JY_E_DAMAGED },
        { "/Fields [] /SigFlags << /Type /Font >>", JY_E_DAMAGED },
        { "/Fields [] /NeedAppearances 4 0 R", JY_E_DAMAGED },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char root[256];
        const char *const objects[] = { root, PAGES, A4, CONTENT };
        struct jy_buf pdf;

        snprintf(root, sizeof(root), "<< /Type /Catalog /Pages 2 0 R /AcroForm << %s >> >>", rows[i].entries);
        pdf = pdf_of(objects, ROWS(objects), "", NULL);
        if (stamp_err(jy_buf_slice(&pdf)) != rows[i].err)
            fail_msg("%s", rows[i].entries);
        jy_buf_free(&pdf);
    }
}

/* ISO 32000-2 7.3.10: a reference to an object that is not there is null. What a stamp appends must not stand there from now on. */
static void
stamp__a_reference_to_nothing_stays_one(void **state)
{
    const char *const objects[] = { CATALOG, "<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>",
                                    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Annots [7 0 R 8 0 R 9 0 R 10 0 R 11 0 R 12 0 R 13 0 R 40 0 R] >>",
                                    CONTENT, "<< >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Contents 4 0 R /Resources << >> >>" };
    struct jy_buf pdf = pdf_of(objects, ROWS(objects), "", NULL), out = { 0 };
    const struct jy_signature *list;
    struct jy_document *doc;
    size_t count;

    (void)state;
    MUST(pki_stamp_page(jy_buf_slice(&pdf), 2, pki.now, &out, NULL));
    MUST(jy_document_open(jy_buf_slice(&out), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_int_equal(count, 1);
    assert_int_equal(list[0].place_count, 1);
    assert_int_equal(list[0].places[0].page, 2);
    for (int id = 7; id <= 40; id++) {
        char text[24];
        snprintf(text, sizeof(text), "\n%d 0 obj", id);
        assert_true(jy_slice_find(jy_buf_slice(&out), jy_slice_text(text)) == SIZE_MAX);
    }
    jy_document_free(doc);
    jy_buf_free(&pdf);
    jy_buf_free(&out);
}

/* The field's name can be foretold, and its further impressions bear it: those that lay there before are not told as places of the seal. */
static void
stamp__an_annotation_of_its_name_that_was_there_before_is_none_of_its(void **state)
{
    enum { PLANTED = 20 };
    static char text[PLANTED][128];
    const char *objects[4 + PLANTED] = { CATALOG, PAGES, NULL, CONTENT };
    char page[512] = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [";
    const struct jy_stamp_place places[2] = { { 1, 10, 10, 20, 20, { 0, 0, 0, 0 } }, { 1, 50, 10, 20, 20, { 0, 0, 0, 0 } } };
    const struct jy_signature *list;
    struct jy_document *doc;
    struct jy_buf pdf, out = { 0 };
    size_t count;

    (void)state;
    for (int i = 0; i < PLANTED; i++) {
        snprintf(text[i], sizeof(text[0]), "<< /Type /Annot /Subtype /Stamp /Rect [300 300 400 400] /F 132 /P 3 0 R /AP << /N 4 0 R >> /NM (Jinyin%d.1) >>",
                 PLANTED + 4 + i);
        objects[4 + i] = text[i];
        snprintf(page + strlen(page), sizeof(page) - strlen(page), " %d 0 R", 5 + i);
    }
    strcat(page, "] >>");
    objects[2] = page;
    pdf = pdf_of(objects, 4 + PLANTED, "", NULL);
    MUST(pki_stamp_at(jy_buf_slice(&pdf), places, 2, false, pki.now, &out, NULL));
    MUST(jy_document_open(jy_buf_slice(&out), &doc, NULL));
    MUST(jy_document_signatures(doc, &list, &count, NULL));
    assert_int_equal(count, 1);
    assert_true(strncmp(list[0].id, "Jinyin", 6) == 0 && atoi(list[0].id + 6) >= PLANTED + 4 && atoi(list[0].id + 6) < 2 * PLANTED + 4);
    assert_int_equal(list[0].place_count, 2);
    jy_document_free(doc);
    jy_buf_free(&pdf);
    jy_buf_free(&out);
}

/* One byte of the page, in the bytes that the first stamp signs. */
static void
stamp__a_document_that_was_changed_after_a_signature_gets_none(void **state)
{
    struct jy_buf pdf = page_pdf(A4), once = { 0 };
    size_t at;

    (void)state;
    MUST(pki_stamp(jy_buf_slice(&pdf), pki.now, &once, NULL));
    assert_int_equal(stamp_err(jy_buf_slice(&once)), JY_OK);
    at = jy_slice_find(jy_buf_slice(&once), jy_slice_text("100 100 l"));
    assert_true(at < pdf.len);
    once.p[at] = '3';
    assert_int_equal(stamp_err(jy_buf_slice(&once)), JY_E_EARLIER_INVALID);
    jy_buf_free(&pdf);
    jy_buf_free(&once);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamp__a_page_tree_that_readers_walk_differently_gets_none),
        cmocka_unit_test(stamp__a_page_tree_that_is_too_deep_gets_none),
        cmocka_unit_test(stamp__a_page_that_readers_turn_or_crop_differently_gets_none),
        cmocka_unit_test(stamp__two_values_of_one_key_get_none),
        cmocka_unit_test(stamp__what_a_search_for_missing_objects_finds_gets_none),
        cmocka_unit_test(open__a_file_whose_linearization_leads_to_other_pages_is_refused),
        cmocka_unit_test(open__a_linearization_in_the_line_of_the_header_is_met_too),
        cmocka_unit_test(stamp__makes_no_file_linearized),
        cmocka_unit_test(stamp__dictionaries_nested_too_deep_get_none),
        cmocka_unit_test(stamp__an_object_that_is_page_and_form_in_one_gets_none),
        cmocka_unit_test(stamp__a_form_with_something_else_under_its_keys_gets_none),
        cmocka_unit_test(stamp__a_reference_to_nothing_stays_one),
        cmocka_unit_test(stamp__an_annotation_of_its_name_that_was_there_before_is_none_of_its),
        cmocka_unit_test(stamp__a_document_that_was_changed_after_a_signature_gets_none),
    };
    return cmocka_run_group_tests(tests, pki_set_up, pki_tear_down);
}

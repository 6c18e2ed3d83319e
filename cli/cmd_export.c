/* SPDX-License-Identifier: Apache-2.0 */
/* A copy that says it is one (R17.1): of an OFD or a PDF, as PDF, or a page as PNG. */
#include "cli/cmd.h"
#include "cli/draw.h"
#include "poppler/poppler.h"

#include <jinyin/place.h>

#include <codec/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_MAX 500                   /* of a PDF, whose pages are pictures in memory */

struct exporting {
    struct mapped file;
    struct copy_wish wish;
    struct jy_copy_mark mark;
    struct jy_page *sizes;
    struct jy_buf *pictures;
    struct jy_slice *slices;
    struct jy_buf words;
    size_t page_count, drawn;
};

static void
exporting_end(struct exporting *e)
{
    for (size_t i = 0; i < e->drawn; i++)
        jy_buf_free(&e->pictures[i]);
    free(e->pictures);
    free(e->slices);
    jy_buf_free(&e->words);
    free(e->sizes);
    unmap_file(&e->file);
}

static jy_err
draw_pdf_pages(struct exporting *e, struct jy_fault *fault)
{
    size_t count = (size_t)(e->wish.last - e->wish.first + 1);
    jy_err rc = JY_OK;

    if (count > PAGES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "page", 0, "%zu pages, %d are copied at once", count, PAGES_MAX);
    if ((e->pictures = calloc(count, sizeof(*e->pictures))) == NULL || (e->slices = calloc(count, sizeof(*e->slices))) == NULL)
        return JY_E_NOMEM;
    for (; rc == JY_OK && e->drawn < count; e->drawn++) {
        const struct jy_poppler_page page = { .page = e->wish.first + (int)e->drawn, .dots_per_inch = COPY_DOTS_PER_MM * 25.4 };

        rc = jy_poppler_draw_bytes(e->file.bytes, &page, &e->pictures[e->drawn], fault);
        e->slices[e->drawn] = jy_buf_slice(&e->pictures[e->drawn]);
    }
    e->wish.pictures = e->slices;
    /* Who can draw a page and cannot read its words leaves it a picture. */
    if (rc == JY_OK && !e->wish.png && (rc = jy_poppler_words_bytes(e->file.bytes, e->wish.first, e->wish.last, &e->words, fault)) == JY_E_DAMAGED) {
        e->words.len = 0;
        rc = JY_OK;
    }
    e->wish.words = jy_buf_slice(&e->words);
    return rc;
}

static jy_err
prepare(struct exporting *e, int page, struct jy_fault *fault)
{
    struct jy_document *doc = NULL;
    uint8_t digest[JY_SM3_SIZE];
    char copied[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if ((rc = jy_document_open(e->file.bytes, &doc, fault)) != JY_OK || (rc = jy_document_pages(doc, &e->sizes, &e->page_count)) != JY_OK ||
        (rc = jy_sm3(e->file.bytes, digest)) != JY_OK)
        goto out;
    if (jy_document_copy_of(doc, copied)) {
        rc = jy_fail(fault, JY_E_UNSUPPORTED, "copy", 0, "it is a copy of SM3 %s itself: copy the original", copied);
        goto out;
    }
    e->wish.first = page == 0 ? 1 : page;
    e->wish.last = page == 0 && !e->wish.png ? (int)e->page_count : e->wish.first;
    if (e->wish.last < 1 || (size_t)e->wish.last > e->page_count) {
        rc = jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%d of %zu", e->wish.last, e->page_count);
        goto out;
    }
    jy_hex(JY_SLICE(digest, sizeof(digest)), e->mark.source);
    e->wish.file = e->file.bytes;
    e->wish.sizes = e->sizes;
    e->wish.mark = &e->mark;
    if (jy_document_format(doc) == JY_FORMAT_PDF)
        rc = draw_pdf_pages(e, fault);
out:
    jy_document_free(doc);
    return rc;
}

int
cmd_export(int argc, char **argv)
{
    struct exporting e = { .mark.made = jy_now() };
    struct jy_buf copy = { 0 }, notes = { 0 };
    struct jy_fault fault = { 0 };
    const char *name = NULL, *code = "", *link = NULL;
    int page = 0, files;
    jy_err rc;
    const struct opt options[] = { { "--out", OPT_TEXT, &name, true }, { "--page", OPT_INT, &page, false }, { "--code", OPT_TEXT, &code, false },
                                   { "--link", OPT_TEXT, &link, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    e.wish.png = ends_in(name, ".png");
    if (files != 1 || (!e.wish.png && !ends_in(name, ".pdf")) || strlen(code) >= sizeof(e.mark.code) ||
        (link != NULL && strlen(link) >= sizeof(e.mark.link))) {
        fprintf(stderr, "jinyin export: one file, and -o with a name in .pdf or .png; code up to 64 bytes, link up to 511\n");
        return EXIT_USAGE;
    }
    if ((rc = map_file(argv[0], &e.file, &fault)) == JY_OK && (rc = prepare(&e, page, &fault)) == JY_OK) {
        snprintf(e.mark.code, sizeof(e.mark.code), "%s", code);
        snprintf(e.mark.link, sizeof(e.mark.link), "%s", link != NULL ? link : JY_COPY_MARK);
        if (link == NULL)
            snprintf(e.mark.link, sizeof(e.mark.link), JY_COPY_MARK "%s", e.mark.source);
        if ((rc = draw_copy(&e.wish, &copy, &notes, &fault)) == JY_OK)
            rc = write_bytes(name, &copy, &fault);
    }
    if (rc != JY_OK)
        complain(argv[0], rc, &fault);
    else
        print_notes(&notes);
    exporting_end(&e);
    jy_buf_free(&copy);
    jy_buf_free(&notes);
    return rc == JY_OK ? 0 : rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
}

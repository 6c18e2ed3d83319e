/* SPDX-License-Identifier: Apache-2.0 */
/* The text of pages in runs with their places: what keywords are looked for in. */
#include "cli/cmd.h"
#include "poppler/poppler.h"

#include <jinyin/place.h>

#include <jansson.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct telling {
    struct mapped file;
    struct jy_document *doc;
    struct jy_text text;
    bool json;
    json_t *pages;
};

static jy_err
read_page(struct telling *t, int page, struct jy_fault *fault)
{
    struct jy_buf words = { 0 };
    jy_err rc = JY_OK;

    if (jy_document_format(t->doc) == JY_FORMAT_PDF)
        rc = jy_poppler_words_bytes(t->file.bytes, page, page, &words, fault);
    if (rc == JY_OK)
        rc = jy_page_text(t->doc, jy_buf_slice(&words), page, &t->text, fault);
    jy_buf_free(&words);
    return rc;
}

/* A line for each run; what would move a terminal's cursor is no text (jy_run_next leaves it out). */
static jy_err
print_lines(const struct telling *t)
{
    struct jy_run run = { 0 };
    size_t at = 0;
    jy_err rc;

    while ((rc = jy_run_next(&t->text, &at, &run)) == JY_OK)
        printf("%.*s\n", (int)run.text.len, (const char *)run.text.p);
    jy_buf_free(&run.text);
    return rc == JY_E_NOT_FOUND ? JY_OK : rc;
}

static jy_err
tell_page(struct telling *t, int page, struct jy_fault *fault)
{
    struct jy_page size = jy_document_page(t->doc, (size_t)page - 1);
    struct jy_buf runs = { 0 };
    jy_err rc = read_page(t, page, fault);

    if (rc == JY_OK && !t->json)
        return print_lines(t);
    if (rc == JY_OK && (rc = jy_runs_json(&t->text, &runs, fault)) == JY_OK &&
        json_array_append_new(t->pages, json_pack("{s:i, s:f, s:f, s:o}", "page", page, "width_mm", size.width_mm, "height_mm", size.height_mm, "runs",
                                                  json_loadb((const char *)runs.p, runs.len, 0, NULL))) != 0)
        rc = JY_E_NOMEM;
    jy_buf_free(&runs);
    return rc;
}

int
cmd_text(int argc, char **argv)
{
    struct telling t = { .pages = json_array() };
    struct jy_page_list pages = { 0 };
    struct jy_fault fault = { 0 };
    const char *spec = "all";
    int files, code = 0;
    jy_err rc;
    const struct opt options[] = { { "--page", OPT_TEXT, &spec, false }, { "--json", OPT_FLAG, &t.json, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files != 1) {
        fprintf(stderr, "jinyin text: one file\n");
        return EXIT_USAGE;
    }
    if ((rc = map_file(argv[0], &t.file, &fault)) != JY_OK || (rc = jy_document_open(t.file.bytes, &t.doc, &fault)) != JY_OK ||
        (rc = jy_pages_parse(spec, jy_document_page_count(t.doc), &pages, &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
        code = rc == JY_E_ARGUMENT ? EXIT_USAGE : EXIT_UNREADABLE;
    }
    for (size_t i = 0; i < pages.count; i++)                 /* a bad page does not spoil the others */
        if ((rc = tell_page(&t, pages.list[i], &fault)) != JY_OK) {
            complain(argv[0], rc, &fault);
            code = EXIT_UNREADABLE;
        }
    if (t.json && pages.count > 0) {
        json_dumpf(t.pages, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        putchar('\n');
    }
    jy_page_list_free(&pages);
    jy_text_free(&t.text);
    jy_document_free(t.doc);
    json_decref(t.pages);
    unmap_file(&t.file);
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/draw.h"
#include "poppler/poppler.h"

#include <jinyin/place.h>

#include <codec/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
print_notes(const struct jy_buf *notes)
{
    const char *p = (const char *)notes->p, *end = p + notes->len;
    char line[512], visible[2048];

    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((stop == NULL ? end : stop) - p);
        snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1), p);
        fprintf(stderr, "        %s\n", jy_text_visible(line, visible, sizeof(visible)));
        p += len + 1;
    }
}

#define BAR 30                          /* characters */
#define LONG 10                         /* pages from which on a person is told how far it is */

struct drawing {
    struct mapped file;
    enum jy_format format;
    double dots_per_mm;
    const char *out;
    bool one, bar;
};

/* On a terminal only, and gone when all is done: nothing of it is in a log. */
static void
show_progress(const struct drawing *d, size_t done, size_t count)
{
    char bar[BAR + 1];

    if (!d->bar)
        return;
    for (size_t i = 0; i < BAR; i++)
        bar[i] = i * count < done * BAR ? '#' : '.';
    bar[BAR] = '\0';
    fprintf(stderr, done == count ? "\r\033[K" : "\r[%s] %zu/%zu", bar, done, count);
    fflush(stderr);
}

static jy_err
draw(const struct drawing *d, int page, struct jy_buf *notes, struct jy_fault *fault)
{
    const struct jy_poppler_page wanted = { .page = page, .dots_per_inch = d->dots_per_mm * 25.4 };
    struct jy_buf png = { 0 };
    char path[4096];
    jy_err rc;

    if (d->format == JY_FORMAT_PDF)
        rc = jy_poppler_draw_bytes(d->file.bytes, &wanted, &png, fault);
    else
        rc = draw_ofd_page(d->file.bytes, page, d->dots_per_mm, &png, notes, fault);
    snprintf(path, sizeof(path), d->one ? "%s" : "%s/page-%03d.png", d->out, page);
    return rc == JY_OK ? write_bytes(path, &png, fault) : rc;
}

/* A bad page does not stop the others; a disk that takes nothing does. What is said of a page is not said again of the next. */
static int
draw_all(const struct drawing *d, const struct jy_page_list *pages, const char *name)
{
    struct jy_buf before = { 0 };
    int code = 0;

    for (size_t i = 0; i < pages->count && code != EXIT_CANNOT_WRITE; i++) {
        struct jy_fault fault = { 0 };
        struct jy_buf notes = { 0 };
        bool told;
        jy_err rc;

        show_progress(d, i, pages->count);
        rc = draw(d, pages->list[i], &notes, &fault);
        told = rc != JY_OK || (notes.len > 0 && (notes.len != before.len || memcmp(notes.p, before.p, notes.len) != 0));
        if (d->bar && told)
            fprintf(stderr, "\r\033[K");
        if (told && !d->one)
            fprintf(stderr, "%s, %d:\n", name, pages->list[i]);
        if (rc != JY_OK)
            complain(name, rc, &fault);
        else if (told)
            print_notes(&notes);
        code = rc == JY_OK ? code : rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
        jy_buf_free(&before);
        before = notes;
    }
    jy_buf_free(&before);
    show_progress(d, pages->count, pages->count);
    return code;
}

/* Which pages; for a single number the document is not counted, so that a page of a PDF that only poppler can read is seen. */
static jy_err
choose(const struct drawing *d, const char *spec, struct jy_page_list *out, struct jy_fault *fault)
{
    struct jy_document *doc = NULL;
    size_t count = strlen(spec);
    jy_err rc;

    if (strspn(spec, "0123456789") == count && count < 7 && atoi(spec) > 0)
        return jy_pages_parse(spec, (size_t)atoi(spec), out, fault);
    if ((rc = jy_document_open(d->file.bytes, &doc, fault)) == JY_OK)
        rc = jy_pages_parse(spec, jy_document_page_count(doc), out, fault);
    jy_document_free(doc);
    return rc;
}

int
cmd_render(int argc, char **argv)
{
    struct drawing d = { 0 };
    struct jy_page_list pages = { 0 };
    struct jy_fault fault = { 0 };
    const char *spec = NULL;
    double ppm = 0;
    int dpi = 150, files, code;
    jy_err rc;
    const struct opt options[] = { { "--page", OPT_TEXT, &spec, false }, { "--dpi", OPT_INT, &dpi, false }, { "--ppm", OPT_MM, &ppm, false },
                                   { "--out", OPT_TEXT, &d.out, true }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    d.dots_per_mm = ppm != 0 ? ppm : dpi / 25.4;
    if (files != 1 || !(d.dots_per_mm >= 10 / 25.4 && d.dots_per_mm <= 1200 / 25.4)) {
        fprintf(stderr, "jinyin render: one file, 10 to 1200 dots per inch (0.4 to 47 a millimetre)\n");
        return EXIT_USAGE;
    }
    d.one = ends_in(d.out, ".png");
    if (spec == NULL)
        spec = d.one ? "1" : "all";
    if ((rc = map_file(argv[0], &d.file, &fault)) != JY_OK)
        goto out;
    d.format = jy_format_detect(d.file.bytes);
    if (d.file.bytes.len == 0)
        rc = jy_fail(&fault, JY_E_EMPTY_FILE, argv[0], 0, "no bytes");
    else if (d.format != JY_FORMAT_PDF && d.format != JY_FORMAT_OFD)
        rc = jy_fail(&fault, JY_E_UNKNOWN_FORMAT, argv[0], 0, "neither OFD nor PDF");
    else if ((rc = choose(&d, spec, &pages, &fault)) == JY_OK && d.one && pages.count > 1)
        rc = jy_fail(&fault, JY_E_ARGUMENT, "--page", 0, "%zu pages are wanted and one file is named: name a folder", pages.count);
    else if (rc == JY_OK && !d.one && mkdir(d.out, 0777) != 0 && errno != EEXIST)
        rc = jy_fail(&fault, JY_E_IO, d.out, 0, "%s", strerror(errno));
out:
    d.bar = !d.one && pages.count >= LONG && isatty(STDERR_FILENO);
    if (rc == JY_OK) {
        code = draw_all(&d, &pages, argv[0]);
    } else {
        complain(argv[0], rc, &fault);
        code = rc == JY_E_IO ? EXIT_CANNOT_WRITE : rc == JY_E_ARGUMENT ? EXIT_USAGE : EXIT_UNREADABLE;
    }
    jy_page_list_free(&pages);
    unmap_file(&d.file);
    return code;
}

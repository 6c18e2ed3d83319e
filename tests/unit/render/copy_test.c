/* SPDX-License-Identifier: Apache-2.0 */
/* Copies of the corpus's OFD files as PDF: the text of their pages is text there, where it stood; the same copy made again has the same bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/render.h>
#include <jinyin/text.h>

#include <poppler/poppler.h>

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef MADE_ONLY
#define PAGES 1
#else
#define PAGES 2                              /* looked at of each */
#endif
#define NEAR_MM 4.0                          /* jy_document_text opens no font, poppler guesses the height of turned characters */
#define FOUND 0.97                           /* share of a page's characters; the rest are such as a file gives wrong places or glyphs for */

static struct jy_fonts *fonts;
static struct { int files, pages; size_t characters, found; } seen;

#define MUST(call) assert_int_equal(call, JY_OK)

static struct jy_buf
read_all(const char *path)
{
    struct jy_buf out = { 0 };
    struct stat st;
    FILE *f = fopen(path, "rb");

    if (f != NULL && fstat(fileno(f), &st) == 0 && jy_buf_reserve(&out, (size_t)st.st_size + 1) == JY_OK)
        out.len = fread(out.p, 1, (size_t)st.st_size, f);
    if (f != NULL)
        fclose(f);
    return out;
}

/* False when a page is refused. */
static bool
make_copy(struct jy_slice file, size_t pages, struct jy_buf *out)
{
    struct jy_copy_mark mark = { .made = 1800000000, .code = "0123", .link = "https://example.org/?copy=0123" };
    struct jy_render *render = NULL;
    struct jy_copy *copy = NULL;
    jy_err rc;

    memset(mark.source, 'a', 64);
    MUST(jy_render_open(file, fonts, &render, NULL));
    MUST(jy_copy_new(&mark, fonts, &copy, NULL));
    rc = JY_OK;
    for (size_t page = 1; rc == JY_OK && page <= pages; page++)
        rc = jy_copy_add_page(copy, render, page, NULL);
    jy_render_free(render);                                  /* before the PDF is finished, as the header allows */
    if (rc == JY_OK)
        MUST(jy_copy_finish(copy, out, NULL));
    jy_copy_free(copy);
    return rc == JY_OK;
}

static void
words_of(struct jy_slice pdf, size_t pages, struct jy_buf *out)
{
    int in = memfd_create("pdf", MFD_CLOEXEC), answer = memfd_create("words", MFD_CLOEXEC);
    struct jy_fault fault = { 0 };
    off_t size;

    assert_int_equal(write(in, pdf.p, pdf.len), pdf.len);
    assert_int_equal(lseek(in, 0, SEEK_SET), 0);
    if (jy_poppler_words(in, 1, (int)pages, answer, 20, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
    size = lseek(answer, 0, SEEK_END);
    MUST(jy_buf_reserve(out, (size_t)size + 1));
    assert_int_equal(pread(answer, out->p, (size_t)size, 0), size);
    out->len = (size_t)size;
    close(in);
    close(answer);
}

static bool
stands(const struct jy_text *text, const struct jy_glyph *wanted)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct jy_box *a = &text->list[i].box, *b = &wanted->box;
        double slack = fmax(NEAR_MM, b->height_mm);
        if (text->list[i].code == wanted->code && fabs(a->x_mm + a->width_mm / 2 - b->x_mm - b->width_mm / 2) < slack &&
            fabs(a->y_mm + a->height_mm / 2 - b->y_mm - b->height_mm / 2) < slack)
            return true;
    }
    return false;
}

static void
compare(const char *name, struct jy_slice file, struct jy_slice pdf, size_t pages)
{
    struct jy_document *source = NULL, *copy = NULL;
    struct jy_buf words = { 0 };
    struct jy_text wanted = { 0 }, got = { 0 };
    struct jy_bbox bbox = { 0 };

#ifdef MADE_ONLY
    return;
#endif
    MUST(jy_document_open(file, &source, NULL));
    MUST(jy_document_open(pdf, &copy, NULL));
    words_of(pdf, pages, &words);
    bbox.rest = jy_buf_slice(&words);
    for (size_t page = 1; page <= pages; page++) {
        size_t characters = 0, found = 0;
        MUST(jy_document_text(source, (int)page, &wanted, NULL));
        MUST(jy_bbox_page(&bbox, copy, &got, NULL));
        for (size_t i = 0; i < wanted.count; i++) {
            if (wanted.list[i].code <= ' ' || wanted.list[i].code == 0x3000 || wanted.list[i].code == 0xa0)
                continue;
            characters++;
            found += stands(&got, &wanted.list[i]);
        }
        if ((double)found < FOUND * (double)characters)
            fail_msg("%s, page %zu: %zu of %zu characters can be selected", name, page, found, characters);
        seen.pages++;
        seen.characters += characters;
        seen.found += found;
    }
    jy_text_free(&wanted);
    jy_text_free(&got);
    jy_buf_free(&words);
    jy_document_free(source);
    jy_document_free(copy);
}

static int
one_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct jy_buf file = { 0 }, copy = { 0 }, again = { 0 };
    struct jy_render *render = NULL;
    size_t pages;

    (void)st;
    if (type != FTW_F || strlen(path) < 4 || strcmp(path + strlen(path) - 4, ".ofd") != 0)
        return 0;
    file = read_all(path);
    if (jy_render_open(jy_buf_slice(&file), fonts, &render, NULL) == JY_OK) {
        pages = jy_render_page_count(render) < PAGES ? jy_render_page_count(render) : PAGES;
        assert_true(make_copy(jy_buf_slice(&file), pages, &copy) && make_copy(jy_buf_slice(&file), pages, &again));
        if (copy.len != again.len || memcmp(copy.p, again.p, copy.len) != 0)
            fail_msg("%s: a copy made again differs", path + ftw->base);
        compare(path + ftw->base, jy_buf_slice(&file), jy_buf_slice(&copy), pages);
        seen.files++;
    }
    jy_render_free(render);
    jy_buf_free(&file);
    jy_buf_free(&copy);
    jy_buf_free(&again);
    return 0;
}

static void
R17_1__a_copy_keeps_its_text_where_it_stood_and_is_the_same_when_made_again(void **state)
{
    struct stat st;
    bool corpus = stat(JY_CORPUS "/ofd", &st) == 0;

    (void)state;
    (void)nftw(corpus ? JY_CORPUS "/ofd" : JY_DATA, one_file, 16, FTW_PHYS);
    fprintf(stderr, "%d files, %d pages, %zu of %zu characters where they stood\n", seen.files, seen.pages, seen.found, seen.characters);
    assert_true(seen.files >= (corpus ? 50 : 3));
}

static int
begin(void **state)
{
    (void)state;
    return jy_fonts_open(&fonts, NULL) == JY_OK ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    jy_fonts_free(fonts);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(R17_1__a_copy_keeps_its_text_where_it_stood_and_is_the_same_when_made_again) };

    return cmocka_run_group_tests_name("copies", tests, begin, end);
}

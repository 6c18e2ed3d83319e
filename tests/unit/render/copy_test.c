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
#include <sys/stat.h>

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
    MUST(jy_poppler_words_bytes(pdf, 1, (int)pages, &words, NULL));
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

/* A4, as poppler tells words: in a line with narrow blanks, of two narrow letters, downwards, at the page's edge, beyond it; and what no word has. */
#define WORD(a, b, c, d, text) "<word xMin=\"" a "\" yMin=\"" b "\" xMax=\"" c "\" yMax=\"" d "\">" text "</word>\n"
static const char page_words[] =
    "<page width=\"595.275591\" height=\"841.889764\">\n" WORD("60", "60", "132", "75.6", "电子印章合同") WORD("135", "60", "190", "75.6", "Agreement")
    WORD("193", "60", "200", "75.6", "is") WORD("203", "60", "220", "75.6", "due") WORD("300", "100", "315.6", "180", "Downwards")
    WORD("60", "85", "84", "93", "&lt;a&amp;b&gt;") WORD("0", "820", "20", "841", "edge") WORD("700", "60", "720", "75", "out")
    WORD("60", "200", "61", "200", "flat") WORD("60", "300", "160", "430", "大字")
    "</page>\n";
static const char *const kept_words[] = { "电子印章合同", "Agreement", "is", "due", "Downwards", "&lt;a&amp;b&gt;", "edge", "大字" };

static void
white_page(struct jy_picture *out)
{
    MUST(jy_picture_new(630, 891, out, NULL));
    memset(out->rgba, 255, (size_t)630 * 891 * 4);
    out->opaque = true;
    for (size_t i = 0; i < (size_t)630 * 891; i += 3)        /* something to be seen */
        out->rgba[4 * i] = 40;
}

/* Points, as the words have them. */
struct patch { double left, top, right, bottom; uint8_t grey; };

static void
paint(struct jy_picture *picture, const struct patch *patch)
{
    const double scale = 630 / 595.275591;

    for (size_t y = (size_t)(patch->top * scale); y < (size_t)(patch->bottom * scale); y++)
        for (size_t x = (size_t)(patch->left * scale); x < (size_t)(patch->right * scale); x++)
            memset(picture->rgba + (y * picture->width + x) * 4, patch->grey, 3);
}

/* A copy of a page that is a picture, with these words or (NULL) without, and patches painted over what they show. */
static void
picture_copy(const char *words, const struct patch *patches, size_t patch_count, struct jy_buf *out)
{
    struct jy_copy_mark mark = { .made = 1800000000, .code = "0123", .link = "https://example.org/?copy=0123" };
    struct jy_bbox bbox = { .rest = words == NULL ? JY_EMPTY : jy_slice_text(words) };
    const struct jy_page a4 = { 210, 297 };
    struct jy_picture picture = { 0 };
    struct jy_text text = { 0 };
    struct jy_copy *copy = NULL;

    memset(mark.source, 'a', 64);
    white_page(&picture);
    for (size_t i = 0; i < patch_count; i++)
        paint(&picture, &patches[i]);
    if (words != NULL)
        MUST(jy_bbox_next(&bbox, a4, &text, NULL));
    MUST(jy_copy_new(&mark, fonts, &copy, NULL));
    MUST(jy_copy_add_picture(copy, &picture, words == NULL ? NULL : &text, a4.width_mm, a4.height_mm, NULL));
    MUST(jy_copy_finish(copy, out, NULL));
    jy_copy_free(copy);
    jy_text_free(&text);
}

#ifndef MADE_ONLY
/* The words that a reader finds: just these, in whatever order it has them. */
static void
assert_words(struct jy_slice pdf, const char *const *wanted, size_t count)
{
    struct jy_buf told = { 0 };
    struct jy_slice rest;
    size_t found = 0, at;

    MUST(jy_poppler_words_bytes(pdf, 1, 1, &told, NULL));
    for (size_t i = 0; i < count; i++) {
        char word[64];
        snprintf(word, sizeof(word), ">%s</word>", wanted[i]);
        if (jy_slice_find(jy_buf_slice(&told), jy_slice_text(word)) == SIZE_MAX)
            fail_msg("%s is not found: %.*s", wanted[i], (int)told.len, (const char *)told.p);
    }
    for (rest = jy_buf_slice(&told); (at = jy_slice_find(rest, JY_SLICE("</word>", 7))) != SIZE_MAX; rest = JY_SLICE(rest.p + at + 7, rest.len - at - 7))
        found++;
    assert_int_equal(found, count);
    jy_buf_free(&told);
}
#endif

static void
R17_1__a_page_that_is_a_picture_has_its_words_beneath_it_and_none_is_seen(void **state)
{
    struct jy_buf with = { 0 }, without = { 0 }, again = { 0 };

    (void)state;
    picture_copy(page_words, NULL, 0, &with);
    picture_copy(page_words, NULL, 0, &again);
    picture_copy(NULL, NULL, 0, &without);
    assert_true(jy_slice_equal(jy_buf_slice(&with), jy_buf_slice(&again)));
    assert_true(with.len > without.len && with.len < without.len + 60 * 400);          /* so many characters, in so many bytes each */
#ifndef MADE_ONLY
    {
        const struct jy_poppler_page page = { .page = 1, .dots_per_inch = 150 };
        struct jy_buf shown = { 0 }, plain = { 0 };

        assert_words(jy_buf_slice(&with), kept_words, sizeof(kept_words) / sizeof(kept_words[0]));
        assert_words(jy_buf_slice(&without), NULL, 0);
        MUST(jy_poppler_draw_bytes(jy_buf_slice(&with), &page, &shown, NULL));
        MUST(jy_poppler_draw_bytes(jy_buf_slice(&without), &page, &plain, NULL));
        assert_true(jy_slice_equal(jy_buf_slice(&shown), jy_buf_slice(&plain)));
        jy_buf_free(&shown);
        jy_buf_free(&plain);
    }
#else
    (void)kept_words;
#endif
    jy_buf_free(&with);
    jy_buf_free(&without);
    jy_buf_free(&again);
}

/* R25.1: a bar that is lower than the line, one over part of a number, white on white, one over what runs downwards. */
static void
R17_1__what_a_page_hides_is_no_part_of_its_copy(void **state)
{
    static const char words[] =
        "<page width=\"595.275591\" height=\"841.889764\">\n" WORD("60", "60", "132", "75.6", "Secret") WORD("150", "60", "330", "75.6", "110105194912310029")
        WORD("60", "100", "132", "115.6", "White.") WORD("300", "100", "315.6", "180", "Downwards") WORD("60", "140", "132", "155.6", "Seen,")
        "</page>\n";
    static const struct patch patches[] = {
        { 58, 62, 134, 74, 0 }, { 220, 62, 280, 74, 0 }, { 55, 95, 140, 120, 255 }, { 302, 95, 313, 185, 0 },
    };
    struct jy_buf copy = { 0 };

    (void)state;
    picture_copy(words, patches, sizeof(patches) / sizeof(patches[0]), &copy);
#ifndef MADE_ONLY
    assert_words(jy_buf_slice(&copy), (const char *const[]){ "1101051", "10029", "Seen," }, 3);
#endif
    jy_buf_free(&copy);
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R17_1__a_copy_keeps_its_text_where_it_stood_and_is_the_same_when_made_again),
        cmocka_unit_test(R17_1__a_page_that_is_a_picture_has_its_words_beneath_it_and_none_is_seen),
        cmocka_unit_test(R17_1__what_a_page_hides_is_no_part_of_its_copy),
    };

    return cmocka_run_group_tests_name("copies", tests, begin, end);
}

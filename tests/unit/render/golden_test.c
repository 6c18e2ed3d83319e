/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages as they were when somebody looked at them: tests/golden/. `golden_test --update` makes them anew (./dev golden --update).
 * pages.tsv: name, file, page, pixels a millimetre; 0 pixels: the mean colours of cells of 2 mm (cells.h), the form in which others' pages are kept.
 * packages.tsv: what they were drawn with. With other versions of it, or other fonts, pages are compared coarsely, and the test says so.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/render.h>
#include <jinyin/text.h>

#include "../ofd/raw_zip.h"
#include "cells.h"

#include <poppler/poppler.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>

#define PAGES_MAX 200
#define PIXEL_FAR 12                         /* levels between two pixels of a page kept as it is */
#define COARSE 4                             /* with other fonts: means of so many millimetres … */
#define COARSE_FAR 30                        /* … may differ by so many levels … */
#define COARSE_SHARE 0.04                    /* … and a share of them by more */
#define TEXT_LINES 3                         /* taken off each page, one after the other */

struct golden { char name[96], file[192]; int page, ppm; };

static struct {
    struct jy_fonts *fonts;
    struct golden list[PAGES_MAX];
    size_t count;
    bool corpus, exact, update;
} self;

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

static void
write_png(const char *path, const struct jy_picture *picture, double dots_per_mm)
{
    struct jy_buf png = { 0 };
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    MUST(jy_picture_write_png(picture, dots_per_mm, &png, NULL));
    assert_int_equal(fwrite(png.p, 1, png.len, f), png.len);
    assert_int_equal(fclose(f), 0);
    jy_buf_free(&png);
}

/* "ofd/…" and "pdf/…" are the corpus's, all else is ours. */
static bool
is_foreign(const struct golden *g)
{
    return strncmp(g->file, "ofd/", 4) == 0 || strncmp(g->file, "pdf/", 4) == 0;
}

static void
draw_pdf(struct jy_slice file, int page, double ppm, struct jy_picture *out)
{
    const struct jy_poppler_page wanted = { .page = page, .dots_per_inch = ppm * 25.4 };
    struct jy_buf png = { 0 };
    struct jy_fault fault = { 0 };

    if (jy_poppler_draw_bytes(file, &wanted, &png, &fault) != JY_OK)
        fail_msg("page %d: %s: %s", page, fault.where, fault.text);
    MUST(jy_picture_read(jy_buf_slice(&png), NULL, out, NULL));
    jy_buf_free(&png);
}

static void
draw_ofd(struct jy_slice file, int page, double ppm, struct jy_picture *out)
{
    struct jy_render *render = NULL;
    struct jy_fault fault = { 0 };

    if (jy_render_open(file, self.fonts, &render, &fault) != JY_OK || jy_render_page(render, (size_t)page, ppm, out, &fault) != JY_OK)
        fail_msg("page %d: %s: %s", page, fault.where, fault.text);
    jy_render_free(render);
}

static void
path_of(const struct golden *g, char path[512])
{
    snprintf(path, 512, "%s/%s", is_foreign(g) ? JY_CORPUS : JY_DATA, g->file);
}

static void
draw(const struct golden *g, struct jy_picture *out)
{
    double ppm = g->ppm == 0 ? CELL_PPM : g->ppm;
    struct jy_buf file;
    char path[512];

    path_of(g, path);
    file = read_all(path);
    (strstr(g->file, ".pdf") != NULL ? draw_pdf : draw_ofd)(jy_buf_slice(&file), g->page, ppm, out);
    jy_buf_free(&file);
}

/* A drawn page in the form in which it is kept. */
static void
kept_form(const struct golden *g, const struct jy_picture *page, struct jy_picture *out)
{
    assert_true(cells_of(page, g->ppm == 0 ? CELL_MM * CELL_PPM : 1, g->ppm == 0 ? CELL_STEP : 1, out));
}

static double
far_share(const struct jy_picture *expected, const struct jy_picture *got, uint32_t size)
{
    struct jy_picture a, b;
    double share;

    assert_true(cells_of(expected, size, 1, &a) && cells_of(got, size, 1, &b));
    share = (double)cells_differ(&a, &b, COARSE_FAR) / ((double)b.width * b.height);
    jy_picture_free(&a);
    jy_picture_free(&b);
    return share;
}

/* got is in the kept form. */
static bool
alike(const struct golden *g, const struct jy_picture *expected, const struct jy_picture *got, bool exact)
{
    if (exact)
        return cells_differ(expected, got, g->ppm == 0 ? CELL_FAR : PIXEL_FAR) == 0;
    return far_share(expected, got, g->ppm == 0 ? COARSE / CELL_MM : (uint32_t)(COARSE * g->ppm)) <= COARSE_SHARE;
}

static void
read_golden(const struct golden *g, struct jy_picture *out)
{
    char path[512];
    struct jy_buf png;

    snprintf(path, sizeof(path), GOLDEN "/%s.png", g->name);
    png = read_all(path);
    if (jy_picture_read(jy_buf_slice(&png), "png", out, NULL) != JY_OK)
        fail_msg("%s cannot be read; ./dev golden --update makes it", path);
    jy_buf_free(&png);
}

static void
tell_difference(const struct golden *g, const struct jy_picture *expected, const struct jy_picture *got)
{
    struct jy_picture beside;
    int far = g->ppm == 0 ? CELL_FAR : PIXEL_FAR;
    char path[512];

    (void)mkdir(LOGS, 0777);
    (void)mkdir(LOGS "/golden", 0777);
    snprintf(path, sizeof(path), LOGS "/golden/%s.png", g->name);
    assert_true(difference_picture(expected, got, g->ppm == 0 ? 4 : 1, far, &beside));
    write_png(path, &beside, g->ppm == 0 ? 4 / CELL_MM : g->ppm);
    fprintf(stderr, "%s (%s, page %d): %zu of %u differ; expected, got and difference: %s\n", g->name, g->file, g->page,
            cells_differ(expected, got, far), got->width * got->height, path);
    jy_picture_free(&beside);
}

static void
golden__every_page_is_as_it_was(void **state)
{
    size_t compared = 0, foreign = 0, failed = 0;

    (void)state;
    for (size_t i = 0; i < self.count; i++) {
        const struct golden *g = &self.list[i];
        struct jy_picture page, got, expected;
        char path[512];

        if (is_foreign(g) && !self.corpus)
            continue;
        draw(g, &page);
        kept_form(g, &page, &got);
        if (self.update) {
            snprintf(path, sizeof(path), GOLDEN "/%s.png", g->name);
            write_png(path, &got, g->ppm == 0 ? 1.0 / CELL_MM : g->ppm);
        } else {
            read_golden(g, &expected);
            compared++;
            foreign += is_foreign(g);
            if (!alike(g, &expected, &got, self.exact)) {
                failed++;
                tell_difference(g, &expected, &got);
            }
            jy_picture_free(&expected);
        }
        jy_picture_free(&got);
        jy_picture_free(&page);
    }
    fprintf(stderr, "%zu pages compared %s, %zu of them others'%s\n", compared, self.exact ? "exactly" : "coarsely (see above)", foreign,
            self.corpus ? "" : "; the corpus is not here");
    assert_int_equal(failed, 0);
    assert_true(self.update || !self.corpus || foreign >= 60);
}

/* -- what the comparison notices -- */

static void
shifted(const struct jy_picture *page, uint32_t right, uint32_t down, struct jy_picture *out)
{
    MUST(jy_picture_new(page->width, page->height, out, NULL));
    memset(out->rgba, 255, (size_t)out->width * out->height * 4);
    for (uint32_t y = down; y < page->height; y++)
        memcpy(pixel_at(out, right, y), pixel_at(page, 0, y - down), (size_t)(page->width - right) * 4);
}

static bool
differs(const struct golden *g, const struct jy_picture *page, const struct jy_picture *changed)
{
    struct jy_picture a, b;
    bool differ;

    kept_form(g, page, &a);
    kept_form(g, changed, &b);
    differ = !alike(g, &a, &b, true);
    jy_picture_free(&a);
    jy_picture_free(&b);
    return differ;
}

static size_t
inked(const struct jy_picture *page, int x, int y, int width, int height, bool wipe)
{
    size_t ink = 0;

    for (int j = y < 0 ? 0 : y; j < y + height && j < (int)page->height; j++)
        for (int i = x < 0 ? 0 : x; i < x + width && i < (int)page->width; i++) {
            uint8_t *p = pixel_at(page, (uint32_t)i, (uint32_t)j);
            ink += p[0] < 128 || p[1] < 128 || p[2] < 128;
            if (wipe)
                memset(p, 255, 4);
        }
    return ink;
}

/* Takes single runs of text (characters of one line that follow each other) off a page, as far as they are seen. */
static size_t
notice_runs(const struct golden *g, const struct jy_picture *page)
{
    double k = g->ppm == 0 ? CELL_PPM : g->ppm;
    struct jy_text text = { 0 };
    struct jy_document *doc = NULL;
    struct jy_buf bytes;
    char path[512];
    size_t noticed = 0;

    path_of(g, path);
    bytes = read_all(path);
    MUST(jy_document_open(jy_buf_slice(&bytes), &doc, NULL));
    if (jy_document_text(doc, g->page, &text, NULL) != JY_OK)
        text.count = 0;
    for (size_t i = 0, end; i < text.count && noticed < TEXT_LINES; i = end) {
        struct jy_picture changed;
        const struct jy_box *b = &text.list[i].box;
        double right = b->x_mm + b->width_mm;

        for (end = i + 1; end < text.count && fabs(text.list[end].box.y_mm - b->y_mm) < 0.01 && text.list[end].box.x_mm >= right - b->height_mm &&
             text.list[end].box.x_mm < right + b->height_mm; end++)
            right = fmax(right, text.list[end].box.x_mm + text.list[end].box.width_mm);
        int x = (int)floor(b->x_mm * k), y = (int)floor(b->y_mm * k), width = (int)ceil((right - b->x_mm) * k), height = (int)ceil(b->height_mm * k);
        if (inked(page, x, y, width, height, false) < 8)     /* hidden, or too pale to be said to be seen */
            continue;
        shifted(page, 0, 0, &changed);
        (void)inked(&changed, x, y, width, height, true);
        if (!differs(g, page, &changed))
            fail_msg("%s: a run of text at %.1f %.1f mm, %.1f mm long, was taken away and nothing was noticed", g->name, b->x_mm, b->y_mm, right - b->x_mm);
        noticed++;
        jy_picture_free(&changed);
    }
    jy_text_free(&text);
    jy_document_free(doc);
    jy_buf_free(&bytes);
    return noticed;
}

static void
comparison__notices_a_run_of_text_gone_from_any_page_and_a_shift_by_a_millimetre(void **state)
{
    size_t runs = 0, shifts = 0;

    (void)state;
    for (size_t i = 0; i < self.count; i++) {
        const struct golden *g = &self.list[i];
        uint32_t mm = (uint32_t)(g->ppm == 0 ? CELL_PPM : g->ppm);
        struct jy_picture page, changed;

        if (strstr(g->file, ".ofd") == NULL || (is_foreign(g) && !self.corpus))
            continue;
        draw(g, &page);
        runs += notice_runs(g, &page);
        for (int down = 0; down < 2 && inked(&page, 0, 0, (int)page.width, (int)page.height, false) >= 8; down++) {
            shifted(&page, down ? 0 : mm, down ? mm : 0, &changed);
            if (!differs(g, &page, &changed))
                fail_msg("%s: moved by a millimetre %s, and nothing was noticed", g->name, down ? "down" : "right");
            shifts++;
            jy_picture_free(&changed);
        }
        jy_picture_free(&page);
    }
    fprintf(stderr, "%zu runs of text gone and %zu shifts, all noticed\n", runs, shifts);
    assert_true(runs > 0 && shifts > 0);
}

#define RED "<FillColor Value=\"200 30 30\"/>"
#define LINE(y, more) \
    "<TextObject ID=\"9\" Boundary=\"10 " y " 80 5\" Font=\"3\" Size=\"3.5\">" more "<TextCode X=\"0\" Y=\"3.5\">复印件与原件不同</TextCode></TextObject>"
#define DOT(x, more) "<TextObject ID=\"8\" Boundary=\"" x " 30 5 5\" Font=\"3\" Size=\"3.5\"><TextCode X=\"0\" Y=\"3.5\">" more "</TextCode></TextObject>"
#define RULE(y) "<PathObject ID=\"7\" Boundary=\"5 " y " 90 1\" LineWidth=\"0.2\"><AbbreviatedData>M 0 0.5 L 90 0.5</AbbreviatedData></PathObject>"
#define IMAGE(x) "<ImageObject ID=\"6\" Boundary=\"" x " 60 12 12\" CTM=\"12 0 0 12 0 0\" ResourceID=\"5\"/>"
#define STAMP(x, y) "<StampAnnot ID=\"1\" PageRef=\"1\" Boundary=\"" x " " y " 20 20\"/>"

/* A page of 100 × 100 mm with these objects and a stamp of tests/data/inspect/seal.esl. */
static void
draw_scene(const char *objects, const char *stamp, struct jy_picture *out)
{
    struct jy_buf seal = read_all(JY_DATA "/inspect/seal.esl"), image = read_all(JY_DATA "/pictures/seal-opaque.png"), file = { 0 };
    char page[4096], signature[1024];

    snprintf(page, sizeof(page), "<Page><Content><Layer>%s</Layer></Content></Page>", objects);
    snprintf(signature, sizeof(signature), "<Signature><SignedInfo><Seal><BaseLoc>Seal.esl</BaseLoc></Seal>%s</SignedInfo></Signature>", stamp);
    const struct raw_entry parts[] = {
        { .name = "OFD.xml", .text = "<OFD><DocBody><DocRoot>D/Document.xml</DocRoot><Signatures>D/Signatures.xml</Signatures></DocBody></OFD>" },
        { .name = "D/Document.xml", .text = "<Document><CommonData><PageArea><PhysicalBox>0 0 100 100</PhysicalBox></PageArea><DocumentRes>R.xml</DocumentRes>"
                                            "</CommonData><Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>" },
        { .name = "D/R.xml", .text = "<Res><Fonts><Font ID=\"3\" FontName=\"宋体\"/></Fonts><MultiMedias><MultiMedia ID=\"5\" Type=\"Image\"><MediaFile>i.png"
                                     "</MediaFile></MultiMedia></MultiMedias></Res>" },
        { .name = "D/P.xml", .text = page },
        { .name = "D/Signatures.xml", .text = "<Signatures><Signature ID=\"1\" BaseLoc=\"Signature.xml\"/></Signatures>" },
        { .name = "D/Signature.xml", .text = signature },
        { .name = "D/Seal.esl", .bytes = jy_buf_slice(&seal) },
        { .name = "D/i.png", .bytes = jy_buf_slice(&image) },
    };

    raw_zip(parts, sizeof(parts) / sizeof(parts[0]), &file);
    draw_ofd(jy_buf_slice(&file), 1, CELL_PPM, out);
    jy_buf_free(&file);
    jy_buf_free(&seal);
    jy_buf_free(&image);
}

static void
comparison__notices_what_is_missing_moved_by_a_millimetre_or_of_another_colour(void **state)
{
    static const struct { const char *change, *objects, *stamp; } rows[] = {
        { NULL, LINE("10", "") DOT("40", "。") RULE("45") IMAGE("10"), STAMP("60", "60") },
        { "a line gone", DOT("40", "。") RULE("45") IMAGE("10"), STAMP("60", "60") },
        { "a line 1 mm lower", LINE("11", "") DOT("40", "。") RULE("45") IMAGE("10"), STAMP("60", "60") },
        { "a line in red", LINE("10", RED) DOT("40", "。") RULE("45") IMAGE("10"), STAMP("60", "60") },
        { "one full stop gone", LINE("10", "") RULE("45") IMAGE("10"), STAMP("60", "60") },
        { "one full stop 2 mm to the right", LINE("10", "") DOT("42", "。") RULE("45") IMAGE("10"), STAMP("60", "60") },
        { "a hair line gone", LINE("10", "") DOT("40", "。") IMAGE("10"), STAMP("60", "60") },
        { "a hair line 1 mm lower", LINE("10", "") DOT("40", "。") RULE("46") IMAGE("10"), STAMP("60", "60") },
        { "a picture gone", LINE("10", "") DOT("40", "。") RULE("45"), STAMP("60", "60") },
        { "a picture 1 mm to the right", LINE("10", "") DOT("40", "。") RULE("45") IMAGE("11"), STAMP("60", "60") },
        { "a seal gone", LINE("10", "") DOT("40", "。") RULE("45") IMAGE("10"), "" },
        { "a seal 1 mm to the left", LINE("10", "") DOT("40", "。") RULE("45") IMAGE("10"), STAMP("59", "60") },
        { "a seal 1 mm lower", LINE("10", "") DOT("40", "。") RULE("45") IMAGE("10"), STAMP("60", "61") },
    };
    const struct golden form = { .ppm = 0 };
    struct jy_picture first, page;

    (void)state;
    draw_scene(rows[0].objects, rows[0].stamp, &first);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        draw_scene(rows[i].objects, rows[i].stamp, &page);
        if (differs(&form, &first, &page) != (rows[i].change != NULL))
            fail_msg("%s: %s", rows[i].change == NULL ? "the same page again" : rows[i].change, rows[i].change == NULL ? "differs" : "was not noticed");
        jy_picture_free(&page);
    }
    jy_picture_free(&first);
}

static void
comparison__with_other_fonts_lets_edges_differ_and_notices_pictures_gone(void **state)
{
    const struct golden form = { .ppm = 0 };
    struct jy_picture first, page, a, b;

    (void)state;
    draw_scene(LINE("10", "") LINE("20", "") IMAGE("10") IMAGE("30") IMAGE("50"), STAMP("60", "40"), &first);
    kept_form(&form, &first, &a);
    draw_scene(LINE("10.2", "") LINE("20.2", "") IMAGE("10") IMAGE("30") IMAGE("50"), STAMP("60", "40"), &page);
    kept_form(&form, &page, &b);
    assert_true(alike(&form, &a, &b, false) && !alike(&form, &a, &b, true));
    jy_picture_free(&page);
    jy_picture_free(&b);
    draw_scene(LINE("10", "") LINE("20", ""), "", &page);
    kept_form(&form, &page, &b);
    assert_false(alike(&form, &a, &b, false));
    jy_picture_free(&page);
    jy_picture_free(&b);
    jy_picture_free(&first);
    jy_picture_free(&a);
}

static void
comparison__writes_expected_got_and_difference_beside_each_other(void **state)
{
    const struct golden form = { .ppm = 0 };
    struct jy_picture a, b, ca, cb, beside;
    size_t red = 0;

    (void)state;
    draw_scene(LINE("10", ""), "", &a);
    draw_scene(LINE("12", ""), "", &b);
    kept_form(&form, &a, &ca);
    kept_form(&form, &b, &cb);
    assert_true(difference_picture(&ca, &cb, 4, CELL_FAR, &beside));
    assert_int_equal(beside.width, 3 * 50 * 4 + 16);
    for (uint32_t y = 0; y < beside.height; y++)
        for (uint32_t x = 0; x < beside.width; x++) {
            bool is_red = pixel_at(&beside, x, y)[0] == 230 && pixel_at(&beside, x, y)[1] == 0;
            assert_true(!is_red || x >= 2 * (50 * 4 + 8));
            red += is_red;
        }
    assert_int_equal(red, cells_differ(&ca, &cb, CELL_FAR) * 16);
    assert_true(red > 0);
    jy_picture_free(&a);
    jy_picture_free(&b);
    jy_picture_free(&ca);
    jy_picture_free(&cb);
    jy_picture_free(&beside);
}

/* -- what they were drawn with -- */

/* The version of an installed Debian package; "-" for none. */
static void
version_of(const char *package, char version[96])
{
    char command[192], line[128] = "";
    FILE *said;

    snprintf(command, sizeof(command), "dpkg-query -W -f='${db:Status-Abbrev}${Version}' '%s' 2>/dev/null", package);
    snprintf(version, 96, "-");
    if ((said = popen(command, "re")) == NULL)
        return;
    if (fgets(line, sizeof(line), said) != NULL && strncmp(line, "ii ", 3) == 0)
        snprintf(version, 96, "%.95s", line + 3);
    pclose(said);
}

static bool
check_packages(void)
{
    struct jy_buf list = read_all(GOLDEN "/packages.tsv"), anew = { 0 };
    bool same = list.len > 0;
    char *rest = NULL;

    if (!same || jy_buf_byte(&list, 0) != JY_OK)
        return false;
    for (char *line = strtok_r((char *)list.p, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        char package[64], pinned[96], here[96];
        if (line[0] == '#' || sscanf(line, "%63s\t%95s", package, pinned) != 2) {
            MUST(jy_buf_fmt(&anew, "%s\n", line));
            continue;
        }
        version_of(package, here);
        MUST(jy_buf_fmt(&anew, "%s\t%s\n", package, here));
        if (strcmp(pinned, here) != 0 && !self.update) {
            fprintf(stderr, "golden pages were drawn with %s %s; here it is %s: compared coarsely\n", package, pinned, here);
            same = false;
        }
    }
    if (self.update) {
        FILE *f = fopen(GOLDEN "/packages.tsv", "wb");
        same = f != NULL && fwrite(anew.p, 1, anew.len, f) == anew.len;
        if (f != NULL)
            fclose(f);
    }
    jy_buf_free(&anew);
    jy_buf_free(&list);
    return same;
}

static bool
read_list(void)
{
    struct jy_buf list = read_all(GOLDEN "/pages.tsv");
    char *rest = NULL;

    if (list.len == 0 || jy_buf_byte(&list, 0) != JY_OK)
        return false;
    for (char *line = strtok_r((char *)list.p, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        struct golden *g = &self.list[self.count];
        if (line[0] == '#')
            continue;
        if (self.count == PAGES_MAX || sscanf(line, "%95[^\t]\t%191[^\t]\t%d\t%d", g->name, g->file, &g->page, &g->ppm) != 4) {
            fprintf(stderr, "pages.tsv: %s\n", line);
            return false;
        }
        self.count++;
    }
    jy_buf_free(&list);
    return self.count > 0;
}

static int
begin(void **state)
{
    struct stat st;

    (void)state;
    self.corpus = stat(JY_CORPUS "/ofd", &st) == 0;
    self.exact = check_packages();
    return read_list() && jy_fonts_open(&self.fonts, NULL) == JY_OK ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    jy_fonts_free(self.fonts);
    return 0;
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden__every_page_is_as_it_was),
        cmocka_unit_test(comparison__notices_a_run_of_text_gone_from_any_page_and_a_shift_by_a_millimetre),
        cmocka_unit_test(comparison__notices_what_is_missing_moved_by_a_millimetre_or_of_another_colour),
        cmocka_unit_test(comparison__with_other_fonts_lets_edges_differ_and_notices_pictures_gone),
        cmocka_unit_test(comparison__writes_expected_got_and_difference_beside_each_other),
    };

    self.update = argc > 1 && strcmp(argv[1], "--update") == 0;
    return cmocka_run_group_tests_name("golden pages", tests, begin, end);
}

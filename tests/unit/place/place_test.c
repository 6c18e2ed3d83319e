/* SPDX-License-Identifier: Apache-2.0 */
/* Page specifications, the same spot on many pages, seams: the arithmetic of placing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/place.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(t) (sizeof(t) / sizeof((t)[0]))
#define MUST(call) assert_int_equal(call, JY_OK)

static bool
near(double a, double b)
{
    return fabs(a - b) < 1e-9;
}

/* "1 2 5" of a list. */
static void
show(const struct jy_page_list *pages, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (size_t i = 0; i < pages->count && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, i == 0 ? "%d" : " %d", pages->list[i]);
}

static void
pages__every_form_names_its_pages(void **state)
{
    static const struct { const char *spec; size_t pages; const char *want; } rows[] = {
        { "1", 1, "1" },
        { "1", 9, "1" },
        { "9", 9, "9" },
        { "last", 9, "9" },
        { "last", 1, "1" },
        { "all", 3, "1 2 3" },
        { "odd", 5, "1 3 5" },
        { "odd", 1, "1" },
        { "even", 5, "2 4" },
        { "-1", 9, "9" },
        { "-2", 9, "8" },
        { "-9", 9, "1" },
        { "1-3", 9, "1 2 3" },
        { "3-3", 9, "3" },
        { "7-last", 9, "7 8 9" },
        { "last-last", 9, "9" },
        { "2--2", 5, "2 3 4" },
        { "-3--2", 9, "7 8" },
        { "-3-last", 9, "7 8 9" },
        { "-3-8", 9, "7 8" },
        { "1-3,5,last", 9, "1 2 3 5 9" },
        { "last,5,1-3", 9, "1 2 3 5 9" },                       /* ascending whatever the order */
        { "1,1,1-2,odd", 4, "1 2 3" },                          /* each page once */
        { " 1 - 3 , 5\t,last ", 9, "1 2 3 5 9" },
        { "1-3，5，last", 9, "1 2 3 5 9" },
        { "01,002", 9, "1 2" },
        { "even,last", 3, "2 3" },
    };
    struct jy_page_list pages;
    char got[128];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        if (jy_pages_parse(rows[i].spec, rows[i].pages, &pages, NULL) != JY_OK)
            fail_msg("%s is refused", rows[i].spec);
        show(&pages, got, sizeof(got));
        if (strcmp(got, rows[i].want) != 0)
            fail_msg("%s of %zu: %s", rows[i].spec, rows[i].pages, got);
        jy_page_list_free(&pages);
    }
}

static void
pages__what_names_no_page_is_refused_at_its_place(void **state)
{
    static const struct { const char *spec; size_t pages; jy_err err; uint64_t offset; } rows[] = {
        { "", 9, JY_E_ARGUMENT, 0 },
        { " ", 9, JY_E_ARGUMENT, 1 },
        { ",", 9, JY_E_ARGUMENT, 0 },
        { "1,", 9, JY_E_ARGUMENT, 2 },
        { ",1", 9, JY_E_ARGUMENT, 0 },
        { "1,,2", 9, JY_E_ARGUMENT, 2 },
        { "1 2", 9, JY_E_ARGUMENT, 2 },
        { "1;2", 9, JY_E_ARGUMENT, 1 },
        { "x", 9, JY_E_ARGUMENT, 0 },
        { "first", 9, JY_E_ARGUMENT, 0 },
        { "Last", 9, JY_E_ARGUMENT, 0 },
        { "lastly", 9, JY_E_ARGUMENT, 4 },
        { "alls", 9, JY_E_ARGUMENT, 3 },
        { "all-3", 9, JY_E_ARGUMENT, 3 },
        { "1-", 9, JY_E_ARGUMENT, 2 },
        { "1-all", 9, JY_E_ARGUMENT, 2 },
        { "-", 9, JY_E_ARGUMENT, 0 },
        { "--1", 9, JY_E_ARGUMENT, 0 },
        { "1-2-3", 9, JY_E_ARGUMENT, 3 },
        { "1.5", 9, JY_E_ARGUMENT, 1 },
        { "+1", 9, JY_E_ARGUMENT, 0 },
        { "0x1", 9, JY_E_PAGE_RANGE, 0 },
        { "1e1", 9, JY_E_ARGUMENT, 1 },
        { "１", 9, JY_E_ARGUMENT, 0 },                            /* full-width digits are no numbers here */
        { "0", 9, JY_E_PAGE_RANGE, 0 },
        { "-0", 9, JY_E_PAGE_RANGE, 0 },
        { "10", 9, JY_E_PAGE_RANGE, 0 },
        { "-10", 9, JY_E_PAGE_RANGE, 0 },
        { "1-10", 9, JY_E_PAGE_RANGE, 2 },
        { "0-3", 9, JY_E_PAGE_RANGE, 0 },
        { "3-1", 9, JY_E_PAGE_RANGE, 0 },
        { "last-1", 9, JY_E_PAGE_RANGE, 0 },
        { "1,3-2", 9, JY_E_PAGE_RANGE, 2 },
        { "even", 1, JY_E_PAGE_RANGE, 0 },
        { "1", 0, JY_E_PAGE_RANGE, 0 },
        { "4294967297", 9, JY_E_PAGE_RANGE, 0 },
        { "18446744073709551617", 9, JY_E_PAGE_RANGE, 0 },
        { "1\xff", 9, JY_E_ARGUMENT, 1 },
    };
    struct jy_page_list pages;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct jy_fault fault = { 0 };
        jy_err err = jy_pages_parse(rows[i].spec, rows[i].pages, &pages, &fault);

        if (err != rows[i].err || fault.offset != rows[i].offset)
            fail_msg("\"%s\": %s at %llu", rows[i].spec, jy_err_code(err), (unsigned long long)fault.offset);
        assert_null(pages.list);
        assert_true(fault.err == err && fault.text[0] != '\0');
    }
}

static void
same__is_measured_from_each_page_s_own_corner(void **state)
{
    static const struct jy_page sizes[] = { { 210, 297 }, { 297, 210 }, { 100, 50 } };
    static const struct { enum jy_corner corner; double x, y; double want[3][2]; } rows[] = {
        { JY_CORNER_TOP_LEFT, 10, 20, { { 10, 20 }, { 10, 20 }, { 10, 20 } } },
        { JY_CORNER_TOP_RIGHT, 10, 20, { { 160, 20 }, { 247, 20 }, { 50, 20 } } },
        { JY_CORNER_BOTTOM_LEFT, 10, 20, { { 10, 247 }, { 10, 160 }, { 10, 0 } } },
        { JY_CORNER_BOTTOM_RIGHT, 10, 20, { { 160, 247 }, { 247, 160 }, { 50, 0 } } },
        { JY_CORNER_CENTRE, 1, -2, { { 86, 131.5 }, { 129.5, 88 }, { 31, 8 } } },
    };
    int list[] = { 1, 2, 3 };
    const struct jy_page_list pages = { list, 3 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct jy_spot spot = { rows[i].corner, rows[i].x, rows[i].y, 40, 30 };
        struct jy_places places = { 0 };

        MUST(jy_place_same(sizes, 3, &pages, &spot, &places, NULL));
        assert_int_equal(places.count, 3);
        for (size_t k = 0; k < 3; k++)
            if (places.list[k].page != (int)k + 1 || !near(places.list[k].x_mm, rows[i].want[k][0]) || !near(places.list[k].y_mm, rows[i].want[k][1]) ||
                places.list[k].width_mm != 40 || places.list[k].height_mm != 30 || places.list[k].clip.width_mm != 0)
                fail_msg("row %zu, page %zu: %f %f", i, k + 1, places.list[k].x_mm, places.list[k].y_mm);
        jy_places_free(&places);
    }
}

/* seal-formats 3.5, V4RideRight.ofd: P = 210, W = 40, N = 5; the left edge as ofdrw writes it. */
static void
seam__lies_as_the_samples_of_others(void **state)
{
    static const struct { enum jy_edge edge; double x[5], y[5], clip[5]; } rows[] = {
        { JY_EDGE_RIGHT, { 202, 194, 186, 178, 170 }, { 60, 60, 60, 60, 60 }, { 0, 8, 16, 24, 32 } },
        { JY_EDGE_LEFT, { -32, -24, -16, -8, 0 }, { 60, 60, 60, 60, 60 }, { 32, 24, 16, 8, 0 } },
        { JY_EDGE_BOTTOM, { 60, 60, 60, 60, 60 }, { 289, 281, 273, 265, 257 }, { 0, 8, 16, 24, 32 } },
        { JY_EDGE_TOP, { 60, 60, 60, 60, 60 }, { -32, -24, -16, -8, 0 }, { 32, 24, 16, 8, 0 } },
    };
    static const struct jy_page sizes[] = { { 210, 297 }, { 210, 297 }, { 210, 297 }, { 210, 297 }, { 210, 297 } };
    int list[] = { 1, 2, 3, 4, 5 };
    const struct jy_page_list pages = { list, 5 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct jy_seam seam = { .edge = rows[i].edge, .along_mm = 60, .width_mm = 40, .height_mm = 40 };
        bool upright = rows[i].edge == JY_EDGE_RIGHT || rows[i].edge == JY_EDGE_LEFT;
        struct jy_places places = { 0 };

        MUST(jy_place_seam(sizes, 5, &pages, &seam, &places, NULL));
        assert_int_equal(places.count, 5);
        for (size_t k = 0; k < 5; k++) {
            const struct jy_stamp_place *p = &places.list[k];
            if (p->page != (int)k + 1 || !near(p->x_mm, rows[i].x[k]) || !near(p->y_mm, rows[i].y[k]) || p->width_mm != 40 || p->height_mm != 40 ||
                !near(upright ? p->clip.x_mm : p->clip.y_mm, rows[i].clip[k]) || !near(upright ? p->clip.width_mm : p->clip.height_mm, 8) ||
                !near(upright ? p->clip.height_mm : p->clip.width_mm, 40) || (upright ? p->clip.y_mm : p->clip.x_mm) != 0)
                fail_msg("row %zu, page %zu: %f %f", i, k + 1, p->x_mm, p->y_mm);
        }
        jy_places_free(&places);
    }
}

/* The strips of every group, laid side by side, are the picture: no gap, no overlap, all against the page's edge. */
static void
check_groups(const struct jy_places *places, const struct jy_page *sizes, const struct jy_seam *seam, size_t group_max)
{
    bool upright = seam->edge == JY_EDGE_RIGHT || seam->edge == JY_EDGE_LEFT, near_edge = seam->edge == JY_EDGE_LEFT || seam->edge == JY_EDGE_TOP;
    double across = upright ? seam->width_mm : seam->height_mm;

    for (size_t begin = 0; begin < places->count;) {
        double sum = 0, next = near_edge ? across : 0;
        size_t i = begin;

        for (; i < places->count && sum < across - 1e-7; i++) {
            const struct jy_stamp_place *p = &places->list[i];
            const struct jy_page *page = &sizes[p->page - 1];
            struct jy_box seen = jy_place_visible(p);
            double from = upright ? p->clip.x_mm : p->clip.y_mm, size = upright ? p->clip.width_mm : p->clip.height_mm;

            assert_true(size > 0 && near(near_edge ? from + size : from, next));    /* it begins where its neighbour ended */
            next = near_edge ? from : from + size;
            sum += size;
            switch (seam->edge) {
            case JY_EDGE_RIGHT: assert_true(fabs(seen.x_mm + seen.width_mm + seam->margin_mm - page->width_mm) < 1e-4); break;
            case JY_EDGE_LEFT: assert_true(fabs(seen.x_mm - seam->margin_mm) < 1e-4); break;
            case JY_EDGE_BOTTOM: assert_true(fabs(seen.y_mm + seen.height_mm + seam->margin_mm - page->height_mm) < 1e-4); break;
            case JY_EDGE_TOP: assert_true(fabs(seen.y_mm - seam->margin_mm) < 1e-4); break;
            }
        }
        assert_true(near(sum, across) && near(next, near_edge ? 0 : across));
        assert_true(i - begin >= 2 && i - begin <= group_max);
        begin = i;
    }
}

static void
seam__strips_add_up_to_the_picture_for_every_count_and_edge(void **state)
{
    enum { MOST = 130 };
    struct jy_page sizes[MOST];
    int list[MOST];

    (void)state;
    for (int i = 0; i < MOST; i++) {                            /* uneven sizes: A4, A4 lying, A3, with fractions */
        sizes[i] = (struct jy_page[]){ { 210, 297 }, { 297, 210 }, { 297.0389, 420.1111 } }[i % 3];
        list[i] = i + 1;
    }
    for (int edge = JY_EDGE_RIGHT; edge <= JY_EDGE_BOTTOM; edge++)
        for (size_t count = 2; count <= MOST; count++)
            for (size_t max = 3; max <= 23; max += 4) {
                const struct jy_page_list pages = { list, count };
                const struct jy_seam seam = { .edge = (enum jy_edge)edge, .centred = true, .margin_mm = edge == 1 ? 0.5 : 0, .width_mm = 42.3,
                                              .height_mm = 38.7, .group_max = max };
                struct jy_places places = { 0 };

                MUST(jy_place_seam(sizes, MOST, &pages, &seam, &places, NULL));
                assert_int_equal(places.count, count);
                check_groups(&places, sizes, &seam, max);
                jy_places_free(&places);
            }
}

static void
seam__narrow_strips_divide_the_pages_into_more_groups(void **state)
{
    static const struct { size_t pages, group_max; double min; size_t groups; jy_err err; } rows[] = {
        { 20, 0, 0, 1, JY_OK },      { 21, 0, 0, 2, JY_OK },      { 41, 0, 0, 3, JY_OK },       /* 20 pages a group by default */
        { 20, 0, 4, 2, JY_OK },      { 11, 0, 4, 2, JY_OK },      { 10, 0, 4, 1, JY_OK },       /* 40 mm hold ten strips of 4 mm */
        { 20, 0, 20, 10, JY_OK },    { 2, 0, 20, 1, JY_OK },
        { 3, 0, 20, 0, JY_E_SEAM },  { 3, 2, 0, 0, JY_E_SEAM },                               /* one page would stand alone */
        { 2, 0, 20.1, 0, JY_E_SEAM }, { 9, 0, 41, 0, JY_E_SEAM },                             /* not two strips */
        { 1, 0, 0, 0, JY_E_SEAM },
        { 9, 1, 0, 0, JY_E_SEAM },
        { 40, 40, 0, 1, JY_OK },     { 41, 41, 0, 2, JY_OK },                                 /* 1 mm is the narrowest by default */
        { 9, 0, -1, 0, JY_E_ARGUMENT }, { 9, 0, NAN, 0, JY_E_ARGUMENT },
    };
    struct jy_page sizes[64];
    int list[64];

    (void)state;
    for (int i = 0; i < 64; i++) {
        sizes[i] = (struct jy_page){ 210, 297 };
        list[i] = i + 1;
    }
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct jy_page_list pages = { list, rows[i].pages };
        const struct jy_seam seam = { .centred = true, .width_mm = 40, .height_mm = 40, .group_max = rows[i].group_max, .strip_min_mm = rows[i].min };
        struct jy_places places = { 0 };
        size_t groups = 0;
        jy_err err = jy_place_seam(sizes, 64, &pages, &seam, &places, NULL);

        for (size_t k = 0; k < places.count; k++)
            groups += places.list[k].clip.x_mm == 0;
        if (err != rows[i].err || groups != rows[i].groups)
            fail_msg("row %zu: %s, %zu groups", i, jy_err_code(err), groups);
        jy_places_free(&places);
    }
}

static void
seam__what_lies_off_a_page_is_refused_and_nothing_is_added(void **state)
{
    static const struct { struct jy_seam seam; jy_err err; } rows[] = {
        { { .along_mm = 257, .width_mm = 40, .height_mm = 40 }, JY_E_SEAM },                  /* off the second, lower page */
        { { .along_mm = 10, .width_mm = 40, .height_mm = 40 }, JY_OK },
        { { .along_mm = 10.1, .width_mm = 40, .height_mm = 40 }, JY_E_SEAM },
        { { .along_mm = -1, .width_mm = 40, .height_mm = 40 }, JY_E_SEAM },
        { { .along_mm = NAN, .width_mm = 40, .height_mm = 40 }, JY_E_ARGUMENT },
        { { .along_mm = 0, .margin_mm = -1, .width_mm = 40, .height_mm = 40 }, JY_E_SEAM },
        { { .along_mm = 0, .margin_mm = 81, .width_mm = 40, .height_mm = 40 }, JY_E_SEAM },    /* a strip of 20 mm on a page of 100 mm */
        { { .along_mm = 0, .margin_mm = 80, .width_mm = 40, .height_mm = 40 }, JY_OK },
        { { .along_mm = 0, .margin_mm = INFINITY, .width_mm = 40, .height_mm = 40 }, JY_E_ARGUMENT },
        { { .along_mm = 0, .width_mm = 0, .height_mm = 40 }, JY_E_ARGUMENT },
        { { .along_mm = 0, .width_mm = 40, .height_mm = 1001 }, JY_E_ARGUMENT },
        { { .centred = true, .width_mm = 40, .height_mm = 51 }, JY_E_SEAM },
        { { .centred = true, .width_mm = 40, .height_mm = 50 }, JY_OK },
        { { .edge = JY_EDGE_TOP, .along_mm = 60, .width_mm = 40, .height_mm = 40 }, JY_OK },
        { { .edge = JY_EDGE_TOP, .along_mm = 61, .width_mm = 40, .height_mm = 40 }, JY_E_SEAM },
    };
    static const struct jy_page sizes[] = { { 210, 297 }, { 100, 50 } };
    int list[] = { 1, 2 }, beyond[] = { 1, 3 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct jy_page_list pages = { list, 2 };
        struct jy_places places = { 0 };
        jy_err err = jy_place_seam(sizes, 2, &pages, &rows[i].seam, &places, NULL);

        if (err != rows[i].err || places.count != (err == JY_OK ? 2 : 0))
            fail_msg("row %zu: %s, %zu places", i, jy_err_code(err), places.count);
        assert_int_equal(jy_place_seam(sizes, 2, &(struct jy_page_list){ beyond, 2 }, &rows[i].seam, &places, NULL), JY_E_PAGE_RANGE);
        jy_places_free(&places);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages__every_form_names_its_pages),
        cmocka_unit_test(pages__what_names_no_page_is_refused_at_its_place),
        cmocka_unit_test(same__is_measured_from_each_page_s_own_corner),
        cmocka_unit_test(seam__lies_as_the_samples_of_others),
        cmocka_unit_test(seam__strips_add_up_to_the_picture_for_every_count_and_edge),
        cmocka_unit_test(seam__narrow_strips_divide_the_pages_into_more_groups),
        cmocka_unit_test(seam__what_lies_off_a_page_is_refused_and_nothing_is_added),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The register's rows and the impressions drawn from them. */
#include "core/rules.h"
#include "sim/draw.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
organizations__every_uscc_is_right_and_of_tianjin(void **state)
{
    size_t count;
    const struct sim_organization *rows = sim_organizations(&count);
    char district[7];

    (void)state;
    assert_true(count >= 12);
    for (size_t i = 0; i < count; i++) {
        assert_true(uscc_is_valid(rows[i].uscc));
        memcpy(district, rows[i].uscc + 2, 6);
        district[6] = '\0';
        assert_non_null(district_name(district));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(rows[i].uscc, rows[k].uscc);
    }
}

static void
organizations__every_name_says_that_it_is_a_demonstration(void **state)
{
    size_t count;
    const struct sim_organization *rows = sim_organizations(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_non_null(strstr(rows[i].name, "（演示）"));
        assert_ptr_equal(strstr(rows[i].name, "天津"), rows[i].name);
    }
}

static void
seals__every_row_fits_the_kinds_and_has_its_own_code(void **state)
{
    size_t count, organizations;
    const struct sim_seal *rows = sim_seals(&count);

    (void)state;
    (void)sim_organizations(&organizations);
    for (size_t i = 0; i < count; i++) {
        const struct seal_kind *kind = seal_kind_by_code(rows[i].kind);
        struct jy_buf name = { 0 };
        assert_non_null(kind);
        assert_true(seal_code_is_valid(rows[i].seal_code, 13));
        assert_true(rows[i].organization < organizations);
        assert_true(rows[i].width_mm <= kind->max_mm && rows[i].height_mm <= rows[i].width_mm);
        assert_int_equal(rows[i].width_mm != rows[i].height_mm, strcmp(kind->shape, "oval") == 0);
        assert_int_equal(sim_seal_name(&rows[i], &name), JY_OK);
        assert_true(name.len <= 200);
        assert_ptr_equal(sim_seal_by_code(rows[i].seal_code), &rows[i]);
        jy_buf_free(&name);
    }
    assert_null(sim_seal_by_code("1201901999999"));
    assert_null(sim_seal_by_code(""));
}

/* R8.1 R14.1: enough of each sort to try every path. */
static void
seals__statutory_in_use_come_first_and_the_unusable_exist(void **state)
{
    size_t count, in_front = 0, lost = 0, cancelled = 0, invoices = 0;
    const struct sim_seal *rows = sim_seals(&count);

    (void)state;
    while (in_front < count && strcmp(rows[in_front].kind, "statutory") == 0 && strcmp(rows[in_front].state, "in_use") == 0) {
        assert_in_range(rows[in_front].width_mm, 40, 42);
        in_front++;
    }
    assert_true(in_front >= 8);
    for (size_t i = in_front; i < count; i++) {
        assert_false(strcmp(rows[i].kind, "statutory") == 0 && strcmp(rows[i].state, "in_use") == 0);
        lost += strcmp(rows[i].state, "lost") == 0;
        cancelled += strcmp(rows[i].state, "cancelled") == 0;
        if (strcmp(rows[i].kind, "invoice") == 0) {
            assert_int_equal(rows[i].width_mm, 40);
            assert_int_equal(rows[i].height_mm, 30);
            invoices++;
        }
    }
    assert_int_equal(lost, 1);
    assert_int_equal(cancelled, 1);
    assert_true(invoices >= 3);
}

/* Strength of the ink at a point in mm from the upper left corner. */
static uint8_t
ink_at(const uint8_t *rgba, size_t row_width, double x_mm, double y_mm)
{
    return rgba[4 * ((size_t)(y_mm * SIM_DOTS_PER_MM) * row_width + (size_t)(x_mm * SIM_DOTS_PER_MM)) + 3];
}

static void
impressions__are_red_pictures_of_their_size_with_a_border_and_something_in_the_centre(void **state)
{
    size_t count;
    const struct sim_seal *rows = sim_seals(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        png_image image = { .version = PNG_IMAGE_VERSION };
        struct jy_buf png = { 0 };
        size_t inked = 0, pixels;
        uint8_t *rgba;
        double w = rows[i].width_mm, h = rows[i].height_mm;

        assert_int_equal(sim_draw(&rows[i], &png, NULL), JY_OK);
        assert_true(png.len <= SIM_PICTURE_MAX);
        assert_true(png_image_begin_read_from_memory(&image, png.p, png.len));
        assert_int_equal(image.width, rows[i].width_mm * SIM_DOTS_PER_MM);
        assert_int_equal(image.height, rows[i].height_mm * SIM_DOTS_PER_MM);
        image.format = PNG_FORMAT_RGBA;
        pixels = (size_t)image.width * image.height;
        rgba = malloc(PNG_IMAGE_SIZE(image));
        assert_non_null(rgba);
        assert_true(png_image_finish_read(&image, NULL, rgba, 0, NULL));
        for (size_t k = 0; k < pixels; k++) {
            const uint8_t *p = rgba + 4 * k;
            assert_true(p[3] == 0 || (p[0] > 200 && p[1] < 20 && p[2] < 20));
            inked += p[3] > 127;
        }
        assert_in_range(inked, pixels / 10, pixels / 2);
        assert_int_equal(ink_at(rgba, image.width, w / 2, 0.5), 255);           /* border, above and at the left */
        assert_int_equal(ink_at(rgba, image.width, 0.5, h / 2), 255);
        bool square = strcmp(seal_kind_by_code(rows[i].kind)->shape, "square") == 0;
        assert_int_equal(ink_at(rgba, image.width, 0.5, 0.5), square ? 255 : 0); /* corner */
        if (w == h && !square)
            assert_int_equal(ink_at(rgba, image.width, w / 2, h / 2), 255);     /* star */
        free(rgba);
        jy_buf_free(&png);
    }
}

static void
impressions__are_the_same_bytes_each_time_and_differ_between_seals(void **state)
{
    size_t count;
    const struct sim_seal *rows = sim_seals(&count);
    struct jy_buf first = { 0 }, again = { 0 }, other = { 0 };

    (void)state;
    assert_true(count > 1);
    assert_int_equal(sim_draw(&rows[0], &first, NULL), JY_OK);
    assert_int_equal(sim_draw(&rows[1], &other, NULL), JY_OK);
    assert_int_equal(sim_draw(&rows[0], &again, NULL), JY_OK);
    assert_true(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&again)));
    assert_false(jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&other)));
    jy_buf_free(&first);
    jy_buf_free(&again);
    jy_buf_free(&other);
}

static int
end_drawing(void **state)
{
    (void)state;
    sim_draw_end();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(organizations__every_uscc_is_right_and_of_tianjin),
        cmocka_unit_test(organizations__every_name_says_that_it_is_a_demonstration),
        cmocka_unit_test(seals__every_row_fits_the_kinds_and_has_its_own_code),
        cmocka_unit_test(seals__statutory_in_use_come_first_and_the_unusable_exist),
        cmocka_unit_test(impressions__are_red_pictures_of_their_size_with_a_border_and_something_in_the_centre),
        cmocka_unit_test(impressions__are_the_same_bytes_each_time_and_differ_between_seals),
    };
    return cmocka_run_group_tests(tests, NULL, end_drawing);
}

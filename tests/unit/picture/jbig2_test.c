/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: the standard's own example and a picture for each way of coding, exactly; and files that lie, break off, or want too much. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../fail_memory.h"
#include "jbig2_file.h"

#include <jinyin/picture.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TAIL 22                              /* bytes of the segments that end the page and the file */

static struct jy_buf
data_file(const char *name, const char *ending)
{
    struct jy_buf out = { 0 };
    char path[512];
    FILE *f;

    snprintf(path, sizeof(path), JY_DATA "/jbig2/%s%s", name, ending);
    if ((f = fopen(path, "rb")) == NULL || jy_buf_reserve(&out, 1 << 16) != JY_OK)
        fail_msg("%s", path);
    out.len = fread(out.p, 1, 1 << 16, f);
    fclose(f);
    out.p = realloc(out.p, out.len);                         /* its exact size: reading one byte too far is seen */
    out.cap = out.len;
    return out;
}

static void
each_file(void (*check)(const char *name, struct jy_slice bytes))
{
    struct dirent **list;
    int count = scandir(JY_DATA "/jbig2", &list, NULL, alphasort);

    assert_true(count > 60);
    for (int i = 0; i < count; i++) {
        char *end = strstr(list[i]->d_name, ".jb2");
        if (end != NULL) {
            struct jy_buf bytes;
            *end = '\0';
            bytes = data_file(list[i]->d_name, ".jb2");
            check(list[i]->d_name, jy_buf_slice(&bytes));
            jy_buf_free(&bytes);
        }
        free(list[i]);
    }
    free(list);
}

static jy_err
read_jbig2(struct jy_slice bytes, struct jy_fault *fault)
{
    struct jy_picture picture;
    jy_err rc = jy_picture_read(bytes, "jb2", &picture, fault);

    if (rc == JY_OK)
        jy_picture_free(&picture);
    return rc;
}

static void
assert_same(const char *name, struct jy_slice bytes)
{
    struct jy_buf want = data_file(name, ".pbm");
    struct jy_picture picture;
    struct jy_fault fault = { 0 };
    unsigned width, height;
    int at = 0;

    if (jy_picture_read(bytes, "GBIG2", &picture, &fault) != JY_OK)
        fail_msg("%s: %s at %lu", name, fault.text, (unsigned long)fault.offset);
    assert_int_equal(picture.type, JY_PICTURE_JBIG2);
    assert_false(picture.mistyped);
    assert_true(picture.opaque);
    assert_int_equal(jy_buf_byte(&want, 0), JY_OK);
    assert_int_equal(sscanf((const char *)want.p, "P4 %u %u%n", &width, &height, &at), 2);
    assert_int_equal(picture.width, width);
    assert_int_equal(picture.height, height);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            bool black = (want.p[(size_t)at + 1 + (size_t)y * ((width + 7) / 8) + x / 8] >> (7 - x % 8) & 1) != 0;
            if (picture.rgba[((size_t)y * width + x) * 4] != (black ? 0 : 255))
                fail_msg("%s: the pixel at %u, %u", name, x, y);
        }
    jy_picture_free(&picture);
    jy_buf_free(&want);
}

static void
jbig2__annex_h_and_every_way_of_coding_give_their_pixels(void **state)
{
    (void)state;
    each_file(assert_same);
}

static void
assert_cut_is_refused(const char *name, struct jy_slice bytes)
{
    bool bare = bytes.p[0] == 0, apart = !bare && (bytes.p[8] & 1) == 0;

    if (strcmp(name, "annex-h") == 0)                        /* two pages more follow the one that is read */
        return;
    for (size_t len = 0; len < bytes.len - (bare || apart ? 0 : TAIL); len++) {
        uint8_t *cut = malloc(len == 0 ? 1 : len);
        jy_err rc;
        assert_non_null(cut);
        memcpy(cut, bytes.p, len);
        rc = read_jbig2(JY_SLICE(cut, len), NULL);
        if (rc == JY_OK && !bare)
            fail_msg("%s: %zu bytes of %zu are read", name, len, bytes.len);
        free(cut);
    }
}

static void
jbig2__what_breaks_off_is_refused_whole(void **state)
{
    (void)state;
    each_file(assert_cut_is_refused);
}

static void
change_bytes(const char *name, struct jy_slice bytes)
{
    uint8_t *changed = malloc(bytes.len);

    (void)name;
    assert_non_null(changed);
    for (size_t i = 13; i < bytes.len; i += 5) {
        memcpy(changed, bytes.p, bytes.len);
        changed[i] ^= 0xff;
        changed[i - 5] ^= 1;
        (void)read_jbig2(JY_SLICE(changed, bytes.len), NULL);
    }
    free(changed);
}

static void
jbig2__changed_bytes_are_read_or_refused_and_nothing_else(void **state)
{
    (void)state;
    each_file(change_bytes);
}

static void
fail_memory(const char *name, struct jy_slice bytes)
{
    jy_err rc = JY_E_NOMEM;

    for (long n = 0; rc != JY_OK; n++) {
        asked = 0;
        fail_at = n;
        rc = read_jbig2(bytes, NULL);
        fail_at = -1;
        if (rc != JY_OK && rc != JY_E_NOMEM)
            fail_msg("%s: allocation %ld fails and the answer is %s", name, n, jy_err_code(rc));
    }
}

static void
jbig2__without_memory_the_answer_is_no_memory(void **state)
{
    (void)state;
    each_file(fail_memory);
}

/* -- files of our own -- */

static void
assert_refused(struct jy_buf bytes, jy_err want, const char *word)
{
    struct jy_fault fault = { 0 };
    jy_err rc = read_jbig2(jy_buf_slice(&bytes), &fault);

    if (rc != want || strstr(fault.text, word) == NULL)
        fail_msg("%s (%s), not %s (%s)", jy_err_code(rc), fault.text, jy_err_code(want), word);
    jy_buf_free(&bytes);
}

static void
jbig2__sizes_are_checked_before_anything_is_allocated(void **state)
{
    struct jy_buf bytes;

    (void)state;
    assert_refused(page_of(16385, 1), JY_E_LIMIT, "pixels");
    assert_refused(page_of(16384, 1025), JY_E_LIMIT, "pixels");
    assert_refused(page_of(0, 9), JY_E_FORMAT, "pixels");
    assert_refused(page_of(9, UINT32_MAX), JY_E_FORMAT, "stripes");
    bytes = page_of(9, 9);
    put_region(&bytes, 1, UINT32_MAX, UINT32_MAX);
    assert_refused(bytes, JY_E_LIMIT, "pixels");
    bytes = page_of(9, 9);                                   /* as many patterns */
    put_segment(&bytes, 1, 16, JY_SLICE("\0\10\10\377\377\377\377", 7));
    assert_refused(bytes, JY_E_LIMIT, "patterns");
}

/* -- what would take seconds for a few bytes, but for the price that each of these has -- */

static void
jbig2__bitmaps_that_nothing_is_drawn_in_are_paid_for(void **state)
{
    struct jy_buf bytes = page_of(9, 9);

    (void)state;
    put_patterns(&bytes, 1);
    for (uint32_t n = 2; n < 100; n++)                       /* each of 16 MB, without a cell */
        put_halftone(&bytes, n, JB2_HALFTONE, 16384, 1020, 0);
    assert_refused(bytes, JY_E_LIMIT, "steps");
}

static void
jbig2__many_small_bitmaps_are_paid_for(void **state)
{
    struct jy_buf bytes = page_of(9, 9);

    (void)state;
    for (uint32_t n = 1; n < 20; n++)                        /* 65,536 patterns of a pixel each: a megabyte, and the time of twenty */
        put_segment(&bytes, n, JB2_PATTERN_DICTIONARY, JY_SLICE("\1\1\1\0\0\377\377\377", 8));
    assert_refused(bytes, JY_E_LIMIT, "steps");
}

static void
jbig2__segments_referred_to_again_and_again_are_paid_for(void **state)
{
    enum { REFERS = 4096 };
    struct jy_buf bytes = page_of(9, 9);

    (void)state;
    put_segment(&bytes, 1, JB2_SYMBOL_DICTIONARY, JY_SLICE("\2\0\3\377\375\377\2\376\376\376\0\0\0\0\0\0\0\0\0\0\0\0", 22));
    for (uint32_t n = 2; n < 256; n++) {                     /* whose contexts go on from the last of those */
        put32(&bytes, n);
        ADD(&bytes, "\0");
        put32(&bytes, 7u << 29 | REFERS);
        for (int i = 0; i < REFERS / 8 + 1; i++)
            ADD(&bytes, "\0");
        for (int i = 0; i < REFERS; i++)
            ADD(&bytes, "\1");
        ADD(&bytes, "\1\0\0\0\26\3\0\3\377\375\377\2\376\376\376\0\0\0\0\0\0\0\0\0\0\0\0");
    }
    assert_refused(bytes, JY_E_LIMIT, "steps");
}

/* Codes that take no pixel: in a line there are no more of them than pixels. */
static void
jbig2__a_line_of_mmr_has_no_more_runs_than_pixels(void **state)
{
    static const char *const codes[] = { "\x26\xa1\xb9", "\x41\x08\x20" };    /* horizontal, no white, no black; one to the left and two */
    struct jy_picture picture;

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct jy_buf bytes = page_of(64, 64), region = { 0 };
        struct jy_picture_budget budget = { UINT64_MAX, 1u << 20 };
        put32(&region, 64);
        put32(&region, 64);
        put32(&region, 0);
        put32(&region, 0);
        ADD(&region, "\0\1");
        for (int k = 0; k < 40000; k++)
            assert_int_equal(jy_buf_add(&region, JY_SLICE(codes[i], 3)), JY_OK);
        put_segment(&bytes, 1, 38, jy_buf_slice(&region));
        assert_int_equal(jy_picture_read_within(jy_buf_slice(&bytes), NULL, &budget, &picture, NULL), JY_E_FORMAT);
        assert_true(budget.steps > (1u << 20) - 30000);       /* not those of a million bits */
        jy_buf_free(&region);
        jy_buf_free(&bytes);
    }
}

static void
jbig2__what_is_not_read_is_said(void **state)
{
    struct jy_buf bytes = page_of(9, 9);

    (void)state;
    put_region_of(&bytes, 1, 9, 9, "\10\0", 2);
    assert_refused(bytes, JY_E_UNSUPPORTED, "colour");
    bytes = page_of(9, 9);
    put_region_of(&bytes, 1, 9, 9, "\0\20", 2);
    assert_refused(bytes, JY_E_UNSUPPORTED, "extended template");
    bytes = page_of(9, 9);
    put_segment(&bytes, 1, 54, JY_EMPTY);
    assert_refused(bytes, JY_E_UNSUPPORTED, "colour");
    bytes = page_of(9, 9);
    put_segment(&bytes, 1, 33, JY_EMPTY);
    assert_refused(bytes, JY_E_UNSUPPORTED, "type 33");
    bytes = page_of(9, 9);
    put_region_of(&bytes, 1, 9, 9, "\0\0\3\0", 4);              /* AT pixels at and right of the current one */
    assert_refused(bytes, JY_E_FORMAT, "adaptive pixel");
    bytes = page_of(9, 9);
    put_region_of(&bytes, 1, 9, 9, "\7", 1);
    assert_refused(bytes, JY_E_FORMAT, "operator");
    bytes = page_of(9, 9);
    put_segment(&bytes, 1, 48, JY_SLICE("\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0", 19));
    assert_refused(bytes, JY_E_FORMAT, "page");
}

static void
jbig2__bare_segments_are_told_from_anything_else(void **state)
{
    struct jy_buf bare = data_file("generic-bare", ".jb2"), png = { 0 };

    (void)state;
    assert_int_equal(jy_picture_detect(jy_buf_slice(&bare)), JY_PICTURE_JBIG2);
    bare.p[10] = 18;                                         /* no page information is that short */
    assert_int_equal(jy_picture_detect(jy_buf_slice(&bare)), JY_PICTURE_UNKNOWN);
    assert_int_equal(jy_picture_detect(JY_SLICE("\0\0\0\0\60\0\1\0\0\0\23", 11)), JY_PICTURE_UNKNOWN);
    for (int i = 0; i < 64; i++)
        ADD(&png, "\0");
    assert_int_equal(jy_picture_detect(jy_buf_slice(&png)), JY_PICTURE_UNKNOWN);
    jy_buf_free(&bare);
    jy_buf_free(&png);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jbig2__annex_h_and_every_way_of_coding_give_their_pixels),
        cmocka_unit_test(jbig2__what_breaks_off_is_refused_whole),
        cmocka_unit_test(jbig2__changed_bytes_are_read_or_refused_and_nothing_else),
        cmocka_unit_test(jbig2__without_memory_the_answer_is_no_memory),
        cmocka_unit_test(jbig2__sizes_are_checked_before_anything_is_allocated),
        cmocka_unit_test(jbig2__bitmaps_that_nothing_is_drawn_in_are_paid_for),
        cmocka_unit_test(jbig2__many_small_bitmaps_are_paid_for),
        cmocka_unit_test(jbig2__segments_referred_to_again_and_again_are_paid_for),
        cmocka_unit_test(jbig2__a_line_of_mmr_has_no_more_runs_than_pixels),
        cmocka_unit_test(jbig2__what_is_not_read_is_said),
        cmocka_unit_test(jbig2__bare_segments_are_told_from_anything_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF: facsimile and JPEG strips as another library wrote them, colours of every kind, and files that lie about their strips. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/picture.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX 16384

static struct jy_buf
data_file(const char *name)
{
    struct jy_buf out = { 0 };
    char path[512];
    FILE *f;

    snprintf(path, sizeof(path), JY_DATA "/tiff/%s.tif", name);
    if ((f = fopen(path, "rb")) == NULL || jy_buf_reserve(&out, FILE_MAX) != JY_OK)
        fail_msg("%s", path);
    out.len = fread(out.p, 1, FILE_MAX, f);
    fclose(f);
    out.p = realloc(out.p, out.len);                         /* its exact size: reading one byte too far is seen */
    out.cap = out.len;
    return out;
}

static void
read_file(const char *name, struct jy_picture *out)
{
    struct jy_buf bytes = data_file(name);
    struct jy_fault fault = { 0 };

    if (jy_picture_read(jy_buf_slice(&bytes), "TIFF", out, &fault) != JY_OK)
        fail_msg("%s: %s", name, fault.text);
    jy_buf_free(&bytes);
}

static void
tiff__every_facsimile_coding_gives_the_same_pixels(void **state)
{
    static const char *const names[] = { "fax-t4", "fax-t4-2d", "fax-t6", "fax-t6-turned" };
    struct jy_picture plain, fax;

    (void)state;
    read_file("bilevel", &plain);
    assert_int_equal(plain.width, 150);
    assert_int_equal(plain.height, 90);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        read_file(names[i], &fax);
        assert_int_equal(fax.width, plain.width);
        assert_int_equal(fax.height, plain.height);
        assert_memory_equal(fax.rgba, plain.rgba, (size_t)plain.width * plain.height * 4);
        jy_picture_free(&fax);
    }
    jy_picture_free(&plain);
}

static void
tiff__jpeg_strips_are_rgb_or_ycbcr_as_the_file_says(void **state)
{
    static const char *const names[] = { "jpeg-ycbcr", "jpeg-rgb" };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct jy_picture p;
        read_file(names[i], &p);
        assert_int_equal(p.width, 48);
        assert_int_equal(p.height, 40);
        for (int y = 2; y < 38; y += 5)
            for (int x = 2; x < 46; x += 5) {
                const uint8_t *at = p.rgba + (y * 48 + x) * 4;
                if (abs(at[0] - x * 5) > 12 || abs(at[1] - y * 6) > 12 || abs(at[2] - 100) > 12 || at[3] != 255)
                    fail_msg("%s: %d %d is %d %d %d", names[i], x, y, at[0], at[1], at[2]);
            }
        jy_picture_free(&p);
    }
}

/* A picture of 2 × 1 pixels, plain, of this photometric interpretation. */
static struct jy_buf
make_tiff(bool big, uint16_t photometric, uint16_t bits, uint16_t samples, uint16_t extra, const char *data, size_t len)
{
    const struct { uint16_t tag; uint32_t value; } fields[] = {
        { 256, 2 }, { 257, 1 }, { 258, bits }, { 259, 1 }, { 262, photometric }, { 273, 8 }, { 277, samples }, { 278, 1 }, { 279, (uint32_t)len }, { 338, extra },
    };
    const size_t count = sizeof(fields) / sizeof(fields[0]);
    struct jy_buf out = { 0 };

    assert_int_equal(jy_buf_add(&out, JY_SLICE(big ? "MM\0*" : "II*\0", 4)), JY_OK);
#define PUT(n, size) for (int k = 0; k < (size); k++) assert_int_equal(jy_buf_byte(&out, (uint8_t)((n) >> 8 * (big ? (size) - 1 - k : k))), JY_OK)
    PUT(8 + len, 4);
    assert_int_equal(jy_buf_add(&out, JY_SLICE(data, len)), JY_OK);
    PUT(count, 2);
    for (size_t i = 0; i < count; i++) {
        PUT(fields[i].tag, 2);
        PUT(4u, 2);
        PUT(1u, 4);
        PUT(fields[i].value, 4);
    }
    PUT(0u, 4);
    return out;
}

static void
tiff__colours_of_every_kind_are_read(void **state)
{
    static const struct { uint16_t photometric, bits, samples, extra; const char *data; size_t len; uint8_t rgba[4]; } rows[] = {
        { 5, 8, 4, 0, "\0\377\377\0zzzz", 8, { 255, 0, 0, 255 } },               /* CMYK */
        { 5, 8, 4, 0, "\0\0\0\200zzzz", 8, { 127, 127, 127, 255 } },
        { 1, 8, 2, 2, "\144\200zz", 4, { 100, 100, 100, 128 } },                 /* grey with alpha */
        { 1, 8, 2, 1, "\144\310zz", 4, { 127, 127, 127, 200 } },                 /* multiplied by it */
        { 1, 8, 2, 0, "\144\200zz", 4, { 100, 100, 100, 255 } },                 /* a sample of another meaning */
        { 0, 8, 1, 0, "\144z", 2, { 155, 155, 155, 255 } },
        { 2, 8, 4, 2, "\1\2\3\4zzzz", 8, { 1, 2, 3, 4 } },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf bytes = make_tiff(i % 2 != 0, rows[i].photometric, rows[i].bits, rows[i].samples, rows[i].extra, rows[i].data, rows[i].len);
        struct jy_picture p;
        struct jy_fault fault = { 0 };
        if (jy_picture_read(jy_buf_slice(&bytes), "tif", &p, &fault) != JY_OK)
            fail_msg("row %zu: %s", i, fault.text);
        assert_memory_equal(p.rgba, rows[i].rgba, 4);
        jy_picture_free(&p);
        jy_buf_free(&bytes);
    }
    for (int big = 0; big < 2; big++) {                      /* 16 bits: the higher byte, wherever it stands */
        struct jy_buf bytes = make_tiff(big != 0, 2, 16, 3, 0, big != 0 ? "\1z\2z\3zzzzzzz" : "z\1z\2z\3zzzzzz", 12);
        struct jy_picture p;
        assert_int_equal(jy_picture_read(jy_buf_slice(&bytes), "tif", &p, NULL), JY_OK);
        assert_memory_equal(p.rgba, "\1\2\3\377", 4);
        jy_picture_free(&p);
        jy_buf_free(&bytes);
    }
}

static void
assert_refused(struct jy_buf bytes, jy_err want)
{
    struct jy_picture p;

    assert_int_equal(jy_picture_read(jy_buf_slice(&bytes), "tif", &p, NULL), want);
    jy_buf_free(&bytes);
}

static void
tiff__what_is_not_read_is_refused(void **state)
{
    (void)state;
    assert_refused(make_tiff(false, 6, 8, 3, 0, "zzzzzz", 6), JY_E_UNSUPPORTED);         /* YCbCr without JPEG */
    assert_refused(make_tiff(false, 8, 8, 3, 0, "zzzzzz", 6), JY_E_UNSUPPORTED);         /* CIE L*a*b* */
    assert_refused(make_tiff(false, 3, 16, 1, 0, "zzzz", 4), JY_E_UNSUPPORTED);
    assert_refused(make_tiff(false, 5, 8, 3, 0, "zzzzzz", 6), JY_E_UNSUPPORTED);
    assert_refused(make_tiff(false, 1, 32, 1, 0, "zzzzzzzz", 8), JY_E_UNSUPPORTED);
    assert_refused(make_tiff(false, 2, 8, 3, 0, "zzzzz", 5), JY_E_FORMAT);
}

/* Every byte changed in turn, and the file cut at every place: an answer each time, and no more than the file says. */
static void
tiff__changed_and_cut_files_are_read_or_refused(void **state)
{
    static const char *const names[] = { "fax-t4", "fax-t4-2d", "fax-t6-turned", "jpeg-ycbcr", "jpeg-rgb" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct jy_buf bytes = data_file(names[i]);
        for (size_t at = 4; at < bytes.len; at += 3) {
            struct jy_picture p;
            uint8_t *cut = malloc(at);
            assert_non_null(cut);
            memcpy(cut, bytes.p, at);
            if (jy_picture_read(JY_SLICE(cut, at), "tif", &p, NULL) == JY_OK)
                jy_picture_free(&p);
            free(cut);
            bytes.p[at] ^= 0xff;
            if (jy_picture_read(jy_buf_slice(&bytes), "tif", &p, NULL) == JY_OK)
                jy_picture_free(&p);
            bytes.p[at] ^= 0xff;
        }
        jy_buf_free(&bytes);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiff__every_facsimile_coding_gives_the_same_pixels),
        cmocka_unit_test(tiff__jpeg_strips_are_rgb_or_ycbcr_as_the_file_says),
        cmocka_unit_test(tiff__colours_of_every_kind_are_read),
        cmocka_unit_test(tiff__what_is_not_read_is_refused),
        cmocka_unit_test(tiff__changed_and_cut_files_are_read_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of pictures. */
#include "at_limit.h"

#include "../picture/jbig2_file.h"

#include <jinyin/picture.h>

#include <stdio.h>

#include <jpeglib.h>

static jy_err
read_error(struct jy_slice bytes)
{
    struct jy_picture picture;
    jy_err rc = jy_picture_read(bytes, NULL, &picture, NULL);

    jy_picture_free(&picture);
    return rc;
}

static void
put(uint8_t *p, size_t n, int len)
{
    for (int i = 0; i < len; i++, n >>= 8)
        p[i] = (uint8_t)n;
}

/* The error of a BMP of one bit a pixel, of so many pixels and bytes (0: as many as it needs). */
static jy_err
bmp_error(size_t width, size_t height, size_t bytes)
{
    size_t row = (width + 31) / 32 * 4, len = bytes != 0 ? bytes : 62 + row * height;
    uint8_t *p = calloc(1, len);
    jy_err rc;

    assert_non_null(p);
    memcpy(p, "BM", 2);
    put(p + 10, 62, 4);
    put(p + 14, 40, 4);
    put(p + 18, width, 4);
    put(p + 22, height, 4);
    put(p + 26, 1, 2);
    put(p + 28, 1, 2);
    rc = read_error(JY_SLICE(p, len));
    free(p);
    return rc;
}

void
limit_PICTURE(void **state)
{
    (void)state;
    DO(bmp_error(1, 1, JY_PICTURE_MAX));
    assert_int_equal(bmp_error(1, 1, JY_PICTURE_MAX + 1), BEYOND(PICTURE));
}

void
limit_PICTURE_SIDE(void **state)
{
    (void)state;
    DO(bmp_error(JY_PICTURE_SIDE_MAX, 1, 0));
    DO(bmp_error(1, JY_PICTURE_SIDE_MAX, 0));
    assert_int_equal(bmp_error(JY_PICTURE_SIDE_MAX + 1, 1, 0), BEYOND(PICTURE_SIDE));
    assert_int_equal(bmp_error(1, JY_PICTURE_SIDE_MAX + 1, 0), BEYOND(PICTURE_SIDE));
}

void
limit_PICTURE_PIXELS(void **state)
{
    const size_t side = 4096;

    (void)state;
    assert_int_equal(side * side, JY_PICTURE_PIXELS_MAX);
    DO(bmp_error(side, side, 0));
    assert_int_equal(bmp_error(side + 1, side, 0), BEYOND(PICTURE_PIXELS));
    assert_int_equal(bmp_error(side, side + 1, 0), BEYOND(PICTURE_PIXELS));
}

/* A grey JPEG whose coefficients come one by one: a scan each; beyond 64 the first ones once more with another bit. */
static jy_err
scans_error(int count)
{
    struct jpeg_compress_struct jpeg = { 0 };
    struct jpeg_error_mgr errors;
    jpeg_scan_info scans[128] = { { .comps_in_scan = 1 } };
    uint8_t row[16] = { 200, 10, 90 }, *bytes = NULL;
    JSAMPROW rows[1] = { row };
    unsigned long len = 0;
    jy_err rc;

    for (int i = 1; i < 64; i++)
        scans[i] = (jpeg_scan_info){ .comps_in_scan = 1, .Ss = i, .Se = i, .Al = i <= count - 64 ? 1 : 0 };
    for (int i = 64; i < count; i++)
        scans[i] = (jpeg_scan_info){ .comps_in_scan = 1, .Ss = i - 63, .Se = i - 63, .Ah = 1 };
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &len);
    jpeg.image_width = jpeg.image_height = 16;
    jpeg.input_components = 1;
    jpeg.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg.scan_info = scans;
    jpeg.num_scans = count;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < 16)
        jpeg_write_scanlines(&jpeg, rows, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    rc = read_error(JY_SLICE(bytes, len));
    free(bytes);
    return rc;
}

/* Error of a file, which is freed, and what was said of it. */
static jy_err
jbig2_error(struct jy_buf *file, struct jy_fault *fault)
{
    struct jy_picture picture = { 0 };
    jy_err rc = jy_picture_read(jy_buf_slice(file), NULL, &picture, fault);

    jy_picture_free(&picture);
    jy_buf_free(file);
    return rc;
}

static jy_err
segments_error(uint32_t count)
{
    struct jy_buf file = page_of(9, 9);

    for (uint32_t n = 1; n < count - 1; n++)
        put_segment(&file, n, JB2_EXTENSION, JY_EMPTY);
    put_segment(&file, count - 1, JB2_PAGE_END, JY_EMPTY);
    return jbig2_error(&file, NULL);
}

void
limit_JBIG2_SEGMENTS(void **state)
{
    (void)state;
    DO(segments_error(JY_JBIG2_SEGMENTS_MAX));
    assert_int_equal(segments_error(JY_JBIG2_SEGMENTS_MAX + 1), BEYOND(JBIG2_SEGMENTS));
}

/* A dictionary that promises so many symbols and has none of them. */
static jy_err
symbols_error(uint32_t count, struct jy_fault *fault)
{
    struct jy_buf file = page_of(9, 9), data = { 0 };

    ADD(&data, "\0\0\3\377\375\377\2\376\376\376");
    put32(&data, count);
    put32(&data, count);
    put_segment(&file, 1, JB2_SYMBOL_DICTIONARY, jy_buf_slice(&data));
    jy_buf_free(&data);
    return jbig2_error(&file, fault);
}

void
limit_JBIG2_SYMBOLS(void **state)
{
    struct jy_fault at = { 0 }, beyond = { 0 };

    (void)state;
    assert_int_not_equal(symbols_error(JY_JBIG2_SYMBOLS_MAX, &at), JY_OK);
    assert_null(strstr(at.text, "symbols"));
    assert_int_equal(symbols_error(JY_JBIG2_SYMBOLS_MAX + 1, &beyond), BEYOND(JBIG2_SYMBOLS));
    assert_non_null(strstr(beyond.text, "symbols"));
}

/* So many halftone regions on one page. */
static jy_err
halftones_error(uint32_t count, uint8_t type, uint32_t width, uint32_t height, uint32_t cells, struct jy_fault *fault)
{
    struct jy_buf file = page_of(9, 9);

    put_patterns(&file, 1);
    for (uint32_t n = 2; n < count + 2; n++)
        put_halftone(&file, n, type, width, height, cells);
    put_segment(&file, count + 2, JB2_PAGE_END, JY_EMPTY);
    return jbig2_error(&file, fault);
}

/* Bitmaps of a quarter of the limit; beside them live page, patterns and lists. */
void
limit_JBIG2_HELD(void **state)
{
    const uint32_t width = 16384, height = JY_JBIG2_HELD_MAX / 4 / 16384;
    struct jy_fault fault = { 0 };

    (void)state;
    DO(halftones_error(3, JB2_HALFTONE_KEPT, width, height, 0, &fault));
    assert_int_equal(halftones_error(4, JB2_HALFTONE_KEPT, width, height, 0, &fault), BEYOND(JBIG2_HELD));
    assert_non_null(strstr(fault.text, "bytes of bitmaps"));
}

/* A million cells each, none of them seen: what they cost is that they are looked at. */
void
limit_JBIG2_WORK(void **state)
{
    struct jy_fault fault = { 0 };

    (void)state;
    DO(halftones_error(2, JB2_HALFTONE, 9, 9, 1024, &fault));
    assert_int_equal(halftones_error(4, JB2_HALFTONE, 9, 9, 1024, &fault), BEYOND(JBIG2_WORK));
    assert_non_null(strstr(fault.text, "steps"));
}

void
limit_PICTURE_SCANS(void **state)
{
    (void)state;
    DO(scans_error(JY_PICTURE_SCANS_MAX));
    assert_int_equal(scans_error(JY_PICTURE_SCANS_MAX + 1), BEYOND(PICTURE_SCANS));
}

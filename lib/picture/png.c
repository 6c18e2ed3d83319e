/* SPDX-License-Identifier: Apache-2.0 */
/* PNG (ISO/IEC 15948): reading by libpng; and the walk over its chunks that finds out whether a PDF can take the data as they are. */
#include "picture/inside.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define SIGNATURE 8

static uint32_t
number(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* libpng is content with all rows; a file that was cut behind them is still a cut file. */
static bool
has_end(struct jy_slice bytes)
{
    for (size_t at = SIGNATURE; bytes.len - at >= 12;) {
        uint32_t len = number(bytes.p + at);

        if (memcmp(bytes.p + at + 4, "IEND", 4) == 0)
            return true;
        if (len > bytes.len - at - 12)
            return false;
        at += 12 + (size_t)len;
    }
    return false;
}

jy_err
picture_png(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    jy_err rc;

    if (bytes.len < SIGNATURE || !has_end(bytes))
        return jy_fail(fault, JY_E_FORMAT, "PNG", bytes.len, "ends too early");
    if (!png_image_begin_read_from_memory(&image, bytes.p, bytes.len))
        return jy_fail(fault, JY_E_FORMAT, "PNG", 0, "%s", image.message);
    image.format = PNG_FORMAT_RGBA;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    if ((rc = picture_new_within(image.width, image.height, 0, budget, out, fault)) == JY_OK && !png_image_finish_read(&image, NULL, out->rgba, 0, NULL))
        rc = jy_fail(fault, JY_E_FORMAT, "PNG", 0, "%s", image.message);
    png_image_free(&image);
    return rc;
}

static void
write_bytes(png_structp png, png_bytep data, size_t len)
{
    if (jy_buf_add(png_get_io_ptr(png), JY_SLICE(data, len)) != JY_OK)
        png_error(png, "no memory");
}

static void
flush_nothing(png_structp png)
{
    (void)png;
}

/* Not libpng's own, which prints. */
_Noreturn static void
give_up(png_structp png, png_const_charp text)
{
    (void)text;
    png_longjmp(png, 1);
}

static void
quiet(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static bool
is_grey(const struct jy_picture *picture)
{
    const uint8_t *p = picture->rgba, *end = p + (size_t)picture->width * picture->height * 4;

    while (p < end && p[0] == p[1] && p[1] == p[2])
        p += 4;
    return p == end;
}

/* Grey pictures by runs, as pages of text are mostly paper; others quickly: pages are looked at once. */
static void
write_rows(png_structp png, const struct jy_picture *picture, bool grey, uint8_t *row)
{
    for (uint32_t y = 0; y < picture->height; y++) {
        const uint8_t *p = picture->rgba + (size_t)y * picture->width * 4;
        for (uint32_t x = 0; grey && x < picture->width; x++)
            row[x] = p[4 * x];
        png_write_row(png, grey ? row : p);
    }
}

jy_err
jy_picture_write_png(const struct jy_picture *picture, double dots_per_mm, struct jy_buf *out, struct jy_fault *fault)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, give_up, quiet);
    png_infop info = png == NULL ? NULL : png_create_info_struct(png);
    bool grey = picture->opaque && is_grey(picture);
    uint8_t *row = malloc((size_t)picture->width + 1);

    if (info == NULL || row == NULL) {
        png_destroy_write_struct(&png, &info);
        free(row);
        return jy_fail(fault, JY_E_NOMEM, "PNG", 0, "no memory");
    }
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        free(row);
        return jy_fail(fault, JY_E_NOMEM, "PNG", 0, "could not be written");
    }
    png_set_write_fn(png, out, write_bytes, flush_nothing);
    png_set_IHDR(png, info, picture->width, picture->height, 8, grey ? PNG_COLOR_TYPE_GRAY : picture->opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (dots_per_mm > 0 && dots_per_mm < 1000)
        png_set_pHYs(png, info, (png_uint_32)(dots_per_mm * 1000 + 0.5), (png_uint_32)(dots_per_mm * 1000 + 0.5), PNG_RESOLUTION_METER);
    png_set_compression_level(png, 1);
    png_set_compression_strategy(png, grey ? Z_RLE : Z_DEFAULT_STRATEGY);
    png_set_filter(png, 0, PNG_FILTER_UP);
    png_write_info(png, info);
    if (picture->opaque && !grey)
        png_set_filler(png, 0, PNG_FILLER_AFTER);
    write_rows(png, picture, grey, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    free(row);
    return JY_OK;
}

/* Are the data exactly one zlib stream of exactly the rows, each with a filter that exists? */
static bool
rows_are_whole(struct jy_slice data, uint32_t rows, size_t row)
{
    z_stream z = { .next_in = (Bytef *)(uintptr_t)data.p, .avail_in = (uInt)data.len };
    uint8_t *line = malloc(row + 1);
    bool good = line != NULL && inflateInit(&z) == Z_OK;
    int state = Z_OK;

    if (!good) {
        free(line);
        return false;
    }
    for (uint32_t y = 0; good && y < rows; y++) {
        z.next_out = line;
        z.avail_out = (uInt)row + 1;
        state = inflate(&z, Z_SYNC_FLUSH);
        good = (state == Z_OK || state == Z_STREAM_END) && z.avail_out == 0 && line[0] <= 4;
    }
    if (good && state != Z_STREAM_END) {                     /* nothing may follow the last row */
        z.next_out = line;
        z.avail_out = 1;
        good = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_out == 1;
    }
    good = good && z.avail_in == 0;
    inflateEnd(&z);
    free(line);
    return good;
}

jy_err
picture_png_plain(struct jy_slice bytes, struct picture_plain *out, struct jy_fault *fault)
{
    static const char *const harmless[] = { "pHYs", "tIME", "tEXt", "zTXt", "iTXt", "sRGB", "bKGD", "sBIT", "hIST", "eXIf" };
    size_t at = SIGNATURE;
    bool ended = false;
    jy_err rc = JY_OK;

    *out = (struct picture_plain){ 0 };
    while (!ended) {
        const uint8_t *p = bytes.p + at;
        uint32_t len;
        bool known = false;

        if (bytes.len - at < 12 || (len = number(p)) > bytes.len - at - 12 || crc32(crc32(0, NULL, 0), p + 4, len + 4) != number(p + 8 + len))
            return JY_OK;                                    /* libpng says what is wrong */
        if (memcmp(p + 4, "IHDR", 4) == 0) {
            static const int components[] = { 1, 0, 3, 1 };
            if (at != SIGNATURE || len != 13 || p[17] > 3 || p[17] == 1 || p[16] == 0 || p[16] > 16 || p[18] != 0 || p[19] != 0 || p[20] != 0)
                return JY_OK;                                /* alpha or interlaced */
            out->width = number(p + 8), out->height = number(p + 12), out->depth = p[16], out->colours = components[p[17]];
            known = picture_size(out->width, out->height, NULL) == JY_OK && (p[17] != 3 || out->depth <= 8);
            ended = false;
            out->palette.len = p[17] == 3 ? 1 : 0;           /* awaited */
        } else if (memcmp(p + 4, "PLTE", 4) == 0) {
            known = out->palette.len != 1 || (len > 0 && len <= 768 && len % 3 == 0);
            if (known && out->palette.len == 1)
                out->palette = JY_SLICE(p + 8, len);
        } else if (memcmp(p + 4, "IDAT", 4) == 0) {
            known = true;
            if ((rc = jy_buf_add(&out->data, JY_SLICE(p + 8, len))) != JY_OK)
                return jy_fail(fault, rc, "PNG", at, "no memory");
        } else if (memcmp(p + 4, "IEND", 4) == 0) {
            known = ended = true;
        }
        for (size_t i = 0; !known && i < sizeof(harmless) / sizeof(harmless[0]); i++)
            known = memcmp(p + 4, harmless[i], 4) == 0;
        if (!known || out->width == 0)                       /* tRNS, gAMA, iCCP …: the reader knows what they mean */
            return JY_OK;
        at += 12 + len;
    }
    if (out->palette.len == 1)
        return JY_OK;
    out->plain = rows_are_whole(jy_buf_slice(&out->data), out->height, ((size_t)out->width * (size_t)(out->colours * out->depth) + 7) / 8);
    return JY_OK;
}

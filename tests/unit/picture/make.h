/* SPDX-License-Identifier: Apache-2.0 */
/* make.h: small pictures of every format, written by the formats' own libraries. */
#ifndef JY_TEST_MAKE_H
#define JY_TEST_MAKE_H

#include <jinyin/picture.h>

#include <stdio.h>

#include <gif_lib.h>
#include <jpeglib.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 24
#define HEIGHT 16

/* Red on the left, blue on the right, with an edge that no rounding blurs. */
static inline void
pattern(uint8_t *out, int components)
{
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *p = out + (y * WIDTH + x) * components;
            memset(p, 0, (size_t)components);
            p[x < WIDTH / 2 ? 0 : components > 2 ? 2 : 0] = x < WIDTH / 2 ? 0xff : 0x80;
            if (components == 4)
                p[3] = x < WIDTH / 2 ? 255 : 128;
        }
}

static inline void
put(png_structp png, png_bytep data, size_t len)
{
    if (jy_buf_add(png_get_io_ptr(png), JY_SLICE(data, len)) != JY_OK)
        abort();
}

static inline struct jy_buf
make_png(int type, bool interlaced)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    static const png_color colours[2] = { { 255, 0, 0 }, { 0, 0, 128 } };
    int components = type == PNG_COLOR_TYPE_RGBA ? 4 : type == PNG_COLOR_TYPE_RGB ? 3 : 1;
    uint8_t pixels[WIDTH * HEIGHT * 4], *rows[HEIGHT];
    struct jy_buf out = { 0 };

    if (type == PNG_COLOR_TYPE_PALETTE)
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            pixels[i] = i % WIDTH >= WIDTH / 2;
    else
        pattern(pixels, components);
    for (int y = 0; y < HEIGHT; y++)
        rows[y] = pixels + y * WIDTH * components;
    png_set_write_fn(png, &out, put, NULL);
    png_set_IHDR(png, info, WIDTH, HEIGHT, 8, type, interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, 0, 0);
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_PLTE(png, info, colours, 2);
    png_set_rows(png, info, rows);
    png_write_png(png, info, 0, NULL);
    png_destroy_write_struct(&png, &info);
    return out;
}

static inline struct jy_buf
make_jpeg(J_COLOR_SPACE space, bool progressive, const char *comment)
{
    struct jpeg_compress_struct jpeg = { 0 };
    struct jpeg_error_mgr errors;
    uint8_t pixels[WIDTH * HEIGHT * 4], *bytes = NULL;
    unsigned long len = 0;
    struct jy_buf out = { 0 };

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &len);
    jpeg.image_width = WIDTH;
    jpeg.image_height = HEIGHT;
    jpeg.input_components = space == JCS_CMYK ? 4 : space == JCS_GRAYSCALE ? 1 : 3;
    jpeg.in_color_space = space;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 95, TRUE);
    if (progressive)
        jpeg_simple_progression(&jpeg);
    pattern(pixels, jpeg.input_components);
    if (space == JCS_CMYK)                                   /* Adobe: inverted */
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            pixels[4 * i + 3] = 255;
    jpeg_start_compress(&jpeg, TRUE);
    if (comment != NULL) {
        jpeg_write_marker(&jpeg, JPEG_COM, (const JOCTET *)comment, (unsigned)strlen(comment));
        jpeg_write_marker(&jpeg, JPEG_APP0 + 1, (const JOCTET *)comment, (unsigned)strlen(comment));
    }
    while (jpeg.next_scanline < HEIGHT) {
        JSAMPROW row = pixels + jpeg.next_scanline * WIDTH * (unsigned)jpeg.input_components;
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    if (jy_buf_add(&out, JY_SLICE(bytes, len)) != JY_OK)
        abort();
    free(bytes);
    return out;
}

static inline int
gif_write(GifFileType *gif, const GifByteType *bytes, int len)
{
    return jy_buf_add(gif->UserData, JY_SLICE(bytes, (size_t)len)) == JY_OK ? len : 0;
}

/* Two frames; the right half of the first is transparent. */
static inline struct jy_buf
make_gif(bool interlaced)
{
    static const GifColorType colours[2] = { { 255, 0, 0 }, { 0, 0, 128 } };
    const GraphicsControlBlock control = { .TransparentColor = 1 };
    ColorMapObject *map = GifMakeMapObject(2, colours);
    struct jy_buf out = { 0 };
    int error;
    GifFileType *gif = EGifOpen(&out, gif_write, &error);
    GifByteType extension[4], line[WIDTH];

    EGifSetGifVersion(gif, true);
    EGifPutScreenDesc(gif, WIDTH, HEIGHT, 8, 0, map);
    for (int frame = 0; frame < 2; frame++) {
        EGifGCBToExtension(&control, extension);
        EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, extension);
        EGifPutImageDesc(gif, 0, 0, WIDTH, HEIGHT, interlaced, NULL);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++)
                line[x] = x >= WIDTH / 2 || frame == 1;
            EGifPutLine(gif, line, WIDTH);
        }
    }
    EGifCloseFile(gif, &error);
    GifFreeMapObject(map);
    return out;
}

static inline void
le(uint8_t *p, uint32_t n, int len)
{
    for (int i = 0; i < len; i++, n >>= 8)
        p[i] = (uint8_t)n;
}

static inline struct jy_buf
make_bmp(int bits, bool upright)
{
    int row = (WIDTH * bits + 31) / 32 * 4, colours = bits <= 8 ? 2 : 0, data = 54 + 4 * colours;
    struct jy_buf out = { 0 };
    uint8_t *p;

    if (jy_buf_reserve(&out, (size_t)(data + row * HEIGHT)) != JY_OK)
        abort();
    out.len = (size_t)(data + row * HEIGHT);
    p = out.p;
    memset(p, 0, out.len);
    memcpy(p, "BM", 2);
    le(p + 10, (uint32_t)data, 4);
    le(p + 14, 40, 4);
    le(p + 18, WIDTH, 4);
    le(p + 22, upright ? (uint32_t)-HEIGHT : HEIGHT, 4);
    le(p + 26, 1, 2);
    le(p + 28, (uint32_t)bits, 2);
    le(p + 46, (uint32_t)colours, 4);
    if (colours != 0) {
        le(p + 54, 0xff0000, 4);
        le(p + 58, 0x000080, 4);
    }
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t *to = p + data + y * row;
            bool right = x >= WIDTH / 2;
            if (bits <= 8)
                to[x * bits / 8] |= (uint8_t)(right << (8 - bits - x * bits % 8));
            else
                le(to + x * bits / 8, bits == 16 ? (right ? 0x10 : 0x7c00) : (right ? 0x80 : 0xff0000), bits / 8);
        }
    return out;
}

#endif

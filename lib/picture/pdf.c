/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as streams of a PDF (ISO 32000-2 8.9.5, 11.6.5.2), with as little compressing as can be. */
#include "picture/inside.h"
#include "picture/packed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define IMAGE "/Type /XObject /Subtype /Image /Width %u /Height %u /BitsPerComponent %d "
#define FAST 1                               /* zlib level: rows are filtered, so that a higher one gains little */

/* Rows of `components` bytes a pixel, each as the difference from the row above (PNG filter 2), deflated. */
static jy_err
pack(const uint8_t *rgba, uint32_t width, uint32_t height, int first, int components, struct jy_buf *out, struct jy_fault *fault)
{
    size_t row = (size_t)width * (size_t)components;
    uint8_t *lines = calloc(1, 3 * row + 1);
    z_stream z = { 0 };
    uint8_t *now = lines, *above = lines + row, *send = lines + 2 * row;
    jy_err rc;

    if (lines == NULL || deflateInit(&z, FAST) != Z_OK) {
        free(lines);
        return jy_fail(fault, JY_E_NOMEM, "picture", 0, "no memory");
    }
    rc = jy_buf_reserve(out, deflateBound(&z, (row + 1) * height));
    for (uint32_t y = 0; rc == JY_OK && y < height; y++) {
        const uint8_t *from = rgba + (size_t)y * width * 4 + first;
        uint8_t *swap = above;
        for (uint32_t x = 0; x < width; x++)
            for (int c = 0; c < components; c++)
                now[(size_t)x * (size_t)components + (size_t)c] = from[(size_t)x * 4 + (size_t)c];
        send[0] = 2;
        for (size_t i = 0; i < row; i++)
            send[i + 1] = (uint8_t)(now[i] - above[i]);
        z.next_in = send;
        z.avail_in = (uInt)row + 1;
        z.next_out = out->p + out->len;
        z.avail_out = (uInt)(out->cap - out->len);
        if (deflate(&z, y + 1 == height ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR || (y + 1 == height && z.avail_out == 0))
            rc = jy_fail(fault, JY_E_INTERNAL, "picture", 0, "deflate");
        out->len = (size_t)(z.next_out - out->p);
        above = now;
        now = swap;
    }
    deflateEnd(&z);
    free(lines);
    return rc;
}

#define PACKED "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Colors %d /BitsPerComponent %d /Columns %u >>"

/*
 * One ink: is every pixel, drawn, the same as if it had the colour of the darkest one with its own alpha? The difference that an eye
 * could see is weighed by the alpha; up to one level of 255 is what programs that store premultiplied colours make of one ink.
 */
static bool
one_ink(const struct jy_picture *picture, uint8_t ink[3])
{
    size_t end = (size_t)picture->width * picture->height * 4, best = 0;
    const uint8_t *p = picture->rgba;

    for (size_t i = 4; i < end; i += 4)
        if (p[i + 3] > p[best + 3])
            best = i;
    memcpy(ink, p + best, 3);
    for (size_t i = 0; i < end; i += 4)
        if (p[i + 3] != 0)
            for (size_t c = 0; c < 3; c++)
                if (abs(p[i + c] - ink[c]) * p[i + 3] > 255)
                    return false;
    return true;
}

static jy_err
from_rgba(const struct jy_picture *picture, struct jy_picture_pdf *out, struct jy_fault *fault)
{
    uint8_t ink[3];
    jy_err rc;

    if (picture->opaque) {
        snprintf(out->image_entries, sizeof(out->image_entries), IMAGE "/ColorSpace /DeviceRGB " PACKED, picture->width, picture->height, 8, 3, 8,
                 picture->width);
        return pack(picture->rgba, picture->width, picture->height, 0, 3, &out->image, fault);
    }
    out->has_mask = true;
    snprintf(out->mask_entries, sizeof(out->mask_entries), IMAGE "/ColorSpace /DeviceGray " PACKED, picture->width, picture->height, 8, 1, 8,
             picture->width);
    if ((rc = pack(picture->rgba, picture->width, picture->height, 3, 1, &out->mask, fault)) != JY_OK)
        return rc;
    if (one_ink(picture, ink)) {
        snprintf(out->image_entries, sizeof(out->image_entries), IMAGE "/ColorSpace /DeviceRGB", 1u, 1u, 8);
        return jy_buf_add(&out->image, JY_SLICE(ink, 3));
    }
    snprintf(out->image_entries, sizeof(out->image_entries), IMAGE "/ColorSpace /DeviceRGB " PACKED, picture->width, picture->height, 8, 3, 8,
             picture->width);
    return pack(picture->rgba, picture->width, picture->height, 0, 3, &out->image, fault);
}

static jy_err
from_png(struct jy_slice bytes, struct jy_picture_pdf *out, bool *done, struct jy_fault *fault)
{
    struct picture_plain plain;
    struct jy_buf palette = { 0 };
    jy_err rc = picture_png_plain(bytes, &plain, fault);

    *done = rc == JY_OK && plain.plain;
    if (!*done)
        goto out;
    for (size_t i = 0; rc == JY_OK && i < plain.palette.len; i++)
        rc = jy_buf_fmt(&palette, "%02x", plain.palette.p[i]);
    if (rc != JY_OK)
        goto out;
    if (plain.palette.len != 0)
        snprintf(out->image_entries, sizeof(out->image_entries), IMAGE "/ColorSpace [/Indexed /DeviceRGB %zu <%s>] " PACKED, plain.width, plain.height,
                 plain.depth, plain.palette.len / 3 - 1, (const char *)palette.p, 1, plain.depth, plain.width);
    else
        snprintf(out->image_entries, sizeof(out->image_entries), IMAGE "/ColorSpace /Device%s " PACKED, plain.width, plain.height, plain.depth,
                 plain.colours == 3 ? "RGB" : "Gray", plain.colours, plain.depth, plain.width);
    out->image = plain.data;
    plain.data = (struct jy_buf){ 0 };
out:
    jy_buf_free(&plain.data);
    jy_buf_free(&palette);
    return rc;
}

static jy_err
from_jpeg(struct jy_slice bytes, struct jy_picture_pdf *out, bool *done, struct jy_fault *fault)
{
    uint32_t size[2];
    int colours;
    jy_err rc = picture_jpeg_plain(bytes, done, &colours, size, &out->image, fault);

    if (rc == JY_OK && *done)
        snprintf(out->image_entries, sizeof(out->image_entries), IMAGE "/ColorSpace /Device%s /Filter /DCTDecode", size[0], size[1], 8,
                 colours == 1 ? "Gray" : "RGB");
    return rc;
}

jy_err
jy_picture_pdf(struct jy_slice bytes, const char *declared, double width_mm, double height_mm, struct jy_picture_pdf *out, struct jy_fault *fault)
{
    enum jy_picture_type type = jy_picture_detect(bytes);
    struct jy_picture picture = { 0 };
    bool done = false;
    jy_err rc = JY_OK;

    *out = (struct jy_picture_pdf){ 0 };
    if (bytes.len > JY_PICTURE_MAX)
        return jy_fail(fault, JY_E_LIMIT, "picture", 0, "%zu bytes, %d are read", bytes.len, (int)JY_PICTURE_MAX);
    /* The streams of a PNG follow from its bytes alone; of other types they may depend on the drawer. */
    if (type == JY_PICTURE_PNG && picture_packed_find(bytes, out))
        return JY_OK;
    if (type == JY_PICTURE_PNG)
        rc = from_png(bytes, out, &done, fault);
    else if (type == JY_PICTURE_JPEG)
        rc = from_jpeg(bytes, out, &done, fault);
    if (rc == JY_OK && !done && (rc = jy_picture_draw(bytes, declared, width_mm, height_mm, &picture, fault)) == JY_OK)
        rc = from_rgba(&picture, out, fault);
    jy_picture_free(&picture);
    if (rc != JY_OK)
        jy_picture_pdf_free(out);
    else if (type == JY_PICTURE_PNG)
        picture_packed_keep(bytes, out);
    return rc;
}

void
jy_picture_pdf_free(struct jy_picture_pdf *pdf)
{
    jy_buf_free(&pdf->image);
    jy_buf_free(&pdf->mask);
    *pdf = (struct jy_picture_pdf){ 0 };
}

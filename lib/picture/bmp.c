/* SPDX-License-Identifier: Apache-2.0 */
/* BMP: 1, 4, 8, 16, 24 and 32 bits a pixel, plain or with bit fields. RLE is refused: nobody makes seals with it. */
#include "picture/inside.h"

#include <stdlib.h>
#include <string.h>

#define FILE_HEADER 14u
#define OS2_HEADER 12u
#define BI_RGB 0u
#define BI_BITFIELDS 3u

struct bmp {
    struct jy_slice bytes;
    uint32_t data, width, height, bits, colours, palette, entry;   /* palette: offset; entry: bytes of a colour */
    bool upright;                            /* rows from the top */
    uint32_t masks[4];                       /* red, green, blue, alpha */
};

static uint32_t
number(const uint8_t *p, int len)
{
    uint32_t n = 0;

    while (len-- > 0)
        n = n << 8 | p[len];
    return n;
}

static jy_err
read_header(struct bmp *b, struct jy_fault *fault)
{
    const uint8_t *p = b->bytes.p;
    uint32_t header, method = BI_RGB;
    int32_t height;

    if (b->bytes.len < FILE_HEADER + OS2_HEADER)
        return jy_fail(fault, JY_E_FORMAT, "BMP", 0, "ends too early");
    b->data = number(p + 10, 4);
    header = number(p + 14, 4);
    if ((header != OS2_HEADER && (header < 40 || header > 124)) || b->bytes.len < FILE_HEADER + header)
        return jy_fail(fault, JY_E_FORMAT, "BMP", 14, "header of %u bytes", header);
    if (header == OS2_HEADER) {
        b->width = number(p + 18, 2);
        height = (int32_t)number(p + 20, 2);
        b->bits = number(p + 24, 2);
        b->entry = 3;
    } else {
        b->width = number(p + 18, 4);
        height = (int32_t)number(p + 22, 4);
        b->bits = number(p + 28, 2);
        method = number(p + 30, 4);
        b->colours = number(p + 46, 4);
        b->entry = 4;
    }
    b->upright = height < 0;
    b->height = height < 0 ? 0u - (uint32_t)height : (uint32_t)height;
    b->palette = FILE_HEADER + header;
    if (method != BI_RGB && !(method == BI_BITFIELDS && (b->bits == 16 || b->bits == 32)))
        return jy_fail(fault, JY_E_UNSUPPORTED, "BMP", 30, "compression %u", method);
    if (b->bits == 16)
        b->masks[0] = 0x7c00, b->masks[1] = 0x3e0, b->masks[2] = 0x1f;
    else
        b->masks[0] = 0xff0000, b->masks[1] = 0xff00, b->masks[2] = 0xff;
    if (method == BI_BITFIELDS) {                            /* in the header, or behind the 40 bytes of the short one */
        if (b->bytes.len < FILE_HEADER + 52)
            return jy_fail(fault, JY_E_FORMAT, "BMP", 0, "ends too early");
        for (int i = 0; i < 3; i++)
            b->masks[i] = number(p + 54 + 4 * i, 4);
        if (header >= 56)
            b->masks[3] = number(p + 66, 4);
    }
    if (b->bits <= 8) {
        if (b->bits != 1 && b->bits != 4 && b->bits != 8)
            return jy_fail(fault, JY_E_FORMAT, "BMP", 28, "%u bits a pixel", b->bits);
        if (b->colours == 0)
            b->colours = 1u << b->bits;
        if (b->colours > 256 || b->bytes.len < b->palette + b->colours * b->entry)
            return jy_fail(fault, JY_E_FORMAT, "BMP", b->palette, "%u colours", b->colours);
    } else if (b->bits != 16 && b->bits != 24 && b->bits != 32) {
        return jy_fail(fault, JY_E_FORMAT, "BMP", 28, "%u bits a pixel", b->bits);
    }
    return JY_OK;
}

/* The value under a mask, spread to 0..255. */
static uint8_t
field(uint32_t pixel, uint32_t mask)
{
    uint32_t value = pixel & mask;

    if (mask == 0)
        return 0;
    while ((mask & 1) == 0)
        mask >>= 1, value >>= 1;
    return (uint8_t)((uint64_t)value * 255 / mask);
}

static jy_err
read_row(const struct bmp *b, const uint8_t *from, uint8_t *to, struct jy_fault *fault)
{
    for (uint32_t x = 0; x < b->width; x++, to += 4) {
        to[3] = 255;
        if (b->bits <= 8) {
            uint32_t per = 8 / b->bits, shift = 8 - b->bits * (x % per + 1), index = (uint32_t)from[x / per] >> shift & ((1u << b->bits) - 1);
            const uint8_t *colour = b->bytes.p + b->palette + index * b->entry;
            if (index >= b->colours)
                return jy_fail(fault, JY_E_FORMAT, "BMP", 0, "colour %u of %u", index, b->colours);
            to[0] = colour[2], to[1] = colour[1], to[2] = colour[0];
        } else if (b->bits == 24) {
            to[0] = from[3 * x + 2], to[1] = from[3 * x + 1], to[2] = from[3 * x];
        } else {
            uint32_t pixel = b->bits == 16 ? number(from + 2 * x, 2) : number(from + 4 * x, 4);
            for (int i = 0; i < 3; i++)
                to[i] = field(pixel, b->masks[i]);
            if (b->masks[3] != 0)
                to[3] = field(pixel, b->masks[3]);
        }
    }
    return JY_OK;
}

jy_err
picture_bmp(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    struct bmp b = { .bytes = bytes };
    uint64_t row;
    jy_err rc;

    if ((rc = read_header(&b, fault)) != JY_OK || (rc = picture_size(b.width, b.height, fault)) != JY_OK)
        return rc;
    row = ((uint64_t)b.width * b.bits + 31) / 32 * 4;
    if (b.data > bytes.len || row * b.height > bytes.len - b.data)
        return jy_fail(fault, JY_E_FORMAT, "BMP", b.data, "ends too early");
    if ((rc = picture_new_within(b.width, b.height, 0, budget, out, fault)) != JY_OK)
        return rc;
    for (uint32_t y = 0; rc == JY_OK && y < b.height; y++)
        rc = read_row(&b, bytes.p + b.data + row * (b.upright ? y : b.height - 1 - y), out->rgba + (size_t)y * b.width * 4, fault);
    return rc;
}

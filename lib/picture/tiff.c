/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIFF 6.0, the part that is met on pages: the first image, in strips; bilevel, grey, palette, RGB, CMYK, with alpha, of 8 or 16 bits; no compression,
 * PackBits, LZW or Deflate with or without the horizontal predictor, facsimile (T.4, T.6), JPEG. By our own reader: libtiff, as it is packaged, brings
 * a library under the GPL.
 */
#include "picture/fax.h"
#include "picture/tiff.h"

#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX 512u

static uint32_t
number(const struct tiff *t, size_t at, int len)
{
    uint32_t n = 0;

    for (int i = 0; i < len; i++)
        n = n << 8 | t->bytes.p[at + (size_t)(t->big ? i : len - 1 - i)];
    return n;
}

static jy_err
wrong(const struct tiff *t, size_t at, const char *text)
{
    return jy_fail(t->fault, JY_E_FORMAT, "TIFF", at, "%s", text);
}

static int
size_of(uint32_t type)
{
    return type == 1 || type == 7 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
}

/* Value i of a field; 0 when it has none (fields were checked to lie within the file). */
static uint32_t
value(const struct tiff *t, const struct tiff_field *f, uint32_t i)
{
    int size = size_of(f->type);

    return size == 0 || i >= f->count ? 0 : number(t, f->at + (size_t)i * (size_t)size, size);
}

static jy_err
read_directory(struct tiff *t)
{
    size_t at, len = t->bytes.len;
    uint32_t count;

    if (len < 8 || (at = number(t, 4, 4)) > len - 2)
        return wrong(t, 4, "no directory");
    count = number(t, at, 2);
    if (count > FIELDS_MAX || (size_t)count * 12 > len - at - 2)
        return wrong(t, at, "directory");
    for (uint32_t i = 0; i < count; i++) {
        size_t entry = at + 2 + (size_t)i * 12;
        struct tiff_field f = { number(t, entry + 2, 2), number(t, entry + 4, 4), entry + 8 };
        uint64_t bytes = (uint64_t)f.count * (uint64_t)size_of(f.type);
        if (bytes > 4)
            f.at = number(t, entry + 8, 4);
        if (size_of(f.type) != 0 && (f.at > len || bytes > len - f.at))
            return wrong(t, entry, "a field lies outside the file");
        switch (number(t, entry, 2)) {
        case 256: t->width = value(t, &f, 0); break;
        case 257: t->height = value(t, &f, 0); break;
        case 258:
            t->bits = value(t, &f, 0);
            for (uint32_t k = 1; k < f.count && k < 8; k++)
                if (value(t, &f, k) != t->bits)
                    t->bits = 0;
            break;
        case 259: t->compression = value(t, &f, 0); break;
        case 262: t->photometric = value(t, &f, 0); break;
        case 266: t->fill = value(t, &f, 0); break;
        case 273: t->offsets = f; break;
        case 277: t->samples = value(t, &f, 0); break;
        case 278: t->rows = value(t, &f, 0); break;
        case 279: t->counts = f; break;
        case 284: t->planar = value(t, &f, 0); break;
        case 292: t->t4 = value(t, &f, 0); break;
        case 293: t->t6 = value(t, &f, 0); break;
        case 317: t->predictor = value(t, &f, 0); break;
        case 320: t->colours = f; break;
        case 338: t->extra = value(t, &f, 0); break;
        case 347: t->tables = f; break;
        default: break;
        }
    }
    return JY_OK;
}

/* Sample c of pixel x as the file has it; of 16 bits the higher 8. */
static uint32_t
sample(const struct tiff *t, const uint8_t *line, uint32_t x, uint32_t c)
{
    if (t->bits == 1)
        return (uint32_t)line[x / 8] >> (7 - x % 8) & 1;
    if (t->bits == 4)
        return (uint32_t)line[x / 2] >> (4 - x % 2 * 4) & 15;
    return t->bits == 8 ? line[(size_t)x * t->samples + c] : line[((size_t)x * t->samples + c) * 2 + (t->big ? 0 : 1)];
}

static void
write_pixel(const struct tiff *t, const uint8_t *line, uint32_t x, uint8_t *to)
{
    uint32_t colours = t->photometric == RGB ? 3 : t->photometric == CMYK ? 4 : 1, v = sample(t, line, x, 0), a;

    if (t->photometric == RGB) {
        for (uint32_t c = 0; c < 3; c++)
            to[c] = (uint8_t)sample(t, line, x, c);
    } else if (t->photometric == PALETTE) {
        for (uint32_t c = 0; c < 3; c++)
            to[c] = (uint8_t)(value(t, &t->colours, v + (c << t->bits)) >> 8);
    } else if (t->photometric == CMYK) {
        for (uint32_t c = 0; c < 3; c++)
            to[c] = (uint8_t)((255 - sample(t, line, x, c)) * (255 - sample(t, line, x, 3)) / 255);
    } else {
        v = t->bits < 8 ? v * 255 / ((1u << t->bits) - 1) : v;
        to[0] = to[1] = to[2] = (uint8_t)(t->photometric == WHITE_IS_ZERO ? 255 - v : v);
    }
    to[3] = 255;
    if (t->samples <= colours || (t->extra != 1 && t->extra != 2))          /* of another meaning */
        return;
    a = sample(t, line, x, colours);
    for (int c = 0; t->extra == 1 && a != 0 && c < 3; c++)                  /* associated: the colours are multiplied by it */
        to[c] = (uint8_t)(to[c] >= a ? 255 : to[c] * 255u / a);
    to[3] = (uint8_t)a;
}

static void
write_row(const struct tiff *t, uint8_t *line, uint8_t *to)
{
    if (t->predictor == 2)
        for (size_t i = t->samples; i < (size_t)t->width * t->samples; i++)
            line[i] = (uint8_t)(line[i] + line[i - t->samples]);
    for (uint32_t x = 0; x < t->width; x++)
        write_pixel(t, line, x, to + (size_t)x * 4);
}

static bool
is_fax(const struct tiff *t)
{
    return t->compression == FAX_RUNS || t->compression == FAX_T4 || t->compression == FAX_T6;
}

static jy_err
check(const struct tiff *t)
{
    uint32_t colours = t->photometric == RGB || t->photometric == YCBCR ? 3 : t->photometric == CMYK ? 4 : 1;
    bool depth = t->bits == 8 || (t->bits == 16 && t->photometric != PALETTE && t->predictor == 1) ||
                 (t->samples == 1 && colours == 1 && (t->bits == 1 || t->bits == 4));

    if (!is_fax(t) && t->compression != PLAIN && t->compression != LZW && t->compression != DEFLATE && t->compression != OLD_DEFLATE &&
        t->compression != PACKBITS && t->compression != JPEG)
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "compression %u", t->compression);
    if ((is_fax(t) && (t->bits != 1 || ((t->compression == FAX_T4 ? t->t4 : t->compression == FAX_T6 ? t->t6 : 0) & TIFF_UNCOMPRESSED) != 0)) ||
        (t->compression == JPEG && (t->bits != 8 || t->samples != colours || colours == 4 || t->photometric == PALETTE)) ||
        (t->photometric == YCBCR && t->compression != JPEG) || (t->predictor == 2 && t->bits != 8))
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "compression %u of %u samples of %u bits", t->compression, t->samples, t->bits);
    if (t->photometric > YCBCR || t->photometric == 4 || !depth || t->planar != 1 || t->samples < colours || t->samples > colours + 1 || t->predictor < 1 ||
        t->predictor > 2 || t->fill > 2)
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "photometric %u, %u samples of %u bits", t->photometric, t->samples, t->bits);
    if (t->offsets.count == 0 || t->offsets.count != t->counts.count)
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "no strips");
    if (t->photometric == PALETTE && (t->colours.type != 3 || t->colours.count < 3u << t->bits))
        return wrong(t, 0, "no colours");
    return JY_OK;
}

/* A strip of this many rows to its place. */
static jy_err
read_strip(struct tiff *t, uint32_t s, uint32_t rows, uint8_t *strip, size_t row, uint8_t *to)
{
    size_t at = value(t, &t->offsets, s), len = value(t, &t->counts, s);
    struct jy_picture jpeg = { 0 };
    jy_err rc;

    if (at > t->bytes.len || len > t->bytes.len - at)
        return wrong(t, at, "a strip lies outside the file");
    t->taken += len;
    if ((t->compression == JPEG || t->fax != NULL) && t->taken > t->bytes.len)
        return wrong(t, at, "strips overlap");
    if (t->compression == JPEG) {
        if ((rc = tiff_jpeg(t, JY_SLICE(t->bytes.p + at, len), rows, &jpeg)) == JY_OK)
            memcpy(to, jpeg.rgba, (size_t)t->width * rows * 4);
        jy_picture_free(&jpeg);
        return rc;
    }
    if (!tiff_unpack(t, JY_SLICE(t->bytes.p + at, len), rows, strip, row * rows))
        return wrong(t, at, "a strip is broken");
    for (uint32_t y = 0; y < rows; y++)
        write_row(t, strip + row * y, to + (size_t)y * t->width * 4);
    return JY_OK;
}

/* Bytes of the largest strip as it stands in the file. */
static uint64_t
largest(const struct tiff *t)
{
    uint64_t most = 0;

    for (uint32_t s = 0; s < t->counts.count; s++)
        most = value(t, &t->counts, s) > most ? value(t, &t->counts, s) : most;
    return most < t->bytes.len ? most : t->bytes.len;
}

jy_err
picture_tiff(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    struct tiff t = { .bytes = bytes, .big = bytes.len > 0 && bytes.p[0] == 'M', .bits = 1, .compression = PLAIN, .samples = 1, .rows = UINT32_MAX,
                      .predictor = 1, .planar = 1, .fill = 1, .budget = budget, .fault = fault };
    uint8_t *strip = NULL;
    uint32_t strips;
    size_t row;
    jy_err rc;

    if ((rc = read_directory(&t)) != JY_OK || (rc = picture_size(t.width, t.height, fault)) != JY_OK || (rc = check(&t)) != JY_OK)
        return rc;
    if (t.rows == 0 || t.rows > t.height)
        t.rows = t.height;
    strips = (t.height + t.rows - 1) / t.rows;
    row = ((size_t)t.width * t.samples * t.bits + 7) / 8;
    if (t.offsets.count < strips)
        return wrong(&t, 0, "strips are missing");
    /* Beside the pixels: an unpacked strip, and one as it is, its bits turned or put after the tables of JPEG. */
    if ((rc = picture_new_within(t.width, t.height, row * t.rows + largest(&t), budget, out, fault)) != JY_OK)
        return rc;
    if ((strip = malloc(row * t.rows)) == NULL || (is_fax(&t) && (t.fax = fax_new()) == NULL))
        rc = jy_fail(fault, JY_E_NOMEM, "TIFF", 0, "no memory");
    for (uint32_t s = 0; rc == JY_OK && s < strips; s++)
        rc = read_strip(&t, s, s + 1 < strips ? t.rows : t.height - s * t.rows, strip, row, out->rgba + (size_t)s * t.rows * t.width * 4);
    free(t.fax);
    free(strip);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* TIFF: how strips are compressed (TIFF 6.0 sections 9 to 11, 13; Technical Note 2 for JPEG). */
#include "picture/fax.h"
#include "picture/tiff.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define LZW_CODES 4096u

/* Codes of 9 to 12 bits, the highest bit first; a code names a run that was written before. */
static bool
unpack_lzw(struct jy_slice in, uint8_t *out, size_t want)
{
    static const uint32_t clear = 256, end = 257;
    struct { uint32_t start, len; } *runs = malloc(LZW_CODES * sizeof(*runs));    /* where in out the run of a code stands */
    uint32_t next = 258, width = 9, code, have = 0;
    uint64_t bits = 0;
    size_t done = 0, at = 0, last = 0, last_len = 0;

    if (runs == NULL)
        return false;
    while (done < want) {
        size_t start, len;
        while (have < width && at < in.len)
            bits = bits << 8 | in.p[at++], have += 8;
        if (have < width)
            break;
        code = (uint32_t)(bits >> (have - width)) & ((1u << width) - 1);
        have -= width;
        if (code == clear) {
            next = 258, width = 9, last_len = 0;
            continue;
        }
        if (code == end)
            break;
        start = done;
        if (code < 256) {
            out[done++] = (uint8_t)code;
            len = 1;
        } else {
            size_t from, i;
            if (last_len == 0 || code > next || (code == next && next >= LZW_CODES))
                break;
            from = code == next ? last : runs[code].start;
            len = code == next ? last_len + 1 : runs[code].len;
            for (i = 0; i < len && done < want; i++)
                out[done++] = out[from + i];
            len = i;
        }
        if (last_len != 0 && next < LZW_CODES) {             /* the run before and the first byte of this one, which follows it in out */
            runs[next].start = (uint32_t)last;
            runs[next++].len = (uint32_t)last_len + 1;
            if (next == (1u << width) - 1 && width < 12)
                width++;
        }
        last = start, last_len = len;
    }
    free(runs);
    return done == want;
}

static bool
unpack_bits(struct jy_slice in, uint8_t *out, size_t want)
{
    size_t at = 0, done = 0;

    while (done < want && at < in.len) {
        int8_t head = (int8_t)in.p[at++];
        size_t n = head >= 0 ? (size_t)head + 1 : head == -128 ? 0 : (size_t)(1 - head);
        if (head >= 0 ? n > in.len - at : n > 0 && at == in.len)
            return false;
        n = n > want - done ? want - done : n;
        if (head >= 0)
            memcpy(out + done, in.p + at, n), at += (size_t)head + 1;
        else if (n > 0)
            memset(out + done, in.p[at++], n);
        done += n;
    }
    return done == want;
}

/* FillOrder 2: the lowest bit of each byte is the first. */
static uint8_t *
turn_bits(struct jy_slice in)
{
    uint8_t *out = malloc(in.len == 0 ? 1 : in.len);

    for (size_t i = 0; out != NULL && i < in.len; i++) {
        unsigned b = in.p[i];
        b = (b & 0x0f) << 4 | (b & 0xf0) >> 4;
        b = (b & 0x33) << 2 | (b & 0xcc) >> 2;
        out[i] = (uint8_t)((b & 0x55) << 1 | (b & 0xaa) >> 1);
    }
    return out;
}

/* T.4: zeros, as many as eleven or more, and a one end a line. Gives whether there was one. */
static bool
take_eol(struct bits *in)
{
    uint64_t at = in->at;

    if (bits_left(in) < 12 || bits_peek(in, 11) != 0)
        return false;
    while (bits_left(in) > 0 && bits_peek(in, 1) == 0)
        bits_skip(in, 1);
    if (bits_left(in) == 0) {                                /* zeros to the end */
        in->at = at;
        return false;
    }
    bits_skip(in, 1);
    return true;
}

static bool
unpack_fax(const struct tiff *t, struct jy_slice in, uint32_t rows, uint8_t *out, size_t want)
{
    uint8_t *turned = t->fill == 2 ? turn_bits(in) : NULL, *lines = calloc(2, t->width);
    struct bits bits = { .bytes = turned != NULL ? JY_SLICE(turned, in.len) : in };
    bool good = lines != NULL && (t->fill != 2 || turned != NULL);

    memset(out, 0, want);
    for (uint32_t y = 0; good && y < rows; y++) {
        uint8_t *line = lines + y % 2 * t->width, *to = out + want / rows * y;
        bool two = t->compression == FAX_T6;
        if (t->compression == FAX_RUNS)
            bits_align(&bits);
        else if (t->compression == FAX_T4 && take_eol(&bits) && (t->t4 & TIFF_T4_2D) != 0)
            two = bits_take(&bits, 1) == 0;
        good = two ? fax_line_2d(t->fax, &bits, lines + (y + 1) % 2 * t->width, line, t->width) : fax_line_1d(t->fax, &bits, line, t->width);
        for (uint32_t x = 0; good && x < t->width; x++)
            to[x / 8] |= (uint8_t)(line[x] << (7 - x % 8));
    }
    free(lines);
    free(turned);
    return good;
}

bool
tiff_unpack(const struct tiff *t, struct jy_slice in, uint32_t rows, uint8_t *out, size_t want)
{
    uLongf len = (uLongf)want;

    if (t->compression == LZW)
        return unpack_lzw(in, out, want);
    if (t->compression == PACKBITS)
        return unpack_bits(in, out, want);
    if (t->fax != NULL)
        return unpack_fax(t, in, rows, out, want);
    if (t->compression != PLAIN)
        return uncompress(out, &len, in.p, in.len) == Z_OK && len == want;
    if (in.len < want)
        return false;
    memcpy(out, in.p, want);
    return true;
}

/* Over the markers of tables and remarks. Gives the one after them and its place, 0 when they are broken. */
static uint8_t
walk_jpeg(struct jy_slice jpeg, size_t *at)
{
    if (jpeg.len < 4 || jpeg.p[0] != 0xff || jpeg.p[1] != 0xd8)
        return 0;
    for (*at = 2; *at + 4 <= jpeg.len && jpeg.p[*at] == 0xff; *at += 2 + ((size_t)jpeg.p[*at + 2] << 8 | jpeg.p[*at + 3])) {
        uint8_t marker = jpeg.p[*at + 1];
        if (marker != 0xc4 && marker != 0xdb && marker != 0xdd && marker != 0xfe && (marker & 0xf0) != 0xe0)      /* DHT, DQT, DRI, COM, APPn */
            return marker;
    }
    return *at + 2 == jpeg.len && jpeg.p[*at] == 0xff ? jpeg.p[*at + 1] : 0;
}

/* One sequential frame of this picture's width and no more rows than a strip has, seen before anything is unpacked. */
static bool
is_strip(const struct tiff *t, struct jy_slice strip, uint32_t rows)
{
    size_t at = 0;
    uint8_t frame = walk_jpeg(strip, &at);
    uint32_t height, width;

    if ((frame != 0xc0 && frame != 0xc1) || strip.len - at < 9)              /* SOF0, SOF1 */
        return false;
    height = (uint32_t)strip.p[at + 5] << 8 | strip.p[at + 6];
    width = (uint32_t)strip.p[at + 7] << 8 | strip.p[at + 8];
    return width == t->width && height >= rows && height <= t->rows;
}

jy_err
tiff_jpeg(const struct tiff *t, struct jy_slice strip, uint32_t rows, struct jy_picture *out)
{
    /* Adobe's marker tells the reader whether three components are RGB or YCbCr; without it that would be a guess. */
    static const uint8_t marker[] = { 0xff, 0xd8, 0xff, 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0 };
    struct jy_slice tables = JY_SLICE(t->bytes.p + t->tables.at, t->tables.count);
    struct jy_picture_budget strips = *t->budget;            /* each strip is freed before the next */
    struct jy_buf jpeg = { 0 };
    size_t at = 0;
    jy_err rc;

    if (!is_strip(t, strip, rows) || (tables.len != 0 && (walk_jpeg(tables, &at) != 0xd9 || at + 2 != tables.len)))
        return jy_fail(t->fault, JY_E_FORMAT, "TIFF", 0, "a JPEG strip is broken");
    if ((rc = jy_buf_add(&jpeg, JY_SLICE(marker, sizeof(marker)))) == JY_OK && (rc = jy_buf_byte(&jpeg, t->photometric == YCBCR)) == JY_OK &&
        (tables.len == 0 || (rc = jy_buf_add(&jpeg, JY_SLICE(tables.p + 2, tables.len - 4))) == JY_OK) &&          /* without SOI and EOI */
        (rc = jy_buf_add(&jpeg, JY_SLICE(strip.p + 2, strip.len - 2))) == JY_OK)
        rc = picture_jpeg(jy_buf_slice(&jpeg), &strips, out, t->fault);
    t->budget->steps = strips.steps;
    jy_buf_free(&jpeg);
    return rc;
}

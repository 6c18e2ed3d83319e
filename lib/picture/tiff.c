/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TIFF 6.0, the part that is met on pages: the first image, in strips; bilevel, grey, palette, RGB(A) of 8 bits; no compression, PackBits, LZW
 * or Deflate, with or without the horizontal predictor. Facsimile and JPEG compression are refused.
 */
#include "picture/inside.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FIELDS_MAX 512u
#define LZW_CODES 4096u

enum { BILEVEL_WHITE_IS_ZERO = 0, BLACK_IS_ZERO = 1, RGB = 2, PALETTE = 3 };
enum { PLAIN = 1, LZW = 5, DEFLATE = 8, PACKBITS = 32773, OLD_DEFLATE = 32946 };

struct field { uint32_t type, count; size_t at; };
struct tiff {
    struct jy_slice bytes;
    bool big;                                /* byte order */
    uint32_t width, height, bits, compression, photometric, samples, rows, predictor, planar, extra;
    struct field offsets, counts, colours;
    struct jy_fault *fault;
};

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
    return type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
}

/* Value i of a field; 0 when it has none (fields were checked to lie within the file). */
static uint32_t
value(const struct tiff *t, const struct field *f, uint32_t i)
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
        struct field f = { number(t, entry + 2, 2), number(t, entry + 4, 4), entry + 8 };
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
        case 273: t->offsets = f; break;
        case 277: t->samples = value(t, &f, 0); break;
        case 278: t->rows = value(t, &f, 0); break;
        case 279: t->counts = f; break;
        case 284: t->planar = value(t, &f, 0); break;
        case 317: t->predictor = value(t, &f, 0); break;
        case 320: t->colours = f; break;
        case 338: t->extra = value(t, &f, 0); break;
        default: break;
        }
    }
    return JY_OK;
}

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

static bool
unpack(const struct tiff *t, struct jy_slice in, uint8_t *out, size_t want)
{
    uLongf len = (uLongf)want;

    if (t->compression == LZW)
        return unpack_lzw(in, out, want);
    if (t->compression == PACKBITS)
        return unpack_bits(in, out, want);
    if (t->compression != PLAIN)
        return uncompress(out, &len, in.p, in.len) == Z_OK && len == want;
    if (in.len < want)
        return false;
    memcpy(out, in.p, want);
    return true;
}

static uint32_t
sample(const struct tiff *t, const uint8_t *line, uint32_t x)
{
    if (t->bits == 1)
        return (uint32_t)line[x / 8] >> (7 - x % 8) & 1;
    return t->bits == 4 ? (uint32_t)line[x / 2] >> (4 - x % 2 * 4) & 15 : line[x * t->samples];
}

static void
write_row(const struct tiff *t, uint8_t *line, uint8_t *to)
{
    if (t->predictor == 2 && t->bits == 8)
        for (uint32_t i = t->samples; i < t->width * t->samples; i++)
            line[i] = (uint8_t)(line[i] + line[i - t->samples]);
    for (uint32_t x = 0; x < t->width; x++, to += 4) {
        uint32_t v = sample(t, line, x);
        to[3] = 255;
        if (t->photometric == RGB) {
            memcpy(to, line + x * t->samples, 3);
            if (t->samples == 4 && t->extra != 0)
                to[3] = line[x * 4 + 3];
        } else if (t->photometric == PALETTE) {
            for (uint32_t c = 0; c < 3; c++)
                to[c] = (uint8_t)(value(t, &t->colours, v + (c << t->bits)) >> 8);
        } else {
            v = v * 255 / ((1u << t->bits) - 1);
            to[0] = to[1] = to[2] = (uint8_t)(t->photometric == BILEVEL_WHITE_IS_ZERO ? 255 - v : v);
        }
    }
}

static jy_err
check(const struct tiff *t)
{
    bool plain_depth = t->bits == 8 || (t->samples == 1 && t->photometric != RGB && (t->bits == 1 || t->bits == 4));

    if (t->compression != PLAIN && t->compression != LZW && t->compression != DEFLATE && t->compression != OLD_DEFLATE && t->compression != PACKBITS)
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "compression %u", t->compression);
    if (t->photometric > PALETTE || !plain_depth || t->planar != 1 || t->samples < 1 || t->samples > 4 || t->predictor < 1 || t->predictor > 2 ||
        (t->photometric == RGB) != (t->samples >= 3))
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "photometric %u, %u samples of %u bits", t->photometric, t->samples, t->bits);
    if (t->offsets.count == 0 || t->offsets.count != t->counts.count)
        return jy_fail(t->fault, JY_E_UNSUPPORTED, "TIFF", 0, "no strips");
    if (t->photometric == PALETTE && (t->colours.type != 3 || t->colours.count < 3u << t->bits))
        return wrong(t, 0, "no colours");
    return JY_OK;
}

jy_err
picture_tiff(struct jy_slice bytes, struct jy_picture *out, struct jy_fault *fault)
{
    struct tiff t = { .bytes = bytes, .big = bytes.len > 0 && bytes.p[0] == 'M', .bits = 1, .compression = PLAIN, .samples = 1, .rows = UINT32_MAX,
        .predictor = 1,
                      .planar = 1, .fault = fault };
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
    if ((rc = jy_picture_new(t.width, t.height, out, fault)) != JY_OK)
        return rc;
    if ((strip = malloc(row * t.rows)) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "TIFF", 0, "no memory");
    for (uint32_t s = 0; rc == JY_OK && s < strips; s++) {
        size_t at = value(&t, &t.offsets, s), len = value(&t, &t.counts, s);
        uint32_t rows = s + 1 < strips ? t.rows : t.height - s * t.rows;
        if (at > bytes.len || len > bytes.len - at || !unpack(&t, JY_SLICE(bytes.p + at, len), strip, row * rows))
            rc = wrong(&t, at, "a strip is broken");
        for (uint32_t y = 0; rc == JY_OK && y < rows; y++)
            write_row(&t, strip + row * y, out->rgba + (size_t)(s * t.rows + y) * t.width * 4);
    }
    free(strip);
    return rc;
}

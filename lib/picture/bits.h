/* SPDX-License-Identifier: Apache-2.0 */
/* picture/bits.h: bits of a slice, the highest of each byte first. Private to lib/picture. */
#ifndef JY_PICTURE_BITS_H
#define JY_PICTURE_BITS_H

#include <jinyin/base.h>

struct bits {
    struct jy_slice bytes;
    uint64_t at;                             /* bit */
    bool past;                               /* something was read beyond the end: all that came of it is void */
};

static inline uint64_t
bits_left(const struct bits *b)
{
    return (uint64_t)b->bytes.len * 8 - b->at;
}

/** The next n ≤ 32 bits without taking them; zeros stand beyond the end. */
static inline uint32_t
bits_peek(const struct bits *b, unsigned n)
{
    size_t byte = (size_t)(b->at / 8);
    uint64_t v = 0;

    for (size_t i = 0; i < 5; i++)
        v = v << 8 | (byte + i < b->bytes.len ? b->bytes.p[byte + i] : 0);
    return (uint32_t)(v >> (40 - b->at % 8 - n) & ((UINT64_C(1) << n) - 1));
}

static inline void
bits_skip(struct bits *b, uint64_t n)
{
    if (n > bits_left(b)) {
        b->past = true;
        n = bits_left(b);
    }
    b->at += n;
}

static inline uint32_t
bits_take(struct bits *b, unsigned n)
{
    uint32_t v = n == 0 ? 0 : bits_peek(b, n);

    bits_skip(b, n);
    return v;
}

/** To the next whole byte. */
static inline void
bits_align(struct bits *b)
{
    b->at = (b->at + 7) / 8 * 8;
}

/** What follows, from a whole byte on. */
static inline struct jy_slice
bits_rest(const struct bits *b)
{
    size_t byte = (size_t)((b->at + 7) / 8);

    return JY_SLICE(b->bytes.p + byte, b->bytes.len - byte);
}

#endif

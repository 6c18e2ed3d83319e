/* SPDX-License-Identifier: Apache-2.0 */
/* jbig2_file.h: JBIG2 files put together segment by segment. */
#ifndef JY_TEST_JBIG2_FILE_H
#define JY_TEST_JBIG2_FILE_H

#include <jinyin/base.h>

#define MAGIC "\x97JB2\r\n\x1a\n\1\0\0\0\1"
#define ADD(buf, bytes) assert_int_equal(jy_buf_add(buf, JY_SLICE(bytes, sizeof(bytes) - 1)), JY_OK)

/* Types of segments, T.88 7.3; what is kept is an intermediate region. */
enum { JB2_SYMBOL_DICTIONARY = 0, JB2_PATTERN_DICTIONARY = 16, JB2_HALFTONE_KEPT = 20, JB2_HALFTONE = 22, JB2_PAGE = 48, JB2_PAGE_END = 49,
       JB2_EXTENSION = 62 };

static inline void
put32(struct jy_buf *out, uint32_t n)
{
    for (int i = 24; i >= 0; i -= 8)
        assert_int_equal(jy_buf_byte(out, (uint8_t)(n >> i)), JY_OK);
}

/* referred: the number of the segment that this one refers to, or -1. */
static inline void
put_referring(struct jy_buf *out, uint32_t number, uint8_t type, int referred, struct jy_slice data)
{
    put32(out, number);
    assert_int_equal(jy_buf_byte(out, type), JY_OK);
    assert_int_equal(jy_buf_byte(out, referred < 0 ? 0 : 1 << 5), JY_OK);
    if (referred >= 0)
        assert_int_equal(jy_buf_byte(out, (uint8_t)referred), JY_OK);
    assert_int_equal(jy_buf_byte(out, 1), JY_OK);
    put32(out, (uint32_t)data.len);
    assert_int_equal(jy_buf_add(out, data), JY_OK);
}

static inline void
put_segment(struct jy_buf *out, uint32_t number, uint8_t type, struct jy_slice data)
{
    put_referring(out, number, type, -1, data);
}

static inline struct jy_buf
page_of(uint32_t width, uint32_t height)
{
    struct jy_buf out = { 0 }, page = { 0 };

    ADD(&out, MAGIC);
    put32(&page, width);
    put32(&page, height);
    put32(&page, 0);
    put32(&page, 0);
    ADD(&page, "\0\0\0");
    put_segment(&out, 0, JB2_PAGE, jy_buf_slice(&page));
    jy_buf_free(&page);
    return out;
}

/* A generic region of this size with this head (operator, flags, AT pixels) and data that say nothing. */
static inline void
put_region_of(struct jy_buf *out, uint32_t number, uint32_t width, uint32_t height, const char *head, size_t head_len)
{
    struct jy_buf region = { 0 };

    put32(&region, width);
    put32(&region, height);
    put32(&region, 0);
    put32(&region, 0);
    assert_int_equal(jy_buf_add(&region, JY_SLICE(head, head_len)), JY_OK);
    ADD(&region, "\0\0\0\0\0\0\0\0\0\0\0\0\xff\xac");
    put_segment(out, number, 38, jy_buf_slice(&region));
    jy_buf_free(&region);
}

/* OR; template 0 with its pixels at their places. */
static inline void
put_region(struct jy_buf *out, uint32_t number, uint32_t width, uint32_t height)
{
    put_region_of(out, number, width, height, "\0\0\3\377\375\377\2\376\376\376", 10);
}

/* The head of a halftone region of this size: a grid of so many cells, all of them right of it. */
static inline void
put_halftone(struct jy_buf *out, uint32_t number, uint8_t type, uint32_t width, uint32_t height, uint32_t cells)
{
    struct jy_buf region = { 0 };

    put32(&region, width);
    put32(&region, height);
    put32(&region, 0);
    put32(&region, 0);
    ADD(&region, "\0\1");                                    /* OR; MMR */
    put32(&region, cells);
    put32(&region, cells);
    put32(&region, 16384u << 8);
    put32(&region, 0);
    ADD(&region, "\1\0\1\0");
    for (uint32_t i = 0; i < cells / 8; i++)
        ADD(&region, "\xff");
    put_referring(out, number, type, 1, jy_buf_slice(&region));
    jy_buf_free(&region);
}

/* Two patterns of a pixel each, in a white line. */
static inline void
put_patterns(struct jy_buf *out, uint32_t number)
{
    put_segment(out, number, JB2_PATTERN_DICTIONARY, JY_SLICE("\1\1\1\0\0\0\1\377", 8));
}

#endif

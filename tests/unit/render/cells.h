/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cells.h: a page as the mean colours of cells of 2 × 2 mm. Nothing can be read in it, yet every line, seal and picture of the page darkens or tints
 * cells of its own: what is missing, moved by a millimetre or of another colour changes some of them clearly.
 */
#ifndef JY_TEST_CELLS_H
#define JY_TEST_CELLS_H

#include <jinyin/picture.h>

#include <stdlib.h>
#include <string.h>

#define CELL_MM 2
#define CELL_STEP 4                          /* means are kept as multiples of it */
#define CELL_FAR 6                           /* levels; half of CELL_STEP, and what rounding of another processor makes */
#define CELL_PPM 2                           /* pixels a millimetre of the pages that are looked at */

static inline uint8_t *
pixel_at(const struct jy_picture *p, uint32_t x, uint32_t y)
{
    return p->rgba + ((size_t)y * p->width + x) * 4;
}

/* Means of size × size pixels, those at the right and lower edge of what is there; rounded to `step`. *out: one pixel a cell. */
static inline bool
cells_of(const struct jy_picture *page, uint32_t size, uint32_t step, struct jy_picture *out)
{
    if (jy_picture_new((page->width + size - 1) / size, (page->height + size - 1) / size, out, NULL) != JY_OK)
        return false;
    out->opaque = true;
    for (uint32_t cy = 0; cy < out->height; cy++)
        for (uint32_t cx = 0; cx < out->width; cx++) {
            uint32_t sum[3] = { 0 }, count = 0;
            uint8_t *to = pixel_at(out, cx, cy);
            for (uint32_t y = cy * size; y < page->height && y < (cy + 1) * size; y++)
                for (uint32_t x = cx * size; x < page->width && x < (cx + 1) * size; x++, count++)
                    for (int c = 0; c < 3; c++)
                        sum[c] += pixel_at(page, x, y)[c];
            for (int c = 0; c < 3; c++) {
                uint32_t mean = (sum[c] + count / 2) / count;
                mean = (mean + step / 2) / step * step;
                to[c] = (uint8_t)(mean > 255 ? 255 : mean);
            }
            to[3] = 255;
        }
    return true;
}

/* Levels of the channel that differs most. */
static inline int
cell_distance(const uint8_t *a, const uint8_t *b)
{
    int far = 0;

    for (int c = 0; c < 3; c++)
        far = abs(a[c] - b[c]) > far ? abs(a[c] - b[c]) : far;
    return far;
}

/* How many cells differ by more than `far` levels; all of them when the sizes do. */
static inline size_t
cells_differ(const struct jy_picture *a, const struct jy_picture *b, int far)
{
    size_t count = 0;

    if (a->width != b->width || a->height != b->height)
        return (size_t)b->width * b->height;
    for (uint32_t y = 0; y < a->height; y++)
        for (uint32_t x = 0; x < a->width; x++)
            count += cell_distance(pixel_at(a, x, y), pixel_at(b, x, y)) > far;
    return count;
}

/* Each cell as k × k pixels. */
static inline void
paste(const struct jy_picture *from, uint32_t k, struct jy_picture *to, uint32_t left)
{
    for (uint32_t y = 0; y < to->height && y / k < from->height; y++)
        for (uint32_t x = 0; x / k < from->width && left + x < to->width; x++)
            memcpy(pixel_at(to, left + x, y), pixel_at(from, x / k, y / k), 4);
}

/*
 * Expected, got and difference beside each other; all in the same unit, drawn k times as large. The third is what was got, faded, with what differs
 * by more than `far` levels in red.
 */
static inline bool
difference_picture(const struct jy_picture *expected, const struct jy_picture *got, uint32_t k, int far, struct jy_picture *out)
{
    struct jy_picture marked;
    uint32_t gap = 8, wide = expected->width > got->width ? expected->width : got->width;
    uint32_t high = expected->height > got->height ? expected->height : got->height;

    if (jy_picture_new(got->width, got->height, &marked, NULL) != JY_OK)
        return false;
    if (jy_picture_new(3 * wide * k + 2 * gap, high * k, out, NULL) != JY_OK) {
        jy_picture_free(&marked);
        return false;
    }
    memset(out->rgba, 128, (size_t)out->width * out->height * 4);
    for (uint32_t y = 0; y < got->height; y++)
        for (uint32_t x = 0; x < got->width; x++) {
            const uint8_t *g = pixel_at(got, x, y);
            uint8_t *m = pixel_at(&marked, x, y);
            bool differs = x >= expected->width || y >= expected->height || cell_distance(pixel_at(expected, x, y), g) > far;
            for (int c = 0; c < 3; c++)
                m[c] = differs ? (c == 0 ? 230 : 0) : (uint8_t)(200 + g[c] / 5);
            m[3] = 255;
        }
    paste(expected, k, out, 0);
    paste(got, k, out, wide * k + gap);
    paste(&marked, k, out, 2 * (wide * k + gap));
    jy_picture_free(&marked);
    out->opaque = true;
    return true;
}

#endif

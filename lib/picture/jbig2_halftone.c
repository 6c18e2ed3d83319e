/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: pattern dictionaries (T.88 6.7, 7.4.4) and halftone regions (6.6, Annex C, 7.4.5). */
#include "picture/jbig2.h"

#include <stdlib.h>
#include <string.h>

#define PLACE_STEPS 2                        /* where a cell lies */
#define CELL_STEPS 8                         /* and its pattern drawn there, beside the pattern's pixels; or found to lie outside */

/* The AT pixels of tables 27 and C.4; only the first one's place differs. */
static void
set_at(struct jb2_generic *g, int first_x, int first_y)
{
    static const int8_t others[6] = { -3, -1, 2, -2, -2, -2 };

    g->at[0] = (int8_t)first_x;
    g->at[1] = (int8_t)first_y;
    memcpy(g->at + 2, others, sizeof(others));
}

void
jb2_patterns_free(struct jb2 *j, struct jb2_patterns *p)
{
    if (p == NULL)
        return;
    for (uint32_t i = 0; i < p->count; i++)
        jb2_bitmap_free(j, p->list[i]);
    jb2_drop(j, p, sizeof(*p) + (uint64_t)p->count * sizeof(p->list[0]));
}

jy_err
jb2_patterns_read(struct jb2 *j, struct jy_slice data, struct jb2_patterns **out)
{
    struct bits in = { .bytes = data };
    unsigned flags = bits_take(&in, 8), width = bits_take(&in, 8), height = bits_take(&in, 8);
    uint64_t count = (uint64_t)bits_take(&in, 32) + 1;
    struct jb2_generic g = { .width = (uint32_t)(count * width), .height = height, .template = flags >> 1 & 3 };
    struct jb2_patterns *p = NULL;
    struct jb2_bitmap *all = NULL;
    uint8_t *contexts = NULL;
    struct jb2_mq mq;
    jy_err rc;

    *out = NULL;
    if (in.past || width == 0 || height == 0)
        return jb2_wrong(j, "a pattern dictionary without patterns");
    if (count > JY_JBIG2_SYMBOLS_MAX || count * width > JY_PICTURE_PIXELS_MAX)
        return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "%llu patterns", (unsigned long long)count);
    if ((flags & 1) != 0) {
        rc = jb2_mmr(j, g.width, height, &in, &all);
    } else if ((rc = jb2_hold(j, JB2_GENERIC_CONTEXTS, &contexts)) == JY_OK) {
        set_at(&g, -(int)width, 0);
        jb2_mq_begin(&mq, bits_rest(&in));
        rc = jb2_generic(j, &g, &mq, contexts, &all);
    }
    if (rc == JY_OK && (rc = jb2_hold(j, sizeof(*p) + count * sizeof(p->list[0]), &p)) == JY_OK)
        p->count = (uint32_t)count;
    for (uint32_t i = 0; rc == JY_OK && i < count; i++)
        rc = jb2_bitmap_cut(j, all, (int64_t)i * width, 0, width, height, &p->list[i]);
    jb2_bitmap_free(j, all);
    jb2_drop(j, contexts, JB2_GENERIC_CONTEXTS);
    if (rc != JY_OK) {
        jb2_patterns_free(j, p);
        return rc;
    }
    *out = p;
    return JY_OK;
}

struct halftone {                            /* table 22 */
    bool mmr, enable_skip;
    uint8_t template;
    enum jb2_op op;
    uint32_t width, height;                  /* of the grid */
    int32_t x, y;
    uint16_t rx, ry;
    const struct jb2_patterns *patterns;
};

/* 6.6.5.2: where a cell lies, in pixels. */
static void
cell_at(const struct halftone *t, uint32_t column, uint32_t row, int64_t *x, int64_t *y)
{
    *x = ((int64_t)t->x + (int64_t)row * t->ry + (int64_t)column * t->rx) >> 8;
    *y = ((int64_t)t->y + (int64_t)row * t->rx - (int64_t)column * t->ry) >> 8;
}

/* 6.6.5.1: cells that touch nothing of the region are not coded. */
static jy_err
make_skip(struct jb2 *j, const struct halftone *t, const struct jb2_region *r, struct jb2_bitmap **out)
{
    const struct jb2_bitmap *pattern = t->patterns->list[0];
    int64_t x, y;
    jy_err rc = jb2_bitmap_new(j, t->width, t->height, out);

    if (rc != JY_OK || (rc = jb2_spend(j, (uint64_t)t->width * t->height * PLACE_STEPS)) != JY_OK)
        return rc;
    for (uint32_t row = 0; row < t->height; row++)
        for (uint32_t column = 0; column < t->width; column++) {
            cell_at(t, column, row, &x, &y);
            (*out)->px[(size_t)row * t->width + column] = x + pattern->width <= 0 || x >= r->width || y + pattern->height <= 0 || y >= r->height;
        }
    return JY_OK;
}

/* Annex C.5: planes from the highest bit down, each but the first coded as its difference from the one before (Gray code). */
static jy_err
read_grey(struct jb2 *j, const struct halftone *t, const struct jb2_bitmap *skip, struct bits *in, uint16_t *grey)
{
    struct jb2_generic g = { .width = t->width, .height = t->height, .template = t->template, .skip = skip };
    size_t cells = (size_t)t->width * t->height;
    uint8_t *contexts = NULL;
    struct jb2_mq mq;
    jy_err rc;

    if ((rc = jb2_hold(j, JB2_GENERIC_CONTEXTS, &contexts)) != JY_OK)
        return rc;
    set_at(&g, t->template <= 1 ? 3 : 2, -1);
    jb2_mq_begin(&mq, bits_rest(in));
    for (uint32_t left = t->patterns->count - 1; rc == JY_OK && left != 0; left >>= 1) {      /* as many times as its number has bits */
        struct jb2_bitmap *plane = NULL;
        rc = t->mmr ? jb2_mmr(j, t->width, t->height, in, &plane) : jb2_generic(j, &g, &mq, contexts, &plane);
        if (rc == JY_OK)
            rc = jb2_spend(j, cells);
        for (size_t i = 0; rc == JY_OK && i < cells; i++)
            grey[i] = (uint16_t)(grey[i] << 1 | ((grey[i] & 1) ^ plane->px[i]));
        jb2_bitmap_free(j, plane);
    }
    jb2_drop(j, contexts, JB2_GENERIC_CONTEXTS);
    return rc;
}

static jy_err
draw_cells(struct jb2 *j, const struct halftone *t, const uint16_t *grey, struct jb2_bitmap *region)
{
    int64_t x, y;
    jy_err rc = jb2_spend(j, (uint64_t)t->width * t->height * CELL_STEPS);

    for (uint32_t row = 0; rc == JY_OK && row < t->height; row++)
        for (uint32_t column = 0; rc == JY_OK && column < t->width; column++) {
            uint16_t value = grey[(size_t)row * t->width + column];
            if (value >= t->patterns->count)
                return jb2_wrong(j, "a pattern that does not exist");
            cell_at(t, column, row, &x, &y);
            rc = jb2_compose(j, region, t->patterns->list[value], x, y, t->op);
        }
    return rc;
}

jy_err
jb2_halftone_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out)
{
    struct bits in = { .bytes = data };
    const struct jb2_segment *dictionary = jb2_referred(j, h, JB2_PATTERNS, 0);
    struct jb2_bitmap *skip = NULL;
    struct halftone t = { 0 };
    uint16_t *grey = NULL;
    uint64_t size;
    unsigned flags;
    jy_err rc;

    *out = NULL;
    if ((rc = jb2_region_read(j, &in, r)) != JY_OK)
        return rc;
    flags = bits_take(&in, 8);
    t.mmr = (flags & 1) != 0;
    t.template = flags >> 1 & 3;
    t.enable_skip = (flags & 8) != 0;
    t.op = flags >> 4 & 7;
    t.width = bits_take(&in, 32);
    t.height = bits_take(&in, 32);
    t.x = (int32_t)bits_take(&in, 32);
    t.y = (int32_t)bits_take(&in, 32);
    t.rx = (uint16_t)bits_take(&in, 16);
    t.ry = (uint16_t)bits_take(&in, 16);
    if (in.past || t.op >= JB2_OPS)
        return jb2_wrong(j, "a halftone region is cut off, or its operator is not defined");
    if (dictionary == NULL)
        return jb2_wrong(j, "a halftone region without patterns");
    t.patterns = dictionary->patterns;
    if ((rc = jb2_bitmap_new(j, r->width, r->height, out)) != JY_OK)
        return rc;
    memset((*out)->px, flags >> 7 & 1, (size_t)r->width * r->height);
    if (t.width == 0 || t.height == 0)
        return JY_OK;
    size = (uint64_t)t.width * t.height * sizeof(*grey);
    if ((rc = picture_size(t.width, t.height, j->fault)) != JY_OK || (rc = jb2_hold(j, size, &grey)) != JY_OK ||
        (t.enable_skip && (rc = make_skip(j, &t, r, &skip)) != JY_OK) || (rc = read_grey(j, &t, skip, &in, grey)) != JY_OK)
        goto out;
    rc = draw_cells(j, &t, grey, *out);
out:
    jb2_bitmap_free(j, skip);
    jb2_drop(j, grey, size);
    if (rc != JY_OK) {
        jb2_bitmap_free(j, *out);
        *out = NULL;
    }
    return rc;
}

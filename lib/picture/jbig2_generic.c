/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: generic regions (T.88 6.2), by arithmetic coding or MMR, and their segments (7.4.6). */
#include "picture/fax.h"
#include "picture/jbig2.h"

#include <stdlib.h>
#include <string.h>

#define EOFB 0x001001u                       /* of 24 bits (T.6 2.4.1.1) */

/*
 * Figures 3 to 6. A context is made of runs of pixels in this line and the two above, each shifted to its place, and of AT pixels. The numbers
 * are those of the figures read from the lower right, so that the contexts of figures 8 to 11 (typical prediction) are as printed there.
 */
static const struct template {
    unsigned here;                           /* pixels left of the current one, from bit 0 */
    unsigned above, above_ahead, above_at;   /* of the line above: how many, how many of them to the right, at which bit */
    unsigned top, top_ahead, top_at;
    unsigned at_count, at[4];                /* AT pixels and their bits */
    uint16_t typical;
} templates[4] = {
    { 4, 5, 2, 5, 3, 1, 12, 4, { 4, 10, 11, 15 }, 0x9b25 },
    { 3, 5, 2, 4, 4, 2, 9, 1, { 3 }, 0x0795 },
    { 2, 4, 1, 3, 3, 1, 7, 1, { 2 }, 0x00e5 },
    { 4, 5, 1, 5, 0, 0, 0, 1, { 4 }, 0x0195 },
};
/* The same with the AT pixels where they are as a rule: they stand beside the other pixels of their line, and make the same numbers. */
static const int8_t nominal_at[4][8] = { { 3, -1, -3, -1, 2, -2, -2, -2 }, { 3, -1 }, { 2, -1 }, { 2, -1 } };
static const struct template nominal[4] = {
    { 4, 7, 3, 4, 5, 2, 11, 0, { 0 }, 0 }, { 3, 6, 3, 3, 4, 2, 9, 0, { 0 }, 0 }, { 2, 5, 2, 2, 3, 1, 7, 0, { 0 }, 0 }, { 4, 6, 2, 4, 0, 0, 0, 0, { 0 }, 0 },
};

unsigned
jb2_generic_at(unsigned template)
{
    return templates[template].at_count;
}

#define AT_PRICE 2                           /* times the price of a pixel when its AT pixels are looked up one by one */
#define FILLED_A_STEP 4                      /* pixels of runs of MMR, beside a step for each bit of their codes */
#define MARGIN 8                             /* zeros after a line: no template looks further to the right */

/* Lines with their margins, the current one first. */
struct lines { uint8_t *here, *above, *top; };

/* AT pixels that do not stand at their places. */
static unsigned
at_pixels(const struct jb2_generic *g, const struct template *t, const struct jb2_bitmap *b, const uint8_t *here, uint32_t x, uint32_t y)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < t->at_count; i++) {
        int64_t ax = (int64_t)x + g->at[2 * i], ay = (int64_t)y + g->at[2 * i + 1];
        if (ax >= 0 && ax < b->width && ay >= 0)
            bits |= (unsigned)(ay == y ? here[ax] : b->px[(size_t)ay * b->width + (size_t)ax]) << t->at[i];
    }
    return bits;
}

static void
decode_line(const struct jb2_generic *g, const struct template *t, struct jb2_mq *mq, uint8_t *contexts, const struct jb2_bitmap *b, const struct lines *l,
            uint32_t y)
{
    const uint8_t *skip = g->skip == NULL ? NULL : g->skip->px + (size_t)y * b->width;
    const uint8_t *above_next = l->above + t->above_ahead, *top_next = l->top + t->top_ahead;
    unsigned here_mask = (1u << t->here) - 1, above_mask = (1u << t->above) - 1, top_mask = (1u << t->top) - 1, here = 0, above = 0, top = 0;

    for (unsigned i = 0; i < t->above_ahead; i++)
        above = above << 1 | l->above[i];
    for (unsigned i = 0; i < t->top_ahead; i++)
        top = top << 1 | l->top[i];
    for (uint32_t x = 0; x < b->width; x++) {
        unsigned context, bit = 0;
        above = (above << 1 | above_next[x]) & above_mask;
        top = (top << 1 | top_next[x]) & top_mask;
        context = here | above << t->above_at | top << t->top_at;
        if (t->at_count != 0)
            context |= at_pixels(g, t, b, l->here, x, y);
        if (skip == NULL || skip[x] == 0)
            bit = jb2_bit(mq, &contexts[context]);
        l->here[x] = (uint8_t)bit;
        here = (here << 1 | bit) & here_mask;
    }
}

jy_err
jb2_generic(struct jb2 *j, const struct jb2_generic *g, struct jb2_mq *mq, uint8_t *contexts, struct jb2_bitmap **out)
{
    bool plain = memcmp(g->at, nominal_at[g->template], 2 * templates[g->template].at_count) == 0;
    const struct template *t = plain ? &nominal[g->template] : &templates[g->template];
    uint64_t stride = (uint64_t)g->width + MARGIN;
    uint8_t *margins = NULL;
    bool typical = false;                                    /* LTP */
    jy_err rc;

    if ((rc = jb2_bitmap_new(j, g->width, g->height, out)) != JY_OK || (rc = jb2_hold(j, 3 * stride, &margins)) != JY_OK)
        goto out;
    for (uint32_t y = 0; y < g->height && rc == JY_OK; y++) {
        struct lines l = { margins + y % 3 * stride, margins + (y + 2) % 3 * stride, margins + (y + 1) % 3 * stride };
        if (g->typical && jb2_bit(mq, &contexts[templates[g->template].typical]) != 0)
            typical = !typical;
        if ((rc = jb2_spend(j, (typical ? g->width / 8 : (uint64_t)g->width * (plain ? 1 : AT_PRICE)) + JB2_LINE_STEPS)) != JY_OK)
            break;
        if (typical)
            memcpy(l.here, l.above, g->width);
        else
            decode_line(g, t, mq, contexts, *out, &l, y);
        memcpy((*out)->px + (size_t)y * g->width, l.here, g->width);
        if (mq->past > JB2_PAST_MAX)
            rc = jb2_wrong(j, "the data end before the region does");
    }
out:
    jb2_drop(j, margins, 3 * stride);
    if (rc != JY_OK) {
        jb2_bitmap_free(j, *out);
        *out = NULL;
    }
    return rc;
}

jy_err
jb2_mmr(struct jb2 *j, uint32_t width, uint32_t height, struct bits *in, struct jb2_bitmap **out)
{
    uint8_t *white = NULL;
    jy_err rc;

    *out = NULL;
    if ((rc = jb2_fax(j)) != JY_OK || (rc = jb2_hold(j, width, &white)) != JY_OK || (rc = jb2_bitmap_new(j, width, height, out)) != JY_OK)
        goto out;
    for (uint32_t y = 0; y < height && rc == JY_OK; y++) {
        uint8_t *line = (*out)->px + (size_t)y * width;
        uint64_t at = in->at;
        if ((rc = jb2_spend(j, width / FILLED_A_STEP + JB2_LINE_STEPS)) != JY_OK)
            break;
        if (!fax_line_2d(j->fax, in, y == 0 ? white : line - width, line, width))
            rc = jb2_wrong(j, "MMR data are broken");
        else
            rc = jb2_spend(j, in->at - at);
    }
    if (rc == JY_OK && bits_left(in) >= 24 && bits_peek(in, 24) == EOFB)
        bits_skip(in, 24);
    bits_align(in);
out:
    jb2_drop(j, white, width);
    if (rc != JY_OK) {
        jb2_bitmap_free(j, *out);
        *out = NULL;
    }
    return rc;
}

jy_err
jb2_at_read(struct jb2 *j, struct bits *in, unsigned pixels, int8_t *out)
{
    for (unsigned i = 0; i < pixels; i++) {
        int8_t x = (int8_t)bits_take(in, 8), y = (int8_t)bits_take(in, 8);
        if (y > 0 || (y == 0 && x >= 0))
            return jb2_wrong(j, "an adaptive pixel that is not decoded yet");
        out[2 * i] = x;
        out[2 * i + 1] = y;
    }
    return JY_OK;
}

jy_err
jb2_generic_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out)
{
    struct bits in = { .bytes = data };
    struct jb2_generic g = { 0 };
    uint8_t *contexts = NULL;
    struct jb2_mq mq;
    unsigned flags;
    jy_err rc;

    *out = NULL;
    if ((rc = jb2_region_read(j, &in, r)) != JY_OK)
        return rc;
    flags = bits_take(&in, 8);
    if ((flags & 0xf0) != 0)
        return jb2_refuse(j, "a generic region with the extended template");
    if (h->length == UINT32_MAX) {                           /* 7.2.7: the number of rows follows the data */
        uint32_t rows = data.len < 4 ? 0 : bits_peek(&(struct bits){ .bytes = data, .at = (data.len - 4) * 8 }, 32);
        if (data.len < 4 || rows > r->height)
            return jb2_wrong(j, "a region with more rows than were announced");
        r->height = rows;
        in.bytes.len -= 4;
    }
    g.width = r->width;
    g.height = r->height;
    if ((flags & 1) != 0)
        return jb2_mmr(j, g.width, g.height, &in, out);
    g.template = flags >> 1 & 3;
    g.typical = (flags & 8) != 0;
    if ((rc = jb2_at_read(j, &in, jb2_generic_at(g.template), g.at)) != JY_OK)
        return rc;
    if (in.past)
        return jb2_wrong(j, "a region without data");
    if ((rc = jb2_hold(j, JB2_GENERIC_CONTEXTS, &contexts)) != JY_OK)
        return rc;
    jb2_mq_begin(&mq, bits_rest(&in));
    rc = jb2_generic(j, &g, &mq, contexts, out);
    jb2_drop(j, contexts, JB2_GENERIC_CONTEXTS);
    return rc;
}

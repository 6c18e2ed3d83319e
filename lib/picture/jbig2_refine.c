/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: refinement of a bitmap by a reference (T.88 6.3), and its segments (7.4.7). */
#include "picture/jbig2.h"

#include <stdlib.h>

static const uint16_t typical_context[2] = { 0x0010, 0x0008 };  /* figures 14 and 15: the reference pixel in the middle alone */

static inline unsigned
pixel(const struct jb2_bitmap *b, int64_t x, int64_t y)
{
    return x >= 0 && y >= 0 && x < b->width && y < b->height ? b->px[(size_t)y * b->width + (size_t)x] : 0;
}

/* Three pixels of a row around x, moved on with it. */
struct row { const uint8_t *px; uint32_t width; unsigned three; };

static void
row_begin(struct row *row, const struct jb2_bitmap *b, int64_t y, int64_t x)
{
    row->px = y >= 0 && y < b->height ? b->px + (size_t)y * b->width : NULL;
    row->width = b->width;
    row->three = pixel(b, x - 1, y) << 1 | pixel(b, x, y);
}

static inline unsigned
row_step(struct row *row, int64_t x)
{
    row->three = (row->three << 1 | (row->px != NULL && x + 1 >= 0 && x + 1 < row->width ? row->px[x + 1] : 0u)) & 7;
    return row->three;
}

static void
refine_line(const struct jb2_refinement *r, struct jb2_mq *mq, uint8_t *contexts, struct jb2_bitmap *b, uint32_t y, bool typical)
{
    const struct jb2_bitmap *ref = r->reference;
    uint8_t *px = b->px + (size_t)y * b->width;
    struct row above, rows[3];
    unsigned left = 0;

    row_begin(&above, b, (int64_t)y - 1, 0);
    for (int i = 0; i < 3; i++)
        row_begin(&rows[i], ref, (int64_t)y - r->dy - 1 + i, -r->dx);
    for (uint32_t x = 0; x < b->width; x++) {
        int64_t rx = (int64_t)x - r->dx;
        unsigned over = row_step(&above, x), top = row_step(&rows[0], rx), middle = row_step(&rows[1], rx), bottom = row_step(&rows[2], rx), context;
        if (typical && top == middle && middle == bottom && (top == 0 || top == 7)) {          /* 6.3.5.6: TPGRPIX */
            px[x] = top & 1;
        } else {
            if (r->template == 0)                            /* figure 12, in reading order */
                context = pixel(b, (int64_t)x + r->at[0], (int64_t)y + r->at[1]) << 12 | (over & 3) << 10 | left << 9 |
                          pixel(ref, rx + r->at[2], (int64_t)y - r->dy + r->at[3]) << 8 | (top & 3) << 6 | middle << 3 | bottom;
            else                                             /* figure 13 */
                context = over << 7 | left << 6 | (top >> 1 & 1) << 5 | middle << 2 | (bottom & 3);
            px[x] = (uint8_t)jb2_bit(mq, &contexts[context]);
        }
        left = px[x];
    }
}

jy_err
jb2_refine(struct jb2 *j, const struct jb2_refinement *r, struct jb2_mq *mq, uint8_t *contexts, struct jb2_bitmap **out)
{
    bool typical = false;                                    /* LTP */
    jy_err rc;

    if ((rc = jb2_bitmap_new(j, r->width, r->height, out)) != JY_OK)
        return rc;
    for (uint32_t y = 0; y < r->height && rc == JY_OK; y++) {
        if (r->typical && jb2_bit(mq, &contexts[typical_context[r->template]]) != 0)
            typical = !typical;
        if ((rc = jb2_spend(j, (uint64_t)r->width * 2 + JB2_LINE_STEPS)) != JY_OK)
            break;
        refine_line(r, mq, contexts, *out, y, typical);
        if (mq->past > JB2_PAST_MAX)
            rc = jb2_wrong(j, "the data end before the refinement does");
    }
    if (rc != JY_OK) {
        jb2_bitmap_free(j, *out);
        *out = NULL;
    }
    return rc;
}

jy_err
jb2_refinement_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out)
{
    struct bits in = { .bytes = data };
    struct jb2_refinement f = { 0 };
    struct jb2_segment *referred = jb2_referred(j, h, JB2_REGION, 0);
    struct jb2_bitmap *reference = NULL;
    uint8_t *contexts = NULL;
    struct jb2_mq mq;
    unsigned flags;
    jy_err rc;

    *out = NULL;
    if ((rc = jb2_region_read(j, &in, r)) != JY_OK)
        return rc;
    flags = bits_take(&in, 8);
    f.template = flags & 1;
    f.typical = (flags & 2) != 0;
    f.width = r->width;
    f.height = r->height;
    if (f.template == 0) {
        if ((rc = jb2_at_read(j, &in, 1, f.at)) != JY_OK)
            return rc;
        f.at[2] = (int8_t)bits_take(&in, 8);                 /* of the reference any pixel will do */
        f.at[3] = (int8_t)bits_take(&in, 8);
    }
    if (in.past)
        return jb2_wrong(j, "a region without data");
    if (referred != NULL && (referred->region->width != r->width || referred->region->height != r->height))
        return jb2_wrong(j, "a refinement of a region of another size");
    if (referred != NULL)
        reference = jb2_bitmap_share(referred->region);
    else if (j->page == NULL)                                /* 7.4.7.5: what the page has there */
        return jb2_wrong(j, "a refinement without a page");
    else if ((rc = jb2_bitmap_cut(j, j->page, r->x, r->y, r->width, r->height, &reference)) != JY_OK)
        goto out;
    f.reference = reference;
    if ((rc = jb2_hold(j, JB2_REFINEMENT_CONTEXTS, &contexts)) != JY_OK)
        goto out;
    jb2_mq_begin(&mq, bits_rest(&in));
    rc = jb2_refine(j, &f, &mq, contexts, out);
out:
    jb2_bitmap_free(j, reference);
    jb2_drop(j, contexts, JB2_REFINEMENT_CONTEXTS);
    return rc;
}

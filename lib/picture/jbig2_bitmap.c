/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: the budget of a picture, and bitmaps. */
#include "picture/jbig2.h"

#include <stdlib.h>
#include <string.h>

#define COMPOSED_A_STEP 4                    /* pixels composed in the time of one decoded */
#define HOLD_STEPS 32u                       /* of asking for memory and giving it back */
#define ZEROED_A_STEP 32u                    /* bytes of it */

jy_err
jb2_wrong(struct jb2 *j, const char *text)
{
    return jy_fail(j->fault, JY_E_FORMAT, "JBIG2", j->at, "%s", text);
}

jy_err
jb2_refuse(struct jb2 *j, const char *text)
{
    return jy_fail(j->fault, JY_E_UNSUPPORTED, "JBIG2", j->at, "%s", text);
}

jy_err
jb2_spend(struct jb2 *j, uint64_t steps)
{
    if (steps > j->work_max - j->work)
        return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "more than %llu steps of decoding", (unsigned long long)j->work_max);
    j->work += steps;
    return JY_OK;
}

jy_err
jb2_hold(struct jb2 *j, uint64_t bytes, void *out)
{
    void *p = NULL;
    jy_err rc;

    memcpy(out, &p, sizeof(p));
    if (bytes > j->held_max - j->held)
        return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "more than %llu bytes of bitmaps", (unsigned long long)j->held_max);
    if ((rc = jb2_spend(j, HOLD_STEPS + bytes / ZEROED_A_STEP)) != JY_OK)
        return rc;
    if ((p = calloc(1, bytes == 0 ? 1 : (size_t)bytes)) == NULL)
        return jy_fail(j->fault, JY_E_NOMEM, "JBIG2", j->at, "no memory");
    j->held += bytes;
    memcpy(out, &p, sizeof(p));
    return JY_OK;
}

void
jb2_drop(struct jb2 *j, void *p, uint64_t bytes)
{
    if (p != NULL)
        j->held -= bytes;
    free(p);
}

jy_err
jb2_bitmap_new(struct jb2 *j, uint64_t width, uint64_t height, struct jb2_bitmap **out)
{
    jy_err rc;

    *out = NULL;
    /* Symbols and patterns that are coded beside each other may be wider than a picture. */
    if (width > JY_PICTURE_PIXELS_MAX || height > JY_PICTURE_SIDE_MAX || width * height > JY_PICTURE_PIXELS_MAX)
        return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "a bitmap of %llu × %llu pixels", (unsigned long long)width, (unsigned long long)height);
    if ((rc = jb2_hold(j, sizeof(**out) + width * height, out)) != JY_OK)
        return rc;
    (*out)->width = (uint32_t)width;
    (*out)->height = (uint32_t)height;
    (*out)->users = 1;
    return JY_OK;
}

struct jb2_bitmap *
jb2_bitmap_share(struct jb2_bitmap *b)
{
    b->users++;
    return b;
}

void
jb2_bitmap_free(struct jb2 *j, struct jb2_bitmap *b)
{
    if (b != NULL && --b->users == 0)
        jb2_drop(j, b, sizeof(*b) + (uint64_t)b->width * b->height);
}

jy_err
jb2_bitmap_cut(struct jb2 *j, const struct jb2_bitmap *from, int64_t x, int64_t y, uint32_t width, uint32_t height, struct jb2_bitmap **out)
{
    jy_err rc = jb2_bitmap_new(j, width, height, out);

    return rc != JY_OK ? rc : jb2_compose(j, *out, from, -x, -y, JB2_REPLACE);
}

static void
combine(uint8_t *to, const uint8_t *from, size_t n, enum jb2_op op)
{
    switch (op) {
    case JB2_OR:
        for (size_t i = 0; i < n; i++)
            to[i] |= from[i];
        break;
    case JB2_AND:
        for (size_t i = 0; i < n; i++)
            to[i] &= from[i];
        break;
    case JB2_XOR:
        for (size_t i = 0; i < n; i++)
            to[i] ^= from[i];
        break;
    case JB2_XNOR:
        for (size_t i = 0; i < n; i++)
            to[i] = to[i] == from[i];
        break;
    default:
        memcpy(to, from, n);
    }
}

jy_err
jb2_compose(struct jb2 *j, struct jb2_bitmap *to, const struct jb2_bitmap *from, int64_t x, int64_t y, enum jb2_op op)
{
    int64_t x0 = x < 0 ? 0 : x, y0 = y < 0 ? 0 : y, x1 = x + from->width, y1 = y + from->height;
    jy_err rc;

    x1 = x1 < to->width ? x1 : to->width;
    y1 = y1 < to->height ? y1 : to->height;
    if (x0 >= x1 || y0 >= y1)
        return JY_OK;
    if ((rc = jb2_spend(j, (uint64_t)((x1 - x0) * (y1 - y0) / COMPOSED_A_STEP + (y1 - y0) * 2))) != JY_OK)
        return rc;
    for (int64_t row = y0; row < y1; row++)
        combine(to->px + row * to->width + x0, from->px + (row - y) * from->width + (x0 - x), (size_t)(x1 - x0), op);
    return JY_OK;
}

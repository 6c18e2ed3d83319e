/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: headers of segments and regions (T.88 7.2, 7.4.1), and what a segment refers to. */
#include "picture/jbig2.h"

#include <stdlib.h>

#define REFERS_MAX 4096u                     /* segments that one may name */

jy_err
jb2_header_read(struct jb2 *j, struct bits *in, struct jb2_header *out)
{
    unsigned flags;
    uint64_t retained;

    j->at = (size_t)(in->at / 8);
    *out = (struct jb2_header){ .number = bits_take(in, 32) };
    flags = bits_take(in, 8);
    out->type = flags & 63;
    out->refer_count = bits_take(in, 3);
    if (out->refer_count == 7) {                             /* 7.2.4: the long form */
        out->refer_count = bits_take(in, 29);
        retained = (uint64_t)out->refer_count / 8 + 1;
        if (out->refer_count > REFERS_MAX)
            return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "a segment that refers to %u others", out->refer_count);
        bits_skip(in, retained * 8);
    } else {
        bits_skip(in, 5);
        if (out->refer_count > 4)
            return jb2_wrong(j, "the count of segments referred to");
    }
    out->refer_size = out->number <= 256 ? 1 : out->number <= 65536 ? 2 : 4;
    out->refers = bits_rest(in).p;
    bits_skip(in, (uint64_t)out->refer_count * out->refer_size * 8);
    out->page = bits_take(in, (flags & 64) != 0 ? 32 : 8);
    out->length = bits_take(in, 32);
    return in->past ? jb2_wrong(j, "a segment header is cut off") : JY_OK;
}

static uint32_t
refers_to(const struct jb2_header *h, uint32_t i)
{
    const uint8_t *p = h->refers + (size_t)i * h->refer_size;
    uint32_t n = 0;

    for (unsigned k = 0; k < h->refer_size; k++)
        n = n << 8 | p[k];
    return n;
}

static struct jb2_segment *
by_number(const struct jb2 *j, uint32_t number)
{
    size_t low = 0, high = j->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (j->segments[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < j->count && j->segments[low].number == number ? &j->segments[low] : NULL;
}

struct jb2_segment *
jb2_referred(struct jb2 *j, const struct jb2_header *h, enum jb2_kind kind, uint32_t n)
{
    for (uint32_t i = 0; i < h->refer_count; i++) {
        struct jb2_segment *s = by_number(j, refers_to(h, i));
        if (s != NULL && s->kind == kind && n-- == 0)
            return s;
    }
    return NULL;
}

struct jb2_segment *
jb2_referred_last(struct jb2 *j, const struct jb2_header *h, enum jb2_kind kind)
{
    for (uint32_t i = h->refer_count; i-- > 0;) {
        struct jb2_segment *s = by_number(j, refers_to(h, i));
        if (s != NULL && s->kind == kind)
            return s;
    }
    return NULL;
}

jy_err
jb2_symbols_referred(struct jb2 *j, const struct jb2_header *h, uint32_t more, struct jb2_bitmap ***out, uint32_t *count)
{
    uint64_t total = more;
    uint32_t at = 0;
    jy_err rc;

    *out = NULL;
    for (uint32_t i = 0; i < h->refer_count; i++) {
        struct jb2_segment *s = by_number(j, refers_to(h, i));
        if (s == NULL)
            return jb2_wrong(j, "a segment that is referred to is missing");
        total += s->kind == JB2_SYMBOLS ? s->symbols->count : 0;
    }
    if (total > JY_JBIG2_SYMBOLS_MAX)
        return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "%llu symbols, %d are read", (unsigned long long)total, (int)JY_JBIG2_SYMBOLS_MAX);
    if ((rc = jb2_spend(j, total + h->refer_count * JB2_REFERRED_STEPS)) != JY_OK || (rc = jb2_hold(j, total * sizeof(**out), out)) != JY_OK)
        return rc;
    for (uint32_t i = 0; i < h->refer_count; i++) {
        const struct jb2_segment *s = by_number(j, refers_to(h, i));
        for (uint32_t k = 0; s->kind == JB2_SYMBOLS && k < s->symbols->count; k++)
            (*out)[at++] = s->symbols->list[k];
    }
    *count = at;
    return JY_OK;
}

jy_err
jb2_table_select(struct jb2 *j, const struct jb2_header *h, unsigned standard, uint32_t *next_user, struct jb2_table **own, const struct jb2_table **out)
{
    struct jb2_segment *s;
    jy_err rc;

    if (standard != 0) {
        rc = jb2_table_standard(j, standard, own);
        *out = *own;
        return rc;
    }
    if ((rc = jb2_spend(j, h->refer_count * JB2_REFERRED_STEPS)) != JY_OK)
        return rc;
    if ((s = jb2_referred(j, h, JB2_TABLE, (*next_user)++)) == NULL)
        return jb2_wrong(j, "a Huffman table is missing");
    *out = s->table;
    return JY_OK;
}

jy_err
jb2_region_read(struct jb2 *j, struct bits *in, struct jb2_region *out)
{
    unsigned flags;

    out->width = bits_take(in, 32);
    out->height = bits_take(in, 32);
    out->x = bits_take(in, 32);
    out->y = bits_take(in, 32);
    flags = bits_take(in, 8);
    if (in->past)
        return jb2_wrong(j, "a region is cut off");
    if ((flags & 0xf8) != 0)
        return jb2_refuse(j, "a region in colour");
    if ((flags & 7) >= JB2_OPS)
        return jb2_wrong(j, "a combination operator that is not defined");
    out->op = flags & 7;
    return JY_OK;
}

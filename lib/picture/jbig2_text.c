/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: text regions (T.88 6.4), and their segments (7.4.3). */
#include "picture/jbig2.h"

#include <stdlib.h>
#include <string.h>

#define INSTANCE_STEPS 128u                  /* its integers, at their longest, about; those of its refinement likewise */
enum { BOTTOM_LEFT = 0, TOP_LEFT, BOTTOM_RIGHT, TOP_RIGHT };
enum { RUN_CODES = 35 };

static const int integers[JB2_TEXT_TABLES] = { [JB2_FS] = IAFS, [JB2_DS] = IADS, [JB2_DT] = IADT, [JB2_RDW] = IARDW, [JB2_RDH] = IARDH, [JB2_RDX] = IARDX,
                                               [JB2_RDY] = IARDY };

static enum jb2_got
number(const struct jb2_text *t, int which, int32_t *out)
{
    return t->huffman ? jb2_huffman(t->tables[which], t->in, out) : jb2_integer(t->arith, integers[which], out);
}

jy_err
jb2_refine_symbol(struct jb2 *j, const struct jb2_text *t, const struct jb2_refinement *r, struct jb2_bitmap **out)
{
    struct jb2_mq mq;
    int32_t size;
    jy_err rc;

    if (!t->huffman)
        return jb2_refine(j, r, &t->arith->mq, t->contexts, out);
    if (jb2_huffman(t->tables[JB2_RSIZE], t->in, &size) != JB2_VALUE)
        return jb2_wrong(j, "the size of a refinement");
    bits_align(t->in);
    if (size < 0 || (size_t)size > bits_rest(t->in).len)
        return jb2_wrong(j, "a refinement is cut off");
    jb2_mq_begin(&mq, JY_SLICE(bits_rest(t->in).p, (size_t)size));
    rc = jb2_refine(j, r, &mq, t->contexts, out);
    bits_skip(t->in, (uint64_t)size * 8);
    return rc;
}

/* 6.4.11: *out is the symbol's own bitmap or a refined one; the caller frees it. */
static jy_err
instance_bitmap(struct jb2 *j, const struct jb2_text *t, struct jb2_bitmap **out)
{
    struct jb2_refinement r = { .template = t->rtemplate };
    int32_t id = 0, refined = 0, d[4];                       /* RDW, RDH, RDX, RDY */
    jy_err rc;

    *out = NULL;
    if (!t->huffman)
        id = (int32_t)jb2_id(t->arith);
    else if (jb2_huffman(t->ids, t->in, &id) != JB2_VALUE)
        return jb2_wrong(j, "a symbol's number");
    if (id < 0 || (uint32_t)id >= t->symbol_count)
        return jb2_wrong(j, "a symbol that does not exist");
    if (t->refine && t->huffman)
        refined = (int32_t)bits_take(t->in, 1);
    else if (t->refine && jb2_integer(t->arith, IARI, &refined) != JB2_VALUE)
        return jb2_wrong(j, "whether a symbol is refined");
    if (refined == 0) {
        *out = jb2_bitmap_share(t->symbols[id]);
        return JY_OK;
    }
    if ((rc = jb2_spend(j, INSTANCE_STEPS)) != JY_OK)
        return rc;
    for (int i = 0; i < 4; i++)
        if (number(t, JB2_RDW + i, &d[i]) != JB2_VALUE)
            return jb2_wrong(j, "the place of a refinement");
    r.reference = t->symbols[id];
    if ((int64_t)r.reference->width + d[0] < 0 || (int64_t)r.reference->height + d[1] < 0 || (int64_t)r.reference->width + d[0] > JY_PICTURE_SIDE_MAX ||
        (int64_t)r.reference->height + d[1] > JY_PICTURE_SIDE_MAX)
        return jb2_wrong(j, "the size of a refined symbol");
    r.width = (uint32_t)((int64_t)r.reference->width + d[0]);
    r.height = (uint32_t)((int64_t)r.reference->height + d[1]);
    r.dx = (int64_t)(d[0] >> 1) + d[2];
    r.dy = (int64_t)(d[1] >> 1) + d[3];
    memcpy(r.at, t->rat, sizeof(r.at));
    return jb2_refine_symbol(j, t, &r, out);
}

/* One instance at *s (6.4.5 3 c), which moves on by it. */
static jy_err
draw_instance(struct jb2 *j, const struct jb2_text *t, int64_t strip, int64_t *s, struct jb2_bitmap *region)
{
    struct jb2_bitmap *symbol;
    int32_t within = 0;
    int64_t along, x, y;
    bool before;
    jy_err rc;

    if ((rc = jb2_spend(j, INSTANCE_STEPS)) != JY_OK)
        return rc;
    if (t->log_strips != 0 && t->huffman)
        within = (int32_t)bits_take(t->in, t->log_strips);
    else if (t->log_strips != 0 && jb2_integer(t->arith, IAIT, &within) != JB2_VALUE)
        return jb2_wrong(j, "the place of a symbol in its strip");
    if ((rc = instance_bitmap(j, t, &symbol)) != JY_OK)
        return rc;
    along = t->transposed ? (int64_t)symbol->height - 1 : (int64_t)symbol->width - 1;
    before = t->transposed ? t->corner == BOTTOM_LEFT || t->corner == BOTTOM_RIGHT : t->corner == TOP_RIGHT || t->corner == BOTTOM_RIGHT;
    *s += before ? along : 0;
    x = t->transposed ? strip + within : *s;
    y = t->transposed ? *s : strip + within;
    if (t->corner == TOP_RIGHT || t->corner == BOTTOM_RIGHT)
        x -= (int64_t)symbol->width - 1;
    if (t->corner == BOTTOM_LEFT || t->corner == BOTTOM_RIGHT)
        y -= (int64_t)symbol->height - 1;
    rc = jb2_compose(j, region, symbol, x, y, t->op);
    *s += before ? 0 : along;
    jb2_bitmap_free(j, symbol);
    return rc;
}

/* A strip: its first instance, then others until OOB. */
static jy_err
draw_strip(struct jb2 *j, const struct jb2_text *t, int64_t strip, int64_t *first, uint32_t *done, struct jb2_bitmap *region)
{
    enum jb2_got got;
    int32_t by;
    int64_t s;
    jy_err rc;

    if (number(t, JB2_FS, &by) != JB2_VALUE)
        return jb2_wrong(j, "the place of a strip's first symbol");
    *first += by;
    for (s = *first;; s += (int64_t)by + t->offset) {
        if (*done == t->instances)
            return jb2_wrong(j, "more symbols than were announced");
        if ((rc = draw_instance(j, t, strip, &s, region)) != JY_OK)
            return rc;
        ++*done;
        if ((got = number(t, JB2_DS, &by)) == JB2_OOB)
            return JY_OK;
        if (got == JB2_BROKEN)
            return jb2_wrong(j, "the place of a symbol");
    }
}

jy_err
jb2_text(struct jb2 *j, const struct jb2_text *t, struct jb2_bitmap **out)
{
    int64_t strip, first = 0;
    uint32_t done = 0;
    int32_t by;
    jy_err rc;

    if ((rc = jb2_bitmap_new(j, t->width, t->height, out)) != JY_OK)
        return rc;
    memset((*out)->px, t->default_pixel, (size_t)t->width * t->height);
    if (number(t, JB2_DT, &by) != JB2_VALUE)
        rc = jb2_wrong(j, "where the strips begin");
    strip = -((int64_t)by << t->log_strips);
    while (rc == JY_OK && done < t->instances) {
        if (number(t, JB2_DT, &by) != JB2_VALUE) {
            rc = jb2_wrong(j, "where a strip begins");
            break;
        }
        strip += (int64_t)by << t->log_strips;
        rc = draw_strip(j, t, strip, &first, &done, *out);
    }
    if (rc != JY_OK) {
        jb2_bitmap_free(j, *out);
        *out = NULL;
    }
    return rc;
}

/* 7.4.3.1.7: the lengths of the symbols' codes, themselves in run codes. */
static jy_err
read_ids(struct jb2 *j, struct bits *in, uint32_t count, struct jb2_table **out)
{
    static const struct { unsigned bits; uint32_t from; } repeats[] = { { 2, 3 }, { 3, 3 }, { 7, 11 } };   /* run codes 32, 33, 34 */
    struct jb2_line runs[RUN_CODES], *lines = NULL;
    struct jb2_table *table = NULL;
    uint64_t size = (uint64_t)count * sizeof(*lines);
    uint32_t at = 0;
    int32_t code;
    jy_err rc;

    for (int i = 0; i < RUN_CODES; i++)
        runs[i] = (struct jb2_line){ i, (uint8_t)bits_take(in, 4), 0, JB2_LINE };
    if ((rc = jb2_table_new(j, runs, RUN_CODES, &table)) != JY_OK || (rc = jb2_hold(j, size, &lines)) != JY_OK || (rc = jb2_spend(j, count)) != JY_OK)
        goto out;
    while (at < count) {
        uint32_t n = 1, length;
        if (jb2_huffman(table, in, &code) != JB2_VALUE || (code == 32 && at == 0)) {
            rc = jb2_wrong(j, "the codes of the symbols");
            goto out;
        }
        length = code < 32 ? (uint32_t)code : code == 32 ? lines[at - 1].prefix : 0;
        if (code >= 32)
            n = bits_take(in, repeats[code - 32].bits) + repeats[code - 32].from;
        if (n > count - at) {
            rc = jb2_wrong(j, "more codes than symbols");
            goto out;
        }
        for (; n > 0; n--, at++)
            lines[at] = (struct jb2_line){ (int32_t)at, (uint8_t)length, 0, JB2_LINE };
    }
    bits_align(in);
    rc = jb2_table_new(j, lines, count, out);
out:
    jb2_drop(j, lines, size);
    jb2_table_free(j, table);
    return rc;
}

/* 7.4.3.1.2: which table serves for what. 0 is one of the file's own, 255 none. */
static const struct { int which; unsigned shift, mask; uint8_t tables[4]; } selectors[] = {
    { JB2_FS, 0, 3, { 6, 7, 255, 0 } },   { JB2_DS, 2, 3, { 8, 9, 10, 0 } },    { JB2_DT, 4, 3, { 11, 12, 13, 0 } },  { JB2_RDW, 6, 3, { 14, 15, 255, 0 } },
    { JB2_RDH, 8, 3, { 14, 15, 255, 0 } }, { JB2_RDX, 10, 3, { 14, 15, 255, 0 } }, { JB2_RDY, 12, 3, { 14, 15, 255, 0 } }, { JB2_RSIZE, 14, 1, { 1, 0, 0, 0 } },
};

jy_err
jb2_text_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out)
{
    struct bits in = { .bytes = data };
    struct jb2_table *own[JB2_TEXT_TABLES] = { NULL }, *ids = NULL;
    struct jb2_bitmap **symbols = NULL;
    struct jb2_text t = { .in = &in };
    unsigned flags, tables = 0, id_bits = 0;
    uint32_t next = 0;
    jy_err rc;

    *out = NULL;
    if ((rc = jb2_region_read(j, &in, r)) != JY_OK)
        return rc;
    flags = bits_take(&in, 16);
    t.huffman = (flags & 1) != 0;
    t.refine = (flags & 2) != 0;
    t.log_strips = flags >> 2 & 3;
    t.corner = flags >> 4 & 3;
    t.transposed = (flags & 64) != 0;
    t.op = flags >> 7 & 3;
    t.default_pixel = flags >> 9 & 1;
    t.offset = (int8_t)((int)(flags >> 10 & 31) - ((flags & 0x4000) != 0 ? 32 : 0));
    t.rtemplate = flags >> 15 & 1;
    t.width = r->width;
    t.height = r->height;
    if (t.huffman)
        tables = bits_take(&in, 16);
    if (t.refine && t.rtemplate == 0) {
        if ((rc = jb2_at_read(j, &in, 1, t.rat)) != JY_OK)
            return rc;
        t.rat[2] = (int8_t)bits_take(&in, 8);
        t.rat[3] = (int8_t)bits_take(&in, 8);
    }
    t.instances = bits_take(&in, 32);
    if (in.past)
        return jb2_wrong(j, "a text region is cut off");
    if ((rc = jb2_symbols_referred(j, h, 0, &symbols, &t.symbol_count)) != JY_OK)
        return rc;
    t.symbols = symbols;
    for (size_t i = 0; rc == JY_OK && t.huffman && i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        uint8_t table = selectors[i].tables[tables >> selectors[i].shift & selectors[i].mask];
        int which = selectors[i].which;
        rc = table == 255 ? jb2_wrong(j, "a Huffman table that is not defined") : jb2_table_select(j, h, table, &next, &own[which], &t.tables[which]);
    }
    if (rc == JY_OK && t.huffman && (rc = read_ids(j, &in, t.symbol_count, &ids)) == JY_OK)
        t.ids = ids;
    while (UINT64_C(1) << id_bits < t.symbol_count)
        id_bits++;
    if (rc == JY_OK && t.refine)
        rc = jb2_hold(j, JB2_REFINEMENT_CONTEXTS, &t.contexts);
    if (rc == JY_OK && !t.huffman)
        rc = jb2_arith_new(j, bits_rest(&in), id_bits, &t.arith);
    if (rc == JY_OK)
        rc = jb2_text(j, &t, out);
    jb2_arith_free(j, t.arith);
    jb2_drop(j, t.contexts, JB2_REFINEMENT_CONTEXTS);
    jb2_drop(j, symbols, (uint64_t)t.symbol_count * sizeof(*symbols));
    jb2_table_free(j, ids);
    for (size_t i = 0; i < JB2_TEXT_TABLES; i++)
        jb2_table_free(j, own[i]);
    return rc;
}

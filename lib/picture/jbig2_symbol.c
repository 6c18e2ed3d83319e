/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: symbol dictionaries (T.88 6.5), and their segments (7.4.2). */
#include "picture/jbig2.h"

#include <stdlib.h>
#include <string.h>

#define SYMBOL_STEPS 64u                     /* its integers, about */
#define AGGREGATE_STEPS 128u                 /* those of a symbol made of others, beside them */
#define RUN_STEPS 32u                        /* one of those that say what is exported */

enum { DH, DW, BMSIZE, AGGINST, TABLES };
static const int integers[TABLES] = { [DH] = IADH, [DW] = IADW, [AGGINST] = IAAI };

struct dictionary {                          /* table 13 */
    bool huffman, refagg;
    uint8_t template, rtemplate;
    int8_t at[8];
    uint32_t in_count, new_count, exported;
    struct jb2_bitmap **symbols;             /* those that came in, not owned, then the new ones, owned */
    uint32_t *widths;                        /* of the new ones of a height class whose bitmap comes as a whole */
    const struct jb2_table *tables[TABLES], *runs;
    struct bits *in;
    struct jb2_arith *arith;
    uint8_t *generic, *refinement;           /* contexts */
    unsigned id_bits;
    struct jb2_text text;                    /* of aggregates (table 17); its rat is this dictionary's too */
};

static enum jb2_got
number(const struct dictionary *d, int which, int32_t *out)
{
    return d->huffman ? jb2_huffman(d->tables[which], d->in, out) : jb2_integer(d->arith, integers[which], out);
}

/* 6.5.8.2.2: one symbol, refined. */
static jy_err
refined_symbol(struct jb2 *j, const struct dictionary *d, uint32_t done, uint32_t width, uint32_t height, struct jb2_bitmap **out)
{
    struct jb2_refinement r = { .width = width, .height = height, .template = d->rtemplate };
    uint32_t id = d->huffman ? bits_take(d->in, d->id_bits) : jb2_id(d->arith);
    int32_t by[2];

    for (int i = 0; i < 2; i++)
        if ((d->huffman ? jb2_huffman(d->text.tables[JB2_RDX + i], d->in, &by[i]) : jb2_integer(d->arith, IARDX + i, &by[i])) != JB2_VALUE)
            return jb2_wrong(j, "the place of a refinement");
    if (id >= d->in_count + done)
        return jb2_wrong(j, "a symbol that does not exist");
    r.reference = d->symbols[id];
    r.dx = by[0];
    r.dy = by[1];
    memcpy(r.at, d->text.rat, sizeof(r.at));
    return jb2_refine_symbol(j, &d->text, &r, out);
}

/* 6.5.8 */
static jy_err
one_symbol(struct jb2 *j, struct dictionary *d, uint32_t done, uint32_t width, uint32_t height, struct jb2_bitmap **out)
{
    struct jb2_generic g = { .width = width, .height = height, .template = d->template };
    int32_t instances;

    if (!d->refagg) {
        memcpy(g.at, d->at, sizeof(g.at));
        return jb2_generic(j, &g, &d->arith->mq, d->generic, out);
    }
    if (number(d, AGGINST, &instances) != JB2_VALUE || instances < 1)
        return jb2_wrong(j, "the number of symbols in an aggregate");
    if (instances == 1)
        return refined_symbol(j, d, done, width, height, out);
    d->text.width = width;
    d->text.height = height;
    d->text.instances = (uint32_t)instances;
    d->text.symbols = d->symbols;
    d->text.symbol_count = d->in_count + done;
    return jb2_text(j, &d->text, out);
}

/* 6.5.9: the bitmaps of a height class beside each other, by MMR or as they are. */
static jy_err
collective(struct jb2 *j, struct dictionary *d, uint32_t from, uint32_t to, uint64_t width, uint32_t height)
{
    struct jb2_bitmap *all = NULL;
    struct bits mmr;
    int32_t size;
    int64_t x = 0;
    jy_err rc;

    if (number(d, BMSIZE, &size) != JB2_VALUE || size < 0)
        return jb2_wrong(j, "the size of a height class");
    bits_align(d->in);
    if (width > UINT32_MAX || (uint64_t)size * 8 > bits_left(d->in))
        return jb2_wrong(j, "a height class is cut off");
    if (size != 0) {
        mmr = (struct bits){ .bytes = JY_SLICE(bits_rest(d->in).p, (size_t)size) };
        bits_skip(d->in, (uint64_t)size * 8);
        rc = jb2_mmr(j, (uint32_t)width, height, &mmr, &all);
    } else if ((rc = jb2_bitmap_new(j, width, height, &all)) == JY_OK && (rc = jb2_spend(j, width * height)) == JY_OK) {
        for (uint32_t y = 0; y < height; y++, bits_align(d->in))
            for (uint32_t i = 0; i < width; i++)
                all->px[(size_t)y * (size_t)width + i] = (uint8_t)bits_take(d->in, 1);
        if (d->in->past)
            rc = jb2_wrong(j, "a height class is cut off");
    }
    for (uint32_t i = from; rc == JY_OK && i < to; i++) {
        rc = jb2_bitmap_cut(j, all, x, 0, d->widths[i], height, &d->symbols[d->in_count + i]);
        x += d->widths[i];
    }
    jb2_bitmap_free(j, all);
    return rc;
}

/* 6.5.5 */
static jy_err
decode_symbols(struct jb2 *j, struct dictionary *d)
{
    uint32_t done = 0;
    int64_t height = 0;
    int32_t by;
    jy_err rc;

    while (done < d->new_count) {
        uint32_t first = done;
        int64_t width = 0, total = 0;
        enum jb2_got got;
        if (number(d, DH, &by) != JB2_VALUE || (height += by) < 0 || height > JY_PICTURE_SIDE_MAX)
            return jb2_wrong(j, "the height of a symbol");
        while ((got = number(d, DW, &by)) == JB2_VALUE) {
            if (done == d->new_count || (width += by) < 0 || width > JY_PICTURE_SIDE_MAX)
                return jb2_wrong(j, "the width of a symbol, or more symbols than were announced");
            if ((rc = jb2_spend(j, SYMBOL_STEPS + (d->refagg ? AGGREGATE_STEPS : 0))) != JY_OK)
                return rc;
            if (d->widths != NULL)
                d->widths[done] = (uint32_t)width;
            else if ((rc = one_symbol(j, d, done, (uint32_t)width, (uint32_t)height, &d->symbols[d->in_count + done])) != JY_OK)
                return rc;
            total += width;
            done++;
        }
        if (got == JB2_BROKEN)
            return jb2_wrong(j, "the width of a symbol");
        if (first == done && (rc = jb2_spend(j, SYMBOL_STEPS)) != JY_OK)
            return rc;
        if (d->widths != NULL && (rc = collective(j, d, first, done, (uint64_t)total, (uint32_t)height)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

/* 6.5.10: runs of symbols that are kept, and not, in turn. */
static jy_err
export_symbols(struct jb2 *j, const struct dictionary *d, struct jb2_symbols **out)
{
    uint32_t total = d->in_count + d->new_count, at = 0, idle = 0;
    struct jb2_symbols *s;
    bool keep = false;
    int32_t run;
    jy_err rc;

    if (d->exported > total)
        return jb2_wrong(j, "more symbols exported than there are");
    if ((rc = jb2_hold(j, sizeof(*s) + (uint64_t)d->exported * sizeof(s->list[0]), &s)) != JY_OK)
        return rc;
    s->count = d->exported;
    for (uint32_t count = 0; at < total || count < d->exported; keep = !keep) {
        enum jb2_got got = d->huffman ? jb2_huffman(d->runs, d->in, &run) : jb2_integer(d->arith, IAEX, &run);
        if ((rc = jb2_spend(j, RUN_STEPS)) != JY_OK)
            break;
        idle = got == JB2_VALUE && run == 0 ? idle + 1 : 0;
        if (got != JB2_VALUE || run < 0 || (uint32_t)run > total - at || (keep && (uint32_t)run > d->exported - count) || idle > 4) {
            rc = jb2_wrong(j, "which symbols are exported");
            break;
        }
        for (; run > 0; run--, at++)
            if (keep)
                s->list[count++] = jb2_bitmap_share(d->symbols[at]);
    }
    if (rc != JY_OK) {
        jb2_symbols_free(j, s);
        return rc;
    }
    *out = s;
    return JY_OK;
}

void
jb2_symbols_free(struct jb2 *j, struct jb2_symbols *s)
{
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < s->count; i++)
        jb2_bitmap_free(j, s->list[i]);
    jb2_drop(j, s->generic, JB2_GENERIC_CONTEXTS);
    jb2_drop(j, s->refinement, JB2_REFINEMENT_CONTEXTS);
    jb2_drop(j, s, sizeof(*s) + (uint64_t)s->count * sizeof(s->list[0]));
}

/* 7.4.2.2 step 3: the contexts go on from the dictionary referred to last. */
static jy_err
use_contexts(struct jb2 *j, const struct jb2_header *h, struct dictionary *d)
{
    const struct jb2_segment *s = jb2_referred_last(j, h, JB2_SYMBOLS);
    const struct jb2_symbols *last = s == NULL ? NULL : s->symbols;

    if (last == NULL || (d->generic != NULL && last->generic == NULL) || (d->refinement != NULL && last->refinement == NULL))
        return jb2_wrong(j, "contexts that were not retained");
    if ((d->generic != NULL && (last->template != d->template || memcmp(last->at, d->at, sizeof(d->at)) != 0)) ||
        (d->refinement != NULL && (last->rtemplate != d->rtemplate || memcmp(last->rat, d->text.rat, sizeof(d->text.rat)) != 0)))
        return jb2_wrong(j, "contexts of another template");
    if (d->generic != NULL)
        memcpy(d->generic, last->generic, JB2_GENERIC_CONTEXTS);
    if (d->refinement != NULL)
        memcpy(d->refinement, last->refinement, JB2_REFINEMENT_CONTEXTS);
    return JY_OK;
}

/* 7.4.2.1.6: which table serves for what; 0 is one of the file's own, 255 none. And table 17, for aggregates. */
static const struct { unsigned shift, mask; uint8_t tables[4]; } selectors[TABLES] = {
    [DH] = { 2, 3, { 4, 5, 255, 0 } }, [DW] = { 4, 3, { 2, 3, 255, 0 } }, [BMSIZE] = { 6, 1, { 1, 0, 0, 0 } }, [AGGINST] = { 7, 1, { 1, 0, 0, 0 } },
};
static const uint8_t text_tables[JB2_TEXT_TABLES] = { [JB2_FS] = 6, [JB2_DS] = 8, [JB2_DT] = 11, [JB2_RDW] = 15, [JB2_RDH] = 15, [JB2_RDX] = 15,
                                                      [JB2_RDY] = 15, [JB2_RSIZE] = 1 };

/* Everything that Huffman coding needs, or the arithmetic coder; own: the tables to be freed. */
static jy_err
prepare_coding(struct jb2 *j, const struct jb2_header *h, unsigned flags, struct dictionary *d, struct jb2_table **own, struct jb2_table **ids)
{
    uint32_t total = d->in_count + d->new_count, next = 0;
    struct jb2_line *lines;
    jy_err rc = JY_OK;

    while (UINT64_C(1) << d->id_bits < total || (d->huffman && d->id_bits == 0))             /* 6.5.8.2.3 */
        d->id_bits++;
    if (!d->huffman)
        return jb2_arith_new(j, bits_rest(d->in), d->id_bits, &d->arith);
    for (unsigned i = 0; rc == JY_OK && i < TABLES; i++, own++) {
        uint8_t table = selectors[i].tables[flags >> selectors[i].shift & selectors[i].mask];
        rc = table == 255 ? jb2_wrong(j, "a Huffman table that is not defined") : jb2_table_select(j, h, table, &next, own, &d->tables[i]);
    }
    if (rc == JY_OK && (rc = jb2_table_standard(j, 1, own)) == JY_OK)
        d->runs = *own++;
    for (unsigned i = 0; rc == JY_OK && d->refagg && i < JB2_TEXT_TABLES; i++, own++)
        if ((rc = jb2_table_standard(j, text_tables[i], own)) == JY_OK)
            d->text.tables[i] = *own;
    if (rc != JY_OK || !d->refagg || (rc = jb2_hold(j, (uint64_t)total * sizeof(*lines), &lines)) != JY_OK)
        return rc;
    for (uint32_t i = 0; i < total; i++)                     /* the codes of an aggregate's symbols are their numbers */
        lines[i] = (struct jb2_line){ (int32_t)i, (uint8_t)d->id_bits, 0, JB2_LINE };
    rc = jb2_table_new(j, lines, total, ids);
    d->text.ids = *ids;
    jb2_drop(j, lines, (uint64_t)total * sizeof(*lines));
    return rc;
}

jy_err
jb2_symbols_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_symbols **out)
{
    enum { OWN = TABLES + 1 + JB2_TEXT_TABLES };
    struct bits in = { .bytes = data };
    struct dictionary d = { .in = &in };
    struct jb2_table *own[OWN] = { NULL }, *ids = NULL;
    struct jb2_symbols *s = NULL;
    unsigned flags = bits_take(&in, 16);
    jy_err rc = JY_OK;

    *out = NULL;
    d.huffman = (flags & 1) != 0;
    d.refagg = (flags & 2) != 0;
    d.template = flags >> 10 & 3;
    d.rtemplate = flags >> 12 & 1;
    if (!d.huffman)
        rc = jb2_at_read(j, &in, jb2_generic_at(d.template), d.at);
    if (rc == JY_OK && d.refagg && d.rtemplate == 0 && (rc = jb2_at_read(j, &in, 1, d.text.rat)) == JY_OK) {
        d.text.rat[2] = (int8_t)bits_take(&in, 8);
        d.text.rat[3] = (int8_t)bits_take(&in, 8);
    }
    d.exported = bits_take(&in, 32);
    d.new_count = bits_take(&in, 32);
    if (rc != JY_OK)
        return rc;
    if (in.past)
        return jb2_wrong(j, "a symbol dictionary is cut off");
    if ((rc = jb2_symbols_referred(j, h, d.new_count, &d.symbols, &d.in_count)) != JY_OK)
        return rc;
    if ((rc = prepare_coding(j, h, flags, &d, own, &ids)) != JY_OK)
        goto out;
    if (d.huffman && !d.refagg)
        rc = jb2_hold(j, (uint64_t)d.new_count * sizeof(*d.widths), &d.widths);
    if (rc == JY_OK && !d.huffman)
        rc = jb2_hold(j, JB2_GENERIC_CONTEXTS, &d.generic);
    if (rc == JY_OK && d.refagg)
        rc = jb2_hold(j, JB2_REFINEMENT_CONTEXTS, &d.refinement);
    if (rc == JY_OK && (flags & 0x100) != 0)
        rc = use_contexts(j, h, &d);
    if (rc != JY_OK)
        goto out;
    d.text.huffman = d.huffman;                              /* table 17 */
    d.text.refine = true;
    d.text.corner = 1;                                       /* TOPLEFT */
    d.text.rtemplate = d.rtemplate;
    d.text.in = &in;
    d.text.arith = d.arith;
    d.text.contexts = d.refinement;
    if ((rc = decode_symbols(j, &d)) != JY_OK || (rc = export_symbols(j, &d, &s)) != JY_OK)
        goto out;
    if ((flags & 0x200) != 0) {                              /* 7.4.2.2 step 7: retained */
        s->generic = d.generic;
        s->refinement = d.refinement;
        d.generic = d.refinement = NULL;
        s->template = d.template;
        s->rtemplate = d.rtemplate;
        memcpy(s->at, d.at, sizeof(s->at));
        memcpy(s->rat, d.text.rat, sizeof(s->rat));
    }
    *out = s;
out:
    for (uint32_t i = 0; i < d.new_count; i++)
        jb2_bitmap_free(j, d.symbols[d.in_count + i]);
    jb2_drop(j, d.symbols, ((uint64_t)d.in_count + d.new_count) * sizeof(*d.symbols));
    jb2_drop(j, d.widths, (uint64_t)d.new_count * sizeof(*d.widths));
    jb2_drop(j, d.generic, JB2_GENERIC_CONTEXTS);
    jb2_drop(j, d.refinement, JB2_REFINEMENT_CONTEXTS);
    jb2_arith_free(j, d.arith);
    jb2_table_free(j, ids);
    for (size_t i = 0; i < OWN; i++)
        jb2_table_free(j, own[i]);
    return rc;
}

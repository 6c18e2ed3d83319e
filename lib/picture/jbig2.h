/* SPDX-License-Identifier: Apache-2.0 */
/* picture/jbig2.h: what the parts of the JBIG2 reader share (ITU-T T.88 | ISO/IEC 14492). Names are the standard's. Private to lib/picture. */
#ifndef JY_PICTURE_JBIG2_H
#define JY_PICTURE_JBIG2_H

#include "picture/bits.h"
#include "picture/inside.h"

struct fax;

/* -- the picture being read, and its budget -- */
struct jb2_segment;
struct jb2 {
    struct jy_slice bytes;
    struct jy_fault *fault;
    size_t at;                               /* of the segment being read, for faults */
    uint64_t room;                           /* bytes that the caller has for the page and the picture made of it */
    uint64_t held, held_max, work, work_max; /* bytes of bitmaps, lists and contexts that live; steps done; the most of each */
    struct fax *fax;                         /* NULL until one is needed */
    struct jb2_segment *segments;            /* whose results may be referred to, in the order of their numbers */
    size_t count, cap;
    struct jb2_bitmap *page;
    uint32_t page_number, stripe, rows_known; /* stripe: as its information has it; rows_known: of the stripes that ended */
    bool page_grows;                         /* its height is not known yet */
    uint8_t page_default;
};
/** JY_E_FORMAT, JY_E_UNSUPPORTED, with the place. */
JY_CHECK jy_err jb2_wrong(struct jb2 *j, const char *text);
JY_CHECK jy_err jb2_refuse(struct jb2 *j, const char *text);
/**
 * Memory from the budget (JY_JBIG2_HELD_MAX, or what the caller has), zeroed, which takes steps: JY_E_LIMIT, JY_E_NOMEM. Given back with the size that was
 * asked for.
 */
JY_CHECK jy_err jb2_hold(struct jb2 *j, uint64_t bytes, void *out);
void jb2_drop(struct jb2 *j, void *p, uint64_t bytes);
/** Takes steps from the budget (JY_JBIG2_WORK_MAX, or what the caller has), each about the time of one pixel decoded: JY_E_LIMIT. */
JY_CHECK jy_err jb2_spend(struct jb2 *j, uint64_t steps);
#define JB2_LINE_STEPS 16u                   /* of beginning a line, beside its pixels */
/** The tables of T.4 for MMR. */
JY_CHECK jy_err jb2_fax(struct jb2 *j);

/* -- bitmaps -- */
struct jb2_bitmap {
    uint32_t width, height;                  /* either may be 0 */
    uint32_t users;                          /* a symbol stands in several dictionaries */
    uint8_t px[];                            /* one byte a pixel, 0 or 1; rows from the top */
};
enum jb2_op { JB2_OR = 0, JB2_AND, JB2_XOR, JB2_XNOR, JB2_REPLACE, JB2_OPS };
/** All pixels 0. JY_E_LIMIT beyond the height and the number of pixels of a picture. */
JY_CHECK jy_err jb2_bitmap_new(struct jb2 *j, uint64_t width, uint64_t height, struct jb2_bitmap **out);
struct jb2_bitmap *jb2_bitmap_share(struct jb2_bitmap *b);
void jb2_bitmap_free(struct jb2 *j, struct jb2_bitmap *b);
/** A part of it; what lies outside is 0. */
JY_CHECK jy_err jb2_bitmap_cut(struct jb2 *j, const struct jb2_bitmap *from, int64_t x, int64_t y, uint32_t width, uint32_t height, struct jb2_bitmap **out);
/** `from` onto `to` with its corner at x, y; what falls outside is cut off. */
JY_CHECK jy_err jb2_compose(struct jb2 *j, struct jb2_bitmap *to, const struct jb2_bitmap *from, int64_t x, int64_t y, enum jb2_op op);

/* -- arithmetic coding (Annexes A and E) -- */
struct jb2_mq {
    const uint8_t *p, *end;
    uint32_t c, a;
    int ct;
    unsigned past;                           /* bytes that were wanted beyond the end */
};
#define JB2_PAST_MAX 16u                     /* a whole stream is never that far beyond its end: it was cut off */
void jb2_mq_begin(struct jb2_mq *mq, struct jy_slice bytes);
void jb2_mq_renorm(struct jb2_mq *mq);
struct jb2_state { uint16_t qe; uint8_t mps, lps; };         /* lps includes the switch: contexts are index << 1 | MPS */
extern const struct jb2_state jb2_states[2 * 47];

/** The next decision (E.3.2). */
static inline unsigned
jb2_bit(struct jb2_mq *mq, uint8_t *cx)
{
    const struct jb2_state *s = &jb2_states[*cx];
    unsigned bit = *cx & 1;

    mq->a -= s->qe;
    if (mq->c >> 16 < s->qe) {
        if (mq->a < s->qe) {
            *cx = s->mps;
        } else {
            bit ^= 1;
            *cx = s->lps;
        }
        mq->a = s->qe;
    } else {
        mq->c -= (uint32_t)s->qe << 16;
        if ((mq->a & 0x8000) != 0)
            return bit;
        if (mq->a < s->qe) {
            bit ^= 1;
            *cx = s->lps;
        } else {
            *cx = s->mps;
        }
    }
    jb2_mq_renorm(mq);
    return bit;
}

enum jb2_got { JB2_VALUE, JB2_OOB, JB2_BROKEN };
enum { IADT, IAFS, IADS, IAIT, IARI, IARDW, IARDH, IARDX, IARDY, IADH, IADW, IAEX, IAAI, JB2_INTEGERS };
struct jb2_arith {                           /* one arithmetic coder with its integer contexts */
    struct jb2_mq mq;
    uint8_t integer[JB2_INTEGERS][512];
    uint8_t *id;                             /* IAID: 1 << id_bits contexts, from the budget */
    unsigned id_bits;
};
JY_CHECK jy_err jb2_arith_new(struct jb2 *j, struct jy_slice bytes, unsigned id_bits, struct jb2_arith **out);
void jb2_arith_free(struct jb2 *j, struct jb2_arith *a);
enum jb2_got jb2_integer(struct jb2_arith *a, int which, int32_t *out);
uint32_t jb2_id(struct jb2_arith *a);

/* -- Huffman coding (Annex B) -- */
struct jb2_line { int32_t low; uint8_t prefix, range, kind; };
enum { JB2_LINE = 0, JB2_LOWER, JB2_LINE_OOB };              /* an upper range is a line of 32 bits */
struct jb2_table {
    uint32_t count;
    uint32_t first[33], from[34];            /* of the codes of each length: the first, and where their lines begin */
    struct jb2_line lines[];                 /* in the order of their codes */
};
/** Prefixes by B.3. Lines whose prefix is 0 are not used. JY_E_FORMAT when there are more codes than fit. */
JY_CHECK jy_err jb2_table_new(struct jb2 *j, const struct jb2_line *lines, uint32_t count, struct jb2_table **out);
void jb2_table_free(struct jb2 *j, struct jb2_table *t);
/** The standard table B.n, n 1 to 15. The caller frees it. */
JY_CHECK jy_err jb2_table_standard(struct jb2 *j, unsigned n, struct jb2_table **out);
/** A tables segment (B.2). */
JY_CHECK jy_err jb2_table_read(struct jb2 *j, struct jy_slice data, struct jb2_table **out);
enum jb2_got jb2_huffman(const struct jb2_table *t, struct bits *in, int32_t *out);

/* -- regions -- */
struct jb2_generic {                         /* table 2 */
    uint32_t width, height;
    uint8_t template;
    bool typical;                            /* TPGDON */
    int8_t at[8];                            /* x, y */
    const struct jb2_bitmap *skip;           /* NULL: none */
};
#define JB2_GENERIC_CONTEXTS (1u << 16)
#define JB2_REFINEMENT_CONTEXTS (1u << 13)
JY_CHECK jy_err jb2_generic(struct jb2 *j, const struct jb2_generic *g, struct jb2_mq *mq, uint8_t *contexts, struct jb2_bitmap **out);
/** How many AT pixels a template has. */
unsigned jb2_generic_at(unsigned template);
/** MMR (6.2.6). `in` stands after the bitmap and its EOFB, if it has one, on a whole byte. */
JY_CHECK jy_err jb2_mmr(struct jb2 *j, uint32_t width, uint32_t height, struct bits *in, struct jb2_bitmap **out);
struct jb2_refinement {                      /* table 6 */
    uint32_t width, height;
    uint8_t template;
    bool typical;                            /* TPGRON */
    int8_t at[4];
    const struct jb2_bitmap *reference;
    int64_t dx, dy;
};
JY_CHECK jy_err jb2_refine(struct jb2 *j, const struct jb2_refinement *r, struct jb2_mq *mq, uint8_t *contexts, struct jb2_bitmap **out);

enum { JB2_FS, JB2_DS, JB2_DT, JB2_RDW, JB2_RDH, JB2_RDX, JB2_RDY, JB2_RSIZE, JB2_TEXT_TABLES };
struct jb2_text {                            /* table 9 */
    bool huffman, refine, transposed;
    uint8_t log_strips, corner, default_pixel, rtemplate;
    enum jb2_op op;
    int8_t offset, rat[4];
    uint32_t width, height, instances;
    struct jb2_bitmap *const *symbols;
    uint32_t symbol_count;
    const struct jb2_table *tables[JB2_TEXT_TABLES], *ids;   /* Huffman only */
    struct bits *in;
    struct jb2_arith *arith;                 /* else */
    uint8_t *contexts;                       /* of refinements */
};
JY_CHECK jy_err jb2_text(struct jb2 *j, const struct jb2_text *t, struct jb2_bitmap **out);
/** A symbol drawn anew from a reference whose refinement stands in `in` with its size before it, as Huffman coding has it; else from arith. */
JY_CHECK jy_err jb2_refine_symbol(struct jb2 *j, const struct jb2_text *t, const struct jb2_refinement *r, struct jb2_bitmap **out);

/* -- segments (clause 7) -- */
struct jb2_symbols {
    uint32_t count;
    uint8_t *generic, *refinement;           /* contexts retained for the next dictionary; NULL: none */
    uint8_t template, rtemplate;
    bool refines;
    int8_t at[8], rat[4];
    struct jb2_bitmap *list[];
};
struct jb2_patterns {
    uint32_t count;
    struct jb2_bitmap *list[];
};
enum jb2_kind { JB2_SYMBOLS, JB2_PATTERNS, JB2_TABLE, JB2_REGION };
struct jb2_segment {                         /* a result */
    uint32_t number;
    enum jb2_kind kind;
    union { struct jb2_symbols *symbols; struct jb2_patterns *patterns; struct jb2_table *table; struct jb2_bitmap *region; };
};
struct jb2_header {                          /* 7.2 */
    uint32_t number, page, length;
    uint8_t type;
    const uint8_t *refers;                   /* numbers of refer_size bytes */
    uint32_t refer_count;
    unsigned refer_size;
};
/** The header of a segment at `in`, which stands on a byte. */
JY_CHECK jy_err jb2_header_read(struct jb2 *j, struct bits *in, struct jb2_header *out);
#define JB2_REFERRED_STEPS 16u               /* of looking for a segment that is referred to */
/** The n-th result of this kind that the segment refers to; NULL: there is none. One search is paid for with the segment; who asks again pays himself. */
struct jb2_segment *jb2_referred(struct jb2 *j, const struct jb2_header *h, enum jb2_kind kind, uint32_t n);
/** The last one. */
struct jb2_segment *jb2_referred_last(struct jb2 *j, const struct jb2_header *h, enum jb2_kind kind);
/** All symbols that it refers to, in order; a list from the budget of *count pointers. */
JY_CHECK jy_err jb2_symbols_referred(struct jb2 *j, const struct jb2_header *h, uint32_t more, struct jb2_bitmap ***out, uint32_t *count);
/** A table by its selector: a standard one, or (`user`) the next of those that the segment refers to. The caller frees what *own then holds. */
JY_CHECK jy_err jb2_table_select(struct jb2 *j, const struct jb2_header *h, unsigned standard, uint32_t *next_user, struct jb2_table **own,
                                 const struct jb2_table **out);
void jb2_symbols_free(struct jb2 *j, struct jb2_symbols *s);
void jb2_patterns_free(struct jb2 *j, struct jb2_patterns *p);

struct jb2_region {                          /* 7.4.1 */
    uint32_t width, height, x, y;
    enum jb2_op op;
};
JY_CHECK jy_err jb2_region_read(struct jb2 *j, struct bits *in, struct jb2_region *out);
JY_CHECK jy_err jb2_symbols_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_symbols **out);
JY_CHECK jy_err jb2_patterns_read(struct jb2 *j, struct jy_slice data, struct jb2_patterns **out);
/* Each gives the bitmap of its region and where it belongs. */
JY_CHECK jy_err jb2_text_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out);
JY_CHECK jy_err jb2_halftone_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out);
JY_CHECK jy_err jb2_generic_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out);
JY_CHECK jy_err jb2_refinement_read(struct jb2 *j, const struct jb2_header *h, struct jy_slice data, struct jb2_region *r, struct jb2_bitmap **out);
/** The places of AT pixels, each of which must be decoded before the current one (6.2.5.4). */
JY_CHECK jy_err jb2_at_read(struct jb2 *j, struct bits *in, unsigned pixels, int8_t *out);

#endif

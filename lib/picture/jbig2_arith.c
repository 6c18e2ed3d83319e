/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: the arithmetic decoder (T.88 Annex E) and the integers that it carries (Annex A). */
#include "picture/jbig2.h"

#include <stdlib.h>

/* Table E.1, a row for each MPS: Qe, the next context after an MPS, after an LPS. */
#define STATE(qe, mps, lps, change) { qe, (mps) << 1, (lps) << 1 | (change) }, { qe, (mps) << 1 | 1, (lps) << 1 | (1 ^ (change)) }
const struct jb2_state jb2_states[2 * 47] = {
    STATE(0x5601, 1, 1, 1), STATE(0x3401, 2, 6, 0), STATE(0x1801, 3, 9, 0), STATE(0x0ac1, 4, 12, 0), STATE(0x0521, 5, 29, 0),
    STATE(0x0221, 38, 33, 0), STATE(0x5601, 7, 6, 1), STATE(0x5401, 8, 14, 0), STATE(0x4801, 9, 14, 0), STATE(0x3801, 10, 14, 0),
    STATE(0x3001, 11, 17, 0), STATE(0x2401, 12, 18, 0), STATE(0x1c01, 13, 20, 0), STATE(0x1601, 29, 21, 0), STATE(0x5601, 15, 14, 1),
    STATE(0x5401, 16, 14, 0), STATE(0x5101, 17, 15, 0), STATE(0x4801, 18, 16, 0), STATE(0x3801, 19, 17, 0), STATE(0x3401, 20, 18, 0),
    STATE(0x3001, 21, 19, 0), STATE(0x2801, 22, 19, 0), STATE(0x2401, 23, 20, 0), STATE(0x2201, 24, 21, 0), STATE(0x1c01, 25, 22, 0),
    STATE(0x1801, 26, 23, 0), STATE(0x1601, 27, 24, 0), STATE(0x1401, 28, 25, 0), STATE(0x1201, 29, 26, 0), STATE(0x1101, 30, 27, 0),
    STATE(0x0ac1, 31, 28, 0), STATE(0x09c1, 32, 29, 0), STATE(0x08a1, 33, 30, 0), STATE(0x0521, 34, 31, 0), STATE(0x0441, 35, 32, 0),
    STATE(0x02a1, 36, 33, 0), STATE(0x0221, 37, 34, 0), STATE(0x0141, 38, 35, 0), STATE(0x0111, 39, 36, 0), STATE(0x0085, 40, 37, 0),
    STATE(0x0049, 41, 38, 0), STATE(0x0025, 42, 39, 0), STATE(0x0015, 43, 40, 0), STATE(0x0009, 44, 41, 0), STATE(0x0005, 45, 42, 0),
    STATE(0x0001, 45, 43, 0), STATE(0x5601, 46, 46, 0),
};

/* BYTEIN (E.3.4). After a marker, which the end of the data stands for, ones follow. */
static void
byte_in(struct jb2_mq *mq)
{
    unsigned byte = mq->p < mq->end ? *mq->p : 0xff, next = mq->p < mq->end && mq->p + 1 < mq->end ? mq->p[1] : 0xff;

    if (byte == 0xff && next > 0x8f) {
        mq->c += 0xff00;
        mq->ct = 8;
        mq->past++;
        return;
    }
    mq->p++;
    if (byte == 0xff) {
        mq->c += next << 9;
        mq->ct = 7;
    } else {
        mq->c += next << 8;
        mq->ct = 8;
    }
}

void
jb2_mq_begin(struct jb2_mq *mq, struct jy_slice bytes)
{
    *mq = (struct jb2_mq){ .p = bytes.p, .end = bytes.p + bytes.len, .a = 0x8000 };
    mq->c = (bytes.len > 0 ? bytes.p[0] : 0xffu) << 16;
    byte_in(mq);
    mq->c <<= 7;
    mq->ct -= 7;
}

void
jb2_mq_renorm(struct jb2_mq *mq)
{
    do {
        if (mq->ct == 0)
            byte_in(mq);
        mq->a <<= 1;
        mq->c <<= 1;
        mq->ct--;
    } while ((mq->a & 0x8000) == 0);
}

jy_err
jb2_arith_new(struct jb2 *j, struct jy_slice bytes, unsigned id_bits, struct jb2_arith **out)
{
    jy_err rc = jb2_hold(j, sizeof(**out), out);

    if (rc != JY_OK)
        return rc;
    (*out)->id_bits = id_bits;
    if ((rc = jb2_hold(j, UINT64_C(1) << id_bits, &(*out)->id)) != JY_OK) {
        jb2_arith_free(j, *out);
        *out = NULL;
        return rc;
    }
    jb2_mq_begin(&(*out)->mq, bytes);
    return JY_OK;
}

void
jb2_arith_free(struct jb2 *j, struct jb2_arith *a)
{
    if (a == NULL)
        return;
    jb2_drop(j, a->id, UINT64_C(1) << a->id_bits);
    jb2_drop(j, a, sizeof(*a));
}

/* Table A.1: how many bits follow each prefix, and what is added to them. */
static const struct { unsigned bits; uint32_t from; } ranges[] = { { 2, 0 }, { 4, 4 }, { 6, 20 }, { 8, 84 }, { 12, 340 }, { 32, 4436 } };

static unsigned
integer_bit(struct jb2_arith *a, uint8_t *contexts, unsigned *prev)
{
    unsigned bit = jb2_bit(&a->mq, &contexts[*prev]);

    *prev = *prev < 256 ? *prev << 1 | bit : ((*prev << 1 | bit) & 511) | 256;
    return bit;
}

enum jb2_got
jb2_integer(struct jb2_arith *a, int which, int32_t *out)
{
    uint8_t *contexts = a->integer[which];
    unsigned prev = 1, sign = integer_bit(a, contexts, &prev), r = 0;
    uint64_t v = 0;

    while (r < 5 && integer_bit(a, contexts, &prev) != 0)
        r++;
    for (unsigned i = 0; i < ranges[r].bits; i++)
        v = v << 1 | integer_bit(a, contexts, &prev);
    v += ranges[r].from;
    if (a->mq.past > JB2_PAST_MAX || v > INT32_MAX)
        return JB2_BROKEN;
    *out = sign != 0 ? -(int32_t)v : (int32_t)v;
    return sign != 0 && v == 0 ? JB2_OOB : JB2_VALUE;
}

uint32_t
jb2_id(struct jb2_arith *a)
{
    uint32_t prev = 1;

    for (unsigned i = 0; i < a->id_bits; i++)
        prev = prev << 1 | jb2_bit(&a->mq, &a->id[prev]);
    return prev - (UINT32_C(1) << a->id_bits);
}

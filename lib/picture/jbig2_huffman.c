/* SPDX-License-Identifier: Apache-2.0 */
/* JBIG2: Huffman tables (T.88 Annex B): how codes are given out, the fifteen standard tables, and those that a file brings. */
#include "picture/jbig2.h"

#define PREFIX_MAX 32u
#define LINES_MAX 65536u                     /* of a table that a file brings */

/* Low, length of the prefix, bits of the offset, kind. */
#define UPPER(low, prefix) { low, prefix, 32, JB2_LINE }
#define LOWER(low, prefix) { low, prefix, 32, JB2_LOWER }
#define OOB(prefix) { 0, prefix, 0, JB2_LINE_OOB }
#define L(low, prefix, range) { low, prefix, range, JB2_LINE }
static const struct jb2_line b1[] = { L(0, 1, 4), L(16, 2, 8), L(272, 3, 16), UPPER(65808, 3) };
static const struct jb2_line b2[] = { L(0, 1, 0), L(1, 2, 0), L(2, 3, 0), L(3, 4, 3), L(11, 5, 6), UPPER(75, 6), OOB(6) };
static const struct jb2_line b3[] = {
    L(-256, 8, 8), L(0, 1, 0), L(1, 2, 0), L(2, 3, 0), L(3, 4, 3), L(11, 5, 6), LOWER(-257, 8), UPPER(75, 7), OOB(6),
};
static const struct jb2_line b4[] = { L(1, 1, 0), L(2, 2, 0), L(3, 3, 0), L(4, 4, 3), L(12, 5, 6), UPPER(76, 5) };
static const struct jb2_line b5[] = { L(-255, 7, 8), L(1, 1, 0), L(2, 2, 0), L(3, 3, 0), L(4, 4, 3), L(12, 5, 6), LOWER(-256, 7), UPPER(76, 6) };
static const struct jb2_line b6[] = {
    L(-2048, 5, 10), L(-1024, 4, 9), L(-512, 4, 8), L(-256, 4, 7), L(-128, 5, 6), L(-64, 5, 5), L(-32, 4, 5), L(0, 2, 7), L(128, 3, 7),
    L(256, 3, 8), L(512, 4, 9), L(1024, 4, 10), LOWER(-2049, 6), UPPER(2048, 6),
};
static const struct jb2_line b7[] = {
    L(-1024, 4, 9), L(-512, 3, 8), L(-256, 4, 7), L(-128, 5, 6), L(-64, 5, 5), L(-32, 4, 5), L(0, 4, 5), L(32, 5, 5), L(64, 5, 6), L(128, 4, 7),
    L(256, 3, 8), L(512, 3, 9), L(1024, 3, 10), LOWER(-1025, 5), UPPER(2048, 5),
};
static const struct jb2_line b8[] = {
    L(-15, 8, 3), L(-7, 9, 1), L(-5, 8, 1), L(-3, 9, 0), L(-2, 7, 0), L(-1, 4, 0), L(0, 2, 1), L(2, 5, 0), L(3, 6, 0), L(4, 3, 4), L(20, 6, 1),
    L(22, 4, 4), L(38, 4, 5), L(70, 5, 6), L(134, 5, 7), L(262, 6, 7), L(390, 7, 8), L(646, 6, 10), LOWER(-16, 9), UPPER(1670, 9), OOB(2),
};
static const struct jb2_line b9[] = {
    L(-31, 8, 4), L(-15, 9, 2), L(-11, 8, 2), L(-7, 9, 1), L(-5, 7, 1), L(-3, 4, 1), L(-1, 3, 1), L(1, 3, 1), L(3, 5, 1), L(5, 6, 1), L(7, 3, 5),
    L(39, 6, 2), L(43, 4, 5), L(75, 4, 6), L(139, 5, 7), L(267, 5, 8), L(523, 6, 8), L(779, 7, 9), L(1291, 6, 11), LOWER(-32, 9), UPPER(3339, 9),
    OOB(2),
};
static const struct jb2_line b10[] = {
    L(-21, 7, 4), L(-5, 8, 0), L(-4, 7, 0), L(-3, 5, 0), L(-2, 2, 2), L(2, 5, 0), L(3, 6, 0), L(4, 7, 0), L(5, 8, 0), L(6, 2, 6), L(70, 5, 5),
    L(102, 6, 5), L(134, 6, 6), L(198, 6, 7), L(326, 6, 8), L(582, 6, 9), L(1094, 6, 10), L(2118, 7, 11), LOWER(-22, 8), UPPER(4166, 8), OOB(2),
};
static const struct jb2_line b11[] = {
    L(1, 1, 0), L(2, 2, 1), L(4, 4, 0), L(5, 4, 1), L(7, 5, 1), L(9, 5, 2), L(13, 6, 2), L(17, 7, 2), L(21, 7, 3), L(29, 7, 4), L(45, 7, 5),
    L(77, 7, 6), UPPER(141, 7),
};
static const struct jb2_line b12[] = {
    L(1, 1, 0), L(2, 2, 0), L(3, 3, 1), L(5, 5, 0), L(6, 5, 1), L(8, 6, 1), L(10, 7, 0), L(11, 7, 1), L(13, 7, 2), L(17, 7, 3), L(25, 7, 4),
    L(41, 8, 5), UPPER(73, 8),
};
static const struct jb2_line b13[] = {
    L(1, 1, 0), L(2, 3, 0), L(3, 4, 0), L(4, 5, 0), L(5, 4, 1), L(7, 3, 3), L(15, 6, 1), L(17, 6, 2), L(21, 6, 3), L(29, 6, 4), L(45, 6, 5),
    L(77, 7, 6), UPPER(141, 7),
};
static const struct jb2_line b14[] = { L(-2, 3, 0), L(-1, 3, 0), L(0, 1, 0), L(1, 3, 0), L(2, 3, 0) };
static const struct jb2_line b15[] = {
    L(-24, 7, 4), L(-8, 6, 2), L(-4, 5, 1), L(-2, 4, 0), L(-1, 3, 0), L(0, 1, 0), L(1, 3, 0), L(2, 4, 0), L(3, 5, 1), L(5, 6, 2), L(9, 7, 4),
    LOWER(-25, 7), UPPER(25, 7),
};
#define T(table) { table, sizeof(table) / sizeof((table)[0]) }
static const struct { const struct jb2_line *lines; uint32_t count; } standard[] = {
    T(b1), T(b2), T(b3), T(b4), T(b5), T(b6), T(b7), T(b8), T(b9), T(b10), T(b11), T(b12), T(b13), T(b14), T(b15),
};

jy_err
jb2_table_new(struct jb2 *j, const struct jb2_line *lines, uint32_t count, struct jb2_table **out)
{
    uint32_t of_length[PREFIX_MAX + 1] = { 0 }, put[PREFIX_MAX + 1], used = 0;
    struct jb2_table *t;
    uint64_t code = 0;
    jy_err rc;

    *out = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (lines[i].prefix > PREFIX_MAX || lines[i].range > 32)
            return jb2_refuse(j, "a Huffman code of more than 32 bits");
        of_length[lines[i].prefix]++;
    }
    of_length[0] = 0;
    if ((rc = jb2_spend(j, count)) != JY_OK || (rc = jb2_hold(j, sizeof(*t) + (uint64_t)count * sizeof(t->lines[0]), &t)) != JY_OK)
        return rc;
    t->count = count;
    for (uint32_t len = 1; len <= PREFIX_MAX; len++) {
        code = (code + of_length[len - 1]) << 1;
        if (code + of_length[len] > UINT64_C(1) << len) {
            jb2_table_free(j, t);
            return jb2_wrong(j, "a Huffman table with more codes than there can be");
        }
        t->first[len] = (uint32_t)code;
        t->from[len] = put[len] = used;
        used += of_length[len];
    }
    t->from[PREFIX_MAX + 1] = used;
    for (uint32_t i = 0; i < count; i++)
        if (lines[i].prefix != 0)
            t->lines[put[lines[i].prefix]++] = lines[i];
    *out = t;
    return JY_OK;
}

void
jb2_table_free(struct jb2 *j, struct jb2_table *t)
{
    if (t != NULL)
        jb2_drop(j, t, sizeof(*t) + (uint64_t)t->count * sizeof(t->lines[0]));
}

jy_err
jb2_table_standard(struct jb2 *j, unsigned n, struct jb2_table **out)
{
    return jb2_table_new(j, standard[n - 1].lines, standard[n - 1].count, out);
}

enum jb2_got
jb2_huffman(const struct jb2_table *t, struct bits *in, int32_t *out)
{
    uint32_t code = 0, n;
    int64_t v;

    for (unsigned len = 1; len <= PREFIX_MAX && !in->past; len++) {
        code = code << 1 | bits_take(in, 1);
        n = t->from[len + 1] - t->from[len];
        if (code >= t->first[len] && code - t->first[len] < n) {
            const struct jb2_line *line = &t->lines[t->from[len] + (code - t->first[len])];
            v = bits_take(in, line->range);
            v = line->kind == JB2_LOWER ? line->low - v : line->low + v;
            if (in->past || v < INT32_MIN || v > INT32_MAX)
                return JB2_BROKEN;
            *out = (int32_t)v;
            return line->kind == JB2_LINE_OOB ? JB2_OOB : JB2_VALUE;
        }
    }
    return JB2_BROKEN;
}

jy_err
jb2_table_read(struct jb2 *j, struct jy_slice data, struct jb2_table **out)
{
    struct bits in = { .bytes = data };
    unsigned flags = bits_take(&in, 8), prefix_bits = (flags >> 1 & 7) + 1, range_bits = (flags >> 4 & 7) + 1;
    int32_t low = (int32_t)bits_take(&in, 32), high = (int32_t)bits_take(&in, 32);
    uint64_t room = sizeof(struct jb2_line) * (bits_left(&in) / prefix_bits + 3);    /* every line takes a prefix at least */
    struct jb2_line *lines;
    uint32_t count = 0;
    int64_t at = low;
    jy_err rc;

    *out = NULL;
    if (in.past || low > high || (flags & 0x80) != 0)
        return jb2_wrong(j, "a Huffman table without a range");
    if (room > sizeof(*lines) * (LINES_MAX + 3))
        room = sizeof(*lines) * (LINES_MAX + 3);
    if ((rc = jb2_hold(j, room, &lines)) != JY_OK)
        return rc;
    while (at < high && count < LINES_MAX && !in.past) {
        unsigned prefix = bits_take(&in, prefix_bits), range = bits_take(&in, range_bits);
        lines[count++] = (struct jb2_line)L((int32_t)at, (uint8_t)prefix, (uint8_t)range);
        at += range <= 32 ? INT64_C(1) << range : 0;         /* jb2_table_new refuses the others */
    }
    if (at < high || low == INT32_MIN) {
        rc = jb2_wrong(j, "a Huffman table that does not come to its end");
        goto out;
    }
    lines[count++] = (struct jb2_line)LOWER(low - 1, (uint8_t)bits_take(&in, prefix_bits));
    lines[count++] = (struct jb2_line)UPPER(high, (uint8_t)bits_take(&in, prefix_bits));
    if ((flags & 1) != 0)
        lines[count++] = (struct jb2_line)OOB((uint8_t)bits_take(&in, prefix_bits));
    rc = in.past ? jb2_wrong(j, "a Huffman table is cut off") : jb2_table_new(j, lines, count, out);
out:
    jb2_drop(j, lines, room);
    return rc;
}

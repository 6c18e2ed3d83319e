/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes DER from inside: a byte changed at random mostly leaves a length that does not fit, and what reads the values is never reached. Three times of
 * four one value is changed, left out, doubled, tagged otherwise, or exchanged for another, and the lengths around it are made anew; else, and what is no
 * DER, the bytes as they are.
 */
#include <codec/der.h>

#include <string.h>

#define NODES_MAX 512
#define DEPTH_MAX 24
#define VALUE_MAX 4096u                       /* bytes of a value that is changed */
#define ROOM 512u                             /* bytes by which it may grow */
#define NONE SIZE_MAX

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

struct node {
    size_t start, value, end;                 /* of its tag, of its contents, behind them */
    size_t parent;                            /* its index, NONE at the top */
};
struct tree {
    struct jy_slice bytes;
    struct node list[NODES_MAX];
    size_t count;
};

/* One TLV with a tag of one byte and a definite length, inside of [at, end). */
static bool
read_node(struct jy_slice bytes, size_t at, size_t end, struct node *out)
{
    size_t len, head = 2;

    if (end - at < 2 || (bytes.p[at] & 0x1f) == 0x1f || bytes.p[at + 1] == 0x80 || bytes.p[at + 1] > 0x83)
        return false;
    len = bytes.p[at + 1];
    if (len > 0x80) {
        head += len & 3;
        if (end - at < head)
            return false;
        len = 0;
        for (size_t i = 2; i < head; i++)
            len = len << 8 | bytes.p[at + i];
    }
    if (len > end - at - head)
        return false;
    out->start = at;
    out->value = at + head;
    out->end = out->value + len;
    return true;
}

/* The TLVs that fill [at, end), with all that they contain; false, and nothing kept, when it is not filled by such. */
static bool
read_nodes(struct tree *t, size_t at, size_t end, size_t parent, unsigned depth)
{
    size_t before = t->count;

    if (depth > DEPTH_MAX || at >= end)
        return false;
    while (at < end) {
        struct node node = { .parent = parent };
        size_t index = t->count;
        uint8_t tag;
        if (index == NODES_MAX || !read_node(t->bytes, at, end, &node)) {
            t->count = before;
            return false;
        }
        tag = t->bytes.p[node.start];
        t->list[t->count++] = node;
        /* Certificates stand in OCTET STRINGs, other things in BIT STRINGs behind the number of unused bits. */
        if ((tag & 0x20) != 0 || tag == DER_OCTET_STRING || tag == DER_BIT_STRING)
            (void)!read_nodes(t, node.value + (tag == DER_BIT_STRING), node.end, index, depth + 1);
        at = node.end;
    }
    return true;
}

static struct jy_slice
whole(const struct tree *t, size_t index)
{
    return JY_SLICE(t->bytes.p + t->list[index].start, t->list[index].end - t->list[index].start);
}

/* What stands in the place of a node from now on. */
static jy_err
change(const struct tree *t, size_t index, unsigned seed, struct jy_buf *out)
{
    static uint8_t room[VALUE_MAX + ROOM];
    const struct node *n = &t->list[index];
    struct jy_slice value = JY_SLICE(t->bytes.p + n->value, n->end - n->value), other = whole(t, seed / 7 % t->count);
    uint8_t tag = t->bytes.p[n->start];
    jy_err rc = JY_OK;

    switch (seed % 8) {
    case 0:                                                      /* left out */
        return JY_OK;
    case 1:
        rc = jy_buf_add(out, whole(t, index));
        return rc == JY_OK ? jy_buf_add(out, whole(t, index)) : rc;
    case 2:
        return jy_buf_add(out, other);
    case 3:                                                      /* another one before it */
        rc = jy_buf_add(out, other);
        return rc == JY_OK ? jy_buf_add(out, whole(t, index)) : rc;
    case 4:
        return jy_der_put(out, (uint8_t)(tag ^ (1u << seed / 8 % 8)), value);
    default:
        if (value.len > VALUE_MAX)
            return jy_buf_add(out, whole(t, index));
        memcpy(room, value.p, value.len);
        return jy_der_put(out, tag, JY_SLICE(room, LLVMFuzzerMutate(room, value.len, VALUE_MAX + ROOM)));
    }
}

/* The whole input with the node exchanged for what stands in *inner, lengths up to the top made anew. */
static jy_err
rebuild(const struct tree *t, size_t index, struct jy_buf *inner)
{
    struct jy_buf outer = { 0 };
    size_t start = t->list[index].start, end = t->list[index].end;
    jy_err rc = JY_OK;

    for (size_t p = t->list[index].parent; rc == JY_OK && p != NONE; p = t->list[p].parent) {
        const struct node *n = &t->list[p];
        struct jy_buf value = { 0 };
        if ((rc = jy_buf_add(&value, JY_SLICE(t->bytes.p + n->value, start - n->value))) == JY_OK && (rc = jy_buf_add(&value, jy_buf_slice(inner))) == JY_OK &&
            (rc = jy_buf_add(&value, JY_SLICE(t->bytes.p + end, n->end - end))) == JY_OK) {
            inner->len = 0;
            rc = jy_der_put(inner, t->bytes.p[n->start], jy_buf_slice(&value));
        }
        jy_buf_free(&value);
        start = n->start;
        end = n->end;
    }
    if (rc == JY_OK && (rc = jy_buf_add(&outer, JY_SLICE(t->bytes.p, start))) == JY_OK && (rc = jy_buf_add(&outer, jy_buf_slice(inner))) == JY_OK)
        rc = jy_buf_add(&outer, JY_SLICE(t->bytes.p + end, t->bytes.len - end));
    jy_buf_free(inner);
    *inner = outer;
    return rc;
}

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static struct tree t;
    struct jy_buf made = { 0 };
    size_t index, len = 0;

    t.bytes = JY_SLICE(data, size);
    t.count = 0;
    if (seed % 4 == 0 || !read_nodes(&t, 0, size, NONE, 0))
        return LLVMFuzzerMutate(data, size, max_size);
    index = seed / 4 % t.count;
    if (change(&t, index, seed / 2048, &made) == JY_OK && rebuild(&t, index, &made) == JY_OK && made.len > 0 && made.len <= max_size) {
        memcpy(data, made.p, made.len);
        len = made.len;
    }
    jy_buf_free(&made);
    return len > 0 ? len : LLVMFuzzerMutate(data, size, max_size);
}

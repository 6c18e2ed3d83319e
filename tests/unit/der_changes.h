/* SPDX-License-Identifier: Apache-2.0 */
/*
 * der_changes.h: every element of a DER value changed in every way, one at a time, all lengths around it right: what a parser must refuse,
 * or read as what it was. What stands inside an OCTET STRING or BIT STRING has elements, too; of certificates only when asked (`deep`).
 */
#ifndef JY_TEST_DER_CHANGES_H
#define JY_TEST_DER_CHANGES_H

#include <codec/der.h>

#include <stdio.h>
#include <stdlib.h>

#define DER_CHANGES(X) X(DROPPED) X(TWICE) X(EMPTIED) X(CUT) X(LONGER) X(OVERLONG) X(NULL_INSTEAD) X(SEQUENCE_INSTEAD) X(FIRST_BIT) \
    X(FIRST_ONE) X(LAST_BIT) X(LONG_LENGTH)
enum der_change {
#define DER_CHANGE_NAME(name) DER_##name,
    DER_CHANGES(DER_CHANGE_NAME) DER_CHANGE__COUNT
#undef DER_CHANGE_NAME
};
static const char *const der_change_names[] = {
#define DER_CHANGE_NAME(name) #name,
    DER_CHANGES(DER_CHANGE_NAME)
#undef DER_CHANGE_NAME
};

#define DER_CERTIFICATE_MIN 300        /* bytes: what is longer inside a string is a certificate or a picture */
#define DER_MUST(call) do { if ((call) != JY_OK) abort(); } while (0)

/* Is this exactly one SEQUENCE? */
static inline bool
der_is_value_(struct jy_slice bytes)
{
    struct jy_der der;
    struct jy_der_item item;

    jy_der_open(&der, bytes);
    return jy_der_get(&der, DER_SEQUENCE, &item) == JY_OK && jy_der_at_end(&der);
}

static inline void
der_put_changed_(struct jy_buf *out, uint8_t tag, struct jy_buf *value, enum der_change change)
{
    static const uint8_t null[] = { DER_NULL, 0 }, overlong[] = { 0x84, 0x7F, 0xFF, 0xFF, 0xFF };

    switch (change) {
    case DER_DROPPED: return;
    case DER_TWICE: DER_MUST(jy_der_put(out, tag, jy_buf_slice(value))); break;
    case DER_EMPTIED: value->len = 0; break;
    case DER_CUT: value->len -= value->len > 0; break;
    case DER_LONGER: DER_MUST(jy_buf_add(value, JY_SLICE(null, sizeof(null)))); break;
    case DER_OVERLONG:                /* says that it has more bytes than there are */
        DER_MUST(jy_buf_byte(out, tag));
        DER_MUST(jy_buf_add(out, JY_SLICE(overlong, sizeof(overlong))));
        DER_MUST(jy_buf_add(out, jy_buf_slice(value)));
        return;
    case DER_NULL_INSTEAD: DER_MUST(jy_der_put(out, DER_NULL, JY_EMPTY)); return;
    case DER_SEQUENCE_INSTEAD: tag = tag == DER_SEQUENCE ? DER_SET : DER_SEQUENCE; break;
    case DER_FIRST_BIT: if (value->len > 0) value->p[0] ^= 0x80; break;
    case DER_FIRST_ONE: if (value->len > 0) value->p[0] ^= 1; break;      /* of a BIT STRING: one unused bit */
    case DER_LONG_LENGTH: {                                               /* BER: more octets of length than needed */
        const uint8_t head[] = { tag, 0x83, (uint8_t)(value->len >> 16), (uint8_t)(value->len >> 8), (uint8_t)value->len };
        DER_MUST(jy_buf_add(out, JY_SLICE(head, sizeof(head))));
        DER_MUST(jy_buf_add(out, jy_buf_slice(value)));
        return;
    }
    case DER_LAST_BIT: if (value->len > 0) value->p[value->len - 1] ^= 1; break;
    case DER_CHANGE__COUNT: break;
    }
    DER_MUST(jy_der_put(out, tag, jy_buf_slice(value)));
}

static inline void
der_change_(struct jy_slice in, bool deep, size_t target, enum der_change change, size_t *seen, struct jy_buf *out)
{
    struct jy_der list;
    struct jy_der_item item;

    jy_der_open(&list, in);
    while (!jy_der_at_end(&list)) {
        struct jy_buf value = { 0 };
        size_t skip = 0, me = (*seen)++;
        DER_MUST(jy_der_next(&list, &item));
        if (item.tag == DER_BIT_STRING && item.value.len > 1)
            skip = 1;
        DER_MUST(jy_buf_add(&value, JY_SLICE(item.value.p, skip)));
        item.value = JY_SLICE(item.value.p + skip, item.value.len - skip);
        if ((item.tag & 0x20) != 0 || ((item.tag == DER_OCTET_STRING || item.tag == DER_BIT_STRING) && der_is_value_(item.value) &&
                                       (deep || item.value.len < DER_CERTIFICATE_MIN)))
            der_change_(item.value, deep, target, change, seen, &value);
        else
            DER_MUST(jy_buf_add(&value, item.value));
        if (me == target)
            der_put_changed_(out, item.tag, &value, change);
        else
            DER_MUST(jy_der_put(out, item.tag, jy_buf_slice(&value)));
        jy_buf_free(&value);
    }
}

/* The value with element number `target` changed; false when it has no such element. */
static inline bool
der_changed(struct jy_slice der, bool deep, size_t target, enum der_change change, struct jy_buf *out)
{
    size_t seen = 0;

    out->len = 0;
    der_change_(der, deep, target, change, &seen, out);
    return target < seen;
}

/**
 * Every change of a value before judge, which returns an error or says in `facts` what the value means. Returns how many came out wrong:
 * accepted with other facts than the honest one's, or refused with an error that is none of `errors` (JY_OK at the end) or that tells no place.
 */
typedef jy_err (*der_judge)(struct jy_slice der, struct jy_buf *facts, struct jy_fault *fault);

static inline size_t
der_try_changes(const char *what, struct jy_slice der, bool deep, der_judge judge, const jy_err *errors, bool places)
{
    struct jy_buf honest = { 0 }, changed = { 0 }, facts = { 0 };
    size_t wrong = 0, refused = 0;

    if (judge(der, &honest, NULL) != JY_OK || honest.len == 0)
        abort();
    for (int c = 0; c < DER_CHANGE__COUNT; c++)
        for (size_t n = 0; der_changed(der, deep, n, (enum der_change)c, &changed); n++) {
            struct jy_fault fault = { 0 };
            bool good = false;
            jy_err rc;
            facts.len = 0;
            if ((rc = judge(jy_buf_slice(&changed), &facts, &fault)) == JY_OK)
                good = jy_slice_equal(jy_buf_slice(&facts), jy_buf_slice(&honest));
            for (const jy_err *e = errors; rc != JY_OK && *e != JY_OK; e++)
                good = good || rc == *e;
            if (rc != JY_OK && places && (fault.err != rc || fault.where[0] == '\0' || fault.text[0] == '\0'))
                good = false;
            refused += rc != JY_OK;
            if (!good) {
                fprintf(stderr, "%s: element %zu %s: %s at '%s': %s; %.*s\n", what, n, der_change_names[c], jy_err_code(rc), fault.where, fault.text,
                        (int)facts.len, (const char *)facts.p);
                wrong++;
            }
        }
    jy_buf_free(&honest);
    jy_buf_free(&changed);
    jy_buf_free(&facts);
    return refused > 20 ? wrong : wrong + 1;
}

#endif

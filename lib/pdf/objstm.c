/* SPDX-License-Identifier: Apache-2.0 */
/* Object streams (ISO 32000-2 7.5.7): some readers find an object by the index of its entry, some by its number in the head. Both must agree. */
#include "pdf/xref.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_MAX (16u << 20)

bool
pdf_stream_length(struct jy_slice file, const struct pdf_xref *xref, size_t from, const struct pdf_value *dict, size_t *out)
{
    struct pdf_value value;
    struct pdf_lexer lexer;
    const struct pdf_entry *e;

    if (!pdf_dict_get(dict, "Length", &value, NULL))
        return false;
    if (value.kind == PDF_REFERENCE) {
        if (value.number > PDF_OBJECTS_MAX || (e = pdf_xref_find(xref, from, (uint32_t)value.number)) == NULL || e->type != PDF_IN_USE ||
            !pdf_object_at(file, e->where, e->id, e->generation, &lexer))
            return false;
        pdf_token_next(&lexer, &value);
    }
    *out = (size_t)value.number;
    return value.kind == PDF_INTEGER && value.number >= 0;
}

static int
by_place(const void *a, const void *b)
{
    const struct pdf_entry *x = a, *y = b;

    return x->where != y->where ? (x->where < y->where ? -1 : 1) : x->generation < y->generation ? -1 : x->generation > y->generation;
}

/* The entries of one stream, by index: the head must have their numbers there, and none of them twice. */
static jy_err
check_head(struct jy_slice file, const struct pdf_xref *xref, const struct pdf_entry *entries, size_t count, struct jy_fault *fault)
{
    const struct pdf_entry *at = entries[0].where > UINT32_MAX ? NULL : pdf_xref_find(xref, 0, (uint32_t)entries[0].where);
    struct pdf_value dict, number, offset;
    struct pdf_lexer lexer, head;
    struct jy_buf data = { 0 };
    size_t length, next = 0;
    int64_t first, n;
    jy_err rc;

    if (at == NULL || at->type != PDF_IN_USE || !pdf_object_at(file, at->where, at->id, at->generation, &lexer))
        return jy_fail(fault, JY_E_DAMAGED, "PDF xref", 0, "object %u stands in an object stream that does not exist", entries[0].id);
    pdf_value_next(&lexer, &dict);
    if (dict.kind != PDF_DICT || (first = pdf_dict_integer(&dict, "First", -1)) < 0 || (n = pdf_dict_integer(&dict, "N", -1)) < 0 || first > HEAD_MAX ||
        !pdf_stream_length(file, xref, 0, &dict, &length))
        return jy_fail(fault, JY_E_DAMAGED, "PDF", at->where, "object stream %u: N, First or Length is wrong", at->id);
    /* Only the head: what is unpacked beyond it is not asked for. */
    if ((rc = pdf_stream_data(&lexer, &dict, length, (size_t)first, &data)) == JY_E_LIMIT)
        rc = JY_OK;
    if (rc == JY_E_UNSUPPORTED)                              /* a filter that only qpdf knows: it goes by the number */
        rc = JY_OK;
    else if (rc == JY_OK && data.len < (size_t)first)
        rc = JY_E_DAMAGED;
    if (rc != JY_OK) {
        jy_fail(fault, rc, "PDF", at->where, "object stream %u cannot be decoded", at->id);
        goto out;
    }
    head = (struct pdf_lexer){ JY_SLICE(data.p, data.len < (size_t)first ? 0 : (size_t)first), 0 };
    for (int64_t i = 0; i < n && next < count && head.in.len > 0; i++) {
        pdf_token_next(&head, &number);
        pdf_token_next(&head, &offset);
        if (number.kind != PDF_INTEGER || offset.kind != PDF_INTEGER) {
            rc = jy_fail(fault, JY_E_DAMAGED, "PDF", at->where, "object stream %u: the list of objects is wrong", at->id);
            goto out;
        }
        if (entries[next].generation == (uint32_t)i && number.number == (int64_t)entries[next].id)
            next++;
    }
    if (next < count && head.in.len > 0)
        rc = jy_fail(fault, JY_E_AMBIGUOUS, "PDF", at->where, "object %u has another place in object stream %u than its entry says", entries[next].id, at->id);
out:
    jy_buf_free(&data);
    return rc;
}

jy_err
pdf_check_object_streams(struct jy_slice file, const struct pdf_xref *xref, struct jy_fault *fault)
{
    struct pdf_entry *list;
    size_t room = 0, n = 0;
    jy_err rc = JY_OK;

    for (size_t i = 0; i < xref->count; i++)
        for (size_t k = 0; k < xref->sections[i].count; k++)
            room += xref->sections[i].entries[k].type == PDF_COMPRESSED;
    if (room == 0)
        return JY_OK;
    if ((list = calloc(room, sizeof(*list))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < xref->count; i++)
        for (size_t k = 0; k < xref->sections[i].count; k++) {
            const struct pdf_entry *e = &xref->sections[i].entries[k];
            if (e->type == PDF_COMPRESSED && pdf_xref_find(xref, 0, e->id) == e)
                list[n++] = *e;
        }
    qsort(list, n, sizeof(*list), by_place);
    for (size_t i = 0, end; rc == JY_OK && i < n; i = end) {
        for (end = i + 1; end < n && list[end].where == list[i].where; end++)
            ;
        rc = check_head(file, xref, &list[i], end - i, fault);
    }
    free(list);
    return rc;
}

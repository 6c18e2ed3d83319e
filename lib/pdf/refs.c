/* SPDX-License-Identifier: Apache-2.0 */
/* A pass over the raw objects of some revisions: dictionaries and arrays, never the data of streams but for object streams. */
#include "pdf/refs.h"

#include <stdlib.h>
#include <string.h>

#define OBJECT_STREAM_MAX (32u << 20)

struct pass {
    struct jy_slice file;
    const struct pdf_xref *xref;
    size_t from;
    pdf_token_fn fn;
    void *arg;
    struct jy_fault *fault;
};

static int
by_id(const void *a, const void *b)
{
    const struct pdf_referred *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

const struct pdf_referred *
pdf_refs_of(const struct pdf_refs *refs, uint32_t id)
{
    struct pdf_referred key = { .id = id };

    return refs->count == 0 ? NULL : bsearch(&key, refs->list, refs->count, sizeof(key), by_id);
}

/* The tokens of one object, to endobj, to the data of its stream or to the end of the bytes. */
static jy_err
pass_object(const struct pass *pass, uint32_t id, struct pdf_lexer lexer)
{
    struct pdf_value token;
    jy_err rc;

    for (;;) {
        pdf_token_next(&lexer, &token);
        if (token.kind == PDF_END || pdf_word_is(&token, "endobj"))
            return JY_OK;
        if (token.kind == PDF_BAD)
            return jy_fail(pass->fault, JY_E_DAMAGED, "PDF", token.at, "object %u is not PDF syntax", id);
        if ((rc = pass->fn(pass->arg, id, &token)) != JY_OK || pdf_word_is(&token, "stream"))
            return rc;
    }
}

/* The objects of an object stream that are in effect (7.5.7). */
static jy_err
pass_object_stream(const struct pass *pass, uint32_t id, const struct pdf_lexer *after, const struct pdf_value *dict)
{
    struct jy_buf data = { 0 };
    struct pdf_lexer head;
    int64_t n = pdf_dict_integer(dict, "N", -1), first = pdf_dict_integer(dict, "First", -1);
    size_t length;
    jy_err rc;

    if (!pdf_stream_length(pass->file, pass->xref, pass->from, dict, &length) || n < 0 || n > PDF_OBJECTS_MAX || first < 0)
        return jy_fail(pass->fault, JY_E_DAMAGED, "PDF", dict->at, "object stream %u: N, First or Length is wrong", id);
    if ((rc = pdf_stream_data(after, dict, length, OBJECT_STREAM_MAX, &data)) != JY_OK) {
        jy_fail(pass->fault, rc, "PDF", dict->at, "object stream %u cannot be decoded", id);
        goto out;
    }
    if ((size_t)first > data.len) {
        rc = jy_fail(pass->fault, JY_E_DAMAGED, "PDF", dict->at, "object stream %u: First lies outside", id);
        goto out;
    }
    head = (struct pdf_lexer){ JY_SLICE(data.p, (size_t)first), 0 };
    for (int64_t i = 0; rc == JY_OK && i < n; i++) {
        struct pdf_value number, offset, next;
        struct pdf_lexer ahead;
        const struct pdf_entry *e;
        size_t end = data.len - (size_t)first;
        pdf_token_next(&head, &number);
        pdf_token_next(&head, &offset);
        ahead = head;
        pdf_token_next(&ahead, &next);
        pdf_token_next(&ahead, &next);
        if (number.kind != PDF_INTEGER || offset.kind != PDF_INTEGER || number.number < 0 || number.number > PDF_OBJECTS_MAX || offset.number < 0 ||
            (uint64_t)offset.number > end) {
            rc = jy_fail(pass->fault, JY_E_DAMAGED, "PDF", dict->at, "object stream %u: the list of objects is wrong", id);
            break;
        }
        if (next.kind == PDF_INTEGER && next.number >= offset.number && (uint64_t)next.number < end)
            end = (size_t)next.number;
        e = pdf_xref_find(pass->xref, pass->from, (uint32_t)number.number);
        if (e == NULL || e->type != PDF_COMPRESSED || e->where != id)
            continue;
        /* Some readers go by the index, some by the number. */
        if (e->generation != (uint32_t)i)
            rc = jy_fail(pass->fault, JY_E_AMBIGUOUS, "PDF", dict->at, "object %u has another place in object stream %u than its entry says", e->id, id);
        else
            rc = pass_object(pass, e->id, (struct pdf_lexer){ JY_SLICE(data.p + first + offset.number, end - (size_t)offset.number), 0 });
    }
out:
    jy_buf_free(&data);
    return rc;
}

static bool
is_section(const struct pdf_xref *xref, size_t at)
{
    for (size_t i = 0; i < xref->count; i++)
        if (xref->sections[i].at == at)
            return true;
    return false;
}

/* Writers are met that put down a wrong offset for their own xref stream; nothing refers to it. */
static bool
is_number_of_section(const struct pdf_xref *xref, uint32_t id)
{
    for (size_t i = 0; i < xref->count; i++)
        if (xref->sections[i].id == id)
            return true;
    return false;
}

jy_err
pdf_tokens_scan(struct jy_slice file, const struct pdf_xref *xref, size_t from, size_t to, pdf_token_fn fn, void *arg, struct jy_fault *fault)
{
    struct pass pass = { file, xref, from, fn, arg, fault };
    jy_err rc = JY_OK;

    for (size_t i = from; rc == JY_OK && i < to; i++)
        for (size_t k = 0; rc == JY_OK && k < xref->sections[i].count; k++) {
            const struct pdf_entry *e = &xref->sections[i].entries[k];
            struct pdf_lexer lexer, after;
            struct pdf_value dict, type;
            if (e->type != PDF_IN_USE || pdf_xref_find(xref, from, e->id) != e || is_section(xref, e->where))
                continue;
            if (!pdf_object_at(file, e->where, e->id, e->generation, &lexer)) {
                if (is_number_of_section(xref, e->id))
                    continue;
                rc = jy_fail(fault, JY_E_DAMAGED, "PDF xref", e->where, "object %u does not stand where its entry says", e->id);
                break;
            }
            after = lexer;
            pdf_value_next(&after, &dict);
            if (dict.kind == PDF_DICT && pdf_dict_get(&dict, "Type", &type, NULL) && pdf_name_is(&type, "ObjStm"))
                rc = pass_object_stream(&pass, e->id, &after, &dict);
            else
                rc = pass_object(&pass, e->id, lexer);
        }
    return rc;
}

/* -- references -- */

struct collect {
    struct pdf_refs *refs;
    struct pdf_reference reference;
    struct pdf_brackets around;       /* the last token */
};

bool
pdf_reference_ends(struct pdf_reference *reference, uint32_t id, const struct pdf_value *token)
{
    int64_t *before = reference->before;

    if (reference->of != id)
        *reference = (struct pdf_reference){ .of = id, .before = { -1, -1 } };
    reference->number = before[0];
    reference->generation = before[1];
    before[0] = before[1];
    before[1] = token->kind == PDF_INTEGER ? token->number : -1;
    return pdf_word_is(token, "R") && reference->number >= 0 && reference->generation >= 0;
}

static bool
is_under(const struct pdf_bracket *dict, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        if (pdf_name_is(&dict->key, *keys))
            return true;
    return false;
}

/*
 * By these keys nothing is drawn. What is named by another, a font or a state of the page, may call itself a field as well, and as a field it could be
 * changed. An array is no resource, whoever names it: what is in it is not drawn by the names of its keys.
 */
static unsigned
place_of(const struct pdf_brackets *around)
{
    static const char *const lists[] = { "AcroForm", "Fields", "CO", "Kids", "Parent", "Annots", "Popup", "IRT", "Obj", "K", "T", "Root", "Data", NULL };
    static const char *const normal[] = { "N", NULL }, *const appearance[] = { "AP", NULL };
    const struct pdf_bracket *open = around->open;
    size_t i = around->depth;

    while (i > 0 && !open[i - 1].is_dict)
        i--;
    if (i == 0 || is_under(&open[i - 1], lists))
        return PDF_IN_LIST;
    return i > 1 && is_under(&open[i - 1], normal) && open[i - 2].is_dict && is_under(&open[i - 2], appearance) ? PDF_IN_APPEARANCE : PDF_ELSEWHERE;
}

static jy_err
note_reference(void *arg, uint32_t id, const struct pdf_value *token)
{
    struct collect *c = arg;
    struct pdf_referred *r;

    if (c->reference.of != id)
        c->around.depth = 0;
    if (pdf_reference_ends(&c->reference, id, token) && c->reference.number <= PDF_OBJECTS_MAX && c->reference.number != (int64_t)id &&
        (r = (struct pdf_referred *)(uintptr_t)pdf_refs_of(c->refs, (uint32_t)c->reference.number)) != NULL) {
        r->places |= place_of(&c->around);
        if (!(r->count > 0 && r->count <= PDF_REFERRERS_MAX && r->by[r->count - 1] == id)) {
            if (r->count < PDF_REFERRERS_MAX)
                r->by[r->count] = id;
            r->count++;
        }
    }
    return pdf_brackets_follow(&c->around, token) == PDF_TOO_DEEP ? JY_E_LIMIT : JY_OK;
}

jy_err
pdf_refs_scan(struct pdf_refs *refs, struct jy_slice file, const struct pdf_xref *xref, size_t from, size_t to, struct jy_fault *fault)
{
    struct collect c = { .refs = refs };

    return refs->count == 0 ? JY_OK : pdf_tokens_scan(file, xref, from, to, note_reference, &c, fault);
}

/* -- references that lead nowhere -- */

struct missing {
    const struct pdf_xref *xref;
    struct pdf_nowhere *found;
    struct pdf_reference reference;
};

static jy_err
note_nowhere(void *arg, uint32_t id, const struct pdf_value *token)
{
    struct missing *m = arg;
    const struct pdf_entry *e;

    if (!pdf_reference_ends(&m->reference, id, token))
        return JY_OK;
    e = m->reference.number > PDF_OBJECTS_MAX ? NULL : pdf_xref_find(m->xref, 0, (uint32_t)m->reference.number);
    if (e != NULL) {
        m->found->wrong = m->found->wrong || m->reference.generation != (e->type == PDF_COMPRESSED ? 0 : (int64_t)e->generation);
        return JY_OK;
    }
    if (m->found->count < PDF_NOWHERE_MAX) {
        m->found->missing[m->found->count].of = id;
        m->found->missing[m->found->count].to = m->reference.number;
    }
    m->found->count++;
    return JY_OK;
}

jy_err
pdf_nowhere_find(struct pdf_nowhere *nowhere, struct jy_slice file, const struct pdf_xref *xref, struct jy_fault *fault)
{
    struct missing m = { .xref = xref, .found = nowhere };
    struct pdf_lexer trailer = pdf_inside(&xref->sections[0].trailer);
    struct pdf_value token;
    jy_err rc = JY_OK;

    if (nowhere->known)
        return JY_OK;
    *nowhere = (struct pdf_nowhere){ 0 };
    for (pdf_token_next(&trailer, &token); rc == JY_OK && token.kind != PDF_END && token.kind != PDF_BAD; pdf_token_next(&trailer, &token))
        rc = note_nowhere(&m, 0, &token);
    if (rc == JY_OK)
        rc = pdf_tokens_scan(file, xref, 0, xref->count, note_nowhere, &m, fault);
    nowhere->known = rc == JY_OK;
    return rc;
}

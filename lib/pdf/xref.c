/* SPDX-License-Identifier: Apache-2.0 */
/* Cross-reference tables and streams, read strictly: what two readers could read in two ways is refused. */
#include "pdf/xref.h"

#include <stdlib.h>
#include <string.h>

#define TAIL 1024              /* readers look for startxref in the last 1024 bytes (ISO 32000-1 Annex H, note 18) */
#define SECTIONS_FEW 8
#define ROW 20                 /* bytes of an entry of a table */

struct reader {
    struct jy_slice file;
    size_t header;
    struct pdf_xref *xref;
    size_t entries;                   /* of all sections */
    struct jy_fault *fault;
};

size_t
pdf_startxref(struct jy_slice bytes)
{
    size_t skip = bytes.len > TAIL ? bytes.len - TAIL : 0, at;
    struct jy_slice tail = JY_SLICE(bytes.p + skip, bytes.len - skip);
    struct pdf_lexer lexer = { tail, 0 };
    struct pdf_value value;

    if ((at = jy_slice_rfind(tail, jy_slice_text("startxref"))) == SIZE_MAX)
        return SIZE_MAX;
    lexer.pos = at + 9;
    pdf_token_next(&lexer, &value);
    if (value.kind != PDF_INTEGER || value.number < 0 || (uint64_t)value.number >= bytes.len)
        return SIZE_MAX;
    while (lexer.pos < tail.len && pdf_is_space(tail.p[lexer.pos]))
        lexer.pos++;
    return tail.len - lexer.pos >= 5 && memcmp(tail.p + lexer.pos, "%%EOF", 5) == 0 ? (size_t)value.number : SIZE_MAX;
}

bool
pdf_object_at(struct jy_slice file, size_t at, uint32_t id, uint32_t generation, struct pdf_lexer *out)
{
    struct pdf_value n, g, word;

    *out = (struct pdf_lexer){ file, at };
    if (at >= file.len)
        return false;
    pdf_token_next(out, &n);
    pdf_token_next(out, &g);
    pdf_token_next(out, &word);
    return n.kind == PDF_INTEGER && n.number == (int64_t)id && g.kind == PDF_INTEGER && g.number == (int64_t)generation && pdf_word_is(&word, "obj");
}

static jy_err
new_section(struct reader *r, size_t at, struct pdf_section **out)
{
    struct pdf_section *list;

    if (r->xref->count == JY_PDF_SECTIONS_MAX)
        return jy_fail(r->fault, JY_E_LIMIT, "PDF xref", at, "more than %d sections", JY_PDF_SECTIONS_MAX);
    if ((list = realloc(r->xref->sections, (r->xref->count + 1) * sizeof(*list))) == NULL)
        return JY_E_NOMEM;
    r->xref->sections = list;
    *out = &list[r->xref->count++];
    **out = (struct pdf_section){ .at = at };
    return JY_OK;
}

/* Room for count more entries. */
static jy_err
more_entries(struct reader *r, struct pdf_section *s, size_t count)
{
    struct pdf_entry *list;

    if (count > PDF_OBJECTS_MAX || (r->entries += count) > JY_PDF_ENTRIES_MAX)
        return jy_fail(r->fault, JY_E_LIMIT, "PDF xref", s->at, "more than %d entries", JY_PDF_ENTRIES_MAX);
    if ((list = realloc(s->entries, (s->count + count + 1) * sizeof(*list))) == NULL)
        return JY_E_NOMEM;
    s->entries = list;
    return JY_OK;
}

static int
by_id(const void *a, const void *b)
{
    const struct pdf_entry *x = a, *y = b;

    return x->id < y->id ? -1 : x->id > y->id;
}

/* Entries by id. An id that stands twice is taken from the first place by some and from the last by others. */
static jy_err
order(struct reader *r, struct pdf_section *s)
{
    bool rising = true;

    for (size_t i = 1; i < s->count; i++)
        rising = rising && s->entries[i - 1].id < s->entries[i].id;
    if (rising || s->count == 0)
        return JY_OK;
    qsort(s->entries, s->count, sizeof(*s->entries), by_id);
    for (size_t i = 1; i < s->count; i++)
        if (s->entries[i - 1].id == s->entries[i].id && s->entries[i].id != 0)
            return jy_fail(r->fault, JY_E_AMBIGUOUS, "PDF xref", s->at, "object %u stands twice in one section", s->entries[i].id);
    return JY_OK;
}

static bool
read_digits(const uint8_t *p, size_t n, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(p[i] - '0');
    }
    return true;
}

/* "0000000015 00000 n" and a two-byte line end; entries of 19 bytes with a bare line feed are met and cannot be misread. */
static bool
read_row(struct reader *r, struct pdf_lexer *lexer, struct pdf_entry *out)
{
    const uint8_t *p = lexer->in.p + lexer->pos;
    size_t left = lexer->in.len - lexer->pos, len = 18;
    uint64_t where, generation;

    if (left < ROW || !read_digits(p, 10, &where) || p[10] != ' ' || !read_digits(p + 11, 5, &generation) || p[16] != ' ' || (p[17] != 'n' && p[17] != 'f'))
        return false;
    while (len < ROW && (p[len] == ' ' || p[len] == '\r' || p[len] == '\n'))
        len++;
    if (len == 18)
        return false;
    lexer->pos += len;
    out->type = p[17] == 'n' ? PDF_IN_USE : PDF_FREE;
    out->where = (size_t)where + r->header;
    out->generation = (uint32_t)generation;
    return true;
}

static jy_err
read_table(struct reader *r, struct pdf_section *s, struct pdf_lexer *lexer)
{
    struct pdf_value first, count;
    jy_err rc;

    for (;;) {
        pdf_token_next(lexer, &first);
        if (pdf_word_is(&first, "trailer"))
            break;
        pdf_token_next(lexer, &count);
        if (first.kind != PDF_INTEGER || count.kind != PDF_INTEGER || first.number < 0 || count.number < 0 ||
            first.number + count.number > PDF_OBJECTS_MAX + 1)
            return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref", first.at, "a subsection has no two numbers in range");
        if ((rc = more_entries(r, s, (size_t)count.number)) != JY_OK)
            return rc;
        while (lexer->pos < lexer->in.len && pdf_is_space(lexer->in.p[lexer->pos]))
            lexer->pos++;
        for (int64_t i = 0; i < count.number; i++) {
            struct pdf_entry *e = &s->entries[s->count];
            if (!read_row(r, lexer, e))
                return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref", lexer->pos, "an entry is not 20 bytes of offset, generation and n or f");
            e->id = (uint32_t)(first.number + i);
            /* A table that begins with 1 instead of 0: some readers shift it back, others do not. */
            if (i == 0 && e->id == 1 && e->type == PDF_FREE && e->generation == 65535)
                return jy_fail(r->fault, JY_E_AMBIGUOUS, "PDF xref", lexer->pos, "the head of the free list has number 1");
            s->count++;
        }
    }
    pdf_value_next(lexer, &s->trailer);
    if (s->trailer.kind != PDF_DICT)
        return jy_fail(r->fault, JY_E_DAMAGED, "PDF trailer", lexer->pos, "is no dictionary");
    return order(r, s);
}

/* -- xref streams -- */

static uint64_t
field(const uint8_t *p, size_t width, uint64_t other)
{
    uint64_t n = 0;

    if (width == 0)
        return other;
    for (size_t i = 0; i < width; i++)
        n = n << 8 | p[i];
    return n;
}

static bool
read_widths(const struct pdf_value *dict, size_t widths[3])
{
    struct pdf_value array, n;
    struct pdf_lexer lexer;

    if (!pdf_dict_get(dict, "W", &array, NULL) || array.kind != PDF_ARRAY)
        return false;
    lexer = pdf_inside(&array);
    for (int i = 0; i < 3; i++) {
        pdf_value_next(&lexer, &n);
        if (n.kind != PDF_INTEGER || n.number < 0 || n.number > 8)
            return false;
        widths[i] = (size_t)n.number;
    }
    pdf_value_next(&lexer, &n);
    return n.kind == PDF_END && widths[1] > 0;
}

/* One run of ids; *at moves through the decoded rows. */
static jy_err
read_run(struct reader *r, struct pdf_section *s, struct jy_slice rows, size_t *at, const size_t widths[3], int64_t first, int64_t count)
{
    size_t row = widths[0] + widths[1] + widths[2];
    jy_err rc;

    if (first < 0 || count < 0 || first + count > PDF_OBJECTS_MAX + 1 || (uint64_t)count > (rows.len - *at) / row)
        return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref stream", s->at, "Index and data do not fit");
    if ((rc = more_entries(r, s, (size_t)count)) != JY_OK)
        return rc;
    for (int64_t i = 0; i < count; i++, *at += row) {
        const uint8_t *p = rows.p + *at;
        uint64_t type = field(p, widths[0], 1), where = field(p + widths[0], widths[1], 0), third = field(p + widths[0] + widths[1], widths[2], 0);
        if (type > PDF_COMPRESSED)
            continue;                                       /* a type of the future is a reference to null (7.5.8.3) */
        if (third > UINT32_MAX || where > SIZE_MAX / 2)
            return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref stream", s->at, "object %lld: numbers out of range", (long long)(first + i));
        s->entries[s->count++] = (struct pdf_entry){ (uint32_t)(first + i), (uint32_t)third, (size_t)where + (type == PDF_IN_USE ? r->header : 0),
                                                     (enum pdf_entry_type)type };
    }
    return JY_OK;
}

static jy_err
read_xref_stream(struct reader *r, struct pdf_section *s)
{
    struct pdf_lexer lexer = { r->file, s->at }, index = { JY_EMPTY, 0 };
    struct pdf_value n, g, word, type, value;
    struct jy_buf rows = { 0 };
    size_t widths[3], at = 0;
    int64_t length, size;
    jy_err rc;

    s->is_stream = true;
    pdf_token_next(&lexer, &n);
    pdf_token_next(&lexer, &g);
    pdf_token_next(&lexer, &word);
    if (n.kind != PDF_INTEGER || g.kind != PDF_INTEGER || !pdf_word_is(&word, "obj"))
        return jy_fail(r->fault, JY_E_DAMAGED, "PDF startxref", s->at, "neither a table nor a stream stands there");
    s->id = n.number > 0 && n.number <= PDF_OBJECTS_MAX ? (uint32_t)n.number : 0;
    pdf_value_next(&lexer, &s->trailer);
    if (s->trailer.kind != PDF_DICT || !pdf_dict_get(&s->trailer, "Type", &type, NULL) || !pdf_name_is(&type, "XRef") || !read_widths(&s->trailer, widths))
        return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref stream", s->at, "Type or W is wrong");
    length = pdf_dict_integer(&s->trailer, "Length", -1);
    size = pdf_dict_integer(&s->trailer, "Size", -1);
    if (length < 0 || size < 1 || size > PDF_OBJECTS_MAX + 1)
        return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref stream", s->at, "Length or Size is missing or out of range");
    if ((rc = pdf_stream_data(&lexer, &s->trailer, (size_t)length, (size_t)(size + 1) * (widths[0] + widths[1] + widths[2]), &rows)) != JY_OK) {
        jy_fail(r->fault, rc, "PDF xref stream", s->at, "cannot be decoded");
        goto out;
    }
    if (!pdf_dict_get(&s->trailer, "Index", &value, NULL)) {
        rc = read_run(r, s, jy_buf_slice(&rows), &at, widths, 0, size);
    } else {
        index = pdf_inside(&value);
        for (rc = JY_OK; rc == JY_OK;) {
            pdf_token_next(&index, &n);
            if (n.kind == PDF_END)
                break;
            pdf_token_next(&index, &g);
            rc = n.kind != PDF_INTEGER || g.kind != PDF_INTEGER ? jy_fail(r->fault, JY_E_DAMAGED, "PDF xref stream", s->at, "Index is no list of pairs")
                                                                 : read_run(r, s, jy_buf_slice(&rows), &at, widths, n.number, g.number);
        }
    }
    if (rc == JY_OK)
        rc = order(r, s);
out:
    jy_buf_free(&rows);
    return rc;
}

/* -- the chain -- */

static jy_err
read_section(struct reader *r, size_t at, bool hybrid_part)
{
    struct pdf_lexer lexer = { r->file, at };
    struct pdf_section *s;
    struct pdf_value word;
    jy_err rc;

    for (size_t i = 0; i < r->xref->count; i++)
        if (r->xref->sections[i].at == at)
            return jy_fail(r->fault, JY_E_DAMAGED, "PDF xref", at, "the chain of sections is a loop");
    if ((rc = new_section(r, at, &s)) != JY_OK)
        return rc;
    s->is_hybrid_part = hybrid_part;
    pdf_token_next(&lexer, &word);
    if (pdf_word_is(&word, "xref") && !hybrid_part)
        rc = read_table(r, s, &lexer);
    else
        rc = read_xref_stream(r, s);
    if (rc == JY_OK && pdf_dict_get(&s->trailer, "Encrypt", &word, NULL) && !pdf_word_is(&word, "null"))
        rc = jy_fail(r->fault, JY_E_ENCRYPTED, "PDF /Encrypt", at, "the file is encrypted");
    return rc;
}

const struct pdf_entry *
pdf_section_find(const struct pdf_section *s, uint32_t id)
{
    struct pdf_entry key = { .id = id };

    return s->count == 0 || id < s->entries[0].id || id > s->entries[s->count - 1].id ? NULL
                                                                                       : bsearch(&key, s->entries, s->count, sizeof(key), by_id);
}

static int
by_place(const void *a, const void *b)
{
    const struct pdf_place *x = a, *y = b;

    return x->id != y->id ? (x->id < y->id ? -1 : 1) : x->section < y->section ? -1 : x->section > y->section;
}

/* A reference may be asked for in a thousand sections, and a file has millions of them. */
static jy_err
order_places(struct reader *r)
{
    struct pdf_xref *x = r->xref;

    if (x->count <= SECTIONS_FEW)
        return JY_OK;
    if ((x->places = calloc(r->entries + 1, sizeof(*x->places))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < x->count; i++)
        for (size_t k = 0; k < x->sections[i].count; k++)
            x->places[x->place_count++] = (struct pdf_place){ x->sections[i].entries[k].id, (uint32_t)i, (uint32_t)k };
    qsort(x->places, x->place_count, sizeof(*x->places), by_place);
    return JY_OK;
}

/* The first entry for id in the sections from `from` on, and in which. */
static const struct pdf_entry *
first_from(const struct pdf_xref *xref, size_t from, uint32_t id, size_t *section)
{
    const struct pdf_entry *e = NULL;
    size_t low = 0, high = xref->place_count;

    for (*section = from; xref->places == NULL && *section < xref->count; ++*section)
        if ((e = pdf_section_find(&xref->sections[*section], id)) != NULL)
            return e;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct pdf_place *p = &xref->places[middle];
        if (p->id < id || (p->id == id && p->section < from))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == xref->place_count || xref->places[low].id != id)
        return NULL;
    *section = xref->places[low].section;
    return &xref->sections[*section].entries[xref->places[low].entry];
}

const struct pdf_entry *
pdf_xref_find(const struct pdf_xref *xref, size_t from, uint32_t id)
{
    size_t i;
    const struct pdf_entry *e = first_from(xref, from, id, &i), *hidden;

    /* Hybrid files mark as free in the table what their XRefStm holds (7.5.8.4). */
    if (e != NULL && e->type == PDF_FREE && i + 1 < xref->count && xref->sections[i + 1].is_hybrid_part &&
        (hidden = pdf_section_find(&xref->sections[i + 1], id)) != NULL)
        e = hidden;
    return e == NULL || e->type == PDF_FREE ? NULL : e;
}

/* What readers resolve differently: another place in the two halves of a hybrid section, another generation without a free entry between. */
static jy_err
refuse_ambiguity(struct reader *r)
{
    const struct pdf_xref *x = r->xref;

    for (size_t i = 0; i < x->count; i++)
        for (size_t k = 0; k < x->sections[i].count; k++) {
            const struct pdf_entry *e = &x->sections[i].entries[k], *older;
            size_t j;
            if (e->type == PDF_COMPRESSED) {
                const struct pdf_entry *container = e->where > UINT32_MAX ? NULL : pdf_xref_find(x, i, (uint32_t)e->where);
                if (container != NULL && container->type == PDF_COMPRESSED)
                    return jy_fail(r->fault, JY_E_AMBIGUOUS, "PDF xref", x->sections[i].at, "object %u: an object stream inside an object stream", e->id);
            }
            if (e->type == PDF_FREE || (older = first_from(x, i + 1, e->id, &j)) == NULL || older->type == PDF_FREE)
                continue;
            if (j == i + 1 && x->sections[j].is_hybrid_part &&
                (older->type != e->type || older->where != e->where || older->generation != e->generation))
                return jy_fail(r->fault, JY_E_AMBIGUOUS, "PDF XRefStm", x->sections[j].at, "object %u stands elsewhere than in its table", e->id);
            if ((older->type == PDF_IN_USE ? older->generation : 0) != (e->type == PDF_IN_USE ? e->generation : 0))
                return jy_fail(r->fault, JY_E_AMBIGUOUS, "PDF xref", x->sections[i].at, "object %u is in use in two generations", e->id);
        }
    return JY_OK;
}

/* Offsets count from %PDF- for some readers and from byte 0 for others: only one of both may lead to a section. */
static jy_err
refuse_two_origins(struct reader *r, size_t startxref)
{
    struct pdf_lexer lexer = { r->file, startxref };
    struct pdf_value value, word;
    bool leads;

    if (r->header == 0)
        return JY_OK;
    pdf_token_next(&lexer, &value);
    leads = pdf_word_is(&value, "xref");
    if (!leads && value.kind == PDF_INTEGER) {
        pdf_token_next(&lexer, &word);
        pdf_token_next(&lexer, &word);
        leads = pdf_word_is(&word, "obj");
    }
    if (leads && value.at == startxref)
        return jy_fail(r->fault, JY_E_AMBIGUOUS, "PDF startxref", startxref, "leads to two sections, from %%PDF- and from byte 0");
    return JY_OK;
}

jy_err
pdf_xref_read(struct jy_slice file, size_t header, struct pdf_xref *out, size_t *startxref, struct jy_fault *fault)
{
    struct reader r = { file, header, out, 0, fault };
    int64_t next;
    jy_err rc;

    *out = (struct pdf_xref){ 0 };
    if ((*startxref = pdf_startxref(file)) == SIZE_MAX)
        return jy_fail(fault, JY_E_DAMAGED, "PDF", file.len, "no startxref, offset and %%%%EOF in the last %d bytes", TAIL);
    if ((rc = refuse_two_origins(&r, *startxref)) != JY_OK)
        return rc;
    for (next = (int64_t)*startxref; rc == JY_OK && next >= 0;) {
        size_t first = out->count;
        int64_t hidden;
        if ((uint64_t)next + header >= file.len) {
            rc = jy_fail(fault, JY_E_DAMAGED, "PDF startxref", (uint64_t)next, "points outside the file");
            break;
        }
        if ((rc = read_section(&r, (size_t)next + header, false)) != JY_OK)
            break;
        next = pdf_dict_integer(&out->sections[first].trailer, "Prev", -1);
        hidden = out->sections[first].is_stream ? -1 : pdf_dict_integer(&out->sections[first].trailer, "XRefStm", -1);
        if (hidden >= 0)
            rc = (uint64_t)hidden + header >= file.len ? jy_fail(fault, JY_E_DAMAGED, "PDF XRefStm", (uint64_t)hidden, "points outside the file")
                                                       : read_section(&r, (size_t)hidden + header, true);
    }
    if (rc == JY_OK && (rc = order_places(&r)) == JY_OK)
        rc = refuse_ambiguity(&r);
    if (rc != JY_OK)
        pdf_xref_free(out);
    return rc;
}

void
pdf_xref_free(struct pdf_xref *xref)
{
    for (size_t i = 0; i < xref->count; i++)
        free(xref->sections[i].entries);
    free(xref->places);
    free(xref->sections);
    *xref = (struct pdf_xref){ 0 };
}

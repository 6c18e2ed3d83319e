/* SPDX-License-Identifier: Apache-2.0 */
/* The revisions of a PDF: what each incremental update wrote, and which signature ends with it (ISO 32000-2 7.5.6, 12.8.1). */
#include "pdf/pdf.h"

#include "codec/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Behind the "%%EOF" that belongs to the startxref naming this section; 0 when no startxref does. */
static size_t
end_of(const struct pdf *pdf, size_t section_at)
{
    const struct jy_slice word = jy_slice_text("startxref"), eof = jy_slice_text("%%EOF");
    struct jy_slice rest = { pdf->file.p + section_at, pdf->file.len - section_at };
    size_t found;

    while ((found = jy_slice_find(rest, word)) != SIZE_MAX) {
        struct pdf_lexer lexer = { { rest.p + found + word.len, rest.len - found - word.len }, 0 };
        struct pdf_value number;
        rest = lexer.in;
        pdf_token_next(&lexer, &number);
        if (number.kind == PDF_INTEGER && number.number >= 0 && (size_t)number.number + pdf->header == section_at &&
            (found = jy_slice_find(rest, eof)) != SIZE_MAX) {
            const uint8_t *p = rest.p + found + eof.len, *end = pdf->file.p + pdf->file.len;
            p += p < end && *p == '\r';
            p += p < end && *p == '\n';
            return (size_t)(p - pdf->file.p);
        }
    }
    return 0;
}

/* "Annot Widget", "Sig", "Page" …: Type and Subtype of an object as it stands in the file. */
static json_t *
type_of(const struct pdf *pdf, const struct pdf_entry *e)
{
    struct pdf_lexer lexer;
    struct pdf_value value, name;
    char text[128] = "";
    size_t len = 0;

    if (e->type == PDF_COMPRESSED) {
        snprintf(text, sizeof(text), "in object stream %zu", e->where);
        return json_string(text);
    }
    if (!pdf_object_at(pdf->file, e->where, e->id, e->generation, &lexer))
        return json_string("unreadable");
    pdf_value_next(&lexer, &value);
    if (value.kind != PDF_DICT)
        return json_string(value.kind == PDF_ARRAY ? "array" : "value");
    for (int i = 0; i < 2; i++)
        if (pdf_dict_get(&value, i == 0 ? "Type" : "Subtype", &name, NULL) && name.kind == PDF_NAME && name.text.len > 1)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%.*s", len == 0 ? "" : " ", name.text.len > 40 ? 40 : (int)name.text.len - 1,
                                    (const char *)name.text.p + 1);
    return jy_json_text(text[0] == '\0' ? "dictionary" : text);
}

/* Entries of the sections [newer, older) of the chain, by what they did to what was there before. */
static json_t *
objects_json(const struct pdf *pdf, size_t newer, size_t older)
{
    json_t *list = json_array();

    for (size_t i = newer; i < older; i++)
        for (size_t k = 0; k < pdf->xref.sections[i].count; k++) {
            const struct pdf_entry *e = &pdf->xref.sections[i].entries[k];
            bool was_there = pdf_xref_find(&pdf->xref, older, e->id) != NULL;
            if (e->id == 0 || (e->type == PDF_FREE && !was_there))
                continue;
            json_array_append_new(list, json_pack("{s:I, s:I, s:s, s:o}", "id", (json_int_t)e->id, "generation",
                                                  (json_int_t)(e->type == PDF_COMPRESSED ? 0 : e->generation), "change",
                                                  e->type == PDF_FREE ? "removed" : was_there ? "changed" : "added", "type",
                                                  e->type == PDF_FREE ? json_string("") : type_of(pdf, e)));
        }
    return list;
}

static size_t
count_entries(const struct pdf *pdf, size_t newer, size_t older)
{
    size_t count = 0;

    for (size_t i = newer; i < older; i++)
        for (size_t k = 0; k < pdf->xref.sections[i].count; k++)
            count += pdf->xref.sections[i].entries[k].type != PDF_FREE;
    return count;
}

static json_t *
revision_json(const struct pdf *pdf, size_t newer, size_t older, size_t begin, size_t end)
{
    json_t *ids = json_array(), *out = json_object();

    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].end == end)
            json_array_append_new(ids, jy_json_text(pdf->signatures[i].id));
    json_object_set_new(out, "begin", json_integer((json_int_t)begin));
    json_object_set_new(out, "end", json_integer((json_int_t)end));
    json_object_set_new(out, "signatures", ids);
    json_object_set_new(out, "object_count", json_integer((json_int_t)count_entries(pdf, newer, older)));
    /* The first revision is the document itself; what later ones did is told object by object. */
    json_object_set_new(out, "objects", begin == 0 ? json_array() : objects_json(pdf, newer, older));
    return out;
}

/* Oldest first. A section that no startxref names belongs to the next newer one: hybrid tables, the second half of a linearized file. */
static json_t *
revisions_json(const struct pdf *pdf, size_t *last)
{
    json_t *list = json_array();
    size_t older = pdf->xref.count, begin = 0;

    for (size_t i = pdf->xref.count; i-- > 0;) {
        size_t end = end_of(pdf, pdf->xref.sections[i].at);
        if (end <= begin)
            continue;
        json_array_append_new(list, revision_json(pdf, i, older, begin, end));
        begin = end;
        older = i;
    }
    *last = begin;
    return list;
}

static json_t *
covers_json(const struct jy_signature *s)
{
    json_t *list = json_array();
    const char *range = strchr(s->path, '[');
    unsigned long long n[4];

    if (range != NULL && sscanf(range, "[%llu %llu %llu %llu]", &n[0], &n[1], &n[2], &n[3]) == 4)
        for (int i = 0; i < 4; i += 2)
            json_array_append_new(list, json_pack("{s:I, s:I}", "begin", (json_int_t)n[i], "end", (json_int_t)(n[i] + n[i + 1])));
    return list;
}

jy_err
pdf_inspect(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault)
{
    const struct pdf *pdf = impl;
    size_t last;

    (void)fault;
    json_object_set_new(out, "revisions", revisions_json(pdf, &last));
    json_object_set_new(out, "bytes_behind", json_integer((json_int_t)(pdf->file.len - last)));
    for (size_t i = 0; i < pdf->signature_count; i++) {
        json_t *one = json_array_get(signatures, i);
        json_object_set_new(one, "time_stamp_only", json_boolean(pdf->details[i].is_time_stamp));
        json_object_set_new(one, "permission", json_integer(pdf->details[i].permission));
        json_object_set_new(one, "covers", covers_json(&pdf->signatures[i]));
    }
    return JY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Writing an incremental update (ISO 32000 7.5.6). */
#include "pdf/update.h"

#include "pdf/refs.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The highest number that a reference names. */
struct mentioned {
    struct pdf_reference reference;
    int64_t highest;
};

static jy_err
note_mention(void *arg, uint32_t id, const struct pdf_value *token)
{
    struct mentioned *m = arg;

    if (pdf_reference_ends(&m->reference, id, token) && m->reference.number > m->highest)
        m->highest = m->reference.number;
    return JY_OK;
}

/* What is written anew must be what its key says: the dictionary may be one of the page's fonts as well, and they would be gone. */
static jy_err
check_form(qpdf_data q, struct jy_fault *fault)
{
    qpdf_oh form = qpdf_oh_get_key(q, qpdf_get_root(q), "/AcroForm");
    const struct { const char *key; QPDF_BOOL (*is_kind)(qpdf_data, qpdf_oh); } entries[] = {
        { "/Fields", qpdf_oh_is_array }, { "/SigFlags", qpdf_oh_is_integer }, { "/NeedAppearances", qpdf_oh_is_bool },
    };

    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
        qpdf_oh value = qpdf_oh_get_key_if_dict(q, form, entries[i].key);

        if (!qpdf_oh_is_null(q, value) && !entries[i].is_kind(q, value))
            return jy_fail(fault, JY_E_DAMAGED, "PDF AcroForm", 0, "%s is of another kind than it must be (ISO 32000-2 12.7.3)", entries[i].key);
    }
    return JY_OK;
}

jy_err
pdf_update_begin(struct pdf_update *u, struct pdf *pdf, struct jy_fault *fault)
{
    struct mentioned m = { .highest = 0 };
    long long size = 0;
    jy_err rc;

    *u = (struct pdf_update){ .pdf = pdf };
    if ((rc = check_form(pdf->q, fault)) != JY_OK)
        return rc;
    qpdf_oh_get_value_as_longlong(pdf->q, qpdf_oh_get_key(pdf->q, qpdf_get_trailer(pdf->q), "/Size"), &size);
    if (size < 1 || size > JY_PDF_NUMBER_MAX)
        return jy_fail(fault, JY_E_DAMAGED, "PDF /Size", 0, "%lld", size);
    for (size_t i = 0; i < pdf->xref.count; i++) {
        const struct pdf_section *s = &pdf->xref.sections[i];
        struct pdf_lexer lexer = pdf_inside(&s->trailer);
        struct pdf_value token;

        if (s->count > 0 && s->entries[s->count - 1].id > m.highest)
            m.highest = s->entries[s->count - 1].id;
        for (pdf_token_next(&lexer, &token); token.kind != PDF_END && token.kind != PDF_BAD; pdf_token_next(&lexer, &token))
            if ((rc = note_mention(&m, 0, &token)) != JY_OK)
                return rc;
    }
    if ((rc = pdf_tokens_scan(pdf->file, &pdf->xref, 0, pdf->xref.count, note_mention, &m, fault)) != JY_OK)
        return rc;
    if (m.highest >= JY_PDF_NUMBER_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PDF", 0, "a reference to object %lld", (long long)m.highest);
    u->next_id = m.highest >= size ? (int)m.highest + 1 : (int)size;
    return JY_OK;
}

void
pdf_add(struct pdf_update *u, const char *text)
{
    if (u->rc == JY_OK)
        u->rc = jy_buf_text(&u->bytes, text);
}

void
pdf_begin_object(struct pdf_update *u, int id, int generation)
{
    if (u->rc != JY_OK)
        return;
    if (u->count == u->cap) {
        size_t cap = u->cap == 0 ? 64 : u->cap * 2;
        struct pdf_written *objects = realloc(u->objects, cap * sizeof(*objects));

        if (objects == NULL) {
            u->rc = JY_E_NOMEM;
            return;
        }
        u->objects = objects;
        u->cap = cap;
    }
    u->objects[u->count++] = (struct pdf_written){ id, generation, u->pdf->file.len + u->bytes.len - u->pdf->header };
    PDF_ADD(u, "%d %d obj\n", id, generation);
}

void
pdf_begin_version(struct pdf_update *u, qpdf_oh object)
{
    pdf_begin_object(u, qpdf_oh_get_object_id(u->pdf->q, object), qpdf_oh_get_generation(u->pdf->q, object));
}

void
pdf_copy_entries(struct pdf_update *u, qpdf_oh dict, const char *const *but)
{
    qpdf_data q = u->pdf->q;
    char *keys[1024];
    size_t count = 0;

    for (qpdf_oh_begin_dict_key_iter(q, dict); qpdf_oh_dict_more_keys(q) && count < 1024;)
        keys[count++] = strdup(qpdf_oh_dict_next_key(q));
    for (size_t i = 0; i < count; i++) {
        bool left_out = keys[i] == NULL;
        for (const char *const *b = but; !left_out && *b != NULL; b++)
            left_out = strcmp(*b, keys[i]) == 0;
        if (!left_out) {
            qpdf_oh name = qpdf_oh_new_name(q, keys[i]);
            char *key = pdf_text(q, name), *value = pdf_text(q, qpdf_oh_get_key(q, dict, keys[i]));
            PDF_ADD(u, "%s %s\n", key, value);
            free(key);
            free(value);
        }
        free(keys[i]);
    }
    if (count == 1024)
        u->rc = JY_E_LIMIT;
}

void
pdf_copy_items(struct pdf_update *u, qpdf_oh array)
{
    qpdf_data q = u->pdf->q;

    for (int i = 0; qpdf_oh_is_array(q, array) && i < qpdf_oh_get_array_n_items(q, array); i++) {
        char *item = pdf_text(q, qpdf_oh_get_array_item(q, array, i));
        PDF_ADD(u, "%s ", item);
        free(item);
    }
}

void
pdf_add_stream(struct pdf_update *u, int id, const char *entries, struct jy_slice plain)
{
    uLongf len = compressBound(plain.len);
    uint8_t *packed = malloc(len);

    pdf_begin_object(u, id, 0);
    if (packed == NULL || compress2(packed, &len, plain.p, plain.len, 4) != Z_OK)
        u->rc = JY_E_NOMEM;
    PDF_ADD(u, "<< %s /Filter /FlateDecode /Length %lu >>\nstream\n", entries, (unsigned long)len);
    if (u->rc == JY_OK)
        u->rc = jy_buf_add(&u->bytes, JY_SLICE(packed, len));
    pdf_add(u, "\nendstream\nendobj\n");
    free(packed);
}

static int
by_id(const void *a, const void *b)
{
    return ((const struct pdf_written *)a)->id - ((const struct pdf_written *)b)->id;
}

/* By number, each once: an object can be page and form in one, and has then no new version that is both. */
static void
sort_objects(struct pdf_update *u)
{
    if (u->count > 0)
        qsort(u->objects, u->count, sizeof(u->objects[0]), by_id);
    for (size_t i = 1; i < u->count; i++)
        if (u->rc == JY_OK && u->objects[i - 1].id == u->objects[i].id)
            u->rc = JY_E_AMBIGUOUS;
}

static void
add_trailer_entries(struct pdf_update *u)
{
    static const char *const kept[] = { "/Root", "/Info", "/ID" };
    qpdf_data q = u->pdf->q;
    qpdf_oh trailer = qpdf_get_trailer(q);

    for (size_t i = 0; i < 3; i++)
        if (qpdf_oh_has_key(q, trailer, kept[i])) {
            char *value = pdf_text(q, qpdf_oh_get_key(q, trailer, kept[i]));
            PDF_ADD(u, "%s %s\n", kept[i], value);
            free(value);
        }
    PDF_ADD(u, "/Prev %zu\n", u->pdf->startxref);
}

void
pdf_add_xref(struct pdf_update *u)
{
    size_t at;

    if (u->pdf->xref_is_stream) {
        pdf_begin_object(u, u->next_id, 0);                      /* lists itself */
        u->next_id++;
        at = u->objects[u->count - 1].offset;
        sort_objects(u);
        PDF_ADD(u, "<< /Type /XRef /Size %d /W [1 8 2] /Index [", u->next_id);
        for (size_t i = 0; i < u->count; i++)
            PDF_ADD(u, " %d 1", u->objects[i].id);
        pdf_add(u, " ]\n");
        add_trailer_entries(u);
        PDF_ADD(u, "/Length %zu >>\nstream\n", u->count * 11);
        for (size_t i = 0; i < u->count && u->rc == JY_OK; i++) {
            uint8_t row[11] = { 1 };
            for (int k = 0; k < 8; k++)
                row[1 + k] = (uint8_t)((uint64_t)u->objects[i].offset >> (8 * (7 - k)));
            row[9] = (uint8_t)(u->objects[i].generation >> 8);
            row[10] = (uint8_t)u->objects[i].generation;
            u->rc = jy_buf_add(&u->bytes, JY_SLICE(row, sizeof(row)));
        }
        pdf_add(u, "\nendstream\nendobj\n");
    } else {
        at = u->pdf->file.len + u->bytes.len - u->pdf->header;
        sort_objects(u);
        pdf_add(u, "xref\n");
        for (size_t i = 0; i < u->count; i++)
            PDF_ADD(u, "%d 1\n%010zu %05d n \n", u->objects[i].id, u->objects[i].offset, u->objects[i].generation);
        PDF_ADD(u, "trailer\n<<\n/Size %d\n", u->next_id);
        add_trailer_entries(u);
        pdf_add(u, ">>\n");
    }
    PDF_ADD(u, "startxref\n%zu\n%%%%EOF\n", at);
    while (u->rc == JY_OK && pdf_is_linearized_length(u->pdf, u->pdf->file.len + u->bytes.len))
        pdf_add(u, "\n");
}

void
pdf_update_free(struct pdf_update *u)
{
    free(u->objects);
    jy_buf_free(&u->bytes);
}

void
pdf_add_form_entries(struct pdf_update *u, qpdf_oh form, int field_id)
{
    static const char *const not_these[] = { "/Fields", "/SigFlags", "/NeedAppearances", NULL };
    bool has_form = qpdf_oh_is_dictionary(u->pdf->q, form);

    if (has_form)
        pdf_copy_entries(u, form, not_these);
    pdf_add(u, "/Fields [ ");
    if (has_form)
        pdf_copy_items(u, qpdf_oh_get_key(u->pdf->q, form, "/Fields"));
    PDF_ADD(u, "%d 0 R ]\n/SigFlags 3\n", field_id);
}

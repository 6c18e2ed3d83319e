/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures of a PDF, from the fields of its form: what they permit. places.c says where they stand,
 * range.c judges what they cover, revision.c what came after. */
#include "pdf/pdf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCK_NAMES_MAX 10000
#define REFERENCES_MAX 16
#define PLAIN_KEYS_MAX 32

/* -- what a signature permits after it (ISO 32000-2 12.8.2) -- */

static bool
is_name(qpdf_data q, qpdf_oh oh, const char *name)
{
    return qpdf_oh_is_name(q, oh) && strcmp(qpdf_oh_get_name(q, oh), name) == 0;
}

static jy_err
read_lock(qpdf_data q, qpdf_oh params, struct pdf_signature *detail)
{
    qpdf_oh action = qpdf_oh_get_key(q, params, "/Action"), fields = qpdf_oh_get_key(q, params, "/Fields");
    int n = qpdf_oh_is_array(q, fields) ? qpdf_oh_get_array_n_items(q, fields) : 0;

    /* What is not understood locks everything. */
    detail->lock = is_name(q, action, "/Include") ? PDF_LOCK_INCLUDE : is_name(q, action, "/Exclude") ? PDF_LOCK_EXCLUDE : PDF_LOCK_ALL;
    if (n > LOCK_NAMES_MAX)
        detail->lock = PDF_LOCK_ALL;
    if (n == 0 || detail->lock == PDF_LOCK_ALL || detail->lock_names != NULL)
        return JY_OK;
    if ((detail->lock_names = calloc((size_t)n, sizeof(*detail->lock_names))) == NULL)
        return JY_E_NOMEM;
    for (int i = 0; i < n; i++) {
        qpdf_oh name = qpdf_oh_get_array_item(q, fields, i);
        if (qpdf_oh_is_string(q, name) && (detail->lock_names[detail->lock_count++] = strdup(qpdf_oh_get_utf8_value(q, name))) == NULL)
            return JY_E_NOMEM;
    }
    return JY_OK;
}

static jy_err
read_permissions(qpdf_data q, qpdf_oh value, struct pdf_signature *detail)
{
    qpdf_oh list = qpdf_oh_get_key(q, value, "/Reference");
    int n = qpdf_oh_is_array(q, list) ? qpdf_oh_get_array_n_items(q, list) : 0;
    jy_err rc = JY_OK;

    for (int i = 0; rc == JY_OK && i < n && i < REFERENCES_MAX; i++) {
        qpdf_oh reference = qpdf_oh_get_array_item(q, list, i), method, params;
        long long p = 2;
        if (!qpdf_oh_is_dictionary(q, reference))
            continue;
        method = qpdf_oh_get_key(q, reference, "/TransformMethod");
        params = qpdf_oh_get_key(q, reference, "/TransformParams");
        if (is_name(q, method, "/DocMDP")) {
            if (qpdf_oh_is_dictionary(q, params) && !qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, params, "/P"), &p))
                p = 2;
            detail->permission = p >= 1 && p <= 3 ? (int)p : 1;
        } else if (is_name(q, method, "/FieldMDP") && qpdf_oh_is_dictionary(q, params)) {
            rc = read_lock(q, params, detail);
        }
    }
    return rc;
}

static void
read_lock_permission(qpdf_data q, qpdf_oh field, struct pdf_signature *detail)
{
    qpdf_oh lock = qpdf_oh_get_key(q, field, "/Lock");
    long long p = 0;

    if (qpdf_oh_is_dictionary(q, lock) && qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, lock, "/P"), &p) && p >= 1 && p <= 3)
        detail->lock_permission = (int)p;
}

/*
 * The value of a field. raw: as it stands in the file, when it is a dictionary of its own that one look tells everything of; kind PDF_END
 * otherwise, and then qpdf is asked. qpdf would take the digits of Contents one by one, which costs more than all the rest of the file.
 */
struct field_value {
    qpdf_oh oh;
    struct pdf_value raw;
};

/* Each key once and written plainly, no Reference (which leads further), names where names belong. */
static bool
is_plain(const struct pdf_value *dict)
{
    struct pdf_lexer lexer = pdf_inside(dict);
    struct pdf_value keys[PLAIN_KEYS_MAX], value;

    for (size_t n = 0; n < PLAIN_KEYS_MAX; n++) {
        pdf_token_next(&lexer, &keys[n]);
        if (keys[n].kind == PDF_END)
            return true;
        if (keys[n].kind != PDF_NAME || memchr(keys[n].text.p, '#', keys[n].text.len) != NULL || pdf_name_is(&keys[n], "Reference"))
            return false;
        for (size_t i = 0; i < n; i++)
            if (jy_slice_equal(keys[i].text, keys[n].text))
                return false;
        pdf_value_next(&lexer, &value);
        if (value.kind == PDF_BAD || value.kind == PDF_END || value.kind == PDF_CLOSE_ARRAY || value.kind == PDF_CLOSE_DICT ||
            ((pdf_name_is(&keys[n], "Type") || pdf_name_is(&keys[n], "SubFilter")) && value.kind != PDF_NAME))
            return false;
    }
    return false;
}

static struct field_value
value_of(const struct pdf *pdf, qpdf_oh field)
{
    struct field_value value = { .oh = qpdf_oh_get_key(pdf->q, field, "/V") };
    int id = qpdf_oh_get_object_id(pdf->q, value.oh);
    const struct pdf_entry *e = id <= 0 ? NULL : pdf_xref_find(&pdf->xref, 0, (uint32_t)id);
    struct pdf_lexer lexer;
    struct pdf_value dict, end;

    if (e == NULL || e->type != PDF_IN_USE || qpdf_oh_get_generation(pdf->q, value.oh) != (int)e->generation ||
        !pdf_object_at(pdf->file, e->where, e->id, e->generation, &lexer))
        return value;
    pdf_value_next(&lexer, &dict);
    pdf_token_next(&lexer, &end);
    if (dict.kind == PDF_DICT && pdf_word_is(&end, "endobj") && is_plain(&dict))
        value.raw = dict;
    return value;
}

static bool
has_name(qpdf_data q, const struct field_value *value, const char *key, const char *name)
{
    struct pdf_value raw;

    if (value->raw.kind == PDF_DICT)
        return pdf_dict_get(&value->raw, key + 1, &raw, NULL) && pdf_name_is(&raw, name + 1);
    return is_name(q, qpdf_oh_get_key(q, value->oh, key), name);
}

static bool
is_null(qpdf_data q, const struct field_value *value)
{
    return value->raw.kind != PDF_DICT && qpdf_oh_is_null(q, value->oh);
}

static bool
is_dictionary(qpdf_data q, const struct field_value *value)
{
    return value->raw.kind == PDF_DICT || qpdf_oh_is_dictionary(q, value->oh);
}

static bool
has_range(qpdf_data q, const struct field_value *value)
{
    struct pdf_value range;

    return value->raw.kind == PDF_DICT ? pdf_dict_get(&value->raw, "ByteRange", &range, NULL) : qpdf_oh_has_key(q, value->oh, "/ByteRange");
}

/* A value that looks like a signature counts as one, whatever its field calls itself: none must be left out of the report. */
static bool
looks_signed(qpdf_data q, const struct field_value *value)
{
    return is_dictionary(q, value) && (has_range(q, value) || has_name(q, value, "/Type", "/Sig"));
}

static jy_err
add_signature(struct pdf *pdf, qpdf_oh field, const struct field_value *value, const char *name)
{
    struct jy_signature *list = realloc(pdf->signatures, (pdf->signature_count + 1) * sizeof(*list)), *s;
    struct pdf_signature *details, *detail;
    qpdf_data q = pdf->q;
    jy_err rc;

    if (list == NULL)
        return JY_E_NOMEM;
    pdf->signatures = list;
    if ((details = realloc(pdf->details, (pdf->signature_count + 1) * sizeof(*details))) == NULL)
        return JY_E_NOMEM;
    pdf->details = details;
    s = &list[pdf->signature_count];
    detail = &details[pdf->signature_count++];
    memset(s, 0, sizeof(*s));
    memset(detail, 0, sizeof(*detail));
    snprintf(s->id, sizeof(s->id), "%.60s", name);
    s->kind = JY_SIGNATURE_PLAIN;
    if (!is_dictionary(q, value))
        return jy_findings_add(&s->findings, JY_CHECK_PDF_BYTERANGE, false, s->id, 0, "the value of the signature field is no dictionary");
    detail->is_time_stamp = has_name(q, value, "/Type", "/DocTimeStamp") || has_name(q, value, "/SubFilter", "/ETSI.RFC3161");
    read_lock_permission(q, field, detail);
    if (value->raw.kind != PDF_DICT && (rc = read_permissions(q, value->oh, detail)) != JY_OK)
        return rc;
    return pdf_read_range(pdf, field, value->oh, s, detail);
}

static jy_err
walk(struct pdf *pdf, qpdf_oh fields, bool is_signature, const char *above, int depth, struct jy_fault *fault)
{
    qpdf_data q = pdf->q;
    int count = qpdf_oh_is_array(q, fields) ? qpdf_oh_get_array_n_items(q, fields) : 0;
    jy_err rc = JY_OK;

    if (depth > JY_PDF_FIELD_DEPTH_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PDF AcroForm", 0, "fields deeper than %d", JY_PDF_FIELD_DEPTH_MAX);
    for (int i = 0; rc == JY_OK && i < count; i++) {
        qpdf_oh field = qpdf_oh_get_array_item(q, fields, i), type;
        struct field_value value;
        char name[128];
        bool signature = is_signature;
        if (!qpdf_oh_is_dictionary(q, field))
            continue;
        if (++pdf->fields_seen > JY_PDF_FIELDS_MAX)
            return jy_fail(fault, JY_E_LIMIT, "PDF AcroForm", 0, "more than %d fields", JY_PDF_FIELDS_MAX);
        type = qpdf_oh_get_key(q, field, "/FT");
        if (qpdf_oh_is_name(q, type))
            signature = strcmp(qpdf_oh_get_name(q, type), "/Sig") == 0;
        value = value_of(pdf, field);
        snprintf(name, sizeof(name), "%s", above);
        if (qpdf_oh_has_key(q, field, "/T"))
            snprintf(name, sizeof(name), "%.60s%s%.60s", above, above[0] != '\0' ? "." : "", qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, field, "/T")));
        if ((signature && !is_null(q, &value)) || looks_signed(q, &value)) {
            if (pdf->signature_count >= JY_PDF_SIGNATURES_MAX)
                return jy_fail(fault, JY_E_LIMIT, "PDF AcroForm", 0, "more than %d signatures", JY_PDF_SIGNATURES_MAX);
            rc = add_signature(pdf, field, &value, name);
        }
        if (rc == JY_OK)
            rc = walk(pdf, qpdf_oh_get_key(q, field, "/Kids"), signature, name, depth + 1, fault);
    }
    return rc;
}

struct unlisted {
    struct pdf *pdf;
    struct jy_fault *fault;
};

/*
 * Signatures that a page shows and the form does not list. Whoever takes another's signature off the form, changes the document and signs it himself would
 * else have both seals on the page and only his own judged.
 */
static jy_err
list_unlisted(void *arg, size_t page, qpdf_oh widget)
{
    struct unlisted *s = arg;
    qpdf_data q = s->pdf->q;
    struct field_value value;
    char name[128] = "";

    /* Asked last for its value: qpdf reads the whole of it. */
    if (!qpdf_oh_is_dictionary(q, widget) || pdf_signature_shown(s->pdf, widget) != SIZE_MAX || !qpdf_oh_has_key(q, widget, "/V"))
        return JY_OK;
    value = value_of(s->pdf, widget);
    if (qpdf_oh_is_string(q, qpdf_oh_get_key(q, widget, "/T")))
        snprintf(name, sizeof(name), "%.60s", qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, widget, "/T")));
    if (!looks_signed(q, &value))
        return JY_OK;
    if (s->pdf->signature_count >= JY_PDF_SIGNATURES_MAX)
        return jy_fail(s->fault, JY_E_LIMIT, "PDF page", page + 1, "more than %d signatures", JY_PDF_SIGNATURES_MAX);
    return add_signature(s->pdf, widget, &value, name);
}

/* What one signer saw drawn anew (NeedAppearances) and is drawn by its appearances since, may be as little alike as what two programs show now. */
static jy_err
note_shown(struct pdf *pdf, struct jy_fault *fault)
{
    struct jy_fault why = { 0 };
    jy_err now = pdf->signature_count == 0 ? JY_OK : pdf_check_shown_alike(pdf, &why), then = JY_OK, rc;
    bool asked = false;

    if ((rc = container_note_shown(pdf->signatures, pdf->signature_count, now, &why, fault)) != JY_OK || now != JY_OK)
        return rc;
    for (size_t i = 0; rc == JY_OK && i < pdf->signature_count; i++) {
        if (!pdf->details[i].drawn_anew_before)
            continue;
        if (!asked)
            then = pdf_refuse_variants(pdf, true, &why);
        asked = true;
        rc = container_note_shown(&pdf->signatures[i], 1, then, &why, fault);
    }
    return rc;
}

jy_err
pdf_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault)
{
    struct pdf *pdf = impl;
    struct unlisted of_pages = { pdf, fault };
    qpdf_oh form;
    jy_err rc;

    if (!pdf->listed) {
        form = qpdf_oh_get_key(pdf->q, qpdf_get_root(pdf->q), "/AcroForm");
        if (qpdf_oh_is_dictionary(pdf->q, form) &&
            ((rc = walk(pdf, qpdf_oh_get_key(pdf->q, form, "/Fields"), false, "", 0, fault)) != JY_OK ||
             (pdf->signature_count > 0 && (rc = pdf_each_annotation(pdf, list_unlisted, &of_pages)) != JY_OK) ||
             (rc = pdf_refuse_warnings(pdf->q, fault)) != JY_OK || (rc = pdf_digest_all(pdf)) != JY_OK || (rc = pdf_note_removed(pdf)) != JY_OK ||
             (rc = pdf_judge_revisions(pdf, fault)) != JY_OK || (rc = pdf_read_places(pdf)) != JY_OK ||
             (rc = note_shown(pdf, fault)) != JY_OK))
            return rc;
        pdf->listed = true;
    }
    *out = pdf->signatures;
    *count = pdf->signature_count;
    return JY_OK;
}

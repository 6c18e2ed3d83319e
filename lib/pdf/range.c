/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signature's ByteRange really covers (ISO 32000-2 12.8.1). Judged on the raw bytes of the signature dictionary: its Contents must be the very
 * bytes that the range leaves out, so that no other value, no second Contents and no room beside it is left unsigned.
 */
#include "pdf/pdf.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* %%EOF and at most one line end: nothing else belongs to the revision. */
static bool
ends_a_revision(struct jy_slice file, size_t end)
{
    if (end > 0 && file.p[end - 1] == '\n')
        end--;
    if (end > 0 && file.p[end - 1] == '\r')
        end--;
    return end >= 5 && memcmp(file.p + end - 5, "%%EOF", 5) == 0;
}

/* The raw dictionary of the value: an object of its own, or inside its field. NULL or why it cannot be read. */
static const char *
raw_value(const struct pdf *pdf, int field_id, int value_id, struct pdf_value *out)
{
    const struct pdf_entry *e = pdf_xref_find(&pdf->xref, 0, (uint32_t)(value_id != 0 ? value_id : field_id));
    struct pdf_lexer lexer;
    struct pdf_value field;
    bool twice;

    if (e == NULL)
        return "the signature dictionary is no object of the file";
    if (e->type != PDF_IN_USE)
        return "the signature dictionary stands in an object stream";
    if (!pdf_object_at(pdf->file, e->where, e->id, e->generation, &lexer))
        return "the signature dictionary does not stand where the xref says";
    pdf_value_next(&lexer, out);
    if (value_id != 0)
        return out->kind == PDF_DICT ? NULL : "the signature value is no dictionary";
    field = *out;
    if (!pdf_dict_get(&field, "V", out, &twice) || twice || out->kind != PDF_DICT)
        return "the field has not exactly one value";
    return NULL;
}

/* Four integers in the raw array. */
static bool
read_numbers(const struct pdf_value *array, size_t limit, size_t out[4])
{
    struct pdf_lexer lexer = pdf_inside(array);
    struct pdf_value n;

    for (int i = 0; i < 4; i++) {
        pdf_value_next(&lexer, &n);
        if (n.kind != PDF_INTEGER || n.number < 0 || (uint64_t)n.number > limit)
            return false;
        out[i] = (size_t)n.number;
    }
    pdf_value_next(&lexer, &n);
    return array->kind == PDF_ARRAY && n.kind == PDF_END;
}

/* NULL, or what is wrong with the range. */
static const char *
judge_range(const struct pdf *pdf, const struct pdf_value *dict, size_t range[4], struct pdf_value *contents)
{
    struct pdf_value array;
    bool twice;

    if (!pdf_dict_get(dict, "Contents", contents, &twice) || contents->kind != PDF_HEX)
        return "Contents is missing or no hexadecimal string";
    if (twice)
        return "Contents stands twice in the signature dictionary";
    if (!pdf_dict_get(dict, "ByteRange", &array, &twice) || twice)
        return twice ? "ByteRange stands twice in the signature dictionary" : "ByteRange is missing";
    if (!read_numbers(&array, pdf->file.len, range))
        return "ByteRange is not an array of four numbers inside the file";
    if (range[1] > range[2] || range[3] > pdf->file.len - range[2])
        return "ByteRange points outside the file or overlaps itself";
    if (range[0] != 0)
        return "ByteRange does not begin at the first byte";
    if (contents->at != range[1] || contents->at + contents->text.len != range[2])
        return "ByteRange leaves out something else than the Contents of this signature";
    if (!ends_a_revision(pdf->file, range[2] + range[3]))
        return "ByteRange does not end with a revision of the file";
    for (size_t i = 0; i + 1 < pdf->signature_count; i++)
        if (pdf->details[i].end != 0 && pdf->details[i].begin == range[1])
            return "another field has this very value";
    return NULL;
}

/* The digits of a hexadecimal string without the white space that may break its lines (ISO 32000-2 7.3.4.3). */
static size_t
drop_spaces(const uint8_t *from, size_t len, uint8_t *to)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++)
        if (!pdf_is_space(from[i]))
            to[n++] = from[i];
    return n;
}

/* The DER (or BER) between < and >; what pads it must be zero. NULL or why it is none. */
static const char *
read_contents(struct jy_slice hex, struct jy_slice *out, jy_err *rc)
{
    size_t len, head = 2, der = 0, end, digits;
    uint8_t *bytes;

    if ((bytes = malloc(hex.len)) == NULL) {
        *rc = JY_E_NOMEM;
        return NULL;
    }
    digits = drop_spaces(hex.p + 1, hex.len - 2, bytes);
    len = digits / 2;
    if (digits < 4 || digits % 2 != 0) {
        free(bytes);
        return "Contents is empty or has half a byte: never signed";
    }
    if (jy_hex_parse(JY_SLICE(bytes, digits), bytes, len) != JY_OK || bytes[0] != 0x30) {
        free(bytes);
        return "Contents is all zero or not hexadecimal: never signed";
    }
    if (bytes[1] < 0x80)
        der = bytes[1];
    else
        for (; head < 2u + (bytes[1] & 0x7Fu) && head < len && head < 6; head++)
            der = der << 8 | bytes[head];
    end = bytes[1] == 0x80 ? len : head + der < len ? head + der : len;      /* BER of indefinite length ends by itself */
    for (size_t i = end; i < len; i++)
        if (bytes[i] != 0) {
            free(bytes);
            return "Contents has other bytes than zero after its value";
        }
    *out = JY_SLICE(bytes, end);
    return NULL;
}

jy_err
pdf_read_range(struct pdf *pdf, qpdf_oh field, qpdf_oh value, struct jy_signature *s, struct pdf_signature *detail)
{
    struct pdf_value dict, contents;
    size_t range[4] = { 0 };
    const char *wrong;
    jy_err rc = JY_OK;

    detail->field_id = qpdf_oh_get_object_id(pdf->q, field);
    detail->value_id = qpdf_oh_get_object_id(pdf->q, value);
    s->kind = JY_SIGNATURE_PLAIN;
    if ((wrong = raw_value(pdf, detail->field_id, detail->value_id, &dict)) == NULL)
        wrong = judge_range(pdf, &dict, range, &contents);
    if (wrong != NULL)
        return jy_findings_add(&s->findings, JY_CHECK_PDF_BYTERANGE, false, s->id, range[1], "%s", wrong);
    snprintf(s->path, sizeof(s->path), "/ByteRange [0 %zu %zu %zu]", range[1], range[2], range[3]);
    s->parts[0] = JY_SLICE(pdf->file.p, range[1]);
    s->parts[1] = JY_SLICE(pdf->file.p + range[2], range[3]);
    s->part_count = 2;
    detail->begin = range[1];
    detail->end = range[2] + range[3];
    if ((rc = jy_findings_add(&s->findings, JY_CHECK_PDF_BYTERANGE, true, s->id, range[1], NULL)) != JY_OK)
        return rc;
    if ((wrong = read_contents(contents.text, &s->value, &rc)) != NULL)
        return jy_findings_add(&s->findings, JY_CHECK_SIG_FORMAT, false, s->id, range[1], "%s", wrong);
    if (rc != JY_OK)
        return rc;
    s->kind = detail->is_time_stamp ? JY_SIGNATURE_TIME_STAMP : jy_value_form(s->value) == JY_VALUE_SES ? JY_SIGNATURE_SEAL : JY_SIGNATURE_PLAIN;
    return JY_OK;
}

/* Usage rights of a form (ISO 32000-1 8.7, UR3) are signed by whoever made it and belong to no field. */
static bool
is_usage_right(const struct pdf *pdf, size_t begin)
{
    qpdf_data q = pdf->q;
    qpdf_oh perms = qpdf_oh_get_key(q, qpdf_get_root(q), "/Perms"), ur = qpdf_oh_is_dictionary(q, perms) ? qpdf_oh_get_key(q, perms, "/UR3") : perms, range;
    long long n = -1;

    range = qpdf_oh_is_dictionary(q, ur) ? qpdf_oh_get_key(q, ur, "/ByteRange") : perms;
    return qpdf_oh_is_array(q, range) && qpdf_oh_get_array_n_items(q, range) == 4 &&
           qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_array_item(q, range, 1), &n) && n >= 0 && (size_t)n == begin;
}

/* Does a listed signature, whole or broken, name this range? */
static bool
is_range_listed(const struct pdf *pdf, size_t begin)
{
    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].end == 0 || pdf->details[i].begin == begin)
            return true;
    return false;
}

jy_err
pdf_note_removed(struct pdf *pdf)
{
    const struct jy_slice word = jy_slice_text("/ByteRange"), file = pdf->file;
    size_t range[4], at, next = 0;
    jy_err rc = JY_OK;

    while (rc == JY_OK && (at = jy_slice_find(JY_SLICE(file.p + next, file.len - next), word)) != SIZE_MAX) {
        struct pdf_lexer lexer = { file, next += at + word.len };
        struct pdf_value array;
        pdf_value_next(&lexer, &array);
        if (array.kind != PDF_ARRAY || !read_numbers(&array, file.len, range) || range[0] != 0 || range[1] + 2 > range[2] ||
            range[3] > file.len - range[2] || file.p[range[1]] != '<' || file.p[range[2] - 1] != '>' || !ends_a_revision(file, range[2] + range[3]) ||
            is_range_listed(pdf, range[1]) || is_usage_right(pdf, range[1]))
            continue;
        for (size_t i = 0; rc == JY_OK && i < pdf->signature_count; i++)
            rc = jy_findings_add(&pdf->signatures[i].findings, JY_CHECK_SIGNATURE_REMOVED, false, pdf->signatures[i].id, range[1],
                                 "a signature over [0 %zu %zu %zu] is in no field any more", range[1], range[2], range[3]);
        break;                                               /* said once */
    }
    return rc;
}

static int
by_begin(const void *a, const void *b)
{
    const struct pdf_signature *x = *(const struct pdf_signature *const *)a, *y = *(const struct pdf_signature *const *)b;

    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

jy_err
pdf_digest_all(struct pdf *pdf)
{
    struct pdf_signature **order = calloc(pdf->signature_count + 1, sizeof(*order));
    struct jy_sm3_ctx *file = NULL, *one = NULL;
    size_t n = 0, at = 0;
    jy_err rc;

    if (order == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < pdf->signature_count; i++)
        if (pdf->details[i].end != 0)
            order[n++] = &pdf->details[i];
    qsort(order, n, sizeof(*order), by_begin);
    rc = jy_sm3_new(&file);
    /* Before its gap a range is the file; at the gap they part. */
    for (size_t i = 0; rc == JY_OK && i < n; i++) {
        struct jy_signature *s = &pdf->signatures[order[i] - pdf->details];
        if ((rc = jy_sm3_update(file, JY_SLICE(pdf->file.p + at, order[i]->begin - at))) == JY_OK && (rc = jy_sm3_copy(file, &one)) == JY_OK &&
            (rc = jy_sm3_update(one, s->parts[1])) == JY_OK)
            rc = jy_sm3_finish(one, s->digest);
        jy_sm3_free(one);
        one = NULL;
        at = order[i]->begin;
    }
    if (rc == JY_OK && n > 0 && (rc = jy_sm3_update(file, JY_SLICE(pdf->file.p + at, pdf->file.len - at))) == JY_OK &&
        (rc = jy_sm3_finish(file, pdf->digest)) == JY_OK)
        pdf->has_digest = true;
    jy_sm3_free(file);
    free(order);
    return rc;
}

jy_err
pdf_digest_with_z(void *impl, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct pdf *pdf = impl;
    const struct jy_signature *s = index < pdf->signature_count ? &pdf->signatures[index] : NULL;
    struct jy_sm3_ctx *sm3 = NULL;
    jy_err rc;

    if (s == NULL || s->part_count != 2)
        return jy_fail(fault, JY_E_ARGUMENT, "signature", 0, "its ByteRange is not exact");
    if (s->parts[0].len + s->parts[1].len > pdf->file.len - pdf->z_digested)
        return jy_fail(fault, JY_E_LIMIT, s->path, 0, "digested too often");
    pdf->z_digested += s->parts[0].len + s->parts[1].len;
    if ((rc = jy_sm3_new(&sm3)) == JY_OK && (rc = jy_sm3_update(sm3, JY_SLICE(z, JY_SM3_SIZE))) == JY_OK &&
        (rc = jy_sm3_update(sm3, s->parts[0])) == JY_OK && (rc = jy_sm3_update(sm3, s->parts[1])) == JY_OK)
        rc = jy_sm3_finish(sm3, out);
    jy_sm3_free(sm3);
    return rc;
}

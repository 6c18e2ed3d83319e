/* SPDX-License-Identifier: Apache-2.0 */
/* The signatures of a PDF: what their ByteRange really covers, and what came after. */
#include "pdf/pdf.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>


static bool
range_numbers(qpdf_data q, qpdf_oh value, size_t out[4], size_t limit)
{
    qpdf_oh range = qpdf_oh_get_key(q, value, "/ByteRange");

    if (!qpdf_oh_is_array(q, range) || qpdf_oh_get_array_n_items(q, range) != 4)
        return false;
    for (int i = 0; i < 4; i++) {
        long long n;
        if (!qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_array_item(q, range, i), &n) || n < 0 || (unsigned long long)n > limit)
            return false;
        out[i] = (size_t)n;
    }
    return true;
}

/* Hex between < and >, without the zero padding after the DER. False when it is not hex or all zero. */
static bool
contents_of(struct jy_slice gap, struct jy_slice *out)
{
    size_t len = (gap.len - 2) / 2, head = 2, der = 0;
    uint8_t *bytes;

    if (gap.len < 6 || gap.len % 2 != 0 || gap.p[0] != '<' || gap.p[gap.len - 1] != '>' || (bytes = malloc(len)) == NULL)
        return false;
    if (jy_hex_parse(JY_SLICE(gap.p + 1, len * 2), bytes, len) != JY_OK || bytes[0] != 0x30) {
        free(bytes);
        return false;
    }
    if (bytes[1] < 0x80)
        der = bytes[1];
    else
        for (; head < 2u + (bytes[1] & 0x7Fu) && head < len && head < 6; head++)
            der = der << 8 | bytes[head];
    *out = JY_SLICE(bytes, head + der < len ? head + der : len);
    return true;
}

/* First element an OID: SignedData; else SES_Signature. */
static bool
is_cms(struct jy_slice der)
{
    size_t head = der.len > 2 && der.p[1] >= 0x80 ? 2u + (der.p[1] & 0x7Fu) : 2;

    return der.len > head && der.p[head] == 0x06;
}

/* The revision ends with %%EOF and at most one line end: nothing else belongs to it. */
static bool
ends_a_revision(struct jy_slice file, size_t end)
{
    while (end > 0 && (file.p[end - 1] == '\n' || file.p[end - 1] == '\r'))
        end--;
    return end >= 5 && memcmp(file.p + end - 5, "%%EOF", 5) == 0;
}

#define NOTE(s, check, passed, ...)                                                                \
    do {                                                                                           \
        if (rc == JY_OK)                                                                           \
            rc = jy_findings_add(&(s)->findings, JY_CHECK_##check, passed, (s)->id, 0, __VA_ARGS__); \
    } while (0)

/* Where the widget stands, back in mm from the displayed page's top-left corner. */
static jy_err
add_place(struct pdf *pdf, qpdf_oh field, struct jy_signature *s)
{
    qpdf_data q = pdf->q;
    qpdf_oh rect = qpdf_oh_get_key(q, field, "/Rect"), page = qpdf_oh_get_key(q, field, "/P");
    double r[4], x, y, w, h, k;
    const struct pdf_page *p;

    if (!qpdf_oh_is_array(q, rect) || qpdf_oh_get_array_n_items(q, rect) != 4 || !qpdf_oh_is_dictionary(q, page))
        return JY_OK;
    for (int i = 0; i < 4; i++)
        if (!qpdf_oh_get_value_as_number(q, qpdf_oh_get_array_item(q, rect, i), &r[i]))
            return JY_OK;
    for (size_t i = 0; i < pdf->page_count; i++) {
        if (qpdf_oh_get_object_id(q, qpdf_get_page_n(q, i)) != qpdf_oh_get_object_id(q, page))
            continue;
        p = &pdf->pages[i];
        k = MM_PER_POINT * p->unit;
        w = r[2] - r[0];
        h = r[3] - r[1];
        switch (p->rotate) {
        case 90: x = r[1] - p->y0, y = r[0] - p->x0; break;
        case 180: x = p->x1 - r[2], y = r[1] - p->y0; break;
        case 270: x = p->y1 - r[3], y = p->x1 - r[2]; break;
        default: x = r[0] - p->x0, y = p->y1 - r[3];
        }
        if ((s->places = calloc(1, sizeof(*s->places))) == NULL)
            return JY_E_NOMEM;
        s->places[0] = (struct jy_stamp_place){ (int)i + 1, x * k, y * k, (p->rotate % 180 == 0 ? w : h) * k, (p->rotate % 180 == 0 ? h : w) * k };
        s->place_count = 1;
        return JY_OK;
    }
    return JY_OK;
}

static jy_err
add_signature(struct pdf *pdf, qpdf_oh field, qpdf_oh value, const char *name)
{
    struct jy_signature *list = realloc(pdf->signatures, (pdf->signature_count + 1) * sizeof(*list)), *s;
    size_t range[4] = { 0 }, end;
    bool exact, later_good;
    char why[160] = "";
    jy_err rc = JY_OK;

    if (list == NULL)
        return JY_E_NOMEM;
    pdf->signatures = list;
    s = &list[pdf->signature_count++];
    memset(s, 0, sizeof(*s));
    snprintf(s->id, sizeof(s->id), "%.60s", name);
    s->kind = JY_SIGNATURE_PLAIN;
    if (!range_numbers(pdf->q, value, range, pdf->file.len) || range[1] > range[2] || range[3] > pdf->file.len - range[2]) {
        NOTE(s, COVERAGE, false, "ByteRange is missing or points outside the file");
        return rc;
    }
    end = range[2] + range[3];
    snprintf(s->path, sizeof(s->path), "/ByteRange [0 %zu %zu %zu]", range[1], range[2], range[3]);
    exact = range[0] == 0 && range[2] - range[1] >= 6 && pdf->file.p[range[1]] == '<' && pdf->file.p[range[2] - 1] == '>' &&
        ends_a_revision(pdf->file, end);
    NOTE(s, COVERAGE, exact, "ByteRange [%zu %zu %zu %zu] is not the whole revision less its own value", range[0], range[1], range[2], range[3]);
    if (range[2] - range[1] < 6 || !contents_of(JY_SLICE(pdf->file.p + range[1], range[2] - range[1]), &s->value)) {
        NOTE(s, SIG_FORMAT, false, "Contents is empty or not hexadecimal: never signed");
        return rc;
    }
    s->kind = is_cms(s->value) ? JY_SIGNATURE_PLAIN : JY_SIGNATURE_SEAL;
    if (rc == JY_OK)
        rc = pdf_digest(pdf->file, range[1], range[2], end, s->digest);
    later_good = end == pdf->file.len;
    if (rc == JY_OK && !later_good)
        rc = pdf_only_signatures_added(JY_SLICE(pdf->file.p, end), pdf->q, &later_good, why);
    if (later_good && end != pdf->file.len && !ends_a_revision(pdf->file, pdf->file.len)) {
        later_good = false;
        snprintf(why, sizeof(why), "bytes after the end of the last revision");
    }
    NOTE(s, LATER_CHANGE, later_good, "%s", why);
    if (rc == JY_OK)
        rc = add_place(pdf, field, s);
    return rc;
}

static jy_err
walk(struct pdf *pdf, qpdf_oh fields, bool is_signature, int depth, struct jy_fault *fault)
{
    qpdf_data q = pdf->q;
    int count = qpdf_oh_is_array(q, fields) ? qpdf_oh_get_array_n_items(q, fields) : 0;
    jy_err rc = JY_OK;

    if (depth > JY_PDF_FIELD_DEPTH_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PDF AcroForm", 0, "fields deeper than %d", JY_PDF_FIELD_DEPTH_MAX);
    for (int i = 0; rc == JY_OK && i < count; i++) {
        qpdf_oh field = qpdf_oh_get_array_item(q, fields, i), type, value;
        char name[64] = "";
        bool signature = is_signature;
        if (!qpdf_oh_is_dictionary(q, field))
            continue;
        type = qpdf_oh_get_key(q, field, "/FT");
        if (qpdf_oh_is_name(q, type))
            signature = strcmp(qpdf_oh_get_name(q, type), "/Sig") == 0;
        value = qpdf_oh_get_key(q, field, "/V");
        if (qpdf_oh_has_key(q, field, "/T"))
            snprintf(name, sizeof(name), "%.60s", qpdf_oh_get_utf8_value(q, qpdf_oh_get_key(q, field, "/T")));
        if (signature && qpdf_oh_is_dictionary(q, value)) {
            if (pdf->signature_count >= JY_PDF_SIGNATURES_MAX)
                return jy_fail(fault, JY_E_LIMIT, "PDF AcroForm", 0, "more than %d signatures", JY_PDF_SIGNATURES_MAX);
            rc = add_signature(pdf, field, value, name);
        }
        if (rc == JY_OK)
            rc = walk(pdf, qpdf_oh_get_key(q, field, "/Kids"), signature, depth + 1, fault);
    }
    return rc;
}

jy_err
pdf_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault)
{
    struct pdf *pdf = impl;
    qpdf_oh form;
    jy_err rc;

    if (!pdf->listed) {
        form = qpdf_oh_get_key(pdf->q, qpdf_get_root(pdf->q), "/AcroForm");
        if (qpdf_oh_is_dictionary(pdf->q, form) && (rc = walk(pdf, qpdf_oh_get_key(pdf->q, form, "/Fields"), false, 0, fault)) != JY_OK)
            return rc;
        pdf->listed = true;
    }
    *out = pdf->signatures;
    *count = pdf->signature_count;
    return JY_OK;
}

/* -- what came later -- */

static bool
same_text(qpdf_data a, qpdf_oh x, qpdf_data b, qpdf_oh y)
{
    char *s = pdf_text(a, x), *t = pdf_text(b, y);
    bool same = s != NULL && t != NULL && strcmp(s, t) == 0;

    free(s);
    free(t);
    return same;
}

/* One copy of a stream at a time is held: a scan of hundreds of pages may be one of them. */
static jy_err
stream_digest(qpdf_data q, qpdf_oh stream, uint8_t out[JY_SM3_SIZE])
{
    unsigned char *bytes = NULL;
    size_t len = 0;
    QPDF_BOOL filtered;
    char why[160];
    jy_err rc;

    if (qpdf_oh_get_stream_data(q, stream, qpdf_dl_none, &filtered, &bytes, &len) != QPDF_SUCCESS)
        return pdf_error(q, why);
    rc = len > 0 && bytes == NULL ? JY_E_NOMEM : jy_sm3(JY_SLICE(bytes, len), out);
    free(bytes);
    return rc;
}

static jy_err
same_stream(qpdf_data a, qpdf_oh x, qpdf_data b, qpdf_oh y, bool *same)
{
    uint8_t digests[2][JY_SM3_SIZE];
    jy_err rc;

    *same = false;
    if (!same_text(a, qpdf_oh_get_dict(a, x), b, qpdf_oh_get_dict(b, y)))
        return JY_OK;
    if ((rc = stream_digest(a, x, digests[0])) != JY_OK || (rc = stream_digest(b, y, digests[1])) != JY_OK)
        return rc;
    *same = memcmp(digests[0], digests[1], JY_SM3_SIZE) == 0;
    return JY_OK;
}

/* A field that signs and shows nothing else: what a further signature adds to a page or a form. */
static bool
is_signature_widget(qpdf_data q, qpdf_oh annot)
{
    qpdf_oh type = qpdf_oh_get_key(q, annot, "/FT");

    return qpdf_oh_is_dictionary(q, annot) && qpdf_oh_is_name(q, type) && strcmp(qpdf_oh_get_name(q, type), "/Sig") == 0;
}

/* The old items in their order, then only signature fields. */
static bool
only_widgets_appended(qpdf_data a, qpdf_oh old, qpdf_data b, qpdf_oh new)
{
    int n = qpdf_oh_is_array(a, old) ? qpdf_oh_get_array_n_items(a, old) : 0, m = qpdf_oh_is_array(b, new) ? qpdf_oh_get_array_n_items(b, new) : 0;

    if (m < n)
        return false;
    for (int i = 0; i < m; i++)
        if (i < n ? !same_text(a, qpdf_oh_get_array_item(a, old, i), b, qpdf_oh_get_array_item(b, new, i))
                  : !is_signature_widget(b, qpdf_oh_get_array_item(b, new, i)))
            return false;
    return true;
}

/* Every key but `but` says the same on both sides. */
static bool
same_but(qpdf_data a, qpdf_oh x, qpdf_data b, qpdf_oh y, const char *const *but)
{
    struct { qpdf_data q; qpdf_oh dict; } sides[2] = { { a, x }, { b, y } };

    for (int side = 0; side < 2; side++) {
        char *keys[1024];
        size_t count = 0;
        bool same = true;
        for (qpdf_oh_begin_dict_key_iter(sides[side].q, sides[side].dict); qpdf_oh_dict_more_keys(sides[side].q) && count < 1024;)
            keys[count++] = strdup(qpdf_oh_dict_next_key(sides[side].q));
        for (size_t i = 0; i < count; i++) {
            bool skip = false;
            for (const char *const *k = but; keys[i] != NULL && *k != NULL; k++)
                skip = skip || strcmp(*k, keys[i]) == 0;
            same = same && keys[i] != NULL && (skip || same_text(a, qpdf_oh_get_key(a, x, keys[i]), b, qpdf_oh_get_key(b, y, keys[i])));
            free(keys[i]);
        }
        if (!same || count == 1024)
            return false;
    }
    return true;
}

/* The permitted differences of one object, by what it is. */
static bool
is_permitted(qpdf_data a, qpdf_oh old, qpdf_data b, qpdf_oh new)
{
    static const char *const catalog[] = { "/AcroForm", "/DSS", "/Extensions", NULL };
    static const char *const page[] = { "/Annots", NULL };
    static const char *const form[] = { "/Fields", "/SigFlags", "/NeedAppearances", NULL };
    static const char *const field[] = { "/V", "/AP", "/Rect", "/F", "/P", "/Type", "/Subtype", "/MK", NULL };

    if (qpdf_oh_is_array(a, old))                            /* an Annots or Fields array of its own */
        return only_widgets_appended(a, old, b, new);
    if (!qpdf_oh_is_dictionary(a, old) || !qpdf_oh_is_dictionary(b, new))
        return false;
    if (qpdf_oh_is_dictionary_of_type(a, old, "/Catalog", NULL))
        return same_but(a, old, b, new, catalog);
    if (qpdf_oh_is_dictionary_of_type(a, old, "/Page", NULL))
        return same_but(a, old, b, new, page) &&
            only_widgets_appended(a, qpdf_oh_get_key(a, old, "/Annots"), b, qpdf_oh_get_key(b, new, "/Annots"));
    if (qpdf_oh_has_key(a, old, "/Fields"))
        return same_but(a, old, b, new, form) &&
            only_widgets_appended(a, qpdf_oh_get_key(a, old, "/Fields"), b, qpdf_oh_get_key(b, new, "/Fields"));
    if (is_signature_widget(a, old) && qpdf_oh_is_null(a, qpdf_oh_get_key(a, old, "/V")))
        return same_but(a, old, b, new, field);              /* an empty signature field was signed */
    return false;
}

/* Is object id of the earlier revision the same in the later one, or changed as a further signature may? */
static jy_err
same_object(qpdf_data old, qpdf_data later, int id, bool *same)
{
    qpdf_oh x = qpdf_get_object_by_id(old, id, 0), y = qpdf_get_object_by_id(later, id, 0);
    char *s = NULL, *t = NULL;
    const char *text;

    *same = true;
    if (qpdf_oh_is_null(old, x))
        return JY_OK;
    if (qpdf_oh_is_stream(old, x)) {
        *same = qpdf_oh_is_stream(later, y);
        return *same ? same_stream(old, x, later, y, same) : JY_OK;
    }
    text = qpdf_oh_unparse_resolved(old, x);
    s = strdup(text == NULL ? "" : text);
    text = qpdf_oh_unparse_resolved(later, y);
    t = strdup(text == NULL ? "" : text);
    *same = s != NULL && t != NULL && (strcmp(s, t) == 0 || is_permitted(old, x, later, y));
    free(s);
    free(t);
    return s == NULL || t == NULL ? JY_E_NOMEM : JY_OK;
}

jy_err
pdf_only_signatures_added(struct jy_slice earlier, qpdf_data later, bool *good, char why[160])
{
    qpdf_data old;
    long long size = 0;
    jy_err rc = pdf_load(earlier, &old, NULL);

    *good = false;
    if (rc != JY_OK) {
        snprintf(why, 160, "the signed revision cannot be read by itself");
        return rc == JY_E_NOMEM ? rc : JY_OK;
    }
    if (!qpdf_oh_get_value_as_longlong(old, qpdf_oh_get_key(old, qpdf_get_trailer(old), "/Size"), &size) || size < 1 || size > JY_PDF_COMPARED_MAX)
        snprintf(why, 160, "the signed revision has %lld objects, %d can be compared", size, JY_PDF_COMPARED_MAX);
    else if (!same_text(old, qpdf_oh_get_key(old, qpdf_get_trailer(old), "/Root"), later, qpdf_oh_get_key(later, qpdf_get_trailer(later), "/Root")))
        snprintf(why, 160, "another catalog");
    else
        *good = true;
    for (int id = 1; rc == JY_OK && *good && id < size; id++) {
        rc = same_object(old, later, id, good);
        if (!*good)
            snprintf(why, 160, "object %d was changed after the signature", id);
    }
    qpdf_cleanup(&old);
    if (rc == JY_E_DAMAGED) {
        *good = false;
        snprintf(why, 160, "an object of the signed revision cannot be read");
        rc = JY_OK;
    }
    return rc;
}

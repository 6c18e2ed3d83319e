/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a PDF: structure, pages as displayed, permissions. */
#include "pdf/pdf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *
pdf_text(qpdf_data q, qpdf_oh oh)
{
    const char *text = qpdf_oh_unparse(q, oh);

    return strdup(text == NULL ? "" : text);
}

jy_err
pdf_error(qpdf_data q, char text[160])
{
    qpdf_error e = qpdf_get_error(q);
    const char *detail = qpdf_get_error_message_detail(q, e);

    snprintf(text, 160, "%s", detail == NULL ? "" : detail);
    if (strstr(text, "bad_alloc") != NULL)
        return JY_E_NOMEM;                                 /* our trouble, not the file's */
    return qpdf_get_error_code(q, e) == qpdf_e_password ? JY_E_ENCRYPTED : JY_E_DAMAGED;
}

jy_err
pdf_load(struct jy_slice file, qpdf_data *out, struct jy_fault *fault)
{
    qpdf_data q = qpdf_init();
    char why[160];
    jy_err rc = JY_OK;

    *out = NULL;
    if (q == NULL)
        return JY_E_NOMEM;
    qpdf_silence_errors(q);
    qpdf_set_suppress_warnings(q, QPDF_TRUE);
    qpdf_set_attempt_recovery(q, QPDF_FALSE);              /* a repaired document is not the one on the disk */
    if ((qpdf_read_memory(q, "document", (const char *)file.p, file.len, NULL) & QPDF_ERRORS) != 0) {
        rc = pdf_error(q, why);
        jy_fail(fault, rc, "PDF", 0, "%s", why);
    } else if (!qpdf_oh_is_dictionary(q, qpdf_get_root(q))) {
        rc = jy_fail(fault, JY_E_DAMAGED, "PDF /Root", 0, "there is no catalog");
        (void)qpdf_get_error(q);
    } else if (qpdf_is_encrypted(q)) {
        rc = jy_fail(fault, JY_E_ENCRYPTED, "PDF /Encrypt", 0, "the file is encrypted");
    }
    if (rc != JY_OK)
        qpdf_cleanup(&q);
    *out = q;
    return rc;
}

qpdf_oh
pdf_inherited(qpdf_data q, qpdf_oh node, const char *key)
{
    for (int depth = 0; depth < 64 && qpdf_oh_is_dictionary(q, node); depth++) {
        qpdf_oh value = qpdf_oh_get_key(q, node, key);
        if (!qpdf_oh_is_null(q, value))
            return value;
        node = qpdf_oh_get_key(q, node, "/Parent");
    }
    return qpdf_oh_new_null(q);
}

bool
pdf_read_box(qpdf_data q, qpdf_oh box, double out[4])
{
    if (!qpdf_oh_is_array(q, box) || qpdf_oh_get_array_n_items(q, box) != 4)
        return false;
    for (int i = 0; i < 4; i++)
        if (!qpdf_oh_get_value_as_number(q, qpdf_oh_get_array_item(q, box, i), &out[i]) || !isfinite(out[i]))
            return false;
    for (int i = 0; i < 2; i++)
        if (out[i] > out[i + 2]) {
            double t = out[i];
            out[i] = out[i + 2];
            out[i + 2] = t;
        }
    return true;
}

bool
pdf_read_page(qpdf_data q, qpdf_oh page, struct pdf_page *out)
{
    double media[4], crop[4], unit = 1;
    long long rotate = 0;

    if (!pdf_read_box(q, pdf_inherited(q, page, "/MediaBox"), media))
        return false;
    if (pdf_read_box(q, pdf_inherited(q, page, "/CropBox"), crop)) {
        double x0 = fmax(media[0], crop[0]), y0 = fmax(media[1], crop[1]), x1 = fmin(media[2], crop[2]), y1 = fmin(media[3], crop[3]);
        if (x1 > x0 && y1 > y0)
            media[0] = x0, media[1] = y0, media[2] = x1, media[3] = y1;
    }
    if (qpdf_oh_has_key(q, page, "/UserUnit") && (!qpdf_oh_get_value_as_number(q, qpdf_oh_get_key(q, page, "/UserUnit"), &unit) || !(unit > 0)))
        unit = 1;
    if (!qpdf_oh_get_value_as_longlong(q, pdf_inherited(q, page, "/Rotate"), &rotate))
        rotate = 0;
    rotate = ((rotate % 360) + 360) % 360;
    *out = (struct pdf_page){ media[0], media[1], media[2], media[3], unit, (int)(rotate % 90 == 0 ? rotate : 0) };
    return media[2] > media[0] && media[3] > media[1];
}

static void
pdf_free(void *impl)
{
    struct pdf *pdf = impl;

    if (pdf == NULL)
        return;
    for (size_t i = 0; i < pdf->signature_count; i++) {
        for (size_t k = 0; k < pdf->details[i].lock_count; k++)
            free(pdf->details[i].lock_names[k]);
        free(pdf->details[i].lock_names);
        jy_findings_free(&pdf->signatures[i].findings);
        free(pdf->signatures[i].places);
        free((void *)(uintptr_t)pdf->signatures[i].value.p);
    }
    pdf_evidence_free(pdf->evidence);
    free(pdf->signatures);
    free(pdf->details);
    free(pdf->pages);
    pdf_xref_free(&pdf->xref);
    if (pdf->q != NULL)
        qpdf_cleanup(&pdf->q);
    free(pdf);
}

/* What qpdf had to guess, another reader may guess otherwise: refused, but for what changes no page. */
jy_err
pdf_refuse_warnings(qpdf_data q, struct jy_fault *fault)
{
    static const char *const harmless[] = { "duplicated key /PageMode" };

    while (qpdf_more_warnings(q)) {
        const char *text = qpdf_get_error_message_detail(q, qpdf_next_warning(q));
        bool known = false;
        for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
            known = known || strstr(text, harmless[i]) != NULL;
        if (!known)
            return jy_fail(fault, JY_E_DAMAGED, "PDF", 0, "%s", text);
    }
    return JY_OK;
}

static jy_err
pdf_open(struct jy_slice file, void **impl, struct jy_fault *fault)
{
    struct jy_slice head = { file.p, file.len < 1024 ? file.len : 1024 };
    struct pdf *pdf = calloc(1, sizeof(*pdf));
    int count;
    jy_err rc;

    *impl = NULL;
    if (pdf == NULL)
        return JY_E_NOMEM;
    pdf->file = file;
    pdf->header = jy_slice_find(head, jy_slice_text("%PDF-"));
    if (pdf->header == SIZE_MAX) {
        rc = jy_fail(fault, JY_E_UNKNOWN_FORMAT, "PDF", 0, "no %%PDF- in the first 1024 bytes");
        goto out;
    }
    if ((rc = pdf_xref_read(file, pdf->header, &pdf->xref, &pdf->startxref, fault)) != JY_OK ||
        (rc = pdf_check_object_streams(file, &pdf->xref, fault)) != JY_OK || (rc = pdf_load(file, &pdf->q, fault)) != JY_OK)
        goto out;
    pdf->xref_is_stream = pdf->xref.sections[0].is_stream;
    if ((count = qpdf_get_num_pages(pdf->q)) <= 0 || qpdf_has_error(pdf->q)) {
        (void)qpdf_get_error(pdf->q);                       /* told as ours; unread it goes to stderr */
        rc = jy_fail(fault, JY_E_DAMAGED, "PDF page tree", 0, "no readable pages");
        goto out;
    }
    if (count > JY_PDF_PAGES_MAX) {
        rc = jy_fail(fault, JY_E_LIMIT, "PDF page tree", 0, "%d pages, %d are allowed", count, JY_PDF_PAGES_MAX);
        goto out;
    }
    if ((pdf->pages = calloc((size_t)count, sizeof(*pdf->pages))) == NULL) {
        rc = JY_E_NOMEM;
        goto out;
    }
    for (; pdf->page_count < (size_t)count; pdf->page_count++)
        if (!pdf_read_page(pdf->q, qpdf_get_page_n(pdf->q, pdf->page_count), &pdf->pages[pdf->page_count])) {
            rc = jy_fail(fault, JY_E_DAMAGED, "PDF MediaBox", 0, "page %zu has no size", pdf->page_count + 1);
            goto out;
        }
    if ((rc = pdf_refuse_warnings(pdf->q, fault)) != JY_OK || (rc = pdf_refuse_linearized(pdf, file.len, 0, fault)) != JY_OK)
        goto out;
    *impl = pdf;
    pdf = NULL;
out:
    pdf_free(pdf);
    return rc;
}

static size_t
page_count(const void *impl)
{
    return ((const struct pdf *)impl)->page_count;
}

struct jy_page
pdf_page_size(const struct pdf_page *p)
{
    double w = (p->x1 - p->x0) * p->unit * MM_PER_POINT, h = (p->y1 - p->y0) * p->unit * MM_PER_POINT;

    return p->rotate % 180 == 0 ? (struct jy_page){ w, h } : (struct jy_page){ h, w };
}

static struct jy_page
page_size(const void *impl, size_t index)
{
    return pdf_page_size(&((const struct pdf *)impl)->pages[index]);
}

static bool
file_digest(const void *impl, uint8_t out[JY_SM3_SIZE])
{
    const struct pdf *pdf = impl;

    memcpy(out, pdf->digest, JY_SM3_SIZE);
    return pdf->has_digest;
}

/* P 1 of the certification that the catalog names, which need not be the value of a field. */
static bool
is_certified_against_change(qpdf_data q)
{
    qpdf_oh perms = qpdf_oh_get_key(q, qpdf_get_root(q), "/Perms"), list;

    if (!qpdf_oh_is_dictionary(q, perms) || !qpdf_oh_is_dictionary(q, qpdf_oh_get_key(q, perms, "/DocMDP")))
        return false;
    list = qpdf_oh_get_key(q, qpdf_oh_get_key(q, perms, "/DocMDP"), "/Reference");
    for (int i = 0; qpdf_oh_is_array(q, list) && i < qpdf_oh_get_array_n_items(q, list); i++) {
        qpdf_oh reference = qpdf_oh_get_array_item(q, list, i), params;
        long long p = 2;
        params = qpdf_oh_is_dictionary(q, reference) ? qpdf_oh_get_key(q, reference, "/TransformParams") : reference;
        if (qpdf_oh_is_dictionary(q, params) && qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, params, "/P"), &p) && p == 1)
            return true;
    }
    return false;
}

/* Failures of an earlier signature after which a further one would vouch for a broken document; warnings are for its reader. */
static bool
is_broken(enum jy_check_id check)
{
    return check == JY_CHECK_PDF_BYTERANGE || check == JY_CHECK_SIG_FORMAT || check == JY_CHECK_LATER_CHANGE;
}

jy_err
pdf_refuse_broken(struct pdf *pdf, struct jy_fault *fault)
{
    for (size_t i = 0; i < pdf->signature_count; i++)
        for (size_t k = 0; k < pdf->signatures[i].findings.count; k++) {
            const struct jy_finding *f = &pdf->signatures[i].findings.list[k];
            if (!f->passed && is_broken(f->check))
                return jy_fail(fault, JY_E_EARLIER_INVALID, pdf->signatures[i].id, f->offset, "%s", f->detail);
        }
    return JY_OK;
}

jy_err
pdf_check_shown_alike(struct pdf *pdf, struct jy_fault *fault)
{
    if (!pdf->shown_known) {
        jy_err rc = pdf_refuse_tree(pdf, &pdf->shown);

        if (rc == JY_OK)
            rc = pdf_refuse_active(pdf, &pdf->shown);
        if (rc == JY_OK)
            rc = pdf_refuse_variants(pdf, false, &pdf->shown);
        if (rc == JY_OK)
            rc = pdf_refuse_hiding(pdf, &pdf->shown);
        pdf->shown.err = rc;
        pdf->shown_known = rc != JY_E_NOMEM;
    }
    if (fault != NULL && pdf->shown.err != JY_OK)
        *fault = pdf->shown;
    return pdf->shown.err;
}

/* Locks and certifications, what earlier hands broke, what acts by itself. */
static jy_err
may_stamp(void *impl, jy_time now, struct jy_fault *fault)
{
    struct pdf *pdf = impl;
    const struct jy_signature *signatures;
    size_t count;
    jy_err rc;

    (void)now;
    if (is_certified_against_change(pdf->q))
        return jy_fail(fault, JY_E_LOCKED, "PDF /DocMDP", 0, "the certification allows no change (P 1)");
    if ((rc = pdf_signatures(impl, &signatures, &count, fault)) != JY_OK)
        return rc;
    for (size_t i = 0; i < count; i++) {
        if (pdf->details[i].permission == 1 || pdf->details[i].lock_permission == 1)
            return jy_fail(fault, JY_E_LOCKED, signatures[i].id, 0, "the signature allows no change (P 1)");
        if (pdf->details[i].lock == PDF_LOCK_ALL)
            return jy_fail(fault, JY_E_LOCKED, signatures[i].id, 0, "the signature locks all fields (FieldMDP All)");
    }
    rc = pdf_refuse_broken(pdf, fault);
    return rc == JY_OK ? pdf_check_shown_alike(pdf, fault) : rc;
}

/* Keywords of the Info dictionary, which programs keep when they write a file anew. */
static bool
pdf_copy_of(void *impl, char out[2 * JY_SM3_SIZE + 1])
{
    struct pdf *pdf = impl;
    qpdf_oh words = qpdf_oh_get_key_if_dict(pdf->q, qpdf_oh_get_key(pdf->q, qpdf_get_trailer(pdf->q), "/Info"), "/Keywords");
    bool found = qpdf_oh_is_string(pdf->q, words) && jy_copy_mark_in(jy_slice_text(qpdf_oh_get_utf8_value(pdf->q, words)), out);
    char text[160];

    (void)pdf_error(pdf->q, text);
    return found;
}

const struct jy_document_ops jy_pdf_ops = {
    .format = JY_FORMAT_PDF,
    .open = pdf_open,
    .free = pdf_free,
    .page_count = page_count,
    .page = page_size,
    .signatures = pdf_signatures,
    .may_stamp = may_stamp,
    .prepare = pdf_prepare,
    .finish = pdf_finish,
    .inspect = pdf_inspect,
    .digest_with_z = pdf_digest_with_z,
    .digest = file_digest,
    .copy_of = pdf_copy_of,
    .validation_data = pdf_validation_data,
    .prepare_archive = pdf_prepare_archive,
    .finish_archive = pdf_finish_archive,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Archiving (ISO 32000-2 12.8.4.3, 12.8.5; PAdES B-LTA): one update with the evidence (DSS) and a document time stamp over all of it. */
#include "pdf/dss.h"
#include "pdf/update.h"

#include <jinyin/timestamp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN_HEX (2 * 16384)         /* digits for a TimeStampToken with its chain */

/* The catalog's new entries: the old DSS with more references. */
static void
add_dss(struct pdf_update *u, int *const ids[PDF_EVIDENCE_KINDS], const size_t counts[PDF_EVIDENCE_KINDS])
{
    static const char *const lists[] = { "/Certs", "/CRLs", "/OCSPs", NULL };
    qpdf_data q = u->pdf->q;
    qpdf_oh dss = qpdf_oh_get_key(q, qpdf_get_root(q), "/DSS");
    bool has_dss = qpdf_oh_is_dictionary(q, dss);

    pdf_add(u, "/DSS <<\n");
    if (has_dss)
        pdf_copy_entries(u, dss, lists);
    for (size_t kind = 0; kind < PDF_EVIDENCE_KINDS; kind++) {
        if (counts[kind] == 0 && !(has_dss && qpdf_oh_has_key(q, dss, lists[kind])))
            continue;
        PDF_ADD(u, "%s [ ", lists[kind]);
        if (has_dss)
            pdf_copy_items(u, qpdf_oh_get_key(q, dss, lists[kind]));
        for (size_t i = 0; i < counts[kind]; i++)
            PDF_ADD(u, "%d 0 R ", ids[kind][i]);
        pdf_add(u, "]\n");
    }
    pdf_add(u, ">>\n");
}

static bool
is_known(const struct jy_slice *list, size_t count, struct jy_slice item)
{
    for (size_t i = 0; i < count; i++)
        if (jy_slice_equal(list[i], item))
            return true;
    return false;
}

/* One stream an item that the document has not yet. */
static jy_err
add_evidence(struct pdf_update *u, const struct jy_slice *had, size_t had_count, const struct jy_slice *items, size_t count, int **ids, size_t *n,
             struct jy_fault *fault)
{
    if (had_count + count > JY_PDF_EVIDENCE_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PDF /DSS", 0, "%zu items of one kind, %d are allowed", had_count + count, JY_PDF_EVIDENCE_MAX);
    if ((*ids = calloc(count + 1, sizeof(**ids))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        if (!is_known(had, had_count, items[i]) && !is_known(items, i, items[i])) {
            (*ids)[(*n)++] = u->next_id;
            pdf_add_stream(u, u->next_id++, "", items[i]);
        }
    return u->rc;
}

/* Catalog (and, where it stands alone, form) with the new field; the first page with its widget, which shows nothing. */
static void
add_field(struct pdf_update *u, int field_id, int value_id, int *const ids[PDF_EVIDENCE_KINDS], const size_t counts[PDF_EVIDENCE_KINDS])
{
    static const char *const not_root[] = { "/DSS", "/AcroForm", NULL }, *const not_annots[] = { "/Annots", NULL };
    qpdf_data q = u->pdf->q;
    qpdf_oh root = qpdf_get_root(q), form = qpdf_oh_get_key(q, root, "/AcroForm"), page = qpdf_get_page_n(q, 0);
    bool own_object = qpdf_oh_is_dictionary(q, form) && qpdf_oh_is_indirect(q, form);

    pdf_begin_object(u, field_id, 0);
    PDF_ADD(u, "<< /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132 /P %d %d R /FT /Sig /T (JinyinTime%d) /V %d 0 R >>\nendobj\n",
            qpdf_oh_get_object_id(q, page), qpdf_oh_get_generation(q, page), field_id, value_id);
    pdf_begin_version(u, root);
    pdf_add(u, "<<\n");
    pdf_copy_entries(u, root, not_root);
    if (own_object) {
        PDF_ADD(u, "/AcroForm %d %d R\n", qpdf_oh_get_object_id(q, form), qpdf_oh_get_generation(q, form));
    } else {
        pdf_add(u, "/AcroForm <<\n");
        pdf_add_form_entries(u, form, field_id);
        pdf_add(u, ">>\n");
    }
    add_dss(u, ids, counts);
    pdf_add(u, ">>\nendobj\n");
    if (own_object) {
        pdf_begin_version(u, form);
        pdf_add(u, "<<\n");
        pdf_add_form_entries(u, form, field_id);
        pdf_add(u, ">>\nendobj\n");
    }
    pdf_begin_version(u, page);
    pdf_add(u, "<<\n");
    pdf_copy_entries(u, page, not_annots);
    pdf_add(u, "/Annots [ ");
    pdf_copy_items(u, qpdf_oh_get_key(q, page, "/Annots"));
    PDF_ADD(u, "%d 0 R ]\n>>\nendobj\n", field_id);
}

/* As check_form of update.c: the lists are written anew. */
static jy_err
check_dss(qpdf_data q, struct jy_fault *fault)
{
    static const char *const lists[] = { "/Certs", "/CRLs", "/OCSPs" };
    qpdf_oh dss = qpdf_oh_get_key(q, qpdf_get_root(q), "/DSS");
    bool good = qpdf_oh_is_null(q, dss) || qpdf_oh_is_dictionary(q, dss);

    for (size_t i = 0; i < PDF_EVIDENCE_KINDS; i++) {
        qpdf_oh list = qpdf_oh_get_key_if_dict(q, dss, lists[i]);

        good = good && (qpdf_oh_is_null(q, list) || qpdf_oh_is_array(q, list));
    }
    return good ? JY_OK : jy_fail(fault, JY_E_DAMAGED, "PDF /DSS", 0, "it is no dictionary of arrays (ISO 32000-2 12.8.4.3)");
}

jy_err
pdf_prepare_archive(void *impl, const struct jy_validation_data *data, struct jy_prepared *out, struct jy_fault *fault)
{
    struct pdf_update u;
    struct jy_validation_data had;
    const struct jy_signature *signatures;
    int *ids[PDF_EVIDENCE_KINDS] = { NULL }, value_id, field_id;
    size_t counts[PDF_EVIDENCE_KINDS] = { 0 }, count;
    struct pdf_slot slot;
    jy_err rc;

    if ((rc = pdf_signatures(impl, &signatures, &count, fault)) != JY_OK || (rc = pdf_refuse_broken(impl, fault)) != JY_OK ||
        (rc = check_dss(((struct pdf *)impl)->q, fault)) != JY_OK ||
        (rc = pdf_validation_data(impl, &had, fault)) != JY_OK)
        return rc;
    if (count == 0)
        return jy_fail(fault, JY_E_NOT_FOUND, "PDF", 0, "the document has no signature to archive");
    if ((rc = pdf_update_begin(&u, impl, fault)) != JY_OK)
        return rc;
    value_id = u.next_id++;
    field_id = u.next_id++;
    pdf_add(&u, "\n");
    pdf_begin_object(&u, value_id, 0);
    pdf_add(&u, "<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161");
    pdf_add_slot(&u, TOKEN_HEX, &slot);
    pdf_add(&u, " >>\nendobj\n");
    if ((rc = add_evidence(&u, had.certs, had.cert_count, data->certs, data->cert_count, &ids[0], &counts[0], fault)) != JY_OK ||
        (rc = add_evidence(&u, had.crls, had.crl_count, data->crls, data->crl_count, &ids[1], &counts[1], fault)) != JY_OK ||
        (rc = add_evidence(&u, had.ocsps, had.ocsp_count, data->ocsps, data->ocsp_count, &ids[2], &counts[2], fault)) != JY_OK)
        goto out;
    add_field(&u, field_id, value_id, ids, counts);
    pdf_add_xref(&u);
    rc = pdf_close_slot(&u, &slot, out);
out:
    for (size_t kind = 0; kind < PDF_EVIDENCE_KINDS; kind++)
        free(ids[kind]);
    pdf_update_free(&u);
    return rc == JY_OK || (fault != NULL && fault->err == rc) ? rc : jy_fail(fault, rc, "PDF", 0, "the update cannot be written");
}

jy_err
pdf_finish_archive(struct jy_slice prepared, const char *slot, struct jy_slice token, struct jy_pieces *out, struct jy_fault *fault)
{
    size_t at;
    uint8_t digest[JY_SM3_SIZE], imprint[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = pdf_slot_digest(prepared, slot, &at, digest, fault)) != JY_OK || (rc = jy_timestamp_imprint(token, imprint, fault)) != JY_OK)
        return rc;
    if (memcmp(digest, imprint, sizeof(digest)) != 0)
        return jy_fail(fault, JY_E_DOCUMENT_CHANGED, "messageImprint", 0, "the time stamp is for another document");
    return pdf_fill_slot(prepared, slot, token, out, fault);
}

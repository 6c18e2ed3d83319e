/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the document security store (ISO 32000-2 12.8.4.3): certificates, CRLs, OCSP responses that the document carries. */
#include "pdf/dss.h"

#include <stdlib.h>
#include <string.h>

static const char *const keys[PDF_EVIDENCE_KINDS] = { "/Certs", "/CRLs", "/OCSPs" };

void
pdf_evidence_free(struct pdf_evidence *evidence)
{
    if (evidence == NULL)
        return;
    for (size_t kind = 0; kind < PDF_EVIDENCE_KINDS; kind++) {
        for (size_t i = 0; i < evidence->counts[kind]; i++)
            free((void *)(uintptr_t)evidence->items[kind][i].p);
        free(evidence->items[kind]);
    }
    free(evidence);
}

static jy_err
read_item(qpdf_data q, qpdf_oh stream, struct pdf_evidence *evidence, size_t kind, struct jy_fault *fault)
{
    unsigned char *bytes = NULL;
    QPDF_BOOL filtered;
    size_t len = 0;
    char why[160];

    if (!qpdf_oh_is_stream(q, stream))
        return JY_OK;
    if (qpdf_oh_get_stream_data(q, stream, qpdf_dl_generalized, &filtered, &bytes, &len) != QPDF_SUCCESS) {
        free(bytes);                                         /* there too when qpdf only warns */
        return pdf_error(q, why) == JY_E_NOMEM ? JY_E_NOMEM : JY_OK;
    }
    if (!filtered || len == 0) {
        free(bytes);
        return JY_OK;
    }
    evidence->items[kind][evidence->counts[kind]++] = JY_SLICE(bytes, len);
    evidence->total += len;
    if (evidence->total > JY_PDF_EVIDENCE_BYTES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "PDF /DSS", 0, "more than %d bytes of evidence", JY_PDF_EVIDENCE_BYTES_MAX);
    return JY_OK;
}

static jy_err
read_all(qpdf_data q, struct pdf_evidence *evidence, struct jy_fault *fault)
{
    qpdf_oh dss = qpdf_oh_get_key(q, qpdf_get_root(q), "/DSS");
    jy_err rc = JY_OK;

    for (size_t kind = 0; rc == JY_OK && qpdf_oh_is_dictionary(q, dss) && kind < PDF_EVIDENCE_KINDS; kind++) {
        qpdf_oh list = qpdf_oh_get_key(q, dss, keys[kind]);
        int n = qpdf_oh_is_array(q, list) ? qpdf_oh_get_array_n_items(q, list) : 0;
        if (n > JY_PDF_EVIDENCE_MAX)
            return jy_fail(fault, JY_E_LIMIT, "PDF /DSS", 0, "%s has %d items, %d are allowed", keys[kind], n, JY_PDF_EVIDENCE_MAX);
        if (n > 0 && (evidence->items[kind] = calloc((size_t)n, sizeof(*evidence->items[kind]))) == NULL)
            return JY_E_NOMEM;
        for (int i = 0; rc == JY_OK && i < n; i++)
            rc = read_item(q, qpdf_oh_get_array_item(q, list, i), evidence, kind, fault);
    }
    return rc;
}

jy_err
pdf_validation_data(void *impl, struct jy_validation_data *out, struct jy_fault *fault)
{
    struct pdf *pdf = impl;
    struct pdf_evidence *e = pdf->evidence;
    jy_err rc;

    if (e == NULL) {
        if ((e = calloc(1, sizeof(*e))) == NULL)
            return JY_E_NOMEM;
        if ((rc = read_all(pdf->q, e, fault)) != JY_OK) {
            pdf_evidence_free(e);
            return rc;
        }
        pdf->evidence = e;
    }
    *out = (struct jy_validation_data){ e->items[0], e->items[1], e->items[2], e->counts[0], e->counts[1], e->counts[2] };
    return JY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The annotations of all pages, in order. qpdf keeps every handle until it is told, and a page may have a million links. */
#include "pdf/pdf.h"

#define HANDLES_KEPT 1024

jy_err
pdf_each_annotation(const struct pdf *pdf, pdf_annotation_fn fn, void *arg)
{
    qpdf_data q = pdf->q;
    jy_err rc = JY_OK;

    for (size_t page = 0; rc == JY_OK && page < pdf->page_count; page++) {
        qpdf_oh annots = qpdf_oh_get_key(q, qpdf_get_page_n(q, page), "/Annots");
        int n = qpdf_oh_is_array(q, annots) ? qpdf_oh_get_array_n_items(q, annots) : 0;

        for (int i = 0; rc == JY_OK && i < n; i++) {
            rc = fn(arg, page, qpdf_oh_get_array_item(q, annots, i));
            if (i % HANDLES_KEPT == HANDLES_KEPT - 1) {
                qpdf_oh_release_all(q);
                annots = qpdf_oh_get_key(q, qpdf_get_page_n(q, page), "/Annots");
            }
        }
        qpdf_oh_release_all(q);
    }
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* shown.h: what a signature's annotations show, against the picture of its seal. */
#ifndef JY_PDF_SHOWN_H
#define JY_PDF_SHOWN_H

#include "pdf/pdf.h"

#include <jinyin/picture.h>

/** One document's look at its annotations: {0} at first, pdf_shown_free at last. */
struct pdf_shown {
    struct jy_buf bytes;              /* the picture of the seal that was asked for last … */
    struct jy_picture_pdf picture;    /* … and its streams */
    size_t compared;
};
void pdf_shown_free(struct pdf_shown *shown);
/** Neither displayed nor printed, wherever the pointer is (F of an annotation, ISO 32000-2 12.5.3). */
bool pdf_is_unseen(long long flags);
/** APPEARANCE of signature i, once, when this visible annotation of it shows something else. JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err pdf_check_shown(struct pdf *pdf, size_t i, qpdf_oh annot, size_t page, struct pdf_shown *shown);
/** Draws the form nothing but XObjects: no text, no lines, no fills? *rc: JY_E_NOMEM. */
bool pdf_draws_only_pictures(qpdf_data q, qpdf_oh form, jy_err *rc);

#endif

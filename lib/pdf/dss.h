/* SPDX-License-Identifier: Apache-2.0 */
/* dss.h: the three lists of a document security store. */
#ifndef JY_PDF_DSS_H
#define JY_PDF_DSS_H

#include "pdf/pdf.h"

#define PDF_EVIDENCE_KINDS 3          /* in the order of struct jy_validation_data */

struct pdf_evidence {
    struct jy_slice *items[PDF_EVIDENCE_KINDS]; /* owned */
    size_t counts[PDF_EVIDENCE_KINDS];
    size_t total;                     /* bytes */
};

#endif

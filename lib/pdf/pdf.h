/* SPDX-License-Identifier: Apache-2.0 */
/* pdf.h: an opened PDF as lib/pdf sees it. Parsing is qpdf's, with recovery off; what is appended is ours. */
#ifndef JY_PDF_H
#define JY_PDF_H

#include <container/document.h>
#include <qpdf/qpdf-c.h>

#define MM_PER_POINT (25.4 / 72.0)

struct pdf_page {
    double x0, y0, x1, y1;            /* CropBox within MediaBox, user units */
    double unit;                      /* points per user unit */
    int rotate;                       /* 0, 90, 180, 270 clockwise */
};
struct pdf {
    struct jy_slice file;
    size_t header;                    /* where %PDF- stands: xref offsets count from here */
    size_t startxref;                 /* offset of the last xref section, from header */
    bool xref_is_stream;
    qpdf_data q;
    struct pdf_page *pages;
    size_t page_count;
    struct jy_signature *signatures;
    size_t signature_count;
    bool listed;
};

/** Opens with qpdf, refuses warnings. Only structure; used for earlier revisions too. */
JY_CHECK jy_err pdf_load(struct jy_slice file, qpdf_data *out, struct jy_fault *fault);
/** The error that qpdf holds, taken off it (unread it goes to stderr), as ours and as text. */
jy_err pdf_error(qpdf_data q, char text[160]);
/** Unparsed value as a fresh C string ("" for null); free it. qpdf's own text lives only until its next call. */
char *pdf_text(qpdf_data q, qpdf_oh oh);
JY_CHECK jy_err pdf_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault);
JY_CHECK jy_err pdf_inspect(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault);
JY_CHECK jy_err pdf_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                            struct jy_prepared *out, struct jy_fault *fault);
JY_CHECK jy_err pdf_finish(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out, struct jy_fault *fault);
/** SM3 over [0, a) and [b, end). */
JY_CHECK jy_err pdf_digest(struct jy_slice file, size_t a, size_t b, size_t end, uint8_t out[JY_SM3_SIZE]);
/** Does the later document show and do the same as the earlier one, further signatures apart? why gets the reason if not. */
JY_CHECK jy_err pdf_only_signatures_added(struct jy_slice earlier, qpdf_data later, bool *good, char why[160]);

#endif

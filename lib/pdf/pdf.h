/* SPDX-License-Identifier: Apache-2.0 */
/* pdf.h: an opened PDF as lib/pdf sees it. Parsing is qpdf's, with recovery off; what is appended is ours. */
#ifndef JY_PDF_H
#define JY_PDF_H

#include "pdf/refs.h"

#include <container/document.h>
#include <qpdf/qpdf-c.h>

#define MM_PER_POINT (25.4 / 72.0)

struct pdf_page {
    double x0, y0, x1, y1;            /* CropBox within MediaBox, user units */
    double unit;                      /* points per user unit */
    int rotate;                       /* 0, 90, 180, 270 clockwise */
};
/** What the container knows of a signature beyond struct jy_signature; same index. */
enum pdf_lock { PDF_LOCK_NONE, PDF_LOCK_ALL, PDF_LOCK_INCLUDE, PDF_LOCK_EXCLUDE };
struct pdf_signature {
    int field_id, value_id;           /* 0 = direct */
    size_t begin, end;                /* [0, end) is what it signs but for its value, which stands from begin; end 0: the range is not exact */
    bool is_time_stamp;
    bool shows_else;                  /* APPEARANCE has failed */
    bool drawn_anew_before;           /* it covers a NeedAppearances that was taken away later */
    int permission;                   /* P of its DocMDP, 0 none (ISO 32000-2 12.8.2.2) */
    int lock_permission;              /* P of its field's Lock, 0 none (ISO 32000-2 12.7.5.5): 1 = no change from then on */
    enum pdf_lock lock;               /* its FieldMDP */
    char **lock_names;
    size_t lock_count;
};
struct pdf {
    struct jy_slice file;
    size_t header;                    /* where %PDF- stands: xref offsets count from here */
    size_t startxref;                 /* offset of the last xref section, from header */
    bool xref_is_stream;
    struct pdf_xref xref;             /* the chain of sections, newest first */
    qpdf_data q;
    struct pdf_page *pages;
    size_t page_count;
    struct jy_signature *signatures;
    struct pdf_signature *details;
    size_t signature_count;
    size_t fields_seen;
    uint8_t digest[JY_SM3_SIZE];      /* of the whole file, when has_digest */
    bool has_digest;
    size_t z_digested;                /* bytes digested as SM3(Z, data): at most as many as the file has */
    struct pdf_evidence *evidence;    /* the DSS, once it was asked for */
    struct pdf_nowhere nowhere;       /* once it was asked for */
    bool listed;
    bool shown_known;
    struct jy_fault shown;            /* the answer of pdf_check_shown_alike, kept */
};

/** Opens with qpdf, refuses warnings. Only structure; used for earlier revisions too. */
JY_CHECK jy_err pdf_load(struct jy_slice file, qpdf_data *out, struct jy_fault *fault);
/** JY_E_DAMAGED when qpdf had to guess since the last time it was asked. */
JY_CHECK jy_err pdf_refuse_warnings(qpdf_data q, struct jy_fault *fault);
/** The error that qpdf holds, taken off it (unread it goes to stderr), as ours and as text. */
jy_err pdf_error(qpdf_data q, char text[160]);
/** Unparsed value as a fresh C string ("" for null); free it. qpdf's own text lives only until its next call. */
char *pdf_text(qpdf_data q, qpdf_oh oh);
JY_CHECK jy_err pdf_signatures(void *impl, const struct jy_signature **out, size_t *count, struct jy_fault *fault);
JY_CHECK jy_err pdf_inspect(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault);
JY_CHECK jy_err pdf_prepare(void *impl, struct jy_slice seal_der, const struct jy_stamp_place *places, size_t count, jy_time now,
                            bool closing, struct jy_prepared *out, struct jy_fault *fault);
JY_CHECK jy_err pdf_finish(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out, struct jy_fault *fault);
/** SM3 over [0, a) and [b, end). */
JY_CHECK jy_err pdf_digest(struct jy_slice file, size_t a, size_t b, size_t end, uint8_t out[JY_SM3_SIZE]);
/** Is ByteRange the whole revision but for this value? Notes PDF_BYTERANGE and SIG_FORMAT, fills value, parts and the detail's range. */
JY_CHECK jy_err pdf_read_range(struct pdf *pdf, qpdf_oh field, qpdf_oh value, struct jy_signature *s, struct pdf_signature *detail);
/** SIGNATURE_REMOVED of every signature when the file holds a further one that neither the form nor a page has. */
JY_CHECK jy_err pdf_note_removed(struct pdf *pdf);
/** Where each signature shows stamps; PLACEMENT when one lies off its page. After all are listed. */
JY_CHECK jy_err pdf_read_places(struct pdf *pdf);
/** As displayed. */
struct jy_page pdf_page_size(const struct pdf_page *page);
/** The digests of all signatures, and of the file: each byte is read once, however many signatures cover it. */
JY_CHECK jy_err pdf_digest_all(struct pdf *pdf);
JY_CHECK jy_err pdf_digest_with_z(void *impl, size_t index, const uint8_t z[JY_SM3_SIZE], uint8_t out[JY_SM3_SIZE], struct jy_fault *fault);
/** LATER_CHANGE and its kin of every signature. */
JY_CHECK jy_err pdf_judge_revisions(struct pdf *pdf, struct jy_fault *fault);
/** The three lists of the DSS, unpacked; kept in pdf->evidence. */
JY_CHECK jy_err pdf_validation_data(void *impl, struct jy_validation_data *out, struct jy_fault *fault);
void pdf_evidence_free(struct pdf_evidence *evidence);
JY_CHECK jy_err pdf_prepare_archive(void *impl, const struct jy_validation_data *data, struct jy_prepared *out, struct jy_fault *fault);
JY_CHECK jy_err pdf_finish_archive(struct jy_slice prepared, const char *slot, struct jy_slice token, struct jy_pieces *out, struct jy_fault *fault);
/** The signature that a widget shows: its own field's or that of its value, and only without one its Parent's, which is what it says of itself; or SIZE_MAX. */
size_t pdf_signature_shown(const struct pdf *pdf, qpdf_oh widget);
/** JY_E_EARLIER_INVALID when a signature of the document is broken: a further one would vouch for it. */
JY_CHECK jy_err pdf_refuse_broken(struct pdf *pdf, struct jy_fault *fault);
/**
 * Does the document show one thing to all, at all times? Naming object and kind: JY_E_ACTIVE_CONTENT for what acts by itself or lies outside the file,
 * JY_E_SHOWN_VARIOUSLY for what depends on the program, on layers or on printing, JY_E_AMBIGUOUS for a key with two values and for what pdf_refuse_tree
 * and pdf_refuse_hiding refuse; JY_E_LIMIT, JY_E_DAMAGED.
 */
JY_CHECK jy_err pdf_check_shown_alike(struct pdf *pdf, struct jy_fault *fault);
/** Parts of it: the raw objects, and what qpdf makes of annotations and layers. drawn_anew_before: once with NeedAppearances, and now by its appearances. */
JY_CHECK jy_err pdf_refuse_active(const struct pdf *pdf, struct jy_fault *fault);
JY_CHECK jy_err pdf_refuse_variants(const struct pdf *pdf, bool drawn_anew_before, struct jy_fault *fault);
/**
 * JY_E_AMBIGUOUS when the linearization of a revision of length bytes shows other pages than the page tree has; another length puts it out of effect.
 * newest: the first section of that revision. JY_E_NOMEM.
 */
JY_CHECK jy_err pdf_refuse_linearized(const struct pdf *pdf, size_t length, size_t newest, struct jy_fault *fault);
/** Would a file of length bytes that begins like this one be linearized? */
bool pdf_is_linearized_length(const struct pdf *pdf, size_t length);
/** JY_E_AMBIGUOUS when references lead nowhere and a reader that searches the bytes for objects finds other ones. JY_E_NOMEM. */
JY_CHECK jy_err pdf_refuse_hiding(struct pdf *pdf, struct jy_fault *fault);
/** JY_E_AMBIGUOUS when readers may count or inherit differently in the page tree, JY_E_LIMIT when it is too deep. */
JY_CHECK jy_err pdf_refuse_tree(const struct pdf *pdf, struct jy_fault *fault);
/** F of an annotation (ISO 32000-2 12.5.3). */
enum { PDF_HIDDEN = 2, PDF_PRINT = 4, PDF_NO_ZOOM = 8, PDF_NO_ROTATE = 16, PDF_NO_VIEW = 32, PDF_TOGGLE_NO_VIEW = 256 };
/** All annotations of all pages, in order, until an answer is not JY_OK. Handles of fn's own do not outlive its call. */
typedef jy_err (*pdf_annotation_fn)(void *arg, size_t page, qpdf_oh annot);
JY_CHECK jy_err pdf_each_annotation(const struct pdf *pdf, pdf_annotation_fn fn, void *arg);
/** What of a page readers take differently, so that a place on it is not the same for all ("a Rotate that …"); NULL when nothing. */
const char *pdf_page_doubt(qpdf_data q, qpdf_oh page);
/** What a page or a field has under key, of its own or from above; null when there is none. */
qpdf_oh pdf_inherited(qpdf_data q, qpdf_oh node, const char *key);
/** The page as it is displayed. False when it has no size. */
bool pdf_read_page(qpdf_data q, qpdf_oh page, struct pdf_page *out);
/** Four finite numbers, lower-left first. */
bool pdf_read_box(qpdf_data q, qpdf_oh box, double out[4]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.h: what one revision changed in the one before it, judged by an allow-list, object by object and key by key (ISO 32000-2 12.8.2.2, seal-formats 5.3).
 * Permitted: a further signature with its field, widget and appearance, further impressions of its seal, evidence (DSS), a document time stamp,
 * values of form fields, description (Info, XMP). Each is noted; everything else is a change of the document.
 */
#ifndef JY_PDF_DIFF_H
#define JY_PDF_DIFF_H

#include "pdf/pdf.h"
#include "pdf/refs.h"

#define PDF_FILLED_MAX 500

/** An object whose entry differs between both revisions. */
struct pdf_change {
    uint32_t id;
    int old_generation, new_generation;
    bool is_new;                      /* not in the earlier revision */
    bool is_reached;                  /* new, and used in a permitted way */
    bool is_gone;                     /* free in the later revision */
};
/** Of a page (object number): how much of it the appearances that a revision adds cover, 0 to 1; more where they lie on each other. */
struct pdf_covered {
    int page;
    double share;
};
struct pdf_step {
    size_t from, to;                  /* the earlier revision is [0, from), the later one [0, to) */
    const struct pdf_signature *closer; /* the signature that ends the later one, or NULL */
    bool is_changed;                  /* not permitted: where and why */
    char where[64], why[256];
    size_t offset;
    size_t signatures, impressions;   /* fields signed (time stamps that show nothing apart), Stamp annotations of the closer's seal */
    char **filled;                    /* names of fields with another value */
    size_t filled_count;
    bool metadata;
    bool drawn_anew_before;           /* NeedAppearances was taken away */
    char overlay[160];                /* a page that this revision's appearances cover to a large part, or "" */
    struct pdf_covered *covered;
    size_t covered_count;
    double covered_in_all;            /* of the page that this revision and all later ones together cover most */
    uint32_t orphan;                  /* a new object that nothing uses, or 0 */
};

/**
 * Compare. a is the earlier revision, b the later one; refs knows who refers to the changed objects in the earlier one. changes by rising id.
 * What is not permitted is told in step; an error is out of memory only.
 */
JY_CHECK jy_err pdf_diff(qpdf_data a, qpdf_data b, struct pdf_change *changes, size_t count, const struct pdf_refs *refs, struct pdf_step *step);
void pdf_step_free(struct pdf_step *step);
/**
 * Tells in step when the revision of the sections [newer, older) holds objects or trailers that none of them names. JY_E_NOMEM is the only error.
 */
JY_CHECK jy_err pdf_refuse_hidden(const struct pdf *pdf, size_t newer, size_t older, struct pdf_step *step);
/**
 * Tells in a step when references lead nowhere and a reader that therefore searches the revision [0, end) finds other objects. newer: the section with
 * which that revision begins; first: the one with which the first signed revision does. JY_E_NOMEM is the only error.
 */
JY_CHECK jy_err pdf_refuse_searched(struct pdf *pdf, size_t end, size_t newer, size_t first, struct pdf_step *step);

#endif

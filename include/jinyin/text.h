/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/text.h: the characters of a page and where each stands. For finding words; no font is opened, so widths are close, not exact. */
#ifndef JINYIN_TEXT_H
#define JINYIN_TEXT_H

#include <jinyin/container.h>

struct jy_glyph {
    uint32_t code;                     /* Unicode */
    struct jy_box box;                 /* on the displayed page, upright */
};
/** Characters in the order in which the page draws them, blanks included. Zero-initialise to begin; free with jy_text_free. */
struct jy_text {
    struct jy_glyph *list;
    size_t count, cap;
};
void jy_text_free(struct jy_text *text);
/** JY_E_LIMIT beyond JY_GLYPHS_MAX, JY_E_NOMEM. */
JY_CHECK jy_err jy_text_add(struct jy_text *text, uint32_t code, struct jy_box box, struct jy_fault *fault);

/**
 * The text of one page (from 1) of an OFD: its template pages and its own layers (GB/T 33190 clause 11). What says Visible="false" is left out;
 * text in annotations, composite objects and pictures is not looked at. Replaces *out.
 * Errors: JY_E_PAGE_RANGE, JY_E_LIMIT, JY_E_FORMAT, JY_E_DAMAGED, JY_E_NOMEM; JY_E_UNSUPPORTED for a PDF: give what `pdftotext -bbox` says of it
 * to jy_bbox_page.
 */
JY_CHECK jy_err jy_document_text(struct jy_document *doc, int page, struct jy_text *out, struct jy_fault *fault);

/** Reads the output of poppler's `pdftotext -bbox` or `-bbox-layout`, page after page. Zero-initialise but for `rest` and `page`. */
struct jy_bbox {
    struct jy_slice rest;              /* what is still to be read: the whole output to begin */
    int page;                          /* the page read last: one less than the first that was asked for to begin */
};
/**
 * The next page's text, scaled to the page's size in millimetres (poppler knows no UserUnit). The words' boxes are divided among their characters.
 * Replaces *out. Errors: JY_E_NOT_FOUND (no further page), JY_E_PAGE_RANGE (more pages than the document has), JY_E_FORMAT, JY_E_LIMIT, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_bbox_page(struct jy_bbox *bbox, const struct jy_document *doc, struct jy_text *out, struct jy_fault *fault);

/** The same for who has the size of the next page alone; 0 × 0: there is none. */
JY_CHECK jy_err jy_bbox_next(struct jy_bbox *bbox, struct jy_page size, struct jy_text *out, struct jy_fault *fault);

/**
 * The text of one page of either kind of document. words: of a PDF what `pdftotext -bbox` says of this page alone; of an OFD nothing.
 * Errors: those of the functions above; JY_E_DAMAGED when the page is missing in it.
 */
JY_CHECK jy_err jy_page_text(struct jy_document *doc, struct jy_slice words, int page, struct jy_text *out, struct jy_fault *fault);

#endif

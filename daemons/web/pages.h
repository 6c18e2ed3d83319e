/* SPDX-License-Identifier: Apache-2.0 */
/* pages.h: pages of documents as pictures: asked of the room page, cached by content, and known again when an approver says that he saw them. */
#ifndef JY_WEB_PAGES_H
#define JY_WEB_PAGES_H

#include "daemons/web/web.h"

#define PAGES_SEEN_MAX 1000                /* pictures that one approval names */

/** A document's row as handlers here need it: digest (hex), format, pages ([[w_mm, h_mm], …]). Errors: JY_E_NOT_FOUND also when it is not theirs. */
JY_CHECK jy_err document_find(struct exchange *x, json_t **out, struct jy_fault *fault);
/** The same, whose bytes are here. Errors: JY_E_NOT_KEPT too, when only its digest is. */
JY_CHECK jy_err document_find_kept(struct exchange *x, json_t **out, struct jy_fault *fault);

/** One page as drawn. */
struct page_picture {
    double width_mm, height_mm;
    uint32_t width, height;                /* pixels */
    char digest[2 * JY_SM3_SIZE + 1], renderer[128];
    json_t *notes;                         /* [{where, text}, …] */
    int file;                              /* the PNG, -1 = none */
    uint64_t size;
};
/**
 * From the cache, or drawn now. page from 1. *out ends in page_picture_end, also after an error; its sizes are set even then.
 * Errors: JY_E_PAGE_RANGE; JY_E_LIMIT the page is too large at this scale or takes too much work; JY_E_HOSTILE, JY_E_UNSUPPORTED and others
 * of the drawing; JY_E_UNAVAILABLE.
 */
JY_CHECK jy_err page_picture(struct web *web, const json_t *document, int64_t page, int64_t ppm, jy_time now, struct page_picture *out, struct jy_fault *fault);
/** With the stamps of a verification framed and numbered: neither kept nor known as seen. Errors as above. */
JY_CHECK jy_err page_picture_marked(struct web *web, const json_t *document, int64_t page, int64_t ppm, struct jy_slice report, struct page_picture *out,
                                    struct jy_fault *fault);
void page_picture_end(struct page_picture *picture);
/** The words of a PDF's pages first to last as poppler tells them, for doc; *words is the caller's to close. Errors of PAGE_WORDS, JY_E_UNAVAILABLE. */
JY_CHECK jy_err page_words(struct web *web, int document, uint32_t first, uint32_t last, int *words, struct jy_fault *fault);
/** Opens the cache's folder. Errors: JY_E_IO. */
JY_CHECK jy_err page_cache_open(struct web *web, const char *web_dir, struct jy_fault *fault);

/**
 * pages_seen of an approval's input against what was drawn of this document (R16.1): JSON text for the approval's row, freed by the caller; NULL when
 * none were stated. Errors: JY_E_BAD_FIELD names the item; also when the configuration demands all pages and one is missing.
 */
JY_CHECK jy_err seen_check(struct exchange *x, const json_t *order, char **out, struct jy_fault *fault);
/** Beside an approval just kept, in its transaction; the order's digest over all that was seen, which the audit record says too. pages NULL: nothing. */
JY_CHECK jy_err seen_keep(struct db_tx *tx, struct exchange *x, struct jy_slice approval, const char *pages, struct jy_fault *fault);

#endif

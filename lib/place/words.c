/* SPDX-License-Identifier: Apache-2.0 */
/* A keyword in a PDF: poppler's words, page after page. */
#include <jinyin/place.h>

#include <stdlib.h>

static bool
is_listed(const struct jy_page_list *pages, int page)
{
    for (size_t i = 0; i < pages->count; i++)
        if (pages->list[i] == page)
            return true;
    return false;
}

jy_err
jy_keyword_find_words(const struct jy_document *doc, const struct jy_words *words, const struct jy_page_list *pages, const char *word, bool blanks_count,
                      struct jy_matches *out, struct jy_fault *fault)
{
    struct jy_bbox bbox = { .rest = words->bbox, .page = words->first - 1 };
    struct jy_text text = { 0 };
    jy_err rc;

    while ((rc = jy_bbox_page(&bbox, doc, &text, fault)) == JY_OK)
        if (is_listed(pages, bbox.page) && (rc = jy_keyword_find(&text, bbox.page, word, blanks_count, out, fault)) != JY_OK)
            break;
    jy_text_free(&text);
    if (rc == JY_E_NOT_FOUND)
        rc = bbox.page == words->last ? JY_OK : jy_fail(fault, JY_E_DAMAGED, "pdftotext", 0, "page %d of %d is missing in its answer", bbox.page + 1,
                                                        words->last);
    return rc;
}

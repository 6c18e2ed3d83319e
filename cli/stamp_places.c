/* SPDX-License-Identifier: Apache-2.0 */
/* From what was asked of `jinyin stamp` to places on this very document. */
#include "cli/stamp.h"

#include "core/rules.h"
#include "poppler/poppler.h"

#include <stdlib.h>

#define PAGES_AT_ONCE 500              /* that poppler is asked about: its answer is bounded */

struct placing {
    double width_mm, height_mm;
    struct jy_slice file;
    struct jy_document *doc;
    struct jy_page *sizes;
    size_t page_count;
    struct jy_places *out;
    struct jy_fault *fault;
};

static jy_err
find_in_pdf(const struct placing *p, const struct stamp_spot *s, const struct jy_page_list *pages, struct jy_matches *out)
{
    int end = pages->list[pages->count - 1];
    jy_err rc = JY_OK;

    for (int first = pages->list[0]; rc == JY_OK && first <= end; first += PAGES_AT_ONCE) {
        struct jy_words words = { .first = first, .last = end - first < PAGES_AT_ONCE ? end : first + PAGES_AT_ONCE - 1 };
        struct jy_buf bbox = { 0 };
        if ((rc = jy_poppler_words_bytes(p->file, words.first, words.last, &bbox, p->fault)) == JY_OK) {
            words.bbox = jy_buf_slice(&bbox);
            rc = jy_keyword_find_words(p->doc, &words, pages, s->word, s->blanks_count, out, p->fault);
        }
        jy_buf_free(&bbox);
    }
    return rc;
}

static jy_err
place_by_keyword(const struct placing *p, const struct stamp_spot *s, const struct jy_page_list *pages)
{
    struct jy_anchor anchor = s->anchor;
    struct jy_matches matches = { 0 };
    struct jy_text text = { 0 };
    jy_err rc = JY_OK;

    anchor.width_mm = p->width_mm;
    anchor.height_mm = p->height_mm;
    if (jy_document_format(p->doc) == JY_FORMAT_PDF)
        rc = find_in_pdf(p, s, pages, &matches);
    else
        for (size_t i = 0; rc == JY_OK && i < pages->count; i++)
            if ((rc = jy_document_text(p->doc, pages->list[i], &text, p->fault)) == JY_OK)
                rc = jy_keyword_find(&text, pages->list[i], s->word, s->blanks_count, &matches, p->fault);
    if (rc == JY_OK && matches.count == 0)
        rc = jy_fail(p->fault, JY_E_KEYWORD, "--keyword", 0, "\"%s\" is not in the text of %zu pages; a scanned page has no text", s->word, pages->count);
    if (rc == JY_OK && matches.count > 1 && !s->which_said)
        rc = jy_fail(p->fault, JY_E_ARGUMENT, "--keyword", 0, "it stands %zu times, first on page %d; say which: all, last or a number", matches.count,
                     matches.list[0].page);
    if (rc == JY_OK)
        rc = jy_place_keyword(p->sizes, p->page_count, &matches, &anchor, p->out, p->fault);
    jy_matches_free(&matches);
    jy_text_free(&text);
    return rc;
}

static jy_err
place_spot(const struct placing *p, const struct stamp_spot *s)
{
    struct jy_page_list pages;
    struct jy_spot at = s->at;
    struct jy_seam seam = s->seam;
    jy_err rc = jy_pages_parse(s->pages == NULL ? "all" : s->pages, p->page_count, &pages, p->fault);

    if (rc != JY_OK)
        return rc;
    at.width_mm = seam.width_mm = p->width_mm;
    at.height_mm = seam.height_mm = p->height_mm;
    switch (s->kind) {
    case SPOT_AT: rc = jy_place_same(p->sizes, p->page_count, &pages, &at, p->out, p->fault); break;
    case SPOT_SEAM: rc = jy_place_seam(p->sizes, p->page_count, &pages, &seam, p->out, p->fault); break;
    case SPOT_KEYWORD: rc = place_by_keyword(p, s, &pages); break;
    }
    jy_page_list_free(&pages);
    return rc;
}

jy_err
stamp_size(const struct stamp_wish *w, const struct jy_seal *seal, double *width_mm, double *height_mm, struct jy_fault *fault)
{
    double width = jy_seal_width_mm(seal), height = jy_seal_height_mm(seal);

    *width_mm = w->width_mm > 0 ? w->width_mm : w->height_mm > 0 && height > 0 ? w->height_mm * width / height : width;
    *height_mm = w->height_mm > 0 ? w->height_mm : width > 0 ? *width_mm * height / width : 0;
    if (!seal_keeps_shape(*width_mm, *height_mm, width, height))
        return jy_fail(fault, JY_E_ARGUMENT, "--height", 0, "%g × %g mm would stretch the seal of %g × %g mm; give one of --width and --height", *width_mm,
                       *height_mm, width, height);
    return JY_OK;
}

jy_err
stamp_places(const struct stamp_wish *wish, double width_mm, double height_mm, struct jy_slice file, struct jy_document *doc, struct jy_places *out,
             struct jy_fault *fault)
{
    struct placing p = { .width_mm = width_mm, .height_mm = height_mm, .file = file, .doc = doc, .out = out, .fault = fault };
    jy_err rc = jy_document_pages(doc, &p.sizes, &p.page_count);

    for (size_t i = 0; rc == JY_OK && i < wish->spot_count; i++)
        rc = place_spot(&p, &wish->spots[i]);
    free(p.sizes);
    return rc;
}

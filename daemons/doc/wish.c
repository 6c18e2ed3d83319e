/* SPDX-License-Identifier: Apache-2.0 */
/* What a person wishes (pages, corner, seam, keyword) → the places on this very document, which is what is approved (R15.1, R16.1). */
#include "daemons/doc/doc.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct placing {
    struct jy_document *document;
    const json_t *wish;                /* one item of places */
    size_t number;
    struct jy_slice words;             /* of a PDF */
    double width_mm, height_mm;
    struct jy_page *sizes;
    size_t page_count;
    struct jy_page_list pages;
    struct jy_places *out;
    struct jy_fault *fault;
};

static const char *
text_of(const struct placing *p, const char *name, const char *absent)
{
    const char *text = json_string_value(json_object_get(p->wish, name));

    return text == NULL ? absent : text;
}

static double
mm_of(const struct placing *p, const char *name)
{
    return json_number_value(json_object_get(p->wish, name));
}

static jy_err
refuse(const struct placing *p, const char *field, const char *what)
{
    return jy_fail(p->fault, JY_E_BAD_FIELD, "places", p->number, "%s of place %zu %s", field, p->number + 1, what);
}

static jy_err
place_spot(const struct placing *p)
{
    struct jy_spot at = { .x_mm = mm_of(p, "x_mm"), .y_mm = mm_of(p, "y_mm"), .width_mm = p->width_mm, .height_mm = p->height_mm };

    if (!jy_corner_by_name(text_of(p, "corner", "top-left"), &at.corner))
        return refuse(p, "corner", "must be top-left, top-right, bottom-left, bottom-right or centre");
    return jy_place_same(p->sizes, p->page_count, &p->pages, &at, p->out, p->fault);
}

static jy_err
place_seam(const struct placing *p)
{
    struct jy_seam seam = { .width_mm = p->width_mm, .height_mm = p->height_mm, .margin_mm = mm_of(p, "margin_mm"),
                            .strip_min_mm = mm_of(p, "strip_min_mm"), .along_mm = mm_of(p, "along_mm"),
                            .centred = json_object_get(p->wish, "along_mm") == NULL,
                            .group_max = (size_t)json_integer_value(json_object_get(p->wish, "group")) };

    if (!jy_edge_by_name(text_of(p, "seam", ""), &seam.edge))
        return refuse(p, "seam", "must be right, left, top or bottom");
    return jy_place_seam(p->sizes, p->page_count, &p->pages, &seam, p->out, p->fault);
}

static jy_err
place_keyword(const struct placing *p)
{
    const char *word = text_of(p, "keyword", "");
    const json_t *which = json_object_get(p->wish, "which");
    struct jy_anchor anchor = { .which = (long)json_integer_value(which), .right_mm = mm_of(p, "right_mm"), .down_mm = mm_of(p, "down_mm"),
                                .width_mm = p->width_mm, .height_mm = p->height_mm,
                                .keep_on_page = json_is_true(json_object_get(p->wish, "keep_on_page")) };
    struct jy_matches matches = { 0 };
    struct jy_text text = { 0 };
    jy_err rc = JY_OK;

    if (!jy_side_by_name(text_of(p, "side", "on"), &anchor.side))
        return refuse(p, "side", "must be on, right, left, below or above");
    if (jy_document_format(p->document) == JY_FORMAT_PDF) {
        const struct jy_words words = { p->words, 1, (int)p->page_count };
        rc = jy_keyword_find_words(p->document, &words, &p->pages, word, json_is_true(json_object_get(p->wish, "blanks")), &matches, p->fault);
    } else
        for (size_t i = 0; rc == JY_OK && i < p->pages.count; i++)
            if ((rc = jy_document_text(p->document, p->pages.list[i], &text, p->fault)) == JY_OK)
                rc = jy_keyword_find(&text, p->pages.list[i], word, json_is_true(json_object_get(p->wish, "blanks")), &matches, p->fault);
    if (rc == JY_OK && matches.count > 1 && which == NULL)
        rc = jy_fail(p->fault, JY_E_BAD_FIELD, "places", p->number, "keyword: it stands %zu times, first on page %d; say which (0: all)", matches.count,
                     matches.list[0].page);
    if (rc == JY_OK)
        rc = jy_place_keyword(p->sizes, p->page_count, &matches, &anchor, p->out, p->fault);
    jy_matches_free(&matches);
    jy_text_free(&text);
    return rc;
}

/* Exactly one way of saying where; what belongs to another way is refused, not ignored. */
static jy_err
place_one(struct placing *p)
{
    static const struct { const char *name; bool spot, seam, keyword; } members[] = {
        { "pages", true, true, true }, { "x_mm", true, false, false }, { "y_mm", true, false, false }, { "corner", true, false, false },
        { "seam", false, true, false }, { "along_mm", false, true, false }, { "margin_mm", false, true, false }, { "group", false, true, false },
        { "strip_min_mm", false, true, false }, { "keyword", false, false, true }, { "which", false, false, true }, { "side", false, false, true },
        { "right_mm", false, false, true }, { "down_mm", false, false, true }, { "keep_on_page", false, false, true },
        { "blanks", false, false, true },
    };
    bool seam = json_object_get(p->wish, "seam") != NULL, keyword = json_object_get(p->wish, "keyword") != NULL, spot = !seam && !keyword;
    const char *pages = text_of(p, "pages", spot ? "" : "all");
    jy_err rc;

    if (seam && keyword)
        return refuse(p, "seam and keyword", "exclude each other");
    if (spot && (json_object_get(p->wish, "x_mm") == NULL || json_object_get(p->wish, "y_mm") == NULL || pages[0] == '\0'))
        return refuse(p, "pages, x_mm and y_mm", "are needed, or seam, or keyword");
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if (json_object_get(p->wish, members[i].name) != NULL && !(spot ? members[i].spot : seam ? members[i].seam : members[i].keyword))
            return refuse(p, members[i].name, "does not belong to this way of placing");
    if ((rc = jy_pages_parse(pages, p->page_count, &p->pages, p->fault)) == JY_OK)
        rc = seam ? place_seam(p) : keyword ? place_keyword(p) : place_spot(p);
    jy_page_list_free(&p->pages);
    return rc;
}

jy_err
doc_places(struct jy_document *document, struct jy_slice wish, struct jy_slice words, struct jy_places *out, struct jy_fault *fault)
{
    json_t *root = json_loadb((const char *)wish.p, wish.len, JSON_REJECT_DUPLICATES, NULL), *item;
    struct placing p = { .document = document, .words = words, .out = out, .fault = fault };
    size_t i;
    jy_err rc;

    p.width_mm = json_number_value(json_object_get(root, "width_mm"));
    p.height_mm = json_number_value(json_object_get(root, "height_mm"));
    if (!json_is_array(json_object_get(root, "places"))) {
        json_decref(root);
        return jy_fail(fault, JY_E_FORMAT, "wish", 0, "not as messages.def says");
    }
    rc = jy_document_pages(document, &p.sizes, &p.page_count);
    json_array_foreach(json_object_get(root, "places"), i, item) {
        p.wish = item;
        p.number = i;
        if (rc == JY_OK)
            rc = place_one(&p);
    }
    free(p.sizes);
    json_decref(root);
    return rc;
}

static int64_t
um(double mm)
{
    return llround(mm * 1000.0);
}

jy_err
doc_places_encode(const struct jy_places *places, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_order_place *list = NULL;
    jy_err rc;

    if (places->count > JY_ORDER_PLACES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "places", 0, "%zu places, %d are taken in one order", places->count, JY_ORDER_PLACES_MAX);
    if ((list = calloc(places->count + 1, sizeof(*list))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < places->count; i++) {
        const struct jy_stamp_place *p = &places->list[i];
        list[i] = (struct jy_order_place){
            .page = (uint32_t)p->page, .x_um = um(p->x_mm), .y_um = um(p->y_mm), .width_um = um(p->width_mm), .height_um = um(p->height_mm),
            .clipped = p->clip.width_mm > 0 || p->clip.height_mm > 0, .clip_x_um = um(p->clip.x_mm), .clip_y_um = um(p->clip.y_mm),
            .clip_width_um = um(p->clip.width_mm), .clip_height_um = um(p->clip.height_mm),
        };
    }
    rc = jy_order_places_encode(list, places->count, out);
    free(list);
    return rc;
}

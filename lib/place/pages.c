/* SPDX-License-Identifier: Apache-2.0 */
/* Page specifications such as "1-3,5,last", and the same spot on many pages. */
#include "place/place.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *spec, *at;
    long pages;
    struct jy_fault *fault;
};

static jy_err
bad(const struct reader *r, jy_err err, const char *from, const char *why)
{
    size_t len = strcspn(from, ",");

    return jy_fail(r->fault, err, "page", (uint64_t)(from - r->spec), "\"%.*s\": %s; this document has pages 1 to %ld, write for example 1-3,5,last",
                   (int)(len < 40 ? len : 40), from, why, r->pages);
}

static void
skip_blanks(struct reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

/* "," or its full-width form, as a Chinese keyboard gives it. */
static bool
take_comma(struct reader *r)
{
    size_t len = *r->at == ',' ? 1 : strncmp(r->at, "，", 3) == 0 ? 3 : 0;

    r->at += len;
    return len > 0;
}

static bool
take_word(struct reader *r, const char *word)
{
    size_t len = strlen(word);

    if (strncmp(r->at, word, len) != 0)
        return false;
    r->at += len;
    return true;
}

/* One page: a number, one from the end, or `last`. */
static jy_err
read_page(struct reader *r, long *out)
{
    const char *from = r->at;
    bool from_end = false;
    long n = 0;

    if (take_word(r, "last")) {
        *out = r->pages;
        return JY_OK;
    }
    if (*r->at == '-') {
        from_end = true;
        r->at++;
    }
    if (*r->at < '0' || *r->at > '9')
        return bad(r, JY_E_ARGUMENT, from, "neither a page number nor all, odd, even, last");
    for (; *r->at >= '0' && *r->at <= '9'; r->at++)
        if (n <= INT_MAX)
            n = n * 10 + (*r->at - '0');
    if (n < 1 || n > r->pages)
        return bad(r, JY_E_PAGE_RANGE, from, "no such page");
    *out = from_end ? r->pages + 1 - n : n;
    return JY_OK;
}

/* One item: the pages first, first + step … last. */
static jy_err
read_item(struct reader *r, long *first, long *last, long *step)
{
    static const struct { const char *word; long first, step; } words[] = { { "all", 1, 1 }, { "odd", 1, 2 }, { "even", 2, 2 } };
    const char *from = r->at;
    jy_err rc;

    *step = 1;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (take_word(r, words[i].word)) {
            *first = words[i].first;
            *step = words[i].step;
            *last = r->pages;
            return JY_OK;
        }
    if ((rc = read_page(r, first)) != JY_OK)
        return rc;
    *last = *first;
    skip_blanks(r);
    if (*r->at != '-')
        return JY_OK;
    r->at++;
    skip_blanks(r);
    if ((rc = read_page(r, last)) != JY_OK)
        return rc;
    return *first <= *last ? JY_OK : bad(r, JY_E_PAGE_RANGE, from, "the range runs backwards");
}

jy_err
jy_pages_parse(const char *spec, size_t page_count, struct jy_page_list *out, struct jy_fault *fault)
{
    struct reader r = { spec, spec, (long)page_count, fault };
    bool *named = NULL;
    long first, last, step;
    jy_err rc = JY_OK;

    *out = (struct jy_page_list){ NULL, 0 };
    if (page_count == 0 || page_count > INT_MAX)
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "a document of %zu pages", page_count);
    if (strlen(spec) > JY_PAGES_SPEC_MAX)
        return jy_fail(fault, JY_E_LIMIT, "page", 0, "more than %d bytes; name ranges", JY_PAGES_SPEC_MAX);
    if ((named = calloc(page_count + 1, sizeof(*named))) == NULL || (out->list = calloc(page_count, sizeof(*out->list))) == NULL) {
        rc = jy_fail(fault, JY_E_NOMEM, "page", 0, "no memory");
        goto out;
    }
    do {
        skip_blanks(&r);
        if ((rc = read_item(&r, &first, &last, &step)) != JY_OK)
            goto out;
        for (; first <= last; first += step)
            named[first] = true;
        skip_blanks(&r);
    } while (take_comma(&r));
    if (*r.at != '\0') {
        rc = bad(&r, JY_E_ARGUMENT, r.at, "a comma belongs between two items");
        goto out;
    }
    for (size_t page = 1; page <= page_count; page++)
        if (named[page])
            out->list[out->count++] = (int)page;
    if (out->count == 0)                                     /* `even` of a document with one page */
        rc = bad(&r, JY_E_PAGE_RANGE, spec, "names no page");
out:
    free(named);
    if (rc != JY_OK)
        jy_page_list_free(out);
    return rc;
}

void
jy_page_list_free(struct jy_page_list *pages)
{
    free(pages->list);
    *pages = (struct jy_page_list){ NULL, 0 };
}

jy_err
jy_document_pages(const struct jy_document *doc, struct jy_page **out, size_t *count)
{
    *count = jy_document_page_count(doc);
    if ((*out = calloc(*count + 1, sizeof(**out))) == NULL)
        return JY_E_NOMEM;
    for (size_t i = 0; i < *count; i++)
        (*out)[i] = jy_document_page(doc, i);
    return JY_OK;
}

jy_err
places_check_pages(const struct jy_page_list *pages, size_t page_count, struct jy_fault *fault)
{
    for (size_t i = 0; i < pages->count; i++)
        if (pages->list[i] < 1 || (size_t)pages->list[i] > page_count)
            return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "page %d of %zu", pages->list[i], page_count);
    return pages->count > 0 ? JY_OK : jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "no page is named");
}

jy_err
places_add(struct jy_places *places, const struct jy_stamp_place *place, struct jy_fault *fault)
{
    if (places->count >= JY_STAMP_PLACES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "places", 0, "more than %d places of one stamp", JY_STAMP_PLACES_MAX);
    if (places->count == places->cap) {
        size_t cap = places->cap == 0 ? 16 : places->cap * 2;
        struct jy_stamp_place *list = realloc(places->list, cap * sizeof(*list));

        if (list == NULL)
            return jy_fail(fault, JY_E_NOMEM, "places", 0, "no memory");
        places->list = list;
        places->cap = cap;
    }
    places->list[places->count++] = *place;
    return JY_OK;
}

void
jy_places_free(struct jy_places *places)
{
    free(places->list);
    *places = (struct jy_places){ NULL, 0, 0 };
}

jy_err
jy_place_same(const struct jy_page *sizes, size_t page_count, const struct jy_page_list *pages, const struct jy_spot *spot,
              struct jy_places *out, struct jy_fault *fault)
{
    bool right = spot->corner == JY_CORNER_TOP_RIGHT || spot->corner == JY_CORNER_BOTTOM_RIGHT;
    bool bottom = spot->corner == JY_CORNER_BOTTOM_LEFT || spot->corner == JY_CORNER_BOTTOM_RIGHT;
    size_t before = out->count;
    jy_err rc = places_check_pages(pages, page_count, fault);

    for (size_t i = 0; rc == JY_OK && i < pages->count; i++) {
        const struct jy_page *size = &sizes[pages->list[i] - 1];
        double room_x = size->width_mm - spot->width_mm, room_y = size->height_mm - spot->height_mm;
        struct jy_stamp_place place = { pages->list[i], right ? room_x - spot->x_mm : spot->x_mm, bottom ? room_y - spot->y_mm : spot->y_mm,
                                        spot->width_mm, spot->height_mm, { 0, 0, 0, 0 } };

        if (spot->corner == JY_CORNER_CENTRE) {
            place.x_mm += room_x / 2;
            place.y_mm += room_y / 2;
        }
        rc = places_add(out, &place, fault);
    }
    if (rc != JY_OK)
        out->count = before;
    return rc;
}

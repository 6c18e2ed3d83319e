/* SPDX-License-Identifier: Apache-2.0 */
/* A keyword among the characters of a page, and the stamp beside it. */
#include "place/place.h"

#include "codec/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define GAP_MAX 3.0                   /* in heights of a character: what is farther apart is no word */
#define GAP_BLANK 0.2                 /* … that reads as a blank */
#define SAME 0.5                      /* the share of two boxes that makes them one place, or two characters one line */

struct word {
    uint32_t codes[JY_KEYWORD_MAX];
    bool blank_before[JY_KEYWORD_MAX];
    size_t count;
    bool blanks_count;
};

/* Full-width forms are their half-width ones. */
static uint32_t
folded(uint32_t code)
{
    return code >= 0xFF01 && code <= 0xFF5E ? code - 0xFF01 + 0x21 : code;
}

bool
place_is_blank(uint32_t code)
{
    return code <= 0x20 || code == 0xA0 || code == 0x3000 || (code >= 0x2000 && code <= 0x200B) || code == 0xFEFF;
}

static jy_err
read_word(const char *text, bool blanks_count, struct word *out, struct jy_fault *fault)
{
    struct jy_slice left = jy_slice_text(text);
    bool blank = false;
    uint32_t code = 0;
    size_t len;

    *out = (struct word){ .blanks_count = blanks_count };
    for (; left.len > 0; left = JY_SLICE(left.p + len, left.len - len)) {
        if ((len = jy_utf8_next(left, &code)) == 0)
            return jy_fail(fault, JY_E_ARGUMENT, "keyword", (uint64_t)(left.p - (const uint8_t *)text), "not UTF-8");
        if (place_is_blank(code)) {
            blank = true;
            continue;
        }
        if (out->count == JY_KEYWORD_MAX)
            return jy_fail(fault, JY_E_ARGUMENT, "keyword", 0, "longer than %d characters", JY_KEYWORD_MAX);
        out->blank_before[out->count] = blank && out->count > 0;
        out->codes[out->count++] = folded(code);
        blank = false;
    }
    return out->count > 0 ? JY_OK : jy_fail(fault, JY_E_ARGUMENT, "keyword", 0, "is empty");
}

/* What two stretches share, as a part of the shorter one. */
static double
shared(double a, double a_len, double b, double b_len)
{
    double both = fmin(a + a_len, b + b_len) - fmax(a, b), least = fmin(a_len, b_len);

    return least > 0 ? both / least : both >= 0;
}

/* May b be the character after a in one word? *gap: free space between them, in heights of a character. */
static bool
follows(const struct jy_box *a, const struct jy_box *b, double *gap)
{
    double size = fmax(a->height_mm, b->height_mm);

    if (!(size > 0))
        return false;
    if (shared(a->y_mm, a->height_mm, b->y_mm, b->height_mm) >= SAME) {
        *gap = (b->x_mm - (a->x_mm + a->width_mm)) / size;
        return b->x_mm > a->x_mm && *gap <= GAP_MAX;
    }
    *gap = (b->y_mm - (a->y_mm + a->height_mm)) / size;             /* stacked */
    return shared(a->x_mm, a->width_mm, b->x_mm, b->width_mm) >= SAME && b->y_mm > a->y_mm && *gap <= 1;
}

static struct jy_box
around(const struct jy_box *a, const struct jy_box *b)
{
    double x = fmin(a->x_mm, b->x_mm), y = fmin(a->y_mm, b->y_mm);

    return (struct jy_box){ x, y, fmax(a->x_mm + a->width_mm, b->x_mm + b->width_mm) - x, fmax(a->y_mm + a->height_mm, b->y_mm + b->height_mm) - y };
}

/* Does the word stand in list from `at` on? */
static bool
stands(const struct jy_glyph *list, size_t count, size_t at, const struct word *word, struct jy_box *box)
{
    const struct jy_box *last = NULL;
    bool blank = false;
    size_t found = 0;

    if (folded(list[at].code) != word->codes[0])
        return false;
    for (; at < count && found < word->count; at++) {
        double gap = 0;

        if (place_is_blank(list[at].code)) {
            blank = true;
            continue;
        }
        if (folded(list[at].code) != word->codes[found] || (last != NULL && !follows(last, &list[at].box, &gap)))
            return false;
        if (word->blanks_count && found > 0 && (blank || gap >= GAP_BLANK) != word->blank_before[found])
            return false;
        *box = last == NULL ? list[at].box : around(box, &list[at].box);
        last = &list[at].box;
        blank = false;
        found++;
    }
    return found == word->count;
}

static jy_err
add_match(struct jy_matches *out, size_t before, int page, const struct jy_box *box, struct jy_fault *fault)
{
    for (size_t i = before; i < out->count; i++) {
        const struct jy_box *other = &out->list[i].box;

        if (shared(other->x_mm, other->width_mm, box->x_mm, box->width_mm) > SAME && shared(other->y_mm, other->height_mm, box->y_mm, box->height_mm) > SAME)
            return JY_OK;
    }
    if (out->count - before >= JY_KEYWORD_MATCHES_MAX || out->count >= JY_STAMP_PLACES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "keyword", 0, "stands more than %zu times; name a longer one", out->count - before);
    if (out->count == out->cap) {
        size_t cap = out->cap == 0 ? 16 : out->cap * 2;
        struct jy_match *list = realloc(out->list, cap * sizeof(*list));

        if (list == NULL)
            return jy_fail(fault, JY_E_NOMEM, "keyword", 0, "no memory");
        out->list = list;
        out->cap = cap;
    }
    out->list[out->count++] = (struct jy_match){ page, *box };
    return JY_OK;
}

static jy_err
search(const struct jy_glyph *list, size_t count, int page, const struct word *word, size_t before, struct jy_matches *out, struct jy_fault *fault)
{
    struct jy_box box = { 0, 0, 0, 0 };
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < count; i++)
        if (stands(list, count, i, word, &box))
            rc = add_match(out, before, page, &box, fault);
    return rc;
}

static double
middle(const struct jy_box *box)
{
    return box->y_mm + box->height_mm / 2;
}

static int
by_height(const void *a, const void *b)
{
    double x = middle(&((const struct jy_glyph *)a)->box), y = middle(&((const struct jy_glyph *)b)->box);

    return (x > y) - (x < y);
}

static int
by_side(const void *a, const void *b)
{
    double x = ((const struct jy_glyph *)a)->box.x_mm, y = ((const struct jy_glyph *)b)->box.x_mm;

    return (x > y) - (x < y);
}

/* Lines from the top, each from the left: a line is what has its middle within half a character of the line's first. */
static void
sort_for_reading(struct jy_glyph *list, size_t count)
{
    size_t begin = 0;

    if (count == 0)
        return;
    qsort(list, count, sizeof(*list), by_height);
    for (size_t i = 1; i <= count; i++) {
        if (i < count && middle(&list[i].box) - middle(&list[begin].box) <= list[begin].box.height_mm * SAME)
            continue;
        qsort(list + begin, i - begin, sizeof(*list), by_side);
        begin = i;
    }
}

/* Matches in the order of reading: the same order as that of characters. */
static jy_err
sort_matches(struct jy_match *list, size_t count, struct jy_fault *fault)
{
    struct jy_glyph *order = calloc(count + 1, sizeof(*order));

    if (order == NULL)
        return jy_fail(fault, JY_E_NOMEM, "keyword", 0, "no memory");
    for (size_t i = 0; i < count; i++)
        order[i].box = list[i].box;
    sort_for_reading(order, count);
    for (size_t i = 0; i < count; i++)
        list[i].box = order[i].box;
    free(order);
    return JY_OK;
}

jy_err
jy_keyword_find(const struct jy_text *text, int page, const char *word, bool blanks_count, struct jy_matches *out, struct jy_fault *fault)
{
    size_t before = out->count, count = 0;
    struct jy_glyph *sorted = NULL;
    struct word w;
    jy_err rc = read_word(word, blanks_count, &w, fault);

    if (rc != JY_OK || text->count == 0)
        return rc;
    if ((sorted = malloc(text->count * sizeof(*sorted))) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "keyword", 0, "no memory");
    for (size_t i = 0; i < text->count; i++)
        if (!place_is_blank(text->list[i].code))
            sorted[count++] = text->list[i];
    if ((rc = search(text->list, text->count, page, &w, before, out, fault)) != JY_OK)
        goto out;
    sort_for_reading(sorted, count);
    if ((rc = search(sorted, count, page, &w, before, out, fault)) == JY_OK)
        rc = sort_matches(out->list + before, out->count - before, fault);
out:
    free(sorted);
    if (rc != JY_OK)
        out->count = before;
    return rc;
}

void
jy_matches_free(struct jy_matches *matches)
{
    free(matches->list);
    *matches = (struct jy_matches){ NULL, 0, 0 };
}

static double
kept(double at, double size, double page)
{
    return fmax(0, fmin(at, page - size));
}

static struct jy_stamp_place
beside(const struct jy_match *match, const struct jy_anchor *a, const struct jy_page *page)
{
    const struct jy_box *b = &match->box;
    struct jy_stamp_place place = { .page = match->page, .width_mm = a->width_mm, .height_mm = a->height_mm };

    place.x_mm = b->x_mm + (b->width_mm - a->width_mm) / 2;
    place.y_mm = b->y_mm + (b->height_mm - a->height_mm) / 2;
    switch (a->side) {
    case JY_SIDE_ON: break;
    case JY_SIDE_RIGHT: place.x_mm = b->x_mm + b->width_mm; break;
    case JY_SIDE_LEFT: place.x_mm = b->x_mm - a->width_mm; break;
    case JY_SIDE_BELOW: place.y_mm = b->y_mm + b->height_mm; break;
    case JY_SIDE_ABOVE: place.y_mm = b->y_mm - a->height_mm; break;
    }
    place.x_mm += a->right_mm;
    place.y_mm += a->down_mm;
    if (a->keep_on_page) {
        place.x_mm = kept(place.x_mm, a->width_mm, page->width_mm);
        place.y_mm = kept(place.y_mm, a->height_mm, page->height_mm);
    }
    return place;
}

jy_err
jy_place_keyword(const struct jy_page *sizes, size_t page_count, const struct jy_matches *matches, const struct jy_anchor *anchor,
                 struct jy_places *out, struct jy_fault *fault)
{
    size_t before = out->count, first = 0, last = matches->count;
    jy_err rc = JY_OK;

    if (matches->count == 0)
        return jy_fail(fault, JY_E_KEYWORD, "keyword", 0, "not found");
    if (anchor->which != 0) {
        long at = anchor->which > 0 ? anchor->which : (long)matches->count + 1 + anchor->which;

        if (at < 1 || at > (long)matches->count)
            return jy_fail(fault, JY_E_KEYWORD, "keyword", 0, "number %ld is wanted, and it stands %zu times", anchor->which, matches->count);
        first = (size_t)at - 1;
        last = first + 1;
    }
    for (size_t i = first; rc == JY_OK && i < last; i++) {
        const struct jy_match *match = &matches->list[i];
        struct jy_stamp_place place;

        if (match->page < 1 || (size_t)match->page > page_count) {
            rc = jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "page %d of %zu", match->page, page_count);
            break;
        }
        place = beside(match, anchor, &sizes[match->page - 1]);
        rc = places_add(out, &place, fault);
    }
    if (rc != JY_OK)
        out->count = before;
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JBIG2 (ITU-T T.88 | ISO/IEC 14492), its first page: files in both organisations (Annex D.1, D.2), and bare segments as PDF embeds them (D.3).
 * Refused: colour, the extended template. Everything is paid for from a budget of steps and bytes, so that no file takes more than its share.
 */
#include "picture/fax.h"
#include "picture/jbig2.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_MIN 11u                       /* bytes of the shortest segment header */
#define PAGE_LENGTH 19u
#define UNKNOWN UINT32_MAX                   /* length or height */

enum {                                       /* 7.3 */
    SYMBOL_DICTIONARY = 0, PATTERN_DICTIONARY = 16, GENERIC_IMMEDIATE = 38, PAGE_INFORMATION = 48, END_OF_PAGE = 49, END_OF_STRIPE = 50, END_OF_FILE = 51,
    PROFILES = 52, CODE_TABLES = 53, COLOUR_PALETTE = 54, EXTENSION = 62
};

static const struct region {
    uint8_t type;
    bool intermediate;                       /* kept, not drawn */
    jy_err (*read)(struct jb2 *, const struct jb2_header *, struct jy_slice, struct jb2_region *, struct jb2_bitmap **);
} regions[] = {
    { 4, true, jb2_text_read },      { 6, false, jb2_text_read },      { 7, false, jb2_text_read },
    { 20, true, jb2_halftone_read }, { 22, false, jb2_halftone_read }, { 23, false, jb2_halftone_read },
    { 36, true, jb2_generic_read },  { 38, false, jb2_generic_read },  { 39, false, jb2_generic_read },
    { 40, true, jb2_refinement_read }, { 42, false, jb2_refinement_read }, { 43, false, jb2_refinement_read },
};

jy_err
jb2_fax(struct jb2 *j)
{
    if (j->fax == NULL && (j->fax = fax_new()) == NULL)
        return jy_fail(j->fault, JY_E_NOMEM, "JBIG2", j->at, "no memory");
    return JY_OK;
}

static void
free_result(struct jb2 *j, struct jb2_segment *s)
{
    switch (s->kind) {
    case JB2_SYMBOLS: jb2_symbols_free(j, s->symbols); break;
    case JB2_PATTERNS: jb2_patterns_free(j, s->patterns); break;
    case JB2_TABLE: jb2_table_free(j, s->table); break;
    case JB2_REGION: jb2_bitmap_free(j, s->region); break;
    }
}

/* Takes the result over, also on error. */
static jy_err
keep(struct jb2 *j, struct jb2_segment s)
{
    size_t at = j->count;
    jy_err rc = JY_OK;

    while (at > 0 && j->segments[at - 1].number > s.number)
        at--;
    if (at > 0 && j->segments[at - 1].number == s.number)
        rc = jb2_wrong(j, "two segments of one number");
    if (rc == JY_OK && j->count == j->cap) {
        size_t cap = j->cap == 0 ? 16 : j->cap * 2;
        struct jb2_segment *more = realloc(j->segments, cap * sizeof(*more));
        if (more == NULL)
            rc = jy_fail(j->fault, JY_E_NOMEM, "JBIG2", j->at, "no memory");
        else
            j->segments = more, j->cap = cap;
    }
    if (rc != JY_OK) {
        free_result(j, &s);
        return rc;
    }
    memmove(j->segments + at + 1, j->segments + at, (j->count - at) * sizeof(*j->segments));
    j->segments[at] = s;
    j->count++;
    return JY_OK;
}

/* -- the page (7.4.8) -- */

static jy_err
begin_page(struct jb2 *j, const struct jb2_header *h, struct jy_slice data)
{
    struct bits in = { .bytes = data };
    uint32_t width = bits_take(&in, 32), height = bits_take(&in, 32);
    unsigned flags;
    jy_err rc;

    bits_skip(&in, 64);                                      /* the resolution: the place on the page decides */
    flags = bits_take(&in, 8);
    j->stripe = bits_take(&in, 16);
    if (in.past || j->page != NULL)
        return jb2_wrong(j, "page information");
    j->page_number = h->page;
    j->page_default = flags >> 2 & 1;
    j->page_grows = height == UNKNOWN;
    if (j->page_grows && (j->stripe & 0x8000) == 0)
        return jb2_wrong(j, "a page of unknown height without stripes");
    if (j->page_grows)
        height = (j->stripe & 0x7fff) == 0 ? 1 : j->stripe & 0x7fff;
    if ((rc = picture_size(width, height, j->fault)) != JY_OK)
        return rc;
    if ((uint64_t)width * height * 5 > j->room)
        return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "a page of %u × %u pixels; %llu bytes are left", width, height, (unsigned long long)j->room);
    if ((rc = jb2_bitmap_new(j, width, height, &j->page)) != JY_OK)
        return rc;
    memset(j->page->px, j->page_default, (size_t)width * height);
    return JY_OK;
}

/* A page of unknown height has room for this many rows. */
static jy_err
grow_page(struct jb2 *j, uint64_t rows)
{
    uint64_t most = JY_PICTURE_PIXELS_MAX / j->page->width, room = (uint64_t)j->page->height * 2;
    struct jb2_bitmap *page;
    jy_err rc;

    if (!j->page_grows || rows <= j->page->height)
        return JY_OK;
    room = room > most ? most : room;
    room = room > JY_PICTURE_SIDE_MAX ? JY_PICTURE_SIDE_MAX : room;
    if ((rc = jb2_bitmap_new(j, j->page->width, rows > room ? rows : room, &page)) != JY_OK)
        return rc;
    memset(page->px, j->page_default, (size_t)page->width * page->height);
    rc = jb2_compose(j, page, j->page, 0, 0, JB2_REPLACE);
    jb2_bitmap_free(j, j->page);
    j->page = page;
    return rc;
}

static jy_err
draw_region(struct jb2 *j, const struct region *type, const struct jb2_header *h, struct jy_slice data)
{
    struct jb2_region r = { 0 };
    struct jb2_bitmap *b;
    jy_err rc;

    if (!type->intermediate && j->page == NULL)
        return jb2_wrong(j, "a region without a page");
    if ((rc = type->read(j, h, data, &r, &b)) != JY_OK)
        return rc;
    if (type->intermediate)
        return keep(j, (struct jb2_segment){ .number = h->number, .kind = JB2_REGION, .region = b });
    if ((rc = grow_page(j, (uint64_t)r.y + r.height)) == JY_OK)
        rc = jb2_compose(j, j->page, b, r.x, r.y, r.op);
    jb2_bitmap_free(j, b);
    return rc;
}

/* -- segments -- */

static jy_err
read_segment(struct jb2 *j, const struct jb2_header *h, struct jy_slice data)
{
    struct jb2_segment s = { .number = h->number };
    jy_err rc;

    for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
        if (regions[i].type == h->type)
            return draw_region(j, &regions[i], h, data);
    switch (h->type) {
    case SYMBOL_DICTIONARY:
        s.kind = JB2_SYMBOLS;
        return (rc = jb2_symbols_read(j, h, data, &s.symbols)) != JY_OK ? rc : keep(j, s);
    case PATTERN_DICTIONARY:
        s.kind = JB2_PATTERNS;
        return (rc = jb2_patterns_read(j, data, &s.patterns)) != JY_OK ? rc : keep(j, s);
    case CODE_TABLES:
        s.kind = JB2_TABLE;
        return (rc = jb2_table_read(j, data, &s.table)) != JY_OK ? rc : keep(j, s);
    case PAGE_INFORMATION:
        return begin_page(j, h, data);
    case END_OF_STRIPE:
        if (data.len < 4 || j->page == NULL)
            return jb2_wrong(j, "the end of a stripe");
        j->rows_known = bits_peek(&(struct bits){ .bytes = data }, 32);
        if (j->rows_known >= JY_PICTURE_SIDE_MAX)
            return jb2_wrong(j, "a stripe that ends beyond every page");
        return grow_page(j, ++j->rows_known);
    case COLOUR_PALETTE:
        return jb2_refuse(j, "a picture in colour");
    case END_OF_PAGE: case END_OF_FILE: case PROFILES: case EXTENSION:
        return JY_OK;
    default:
        return jy_fail(j->fault, JY_E_UNSUPPORTED, "JBIG2", j->at, "segments of type %u", h->type);
    }
}

/* 7.2.7: a generic region of unknown length ends with two bytes that it cannot contain, and the number of its rows. */
static jy_err
find_length(struct jb2 *j, const struct jb2_header *h, struct jy_slice rest, size_t *length)
{
    size_t end;

    if (h->type != GENERIC_IMMEDIATE || rest.len < 18)
        return jb2_wrong(j, "a segment of unknown length");
    end = jy_slice_find(JY_SLICE(rest.p + 18, rest.len - 18), (rest.p[17] & 1) != 0 ? JY_SLICE("\0\0", 2) : JY_SLICE("\xff\xac", 2));
    if (end == SIZE_MAX || rest.len - 18 - end < 6)
        return jb2_wrong(j, "a segment of unknown length that does not end");
    *length = 18 + end + 6;
    return JY_OK;
}

/* Where the data begin when all headers stand before them (D.2). */
static jy_err
find_data(struct jb2 *j, struct bits heads, uint64_t *at)
{
    struct jb2_header h;
    jy_err rc;

    for (unsigned n = 0; n <= JY_JBIG2_SEGMENTS_MAX; n++) {
        if ((rc = jb2_header_read(j, &heads, &h)) != JY_OK)
            return rc;
        if (h.type == END_OF_FILE) {
            *at = heads.at;
            return JY_OK;
        }
    }
    return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", 0, "more than %d segments", (int)JY_JBIG2_SEGMENTS_MAX);
}

/* The segments up to the end of the first page. */
static jy_err
read_segments(struct jb2 *j, struct bits heads, bool apart, bool bare)
{
    struct bits data = heads, *body = apart ? &data : &heads;
    struct jb2_header h = { .type = SYMBOL_DICTIONARY };
    jy_err rc;

    if (apart && (rc = find_data(j, heads, &data.at)) != JY_OK)
        return rc;
    for (unsigned n = 0; h.type != END_OF_FILE && !(h.type == END_OF_PAGE && j->page != NULL && h.page == j->page_number); n++) {
        size_t length;
        if (bare && j->page != NULL && bits_left(&heads) < HEADER_MIN * 8)
            return JY_OK;
        if ((rc = jb2_header_read(j, &heads, &h)) != JY_OK)
            return rc;
        if (n >= JY_JBIG2_SEGMENTS_MAX)
            return jy_fail(j->fault, JY_E_LIMIT, "JBIG2", j->at, "more than %d segments", (int)JY_JBIG2_SEGMENTS_MAX);
        length = h.length;
        if (h.length == UNKNOWN && (rc = find_length(j, &h, bits_rest(body), &length)) != JY_OK)
            return rc;
        if (length > bits_rest(body).len)
            return jb2_wrong(j, "a segment is cut off");
        if ((h.page == 0 || j->page == NULL || h.page == j->page_number) && (rc = read_segment(j, &h, JY_SLICE(bits_rest(body).p, length))) != JY_OK)
            return rc;
        bits_skip(body, (uint64_t)length * 8);
    }
    return JY_OK;
}

static jy_err
read_file(struct jb2 *j)
{
    struct bits in = { .bytes = j->bytes };
    unsigned flags;

    if (jy_picture_detect(j->bytes) != JY_PICTURE_JBIG2 || j->bytes.p[0] != 0x97)
        return read_segments(j, in, false, true);
    bits_skip(&in, 64);
    flags = bits_take(&in, 8);                               /* D.4.2; bit 2, the extended template, is told by the regions themselves */
    if ((flags & 0xf8) != 0)
        return jb2_refuse(j, "a picture in colour");
    if ((flags & 2) == 0)
        bits_skip(&in, 32);                                  /* the number of pages */
    return read_segments(j, in, (flags & 1) == 0, false);
}

/* Only the page is left by now. */
static jy_err
to_picture(struct jb2 *j, struct jy_picture_budget *budget, struct jy_picture *out)
{
    uint32_t height;
    uint8_t *to;
    jy_err rc;

    if (j->page == NULL)
        return jb2_wrong(j, "no page");
    height = j->page_grows ? j->rows_known : j->page->height;
    if ((rc = picture_new_within(j->page->width, height, j->held, budget, out, j->fault)) != JY_OK)
        return rc;
    to = out->rgba;
    for (size_t i = 0; i < (size_t)out->width * height; i++, to += 4) {
        memset(to, j->page->px[i] != 0 ? 0 : 255, 3);        /* 1 is black */
        to[3] = 255;
    }
    return JY_OK;
}

bool
picture_jbig2_bare(struct jy_slice bytes)
{
    struct jb2 j = { 0 };
    struct bits in = { .bytes = bytes };
    struct jb2_header h;

    if (bytes.len < HEADER_MIN + PAGE_LENGTH || bytes.p[0] != 0 || bytes.p[1] != 0)
        return false;
    for (int n = 0; n < 64; n++) {                           /* dictionaries and tables, which belong to all pages, then a page */
        if (jb2_header_read(&j, &in, &h) != JY_OK || h.length > bits_rest(&in).len)
            return false;
        if (h.type == PAGE_INFORMATION)
            return h.length == PAGE_LENGTH && h.refer_count == 0 && h.page != 0;
        if (h.type != SYMBOL_DICTIONARY && h.type != PATTERN_DICTIONARY && h.type != CODE_TABLES && h.type != PROFILES && h.type != EXTENSION)
            return false;
        bits_skip(&in, (uint64_t)h.length * 8);
    }
    return false;
}

jy_err
picture_jbig2(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    struct jb2 j = { .bytes = bytes, .fault = fault, .room = budget->memory,
                     .held_max = budget->memory < JY_JBIG2_HELD_MAX ? budget->memory : JY_JBIG2_HELD_MAX,
                     .work_max = budget->steps < JY_JBIG2_WORK_MAX ? budget->steps : JY_JBIG2_WORK_MAX };
    jy_err rc = read_file(&j);

    (void)picture_spend(budget, j.work);
    for (size_t i = 0; i < j.count; i++)
        free_result(&j, &j.segments[i]);
    if (rc == JY_OK)
        rc = to_picture(&j, budget, out);
    jb2_bitmap_free(&j, j.page);
    free(j.segments);
    free(j.fax);
    return rc;
}

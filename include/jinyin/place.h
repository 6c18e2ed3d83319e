/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/place.h: from what a person wishes (these pages, this edge, that word) to the places of a stamp. Pure: no file, no clock, no process. */
#ifndef JINYIN_PLACE_H
#define JINYIN_PLACE_H

#include <jinyin/container.h>
#include <jinyin/text.h>

#define JY_SEAM_GROUP_DEFAULT 20         /* pages that share one picture unless told otherwise */
#define JY_SEAM_STRIP_DEFAULT_MM 1.0     /* narrowest strip unless told otherwise */

/** Places in the order of their making. Zero-initialise to begin; every function below appends, and appends nothing on an error. */
struct jy_places {
    struct jy_stamp_place *list;
    size_t count, cap;
};
void jy_places_free(struct jy_places *places);

/** Pages from 1, ascending, each once. */
struct jy_page_list {
    int *list;
    size_t count;
};
/**
 * Read "1-3,5,last". An item is `all`, `odd`, `even`, a page, or a range page-page; a page is a number from 1, `last`, or a number counted
 * from the end: -1 is the last page, -2 the last but one, so "2--2" leaves out the first and the last. Items are parted by "," or "，", blanks
 * are allowed around them, and a page that is named twice counts once. *out is freed by jy_page_list_free, also after an error.
 * Errors: JY_E_ARGUMENT (form; the fault's offset is where), JY_E_PAGE_RANGE (a page that the document has not, a range that runs backwards,
 * no page at all), JY_E_LIMIT (longer than JY_PAGES_SPEC_MAX), JY_E_NOMEM.
 */
JY_CHECK jy_err jy_pages_parse(const char *spec, size_t page_count, struct jy_page_list *out, struct jy_fault *fault);
void jy_page_list_free(struct jy_page_list *pages);

/** Sizes of all pages, for the functions below; free() it. */
JY_CHECK jy_err jy_document_pages(const struct jy_document *doc, struct jy_page **out, size_t *count);

/** The corner of a page that a distance is measured from. JY_CORNER_CENTRE: x and y move the stamp's middle from the page's middle. */
enum jy_corner { JY_CORNER_TOP_LEFT = 0, JY_CORNER_TOP_RIGHT, JY_CORNER_BOTTOM_LEFT, JY_CORNER_BOTTOM_RIGHT, JY_CORNER_CENTRE };
struct jy_spot {
    enum jy_corner corner;
    double x_mm, y_mm;               /* from the corner inwards to the stamp's nearest corner */
    double width_mm, height_mm;
};
/** The same spot on every page listed, measured on each page from its own corner. Errors: JY_E_PAGE_RANGE, JY_E_LIMIT, JY_E_NOMEM. */
JY_CHECK jy_err jy_place_same(const struct jy_page *sizes, size_t page_count, const struct jy_page_list *pages, const struct jy_spot *spot,
                              struct jy_places *out, struct jy_fault *fault);

/**
 * A seam (骑缝章): the picture is cut into strips, one a page, each at the same edge, so that the pages laid like a fan show it whole.
 * Right and bottom: the first page has the first strip (left, top); left and top: the last strip (seal-formats 3.5).
 */
enum jy_edge { JY_EDGE_RIGHT = 0, JY_EDGE_LEFT, JY_EDGE_TOP, JY_EDGE_BOTTOM };
struct jy_seam {
    enum jy_edge edge;
    bool centred;                    /* in the middle of every page's edge; otherwise along_mm */
    double along_mm;                 /* picture's begin from the page's top (right, left) or left edge (top, bottom) */
    double margin_mm;                /* free space between the edge and the strip, usually 0 */
    double width_mm, height_mm;      /* of the whole picture */
    size_t group_max;                /* pages that share one picture at most; 0: JY_SEAM_GROUP_DEFAULT */
    double strip_min_mm;             /* narrowest strip; 0: JY_SEAM_STRIP_DEFAULT_MM */
};
/**
 * More pages than group_max, or than strips of strip_min_mm fit, are divided into groups of nearly the same size, each with the whole picture.
 * Cuts lie on tenths of a micrometre, so that the strips of a group add up to the picture exactly.
 * Errors: JY_E_SEAM (one page; a group would have one page; not even two strips fit; a strip would lie off its page), JY_E_PAGE_RANGE,
 * JY_E_ARGUMENT (sizes), JY_E_LIMIT, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_place_seam(const struct jy_page *sizes, size_t page_count, const struct jy_page_list *pages, const struct jy_seam *seam,
                              struct jy_places *out, struct jy_fault *fault);

/** By the names that people write: top-left … centre; right, left, top, bottom; on, right, left, below, above. *out is set in any case. */
bool jy_corner_by_name(const char *name, enum jy_corner *out);
bool jy_edge_by_name(const char *name, enum jy_edge *out);

/** Where a keyword stands. Zero-initialise to begin; pages are searched one after the other. */
struct jy_match {
    int page;
    struct jy_box box;
};
struct jy_matches {
    struct jy_match *list;
    size_t count, cap;
};
void jy_matches_free(struct jy_matches *matches);
/**
 * Append where `word` (UTF-8, 1 to JY_KEYWORD_MAX characters) stands on a page, line by line from the top, each from the left. It is found across
 * runs of text, in the order of drawing and in the order of reading, along a line or stacked; a gap wider than three characters ends a word.
 * Text drawn twice at one place (for boldness) counts once. Full-width letters, digits and signs are the same as half-width ones (（ is "(").
 * blanks_count: a blank in `word` wants one on the page, and no other may stand there; otherwise blanks are ignored on both sides.
 * Errors: JY_E_ARGUMENT (empty, too long, not UTF-8), JY_E_LIMIT (more than JY_KEYWORD_MATCHES_MAX on the page, JY_STAMP_PLACES_MAX in all), JY_E_NOMEM.
 */
JY_CHECK jy_err jy_keyword_find(const struct jy_text *text, int page, const char *word, bool blanks_count, struct jy_matches *out,
                                struct jy_fault *fault);

/**
 * The text of a page in runs, each read in one go: characters that follow each other on one line, less than a character's height apart. In the order
 * in which the page draws them. Blanks within are one blank each; a gap beside half-width characters is one too.
 */
struct jy_run {
    struct jy_box box;
    struct jy_buf text;              /* UTF-8, owned: kept from run to run, freed by the caller at the end */
};
/** The run that begins at *at or after it, which is moved behind it; *out zero-initialised to begin. Errors: JY_E_NOT_FOUND no more, JY_E_NOMEM. */
JY_CHECK jy_err jy_run_next(const struct jy_text *text, size_t *at, struct jy_run *out);
/** All of them: [{"text", "x_mm", "y_mm", "width_mm", "height_mm"}, …], appended. Errors: JY_E_NOMEM. */
JY_CHECK jy_err jy_runs_json(const struct jy_text *text, struct jy_buf *out, struct jy_fault *fault);

/**
 * The same in a PDF, over what `pdftotext -bbox` says of its pages first to last: on those of `pages`. Errors: those of jy_keyword_find and jy_bbox_page;
 * JY_E_DAMAGED when a page is missing in it.
 */
struct jy_words { struct jy_slice bbox; int first, last; };
JY_CHECK jy_err jy_keyword_find_words(const struct jy_document *doc, const struct jy_words *words, const struct jy_page_list *pages, const char *word,
                                      bool blanks_count, struct jy_matches *out, struct jy_fault *fault);

/** Where a stamp stands by its keyword: on it, or beside it and in line with its middle. */
enum jy_side { JY_SIDE_ON = 0, JY_SIDE_RIGHT, JY_SIDE_LEFT, JY_SIDE_BELOW, JY_SIDE_ABOVE };
bool jy_side_by_name(const char *name, enum jy_side *out);
struct jy_anchor {
    long which;                      /* 0 every match, n the n-th, -1 the last, -2 the last but one … */
    enum jy_side side;
    double right_mm, down_mm;        /* moved from there */
    double width_mm, height_mm;
    bool keep_on_page;               /* moved back when it would leave the page; otherwise that is refused when it is prepared */
};
/** Errors: JY_E_KEYWORD (no match, or not so many), JY_E_PAGE_RANGE, JY_E_LIMIT, JY_E_NOMEM. */
JY_CHECK jy_err jy_place_keyword(const struct jy_page *sizes, size_t page_count, const struct jy_matches *matches, const struct jy_anchor *anchor,
                                 struct jy_places *out, struct jy_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/render.h: pages of OFD (GB/T 33190) and vector seals as pictures. A library of its own (jinyin-render): a verifier does not need it. */
#ifndef JINYIN_RENDER_H
#define JINYIN_RENDER_H

#include <jinyin/container.h>
#include <jinyin/picture.h>
#include <jinyin/text.h>

/* Limits of one page. What is beyond them is marked on the page and noted, or the page is refused (JY_E_LIMIT). */
#define JY_RENDER_DEPTH_MAX 16               /* blocks, composites, patterns within each other */
#define JY_RENDER_WORK_MAX 200000000ull      /* one a pixel painted; objects, glyphs, points have a price; real pages: 1 to 20 M */
#define JY_RENDER_MEMORY_MAX (96u << 20)     /* bytes: the page's pixels, its decoded images, embedded fonts and trees of parts, all together */
#define JY_RENDER_FONT_MAX (32u << 20)       /* bytes of an embedded font */
#define JY_RENDER_NOTES_MAX 64               /* the last one says that there are more */

/**
 * The fonts that stand in for those a document does not bring. Opened once through fontconfig, and mapped: afterwards no file is
 * opened any more, so a process can lock itself down before it looks at a document. One thread at a time.
 */
struct jy_fonts;
/** Errors: JY_E_UNSUPPORTED (no font with Chinese characters: install fonts-noto-cjk), JY_E_NOMEM. */
JY_CHECK jy_err jy_fonts_open(struct jy_fonts **out, struct jy_fault *fault);
void jy_fonts_free(struct jy_fonts *fonts);

/** Something on a page that is not drawn as the document asks. */
struct jy_render_note {
    char where[128];                         /* file in the package, object id, font name … */
    char text[160];
};

struct jy_render;                            /* an opened OFD for drawing; borrows the file's bytes and the fonts */
/** Errors: those of jy_document_open; JY_E_UNSUPPORTED when it is no OFD. */
JY_CHECK jy_err jy_render_open(struct jy_slice file, struct jy_fonts *fonts, struct jy_render **out, struct jy_fault *fault);
void jy_render_free(struct jy_render *render);
size_t jy_render_page_count(const struct jy_render *render);
/**
 * Draw a page (from 1) on white: templates, layers, annotations, and the stamps of its signatures above them. No verdict is given on those.
 * The picture is opaque, its size is the page's times px_per_mm. Errors: JY_E_PAGE_RANGE, JY_E_ARGUMENT, JY_E_LIMIT, JY_E_FORMAT and others of
 * reading the page's part, JY_E_NOMEM. A bad page does not spoil the others.
 */
JY_CHECK jy_err jy_render_page(struct jy_render *render, size_t page, double px_per_mm, struct jy_picture *out, struct jy_fault *fault);
/** What was left out or replaced on the page drawn last; borrowed until the next page. */
const struct jy_render_note *jy_render_notes(const struct jy_render *render, size_t *count);

/** Who draws: "jinyin-render 0.1.0, cairo 1.16.0, FreeType 2.12.1". Two pictures of one page may differ when this does, or when the fonts do. */
const char *jy_render_version(void);

/**
 * Draws a red frame with its number around the stamps of a verification's signatures, on a picture of that page (from 1): a seal's picture where it is.
 * report: JSON of jy_report_json; signature 1 is its first. Errors: JY_E_FORMAT, JY_E_LIMIT (more than JY_RENDER_BOXES_MAX), JY_E_NOMEM.
 */
#define JY_RENDER_BOXES_MAX 1000
JY_CHECK jy_err jy_render_boxes(struct jy_picture *picture, double px_per_mm, struct jy_fonts *fonts, struct jy_slice report, int page,
                                struct jy_fault *fault);

/**
 * Copies (R17.1): a PDF or PNG of a document's pages, each with a strip below it and a mark across it that say so, with the source's SM3, a code and
 * a QR code. The file itself carries JY_COPY_MARK (jinyin/container.h): verifying it answers "a copy".
 */
struct jy_copy_mark {
    char source[65];                         /* SM3 of the source, hex */
    char code[65];                           /* verification code, "" none */
    char link[512];                          /* what the QR code says: where the source is verified */
    jy_time made;
};
struct jy_copy;                              /* a PDF being written */
/** Borrows mark and fonts until jy_copy_free. Errors: JY_E_NOMEM, JY_E_ARGUMENT a source that is no digest, a link too long for a QR code. */
JY_CHECK jy_err jy_copy_new(const struct jy_copy_mark *mark, struct jy_fonts *fonts, struct jy_copy **out, struct jy_fault *fault);
/**
 * A page of an OFD, as lines and as text that can be selected and searched; only what is stroked, without being filled, becomes outlines. The fonts live
 * until jy_copy_free; render may be freed before. Errors as jy_render_page.
 */
JY_CHECK jy_err jy_copy_add_page(struct jy_copy *copy, struct jy_render *render, size_t page, struct jy_fault *fault);
/**
 * A page that is an opaque picture, which is taken (*page is empty then). text: its characters, of which those that can be seen can be selected
 * and searched there; NULL: not known.
 * Errors: JY_E_NOMEM, JY_E_LIMIT.
 */
JY_CHECK jy_err jy_copy_add_picture(struct jy_copy *copy, struct jy_picture *page, const struct jy_text *text, double width_mm, double height_mm,
                                    struct jy_fault *fault);
/** The PDF, appended to out. No more pages after it. Errors: JY_E_NOMEM. */
JY_CHECK jy_err jy_copy_finish(struct jy_copy *copy, struct jy_buf *out, struct jy_fault *fault);
void jy_copy_free(struct jy_copy *copy);
/** One page as PNG. Errors as above. */
JY_CHECK jy_err jy_copy_png(const struct jy_picture *page, double px_per_mm, const struct jy_copy_mark *mark, struct jy_fonts *fonts, struct jy_buf *out,
                            struct jy_fault *fault);

/**
 * Tables to be printed, such as the register of use 用章登记簿 (R19.1): A4 landscape, the headings on every page, "page n of m" at each foot. Text is
 * text: it can be selected and searched. The Chinese term stands first, the English one smaller below it.
 */
#define JY_TABLE_WIDTH_MM 273.0          /* of all columns together, at most */
#define JY_TABLE_COLUMN_MIN_MM 5.0
struct jy_table_term { const char *zh, *en; };
struct jy_table_fact { struct jy_table_term name; const char *value; };
enum jy_table_kind {
    JY_TABLE_TEXT,                       /* broken between words, and between Chinese characters */
    JY_TABLE_NUMBER,                     /* the same, at the right */
    JY_TABLE_CODE                        /* digests: characters of one width, broken anywhere */
};
struct jy_table_column { struct jy_table_term heading; double width_mm; enum jy_table_kind kind; };
/** A line feed in a cell, a fact or the foot begins a line. Nothing is cut off: what is longer than its place is wrapped, a row higher than a page goes on. */
struct jy_table {
    struct jy_table_term title;
    const char *foot;                    /* "" none */
    jy_time made;                        /* UTC seconds: the file's date of creation */
    const struct jy_table_fact *facts;   /* above the table; an empty value is a fact all the same */
    const struct jy_table_column *columns;
    const char *const *cells;            /* row by row */
    size_t fact_count, column_count, row_count;
};
/**
 * The table as PDF, appended to out; the same input with the same fonts gives the same bytes. Control characters, what turns the direction of text, and
 * bytes that are not UTF-8 are shown as \xNN, a character that no font has as [U+NNNN]. pages: how many it has; may be NULL.
 * Errors, naming the member: JY_E_LIMIT (jinyin/limits.def, JY_TABLE_*), JY_E_ARGUMENT (no column, a width; a title, foot or
 * headings that leave no room for rows), JY_E_NOMEM.
 */
JY_CHECK jy_err jy_table_pdf(const struct jy_table *table, struct jy_fonts *fonts, struct jy_buf *out, size_t *pages, struct jy_fault *fault);
/**
 * A table as JSON: {"title": {"zh", "en"}, "made": RFC 3339, "foot": "…", "facts": [{"zh", "en", "value"}, …],
 * "columns": [{"zh", "en", "width_mm", "kind": "text" | "number" | "code"}, …], "rows": [["…", …], …]}, every member but kind ("text") required.
 * Errors: JY_E_FORMAT (no JSON; a member unknown, missing or of another type: its path is in fault->where), JY_E_LIMIT, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_table_read(struct jy_slice json, struct jy_table **out, struct jy_fault *fault);
void jy_table_free(struct jy_table *table);   /* of jy_table_read */

/** For jy_picture_use_drawer, with a struct jy_fonts * as ctx: SVG (a bounded subset, refused beyond it) and the first page of an OFD. */
JY_CHECK jy_err jy_render_drawer(void *fonts, enum jy_picture_type type, struct jy_slice bytes, struct jy_picture *into, struct jy_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* table.h: text of a printed table in lines. Private to lib/render. Unit: millimetre. */
#ifndef JY_RENDER_TABLE_H
#define JY_RENDER_TABLE_H

#include "render/label.h"

enum table_style {
    TABLE_TITLE, TABLE_TITLE_EN, TABLE_RUNNING, TABLE_RUNNING_EN, TABLE_NAME, TABLE_NAME_EN, TABLE_VALUE, TABLE_HEADING, TABLE_HEADING_EN, TABLE_CELL,
    TABLE_CODE_CELL, TABLE_FOOT, TABLE_STYLES
};
struct table_line {
    enum table_style style;
    size_t at, len;                          /* in the text */
    double width;
};
/* What label_glyph said before: a table has few characters and shows them often. Zero-initialise, with the fonts. */
#define TABLE_KNOWN 2048
struct table_glyphs {
    struct jy_fonts *fonts;
    struct { uint32_t code; struct label_glyph glyph; } known[TABLE_STYLES][TABLE_KNOWN];
};
struct table_lines {                         /* zero-initialise, with the glyphs */
    struct table_glyphs *glyphs;
    struct table_line *list;
    size_t count, cap;
    struct jy_buf text, shown;               /* shown: what is being wrapped */
};
void table_lines_clear(struct table_lines *lines);
void table_lines_free(struct table_lines *lines);
/** Text wrapped into a room of this width: as many lines as it needs, none when it is empty. Errors: JY_E_NOMEM. */
JY_CHECK jy_err table_lines_add(struct table_lines *lines, enum table_style style, const char *text, double room);
/** From base line to base line. */
double table_line_height(const struct table_line *line);
/** x: its left end; y: the top of its height. */
void table_line_draw(const struct table_lines *lines, const struct table_line *line, cairo_t *cr, struct text_fonts *fonts, double x, double y);
/** Its limits and widths. Errors: JY_E_LIMIT, JY_E_ARGUMENT, naming the member. */
JY_CHECK jy_err table_check(const struct jy_table *table, struct jy_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table as a printed document (R19.1): A4 landscape, headings on every page, every page numbered. The sheet is laid out twice by the same code: first
 * without a canvas, which tells how many pages there are.
 */
#include "render/table.h"

#include <codec/text.h>

#include <cairo-pdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WIDTH 297.0
#define PAGE_HEIGHT 210.0
#define MARGIN 12.0
#define TOP 11.0
#define BOTTOM 9.0
#define PAD_X 1.0                            /* within a cell */
#define PAD_Y 0.8
#define GAP 3.0                              /* between head, facts, table, foot */
#define RULE_GAP 1.2                         /* between a text and its rule */
#define PART_MIN 24.0                        /* what of a row higher than a page still begins on this one */
#define TITLE_MAX 50.0                       /* heights: together they leave room for rows */
#define HEADINGS_MAX 70.0
#define FOOT_MAX 30.0
#define FACT_NAME 34.0
#define FACT_VALUE ((JY_TABLE_WIDTH_MM - 2 * FACT_NAME) / 2)
#define POINTS (72 / 25.4)
#define SLACK 0.001                          /* sums of fractions */

/* Cells side by side, each its lines. */
struct row {
    struct table_lines lines;
    struct { size_t next, end; double width; bool right; } cells[JY_TABLE_COLUMNS_MAX];
    size_t count;
};

struct sheet {
    const struct jy_table *table;
    struct table_glyphs glyphs;
    struct text_fonts text_fonts;
    cairo_t *cr;                             /* NULL: pages are counted */
    struct table_lines title, running, foot;
    struct row headings, row;
    size_t page, pages;
    double y, end;                           /* what is free of this page */
    double top;                              /* where a page after the first begins */
    bool headed;                             /* the headings stand on this page */
    bool shaded;
};

static double
height_of(const struct table_lines *lines, size_t from, size_t to)
{
    double height = 0;

    for (size_t i = from; i < to; i++)
        height += table_line_height(&lines->list[i]);
    return height;
}

static void
rule(const struct sheet *s, double x1, double y1, double x2, double y2, double width)
{
    if (s->cr == NULL)
        return;
    cairo_set_line_width(s->cr, width);
    cairo_move_to(s->cr, x1, y1);
    cairo_line_to(s->cr, x2, y2);
    cairo_stroke(s->cr);
}

static void
grey(const struct sheet *s, double level)
{
    if (s->cr != NULL)
        cairo_set_source_rgb(s->cr, level, level, level);
}

static void
red(const struct sheet *s)
{
    if (s->cr != NULL)
        cairo_set_source_rgb(s->cr, 0.7, 0.06, 0.06);
}

/* Lines below each other; align 0 left, 0.5 middle, 1 right of a room from x. */
static double
stack(struct sheet *s, const struct table_lines *lines, size_t from, size_t to, double x, double y, double room, double align)
{
    for (size_t i = from; i < to; i++) {
        if (s->cr != NULL)
            table_line_draw(lines, &lines->list[i], s->cr, &s->text_fonts, x + (room - lines->list[i].width) * align, y);
        y += table_line_height(&lines->list[i]);
    }
    return y;
}

/* -- pages -- */

static void
start_page(struct sheet *s)
{
    const bool first = s->page == 0;

    s->page++;
    s->headed = false;
    if (s->cr != NULL) {
        cairo_save(s->cr);
        cairo_scale(s->cr, POINTS, POINTS);
    }
    s->y = stack(s, first ? &s->title : &s->running, 0, first ? s->title.count : s->running.count, MARGIN, TOP, JY_TABLE_WIDTH_MM, first ? 0.5 : 0) + RULE_GAP;
    red(s);
    rule(s, MARGIN, s->y, MARGIN + JY_TABLE_WIDTH_MM, s->y, first ? 0.7 : 0.3);
    if (first)
        rule(s, MARGIN, s->y + 0.9, MARGIN + JY_TABLE_WIDTH_MM, s->y + 0.9, 0.18);
    s->y += GAP;
    s->end = PAGE_HEIGHT - BOTTOM - height_of(&s->foot, 0, s->foot.count) - GAP;
}

static jy_err
end_page(struct sheet *s)
{
    struct table_lines number = { .glyphs = &s->glyphs };
    const double y = s->end + GAP - RULE_GAP;
    char text[160];
    jy_err rc;

    if (s->cr == NULL)
        return JY_OK;
    snprintf(text, sizeof(text), "第 %zu 页 / 共 %zu 页 · page %zu of %zu", s->page, s->pages, s->page, s->pages);
    grey(s, 0.6);
    rule(s, MARGIN, y, MARGIN + JY_TABLE_WIDTH_MM, y, 0.15);
    stack(s, &s->foot, 0, s->foot.count, MARGIN, s->end + GAP, JY_TABLE_WIDTH_MM, 0);
    if ((rc = table_lines_add(&number, TABLE_FOOT, text, JY_TABLE_WIDTH_MM)) == JY_OK)
        stack(s, &number, 0, number.count, MARGIN, s->end + GAP, JY_TABLE_WIDTH_MM, 1);
    table_lines_free(&number);
    cairo_restore(s->cr);
    cairo_show_page(s->cr);
    return rc;
}

static jy_err
next_page(struct sheet *s)
{
    jy_err rc = end_page(s);

    start_page(s);
    return rc;
}

/* -- rows -- */

static void
row_clear(struct row *row)
{
    table_lines_clear(&row->lines);
    row->count = 0;
}

/* One more cell; its second text below the first, NULL: none. */
static jy_err
add_cell(struct row *row, double width, enum table_style style, const char *text, enum table_style below, const char *more)
{
    size_t first = row->lines.count;
    jy_err rc;

    if ((rc = table_lines_add(&row->lines, style, text, width - 2 * PAD_X)) == JY_OK && more != NULL)
        rc = table_lines_add(&row->lines, below, more, width - 2 * PAD_X);
    row->cells[row->count].next = first;
    row->cells[row->count].end = row->lines.count;
    row->cells[row->count].right = false;
    row->cells[row->count++].width = width;
    return rc;
}

static double
row_height(const struct row *row)
{
    double height = 0;

    for (size_t i = 0; i < row->count; i++)
        height = fmax(height, height_of(&row->lines, row->cells[i].next, row->cells[i].end));
    return height + 2 * PAD_Y;
}

static double
width_of(const struct row *row)
{
    double width = 0;

    for (size_t i = 0; i < row->count; i++)
        width += row->cells[i].width;
    return width;
}

/* Around and between the cells; above them, too: their ground lies over what the row before drew there. */
static void
rules_around(const struct sheet *s, const struct row *row, double height)
{
    double x = MARGIN;

    if (s->cr == NULL)
        return;
    grey(s, 0.72);
    cairo_set_line_width(s->cr, 0.12);
    cairo_rectangle(s->cr, x, s->y, width_of(row), height);
    for (size_t i = 0; i + 1 < row->count; i++) {
        x += row->cells[i].width;
        cairo_move_to(s->cr, x, s->y);
        cairo_line_to(s->cr, x, s->y + height);
    }
    cairo_stroke(s->cr);
}

/* What of a row fits here, at least one line a cell: true when nothing is left of it. */
static bool
put_part(struct sheet *s, struct row *row, double ground, bool ruled)
{
    const double room = s->end - s->y - 2 * PAD_Y;
    size_t ends[JY_TABLE_COLUMNS_MAX];
    double height = 0, x = MARGIN;
    bool done = true;

    for (size_t i = 0; i < row->count; i++) {
        double used = 0;

        for (ends[i] = row->cells[i].next; ends[i] < row->cells[i].end; ends[i]++) {
            double line = table_line_height(&row->lines.list[ends[i]]);
            if (used > 0 && used + line > room + SLACK)
                break;
            used += line;
        }
        height = fmax(height, used);
        done = done && ends[i] == row->cells[i].end;
    }
    height += 2 * PAD_Y;
    if (s->cr != NULL && ground < 1) {
        grey(s, ground);
        cairo_rectangle(s->cr, MARGIN, s->y, width_of(row), height);
        cairo_fill(s->cr);
    }
    for (size_t i = 0; i < row->count; i++) {
        stack(s, &row->lines, row->cells[i].next, ends[i], x + PAD_X, s->y + PAD_Y, row->cells[i].width - 2 * PAD_X, row->cells[i].right ? 1 : 0);
        row->cells[i].next = ends[i];
        x += row->cells[i].width;
    }
    if (ruled)
        rules_around(s, row, height);
    s->y += height;
    return done;
}

static jy_err
build_headings(struct sheet *s)
{
    jy_err rc = JY_OK;

    row_clear(&s->headings);
    for (size_t i = 0; rc == JY_OK && i < s->table->column_count; i++) {
        const struct jy_table_column *column = &s->table->columns[i];
        rc = add_cell(&s->headings, column->width_mm, TABLE_HEADING, column->heading.zh, TABLE_HEADING_EN, column->heading.en);
        s->headings.cells[i].right = column->kind == JY_TABLE_NUMBER;
    }
    return rc;
}

static jy_err
put_headings(struct sheet *s)
{
    const double y = s->y;
    jy_err rc = build_headings(s);                           /* drawing uses them up */

    if (rc != JY_OK)
        return rc;
    (void)put_part(s, &s->headings, 0.925, true);
    grey(s, 0.25);
    rule(s, MARGIN, y, MARGIN + width_of(&s->headings), y, 0.25);
    s->headed = true;
    return JY_OK;
}

/* A row stays together where a page can hold it; one higher than a page goes on over as many as it needs. */
static jy_err
put_row(struct sheet *s, bool in_table, double headings)
{
    const double height = row_height(&s->row), above = in_table ? headings : 0;
    const bool fits = s->top + above + height <= s->end + SLACK;
    const double wanted = (fits ? height : PART_MIN) + (in_table && !s->headed ? headings : 0);
    bool done = false;
    jy_err rc = JY_OK;

    if (s->y + wanted > s->end + SLACK)
        rc = next_page(s);
    while (rc == JY_OK && !done) {
        if (in_table && !s->headed)
            rc = put_headings(s);
        if (rc == JY_OK && !(done = put_part(s, &s->row, s->shaded && in_table ? 0.968 : 1, in_table)))
            rc = next_page(s);
        if (s->page > JY_TABLE_PAGES_MAX)
            break;
    }
    s->shaded = !s->shaded;
    return rc;
}

/* -- the sheet -- */

static jy_err
put_facts(struct sheet *s)
{
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < s->table->fact_count; i += 2) {
        row_clear(&s->row);
        for (size_t k = i; rc == JY_OK && k < i + 2 && k < s->table->fact_count; k++) {
            const struct jy_table_fact *fact = &s->table->facts[k];
            if ((rc = add_cell(&s->row, FACT_NAME, TABLE_NAME, fact->name.zh, TABLE_NAME_EN, fact->name.en)) == JY_OK)
                rc = add_cell(&s->row, FACT_VALUE, TABLE_VALUE, fact->value[0] == '\0' ? "—" : fact->value, TABLE_VALUE, NULL);
        }
        if (rc == JY_OK)
            rc = put_row(s, false, 0);
    }
    s->y += s->table->fact_count > 0 ? GAP / 2 : 0;
    s->shaded = false;
    return rc;
}

static jy_err
put_table(struct sheet *s)
{
    const struct jy_table *t = s->table;
    double headings;
    jy_err rc = build_headings(s);

    headings = row_height(&s->headings);
    if (rc == JY_OK && t->row_count == 0) {
        row_clear(&s->row);
        if ((rc = add_cell(&s->row, width_of(&s->headings), TABLE_CELL, "无记录 no entries", TABLE_CELL, NULL)) == JY_OK)
            rc = put_row(s, true, headings);
    }
    for (size_t r = 0; rc == JY_OK && r < t->row_count && s->page <= JY_TABLE_PAGES_MAX; r++) {
        row_clear(&s->row);
        for (size_t i = 0; rc == JY_OK && i < t->column_count; i++) {
            const enum table_style style = t->columns[i].kind == JY_TABLE_CODE ? TABLE_CODE_CELL : TABLE_CELL;
            rc = add_cell(&s->row, t->columns[i].width_mm, style, t->cells[r * t->column_count + i], TABLE_CELL, NULL);
            s->row.cells[i].right = t->columns[i].kind == JY_TABLE_NUMBER;
        }
        if (rc == JY_OK)
            rc = put_row(s, true, headings);
    }
    return rc;
}

static jy_err
lay_out(struct sheet *s)
{
    jy_err rc;

    s->page = 0;
    start_page(s);
    if ((rc = put_facts(s)) == JY_OK && (rc = put_table(s)) == JY_OK)
        rc = end_page(s);
    return rc;
}

/* -- PDF -- */

static cairo_status_t
take_bytes(void *closure, const unsigned char *data, unsigned length)
{
    return jy_buf_add(closure, JY_SLICE(data, length)) == JY_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static void
describe(cairo_surface_t *surface, const struct jy_table *t)
{
    char title[2 * 4 * JY_TABLE_TERM_MAX + 8], zh[4 * JY_TABLE_TERM_MAX + 1], en[4 * JY_TABLE_TERM_MAX + 1], when[21];

    snprintf(title, sizeof(title), "%s%s%s", jy_text_visible(t->title.zh, zh, sizeof(zh)), t->title.en[0] == '\0' ? "" : " · ",
             jy_text_visible(t->title.en, en, sizeof(en)));
    jy_time_rfc3339(t->made, when);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, jy_render_version());
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
}

static jy_err
draw(struct sheet *s, struct jy_buf *out, struct jy_fault *fault)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(take_bytes, out, PAGE_WIDTH * POINTS, PAGE_HEIGHT * POINTS);
    cairo_status_t status;
    jy_err rc;

    describe(surface, s->table);
    s->cr = cairo_create(surface);
    rc = lay_out(s);
    status = cairo_status(s->cr);
    cairo_destroy(s->cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return rc == JY_OK && status != CAIRO_STATUS_SUCCESS ? jy_fail(fault, JY_E_NOMEM, "table", 0, "%s", cairo_status_to_string(status)) : rc;
}

static jy_err
check_height(double height, double max, const char *where, struct jy_fault *fault)
{
    return height <= max ? JY_OK : jy_fail(fault, JY_E_ARGUMENT, where, 0, "%.0f mm high, there is room for %.0f: shorter texts, or wider columns", height,
                                           max);
}

static jy_err
prepare(struct sheet *s, struct jy_fault *fault)
{
    const struct jy_table *t = s->table;
    jy_err rc;

    if ((rc = table_lines_add(&s->title, TABLE_TITLE, t->title.zh, JY_TABLE_WIDTH_MM)) != JY_OK ||
        (rc = table_lines_add(&s->title, TABLE_TITLE_EN, t->title.en, JY_TABLE_WIDTH_MM)) != JY_OK ||
        (rc = table_lines_add(&s->running, TABLE_RUNNING, t->title.zh, JY_TABLE_WIDTH_MM)) != JY_OK ||
        (rc = table_lines_add(&s->running, TABLE_RUNNING_EN, t->title.en, JY_TABLE_WIDTH_MM)) != JY_OK ||
        (rc = table_lines_add(&s->foot, TABLE_FOOT, t->foot[0] == '\0' ? " " : t->foot, JY_TABLE_WIDTH_MM - 80)) != JY_OK ||
        (rc = build_headings(s)) != JY_OK)
        return rc;
    s->top = TOP + height_of(&s->running, 0, s->running.count) + RULE_GAP + GAP;
    if ((rc = check_height(height_of(&s->title, 0, s->title.count), TITLE_MAX, "title", fault)) == JY_OK &&
        (rc = check_height(height_of(&s->foot, 0, s->foot.count), FOOT_MAX, "foot", fault)) == JY_OK)
        rc = check_height(row_height(&s->headings), HEADINGS_MAX, "columns", fault);
    return rc;
}

jy_err
jy_table_pdf(const struct jy_table *table, struct jy_fonts *fonts, struct jy_buf *out, size_t *pages, struct jy_fault *fault)
{
    struct sheet *s = calloc(1, sizeof(*s));
    struct jy_buf pdf = { 0 };
    jy_err rc;

    if (s == NULL)
        return jy_fail(fault, JY_E_NOMEM, "table", 0, "no memory");
    s->table = table;
    s->glyphs.fonts = fonts;
    s->title.glyphs = s->running.glyphs = s->foot.glyphs = s->headings.lines.glyphs = s->row.lines.glyphs = &s->glyphs;
    if ((rc = table_check(table, fault)) != JY_OK || (rc = prepare(s, fault)) != JY_OK || (rc = lay_out(s)) != JY_OK)
        goto out;
    if ((s->pages = s->page) > JY_TABLE_PAGES_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "rows", 0, "more than %d pages: take the table in parts", JY_TABLE_PAGES_MAX);
    else if ((rc = draw(s, &pdf, fault)) == JY_OK && (rc = jy_buf_add(out, jy_buf_slice(&pdf))) == JY_OK && pages != NULL)
        *pages = s->pages;
out:
    text_fonts_free(&s->text_fonts);
    table_lines_free(&s->title);
    table_lines_free(&s->running);
    table_lines_free(&s->foot);
    table_lines_free(&s->headings.lines);
    table_lines_free(&s->row.lines);
    free(s);
    jy_buf_free(&pdf);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Text of a printed table: what is shown of it, where it is broken into lines, and the lines as text of a PDF. */
#include "render/table.h"

#include <codec/text.h>

#include <stdlib.h>
#include <string.h>

#define RUN_MAX 256                          /* glyphs shown at once */
#define WORK 10000000ull                     /* of a line; far above what one takes */
#define WIDE 0x2e80                          /* from here on characters are those of East Asia: a line may end at each */

static const struct {
    enum font_class class;
    bool bold;
    double size, height, grey;               /* size of the em, from base line to base line */
} styles[TABLE_STYLES] = {
    [TABLE_TITLE] = { FONT_HEI, true, 6.4, 8.6, 0.08 },      [TABLE_TITLE_EN] = { FONT_SANS, false, 3.1, 4.4, 0.42 },
    [TABLE_RUNNING] = { FONT_HEI, true, 3.0, 4.2, 0.08 },    [TABLE_RUNNING_EN] = { FONT_SANS, false, 2.1, 2.9, 0.42 },
    [TABLE_NAME] = { FONT_HEI, true, 2.6, 3.4, 0.2 },        [TABLE_NAME_EN] = { FONT_SANS, false, 1.9, 2.5, 0.42 },
    [TABLE_VALUE] = { FONT_HEI, false, 2.8, 3.8, 0.08 },     [TABLE_HEADING] = { FONT_HEI, true, 2.5, 3.3, 0.12 },
    [TABLE_HEADING_EN] = { FONT_SANS, false, 1.8, 2.4, 0.38 }, [TABLE_CELL] = { FONT_HEI, false, 2.4, 3.3, 0.1 },
    [TABLE_CODE_CELL] = { FONT_MONO, false, 2.1, 3.0, 0.1 }, [TABLE_FOOT] = { FONT_HEI, false, 2.1, 2.9, 0.35 },
};

void
table_lines_clear(struct table_lines *lines)
{
    lines->count = 0;
    lines->text.len = 0;
}

void
table_lines_free(struct table_lines *lines)
{
    free(lines->list);
    jy_buf_free(&lines->text);
    jy_buf_free(&lines->shown);
}

static struct label_glyph
glyph_for(const struct table_lines *lines, enum table_style style, uint32_t code)
{
    struct label_glyph *known = &lines->glyphs->known[style][code % TABLE_KNOWN].glyph;
    uint32_t *whose = &lines->glyphs->known[style][code % TABLE_KNOWN].code;

    if (*whose != code || known->face == NULL) {
        *known = label_glyph(lines->glyphs->fonts, styles[style].class, styles[style].bold, code);
        *whose = code;
    }
    return *known;
}

double
table_line_height(const struct table_line *line)
{
    return styles[line->style].height;
}

/* A piece without line feeds as it is shown. */
static jy_err
show(struct table_lines *lines, enum table_style style, struct jy_slice piece)
{
    jy_err rc;

    lines->shown.len = 0;
    if ((rc = jy_buf_reserve(&lines->shown, 1)) != JY_OK || (rc = jy_buf_reserve(&lines->text, 1)) != JY_OK)
        return rc;
    while (rc == JY_OK && piece.len > 0) {
        uint32_t code = 0;
        size_t len = jy_utf8_next(piece, &code), step = len == 0 ? 1 : len;

        if (len == 0)
            rc = jy_buf_fmt(&lines->shown, "\\x%02x", piece.p[0]);
        else if (jy_utf8_hides(code) != NULL || glyph_for(lines, style, code).glyph == 0)
            rc = jy_buf_fmt(&lines->shown, "[U+%04X]", code);
        else
            rc = jy_buf_add(&lines->shown, JY_SLICE(piece.p, len));
        piece = JY_SLICE(piece.p + step, piece.len - step);
    }
    return rc;
}

static bool
is_among(uint32_t code, const char *list)
{
    struct jy_slice rest = jy_slice_text(list);
    uint32_t one;

    for (size_t len; (len = jy_utf8_next(rest, &one)) > 0; rest = JY_SLICE(rest.p + len, rest.len - len))
        if (one == code)
            return true;
    return false;
}

/* May a line end between these two? No closing sign begins a line, no opening one ends it. */
static bool
may_break(enum table_style style, uint32_t before, uint32_t after)
{
    if (style == TABLE_CODE_CELL || (before == ' ' && after != ' '))
        return true;
    if (is_among(before, "-/_"))
        return after > ' ';
    return (before >= WIDE || after >= WIDE) && after != ' ' && !is_among(after, "，。、；：！？）》」』】〉〕％…—·”’,.;:!?)]}%") &&
           !is_among(before, "（《「『【〈〔“‘([{");
}

static jy_err
add_line(struct table_lines *lines, enum table_style style, struct jy_slice text)
{
    struct jy_slice rest;
    double width = 0;
    jy_err rc;

    while (text.len > 0 && text.p[text.len - 1] == ' ')
        text.len--;
    if (lines->count == lines->cap) {
        size_t cap = lines->cap == 0 ? 256 : 2 * lines->cap;
        struct table_line *more = reallocarray(lines->list, cap, sizeof(*more));

        if (more == NULL)
            return JY_E_NOMEM;
        lines->list = more;
        lines->cap = cap;
    }
    rest = text;
    for (uint32_t code; rest.len > 0;) {
        size_t len = jy_utf8_next(rest, &code);

        width += styles[style].size * glyph_for(lines, style, code).advance;
        rest = JY_SLICE(rest.p + len, rest.len - len);
    }
    lines->list[lines->count] = (struct table_line){ style, lines->text.len, text.len, width };
    if ((rc = jy_buf_add(&lines->text, text)) == JY_OK)
        lines->count++;
    return rc;
}

/* The text that is shown, in lines of this width; a word wider than that is broken between its characters, and a character is never left out. */
static jy_err
wrap(struct table_lines *lines, enum table_style style, double room)
{
    const struct jy_slice all = jy_buf_slice(&lines->shown);
    size_t begin = 0, at = 0, good = 0;                      /* good: where a line may end */
    double width = 0, good_width = 0;
    uint32_t before = 0;
    jy_err rc = JY_OK;

    while (rc == JY_OK && at < all.len) {
        uint32_t code;
        size_t len = jy_utf8_next(JY_SLICE(all.p + at, all.len - at), &code);
        double advance = styles[style].size * glyph_for(lines, style, code).advance;

        if (at > begin && may_break(style, before, code)) {
            good = at;
            good_width = width;
        }
        if (width + advance > room && at > begin && code != ' ') {
            size_t cut = good > begin ? good : at;

            rc = add_line(lines, style, JY_SLICE(all.p + begin, cut - begin));
            width = cut == at ? 0 : width - good_width;
            begin = good = cut;
            good_width = 0;
            continue;
        }
        width += advance;
        at += len;
        before = code;
    }
    return rc == JY_OK ? add_line(lines, style, JY_SLICE(all.p + begin, all.len - begin)) : rc;
}

jy_err
table_lines_add(struct table_lines *lines, enum table_style style, const char *text, double room)
{
    jy_err rc = JY_OK;

    while (rc == JY_OK && *text != '\0') {
        size_t len = strcspn(text, "\n");

        if ((rc = show(lines, style, JY_SLICE((const uint8_t *)text, len))) == JY_OK)
            rc = wrap(lines, style, room);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
    return rc;
}

/* One face's glyphs of a line. */
struct run {
    cairo_glyph_t glyphs[RUN_MAX];
    cairo_text_cluster_t clusters[RUN_MAX];
    struct glyph_run of;
    FT_Face face;
};

static void
flush(struct run *run, cairo_t *cr, struct text_fonts *fonts, double size)
{
    cairo_matrix_t matrix;

    cairo_matrix_init_scale(&matrix, size, size);
    if (run->of.count > 0 && !glyphs_show(fonts, cr, run->face, NULL, &matrix, &run->of)) {
        struct jy_render own = { .own_work = WORK };
        struct draw d = { .r = &own, .cr = cr };

        own.work = &own.own_work;                            /* no memory for a font: the outlines */
        for (int i = 0; i < run->of.count; i++) {
            cairo_save(cr);
            cairo_translate(cr, run->glyphs[i].x, run->glyphs[i].y);
            cairo_scale(cr, size, size);
            (void)glyph_path(&d, run->face, (unsigned)run->glyphs[i].index);
            cairo_restore(cr);
        }
        cairo_fill(cr);
    }
    run->of.text = JY_SLICE(run->of.text.p + run->of.text.len, 0);
    run->of.count = 0;
}

void
table_line_draw(const struct table_lines *lines, const struct table_line *line, cairo_t *cr, struct text_fonts *fonts, double x, double y)
{
    const double size = styles[line->style].size, grey = styles[line->style].grey;
    struct jy_slice rest = JY_SLICE(lines->text.p + line->at, line->len);
    struct run run = { .of = { run.glyphs, run.clusters, 0, { rest.p, 0 } } };

    cairo_set_source_rgb(cr, grey, grey, grey);
    y += (styles[line->style].height - size) / 2 + 0.86 * size;
    while (rest.len > 0) {
        uint32_t code;
        size_t len = jy_utf8_next(rest, &code);
        struct label_glyph g = glyph_for(lines, line->style, code);

        if (run.of.count == RUN_MAX || (run.of.count > 0 && g.face != run.face))
            flush(&run, cr, fonts, size);
        run.face = g.face;
        run.glyphs[run.of.count] = (cairo_glyph_t){ g.glyph, x, y };
        run.clusters[run.of.count++] = (cairo_text_cluster_t){ (int)len, 1 };
        run.of.text.len += len;
        x += size * g.advance;
        rest = JY_SLICE(rest.p + len, rest.len - len);
    }
    flush(&run, cr, fonts, size);
}

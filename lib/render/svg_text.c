/* SPDX-License-Identifier: Apache-2.0 */
/* SVG 1.1 text (10): lines of glyphs at a point or along a path, as round seals are lettered. */
#include "render/svg.h"

#include <codec/text.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include FT_ADVANCES_H

#define CHARACTERS_MAX 2000                  /* of one run */

struct run {
    struct svg *svg;
    const struct svg_style *style;
    struct { FT_Face face; unsigned glyph; double advance; } glyphs[CHARACTERS_MAX];
    size_t count;
    double width;
};

static void
add_character(struct run *run, uint32_t code)
{
    struct jy_fonts *fonts = run->svg->d.r->fonts;
    FT_Face face = fonts->faces[run->style->font][run->style->bold && fonts->faces[run->style->font][1] != NULL];
    unsigned glyph = FT_Get_Char_Index(face, code);
    FT_Fixed advance = 0;
    double size = run->style->font_size;

    if (glyph == 0) {
        face = fonts->faces[FONT_SONG][0];
        glyph = FT_Get_Char_Index(face, code);
    }
    if (FT_Get_Advance(face, glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING, &advance) == 0 && face->units_per_EM != 0)
        size *= (double)advance / face->units_per_EM;
    run->glyphs[run->count].face = face;
    run->glyphs[run->count].glyph = glyph;
    run->glyphs[run->count++].advance = size + run->style->spacing;
    run->width += size + run->style->spacing;
}

/* Blanks are one blank (xml:space default). */
static void
add_text(struct run *run, const char *text)
{
    struct jy_slice rest = jy_slice_text(text);
    bool blank = false;

    while (rest.len > 0 && run->svg->rc == JY_OK) {
        uint32_t code;
        size_t len = jy_utf8_next(rest, &code);
        bool is_blank;
        if (len == 0)
            return;
        is_blank = code == ' ' || code == '\t' || code == '\n' || code == '\r';
        if (run->count == CHARACTERS_MAX) {
            svg_refuse(run->svg, "text", "too long");
            return;
        }
        if (!is_blank || !blank)
            add_character(run, is_blank ? ' ' : code);
        blank = is_blank;
        rest = JY_SLICE(rest.p + len, rest.len - len);
    }
}

static void
paint_glyph(struct run *run, size_t i, double x, double y, double angle)
{
    cairo_t *cr = run->svg->d.cr;
    cairo_matrix_t before, shear;
    bool drawn;

    cairo_get_matrix(cr, &before);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, angle);
    cairo_scale(cr, run->style->font_size, run->style->font_size);
    if (run->style->italic) {
        cairo_matrix_init(&shear, 1, 0, -0.25, 1, 0, 0);
        cairo_transform(cr, &shear);
    }
    drawn = glyph_path(&run->svg->d, run->glyphs[i].face, run->glyphs[i].glyph);
    cairo_set_matrix(cr, &before);
    if (drawn)
        svg_paint_path(run->svg, run->style);
    else
        cairo_new_path(cr);
}

static double
anchored(const struct run *run)
{
    return run->style->anchor == ANCHOR_MIDDLE ? -run->width / 2 : run->style->anchor == ANCHOR_END ? -run->width : 0;
}

/* A length that the writer names is kept by spacing the characters out. */
static void
fit(struct run *run, const struct jy_xml *node)
{
    const char *adjust = jy_xml_attr(node, "lengthAdjust");
    double want = svg_attr(run->svg, node, "textLength", run->svg->width, 0), more;

    if (want <= 0 || run->count == 0)
        return;
    if (adjust != NULL && strcmp(adjust, "spacing") != 0) {
        svg_refuse(run->svg, "lengthAdjust", adjust);
        return;
    }
    more = (want - run->width) / (double)(run->count > 1 ? run->count - 1 : 1);
    for (size_t i = 0; i < run->count; i++)
        run->glyphs[i].advance += more;
    run->width = want;
}

/* The place and direction at a distance along a flattened path; false beyond its ends. */
static bool
along(const cairo_path_t *path, double at, double *x, double *y, double *angle)
{
    double px = 0, py = 0, sx = 0, sy = 0, walked = 0;

    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        const cairo_path_data_t *p = &path->data[i];
        double nx, ny, step;
        if (p->header.type == CAIRO_PATH_MOVE_TO) {
            px = sx = p[1].point.x, py = sy = p[1].point.y;
            continue;
        }
        nx = p->header.type == CAIRO_PATH_CLOSE_PATH ? sx : p[1].point.x;
        ny = p->header.type == CAIRO_PATH_CLOSE_PATH ? sy : p[1].point.y;
        step = hypot(nx - px, ny - py);
        if (step > 0 && at >= walked && at <= walked + step) {
            *x = px + (nx - px) * (at - walked) / step;
            *y = py + (ny - py) * (at - walked) / step;
            *angle = atan2(ny - py, nx - px);
            return true;
        }
        walked += step;
        px = nx, py = ny;
    }
    *x = walked;                                             /* the whole length, when asked beyond it */
    return false;
}

static void
draw_along(struct run *run, const struct jy_xml *node)
{
    struct svg *svg = run->svg;
    const char *href = jy_xml_attr(node, "href"), *data;
    const struct jy_xml *shape = href == NULL ? NULL : svg_target(svg, href);
    cairo_matrix_t before, m;
    cairo_path_t *path;
    double length, y, angle, at;

    if (shape == NULL || strcmp(shape->name, "path") != 0 || (data = jy_xml_attr(shape, "d")) == NULL) {
        svg_refuse(svg, "textPath", href);
        return;
    }
    cairo_get_matrix(svg->d.cr, &before);
    if (jy_xml_attr(shape, "transform") != NULL && svg_transform(jy_xml_attr(shape, "transform"), &m))
        cairo_transform(svg->d.cr, &m);
    if (!svg_path(svg, data))
        svg_refuse(svg, "path", data);
    cairo_set_matrix(svg->d.cr, &before);
    path = cairo_copy_path_flat(svg->d.cr);
    cairo_new_path(svg->d.cr);
    (void)along(path, 1e30, &length, &y, &angle);
    at = svg_length(jy_xml_attr(node, "startOffset"), run->style->font_size, length, 0) + anchored(run);
    for (size_t i = 0; i < run->count && spend(svg->d.r, 100 + (uint64_t)path->num_data); i++) {
        double half = run->glyphs[i].advance / 2, x;
        if (along(path, at + half, &x, &y, &angle))           /* a character is turned about its middle (10.13.3) */
            paint_glyph(run, i, x - cos(angle) * half, y - sin(angle) * half, angle);
        at += run->glyphs[i].advance;
    }
    cairo_path_destroy(path);
}

static void
draw_line(struct run *run, double *x, double *y)
{
    double at = *x + anchored(run);

    for (size_t i = 0; i < run->count; i++) {
        paint_glyph(run, i, at, *y, 0);
        at += run->glyphs[i].advance;
    }
    *x = at;
}

/* Lists of x and y place characters one by one. */
static void
draw_placed(struct run *run, const struct jy_xml *node, double *x, double *y)
{
    const char *xs = jy_xml_attr(node, "x"), *ys = jy_xml_attr(node, "y");
    double v[2];

    for (size_t i = 0; i < run->count; i++) {
        if (xs != NULL && svg_numbers(&xs, v, 1) == 1)
            *x = v[0];
        if (ys != NULL && svg_numbers(&ys, v, 1) == 1)
            *y = v[0];
        paint_glyph(run, i, *x, *y, 0);
        *x += run->glyphs[i].advance;
    }
}

static bool
is_list(const char *text)
{
    double v[2];

    return text != NULL && svg_numbers(&text, v, 2) == 2;
}

static void
draw_run(struct svg *svg, const struct jy_xml *node, const struct svg_style *style, double *x, double *y)
{
    struct run *run = calloc(1, sizeof(*run));

    if (run == NULL) {
        svg->rc = jy_fail(svg->fault, JY_E_NOMEM, "SVG", 0, "no memory");
        return;
    }
    run->svg = svg;
    run->style = style;
    if (jy_xml_attr(node, "rotate") != NULL)
        svg_refuse(svg, "text", "rotate");
    add_text(run, node->text);
    fit(run, node);
    if (svg->rc == JY_OK && strcmp(node->name, "textPath") == 0)
        draw_along(run, node);
    else if (svg->rc == JY_OK && (is_list(jy_xml_attr(node, "x")) || is_list(jy_xml_attr(node, "y"))))
        draw_placed(run, node, x, y);
    else if (svg->rc == JY_OK)
        draw_line(run, x, y);
    free(run);
}

static void
draw_node(struct svg *svg, const struct jy_xml *node, const struct svg_style *style, double *x, double *y, int depth)
{
    *x = svg_attr(svg, node, "x", svg->width, *x) + svg_attr(svg, node, "dx", svg->width, 0);
    *y = svg_attr(svg, node, "y", svg->height, *y) + svg_attr(svg, node, "dy", svg->height, 0);
    if (node->child != NULL && node->text[0] != '\0') {
        svg_refuse(svg, "text", "characters beside a tspan");
        return;
    }
    if (node->text[0] != '\0')
        draw_run(svg, node, style, x, y);
    for (const struct jy_xml *child = node->child; child != NULL && svg->rc == JY_OK; child = child->next) {
        struct svg_style inner = *style;
        if (strcmp(child->name, "tspan") != 0 && strcmp(child->name, "textPath") != 0) {
            svg_refuse(svg, "element", child->name);
            return;
        }
        svg_style_of(svg, child, &inner);
        if (inner.opacity < 1 || inner.clip != NULL)
            svg_refuse(svg, "tspan", "opacity");
        if (depth > 4)
            svg_refuse(svg, "tspan", "nested too deep");
        else if (!inner.none)
            draw_node(svg, child, &inner, x, y, depth + 1);
    }
}

void
svg_text(struct svg *svg, const struct jy_xml *node, const struct svg_style *style)
{
    double x = 0, y = 0;

    draw_node(svg, node, style, &x, &y, 0);
}

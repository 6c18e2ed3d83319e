/* SPDX-License-Identifier: Apache-2.0 */
/* Attribute values as numbers, and the draw parameters. */
#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ABSURD 1e6                           /* mm: further away nothing is drawn, and cairo's fixed point would overflow */

static double
sane(double v)
{
    return !isfinite(v) ? 0 : v > ABSURD ? ABSURD : v < -ABSURD ? -ABSURD : v;
}

double
number_of(const struct jy_xml *node, const char *name, double otherwise)
{
    const char *text = jy_xml_attr(node, name);
    char *end;
    double v;

    if (text == NULL)
        return otherwise;
    v = strtod(text, &end);
    return end == text ? otherwise : sane(v);
}

bool
true_of(const struct jy_xml *node, const char *name, bool otherwise)
{
    const char *text = jy_xml_attr(node, name);

    return text == NULL ? otherwise : strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
}

int
numbers_of(const char *text, double *out, int max)
{
    int n = 0;

    while (text != NULL && n < max) {
        char *end;
        while (*text == ',' || *text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
            text++;
        out[n] = *text == '#' ? (double)strtoul(text + 1, &end, 16) : sane(strtod(text, &end));
        if (end == text + (*text == '#'))
            break;
        n++;
        text = end;
    }
    return n;
}

bool
matrix_of(const struct jy_xml *node, const char *name, cairo_matrix_t *out)
{
    double v[6], det;

    if (numbers_of(jy_xml_attr(node, name), v, 6) != 6)
        return false;
    det = v[0] * v[3] - v[1] * v[2];
    cairo_matrix_init(out, v[0], v[1], v[2], v[3], v[4], v[5]);
    return fabs(det) > 1e-12;
}

const struct style plain_style = { .line_width = 0.353, .miter = 3.528, .cap = CAIRO_LINE_CAP_BUTT, .join = CAIRO_LINE_JOIN_MITER };

static void
read_style(const struct jy_xml *node, struct style *style)
{
    static const struct { const char *name; cairo_line_cap_t cap; } caps[] = {
        { "Butt", CAIRO_LINE_CAP_BUTT }, { "Round", CAIRO_LINE_CAP_ROUND }, { "Square", CAIRO_LINE_CAP_SQUARE },
    };
    static const struct { const char *name; cairo_line_join_t join; } joins[] = {
        { "Miter", CAIRO_LINE_JOIN_MITER }, { "Round", CAIRO_LINE_JOIN_ROUND }, { "Bevel", CAIRO_LINE_JOIN_BEVEL },
    };
    const char *cap = jy_xml_attr(node, "Cap"), *join = jy_xml_attr(node, "Join"), *dash = jy_xml_attr(node, "DashPattern");
    const struct jy_xml *fill = jy_xml_child(node, "FillColor"), *stroke = jy_xml_child(node, "StrokeColor");

    style->line_width = fabs(number_of(node, "LineWidth", style->line_width));
    style->miter = number_of(node, "MiterLimit", style->miter);
    style->dash_offset = number_of(node, "DashOffset", style->dash_offset);
    for (size_t i = 0; i < 3; i++) {
        if (cap != NULL && strcmp(cap, caps[i].name) == 0)
            style->cap = caps[i].cap;
        if (join != NULL && strcmp(join, joins[i].name) == 0)
            style->join = joins[i].join;
    }
    if (dash != NULL) {
        double sum = 0;
        style->dashes = numbers_of(dash, style->dash, 16);
        for (int i = 0; i < style->dashes; i++) {
            style->dash[i] = fabs(style->dash[i]);
            sum += style->dash[i];
        }
        if (sum < 0.01)                                      /* solid, and no endless loop of dashes */
            style->dashes = 0;
    }
    if (fill != NULL)
        style->fill = fill;
    if (stroke != NULL)
        style->stroke = stroke;
}

/* GB/T 33190 8.2: Relative names the parameters that these build upon. */
static void
read_param(struct draw *d, const char *id, struct style *style, int depth)
{
    struct res *res = id == NULL || depth > 8 ? NULL : scope_find(d->scope, RES_DRAW, id);

    if (res == NULL)
        return;
    read_param(d, jy_xml_attr(res->node, "Relative"), style, depth + 1);
    read_style(res->node, style);
}

void
style_of(struct draw *d, const char *draw_param, struct style *style)
{
    *style = plain_style;
    read_param(d, draw_param, style, 0);
}

void
style_add(struct draw *d, const struct jy_xml *node, struct style *style)
{
    read_param(d, jy_xml_attr(node, "DrawParam"), style, 0);
    read_style(node, style);
}

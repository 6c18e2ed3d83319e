/* SPDX-License-Identifier: Apache-2.0 */
/* render/svg.h: the parts of the SVG reader. Private to lib/render. */
#ifndef JY_RENDER_SVG_H
#define JY_RENDER_SVG_H

#include "render/render.h"

#define SVG_DASHES 16
#define SVG_RULES_MAX 512

struct svg_paint {
    enum { PAINT_NONE, PAINT_COLOUR, PAINT_CURRENT, PAINT_GRADIENT } kind;
    double rgb[3], alpha;
    const struct jy_xml *gradient;
};
struct svg_style {                           /* what children inherit */
    struct svg_paint fill, stroke;
    double color[3];
    double fill_opacity, stroke_opacity, width, miter, dash[SVG_DASHES], dash_offset, font_size, spacing;
    int dashes;
    cairo_line_cap_t cap;
    cairo_line_join_t join;
    cairo_fill_rule_t fill_rule, clip_rule;
    enum font_class font;
    bool bold, italic, hidden;
    enum { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END } anchor;
    /* not inherited: set anew for each element */
    double opacity;
    bool none;                               /* display: none */
    const struct jy_xml *clip;
};
struct svg_rule {                            /* of a <style>: one simple selector, its declarations */
    char kind;                               /* '.', '#', or 'e' for an element's name */
    struct jy_slice name, body;
};
struct svg {
    struct draw d;
    const struct jy_xml *root;
    struct svg_rule rules[SVG_RULES_MAX];
    size_t rule_count;
    double width, height;                    /* of the view box: what percentages mean */
    int uses;                                /* <use> carried out */
    jy_err rc;
    struct jy_fault *fault;
};

/** Refuses what the subset does not have; the first refusal stays. Returns false. */
bool svg_refuse(struct svg *svg, const char *what, const char *more);
/** The element with this id; href is "#id", anything else is refused. */
const struct jy_xml *svg_target(struct svg *svg, const char *href);
/** Length in user units; percentages of `whole`. */
double svg_length(const char *text, double font_size, double whole, double otherwise);
double svg_attr(const struct svg *svg, const struct jy_xml *node, const char *name, double whole, double otherwise);
int svg_numbers(const char **text, double *out, int max);
bool svg_transform(const char *text, cairo_matrix_t *out);
bool svg_path(struct svg *svg, const char *data);
/** Adds the rules of a <style> element. */
void svg_read_rules(struct svg *svg, const char *text);
void svg_style_of(struct svg *svg, const struct jy_xml *node, struct svg_style *style);
bool svg_colour(const char *text, double rgb[3], double *alpha);
/** Sets the source for the current path; false when nothing is to be painted. */
bool svg_set_paint(struct svg *svg, const struct svg_paint *paint, double opacity);
/** Fills and strokes the current path. */
void svg_paint_path(struct svg *svg, const struct svg_style *style);
void svg_text(struct svg *svg, const struct jy_xml *node, const struct svg_style *style);

#endif

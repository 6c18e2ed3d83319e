/* SPDX-License-Identifier: Apache-2.0 */
/* SVG 1.1: properties from attributes, style="" and simple rules of <style>; colours and gradients. */
#include "render/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct jy_slice
trimmed(struct jy_slice s)
{
    while (s.len > 0 && strchr(" \t\r\n", s.p[0]) != NULL)
        s = JY_SLICE(s.p + 1, s.len - 1);
    while (s.len > 0 && strchr(" \t\r\n", s.p[s.len - 1]) != NULL)
        s.len--;
    return s;
}

bool
svg_colour(const char *text, double rgb[3], double *alpha)
{
    static const struct { const char *name; uint32_t value; } names[] = {
        { "black", 0 }, { "white", 0xffffff }, { "red", 0xff0000 }, { "green", 0x008000 }, { "blue", 0x0000ff }, { "yellow", 0xffff00 },
        { "gray", 0x808080 }, { "grey", 0x808080 }, { "silver", 0xc0c0c0 }, { "maroon", 0x800000 }, { "purple", 0x800080 }, { "fuchsia", 0xff00ff },
        { "magenta", 0xff00ff }, { "lime", 0x00ff00 }, { "olive", 0x808000 }, { "navy", 0x000080 }, { "teal", 0x008080 }, { "aqua", 0x00ffff },
        { "cyan", 0x00ffff }, { "orange", 0xffa500 }, { "crimson", 0xdc143c }, { "darkred", 0x8b0000 }, { "firebrick", 0xb22222 },
        { "orangered", 0xff4500 }, { "tomato", 0xff6347 }, { "brown", 0xa52a2a },
    };
    unsigned long v = 0;
    size_t digits;

    *alpha = 1;
    if (text[0] == '#') {
        char *end;
        digits = strspn(text + 1, "0123456789abcdefABCDEF");
        v = digits == 3 || digits == 6 ? strtoul(text + 1, &end, 16) : 0;
        if (digits == 3)
            v = (v >> 8 & 15) * 0x110000 | (v >> 4 & 15) * 0x1100 | (v & 15) * 0x11;
        else if (digits != 6)
            return false;
    } else if (strncasecmp(text, "rgb", 3) == 0) {
        const char *p = strchr(text, '(');
        double part;
        for (int i = 0; i < 3; i++) {
            if (p == NULL)
                return false;
            p++;
            if (svg_numbers(&p, &part, 1) != 1)
                return false;
            if (*p == '%')
                part *= 2.55, p++;
            rgb[i] = part < 0 ? 0 : part > 255 ? 1 : part / 255;
            p--;
        }
        p++;
        if (strncasecmp(text, "rgba", 4) == 0 && svg_numbers(&p, &part, 1) == 1)
            *alpha = part < 0 ? 0 : part > 1 ? 1 : part;
        return true;
    } else {
        size_t i = 0;
        while (i < sizeof(names) / sizeof(names[0]) && strcasecmp(names[i].name, text) != 0)
            i++;
        if (i == sizeof(names) / sizeof(names[0]))
            return false;
        v = names[i].value;
    }
    for (int i = 0; i < 3; i++)
        rgb[i] = (double)(v >> (16 - 8 * i) & 0xff) / 255;
    return true;
}

static void
read_paint(struct svg *svg, const char *text, struct svg_paint *paint)
{
    if (strcasecmp(text, "none") == 0 || strcasecmp(text, "transparent") == 0) {
        paint->kind = PAINT_NONE;
    } else if (strcasecmp(text, "currentColor") == 0) {
        paint->kind = PAINT_CURRENT;
    } else if (strncmp(text, "url(", 4) == 0) {
        char id[128];
        size_t len = strcspn(text + 4, ")");
        while (len > 0 && strchr("'\" ", text[4]) != NULL)
            text++, len--;
        while (len > 0 && strchr("'\" ", text[3 + len]) != NULL)
            len--;
        snprintf(id, sizeof(id), "%.*s", (int)(len < sizeof(id) ? len : sizeof(id) - 1), text + 4);
        paint->gradient = svg_target(svg, id);
        paint->kind = PAINT_GRADIENT;
        if (paint->gradient != NULL && strcmp(paint->gradient->name, "linearGradient") != 0 && strcmp(paint->gradient->name, "radialGradient") != 0)
            svg_refuse(svg, "paint server", paint->gradient->name);
    } else if (svg_colour(text, paint->rgb, &paint->alpha)) {
        paint->kind = PAINT_COLOUR;
    } else {
        svg_refuse(svg, "colour", text);
    }
}

static double
fraction(const char *text)
{
    double v = svg_length(text, 1, 1, 1);

    return v < 0 ? 0 : v > 1 ? 1 : v;
}

enum property { P_COLOR, P_FILL, P_STROKE, P_FILL_OPACITY, P_STROKE_OPACITY, P_OPACITY, P_WIDTH, P_CAP, P_JOIN, P_MITER, P_DASH, P_DASH_OFFSET, P_FILL_RULE,
                P_CLIP_RULE, P_CLIP, P_SIZE, P_FAMILY, P_WEIGHT, P_SLANT, P_ANCHOR, P_SPACING, P_DISPLAY, P_VISIBILITY, P_ONLY_NONE, P_ONLY_NORMAL };
static const struct { const char *name; enum property property; } properties[] = {
    { "color", P_COLOR }, { "fill", P_FILL }, { "stroke", P_STROKE }, { "fill-opacity", P_FILL_OPACITY }, { "stroke-opacity", P_STROKE_OPACITY },
    { "opacity", P_OPACITY }, { "stroke-width", P_WIDTH }, { "stroke-linecap", P_CAP }, { "stroke-linejoin", P_JOIN },
    { "stroke-miterlimit", P_MITER }, { "stroke-dasharray", P_DASH }, { "stroke-dashoffset", P_DASH_OFFSET }, { "fill-rule", P_FILL_RULE },
    { "clip-rule", P_CLIP_RULE }, { "clip-path", P_CLIP }, { "font-size", P_SIZE }, { "font-family", P_FAMILY }, { "font-weight", P_WEIGHT },
    { "font-style", P_SLANT }, { "text-anchor", P_ANCHOR }, { "letter-spacing", P_SPACING }, { "display", P_DISPLAY }, { "visibility", P_VISIBILITY },
    /* what would change the picture and is not drawn: refused unless it says nothing */
    { "filter", P_ONLY_NONE }, { "mask", P_ONLY_NONE }, { "marker", P_ONLY_NONE }, { "marker-start", P_ONLY_NONE }, { "marker-mid", P_ONLY_NONE },
    { "marker-end", P_ONLY_NONE }, { "animation", P_ONLY_NONE }, { "mix-blend-mode", P_ONLY_NORMAL },
};

static void
read_dashes(const char *text, struct svg_style *style)
{
    double sum = 0;

    style->dashes = strcmp(text, "none") == 0 ? 0 : svg_numbers(&text, style->dash, SVG_DASHES);
    for (int i = 0; i < style->dashes; i++)
        sum += style->dash[i] = fabs(style->dash[i]);
    if (sum < 1e-3)
        style->dashes = 0;
}

static void
set_property(struct svg *svg, enum property property, const char *text, struct svg_style *style)
{
    double alpha;

    if (strcmp(text, "inherit") == 0)
        return;
    switch (property) {
    case P_COLOR:
        if (!svg_colour(text, style->color, &alpha))
            svg_refuse(svg, "colour", text);
        break;
    case P_FILL:
        read_paint(svg, text, &style->fill);
        break;
    case P_STROKE:
        read_paint(svg, text, &style->stroke);
        break;
    case P_FILL_OPACITY:
        style->fill_opacity = fraction(text);
        break;
    case P_STROKE_OPACITY:
        style->stroke_opacity = fraction(text);
        break;
    case P_OPACITY:
        style->opacity = fraction(text);
        break;
    case P_WIDTH:
        style->width = fabs(svg_length(text, style->font_size, hypot(svg->width, svg->height) / M_SQRT2, 1));
        break;
    case P_CAP:
        style->cap = strcmp(text, "round") == 0 ? CAIRO_LINE_CAP_ROUND : strcmp(text, "square") == 0 ? CAIRO_LINE_CAP_SQUARE : CAIRO_LINE_CAP_BUTT;
        break;
    case P_JOIN:
        style->join = strcmp(text, "round") == 0 ? CAIRO_LINE_JOIN_ROUND : strcmp(text, "bevel") == 0 ? CAIRO_LINE_JOIN_BEVEL : CAIRO_LINE_JOIN_MITER;
        break;
    case P_MITER:
        style->miter = fmax(1, svg_length(text, 1, 1, 4));
        break;
    case P_DASH:
        read_dashes(text, style);
        break;
    case P_DASH_OFFSET:
        style->dash_offset = svg_length(text, style->font_size, svg->width, 0);
        break;
    case P_FILL_RULE:
        style->fill_rule = strcmp(text, "evenodd") == 0 ? CAIRO_FILL_RULE_EVEN_ODD : CAIRO_FILL_RULE_WINDING;
        break;
    case P_CLIP_RULE:
        style->clip_rule = strcmp(text, "evenodd") == 0 ? CAIRO_FILL_RULE_EVEN_ODD : CAIRO_FILL_RULE_WINDING;
        break;
    case P_CLIP: {
        struct svg_paint server = { 0 };
        if (strcmp(text, "none") == 0)
            break;
        if (strncmp(text, "url(", 4) != 0) {
            svg_refuse(svg, "clip-path", text);
            break;
        }
        char id[128];
        size_t len = strcspn(text + 4, ")");
        snprintf(id, sizeof(id), "%.*s", (int)(len < sizeof(id) ? len : sizeof(id) - 1), text + 4);
        server.gradient = svg_target(svg, id);
        if (server.gradient != NULL && strcmp(server.gradient->name, "clipPath") != 0)
            svg_refuse(svg, "clip-path", text);
        style->clip = server.gradient;
        break;
    }
    case P_SIZE:
        style->font_size = fabs(svg_length(text, style->font_size, style->font_size, 16));
        break;
    case P_FAMILY:
        style->font = font_class_of(text);
        break;
    case P_WEIGHT:
        style->bold = strcmp(text, "bold") == 0 || strcmp(text, "bolder") == 0 || svg_length(text, 1, 1, 400) >= 600;
        break;
    case P_SLANT:
        style->italic = strcmp(text, "normal") != 0;
        break;
    case P_ANCHOR:
        style->anchor = strcmp(text, "middle") == 0 ? ANCHOR_MIDDLE : strcmp(text, "end") == 0 ? ANCHOR_END : ANCHOR_START;
        break;
    case P_SPACING:
        style->spacing = strcmp(text, "normal") == 0 ? 0 : svg_length(text, style->font_size, style->font_size, 0);
        break;
    case P_DISPLAY:
        style->none = strcmp(text, "none") == 0;
        break;
    case P_VISIBILITY:
        style->hidden = strcmp(text, "visible") != 0;
        break;
    case P_ONLY_NONE:
        if (strcmp(text, "none") != 0)
            svg_refuse(svg, "property", text);
        break;
    case P_ONLY_NORMAL:
        if (strcmp(text, "normal") != 0)
            svg_refuse(svg, "property", text);
    }
}

static void
set_by_name(struct svg *svg, struct jy_slice name, struct jy_slice value, struct svg_style *style)
{
    char text[512];

    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
        if (jy_slice_is(name, properties[i].name)) {
            snprintf(text, sizeof(text), "%.*s", (int)(value.len < sizeof(text) ? value.len : sizeof(text) - 1), (const char *)value.p);
            set_property(svg, properties[i].property, text, style);
            return;
        }
}

/* "name: value; …" */
static void
set_declarations(struct svg *svg, struct jy_slice body, struct svg_style *style)
{
    while (body.len > 0 && svg->rc == JY_OK) {
        size_t end = jy_slice_find(body, JY_SLICE(";", 1)), colon;
        struct jy_slice one = JY_SLICE(body.p, end == SIZE_MAX ? body.len : end), value;

        colon = jy_slice_find(one, JY_SLICE(":", 1));
        if (colon != SIZE_MAX) {
            value = trimmed(JY_SLICE(one.p + colon + 1, one.len - colon - 1));
            if (value.len > 10 && jy_slice_is(trimmed(JY_SLICE(value.p + value.len - 10, 10)), "!important"))
                value = trimmed(JY_SLICE(value.p, value.len - 10));
            set_by_name(svg, trimmed(JY_SLICE(one.p, colon)), value, style);
        }
        body = end == SIZE_MAX ? JY_EMPTY : JY_SLICE(body.p + end + 1, body.len - end - 1);
    }
}

void
svg_read_rules(struct svg *svg, const char *text)
{
    struct jy_slice rest = jy_slice_text(text);

    for (;;) {
        size_t open, close;
        struct jy_slice selectors;
        rest = trimmed(rest);
        if (rest.len >= 2 && memcmp(rest.p, "/*", 2) == 0) {
            close = jy_slice_find(rest, JY_SLICE("*/", 2));
            if (close == SIZE_MAX)
                return;
            rest = JY_SLICE(rest.p + close + 2, rest.len - close - 2);
            continue;
        }
        if (rest.len == 0)
            return;
        open = jy_slice_find(rest, JY_SLICE("{", 1));
        close = jy_slice_find(rest, JY_SLICE("}", 1));
        if (open == SIZE_MAX || close == SIZE_MAX || close < open || rest.p[0] == '@') {
            svg_refuse(svg, "style", "a rule that is not a simple one");
            return;
        }
        selectors = JY_SLICE(rest.p, open);
        while (selectors.len > 0) {
            size_t comma = jy_slice_find(selectors, JY_SLICE(",", 1));
            struct jy_slice one = trimmed(JY_SLICE(selectors.p, comma == SIZE_MAX ? selectors.len : comma));
            struct svg_rule rule = { 'e', one, JY_SLICE(rest.p + open + 1, close - open - 1) };
            if (one.len > 0 && (one.p[0] == '.' || one.p[0] == '#')) {
                rule.kind = (char)one.p[0];
                rule.name = JY_SLICE(one.p + 1, one.len - 1);
            }
            for (size_t i = 0; i < rule.name.len; i++)
                if (strchr(" >+~[:.#*", rule.name.p[i]) != NULL && svg->rc == JY_OK)
                    svg_refuse(svg, "style", "a selector that is not a simple one");
            if (svg->rule_count == SVG_RULES_MAX) {
                svg_refuse(svg, "style", "too many rules");
                return;
            }
            svg->rules[svg->rule_count++] = rule;
            selectors = comma == SIZE_MAX ? JY_EMPTY : JY_SLICE(selectors.p + comma + 1, selectors.len - comma - 1);
        }
        rest = JY_SLICE(rest.p + close + 1, rest.len - close - 1);
    }
}

static bool
has_class(const char *classes, struct jy_slice name)
{
    while (classes != NULL && *classes != '\0') {
        size_t len = strcspn(classes, " \t\r\n");
        if (jy_slice_equal(JY_SLICE(classes, len), name))
            return true;
        classes += len;
        classes += strspn(classes, " \t\r\n");
    }
    return false;
}

static void
apply_rules(struct svg *svg, const struct jy_xml *node, char kind, struct svg_style *style)
{
    const char *id = jy_xml_attr(node, "id"), *class = jy_xml_attr(node, "class");

    for (size_t i = 0; i < svg->rule_count; i++) {
        const struct svg_rule *rule = &svg->rules[i];
        if (rule->kind == kind && (kind == 'e' ? jy_slice_is(rule->name, node->name) : kind == '.' ? has_class(class, rule->name)
                                                                                                    : id != NULL && jy_slice_is(rule->name, id)))
            set_declarations(svg, rule->body, style);
    }
}

/* currentColor is what `color` says once everything is read. */
static void
take_current(const struct svg_style *style, struct svg_paint *paint)
{
    if (paint->kind != PAINT_CURRENT)
        return;
    paint->kind = PAINT_COLOUR;
    paint->alpha = 1;
    memcpy(paint->rgb, style->color, sizeof(paint->rgb));
}

void
svg_style_of(struct svg *svg, const struct jy_xml *node, struct svg_style *style)
{
    const char *own = jy_xml_attr(node, "style");

    style->opacity = 1;
    style->none = false;
    style->clip = NULL;
    for (const struct jy_xml_attr *a = node->attrs; a != NULL; a = a->next) {
        if (strncasecmp(a->name, "on", 2) == 0)
            svg_refuse(svg, "script", a->name);
        set_by_name(svg, jy_slice_text(a->name), jy_slice_text(a->value), style);
    }
    apply_rules(svg, node, 'e', style);
    apply_rules(svg, node, '.', style);
    apply_rules(svg, node, '#', style);
    if (own != NULL)
        set_declarations(svg, jy_slice_text(own), style);
    take_current(style, &style->fill);
    take_current(style, &style->stroke);
}

/* Attribute of a gradient or of the one that it refers to. */
static const char *
gradient_attr(struct svg *svg, const struct jy_xml *node, const char *name)
{
    for (int depth = 0; node != NULL && depth < 8; depth++) {
        const char *value = jy_xml_attr(node, name), *href = jy_xml_attr(node, "href");
        if (value != NULL)
            return value;
        node = href == NULL ? NULL : svg_target(svg, href);
    }
    return NULL;
}

static void
add_stops(struct svg *svg, const struct jy_xml *node, cairo_pattern_t *pattern, double opacity)
{
    for (int depth = 0; node != NULL && depth < 8 && jy_xml_child(node, "stop") == NULL; depth++) {
        const char *href = jy_xml_attr(node, "href");
        node = href == NULL ? NULL : svg_target(svg, href);
    }
    for (const struct jy_xml *stop = jy_xml_child(node, "stop"); stop != NULL && spend(svg->d.r, 100); stop = jy_xml_next(stop)) {
        const char *style = jy_xml_attr(stop, "style"), *colour = jy_xml_attr(stop, "stop-color"), *alpha_text = jy_xml_attr(stop, "stop-opacity");
        char text[2][64] = { "", "" };
        double rgb[3] = { 0 }, alpha = 1;
        static const char *const names[] = { "stop-color", "stop-opacity" };
        for (int i = 0; style != NULL && i < 2; i++) {
            const char *at = strstr(style, names[i]);
            if (at != NULL && (at = strchr(at, ':')) != NULL) {
                at += 1 + strspn(at + 1, " ");
                snprintf(text[i], sizeof(text[i]), "%.*s", (int)strcspn(at, "; "), at);
            }
        }
        if (text[0][0] != '\0')
            colour = text[0];
        if (text[1][0] != '\0')
            alpha_text = text[1];
        if (colour != NULL && !svg_colour(colour, rgb, &alpha))
            svg_refuse(svg, "colour", colour);
        if (alpha_text != NULL)
            alpha *= fraction(alpha_text);
        cairo_pattern_add_color_stop_rgba(pattern, svg_length(jy_xml_attr(stop, "offset"), 1, 1, 0), rgb[0], rgb[1], rgb[2], alpha * opacity);
    }
}

static cairo_pattern_t *
gradient(struct svg *svg, const struct jy_xml *node, double opacity)
{
    const char *units = gradient_attr(svg, node, "gradientUnits"), *spread = gradient_attr(svg, node, "spreadMethod");
    bool box = units == NULL || strcmp(units, "userSpaceOnUse") != 0, linear = strcmp(node->name, "linearGradient") == 0;
    double w = box ? 1 : svg->width, h = box ? 1 : svg->height, x0, y0, x1, y1, v[5];
    static const char *const names[2][5] = { { "cx", "cy", "r", "fx", "fy" }, { "x1", "y1", "x2", "y2", "x2" } };
    cairo_pattern_t *pattern;
    cairo_matrix_t m, t;

    for (int i = 0; i < 5; i++) {
        double whole = i == 1 || (i == 3 && linear) || (i == 4 && !linear) ? h : w;
        double otherwise = linear ? (i == 2 ? whole : 0) : i < 3 ? whole / 2 : v[i - 3];
        v[i] = svg_length(gradient_attr(svg, node, names[linear][i]), 16, whole, otherwise);
    }
    pattern = linear ? cairo_pattern_create_linear(v[0], v[1], v[2], v[3]) : cairo_pattern_create_radial(v[3], v[4], 0, v[0], v[1], fabs(v[2]));
    add_stops(svg, node, pattern, opacity);
    cairo_pattern_set_extend(pattern, spread == NULL || strcmp(spread, "pad") == 0 ? CAIRO_EXTEND_PAD
                                      : strcmp(spread, "repeat") == 0 ? CAIRO_EXTEND_REPEAT : CAIRO_EXTEND_REFLECT);
    if (!svg_transform(gradient_attr(svg, node, "gradientTransform"), &m))
        cairo_matrix_init_identity(&m);
    if (box) {
        cairo_path_extents(svg->d.cr, &x0, &y0, &x1, &y1);
        cairo_matrix_init(&t, fmax(x1 - x0, 1e-6), 0, 0, fmax(y1 - y0, 1e-6), x0, y0);
        cairo_matrix_multiply(&m, &m, &t);
    }
    if (cairo_matrix_invert(&m) == CAIRO_STATUS_SUCCESS)
        cairo_pattern_set_matrix(pattern, &m);
    return pattern;
}

bool
svg_set_paint(struct svg *svg, const struct svg_paint *paint, double opacity)
{
    cairo_pattern_t *pattern;

    if (paint->kind == PAINT_NONE || (paint->kind == PAINT_GRADIENT && paint->gradient == NULL) || opacity <= 0)
        return false;
    if (paint->kind == PAINT_COLOUR) {
        cairo_set_source_rgba(svg->d.cr, paint->rgb[0], paint->rgb[1], paint->rgb[2], paint->alpha * opacity);
        return true;
    }
    if (!spend(svg->d.r, svg->d.area * 8))
        return false;
    pattern = gradient(svg, paint->gradient, opacity);
    cairo_set_source(svg->d.cr, pattern);
    cairo_pattern_destroy(pattern);
    return true;
}

void
svg_paint_path(struct svg *svg, const struct svg_style *style)
{
    cairo_t *cr = svg->d.cr;

    if (style->hidden || !paint_price(&svg->d, style->width * style->miter)) {
        cairo_new_path(cr);
        return;
    }
    if (svg_set_paint(svg, &style->fill, style->fill_opacity)) {
        cairo_set_fill_rule(cr, style->fill_rule);
        cairo_fill_preserve(cr);
    }
    if (style->width > 0 && svg_set_paint(svg, &style->stroke, style->stroke_opacity)) {
        cairo_set_line_width(cr, style->width);
        cairo_set_line_cap(cr, style->cap);
        cairo_set_line_join(cr, style->join);
        cairo_set_miter_limit(cr, style->miter);
        set_dashes(&svg->d, style->dash, style->dashes, style->dash_offset);
        cairo_stroke_preserve(cr);
        cairo_set_dash(cr, NULL, 0, 0);
    }
    cairo_new_path(cr);
}

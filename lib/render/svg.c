/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SVG 1.1, the part that seals are made of: shapes, paths, groups, uses, transforms, clip paths, gradients, text and text on a path.
 * What is beyond it (scripts, filters, masks, images, references outside, animation) is refused by name: a seal is drawn as it is or not at all.
 * librsvg was weighed and left: it brings 49 libraries (54 MB), opens fonts and tables while it draws, and has no bound of time.
 */
#include "render/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define USES_MAX 500
#define ELEMENT_PRICE 300

bool
svg_refuse(struct svg *svg, const char *what, const char *more)
{
    if (svg->rc == JY_OK)
        svg->rc = jy_fail(svg->fault, JY_E_UNSUPPORTED, "SVG", 0, "%s: %.64s", what, more == NULL ? "" : more);
    return false;
}

/* An element that is shown only where it is referred to is found as well. */
static const struct jy_xml *
find_id(const struct jy_xml *node, const char *id)
{
    const struct jy_xml *root = node;

    while (node != NULL) {
        const char *own = jy_xml_attr(node, "id");
        if (own != NULL && strcmp(own, id) == 0)
            return node;
        if (node->child != NULL) {
            node = node->child;
            continue;
        }
        while (node != NULL && node != root && node->next == NULL)
            node = node->parent;
        node = node == NULL || node == root ? NULL : node->next;
    }
    return NULL;
}

const struct jy_xml *
svg_target(struct svg *svg, const char *href)
{
    const struct jy_xml *target;

    if (href[0] != '#') {
        svg_refuse(svg, "reference outside", href);
        return NULL;
    }
    if (!spend(svg->d.r, 5000))
        return NULL;
    if ((target = find_id(svg->root, href + 1)) == NULL)
        svg_refuse(svg, "reference to nothing", href);
    return target;
}

static bool draw_element(struct svg *svg, const struct jy_xml *node, const struct svg_style *outer, bool clip_only, int depth);

static void
ellipse(cairo_t *cr, double cx, double cy, double rx, double ry)
{
    cairo_matrix_t before;

    if (!(rx > 0 && ry > 0))
        return;
    cairo_get_matrix(cr, &before);
    cairo_translate(cr, cx, cy);
    cairo_scale(cr, rx, ry);
    cairo_new_sub_path(cr);
    cairo_arc(cr, 0, 0, 1, 0, 2 * M_PI);
    cairo_close_path(cr);
    cairo_set_matrix(cr, &before);
}

static void
rectangle(cairo_t *cr, double x, double y, double w, double h, double rx, double ry)
{
    if (!(w > 0 && h > 0))
        return;
    rx = fmin(rx, w / 2), ry = fmin(ry, h / 2);
    if (!(rx > 0 && ry > 0)) {
        cairo_rectangle(cr, x, y, w, h);
        return;
    }
    cairo_move_to(cr, x + rx, y);
    cairo_line_to(cr, x + w - rx, y);
    path_arc(cr, rx, ry, 0, false, true, x + w, y + ry);
    cairo_line_to(cr, x + w, y + h - ry);
    path_arc(cr, rx, ry, 0, false, true, x + w - rx, y + h);
    cairo_line_to(cr, x + rx, y + h);
    path_arc(cr, rx, ry, 0, false, true, x, y + h - ry);
    cairo_line_to(cr, x, y + ry);
    path_arc(cr, rx, ry, 0, false, true, x + rx, y);
    cairo_close_path(cr);
}

static void
points(struct svg *svg, const struct jy_xml *node, bool closed)
{
    const char *text = jy_xml_attr(node, "points");
    double v[2];
    bool first = true;

    while (text != NULL && svg_numbers(&text, v, 2) == 2 && spend(svg->d.r, 30)) {
        if (first)
            cairo_move_to(svg->d.cr, v[0], v[1]);
        else
            cairo_line_to(svg->d.cr, v[0], v[1]);
        first = false;
    }
    if (closed && !first)
        cairo_close_path(svg->d.cr);
}

/* The outline of a basic shape (9) as the current path; false when the element is none. */
static bool
shape(struct svg *svg, const struct jy_xml *node)
{
    cairo_t *cr = svg->d.cr;
    double w = svg->width, h = svg->height, diagonal = hypot(w, h) / M_SQRT2;
    const char *name = node->name;

#define AT(name, whole) svg_attr(svg, node, name, whole, 0)
    if (strcmp(name, "path") == 0) {
        const char *data = jy_xml_attr(node, "d");
        if (data != NULL && !svg_path(svg, data) && *svg->d.r->work > 0)
            svg_refuse(svg, "path", data);
    } else if (strcmp(name, "rect") == 0) {
        double rx = svg_attr(svg, node, "rx", w, -1), ry = svg_attr(svg, node, "ry", h, -1);
        rectangle(cr, AT("x", w), AT("y", h), AT("width", w), AT("height", h), rx < 0 ? fmax(ry, 0) : rx, ry < 0 ? fmax(rx, 0) : ry);
    } else if (strcmp(name, "circle") == 0) {
        ellipse(cr, AT("cx", w), AT("cy", h), AT("r", diagonal), AT("r", diagonal));
    } else if (strcmp(name, "ellipse") == 0) {
        ellipse(cr, AT("cx", w), AT("cy", h), AT("rx", w), AT("ry", h));
    } else if (strcmp(name, "line") == 0) {
        cairo_move_to(cr, AT("x1", w), AT("y1", h));
        cairo_line_to(cr, AT("x2", w), AT("y2", h));
    } else if (strcmp(name, "polyline") == 0 || strcmp(name, "polygon") == 0) {
        points(svg, node, strcmp(name, "polygon") == 0);
    } else {
        return false;
    }
#undef AT
    return true;
}

/* The union of a clip path's shapes (14.3), in the user space of the element that is clipped. */
static void
apply_clip(struct svg *svg, const struct jy_xml *clip)
{
    const char *units = jy_xml_attr(clip, "clipPathUnits");
    struct svg_style style = { .opacity = 1 };
    cairo_matrix_t before, m;

    if ((units != NULL && strcmp(units, "userSpaceOnUse") != 0) || jy_xml_attr(clip, "clip-path") != NULL) {
        svg_refuse(svg, "clipPath", units);
        return;
    }
    cairo_get_matrix(svg->d.cr, &before);
    if (svg_transform(jy_xml_attr(clip, "transform"), &m))
        cairo_transform(svg->d.cr, &m);
    cairo_new_path(svg->d.cr);
    cairo_set_fill_rule(svg->d.cr, CAIRO_FILL_RULE_WINDING);
    for (const struct jy_xml *node = clip->child; node != NULL && svg->rc == JY_OK; node = node->next)
        draw_element(svg, node, &style, true, 0);
    cairo_set_matrix(svg->d.cr, &before);
    cairo_clip(svg->d.cr);
}

static void
draw_children(struct svg *svg, const struct jy_xml *node, const struct svg_style *style, int depth)
{
    if (depth > JY_RENDER_DEPTH_MAX) {
        svg_refuse(svg, "nested too deep", node->name);
        return;
    }
    for (const struct jy_xml *child = node->child; child != NULL && svg->rc == JY_OK; child = child->next)
        draw_element(svg, child, style, false, depth + 1);
}

static void
draw_use(struct svg *svg, const struct jy_xml *node, const struct svg_style *style, bool clip_only, int depth)
{
    const char *href = jy_xml_attr(node, "href");
    const struct jy_xml *target = href == NULL ? NULL : svg_target(svg, href);

    if (target == NULL)
        return;
    if (++svg->uses > USES_MAX || depth > JY_RENDER_DEPTH_MAX) {
        svg_refuse(svg, "use", "too many, or within itself");
        return;
    }
    cairo_translate(svg->d.cr, svg_attr(svg, node, "x", svg->width, 0), svg_attr(svg, node, "y", svg->height, 0));
    if (strcmp(target->name, "symbol") == 0) {
        if (jy_xml_attr(target, "viewBox") != NULL)
            svg_refuse(svg, "symbol", "viewBox");
        draw_children(svg, target, style, depth + 1);
    } else {
        draw_element(svg, target, style, clip_only, depth + 1);
    }
}

static bool
is_one_of(const char *name, const char *const *names)
{
    while (*names != NULL && strcmp(*names, name) != 0)
        names++;
    return *names != NULL;
}

/* clip_only: the outline is added to the path, nothing is painted. */
static bool
draw_element(struct svg *svg, const struct jy_xml *node, const struct svg_style *outer, bool clip_only, int depth)
{
    static const char *const silent[] = { "defs", "title", "desc", "metadata", "symbol", "clipPath", "linearGradient", "radialGradient", "style",
                                          "namedview", NULL };
    static const char *const groups[] = { "g", "svg", "a", NULL };
    struct svg_style style = *outer;
    cairo_matrix_t before, m;
    bool group;

    if (is_one_of(node->name, silent))
        return true;
    if (!spend(svg->d.r, ELEMENT_PRICE))
        return svg_refuse(svg, "limit", "too much work");
    svg_style_of(svg, node, &style);
    if (style.none || svg->rc != JY_OK)
        return true;
    cairo_get_matrix(svg->d.cr, &before);
    if (jy_xml_attr(node, "transform") != NULL) {
        if (!svg_transform(jy_xml_attr(node, "transform"), &m))
            return svg_refuse(svg, "transform", jy_xml_attr(node, "transform"));
        cairo_transform(svg->d.cr, &m);
    }
    if (clip_only) {
        if (strcmp(node->name, "use") == 0)
            draw_use(svg, node, &style, true, depth);
        else if (!shape(svg, node))
            svg_refuse(svg, "clipPath", node->name);
        cairo_set_fill_rule(svg->d.cr, style.clip_rule);
        cairo_set_matrix(svg->d.cr, &before);
        return true;
    }
    cairo_save(svg->d.cr);
    if (style.clip != NULL)
        apply_clip(svg, style.clip);
    group = style.opacity < 1;
    if (group) {
        cairo_rectangle(svg->d.cr, -1e5, -1e5, 2e5, 2e5);
        (void)paint_price(&svg->d, 0);
        cairo_new_path(svg->d.cr);
        cairo_push_group(svg->d.cr);
    }
    cairo_new_path(svg->d.cr);
    if (is_one_of(node->name, groups)) {
        if (depth > 0 && strcmp(node->name, "svg") == 0)
            svg_refuse(svg, "element", "svg within svg");
        draw_children(svg, node, &style, depth);
    } else if (strcmp(node->name, "use") == 0) {
        draw_use(svg, node, &style, false, depth);
    } else if (strcmp(node->name, "text") == 0) {
        svg_text(svg, node, &style);
    } else if (shape(svg, node)) {
        svg_paint_path(svg, &style);
    } else {
        svg_refuse(svg, "element", node->name);
    }
    if (group) {
        cairo_pop_group_to_source(svg->d.cr);
        cairo_paint_with_alpha(svg->d.cr, style.opacity);
    }
    cairo_restore(svg->d.cr);
    cairo_set_matrix(svg->d.cr, &before);
    return true;
}

/* 7.8: the view box into the picture, as preserveAspectRatio says. */
static void
fit(struct svg *svg, double width, double height)
{
    const char *box = jy_xml_attr(svg->root, "viewBox"), *keep = jy_xml_attr(svg->root, "preserveAspectRatio");
    double v[4] = { 0 }, kx, ky;

    if (box == NULL || svg_numbers(&box, v, 4) != 4 || !(v[2] > 0 && v[3] > 0)) {
        v[0] = v[1] = 0;
        v[2] = svg_attr(svg, svg->root, "width", 0, 0);
        v[3] = svg_attr(svg, svg->root, "height", 0, 0);
    }
    if (!(v[2] > 0 && v[3] > 0)) {
        svg_refuse(svg, "size", "neither viewBox nor width and height");
        return;
    }
    svg->width = v[2];
    svg->height = v[3];
    kx = width / v[2], ky = height / v[3];
    if (keep == NULL || strncmp(keep, "xMidYMid", 8) == 0) {
        double k = keep != NULL && strstr(keep, "slice") != NULL ? fmax(kx, ky) : fmin(kx, ky);
        cairo_translate(svg->d.cr, (width - k * v[2]) / 2, (height - k * v[3]) / 2);
        kx = ky = k;
    } else if (strcmp(keep, "none") != 0) {
        svg_refuse(svg, "preserveAspectRatio", keep);
    }
    cairo_scale(svg->d.cr, kx, ky);
    cairo_translate(svg->d.cr, -v[0], -v[1]);
}

/* Drawing programs write a document type that names the DTD of W3C. Without a subset of its own it says nothing, and goes. */
static void
blank_doctype(struct jy_buf *bytes)
{
    size_t at = jy_slice_find(jy_buf_slice(bytes), jy_slice_text("<!DOCTYPE"));

    if (at == SIZE_MAX)
        return;
    for (size_t i = at; i < bytes->len && bytes->p[i] != '['; i++)
        if (bytes->p[i] == '>') {
            memset(bytes->p + at, ' ', i + 1 - at);
            return;
        }
}

static void
read_styles(struct svg *svg, const struct jy_xml *node, int depth)
{
    for (; node != NULL && svg->rc == JY_OK; node = node->next) {
        if (strcmp(node->name, "style") == 0)
            svg_read_rules(svg, node->text);
        else if (depth < 8)
            read_styles(svg, node->child, depth + 1);
    }
}

static jy_err
draw_root(struct svg *svg, double width, double height)
{
    static const struct svg_style initial = { .fill = { .kind = PAINT_COLOUR, .alpha = 1 }, .fill_opacity = 1, .stroke_opacity = 1, .opacity = 1, .width = 1,
                                              .miter = 4, .font_size = 16, .font = FONT_SONG };
    cairo_t *cr = svg->d.cr;

    if (strcmp(svg->root->name, "svg") != 0)
        return jy_fail(svg->fault, JY_E_FORMAT, "SVG", 0, "the root is %.32s", svg->root->name);
    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, width, height);
    cairo_clip(cr);
    fit(svg, width, height);
    read_styles(svg, svg->root->child, 0);
    if (svg->rc == JY_OK)
        draw_element(svg, svg->root, &initial, false, 0);
    cairo_restore(cr);
    if (svg->rc == JY_OK && *svg->d.r->work == 0)
        return jy_fail(svg->fault, JY_E_LIMIT, "SVG", 0, "too much work");
    if (svg->rc == JY_OK && cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        return jy_fail(svg->fault, JY_E_FORMAT, "SVG", 0, "%s", cairo_status_to_string(cairo_status(cr)));
    return svg->rc;
}

jy_err
svg_draw(struct jy_slice bytes, struct jy_fonts *fonts, cairo_t *cr, double width, double height, struct jy_fault *fault)
{
    struct svg *svg = calloc(1, sizeof(*svg));
    struct jy_render *r = calloc(1, sizeof(*r));
    struct jy_xml_reader *reader = NULL;
    struct jy_xml_doc *doc = NULL;
    struct jy_buf copy = { 0 };
    jy_err rc;

    if (svg == NULL || r == NULL || jy_xml_reader_new(&reader) != JY_OK) {
        rc = jy_fail(fault, JY_E_NOMEM, "SVG", 0, "no memory");
        goto out;
    }
    r->fonts = fonts;
    r->own_work = JY_RENDER_WORK_MAX;
    r->work = &r->own_work;
    svg->d = (struct draw){ .r = r, .cr = cr, .alpha = 1 };
    svg->fault = fault;
    if ((rc = jy_buf_add(&copy, bytes)) != JY_OK)
        goto out;
    blank_doctype(&copy);
    if ((rc = jy_xml_parse(reader, jy_buf_slice(&copy), "SVG", NULL, &doc, fault)) != JY_OK)
        goto out;
    svg->root = jy_xml_root(doc);
    rc = draw_root(svg, width, height);
out:
    jy_xml_free(doc);
    jy_xml_reader_free(reader);
    jy_buf_free(&copy);
    free(r);
    free(svg);
    return rc;
}

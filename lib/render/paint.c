/* SPDX-License-Identifier: Apache-2.0 */
/* Colours (GB/T 33190 8.3): values by colour space and palette, axial and radial shading, patterns. Meshes: mesh.c. */
#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STOPS_MAX 256

bool
colour_value(struct draw *d, const struct jy_xml *colour, double rgb[3])
{
    const char *space = jy_xml_attr(colour, "ColorSpace"), *type = NULL, *value = jy_xml_attr(colour, "Value");
    struct res *res = scope_find(d->scope, RES_COLOUR, space != NULL ? space : d->r->default_space);
    double v[4] = { 0 }, top = 255;
    int n;

    if (res != NULL) {
        double bits = number_of(res->node, "BitsPerComponent", 8);
        type = jy_xml_attr(res->node, "Type");
        if (bits >= 1 && bits <= 16)
            top = ldexp(1, (int)bits) - 1;
        if (value == NULL) {
            double index = number_of(colour, "Index", -1);
            const struct jy_xml *entry = jy_xml_child(jy_xml_child(res->node, "Palette"), "CV");
            for (; entry != NULL && index >= 1; index--)
                entry = jy_xml_next(entry);
            value = index >= 0 && entry != NULL ? entry->text : NULL;
        }
    }
    n = numbers_of(value, v, 4);
    for (int i = 0; i < 4; i++)
        v[i] = v[i] <= 0 ? 0 : v[i] >= top ? 1 : v[i] / top;
    /* The number of values wins over a space that does not fit: better a colour than none. */
    if (n == 4 || (n == 0 && type != NULL && strcasecmp(type, "CMYK") == 0))
        for (int i = 0; i < 3; i++)
            rgb[i] = (1 - v[i]) * (1 - v[3]);
    else if (n == 1)
        rgb[0] = rgb[1] = rgb[2] = v[0];
    else
        memcpy(rgb, v, 3 * sizeof(*rgb));
    return n > 0;
}

double
alpha_of(const struct jy_xml *node)
{
    double a = number_of(node, "Alpha", 255) / 255;

    return a < 0 ? 0 : a > 1 ? 1 : a;
}

static void
add_stops(struct draw *d, const struct jy_xml *shade, cairo_pattern_t *pattern, double alpha)
{
    int count = 0, i = 0;

    for (const struct jy_xml *s = jy_xml_child(shade, "Segment"); s != NULL && count < STOPS_MAX; s = jy_xml_next(s))
        count++;
    for (const struct jy_xml *s = jy_xml_child(shade, "Segment"); s != NULL && i < count; s = jy_xml_next(s), i++) {
        double rgb[3] = { 0 }, at = number_of(s, "Position", count > 1 ? (double)i / (count - 1) : 0);
        const struct jy_xml *colour = jy_xml_child(s, "Color");
        colour_value(d, colour, rgb);
        cairo_pattern_add_color_stop_rgba(pattern, at, rgb[0], rgb[1], rgb[2], alpha * alpha_of(colour));
    }
}

/* MapType with its MapUnit: the gradient is drawn out to that length and repeated, or ends as Extend says. */
static void
set_extend(const struct jy_xml *shade, cairo_pattern_t *pattern)
{
    const char *map = jy_xml_attr(shade, "MapType");

    if (map != NULL && strcmp(map, "Repeat") == 0)
        cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT);
    else if (map != NULL && strcmp(map, "Reflect") == 0)
        cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REFLECT);
    else
        cairo_pattern_set_extend(pattern, number_of(shade, "Extend", 0) != 0 ? CAIRO_EXTEND_PAD : CAIRO_EXTEND_NONE);
}

static cairo_pattern_t *
axial(struct draw *d, const struct jy_xml *shade, double alpha)
{
    double from[2] = { 0 }, to[2] = { 0 }, unit = number_of(shade, "MapUnit", 0), length;
    const char *map = jy_xml_attr(shade, "MapType");
    cairo_pattern_t *pattern;

    numbers_of(jy_xml_attr(shade, "StartPoint"), from, 2);
    numbers_of(jy_xml_attr(shade, "EndPoint"), to, 2);
    length = hypot(to[0] - from[0], to[1] - from[1]);
    if (map != NULL && strcmp(map, "Direct") != 0 && unit > 0 && length > 0) {
        to[0] = from[0] + (to[0] - from[0]) * unit / length;
        to[1] = from[1] + (to[1] - from[1]) * unit / length;
    }
    pattern = cairo_pattern_create_linear(from[0], from[1], to[0], to[1]);
    add_stops(d, shade, pattern, alpha);
    set_extend(shade, pattern);
    return pattern;
}

static cairo_pattern_t *
radial(struct draw *d, const struct jy_xml *shade, double alpha)
{
    double from[2] = { 0 }, to[2] = { 0 }, flat = number_of(shade, "Eccentricity", 0), angle = number_of(shade, "Angle", 0) * M_PI / 180;
    cairo_pattern_t *pattern;
    cairo_matrix_t m;

    numbers_of(jy_xml_attr(shade, "StartPoint"), from, 2);
    numbers_of(jy_xml_attr(shade, "EndPoint"), to, 2);
    pattern = cairo_pattern_create_radial(from[0], from[1], fabs(number_of(shade, "StartRadius", 0)), to[0], to[1],
                                          fabs(number_of(shade, "EndRadius", 0)));
    if (flat > 0 && flat < 1) {                              /* an ellipse: the long axis stays, the other is sqrt(1-e²) of it */
        cairo_matrix_init_translate(&m, to[0], to[1]);
        cairo_matrix_rotate(&m, angle);
        cairo_matrix_scale(&m, 1, 1 / sqrt(1 - flat * flat));
        cairo_matrix_rotate(&m, -angle);
        cairo_matrix_translate(&m, -to[0], -to[1]);
        cairo_pattern_set_matrix(pattern, &m);
    }
    add_stops(d, shade, pattern, alpha);
    set_extend(shade, pattern);
    return pattern;
}

/* From the space of the object to that of the pattern: its CTM, and where it begins. */
static cairo_matrix_t
to_tiles(struct draw *d, const struct jy_xml *node)
{
    const char *from = jy_xml_attr(node, "RelativeTo");
    cairo_matrix_t all, part;

    cairo_matrix_init_identity(&all);
    if (from != NULL && strcmp(from, "Page") == 0 && d->page != NULL) {
        part = *d->page;
        cairo_get_matrix(d->cr, &all);
        if (cairo_matrix_invert(&part) == CAIRO_STATUS_SUCCESS)
            cairo_matrix_multiply(&all, &all, &part);
    }
    if (matrix_of(node, "CTM", &part) && cairo_matrix_invert(&part) == CAIRO_STATUS_SUCCESS)
        cairo_matrix_multiply(&all, &all, &part);
    return all;
}

/* A cell drawn once and repeated (GB/T 33190 8.3.3); turned over in every second column, row or both, two or four times. */
static cairo_pattern_t *
tiles(struct draw *d, const struct jy_xml *node, double alpha)
{
    double width = number_of(node, "Width", 0), height = number_of(node, "Height", 0);
    double across = fmax(number_of(node, "XStep", width), width), down = fmax(number_of(node, "YStep", height), height);
    const char *reflect = jy_xml_attr(node, "ReflectMethod");
    bool both = reflect != NULL && strcmp(reflect, "RowAndColumn") == 0;
    int columns = both || (reflect != NULL && strcmp(reflect, "Row") == 0) ? 2 : 1;         /* Row: about an upright axis */
    int rows = both || (reflect != NULL && strcmp(reflect, "Column") == 0) ? 2 : 1;
    cairo_rectangle_t cell = { 0, 0, across * columns, down * rows };
    struct draw inner = *d;
    cairo_surface_t *surface;
    cairo_pattern_t *pattern;
    cairo_matrix_t m;

    if (!(width > 0.01 && height > 0.01) || d->depth >= JY_RENDER_DEPTH_MAX) {
        note(d->r, "Pattern", "图案数据有误 a pattern without a size, or nested too deep");
        return NULL;
    }
    surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &cell);
    inner.cr = cairo_create(surface);
    inner.depth++;
    inner.alpha = alpha;
    inner.page = NULL;
    for (int i = 0; i < columns * rows; i++) {
        int column = i % columns, row = i / columns;
        cairo_save(inner.cr);
        cairo_translate(inner.cr, column * (across + width), row * (down + height));
        cairo_scale(inner.cr, column == 0 ? 1 : -1, row == 0 ? 1 : -1);
        draw_objects(&inner, jy_xml_child(node, "CellContent"), NULL);
        cairo_restore(inner.cr);
    }
    cairo_destroy(inner.cr);
    pattern = cairo_pattern_create_for_surface(surface);
    cairo_surface_destroy(surface);
    cairo_pattern_set_extend(pattern, CAIRO_EXTEND_REPEAT);
    m = to_tiles(d, node);
    cairo_pattern_set_matrix(pattern, &m);
    return pattern;
}

bool
paint_set(struct draw *d, const struct jy_xml *colour, double alpha)
{
    const struct jy_xml *shade;
    double rgb[3] = { 0 };
    cairo_pattern_t *pattern = NULL;

    alpha *= d->alpha * alpha_of(colour);
    if (alpha <= 0)
        return false;
    if ((shade = jy_xml_child(colour, "AxialShd")) != NULL)
        pattern = axial(d, shade, alpha);
    else if ((shade = jy_xml_child(colour, "RadialShd")) != NULL)
        pattern = radial(d, shade, alpha);
    else if ((shade = jy_xml_child(colour, "Pattern")) != NULL)
        pattern = tiles(d, shade, alpha);
    else
        pattern = mesh(d, colour, alpha);
    if (pattern != NULL) {
        cairo_set_source(d->cr, pattern);
        cairo_pattern_destroy(pattern);
        return spend(d->r, d->area * GRADIENT_PRICE);
    }
    colour_value(d, colour, rgb);
    cairo_set_source_rgba(d->cr, rgb[0], rgb[1], rgb[2], alpha);
    return true;
}

bool
paint_price(struct draw *d, double grow)
{
    double x0, y0, x1, y1, cx0, cy0, cx1, cy1, w, h;

    cairo_path_extents(d->cr, &x0, &y0, &x1, &y1);
    cairo_clip_extents(d->cr, &cx0, &cy0, &cx1, &cy1);
    w = fmin(x1 + grow, cx1) - fmax(x0 - grow, cx0);
    h = fmin(y1 + grow, cy1) - fmax(y0 - grow, cy0);
    if (!(w >= 0 && h >= 0))
        w = h = 0;
    cairo_user_to_device_distance(d->cr, &w, &h);
    w = fabs(w) + 1;
    h = fabs(h) + 1;
    d->area = w * h > 1e9 ? 1000000000ull : (uint64_t)(w * h);
    return spend(d->r, d->area + 100);
}

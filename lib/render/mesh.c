/* SPDX-License-Identifier: Apache-2.0 */
/* Gouraud shading (GB/T 33190 8.3.4.4): triangles, free or in a lattice (8.3.4.5), whose corners have colours. */
#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS_MAX 20000                     /* of one shading */
#define TRIANGLE_PRICE 500
#define POLYGON_MAX 8                        /* a triangle cut at four sides has seven corners */

struct corner { double x, y, rgba[4]; };
struct mesh {
    struct draw *d;
    cairo_pattern_t *pattern;
    double clip[4];                          /* user space: only what lies within is handed to cairo, whose time grows with what does not */
    struct corner *corners;
    int count;
};

static void
read_corner(struct draw *d, const struct jy_xml *point, double alpha, struct corner *out)
{
    const struct jy_xml *colour = jy_xml_child(point, "Color");

    out->x = number_of(point, "X", 0);
    out->y = number_of(point, "Y", 0);
    (void)colour_value(d, colour, out->rgba);
    out->rgba[3] = alpha * alpha_of(colour);
}

static double
side_of(const struct mesh *m, int side, const struct corner *c)
{
    return side == 0 ? c->x - m->clip[0] : side == 1 ? m->clip[2] - c->x : side == 2 ? c->y - m->clip[1] : m->clip[3] - c->y;
}

/* Sutherland and Hodgman: what of a polygon lies within the clip, its colours still those of the triangle. Gives the number of corners. */
static int
cut(const struct mesh *m, struct corner *polygon, int count)
{
    struct corner out[POLYGON_MAX];

    for (int side = 0; side < 4; side++) {
        int n = 0;
        for (int i = 0; i < count; i++) {
            const struct corner *p = &polygon[i], *q = &polygon[(i + 1) % count];
            double a = side_of(m, side, p), b = side_of(m, side, q), t = a / (a - b);
            if (a >= 0)
                out[n++] = *p;
            if ((a >= 0) == (b >= 0))
                continue;
            out[n] = (struct corner){ p->x + (q->x - p->x) * t, p->y + (q->y - p->y) * t, { 0 } };
            for (int k = 0; k < 4; k++)
                out[n].rgba[k] = p->rgba[k] + (q->rgba[k] - p->rgba[k]) * t;
            n++;
        }
        memcpy(polygon, out, (size_t)n * sizeof(*out));
        count = n;
    }
    return count;
}

static void
put_corner(struct mesh *m, unsigned i, const struct corner *c)
{
    if (i == 0)
        cairo_mesh_pattern_move_to(m->pattern, c->x, c->y);
    else
        cairo_mesh_pattern_line_to(m->pattern, c->x, c->y);
    cairo_mesh_pattern_set_corner_color_rgba(m->pattern, i, c->rgba[0], c->rgba[1], c->rgba[2], c->rgba[3]);
}

/* False when the page's work is used up. What is not seen costs nothing, however far it reaches. */
static bool
add_triangle(struct mesh *m, int a, int b, int c)
{
    struct corner polygon[POLYGON_MAX] = { m->corners[a], m->corners[b], m->corners[c] };
    double box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY }, w, h;
    int count = cut(m, polygon, 3);

    for (int i = 0; i < count; i++) {
        box[0] = fmin(box[0], polygon[i].x), box[1] = fmin(box[1], polygon[i].y);
        box[2] = fmax(box[2], polygon[i].x), box[3] = fmax(box[3], polygon[i].y);
    }
    w = count < 3 ? 0 : box[2] - box[0];
    h = count < 3 ? 0 : box[3] - box[1];
    cairo_user_to_device_distance(m->d->cr, &w, &h);
    if (!spend(m->d->r, (uint64_t)fmin((fabs(w) + 1) * (fabs(h) + 1), 1e9) * GRADIENT_PRICE + TRIANGLE_PRICE))
        return false;
    for (int i = 1; i + 1 < count; i++) {
        cairo_mesh_pattern_begin_patch(m->pattern);
        put_corner(m, 0, &polygon[0]);
        put_corner(m, 1, &polygon[i]);
        put_corner(m, 2, &polygon[i + 1]);
        cairo_mesh_pattern_end_patch(m->pattern);
    }
    return true;
}

/* EdgeFlag: 0 begins a triangle with the two points that follow, 1 goes on from the last two corners, 2 from the first and the last. */
static void
add_free(struct mesh *m, const struct jy_xml *shade)
{
    const struct jy_xml *point = jy_xml_child(shade, "Point");
    int t[3] = { -1, -1, -1 };

    for (int i = 0; i < m->count; i++, point = jy_xml_next(point)) {
        int flag = (int)number_of(point, "EdgeFlag", 0);
        if (t[0] < 0 || (flag != 1 && flag != 2)) {
            if (m->count - i < 3)
                return;
            t[0] = i, t[1] = i + 1, t[2] = i + 2;
            point = jy_xml_next(jy_xml_next(point));
            i += 2;
        } else {
            t[0] = flag == 1 ? t[1] : t[0];
            t[1] = t[2];
            t[2] = i;
        }
        if (!add_triangle(m, t[0], t[1], t[2]))
            return;
    }
}

static void
add_lattice(struct mesh *m, int per_row)
{
    for (int i = 0; i + per_row + 1 < m->count; i++)
        if ((i + 1) % per_row != 0 && !(add_triangle(m, i, i + 1, i + per_row) && add_triangle(m, i + 1, i + per_row, i + per_row + 1)))
            return;
}

/* Extend: what the triangles leave is filled with BackColor. */
static cairo_pattern_t *
add_ground(struct draw *d, const struct jy_xml *shade, double alpha, cairo_pattern_t *pattern)
{
    const struct jy_xml *back = jy_xml_child(shade, "BackColor");
    double rgb[3] = { 0 };
    cairo_surface_t *surface;
    cairo_t *cr;

    if (back == NULL || number_of(shade, "Extend", 0) == 0)
        return pattern;
    surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
    cr = cairo_create(surface);
    (void)colour_value(d, back, rgb);
    cairo_set_source_rgba(cr, rgb[0], rgb[1], rgb[2], alpha * alpha_of(back));
    cairo_paint(cr);
    cairo_set_source(cr, pattern);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_pattern_destroy(pattern);
    pattern = cairo_pattern_create_for_surface(surface);
    cairo_surface_destroy(surface);
    return pattern;
}

cairo_pattern_t *
mesh(struct draw *d, const struct jy_xml *colour, double alpha)
{
    const struct jy_xml *shade = jy_xml_child(colour, "GouraudShd"), *lattice = jy_xml_child(colour, "LaGourandShd"), *point;
    struct mesh m = { .d = d };
    int per_row = 0;

    if (lattice == NULL)                                     /* the schema writes it with nd, its text with ud */
        lattice = jy_xml_child(colour, "LaGouraudShd");
    if (shade == NULL && lattice == NULL)
        return NULL;
    if (shade == NULL) {
        shade = lattice;
        per_row = (int)number_of(shade, "VerticesPerRow", 0);
    } else {
        lattice = NULL;
    }
    for (point = jy_xml_child(shade, "Point"); point != NULL && m.count <= POINTS_MAX; point = jy_xml_next(point))
        m.count++;
    if (m.count < 3 || m.count > POINTS_MAX || (lattice != NULL && (per_row < 2 || m.count < 2 * per_row))) {
        note(d->r, shade->name, "渐变数据有误，以底色代替 this shading makes no sense or is too large, a plain colour stands for it");
        return NULL;
    }
    if ((m.corners = calloc((size_t)m.count, sizeof(*m.corners))) == NULL)
        return NULL;
    point = jy_xml_child(shade, "Point");
    for (int i = 0; i < m.count; i++, point = jy_xml_next(point))
        read_corner(d, point, alpha, &m.corners[i]);
    m.pattern = cairo_pattern_create_mesh();
    cairo_clip_extents(d->cr, &m.clip[0], &m.clip[1], &m.clip[2], &m.clip[3]);
    if (lattice != NULL)
        add_lattice(&m, per_row);
    else
        add_free(&m, shade);
    free(m.corners);
    return add_ground(d, shade, alpha, m.pattern);
}

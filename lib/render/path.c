/* SPDX-License-Identifier: Apache-2.0 */
/* Path data (GB/T 33190 9.1 AbbreviatedData): S M L Q B A C. */
#include "render/render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINT_PRICE 30

/* An elliptic arc from the current point, by the end-point form that GB/T 33190 shares with SVG 1.1 (F.6). */
void
path_arc(cairo_t *cr, double rx, double ry, double angle, bool large, bool sweep, double x, double y)
{
    double x0, y0, c = cos(angle), s = sin(angle), dx, dy, px, py, scale, k, cx, cy, from, by;
    cairo_matrix_t before;

    cairo_get_current_point(cr, &x0, &y0);
    rx = fabs(rx);
    ry = fabs(ry);
    if (rx < 1e-9 || ry < 1e-9 || (fabs(x - x0) < 1e-12 && fabs(y - y0) < 1e-12)) {
        cairo_line_to(cr, x, y);
        return;
    }
    dx = (x0 - x) / 2, dy = (y0 - y) / 2;
    px = c * dx + s * dy, py = -s * dx + c * dy;
    scale = px * px / (rx * rx) + py * py / (ry * ry);
    if (scale > 1)
        rx *= sqrt(scale), ry *= sqrt(scale);
    k = rx * rx * ry * ry - rx * rx * py * py - ry * ry * px * px;
    k = k <= 0 ? 0 : sqrt(k / (rx * rx * py * py + ry * ry * px * px));
    if (large == sweep)
        k = -k;
    cx = k * rx * py / ry, cy = -k * ry * px / rx;
    from = atan2((py - cy) / ry, (px - cx) / rx);
    by = atan2((-py - cy) / ry, (-px - cx) / rx) - from;
    if (sweep && by < 0)
        by += 2 * M_PI;
    else if (!sweep && by > 0)
        by -= 2 * M_PI;
    cairo_get_matrix(cr, &before);
    cairo_translate(cr, c * cx - s * cy + (x0 + x) / 2, s * cx + c * cy + (y0 + y) / 2);
    cairo_rotate(cr, angle);
    cairo_scale(cr, rx, ry);
    if (sweep)
        cairo_arc(cr, 0, 0, 1, from, from + by);
    else
        cairo_arc_negative(cr, 0, 0, 1, from, from + by);
    cairo_set_matrix(cr, &before);
}

static void
quadratic(cairo_t *cr, const double v[4])
{
    double x, y;

    cairo_get_current_point(cr, &x, &y);
    cairo_curve_to(cr, x + (v[0] - x) * 2 / 3, y + (v[1] - y) * 2 / 3, v[2] + (v[0] - v[2]) * 2 / 3, v[3] + (v[1] - v[3]) * 2 / 3, v[2], v[3]);
}

bool
path_data(struct draw *d, const char *text)
{
    static const struct { char op; int numbers; } ops[] = { { 'S', 2 }, { 'M', 2 }, { 'L', 2 }, { 'Q', 4 }, { 'B', 6 }, { 'A', 7 }, { 'C', 0 } };
    char op = '\0';
    double v[7];
    int want = 0;

    while (text != NULL && *text != '\0') {
        int n;
        if (strchr(" \t\r\n,", *text) != NULL) {
            text++;
            continue;
        }
        if ((*text >= 'A' && *text <= 'Z') || (*text >= 'a' && *text <= 'z')) {
            op = (char)(*text & ~0x20);
            want = -1;
            for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
                if (ops[i].op == op)
                    want = ops[i].numbers;
            if (want < 0)
                return false;
            text++;
        } else if (want <= 0) {
            return false;                                    /* numbers without an operator */
        }
        if (!spend(d->r, POINT_PRICE))
            return false;
        for (n = 0; n < want; n++) {
            char *end;
            while (*text != '\0' && strchr(" \t\r\n,", *text) != NULL)
                text++;
            v[n] = strtod(text, &end);
            if (end == text || !isfinite(v[n]) || fabs(v[n]) > 1e6)
                return false;
            text = end;
        }
        if (op != 'S' && op != 'M' && op != 'C' && !cairo_has_current_point(d->cr))
            cairo_move_to(d->cr, 0, 0);
        switch (op) {
        case 'S':
        case 'M':
            cairo_move_to(d->cr, v[0], v[1]);
            break;
        case 'L':
            cairo_line_to(d->cr, v[0], v[1]);
            break;
        case 'Q':
            quadratic(d->cr, v);
            break;
        case 'B':
            cairo_curve_to(d->cr, v[0], v[1], v[2], v[3], v[4], v[5]);
            break;
        case 'A':
            path_arc(d->cr, v[0], v[1], v[2] * M_PI / 180, v[3] != 0, v[4] != 0, v[5], v[6]);
            break;
        default:
            cairo_close_path(d->cr);
            want = 0;
        }
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Borders of images (GB/T 33190 10.2): a line around the Boundary, with round corners and dashes that begin at the upper left and go clockwise. */
#include "render/render.h"

#include <math.h>
#include <string.h>

#define DASHES 16

/* A quarter of an ellipse around a corner, from the angle `from` on. */
static void
corner(cairo_t *cr, double x, double y, double rx, double ry, double from)
{
    if (!(rx > 0 && ry > 0)) {
        cairo_line_to(cr, x, y);
        return;
    }
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_scale(cr, rx, ry);
    cairo_arc(cr, 0, 0, 1, from, from + M_PI / 2);
    cairo_restore(cr);
}

void
draw_border(struct draw *d, const struct jy_xml *border, const double box[4], double alpha)
{
    const char *pattern = jy_xml_attr(border, "DashPattern");
    const char *across = jy_xml_attr(border, "HorizonalCornerRadius") != NULL ? "HorizonalCornerRadius" : "HorizontalCornerRadius";      /* sic */
    double width = fabs(number_of(border, "LineWidth", plain_style.line_width)), dash[DASHES], sum = 0;
    double rx = fmin(fmax(number_of(border, across, 0), 0), box[2] / 2), ry = fmin(fmax(number_of(border, "VerticalCornerRadius", 0), 0), box[3] / 2);
    double right = box[0] + box[2], bottom = box[1] + box[3];
    cairo_t *cr = d->cr;
    int dashes = numbers_of(pattern, dash, DASHES);

    if (!(rx > 0 && ry > 0))
        rx = ry = 0;
    for (int i = 0; i < dashes; i++)
        sum += dash[i] = fabs(dash[i]);
    if (width == 0)
        return;
    cairo_save(cr);
    cairo_new_path(cr);
    cairo_move_to(cr, box[0] + rx, box[1]);
    corner(cr, right - rx, box[1] + ry, rx, ry, -M_PI / 2);
    corner(cr, right - rx, bottom - ry, rx, ry, 0);
    corner(cr, box[0] + rx, bottom - ry, rx, ry, M_PI / 2);
    corner(cr, box[0] + rx, box[1] + ry, rx, ry, M_PI);
    cairo_close_path(cr);
    if (paint_price(d, width) && paint_set(d, jy_xml_child(border, "BorderColor"), alpha)) {
        cairo_set_line_width(cr, width);
        set_dashes(d, dash, sum > 0.01 ? dashes : 0, number_of(border, "DashOffset", 0));
        cairo_stroke(cr);
    }
    cairo_new_path(cr);
    cairo_restore(cr);
}

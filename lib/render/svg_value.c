/* SPDX-License-Identifier: Apache-2.0 */
/* SVG 1.1: lengths, transforms (7.6), path data (8.3). */
#include "render/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define POINT_PRICE 30

static const char *
skip_blanks(const char *p)
{
    while (*p != '\0' && strchr(" \t\r\n,", *p) != NULL)
        p++;
    return p;
}

int
svg_numbers(const char **text, double *out, int max)
{
    int n = 0;

    while (n < max) {
        const char *p = skip_blanks(*text);
        char *end;
        double v;
        if (strchr("+-.0123456789", *p) == NULL || *p == '\0')     /* strtod would also take "inf" and "nan" */
            break;
        v = strtod(p, &end);
        if (end == p)
            break;
        out[n++] = !isfinite(v) || fabs(v) > 1e7 ? 0 : v;
        *text = end;
    }
    return n;
}

double
svg_length(const char *text, double font_size, double whole, double otherwise)
{
    static const struct { const char *unit; double px; } units[] = {
        { "px", 1 }, { "pt", 96.0 / 72 }, { "pc", 16 }, { "mm", 96 / 25.4 }, { "cm", 96 / 2.54 }, { "in", 96 },
    };
    double v;

    if (text == NULL || svg_numbers(&text, &v, 1) != 1)
        return otherwise;
    text = skip_blanks(text);
    if (*text == '%')
        return v * whole / 100;
    if (strncmp(text, "em", 2) == 0)
        return v * font_size;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (strncmp(text, units[i].unit, 2) == 0)
            return v * units[i].px;
    return v;
}

double
svg_attr(const struct svg *svg, const struct jy_xml *node, const char *name, double whole, double otherwise)
{
    (void)svg;
    return svg_length(jy_xml_attr(node, name), 16, whole, otherwise);
}

bool
svg_transform(const char *text, cairo_matrix_t *out)
{
    cairo_matrix_init_identity(out);
    while (text != NULL && *(text = skip_blanks(text)) != '\0') {
        static const struct { const char *name; int least, most; } kinds[] = {
            { "matrix", 6, 6 }, { "translate", 1, 2 }, { "scale", 1, 2 }, { "rotate", 1, 3 }, { "skewX", 1, 1 }, { "skewY", 1, 1 },
        };
        size_t len = strcspn(text, " (\t\r\n"), kind = 0;
        double v[6];
        int n;
        cairo_matrix_t m;

        while (kind < 6 && !(strlen(kinds[kind].name) == len && memcmp(kinds[kind].name, text, len) == 0))
            kind++;
        text = skip_blanks(text + len);
        if (kind == 6 || *text++ != '(')
            return false;
        n = svg_numbers(&text, v, kinds[kind].most);
        text = skip_blanks(text);
        if (n < kinds[kind].least || *text++ != ')' || (kind == 3 && n == 2))
            return false;
        switch (kind) {
        case 0:
            cairo_matrix_init(&m, v[0], v[1], v[2], v[3], v[4], v[5]);
            break;
        case 1:
            cairo_matrix_init_translate(&m, v[0], n > 1 ? v[1] : 0);
            break;
        case 2:
            cairo_matrix_init_scale(&m, v[0], n > 1 ? v[1] : v[0]);
            break;
        case 3:
            cairo_matrix_init_identity(&m);
            if (n == 3)
                cairo_matrix_translate(&m, v[1], v[2]);
            cairo_matrix_rotate(&m, v[0] * M_PI / 180);
            if (n == 3)
                cairo_matrix_translate(&m, -v[1], -v[2]);
            break;
        case 4:
            cairo_matrix_init(&m, 1, 0, tan(v[0] * M_PI / 180), 1, 0, 0);
            break;
        default:
            cairo_matrix_init(&m, 1, tan(v[0] * M_PI / 180), 0, 1, 0, 0);
        }
        cairo_matrix_multiply(out, &m, out);
    }
    return fabs(out->xx * out->yy - out->xy * out->yx) > 1e-12;
}

/* Flags of an arc may stand without a blank between them ("a1 1 0 01.5.5"). */
static bool
arc_numbers(const char **text, double v[7])
{
    if (svg_numbers(text, v, 3) != 3)
        return false;
    for (int i = 3; i < 5; i++) {
        *text = skip_blanks(*text);
        if (**text != '0' && **text != '1')
            return false;
        v[i] = *(*text)++ - '0';
    }
    return svg_numbers(text, v + 5, 2) == 2;
}

bool
svg_path(struct svg *svg, const char *data)
{
    cairo_t *cr = svg->d.cr;
    double x = 0, y = 0, start_x = 0, start_y = 0, cx = 0, cy = 0, v[7];   /* cx, cy: last control point */
    char op = '\0', before = '\0';

    while (*(data = skip_blanks(data)) != '\0') {
        static const char ops[] = "MLHVCSQTAZ";
        static const int counts[] = { 2, 2, 1, 1, 6, 4, 4, 2, 7, 0 };
        const char *at;
        bool relative;
        double ox, oy;
        int want;
        char kind;

        if ((*data >= 'A' && *data <= 'Z') || (*data >= 'a' && *data <= 'z'))
            op = *data++;
        else if (op == '\0' || op == 'Z' || op == 'z')
            return false;
        kind = (char)(op & ~0x20);
        if ((at = strchr(ops, kind)) == NULL || kind == '\0' || (before == '\0' && kind != 'M'))
            return false;
        want = counts[at - ops];
        relative = op != kind;
        if (!spend(svg->d.r, POINT_PRICE) || (kind == 'A' ? !arc_numbers(&data, v) : svg_numbers(&data, v, want) != want))
            return false;
        ox = relative ? x : 0, oy = relative ? y : 0;
        if (strchr("CQ", before) == NULL && !(kind == 'T' && before == 'T') && !(kind == 'S' && before == 'S'))
            cx = x, cy = y;
        switch (kind) {
        case 'M':
            x = start_x = ox + v[0], y = start_y = oy + v[1];
            cairo_move_to(cr, x, y);
            op = relative ? 'l' : 'L';                       /* further pairs are lines */
            break;
        case 'L':
            x = ox + v[0], y = oy + v[1];
            cairo_line_to(cr, x, y);
            break;
        case 'H':
            x = ox + v[0];
            cairo_line_to(cr, x, y);
            break;
        case 'V':
            y = oy + v[0];
            cairo_line_to(cr, x, y);
            break;
        case 'C':
        case 'S': {
            double ax = 2 * x - cx, ay = 2 * y - cy;
            const double *w = v;
            if (kind == 'C')
                ax = ox + v[0], ay = oy + v[1], w = v + 2;
            else if (before != 'C' && before != 'S')
                ax = x, ay = y;
            cx = ox + w[0], cy = oy + w[1];
            x = ox + w[2], y = oy + w[3];
            cairo_curve_to(cr, ax, ay, cx, cy, x, y);
            break;
        }
        case 'Q':
        case 'T': {
            double qx = 2 * x - cx, qy = 2 * y - cy, nx, ny;
            const double *w = v;
            if (kind == 'Q')
                qx = ox + v[0], qy = oy + v[1], w = v + 2;
            else if (before != 'Q' && before != 'T')
                qx = x, qy = y;
            nx = ox + w[0], ny = oy + w[1];
            cairo_curve_to(cr, x + (qx - x) * 2 / 3, y + (qy - y) * 2 / 3, nx + (qx - nx) * 2 / 3, ny + (qy - ny) * 2 / 3, nx, ny);
            cx = qx, cy = qy, x = nx, y = ny;
            break;
        }
        case 'A':
            path_arc(cr, v[0], v[1], v[2] * M_PI / 180, v[3] != 0, v[4] != 0, ox + v[5], oy + v[6]);
            x = ox + v[5], y = oy + v[6];
            break;
        default:
            cairo_close_path(cr);
            x = start_x, y = start_y;
        }
        before = kind;
    }
    return true;
}

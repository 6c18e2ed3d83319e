/* SPDX-License-Identifier: Apache-2.0 */
/* draw_seal OUT.png NAME CODE: a round seal of 40 mm at 12 px/mm, red on transparent: star, ring text, code (国发〔1999〕25号 practice).
 * Made the fixture tests/data/seal.png. Build: cc tools/draw_seal.c $(pkg-config --cflags --libs cairo) -lm */
#include <cairo.h>
#include <math.h>
#include <string.h>

#define SIZE 480.0
#define CENTRE (SIZE / 2)

/* Characters of UTF-8 text along an arc, each upright to the centre. */
static void
ring(cairo_t *cr, const char *text, double radius, double from, double to)
{
    size_t count = 0, i = 0;

    for (const char *p = text; *p != '\0'; p++)
        count += ((unsigned char)*p & 0xC0) != 0x80;
    for (const char *p = text; *p != '\0'; i++) {
        char one[5] = "";
        size_t n = 1;
        cairo_text_extents_t e;
        double angle = count < 2 ? (from + to) / 2 : from + (to - from) * (double)i / (double)(count - 1);
        while (((unsigned char)p[n] & 0xC0) == 0x80)
            n++;
        memcpy(one, p, n);
        p += n;
        cairo_save(cr);
        cairo_translate(cr, CENTRE, CENTRE);
        cairo_rotate(cr, angle);
        cairo_text_extents(cr, one, &e);
        cairo_move_to(cr, -e.width / 2 - e.x_bearing, -radius);
        cairo_show_text(cr, one);
        cairo_restore(cr);
    }
}

int
main(int argc, char **argv)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)SIZE, (int)SIZE);
    cairo_t *cr = cairo_create(surface);

    if (argc != 4)
        return 64;
    cairo_set_source_rgb(cr, 0.85, 0.07, 0.07);
    cairo_set_line_width(cr, 14);
    cairo_arc(cr, CENTRE, CENTRE, CENTRE - 10, 0, 2 * M_PI);
    cairo_stroke(cr);
    for (int i = 0; i < 10; i++) {
        double angle = -M_PI / 2 + i * M_PI / 5, r = i % 2 == 0 ? 84 : 84 * 0.381966;
        cairo_line_to(cr, CENTRE + r * cos(angle), CENTRE + r * sin(angle));
    }
    cairo_close_path(cr);
    cairo_fill(cr);
    cairo_select_font_face(cr, "Noto Serif CJK SC", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(cr, 52);
    ring(cr, argv[2], 166, -2.05, 2.05);
    cairo_select_font_face(cr, "Noto Sans CJK SC", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, 24);
    {
        cairo_text_extents_t e;
        cairo_text_extents(cr, argv[3], &e);
        cairo_move_to(cr, CENTRE - e.width / 2, CENTRE + 176);
        cairo_show_text(cr, argv[3]);
    }
    return cairo_surface_write_to_png(surface, argv[1]) == CAIRO_STATUS_SUCCESS ? 0 : 1;
}

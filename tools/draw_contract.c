/* SPDX-License-Identifier: Apache-2.0 */
/* draw_contract OUT.pdf LINE…: one A4 page of text, the first line as a title; for tools/make_fixtures.py. */
#include <cairo-pdf.h>

#define MM (72.0 / 25.4)

int
main(int argc, char **argv)
{
    cairo_surface_t *surface;
    cairo_t *cr;

    if (argc < 3)
        return 64;
    surface = cairo_pdf_surface_create(argv[1], 210 * MM, 297 * MM);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2026-01-01T00:00:00Z");
    cr = cairo_create(surface);
    cairo_select_font_face(cr, "Noto Serif CJK SC", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    for (int i = 2; i < argc; i++) {
        cairo_set_font_size(cr, (i == 2 ? 8 : 4.5) * MM);
        cairo_move_to(cr, 25 * MM, (33 + 11 * (i - 2)) * MM);
        cairo_show_text(cr, argv[i]);
    }
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return 0;
}

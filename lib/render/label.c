/* SPDX-License-Identifier: Apache-2.0 */
/* What is written upon a page by us, not by its document: frames and numbers of signatures. */
#include "render/label.h"

#include <codec/text.h>

#include <math.h>
#include <stdio.h>

#include FT_ADVANCES_H

#define WORK 10000000ull                     /* of a line of ours; far above what one takes */
#define FRAME_MM 0.4
#define NUMBER_MM 4.0

const char *
jy_render_version(void)
{
    static char text[128];

    if (text[0] == '\0') {
        FT_Library library;
        FT_Int major = 0, minor = 0, patch = 0;
        if (FT_Init_FreeType(&library) == 0) {
            FT_Library_Version(library, &major, &minor, &patch);
            FT_Done_FreeType(library);
        }
        snprintf(text, sizeof(text), "jinyin-render %s, cairo %s, FreeType %d.%d.%d", JY_VERSION, cairo_version_string(), major, minor, patch);
    }
    return text;
}

/* The face that has this character, and its advance for a size of 1. */
static FT_Face
face_for(struct jy_fonts *fonts, enum font_class class, uint32_t code, unsigned *glyph, double *advance)
{
    FT_Face face = fonts->faces[class][1] != NULL ? fonts->faces[class][1] : fonts->faces[class][0];
    FT_Fixed units = 0;

    if ((*glyph = FT_Get_Char_Index(face, code)) == 0) {
        face = fonts->faces[FONT_SONG][0];
        *glyph = FT_Get_Char_Index(face, code);
    }
    *advance = FT_Get_Advance(face, *glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING, &units) == 0 && face->units_per_EM != 0 ?
               (double)units / face->units_per_EM : 1;
    return face;
}

double
label_draw(cairo_t *cr, struct jy_fonts *fonts, enum font_class class, const char *text, double x, double y, double size, bool drawn)
{
    struct jy_render own = { .own_work = WORK };
    struct draw d = { .r = &own, .cr = cr };
    struct jy_slice rest = jy_slice_text(text);
    double width = 0;

    own.work = &own.own_work;
    cairo_new_path(cr);
    while (rest.len > 0) {
        uint32_t code;
        unsigned glyph;
        double advance;
        size_t len = jy_utf8_next(rest, &code);
        FT_Face face;
        if (len == 0)
            break;
        face = face_for(fonts, class, code, &glyph, &advance);
        if (drawn) {
            cairo_save(cr);
            cairo_translate(cr, x + width, y);
            cairo_scale(cr, size, size);
            (void)glyph_path(&d, face, glyph);
            cairo_restore(cr);
        }
        width += size * advance;
        rest = JY_SLICE(rest.p + len, rest.len - len);
    }
    if (drawn)
        cairo_fill(cr);
    return width;
}

cairo_t *
canvas_begin(const struct jy_picture *picture)
{
    cairo_surface_t *surface = surface_of(picture);
    cairo_t *cr = surface == NULL ? NULL : cairo_create(surface);

    cairo_surface_destroy(surface);                          /* cr holds it */
    return cr;
}

jy_err
canvas_end(cairo_t *cr, struct jy_picture *picture, struct jy_fault *fault)
{
    bool good = cairo_status(cr) == CAIRO_STATUS_SUCCESS;

    if (good)
        surface_to_picture(cairo_get_target(cr), picture);
    cairo_destroy(cr);
    return good ? JY_OK : jy_fail(fault, JY_E_NOMEM, "picture", 0, "no memory");
}

/* The number on a red ground at the frame's top left corner, outside where there is room for it. */
static void
draw_box(cairo_t *cr, struct jy_fonts *fonts, const struct jy_render_box *box)
{
    char number[16];
    double width, y = box->y_mm - NUMBER_MM < 0 ? box->y_mm : box->y_mm - NUMBER_MM;

    snprintf(number, sizeof(number), "%d", box->number);
    width = label_draw(cr, fonts, FONT_HEI, number, 0, 0, NUMBER_MM * 0.8, false) + NUMBER_MM * 0.5;
    cairo_set_source_rgb(cr, 0.8, 0, 0);
    cairo_set_line_width(cr, FRAME_MM);
    cairo_rectangle(cr, box->x_mm, box->y_mm, box->width_mm, box->height_mm);
    cairo_stroke(cr);
    cairo_rectangle(cr, box->x_mm - FRAME_MM / 2, y, width, NUMBER_MM);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    (void)label_draw(cr, fonts, FONT_HEI, number, box->x_mm + NUMBER_MM * 0.25 - FRAME_MM / 2, y + NUMBER_MM * 0.8, NUMBER_MM * 0.8, true);
}

jy_err
jy_render_boxes(struct jy_picture *page, double px_per_mm, struct jy_fonts *fonts, const struct jy_render_box *boxes, size_t count, struct jy_fault *fault)
{
    cairo_t *cr;

    if (count == 0)
        return JY_OK;
    if ((cr = canvas_begin(page)) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "picture", 0, "no memory");
    cairo_scale(cr, px_per_mm, px_per_mm);
    for (size_t i = 0; i < count; i++)
        draw_box(cr, fonts, &boxes[i]);
    return canvas_end(cr, page, fault);
}

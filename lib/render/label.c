/* SPDX-License-Identifier: Apache-2.0 */
/* What is written upon a page by us, not by its document: frames and numbers of signatures. */
#include "render/label.h"

#include <codec/text.h>

#include <jansson.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

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

struct label_glyph
label_glyph(struct jy_fonts *fonts, enum font_class class, bool bold, uint32_t code)
{
    FT_Face face = bold && fonts->faces[class][1] != NULL ? fonts->faces[class][1] : fonts->faces[class][0];
    struct label_glyph g = { face, FT_Get_Char_Index(face, code), 1 };
    FT_Fixed units = 0;

    if (g.glyph == 0) {
        g.face = fonts->faces[FONT_SONG][0];
        g.glyph = FT_Get_Char_Index(g.face, code);
    }
    if (FT_Get_Advance(g.face, g.glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING, &units) == 0 && g.face->units_per_EM != 0)
        g.advance = (double)units / g.face->units_per_EM;
    return g;
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
        size_t len = jy_utf8_next(rest, &code);
        struct label_glyph g;
        if (len == 0)
            break;
        g = label_glyph(fonts, class, true, code);
        if (drawn) {
            cairo_save(cr);
            cairo_translate(cr, x + width, y);
            cairo_scale(cr, size, size);
            (void)glyph_path(&d, g.face, g.glyph);
            cairo_restore(cr);
        }
        width += size * g.advance;
        rest = JY_SLICE(rest.p + len, rest.len - len);
    }
    if (drawn)
        cairo_fill(cr);
    return width;
}

cairo_t *
canvas_begin(struct jy_picture *picture)
{
    cairo_surface_t *surface = surface_over(picture);
    cairo_t *cr = cairo_create(surface);

    cairo_surface_destroy(surface);                          /* cr holds it */
    return cr;
}

jy_err
canvas_end(cairo_t *cr, struct jy_picture *picture, struct jy_fault *fault)
{
    bool good = cairo_status(cr) == CAIRO_STATUS_SUCCESS;

    if (good)
        surface_leave(cairo_get_target(cr), picture);
    cairo_destroy(cr);
    return good ? JY_OK : jy_fail(fault, JY_E_NOMEM, "picture", 0, "no memory");
}

/* What is seen of a stamp: a seam's piece is its clip. */
struct box { int number; double x, y, width, height; };

static double
mm_of(const json_t *object, const char *name)
{
    double v = json_number_value(json_object_get(object, name));

    return !isfinite(v) ? 0 : fmin(fmax(v, -1e5), 1e5);
}

static jy_err
read_places(const json_t *signature, int number, int page, struct box *boxes, size_t *count, struct jy_fault *fault)
{
    const json_t *place, *clip;
    size_t i;

    json_array_foreach(json_object_get(signature, "places"), i, place) {
        struct box b = { number, mm_of(place, "x_mm"), mm_of(place, "y_mm"), mm_of(place, "width_mm"), mm_of(place, "height_mm") };
        if (json_integer_value(json_object_get(place, "page")) != page)
            continue;
        if (*count == JY_RENDER_BOXES_MAX)
            return jy_fail(fault, JY_E_LIMIT, "places", *count, "more than %d on page %d", JY_RENDER_BOXES_MAX, page);
        if ((clip = json_object_get(place, "clip")) != NULL)
            b = (struct box){ number, b.x + mm_of(clip, "x_mm"), b.y + mm_of(clip, "y_mm"), mm_of(clip, "width_mm"), mm_of(clip, "height_mm") };
        boxes[(*count)++] = b;
    }
    return JY_OK;
}

/* The number on a red ground at the frame's top left corner, outside where there is room for it. */
static void
draw_box(cairo_t *cr, struct jy_fonts *fonts, const struct box *box)
{
    char number[16];
    double width, y = box->y - NUMBER_MM < 0 ? box->y : box->y - NUMBER_MM;

    snprintf(number, sizeof(number), "%d", box->number);
    width = label_draw(cr, fonts, FONT_HEI, number, 0, 0, NUMBER_MM * 0.8, false) + NUMBER_MM * 0.5;
    cairo_set_source_rgb(cr, 0.8, 0, 0);
    cairo_set_line_width(cr, FRAME_MM);
    cairo_rectangle(cr, box->x, box->y, box->width, box->height);
    cairo_stroke(cr);
    cairo_rectangle(cr, box->x - FRAME_MM / 2, y, width, NUMBER_MM);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    (void)label_draw(cr, fonts, FONT_HEI, number, box->x + NUMBER_MM * 0.25 - FRAME_MM / 2, y + NUMBER_MM * 0.8, NUMBER_MM * 0.8, true);
}

jy_err
jy_render_boxes(struct jy_picture *picture, double px_per_mm, struct jy_fonts *fonts, struct jy_slice report, int page, struct jy_fault *fault)
{
    struct box *boxes = calloc(JY_RENDER_BOXES_MAX, sizeof(*boxes));
    json_t *root = json_loadb((const char *)report.p, report.len, JSON_REJECT_DUPLICATES, NULL), *signature;
    size_t count = 0, i;
    cairo_t *cr;
    jy_err rc = boxes == NULL ? JY_E_NOMEM : root == NULL ? jy_fail(fault, JY_E_FORMAT, "report", 0, "no JSON") : JY_OK;

    json_array_foreach(json_object_get(root, "signatures"), i, signature) {
        if (rc == JY_OK)
            rc = read_places(signature, (int)i + 1, page, boxes, &count, fault);
    }
    if (rc == JY_OK && count > 0) {
        cr = canvas_begin(picture);
        cairo_scale(cr, px_per_mm, px_per_mm);
        for (i = 0; i < count; i++)
            draw_box(cr, fonts, &boxes[i]);
        rc = canvas_end(cr, picture, fault);
    }
    json_decref(root);
    free(boxes);
    return rc;
}

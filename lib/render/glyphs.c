/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that stays text in a PDF: each face is a font of glyphs that we draw ourselves (Type 3), named by the characters that they stand for. No
 * library but FreeType looks at a font that a document brings, and that one only through font.c, as for pictures.
 */
#include "render/render.h"

#include <stdlib.h>

#include FT_ADVANCES_H

#define WORK 10000000ull                     /* of one glyph; far above what one takes */

/* One face as a font of the PDF. cairo may keep the font longer than we keep the face: then it has no glyphs any more. */
struct text_font {
    struct text_font *next;
    FT_Face face;                            /* NULL once the copy is done */
    struct jy_buf bytes;                     /* of a face that a document brought */
    bool owned;
    cairo_font_face_t *cairo;
};

static const cairo_user_data_key_t key;

static void
forget(void *font)
{
    free(font);
}

static cairo_status_t
render_glyph(cairo_scaled_font_t *scaled, unsigned long glyph, cairo_t *cr, cairo_text_extents_t *extents)
{
    struct text_font *font = cairo_font_face_get_user_data(cairo_scaled_font_get_font_face(scaled), &key);
    struct jy_render own = { .own_work = WORK };
    struct draw d = { .r = &own, .cr = cr };
    FT_Fixed advance = 0;

    if (font == NULL || font->face == NULL)
        return CAIRO_STATUS_SUCCESS;
    own.work = &own.own_work;
    if (FT_Get_Advance(font->face, (FT_UInt)glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING, &advance) == 0)
        extents->x_advance = (double)advance / (font->face->units_per_EM == 0 ? 1000 : font->face->units_per_EM);
    if (glyph_path(&d, font->face, (unsigned)glyph))
        cairo_fill(cr);
    return CAIRO_STATUS_SUCCESS;
}

/* The face's font, made at its first use; NULL when the fonts of the copy are beyond the limit: its text is drawn as lines then. */
static struct text_font *
font_for(struct text_fonts *fonts, FT_Face face, struct font *brought)
{
    struct text_font *font;

    for (font = fonts->list; font != NULL; font = font->next)
        if (font->face == face)
            return font;
    if ((brought != NULL && fonts->bytes + brought->bytes.len > JY_RENDER_MEMORY_MAX / 2) || (font = calloc(1, sizeof(*font))) == NULL)
        return NULL;
    font->face = face;
    font->cairo = cairo_user_font_face_create();
    cairo_user_font_face_set_render_glyph_func(font->cairo, render_glyph);
    if (cairo_font_face_set_user_data(font->cairo, &key, font, forget) != CAIRO_STATUS_SUCCESS) {
        cairo_font_face_destroy(font->cairo);
        free(font);
        return NULL;
    }
    if (brought != NULL) {                                   /* it must be there when the PDF is finished */
        fonts->bytes += brought->bytes.len;
        font->bytes = brought->bytes;
        font->owned = brought->lent = true;
    }
    font->next = fonts->list;
    return fonts->list = font;
}

bool
glyphs_show(struct text_fonts *fonts, cairo_t *cr, FT_Face face, struct font *brought, const cairo_matrix_t *matrix, const struct glyph_run *run)
{
    struct text_font *font = font_for(fonts, face, brought);

    if (font == NULL)
        return false;
    cairo_set_font_face(cr, font->cairo);
    cairo_set_font_matrix(cr, matrix);
    cairo_show_text_glyphs(cr, (const char *)run->text.p, (int)run->text.len, run->glyphs, run->count, run->clusters, run->count, 0);
    return true;
}

bool
glyph_show(struct draw *d, FT_Face face, struct font *brought, unsigned glyph, const cairo_matrix_t *matrix, double x, double y, struct jy_slice text)
{
    const cairo_glyph_t at = { glyph, x, y };
    const cairo_text_cluster_t cluster = { (int)text.len, 1 };
    const struct glyph_run run = { &at, &cluster, 1, text };

    return glyphs_show(d->r->text_fonts, d->cr, face, brought, matrix, &run);
}

void
text_fonts_free(struct text_fonts *fonts)
{
    while (fonts->list != NULL) {
        struct text_font *font = fonts->list;
        fonts->list = font->next;
        if (font->owned)
            FT_Done_Face(font->face);
        jy_buf_free(&font->bytes);
        font->face = NULL;
        cairo_font_face_destroy(font->cairo);                /* frees it, now or when cairo's own cache lets it go */
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* label.h: text and pictures of our own upon a page. Private to lib/render. */
#ifndef JY_RENDER_LABEL_H
#define JY_RENDER_LABEL_H

#include "render/render.h"

/** What shows a character, and how wide it is at a size of 1. glyph 0: no font of ours has it. */
struct label_glyph { FT_Face face; unsigned glyph; double advance; };
struct label_glyph label_glyph(struct jy_fonts *fonts, enum font_class class, bool bold, uint32_t code);
/** A line of text with its base line at x, y (user units), filled with the present source. Returns its width; `drawn` false measures only. */
double label_draw(cairo_t *cr, struct jy_fonts *fonts, enum font_class class, const char *text, double x, double y, double size, bool drawn);
/** cr over a picture, whose pixels are ours until `canvas_end`. */
cairo_t *canvas_begin(struct jy_picture *picture);
JY_CHECK jy_err canvas_end(cairo_t *cr, struct jy_picture *picture, struct jy_fault *fault);

/** What stands beneath the pictures of a copy. Zero-initialise; freed after the PDF is finished. */
struct layer { cairo_font_face_t *font; uint64_t characters; };
/** The characters of a page that can be seen in its picture; nothing of them will be once it covers them (user unit: millimetre). Errors: JY_E_NOMEM. */
JY_CHECK jy_err layer_draw(struct layer *layer, cairo_t *cr, const struct jy_text *text, const struct jy_picture *picture, double width_mm,
                           double height_mm);
void layer_free(struct layer *layer);

#endif

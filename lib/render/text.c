/* SPDX-License-Identifier: Apache-2.0 */
/* Text objects (GB/T 33190 clause 11): each character at its place, glyphs named by CGTransform, turned by CharDirection. */
#include "render/render.h"

#include <codec/text.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include FT_ADVANCES_H

#define CHARACTERS_MAX 200000                /* of one text object */
#define BOLD_STROKE 0.03                     /* of the size, where no bold font stands in */
#define ITALIC_SHEAR 0.25
#define SQUEEZE_MIN 0.5
#define TEXT_PRICE 1000                      /* a glyph that stays text */

/* ST_Array of distances: "g 3 2.5" says 2.5 three times; the last one goes on for ever, as readers have it. */
struct deltas {
    const char *at;
    long repeat;
    double value;
    bool any;
};

static bool
next_delta(struct deltas *l, double *out)
{
    char *end;

    if (l->repeat > 0) {
        l->repeat--;
    } else if (l->at != NULL) {
        while (*l->at != '\0' && strchr(" \t\r\n,", *l->at) != NULL)
            l->at++;
        if (*l->at == 'g') {
            l->repeat = strtol(l->at + 1, &end, 10) - 1;
            if (end == l->at + 1 || l->repeat < 0 || l->repeat > CHARACTERS_MAX)
                l->repeat = 0;
            l->at = end;
        }
        double v = strtod(l->at, &end);
        if (end == l->at || !isfinite(v)) {
            l->at = NULL;
            l->repeat = 0;
        } else {
            l->value = fabs(v) > 1e5 ? 0 : v;
            l->at = end;
            l->any = true;
        }
    }
    *out = l->value;
    return l->any;
}

struct text {
    struct draw *d;
    const struct jy_xml *node, *transform;   /* transform: the next CGTransform that has not begun */
    struct style style;
    struct font *font;
    double size, stretch, direction, reading, alpha;
    double squeeze;                          /* of the glyph at hand */
    bool fill, stroke, bold, italic, outline_only;
    long index;                              /* of the character within the object */
    FT_Face face;                            /* of the last glyph */
};

static FT_Face
face_of(struct text *t, uint32_t code, unsigned *glyph)
{
    FT_Face face = t->font->face;

    *glyph = FT_Get_Char_Index(face, code);
    if (*glyph == 0 && t->font->symbol && code < 0x100)
        *glyph = FT_Get_Char_Index(face, 0xf000 + code);
    if (*glyph == 0 && face != t->font->stand_in) {
        face = t->font->stand_in;
        *glyph = FT_Get_Char_Index(face, code);
    }
    if (*glyph == 0) {                                       /* Latin stand-ins lack Chinese */
        face = t->d->r->fonts->faces[FONT_SONG][0];
        *glyph = FT_Get_Char_Index(face, code);
    }
    return face;
}

static double
advance_of(struct text *t, FT_Face face, unsigned glyph)
{
    FT_Fixed advance = 0;

    if (FT_Get_Advance(face, glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING, &advance) != 0)
        return t->size;
    return (double)advance / (face->units_per_EM == 0 ? 1000 : face->units_per_EM) * t->size * t->stretch;
}

/* From the glyph's em square to the object. */
static cairo_matrix_t
glyph_matrix(const struct text *t)
{
    cairo_matrix_t m, shear;

    cairo_matrix_init_rotate(&m, t->direction * M_PI / 180);
    cairo_matrix_scale(&m, t->size * t->stretch * t->squeeze, t->size);
    if (t->italic) {
        cairo_matrix_init(&shear, 1, 0, -ITALIC_SHEAR, 1, 0, 0);
        cairo_matrix_multiply(&m, &shear, &m);
    }
    return m;
}

/* A glyph of a PDF that is written: filled as text. False when it has to be drawn otherwise. */
static bool
show_glyph(struct text *t, FT_Face face, unsigned glyph, double x, double y, struct jy_slice text)
{
    const cairo_matrix_t m = glyph_matrix(t);

    if (t->d->r->text_fonts == NULL || t->outline_only || !t->fill)
        return false;
    t->d->area = 0;
    if (!paint_set(t->d, t->style.fill, t->alpha) || !spend(t->d->r, TEXT_PRICE))
        return true;
    return glyph_show(t->d, face, face == t->font->face && t->font->embedded ? t->font : NULL, glyph, &m, x, y, text);
}

static void
paint_glyph(struct text *t, FT_Face face, unsigned glyph, double x, double y, struct jy_slice text)
{
    cairo_t *cr = t->d->cr;
    cairo_matrix_t before, m = glyph_matrix(t);
    bool drawn, shown;

    if (glyph == 0 && face != t->font->face)
        return;
    shown = show_glyph(t, face, glyph, x, y, text);
    if (shown && !t->stroke && !t->bold)
        return;
    cairo_get_matrix(cr, &before);
    cairo_translate(cr, x, y);
    cairo_transform(cr, &m);
    drawn = glyph_path(t->d, face, glyph);
    cairo_set_matrix(cr, &before);
    if (!drawn || t->outline_only)
        return;
    if (!paint_price(t->d, t->stroke ? t->style.line_width * fmax(t->style.miter, 1) : 0)) {
        cairo_new_path(cr);
        return;
    }
    if (t->fill && paint_set(t->d, t->style.fill, t->alpha)) {
        if (!shown)
            cairo_fill_preserve(cr);
        if (t->bold) {
            cairo_set_line_width(cr, t->size * BOLD_STROKE);
            cairo_stroke_preserve(cr);
        }
    }
    if (t->stroke && paint_set(t->d, t->style.stroke, t->alpha)) {
        cairo_set_line_width(cr, t->style.line_width);
        cairo_stroke_preserve(cr);
    }
    cairo_new_path(cr);
}

/* The glyph list of a transform that begins at this character, or NULL. It counts only for a font that the document brings. */
static const struct jy_xml *
transform_here(struct text *t)
{
    const struct jy_xml *here = t->transform;

    while (here != NULL && number_of(here, "CodePosition", 0) < (double)t->index)
        here = jy_xml_next(here);
    t->transform = here;
    return here != NULL && t->font->embedded && number_of(here, "CodePosition", 0) == (double)t->index ? here : NULL;
}

static void
step(struct text *t, struct deltas *dx, struct deltas *dy, bool explicit_x, bool explicit_y, double advance, double *x, double *y)
{
    double by;

    if (explicit_x && next_delta(dx, &by))
        *x += by;
    if (explicit_y && next_delta(dy, &by))
        *y += by;
    if (explicit_x || explicit_y)
        return;
    *x += cos(t->reading * M_PI / 180) * advance;
    *y += sin(t->reading * M_PI / 180) * advance;
}

/*
 * Letters of a font that the document did not bring are often set for half a character's width, and wider in the one that stands in: made narrower, so
 * that they do not run into each other. Never those of an embedded font, and never Chinese characters, whose sides are empty.
 */
static double
squeeze_of(const struct text *t, FT_Face face, uint32_t code, double across, double down, double advance)
{
    if ((t->font->embedded && face == t->font->face) || code >= 0x1100 || t->direction != 0 || down != 0 || !(across > 0) || advance <= across * 1.02)
        return 1;
    return fmax(across / advance, SQUEEZE_MIN);
}

static void
draw_code(struct text *t, const struct jy_xml *code, double *x, double *y)
{
    struct deltas dx = { .at = jy_xml_attr(code, "DeltaX") }, dy = { .at = jy_xml_attr(code, "DeltaY") };
    bool explicit_x = dx.at != NULL && dx.at[0] != '\0', explicit_y = dy.at != NULL && dy.at[0] != '\0';
    struct jy_slice text = jy_slice_text(code->text);
    size_t blanks = code->text[0] != '\0' ? code->lead : 0;

    *x = number_of(code, "X", *x);
    *y = number_of(code, "Y", *y);
    while ((blanks > 0 || text.len > 0) && t->index < CHARACTERS_MAX && *t->d->r->work > 0) {
        const struct jy_xml *transform = transform_here(t);
        const char *glyphs = jy_xml_child_text(transform, "Glyphs");
        long codes = glyphs == NULL ? 1 : (long)number_of(transform, "CodeCount", 1);
        long count = glyphs == NULL ? 1 : (long)number_of(transform, "GlyphCount", 1);

        if (codes < 1 || codes > CHARACTERS_MAX)
            codes = 1;
        if (count < 1 || count > CHARACTERS_MAX)             /* each round takes a character at least */
            count = 1;
        for (long i = 0; i < count && (blanks > 0 || text.len > 0 || i >= codes); i++) {
            /* The last glyph of a transform stands for all its characters that are left. */
            long left = i >= codes ? 0 : i == count - 1 ? codes - i : 1;
            struct jy_slice stands_for = blanks > 0 ? JY_SLICE((const uint8_t *)" ", 1) : JY_SLICE(text.p, 0);
            uint32_t c = ' ';
            unsigned glyph = 0;
            FT_Face face = t->font->face;

            for (; left > 0 && (blanks > 0 || text.len > 0); left--) {
                size_t len = 0;
                if (blanks > 0)
                    blanks--;
                else if ((len = jy_utf8_next(text, &c)) == 0)
                    len = 1;
                if (stands_for.p == text.p || stands_for.p + stands_for.len == text.p)
                    stands_for.len += len;
                text = JY_SLICE(text.p + len, text.len - len);
                t->index++;
            }
            if (glyphs != NULL) {
                char *end;
                while (*glyphs == ' ' || *glyphs == ',')
                    glyphs++;
                glyph = (unsigned)strtoul(glyphs, &end, 10);
                if (end == glyphs)
                    break;
                glyphs = end;
            } else {
                face = face_of(t, c, &glyph);
            }
            double from_x = *x, from_y = *y, advance = advance_of(t, face, glyph);
            step(t, &dx, &dy, explicit_x, explicit_y, advance, x, y);
            t->squeeze = squeeze_of(t, face, c, *x - from_x, *y - from_y, advance);
            paint_glyph(t, face, glyph, from_x, from_y, stands_for);
        }
    }
}

static bool
begin(struct draw *d, const struct jy_xml *node, struct text *t)
{
    *t = (struct text){ .d = d, .node = node, .style = plain_style, .alpha = 1, .squeeze = 1 };
    t->font = font_of(d, jy_xml_attr(node, "Font"));
    t->size = number_of(node, "Size", 0);
    t->stretch = number_of(node, "HScale", 1);
    t->direction = number_of(node, "CharDirection", 0);
    t->reading = number_of(node, "ReadDirection", 0);
    t->fill = true_of(node, "Fill", true);
    t->stroke = true_of(node, "Stroke", false);
    t->transform = jy_xml_child(node, "CGTransform");
    if (t->font == NULL) {
        note(d->r, jy_xml_attr(node, "Font") == NULL ? "TextObject" : jy_xml_attr(node, "Font"), "字体资源缺失 font resource is missing");
        t->font = &d->r->no_font;
    }
    t->italic = true_of(node, "Italic", false) && (t->font->face->style_flags & FT_STYLE_FLAG_ITALIC) == 0;
    t->bold = (number_of(node, "Weight", 400) >= 600 || t->font->bold) && (t->font->face->style_flags & FT_STYLE_FLAG_BOLD) == 0 &&
              !t->font->embedded;
    if (t->size > 0 && t->size < 10000 && t->stretch > 0 && t->stretch < 1000)
        return true;
    note(d->r, "TextObject", "字号或缩放有误 its size or stretch makes no sense");
    return false;
}

static void
draw_all(struct text *t)
{
    double x = 0, y = 0;

    for (const struct jy_xml *code = jy_xml_child(t->node, "TextCode"); code != NULL; code = jy_xml_next(code))
        draw_code(t, code, &x, &y);
}

bool
draw_text(struct draw *d, const struct jy_xml *node, const struct style *style, double alpha)
{
    struct text t;

    if (!begin(d, node, &t))
        return false;
    t.style = *style;
    t.alpha = alpha;
    draw_all(&t);
    return true;
}

void
text_path(struct draw *d, const struct jy_xml *node)
{
    struct text t;

    if (!begin(d, node, &t))
        return;
    t.outline_only = true;
    draw_all(&t);
}

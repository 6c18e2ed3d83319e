/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of a page that is a picture, beneath it: they can be selected and found, and nothing of them is seen. What the picture hides, under a
 * black bar or white on white, is no part of a copy (R25.1): a character stays when there is something to be seen where it stands. Each is a white
 * box, named by what it stands for; no font is opened for it. All boxes are half as wide as their font (Type 3) is high, which is what readers
 * guess of a font that says nothing of itself; the font's matrix makes them as wide and high as they are. Both are rounded, as each pair of them
 * is a font of its own in the PDF.
 */
#include "render/label.h"

#include <codec/text.h>

#include <ctype.h>
#include <math.h>

#define RUN_MAX 256                          /* characters shown at once; those of a longer word touch each other all the same */
#define CHARACTERS_MAX 1000000u              /* of a copy; what is beyond is picture alone */
#define WIDTH 0.5                            /* of a box, in its font's height */
#define ASCENT 0.95
#define DESCENT 0.35
#define TOUCH_MM 0.001
#define STEP 1.5                             /* from one height to the next */
#define WIDTHS 8                             /* in a height: a reader takes a tenth of it for a blank, and rounding makes a sixteenth */
#define WIDTH_MAX 64
#define HEIGHT_MIN_MM 0.1                    /* of what anybody reads */
#define HEIGHT_MAX_MM 1000.0
#define MIDDLE_FROM 0.4                      /* of a line, from its top: where small letters are */
#define MIDDLE 0.3
#define EDGE 0.05
#define CONTRAST_MIN 24                      /* of 255: what is less nobody reads */

/* The page as it will be seen. */
struct sheet { const struct jy_picture *picture; double across, down; /* pixels a millimetre */ };

static cairo_status_t
render_box(cairo_scaled_font_t *scaled, unsigned long glyph, cairo_t *cr, cairo_text_extents_t *extents)
{
    (void)scaled;
    (void)glyph;
    extents->x_advance = WIDTH;
    cairo_rectangle(cr, 0, -ASCENT, WIDTH, ASCENT + DESCENT);
    cairo_fill(cr);
    return CAIRO_STATUS_SUCCESS;
}

static uint32_t
pixel_at(double mm, double scale, uint32_t end)
{
    return (uint32_t)fmin(fmax(0, mm * scale), end);
}

/* One colour, all over? */
static bool
is_plain(const struct sheet *sheet, const struct jy_box *part)
{
    const struct jy_picture *p = sheet->picture;
    uint32_t left = pixel_at(part->x_mm, sheet->across, p->width), right = pixel_at(ceil((part->x_mm + part->width_mm) * sheet->across), 1, p->width);
    uint32_t top = pixel_at(part->y_mm, sheet->down, p->height), bottom = pixel_at(ceil((part->y_mm + part->height_mm) * sheet->down), 1, p->height);
    uint8_t low[3] = { 255, 255, 255 }, high[3] = { 0, 0, 0 };

    for (uint32_t y = top; y < bottom; y++)
        for (uint32_t x = left; x < right; x++)
            for (size_t c = 0; c < 3; c++) {
                uint8_t value = p->rgba[((size_t)y * p->width + x) * 4 + c];
                low[c] = value < low[c] ? value : low[c];
                high[c] = value > high[c] ? value : high[c];
            }
    return high[0] - low[0] < CONTRAST_MIN && high[1] - low[1] < CONTRAST_MIN && high[2] - low[2] < CONTRAST_MIN;
}

/* Looked at is the middle of the box, where every letter has something and the edge of a bar has nothing; signs such as . and _ are low in their line. */
static bool
is_hidden(const struct sheet *sheet, const struct jy_glyph *glyph, bool down)
{
    struct jy_box part = glyph->box;
    bool is_sign = glyph->code < 0x80 && ispunct((int)glyph->code);

    if (down) {
        part.y_mm += part.height_mm * EDGE;
        part.height_mm *= 1 - 2 * EDGE;
        part.x_mm += is_sign ? 0 : part.width_mm * MIDDLE_FROM;
        part.width_mm *= is_sign ? 1 : MIDDLE;
    } else {
        part.x_mm += part.width_mm * EDGE;
        part.width_mm *= 1 - 2 * EDGE;
        part.y_mm += is_sign ? 0 : part.height_mm * MIDDLE_FROM;
        part.height_mm *= is_sign ? 1 : MIDDLE;
    }
    return is_plain(sheet, &part);
}

/* How a character is shown: beside the one before it in its word, or below. size: of its font, mm; 0: not at all. */
struct shape { bool down; double size; int width; };

static struct shape
shape_of(const struct sheet *sheet, const struct jy_glyph *glyph, bool down)
{
    double height = down ? glyph->box.width_mm : glyph->box.height_mm, along = down ? glyph->box.height_mm : glyph->box.width_mm;
    struct shape s = { .down = down };

    if (glyph->code < ' ' || !(height > HEIGHT_MIN_MM && height < HEIGHT_MAX_MM) || is_hidden(sheet, glyph, down))
        return s;
    s.size = pow(STEP, round(log(height / (ASCENT + DESCENT)) / log(STEP)));
    s.width = (int)fmin(fmax(1, round(along / s.size * WIDTHS)), WIDTH_MAX);
    return s;
}

/* Is b the character after a in its word: beside it, or (down) below it? */
static bool
touches(const struct jy_box *a, const struct jy_box *b, bool down)
{
    return down ? fabs(a->y_mm + a->height_mm - b->y_mm) < TOUCH_MM && fabs(a->x_mm - b->x_mm) < TOUCH_MM && fabs(a->width_mm - b->width_mm) < TOUCH_MM :
                  fabs(a->x_mm + a->width_mm - b->x_mm) < TOUCH_MM && fabs(a->y_mm - b->y_mm) < TOUCH_MM && fabs(a->height_mm - b->height_mm) < TOUCH_MM;
}

/* How many characters from here on are of one word and one shape. */
static size_t
run_length(const struct sheet *sheet, const struct jy_glyph *list, size_t count, const struct shape *shape)
{
    size_t n = 1;

    while (n < count && n < RUN_MAX && touches(&list[n - 1].box, &list[n].box, shape->down)) {
        struct shape s = shape_of(sheet, &list[n], shape->down);
        if (s.size != shape->size || s.width != shape->width)
            break;
        n++;
    }
    return n;
}

static jy_err
show_run(cairo_t *cr, const struct jy_glyph *list, size_t count, const struct shape *s)
{
    double wide = s->width * s->size / WIDTHS / WIDTH, height = s->down ? list[0].box.width_mm : list[0].box.height_mm;
    double base = (height - (ASCENT + DESCENT) * s->size) / 2 + ASCENT * s->size;          /* the box and ours have the same middle */
    cairo_text_cluster_t clusters[RUN_MAX];
    cairo_glyph_t glyphs[RUN_MAX];
    struct jy_buf text = { 0 };
    cairo_matrix_t matrix;
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < count; i++) {
        const struct jy_box *box = &list[i].box;
        size_t before = text.len;
        rc = jy_utf8_add(&text, list[i].code);
        glyphs[i] = (cairo_glyph_t){ list[i].code, box->x_mm + (s->down ? base : 0), box->y_mm + (s->down ? 0 : base) };
        clusters[i] = (cairo_text_cluster_t){ (int)(text.len - before), 1 };
    }
    if (s->down)                                             /* turned by a quarter, and mirrored: poppler has it upside down for a Type 3 font */
        cairo_matrix_init(&matrix, 0, wide, s->size, 0, 0, 0);
    else
        cairo_matrix_init(&matrix, wide, 0, 0, s->size, 0, 0);
    cairo_set_font_matrix(cr, &matrix);
    if (rc == JY_OK)
        cairo_show_text_glyphs(cr, (const char *)text.p, (int)text.len, glyphs, (int)count, clusters, (int)count, 0);
    jy_buf_free(&text);
    return rc;
}

jy_err
layer_draw(struct layer *layer, cairo_t *cr, const struct jy_text *text, const struct jy_picture *picture, double width_mm, double height_mm)
{
    const struct sheet sheet = { picture, picture->width / width_mm, picture->height / height_mm };
    bool down = false;                                       /* as the word has begun */
    jy_err rc = JY_OK;

    if (layer->font == NULL) {
        layer->font = cairo_user_font_face_create();
        cairo_user_font_face_set_render_glyph_func(layer->font, render_box);
    }
    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, width_mm, height_mm);
    cairo_clip(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_set_font_face(cr, layer->font);
    for (size_t i = 0, n; rc == JY_OK && i < text->count && layer->characters < CHARACTERS_MAX; i += n) {
        const struct jy_glyph *at = text->list + i;
        struct shape shape;
        if (i == 0 || !touches(&at[-1].box, &at->box, down))
            down = i + 1 < text->count && touches(&at->box, &at[1].box, true);
        shape = shape_of(&sheet, at, down);
        n = run_length(&sheet, at, text->count - i, &shape);
        if (shape.size > 0)
            rc = show_run(cr, at, n, &shape);
        layer->characters += n;
    }
    cairo_restore(cr);
    return rc;
}

void
layer_free(struct layer *layer)
{
    if (layer->font != NULL)
        cairo_font_face_destroy(layer->font);
}

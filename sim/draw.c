/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths are millimetres; cairo scales them to dots. Sizes: 国发〔1999〕25号, 国家税务总局公告2011年第7号, trade practice. */
#include "core/rules.h"
#include "sim/draw.h"

#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <math.h>
#include <png.h>
#include <string.h>

#define MARK "演示 非生产"
#define EM_CENTRE 0.38                /* centre of a CJK character above its baseline, in ems; near enough the centre of a digit */
#define ARC_STEPS 720

static const struct face { const char *family; cairo_font_weight_t weight; }
    song = { "Noto Serif CJK SC", CAIRO_FONT_WEIGHT_BOLD }, fang = { "Noto Serif CJK SC", CAIRO_FONT_WEIGHT_NORMAL },
    digits = { "Noto Sans CJK SC", CAIRO_FONT_WEIGHT_NORMAL };

/* A text along an ellipse round the origin. sweep: of the centre angle, radians; outer: feet to the centre and from left to right above,
 * else heads to the centre and from left to right below. */
struct ring {
    double a, b, sweep;
    bool outer;
};

static void
set_face(cairo_t *cr, const struct face *face, double size)
{
    cairo_select_font_face(cr, face->family, CAIRO_FONT_SLANT_NORMAL, face->weight);
    cairo_set_font_size(cr, size);
}

/* Bytes of the character at text; the register's texts are well-formed. */
static size_t
character_bytes(const char *text)
{
    size_t n = 1;

    while (((unsigned char)text[n] & 0xC0) == 0x80)
        n++;
    return n;
}

static size_t
character_count(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text += character_bytes(text))
        count++;
    return count;
}

/* A missing glyph would be drawn as a box: refuse instead. */
static bool
has_glyphs(cairo_t *cr, const char *text)
{
    cairo_glyph_t *glyphs = NULL;
    int count = 0;
    bool all = cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cr), 0, 0, text, -1, &glyphs, &count, NULL, NULL, NULL) ==
        CAIRO_STATUS_SUCCESS && count > 0;

    for (int i = 0; all && i < count; i++)
        all = glyphs[i].index != 0;
    cairo_glyph_free(glyphs);
    return all;
}

/* Text in one line, centred at (0, y); width 0 = as the font has it, else narrowed or widened to it. */
static bool
straight(cairo_t *cr, const char *text, double y, double size, double width)
{
    cairo_text_extents_t e;

    cairo_text_extents(cr, text, &e);
    if (!has_glyphs(cr, text) || e.x_advance <= 0)
        return false;
    cairo_save(cr);
    cairo_translate(cr, 0, y);
    if (width > 0)
        cairo_scale(cr, width / e.x_advance, 1);
    cairo_move_to(cr, -e.x_advance / 2, EM_CENTRE * size);
    cairo_show_text(cr, text);
    cairo_restore(cr);
    return true;
}

/* Point of the ellipse at angle t from its top (outer) or bottom, growing to the right. */
static void
ring_point(const struct ring *ring, double t, double *x, double *y)
{
    *x = ring->a * sin(t);
    *y = (ring->outer ? -ring->b : ring->b) * cos(t);
}

static double
ring_length(const struct ring *ring)
{
    double length = 0, x0, y0, x1, y1;

    ring_point(ring, -ring->sweep / 2, &x0, &y0);
    for (int i = 1; i <= ARC_STEPS; i++, x0 = x1, y0 = y1) {
        ring_point(ring, ring->sweep * ((double)i / ARC_STEPS - 0.5), &x1, &y1);
        length += hypot(x1 - x0, y1 - y0);
    }
    return length;
}

/* Angle at which `along` of the ring's length is behind. */
static double
ring_angle(const struct ring *ring, double along)
{
    double length = 0, x0, y0, x1, y1;

    ring_point(ring, -ring->sweep / 2, &x0, &y0);
    for (int i = 1; i <= ARC_STEPS; i++, x0 = x1, y0 = y1) {
        double t = ring->sweep * ((double)i / ARC_STEPS - 0.5);
        ring_point(ring, t, &x1, &y1);
        length += hypot(x1 - x0, y1 - y0);
        if (length >= along)
            return t;
    }
    return ring->sweep / 2;
}

/* The characters at equal distances on the ring, each upright on it; narrowed when the distance is less than the character's width. */
static bool
around(cairo_t *cr, const char *text, const struct ring *ring, double size)
{
    double pitch = ring_length(ring) / (double)character_count(text), along = pitch / 2;

    for (; *text != '\0'; text += character_bytes(text), along += pitch) {
        char one[8] = "";
        cairo_text_extents_t e;
        double t = ring_angle(ring, along), x, y;
        memcpy(one, text, character_bytes(text));
        ring_point(ring, t, &x, &y);
        cairo_text_extents(cr, one, &e);
        if (!has_glyphs(cr, one))
            return false;
        cairo_save(cr);
        cairo_translate(cr, x, y);
        /* The normal of the ellipse, so that a character stands on the border and not on the centre's ray. */
        cairo_rotate(cr, ring->outer ? atan2(x / (ring->a * ring->a), -y / (ring->b * ring->b))
                                     : -atan2(x / (ring->a * ring->a), y / (ring->b * ring->b)));
        cairo_scale(cr, fmin(1, 0.97 * pitch / e.x_advance), 1);
        cairo_move_to(cr, -e.x_advance / 2, EM_CENTRE * size);
        cairo_show_text(cr, one);
        cairo_restore(cr);
    }
    return true;
}

/* Five points, one up; radius to the points. */
static void
star(cairo_t *cr, double radius)
{
    for (int i = 0; i < 10; i++) {
        double angle = -M_PI / 2 + i * M_PI / 5, r = i % 2 == 0 ? radius : radius * 0.381966;
        cairo_line_to(cr, r * cos(angle), r * sin(angle));
    }
    cairo_close_path(cr);
    cairo_fill(cr);
}

static void
border(cairo_t *cr, double width_mm, double height_mm, double line)
{
    cairo_save(cr);
    cairo_scale(cr, (width_mm - line) / 2, (height_mm - line) / 2);
    cairo_arc(cr, 0, 0, 1, 0, 2 * M_PI);
    cairo_restore(cr);
    cairo_set_line_width(cr, line);
    cairo_stroke(cr);
}

static bool
draw_round(cairo_t *cr, const struct sim_seal *seal)
{
    const char *name = sim_seal_organization(seal)->name;
    double radius = seal->width_mm / 2.0, line = seal->width_mm > 40 ? 1.2 : 1.0, size = 5.4;
    double middle = radius - line - 0.7 - size / 2;
    bool has_line = seal->line[0] != '\0';
    struct ring above = { middle, middle, 0, true }, below = { radius - line - 1.5, radius - line - 1.5, 0, false };

    /* As wide as the characters need, but the code, or the line below the star, keeps its room. */
    above.sweep = fmin((has_line ? 232 : 290) * M_PI / 180, 1.25 * size * (double)character_count(name) / middle);
    below.sweep = 1.45 * (double)strlen(seal->seal_code) / below.a;
    border(cr, seal->width_mm, seal->height_mm, line);
    star(cr, has_line ? 5.5 : 7);
    set_face(cr, &song, size);
    if (!around(cr, name, &above, size))
        return false;
    set_face(cr, &digits, 2.1);
    if (!around(cr, seal->seal_code, &below, 2.1))
        return false;
    if (has_line) {
        set_face(cr, &song, 4);
        if (!straight(cr, seal->line, 8.8, 4, 0))
            return false;
    }
    set_face(cr, &digits, 1.9);
    return straight(cr, MARK, has_line ? 12.6 : 10.5, 1.9, 0);
}

/* 国家税务总局公告2011年第7号: border 1 mm; name 4.2 mm high; tax number 3.7 × 26 mm; 发票专用章 4.6 × 3 mm with its top 4.2 mm below the centre line. */
static bool
draw_oval(cairo_t *cr, const struct sim_seal *seal)
{
    const struct sim_organization *owner = sim_seal_organization(seal);
    double a = seal->width_mm / 2.0, b = seal->height_mm / 2.0, inset = 1 + 0.5 + 4.2 / 2;
    struct ring above = { a - inset, b - inset, 240 * M_PI / 180, true };

    border(cr, seal->width_mm, seal->height_mm, 1);
    set_face(cr, &fang, 4.2);
    if (!around(cr, owner->name, &above, 4.2))
        return false;
    set_face(cr, &digits, 3.7 / 0.733);                   /* capitals of this font are 0.733 em high */
    if (!straight(cr, owner->uscc, 0, 3.7 / 0.733, 26))
        return false;
    set_face(cr, &song, 4.6);
    if (!straight(cr, seal->line, 4.2 + 4.6 / 2, 4.6, 5 * 3))
        return false;
    set_face(cr, &digits, 1.7);
    return straight(cr, seal->seal_code, 10, 1.7, 0) && straight(cr, MARK, -3.6, 1.7, 0);
}

/* A personal-name seal: office and name in two rows. */
static bool
draw_square(cairo_t *cr, const struct sim_seal *seal)
{
    double side = seal->width_mm, line = 1, size = 3.4;
    size_t first = 0;
    char upper[64] = "";

    cairo_rectangle(cr, (line - side) / 2, (line - side) / 2, side - line, side - line);
    cairo_set_line_width(cr, line);
    cairo_stroke(cr);
    for (size_t n = (character_count(seal->line) + 1) / 2; n > 0; n--)
        first += character_bytes(seal->line + first);
    memcpy(upper, seal->line, first);
    set_face(cr, &song, size);
    if (!straight(cr, upper, -4, size, 0) || !straight(cr, seal->line + first, 1.2, size, 0))
        return false;
    set_face(cr, &digits, 1.6);
    return straight(cr, seal->seal_code, 5, 1.6, 0) && straight(cr, MARK, 7.6, 1.6, 0);
}

/* One colour in 256 strengths: a palette keeps the picture small. */
static jy_err
encode_png(cairo_surface_t *surface, struct jy_buf *png)
{
    static const uint8_t red = 212, green = 13, blue = 15;
    png_image image = { .version = PNG_IMAGE_VERSION,
                        .width = (png_uint_32)cairo_image_surface_get_width(surface),
                        .height = (png_uint_32)cairo_image_surface_get_height(surface),
                        .format = PNG_FORMAT_RGBA_COLORMAP,
                        .colormap_entries = 256 };
    png_alloc_size_t size = SIM_PICTURE_MAX;
    uint8_t palette[256 * 4];
    jy_err rc;

    for (size_t i = 0; i < 256; i++) {
        uint8_t entry[4] = { red, green, blue, (uint8_t)i };
        memcpy(palette + 4 * i, entry, 4);
    }
    if ((rc = jy_buf_reserve(png, size)) != JY_OK)
        return rc;
    if (!png_image_write_to_memory(&image, png->p + png->len, &size, 0, cairo_image_surface_get_data(surface),
                                   cairo_image_surface_get_stride(surface), palette)) {
        png_image_free(&image);
        return JY_E_LIMIT;
    }
    png->len += size;
    return JY_OK;
}

jy_err
sim_draw(const struct sim_seal *seal, struct jy_buf *png, struct jy_fault *fault)
{
    const struct seal_kind *kind = seal_kind_by_code(seal->kind);
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_A8, seal->width_mm * SIM_DOTS_PER_MM, seal->height_mm * SIM_DOTS_PER_MM);
    cairo_t *cr = cairo_create(surface);
    cairo_font_options_t *options = cairo_font_options_create();
    bool drawn;
    jy_err rc = JY_OK;

    /* No hinting: it would move characters by their place on the dots. */
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_set_font_options(cr, options);
    cairo_translate(cr, seal->width_mm * SIM_DOTS_PER_MM / 2.0, seal->height_mm * SIM_DOTS_PER_MM / 2.0);
    cairo_scale(cr, SIM_DOTS_PER_MM, SIM_DOTS_PER_MM);
    drawn = strcmp(kind->shape, "oval") == 0 ? draw_oval(cr, seal) : strcmp(kind->shape, "square") == 0 ? draw_square(cr, seal) : draw_round(cr, seal);
    cairo_surface_flush(surface);
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        rc = jy_fail(fault, JY_E_NOMEM, "impression", 0, "%s", cairo_status_to_string(cairo_status(cr)));
    else if (!drawn)
        rc = jy_fail(fault, JY_E_UNAVAILABLE, "impression", 0, "a character has no glyph; is the package fonts-noto-cjk installed?");
    else if ((rc = encode_png(surface, png)) != JY_OK)
        jy_fail(fault, rc, "impression", 0, "cannot be written as a PNG of at most %d bytes", SIM_PICTURE_MAX);
    cairo_font_options_destroy(options);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return rc;
}

void
sim_draw_end(void)
{
    cairo_debug_reset_static_data();
    FcFini();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fonts: those that a document brings, and an explicit table of what stands in for those that it does not. */
#include "render/render.h"

#include <fontconfig/fontconfig.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include FT_OUTLINE_H

#define GLYPH_PRICE 300
#define OUTLINE_POINT_PRICE 20

/* By class the families that are tried, in order; the first that is installed stands in. Debian has no free simplified 仿宋. */
static const char *const families[FONT_CLASSES][5] = {
    [FONT_SONG] = { "Noto Serif CJK SC", "Source Han Serif SC", "AR PL SungtiL GB", "Noto Sans CJK SC", NULL },
    [FONT_HEI] = { "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Zen Hei", NULL },
    [FONT_KAI] = { "AR PL KaitiM GB", "AR PL UKai CN", "Noto Serif CJK SC", "Noto Sans CJK SC", NULL },
    [FONT_FANG] = { "Noto Serif CJK SC", "Noto Sans CJK SC", NULL },
    [FONT_SERIF] = { "Liberation Serif", "Tinos", "Noto Serif CJK SC", "Noto Sans CJK SC", NULL },
    [FONT_SANS] = { "Liberation Sans", "Arimo", "Noto Sans CJK SC", NULL },
    [FONT_MONO] = { "Liberation Mono", "Cousine", "DejaVu Sans Mono", "Noto Sans CJK SC", NULL },
};

/* Parts of names as they are met, in this order. */
static const struct { const char *part; enum font_class class; } classes[] = {
    { "楷", FONT_KAI }, { "kai", FONT_KAI }, { "仿宋", FONT_FANG }, { "fangsong", FONT_FANG }, { "fang", FONT_FANG }, { "宋", FONT_SONG },
    { "simsun", FONT_SONG }, { "song", FONT_SONG }, { "ming", FONT_SONG }, { "明", FONT_SONG }, { "黑", FONT_HEI }, { "simhei", FONT_HEI },
    { "hei", FONT_HEI }, { "yahei", FONT_HEI }, { "雅黑", FONT_HEI }, { "等线", FONT_HEI }, { "圆", FONT_HEI }, { "courier", FONT_MONO },
    { "consol", FONT_MONO }, { "mono", FONT_MONO }, { "ocr", FONT_MONO }, { "arial", FONT_SANS }, { "helvetica", FONT_SANS }, { "calibri", FONT_SANS },
    { "verdana", FONT_SANS }, { "tahoma", FONT_SANS }, { "sans", FONT_SANS }, { "times", FONT_SERIF }, { "serif", FONT_SERIF },
    { "cambria", FONT_SERIF }, { "georgia", FONT_SERIF },
};

enum font_class
font_class_of(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcasestr(name, classes[i].part) != NULL)
            return classes[i].class;
    return FONT_SONG;
}

/* The file of exactly this family, or false: fontconfig would always give something. */
static bool
find_file(FcConfig *config, const char *family, bool bold, char path[512], int *index)
{
    FcPattern *want = FcPatternBuild(NULL, FC_FAMILY, FcTypeString, family, FC_WEIGHT, FcTypeInteger, bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR,
                                     FC_SLANT, FcTypeInteger, FC_SLANT_ROMAN, (char *)NULL), *got = NULL;
    FcChar8 *name = NULL, *file = NULL;
    FcResult result;
    bool found = false;

    if (want == NULL)
        return false;
    FcDefaultSubstitute(want);
    got = FcFontMatch(config, want, &result);
    for (int i = 0; got != NULL && !found && FcPatternGetString(got, FC_FAMILY, i, &name) == FcResultMatch; i++)
        found = strcasecmp((const char *)name, family) == 0;
    found = found && FcPatternGetString(got, FC_FILE, 0, &file) == FcResultMatch && FcPatternGetInteger(got, FC_INDEX, 0, index) == FcResultMatch;
    if (found)
        snprintf(path, 512, "%s", (const char *)file);
    if (got != NULL)
        FcPatternDestroy(got);
    FcPatternDestroy(want);
    return found;
}

/* One face serves every class that wants it. */
static void
open_face(struct jy_fonts *fonts, FcConfig *config, const char *family, int class, int bold)
{
    char path[512];
    int index = 0;

    for (int c = 0; c <= class; c++)
        if (fonts->faces[c][bold] != NULL && strcmp(fonts->names[c][bold], family) == 0) {
            fonts->faces[class][bold] = fonts->faces[c][bold];
            FT_Reference_Face(fonts->faces[class][bold]);
        }
    if (fonts->faces[class][bold] == NULL && find_file(config, family, bold, path, &index) &&
        FT_New_Face(fonts->library, path, index & 0xffff, &fonts->faces[class][bold]) != 0)
        fonts->faces[class][bold] = NULL;
    if (fonts->faces[class][bold] != NULL)
        snprintf(fonts->names[class][bold], sizeof(fonts->names[class][bold]), "%s", family);
}

jy_err
jy_fonts_open(struct jy_fonts **out, struct jy_fault *fault)
{
    struct jy_fonts *fonts = calloc(1, sizeof(*fonts));
    FcConfig *config = FcInitLoadConfigAndFonts();
    jy_err rc = JY_OK;

    *out = NULL;
    if (fonts == NULL || config == NULL || FT_Init_FreeType(&fonts->library) != 0) {
        rc = jy_fail(fault, JY_E_NOMEM, "fonts", 0, "no memory");
        goto out;
    }
    for (int c = 0; c < FONT_CLASSES; c++)
        for (int bold = 0; bold < 2; bold++)
            for (const char *const *family = families[c]; fonts->faces[c][bold] == NULL && *family != NULL; family++)
                open_face(fonts, config, *family, c, bold);
    for (int c = 0; c < FONT_CLASSES; c++)
        if (fonts->faces[c][0] == NULL || (c <= FONT_FANG && FT_Get_Char_Index(fonts->faces[c][0], 0x5929) == 0)) {
            rc = jy_fail(fault, JY_E_UNSUPPORTED, "fonts", 0, "no font with Chinese characters; install fonts-noto-cjk");
            goto out;
        }
    *out = fonts;
    fonts = NULL;
out:
    if (config != NULL)
        FcConfigDestroy(config);
    jy_fonts_free(fonts);
    return rc;
}

void
jy_fonts_free(struct jy_fonts *fonts)
{
    if (fonts == NULL)
        return;
    for (int c = 0; c < FONT_CLASSES; c++)
        for (int bold = 0; bold < 2; bold++)
            if (fonts->faces[c][bold] != NULL)
                FT_Done_Face(fonts->faces[c][bold]);
    if (fonts->library != NULL)
        FT_Done_FreeType(fonts->library);
    free(fonts);
}

void
font_free(struct font *font)
{
    if (font == NULL)
        return;
    if (font->embedded && !font->lent) {
        FT_Done_Face(font->face);
        jy_buf_free(&font->bytes);
    }
    free(font);
}

/* Unicode first; then the symbol table; then whatever there is. */
static void
choose_charmap(struct font *font)
{
    FT_Face face = font->face;

    if (FT_Select_Charmap(face, FT_ENCODING_UNICODE) == 0)
        return;
    if (FT_Select_Charmap(face, FT_ENCODING_MS_SYMBOL) == 0)
        font->symbol = true;
    else if (face->num_charmaps > 0)
        (void)FT_Set_Charmap(face, face->charmaps[0]);
}

/* Resources of the document stay from page to page. */
static bool
scope_is_documents(const struct jy_render *r, const struct res *res)
{
    return res >= r->scope.list && res < r->scope.list + r->scope.count;
}

static void
open_embedded(struct draw *d, struct res *res, struct font *font)
{
    const char *file = jy_xml_child_text(res->node, "FontFile");
    size_t at = file == NULL ? SIZE_MAX : ofd_locate(d->r->ofd, *res->folder, file, NULL);
    jy_err rc;

    if (file == NULL || file[0] == '\0')
        return;
    if (at == SIZE_MAX) {
        note(d->r, file, "字体文件缺失 font file is missing");
        return;
    }
    if (!hold(d->r, jy_zip_entry(d->r->ofd->zip, at)->size)) {
        note(d->r, file, "内嵌字体超出限额 the embedded fonts are beyond the limit");
        return;
    }
    rc = jy_zip_read(d->r->ofd->zip, at, JY_RENDER_FONT_MAX, &font->bytes, NULL);
    if (rc == JY_OK && FT_New_Memory_Face(d->r->fonts->library, font->bytes.p, (FT_Long)font->bytes.len, 0, &font->face) == 0 &&
        FT_IS_SCALABLE(font->face)) {
        font->embedded = true;
        if (scope_is_documents(d->r, res))
            d->r->kept_memory += font->bytes.len;
        choose_charmap(font);
        return;
    }
    if (rc == JY_OK && font->face != NULL)
        FT_Done_Face(font->face);
    font->face = NULL;
    jy_buf_free(&font->bytes);
    note(d->r, file, "内嵌字体无法使用 embedded font cannot be used");
}

/* Said on every page that shows it. */
static void
note_stand_in(struct draw *d, const char *name, enum font_class class)
{
    note(d->r, name == NULL ? "Font" : name, "字体已替换 not embedded, drawn in %s", d->r->fonts->names[class][0]);
}

struct font *
font_of(struct draw *d, const char *id)
{
    struct res *res = scope_find(d->scope, RES_FONT, id);
    const char *name, *family;
    struct font *font;
    enum font_class class;

    if (res == NULL)
        return NULL;
    name = jy_xml_attr(res->node, "FontName");
    if (res->font != NULL) {
        if (!res->font->embedded)
            note_stand_in(d, name, res->font->class);
        return res->font;
    }
    if ((font = calloc(1, sizeof(*font))) == NULL)
        return NULL;
    family = jy_xml_attr(res->node, "FamilyName");
    class = font_class_of(name != NULL ? name : family);
    if (class == FONT_SONG && family != NULL)
        class = font_class_of(family);
    font->bold = true_of(res->node, "Bold", false) || (name != NULL && strcasestr(name, "bold") != NULL);
    open_embedded(d, res, font);
    font->stand_in = d->r->fonts->faces[class][font->bold && d->r->fonts->faces[class][1] != NULL];
    if (!font->embedded) {
        font->face = font->stand_in;
        font->class = class;
        note_stand_in(d, name, class);
    }
    return res->font = font;
}

struct outline {
    cairo_t *cr;
    double scale;
    double x, y;                             /* current point, font units */
    bool open;
};

static int
move_to(const FT_Vector *to, void *ctx)
{
    struct outline *o = ctx;

    if (o->open)
        cairo_close_path(o->cr);
    o->open = true;
    cairo_move_to(o->cr, (double)to->x * o->scale, -(double)to->y * o->scale);
    o->x = (double)to->x, o->y = (double)to->y;
    return 0;
}

static int
line_to(const FT_Vector *to, void *ctx)
{
    struct outline *o = ctx;

    cairo_line_to(o->cr, (double)to->x * o->scale, -(double)to->y * o->scale);
    o->x = (double)to->x, o->y = (double)to->y;
    return 0;
}

static int
cubic_to(const FT_Vector *a, const FT_Vector *b, const FT_Vector *to, void *ctx)
{
    struct outline *o = ctx;
    double k = o->scale;

    cairo_curve_to(o->cr, (double)a->x * k, -(double)a->y * k, (double)b->x * k, -(double)b->y * k, (double)to->x * k, -(double)to->y * k);
    o->x = (double)to->x, o->y = (double)to->y;
    return 0;
}

static int
conic_to(const FT_Vector *c, const FT_Vector *to, void *ctx)
{
    struct outline *o = ctx;
    double k = o->scale, cx = (double)c->x, cy = (double)c->y, x = (double)to->x, y = (double)to->y;

    cairo_curve_to(o->cr, (o->x + (cx - o->x) * 2 / 3) * k, -(o->y + (cy - o->y) * 2 / 3) * k, (x + (cx - x) * 2 / 3) * k,
                   -(y + (cy - y) * 2 / 3) * k, x * k, -y * k);
    o->x = x, o->y = y;
    return 0;
}

bool
glyph_path(struct draw *d, FT_Face face, unsigned glyph)
{
    static const FT_Outline_Funcs funcs = { .move_to = move_to, .line_to = line_to, .conic_to = conic_to, .cubic_to = cubic_to };
    struct outline o = { .cr = d->cr, .scale = 1.0 / (face->units_per_EM == 0 ? 1000 : face->units_per_EM) };

    if (!spend(d->r, GLYPH_PRICE) || FT_Load_Glyph(face, glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP) != 0 ||
        face->glyph->format != FT_GLYPH_FORMAT_OUTLINE || face->glyph->outline.n_points <= 0 ||
        !spend(d->r, (uint64_t)face->glyph->outline.n_points * OUTLINE_POINT_PRICE))
        return false;
    if (FT_Outline_Decompose(&face->glyph->outline, &funcs, &o) != 0) {
        cairo_new_path(d->cr);
        return false;
    }
    if (o.open)
        cairo_close_path(d->cr);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* render/render.h: what the parts of the renderer share. Private to lib/render. */
#ifndef JY_RENDER_INSIDE_H
#define JY_RENDER_INSIDE_H

#include <jinyin/render.h>

#include <ofd/package.h>

#include <cairo.h>
#include <ft2build.h>
#include FT_FREETYPE_H

/* -- fonts -- */
enum font_class { FONT_SONG, FONT_HEI, FONT_KAI, FONT_FANG, FONT_SERIF, FONT_SANS, FONT_MONO, FONT_CLASSES };
struct jy_fonts {
    FT_Library library;
    FT_Face faces[FONT_CLASSES][2];          /* regular, bold; several may be the same */
    char names[FONT_CLASSES][2][64];
};
/** The class of a font by its name, e.g. "宋体", "SimSun", "Times New Roman". */
enum font_class font_class_of(const char *name);
struct font {                                /* a font resource, opened */
    FT_Face face;                            /* its own, or one of the stand-ins */
    FT_Face stand_in;                        /* for characters that the own one lacks */
    struct jy_buf bytes;
    bool embedded, bold, symbol;
    bool lent;                               /* face and bytes belong to a copy being written */
    enum font_class class;                   /* of its stand-in */
};

/* -- resources (GB/T 33190 clause 7.9), by scope: page or template within document -- */
enum res_kind { RES_FONT, RES_COLOUR, RES_DRAW, RES_MEDIA, RES_UNIT };
struct res {
    uint32_t id;
    enum res_kind kind;
    const struct jy_xml *node;
    size_t order;                            /* in which it was read */
    char (*folder)[OFD_PATH];                /* where its files are looked up */
    struct font *font;                       /* once opened */
    cairo_surface_t *image;                  /* once decoded */
    bool failed;                             /* tried, noted */
};
struct part {                                /* a part kept for its nodes */
    struct part *next;
    struct jy_xml_doc *doc;
    char folder[OFD_PATH];
};
struct scope {
    struct scope *outer;
    struct res *list;
    size_t count, cap;
    struct part *parts;
};
JY_CHECK jy_err scope_read(struct jy_render *r, struct scope *scope, const char *folder, const char *loc, struct jy_fault *fault);
void scope_free(struct scope *scope);
struct res *scope_find(struct scope *scope, enum res_kind kind, const char *id);

struct template_page {
    uint32_t id;
    const struct jy_xml *node;
};
struct jy_render {
    struct ofd *ofd;
    struct jy_fonts *fonts;
    struct scope scope;                      /* the document's */
    struct text_fonts *text_fonts;           /* of the PDF that is written: text stays text; NULL: it becomes pixels or outlines */
    const char *default_space;               /* id of the colour space that is meant when none is named */
    struct font no_font;                     /* for text whose font is not named or not there: shown all the same */
    uint64_t *work, own_work;                /* what is left for this page; shared with a seal that is a package */
    uint64_t *memory, own_memory;            /* bytes held, of JY_RENDER_MEMORY_MAX; shared like the work */
    uint64_t kept_memory;                    /* of these, what stays from page to page: resource parts of the document, fonts */
    int level;                               /* 1: the package is a seal's picture */
    struct jy_render_note notes[JY_RENDER_NOTES_MAX];
    size_t note_count, kept_notes;           /* kept: of opening the document, said on every page */
};
/** Said once a page. */
void note(struct jy_render *r, const char *where, const char *fmt, ...) JY_PRINTF(3, 4);
/** Takes from the page's work; false when nothing is left (noted): stop drawing. */
bool spend(struct jy_render *r, uint64_t units);
/** Counts memory as held; false when that would be more than a page may take. */
bool hold(struct jy_render *r, uint64_t bytes);
#define TREE_PRICE 6                         /* bytes of a parsed part for each that it has; measured: 3 to 7 */
#define DECODE_PRICE 3                       /* of a step of reading a picture */
/** jy_picture_read within what is left for the page: asked before a pixel is allocated, paid for also when it is broken; its pixels are held then. */
JY_CHECK jy_err read_picture(struct jy_render *r, struct jy_slice bytes, const char *type, struct jy_picture *out, struct jy_fault *fault);

/* -- drawing -- */
struct style {                               /* GB/T 33190 8.2: draw parameters, as far as they are known */
    double line_width, miter, dash_offset, dash[16];
    int dashes;
    cairo_line_cap_t cap;
    cairo_line_join_t join;
    const struct jy_xml *fill, *stroke;      /* colours, NULL: the object's default */
};
struct draw {
    struct jy_render *r;
    cairo_t *cr;
    struct scope *scope;
    int depth;
    double alpha;                            /* of everything around */
    const cairo_matrix_t *page;              /* of the page's space; NULL within a pattern's cell */
    uint64_t area;                           /* pixels of the path priced last */
};
extern const struct style plain_style;
/** The parameters of a layer (id may be NULL), then those that an object adds by its own reference and attributes. */
void style_of(struct draw *d, const char *draw_param, struct style *style);
void style_add(struct draw *d, const struct jy_xml *node, struct style *style);

/** Number attribute; `otherwise` when it is missing or no number. Absurd values are cut to ±1e6. */
double number_of(const struct jy_xml *node, const char *name, double otherwise);
bool true_of(const struct jy_xml *node, const char *name, bool otherwise);
/** Up to max numbers of a list, how many there were; commas count as blanks. */
int numbers_of(const char *text, double *out, int max);
/** The matrix of an attribute; false when it is missing or has no inverse. */
bool matrix_of(const struct jy_xml *node, const char *name, cairo_matrix_t *out);

#define GRADIENT_PRICE 8                     /* a pixel, beside that of a plain colour */
/** RGB, 0 to 1, of a colour's value or index; false (black) when it has none. */
bool colour_value(struct draw *d, const struct jy_xml *colour, double rgb[3]);
/** Of an Alpha attribute, 0 to 1. */
double alpha_of(const struct jy_xml *node);
/** The mesh of a colour (GB/T 33190 8.3.4.4, 8.3.4.5); NULL when it has none, or one that makes no sense (noted). */
cairo_pattern_t *mesh(struct draw *d, const struct jy_xml *colour, double alpha);
/** Sets the source. False when nothing is to be painted (alpha 0). colour may be NULL: black. */
bool paint_set(struct draw *d, const struct jy_xml *colour, double alpha);
/** Takes the price of painting the current path, drawn out by `grow` (half a stroke, user units), off the work. Before paint_set. */
bool paint_price(struct draw *d, double grow);

/** Dashes for stroking the current path, unless they are finer than a quarter of a pixel (grey to the eye) or endless work. */
void set_dashes(struct draw *d, const double *dash, int count, double offset);

void draw_objects(struct draw *d, const struct jy_xml *parent, const char *draw_param);
/** AbbreviatedData (GB/T 33190 9.1) to the current path. False when it makes no sense (what came before stays). */
bool path_data(struct draw *d, const char *text);
/** An elliptic arc from the current point; angle in radians. */
void path_arc(cairo_t *cr, double rx, double ry, double angle, bool large, bool sweep, double x, double y);
/** False when nothing of it can be drawn: it is to be marked. */
bool draw_text(struct draw *d, const struct jy_xml *node, const struct style *style, double alpha);
/** The outlines of a text object as the current path, for clips. */
void text_path(struct draw *d, const struct jy_xml *node);
/** False when it cannot be drawn (noted). */
bool draw_image(struct draw *d, const struct jy_xml *node, const double box[4], double alpha);
/** The border of an image (GB/T 33190 10.2) around its box. */
void draw_border(struct draw *d, const struct jy_xml *border, const double box[4], double alpha);
/** Hatched box: here is something that cannot be drawn. */
void draw_mark(struct draw *d, const double box[4]);
struct font *font_of(struct draw *d, const char *id);
void font_free(struct font *font);
/** The fonts of a PDF being written. Zero-initialise; freed after the PDF is finished. */
struct text_fonts { struct text_font *list; uint64_t bytes; };
void text_fonts_free(struct text_fonts *fonts);
/**
 * A glyph as text with the present source; `text`: the characters it stands for (UTF-8). brought: the font whose own face it is, when a document brought
 * it. False when the copy holds too many fonts: draw the outline.
 */
bool glyph_show(struct draw *d, FT_Face face, struct font *brought, unsigned glyph, const cairo_matrix_t *matrix, double x, double y, struct jy_slice text);
/** Glyphs of one face in a row, each a cluster of bytes of the text. */
struct glyph_run { const cairo_glyph_t *glyphs; const cairo_text_cluster_t *clusters; int count; struct jy_slice text; };
bool glyphs_show(struct text_fonts *fonts, cairo_t *cr, FT_Face face, struct font *brought, const cairo_matrix_t *matrix, const struct glyph_run *run);
/** Outline of a glyph in font units times scale to the current path, y down; false when it has none. */
bool glyph_path(struct draw *d, FT_Face face, unsigned glyph);
/** A surface on the picture's own memory, its pixels converted in place (premultiplied); until surface_leave, which converts them back to straight alpha. */
cairo_surface_t *surface_over(struct jy_picture *picture);
void surface_leave(cairo_surface_t *surface, struct jy_picture *picture);
/** The same for good: the surface takes the picture's memory, *picture is empty then. NULL when there is no memory. */
cairo_surface_t *surface_of(struct jy_picture *picture);

/** The stamps of the signatures on a page (seal-formats 3.5). */
void draw_stamps(struct draw *d, size_t page);
/** What a page needed is not kept for the next one, but for the fonts as long as they are few. Before draw_page of a document opened at level 0. */
void begin_page(struct jy_render *r);
/** One page onto cr, whose unit is the millimetre from the page's corner. */
JY_CHECK jy_err draw_page(struct jy_render *r, size_t page, cairo_t *cr, struct jy_fault *fault);
/** A seal's picture over the box 0 0 width height. */
void draw_seal(struct draw *d, struct jy_slice picture, const char *type, double width, double height, const char *where);
JY_CHECK jy_err render_open_level(struct jy_slice file, struct jy_fonts *fonts, int level, struct jy_render **out, struct jy_fault *fault);
/** SVG over the box 0 0 width height of cr. */
JY_CHECK jy_err svg_draw(struct jy_slice bytes, struct jy_fonts *fonts, cairo_t *cr, double width, double height, struct jy_fault *fault);

#endif

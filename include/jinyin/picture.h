/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/picture.h: pictures of seals and pages, told by their content and read within limits: PNG, JPEG, GIF, BMP, TIFF, JBIG2; SVG and OFD by a drawer. */
#ifndef JINYIN_PICTURE_H
#define JINYIN_PICTURE_H

#include <jinyin/base.h>

/* Limits: rows PICTURE… of jinyin/limits.def. Time follows from them: no reader looks at a byte or a pixel more than a fixed number of times. */
#define JY_PICTURE_VECTOR_DPI 600.0          /* at which a vector seal is drawn into a document */

enum jy_picture_type {
    JY_PICTURE_UNKNOWN = 0, JY_PICTURE_PNG, JY_PICTURE_JPEG, JY_PICTURE_GIF, JY_PICTURE_BMP, JY_PICTURE_SVG, JY_PICTURE_OFD,
    JY_PICTURE_TIFF,                         /* on pages; no seal may be one */
    JY_PICTURE_JBIG2,                        /* a file, or the bare segments of one page (T.88 D.1 to D.3) */
    JY_PICTURE__COUNT
};

struct jy_picture {
    enum jy_picture_type type;               /* by content */
    bool mistyped;                           /* the declared type is another one or unknown: a deviation to be named (seal-formats 4) */
    bool opaque;                             /* every alpha is 255 */
    uint32_t width, height;                  /* pixels */
    uint8_t *rgba;                           /* straight (not premultiplied) alpha, rows from the top, 4·width bytes each; owned */
};

/**
 * What the bytes are, never what they are called. Junk before a package ("PK\3\4" within the first 4096 bytes) is allowed for,
 * as others allow for it (seal-formats 4).
 */
enum jy_picture_type jy_picture_detect(struct jy_slice bytes);
/** GB/T 38540-2020 SES_ESPictrueInfo.type, without case: "png", "JPG", "jpeg" …; JY_PICTURE_UNKNOWN for any other text or NULL. */
enum jy_picture_type jy_picture_type_of(const char *declared);
/** "PNG", "JPG" … as the standard writes it, "" for unknown. */
const char *jy_picture_type_name(enum jy_picture_type type);

/**
 * Read a raster picture by its content (of a GIF the first frame). declared may be NULL when nothing was declared. A broken picture is
 * refused whole, never half drawn: truncated data and wrong checksums are errors.
 * Errors: JY_E_FORMAT (fault->where names the format), JY_E_LIMIT, JY_E_NOMEM, JY_E_UNSUPPORTED (vector, unknown, BMP with RLE,
 * JBIG2 in colour, TIFF beyond what tiff.c says).
 */
JY_CHECK jy_err jy_picture_read(struct jy_slice bytes, const char *declared, struct jy_picture *out, struct jy_fault *fault);

/** What reading one picture may take; what it took is taken off, also when the picture turns out to be broken. */
struct jy_picture_budget {
    uint64_t memory;                         /* bytes held at once: its pixels and what reading them needs besides */
    uint64_t steps;                          /* each about the time of a pixel */
};
/**
 * jy_picture_read within a budget: what the picture's header says is held against it before a pixel is allocated, so that a picture that does not fit
 * costs nothing. JY_E_LIMIT beyond it.
 */
JY_CHECK jy_err jy_picture_read_within(struct jy_slice bytes, const char *declared, struct jy_picture_budget *budget, struct jy_picture *out,
                                       struct jy_fault *fault);
/** The same, and vector pictures drawn by the program's drawer (jy_picture_use_drawer) into width_mm × height_mm at JY_PICTURE_VECTOR_DPI. */
JY_CHECK jy_err jy_picture_draw(struct jy_slice bytes, const char *declared, double width_mm, double height_mm, struct jy_picture *out,
                                struct jy_fault *fault);
/** Empty picture of this size (transparent black); the limits are checked here for every reader. */
JY_CHECK jy_err jy_picture_new(uint32_t width, uint32_t height, struct jy_picture *out, struct jy_fault *fault);
void jy_picture_free(struct jy_picture *picture);
/** 8 bits a channel as PNG: grey where all is, RGB when opaque, RGBA otherwise. */
JY_CHECK jy_err jy_picture_write_png(const struct jy_picture *picture, double dots_per_mm, struct jy_buf *out, struct jy_fault *fault);

/**
 * Draws a vector picture of this type over the whole of `into` (its size is set). Without network and without files.
 * libjinyin itself has none, so that a verifier need not bring a drawing library; libjinyin-render has one (jinyin/render.h).
 */
typedef jy_err (*jy_picture_drawer)(void *ctx, enum jy_picture_type type, struct jy_slice bytes, struct jy_picture *into, struct jy_fault *fault);
/** Once, at the start of a program, before its threads. drawer NULL takes it away. */
void jy_picture_use_drawer(jy_picture_drawer drawer, void *ctx);

/** A picture as one or two streams of a PDF (ISO 32000 8.9.5): the image and, unless it is opaque, its soft mask. */
struct jy_picture_pdf {
    char image_entries[2048];                /* of the stream's dictionary, without /Length and /SMask */
    struct jy_buf image;
    bool has_mask;                           /* the writer adds "/SMask N 0 R" to image_entries */
    char mask_entries[256];
    struct jy_buf mask;
};
/**
 * Errors as jy_picture_draw. The data of an opaque plain PNG and of an ordinary JPEG go in as they are (checked, and without the JPEG's
 * EXIF and comments); a seal of one colour becomes one pixel under a mask; everything else is compressed anew. The same input gives the same bytes.
 */
JY_CHECK jy_err jy_picture_pdf(struct jy_slice bytes, const char *declared, double width_mm, double height_mm, struct jy_picture_pdf *out,
                               struct jy_fault *fault);
void jy_picture_pdf_free(struct jy_picture_pdf *pdf);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* picture/inside.h: one reader a format. Private to lib/picture. */
#ifndef JY_PICTURE_INSIDE_H
#define JY_PICTURE_INSIDE_H

#include <jinyin/picture.h>

/* Each fills out (picture_new_within first), and leaves what it made to the caller's jy_picture_free on error. */
JY_CHECK jy_err picture_png(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault);
JY_CHECK jy_err picture_jpeg(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault);
JY_CHECK jy_err picture_gif(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault);
JY_CHECK jy_err picture_tiff(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault);
JY_CHECK jy_err picture_bmp(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault);
JY_CHECK jy_err picture_jbig2(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault);

/** Whether these are the segments of a JBIG2 page without a file header (T.88 D.3). */
bool picture_jbig2_bare(struct jy_slice bytes);

/** The sizes that jy_picture_new would accept: JY_E_LIMIT, or JY_E_FORMAT for nothing. */
JY_CHECK jy_err picture_size(uint64_t width, uint64_t height, struct jy_fault *fault);

/** jy_picture_new off a budget, with so many bytes that are held beside the pixels while they are read, and a step a pixel. JY_E_LIMIT when it does not fit. */
JY_CHECK jy_err picture_new_within(uint32_t width, uint32_t height, uint64_t beside, struct jy_picture_budget *budget, struct jy_picture *out,
                                   struct jy_fault *fault);
/** Takes steps off it that nobody knew before: false when there are not so many. */
bool picture_spend(struct jy_picture_budget *budget, uint64_t steps);

/** A PNG whose data a PDF can take as they are (/FlateDecode, Predictor 15): plain is false when it must be read and written anew. */
struct picture_plain {
    bool plain;
    uint32_t width, height;
    int depth, colours;                      /* bits, components */
    struct jy_slice palette;                 /* RGB triplets, empty unless indexed */
    struct jy_buf data;                      /* zlib stream */
};
JY_CHECK jy_err picture_png_plain(struct jy_slice bytes, struct picture_plain *out, struct jy_fault *fault);
/** A JPEG that a PDF can take (/DCTDecode): 8 bits, grey or YCbCr, read to its end without a warning; out without EXIF, comments, trailing bytes. */
JY_CHECK jy_err picture_jpeg_plain(struct jy_slice bytes, bool *plain, int *colours, uint32_t size[2], struct jy_buf *out, struct jy_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* picture/tiff.h: what the parts of the TIFF reader share. Private to lib/picture. */
#ifndef JY_PICTURE_TIFF_H
#define JY_PICTURE_TIFF_H

#include "picture/inside.h"

struct fax;

enum { WHITE_IS_ZERO = 0, BLACK_IS_ZERO = 1, RGB = 2, PALETTE = 3, CMYK = 5, YCBCR = 6 };
enum { PLAIN = 1, FAX_RUNS = 2, FAX_T4 = 3, FAX_T6 = 4, LZW = 5, JPEG = 7, DEFLATE = 8, PACKBITS = 32773, OLD_DEFLATE = 32946 };
#define TIFF_T4_2D 1u                        /* of t4 (T4Options) */
#define TIFF_UNCOMPRESSED 2u                 /* of t4, t6: the uncompressed mode may be used */

struct tiff_field { uint32_t type, count; size_t at; };
struct tiff {
    struct jy_slice bytes;
    bool big;                                /* byte order */
    uint32_t width, height, bits, compression, photometric, samples, rows, predictor, planar, extra, fill, t4, t6;
    struct tiff_field offsets, counts, colours, tables;      /* tables: of JPEG */
    struct fax *fax;
    size_t taken;                            /* bytes of strips: fax and JPEG strips may not overlap, or a few bytes were work without end */
    struct jy_picture_budget *budget;
    struct jy_fault *fault;
};

/** The bytes of a strip, unpacked: exactly `rows` lines of want / rows bytes. False when the data are broken, or there is no memory. */
bool tiff_unpack(const struct tiff *t, struct jy_slice in, uint32_t rows, uint8_t *out, size_t want);
/** A JPEG strip of at least so many rows as pixels (TIFF Technical Note 2): the tables of the file, then the strip's own stream. */
JY_CHECK jy_err tiff_jpeg(const struct tiff *t, struct jy_slice strip, uint32_t rows, struct jy_picture *out);

#endif

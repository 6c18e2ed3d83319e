/* SPDX-License-Identifier: Apache-2.0 */
/* picture/fax.h: lines of facsimile coding (ITU-T T.4 and T.6), as JBIG2 (MMR) and TIFF carry them. Private to lib/picture. */
#ifndef JY_PICTURE_FAX_H
#define JY_PICTURE_FAX_H

#include "picture/bits.h"

/** Run codes by their first 13 bits. Built once for a picture: the codes are kept as the tables of T.4 print them. */
struct fax {
    uint16_t runs[2][1 << 13];               /* white, black: length of the code << 12 | run; 0: no code */
};
JY_CHECK struct fax *fax_new(void);          /* NULL: no memory; free() */

/**
 * One line of width pixels (a byte each, 1 is black) from the line above it, which is white before the first (T.6 2.2). False when a code
 * is unknown, is the uncompressed mode, or leads out of the line.
 */
bool fax_line_2d(const struct fax *fax, struct bits *in, const uint8_t *above, uint8_t *line, uint32_t width);
/** One line of runs that begin with white (T.4 4.1). */
bool fax_line_1d(const struct fax *fax, struct bits *in, uint8_t *line, uint32_t width);

#endif

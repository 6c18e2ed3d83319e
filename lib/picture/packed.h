/* SPDX-License-Identifier: Apache-2.0 */
/* picture/packed.h: pictures that were packed for a PDF lately. A city stamps with a few seals, and packing one costs more than a signature. */
#ifndef JY_PICTURE_PACKED_H
#define JY_PICTURE_PACKED_H

#include <jinyin/picture.h>

/** Fills out (then owned by the caller) when just these bytes were packed before; false: they were not, or there is no memory. Thread-safe. */
bool picture_packed_find(struct jy_slice bytes, struct jy_picture_pdf *out);
/** Keeps a copy, if it is not too large. */
void picture_packed_keep(struct jy_slice bytes, const struct jy_picture_pdf *pdf);

#endif

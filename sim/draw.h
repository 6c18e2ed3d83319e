/* SPDX-License-Identifier: Apache-2.0 */
/* draw.h: the impression of a physical seal as a picture. */
#ifndef JY_SIM_DRAW_H
#define JY_SIM_DRAW_H

#include "sim/register.h"

#define SIM_DOTS_PER_MM 12            /* 305 dpi: a seal of 40 mm is 480 dots wide */
#define SIM_PICTURE_MAX 65536         /* bytes */

/**
 * Draw the impression: red on transparent, PNG, SIM_DOTS_PER_MM. A round seal has a border, a star, the name around it, the line below the
 * star and its code at the lower edge; an oval one (invoice) has the tax number in the centre. Both say 演示 非生产.
 * The same seal gives the same bytes on one machine. Not thread-safe: the caller holds a lock.
 * Errors: JY_E_UNAVAILABLE no font has the characters (fonts-noto-cjk), JY_E_LIMIT larger than SIM_PICTURE_MAX, JY_E_NOMEM.
 */
JY_CHECK jy_err sim_draw(const struct sim_seal *seal, struct jy_buf *png, struct jy_fault *fault);
/** Free what the font libraries keep between drawings; the last call of a program that draws. */
void sim_draw_end(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* verify_pictures.h: the pages of a verified document that bear stamps, as pictures with the stamps framed and numbered as in the report. */
#ifndef JY_VERIFY_PICTURES_H
#define JY_VERIFY_PICTURES_H

#include <jinyin/verify.h>

/** <folder>/page-N.png for each such page; the folder is made. Errors: those of drawing, JY_E_IO. */
JY_CHECK jy_err write_verify_pictures(const struct jy_report *report, struct jy_slice file, const char *folder, struct jy_fault *fault);

#endif

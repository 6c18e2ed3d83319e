/* SPDX-License-Identifier: Apache-2.0 */
/* tamper.h: a copy of a stamped file with one thing changed, to show that verification sees it. For demonstration and tests only. */
#ifndef JY_TAMPER_H
#define JY_TAMPER_H

#include <jinyin/container.h>

/** Change one character of an OFD page, or one byte of the signed range of a PDF; the container stays readable. JY_E_NOT_FOUND when nothing can be changed. */
JY_CHECK jy_err tamper(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault);

#endif

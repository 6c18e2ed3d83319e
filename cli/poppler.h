/* SPDX-License-Identifier: Apache-2.0 */
/* poppler.h: what poppler's programs tell of a PDF. They are GPL and parse hostile bytes: run as locked-down children, never linked. */
#ifndef JY_POPPLER_H
#define JY_POPPLER_H

#include <jinyin/base.h>

/*
 * The PDF goes in and the answer comes out through pipes. A child has no network, cannot gain privileges, and is bounded: 20 s CPU, 1 GiB address
 * space, 64 MiB of output. Errors: JY_E_UNSUPPORTED the program is not installed (poppler-utils), JY_E_DAMAGED it failed or ran out of its
 * bounds, JY_E_LIMIT more output, JY_E_IO.
 */

/** Draw page (from 1) at dpi dots per inch. */
JY_CHECK jy_err picture_of_pdf_page(struct jy_slice pdf, int page, int dpi, struct jy_buf *png, struct jy_fault *fault);
/** Words with their boxes of the pages first to last, for jy_bbox_page. */
JY_CHECK jy_err words_of_pdf(struct jy_slice pdf, int first, int last, struct jy_buf *words, struct jy_fault *fault);

#endif

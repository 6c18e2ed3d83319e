/* SPDX-License-Identifier: Apache-2.0 */
/* poppler.h: what poppler's programs tell of a PDF that lies in memory. Each runs as a child in a cage (poppler/poppler.h), whose errors these are. */
#ifndef JY_CLI_POPPLER_H
#define JY_CLI_POPPLER_H

#include <jinyin/base.h>

/** Draw page (from 1) at dpi dots per inch. */
JY_CHECK jy_err picture_of_pdf_page(struct jy_slice pdf, int page, double dpi, struct jy_buf *png, struct jy_fault *fault);
/** Words with their boxes of the pages first to last, for jy_bbox_page. */
JY_CHECK jy_err words_of_pdf(struct jy_slice pdf, int first, int last, struct jy_buf *words, struct jy_fault *fault);

#endif

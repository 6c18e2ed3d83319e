/* SPDX-License-Identifier: Apache-2.0 */
/* picture.h: one page of a PDF as PNG, drawn by pdftocairo in a locked-down child. */
#ifndef JY_PICTURE_H
#define JY_PICTURE_H

#include <jinyin/base.h>

/**
 * Draw page (from 1) at dpi dots per inch; the PDF goes in and the PNG comes out through pipes. The child has no network, cannot
 * gain privileges, and is bounded: 20 s CPU, 1 GiB address space, 64 MiB of output.
 * Errors: JY_E_UNSUPPORTED pdftocairo is not installed, JY_E_DAMAGED it failed or ran out of its bounds, JY_E_IO.
 */
JY_CHECK jy_err picture_of_pdf_page(struct jy_slice pdf, int page, int dpi, struct jy_buf *png, struct jy_fault *fault);

#endif

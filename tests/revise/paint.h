/* SPDX-License-Identifier: Apache-2.0 */
/* paint.h: what a PDF shows: all its pages, drawn one after the other by poppler and by MuPDF. What the one overlooks the other shows. */
#ifndef JY_TEST_PAINT_H
#define JY_TEST_PAINT_H

#include <jinyin/base.h>

enum { POPPLER, MUPDF, PAINTERS };
struct painting {
    struct jy_buf pages[PAINTERS];    /* PPM after PPM; empty where nothing is drawn, or the painter is not installed */
};

/** Out of memory or files: abort. */
void paint(struct jy_slice file, struct painting *out);
void painting_free(struct painting *painting);
/** How the upper share of some page differs, 0 to 1 of its height; NULL: nowhere. */
const char *painting_differs(const struct painting *a, const struct painting *b, double share);

#endif

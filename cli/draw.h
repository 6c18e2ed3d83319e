/* SPDX-License-Identifier: Apache-2.0 */
/* draw.h: one page of an OFD as PNG, and vector seals, drawn in a child that can open nothing. */
#ifndef JY_DRAW_H
#define JY_DRAW_H

#include <jinyin/render.h>

/**
 * Draw page (from 1). The fonts are opened first; then the child forbids itself every system call but reading memory
 * and writing to its pipe, and only then looks at the document: 20 s CPU, 1 GiB address space, 64 MiB of output.
 * notes gets a line for each thing that is not drawn as the document asks. Errors: those of jy_render_open and jy_render_page,
 * JY_E_DAMAGED when the child ran out of its bounds, JY_E_IO.
 */
JY_CHECK jy_err draw_ofd_page(struct jy_slice ofd, int page, double dots_per_mm, struct jy_buf *png, struct jy_buf *notes, struct jy_fault *fault);

/** The same with the stamps of a verification (JSON of jy_report_json) framed and numbered; of a PDF, on poppler's picture of the page. */
struct marked_wish { struct jy_slice file, picture, report; int page; };   /* picture: no bytes for OFD */
JY_CHECK jy_err draw_marked_page(const struct marked_wish *wish, struct jy_buf *png, struct jy_fault *fault);

/** What a copy is made of: pages first to last of an OFD (file), or pictures of a PDF's pages with their sizes and words. png: one page, as a picture. */
struct copy_wish {
    struct jy_slice file;
    const struct jy_slice *pictures;       /* PNG, NULL for OFD */
    const struct jy_page *sizes;
    struct jy_slice words;                 /* for jy_bbox_next; no bytes: not known */
    int first, last;
    bool png;
    const struct jy_copy_mark *mark;
};
#define COPY_DOTS_PER_MM 6.0               /* of pages that are pictures */
/** The copy (R17.1), made in such a child. Errors as above, and those of jinyin/render.h. */
JY_CHECK jy_err draw_copy(const struct copy_wish *wish, struct jy_buf *out, struct jy_buf *notes, struct jy_fault *fault);

/** For jy_picture_use_drawer: vector seals (SVG, OFD), drawn in such a child too. The context is not used. */
JY_CHECK jy_err draw_vector_seal(void *none, enum jy_picture_type type, struct jy_slice file, struct jy_picture *into, struct jy_fault *fault);

#endif

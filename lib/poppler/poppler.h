/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poppler.h: what poppler's programs tell of a PDF. They are GPL and read hostile bytes: each runs once, as a child in a cage, never linked.
 * The child has the document as its standard input, the output as its standard output, and nothing else of its parent. Landlock leaves it
 * reading of programs, libraries and fonts; a list of calls leaves it neither sockets nor processes; rlimits bound the rest.
 */
#ifndef JY_POPPLER_H
#define JY_POPPLER_H

#include <jinyin/base.h>

#define JY_POPPLER_MEMORY (512u << 20)       /* address space, bytes */
#define JY_POPPLER_OUTPUT (64u << 20)        /* largest answer, bytes */
#define JY_POPPLER_SECONDS 20                /* for the answers of a PDF in memory */

/*
 * `pdf` and `out` are files; pdf is read from its present offset, out written from its own. seconds: of processor and of waiting.
 * Errors: JY_E_UNSUPPORTED the program is not installed (poppler-utils), or the kernel has no Landlock to cage it with; JY_E_DAMAGED it could not
 * read the document; JY_E_LIMIT it ran out of time, memory or output; JY_E_IO.
 */

/** What to draw: page from 1; its crop box as a picture of width × height pixels, or at dots_per_inch when width is 0. */
struct jy_poppler_page {
    int page;
    uint32_t width, height;
    double dots_per_inch;
};
JY_CHECK jy_err jy_poppler_draw(int pdf, const struct jy_poppler_page *page, int out, int seconds, struct jy_fault *fault);
/** Words with their boxes of the pages first to last, for jy_bbox_page (jinyin/text.h). */
JY_CHECK jy_err jy_poppler_words(int pdf, int first, int last, int out, int seconds, struct jy_fault *fault);
/** The same of a PDF that lies in memory, within JY_POPPLER_SECONDS; the answer is added to png or words. Errors: also JY_E_NOMEM. */
JY_CHECK jy_err jy_poppler_draw_bytes(struct jy_slice pdf, const struct jy_poppler_page *page, struct jy_buf *png, struct jy_fault *fault);
JY_CHECK jy_err jy_poppler_words_bytes(struct jy_slice pdf, int first, int last, struct jy_buf *words, struct jy_fault *fault);
/** "pdftocairo 22.12.0" by asking the program once; "" when it is not there. For the start of a program, before it locks itself down. */
void jy_poppler_version(char out[64]);

/** In a process of its own: the cage without the program, for tests. Errors: JY_E_UNSUPPORTED, JY_E_IO. */
JY_CHECK jy_err jy_poppler_cage(int seconds, struct jy_fault *fault);

#endif

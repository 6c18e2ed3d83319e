/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.h: the room of pages: pictures of OFD by our own renderer, of PDF by poppler's programs in a cage (lib/poppler/), the words of a PDF, and tables
 * printed as PDF.
 * The room itself looks at no document. Each is read by a process of its own, which has memory and its descriptors and nothing else; what poppler
 * drew is read there like any foreign picture and written anew.
 */
#ifndef JY_PAGE_H
#define JY_PAGE_H

#include <jinyin/render.h>

#include "daemons/room/room.h"

struct page_room {
    int64_t document_max_bytes;
    int timeout_seconds;
    struct jy_fonts *fonts;
    char poppler[64];                  /* "pdftocairo 22.12.0" */
};

/** Answer one request on fd; self is a struct page_room. */
jy_room_handler page_answer;

#define COPY_PAGES_MAX 100             /* of a PDF */
#define COPY_DOTS_PER_MM 6.0

/** In the document's process. drawn: poppler's pictures of a PDF's pages one after the other, each to its end; -1 for OFD. */
struct page_reading { const struct page_room *room; int drawn; size_t ends[COPY_PAGES_MAX], count; };
/** PAGE_DRAW → PAGE_DRAWN; reply is the caller's to free. */
JY_CHECK jy_err page_draw(const void *reading, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
/** PAGE_COPY → PAGE_COPIED. */
JY_CHECK jy_err page_copy(const void *reading, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
/** PAGE_TABLE → PAGE_TABLED. */
JY_CHECK jy_err page_table(const void *reading, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);

/** A file's bytes, mapped until the process ends. Errors: JY_E_LIMIT, JY_E_EMPTY_FILE, JY_E_IO. */
JY_CHECK jy_err page_map(int fd, int64_t max, struct jy_slice *out, struct jy_fault *fault);
/** Into the file that web made. */
JY_CHECK jy_err page_write(struct jy_buf *bytes, int output, struct jy_fault *fault);

#endif

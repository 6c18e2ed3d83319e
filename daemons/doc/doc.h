/* SPDX-License-Identifier: Apache-2.0 */
/* doc.h: the document room: its requests are one table (requests.c), over libjinyin's pure functions; one document, one process (answer.c). */
#ifndef JY_DOC_H
#define JY_DOC_H

#include <jinyin/place.h>
#include <jinyin/verify.h>

#include "daemons/room/room.h"
#include "ipc/order.h"

/* What a stamp may add to the largest document: the prepared file is read once more to be finished. */
#define DOC_STAMP_GROWTH ((int64_t)8 << 20)

struct doc {
    int64_t document_max_bytes;
    int timeout_seconds;
};

/** Answer one request on fd, from a process that is begun for it alone; one that fails or takes too long ends the room as well (answer.c). */
jy_room_handler doc_answer;
/** Answer with `self` as in jy_room_handler, without a socket: reply is a DOC_ message, the caller's to free. */
JY_CHECK jy_err doc_handle(const struct doc *doc, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
/** DOC_INSPECTED.json of an opened document. Errors: those of jy_document_signatures, JY_E_LIMIT, JY_E_NOMEM. */
JY_CHECK jy_err doc_describe(struct jy_document *document, struct jy_buf *out, struct jy_fault *fault);
/** DOC_PREPARE.wish → places. Errors: JY_E_BAD_FIELD names the member and what it may be, those of jinyin/place.h. words: what poppler said of a PDF's
 *  pages, for keywords; it is foreign as the document is. */
JY_CHECK jy_err doc_places(struct jy_document *document, struct jy_slice wish, struct jy_slice words, struct jy_places *out, struct jy_fault *fault);
JY_CHECK jy_err doc_places_encode(const struct jy_places *places, struct jy_buf *out, struct jy_fault *fault);
/** Let the libraries read what they read once, before the sandbox shuts. */
void doc_warm_up(void);

#endif

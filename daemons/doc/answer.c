/* SPDX-License-Identifier: Apache-2.0 */
/* A request in a process of its own (room.h): a reader that ends without an answer ends the room as well, and web sees it. */
#include "daemons/doc/doc.h"

#include "base/kill_point.h"

#include <stdlib.h>

static jy_err
handle(const void *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc;

    JY_KILL_POINT(reader_begun);
    rc = doc_handle(self, request, reply, fault);
    JY_KILL_POINT(reader_done);
    return rc;
}

void
doc_answer(void *self, int fd, struct jy_frame *request)
{
    const struct doc *doc = self;
    const struct jy_reader reader = { .room = JY_ROOM_DOC, .timeout_seconds = doc->timeout_seconds, .keep = -1, .handle = handle, .self = doc };
    struct jy_frame reply;
    jy_err rc;

    JY_KILL_KIND(jy_message_info(request->type)->name);
    JY_KILL_POINT(doc_asked);
    if (jy_reader_run(&reader, request, &reply) != JY_OK)
        exit(EXIT_FAILURE);            /* the connection breaks, and web knows */
    JY_KILL_POINT(doc_done);
    if ((rc = jy_ipc_send(fd, JY_ROOM_DOC, reply.type, &reply.u)) != JY_OK && rc != JY_E_UNAVAILABLE) {
        jy_log("error", "bug", "an answer could not be sent: %s", jy_err_code(rc));
        abort();
    }
    jy_frame_free(&reply);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of page. A reader that ends without an answer, or takes too long, is an answer about the document: the next page is not held up. */
#include "daemons/page/page.h"

#include "poppler/poppler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int64_t
seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

/* The picture of a PDF's page by poppler, in a file without a name. */
static jy_err
draw_pdf(const struct page_room *self, const struct jy_msg_PAGE_DRAW *ask, int *drawn, struct jy_fault *fault)
{
    const struct jy_poppler_page page = { .page = (int)ask->page, .width = ask->width, .height = ask->height };

    if ((*drawn = memfd_create("drawn", MFD_CLOEXEC)) < 0 || lseek(ask->document, 0, SEEK_SET) != 0)
        return jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
    return jy_poppler_draw(ask->document, &page, *drawn, self->timeout_seconds, fault);
}

static jy_err
draw(const struct page_room *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_PAGE_DRAW *ask = &request->u.PAGE_DRAW;
    struct page_reading reading = { self, -1 };
    struct jy_reader reader = { .room = JY_ROOM_PAGE, .timeout_seconds = self->timeout_seconds, .keep = -1, .handle = page_draw, .self = &reading };
    int64_t begun = seconds_now();
    jy_err rc = JY_OK;

    if (strcmp(ask->format, "PDF") == 0)
        rc = draw_pdf(self, ask, &reading.drawn, fault);
    reader.keep = reading.drawn;
    if (rc == JY_OK && jy_reader_run(&reader, request, reply) != JY_OK)
        rc = seconds_now() - begun >= self->timeout_seconds ? jy_fail(fault, JY_E_LIMIT, "page", 0, "more than %d seconds of work", self->timeout_seconds) :
             jy_fail(fault, JY_E_HOSTILE, "page", 0, "the document's reader ended on it");
    if (reading.drawn >= 0)
        close(reading.drawn);
    return rc;
}

static jy_err
words(const struct page_room *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_PAGE_WORDS *ask = &request->u.PAGE_WORDS;

    reply->type = JY_MSG_PAGE_WORDS_READ;
    if (lseek(ask->document, 0, SEEK_SET) != 0)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    return jy_poppler_words(ask->document, 1, (int)ask->pages, ask->output, self->timeout_seconds, fault);
}

void
page_answer(void *arg, int fd, struct jy_frame *request)
{
    const struct page_room *self = arg;
    struct jy_fault fault = { 0 };
    struct jy_frame reply = { 0 };
    jy_err rc;

    switch (request->type) {
    case JY_MSG_PAGE_DRAW: rc = draw(self, request, &reply, &fault); break;
    case JY_MSG_PAGE_WORDS: rc = words(self, request, &reply, &fault); break;
    default: rc = jy_fail(&fault, JY_E_UNSUPPORTED, jy_message_info(request->type)->name, 0, "page has no answer to it");
    }
    rc = rc == JY_OK ? jy_ipc_send(fd, JY_ROOM_PAGE, reply.type, &reply.u) : jy_ipc_send_error(fd, JY_ROOM_PAGE, rc, &fault);
    if (rc != JY_OK && rc != JY_E_UNAVAILABLE) {
        jy_log("error", "bug", "an answer could not be sent: %s", jy_err_code(rc));
        abort();
    }
    jy_frame_free(&reply);
}

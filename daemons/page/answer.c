/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of page. A reader that ends without an answer, or takes too long, is an answer about the document: the next page is not held up. */
#include "daemons/page/page.h"

#include "base/kill_point.h"
#include "poppler/poppler.h"

#include <errno.h>
#include <jansson.h>
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

typedef jy_err handle_fn(const void *reading, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
struct work { const struct page_reading *reading; handle_fn *handle; };

/* In the process of the document. */
static jy_err
handle_it(const void *arg, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct work *work = arg;
    jy_err rc;

    JY_KILL_POINT(page_reader_begun);
    rc = work->handle(work->reading, request, reply, fault);
    JY_KILL_POINT(page_reader_done);
    return rc;
}

/* What the process says of its document is the document's. */
static jy_err
read_it(int timeout_seconds, const struct page_reading *reading, handle_fn *handle, const struct jy_frame *request, struct jy_frame *reply,
        struct jy_fault *fault)
{
    const struct work work = { reading, handle };
    const struct jy_reader reader = { .room = JY_ROOM_PAGE, .timeout_seconds = timeout_seconds, .keep = reading->drawn, .handle = handle_it, .self = &work };
    int64_t begun = seconds_now();

    JY_KILL_POINT(page_fetched);
    if (jy_reader_run(&reader, request, reply) == JY_OK)
        return JY_OK;
    return seconds_now() - begun >= timeout_seconds ? jy_fail(fault, JY_E_LIMIT, "page", 0, "more than %d seconds of work", timeout_seconds) :
           jy_fail(fault, JY_E_HOSTILE, "page", 0, "the document's reader ended on it");
}

static jy_err
draw(const struct page_room *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_PAGE_DRAW *ask = &request->u.PAGE_DRAW;
    struct page_reading reading = { .room = self, .drawn = -1 };
    jy_err rc = JY_OK;

    if (strcmp(ask->format, "PDF") == 0)
        rc = draw_pdf(self, ask, &reading.drawn, fault);
    if (rc == JY_OK)
        rc = read_it(self->timeout_seconds, &reading, page_draw, request, reply, fault);
    if (reading.drawn >= 0)
        close(reading.drawn);
    return rc;
}

/* After the pictures, if these leave a quarter of what poppler may say in all. Who can draw a page and cannot read its words leaves it a picture. */
static jy_err
read_pdf_words(const struct page_room *self, const struct jy_msg_PAGE_COPY *ask, const struct page_reading *reading, struct jy_fault *fault)
{
    off_t end = lseek(reading->drawn, 0, SEEK_CUR);
    jy_err rc;

    if (end < 0 || lseek(ask->document, 0, SEEK_SET) != 0)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    if (end > (off_t)JY_POPPLER_OUTPUT / 4 * 3)
        return JY_OK;
    if ((rc = jy_poppler_words(ask->document, 1, (int)reading->count, reading->drawn, self->timeout_seconds, fault)) == JY_E_DAMAGED)
        rc = ftruncate(reading->drawn, end) == 0 ? JY_OK : jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
    return rc;
}

/* The pictures of all pages in one file, one after the other, and the words of all. */
static jy_err
draw_pdf_pages(const struct page_room *self, const struct jy_msg_PAGE_COPY *ask, struct page_reading *reading, struct jy_fault *fault)
{
    json_t *sizes = json_loadb((const char *)ask->sizes.p, ask->sizes.len, JSON_REJECT_DUPLICATES, NULL);
    size_t count = json_array_size(sizes);
    int64_t begun = seconds_now();
    jy_err rc = JY_OK;

    json_decref(sizes);
    if (count == 0 || count > COPY_PAGES_MAX)
        return jy_fail(fault, JY_E_LIMIT, "pages", 0, "%zu pages; of a PDF %d are copied", count, COPY_PAGES_MAX);
    if ((reading->drawn = memfd_create("drawn", MFD_CLOEXEC)) < 0)
        return jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
    for (; rc == JY_OK && reading->count < count; reading->count++) {
        const struct jy_poppler_page page = { .page = (int)reading->count + 1, .dots_per_inch = COPY_DOTS_PER_MM * 25.4 };
        off_t end = -1;
        if (seconds_now() - begun > 2 * self->timeout_seconds)
            rc = jy_fail(fault, JY_E_LIMIT, "page", reading->count, "more than %d seconds of work", 2 * self->timeout_seconds);
        else if (lseek(ask->document, 0, SEEK_SET) != 0)
            rc = jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
        else if ((rc = jy_poppler_draw(ask->document, &page, reading->drawn, self->timeout_seconds, fault)) == JY_OK &&
                 (end = lseek(reading->drawn, 0, SEEK_CUR)) < 0)
            rc = jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
        reading->ends[reading->count] = end < 0 ? 0 : (size_t)end;
    }
    if (rc == JY_OK && seconds_now() - begun > 2 * self->timeout_seconds)
        rc = jy_fail(fault, JY_E_LIMIT, "page", reading->count, "more than %d seconds of work", 2 * self->timeout_seconds);
    return rc == JY_OK ? read_pdf_words(self, ask, reading, fault) : rc;
}

static jy_err
copy(const struct page_room *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_PAGE_COPY *ask = &request->u.PAGE_COPY;
    struct page_reading reading = { .room = self, .drawn = -1 };
    jy_err rc = JY_OK;

    if (strcmp(ask->format, "PDF") == 0)
        rc = draw_pdf_pages(self, ask, &reading, fault);
    if (rc == JY_OK)
        rc = read_it(self->timeout_seconds, &reading, page_copy, request, reply, fault);
    if (reading.drawn >= 0)
        close(reading.drawn);
    return rc;
}

static jy_err
table(const struct page_room *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct page_reading reading = { .room = self, .drawn = -1 };

    /* Up to JY_TABLE_PAGES_MAX of them; web waits for four pages' time (ask_page). */
    return read_it(3 * self->timeout_seconds, &reading, page_table, request, reply, fault);
}

static jy_err
words(const struct page_room *self, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_PAGE_WORDS *ask = &request->u.PAGE_WORDS;

    reply->type = JY_MSG_PAGE_WORDS_READ;
    if (lseek(ask->document, 0, SEEK_SET) != 0)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    return jy_poppler_words(ask->document, (int)ask->first, (int)ask->last, ask->output, self->timeout_seconds, fault);
}

void
page_answer(void *arg, int fd, struct jy_frame *request)
{
    const struct page_room *self = arg;
    struct jy_fault fault = { 0 };
    struct jy_frame reply = { 0 };
    jy_err rc;

    JY_KILL_KIND(jy_message_info(request->type)->name);
    JY_KILL_POINT(page_asked);
    switch (request->type) {
    case JY_MSG_PAGE_DRAW: rc = draw(self, request, &reply, &fault); break;
    case JY_MSG_PAGE_COPY: rc = copy(self, request, &reply, &fault); break;
    case JY_MSG_PAGE_TABLE: rc = table(self, request, &reply, &fault); break;
    case JY_MSG_PAGE_WORDS: rc = words(self, request, &reply, &fault); break;
    default: rc = jy_fail(&fault, JY_E_UNSUPPORTED, jy_message_info(request->type)->name, 0, "page has no answer to it");
    }
    JY_KILL_POINT(page_done);
    rc = rc == JY_OK ? jy_ipc_send(fd, JY_ROOM_PAGE, reply.type, &reply.u) : jy_ipc_send_error(fd, JY_ROOM_PAGE, rc, &fault);
    if (rc != JY_OK && rc != JY_E_UNAVAILABLE) {
        jy_log("error", "bug", "an answer could not be sent: %s", jy_err_code(rc));
        abort();
    }
    jy_frame_free(&reply);
}

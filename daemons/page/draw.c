/* SPDX-License-Identifier: Apache-2.0 */
/* In the process of one document: its page as a picture, what is drawn upon it, a PNG of our own. */
#include "daemons/page/page.h"

#include "codec/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What is read here is never given back: the process ends with it. */
jy_err
page_map(int fd, int64_t max, struct jy_slice *out, struct jy_fault *fault)
{
    off_t size = lseek(fd, 0, SEEK_END);
    void *p;

    *out = JY_EMPTY;
    if (size < 0)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    if (size > max)
        return jy_fail(fault, JY_E_LIMIT, "document", 0, "%lld bytes, at most %lld are taken", (long long)size, (long long)max);
    if (size == 0)
        return jy_fail(fault, JY_E_EMPTY_FILE, "document", 0, "no bytes");
    if ((p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
        return jy_fail(fault, JY_E_IO, "document", 0, "%s", strerror(errno));
    *out = JY_SLICE(p, (size_t)size);
    return JY_OK;
}

static json_t *
foreign_text(const char *text)
{
    char visible[1024];

    return jy_utf8_is_valid(jy_slice_text(text)) ? json_string(text) : json_string(jy_text_visible(text, visible, sizeof(visible)));
}

static jy_err
draw_ofd(const struct page_room *room, const struct jy_msg_PAGE_DRAW *ask, struct jy_picture *out, json_t *notes, struct jy_fault *fault)
{
    struct jy_render *render = NULL;
    const struct jy_render_note *list;
    struct jy_slice file;
    size_t count;
    jy_err rc;

    /* A stamp may have been added to the largest document. */
    if ((rc = page_map(ask->document, room->document_max_bytes + ((int64_t)8 << 20), &file, fault)) != JY_OK ||
        (rc = jy_render_open(file, room->fonts, &render, fault)) != JY_OK ||
        (rc = jy_render_page(render, ask->page, ask->ppm, out, fault)) != JY_OK)
        return rc;
    list = jy_render_notes(render, &count);
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        if (json_array_append_new(notes, json_pack("{s:o, s:o}", "where", foreign_text(list[i].where), "text", foreign_text(list[i].text))) != 0)
            rc = JY_E_NOMEM;
    return rc;
}

static jy_err
read_drawn(int drawn, struct jy_picture *out, struct jy_fault *fault)
{
    struct jy_slice png;
    jy_err rc = page_map(drawn, (int64_t)64 << 20, &png, fault);

    if (rc == JY_OK && jy_picture_detect(png) != JY_PICTURE_PNG)
        rc = jy_fail(fault, JY_E_DAMAGED, "pdftocairo", 0, "gave no picture");
    return rc == JY_OK ? jy_picture_read(png, NULL, out, fault) : rc;
}

jy_err
page_write(struct jy_buf *bytes, int output, struct jy_fault *fault)
{
    struct jy_pieces pieces = { 0 };
    jy_err rc = jy_pieces_take(&pieces, bytes);

    if (rc == JY_OK)
        rc = jy_pieces_write(&pieces, output, fault);
    jy_pieces_free(&pieces);
    return rc;
}

jy_err
page_draw(const void *arg, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct page_reading *reading = arg;
    const struct jy_msg_PAGE_DRAW *ask = &request->u.PAGE_DRAW;
    struct jy_msg_PAGE_DRAWN *answer = &reply->u.PAGE_DRAWN;
    struct jy_picture picture = { 0 };
    struct jy_buf png = { 0 };
    json_t *notes = json_array();
    char *text = NULL;
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    reply->type = JY_MSG_PAGE_DRAWN;
    rc = reading->drawn >= 0 ? read_drawn(reading->drawn, &picture, fault) : draw_ofd(reading->room, ask, &picture, notes, fault);
    /* The asker's sizes come from our own reading of the document: another one would put stamps where they are not. */
    if (rc == JY_OK && (picture.width != ask->width || picture.height != ask->height))
        rc = jy_fail(fault, JY_E_DAMAGED, "page", 0, "drawn as %u × %u pixels, %u × %u are its size", picture.width, picture.height, ask->width, ask->height);
    if (rc == JY_OK && ask->report.len > 0)
        rc = jy_render_boxes(&picture, ask->ppm, reading->room->fonts, ask->report, (int)ask->page, fault);
    if (rc == JY_OK && (rc = jy_picture_write_png(&picture, ask->ppm, &png, fault)) == JY_OK && (rc = page_write(&png, ask->output, fault)) == JY_OK &&
        (rc = (text = json_dumps(notes, JSON_COMPACT)) == NULL ? JY_E_NOMEM : JY_OK) == JY_OK)
        rc = jy_buf_text(&reply->bytes, text);
    answer->notes = jy_buf_slice(&reply->bytes);
    snprintf(answer->renderer, sizeof(answer->renderer), "%s", reading->drawn >= 0 ? reading->room->poppler : jy_render_version());
    jy_picture_free(&picture);
    jy_buf_free(&png);
    json_decref(notes);
    free(text);
    return rc;
}

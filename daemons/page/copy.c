/* SPDX-License-Identifier: Apache-2.0 */
/* In the process of one document: a copy of it that says so (R17.1). */
#include "daemons/page/page.h"

#include <jansson.h>
#include <string.h>

static jy_err
add_ofd(const struct page_room *room, int document, struct jy_copy *copy, struct jy_fault *fault)
{
    struct jy_render *render = NULL;
    struct jy_slice file;
    jy_err rc;

    if ((rc = page_map(document, room->document_max_bytes + ((int64_t)8 << 20), &file, fault)) == JY_OK)
        rc = jy_render_open(file, room->fonts, &render, fault);
    for (size_t page = 1; rc == JY_OK && page <= jy_render_page_count(render); page++)
        rc = jy_copy_add_page(copy, render, page, fault);
    return rc;
}

static jy_err
add_pdf(const struct page_reading *reading, const json_t *sizes, struct jy_copy *copy, struct jy_fault *fault)
{
    struct jy_slice all;
    struct jy_text text = { 0 };
    struct jy_bbox words = { 0 };
    bool told = true;
    size_t begin = 0;
    jy_err rc = page_map(reading->drawn, (int64_t)64 << 20, &all, fault);

    if (rc == JY_OK && reading->count > 0 && reading->ends[reading->count - 1] <= all.len)
        words.rest = JY_SLICE(all.p + reading->ends[reading->count - 1], all.len - reading->ends[reading->count - 1]);
    for (size_t i = 0; rc == JY_OK && i < reading->count; begin = reading->ends[i++]) {
        const json_t *pair = json_array_get(sizes, i);
        struct jy_page size = { json_number_value(json_array_get(pair, 0)), json_number_value(json_array_get(pair, 1)) };
        struct jy_picture picture = { 0 };
        struct jy_slice png = JY_SLICE(all.p + begin, reading->ends[i] - begin);
        if (reading->ends[i] > all.len || jy_picture_detect(png) != JY_PICTURE_PNG) {
            rc = jy_fail(fault, JY_E_DAMAGED, "pdftocairo", i, "gave no picture");
        } else if ((rc = jy_picture_read(png, NULL, &picture, fault)) == JY_OK) {
            told = told && jy_bbox_next(&words, size, &text, NULL) == JY_OK;      /* without its words it is a picture */
            rc = jy_copy_add_picture(copy, &picture, told ? &text : NULL, size.width_mm, size.height_mm, fault);
        }
        jy_picture_free(&picture);
    }
    jy_text_free(&text);
    return rc;
}

jy_err
page_copy(const void *arg, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct page_reading *reading = arg;
    const struct jy_msg_PAGE_COPY *ask = &request->u.PAGE_COPY;
    json_t *sizes = json_loadb((const char *)ask->sizes.p, ask->sizes.len, JSON_REJECT_DUPLICATES, NULL);
    struct jy_copy_mark mark = { .made = ask->made };
    struct jy_copy *copy = NULL;
    struct jy_buf pdf = { 0 };
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    reply->type = JY_MSG_PAGE_COPIED;
    strcpy(mark.source, ask->source);
    strcpy(mark.code, ask->code);
    strcpy(mark.link, ask->link);
    if ((rc = jy_copy_new(&mark, reading->room->fonts, &copy, fault)) == JY_OK &&
        (rc = reading->drawn >= 0 ? add_pdf(reading, sizes, copy, fault) : add_ofd(reading->room, ask->document, copy, fault)) == JY_OK &&
        (rc = jy_copy_finish(copy, &pdf, fault)) == JY_OK)
        rc = page_write(&pdf, ask->output, fault);
    jy_copy_free(copy);
    jy_buf_free(&pdf);
    json_decref(sizes);
    return rc;
}

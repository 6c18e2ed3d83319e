/* SPDX-License-Identifier: Apache-2.0 */
/* canvas.h: a package of one page of 50 × 50 mm, drawn at 4 pixels a millimetre, and questions about its pixels. */
#ifndef JY_TEST_CANVAS_H
#define JY_TEST_CANVAS_H

#include <jinyin/render.h>

#include "../ofd/raw_zip.h"

#include <stdio.h>

#define ROOT "<OFD><DocBody><DocRoot>D/Document.xml</DocRoot></DocBody></OFD>"
#define DOCUMENT(more)                                                                                                                     \
    "<Document><CommonData><PageArea><PhysicalBox>0 0 50 50</PhysicalBox></PageArea><DocumentRes>R.xml</DocumentRes>" more "</CommonData>" \
    "<Pages><Page ID=\"1\" BaseLoc=\"P.xml\"/></Pages></Document>"
#define RES(more) "<Res><Fonts><Font ID=\"3\" FontName=\"宋体\"/></Fonts>" more "</Res>"
#define PAGE(objects) "<Page><Content><Layer>" objects "</Layer></Content></Page>"
#define MORE_MAX 8

static struct jy_fonts *fonts;

struct canvas {
    struct jy_picture picture;
    struct jy_render_note notes[JY_RENDER_NOTES_MAX];
    size_t note_count;
};

static inline jy_err
canvas_draw(const char *document, const char *res, const char *page, const struct raw_entry *more, size_t more_count, struct canvas *out)
{
    struct raw_entry list[4 + MORE_MAX] = { { .name = "OFD.xml", .text = ROOT }, { .name = "D/Document.xml", .text = document },
                                            { .name = "D/R.xml", .text = res }, { .name = "D/P.xml", .text = page } };
    struct jy_render *render = NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf file = { 0 };
    jy_err rc;

    for (size_t i = 0; i < more_count; i++)
        list[4 + i] = more[i];
    raw_zip(list, 4 + more_count, &file);
    *out = (struct canvas){ 0 };
    rc = jy_render_open(jy_buf_slice(&file), fonts, &render, &fault);
    if (rc == JY_OK)
        rc = jy_render_page(render, 1, 4, &out->picture, &fault);
    if (rc == JY_OK) {
        const struct jy_render_note *notes = jy_render_notes(render, &out->note_count);
        memcpy(out->notes, notes, out->note_count * sizeof(*notes));
    } else {
        fprintf(stderr, "canvas: %s: %s: %s\n", jy_err_code(rc), fault.where, fault.text);
    }
    jy_render_free(render);
    jy_buf_free(&file);
    return rc;
}

static inline const uint8_t *
canvas_at(const struct canvas *canvas, double x_mm, double y_mm)
{
    return canvas->picture.rgba + ((size_t)(y_mm * 4) * canvas->picture.width + (size_t)(x_mm * 4)) * 4;
}

static inline bool
canvas_is(const struct canvas *canvas, double x_mm, double y_mm, int r, int g, int b)
{
    const uint8_t *p = canvas_at(canvas, x_mm, y_mm);

    if (abs(p[0] - r) <= 3 && abs(p[1] - g) <= 3 && abs(p[2] - b) <= 3)
        return true;
    fprintf(stderr, "canvas: %g %g is %d %d %d\n", x_mm, y_mm, p[0], p[1], p[2]);
    return false;
}

/* Share of dark pixels within a box. */
static inline double
canvas_ink(const struct canvas *canvas, double x, double y, double w, double h)
{
    size_t dark = 0, all = 0;

    for (double j = y; j < y + h; j += 0.25)
        for (double i = x; i < x + w; i += 0.25, all++) {
            const uint8_t *p = canvas_at(canvas, i, j);
            dark += p[0] + p[1] + p[2] < 384;
        }
    return (double)dark / (double)all;
}

static inline bool
canvas_notes(const struct canvas *canvas, const char *text)
{
    for (size_t i = 0; i < canvas->note_count; i++)
        if (strstr(canvas->notes[i].text, text) != NULL || strstr(canvas->notes[i].where, text) != NULL)
            return true;
    return false;
}

#endif

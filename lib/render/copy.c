/* SPDX-License-Identifier: Apache-2.0 */
/* Copies that say so (R17.1). Nothing of the page is covered: the strip stands below it, the mark across it lets the text be read. */
#include "render/label.h"

#include <codec/text.h>

#include <cairo-pdf.h>
#include <math.h>
#include <qrencode.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define STRIP_MM 22.0
#define QR_MM 18.0
#define QR_QUIET 4                           /* modules of white around it (ISO/IEC 18004) */
#define TITLE "复印件 · COPY"
#define POINTS (72 / 25.4)

struct jy_copy {
    const struct jy_copy_mark *mark;
    struct jy_fonts *fonts;
    QRcode *qr;
    struct jy_buf bytes;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct text_fonts text_fonts;
    struct layer layer;
    size_t pages;
};

static jy_err
code_of(const struct jy_copy_mark *mark, QRcode **out, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];

    *out = NULL;
    if (jy_hex_parse(jy_slice_text(mark->source), digest, sizeof(digest)) != JY_OK)
        return jy_fail(fault, JY_E_ARGUMENT, "source", 0, "64 hex digits");
    *out = QRcode_encodeString8bit(mark->link, 0, QR_ECLEVEL_M);
    return *out != NULL ? JY_OK : jy_fail(fault, JY_E_ARGUMENT, "link", 0, "it fits no QR code");
}

static void
draw_qr(cairo_t *cr, const QRcode *qr, double x, double y)
{
    double module = QR_MM / (qr->width + 2 * QR_QUIET);

    cairo_set_source_rgb(cr, 0, 0, 0);
    for (int row = 0; row < qr->width; row++)
        for (int column = 0; column < qr->width; column++)
            if ((qr->data[row * qr->width + column] & 1) != 0)
                cairo_rectangle(cr, x + (column + QR_QUIET) * module, y + (row + QR_QUIET) * module, module, module);
    cairo_fill(cr);
}

static void
draw_line(cairo_t *cr, struct jy_fonts *fonts, enum font_class class, const char *text, double y, double size, double room)
{
    double width = label_draw(cr, fonts, class, text, 0, 0, size, false), x = QR_MM + 4;

    if (width > room && width > 0)                           /* a narrow page: smaller, never cut off */
        size *= room / width;
    (void)label_draw(cr, fonts, class, text, x, y, size, true);
}

/* Unit: millimetres, origin at the page's corner; the strip follows below it. */
static void
draw_marks(cairo_t *cr, struct jy_fonts *fonts, const struct jy_copy_mark *mark, const QRcode *qr, double width, double height)
{
    double size = fmin(width, height) / 6, room = width - QR_MM - 6;
    char line[640], when[21];

    cairo_save(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_rectangle(cr, 0, height, width, STRIP_MM);
    cairo_fill(cr);
    cairo_set_source_rgb(cr, 0.75, 0, 0);
    cairo_set_line_width(cr, 0.4);
    cairo_move_to(cr, 0, height + 0.4);
    cairo_line_to(cr, width, height + 0.4);
    cairo_stroke(cr);
    draw_qr(cr, qr, 2, height + 2);
    cairo_set_source_rgb(cr, 0.75, 0, 0);
    draw_line(cr, fonts, FONT_HEI, TITLE, height + 6.5, 4.5, room);
    cairo_set_source_rgb(cr, 0, 0, 0);
    snprintf(line, sizeof(line), "原件 original  SM3 %s", mark->source);
    draw_line(cr, fonts, FONT_SANS, line, height + 11, 2.4, room);
    jy_time_rfc3339(mark->made, when);
    snprintf(line, sizeof(line), "验证码 code  %s    制作时间 made  %s", mark->code[0] == '\0' ? "-" : mark->code, when);
    draw_line(cr, fonts, FONT_SANS, line, height + 15, 2.4, room);
    draw_line(cr, fonts, FONT_SANS, "本件不是原件，效力以原件验证结果为准。 Not an original: only the original can be verified.", height + 19, 2.4, room);
    cairo_translate(cr, width / 2, height / 2);
    cairo_rotate(cr, -atan2(height, width));
    cairo_set_source_rgba(cr, 0.75, 0, 0, 0.16);
    (void)label_draw(cr, fonts, FONT_HEI, TITLE, -label_draw(cr, fonts, FONT_HEI, TITLE, 0, 0, size, false) / 2, size / 3, size, true);
    cairo_restore(cr);
}

/* -- PDF -- */

static cairo_status_t
take_bytes(void *closure, const unsigned char *data, unsigned length)
{
    return jy_buf_add(closure, JY_SLICE(data, length)) == JY_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

jy_err
jy_copy_new(const struct jy_copy_mark *mark, struct jy_fonts *fonts, struct jy_copy **out, struct jy_fault *fault)
{
    struct jy_copy *copy = calloc(1, sizeof(*copy));
    char words[160], when[21];
    jy_err rc;

    *out = NULL;
    if (copy == NULL)
        return jy_fail(fault, JY_E_NOMEM, "copy", 0, "no memory");
    if ((rc = code_of(mark, &copy->qr, fault)) != JY_OK) {
        jy_copy_free(copy);
        return rc;
    }
    copy->mark = mark;
    copy->fonts = fonts;
    copy->surface = cairo_pdf_surface_create_for_stream(take_bytes, &copy->bytes, 595, 842);
    copy->cr = cairo_create(copy->surface);
    snprintf(words, sizeof(words), JY_COPY_MARK "%s", mark->source);
    jy_time_rfc3339(mark->made, when);
    cairo_pdf_surface_set_metadata(copy->surface, CAIRO_PDF_METADATA_TITLE, TITLE);
    cairo_pdf_surface_set_metadata(copy->surface, CAIRO_PDF_METADATA_KEYWORDS, words);
    cairo_pdf_surface_set_metadata(copy->surface, CAIRO_PDF_METADATA_CREATOR, jy_render_version());
    cairo_pdf_surface_set_metadata(copy->surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
    *out = copy;
    return JY_OK;
}

static void
begin(struct jy_copy *copy, double width, double height)
{
    cairo_pdf_surface_set_size(copy->surface, width * POINTS, (height + STRIP_MM) * POINTS);
    cairo_save(copy->cr);
    cairo_scale(copy->cr, POINTS, POINTS);
}

static jy_err
end(struct jy_copy *copy, double width, double height, struct jy_fault *fault)
{
    draw_marks(copy->cr, copy->fonts, copy->mark, copy->qr, width, height);
    cairo_restore(copy->cr);
    cairo_show_page(copy->cr);
    copy->pages++;
    return cairo_status(copy->cr) == CAIRO_STATUS_SUCCESS ? JY_OK :
           jy_fail(fault, JY_E_NOMEM, "copy", 0, "%s", cairo_status_to_string(cairo_status(copy->cr)));
}

jy_err
jy_copy_add_page(struct jy_copy *copy, struct jy_render *render, size_t page, struct jy_fault *fault)
{
    struct jy_page size;
    jy_err rc;

    if (page < 1 || page > render->ofd->page_count)
        return jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%zu of %zu", page, render->ofd->page_count);
    size = render->ofd->pages[page - 1].size;
    begin(copy, size.width_mm, size.height_mm);
    cairo_save(copy->cr);
    cairo_rectangle(copy->cr, 0, 0, size.width_mm, size.height_mm);
    cairo_clip(copy->cr);
    begin_page(render);
    render->text_fonts = &copy->text_fonts;
    rc = draw_page(render, page, copy->cr, fault);
    render->text_fonts = NULL;
    cairo_restore(copy->cr);
    return rc != JY_OK ? rc : end(copy, size.width_mm, size.height_mm, fault);
}

jy_err
jy_copy_add_picture(struct jy_copy *copy, struct jy_picture *page, const struct jy_text *text, double width_mm, double height_mm, struct jy_fault *fault)
{
    double scale_x = width_mm / page->width, scale_y = height_mm / page->height;
    cairo_surface_t *surface;

    begin(copy, width_mm, height_mm);
    if ((text != NULL && layer_draw(&copy->layer, copy->cr, text, page, width_mm, height_mm) != JY_OK) || (surface = surface_of(page)) == NULL) {
        jy_picture_free(page);
        return jy_fail(fault, JY_E_NOMEM, "copy", 0, "no memory");
    }
    cairo_save(copy->cr);
    cairo_scale(copy->cr, scale_x, scale_y);
    cairo_set_source_surface(copy->cr, surface, 0, 0);
    cairo_paint(copy->cr);
    cairo_restore(copy->cr);
    cairo_surface_destroy(surface);
    return end(copy, width_mm, height_mm, fault);
}

jy_err
jy_copy_finish(struct jy_copy *copy, struct jy_buf *out, struct jy_fault *fault)
{
    cairo_status_t status;

    cairo_destroy(copy->cr);
    copy->cr = NULL;
    cairo_surface_finish(copy->surface);
    status = cairo_surface_status(copy->surface);
    if (status != CAIRO_STATUS_SUCCESS || copy->pages == 0)
        return jy_fail(fault, JY_E_NOMEM, "copy", 0, "%s", copy->pages == 0 ? "no page" : cairo_status_to_string(status));
    return jy_buf_add(out, jy_buf_slice(&copy->bytes));
}

void
jy_copy_free(struct jy_copy *copy)
{
    if (copy == NULL)
        return;
    if (copy->cr != NULL)
        cairo_destroy(copy->cr);
    if (copy->surface != NULL)
        cairo_surface_destroy(copy->surface);
    if (copy->qr != NULL)
        QRcode_free(copy->qr);
    text_fonts_free(&copy->text_fonts);
    layer_free(&copy->layer);
    jy_buf_free(&copy->bytes);
    free(copy);
}

/* -- PNG -- */

/* The mark as a text chunk (PNG 11.3.4.3) after the header chunk, as it is in the bytes. */
static jy_err
put_mark(struct jy_slice png, const char *source, struct jy_buf *out)
{
    enum { HEAD = 33 };                                      /* signature and IHDR */
    char text[160];
    uint8_t frame[4];
    size_t len;
    uLong sum;
    jy_err rc;

    memcpy(text, "tEXtKeywords", 13);                        /* with its NUL */
    len = 13 + (size_t)snprintf(text + 13, sizeof(text) - 13, JY_COPY_MARK "%s", source);
    sum = crc32(crc32(0, NULL, 0), (const Bytef *)text, (uInt)len);
    for (int i = 0; i < 4; i++)
        frame[i] = (uint8_t)((len - 4) >> (24 - 8 * i));
    if ((rc = jy_buf_add(out, JY_SLICE(png.p, HEAD))) != JY_OK || (rc = jy_buf_add(out, JY_SLICE(frame, 4))) != JY_OK ||
        (rc = jy_buf_add(out, JY_SLICE((const uint8_t *)text, len))) != JY_OK)
        return rc;
    for (int i = 0; i < 4; i++)
        frame[i] = (uint8_t)(sum >> (24 - 8 * i));
    if ((rc = jy_buf_add(out, JY_SLICE(frame, 4))) != JY_OK)
        return rc;
    return jy_buf_add(out, JY_SLICE(png.p + HEAD, png.len - HEAD));
}

jy_err
jy_copy_png(const struct jy_picture *page, double px_per_mm, const struct jy_copy_mark *mark, struct jy_fonts *fonts, struct jy_buf *out,
            struct jy_fault *fault)
{
    struct jy_picture sheet = { 0 };
    struct jy_buf png = { 0 };
    QRcode *qr = NULL;
    cairo_t *cr;
    jy_err rc;

    if ((rc = code_of(mark, &qr, fault)) != JY_OK ||
        (rc = jy_picture_new(page->width, page->height + (uint32_t)ceil(STRIP_MM * px_per_mm), &sheet, fault)) != JY_OK)
        goto out;
    memset(sheet.rgba, 255, (size_t)sheet.width * sheet.height * 4);
    memcpy(sheet.rgba, page->rgba, (size_t)page->width * page->height * 4);
    cr = canvas_begin(&sheet);
    cairo_scale(cr, px_per_mm, px_per_mm);
    draw_marks(cr, fonts, mark, qr, page->width / px_per_mm, page->height / px_per_mm);
    sheet.opaque = true;
    if ((rc = canvas_end(cr, &sheet, fault)) == JY_OK && (rc = jy_picture_write_png(&sheet, px_per_mm, &png, fault)) == JY_OK)
        rc = put_mark(jy_buf_slice(&png), mark->source, out);
out:
    if (qr != NULL)
        QRcode_free(qr);
    jy_buf_free(&png);
    jy_picture_free(&sheet);
    return rc;
}

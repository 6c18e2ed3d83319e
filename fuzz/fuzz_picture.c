/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture of any type from hostile bytes: read, drawn as a vector, and made into streams of a PDF; what is read can be written. JBIG2 has a target of its
 * own, which gives it a smaller share of work.
 */
#include <jinyin/render.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jy_fonts *fonts;
    struct jy_picture picture;
    struct jy_picture_pdf pdf;
    struct jy_fault fault = { 0 };
    struct jy_buf png = { 0 };

    if (fonts == NULL) {
        if (jy_fonts_open(&fonts, NULL) != JY_OK)
            abort();
        jy_picture_use_drawer(jy_render_drawer, fonts);
    }
    if (jy_picture_detect(JY_SLICE(data, size)) == JY_PICTURE_JBIG2)
        return 0;
    if (jy_picture_draw(JY_SLICE(data, size), "PNG", 4, 4, &picture, &fault) == JY_OK) {
        if (picture.width == 0 || picture.height == 0 || picture.rgba == NULL)
            abort();
        if ((uint64_t)picture.width * picture.height < 65536 && jy_picture_write_png(&picture, 4, &png, &fault) != JY_OK)
            abort();
        jy_picture_free(&picture);
    }
    if (jy_picture_pdf(JY_SLICE(data, size), "PNG", 4, 4, &pdf, &fault) == JY_OK) {
        if (pdf.image.len == 0 || pdf.has_mask != (pdf.mask.len != 0))
            abort();
        jy_picture_pdf_free(&pdf);
    }
    jy_buf_free(&png);
    return 0;
}

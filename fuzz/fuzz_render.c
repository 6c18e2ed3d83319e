/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a hostile OFD: parts, fonts, pictures, stamps. Small, so that the sanitizers' price stays within a second. */
#include <jinyin/render.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jy_fonts *fonts;
    struct jy_render *render = NULL;
    struct jy_fault fault = { 0 };

    if (fonts == NULL && jy_fonts_open(&fonts, NULL) != JY_OK)
        abort();
    if (jy_render_open(JY_SLICE(data, size), fonts, &render, &fault) != JY_OK)
        return 0;
    for (size_t page = 1; page <= jy_render_page_count(render) && page <= 2; page++) {
        struct jy_picture picture;
        size_t count;
        if (jy_render_page(render, page, 0.5, &picture, &fault) == JY_OK) {
            if (picture.rgba == NULL || !picture.opaque)
                abort();
            jy_picture_free(&picture);
        }
        (void)jy_render_notes(render, &count);
    }
    jy_render_free(render);
    return 0;
}

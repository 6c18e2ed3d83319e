/* SPDX-License-Identifier: Apache-2.0 */
/* The first page of a hostile OFD as a copy (R17.1): a vector PDF, glyphs drawn by our own code; or ("<") hostile words beneath the picture of a page. */
#include <jinyin/render.h>

#include <stdlib.h>

#define COPIED_MAX 32768                     /* bytes: a PDF packs every image anew, which takes its time */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* cairo 1.16 loses the objects of each repeated pattern of a PDF; the room's process ends with its copy. Leaks of pictures are fuzz_render's to find. */
const char *
__lsan_default_suppressions(void)
{
    return "leak:libcairo.so";
}

static jy_err
add_words(struct jy_copy *copy, struct jy_slice words)
{
    const struct jy_page size = { 595 * 25.4 / 72, 842 * 25.4 / 72 };
    struct jy_bbox bbox = { .rest = words };
    struct jy_text text = { 0 };
    jy_err rc = JY_OK;

    while (rc == JY_OK && jy_bbox_next(&bbox, size, &text, NULL) == JY_OK) {
        struct jy_picture picture;
        if ((rc = jy_picture_new(8, 8, &picture, NULL)) == JY_OK)
            rc = jy_copy_add_picture(copy, &picture, &text, size.width_mm, size.height_mm, NULL);
    }
    jy_text_free(&text);
    return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct jy_copy_mark mark = { .source = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .link = "x" };
    static struct jy_fonts *fonts;
    struct jy_render *render = NULL;
    struct jy_copy *copy = NULL;
    struct jy_buf pdf = { 0 };
    bool words = size > 0 && data[0] == '<';

    if (fonts == NULL && jy_fonts_open(&fonts, NULL) != JY_OK)
        abort();
    if (size >= COPIED_MAX || (!words && jy_render_open(JY_SLICE(data, size), fonts, &render, NULL) != JY_OK))
        return 0;
    if (jy_copy_new(&mark, fonts, &copy, NULL) == JY_OK &&
        (words ? add_words(copy, JY_SLICE(data, size)) : jy_copy_add_page(copy, render, 1, NULL)) == JY_OK && jy_copy_finish(copy, &pdf, NULL) == JY_OK &&
        pdf.len == 0)
        abort();
    jy_copy_free(copy);
    jy_render_free(render);
    jy_buf_free(&pdf);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Characters with their places, one page's worth. */
#include <jinyin/text.h>

#include <stdlib.h>

void
jy_text_free(struct jy_text *text)
{
    free(text->list);
    *text = (struct jy_text){ NULL, 0, 0 };
}

jy_err
jy_text_add(struct jy_text *text, uint32_t code, struct jy_box box, struct jy_fault *fault)
{
    if (text->count >= JY_GLYPHS_MAX)
        return jy_fail(fault, JY_E_LIMIT, "text", 0, "more than %d characters on one page", JY_GLYPHS_MAX);
    if (text->count == text->cap) {
        size_t cap = text->cap == 0 ? 1024 : text->cap * 2;
        struct jy_glyph *list = realloc(text->list, cap * sizeof(*list));

        if (list == NULL)
            return jy_fail(fault, JY_E_NOMEM, "text", 0, "no memory");
        text->list = list;
        text->cap = cap;
    }
    text->list[text->count++] = (struct jy_glyph){ code, box };
    return JY_OK;
}

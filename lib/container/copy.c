/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy that says so (R17.1). The mark stands in the file's bytes as they are (a PDF's Info, a PNG's text chunk), so that neither a further revision nor a
 * signature takes it away; a PDF that another program wrote anew has it in its Info.
 */
#include <container/document.h>

#include <string.h>

static bool
is_hex(struct jy_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("0123456789abcdef", text.p[i]) == NULL || text.p[i] == '\0')
            return false;
    return true;
}

bool
jy_copy_mark_in(struct jy_slice bytes, char out[2 * JY_SM3_SIZE + 1])
{
    const struct jy_slice mark = jy_slice_text(JY_COPY_MARK);
    size_t at;

    out[0] = '\0';
    while ((at = jy_slice_find(bytes, mark)) != SIZE_MAX) {
        bytes = JY_SLICE(bytes.p + at + mark.len, bytes.len - at - mark.len);
        if (bytes.len >= 2 * JY_SM3_SIZE && is_hex(JY_SLICE(bytes.p, 2 * JY_SM3_SIZE))) {
            memcpy(out, bytes.p, 2 * JY_SM3_SIZE);
            out[2 * JY_SM3_SIZE] = '\0';
            return true;
        }
    }
    return false;
}

bool
jy_copy_picture(struct jy_slice file, char out[2 * JY_SM3_SIZE + 1])
{
    static const uint8_t png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };

    out[0] = '\0';
    return file.len > sizeof(png) && memcmp(file.p, png, sizeof(png)) == 0 && jy_copy_mark_in(file, out);
}

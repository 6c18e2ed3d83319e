/* SPDX-License-Identifier: Apache-2.0 */
/* GIF by giflib: the first frame on a transparent ground. Records are read one by one; nothing after the frame is looked at. */
#include "picture/inside.h"

#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

static int
read_bytes(GifFileType *gif, GifByteType *to, int len)
{
    struct jy_slice *rest = gif->UserData;
    size_t n = len < 0 ? 0 : (size_t)len < rest->len ? (size_t)len : rest->len;

    memcpy(to, rest->p, n);
    *rest = JY_SLICE(rest->p + n, rest->len - n);
    return (int)n;
}

static jy_err
wrong(const GifFileType *gif, struct jy_fault *fault)
{
    const char *text = GifErrorString(gif->Error);

    return jy_fail(fault, gif->Error == D_GIF_ERR_NOT_ENOUGH_MEM ? JY_E_NOMEM : JY_E_FORMAT, "GIF", 0, "%s", text == NULL ? "ends too early" : text);
}

/* Interlaced rows come in four passes. */
static uint32_t
row_of(uint32_t i, uint32_t height, bool interlaced)
{
    static const struct { uint32_t first, step; } passes[] = { { 0, 8 }, { 4, 8 }, { 2, 4 }, { 1, 2 } };

    for (size_t p = 0; interlaced && p < 4; p++) {
        uint32_t rows = height <= passes[p].first ? 0 : (height - passes[p].first + passes[p].step - 1) / passes[p].step;
        if (i < rows)
            return passes[p].first + i * passes[p].step;
        i -= rows;
    }
    return i;
}

static jy_err
read_frame(GifFileType *gif, int transparent, struct jy_picture *out, struct jy_fault *fault)
{
    const GifImageDesc *frame = &gif->Image;
    const ColorMapObject *map = frame->ColorMap != NULL ? frame->ColorMap : gif->SColorMap;
    uint32_t left = (uint32_t)frame->Left, top = (uint32_t)frame->Top, width = (uint32_t)frame->Width, height = (uint32_t)frame->Height;
    GifPixelType *line;
    jy_err rc = JY_OK;

    if (map == NULL)
        return jy_fail(fault, JY_E_FORMAT, "GIF", 0, "no colours");
    if (width == 0 || height == 0 || left + width > out->width || top + height > out->height)
        return jy_fail(fault, JY_E_FORMAT, "GIF", 0, "the frame is larger than the picture");
    if ((line = malloc(width)) == NULL)
        return jy_fail(fault, JY_E_NOMEM, "GIF", 0, "no memory");
    for (uint32_t i = 0; rc == JY_OK && i < height; i++) {
        uint8_t *to = out->rgba + ((size_t)(top + row_of(i, height, frame->Interlace)) * out->width + left) * 4;
        if (DGifGetLine(gif, line, (int)width) == GIF_ERROR) {
            rc = wrong(gif, fault);
            break;
        }
        for (uint32_t x = 0; x < width; x++, to += 4) {
            if (line[x] == transparent)
                continue;
            if (line[x] >= map->ColorCount) {
                rc = jy_fail(fault, JY_E_FORMAT, "GIF", 0, "colour %d of %d", line[x], map->ColorCount);
                break;
            }
            to[0] = map->Colors[line[x]].Red, to[1] = map->Colors[line[x]].Green, to[2] = map->Colors[line[x]].Blue, to[3] = 255;
        }
    }
    free(line);
    return rc;
}

static jy_err
read_records(GifFileType *gif, struct jy_picture *out, struct jy_fault *fault)
{
    int transparent = NO_TRANSPARENT_COLOR;

    for (;;) {
        GifRecordType record;
        GraphicsControlBlock control;
        GifByteType *bytes = NULL;
        int code;

        if (DGifGetRecordType(gif, &record) == GIF_ERROR)
            return wrong(gif, fault);
        if (record == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(gif) == GIF_ERROR ? wrong(gif, fault) : read_frame(gif, transparent, out, fault);
        if (record != EXTENSION_RECORD_TYPE)
            return jy_fail(fault, JY_E_FORMAT, "GIF", 0, "no frame");
        if (DGifGetExtension(gif, &code, &bytes) == GIF_ERROR)
            return wrong(gif, fault);
        if (code == GRAPHICS_EXT_FUNC_CODE && bytes != NULL && DGifExtensionToGCB(bytes[0], bytes + 1, &control) == GIF_OK)
            transparent = control.TransparentColor;
        while (bytes != NULL)
            if (DGifGetExtensionNext(gif, &bytes) == GIF_ERROR)
                return wrong(gif, fault);
    }
}

jy_err
picture_gif(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    int code = 0;
    GifFileType *gif = DGifOpen(&bytes, read_bytes, &code);
    jy_err rc;

    if (gif == NULL)
        return jy_fail(fault, code == D_GIF_ERR_NOT_ENOUGH_MEM ? JY_E_NOMEM : JY_E_FORMAT, "GIF", 0, "no header");
    rc = gif->SWidth <= 0 || gif->SHeight <= 0 ? jy_fail(fault, JY_E_FORMAT, "GIF", 0, "no size")
                                               : picture_new_within((uint32_t)gif->SWidth, (uint32_t)gif->SHeight, 0, budget, out, fault);
    if (rc == JY_OK)
        rc = read_records(gif, out, fault);
    DGifCloseFile(gif, &code);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A JBIG2 picture from hostile bytes, told by its file header or by its segments. Whatever is read is black and white, and within the limits. It gets a
 * sixteenth of the steps, so that the sanitizers' price stays within a second.
 */
#include <jinyin/picture.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_picture_budget budget = { UINT64_MAX, JY_JBIG2_WORK_MAX / 16 };
    struct jy_picture picture;
    struct jy_fault fault = { 0 };

    if (jy_picture_detect(JY_SLICE(data, size)) != JY_PICTURE_JBIG2)
        return 0;
    if (jy_picture_read_within(JY_SLICE(data, size), "JBIG2", &budget, &picture, &fault) != JY_OK)
        return 0;
    if (!picture.opaque || picture.width == 0 || picture.height == 0 || (picture.rgba[0] != 0 && picture.rgba[0] != 255))
        abort();
    jy_picture_free(&picture);
    return 0;
}

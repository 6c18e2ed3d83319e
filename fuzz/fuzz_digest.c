/* SPDX-License-Identifier: Apache-2.0 */
/* The service's answer to a stamping by digest only, from hostile bytes: what is read has a place and a value. */
#include <jinyin/digest.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_buf value = { 0 };
    char slot[256];

    if (jy_digest_answer(JY_SLICE(data, size), slot, &value, NULL) == JY_OK && (slot[0] == '\0' || strlen(slot) > 255))
        abort();
    jy_buf_free(&value);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The whole verdict on a hostile OFD. */
#include "judge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_slice document = JY_SLICE(data, size);

    if (jy_format_detect(document) != JY_FORMAT_PDF)
        (void)judge_alike(document);
    return 0;
}

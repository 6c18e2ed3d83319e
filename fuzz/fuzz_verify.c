/* SPDX-License-Identifier: Apache-2.0 */
/* The whole verdict from hostile bytes: no crash, never valid without an anchor, the same report twice. */
#include <jinyin/verify.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_buf first = { 0 }, second = { 0 };

    for (int i = 0; i < 2; i++) {
        struct jy_buf *out = i == 0 ? &first : &second;
        struct jy_report *report = NULL;
        struct jy_fault fault = { 0 };
        if (jy_verify(JY_SLICE(data, size), NULL, NULL, NULL, 1795000000, &report, &fault) == JY_OK) {
            if (jy_report_verdict(report) <= JY_VALID_WITH_WARNING)
                abort();
            if (jy_report_json(report, out) != JY_OK || jy_report_text(report, out) != JY_OK)
                abort();
        }
        jy_report_free(report);
    }
    if (!jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&second)))
        abort();
    jy_buf_free(&first);
    jy_buf_free(&second);
    return 0;
}

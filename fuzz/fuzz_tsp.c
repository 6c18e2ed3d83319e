/* SPDX-License-Identifier: Apache-2.0 */
/* Time stamps from hostile bytes: requests, replies, tokens, TSTInfo. Nothing is trusted, so nothing may prove a time. */
#include <jinyin/timestamp.h>
#include "tsp/tsp.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was understood as a request means the same when it is written again. */
static void
check_request(struct jy_slice input)
{
    struct jy_timestamp_request request, again;
    struct jy_buf der = { 0 };

    if (jy_timestamp_request_read(input, &request, NULL) != JY_OK)
        return;
    if (request.nonce_len == 1 && request.nonce[0] == 0)
        return;                                          /* a nonce of zero has no magnitude to write */
    if (jy_timestamp_request_write(&request, &der, NULL) != JY_OK || jy_timestamp_request_read(jy_buf_slice(&der), &again, NULL) != JY_OK ||
        memcmp(&request, &again, sizeof(request)) != 0)
        abort();
    jy_buf_free(&der);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t digest[JY_SM3_SIZE];
    const struct jy_timestamp_request asked = { .cert_req = true };
    struct jy_slice input = JY_SLICE(data, size);
    struct jy_timestamp_result result;
    struct jy_tst_info info;
    struct jy_buf token = { 0 };
    struct jy_fault fault = { 0 };
    uint8_t imprint[JY_SM3_SIZE];

    check_request(input);
    if (jy_tst_info_read(input, &info) == JY_OK && (info.microseconds > 999999 || info.accuracy < -1 || info.serial.len == 0))
        abort();
    if (jy_timestamp_check(input, digest, NULL, NULL, 0, 1780000000, &result, &fault) == JY_OK) {
        if (jy_timestamp_status_text(result.status)->kind == JY_TS_CLASS_VALID)
            abort();
        if (result.status >= JY_TS_CHAIN && result.tsa == NULL)
            abort();
    }
    jy_timestamp_result_free(&result);
    if (jy_timestamp_reply_read(input, &asked, &token, &fault) == JY_OK && (jy_timestamp_imprint(jy_buf_slice(&token), imprint, &fault) != JY_OK ||
                                                                            memcmp(imprint, digest, sizeof(imprint)) != 0))
        abort();
    jy_buf_free(&token);
    return 0;
}

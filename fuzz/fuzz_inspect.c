/* SPDX-License-Identifier: Apache-2.0 */
/* Inspection of hostile bytes: what is told is JSON, and its text can be printed. */
#include <jinyin/inspect.h>

#include <codec/text.h>

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_slice file = { data, size };
    struct jy_buf json = { 0 }, text = { 0 };
    struct jy_fault fault = { 0 };
    bool document = jy_format_detect(file) != JY_FORMAT_UNKNOWN;
    json_t *parsed;

    if ((document ? jy_inspect_json(file, &json, &fault) : jy_inspect_seal_json(file, &json, NULL, &fault)) == JY_OK) {
        if ((parsed = json_loadb((const char *)json.p, json.len, JSON_REJECT_DUPLICATES, NULL)) == NULL)
            abort();
        json_decref(parsed);
        if ((document ? jy_inspect_text(file, &text, &fault) : jy_inspect_seal_text(file, &text, NULL, &fault)) != JY_OK)
            abort();
        if (!jy_utf8_is_valid(jy_buf_slice(&text)))
            abort();
        for (size_t i = 0; i < text.len; i++)
            if (text.p[i] < 0x20 && text.p[i] != '\n')
                abort();
    }
    jy_buf_free(&json);
    jy_buf_free(&text);
    return 0;
}

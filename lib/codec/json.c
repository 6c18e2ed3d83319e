/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/json.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

json_t *
jy_json_text(const char *text)
{
    size_t len = strlen(text);
    json_t *value = NULL;
    char *hex;

    if (jy_utf8_is_valid(jy_slice_text(text)))
        return json_string(text);
    if ((hex = malloc(len * 2 + 5)) != NULL) {
        memcpy(hex, "hex:", 4);
        jy_hex(JY_SLICE(text, len), hex + 4);
        value = json_string(hex);
    }
    free(hex);
    return value;
}

json_t *
jy_json_time(jy_time t)
{
    char out[21];

    if (t == 0)
        return json_null();
    jy_time_rfc3339(t, out);
    return json_string(out);
}

json_t *
jy_json_hex(struct jy_slice bytes)
{
    char *hex = malloc(bytes.len * 2 + 1);
    json_t *value = NULL;

    if (hex != NULL) {
        jy_hex(bytes, hex);
        value = json_string(hex);
    }
    free(hex);
    return value;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* JSON from hostile bytes: no crash, no leak, and what passes survives being written and read again. */
#include <jansson.h>
#include <stdlib.h>

#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *value = NULL, *again = NULL;
    struct jy_fault fault = { 0 };
    char *text;

    if (jy_json_parse(JY_SLICE(data, size), &value, &fault) != JY_OK) {
        if (value != NULL || fault.text[0] == '\0')
            abort();
        return 0;
    }
    if ((text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY)) == NULL)
        abort();
    if (jy_json_parse(jy_slice_text(text), &again, &fault) != JY_OK || !json_equal(value, again))
        abort();
    free(text);
    json_decref(again);
    json_decref(value);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/plain.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Text without a character from U+0300 on is in NFC (UAX #15, 9.1 quick check): most of what comes never leaves this loop. */
static bool
is_surely_composed(const char *text)
{
    for (; *text != '\0'; text++)
        if ((uint8_t)*text >= 0xCC)
            return false;
    return true;
}

static bool
is_composed(const char *text)
{
    utf8proc_uint8_t *composed;
    bool same;

    if (is_surely_composed(text))
        return true;
    composed = utf8proc_NFC((const utf8proc_uint8_t *)text);
    same = composed != NULL && strcmp((const char *)composed, text) == 0;
    free(composed);
    return same;
}

const char *
plain_problem(const char *text)
{
    struct jy_slice rest = jy_slice_text(text);
    const char *what;
    uint32_t code;
    size_t n;

    while (rest.len > 0) {
        if ((n = jy_utf8_next(rest, &code)) == 0)
            return "is not UTF-8";
        if ((what = jy_utf8_hides(code)) != NULL)
            return what;
        rest = JY_SLICE(rest.p + n, rest.len - n);
    }
    return is_composed(text) ? NULL : "must be in Unicode Normalization Form C (NFC)";
}

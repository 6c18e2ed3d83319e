/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/plain.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Ranges in ascending order; what U+FE00 to FE0F and U+E0100 to E01EF choose is a form of the character before, and hides nothing of it: still refused, since
 * two texts that differ in it look alike on most machines. */
static const struct { uint32_t from, to; const char *what; } refused[] = {
    { 0x00, 0x1F, "holds control characters" }, { 0x7F, 0x9F, "holds control characters" }, { 0xAD, 0xAD, "holds invisible characters" },
    { 0x34F, 0x34F, "holds invisible characters" }, { 0x61C, 0x61C, "holds characters that reorder text" },
    { 0x115F, 0x1160, "holds invisible characters" }, { 0x17B4, 0x17B5, "holds invisible characters" }, { 0x180B, 0x180F, "holds invisible characters" },
    { 0x200B, 0x200D, "holds invisible characters" }, { 0x200E, 0x200F, "holds characters that reorder text" },
    { 0x2028, 0x2029, "holds line separators" }, { 0x202A, 0x202E, "holds characters that reorder text" },
    { 0x2060, 0x2065, "holds invisible characters" }, { 0x2066, 0x2069, "holds characters that reorder text" },
    { 0x206A, 0x206F, "holds invisible characters" }, { 0x3164, 0x3164, "holds invisible characters" }, { 0xFDD0, 0xFDEF, "holds noncharacters" },
    { 0xFE00, 0xFE0F, "holds invisible characters" }, { 0xFEFF, 0xFEFF, "holds invisible characters" }, { 0xFFA0, 0xFFA0, "holds invisible characters" },
    { 0xFFF0, 0xFFFB, "holds invisible characters" }, { 0x1BCA0, 0x1BCA3, "holds invisible characters" },
    { 0x1D173, 0x1D17A, "holds invisible characters" }, { 0xE0000, 0xE0FFF, "holds invisible characters" },
};

static const char *
problem_of(uint32_t code)
{
    if ((code & 0xFFFE) == 0xFFFE)
        return "holds noncharacters";
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]) && refused[i].from <= code; i++)
        if (code <= refused[i].to)
            return refused[i].what;
    return NULL;
}

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
        if ((what = problem_of(code)) != NULL)
            return what;
        rest = JY_SLICE(rest.p + n, rest.len - n);
    }
    return is_composed(text) ? NULL : "must be in Unicode Normalization Form C (NFC)";
}

/* SPDX-License-Identifier: Apache-2.0 */
/* JSON behind limits. The texts of faults are ours: the parser's own quote the input, which may hold a password. */
#include "net/http.h"

#include <jansson.h>

#define JSON_MAX (1u << 20)
#define JSON_DEPTH_MAX 32

static const char *
describe(enum json_error_code code)
{
    switch (code) {
    case json_error_premature_end_of_input: return "the text ends too early";
    case json_error_end_of_input_expected: return "there is text after the value";
    case json_error_invalid_utf8: return "not UTF-8";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "a string holds U+0000";
    case json_error_duplicate_key: return "a name stands twice in one object";
    case json_error_numeric_overflow: return "a number is out of range";
    default: return "not JSON";
    }
}

/* The parser recurses: how deep is decided before it starts. *at is where the depth is exceeded. */
static bool
is_too_deep(struct jy_slice text, size_t *at)
{
    bool in_string = false;
    int depth = 0;

    for (*at = 0; *at < text.len; (*at)++) {
        switch (text.p[*at]) {
        case '"': in_string = !in_string; break;
        case '\\': *at += in_string; break;
        case '[':
        case '{':
            if (!in_string && ++depth > JSON_DEPTH_MAX)
                return true;
            break;
        case ']':
        case '}': depth -= !in_string; break;
        default: break;
        }
    }
    return false;
}

static jy_err
fail_at(struct jy_fault *fault, jy_err err, struct jy_slice text, size_t offset, const char *why)
{
    size_t line = 1, column = 1;

    for (size_t i = 0; i < offset && i < text.len; i++) {
        column += (text.p[i] & 0xC0) != 0x80;            /* continuation bytes are no column of their own */
        if (text.p[i] == '\n') {
            line++;
            column = 1;
        }
    }
    return jy_fail(fault, err, "JSON", offset, "line %zu, column %zu: %s", line, column, why);
}

jy_err
jy_json_parse(struct jy_slice text, struct json_t **out, struct jy_fault *fault)
{
    json_error_t error;
    size_t at;

    *out = NULL;
    if (text.len > JSON_MAX)
        return jy_fail(fault, JY_E_LIMIT, "JSON", JSON_MAX, "%zu bytes, at most %u are taken", text.len, JSON_MAX);
    if (is_too_deep(text, &at))
        return fail_at(fault, JY_E_LIMIT, text, at, "nested too deep");
    if ((*out = json_loadb(text.len > 0 ? (const char *)text.p : "", text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error)) != NULL)
        return JY_OK;
    if (json_error_code(&error) == json_error_out_of_memory)
        return jy_fail(fault, JY_E_NOMEM, "JSON", 0, "no memory");
    return fail_at(fault, JY_E_BAD_JSON, text, error.position > 0 ? (size_t)error.position - 1 : 0, describe(json_error_code(&error)));
}

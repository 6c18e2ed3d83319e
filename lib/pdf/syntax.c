/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and values of PDF, read from raw bytes without copying. */
#include "pdf/syntax.h"

#include <string.h>

/* ISO 32000-2 7.2.3 tables 1 and 2; every other character is a regular one. */
enum class { REGULAR, SPACE, DELIMITER };
static const uint8_t class_of[256] = {
    ['\0'] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\f'] = SPACE, ['\r'] = SPACE, [' '] = SPACE,
    ['('] = DELIMITER, [')'] = DELIMITER, ['<'] = DELIMITER, ['>'] = DELIMITER, ['['] = DELIMITER, [']'] = DELIMITER,
    ['{'] = DELIMITER, ['}'] = DELIMITER, ['/'] = DELIMITER, ['%'] = DELIMITER,
};

bool
pdf_is_space(uint8_t c)
{
    return class_of[c] == SPACE;
}

static bool
is_regular(uint8_t c)
{
    return class_of[c] == REGULAR;
}

static void
skip_space(struct pdf_lexer *lexer)
{
    while (lexer->pos < lexer->in.len) {
        uint8_t c = lexer->in.p[lexer->pos];
        if (c == '%')
            while (lexer->pos < lexer->in.len && lexer->in.p[lexer->pos] != '\n' && lexer->in.p[lexer->pos] != '\r')
                lexer->pos++;
        else if (pdf_is_space(c))
            lexer->pos++;
        else
            return;
    }
}

static bool
skip_string(struct pdf_lexer *lexer)
{
    for (size_t depth = 0; lexer->pos < lexer->in.len;) {
        uint8_t c = lexer->in.p[lexer->pos++];
        if (c == '\\')
            lexer->pos += lexer->pos < lexer->in.len;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return true;
    }
    return false;
}

static bool
skip_hex(struct pdf_lexer *lexer)
{
    const uint8_t *end = memchr(lexer->in.p + lexer->pos, '>', lexer->in.len - lexer->pos);

    if (end == NULL)
        return false;
    lexer->pos = (size_t)(end - lexer->in.p) + 1;
    return true;
}

/* "12", "-3", "+0.5": an integer up to 18 digits, or a real; other regular characters are a word. */
static enum pdf_kind
number_or_word(struct jy_slice text, int64_t *number)
{
    size_t i = text.p[0] == '-' || text.p[0] == '+' ? 1 : 0, digits = 0, points = 0;
    int64_t n = 0;

    for (; i < text.len; i++)
        if (text.p[i] >= '0' && text.p[i] <= '9') {
            if (++digits <= 18 && points == 0)
                n = n * 10 + (text.p[i] - '0');
        } else if (text.p[i] == '.') {
            points++;
        } else {
            return PDF_WORD;
        }
    if (digits == 0 || points > 1)
        return PDF_WORD;
    *number = text.p[0] == '-' ? -n : n;
    return points > 0 || digits > 18 ? PDF_REAL : PDF_INTEGER;
}

void
pdf_token_next(struct pdf_lexer *lexer, struct pdf_value *out)
{
    size_t start;
    uint8_t c, next;

    skip_space(lexer);
    *out = (struct pdf_value){ .kind = PDF_END, .at = lexer->pos };
    if (lexer->pos >= lexer->in.len)
        return;
    start = lexer->pos;
    c = lexer->in.p[start];
    next = start + 1 < lexer->in.len ? lexer->in.p[start + 1] : 0;
    switch (c) {
    case '(':
        out->kind = skip_string(lexer) ? PDF_STRING : PDF_BAD;
        break;
    case '<':
        if (next == '<') {
            out->kind = PDF_DICT;
            lexer->pos += 2;
        } else {
            out->kind = skip_hex(lexer) ? PDF_HEX : PDF_BAD;
        }
        break;
    case '>':
        out->kind = next == '>' ? PDF_CLOSE_DICT : PDF_BAD;
        lexer->pos += 2;
        break;
    case '[':
    case ']':
        out->kind = c == '[' ? PDF_ARRAY : PDF_CLOSE_ARRAY;
        lexer->pos++;
        break;
    case '/':
        for (lexer->pos++; lexer->pos < lexer->in.len && is_regular(lexer->in.p[lexer->pos]);)
            lexer->pos++;
        out->kind = PDF_NAME;
        break;
    case '{':
    case '}':
        out->kind = PDF_WORD;                               /* only in functions, which are streams */
        lexer->pos++;
        break;
    case ')':
        out->kind = PDF_BAD;
        lexer->pos++;
        break;
    default:
        while (lexer->pos < lexer->in.len && is_regular(lexer->in.p[lexer->pos]))
            lexer->pos++;
        out->kind = number_or_word(JY_SLICE(lexer->in.p + start, lexer->pos - start), &out->number);
    }
    if (lexer->pos > lexer->in.len)
        lexer->pos = lexer->in.len;
    out->text = JY_SLICE(lexer->in.p + start, lexer->pos - start);
}

/* "12 0 R" beginning with the integer in out. */
static void
try_reference(struct pdf_lexer *lexer, struct pdf_value *out)
{
    struct pdf_lexer ahead = *lexer;
    struct pdf_value generation, r;

    pdf_token_next(&ahead, &generation);
    if (generation.kind != PDF_INTEGER)
        return;
    pdf_token_next(&ahead, &r);
    if (!pdf_word_is(&r, "R"))
        return;
    *lexer = ahead;
    out->kind = PDF_REFERENCE;
    out->generation = generation.number;
    out->text.len = ahead.pos - out->at;
}

void
pdf_value_next(struct pdf_lexer *lexer, struct pdf_value *out)
{
    struct pdf_value token;

    pdf_token_next(lexer, out);
    if (out->kind == PDF_INTEGER && out->number >= 0)
        try_reference(lexer, out);
    if (out->kind != PDF_ARRAY && out->kind != PDF_DICT)
        return;
    for (size_t depth = 1; depth > 0;) {
        pdf_token_next(lexer, &token);
        if (token.kind == PDF_ARRAY || token.kind == PDF_DICT)
            depth++;
        else if (token.kind == PDF_CLOSE_ARRAY || token.kind == PDF_CLOSE_DICT)
            depth--;
        if (token.kind == PDF_END || token.kind == PDF_BAD || depth > PDF_NESTING_MAX) {
            out->kind = PDF_BAD;
            return;
        }
    }
    if ((token.kind == PDF_CLOSE_ARRAY) != (out->kind == PDF_ARRAY))
        out->kind = PDF_BAD;
    out->text.len = lexer->pos - out->at;
}

struct pdf_lexer
pdf_inside(const struct pdf_value *value)
{
    size_t edge = value->kind == PDF_DICT ? 2 : 1;

    if ((value->kind != PDF_DICT && value->kind != PDF_ARRAY) || value->text.len < 2 * edge)
        return (struct pdf_lexer){ JY_EMPTY, 0 };
    return (struct pdf_lexer){ JY_SLICE(value->text.p + edge, value->text.len - 2 * edge), 0 };
}

static int
hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The next byte of a name; *i is before its end. */
static uint8_t
name_byte(struct jy_slice name, size_t *i)
{
    uint8_t c = name.p[(*i)++];

    if (c == '#' && *i + 1 < name.len && hex_digit(name.p[*i]) >= 0 && hex_digit(name.p[*i + 1]) >= 0) {
        c = (uint8_t)(hex_digit(name.p[*i]) * 16 + hex_digit(name.p[*i + 1]));
        *i += 2;
    }
    return c;
}

bool
pdf_name_is(const struct pdf_value *value, const char *name)
{
    size_t i = 1;

    if (value->kind != PDF_NAME)
        return false;
    for (; i < value->text.len && *name != '\0'; name++)
        if (name_byte(value->text, &i) != (uint8_t)*name)
            return false;
    return i == value->text.len && *name == '\0';
}

int
pdf_name_compare(struct jy_slice a, struct jy_slice b)
{
    size_t i = 0, k = 0;

    while (i < a.len && k < b.len) {
        int difference = name_byte(a, &i) - name_byte(b, &k);

        if (difference != 0)
            return difference;
    }
    return (i < a.len) - (k < b.len);
}

bool
pdf_word_is(const struct pdf_value *value, const char *word)
{
    return value->kind == PDF_WORD && jy_slice_is(value->text, word);
}

bool
pdf_dict_get(const struct pdf_value *dict, const char *key, struct pdf_value *out, bool *twice)
{
    struct pdf_lexer lexer = pdf_inside(dict);
    struct pdf_value name, value;
    bool found = false;
    size_t base = dict->at + 2;

    if (twice != NULL)
        *twice = false;
    for (;;) {
        pdf_token_next(&lexer, &name);
        if (name.kind != PDF_NAME)
            return found;
        pdf_value_next(&lexer, &value);
        if (value.kind == PDF_BAD || value.kind == PDF_END)
            return found;
        if (!pdf_name_is(&name, key))
            continue;
        if (found) {
            if (twice != NULL)
                *twice = true;
            return true;
        }
        *out = value;
        out->at += base;
        found = true;
        if (twice == NULL)
            return true;
    }
}

int64_t
pdf_dict_integer(const struct pdf_value *dict, const char *key, int64_t other)
{
    struct pdf_value value;

    return pdf_dict_get(dict, key, &value, NULL) && value.kind == PDF_INTEGER ? value.number : other;
}

enum pdf_part
pdf_brackets_follow(struct pdf_brackets *brackets, const struct pdf_value *token)
{
    struct pdf_bracket *in = brackets->depth == 0 ? NULL : &brackets->open[brackets->depth - 1];

    if (token->kind == PDF_CLOSE_ARRAY || token->kind == PDF_CLOSE_DICT) {
        brackets->depth -= in != NULL;
        return PDF_CLOSES;
    }
    if (in != NULL && in->is_dict && token->kind == PDF_NAME && !in->wants_value) {
        in->key = *token;
        in->wants_value = true;
        return PDF_KEY;
    }
    if (in != NULL)
        in->wants_value = false;
    if (token->kind != PDF_ARRAY && token->kind != PDF_DICT)
        return PDF_INSIDE;
    if (brackets->depth == PDF_NESTING_MAX)
        return PDF_TOO_DEEP;
    brackets->open[brackets->depth++] = (struct pdf_bracket){ .is_dict = token->kind == PDF_DICT };
    return PDF_OPENS;
}

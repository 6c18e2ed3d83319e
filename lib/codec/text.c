/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/text.h"

#include <iconv.h>
#include <stdio.h>
#include <string.h>

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

jy_err
jy_base64_encode(struct jy_slice bytes, struct jy_buf *out)
{
    jy_err rc;

    if ((rc = jy_buf_reserve(out, (bytes.len + 2) / 3 * 4)) != JY_OK)
        return rc;
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t n = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t v = (uint32_t)bytes.p[i] << 16 | (n > 1 ? (uint32_t)bytes.p[i + 1] << 8 : 0) | (n > 2 ? bytes.p[i + 2] : 0u);
        out->p[out->len++] = (uint8_t)base64_digits[v >> 18];
        out->p[out->len++] = (uint8_t)base64_digits[v >> 12 & 63];
        out->p[out->len++] = n > 1 ? (uint8_t)base64_digits[v >> 6 & 63] : '=';
        out->p[out->len++] = n > 2 ? (uint8_t)base64_digits[v & 63] : '=';
    }
    return JY_OK;
}

static int
base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

jy_err
jy_base64_decode(struct jy_slice text, struct jy_buf *out)
{
    uint32_t v = 0;
    int n = 0, pad = 0;
    jy_err rc;

    if ((rc = jy_buf_reserve(out, text.len / 4 * 3 + 3)) != JY_OK)
        return rc;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i];
        int digit = base64_value(c);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            continue;
        if (c == '=' && n >= 2 && pad < 2)
            pad++, digit = 0;
        else if (digit < 0 || pad > 0)
            return JY_E_FORMAT;
        v = v << 6 | (uint32_t)digit;
        if (++n == 4) {
            if ((pad == 2 && (v & 0xFFFF) != 0) || (pad == 1 && (v & 0xFF) != 0))
                return JY_E_FORMAT;
            out->p[out->len++] = (uint8_t)(v >> 16);
            if (pad < 2)
                out->p[out->len++] = (uint8_t)(v >> 8);
            if (pad < 1)
                out->p[out->len++] = (uint8_t)v;
            v = 0;
            n = pad > 0 ? 5 : 0;                         /* nothing may follow padding */
        } else if (n > 4) {
            return JY_E_FORMAT;
        }
    }
    return n == 0 || n == 5 ? JY_OK : JY_E_FORMAT;
}

static const char base32_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

jy_err
jy_base32_encode(struct jy_slice bytes, struct jy_buf *out)
{
    uint32_t v = 0;
    int bits = 0;
    jy_err rc;

    if ((rc = jy_buf_reserve(out, (bytes.len * 8 + 4) / 5)) != JY_OK)
        return rc;
    for (size_t i = 0; i < bytes.len; i++) {
        v = v << 8 | bytes.p[i];
        for (bits += 8; bits >= 5; bits -= 5)
            out->p[out->len++] = (uint8_t)base32_digits[v >> (bits - 5) & 31];
    }
    if (bits > 0)
        out->p[out->len++] = (uint8_t)base32_digits[v << (5 - bits) & 31];
    return JY_OK;
}

jy_err
jy_base32_decode(struct jy_slice text, struct jy_buf *out)
{
    uint32_t v = 0;
    int bits = 0;
    jy_err rc;

    if ((rc = jy_buf_reserve(out, text.len * 5 / 8 + 1)) != JY_OK)
        return rc;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.p[i] >= 'a' && text.p[i] <= 'z' ? (uint8_t)(text.p[i] - 'a' + 'A') : text.p[i];
        const char *digit = c == '\0' ? NULL : strchr(base32_digits, c);
        if (digit == NULL)
            return JY_E_FORMAT;
        v = v << 5 | (uint32_t)(digit - base32_digits);
        if ((bits += 5) >= 8)
            out->p[out->len++] = (uint8_t)(v >> (bits -= 8));
    }
    return bits >= 5 || (v & ((1u << bits) - 1)) != 0 ? JY_E_FORMAT : JY_OK;      /* bits beyond the last byte say nothing */
}

void
jy_hex(struct jy_slice bytes, char *out)
{
    static const char hex[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.len; i++) {
        *out++ = hex[bytes.p[i] >> 4];
        *out++ = hex[bytes.p[i] & 15];
    }
    *out = '\0';
}

jy_err
jy_hex_parse(struct jy_slice text, uint8_t *out, size_t len)
{
    /* One more than the digit's value; a signature in a PDF is tens of thousands of digits. */
    static const uint8_t digits[256] = { ['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8, ['8'] = 9, ['9'] = 10,
        ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16 };

    if (text.len != len * 2)
        return JY_E_FORMAT;
    for (size_t i = 0; i < len; i++) {
        unsigned hi = digits[text.p[2 * i]], lo = digits[text.p[2 * i + 1]];
        if (hi == 0 || lo == 0)
            return JY_E_FORMAT;
        out[i] = (uint8_t)((hi - 1) << 4 | (lo - 1));
    }
    return JY_OK;
}

bool
jy_utf8_is_valid(struct jy_slice text)
{
    for (size_t i = 0; i < text.len;) {
        uint8_t c = text.p[i++];
        int more = c < 0x80 ? 0 : (c & 0xE0) == 0xC0 ? 1 : (c & 0xF0) == 0xE0 ? 2 : (c & 0xF8) == 0xF0 ? 3 : -1;
        uint32_t cp = more < 0 ? 0 : more == 0 ? c : c & (0x3Fu >> more);
        if (more < 0 || text.len - i < (size_t)more)
            return false;
        for (int k = 0; k < more; k++, i++) {
            if ((text.p[i] & 0xC0) != 0x80)
                return false;
            cp = cp << 6 | (text.p[i] & 0x3Fu);
        }
        if ((more == 1 && cp < 0x80) || (more == 2 && (cp < 0x800 || (cp >= 0xD800 && cp <= 0xDFFF))) ||
            (more == 3 && (cp < 0x10000 || cp > 0x10FFFF)))
            return false;
    }
    return true;
}

size_t
jy_utf8_next(struct jy_slice text, uint32_t *code)
{
    static const uint8_t lead_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    size_t len;

    if (text.len == 0)
        return 0;
    len = text.p[0] < 0x80 ? 1 : (text.p[0] & 0xE0) == 0xC0 ? 2 : (text.p[0] & 0xF0) == 0xE0 ? 3 : (text.p[0] & 0xF8) == 0xF0 ? 4 : 0;
    if (len == 0 || len > text.len || !jy_utf8_is_valid(JY_SLICE(text.p, len)))
        return 0;
    *code = text.p[0] & lead_bits[len];
    for (size_t i = 1; i < len; i++)
        *code = *code << 6 | (text.p[i] & 0x3Fu);
    return len;
}

/* Ranges in ascending order; what U+FE00 to FE0F and U+E0100 to E01EF choose is a form of the character before, and hides nothing of it: still told, since
 * two texts that differ in it look alike on most machines. */
static const struct { uint32_t from, to; const char *what; } hiding[] = {
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

const char *
jy_utf8_hides(uint32_t code)
{
    if ((code & 0xFFFE) == 0xFFFE)
        return "holds noncharacters";
    for (size_t i = 0; i < sizeof(hiding) / sizeof(hiding[0]) && hiding[i].from <= code; i++)
        if (code <= hiding[i].to)
            return hiding[i].what;
    return NULL;
}

const char *
jy_text_hides(const char *text)
{
    const char *what = NULL;
    uint32_t code;

    for (size_t len; what == NULL && *text != '\0'; text += len == 0 ? 1 : len)
        if ((len = jy_utf8_next(JY_SLICE(text, strnlen(text, 4)), &code)) > 0)
            what = jy_utf8_hides(code);
    return what;
}

const char *
jy_text_visible(const char *text, char *out, size_t size)
{
    size_t used = 0;

    while (*text != '\0') {
        uint32_t code;
        size_t len = jy_utf8_next(JY_SLICE(text, strnlen(text, 4)), &code), step = len == 0 ? 1 : len;
        bool plain = len != 0 && jy_utf8_hides(code) == NULL;
        if (used + (plain ? step : 4 * step) >= size)
            break;
        for (size_t i = 0; i < step; i++)
            if (plain)
                out[used++] = text[i];
            else
                used += (size_t)snprintf(out + used, size - used, "\\x%02x", (uint8_t)text[i]);
        text += step;
    }
    out[used] = '\0';
    return out;
}

bool
jy_gb18030_keep(void)
{
    /* Kept on purpose: the last iconv_close would unload the tables. */
    static iconv_t from, to;

    if (from == NULL)
        from = iconv_open("WCHAR_T", "GB18030");
    if (to == NULL)
        to = iconv_open("GB18030", "UTF-8");
    return from != (iconv_t)-1 && to != (iconv_t)-1;
}

jy_err
jy_utf8_add(struct jy_buf *out, uint32_t code)
{
    uint8_t bytes[4];
    int len;

    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        code = 0xfffd;
    len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    bytes[0] = (uint8_t)(len == 1 ? code : (0xf00u >> len & 0xffu) | code >> (6 * (len - 1)));
    for (int i = 1; i < len; i++)
        bytes[i] = (uint8_t)(0x80u | (code >> (6 * (len - 1 - i)) & 0x3fu));
    return jy_buf_add(out, JY_SLICE(bytes, (size_t)len));
}

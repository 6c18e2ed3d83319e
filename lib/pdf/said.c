/* SPDX-License-Identifier: Apache-2.0 */
#include "pdf/said.h"

#include "pdf/pdf.h"
#include "pdf/syntax.h"

#include <stdlib.h>
#include <string.h>

#define PACKED_MAX 4096               /* bytes of a stream that is looked into: it unpacks to a thousand times as many at most */
#define SAID_MAX 4096                 /* bytes of a text that is compared */

/* Printable ASCII but for blanks, which appearances leave out and add. */
struct said {
    char text[SAID_MAX];
    size_t len;
    bool is_plain;
};

static void
add_byte(struct said *s, uint8_t c)
{
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return;
    s->is_plain = s->is_plain && c > ' ' && c < 127 && s->len < SAID_MAX;
    if (s->is_plain)
        s->text[s->len++] = (char)c;
}

/* 7.3.4.2 */
static void
add_literal(struct said *s, struct jy_slice string)
{
    for (size_t i = 1; i + 1 < string.len; i++) {
        static const char escapes[] = "nrtbf", bytes[] = "\n\r\t\b\f";
        uint8_t c = string.p[i];
        const char *known;
        unsigned octal = 0, digits = 0;

        if (c == '\\') {
            c = string.p[++i];
            for (; digits < 3 && i < string.len && string.p[i] >= '0' && string.p[i] <= '7'; digits++)
                octal = 8 * octal + string.p[i++] - '0';
            if (digits > 0) {
                i--;
                c = (uint8_t)octal;
            } else if ((known = strchr(escapes, c)) != NULL && c != '\0') {
                c = (uint8_t)bytes[known - escapes];
            } else if (c == '\r' && string.p[i + 1] == '\n') {
                i++;
            }
        }
        add_byte(s, c);
    }
}

static void
add_hex(struct said *s, struct jy_slice string)
{
    unsigned digits = 0, byte = 0;

    for (size_t i = 1; i < string.len; i++) {
        uint8_t c = string.p[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

        if (c == '>' && digits % 2 == 1)
            digit = 0;                                       /* 7.3.4.3 */
        if (digit < 0)
            continue;
        byte = 16 * byte + (unsigned)digit;
        if (++digits % 2 == 0) {
            add_byte(s, (uint8_t)byte);
            byte = 0;
        }
    }
}

/* Does every program have the same ASCII under its codes? Not of a font that brings its own, nor where codes are given other letters. */
static bool
is_plain_font(qpdf_data q, qpdf_oh fonts, struct jy_slice name)
{
    static const char *const own[] = { "/FontFile", "/FontFile2", "/FontFile3" };
    static const char *const kinds[] = { "/Type1", "/TrueType", "/MMType1" };
    char key[128];
    qpdf_oh font, descriptor, differences;
    bool known = false;

    if (name.len == 0 || name.len >= sizeof(key))
        return false;
    memcpy(key, name.p, name.len);
    key[name.len] = '\0';
    font = qpdf_oh_get_key_if_dict(q, fonts, key);
    descriptor = qpdf_oh_get_key_if_dict(q, font, "/FontDescriptor");
    for (size_t i = 0; i < 3; i++) {
        known = known || qpdf_oh_is_name_and_equals(q, qpdf_oh_get_key_if_dict(q, font, "/Subtype"), kinds[i]);
        if (!qpdf_oh_is_null(q, qpdf_oh_get_key_if_dict(q, descriptor, own[i])))
            return false;
    }
    differences = qpdf_oh_get_key_if_dict(q, qpdf_oh_get_key_if_dict(q, font, "/Encoding"), "/Differences");
    for (int i = 0; qpdf_oh_is_array(q, differences) && i < qpdf_oh_get_array_n_items(q, differences); i++) {
        long long code;
        if (qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_array_item(q, differences, i), &code) && code > ' ' && code < 127)
            return false;
    }
    return known;
}

/* The strings that a content stream shows (9.4.3), in its order. What it draws in other ways may be letters, too. */
static void
read_content(qpdf_data q, struct jy_slice content, qpdf_oh fonts, struct said *out)
{
    static const char *const shows[] = { "Tj", "TJ", "'", "\"" }, *const draws_else[] = { "Do", "BI", "sh", "l", "c", "v", "y" };
    struct pdf_lexer lexer = { content, 0 };
    struct pdf_value token;
    struct said kept = *out;                                 /* with the strings before an operator, which may show them */
    struct jy_slice name = JY_EMPTY;

    for (pdf_token_next(&lexer, &token); token.kind != PDF_END; pdf_token_next(&lexer, &token)) {
        bool shown = false;

        out->is_plain = out->is_plain && token.kind != PDF_BAD;
        if (!out->is_plain)
            return;
        if (token.kind == PDF_NAME)
            name = token.text;
        else if (token.kind == PDF_STRING)
            add_literal(&kept, token.text);
        else if (token.kind == PDF_HEX)
            add_hex(&kept, token.text);
        if (token.kind != PDF_WORD)
            continue;
        for (size_t i = 0; i < sizeof(shows) / sizeof(shows[0]); i++)
            shown = shown || pdf_word_is(&token, shows[i]);
        for (size_t i = 0; i < sizeof(draws_else) / sizeof(draws_else[0]); i++)
            out->is_plain = out->is_plain && !pdf_word_is(&token, draws_else[i]);
        if (pdf_word_is(&token, "Tf"))
            out->is_plain = out->is_plain && is_plain_font(q, fonts, name);
        if (shown)
            out->is_plain = out->is_plain && kept.is_plain;
        if (shown && out->is_plain) {
            memcpy(out->text + out->len, kept.text + out->len, kept.len - out->len);
            out->len = kept.len;
        }
        kept.len = out->len;
        kept.is_plain = out->is_plain;
    }
}

enum pdf_saying
pdf_says(qpdf_data q, qpdf_oh form, const char *value, size_t *budget, jy_err *rc)
{
    qpdf_oh dict = qpdf_oh_get_dict(q, form);
    struct said asked = { .is_plain = true }, said = { .is_plain = true };
    unsigned char *bytes = NULL;
    QPDF_BOOL filtered;
    long long packed;
    size_t len = 0;
    char why[160];

    for (; *value != '\0'; value++)
        add_byte(&asked, (uint8_t)*value);
    if (!asked.is_plain || !qpdf_oh_get_value_as_longlong(q, qpdf_oh_get_key(q, dict, "/Length"), &packed) || packed > PACKED_MAX)
        return PDF_NOT_PLAIN;
    if (qpdf_oh_get_stream_data(q, form, qpdf_dl_generalized, &filtered, &bytes, &len) != QPDF_SUCCESS) {
        free(bytes);                                         /* with a warning there are some */
        if (pdf_error(q, why) == JY_E_NOMEM)
            *rc = JY_E_NOMEM;
        return PDF_NOT_PLAIN;
    }
    if (len > *budget) {
        *rc = JY_E_LIMIT;
        free(bytes);
        return PDF_NOT_PLAIN;
    }
    *budget -= len;
    said.is_plain = filtered;
    if (filtered)
        read_content(q, JY_SLICE(bytes, len), qpdf_oh_get_key_if_dict(q, qpdf_oh_get_key(q, dict, "/Resources"), "/Font"), &said);
    free(bytes);
    if (!said.is_plain)
        return PDF_NOT_PLAIN;
    return said.len == asked.len && memcmp(said.text, asked.text, said.len) == 0 ? PDF_SAYS_THE_SAME : PDF_SAYS_OTHERWISE;
}

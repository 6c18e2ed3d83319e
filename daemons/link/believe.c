/* SPDX-License-Identifier: Apache-2.0 */
/* What is believed of bytes that a counterpart sent. The receivers parse in full; here is refused what is not of the kind at all. */
#include "daemons/link/wire.h"

#include "codec/der.h"
#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

#define PNG_SIDE_MAX 4096
#define TEXT_MAX 256

static uint32_t
read_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool
link_is_png(struct jy_slice bytes)
{
    size_t at = 8;
    bool has_data = false;

    if (bytes.len < 8 || memcmp(bytes.p, "\x89PNG\r\n\x1a\n", 8) != 0)
        return false;
    for (;;) {
        const uint8_t *chunk = bytes.p + at;           /* length, type, data, checksum */
        uint32_t len;
        if (bytes.len - at < 12 || (len = read_u32(chunk)) > bytes.len - at - 12)
            return false;
        if (at == 8) {
            if (memcmp(chunk + 4, "IHDR", 4) != 0 || len != 13 || read_u32(chunk + 8) - 1 >= PNG_SIDE_MAX ||
                read_u32(chunk + 12) - 1 >= PNG_SIDE_MAX)
                return false;
        } else if (memcmp(chunk + 4, "IDAT", 4) == 0) {
            has_data = true;
        }
        at += 12 + len;
        if (memcmp(chunk + 4, "IEND", 4) == 0)
            return has_data && at == bytes.len;
    }
}

bool
link_is_der_sequence(struct jy_slice bytes)
{
    struct jy_der der;
    struct jy_der_item item;

    jy_der_open(&der, bytes);
    return jy_der_get(&der, DER_SEQUENCE, &item) == JY_OK && item.value.len > 0 && jy_der_at_end(&der);
}

bool
link_is_plain_text(struct jy_slice text)
{
    char copy[TEXT_MAX + 1], visible[4 * TEXT_MAX + 1];

    if (text.len > TEXT_MAX || memchr(text.p, '\0', text.len) != NULL)
        return false;
    memcpy(copy, text.p, text.len);
    copy[text.len] = '\0';
    return strcmp(jy_text_visible(copy, visible, sizeof(visible)), copy) == 0;
}

static void
trim_line_end(struct jy_slice *line)
{
    if (line->len > 0 && line->p[line->len - 1] == '\r')
        line->len--;
}

static struct jy_slice
next_line(struct jy_slice *rest)
{
    const uint8_t *end = memchr(rest->p, '\n', rest->len);
    size_t len = end == NULL ? rest->len : (size_t)(end - rest->p);
    struct jy_slice line = JY_SLICE(rest->p, len);

    *rest = end == NULL ? JY_EMPTY : JY_SLICE(end + 1, rest->len - len - 1);
    trim_line_end(&line);
    return line;
}

bool
link_is_trust_pem(struct jy_slice text)
{
    static const struct { const char *begin, *end; bool certificate; } labels[] = {
        { "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----", true },
        { "-----BEGIN X509 CRL-----", "-----END X509 CRL-----", false },
    };
    struct jy_buf base64 = { 0 }, der = { 0 };
    size_t certificates = 0;
    int open = -1;                                     /* the label of the block that we are in */
    bool good = true;

    while (good && text.len > 0) {
        struct jy_slice line = next_line(&text);
        if (open < 0 && line.len > 0) {
            for (int i = 0; i < 2; i++)
                if (jy_slice_is(line, labels[i].begin))
                    open = i;
            good = open >= 0;
        } else if (open >= 0 && jy_slice_is(line, labels[open].end)) {
            good = jy_base64_decode(jy_buf_slice(&base64), &der) == JY_OK && link_is_der_sequence(jy_buf_slice(&der));
            certificates += labels[open].certificate;
            base64.len = der.len = 0;
            open = -1;
        } else if (open >= 0) {
            good = jy_buf_add(&base64, line) == JY_OK;
        }
    }
    jy_buf_free(&base64);
    jy_buf_free(&der);
    return good && open < 0 && certificates > 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/ber.h"

#include "codec/der.h"

#define CONSTRUCTED 0x20u

/* What the tag and length octets of one value say. */
struct head {
    uint8_t tag;
    size_t size;                      /* of tag and length octets */
    size_t len;                       /* of the contents; of an indefinite value: all that is left */
    bool indefinite, minimal;
};

static jy_err
read_head(struct jy_slice in, struct head *out)
{
    size_t n;

    if (in.len < 2 || (in.p[0] & 0x1F) == 0x1F)
        return JY_E_FORMAT;
    *out = (struct head){ .tag = in.p[0], .size = 2, .len = in.p[1], .minimal = true };
    if (in.p[1] == 0x80) {
        out->indefinite = true;
        out->len = in.len - 2;
        return (out->tag & CONSTRUCTED) != 0 ? JY_OK : JY_E_FORMAT;
    }
    if (in.p[1] > 0x80) {
        n = in.p[1] & 0x7Fu;
        if (n > 8 || in.len < 2 + n)
            return JY_E_FORMAT;
        out->len = 0;
        for (size_t i = 0; i < n; i++) {
            if (out->len > SIZE_MAX >> 8)
                return JY_E_FORMAT;
            out->len = out->len << 8 | in.p[2 + i];
        }
        out->size = 2 + n;
        out->minimal = in.p[2] != 0 && out->len >= 0x80;
    }
    return out->len <= in.len - out->size ? JY_OK : JY_E_FORMAT;
}

/* A string in pieces: tags of the string types that CMS uses. */
static bool
is_string_in_pieces(uint8_t tag)
{
    return tag == (DER_OCTET_STRING | CONSTRUCTED);
}

static jy_err normalise(struct jy_slice in, int depth, size_t *used, bool *changed, struct jy_buf *out);

/* The values inside a constructed one; *used = bytes taken, with the end-of-contents of an indefinite one. */
static jy_err
normalise_contents(struct jy_slice in, const struct head *head, int depth, size_t *used, bool *changed, struct jy_buf *out)
{
    size_t at = 0;
    jy_err rc;

    for (;;) {
        struct jy_slice rest = { in.p + at, head->len - at };
        size_t one;
        if (head->indefinite && rest.len >= 2 && rest.p[0] == 0 && rest.p[1] == 0) {
            *used = at + 2;
            return JY_OK;
        }
        if (rest.len == 0) {
            *used = at;
            return head->indefinite ? JY_E_FORMAT : JY_OK;
        }
        if ((rc = normalise(rest, depth + 1, &one, changed, out)) != JY_OK)
            return rc;
        at += one;
    }
}

/* The pieces of a string as one: their contents, one after the other. */
static jy_err
join(struct jy_slice pieces, struct jy_buf *out)
{
    struct jy_der list;
    struct jy_slice piece;
    jy_err rc = JY_OK;

    jy_der_open(&list, pieces);
    while (rc == JY_OK && !jy_der_at_end(&list))
        if ((rc = jy_der_octets(&list, &piece)) == JY_OK)
            rc = jy_buf_add(out, piece);
    return rc;
}

static jy_err
normalise(struct jy_slice in, int depth, size_t *used, bool *changed, struct jy_buf *out)
{
    struct jy_buf contents = { 0 }, joined = { 0 };
    struct jy_slice body;
    struct head head;
    jy_err rc;

    if (depth > JY_DER_DEPTH_MAX)
        return JY_E_LIMIT;
    if ((rc = read_head(in, &head)) != JY_OK)
        return rc;
    *changed = *changed || head.indefinite || !head.minimal || is_string_in_pieces(head.tag);
    body = JY_SLICE(in.p + head.size, head.len);
    if ((head.tag & CONSTRUCTED) == 0) {
        *used = head.size + head.len;
        return jy_der_put(out, head.tag, body);
    }
    if ((rc = normalise_contents(body, &head, depth, used, changed, &contents)) != JY_OK)
        goto out;
    *used += head.size;
    if (!is_string_in_pieces(head.tag))
        rc = jy_der_put(out, head.tag, jy_buf_slice(&contents));
    else if ((rc = join(jy_buf_slice(&contents), &joined)) == JY_OK)
        rc = jy_der_put(out, DER_OCTET_STRING, jy_buf_slice(&joined));
out:
    jy_buf_free(&contents);
    jy_buf_free(&joined);
    return rc;
}

jy_err
jy_ber_to_der(struct jy_slice bytes, size_t *used, bool *changed, struct jy_buf *out)
{
    size_t before = out->len;
    jy_err rc;

    *changed = false;
    if (bytes.len > JY_BER_MAX)
        return JY_E_LIMIT;
    rc = normalise(bytes, 0, used, changed, out);
    if (rc != JY_OK || !*changed)
        out->len = before;
    return rc;
}

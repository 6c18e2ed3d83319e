/* SPDX-License-Identifier: Apache-2.0 */
/* The room that an update keeps for the value of a signature (ISO 32000-2 12.8.1), and filling it later without touching another byte. */
#include "pdf/update.h"

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

#define RANGE_WIDTH 36                /* room for three numbers of ByteRange */

void
pdf_add_slot(struct pdf_update *u, size_t hex, struct pdf_slot *slot)
{
    pdf_add(u, " /ByteRange [0 ");
    slot->range_at = u->bytes.len;
    PDF_ADD(u, "%*s] /Contents ", RANGE_WIDTH, "");
    slot->contents_at = u->bytes.len;
    slot->contents_len = hex + 2;
    if (u->rc != JY_OK || (u->rc = jy_buf_reserve(&u->bytes, hex + 2)) != JY_OK)
        return;
    u->bytes.p[slot->contents_at] = '<';
    memset(u->bytes.p + slot->contents_at + 1, '0', hex);
    u->bytes.p[slot->contents_at + hex + 1] = '>';
    u->bytes.len += hex + 2;
}

jy_err
pdf_close_slot(struct pdf_update *u, const struct pdf_slot *slot, struct jy_prepared *out)
{
    size_t a = u->pdf->file.len + slot->contents_at, b = a + slot->contents_len, end = u->pdf->file.len + u->bytes.len;
    struct jy_slice after;
    struct jy_sm3_ctx *sm3 = NULL;
    char numbers[RANGE_WIDTH + 1];
    jy_err rc = u->rc;

    if (rc != JY_OK)
        return rc;
    snprintf(numbers, sizeof(numbers), "%zu %zu %zu", a, b, end - b);
    memcpy(u->bytes.p + slot->range_at, numbers, strlen(numbers));
    snprintf(out->property_info, sizeof(out->property_info), "/ByteRange [0 %s]", numbers);
    snprintf(out->slot, sizeof(out->slot), "contents:%zu:%zu", a, slot->contents_len);
    after = JY_SLICE(u->bytes.p + slot->contents_at + slot->contents_len, end - b);
    if ((rc = jy_sm3_new(&sm3)) == JY_OK && (rc = jy_sm3_update(sm3, u->pdf->file)) == JY_OK &&
        (rc = jy_sm3_update(sm3, JY_SLICE(u->bytes.p, slot->contents_at))) == JY_OK && (rc = jy_sm3_update(sm3, after)) == JY_OK &&
        (rc = jy_sm3_finish(sm3, out->data_hash)) == JY_OK && (rc = jy_pieces_borrow(&out->file, u->pdf->file)) == JY_OK)
        rc = jy_pieces_take(&out->file, &u->bytes);
    jy_sm3_free(sm3);
    return rc;
}

jy_err
pdf_digest(struct jy_slice file, size_t a, size_t b, size_t end, uint8_t out[JY_SM3_SIZE])
{
    struct jy_sm3_ctx *sm3 = NULL;
    jy_err rc;

    if ((rc = jy_sm3_new(&sm3)) == JY_OK && (rc = jy_sm3_update(sm3, JY_SLICE(file.p, a))) == JY_OK &&
        (rc = jy_sm3_update(sm3, JY_SLICE(file.p + b, end - b))) == JY_OK)
        rc = jy_sm3_finish(sm3, out);
    jy_sm3_free(sm3);
    return rc;
}

/* "contents:OFFSET:LENGTH" of an empty value in this file. */
static jy_err
find_slot(struct jy_slice prepared, const char *slot, size_t *at, size_t *len, struct jy_fault *fault)
{
    int n = 0;

    if (sscanf(slot, "contents:%zu:%zu%n", at, len, &n) != 2 || slot[n] != '\0' || *len < 4 || *at >= prepared.len || *len > prepared.len - *at ||
        prepared.p[*at] != '<' || prepared.p[*at + *len - 1] != '>')
        return jy_fail(fault, JY_E_ARGUMENT, "slot", 0, "is not a place for a signature in this file");
    for (size_t i = *at + 1; i < *at + *len - 1; i++)
        if (prepared.p[i] != '0')
            return jy_fail(fault, JY_E_ARGUMENT, "slot", i, "is filled already");
    return JY_OK;
}

jy_err
pdf_slot_digest(struct jy_slice prepared, const char *slot, size_t *at, uint8_t out[JY_SM3_SIZE], struct jy_fault *fault)
{
    size_t len;
    jy_err rc = find_slot(prepared, slot, at, &len, fault);

    return rc != JY_OK ? rc : pdf_digest(prepared, *at, *at + len, prepared.len, out);
}

jy_err
pdf_fill_slot(struct jy_slice prepared, const char *slot, struct jy_slice value, struct jy_pieces *out, struct jy_fault *fault)
{
    struct jy_buf hex = { 0 };
    size_t at, len;
    jy_err rc;

    if ((rc = find_slot(prepared, slot, &at, &len, fault)) != JY_OK)
        return rc;
    if (value.len > (len - 2) / 2)
        return jy_fail(fault, JY_E_LIMIT, "slot", 0, "%zu bytes do not fit into %zu", value.len, (len - 2) / 2);
    if ((rc = jy_buf_reserve(&hex, len - 1)) != JY_OK)
        return rc;
    jy_hex(value, (char *)hex.p);
    memset(hex.p + value.len * 2, '0', len - 2 - value.len * 2);
    hex.len = len - 2;
    if ((rc = jy_pieces_borrow(out, JY_SLICE(prepared.p, at + 1))) == JY_OK && (rc = jy_pieces_take(out, &hex)) == JY_OK)
        rc = jy_pieces_borrow(out, JY_SLICE(prepared.p + at + len - 1, prepared.len - at - len + 1));
    jy_buf_free(&hex);
    return rc;
}

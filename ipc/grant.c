/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/grant.h"
#include "ipc/parts.h"

#include <string.h>

jy_err
jy_grant_encode(const struct jy_grant *g, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 1)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, g->grant_id)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, g->seal_key_id)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, g->client)) == JY_OK &&
        (rc = jy_der_put(&body, DER_OCTET_STRING, JY_SLICE(g->client_point, sizeof(g->client_point)))) == JY_OK &&
        (rc = jy_part_put_words(&body, g->categories[0], sizeof(g->categories[0]), g->category_count)) == JY_OK &&
        (rc = jy_der_put_generalized_time(&body, g->valid_from)) == JY_OK && (rc = jy_der_put_generalized_time(&body, g->valid_to)) == JY_OK &&
        (rc = jy_der_put_i64(&body, g->count_max)) == JY_OK && (rc = jy_der_put_i64(&body, g->amount_each_fen)) == JY_OK)
        rc = jy_der_put_i64(&body, g->amount_total_fen);
    if (rc == JY_OK)
        rc = jy_part_put_last_boolean(&body, g->digest_only);
    return jy_part_end(out, &body, rc);
}

static bool
is_amount(int64_t fen)
{
    return fen >= -1 && fen <= JY_AMOUNT_MAX;
}

jy_err
jy_grant_parse(struct jy_slice der, struct jy_grant *g, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    struct jy_slice point;
    jy_err rc;

    memset(g, 0, sizeof(*g));
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_part_version(&body, 1)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, g->grant_id, sizeof(g->grant_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, g->seal_key_id, sizeof(g->seal_key_id))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, g->client, sizeof(g->client))) != JY_OK || (rc = jy_der_octets(&body, &point)) != JY_OK ||
        (rc = jy_part_words(&body, g->categories[0], sizeof(g->categories[0]), JY_GRANT_CATEGORIES_MAX, &g->category_count)) != JY_OK ||
        (rc = jy_part_time(&body, &g->valid_from)) != JY_OK || (rc = jy_part_time(&body, &g->valid_to)) != JY_OK ||
        (rc = jy_der_i64(&body, &g->count_max)) != JY_OK || (rc = jy_der_i64(&body, &g->amount_each_fen)) != JY_OK ||
        (rc = jy_der_i64(&body, &g->amount_total_fen)) != JY_OK || (rc = jy_part_last_boolean(&body, &g->digest_only)) != JY_OK ||
        (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return jy_fail(fault, rc, "Grant", body.base == NULL ? 0 : jy_der_offset(&body), "bad field");
    if (point.len != sizeof(g->client_point))
        return jy_fail(fault, JY_E_ARGUMENT, "Grant.clientPoint", 0, "%zu bytes, 65 are needed", point.len);
    memcpy(g->client_point, point.p, point.len);
    if (g->category_count == 0 || g->valid_from >= g->valid_to || g->count_max < 1 || g->count_max > JY_GRANT_COUNT_MAX ||
        !is_amount(g->amount_each_fen) || !is_amount(g->amount_total_fen) || (g->amount_each_fen < 0) != (g->amount_total_fen < 0))
        return jy_fail(fault, JY_E_ARGUMENT, "Grant", 0, "categories, dates, count or amounts out of range");
    return JY_OK;
}

jy_err
jy_grant_covers(const struct jy_grant *g, const struct jy_stamp_order *order, int64_t count, int64_t amount_fen, jy_time now, struct jy_fault *fault)
{
    bool listed = false;

    for (uint32_t i = 0; i < g->category_count; i++)
        listed = listed || strcmp(g->categories[i], order->category) == 0;
    const struct { bool good; const char *field, *text; } rows[] = {
        { strcmp(order->seal_key_id, g->seal_key_id) == 0, "Grant.sealKeyId", "is of another seal" },
        { now >= g->valid_from && now < g->valid_to, "Grant.validTo", "is not within its dates" },
        { listed, "Grant.categories", "does not list this category" },
        { g->digest_only == order->digest_only, "Grant.digestOnly", g->digest_only ? "covers orders by digest only" : "covers no orders by digest only" },
        { count < g->count_max, "Grant.countMax", "is used up" },
        { g->amount_each_fen < 0 || (order->amount_fen >= 0 && order->amount_fen <= g->amount_each_fen), "Grant.amountEach",
          "is below this amount, or the order states none" },
        { g->amount_total_fen < 0 || (order->amount_fen >= 0 && order->amount_fen <= g->amount_total_fen - amount_fen), "Grant.amountTotal",
          "would be exceeded" },
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_GRANT, rows[i].field, 0, "%s (R18.1)", rows[i].text);
    return JY_OK;
}

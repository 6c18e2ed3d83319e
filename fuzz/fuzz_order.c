/* SPDX-License-Identifier: Apache-2.0 */
/* What the key room reads from web: an order, an approval, a flow, a grant, a secret's plaintext; the first byte says which. */
#include "ipc/flow.h"
#include "ipc/grant.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool good)
{
    if (!good)
        abort();
}

/* What parses says the same when it is written again. */
static void
try_order(struct jy_slice der)
{
    struct jy_stamp_order order;
    struct jy_buf out = { 0 };

    if (jy_stamp_order_parse(der, &order, NULL) == JY_OK)
        must(jy_stamp_order_encode(&order, &out) == JY_OK && jy_slice_equal(jy_buf_slice(&out), der));
    jy_stamp_order_free(&order);
    jy_buf_free(&out);
}

static void
try_approval(struct jy_slice der, const struct jy_sm2 *key)
{
    static const uint8_t digest[JY_SM3_SIZE] = { 1 };
    struct jy_approval approval;
    struct jy_buf out = { 0 };

    if (jy_approval_parse(der, &approval, NULL) == JY_OK) {
        must(jy_approval_check(&approval, digest, key, NULL) != JY_OK);
        must(jy_approval_write(&approval, &out) == JY_OK && jy_slice_equal(jy_buf_slice(&out), der));
    }
    jy_buf_free(&out);
}

/* A flow that parses has a path for what its own paths say, and no chain without approvals is complete unless its path has no step. */
static void
try_flow(struct jy_slice der)
{
    struct jy_flow *flow;
    const struct jy_flow_path *path;
    struct jy_approval a = { .step = 0 };
    struct jy_buf out = { 0 };
    uint32_t next;

    if (jy_flow_parse(der, &flow, NULL) == JY_OK) {
        must(jy_flow_encode(flow, &out) == JY_OK && jy_slice_equal(jy_buf_slice(&out), der));
        for (uint32_t i = 0; i < flow->path_count; i++) {
            const struct jy_flow_path *p = &flow->paths[i];
            const struct jy_flow_use use = { p->category_count > 0 ? p->categories[0] : "agreement", p->amount_max_fen, p->digest_only };
            must(jy_flow_path_for(flow, &use, flow->valid_from, &path, NULL) == JY_OK);
            must(jy_flow_judge(flow, p, NULL, 0, "", &next, NULL, NULL) == JY_OK && next == 0);
            must(jy_flow_judge(flow, p, &a, 1, "", &next, NULL, NULL) != JY_OK);               /* nobody's */
        }
    }
    free(flow);
    jy_buf_free(&out);
}

static void
try_grant(struct jy_slice der)
{
    struct jy_grant grant;
    struct jy_buf out = { 0 };

    if (jy_grant_parse(der, &grant, NULL) == JY_OK)
        must(jy_grant_encode(&grant, &out) == JY_OK && jy_slice_equal(jy_buf_slice(&out), der));
    jy_buf_free(&out);
}

/* Sealed first: the parser of the plaintext stands behind the decryption. */
static void
try_secret(struct jy_slice plain, const struct jy_sm2 *key)
{
    struct jy_buf sealed = { 0 };
    struct jy_secret secret;

    if (plain.len >= 1 && plain.len <= 1024 && jy_sm2_encrypt(key, plain, &sealed) == JY_OK &&
        jy_secret_open(key, jy_buf_slice(&sealed), "stamp", "order-1", 1780000000, &secret, NULL) == JY_OK)
        must(strcmp(secret.purpose, "stamp") == 0 && strcmp(secret.object, "order-1") == 0 && strlen(secret.pin) < sizeof(secret.pin));
    (void)!jy_secret_open(key, plain, "stamp", "order-1", 1780000000, &secret, NULL);
    jy_buf_wipe(&sealed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t d[32] = { 1 };
    static struct jy_sm2 *key;        /* made once: loading it costs more than all parsers together */

    if (key == NULL)
        must(jy_sm2_from_private(d, &key) == JY_OK);
    if (size == 0)
        return 0;
    if (data[0] == 0xFF)               /* one in many: it costs an SM2 encryption */
        try_secret(JY_SLICE(data + 1, size - 1), key);
    else if (data[0] % 4 == 0)
        try_order(JY_SLICE(data + 1, size - 1));
    else if (data[0] % 4 == 1)
        try_approval(JY_SLICE(data + 1, size - 1), key);
    else if (data[0] % 4 == 2)
        try_flow(JY_SLICE(data + 1, size - 1));
    else
        try_grant(JY_SLICE(data + 1, size - 1));
    return 0;
}

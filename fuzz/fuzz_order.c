/* SPDX-License-Identifier: Apache-2.0 */
/* What the key room reads from web: an order, an approval, a secret's plaintext; the first byte says which. */
#include "ipc/order.h"

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
    struct jy_stamp_order order, back;
    struct jy_buf out = { 0 };

    if (jy_stamp_order_parse(der, &order, NULL) == JY_OK) {
        must(jy_stamp_order_encode(&order, &out) == JY_OK && jy_stamp_order_parse(jy_buf_slice(&out), &back, NULL) == JY_OK);
        must(memcmp(&order, &back, sizeof(order)) == 0);
    }
    jy_buf_free(&out);
}

static void
try_approval(struct jy_slice der, const struct jy_sm2 *key)
{
    struct jy_approval approval;

    if (jy_approval_parse(der, &approval, NULL) == JY_OK)
        must(jy_approval_check(der, jy_slice_text("an order"), key, NULL) != JY_OK);
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
    else if (data[0] % 2 == 0)
        try_order(JY_SLICE(data + 1, size - 1));
    else
        try_approval(JY_SLICE(data + 1, size - 1), key);
    return 0;
}

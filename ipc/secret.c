/* SPDX-License-Identifier: Apache-2.0 */
#include "ipc/order.h"
#include "ipc/parts.h"

#include <string.h>

#define SECRET_LIFE 600               /* seconds around the key process's clock */

jy_err
jy_secret_seal(const struct jy_sm2 *recipient, const struct jy_secret *secret, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, plain = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 1)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, secret->purpose)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_IA5, secret->object)) == JY_OK && (rc = jy_der_put_generalized_time(&body, secret->time)) == JY_OK &&
        (rc = jy_der_put_text(&body, DER_UTF8, secret->pin)) == JY_OK && secret->new_pin[0] != '\0')
        rc = jy_der_put_text(&body, DER_UTF8, secret->new_pin);
    rc = jy_part_end(&plain, &body, rc);
    if (rc == JY_OK)
        rc = jy_sm2_encrypt(recipient, jy_buf_slice(&plain), out);
    jy_buf_wipe(&plain);
    return rc;
}

static jy_err
parse_secret(struct jy_slice plain, struct jy_secret *out)
{
    struct jy_der all, body;
    jy_err rc;

    jy_der_open(&all, plain);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_part_version(&body, 1)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->purpose, sizeof(out->purpose))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, out->object, sizeof(out->object))) != JY_OK || (rc = jy_part_time(&body, &out->time)) != JY_OK ||
        (rc = jy_der_text(&body, DER_UTF8, out->pin, sizeof(out->pin))) != JY_OK)
        return rc;
    if (!jy_der_at_end(&body) && (rc = jy_der_text(&body, DER_UTF8, out->new_pin, sizeof(out->new_pin))) != JY_OK)
        return rc;
    if ((rc = jy_der_close(&body)) != JY_OK)
        return rc;
    return jy_der_close(&all);
}

jy_err
jy_secret_open(const struct jy_sm2 *key, struct jy_slice sealed, const char *purpose, const char *object, jy_time now, struct jy_secret *out,
               struct jy_fault *fault)
{
    struct jy_buf plain = { 0 };
    jy_err rc;

    memset(out, 0, sizeof(*out));
    if (jy_sm2_decrypt(key, sealed, &plain) != JY_OK || parse_secret(jy_buf_slice(&plain), out) != JY_OK)
        rc = jy_fail(fault, JY_E_SECRET_UNREADABLE, "sealed", 0, "not sealed to this key process");
    else if (strcmp(out->purpose, purpose) != 0 || strcmp(out->object, object) != 0)
        rc = jy_fail(fault, JY_E_SECRET_UNREADABLE, "sealed", 0, "sealed for another purpose or object");
    else if (out->time > now + SECRET_LIFE || out->time < now - SECRET_LIFE)
        rc = jy_fail(fault, JY_E_SECRET_STALE, "sealed", 0, "check the clock of the machine that sealed it");
    else
        rc = JY_OK;
    if (rc != JY_OK)
        jy_wipe(out, sizeof(*out));
    jy_buf_wipe(&plain);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What an application signs and what is signed back: texts and their proof; no store, no network. */
#include "daemons/web/client.h"

jy_err
client_request_text(const struct client_request *r, struct jy_buf *out)
{
    return jy_buf_fmt(out, "jinyin-request-1\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", r->method, r->path, r->query, r->time, r->nonce, r->idempotency_key,
                      r->digest);
}

jy_err
client_answer_text(int status, const char *nonce, const char *time, const char *digest, struct jy_buf *out)
{
    return jy_buf_fmt(out, "jinyin-answer-1\n%d\n%s\n%s\n%s\n", status, nonce, time, digest);
}

jy_err
client_signature_fits(struct jy_slice text, struct jy_slice secret, const uint8_t *public_key, struct jy_slice signature)
{
    uint8_t mac[JY_SM3_SIZE];
    struct jy_sm2 *key = NULL;
    enum jy_sm2_encoding encoding;
    jy_err rc;

    if (public_key == NULL) {
        if ((rc = jy_hmac_sm3(secret, text, mac)) == JY_OK && !jy_equal_secret(JY_SLICE(mac, sizeof(mac)), signature))
            rc = JY_E_CLIENT_SIGNATURE;
        jy_wipe(mac, sizeof(mac));
        return rc;
    }
    if ((rc = jy_sm2_from_point(public_key, &key)) == JY_OK) {
        rc = jy_sm2_verify(key, text, signature, &encoding);
        /* One form only: another spelling of the same signature is another request that was signed by nobody. */
        if (rc == JY_E_SIGNATURE || rc == JY_E_FORMAT || (rc == JY_OK && encoding != JY_SM2_DER))
            rc = JY_E_CLIENT_SIGNATURE;
    }
    jy_sm2_free(key);
    return rc;
}

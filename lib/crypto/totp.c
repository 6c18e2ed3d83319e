/* SPDX-License-Identifier: Apache-2.0 */
#include <jinyin/crypto.h>
#include <jinyin/totp.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

int64_t
jy_totp_step(jy_time at)
{
    return at / JY_TOTP_STEP;
}

jy_err
jy_totp_code(const uint8_t secret[JY_TOTP_SECRET], int64_t step, char out[JY_TOTP_DIGITS + 1])
{
    uint8_t counter[8], mac[20];
    unsigned len = sizeof(mac);
    uint32_t value;
    size_t at;

    for (size_t i = 0; i < sizeof(counter); i++)
        counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (HMAC(EVP_sha1(), secret, JY_TOTP_SECRET, counter, sizeof(counter), mac, &len) == NULL || len != sizeof(mac))
        return JY_E_CRYPTO;
    at = mac[19] & 15;                                   /* RFC 4226 5.3, dynamic truncation */
    value = ((uint32_t)(mac[at] & 0x7F) << 24 | (uint32_t)mac[at + 1] << 16 | (uint32_t)mac[at + 2] << 8 | mac[at + 3]) % 1000000;
    snprintf(out, JY_TOTP_DIGITS + 1, "%06u", value);
    jy_wipe(mac, sizeof(mac));
    return JY_OK;
}

jy_err
jy_totp_check(const uint8_t secret[JY_TOTP_SECRET], const char *code, jy_time at, int64_t used, int64_t *step)
{
    int64_t now = jy_totp_step(at);
    char right[JY_TOTP_DIGITS + 1];
    jy_err rc;

    *step = -1;
    for (int64_t s = now - 1; s <= now + 1; s++) {
        if ((rc = jy_totp_code(secret, s, right)) != JY_OK)
            return rc;
        if (jy_equal_secret(jy_slice_text(right), jy_slice_text(code)) && s > used && *step < 0)
            *step = s;
    }
    jy_wipe(right, sizeof(right));
    return JY_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/totp.h: one-time codes of a person's phone (RFC 6238 over RFC 4226, HMAC-SHA-1, 6 digits, 30 s: what every authenticator can). */
#ifndef JINYIN_TOTP_H
#define JINYIN_TOTP_H

#include <jinyin/base.h>

#define JY_TOTP_SECRET 20              /* bytes: the length of the hash (RFC 4226 4, R6) */
#define JY_TOTP_STEP 30                /* seconds */
#define JY_TOTP_DIGITS 6

/** The step in which a time (UTC seconds, not negative) lies. */
int64_t jy_totp_step(jy_time at);
/** The code of one step, digits and NUL. Errors: JY_E_CRYPTO. */
JY_CHECK jy_err jy_totp_code(const uint8_t secret[JY_TOTP_SECRET], int64_t step, char out[JY_TOTP_DIGITS + 1]);
/**
 * Does code belong to a step of at ± 1 that is later than `used`, the last step that counted (a code counts once, RFC 6238 5.2)?
 * *step gets it, or -1. The work is the same for every code.
 */
JY_CHECK jy_err jy_totp_check(const uint8_t secret[JY_TOTP_SECRET], const char *code, jy_time at, int64_t used, int64_t *step);

#endif

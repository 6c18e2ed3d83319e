/* SPDX-License-Identifier: Apache-2.0 */
/*
 * platform.h: the national platform's wire as a public client of 2019 shows it (docs/protocol/counterparts.md): catalogues IK1008 to IK1013,
 * digests in headers, texts joined by pipes. What no official text confirmed stands in this adapter only.
 */
#ifndef JY_LINK_PLATFORM_H
#define JY_LINK_PLATFORM_H

#include "daemons/link/adapter.h"

#include <jinyin/crypto.h>

/** Reads platform_secret_file and platform_key; once, before the sandbox. Errors: JY_E_BAD_FIELD names the key, JY_E_IO. */
struct link_platform {
    char app_key[65], username[65], secret[129], password[129], salt[65];
    struct jy_sm2 *key;               /* the platform's; NULL = not connected */
};
JY_CHECK jy_err link_platform_open(struct link_platform *platform, const char *secret_file, const char *key_hex, struct jy_fault *fault);
void link_platform_close(struct link_platform *platform);

/* -- what is judged, without a socket -- */
/** `idB||randomB||randomA||signature` → randomB. Errors: JY_E_COUNTERPART_DOWN. */
JY_CHECK jy_err link_platform_read_challenge(const struct jy_sm2 *key, const char *random_a, struct jy_slice body, char random_b[65], struct jy_fault *fault);
/** The answer to a message: the receipt, bound to request and challenge. Errors: JY_E_COUNTERPART_DOWN, JY_E_COUNTERPART_REFUSED. */
JY_CHECK jy_err link_platform_read_taken(const struct jy_sm2 *key, const char *request_id, const char *random_b, struct jy_slice body, char receipt[65],
                                         struct jy_fault *fault);
JY_CHECK jy_err link_platform_read_token(struct jy_slice body, char token[257], struct jy_fault *fault);
JY_CHECK jy_err link_platform_read_status(const struct jy_sm2 *key, const char *seal_code, const char *query_time, const char *nonce, struct jy_slice body,
                                          uint32_t *status, struct jy_fault *fault);
/** rows as in LINK_PLATFORM_REVOKED_PAGE. */
JY_CHECK jy_err link_platform_read_revoked(const struct jy_sm2 *key, uint32_t page, uint32_t limit, const char *nonce, struct jy_slice body,
                                           struct jy_buf *rows, uint32_t *count, struct jy_fault *fault);

link_adapter link_platform_hello, link_platform_send, link_platform_status, link_platform_revoked;

#endif

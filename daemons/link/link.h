/* SPDX-License-Identifier: Apache-2.0 */
/* link.h: one request of web carried out: found in the table, said, judged. Stateless; any thread. */
#ifndef JY_LINK_H
#define JY_LINK_H

#include "daemons/link/wire.h"

struct link_platform;
struct link_cmp;

struct link_config {
    const char *base_urls[LINK_COUNTERPARTS];  /* "" = not connected */
    long timeout_seconds;                      /* of one call, at least 1 */
    const char *evidence_hosts;                /* of revocation data; never NULL */
    bool development;                          /* webhooks may go to this machine */
    const char *tsa_url;
    const char *sms_url, *sms_secret;
    const char *smtp_url, *smtp_from, *smtp_username, *smtp_password;
    const char *platform_url;                  /* "" or NULL = not connected */
    const struct link_platform *platform;      /* NULL = not connected */
    const struct link_cmp *cmp;                /* NULL = the CA is spoken to by its JSON */
};

/**
 * The reply to a request; the caller frees it with jy_frame_free. On error reply is empty and fault is what the person should read.
 * Errors: JY_E_COUNTERPART_DOWN (not connected, unreachable, too slow, or not answering as described), and those of link_call_*.
 */
JY_CHECK jy_err link_answer(const struct link_config *config, const struct jy_frame *request, struct jy_frame *reply,
                            struct jy_fault *fault);

#endif

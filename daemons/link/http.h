/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: one outbound HTTP exchange with narrow limits: no redirect, no proxy, no other scheme, bounded time and size. */
#ifndef JY_LINK_HTTP_H
#define JY_LINK_HTTP_H

#include <jinyin/base.h>

struct link_http {
    const char *method;               /* "GET" or "POST" */
    const char *url;                  /* http or https */
    struct jy_slice body;             /* of POST */
    const char *content_type, *accept; /* NULL = JSON */
    const char *const *headers;       /* further lines "Name: value", ends with NULL; may be NULL */
    bool public_only;                 /* an address of this machine or a private network is not called */
    long timeout_seconds;             /* for everything together, and for the connection alone */
    size_t answer_max;                /* bytes of body */
};

/** Once a process, before its threads. Errors: JY_E_IO. */
JY_CHECK jy_err link_http_begin(void);
/**
 * Ask and wait. *status is the answer's, answer its body, appended. Thread: any.
 * Errors: JY_E_COUNTERPART_DOWN no whole answer within the limits, fault->text says why; JY_E_NOMEM.
 */
JY_CHECK jy_err link_http_exchange(const struct link_http *what, int *status, struct jy_buf *answer, struct jy_fault *fault);

#endif

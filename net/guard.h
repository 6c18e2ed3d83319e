/* SPDX-License-Identifier: Apache-2.0 */
/* net/guard.h: the strict reading of a request's head, before anything acts on it. Bytes in, verdict out: no socket, no HTTP library. */
#ifndef JY_GUARD_H
#define JY_GUARD_H

#include <jinyin/base.h>

#define JY_GUARD_FIELDS_MAX 64
#define JY_GUARD_QUERY_MAX 16

struct jy_guard_pair {
    const char *name, *value;
};

/** A head that passed. Zero-initialise, end with jy_guard_free(). */
struct jy_guard {
    const char *method;                                  /* borrowed from the head, as are the fields */
    const char *path;                                    /* without the query; starts with '/' */
    struct jy_guard_pair query[JY_GUARD_QUERY_MAX];      /* decoded, UTF-8 without control characters, no name twice */
    size_t query_count;
    struct jy_guard_pair fields[JY_GUARD_FIELDS_MAX];
    size_t field_count;
    int64_t content_length;                              /* 0 when there is no body, -1 when it comes in chunks */
    char *target;                                        /* owned: path and query point into it */
};

/**
 * Read a head as the HTTP library leaves it: in place, with NUL for each space of the request line and for each field's colon, and
 * two NULs for each CRLF, the empty line included. Because every byte must be accounted for, what the library swallows silently
 * (bare LF, NUL, folded lines, doubled spaces) shows here. `target` is the request target as received, NUL-terminated: the
 * library splits its query in place, so those bytes of the head are skipped.
 *
 * Source: RFC 9112 §2.2, §3, §5, §6 and RFC 9110 §5; stricter where the service needs less (no escapes in paths, no '+' in
 *         queries, no HTTP/1.0, one of each field that the service acts on).
 * Owner:  *out is filled in any case and freed by the caller; its method and fields live as long as head.
 * Errors: JY_E_ARGUMENT  not a request that this service takes; fault->text names the rule, never the client's bytes
 *         JY_E_METHOD    not GET, HEAD, POST, PUT or DELETE
 *         JY_E_NOMEM
 */
JY_CHECK jy_err jy_guard_read(struct jy_slice head, const char *target, struct jy_guard *out, struct jy_fault *fault);
/** Only the target: path and query. Part of jy_guard_read(). */
JY_CHECK jy_err jy_guard_target(const char *target, struct jy_guard *out, struct jy_fault *fault);
/** Value of the field (name in any case) or of the query name, or NULL. */
const char *jy_guard_field(const struct jy_guard *guard, const char *name);
const char *jy_guard_query(const struct jy_guard *guard, const char *name);
void jy_guard_free(struct jy_guard *guard);

/** A field name, and a field value that may stand in a head: no byte that could end it or start another. */
bool jy_guard_is_name(const char *text);
bool jy_guard_is_value(const char *text);

/** A body that came in no useful time: more than 120 s in all, or less than 1 KiB/s on average once 10 s have passed. */
bool jy_guard_is_slow(int64_t elapsed_ms, int64_t received);

#endif

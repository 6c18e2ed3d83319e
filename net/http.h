/* SPDX-License-Identifier: Apache-2.0 */
/* http.h: the seam to the HTTP library. Streams request bodies; the header guard stands before every handler. Used by web and jinyin-sim. */
#ifndef JY_HTTP_H
#define JY_HTTP_H

#include <jinyin/base.h>

struct jy_http_server;
struct jy_http_request;    /* lives for one exchange */

/** What the server asks of its user. All run in the connection's own thread (2 MB stack). */
struct jy_http_service {
    /** After the head: return a body limit in bytes for this request (0 = no body allowed) and set *exchange to own state, or send an answer and return -1. */
    int64_t (*begin)(void *self, struct jy_http_request *request, void **exchange);
    /** A chunk of the body, in order. An error is answered by `finish` being called with it. */
    jy_err (*body)(void *self, struct jy_http_request *request, void *exchange, struct jy_slice chunk);
    /** Body complete (rc JY_OK) or refused (JY_E_LIMIT …): send exactly one answer. */
    void (*finish)(void *self, struct jy_http_request *request, void *exchange, jy_err rc);
    /** Exchange over, also after a broken connection: free. */
    void (*end)(void *self, void *exchange);
};
/** Serve on listening sockets (owned by the caller, -1 = unused). Errors: JY_E_IO. */
JY_CHECK jy_err jy_http_start(const int *listen_fds, size_t count, const struct jy_http_service *service, void *self, struct jy_http_server **out);
/** Stop accepting, finish what is under way (≤ grace_ms), free. */
void jy_http_stop(struct jy_http_server *server, int grace_ms);

const char *jy_http_method(const struct jy_http_request *request);
/** Path as received, without the query; already checked for forbidden bytes. */
const char *jy_http_path(const struct jy_http_request *request);
/** Path and query exactly as received: what a signature covers. */
const char *jy_http_target(const struct jy_http_request *request);
/** Decoded query value or NULL. */
const char *jy_http_query(const struct jy_http_request *request, const char *name);
/** The query's names one after the other, decoded; NULL at the end. */
const char *jy_http_query_name(const struct jy_http_request *request, size_t index);
/** Header value or NULL; name in any case. */
const char *jy_http_header(const struct jy_http_request *request, const char *name);
/** Add an answer header before the answer. */
JY_CHECK jy_err jy_http_set_header(struct jy_http_request *request, const char *name, const char *value);
/** Answer with bytes (copied). */
JY_CHECK jy_err jy_http_answer(struct jy_http_request *request, int status, const char *content_type, struct jy_slice body);
/** Answer with a file; fd is taken over, sent with sendfile, from offset 0. */
JY_CHECK jy_err jy_http_answer_file(struct jy_http_request *request, int status, const char *content_type, int fd, uint64_t size);

/** JSON text: UTF-8, no duplicate keys, depth ≤ 32 (pre-scanned), ≤ 1 MiB. Implemented in net/json.c over jansson. */
struct json_t;
JY_CHECK jy_err jy_json_parse(struct jy_slice text, struct json_t **out, struct jy_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The server over libmicrohttpd: a thread a connection, the guard before everything, bodies handed on as they come. */
#include "net/http.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "net/answer.h"
#include "net/guard.h"

#define SOCKETS_MAX 8
#define CONNECTIONS_MAX 256u
#define MEMORY_PER_CONNECTION ((size_t)32 << 10)         /* bounds the head too */
#define STACK ((size_t)2 << 20)
#define IDLE_S 75u                                       /* longer than the front's keep-alive of 60 s: it closes, never we */
#define BODY_IDLE_S 15u
#define DRAIN_MAX (1 << 20)                              /* so much of a refused body is read for the sake of the connection */

struct jy_http_server {
    struct jy_http_service service;
    void *self;
    struct MHD_Daemon *daemons[SOCKETS_MAX];
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t idle;
    size_t under_way;                /* exchanges between head and end */
    bool is_stopping;
};

/* One a connection, used for one exchange after the other. */
struct jy_http_request {
    struct jy_http_server *server;
    struct MHD_Connection *connection;
    char *target;                    /* as received */
    struct jy_guard head;
    struct jy_answer answer;
    void *exchange;
    int64_t limit, received, refused_at, body_began_ms;
    jy_err rc;                       /* what became of the body */
    bool has_head;                   /* the head was read and found good or bad */
    bool is_counted;                 /* begin was called: end is due */
    bool wants_finish;               /* begin gave a limit: finish is due */
};

static int64_t
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -- one exchange -- */

/* Nothing more of the body goes to the service. */
static bool
is_refused(const struct jy_http_request *request)
{
    return request->rc != JY_OK || request->answer.status != 0;
}

/* From here on an answer is held. False when there is no memory even for a refusal. */
static bool
settle(struct jy_http_request *request)
{
    if (request->wants_finish)
        request->server->service.finish(request->server->self, request, request->exchange, request->rc);
    request->wants_finish = false;
    return request->answer.status != 0 || jy_answer_problem(&request->answer, JY_E_INTERNAL, NULL) == JY_OK;
}

static enum MHD_Result
answer_through(struct jy_http_request *request, bool is_last)
{
    struct jy_http_server *server = request->server;

    if (!settle(request))
        return MHD_NO;
    pthread_mutex_lock(&server->lock);
    is_last = is_last || server->is_stopping;
    pthread_mutex_unlock(&server->lock);
    return jy_answer_queue(&request->answer, request->connection, is_last) == JY_OK ? MHD_YES : MHD_NO;
}

/* The rest of the request is not read: answer past the library, which then closes the connection. */
static enum MHD_Result
answer_past(struct jy_http_request *request)
{
    bool is_head = request->head.method != NULL && strcmp(request->head.method, "HEAD") == 0;

    if (settle(request))
        jy_answer_write(&request->answer, request->connection, !is_head);
    return MHD_NO;
}

/* The library parses in place: from the method on, its memory holds the head. */
static jy_err
read_head(struct jy_http_request *request, const char *method, struct jy_fault *fault)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    int fields = MHD_get_connection_values(request->connection, MHD_HEADER_KIND, NULL, NULL);
    jy_err rc;

    if (info == NULL || info->header_size > MEMORY_PER_CONNECTION)
        return jy_fail(fault, JY_E_ARGUMENT, "head", 0, "the head is in pieces");
    if ((rc = jy_guard_read(JY_SLICE(method, info->header_size), request->target, &request->head, fault)) != JY_OK)
        return rc;
    /* What the library framed the request by must be what the guard has read: every byte is accounted for, so the counts decide. */
    if (fields < 0 || request->head.field_count != (size_t)fields)
        return jy_fail(fault, JY_E_ARGUMENT, "fields", 0, "a field is hidden in another");
    return JY_OK;
}

static enum MHD_Result
on_head(struct jy_http_request *request, const char *method)
{
    struct jy_http_server *server = request->server;
    struct jy_fault fault = { 0 };
    jy_err rc;

    request->has_head = true;
    if ((rc = read_head(request, method, &fault)) != JY_OK)
        return jy_answer_problem(&request->answer, rc, &fault) == JY_OK ? answer_past(request) : MHD_NO;
    pthread_mutex_lock(&server->lock);
    server->under_way++;
    pthread_mutex_unlock(&server->lock);
    request->is_counted = true;
    request->limit = server->service.begin(server->self, request, &request->exchange);
    request->wants_finish = request->limit >= 0;
    if (request->wants_finish && request->head.content_length > request->limit)
        request->rc = JY_E_LIMIT;
    if (!request->wants_finish && !settle(request))
        return MHD_NO;
    if (request->head.content_length == 0)
        return MHD_YES;
    if (is_refused(request) && (request->head.content_length > DRAIN_MAX || jy_guard_field(&request->head, "Expect") != NULL))
        return answer_past(request);
    request->body_began_ms = now_ms();
    return MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, BODY_IDLE_S);
}

static enum MHD_Result
on_body(struct jy_http_request *request, struct jy_slice chunk)
{
    struct jy_http_server *server = request->server;
    int64_t rest;

    request->received += (int64_t)chunk.len;
    if (jy_guard_is_slow(now_ms() - request->body_began_ms, request->received)) {
        if (request->rc == JY_OK)
            request->rc = JY_E_IO;
        return answer_past(request);
    }
    if (!is_refused(request)) {
        request->refused_at = request->received;
        if (request->received > request->limit)
            request->rc = JY_E_LIMIT;
        else
            request->rc = server->service.body(server->self, request, request->exchange, chunk);
    }
    if (!is_refused(request))
        return MHD_YES;
    /* How much would be read for nothing: what was announced, or for chunks what came already. */
    rest = request->head.content_length >= 0 ? request->head.content_length - request->received : request->received - request->refused_at;
    return rest > DRAIN_MAX ? answer_past(request) : MHD_YES;
}

static enum MHD_Result
on_complete(struct jy_http_request *request)
{
    bool has_trailer = MHD_get_connection_values(request->connection, MHD_FOOTER_KIND, NULL, NULL) > 0;

    if (has_trailer && request->rc == JY_OK)
        request->rc = JY_E_ARGUMENT;                     /* fields that came after the guard */
    if (request->head.content_length != 0 &&
        MHD_set_connection_option(request->connection, MHD_CONNECTION_OPTION_TIMEOUT, IDLE_S) != MHD_YES)
        return MHD_NO;
    return answer_through(request, has_trailer);
}

/* -- what the library calls -- */

/* Forget the exchange; the connection may begin another. */
static void
end_exchange(struct jy_http_request *request)
{
    struct jy_http_server *server = request->server;

    if (request->is_counted) {
        server->service.end(server->self, request->exchange);
        pthread_mutex_lock(&server->lock);
        if (--server->under_way == 0)
            pthread_cond_broadcast(&server->idle);
        pthread_mutex_unlock(&server->lock);
    }
    jy_answer_free(&request->answer);
    jy_guard_free(&request->head);
    free(request->target);
    *request = (struct jy_http_request){ .server = server, .connection = request->connection, .answer = request->answer };
}

/* The library forgets to call completed() when it stumbles twice over one head (out of memory, then a bad length): hence the owner of
 * all that an exchange holds is the connection, whose end it never forgets. */
static void
connected(void *server, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
    struct jy_http_request *request = *context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED && (request = calloc(1, sizeof(*request))) != NULL) {
        request->server = server;
        request->connection = connection;
        jy_answer_begin(&request->answer);
        *context = request;
    } else if (code == MHD_CONNECTION_NOTIFY_CLOSED && request != NULL) {
        end_exchange(request);
        free(request);
        *context = NULL;
    }
}

static void *
request_line(void *self, const char *target, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct jy_http_request *request = info != NULL ? info->socket_context : NULL;

    (void)self;
    if (request == NULL || (request->target = strdup(target != NULL ? target : "")) == NULL)
        return NULL;
    return request;
}

static size_t
leave_escapes(void *self, struct MHD_Connection *connection, char *text)
{
    (void)self, (void)connection;
    return strlen(text);
}

static enum MHD_Result
handle(void *server, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *data,
    size_t *size, void **context)
{
    struct jy_http_request *request = *context;
    struct jy_slice chunk = JY_SLICE(data, *size);

    (void)server, (void)connection, (void)url, (void)version;
    if (request == NULL)
        return MHD_NO;
    *size = 0;
    if (!request->has_head)
        return on_head(request, method);
    return chunk.len > 0 ? on_body(request, chunk) : on_complete(request);
}

static void
completed(void *self, struct MHD_Connection *connection, void **context, enum MHD_RequestTerminationCode code)
{
    (void)self, (void)connection, (void)code;
    if (*context != NULL)
        end_exchange(*context);
    *context = NULL;
}

/* -- server -- */

static struct MHD_Daemon *
listen_on(struct jy_http_server *server, int fd)
{
    int is_listening = 0, flags = fcntl(fd, F_GETFL);
    socklen_t len = sizeof(is_listening);

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) != 0 || is_listening == 0 || flags < 0 ||
        fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0)     /* a client that leaves between poll and accept must not block us */
        return NULL;
    /* Not strict: then the library leaves to the guard what the guard refuses better (no Host, spaces in the target). */
    return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL | MHD_USE_ITC, 0,
        NULL, NULL, handle, server,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY_PER_CONNECTION,
        MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
        MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_THREAD_STACK_SIZE, STACK,
        MHD_OPTION_URI_LOG_CALLBACK, request_line, NULL,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, completed, NULL,
        MHD_OPTION_NOTIFY_CONNECTION, connected, server,
        MHD_OPTION_END);
}

static void
wait_until_idle(struct jy_http_server *server, int grace_ms)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += grace_ms / 1000;
    until.tv_nsec += grace_ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_mutex_lock(&server->lock);
    server->is_stopping = true;
    while (server->under_way > 0 && pthread_cond_timedwait(&server->idle, &server->lock, &until) != ETIMEDOUT)
        ;
    pthread_mutex_unlock(&server->lock);
}

void
jy_http_stop(struct jy_http_server *server, int grace_ms)
{
    if (server == NULL)
        return;
    for (size_t i = 0; i < server->count; i++)
        (void)MHD_quiesce_daemon(server->daemons[i]);    /* gives the socket back to its owner */
    wait_until_idle(server, grace_ms > 0 ? grace_ms : 0);
    for (size_t i = 0; i < server->count; i++)
        MHD_stop_daemon(server->daemons[i]);
    pthread_cond_destroy(&server->idle);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

jy_err
jy_http_start(const int *listen_fds, size_t count, const struct jy_http_service *service, void *self, struct jy_http_server **out)
{
    struct jy_http_server *server = calloc(1, sizeof(*server));
    pthread_condattr_t monotonic;
    jy_err rc = JY_OK;

    *out = NULL;
    if (server == NULL)
        return JY_E_NOMEM;
    server->service = *service;
    server->self = self;
    pthread_mutex_init(&server->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->idle, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (size_t i = 0; i < count && rc == JY_OK; i++) {
        if (listen_fds[i] < 0)
            continue;
        if (server->count == SOCKETS_MAX || (server->daemons[server->count] = listen_on(server, listen_fds[i])) == NULL)
            rc = JY_E_IO;
        else
            server->count++;
    }
    if (rc == JY_OK && server->count == 0)
        rc = JY_E_IO;
    if (rc == JY_OK)
        *out = server;
    else
        jy_http_stop(server, 0);
    return rc;
}

/* -- what a service asks of its request -- */

const char *
jy_http_method(const struct jy_http_request *request)
{
    return strcmp(request->head.method, "HEAD") == 0 ? "GET" : request->head.method;   /* the library drops the body */
}

const char *
jy_http_path(const struct jy_http_request *request)
{
    return request->head.path;
}

const char *
jy_http_target(const struct jy_http_request *request)
{
    return request->target;
}

const char *
jy_http_query(const struct jy_http_request *request, const char *name)
{
    return jy_guard_query(&request->head, name);
}

const char *
jy_http_query_name(const struct jy_http_request *request, size_t index)
{
    return index < request->head.query_count ? request->head.query[index].name : NULL;
}

const char *
jy_http_header(const struct jy_http_request *request, const char *name)
{
    return jy_guard_field(&request->head, name);
}

jy_err
jy_http_set_header(struct jy_http_request *request, const char *name, const char *value)
{
    return jy_answer_header(&request->answer, name, value);
}

jy_err
jy_http_answer(struct jy_http_request *request, int status, const char *content_type, struct jy_slice body)
{
    return jy_answer_bytes(&request->answer, status, content_type, body);
}

jy_err
jy_http_answer_file(struct jy_http_request *request, int status, const char *content_type, int fd, uint64_t size)
{
    return jy_answer_file(&request->answer, status, content_type, fd, size);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "net/answer.h"

#include <jansson.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/guard.h"

#define WRITE_MS 5000
#define LINGER_MS 2000
#define LINGER_MAX (16u << 20)
#define OWN_HEADERS 4             /* the content type and the defaults always find room */

struct pair {
    const char *name, *value;
};
/* What every answer carries unless its author said otherwise. */
static const struct pair defaults[] = {
    { "X-Content-Type-Options", "nosniff" },
    { "Cache-Control", "no-store" },
    { "Referrer-Policy", "no-referrer" },
};
static const char *const library_headers[] = { "Connection", "Content-Length", "Date", "Transfer-Encoding", "Trailer", "Upgrade" };

void
jy_answer_begin(struct jy_answer *answer)
{
    *answer = (struct jy_answer){ .fd = -1 };
}

void
jy_answer_free(struct jy_answer *answer)
{
    for (size_t i = 0; i < answer->header_count; i++) {
        jy_wipe(answer->headers[i].value, strlen(answer->headers[i].value));
        free(answer->headers[i].name);
        free(answer->headers[i].value);
    }
    jy_buf_wipe(&answer->body);
    if (answer->fd >= 0)
        close(answer->fd);
    jy_answer_begin(answer);
}

static bool
has_header(const struct jy_answer *answer, const char *name)
{
    for (size_t i = 0; i < answer->header_count; i++)
        if (strcasecmp(answer->headers[i].name, name) == 0)
            return true;
    return false;
}

static jy_err
add_header(struct jy_answer *answer, const char *name, const char *value)
{
    char *own_name, *own_value;

    if (answer->header_count == JY_ANSWER_HEADERS_MAX)
        return JY_E_LIMIT;
    own_name = strdup(name);
    own_value = strdup(value);
    if (own_name == NULL || own_value == NULL) {
        free(own_name);
        free(own_value);
        return JY_E_NOMEM;
    }
    answer->headers[answer->header_count].name = own_name;
    answer->headers[answer->header_count++].value = own_value;
    return JY_OK;
}

jy_err
jy_answer_header(struct jy_answer *answer, const char *name, const char *value)
{
    if (answer->status != 0 || !jy_guard_is_name(name) || !jy_guard_is_value(value))
        return JY_E_ARGUMENT;
    if (answer->header_count == JY_ANSWER_HEADERS_MAX - OWN_HEADERS)
        return JY_E_LIMIT;
    for (size_t i = 0; i < sizeof(library_headers) / sizeof(library_headers[0]); i++)
        if (strcasecmp(library_headers[i], name) == 0)
            return JY_E_ARGUMENT;
    return add_header(answer, name, value);
}

/* Headers of an answer that is about to be given. */
static jy_err
complete(struct jy_answer *answer, int status, const char *content_type)
{
    jy_err rc = JY_OK;

    if (answer->status != 0 || status < 200 || status > 599 || (content_type != NULL && !jy_guard_is_value(content_type)))
        return JY_E_ARGUMENT;
    if (content_type != NULL && !has_header(answer, "Content-Type"))
        rc = add_header(answer, "Content-Type", content_type);
    for (size_t i = 0; rc == JY_OK && i < sizeof(defaults) / sizeof(defaults[0]); i++)
        if (!has_header(answer, defaults[i].name))
            rc = add_header(answer, defaults[i].name, defaults[i].value);
    return rc;
}

jy_err
jy_answer_bytes(struct jy_answer *answer, int status, const char *content_type, struct jy_slice body)
{
    jy_err rc;

    if ((rc = complete(answer, status, content_type)) != JY_OK || (rc = jy_buf_add(&answer->body, body)) != JY_OK)
        return rc;
    answer->status = status;
    return JY_OK;
}

jy_err
jy_answer_file(struct jy_answer *answer, int status, const char *content_type, int fd, uint64_t size)
{
    jy_err rc;

    if (fd < 0)
        return JY_E_ARGUMENT;
    if ((rc = complete(answer, status, content_type)) != JY_OK) {
        close(fd);
        return rc;
    }
    answer->status = status;
    answer->fd = fd;
    answer->size = size;
    return JY_OK;
}

jy_err
jy_answer_problem(struct jy_answer *answer, jy_err err, const struct jy_fault *fault)
{
    json_t *problem = json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "code", jy_err_code(err), "title", jy_err_en(err), "title_zh",
        jy_err_zh(err), "status", jy_err_http(err), "field", fault == NULL ? "" : fault->where, "detail", fault == NULL ? "" : fault->text, "source", "");
    char *text = problem != NULL ? json_dumps(problem, JSON_COMPACT) : NULL;
    jy_err rc = JY_E_NOMEM;

    if (answer->status == 0)
        jy_answer_free(answer);                          /* headers of an answer that was not finished are not the problem's */
    if (text != NULL)
        rc = jy_answer_bytes(answer, jy_err_http(err), "application/problem+json", jy_slice_text(text));
    free(text);
    json_decref(problem);
    return rc;
}

/* -- out -- */

static void
end_body(void *body)
{
    jy_buf_wipe(body);
    free(body);
}

static struct MHD_Response *
response_of(struct jy_answer *answer)
{
    struct MHD_Response *response;
    struct jy_buf *body;

    if (answer->fd >= 0) {
        if ((response = MHD_create_response_from_fd64(answer->size, answer->fd)) != NULL)
            answer->fd = -1;
        return response;
    }
    if ((body = malloc(sizeof(*body))) == NULL)
        return NULL;
    *body = answer->body;
    if ((response = MHD_create_response_from_buffer_with_free_callback_cls(body->len, body->p, end_body, body)) == NULL)
        free(body);
    else
        answer->body = (struct jy_buf){ 0 };
    return response;
}

jy_err
jy_answer_queue(struct jy_answer *answer, struct MHD_Connection *connection, bool is_last)
{
    struct MHD_Response *response = response_of(answer);
    bool ok = response != NULL;

    for (size_t i = 0; ok && i < answer->header_count; i++)
        ok = MHD_add_response_header(response, answer->headers[i].name, answer->headers[i].value) == MHD_YES;
    if (ok && is_last)
        ok = MHD_add_response_header(response, "Connection", "close") == MHD_YES;
    ok = ok && MHD_queue_response(connection, (unsigned)answer->status, response) == MHD_YES;
    if (response != NULL)
        MHD_destroy_response(response);
    return ok ? JY_OK : JY_E_NOMEM;
}

static int64_t
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static bool
is_ready(int fd, short events, int64_t deadline)
{
    struct pollfd pfd = { .fd = fd, .events = events };
    int64_t left = deadline - now_ms();

    return left > 0 && poll(&pfd, 1, (int)left) == 1;
}

static void
send_all(int fd, struct jy_slice bytes)
{
    int64_t deadline = now_ms() + WRITE_MS;
    ssize_t n;

    while (bytes.len > 0 && is_ready(fd, POLLOUT, deadline) && (n = send(fd, bytes.p, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT)) > 0) {
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
}

/* Throw away what still comes, until the other side has seen the end and hangs up. */
static void
linger(int fd)
{
    int64_t deadline = now_ms() + LINGER_MS;
    char waste[16384];
    ssize_t n;

    (void)shutdown(fd, SHUT_WR);
    for (size_t read = 0; read < LINGER_MAX && is_ready(fd, POLLIN, deadline); read += (size_t)n)
        if ((n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT)) <= 0)
            return;
}

void
jy_answer_write(struct jy_answer *answer, struct MHD_Connection *connection, bool has_body)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    const char *reason = MHD_get_reason_phrase_for((unsigned)answer->status);
    struct jy_buf out = { 0 };
    time_t now = time(NULL);
    struct tm utc;
    char date[64];
    jy_err rc;

    if (info == NULL || answer->fd >= 0)
        return;
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    rc = jy_buf_fmt(&out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", answer->status, reason, date);
    for (size_t i = 0; rc == JY_OK && i < answer->header_count; i++)
        rc = jy_buf_fmt(&out, "%s: %s\r\n", answer->headers[i].name, answer->headers[i].value);
    if (rc == JY_OK)
        rc = jy_buf_fmt(&out, "Content-Length: %zu\r\nConnection: close\r\n\r\n", answer->body.len);
    if (rc == JY_OK && has_body)
        rc = jy_buf_add(&out, jy_buf_slice(&answer->body));
    if (rc == JY_OK) {
        send_all(info->connect_fd, jy_buf_slice(&out));
        linger(info->connect_fd);
    }
    jy_buf_wipe(&out);
}

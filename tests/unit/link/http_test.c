/* SPDX-License-Identifier: Apache-2.0 */
/* link's calls against a server of this test that answers whatever bytes it is told to. */
#include "daemons/link/http.h"
#include "daemons/link/link.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))

/* Takes one connection, reads one request, sends the bytes, hangs up; or keeps silent until the other side goes. */
struct server {
    int listening;
    uint16_t port;
    pthread_t thread;
    const char *answer;
    size_t answer_len, repeat;        /* the last byte again, this many times */
    bool silent;
    char request[8192];               /* what came */
};

static size_t
body_length(const char *request)
{
    const char *at = strcasestr(request, "content-length:");

    return at == NULL ? 0 : strtoul(at + 15, NULL, 10);
}

static bool
is_complete(const char *request)
{
    const char *end = strstr(request, "\r\n\r\n");

    return end != NULL && strlen(end + 4) >= body_length(request);
}

static void *
serve(void *argument)
{
    struct server *server = argument;
    int fd = accept(server->listening, NULL, NULL);
    size_t len = 0;
    ssize_t n = 1;

    if (fd < 0)
        return NULL;
    while (n > 0 && len < sizeof(server->request) - 1 && !is_complete(server->request)) {
        n = read(fd, server->request + len, sizeof(server->request) - 1 - len);
        len += n > 0 ? (size_t)n : 0;
    }
    if (server->silent) {
        char byte;
        while (read(fd, &byte, 1) > 0)
            ;
    } else {
        n = send(fd, server->answer, server->answer_len, MSG_NOSIGNAL);
        for (size_t i = 0; i < server->repeat && n > 0; i++)
            n = send(fd, server->answer + server->answer_len - 1, 1, MSG_NOSIGNAL | MSG_MORE);
    }
    close(fd);
    return NULL;
}

static void
start(struct server *server, const char *answer)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);

    server->listening = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listening, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(server->listening, 8), 0);
    assert_int_equal(getsockname(server->listening, (struct sockaddr *)&address, &len), 0);
    server->port = ntohs(address.sin_port);
    server->answer = answer;
    if (server->answer_len == 0)
        server->answer_len = strlen(answer);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* Also when nobody called: an accept that waits is woken. */
static void
stop(struct server *server)
{
    shutdown(server->listening, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listening);
}

static jy_err
exchange(uint16_t port, const char *method, const char *body, int *status, struct jy_buf *answer, struct jy_fault *fault)
{
    char url[64];
    struct link_http what = { .method = method, .url = url, .body = jy_slice_text(body), .timeout_seconds = 1, .answer_max = 64 };

    snprintf(url, sizeof(url), "http://127.0.0.1:%u/trust", port);
    return link_http_exchange(&what, status, answer, fault);
}

static void
exchange__status_and_body_come_back(void **state)
{
    struct server server = { 0 };
    struct jy_buf answer = { 0 };
    int status = 0;

    (void)state;
    start(&server, "HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello");
    assert_int_equal(exchange(server.port, "GET", "", &status, &answer, NULL), JY_OK);
    stop(&server);
    assert_int_equal(status, 404);
    assert_true(jy_slice_is(jy_buf_slice(&answer), "hello"));
    assert_ptr_equal(strstr(server.request, "GET /trust HTTP/1.1\r\n"), server.request);
    assert_null(strcasestr(server.request, "accept-encoding"));
    assert_null(strcasestr(server.request, "cookie"));
    jy_buf_free(&answer);
}

static void
exchange__a_body_is_posted_at_once_as_json(void **state)
{
    struct server server = { 0 };
    struct jy_buf answer = { 0 };
    char body[4096];
    int status = 0;

    (void)state;
    memset(body, ' ', sizeof(body));                       /* long enough for a client to ask whether it may go on */
    memcpy(body, "{}", 2);
    body[sizeof(body) - 1] = '\0';
    start(&server, "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n");
    assert_int_equal(exchange(server.port, "POST", body, &status, &answer, NULL), JY_OK);
    stop(&server);
    assert_int_equal(status, 201);
    assert_true(jy_slice_is(jy_buf_slice(&answer), "{}"));
    assert_ptr_equal(strstr(server.request, "POST /trust HTTP/1.1\r\n"), server.request);
    assert_non_null(strcasestr(server.request, "content-type: application/json\r\n"));
    assert_null(strcasestr(server.request, "expect:"));
    assert_string_equal(strstr(server.request, "\r\n\r\n") + 4, body);
    jy_buf_free(&answer);
}

static void
exchange__hostile_or_broken_http_is_a_counterpart_that_is_down(void **state)
{
    static const struct { const char *answer; size_t repeat; } rows[] = {
        { "", 0 },                                                                     /* hangs up */
        { "\r\n\r\n", 0 }, { "hello\r\n", 0 }, { "{\"receipt\":\"r\"}", 0 },            /* HTTP/0.9 */
        { "HTTP/1.1 200 OK\r\n", 0 },                                                  /* cut in the headers */
        { "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", 0 },                    /* cut in the body */
        { "HTTP/1.1 200 OK\r\nContent-Length: 65\r\n\r\nx", 64 },                       /* one byte more than allowed */
        { "HTTP/1.1 200 OK\r\n\r\nx", 200 },                                            /* no end given */
        { "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx", 100 },
        { "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx", 0 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx", 10 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", 0 },        /* no last chunk */
        { "HTTP/1.1 200 OK\r\nX: y", 200000 },                                          /* a header without end */
        { "HTTP/1.1 9999999 OK\r\nContent-Length: 0\r\n\r\n", 0 },
        { "SSH-2.0-OpenSSH_9.2\r\n", 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct server server = { .repeat = rows[i].repeat };
        struct jy_buf answer = { 0 };
        struct jy_fault fault = { 0 };
        int status = 0;
        start(&server, rows[i].answer);
        assert_int_equal(exchange(server.port, "GET", "", &status, &answer, &fault), JY_E_COUNTERPART_DOWN);
        stop(&server);
        assert_string_not_equal(fault.text, "");
        assert_true(answer.len <= 64);
        jy_buf_free(&answer);
    }
}

static void
exchange__many_small_headers_are_too_long_together(void **state)
{
    struct server server = { 0 };
    struct jy_buf answer = { 0 }, body = { 0 };
    struct jy_fault fault = { 0 };
    int status = 0;

    (void)state;
    assert_int_equal(jy_buf_text(&answer, "HTTP/1.1 200 OK\r\n"), JY_OK);
    for (int i = 0; i < 3000; i++)
        assert_int_equal(jy_buf_fmt(&answer, "X-%04d: 0123456789012345678\r\n", i), JY_OK);
    assert_int_equal(jy_buf_text(&answer, "Content-Length: 0\r\n\r\n"), JY_OK);
    server.answer_len = answer.len;
    start(&server, (const char *)answer.p);
    assert_int_equal(exchange(server.port, "GET", "", &status, &body, &fault), JY_E_COUNTERPART_DOWN);
    stop(&server);
    assert_string_equal(fault.text, "its headers are too long");
    jy_buf_free(&answer);
    jy_buf_free(&body);
}

static void
exchange__a_redirect_is_not_followed(void **state)
{
    struct server server = { 0 }, elsewhere = { 0 };
    struct jy_buf answer = { 0 };
    char redirect[128];
    int status = 0;

    (void)state;
    start(&elsewhere, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    snprintf(redirect, sizeof(redirect), "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:%u/\r\nContent-Length: 0\r\n\r\n",
             elsewhere.port);
    start(&server, redirect);
    assert_int_equal(exchange(server.port, "GET", "", &status, &answer, NULL), JY_OK);
    assert_int_equal(status, 302);
    stop(&server);
    stop(&elsewhere);
    assert_string_equal(elsewhere.request, "");
    jy_buf_free(&answer);
}

static void
exchange__no_proxy_of_the_environment_is_used(void **state)
{
    struct server server = { 0 };
    struct jy_buf answer = { 0 };
    int status = 0;

    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("all_proxy", "http://127.0.0.1:1", 1);
    start(&server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(exchange(server.port, "GET", "", &status, &answer, NULL), JY_OK);
    stop(&server);
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    assert_int_equal(status, 200);
    jy_buf_free(&answer);
}

static void
exchange__other_schemes_and_names_in_the_url_are_refused(void **state)
{
    static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:1/", "dict://127.0.0.1:1/", "http://",
                                        "http://user:word@127.0.0.1:1/" };

    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct link_http what = { .method = "GET", .url = urls[i], .timeout_seconds = 1, .answer_max = 64 };
        struct jy_buf answer = { 0 };
        int status = 0;
        assert_int_equal(link_http_exchange(&what, &status, &answer, NULL), JY_E_COUNTERPART_DOWN);
        assert_int_equal(answer.len, 0);
    }
}

static void
exchange__silence_ends_and_a_closed_port_too(void **state)
{
    struct server server = { .silent = true }, closed = { 0 };
    struct jy_buf answer = { 0 };
    int status = 0;

    (void)state;
    start(&server, "");
    assert_int_equal(exchange(server.port, "GET", "", &status, &answer, NULL), JY_E_COUNTERPART_DOWN);
    stop(&server);
    start(&closed, "");
    stop(&closed);
    assert_int_equal(exchange(closed.port, "GET", "", &status, &answer, NULL), JY_E_COUNTERPART_DOWN);
    jy_buf_free(&answer);
}

/* -- the whole way: request message in, reply message out -- */

static struct jy_frame
a_delivery(void)
{
    struct jy_frame request = { .type = JY_MSG_LINK_DELIVER };

    strcpy(request.u.LINK_DELIVER.destination, "ca");
    strcpy(request.u.LINK_DELIVER.event_id, "e-1");
    request.u.LINK_DELIVER.body = jy_slice_text("{\"serial\":\"4A\"}");
    return request;
}

static void
link__a_delivery_goes_to_the_ca_and_its_receipt_comes_back(void **state)
{
    static const char *const endings[] = { "", "/", "///" };
    struct jy_frame request = a_delivery(), reply;

    (void)state;
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct server server = { 0 };
        char url[64];
        struct link_config config = { { "", url }, 5 };
        start(&server, "HTTP/1.1 201 Created\r\nContent-Length: 41\r\n\r\n{\"event_id\":\"e-1\",\"receipt\":\"R-00000001\"}");
        snprintf(url, sizeof(url), "http://127.0.0.1:%u/ca%s", server.port, endings[i]);
        assert_int_equal(link_answer(&config, &request, &reply, NULL), JY_OK);
        stop(&server);
        assert_ptr_equal(strstr(server.request, "POST /ca/revocations HTTP/1.1\r\n"), server.request);
        assert_string_equal(strstr(server.request, "\r\n\r\n") + 4, "{\"serial\":\"4A\",\"event_id\":\"e-1\"}");
        assert_int_equal(reply.type, JY_MSG_LINK_DELIVERED);
        assert_string_equal(reply.u.LINK_DELIVERED.receipt, "R-00000001");
        jy_frame_free(&reply);
    }
}

static void
link__a_counterpart_that_is_not_configured_is_said_to_be_so(void **state)
{
    static const struct { const char *url, *text; } rows[] = {
        { "", "not connected; set ca_url" },
        { "127.0.0.1:1", "ca_url is not an http or https base URL" },
        { "file:///etc", "ca_url is not an http or https base URL" },
        { "http://127.0.0.1:1/?a=", "ca_url is not an http or https base URL" },
        { "http://127.0.0.1:1/#a", "ca_url is not an http or https base URL" },
    };
    struct jy_frame request = a_delivery(), reply;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct link_config config = { { "http://127.0.0.1:1", rows[i].url }, 5 };
        struct jy_fault fault = { 0 };
        assert_int_equal(link_answer(&config, &request, &reply, &fault), JY_E_COUNTERPART_DOWN);
        assert_string_equal(fault.text, rows[i].text);
        assert_string_equal(fault.where, "ca_url");
        assert_int_equal(reply.type, JY_MSG_NONE);
    }
}

static void
link__a_counterpart_that_is_down_is_named(void **state)
{
    struct server closed = { 0 };
    struct jy_frame request = a_delivery(), reply;
    struct jy_fault fault = { 0 };
    char url[64];
    struct link_config config = { { "", url }, 5 };

    (void)state;
    start(&closed, "");
    stop(&closed);
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", closed.port);
    assert_int_equal(link_answer(&config, &request, &reply, &fault), JY_E_COUNTERPART_DOWN);
    assert_ptr_equal(strstr(fault.text, "the CA does not answer: "), fault.text);
    assert_string_equal(fault.where, "ca_url");
}

/* What is refused here is never sent. */
static void
link__a_request_that_is_wrong_calls_nobody(void **state)
{
    struct server server = { 0 };
    struct jy_frame request = a_delivery(), reply;
    char url[64];
    struct link_config config = { { url, url }, 5 };

    (void)state;
    start(&server, "HTTP/1.1 201 Created\r\nContent-Length: 32\r\n\r\n{\"event_id\":\"e-1\",\"receipt\":\"r\"}");
    snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
    request.u.LINK_DELIVER.body = jy_slice_text("{\"event_id\":\"e-2\"}");
    assert_int_equal(link_answer(&config, &request, &reply, NULL), JY_E_BAD_FIELD);
    request = (struct jy_frame){ .type = JY_MSG_LINK_PHYSICAL_SEAL };
    strcpy(request.u.LINK_PHYSICAL_SEAL.seal_code, "../filings");
    assert_int_equal(link_answer(&config, &request, &reply, NULL), JY_E_BAD_FIELD);
    request = (struct jy_frame){ .type = JY_MSG_KEY_HELLO };
    assert_int_equal(link_answer(&config, &request, &reply, NULL), JY_E_INTERNAL);
    stop(&server);
    assert_string_equal(server.request, "");
}

/* Stateless: many calls at once, each with its own server, have each its own answer. */
static void *
call_often(void *argument)
{
    int *wrong = argument;

    for (int i = 0; i < 10; i++) {
        struct server server = { 0 };
        struct jy_frame request = a_delivery(), reply;
        char url[64], answer[128];
        struct link_config config = { { "", url }, 5 };
        snprintf(answer, sizeof(answer), "HTTP/1.1 201 Created\r\nContent-Length: 41\r\n\r\n{\"event_id\":\"e-1\",\"receipt\":\"R-%08d\"}", i);
        start(&server, answer);
        snprintf(url, sizeof(url), "http://127.0.0.1:%u", server.port);
        if (link_answer(&config, &request, &reply, NULL) != JY_OK || atoi(reply.u.LINK_DELIVERED.receipt + 2) != i)
            (*wrong)++;
        stop(&server);
        jy_frame_free(&reply);
    }
    return NULL;
}

static void
link__many_calls_at_once_do_not_mix(void **state)
{
    pthread_t threads[4];
    int wrong[4] = { 0 };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &wrong[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(wrong[i], 0);
    }
}

static int
begin(void **state)
{
    (void)state;
    return link_http_begin() == JY_OK ? 0 : -1;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exchange__status_and_body_come_back),
        cmocka_unit_test(exchange__a_body_is_posted_at_once_as_json),
        cmocka_unit_test(exchange__hostile_or_broken_http_is_a_counterpart_that_is_down),
        cmocka_unit_test(exchange__many_small_headers_are_too_long_together),
        cmocka_unit_test(exchange__a_redirect_is_not_followed),
        cmocka_unit_test(exchange__no_proxy_of_the_environment_is_used),
        cmocka_unit_test(exchange__other_schemes_and_names_in_the_url_are_refused),
        cmocka_unit_test(exchange__silence_ends_and_a_closed_port_too),
        cmocka_unit_test(link__a_delivery_goes_to_the_ca_and_its_receipt_comes_back),
        cmocka_unit_test(link__a_counterpart_that_is_not_configured_is_said_to_be_so),
        cmocka_unit_test(link__a_counterpart_that_is_down_is_named),
        cmocka_unit_test(link__a_request_that_is_wrong_calls_nobody),
        cmocka_unit_test(link__many_calls_at_once_do_not_mix),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}

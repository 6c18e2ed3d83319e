/* SPDX-License-Identifier: Apache-2.0 */
/* The server as a client on the wire meets it. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/http.h"

#define MIB (1 << 20)

/* -- the service under test: counts what comes, answers with it -- */

static struct {
    atomic_int begun, finished, ended, hidden;
    atomic_bool is_waiting, may_go_on;
} seen;

struct exchange {
    int64_t received;
    uint32_t sum;
};

/* path → body limit; what is not listed takes no body */
static const struct { const char *path; int64_t limit; } limits[] = {
    { "/digest", 128 * MIB }, { "/small", 16 }, { "/fail", 8 * MIB }, { "/limited", MIB },
};

static int64_t
begin(void *self, struct jy_http_request *request, void **out)
{
    const char *path = jy_http_path(request);

    (void)self;
    seen.begun++;
    *out = calloc(1, sizeof(struct exchange));
    if (strcmp(path, "/hidden") == 0)
        seen.hidden++;
    if (strcmp(path, "/refused") == 0) {
        assert_int_equal(jy_http_answer(request, 403, "text/plain", jy_slice_text("no")), JY_OK);
        return -1;
    }
    if (strcmp(path, "/silent-refusal") == 0)
        return -1;
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
        if (strcmp(path, limits[i].path) == 0)
            return limits[i].limit;
    return 0;
}

static jy_err
body(void *self, struct jy_http_request *request, void *exchange, struct jy_slice chunk)
{
    struct exchange *x = exchange;

    (void)self;
    x->received += (int64_t)chunk.len;
    for (size_t i = 0; i < chunk.len; i++)
        x->sum = x->sum * 31 + chunk.p[i];
    return strcmp(jy_http_path(request), "/fail") == 0 ? JY_E_NOMEM : JY_OK;
}

static void
answer_text(struct jy_http_request *request, int status, const char *text)
{
    assert_int_equal(jy_http_answer(request, status, "text/plain", jy_slice_text(text)), JY_OK);
}

static void
answer_file(struct jy_http_request *request)
{
    int fd = memfd_create("answer", 0);

    assert_int_equal(ftruncate(fd, MIB), 0);
    assert_int_equal(pwrite(fd, "begin", 5, 0), 5);
    assert_int_equal(pwrite(fd, "end", 3, MIB - 3), 3);
    assert_int_equal(jy_http_answer_file(request, 200, "application/pdf", fd, MIB), JY_OK);
}

static void
answer_headers(struct jy_http_request *request)
{
    static const struct { const char *name, *value; } bad[] = {
        { "X-Split", "a\r\nSet-Cookie: b" }, { "X-Split", "a\nb" }, { "X Y", "a" }, { "", "a" }, { "X:", "a" },
        { "Content-Length", "0" }, { "transfer-encoding", "chunked" }, { "Connection", "keep-alive" },
    };
    int taken = 0;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(jy_http_set_header(request, bad[i].name, bad[i].value), JY_E_ARGUMENT);
    assert_int_equal(jy_http_set_header(request, "Cache-Control", "max-age=60"), JY_OK);
    while (jy_http_set_header(request, "X-Many", "1") == JY_OK)
        taken++;
    assert_in_range(taken, 10, 100);
    answer_text(request, 200, jy_http_header(request, "x-asked"));
    assert_int_equal(jy_http_answer(request, 200, NULL, JY_EMPTY), JY_E_ARGUMENT);      /* once */
    assert_int_equal(jy_http_set_header(request, "X-Late", "1"), JY_E_ARGUMENT);
}

static void
finish(void *self, struct jy_http_request *request, void *exchange, jy_err rc)
{
    const struct exchange *x = exchange;
    const char *path = jy_http_path(request);
    char text[128];

    (void)self;
    seen.finished++;
    if (rc != JY_OK) {
        answer_text(request, jy_err_http(rc), jy_err_code(rc));
        return;
    }
    if (strcmp(path, "/silent") == 0)
        return;
    if (strcmp(path, "/file") == 0) {
        answer_file(request);
        return;
    }
    if (strcmp(path, "/headers") == 0) {
        answer_headers(request);
        return;
    }
    if (strcmp(path, "/empty") == 0) {
        assert_int_equal(jy_http_answer(request, 204, NULL, JY_EMPTY), JY_OK);
        return;
    }
    if (strcmp(path, "/query") == 0) {
        const char *b = jy_http_query(request, "b");
        snprintf(text, sizeof(text), "%s|%s", jy_http_query(request, "a"), b != NULL ? b : "none");
        answer_text(request, 200, text);
        return;
    }
    if (strcmp(path, "/wait") == 0) {
        seen.is_waiting = true;
        while (!seen.may_go_on)
            usleep(1000);
    }
    snprintf(text, sizeof(text), "%s %s %lld %08x", jy_http_method(request), path, (long long)x->received, x->sum);
    answer_text(request, 200, text);
}

static void
end(void *self, void *exchange)
{
    (void)self;
    free(exchange);
    seen.ended++;
}

static const struct jy_http_service service = { begin, body, finish, end };

/* -- sockets -- */

static struct {
    int tcp, local;
    struct sockaddr_in tcp_address;
    struct sockaddr_un local_address;
    struct jy_http_server *server;
} here;

static void
listen_tcp(int *fd, struct sockaddr_in *address)
{
    socklen_t len = sizeof(*address);

    *address = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    *fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(*fd, (struct sockaddr *)address, len), 0);
    assert_int_equal(listen(*fd, 64), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)address, &len), 0);
}

static int
start(void **state)
{
    (void)state;
    memset(&seen, 0, sizeof(seen));
    listen_tcp(&here.tcp, &here.tcp_address);
    here.local_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    snprintf(here.local_address.sun_path + 1, sizeof(here.local_address.sun_path) - 1, "jinyin-http-test-%d", (int)getpid());
    here.local = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(here.local, (struct sockaddr *)&here.local_address, sizeof(here.local_address)), 0);
    assert_int_equal(listen(here.local, 64), 0);
    assert_int_equal(jy_http_start((int[]){ here.tcp, -1, here.local }, 3, &service, NULL, &here.server), JY_OK);
    return 0;
}

static int
stop(void **state)
{
    (void)state;
    jy_http_stop(here.server, 0);
    here.server = NULL;
    assert_int_equal(seen.begun, seen.ended);
    close(here.tcp);
    close(here.local);
    return 0;
}

static int
patient(int fd)
{
    struct timeval guard = { .tv_sec = 20 };          /* against a hang, not a measure */

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &guard, sizeof(guard)), 0);
    return fd;
}

static int
call(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (struct sockaddr *)&here.tcp_address, sizeof(here.tcp_address)), 0);
    return patient(fd);
}

static void
say_bytes(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;                                    /* the server may hang up on us */
        bytes += n;
        len -= (size_t)n;
    }
}

static void
say(int fd, const char *text)
{
    say_bytes(fd, text, strlen(text));
}

struct reply {
    int status;
    char head[8192];
    char body[8192];
    size_t length;                                     /* by Content-Length; body holds at most its size */
};

/* One answer; status 0 when the connection was closed instead. */
static struct reply
hear(int fd, bool has_body)
{
    struct reply reply = { 0 };
    size_t len = 0;
    const char *field;

    while (len < 4 || memcmp(reply.head + len - 4, "\r\n\r\n", 4) != 0) {
        ssize_t n = len < sizeof(reply.head) - 1 ? recv(fd, reply.head + len, 1, 0) : -1;
        if (n <= 0)
            return reply;
        len++;
    }
    reply.status = atoi(reply.head + strlen("HTTP/1.1 "));
    if ((field = strcasestr(reply.head, "\r\nContent-Length: ")) != NULL)
        reply.length = (size_t)atol(field + strlen("\r\nContent-Length: "));
    for (size_t at = 0; has_body && at < reply.length;) {
        char block[65536];
        size_t left = reply.length - at, kept = at < sizeof(reply.body) - 1 ? sizeof(reply.body) - 1 - at : 0;
        ssize_t n = recv(fd, block, left < sizeof(block) ? left : sizeof(block), 0);
        if (n <= 0)
            return (struct reply){ 0 };
        if (kept > 0)
            memcpy(reply.body + at, block, (size_t)n < kept ? (size_t)n : kept);
        at += (size_t)n;
    }
    return reply;
}

static bool
is_closed(int fd)
{
    char c;

    return recv(fd, &c, 1, 0) <= 0;
}

static struct reply
ask(const char *text)
{
    int fd = call();
    struct reply reply;

    say(fd, text);
    reply = hear(fd, strncmp(text, "HEAD", 4) != 0);
    close(fd);
    return reply;
}

static void
wait_for(const atomic_int *counter, int value)
{
    for (int i = 0; i < 10000 && *counter < value; i++)
        usleep(1000);
    assert_int_equal(*counter, value);
}

/* -- hostile requests, each with a second one hidden behind -- */

#define HIDDEN "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
#define CASE(name, bytes, status) { name, bytes, sizeof(bytes) - 1, status }
#define GET_WITH(field) "GET /x HTTP/1.1\r\nHost: x\r\n" field "\r\n\r\n"
#define POST_WITH(fields, text) "POST /digest HTTP/1.1\r\nHost: x\r\n" fields "\r\n\r\n" text
#define CHUNKED(text) POST_WITH("Transfer-Encoding: chunked", text)

static const struct hostile {
    const char *name, *bytes;
    size_t len;
    int status;                                        /* 0: closed without an answer */
} hostile[] = {
    /* Where does the body end? */
    CASE("length and chunked", POST_WITH("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400),
    CASE("chunked and length", POST_WITH("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"), 400),
    CASE("length 0 and chunked", POST_WITH("Content-Length: 0\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400),
    CASE("two different lengths", POST_WITH("Content-Length: 5\r\nContent-Length: 0", "12345"), 400),
    CASE("two equal lengths", POST_WITH("Content-Length: 5\r\nContent-Length: 5", "12345"), 400),
    CASE("lengths in a list", POST_WITH("Content-Length: 5, 5", "12345"), 400),
    CASE("length +5", POST_WITH("Content-Length: +5", "12345"), 400),
    CASE("length 5abc", POST_WITH("Content-Length: 5abc", "12345"), 400),
    CASE("length 0x5", POST_WITH("Content-Length: 0x5", "12345"), 400),
    CASE("length -5", POST_WITH("Content-Length: -5", "12345"), 400),
    CASE("length 5.0", POST_WITH("Content-Length: 5.0", "12345"), 400),
    CASE("length with a space inside", POST_WITH("Content-Length: 1 5", "12345"), 400),
    CASE("length with a space after", POST_WITH("Content-Length: 5 ", "12345"), 400),
    CASE("length beyond 64 bits", POST_WITH("Content-Length: 99999999999999999999999", "12345"), 413),
    CASE("length of 19 digits", POST_WITH("Content-Length: 9223372036854775807", "12345"), 400),
    CASE("empty length", POST_WITH("Content-Length:", "12345"), 400),
    CASE("two transfer encodings", POST_WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400),
    CASE("chunked, then identity", POST_WITH("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"), 400),
    CASE("space before the colon of the encoding", POST_WITH("Transfer-Encoding : chunked", "0\r\n\r\n"), 400),
    CASE("space before the colon of the length", POST_WITH("Content-Length : 5", "12345"), 400),
    CASE("unknown encoding", POST_WITH("Transfer-Encoding: gzip", "0\r\n\r\n"), 400),
    CASE("encoding list", POST_WITH("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), 400),
    CASE("encoding xchunked", POST_WITH("Transfer-Encoding: xchunked", "0\r\n\r\n"), 400),
    CASE("encoding with a tab after", POST_WITH("Transfer-Encoding: chunked\t", "0\r\n\r\n"), 400),
    CASE("encoding with a vertical tab", POST_WITH("Transfer-Encoding: \vchunked", "0\r\n\r\n"), 400),
    CASE("encoding in quotes", POST_WITH("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"), 400),
    CASE("chunk size 0x5", CHUNKED("0x5\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk size +5", CHUNKED("+5\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk size with a space before", CHUNKED(" 5\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk size with a space after", CHUNKED("5 \r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk size 5_", CHUNKED("5_\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk size -1", CHUNKED("-1\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk size beyond 64 bits", CHUNKED("FFFFFFFFFFFFFFFFF\r\n12345\r\n0\r\n\r\n"), 413),
    CASE("empty chunk size", CHUNKED("\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("chunk longer than announced", CHUNKED("3\r\n12345\r\n0\r\n\r\n"), 400),
    CASE("trailer after chunks", CHUNKED("5\r\n12345\r\n0\r\nContent-Length: 5\r\n\r\n"), 400),
    /* What is a line, a name, a value? */
    CASE("folded value", GET_WITH("X-A: b\r\n c"), 400),
    CASE("folded name of a length", POST_WITH("Content-L: 5\r\n ength", "12345"), 400),
    CASE("folded first field", "GET /x HTTP/1.1\r\n Host: x\r\nHost: x\r\n\r\n", 400),
    CASE("NUL in the path", "GET /x\0y HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("NUL that feigns a version", "GET /x\0HTTP/1.1\0\0A\0b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("NUL in the method", "GET\0X /x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("NUL in a value", GET_WITH("X-A: b\0c"), 400),
    CASE("NULs that feign a field", GET_WITH("X-A:b\0\0Content-Length\0" "5"), 400),
    CASE("NUL in a name", GET_WITH("X-A\0B: c"), 400),
    CASE("CR in a value", GET_WITH("X-A: b\rc"), 400),
    CASE("control character in a value", GET_WITH("X-A: b\x01"), 400),
    CASE("DEL in a value", GET_WITH("X-A: b\x7F"), 400),
    CASE("no colon", GET_WITH("X-A"), 400),
    CASE("empty name", GET_WITH(": a"), 400),
    CASE("space in a name", GET_WITH("X A: b"), 400),
    CASE("space before a colon", GET_WITH("X-A : b"), 400),
    CASE("bracket in a name", GET_WITH("X(A): b"), 400),
    CASE("name not ASCII", GET_WITH("X-\xE5\x8D\xB0: b"), 400),
    CASE("bare LF after the request line", "GET /x HTTP/1.1\nHost: x\r\n\r\n", 400),
    CASE("bare LF after a field", "GET /x HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n", 400),
    CASE("bare LF as the empty line", "GET /x HTTP/1.1\r\nHost: x\r\n\n", 400),
    CASE("bare LF everywhere", "GET /x HTTP/1.1\nHost: x\n\n", 400),
    /* Whom and what is asked for? */
    CASE("two Hosts", GET_WITH("Host: y"), 400),
    CASE("two equal Hosts", GET_WITH("Host: x"), 400),
    CASE("no Host", "GET /x HTTP/1.1\r\n\r\n", 400),
    CASE("no Host but a field", "GET /x HTTP/1.1\r\nX-A: b\r\n\r\n", 400),
    CASE("empty Host", "GET /x HTTP/1.1\r\nHost:\r\n\r\n", 400),
    CASE("Host with a path", "GET /x HTTP/1.1\r\nHost: x/y\r\n\r\n", 400),
    CASE("Host with a user", "GET /x HTTP/1.1\r\nHost: a@x\r\n\r\n", 400),
    CASE("two Authorizations", GET_WITH("Authorization: Bearer a\r\nAuthorization: Bearer b"), 400),
    CASE("two Idempotency-Keys", GET_WITH("Idempotency-Key: aaaaaaaa\r\nidempotency-key: bbbbbbbb"), 400),
    CASE("unknown expectation", GET_WITH("Expect: tea"), 400),
    CASE("absolute target", "GET http://x/x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("target without a slash", "GET x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("target *", "GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("space in the target", "GET /x y HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("two spaces before the target", "GET  /x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("two spaces before the version", "GET /x  HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("tab before the target", "GET\t/x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("space after the version", "GET /x HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
    CASE("%00 in the path", "GET /x%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("escape in the path", "GET /%78 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("dotted segment", "GET /a/../x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("dotted end", "GET /x/.. HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("single dot", "GET /./x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("two slashes", "GET //x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("backslash", "GET /x\\y HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("fragment", "GET /x#y HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("path not ASCII", "GET /\xE5\x8D\xB0 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("%zz in the query", "GET /x?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("%00 in the query", "GET /x?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("half an escape", "GET /x?a=%4 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("a name twice in the query", "GET /x?a=1&a=2 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("query not UTF-8", "GET /x?a=%FF HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("plus in the query", "GET /x?a=1+2 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("HTTP/0.9", "GET /x\r\n", 400),
    CASE("HTTP/1.0", "GET /x HTTP/1.0\r\nHost: x\r\n\r\n", 400),
    CASE("HTTP/1.2", "GET /x HTTP/1.2\r\nHost: x\r\n\r\n", 400),
    CASE("HTTP/2.0", "GET /x HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    CASE("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    CASE("http/1.1", "GET /x http/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("HTTP/1.1x", "GET /x HTTP/1.1x\r\nHost: x\r\n\r\n", 400),
    CASE("lower-case method", "get /x HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    CASE("TRACE", "TRACE /x HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    CASE("OPTIONS", "OPTIONS /x HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    CASE("CONNECT", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    CASE("empty method", " /x HTTP/1.1\r\nHost: x\r\n\r\n", 0),
    CASE("TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03\r\n", 0),
};

static void
http__hostile_requests_are_refused_and_nothing_behind_them_is_served(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const struct hostile *h = &hostile[i];
        int fd = call();
        struct reply reply;
        say_bytes(fd, h->bytes, h->len);
        say(fd, HIDDEN);
        reply = hear(fd, true);
        if (reply.status != h->status)
            fail_msg("%s: %d instead of %d: %s", h->name, reply.status, h->status, reply.head);
        while (!is_closed(fd))
            ;
        if (seen.hidden != 0)
            fail_msg("%s: the request behind it was served", h->name);
        close(fd);
    }
}

/*
 * What the library swallows before the guard can see it. Both readings have the same body and the same end, so nothing can hide
 * in it; the front (nginx) writes its own chunk lines anyway.
 */
static void
http__lines_of_chunks_may_end_in_a_bare_lf(void **state)
{
    static const char *const lenient[] = {
        CHUNKED("5\n12345\r\n0\r\n\r\n"), CHUNKED("5\r\n12345\n0\r\n\r\n"), CHUNKED("5\r\n12345\r\n0\n\n"),
        CHUNKED("5;ext=\"a\"\r\n12345\r\n0\r\n\r\n"), "\r\n\r\n" CHUNKED("5\r\n12345\r\n0\r\n\r\n"),
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lenient) / sizeof(lenient[0]); i++) {
        struct reply reply = ask(lenient[i]);
        assert_int_equal(reply.status, 200);
        assert_string_equal(reply.body, "POST /digest 5 02ca0033");
    }
}

/* -- heads -- */

static void
http__head_of_12_kib_is_taken_and_64_fields_are_the_limit(void **state)
{
    char text[16384];
    size_t len;

    (void)state;
    for (int fields = 63; fields <= 64; fields++) {
        len = (size_t)snprintf(text, sizeof(text), "GET /x HTTP/1.1\r\nHost: x\r\n");
        for (int i = 0; i < fields; i++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "X-%02d: %0180d\r\n", i, i);
        snprintf(text + len, sizeof(text) - len, "\r\n");
        assert_int_equal(ask(text).status, fields == 63 ? 200 : 400);
    }
}

static void
http__head_beyond_the_memory_is_refused(void **state)
{
    static char text[64 << 10];
    size_t len;

    (void)state;
    len = (size_t)snprintf(text, sizeof(text), "GET /x HTTP/1.1\r\nHost: x\r\nX-Long: ");
    memset(text + len, 'a', sizeof(text) - len - 1);
    assert_int_equal(ask(text).status, 431);
    len = (size_t)snprintf(text, sizeof(text), "GET /");
    memset(text + len, 'a', sizeof(text) - len - 1);
    assert_int_equal(ask(text).status, 414);
}

/* Out of memory in the middle of a head the library may forget the exchange; nothing leaks (the sanitizer looks). */
static void
http__head_that_exhausts_the_memory_leaves_nothing_behind(void **state)
{
    static char text[32 << 10];
    size_t len;

    (void)state;
    for (int names = 40; names <= 5000; names += 4960) {
        len = (size_t)snprintf(text, sizeof(text), "GET /x?");
        for (int i = 0; i < names; i++)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "a&");
        snprintf(text + len, sizeof(text) - len, "a HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(ask(text).status, names == 40 ? 400 : 0);
    }
    len = (size_t)snprintf(text, sizeof(text), "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\nCookie: ");
    for (int i = 0; i < 5000; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "a;");
    snprintf(text + len, sizeof(text) - len, "a\r\n\r\n");
    assert_int_not_equal(ask(text).status, 200);
    assert_int_equal(seen.begun, 0);
}

static void
http__refusal_is_a_problem_in_both_languages_and_closes(void **state)
{
    struct reply reply = ask("GET /../x HTTP/1.1\r\nHost: x\r\n\r\n");

    (void)state;
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.head, "\r\nContent-Type: application/problem+json\r\n"));
    assert_non_null(strstr(reply.head, "\r\nConnection: close\r\n"));
    assert_non_null(strstr(reply.body, "\"code\":\"bad_argument\""));
    assert_non_null(strstr(reply.body, "\"title_zh\":\""));
    assert_non_null(strstr(reply.body, "\"status\":400"));
    assert_null(strstr(reply.body, "/../x"));
}

static void
http__every_answer_carries_the_safe_headers(void **state)
{
    static const char *const requests[] = { "GET /x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /silent HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /refused HTTP/1.1\r\nHost: x\r\n\r\n", "GET // HTTP/1.1\r\nHost: x\r\n\r\n", "GET /file HTTP/1.1\r\nHost: x\r\n\r\n" };

    (void)state;
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        struct reply reply = ask(requests[i]);
        assert_non_null(strstr(reply.head, "\r\nX-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply.head, "\r\nCache-Control: no-store\r\n"));
        assert_non_null(strstr(reply.head, "\r\nReferrer-Policy: no-referrer\r\n"));
    }
}

static void
http__service_may_set_headers_but_not_split_the_answer(void **state)
{
    struct reply reply = ask("GET /headers HTTP/1.1\r\nHost: x\r\nX-ASKED: yes\r\n\r\n");

    (void)state;
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "yes");
    assert_non_null(strstr(reply.head, "\r\nCache-Control: max-age=60\r\n"));
    assert_null(strstr(reply.head, "no-store"));
    assert_null(strcasestr(reply.head, "Set-Cookie"));
    assert_null(strstr(reply.head, "X-Late"));
}

static void
http__query_is_decoded(void **state)
{
    (void)state;
    assert_string_equal(ask("GET /query?a=%E5%8D%B0%20%2B HTTP/1.1\r\nHost: x\r\n\r\n").body, "\xE5\x8D\xB0 +|none");
    assert_string_equal(ask("GET /query?b&a=x=y HTTP/1.1\r\nHost: x\r\n\r\n").body, "x=y|");
}

static void
http__head_is_answered_as_get_without_the_body(void **state)
{
    int fd = call();
    struct reply get, head;

    (void)state;
    say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\nHEAD /x HTTP/1.1\r\nHost: x\r\n\r\nGET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    get = hear(fd, true);
    head = hear(fd, false);
    assert_int_equal(head.status, 200);
    assert_int_equal(head.length, get.length);
    assert_string_equal(hear(fd, true).body, "GET /x 0 00000000");
    close(fd);
}

static void
http__silent_service_gives_an_internal_problem(void **state)
{
    (void)state;
    assert_int_equal(ask("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n").status, 500);
    assert_int_equal(ask("GET /silent-refusal HTTP/1.1\r\nHost: x\r\n\r\n").status, 500);
}

static void
http__file_is_sent_whole(void **state)
{
    static char bytes[MIB];
    int fd = call();
    struct reply reply;
    size_t len = 0;

    (void)state;
    say(fd, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
    reply = hear(fd, false);
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.length, MIB);
    while (len < MIB) {
        ssize_t n = recv(fd, bytes + len, MIB - len, 0);
        assert_true(n > 0);
        len += (size_t)n;
    }
    assert_memory_equal(bytes, "begin", 5);
    assert_memory_equal(bytes + MIB - 3, "end", 3);
    close(fd);
}

static void
http__client_that_leaves_in_the_middle_of_a_file_harms_nothing(void **state)
{
    (void)state;
    for (int i = 1; i <= 5; i++) {
        int fd = call(), little = 4096;
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
        say(fd, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(hear(fd, false).status, 200);
        close(fd);
        wait_for(&seen.ended, i);
    }
    assert_int_equal(ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

static void
http__one_connection_carries_many_exchanges(void **state)
{
    int fd = call();

    (void)state;
    for (int i = 0; i < 20; i++) {
        say(fd, POST_WITH("Content-Length: 5", "12345"));
        assert_string_equal(hear(fd, true).body, "POST /digest 5 02ca0033");
        say(fd, CHUNKED("3\r\n123\r\n2\r\n45\r\n0\r\n\r\n"));
        assert_string_equal(hear(fd, true).body, "POST /digest 5 02ca0033");
        say(fd, "GET /empty HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_int_equal(hear(fd, false).status, 204);
    }
    close(fd);
    wait_for(&seen.ended, 60);
}

static void
http__unix_socket_serves_as_well(void **state)
{
    int fd = patient(socket(AF_UNIX, SOCK_STREAM, 0));

    (void)state;
    assert_int_equal(connect(fd, (struct sockaddr *)&here.local_address, sizeof(here.local_address)), 0);
    say(fd, POST_WITH("Content-Length: 5", "12345"));
    assert_string_equal(hear(fd, true).body, "POST /digest 5 02ca0033");
    close(fd);
}

/* -- bodies -- */

static long
resident_kib(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    assert_non_null(f);
    assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
    fclose(f);
    return pages * (sysconf(_SC_PAGESIZE) >> 10);
}

static void
http__body_of_64_mib_streams_without_growing_memory(void **state)
{
    static char block[MIB];
    int fd = call();
    long before;

    (void)state;
    memset(block, 'x', sizeof(block));
    before = resident_kib();
    say(fd, "POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\n\r\n");
    for (int i = 0; i < 64; i++)
        say_bytes(fd, block, sizeof(block));
    assert_non_null(strstr(hear(fd, true).body, "POST /digest 67108864 "));
    assert_true(resident_kib() - before < 8 << 10);
    close(fd);
}

static void
http__announced_body_beyond_the_limit_is_refused_unread(void **state)
{
    int fd = call();
    struct reply reply;

    (void)state;
    say(fd, "PUT /limited HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000000000000\r\n\r\n" HIDDEN);
    reply = hear(fd, true);
    assert_int_equal(reply.status, 413);
    assert_string_equal(reply.body, "limit_exceeded");
    assert_true(is_closed(fd));
    assert_int_equal(seen.hidden, 0);
    assert_int_equal(seen.finished, 1);
    close(fd);
}

/* A little too much is read and thrown away, so that the connection can live on and the front sees the answer. */
static void
http__small_body_beyond_the_limit_is_refused_and_the_connection_lives(void **state)
{
    static const char *const bodies[] = {
        "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\n\r\n12345678901234567",
        "POST /small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n1234567890123456\r\n1\r\n7\r\n0\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1",
        "GET /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\n",
    };
    int fd = call();

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        say(fd, bodies[i]);
        assert_int_equal(hear(fd, true).status, 413);
    }
    say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n1234567890123456");
    assert_int_equal(hear(fd, true).status, 200);
    close(fd);
    assert_int_equal(seen.finished, 5);
}

static void
http__endless_chunks_are_cut_with_an_answer(void **state)
{
    static char block[64 << 10];
    int fd = call();
    struct reply reply;

    (void)state;
    memset(block, 'x', sizeof(block));
    say(fd, "POST /limited HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFF\r\n");
    for (int i = 0; i < 1024 && send(fd, block, sizeof(block), MSG_NOSIGNAL) > 0; i++)
        ;
    reply = hear(fd, true);
    assert_int_equal(reply.status, 413);
    assert_non_null(strstr(reply.head, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(reply.head, "\r\nConnection: close\r\n"));
    assert_string_equal(reply.body, "limit_exceeded");
    assert_true(is_closed(fd));
    close(fd);
    wait_for(&seen.ended, 1);
    assert_int_equal(seen.finished, 1);
}

static void
http__error_of_the_body_callback_reaches_finish(void **state)
{
    static char block[MIB];
    int fd = call();

    (void)state;
    say(fd, "POST /fail HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
    assert_string_equal(hear(fd, true).body, "no_memory");
    say(fd, "POST /fail HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n");     /* too much to be read for nothing */
    for (int i = 0; i < 8; i++)
        say_bytes(fd, block, sizeof(block));
    assert_string_equal(hear(fd, true).body, "no_memory");
    assert_true(is_closed(fd));
    close(fd);
    wait_for(&seen.ended, 2);
    assert_int_equal(seen.finished, 2);
}

static void
http__begin_may_answer_itself(void **state)
{
    int fd = call();

    (void)state;
    say(fd, "GET /refused HTTP/1.1\r\nHost: x\r\n\r\nPOST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12345");
    assert_int_equal(hear(fd, true).status, 403);
    assert_int_equal(hear(fd, true).status, 403);
    say(fd, "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n");
    assert_int_equal(hear(fd, true).status, 403);
    assert_true(is_closed(fd));
    close(fd);
    wait_for(&seen.ended, 3);
    assert_int_equal(seen.finished, 0);
}

static void
http__client_that_asks_first_is_told_before_it_sends(void **state)
{
    int fd = call();

    (void)state;
    say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(hear(fd, false).status, 100);
    say(fd, "12345");
    assert_int_equal(hear(fd, true).status, 200);
    say(fd, "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nExpect: 100-continue\r\n\r\n");
    assert_int_equal(hear(fd, true).status, 413);
    assert_true(is_closed(fd));
    close(fd);
}

static void
http__connection_broken_in_the_body_ends_the_exchange(void **state)
{
    int fd = call();

    (void)state;
    say(fd, "POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n12345");
    wait_for(&seen.begun, 1);
    close(fd);
    wait_for(&seen.ended, 1);
    assert_int_equal(seen.finished, 0);
    fd = call();
    say(fd, CHUNKED("5\r\n123"));
    wait_for(&seen.begun, 2);
    close(fd);
    wait_for(&seen.ended, 2);
    assert_int_equal(seen.finished, 0);
}

/* -- many and the end -- */

static void *
one_of_many(void *failures)
{
    int fd = call();

    for (int i = 0; i < 10; i++) {
        say(fd, POST_WITH("Content-Length: 5", "12345"));
        if (strcmp(hear(fd, true).body, "POST /digest 5 02ca0033") != 0)
            (*(atomic_int *)failures)++;
    }
    close(fd);
    return NULL;
}

static void
http__fifty_connections_at_once(void **state)
{
    pthread_t threads[50];
    atomic_int failures = 0;

    (void)state;
    for (int i = 0; i < 50; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, one_of_many, &failures), 0);
    for (int i = 0; i < 50; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(failures, 0);
    wait_for(&seen.ended, 500);
}

static void *
stop_in_thread(void *server)
{
    jy_http_stop(server, 20000);
    return NULL;
}

static void
http__stop_lets_what_is_under_way_finish_and_keeps_the_socket(void **state)
{
    int busy = call(), idle = call();
    pthread_t thread;
    struct reply reply;

    (void)state;
    say(idle, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(hear(idle, true).status, 200);
    say(busy, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    while (!seen.is_waiting)
        usleep(1000);
    assert_int_equal(pthread_create(&thread, NULL, stop_in_thread, here.server), 0);
    do {                                               /* until the stop is felt, kept connections are served and told to close */
        int fd = idle;
        say(fd, "GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
        reply = hear(fd, true);
        assert_int_equal(reply.status, 200);
    } while (strstr(reply.head, "Connection: close") == NULL);
    assert_true(is_closed(idle));
    seen.may_go_on = true;
    reply = hear(busy, true);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "\r\nConnection: close\r\n"));
    pthread_join(thread, NULL);
    assert_int_equal(seen.begun, seen.ended);
    close(busy);
    close(idle);
    assert_int_equal(jy_http_start(&here.tcp, 1, &service, NULL, &here.server), JY_OK);   /* the socket is still its owner's */
    assert_int_equal(ask("GET /x HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

static void
http__stop_ends_what_outlasts_the_grace(void **state)
{
    int fd = call();

    (void)state;
    say(fd, "POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n12345");
    wait_for(&seen.begun, 1);
    jy_http_stop(here.server, 1);
    here.server = NULL;
    assert_int_equal(seen.ended, 1);
    assert_int_equal(seen.finished, 0);
    assert_true(is_closed(fd));
    close(fd);
}

static void
http__start_refuses_what_does_not_listen(void **state)
{
    struct jy_http_server *server;
    int fd = socket(AF_INET, SOCK_STREAM, 0), closed = dup(fd);

    (void)state;
    close(closed);
    assert_int_equal(jy_http_start(&fd, 1, &service, NULL, &server), JY_E_IO);
    assert_int_equal(jy_http_start(&closed, 1, &service, NULL, &server), JY_E_IO);
    assert_int_equal(jy_http_start((int[]){ -1, -1 }, 2, &service, NULL, &server), JY_E_IO);
    assert_null(server);
    close(fd);
}

int
main(void)
{
#define SERVED(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {
        SERVED(http__hostile_requests_are_refused_and_nothing_behind_them_is_served),
        SERVED(http__lines_of_chunks_may_end_in_a_bare_lf),
        SERVED(http__head_of_12_kib_is_taken_and_64_fields_are_the_limit),
        SERVED(http__head_beyond_the_memory_is_refused),
        SERVED(http__head_that_exhausts_the_memory_leaves_nothing_behind),
        SERVED(http__refusal_is_a_problem_in_both_languages_and_closes),
        SERVED(http__every_answer_carries_the_safe_headers),
        SERVED(http__service_may_set_headers_but_not_split_the_answer),
        SERVED(http__query_is_decoded),
        SERVED(http__head_is_answered_as_get_without_the_body),
        SERVED(http__silent_service_gives_an_internal_problem),
        SERVED(http__file_is_sent_whole),
        SERVED(http__client_that_leaves_in_the_middle_of_a_file_harms_nothing),
        SERVED(http__one_connection_carries_many_exchanges),
        SERVED(http__unix_socket_serves_as_well),
        SERVED(http__body_of_64_mib_streams_without_growing_memory),
        SERVED(http__announced_body_beyond_the_limit_is_refused_unread),
        SERVED(http__small_body_beyond_the_limit_is_refused_and_the_connection_lives),
        SERVED(http__endless_chunks_are_cut_with_an_answer),
        SERVED(http__error_of_the_body_callback_reaches_finish),
        SERVED(http__begin_may_answer_itself),
        SERVED(http__client_that_asks_first_is_told_before_it_sends),
        SERVED(http__connection_broken_in_the_body_ends_the_exchange),
        SERVED(http__fifty_connections_at_once),
        SERVED(http__stop_lets_what_is_under_way_finish_and_keeps_the_socket),
        SERVED(http__stop_ends_what_outlasts_the_grace),
        cmocka_unit_test(http__start_refuses_what_does_not_listen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

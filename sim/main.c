/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin-sim --data DIR --port N [--smtp-port M]: the outside systems on 127.0.0.1, for demonstrations and tests. */
#include "net/http.h"
#include "sim/sim.h"
#include "sim/smtp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define GRACE_MS 2000

struct exchange {
    struct jy_buf body;
};

static void
send_answer(struct jy_http_request *request, struct sim_answer *answer)
{
    if (answer->delay_ms > 0)
        usleep((useconds_t)answer->delay_ms * 1000);
    /* A peer that is gone has no use for the answer. */
    (void)!jy_http_answer(request, answer->status, answer->content_type, jy_buf_slice(&answer->body));
    jy_buf_free(&answer->body);
}

static int64_t
on_begin(void *self, struct jy_http_request *request, void **exchange)
{
    int64_t limit = sim_body_limit(jy_http_method(request), jy_http_path(request));
    struct sim_answer answer = { 0 };

    if (limit >= 0 && (*exchange = calloc(1, sizeof(struct exchange))) != NULL)
        return limit;
    if (limit < 0)
        sim_handle(self, jy_http_method(request), jy_http_path(request), JY_EMPTY, jy_now(), &answer);
    else
        sim_problem(&answer, JY_E_NOMEM, NULL);
    send_answer(request, &answer);
    return -1;
}

static jy_err
on_body(void *self, struct jy_http_request *request, void *exchange, struct jy_slice chunk)
{
    (void)self;
    (void)request;
    return jy_buf_add(&((struct exchange *)exchange)->body, chunk);
}

static void
on_finish(void *self, struct jy_http_request *request, void *exchange, jy_err rc)
{
    struct exchange *mine = exchange;
    struct sim_answer answer = { 0 };

    if (rc == JY_OK)
        sim_handle_head(self, jy_http_method(request), jy_http_path(request),
                        &(struct sim_head){ jy_http_header(request, "App_key"), jy_http_header(request, "Username"), jy_http_header(request, "Nonce"),
                                            jy_http_header(request, "Created"), jy_http_header(request, "PasswdDigest"),
                                            jy_http_header(request, "X-Jinyin-Time"), jy_http_header(request, "X-Jinyin-Signature") },
                        jy_buf_slice(&mine->body), jy_now(), &answer);
    else
        sim_problem(&answer, rc, NULL);
    send_answer(request, &answer);
}

static void
on_end(void *self, void *exchange)
{
    (void)self;
    if (exchange != NULL)
        jy_buf_free(&((struct exchange *)exchange)->body);
    free(exchange);
}

static const struct jy_http_service service = { on_begin, on_body, on_finish, on_end };

/* Loopback only: this is no CA for anybody else. -1 on failure. */
static int
listen_on(uint16_t port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
                    bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, 128) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool
read_port(const char *text, uint16_t *port)
{
    char *end;
    long number = strtol(text, &end, 10);

    *port = (uint16_t)number;
    return *end == '\0' && number >= 1 && number <= 65535;
}

static bool
read_arguments(int argc, char **argv, const char **folder, uint16_t *port, uint16_t *smtp_port)
{
    for (int i = 1; i < argc; i += 2)
        if (i + 1 == argc)
            return false;
        else if (strcmp(argv[i], "--data") == 0)
            *folder = argv[i + 1];
        else if (!(strcmp(argv[i], "--port") == 0 && read_port(argv[i + 1], port)) &&
                 !(strcmp(argv[i], "--smtp-port") == 0 && read_port(argv[i + 1], smtp_port)))
            return false;
    return *folder != NULL && *port != 0;
}

int
main(int argc, char **argv)
{
    const char *folder = NULL;
    struct jy_fault fault = { 0 };
    struct jy_http_server *server = NULL;
    struct sim *sim = NULL;
    char base_url[40];
    sigset_t stop;
    struct sim_smtp *smtp = NULL;
    uint16_t port = 0, smtp_port = 0;
    int fd = -1, mail_fd = -1, signal_number, status = 1;

    if (!read_arguments(argc, argv, &folder, &port, &smtp_port)) {
        fputs("usage: jinyin-sim --data DIR --port N [--smtp-port N]\n", stderr);
        return 64;
    }
    /* Blocked before any thread is made, so that only sigwait below sees them. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
    umask(077);
    snprintf(base_url, sizeof(base_url), "http://127.0.0.1:%u", port);
    if (sim_open(folder, base_url, jy_now(), &sim, &fault) != JY_OK) {
        fprintf(stderr, "jinyin-sim: %s: %s\n", fault.where, fault.text);
        goto out;
    }
    if ((fd = listen_on(port)) < 0 || jy_http_start(&fd, 1, &service, sim, &server) != JY_OK) {
        fprintf(stderr, "jinyin-sim: cannot listen on %s\n", base_url);
        goto out;
    }
    if (smtp_port != 0 && ((mail_fd = listen_on(smtp_port)) < 0 || sim_smtp_start(mail_fd, sim_mail_server(sim), &smtp) != JY_OK)) {
        fprintf(stderr, "jinyin-sim: cannot listen on 127.0.0.1:%u\n", smtp_port);
        goto out;
    }
    printf("jinyin-sim: %s (engraving system; CA under /ca); NOT FOR PRODUCTION\n", base_url);
    fflush(stdout);
    sigwait(&stop, &signal_number);
    status = 0;
out:
    sim_smtp_stop(smtp);
    jy_http_stop(server, GRACE_MS);
    if (fd >= 0)
        close(fd);
    sim_close(sim);
    return status;
}

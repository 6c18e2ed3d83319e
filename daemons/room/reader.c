/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One document, one process: a file that takes over its reader owns nothing that another document passes through. The room itself
 * never looks at a document; it forks, waits for one message, checks it like any other and passes it on.
 */
#include "daemons/room/internal.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 256            /* far above RLIMIT_NOFILE of the sandbox */
#define GRACE_MS 2000                  /* the reader's own timer comes first */

/* -- the reader: the process of one document -- */

static char expiry_line[256];          /* written before the timer starts, so that the handler only writes it out */
static size_t expiry_len;

static void
expire(int signal)
{
    (void)signal;
    if (write(STDERR_FILENO, expiry_line, expiry_len) < 0)
        _exit(EXIT_FAILURE);
    _exit(EXIT_FAILURE);
}

static void
set_timer(const struct jy_reader *r, const char *what)
{
    const struct itimerval once = { .it_value = { .tv_sec = r->timeout_seconds } };
    struct sigaction action = { .sa_handler = expire };
    char when[21];
    int n;

    jy_time_rfc3339(jy_now() + r->timeout_seconds, when);
    n = snprintf(expiry_line, sizeof(expiry_line),
                 "{\"ts\":\"%s\",\"room\":\"%s\",\"level\":\"error\",\"event\":\"document_timeout\","
                 "\"text\":\"%s took longer than %d s\"}\n", when, jy_room_name(r->room), what, r->timeout_seconds);
    expiry_len = (size_t)n;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &once, NULL);
}

static bool
is_kept(const struct jy_reader *r, int fd, int answer, const struct jy_frame *request)
{
    bool kept = fd == STDERR_FILENO || fd == answer || fd == r->keep;

    for (int i = 0; i < request->fd_count; i++)
        kept = kept || fd == request->fds[i];
    return kept;
}

/* Alone with its document: the room's connections are closed before the document is looked at. Never returns. */
static _Noreturn void
read_document(const struct jy_reader *r, pid_t room, int answer, const struct jy_frame *request)
{
    struct jy_fault fault = { 0 };
    struct jy_frame reply;
    jy_err rc;

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != room)
        _exit(EXIT_FAILURE);
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
        if (!is_kept(r, fd, answer, request))
            close(fd);
    if (jy_sandbox_document(r->room, &fault) != JY_OK) {
        jy_log("error", "no_sandbox", "%s", fault.text);
        _exit(EXIT_FAILURE);
    }
    set_timer(r, jy_message_info(request->type)->name);
    if ((rc = r->handle(r->self, request, &reply, &fault)) == JY_OK)
        rc = jy_ipc_send(answer, r->room, reply.type, &reply.u);
    if (rc != JY_OK)                   /* also an answer that fits no message: nothing of it has been sent */
        rc = jy_ipc_send_error(answer, r->room, rc, &fault);
    _exit(rc == JY_OK ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* -- the room -- */

/* The one message of the reader; anything but the answer to this request or an error is not believed. */
static jy_err
take_answer(const struct jy_reader *r, int from, const struct jy_frame *request, struct jy_frame *reply)
{
    jy_err rc = jy_ipc_receive(from, JY_ROOM_WEB, 1000 * r->timeout_seconds + GRACE_MS, reply);

    if (rc == JY_OK && reply->type != JY_MSG_ERROR && reply->type != jy_message_info(request->type)->reply) {
        jy_frame_free(reply);
        rc = JY_E_FORMAT;
    }
    return rc;
}

jy_err
jy_reader_run(const struct jy_reader *r, const struct jy_frame *request, struct jy_frame *reply)
{
    pid_t room = getpid(), reader;
    int ends[2];
    jy_err rc;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0 || (reader = fork()) < 0) {
        jy_log("error", "no_reader", "%s", strerror(errno));
        exit(EXIT_FAILURE);            /* jinyind starts another */
    }
    if (reader == 0)
        read_document(r, room, ends[1], request);
    close(ends[1]);
    rc = take_answer(r, ends[0], request, reply);
    close(ends[0]);
    kill(reader, SIGKILL);             /* it has said what it had to say */
    while (waitpid(reader, NULL, 0) < 0 && errno == EINTR)
        ;
    if (rc != JY_OK)
        jy_log("error", "reader_ended", "%s: %s", jy_message_info(request->type)->name, jy_err_code(rc));
    return rc;
}

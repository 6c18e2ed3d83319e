/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/smtp.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORD_MS 5000                  /* a peer that says nothing for so long is gone */
#define LOOK_MS 50                    /* how soon a stop is seen */

struct sim_smtp {
    int listener;
    struct sim_mails *mails;
    atomic_bool over;
    pthread_t thread;
};

/* Bytes can be read before the peer's time is up and before we stop. */
static bool
ready(struct sim_smtp *smtp, int fd, int ms)
{
    struct pollfd look = { .fd = fd, .events = POLLIN };

    for (int waited = 0; !smtp->over && (ms < 0 || waited < ms); waited += LOOK_MS)
        if (poll(&look, 1, LOOK_MS) > 0)
            return true;
    return false;
}

static bool
say(int fd, struct sim_answer *answer)
{
    size_t sent = 0;
    ssize_t n = 0;

    if (answer->delay_ms > 0)
        usleep((useconds_t)answer->delay_ms * 1000);
    while (sent < answer->body.len && (n = send(fd, answer->body.p + sent, answer->body.len - sent, MSG_NOSIGNAL)) > 0)
        sent += (size_t)n;
    return sent == answer->body.len;
}

static void
talk(struct sim_smtp *smtp, int fd)
{
    char line[SIM_MAIL_LINE_MAX + 2];
    struct sim_mail_session *session = NULL;
    struct sim_answer answer = { 0 };
    size_t have = 0;
    bool goes_on = sim_mail_begin(smtp->mails, &session) == JY_OK && jy_buf_text(&answer.body, sim_mail_greeting) == JY_OK && say(fd, &answer);

    while (goes_on) {
        char *end = memchr(line, '\n', have);
        size_t used, len;
        ssize_t n;
        if (end == NULL) {
            if (have == sizeof(line) || !ready(smtp, fd, WORD_MS) || (n = recv(fd, line + have, sizeof(line) - have, 0)) <= 0)
                break;
            have += (size_t)n;
            continue;
        }
        used = (size_t)(end - line) + 1;
        len = used - 1 > 0 && end[-1] == '\r' ? used - 2 : used - 1;
        answer.body.len = 0;
        answer.delay_ms = 0;
        goes_on = sim_mail_line(session, JY_SLICE(line, len), &answer);
        goes_on = say(fd, &answer) && goes_on;
        memmove(line, line + used, have - used);
        have -= used;
    }
    jy_buf_free(&answer.body);
    sim_mail_end(session);
}

static void *
serve(void *self)
{
    struct sim_smtp *smtp = self;

    while (ready(smtp, smtp->listener, -1)) {
        int fd = accept4(smtp->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        talk(smtp, fd);
        close(fd);
    }
    return NULL;
}

jy_err
sim_smtp_start(int listener, struct sim_mails *mails, struct sim_smtp **out)
{
    struct sim_smtp *smtp = calloc(1, sizeof(*smtp));

    *out = NULL;
    if (smtp == NULL) {
        close(listener);
        return JY_E_NOMEM;
    }
    smtp->listener = listener;
    smtp->mails = mails;
    if (pthread_create(&smtp->thread, NULL, serve, smtp) != 0) {
        close(listener);
        free(smtp);
        return JY_E_IO;
    }
    *out = smtp;
    return JY_OK;
}

void
sim_smtp_stop(struct sim_smtp *smtp)
{
    if (smtp == NULL)
        return;
    smtp->over = true;
    pthread_join(smtp->thread, NULL);
    close(smtp->listener);
    free(smtp);
}

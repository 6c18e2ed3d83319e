/* SPDX-License-Identifier: Apache-2.0 */
/* One loop, no thread: signals, control sockets, and the times at which something is due. */
#include "daemons/jinyind/supervisor.h"

#include "daemons/jinyind/process.h"
#include "daemons/jinyind/spawn.h"
#include "daemons/room/control.h"
#include "daemons/room/room.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef QUICK_MS                       /* tests/kill/ */
#define QUICK_MS 1000                 /* a room that ends sooner than this after its start ended quickly … */
#endif
#define QUICK_FREE 2                  /* … twice in a row it is started again at once, then after a pause */
#define PAUSE_MS 100                  /* the first pause; each further one is twice as long … */
#define PAUSE_MAX_MS 5000             /* … up to this */
#define STOP_WEB_MS 7000              /* web answers what it has begun, then the others stop … */
#define STOP_ALL_MS 10000             /* … and whoever is still there at this time is killed */

/* Connections that each process of a room takes from its caller. */
static const int connections_of[JY_ROOM_LAST + 1] = { [JY_ROOM_DOC] = 1, [JY_ROOM_KEY] = 1, [JY_ROOM_LINK] = 16, [JY_ROOM_PAGE] = 1 };

struct connection { uint32_t id; struct process *caller, *server; };

struct supervisor {
    const struct setup *setup;
    struct process *processes;
    size_t process_count;
    struct connection *connections;
    size_t connection_count;
    uint32_t next_id;
    int signals;
    bool pids_changed, was_ready;
    int64_t stopping;                 /* since when; 0: not */
    bool told_others;
};

static int64_t
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* -- edges -- */

static bool
talks_to(enum jy_room caller, enum jy_room server)
{
    for (int type = 1; type < JY_MSG__COUNT; type++) {
        const struct jy_message_info *info = jy_message_info((enum jy_message_type)type);
        if (info != NULL && info->reply != JY_MSG_NONE && info->from == caller && info->to == server)
            return true;
    }
    return false;
}

/* A room that does not take its mail is stuck: it is replaced. */
static bool
tell(struct process *p, const struct jy_control *message)
{
    if (p->control >= 0 && jy_control_send(p->control, message) == JY_OK)
        return true;
    if (p->pid != 0)
        kill(p->pid, SIGKILL);
    return false;
}

static void
connect_pair(struct supervisor *s, struct process *caller, struct process *server)
{
    struct jy_control message = { .kind = JY_CONTROL_ATTACH, .id = s->next_id++ };
    struct connection *grown;
    int pair[2];

    if ((grown = realloc(s->connections, (s->connection_count + 1) * sizeof(*grown))) != NULL)
        s->connections = grown;
    if (grown == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        jy_log("error", "not_connected", "%s with %s: %s", jy_room_name(caller->room), jy_room_name(server->room), strerror(errno));
        kill(server->pid, SIGKILL);           /* its restart tries again */
        return;
    }
    s->connections[s->connection_count++] = (struct connection){ message.id, caller, server };
    message.peer = caller->room;
    message.fd = pair[1];
    if (tell(server, &message)) {
        message.peer = server->room;
        message.fd = pair[0];
        (void)tell(caller, &message);         /* if it cannot be told it is being replaced */
    }
    close(pair[0]);
    close(pair[1]);
}

/* A server is connected once it is ready, a caller as soon as it runs: it may need its servers to become ready itself. */
static void
connect_all(struct supervisor *s, struct process *caller, struct process *server)
{
    if (caller->pid == 0 || !server->ready || !talks_to(caller->room, server->room))
        return;
    for (int i = 0; i < connections_of[server->room]; i++)
        connect_pair(s, caller, server);
}

static void
forget_connections(struct supervisor *s, const struct process *ended)
{
    for (size_t i = s->connection_count; i-- > 0;)
        if (s->connections[i].caller == ended || s->connections[i].server == ended)
            s->connections[i] = s->connections[--s->connection_count];
}

/* A server saw this connection end. When its caller has ended too the id is not known any more, and new ones have been made. */
static void
replace_connection(struct supervisor *s, const struct process *server, uint32_t id)
{
    for (size_t i = 0; i < s->connection_count; i++)
        if (s->connections[i].id == id && s->connections[i].server == server) {
            struct connection lost = s->connections[i];
            s->connections[i] = s->connections[--s->connection_count];
            connect_pair(s, lost.caller, lost.server);
            return;
        }
}

/* -- life and death of a process -- */

static void
start(struct supervisor *s, struct process *p)
{
    struct jy_fault fault = { 0 };

    p->started = now_ms();
    p->ready = false;
    if (spawn_room(s->setup, p->room, &p->pid, &p->control, &fault) != JY_OK) {
        jy_log("error", "room_not_started", "%s: %s", fault.where, fault.text);
        p->pid = 0;
        p->start_at = p->started + PAUSE_MAX_MS;
        return;
    }
    s->pids_changed = true;
    jy_log("info", "room_started", "%s is process %d", jy_room_name(p->room), (int)p->pid);
    for (size_t i = 0; i < s->process_count; i++)
        connect_all(s, p, &s->processes[i]);
}

static void
log_end(const struct process *p, int status, bool expected)
{
    const char *name = jy_room_name(p->room);

    if (WIFSIGNALED(status))
        jy_log("error", "room_ended", "%s, process %d, was ended by SIG%s", name, (int)p->pid, sigabbrev_np(WTERMSIG(status)));
    else
        jy_log(expected && WEXITSTATUS(status) == 0 ? "info" : "error", "room_ended", "%s, process %d, ended with %d", name, (int)p->pid,
               WEXITSTATUS(status));
}

static void
ended(struct supervisor *s, struct process *p, int status)
{
    int64_t now = now_ms(), pause = 0;

    log_end(p, status, s->stopping != 0);
    forget_connections(s, p);
    if (p->control >= 0)
        close(p->control);
    p->control = -1;
    p->pid = 0;
    p->ready = false;
    s->pids_changed = true;
    p->quick_ends = now - p->started < QUICK_MS ? p->quick_ends + 1 : 0;
    for (unsigned i = QUICK_FREE; i < p->quick_ends && pause < PAUSE_MAX_MS; i++)
        pause = pause == 0 ? PAUSE_MS : pause * 2;
    p->start_at = now + (pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS);
}

static void
hear(struct supervisor *s, struct process *p)
{
    struct jy_control message;
    jy_err rc = jy_control_receive(p->control, &message);
    bool all = true;

    if (rc != JY_OK || (message.kind != JY_CONTROL_READY && message.kind != JY_CONTROL_LOST)) {
        /* A room that hung up is ending, or cannot be led any more. */
        if (rc == JY_OK && message.fd >= 0)
            close(message.fd);
        close(p->control);
        p->control = -1;
        kill(p->pid, SIGKILL);
        return;
    }
    if (message.kind == JY_CONTROL_LOST) {
        replace_connection(s, p, message.id);
        return;
    }
    if (p->ready)
        return;
    p->ready = true;
    for (size_t i = 0; i < s->process_count; i++) {
        connect_all(s, &s->processes[i], p);
        all = all && s->processes[i].ready;
    }
    if (all && !s->was_ready) {
        s->was_ready = true;
        jy_log("info", "serving", "all rooms are ready");
    }
}

/* -- the end -- */

static void
tell_to_stop(struct supervisor *s, bool web)
{
    const struct jy_control stop = { .kind = JY_CONTROL_STOP, .fd = -1 };

    for (size_t i = 0; i < s->process_count; i++)
        if (s->processes[i].pid != 0 && (s->processes[i].room == JY_ROOM_WEB) == web)
            (void)tell(&s->processes[i], &stop);
}

static size_t
alive(const struct supervisor *s, bool web_only)
{
    size_t n = 0;

    for (size_t i = 0; i < s->process_count; i++)
        n += s->processes[i].pid != 0 && (!web_only || s->processes[i].room == JY_ROOM_WEB);
    return n;
}

static void
kill_all(const struct supervisor *s, bool web_only)
{
    for (size_t i = 0; i < s->process_count; i++)
        if (s->processes[i].pid != 0 && (!web_only || s->processes[i].room == JY_ROOM_WEB))
            kill(s->processes[i].pid, SIGKILL);
}

/* web first: what it has begun still needs the others. */
static void
go_on_stopping(struct supervisor *s)
{
    int64_t since = now_ms() - s->stopping;

    if (since >= STOP_WEB_MS)
        kill_all(s, true);
    if (!s->told_others && alive(s, true) == 0) {
        s->told_others = true;
        tell_to_stop(s, false);
    }
    if (since >= STOP_ALL_MS)
        kill_all(s, false);
}

/* -- the loop -- */

static void
read_signals(struct supervisor *s)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;

    while (read(s->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        if (info.ssi_signo != SIGCHLD && s->stopping == 0) {
            jy_log("info", "stopping", "SIG%s", sigabbrev_np((int)info.ssi_signo));
            s->stopping = now_ms();
            tell_to_stop(s, true);
        }
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        for (size_t i = 0; i < s->process_count; i++)
            if (s->processes[i].pid == pid)
                ended(s, &s->processes[i], status);
}

/* Milliseconds until something is due; -1: nothing is. */
static int
next_due(const struct supervisor *s)
{
    int64_t now = now_ms(), due = INT64_MAX;

    if (s->stopping != 0)
        return 100;
    for (size_t i = 0; i < s->process_count; i++)
        if (s->processes[i].pid == 0 && s->processes[i].start_at < due)
            due = s->processes[i].start_at;
    return due == INT64_MAX ? -1 : due <= now ? 0 : (int)(due - now);
}

static void
loop(struct supervisor *s, struct pollfd *waiting)
{
    while (s->stopping == 0 || alive(s, false) > 0) {
        for (size_t i = 0; s->stopping == 0 && i < s->process_count; i++)
            if (s->processes[i].pid == 0 && s->processes[i].start_at <= now_ms())
                start(s, &s->processes[i]);
        if (s->stopping != 0)
            go_on_stopping(s);
        if (s->pids_changed)
            pids_write(setup_text(s->setup, "data_dir"), s->processes, s->process_count);
        s->pids_changed = false;
        waiting[0] = (struct pollfd){ .fd = s->signals, .events = POLLIN };
        for (size_t i = 0; i < s->process_count; i++)     /* a negative fd is passed over */
            waiting[1 + i] = (struct pollfd){ .fd = s->processes[i].control, .events = POLLIN };
        if (poll(waiting, 1 + s->process_count, next_due(s)) < 0)
            continue;
        /* What rooms said before they ended comes first. */
        for (size_t i = 0; i < s->process_count; i++)
            if (waiting[1 + i].revents != 0 && s->processes[i].control == waiting[1 + i].fd)
                hear(s, &s->processes[i]);
        if (waiting[0].revents != 0)
            read_signals(s);
    }
}

jy_err
supervise(const struct setup *setup, struct jy_fault *fault)
{
    static const struct { enum jy_room room; const char *workers; } in_order[] = {
        { JY_ROOM_KEY, NULL }, { JY_ROOM_LINK, NULL }, { JY_ROOM_DOC, "doc_workers" }, { JY_ROOM_PAGE, "page_workers" }, { JY_ROOM_WEB, NULL },
    };
    size_t most = 3 + (size_t)setup_int(setup, "doc_workers") + (size_t)setup_int(setup, "page_workers");
    struct supervisor s = { .setup = setup, .next_id = 1, .signals = -1 };
    struct pollfd *waiting = calloc(1 + most, sizeof(*waiting));
    sigset_t set;
    jy_err rc = JY_OK;

    if ((s.processes = calloc(most, sizeof(*s.processes))) == NULL || waiting == NULL) {
        rc = JY_E_NOMEM;
        goto out;
    }
    for (size_t i = 0; i < sizeof(in_order) / sizeof(in_order[0]); i++)
        for (int n = !jy_node_has_room(setup->node, in_order[i].room) ? 0 : in_order[i].workers == NULL ? 1 : setup_int(setup, in_order[i].workers); n > 0; n--)
            s.processes[s.process_count++] = (struct process){ .room = in_order[i].room, .control = -1 };
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0 || (s.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) < 0) {
        rc = jy_fail(fault, JY_E_IO, "signalfd", 0, "%s", strerror(errno));
        goto out;
    }
    loop(&s, waiting);
    pids_remove(setup_text(setup, "data_dir"));
    jy_log("info", "stopped", "all rooms have ended");
out:
    if (s.signals >= 0)
        close(s.signals);
    free(s.connections);
    free(s.processes);
    free(waiting);
    return rc;
}

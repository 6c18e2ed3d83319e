/* SPDX-License-Identifier: Apache-2.0 */
/* A serving room: requests in, one answer each, until jinyind says stop or is gone. */
#include "daemons/room/internal.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 64
#define FRAME_MS 10000                 /* from the first byte of a request to its last */
#define FAREWELL_MS 2000               /* what a thread in an outbound call is given at the end */

struct connection { int fd; uint32_t id; };

static void
report_lost(const struct jy_room_context *room, uint32_t id)
{
    const struct jy_control lost = { .kind = JY_CONTROL_LOST, .id = id, .fd = -1 };

    if (jy_control_send(room->control, &lost) != JY_OK)
        jy_log("warning", "control_gone", "jinyind was not told of a lost connection");
}

/* One request, already announced by poll. false: the peer has gone, or sent what is not its to send. */
static bool
serve_one(const struct jy_room_context *room, int fd, jy_room_handler *handler, void *self)
{
    struct jy_frame request;
    jy_err rc = jy_ipc_receive(fd, room->room, FRAME_MS, &request);

    if (rc == JY_OK && jy_message_info(request.type)->reply == JY_MSG_NONE) {
        jy_frame_free(&request);
        rc = JY_E_FORBIDDEN;
    }
    if (rc != JY_OK) {
        if (rc != JY_E_UNAVAILABLE)
            jy_log("error", "peer_dropped", "a request was not one: %s", jy_err_code(rc));
        return false;
    }
    handler(self, fd, &request);
    jy_frame_free(&request);
    return true;
}

/* What jinyind says: true with a new connection, or with fd -1 and nothing to do; false to stop. */
static bool
hear_jinyind(struct jy_room_context *room, const struct pollfd waiting[2], struct connection *attached)
{
    struct jy_control message;

    *attached = (struct connection){ .fd = -1 };
    if (waiting[1].revents != 0)                     /* SIGTERM or SIGINT */
        return false;
    if (waiting[0].revents == 0)
        return true;
    if (jy_control_receive(room->control, &message) != JY_OK || message.kind == JY_CONTROL_STOP)
        return false;
    if (message.kind == JY_CONTROL_ATTACH)
        *attached = (struct connection){ message.fd, message.id };
    else if (message.fd >= 0)
        close(message.fd);
    return true;
}

void
jy_room_serve(struct jy_room_context *room, jy_room_handler *handler, void *self)
{
    struct connection list[CONNECTIONS_MAX], attached;
    struct pollfd waiting[2 + CONNECTIONS_MAX];
    size_t count = 0;

    for (;;) {
        waiting[0] = (struct pollfd){ .fd = room->control, .events = POLLIN };
        waiting[1] = (struct pollfd){ .fd = room->signals, .events = POLLIN };
        for (size_t i = 0; i < count; i++)
            waiting[2 + i] = (struct pollfd){ .fd = list[i].fd, .events = POLLIN };
        if (poll(waiting, (nfds_t)(2 + count), -1) < 0)
            continue;
        for (size_t i = count; i-- > 0;)             /* from the end: the last one takes the place of a lost one */
            if (waiting[2 + i].revents != 0 && !serve_one(room, list[i].fd, handler, self)) {
                close(list[i].fd);
                report_lost(room, list[i].id);
                list[i] = list[--count];
            }
        if (!hear_jinyind(room, waiting, &attached))
            break;
        if (attached.fd >= 0 && count < CONNECTIONS_MAX)
            list[count++] = attached;
        else if (attached.fd >= 0)
            close(attached.fd);
    }
    atomic_store(&room->stopping, true);
    while (count > 0)
        close(list[--count].fd);
}

/* -- one thread a connection -- */

struct threads {
    struct jy_room_context *room;
    jy_room_handler *handler;
    void *self;
    pthread_mutex_t lock;              /* guards list and count */
    pthread_cond_t ended;
    struct connection list[CONNECTIONS_MAX];
    size_t count;
};
struct thread { struct threads *all; struct connection connection; };

static void *
serve_connection(void *argument)
{
    struct thread *mine = argument;
    struct threads *all = mine->all;
    struct pollfd p = { .fd = mine->connection.fd, .events = POLLIN };

    while (poll(&p, 1, -1) < 0 || serve_one(all->room, p.fd, all->handler, all->self))
        ;
    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->count; i++)
        if (all->list[i].id == mine->connection.id) {
            all->list[i] = all->list[--all->count];
            break;
        }
    close(p.fd);
    if (!jy_room_stopping(all->room))
        report_lost(all->room, mine->connection.id);
    pthread_cond_broadcast(&all->ended);
    pthread_mutex_unlock(&all->lock);
    free(mine);
    return NULL;
}

static void
begin_thread(struct threads *all, struct connection connection)
{
    struct thread *mine = malloc(sizeof(*mine));
    pthread_t thread;
    bool begun = false;

    pthread_mutex_lock(&all->lock);
    if (mine != NULL && all->count < CONNECTIONS_MAX) {
        *mine = (struct thread){ all, connection };
        all->list[all->count] = connection;
        if ((begun = pthread_create(&thread, NULL, serve_connection, mine) == 0)) {
            all->count++;
            pthread_detach(thread);
        }
    }
    pthread_mutex_unlock(&all->lock);
    if (!begun) {
        jy_log("error", "no_thread", "a connection could not be served");
        close(connection.fd);
        free(mine);
    }
}

/* The askers have gone; a thread that is still in an outbound call is left behind, its event will be asked for again. */
static void
end_threads(struct threads *all)
{
    int64_t deadline = jy_room_clock_ms() + FAREWELL_MS;
    const struct timespec until = { .tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000 };
    bool late = false;

    pthread_mutex_lock(&all->lock);
    for (size_t i = 0; i < all->count; i++)
        shutdown(all->list[i].fd, SHUT_RDWR);
    while (all->count > 0 && !late)
        late = pthread_cond_timedwait(&all->ended, &all->lock, &until) != 0;
    if (all->count > 0) {
        jy_log("warning", "call_cut_off", "%zu outbound calls were still open at the end", all->count);
        _exit(EXIT_SUCCESS);
    }
    pthread_mutex_unlock(&all->lock);
}

void
jy_room_serve_threads(struct jy_room_context *room, jy_room_handler *handler, void *self)
{
    struct threads all = { .room = room, .handler = handler, .self = self };
    struct connection attached;
    pthread_condattr_t monotonic;

    pthread_mutex_init(&all.lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all.ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    for (;;) {
        struct pollfd waiting[2] = { { .fd = room->control, .events = POLLIN }, { .fd = room->signals, .events = POLLIN } };
        if (poll(waiting, 2, -1) < 0)
            continue;
        if (!hear_jinyind(room, waiting, &attached))
            break;
        if (attached.fd >= 0)
            begin_thread(&all, attached);
    }
    atomic_store(&room->stopping, true);
    end_threads(&all);
    pthread_cond_destroy(&all.ended);
    pthread_mutex_destroy(&all.lock);
}

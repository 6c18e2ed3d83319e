/* SPDX-License-Identifier: Apache-2.0 */
/* A calling room: attached connections in a pool for each peer, one call at a time on each. */
#include "daemons/room/internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* -- the pool; room->lock is held -- */

static void
forget(struct jy_pool *pool, size_t i)
{
    close(pool->list[i].fd);
    pool->list[i] = pool->list[--pool->count];
}

/* Nobody speaks first on a free connection: whatever can be read there is its end, or a peer that is not to be trusted. */
static bool
is_dead(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };

    return poll(&p, 1, 0) != 0;
}

static void
sweep(struct jy_pool *pool)
{
    for (size_t i = pool->count; i-- > 0;)
        if (!pool->list[i].busy && is_dead(pool->list[i].fd))
            forget(pool, i);
}

/* A free connection, now busy; -1: none. */
static int
take_free(struct jy_pool *pool)
{
    sweep(pool);
    for (size_t i = 0; i < pool->count; i++)
        if (!pool->list[i].busy) {
            pool->list[i].busy = true;
            return pool->list[i].fd;
        }
    return -1;
}

/* A connection to peer that is now this caller's, or -1 when there was none by the deadline. Who came first is served first: a caller who gives
 * back and asks again at once would else be before those who still have to wake. */
static int
take(struct jy_room_context *room, enum jy_room peer, int64_t deadline)
{
    const struct timespec until = { .tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000 };
    struct jy_pool *pool = &room->pools[peer];
    struct jy_turn mine = { NULL }, **place;
    int fd = -1;

    pthread_mutex_lock(&room->lock);
    for (place = &pool->turns; *place != NULL; place = &(*place)->next)
        ;
    *place = &mine;
    for (bool late = false;;) {
        if (pool->turns == &mine)
            fd = take_free(pool);
        if (fd >= 0 || late)
            break;
        late = pthread_cond_timedwait(&room->changed, &room->lock, &until) == ETIMEDOUT;
    }
    for (place = &pool->turns; *place != &mine; place = &(*place)->next)
        ;
    *place = mine.next;
    pthread_cond_broadcast(&room->changed);          /* another connection may be free for the next */
    pthread_mutex_unlock(&room->lock);
    return fd;
}

static void
give_back(struct jy_room_context *room, enum jy_room peer, int fd, bool usable)
{
    struct jy_pool *pool = &room->pools[peer];

    pthread_mutex_lock(&room->lock);
    for (size_t i = 0; i < pool->count; i++)
        if (pool->list[i].fd == fd) {
            pool->list[i].busy = false;
            if (!usable)
                forget(pool, i);
            break;
        }
    pthread_cond_broadcast(&room->changed);
    pthread_mutex_unlock(&room->lock);
}

static void
attach(struct jy_room_context *room, const struct jy_control *message)
{
    struct jy_pool *pool = &room->pools[message->peer];
    bool full;

    pthread_mutex_lock(&room->lock);
    sweep(pool);
    if (!(full = pool->count == JY_POOL_MAX)) {
        pool->list[pool->count].fd = message->fd;
        pool->list[pool->count++].busy = false;
    }
    pthread_cond_broadcast(&room->changed);
    pthread_mutex_unlock(&room->lock);
    if (full) {
        jy_log("error", "pool_full", "connection to %s dropped", jy_room_name(message->peer));
        close(message->fd);
    }
}

/* -- jinyind's side -- */

static void *
listen_to_jinyind(void *argument)
{
    struct jy_room_context *room = argument;
    struct pollfd p[2] = { { .fd = room->control, .events = POLLIN }, { .fd = room->signals, .events = POLLIN } };
    struct signalfd_siginfo info;
    struct jy_control message;

    for (;;) {
        if (poll(p, 2, -1) < 0)
            continue;
        if (p[1].revents != 0 && read(room->signals, &info, sizeof(info)) > 0)
            atomic_store(&room->stopping, true);
        if (p[0].revents == 0)
            continue;
        if (jy_control_receive(room->control, &message) != JY_OK)
            break;
        if (message.kind == JY_CONTROL_STOP)         /* calls go on: what was begun is brought to its end */
            atomic_store(&room->stopping, true);
        else if (message.kind == JY_CONTROL_ATTACH)
            attach(room, &message);
        else if (message.fd >= 0)
            close(message.fd);
    }
    atomic_store(&room->stopping, true);             /* without jinyind there is no service */
    return NULL;
}

jy_err
jy_room_start_calling(struct jy_room_context *room)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, listen_to_jinyind, room) != 0)
        return JY_E_NOMEM;
    pthread_detach(thread);
    return JY_OK;
}

/* -- a call -- */

/* The stable code decides; "ok" is no error, whoever says so here is broken. */
static jy_err
error_answer(const struct jy_msg_ERROR *answer, struct jy_fault *fault)
{
    jy_err err = jy_err_by_code(answer->code);

    return jy_fail(fault, err == JY_OK ? JY_E_INTERNAL : err, answer->where, 0, "%s", answer->text);
}

static jy_err
exchange(struct jy_room_context *room, int fd, enum jy_message_type type, const void *request, int64_t deadline, struct jy_frame *reply,
         bool *usable, struct jy_fault *fault)
{
    const struct jy_message_info *info = jy_message_info(type);
    int64_t left = deadline - jy_room_clock_ms();
    struct timeval patience;
    jy_err rc;

    *usable = true;
    if (left <= 0)
        return jy_fail(fault, JY_E_UNAVAILABLE, info->name, 0, "no time left to ask %s", jy_room_name(info->to));
    patience = (struct timeval){ .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 };
    if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) != 0)
        rc = JY_E_UNAVAILABLE;
    else
        rc = jy_ipc_send(fd, room->room, type, request);
    if (rc != JY_OK && rc != JY_E_UNAVAILABLE && rc != JY_E_IO)        /* refused before the first byte */
        return jy_fail(fault, rc, info->name, 0, "the request does not fit the table of messages");
    if (rc == JY_OK) {
        left = deadline - jy_room_clock_ms();
        rc = jy_ipc_receive(fd, room->room, left < 0 ? 0 : (int)left, reply);
    }
    if (rc == JY_OK && reply->type == info->reply)
        return JY_OK;
    if (rc == JY_OK && reply->type == JY_MSG_ERROR) {
        rc = error_answer(&reply->u.ERROR, fault);
        jy_frame_free(reply);
        return rc;
    }
    *usable = false;
    if (rc == JY_E_UNAVAILABLE || rc == JY_E_IO)
        return jy_fail(fault, JY_E_UNAVAILABLE, info->name, 0, "%s broke off or did not answer in time", jy_room_name(info->to));
    jy_log("error", "bad_answer", "%s: %s answered %s", info->name, jy_room_name(info->to),
           rc == JY_OK ? jy_message_info(reply->type)->name : jy_err_code(rc));
    if (rc == JY_OK)
        jy_frame_free(reply);
    return jy_fail(fault, rc == JY_E_NOMEM ? rc : JY_E_INTERNAL, info->name, 0, "%s gave an answer that is not this request's",
                   jy_room_name(info->to));
}

jy_err
jy_room_call(struct jy_room_context *room, enum jy_message_type type, const void *request, int deadline_ms, struct jy_frame *reply,
             struct jy_fault *fault)
{
    const struct jy_message_info *info = jy_message_info(type);
    int64_t deadline = jy_room_clock_ms() + (deadline_ms < 0 ? 0 : deadline_ms);
    bool usable;
    jy_err rc;
    int fd;

    memset(reply, 0, sizeof(*reply));
    if (info == NULL || info->from != room->room || info->reply == JY_MSG_NONE)
        return jy_fail(fault, JY_E_FORBIDDEN, info == NULL ? "" : info->name, 0, "not a request of the room %s", jy_room_name(room->room));
    if ((fd = take(room, info->to, deadline)) < 0)
        return jy_fail(fault, JY_E_UNAVAILABLE, info->name, 0, "%s is not there or busy", jy_room_name(info->to));
    rc = exchange(room, fd, type, request, deadline, reply, &usable, fault);
    give_back(room, info->to, fd, usable);
    return rc;
}

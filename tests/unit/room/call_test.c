/* SPDX-License-Identifier: Apache-2.0 */
/* A calling room: its pool of connections, deadlines, and what it believes of an answer. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "configured.h"

/* -- calls against a peer that is played -- */

enum act { ANSWER, COUNT, ERROR, WRONG_TYPE, OK_AS_ERROR, GARBAGE, SILENCE, BREAK };

struct peer { int fd; enum act act; pthread_t thread; };

static void *
play(void *argument)
{
    static const uint8_t point[65] = { 4, 1 };
    struct peer *peer = argument;
    struct jy_msg_KEY_INFO info = { .point = JY_SLICE(point, 65), .now = 42, .data_key = JY_SLICE(point, 32) };
    struct jy_msg_KEY_BOUND bound = { 0 };
    struct jy_msg_ERROR ok = { .code = "ok" };
    struct jy_fault fault = { .err = JY_E_PIN_WRONG, .where = "PIN", .text = "two tries left" };
    struct jy_frame request;
    struct pollfd gone = { .fd = peer->fd, .events = POLLIN };
    int asked = 0;

    while (jy_ipc_receive(peer->fd, JY_ROOM_KEY, -1, &request) == JY_OK) {
        jy_err rc = JY_OK;
        jy_frame_free(&request);
        switch (peer->act) {
        case COUNT: info.now = ++asked; /* fall through */
        case ANSWER: rc = jy_ipc_send(peer->fd, JY_ROOM_KEY, JY_MSG_KEY_INFO, &info); break;
        case ERROR: rc = jy_ipc_send_error(peer->fd, JY_ROOM_KEY, JY_E_PIN_WRONG, &fault); break;
        case WRONG_TYPE: rc = jy_ipc_send(peer->fd, JY_ROOM_KEY, JY_MSG_KEY_BOUND, &bound); break;
        case OK_AS_ERROR: rc = jy_ipc_send(peer->fd, JY_ROOM_KEY, JY_MSG_ERROR, &ok); break;
        case GARBAGE: rc = send(peer->fd, "HTTP/1.1 200 OK\r\n\r\n", 19, MSG_NOSIGNAL) == 19 ? JY_OK : JY_E_IO; break;
        case SILENCE: poll(&gone, 1, -1); break;
        case BREAK: close(peer->fd); return NULL;
        }
        if (rc != JY_OK)
            break;
    }
    close(peer->fd);
    return NULL;
}

struct stage { struct jy_room_context *room, space; int control; struct peer peers[8]; uint32_t count; };

static int
set_up(void **state)
{
    static struct stage stages[16];                   /* kept: the calling thread may look at its context until the process ends */
    static size_t used;
    struct stage *stage = &stages[used++];
    struct jy_control start = { .kind = JY_CONTROL_START, .fd = -1 };
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(jy_control_send(pair[0], &start), JY_OK);
    stage->room = &stage->space;
    assert_int_equal(jy_room_open(JY_ROOM_WEB, pair[1], room_config(JY_ROOM_WEB), stage->room, NULL), JY_OK);
    assert_int_equal(jy_room_start_calling(stage->room), JY_OK);
    stage->control = pair[0];
    *state = stage;
    return 0;
}

/* jinyind goes: the room is told to stop. Its ends of the connections go too, so the peers end. */
static int
tear_down(void **state)
{
    struct stage *stage = *state;

    close(stage->control);
    for (int i = 0; i < 2000 && !jy_room_stopping(stage->room); i++)
        usleep(1000);
    assert_true(jy_room_stopping(stage->room));
    for (size_t i = 0; i < stage->room->pools[JY_ROOM_KEY].count; i++)
        close(stage->room->pools[JY_ROOM_KEY].list[i].fd);
    for (uint32_t i = 0; i < stage->count; i++)
        pthread_join(stage->peers[i].thread, NULL);
    return 0;
}

static void
attach_peer(struct stage *stage, enum act act)
{
    struct jy_control message = { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_KEY, .id = stage->count };
    struct peer *peer = &stage->peers[stage->count++];
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    *peer = (struct peer){ .fd = pair[1], .act = act };
    message.fd = pair[0];
    assert_int_equal(pthread_create(&peer->thread, NULL, play, peer), 0);
    assert_int_equal(jy_control_send(stage->control, &message), JY_OK);
    close(pair[0]);
}

static size_t
connections(struct stage *stage)
{
    size_t n;

    pthread_mutex_lock(&stage->room->lock);
    n = stage->room->pools[JY_ROOM_KEY].count;
    pthread_mutex_unlock(&stage->room->lock);
    return n;
}

static jy_err
hello(struct stage *stage, int deadline_ms, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_HELLO ask = { 0 };

    return jy_room_call(stage->room, JY_MSG_KEY_HELLO, &ask, deadline_ms, reply, fault);
}

static void
call__the_answer_is_the_tables_type(void **state)
{
    struct stage *stage = *state;
    struct jy_frame reply;

    attach_peer(stage, ANSWER);
    for (int i = 0; i < 3; i++) {                     /* the connection is used again */
        assert_int_equal(hello(stage, 5000, &reply, NULL), JY_OK);
        assert_int_equal(reply.type, JY_MSG_KEY_INFO);
        assert_int_equal(reply.u.KEY_INFO.now, 42);
        jy_frame_free(&reply);
    }
    assert_int_equal(connections(stage), 1);
}

static void
call__an_error_answer_becomes_its_code_and_keeps_the_connection(void **state)
{
    struct stage *stage = *state;
    struct jy_fault fault = { 0 };
    struct jy_frame reply;

    attach_peer(stage, ERROR);
    assert_int_equal(hello(stage, 5000, &reply, &fault), JY_E_PIN_WRONG);
    assert_string_equal(fault.where, "PIN");
    assert_string_equal(fault.text, "two tries left");
    assert_int_equal(connections(stage), 1);
}

/* What a broken peer says is never taken for an answer, and it is not asked again. */
static void
call__another_answer_is_internal_and_drops_the_connection(void **state)
{
    static const struct { enum act act; jy_err err; size_t left; } cases[] = {
        { WRONG_TYPE, JY_E_INTERNAL, 0 }, { GARBAGE, JY_E_INTERNAL, 0 }, { OK_AS_ERROR, JY_E_INTERNAL, 1 } };
    struct stage *stage = *state;
    struct jy_frame reply;

    for (size_t i = 0; i < 3; i++) {
        attach_peer(stage, cases[i].act);
        assert_int_equal(hello(stage, 5000, &reply, NULL), cases[i].err);
        assert_int_equal(connections(stage), cases[i].left);
    }
}

static void
call__silence_ends_at_the_deadline_and_drops_the_connection(void **state)
{
    struct stage *stage = *state;
    struct jy_frame reply;

    attach_peer(stage, SILENCE);
    assert_int_equal(hello(stage, 100, &reply, NULL), JY_E_UNAVAILABLE);
    assert_int_equal(connections(stage), 0);
}

static void
call__a_connection_that_breaks_is_unavailable_and_the_next_one_serves(void **state)
{
    struct stage *stage = *state;
    struct jy_frame reply;

    attach_peer(stage, BREAK);
    assert_int_equal(hello(stage, 5000, &reply, NULL), JY_E_UNAVAILABLE);
    assert_int_equal(connections(stage), 0);
    attach_peer(stage, ANSWER);
    assert_int_equal(hello(stage, 5000, &reply, NULL), JY_OK);
    jy_frame_free(&reply);
}

static void *
attach_later(void *argument)
{
    usleep(50000);
    attach_peer(argument, ANSWER);
    return NULL;
}

static void
call__waits_for_a_connection_to_come_until_the_deadline(void **state)
{
    struct stage *stage = *state;
    struct jy_frame reply;
    pthread_t thread;

    assert_int_equal(hello(stage, 20, &reply, NULL), JY_E_UNAVAILABLE);
    assert_int_equal(hello(stage, 0, &reply, NULL), JY_E_UNAVAILABLE);
    assert_int_equal(hello(stage, -1, &reply, NULL), JY_E_UNAVAILABLE);
    assert_int_equal(pthread_create(&thread, NULL, attach_later, stage), 0);
    assert_int_equal(hello(stage, 10000, &reply, NULL), JY_OK);
    jy_frame_free(&reply);
    pthread_join(thread, NULL);
}

/* An old end whose peer has died lies in the pool: it is passed over, not tried. */
static void
call__a_dead_connection_in_the_pool_costs_no_call(void **state)
{
    struct stage *stage = *state;
    struct jy_control message = { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_KEY };
    struct jy_frame reply;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    close(pair[1]);
    message.fd = pair[0];
    assert_int_equal(jy_control_send(stage->control, &message), JY_OK);
    close(pair[0]);
    attach_peer(stage, ANSWER);
    assert_int_equal(hello(stage, 5000, &reply, NULL), JY_OK);
    jy_frame_free(&reply);
    assert_int_equal(connections(stage), 1);
}

static void
call__what_is_not_this_rooms_to_ask_is_refused_unsent(void **state)
{
    struct stage *stage = *state;
    struct jy_msg_KEY_INFO info = { 0 };
    struct jy_msg_KEY_STAMP big = { 0 };
    static uint8_t order[131073];
    struct jy_frame reply;

    attach_peer(stage, ANSWER);
    assert_int_equal(jy_room_call(stage->room, JY_MSG_KEY_INFO, &info, 100, &reply, NULL), JY_E_FORBIDDEN);
    assert_int_equal(jy_room_call(stage->room, JY_MSG__COUNT, &info, 100, &reply, NULL), JY_E_FORBIDDEN);
    big.order = JY_SLICE(order, sizeof(order));
    assert_int_equal(jy_room_call(stage->room, JY_MSG_KEY_STAMP, &big, 5000, &reply, NULL), JY_E_LIMIT);
    assert_int_equal(connections(stage), 1);          /* nothing was sent, nothing is lost */
    assert_int_equal(hello(stage, 5000, &reply, NULL), JY_OK);
    jy_frame_free(&reply);
}

static void *
call_often(void *argument)
{
    struct jy_frame reply;

    for (int i = 0; i < 50; i++) {
        if (hello(argument, 20000, &reply, NULL) != JY_OK || reply.u.KEY_INFO.now != 42)
            return NULL;
        jy_frame_free(&reply);
    }
    return argument;
}

static void
call__threads_share_the_connections_one_call_at_a_time(void **state)
{
    struct stage *stage = *state;
    pthread_t threads[8];
    void *result;

    attach_peer(stage, ANSWER);
    attach_peer(stage, ANSWER);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, stage), 0);
    for (size_t i = 0; i < 8; i++) {
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, stage);
    }
    assert_int_equal(connections(stage), 2);
}

struct caller { struct stage *stage; pthread_t thread; int64_t first, second; };

static void *
call_twice(void *argument)
{
    struct caller *caller = argument;
    struct jy_frame reply;

    assert_int_equal(hello(caller->stage, 20000, &reply, NULL), JY_OK);
    caller->first = reply.u.KEY_INFO.now;
    jy_frame_free(&reply);
    assert_int_equal(hello(caller->stage, 20000, &reply, NULL), JY_OK);
    caller->second = reply.u.KEY_INFO.now;
    jy_frame_free(&reply);
    return NULL;
}

static size_t
waiting(struct stage *stage)
{
    size_t count = 0;

    pthread_mutex_lock(&stage->room->lock);
    for (const struct jy_turn *turn = stage->room->pools[JY_ROOM_KEY].turns; turn != NULL; turn = turn->next)
        count++;
    pthread_mutex_unlock(&stage->room->lock);
    return count;
}

/* One connection, four callers: the first calls go in the order in which they came, and who asks again comes after those who wait. */
static void
call__who_came_first_is_served_first(void **state)
{
    struct caller callers[4] = { 0 };

    for (size_t i = 0; i < 4; i++) {
        callers[i].stage = *state;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_twice, &callers[i]), 0);
        while (waiting(*state) != i + 1)
            usleep(1000);
    }
    attach_peer(*state, COUNT);
    for (size_t i = 0; i < 4; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].first, i + 1);
        assert_in_range(callers[i].second, 5, 8);
    }
    assert_int_equal(waiting(*state), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(call__the_answer_is_the_tables_type, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__an_error_answer_becomes_its_code_and_keeps_the_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__another_answer_is_internal_and_drops_the_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__silence_ends_at_the_deadline_and_drops_the_connection, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__a_connection_that_breaks_is_unavailable_and_the_next_one_serves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__waits_for_a_connection_to_come_until_the_deadline, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__a_dead_connection_in_the_pool_costs_no_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__what_is_not_this_rooms_to_ask_is_refused_unsent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__threads_share_the_connections_one_call_at_a_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(call__who_came_first_is_served_first, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

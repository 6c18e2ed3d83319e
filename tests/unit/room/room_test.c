/* SPDX-License-Identifier: Apache-2.0 */
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

/* -- configuration -- */

static void
config__defaults_fill_what_is_not_said(void **state)
{
    json_t *c;

    (void)state;
    assert_int_equal(jy_config_read(jy_slice_text("{\"doc_workers\": 3, \"key_dir\": \"/k\", \"development\": true}"),
                                    "/etc/jinyin", &c, NULL), JY_OK);
    assert_int_equal(json_integer_value(json_object_get(c, "doc_workers")), 3);
    assert_int_equal(json_integer_value(json_object_get(c, "http_loopback_port")), 8080);
    assert_string_equal(json_string_value(json_object_get(c, "key_dir")), "/k");
    assert_string_equal(json_string_value(json_object_get(c, "web_dir")), "/etc/jinyin/data/web");
    assert_string_equal(json_string_value(json_object_get(c, "seal_vendor")), "JINYIN");
    assert_true(json_is_true(json_object_get(c, "development")));
    json_decref(c);
    assert_int_equal(jy_config_read(jy_slice_text("{\"data_dir\": \"d\"}"), "/", &c, NULL), JY_OK);
    assert_string_equal(json_string_value(json_object_get(c, "data_dir")), "/d");
    json_decref(c);
}

static void
config__every_default_is_within_its_own_rules(void **state)
{
    json_t *c, *part, *again;

    (void)state;
    assert_int_equal(jy_config_read(jy_slice_text("{}"), "/f", &c, NULL), JY_OK);
    for (int room = JY_ROOM_WEB; room <= JY_ROOM_LAST; room++) {
        char *text = json_dumps(part = jy_config_part(c, (enum jy_room)room), 0);
        assert_int_equal(jy_config_read_part(jy_slice_text(text), (enum jy_room)room, &again, NULL), JY_OK);
        assert_true(json_equal(part, again));
        json_decref(part);
        json_decref(again);
        free(text);
    }
    json_decref(c);
}

static void
config__each_refusal_names_its_key(void **state)
{
    static const struct { const char *json; jy_err err; const char *where, *text; } cases[] = {
        { "{\"doc_worker\": 2}", JY_E_BAD_FIELD, "doc_worker", "no such key" },
        { "{\"doc_workers\": 2, \"doc_workers\": 3}", JY_E_BAD_JSON, "configuration", "doc_workers" },
        { "{\"doc_workers\": \"2\"}", JY_E_BAD_FIELD, "doc_workers", "whole number" },
        { "{\"doc_workers\": 2.0}", JY_E_BAD_FIELD, "doc_workers", "whole number" },
        { "{\"doc_workers\": 0}", JY_E_BAD_FIELD, "doc_workers", "within 1 and 64" },
        { "{\"doc_workers\": 65}", JY_E_BAD_FIELD, "doc_workers", "within 1 and 64" },
        { "{\"http_loopback_port\": 65536}", JY_E_BAD_FIELD, "http_loopback_port", "within 0" },
        { "{\"pin_retries\": -1}", JY_E_BAD_FIELD, "pin_retries", "within 1" },
        { "{\"doc_timeout_seconds\": 9223372036854775807}", JY_E_BAD_FIELD, "doc_timeout_seconds", "within 1" },
        { "{\"development\": 1}", JY_E_BAD_FIELD, "development", "true or false" },
        { "{\"data_dir\": null}", JY_E_BAD_FIELD, "data_dir", "a text" },
        { "{\"ca_url\": [\"x\"]}", JY_E_BAD_FIELD, "ca_url", "a text" },
        { "{\"ca_url\": \"a\\u0000b\"}", JY_E_BAD_JSON, "configuration", "line 1" },
        { "[]", JY_E_BAD_JSON, "configuration", "object" },
        { "", JY_E_BAD_JSON, "configuration", "line" },
        { "{\"development\": true} x", JY_E_BAD_JSON, "configuration", "line 1" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct jy_fault fault = { 0 };
        json_t *c = (json_t *)1;
        assert_int_equal(jy_config_read(jy_slice_text(cases[i].json), "/f", &c, &fault), cases[i].err);
        assert_null(c);
        assert_string_equal(fault.where, cases[i].where);
        assert_non_null(strstr(fault.text, cases[i].text));
    }
}

static void
config__a_long_one_is_refused(void **state)
{
    static char json[JY_CONFIG_MAX + 2];
    json_t *c;

    (void)state;
    memset(json, ' ', sizeof(json) - 1);
    memcpy(json, "{}", 2);
    assert_int_equal(jy_config_read(jy_slice_text(json), "/f", &c, NULL), JY_E_LIMIT);
    json[JY_CONFIG_MAX] = '\0';
    assert_int_equal(jy_config_read(jy_slice_text(json), "/f", &c, NULL), JY_OK);
    json_decref(c);
}

static void
config__a_room_sees_its_own_keys_only(void **state)
{
    json_t *c, *part;
    struct jy_fault fault = { 0 };

    (void)state;
    assert_int_equal(jy_config_read(jy_slice_text("{}"), "/f", &c, NULL), JY_OK);
    part = jy_config_part(c, JY_ROOM_DOC);
    assert_int_equal(json_object_size(part), 2);
    assert_non_null(json_object_get(part, "document_max_bytes"));
    assert_non_null(json_object_get(part, "doc_timeout_seconds"));
    json_decref(part);
    part = jy_config_part(c, JY_ROOM_WEB);
    assert_null(json_object_get(part, "key_unlock_file"));
    assert_null(json_object_get(part, "engraving_url"));
    json_decref(part);
    json_decref(c);
    assert_int_equal(jy_config_read_part(jy_slice_text("{\"document_max_bytes\": 2048, \"doc_timeout_seconds\": 1, \"key_dir\": \"/k\"}"),
                                         JY_ROOM_DOC, &c, &fault), JY_E_BAD_FIELD);
    assert_string_equal(fault.where, "key_dir");
    assert_int_equal(jy_config_read_part(jy_slice_text("{\"document_max_bytes\": 2048}"), JY_ROOM_DOC, &c, &fault), JY_E_BAD_FIELD);
    assert_string_equal(fault.where, "doc_timeout_seconds");
}

/* -- control messages -- */

static void
control__messages_arrive_whole_with_their_descriptor(void **state)
{
    static const struct jy_control plain[] = {
        { .kind = JY_CONTROL_START, .fd = -1 }, { .kind = JY_CONTROL_READY, .fd = -1 }, { .kind = JY_CONTROL_STOP, .fd = -1 },
        { .kind = JY_CONTROL_LOST, .id = 4000000000u, .fd = -1 },
    };
    struct jy_control attach = { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_KEY, .id = 9 };
    struct jy_control named = { .kind = JY_CONTROL_DESCRIPTOR, .name = "http" }, got;
    int pair[2], pipes[2];
    char byte = 0;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(pipe(pipes), 0);
    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        assert_int_equal(jy_control_send(pair[0], &plain[i]), JY_OK);
        assert_int_equal(jy_control_receive(pair[1], &got), JY_OK);
        assert_int_equal(got.kind, plain[i].kind);
        assert_int_equal(got.id, plain[i].id);
        assert_int_equal(got.fd, -1);
    }
    attach.fd = named.fd = pipes[1];
    assert_int_equal(jy_control_send(pair[0], &named), JY_OK);
    assert_int_equal(jy_control_send(pair[0], &attach), JY_OK);
    assert_int_equal(jy_control_receive(pair[1], &got), JY_OK);
    assert_string_equal(got.name, "http");
    assert_int_equal(write(got.fd, "x", 1), 1);
    assert_int_equal(read(pipes[0], &byte, 1), 1);
    assert_true((fcntl(got.fd, F_GETFD) & FD_CLOEXEC) != 0);
    close(got.fd);
    assert_int_equal(jy_control_receive(pair[1], &got), JY_OK);
    assert_int_equal(got.peer, JY_ROOM_KEY);
    assert_int_equal(got.id, 9);
    close(got.fd);
    close(pair[0]);
    assert_int_equal(jy_control_receive(pair[1], &got), JY_E_UNAVAILABLE);
    close(pair[1]);
    close(pipes[0]);
    close(pipes[1]);
}

static void
control__what_is_no_message_is_not_sent(void **state)
{
    struct jy_control cases[] = {
        { .kind = 0, .fd = -1 },
        { .kind = JY_CONTROL__COUNT, .fd = -1 },
        { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_KEY, .fd = -1 },
        { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_SUPERVISOR, .fd = 0 },
        { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_LAST + 1, .fd = 0 },
        { .kind = JY_CONTROL_STOP, .fd = 0 },
        { .kind = JY_CONTROL_DESCRIPTOR, .fd = 0 },
        { .kind = JY_CONTROL_DESCRIPTOR, .fd = -1, .name = "http" },
        { .kind = JY_CONTROL_DESCRIPTOR, .fd = 0, .name = { '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6' } },
    };
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(jy_control_send(pair[0], &cases[i]), JY_E_ARGUMENT);
    close(pair[0]);
    close(pair[1]);
}

/* A packet cut, lengthened, changed, or with a descriptor that its kind does not carry: refused, and the descriptor is not kept. */
static void
control__a_spoilt_packet_is_refused_and_leaves_no_descriptor(void **state)
{
    union { char space[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { { 0 } };
    const struct jy_control ready = { .kind = JY_CONTROL_READY, .fd = -1 };
    struct iovec iov;
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.space,
                          .msg_controllen = sizeof(control.space) };
    struct jy_control got;
    uint8_t packet[256];
    int pair[2], pipes[2], before, after;
    size_t len;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(jy_control_send(pair[0], &ready), JY_OK);
    len = (size_t)recv(pair[1], packet, sizeof(packet), 0);
    for (size_t cut = 1; cut < len; cut++) {
        assert_int_equal(send(pair[0], packet, cut, 0), (ssize_t)cut);
        assert_int_equal(jy_control_receive(pair[1], &got), JY_E_FORMAT);
    }
    assert_int_equal(send(pair[0], packet, len + 1, 0), (ssize_t)len + 1);
    assert_int_equal(jy_control_receive(pair[1], &got), JY_E_FORMAT);
    packet[0] ^= 1;
    assert_int_equal(send(pair[0], packet, len, 0), (ssize_t)len);
    assert_int_equal(jy_control_receive(pair[1], &got), JY_E_FORMAT);
    packet[0] ^= 1;

    iov = (struct iovec){ packet, len };
    CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
    CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
    CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&msg)), &pipes[0], sizeof(int));
    before = dup(0);
    close(before);
    assert_int_equal(sendmsg(pair[0], &msg, 0), (ssize_t)len);
    assert_int_equal(jy_control_receive(pair[1], &got), JY_E_FORMAT);
    assert_int_equal(got.fd, -1);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
    close(pair[0]);
    close(pair[1]);
    close(pipes[0]);
    close(pipes[1]);
}

/* -- beginning -- */

static void
begin__descriptors_come_before_the_start_and_are_found_by_name(void **state)
{
    struct jy_control named = { .kind = JY_CONTROL_DESCRIPTOR, .name = "http" }, start = { .kind = JY_CONTROL_START, .fd = -1 };
    struct jy_room_context space, *room = &space;
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    named.fd = memory_file(jy_slice_text("x"));
    assert_int_equal(jy_control_send(pair[0], &named), JY_OK);
    assert_int_equal(jy_control_send(pair[0], &start), JY_OK);
    assert_int_equal(jy_room_open(JY_ROOM_KEY, pair[1], room_config(JY_ROOM_KEY), room, NULL), JY_OK);
    assert_true(jy_room_descriptor(room, "http") >= 0);
    assert_int_equal(jy_room_descriptor(room, "http_loopback"), -1);
    assert_string_equal(jy_room_config_text(room, "key_dir"), "/etc/jinyin/data/key");
    assert_int_equal(jy_room_config_int(room, "pin_retries"), 5);
    close(jy_room_descriptor(room, "http"));
    close(named.fd);
    close(pair[0]);
    close(room->control);
    close(room->signals);
    json_decref(room->config);
}

static void
begin__without_a_start_or_with_another_rooms_keys_there_is_no_room(void **state)
{
    struct jy_control stop = { .kind = JY_CONTROL_STOP, .fd = -1 };
    struct jy_room_context space, *room = &space;
    struct jy_fault fault = { 0 };
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    close(pair[0]);
    assert_int_equal(jy_room_open(JY_ROOM_KEY, pair[1], room_config(JY_ROOM_KEY), room, &fault), JY_E_UNAVAILABLE);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(jy_control_send(pair[0], &stop), JY_OK);
    assert_int_equal(jy_room_open(JY_ROOM_KEY, pair[1], room_config(JY_ROOM_KEY), room, &fault), JY_E_FORMAT);
    close(pair[0]);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    assert_int_equal(jy_room_open(JY_ROOM_LINK, pair[1], room_config(JY_ROOM_KEY), room, &fault), JY_E_BAD_FIELD);
    assert_string_equal(fault.where, "key_dir");
    close(pair[0]);
}

/* -- serving -- */

static void
answer_hello(void *self, int fd, struct jy_frame *request)
{
    static const uint8_t point[65] = { 4 };
    struct jy_msg_KEY_INFO info = { .point = JY_SLICE(point, 65), .now = *(int *)self, .data_key = JY_SLICE(point, 32) };

    assert_int_equal(request->type, JY_MSG_KEY_HELLO);
    assert_int_equal(jy_ipc_send(fd, JY_ROOM_KEY, JY_MSG_KEY_INFO, &info), JY_OK);
}

struct serving { struct jy_room_context *room; bool threads; int now; };

static void *
serve(void *argument)
{
    struct serving *s = argument;

    if (s->threads)
        jy_room_serve_threads(s->room, answer_hello, &s->now);
    else
        jy_room_serve(s->room, answer_hello, &s->now);
    return NULL;
}

static int
attach_to_server(int control, uint32_t id)
{
    struct jy_control message = { .kind = JY_CONTROL_ATTACH, .peer = JY_ROOM_WEB, .id = id };
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    message.fd = pair[0];
    assert_int_equal(jy_control_send(control, &message), JY_OK);
    close(pair[0]);
    return pair[1];
}

/* Both ways of serving: answers; tells jinyind of an end; drops who talks nonsense or answers instead of asking; stops when told. */
static void
serve__answers_reports_lost_connections_and_stops(void **state)
{
    const struct jy_control start = { .kind = JY_CONTROL_START, .fd = -1 }, stop = { .kind = JY_CONTROL_STOP, .fd = -1 };
    const struct jy_msg_KEY_HELLO ask = { 0 };
    const struct jy_msg_ERROR answer = { .code = "io" };

    (void)state;
    for (int way = 0; way < 2; way++) {
        struct jy_room_context space;
        struct serving serving = { .room = &space, .threads = way == 1, .now = 99 };
        struct jy_control lost;
        struct jy_frame reply;
        pthread_t thread;
        int control[2], fd[4];

        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, control), 0);
        assert_int_equal(jy_control_send(control[0], &start), JY_OK);
        assert_int_equal(jy_room_open(JY_ROOM_KEY, control[1], room_config(JY_ROOM_KEY), serving.room, NULL), JY_OK);
        assert_int_equal(pthread_create(&thread, NULL, serve, &serving), 0);
        for (uint32_t i = 0; i < 4; i++)
            fd[i] = attach_to_server(control[0], 10 + i);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(jy_ipc_send(fd[i], JY_ROOM_WEB, JY_MSG_KEY_HELLO, &ask), JY_OK);
            assert_int_equal(jy_ipc_receive(fd[i], JY_ROOM_WEB, 10000, &reply), JY_OK);
            assert_int_equal(reply.u.KEY_INFO.now, 99);
            jy_frame_free(&reply);
        }
        close(fd[1]);
        assert_int_equal(jy_control_receive(control[0], &lost), JY_OK);
        assert_int_equal(lost.kind, JY_CONTROL_LOST);
        assert_int_equal(lost.id, 11);
        assert_int_equal(send(fd[2], "GET / HTTP/1.1\r\n\r\n", 18, 0), 18);
        assert_int_equal(jy_control_receive(control[0], &lost), JY_OK);
        assert_int_equal(lost.id, 12);
        assert_int_equal(jy_ipc_send(fd[3], JY_ROOM_WEB, JY_MSG_ERROR, &answer), JY_OK);
        assert_int_equal(jy_control_receive(control[0], &lost), JY_OK);
        assert_int_equal(lost.id, 13);
        assert_int_equal(jy_control_send(control[0], &stop), JY_OK);
        pthread_join(thread, NULL);
        assert_int_equal(jy_ipc_receive(fd[0], JY_ROOM_WEB, 10000, &reply), JY_E_UNAVAILABLE);
        close(fd[0]);
        close(fd[2]);
        close(fd[3]);
        close(control[0]);
        close(control[1]);
        close(serving.room->signals);
        json_decref(serving.room->config);
    }
}

/* -- log -- */

/* A name in a file can neither break a log line nor add one. */
static void
log__a_line_is_one_json_object_whatever_it_is_given(void **state)
{
    static const char nasty[] = "a\"b\\c\nd\x1b[31m \xff \xe2\x80\xae 印";
    char line[4096] = "", *longer = malloc(5000);
    int pipes[2], saved = dup(STDERR_FILENO);
    json_t *parsed;
    ssize_t n;

    (void)state;
    memset(longer, '"', 4999);
    longer[4999] = '\0';
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pipe(pipes), 0);
        dup2(pipes[1], STDERR_FILENO);
        jy_log("info", "test", "%s", i == 0 ? nasty : longer);
        dup2(saved, STDERR_FILENO);
        n = read(pipes[0], line, sizeof(line) - 1);
        assert_true(n > 0 && line[n - 1] == '\n');
        line[n] = '\0';
        assert_ptr_equal(strchr(line, '\n'), line + n - 1);
        assert_non_null(parsed = json_loads(line, 0, NULL));
        assert_string_equal(json_string_value(json_object_get(parsed, "event")), "test");
        if (i == 0)
            assert_string_equal(json_string_value(json_object_get(parsed, "text")), "a\"b\\c\\x0ad\\x1b[31m \\xff \\xe2\\x80\\xae 印");
        json_decref(parsed);
        close(pipes[0]);
        close(pipes[1]);
    }
    close(saved);
    free(longer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config__defaults_fill_what_is_not_said),
        cmocka_unit_test(config__every_default_is_within_its_own_rules),
        cmocka_unit_test(config__each_refusal_names_its_key),
        cmocka_unit_test(config__a_long_one_is_refused),
        cmocka_unit_test(config__a_room_sees_its_own_keys_only),
        cmocka_unit_test(control__messages_arrive_whole_with_their_descriptor),
        cmocka_unit_test(control__what_is_no_message_is_not_sent),
        cmocka_unit_test(control__a_spoilt_packet_is_refused_and_leaves_no_descriptor),
        cmocka_unit_test(begin__descriptors_come_before_the_start_and_are_found_by_name),
        cmocka_unit_test(begin__without_a_start_or_with_another_rooms_keys_there_is_no_room),
        cmocka_unit_test(serve__answers_reports_lost_connections_and_stops),
        cmocka_unit_test(log__a_line_is_one_json_object_whatever_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

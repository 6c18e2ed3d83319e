/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/ipc.h"
#include "ipc/order.h"

static uint8_t filler[2 << 20];

/* Every message of the table, every field at its limit: what arrives is what was sent, whole or not at all. */
#define FIELD_TEXT(name, max) memset(m.name, 'x', max); m.name[max] = '\0';
#define FIELD_BYTES(name, max) m.name = JY_SLICE(filler, max);
#define FIELD_U32(name) m.name = UINT32_MAX - 1;
#define FIELD_I64(name) m.name = INT64_MIN + 1;
#define FIELD_FD(name) m.name = 40 + expected_fds++;
#define MESSAGE_BEGIN(name, sender, receiver, answer)                                                              \
    static int fill_##name(struct jy_msg_##name *out)                                                              \
    {                                                                                                              \
        static struct jy_msg_##name m;                                                                             \
        int expected_fds = 0;
#define MESSAGE_END(name) *out = m; return expected_fds; }
#include "ipc/messages.def"
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
#undef MESSAGE_BEGIN
#undef MESSAGE_END

#define FIELD_TEXT(name, max) assert_string_equal(a->name, b->name);
#define FIELD_BYTES(name, max) assert_true(jy_slice_equal(a->name, b->name));
#define FIELD_U32(name) assert_int_equal(a->name, b->name);
#define FIELD_I64(name) assert_true(a->name == b->name);
#define FIELD_FD(name) assert_int_equal(a->name, b->name);
#define MESSAGE_BEGIN(name, sender, receiver, answer)                                                              \
    static void same_##name(const struct jy_msg_##name *a, const struct jy_msg_##name *b) { (void)a, (void)b;
#define MESSAGE_END(name) }
#include "ipc/messages.def"
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
#undef MESSAGE_BEGIN
#undef MESSAGE_END

static void
frame__every_message_round_trips_at_its_limits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(filler); i++)
        filler[i] = (uint8_t)(i * 31);
#define FIELD_TEXT(name, max)
#define FIELD_BYTES(name, max)
#define FIELD_U32(name)
#define FIELD_I64(name)
#define FIELD_FD(name)
#define MESSAGE_BEGIN(name, sender, receiver, answer)                                                              \
    {                                                                                                              \
        struct jy_msg_##name m;                                                                                    \
        struct jy_buf bytes = { 0 };                                                                               \
        struct jy_frame *frame = calloc(1, sizeof(*frame));                                                        \
        int fds[JY_FRAME_FDS_MAX], count, expected = fill_##name(&m);                                              \
        assert_int_equal(jy_ipc_encode(JY_MSG_##name, &m, &bytes, fds, &count), JY_OK);                            \
        assert_int_equal(count, expected);                                                                         \
        assert_int_equal(jy_ipc_decode(jy_buf_slice(&bytes), fds, count, frame), JY_OK);                           \
        assert_int_equal(frame->type, JY_MSG_##name);                                                              \
        same_##name(&m, &frame->u.name);                                                                           \
        for (size_t cut = 0; cut < bytes.len; cut += bytes.len > 4096 ? bytes.len / 512 : 1)                       \
            assert_int_not_equal(jy_ipc_decode(JY_SLICE(bytes.p, cut), fds, count, frame), JY_OK);                 \
        assert_int_equal(jy_buf_byte(&bytes, 0), JY_OK);                                                           \
        assert_int_not_equal(jy_ipc_decode(jy_buf_slice(&bytes), fds, count, frame), JY_OK);                       \
        bytes.len--;                                                                                               \
        assert_int_not_equal(jy_ipc_decode(jy_buf_slice(&bytes), fds, count + 1, frame), JY_OK);                   \
        jy_buf_free(&bytes);                                                                                       \
        free(frame);                                                                                               \
    }
#define MESSAGE_END(name)
#include "ipc/messages.def"
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
#undef MESSAGE_BEGIN
#undef MESSAGE_END
}

/* The table is the talk graph: no room sends or hears what is not its own. */
static void
talk_graph__only_what_the_table_says(void **state)
{
    static const enum jy_room rooms[] = { JY_ROOM_SUPERVISOR, JY_ROOM_WEB, JY_ROOM_DOC, JY_ROOM_KEY, JY_ROOM_LINK, JY_ROOM_PAGE };
    struct jy_msg_KEY_HELLO hello = { 0 };
    struct jy_frame frame;
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(jy_ipc_send(pair[0], rooms[i], JY_MSG_KEY_HELLO, &hello), rooms[i] == JY_ROOM_WEB ? JY_OK : JY_E_FORBIDDEN);
    assert_int_equal(jy_ipc_receive(pair[1], JY_ROOM_DOC, 1000, &frame), JY_E_FORBIDDEN);
    assert_int_equal(jy_ipc_send(pair[0], JY_ROOM_WEB, JY_MSG_KEY_HELLO, &hello), JY_OK);
    assert_int_equal(jy_ipc_receive(pair[1], JY_ROOM_KEY, 1000, &frame), JY_OK);
    assert_int_equal(frame.type, JY_MSG_KEY_HELLO);
    jy_frame_free(&frame);
    assert_int_equal(jy_ipc_receive(pair[1], JY_ROOM_KEY, 20, &frame), JY_E_UNAVAILABLE);
    close(pair[0]);
    assert_int_equal(jy_ipc_receive(pair[1], JY_ROOM_KEY, -1, &frame), JY_E_UNAVAILABLE);
    close(pair[1]);
    for (int t = 1; t < JY_MSG__COUNT; t++) {          /* every request has an answer that goes back */
        const struct jy_message_info *info = jy_message_info((enum jy_message_type)t);
        if (info->reply != JY_MSG_NONE) {
            assert_int_equal(jy_message_info(info->reply)->from, info->to);
            assert_int_equal(jy_message_info(info->reply)->to, info->from);
        }
    }
}

static void
socket__carries_memfds_and_closes_what_is_not_taken(void **state)
{
    struct jy_msg_DOC_INSPECT m = { .document = memfd_create("test", 0), .now = 7 };
    struct jy_frame frame;
    char text[6] = "";
    int pair[2], fd;

    (void)state;
    assert_int_equal(write(m.document, "hello", 5), 5);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(jy_ipc_send(pair[0], JY_ROOM_WEB, JY_MSG_DOC_INSPECT, &m), JY_OK);
    assert_int_equal(jy_ipc_receive(pair[1], JY_ROOM_DOC, 1000, &frame), JY_OK);
    fd = frame.u.DOC_INSPECT.document;
    assert_int_equal(pread(fd, text, 5, 0), 5);
    assert_string_equal(text, "hello");
    jy_frame_free(&frame);
    assert_int_equal(pread(fd, text, 5, 0), -1);
    close(m.document);
    close(pair[0]);
    close(pair[1]);
}

static struct jy_stamp_order
an_order(void)
{
    static struct jy_order_place places[] = {
        { .page = 3, .x_um = 120500, .y_um = -1, .width_um = 40000, .height_um = 40000 },
        { .page = 4, .x_um = 200000, .y_um = 9, .width_um = 40000, .height_um = 40000, .clipped = true, .clip_width_um = 2000, .clip_height_um = 40000 },
    };
    struct jy_stamp_order o = { .places = places, .place_count = 2, .amount_fen = 1234567, .copies = 3, .created = 1780000000, .expires = 1780003600 };
    strcpy(o.order_id, "order-1");
    strcpy(o.seal_key_id, "seal-1");
    strcpy(o.es_id, "1201010000001");
    strcpy(o.property_info, "/Doc_0/Signs/Sign_0/Signature.xml");
    strcpy(o.category, "agreement");
    strcpy(o.purpose, "合同");
    strcpy(o.requester, "person-1");
    memset(o.document_digest, 1, 32);
    memset(o.data_hash, 2, 32);
    return o;
}

static jy_err
check(const struct jy_buf *approval, const struct jy_buf *subject, const struct jy_sm2 *approver)
{
    uint8_t digest[JY_SM3_SIZE];
    struct jy_approval a;
    jy_err rc;

    assert_int_equal(jy_sm3(jy_buf_slice(subject), digest), JY_OK);
    return (rc = jy_approval_parse(jy_buf_slice(approval), &a, NULL)) != JY_OK ? rc : jy_approval_check(&a, digest, approver, NULL);
}

/* R16.1: an approval is of one order, whole, by one approver. */
static void
approval__fits_no_changed_byte_of_the_order_and_no_other_key(void **state)
{
    struct jy_stamp_order order = an_order(), back;
    struct jy_buf der = { 0 }, approval = { 0 };
    struct jy_approval a = { .step = 1 };
    struct jy_sm2 *approver, *other;

    (void)state;
    assert_int_equal(jy_sm2_generate(&approver), JY_OK);
    assert_int_equal(jy_sm2_generate(&other), JY_OK);
    assert_int_equal(jy_stamp_order_encode(&order, &der), JY_OK);
    assert_int_equal(jy_stamp_order_parse(jy_buf_slice(&der), &back, NULL), JY_OK);
    assert_int_equal(back.place_count, order.place_count);
    assert_memory_equal(back.places, order.places, order.place_count * sizeof(order.places[0]));
    jy_stamp_order_free(&back);
    assert_int_equal(back.place_count, 0);
    a.time = 1780000100;
    strcpy(a.approver_key_id, "approver-1");
    assert_int_equal(jy_sm3(jy_buf_slice(&der), a.subject_digest), JY_OK);
    assert_int_equal(jy_approval_make(&a, approver, &approval), JY_OK);
    assert_int_equal(check(&approval, &der, approver), JY_OK);
    assert_int_equal(check(&approval, &der, other), JY_E_NO_APPROVAL);
    for (size_t i = 0; i < der.len; i++) {
        der.p[i] ^= 1;
        assert_int_equal(check(&approval, &der, approver), JY_E_NO_APPROVAL);
        der.p[i] ^= 1;
        assert_int_not_equal(jy_stamp_order_parse(JY_SLICE(der.p, i), &back, NULL), JY_OK);
        jy_stamp_order_free(&back);
    }
    for (size_t i = 0; i < approval.len; i++) {
        approval.p[i] ^= 1;
        assert_int_not_equal(check(&approval, &der, approver), JY_OK);
        approval.p[i] ^= 1;
    }
    jy_buf_free(&der);
    jy_buf_free(&approval);
    jy_sm2_free(approver);
    jy_sm2_free(other);
}

static void
secret__opens_only_for_its_key_purpose_object_and_time(void **state)
{
    struct jy_secret secret = { .purpose = "stamp", .object = "order-1", .time = 1780000000, .pin = "Pin-12345678" }, out;
    struct jy_buf sealed = { 0 };
    struct jy_sm2 *key, *other;

    (void)state;
    assert_int_equal(jy_sm2_generate(&key), JY_OK);
    assert_int_equal(jy_sm2_generate(&other), JY_OK);
    assert_int_equal(jy_secret_seal(key, &secret, &sealed), JY_OK);
#define OPEN(k, purpose, object, now) jy_secret_open(k, jy_buf_slice(&sealed), purpose, object, now, &out, NULL)
    assert_int_equal(OPEN(key, "stamp", "order-1", 1780000600), JY_OK);
    assert_string_equal(out.pin, "Pin-12345678");
    assert_int_equal(OPEN(key, "stamp", "order-1", 1780000601), JY_E_SECRET_STALE);
    assert_string_equal(out.pin, "");
    assert_int_equal(OPEN(key, "stamp", "order-1", 1779999399), JY_E_SECRET_STALE);
    assert_int_equal(OPEN(key, "stamp", "order-2", 1780000000), JY_E_SECRET_UNREADABLE);
    assert_int_equal(OPEN(key, "approve", "order-1", 1780000000), JY_E_SECRET_UNREADABLE);
    assert_int_equal(OPEN(other, "stamp", "order-1", 1780000000), JY_E_SECRET_UNREADABLE);
    for (size_t i = 0; i < sealed.len; i += 5) {
        sealed.p[i] ^= 1;
        assert_int_not_equal(OPEN(key, "stamp", "order-1", 1780000000), JY_OK);
        sealed.p[i] ^= 1;
    }
    jy_buf_free(&sealed);
    jy_sm2_free(key);
    jy_sm2_free(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame__every_message_round_trips_at_its_limits),
        cmocka_unit_test(talk_graph__only_what_the_table_says),
        cmocka_unit_test(socket__carries_memfds_and_closes_what_is_not_taken),
        cmocka_unit_test(approval__fits_no_changed_byte_of_the_order_and_no_other_key),
        cmocka_unit_test(secret__opens_only_for_its_key_purpose_object_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

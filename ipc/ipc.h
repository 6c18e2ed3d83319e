/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipc.h: typed messages between rooms over socketpairs that jinyind made. Frames: "JYF1", type u16, fd count u16, length u32,
 * fields in the order of messages.def, big-endian, checked to the last byte. Memfds ride on the frame's first byte.
 */
#ifndef JY_IPC_H
#define JY_IPC_H

#include <jinyin/base.h>

enum jy_room { JY_ROOM_NONE, JY_ROOM_ANY, JY_ROOM_SUPERVISOR, JY_ROOM_WEB, JY_ROOM_DOC, JY_ROOM_KEY, JY_ROOM_LINK, JY_ROOM_PAGE,
               JY_ROOM_LAST = JY_ROOM_PAGE };
const char *jy_room_name(enum jy_room room);

enum jy_message_type {
    JY_MSG_NONE = 0,
#define MESSAGE_BEGIN(name, from, to, reply) JY_MSG_##name,
#define MESSAGE_END(name)
#define FIELD_TEXT(name, max)
#define FIELD_BYTES(name, max)
#define FIELD_U32(name)
#define FIELD_I64(name)
#define FIELD_FD(name)
#include "ipc/messages.def"
#undef MESSAGE_BEGIN
#undef MESSAGE_END
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
    JY_MSG__COUNT
};

/* struct jy_msg_DOC_INSPECT { int document; int64_t now; } and so on. Bytes are borrowed: from the caller when sending, from the
 * frame when received. A received fd belongs to the receiver; jy_frame_free closes those not taken (set the field to -1 to take). */
#define MESSAGE_BEGIN(name, from, to, reply) struct jy_msg_##name { char jy_unused_[1];
#define MESSAGE_END(name) };
#define FIELD_TEXT(name, max) char name[(max) + 1];
#define FIELD_BYTES(name, max) struct jy_slice name;
#define FIELD_U32(name) uint32_t name;
#define FIELD_I64(name) int64_t name;
#define FIELD_FD(name) int name;
#include "ipc/messages.def"
#undef MESSAGE_BEGIN
#undef MESSAGE_END
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD

#define JY_FRAME_MAX ((4u << 20) + (64u << 10))      /* the largest message, every field at its limit, with its heads */
#define JY_FRAME_FDS_MAX 4

/** A received message: type, and the union member of that type. */
struct jy_frame {
    enum jy_message_type type;
    union {
#define MESSAGE_BEGIN(name, from, to, reply) struct jy_msg_##name name;
#define MESSAGE_END(name)
#define FIELD_TEXT(name, max)
#define FIELD_BYTES(name, max)
#define FIELD_U32(name)
#define FIELD_I64(name)
#define FIELD_FD(name)
#include "ipc/messages.def"
#undef MESSAGE_BEGIN
#undef MESSAGE_END
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
    } u;
    struct jy_buf bytes;                 /* what the fields borrow from; wiped when freed */
    int fds[JY_FRAME_FDS_MAX];           /* not yet taken */
    int fd_count;
};

/**
 * Send one message of `type`; message points to its struct. from must be its sender in the table (JY_E_FORBIDDEN).
 * Errors: JY_E_LIMIT a field is longer than the table says, JY_E_UNAVAILABLE the peer is gone, JY_E_IO.
 */
JY_CHECK jy_err jy_ipc_send(int fd, enum jy_room from, enum jy_message_type type, const void *message);
/** Convenience: an ERROR message from a fault (or from a bare code when fault is NULL or empty). */
JY_CHECK jy_err jy_ipc_send_error(int fd, enum jy_room from, jy_err err, const struct jy_fault *fault);
/**
 * Receive one message for `to`. Errors: JY_E_UNAVAILABLE end of stream, JY_E_FORMAT malformed or leftover bytes,
 * JY_E_FORBIDDEN not for this room per the table, JY_E_LIMIT. deadline_ms < 0 = wait for ever; JY_E_UNAVAILABLE on time-out.
 */
JY_CHECK jy_err jy_ipc_receive(int fd, enum jy_room to, int deadline_ms, struct jy_frame *out);
void jy_frame_free(struct jy_frame *frame);
/** Encode/decode without a socket: tests and fuzzing. fds as in the frame. */
JY_CHECK jy_err jy_ipc_encode(enum jy_message_type type, const void *message, struct jy_buf *out, int fds[JY_FRAME_FDS_MAX], int *fd_count);
JY_CHECK jy_err jy_ipc_decode(struct jy_slice bytes, const int *fds, int fd_count, struct jy_frame *out);

struct jy_message_info { const char *name; enum jy_room from, to; enum jy_message_type reply; int fd_count; };
const struct jy_message_info *jy_message_info(enum jy_message_type type);

#endif

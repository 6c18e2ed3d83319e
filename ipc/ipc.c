/* SPDX-License-Identifier: Apache-2.0 */
/* Frames and their fields: everything here is unfolded from messages.def. */
#include "ipc/ipc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD 12                       /* "JYF1", type u16, fd count u16, length u32 */
static const uint8_t magic[4] = { 'J', 'Y', 'F', '1' };

const char *
jy_room_name(enum jy_room room)
{
    static const char *const names[] = { "none", "any", "supervisor", "web", "doc", "key", "link", "page" };

    return (unsigned)room < sizeof(names) / sizeof(names[0]) ? names[room] : "none";
}

/* -- the table itself -- */

#define FIELD_TEXT(name, max)
#define FIELD_BYTES(name, max)
#define FIELD_U32(name)
#define FIELD_I64(name)
#define FIELD_FD(name) +1
#define MESSAGE_BEGIN(name, sender, receiver, answer) [JY_MSG_##name] = { #name, JY_ROOM_##sender, JY_ROOM_##receiver, JY_MSG_##answer, 0
#define MESSAGE_END(name) },
static const struct jy_message_info infos[JY_MSG__COUNT] = {
#include "ipc/messages.def"
};
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
#undef MESSAGE_BEGIN
#undef MESSAGE_END

const struct jy_message_info *
jy_message_info(enum jy_message_type type)
{
    return (unsigned)type < JY_MSG__COUNT && infos[type].name != NULL ? &infos[type] : NULL;
}

/* -- writing fields -- */

static jy_err
put_u32(struct jy_buf *out, uint32_t v)
{
    uint8_t bytes[4] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v };

    return jy_buf_add(out, JY_SLICE(bytes, 4));
}

static jy_err
put_i64(struct jy_buf *out, int64_t v)
{
    jy_err rc = put_u32(out, (uint32_t)((uint64_t)v >> 32));

    return rc == JY_OK ? put_u32(out, (uint32_t)(uint64_t)v) : rc;
}

static jy_err
put_bytes(struct jy_buf *out, struct jy_slice bytes, size_t max)
{
    jy_err rc;

    if (bytes.len > max)
        return JY_E_LIMIT;
    if ((rc = put_u32(out, (uint32_t)bytes.len)) != JY_OK)
        return rc;
    return jy_buf_add(out, bytes);
}

static jy_err
put_text(struct jy_buf *out, const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);

    return len > max ? JY_E_LIMIT : put_bytes(out, JY_SLICE(text, len), max);
}

static jy_err
put_fd(int fd, int fds[JY_FRAME_FDS_MAX], int *count)
{
    if (fd < 0 || *count == JY_FRAME_FDS_MAX)
        return JY_E_ARGUMENT;
    fds[(*count)++] = fd;
    return JY_OK;
}

#define MESSAGE_BEGIN(name, sender, receiver, answer)                                                                  \
    static jy_err encode_##name(const struct jy_msg_##name *m, struct jy_buf *out, int *fds, int *fd_count)            \
    {                                                                                                                  \
        jy_err rc = JY_OK;                                                                                             \
        (void)m, (void)out, (void)fds, (void)fd_count;
#define FIELD_TEXT(name, max) if (rc == JY_OK) rc = put_text(out, m->name, max);
#define FIELD_BYTES(name, max) if (rc == JY_OK) rc = put_bytes(out, m->name, max);
#define FIELD_U32(name) if (rc == JY_OK) rc = put_u32(out, m->name);
#define FIELD_I64(name) if (rc == JY_OK) rc = put_i64(out, m->name);
#define FIELD_FD(name) if (rc == JY_OK) rc = put_fd(m->name, fds, fd_count);
#define MESSAGE_END(name) return rc; }
#include "ipc/messages.def"
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
#undef MESSAGE_BEGIN
#undef MESSAGE_END

jy_err
jy_ipc_encode(enum jy_message_type type, const void *message, struct jy_buf *out, int fds[JY_FRAME_FDS_MAX], int *fd_count)
{
    size_t start = out->len, length;
    jy_err rc;

    *fd_count = 0;
    if (jy_message_info(type) == NULL)
        return JY_E_ARGUMENT;
    if ((rc = jy_buf_add(out, JY_SLICE(magic, 4))) != JY_OK || (rc = put_i64(out, 0)) != JY_OK)
        return rc;
    switch (type) {
#define FIELD_TEXT(name, max)
#define FIELD_BYTES(name, max)
#define FIELD_U32(name)
#define FIELD_I64(name)
#define FIELD_FD(name)
#define MESSAGE_BEGIN(name, sender, receiver, answer) case JY_MSG_##name: rc = encode_##name(message, out, fds, fd_count); break;
#define MESSAGE_END(name)
#include "ipc/messages.def"
#undef MESSAGE_BEGIN
#undef MESSAGE_END
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
    case JY_MSG_NONE:
    case JY_MSG__COUNT:
        rc = JY_E_ARGUMENT;
    }
    length = out->len - start - HEAD;
    if (rc == JY_OK && out->len - start > JY_FRAME_MAX)
        rc = JY_E_LIMIT;
    if (rc != JY_OK) {
        out->len = start;
        return rc;
    }
    out->p[start + 4] = (uint8_t)((unsigned)type >> 8);
    out->p[start + 5] = (uint8_t)type;
    out->p[start + 7] = (uint8_t)*fd_count;
    for (int i = 0; i < 4; i++)
        out->p[start + 8 + (size_t)i] = (uint8_t)(length >> (8 * (3 - i)));
    return JY_OK;
}

/* -- reading fields -- */

static jy_err
get_u32(struct jy_slice *in, uint32_t *out)
{
    if (in->len < 4)
        return JY_E_FORMAT;
    *out = (uint32_t)in->p[0] << 24 | (uint32_t)in->p[1] << 16 | (uint32_t)in->p[2] << 8 | in->p[3];
    in->p += 4;
    in->len -= 4;
    return JY_OK;
}

static jy_err
get_i64(struct jy_slice *in, int64_t *out)
{
    uint32_t high, low;
    jy_err rc;

    if ((rc = get_u32(in, &high)) != JY_OK || (rc = get_u32(in, &low)) != JY_OK)
        return rc;
    *out = (int64_t)((uint64_t)high << 32 | low);
    return JY_OK;
}

static jy_err
get_bytes(struct jy_slice *in, struct jy_slice *out, size_t max)
{
    uint32_t len;
    jy_err rc;

    if ((rc = get_u32(in, &len)) != JY_OK)
        return rc;
    if (len > max)
        return JY_E_LIMIT;
    if (len > in->len)
        return JY_E_FORMAT;
    *out = JY_SLICE(in->p, len);
    in->p += len;
    in->len -= len;
    return JY_OK;
}

static jy_err
get_text(struct jy_slice *in, char *out, size_t max)
{
    struct jy_slice bytes;
    jy_err rc;

    if ((rc = get_bytes(in, &bytes, max)) != JY_OK)
        return rc;
    if (bytes.len > 0 && memchr(bytes.p, 0, bytes.len) != NULL)
        return JY_E_FORMAT;
    if (bytes.len > 0)
        memcpy(out, bytes.p, bytes.len);
    out[bytes.len] = '\0';
    return JY_OK;
}

static jy_err
get_fd(const int *fds, int fd_count, int *next, int *out)
{
    if (*next >= fd_count)
        return JY_E_FORMAT;
    *out = fds[(*next)++];
    return JY_OK;
}

#define MESSAGE_BEGIN(name, sender, receiver, answer)                                                                  \
    static jy_err decode_##name(struct jy_slice *in, const int *fds, int fd_count, int *next, struct jy_msg_##name *m) \
    {                                                                                                                  \
        jy_err rc = JY_OK;                                                                                             \
        (void)in, (void)fds, (void)fd_count, (void)next, (void)m;
#define FIELD_TEXT(name, max) if (rc == JY_OK) rc = get_text(in, m->name, max);
#define FIELD_BYTES(name, max) if (rc == JY_OK) rc = get_bytes(in, &m->name, max);
#define FIELD_U32(name) if (rc == JY_OK) rc = get_u32(in, &m->name);
#define FIELD_I64(name) if (rc == JY_OK) rc = get_i64(in, &m->name);
#define FIELD_FD(name) if (rc == JY_OK) rc = get_fd(fds, fd_count, next, &m->name);
#define MESSAGE_END(name) return rc; }
#include "ipc/messages.def"
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
#undef MESSAGE_BEGIN
#undef MESSAGE_END

/* Decode bytes that the frame owns (frame->bytes) or that outlive it. */
static jy_err
decode(struct jy_slice bytes, const int *fds, int fd_count, struct jy_frame *out)
{
    unsigned type;
    uint32_t length;
    struct jy_slice in = bytes;
    int next = 0;
    jy_err rc = JY_E_FORMAT;

    if (bytes.len < HEAD || memcmp(bytes.p, magic, 4) != 0)
        return JY_E_FORMAT;
    type = (unsigned)bytes.p[4] << 8 | bytes.p[5];
    in.p += 8;
    in.len -= 8;
    if (get_u32(&in, &length) != JY_OK || length != in.len || bytes.p[6] != 0 || bytes.p[7] != fd_count || type >= JY_MSG__COUNT ||
        jy_message_info((enum jy_message_type)type) == NULL || infos[type].fd_count != fd_count)
        return JY_E_FORMAT;
    switch ((enum jy_message_type)type) {
#define FIELD_TEXT(name, max)
#define FIELD_BYTES(name, max)
#define FIELD_U32(name)
#define FIELD_I64(name)
#define FIELD_FD(name)
#define MESSAGE_BEGIN(name, sender, receiver, answer)                                                                  \
    case JY_MSG_##name: rc = decode_##name(&in, fds, fd_count, &next, &out->u.name); break;
#define MESSAGE_END(name)
#include "ipc/messages.def"
#undef MESSAGE_BEGIN
#undef MESSAGE_END
#undef FIELD_TEXT
#undef FIELD_BYTES
#undef FIELD_U32
#undef FIELD_I64
#undef FIELD_FD
    case JY_MSG_NONE:
    case JY_MSG__COUNT:
        break;
    }
    if (rc == JY_OK && in.len != 0)
        rc = JY_E_TRAILING;
    if (rc == JY_OK)
        out->type = (enum jy_message_type)type;
    return rc;
}

jy_err
jy_ipc_decode(struct jy_slice bytes, const int *fds, int fd_count, struct jy_frame *out)
{
    memset(out, 0, sizeof(*out));
    return decode(bytes, fds, fd_count, out);
}

void
jy_frame_free(struct jy_frame *frame)
{
    for (int i = 0; i < frame->fd_count; i++)
        if (frame->fds[i] >= 0)
            close(frame->fds[i]);
    frame->fd_count = 0;
    jy_buf_wipe(&frame->bytes);
    jy_wipe(&frame->u, sizeof(frame->u));
    frame->type = JY_MSG_NONE;
}

/* -- sockets -- */

static bool
may_send(enum jy_room from, enum jy_message_type type)
{
    const struct jy_message_info *info = jy_message_info(type);

    return info != NULL && (info->from == from || info->from == JY_ROOM_ANY);
}

static bool
may_receive(enum jy_room to, enum jy_message_type type)
{
    const struct jy_message_info *info = jy_message_info(type);

    return info != NULL && (info->to == to || info->to == JY_ROOM_ANY);
}

static jy_err
send_all(int fd, struct jy_slice bytes, const int *fds, int fd_count)
{
    union { char space[CMSG_SPACE(sizeof(int) * JY_FRAME_FDS_MAX)]; struct cmsghdr align; } control;
    size_t fds_len = sizeof(int) * (size_t)fd_count;

    while (bytes.len > 0) {
        struct iovec iov = { (void *)(uintptr_t)bytes.p, bytes.len };
        struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
        ssize_t n;
        if (fds_len > 0) {                /* the descriptors ride on the first byte */
            struct cmsghdr *c;
            memset(&control, 0, sizeof(control));
            msg.msg_control = control.space;
            msg.msg_controllen = CMSG_SPACE(fds_len);
            c = CMSG_FIRSTHDR(&msg);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(fds_len);
            memcpy(CMSG_DATA(c), fds, fds_len);
        }
        n = sendmsg(fd, &msg, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return errno == EPIPE || errno == ECONNRESET || errno == EBADF || errno == ENOTCONN ? JY_E_UNAVAILABLE : JY_E_IO;
        fds_len = 0;
        bytes.p += n;
        bytes.len -= (size_t)n;
    }
    return JY_OK;
}

jy_err
jy_ipc_send(int fd, enum jy_room from, enum jy_message_type type, const void *message)
{
    struct jy_buf frame = { 0 };
    int fds[JY_FRAME_FDS_MAX], fd_count;
    jy_err rc;

    if (!may_send(from, type))
        return JY_E_FORBIDDEN;
    if ((rc = jy_ipc_encode(type, message, &frame, fds, &fd_count)) == JY_OK)
        rc = send_all(fd, jy_buf_slice(&frame), fds, fd_count);
    jy_buf_wipe(&frame);
    return rc;
}

jy_err
jy_ipc_send_error(int fd, enum jy_room from, jy_err err, const struct jy_fault *fault)
{
    struct jy_msg_ERROR m = { 0 };

    snprintf(m.code, sizeof(m.code), "%s", jy_err_code(err));
    if (fault != NULL) {
        snprintf(m.where, sizeof(m.where), "%s", fault->where);
        snprintf(m.text, sizeof(m.text), "%s", fault->text);
    }
    return jy_ipc_send(fd, from, JY_MSG_ERROR, &m);
}

static int64_t
now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Read exactly len bytes by the deadline, collecting descriptors. */
static jy_err
receive_exactly(int fd, uint8_t *p, size_t len, int64_t deadline, struct jy_frame *frame)
{
    while (len > 0) {
        union { char space[CMSG_SPACE(sizeof(int) * JY_FRAME_FDS_MAX)]; struct cmsghdr align; } control;
        struct iovec iov = { p, len };
        struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space) };
        struct pollfd pfd = { .fd = fd, .events = POLLIN };
        int64_t left = deadline < 0 ? -1 : deadline - now_ms();
        ssize_t n;
        int ready = deadline >= 0 && left <= 0 ? 0 : poll(&pfd, 1, (int)left);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return JY_E_UNAVAILABLE;
        n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return JY_E_UNAVAILABLE;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
            size_t count = c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
            for (size_t i = 0; i < count; i++) {
                int got;
                memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
                if (frame->fd_count < JY_FRAME_FDS_MAX)
                    frame->fds[frame->fd_count++] = got;
                else
                    close(got);
            }
        }
        if ((msg.msg_flags & MSG_CTRUNC) != 0)
            return JY_E_FORMAT;
        p += n;
        len -= (size_t)n;
    }
    return JY_OK;
}

jy_err
jy_ipc_receive(int fd, enum jy_room to, int deadline_ms, struct jy_frame *out)
{
    int64_t deadline = deadline_ms < 0 ? -1 : now_ms() + deadline_ms;
    struct jy_slice rest;
    uint32_t length;
    jy_err rc;

    memset(out, 0, sizeof(*out));
    if ((rc = jy_buf_reserve(&out->bytes, HEAD)) != JY_OK || (rc = receive_exactly(fd, out->bytes.p, HEAD, deadline, out)) != JY_OK)
        goto out;
    out->bytes.len = HEAD;
    rest = JY_SLICE(out->bytes.p + 8, 4);
    if (memcmp(out->bytes.p, magic, 4) != 0 || get_u32(&rest, &length) != JY_OK) {
        rc = JY_E_FORMAT;
        goto out;
    }
    if (length > JY_FRAME_MAX - HEAD) {
        rc = JY_E_LIMIT;
        goto out;
    }
    if ((rc = jy_buf_reserve(&out->bytes, length)) != JY_OK || (rc = receive_exactly(fd, out->bytes.p + HEAD, length, deadline, out)) != JY_OK)
        goto out;
    out->bytes.len += length;
    if ((rc = decode(jy_buf_slice(&out->bytes), out->fds, out->fd_count, out)) == JY_OK && !may_receive(to, out->type))
        rc = JY_E_FORBIDDEN;
out:
    if (rc != JY_OK)
        jy_frame_free(out);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/room/control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Both sides are built together and run on one machine: the packet is the struct, in its own order of bytes. */
struct packet {
    char magic[4];
    uint32_t kind, peer, id;
    char name[16];
};
static const char magic[4] = { 'J', 'Y', 'C', '1' };

static const struct { bool carries_fd, has_name, has_peer; } kinds[JY_CONTROL__COUNT] = {
    [JY_CONTROL_DESCRIPTOR] = { true, true, false },
    [JY_CONTROL_ATTACH] = { true, false, true },
};

static bool
is_message(const struct jy_control *m)
{
    return m->kind >= JY_CONTROL_DESCRIPTOR && m->kind < JY_CONTROL__COUNT && (m->fd >= 0) == kinds[m->kind].carries_fd &&
           (m->name[0] != '\0') == kinds[m->kind].has_name && memchr(m->name, 0, sizeof(m->name)) != NULL &&
           (kinds[m->kind].has_peer ? m->peer >= JY_ROOM_WEB && m->peer <= JY_ROOM_LAST : m->peer == JY_ROOM_NONE);
}

jy_err
jy_control_send(int socket, const struct jy_control *message)
{
    union { char space[CMSG_SPACE(sizeof(int))]; struct cmsghdr align; } control = { { 0 } };
    struct packet packet = { .kind = message->kind, .peer = message->peer, .id = message->id };
    struct iovec iov = { &packet, sizeof(packet) };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
    ssize_t n;

    if (!is_message(message))
        return JY_E_ARGUMENT;
    memcpy(packet.magic, magic, sizeof(magic));
    memcpy(packet.name, message->name, sizeof(packet.name));
    if (message->fd >= 0) {
        struct cmsghdr *c;
        msg.msg_control = control.space;
        msg.msg_controllen = sizeof(control.space);
        c = CMSG_FIRSTHDR(&msg);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &message->fd, sizeof(int));
    }
    do
        n = sendmsg(socket, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(packet) ? JY_OK : JY_E_UNAVAILABLE;
}

jy_err
jy_control_receive(int socket, struct jy_control *out)
{
    /* Room for two descriptors: a second one must be seen to be refused. */
    union { char space[CMSG_SPACE(2 * sizeof(int))]; struct cmsghdr align; } control = { { 0 } };
    struct packet packet = { { 0 } };
    struct iovec iov = { &packet, sizeof(packet) };
    struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof(control.space) };
    int fds[2] = { -1, -1 };
    size_t count = 0;
    ssize_t n;

    *out = (struct jy_control){ .fd = -1 };
    do
        n = recvmsg(socket, &msg, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return JY_E_UNAVAILABLE;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            memcpy(fds, CMSG_DATA(c), count * sizeof(int));
        }
    *out = (struct jy_control){ .kind = (enum jy_control_kind)packet.kind, .peer = (enum jy_room)packet.peer, .id = packet.id,
                                .fd = fds[0] };
    memcpy(out->name, packet.name, sizeof(packet.name));
    if (n == (ssize_t)sizeof(packet) && (msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && count <= 1 &&
        memcmp(packet.magic, magic, sizeof(magic)) == 0 && is_message(out))
        return JY_OK;
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
    *out = (struct jy_control){ .fd = -1 };
    return JY_E_FORMAT;
}

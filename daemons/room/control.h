/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h: what jinyind and a room say to each other over the room's control socket (fd 3, SOCK_SEQPACKET): one packet a message,
 * of one fixed size, at most one descriptor. Private to the frame: rooms see room.h only.
 */
#ifndef JY_CONTROL_H
#define JY_CONTROL_H

#include "ipc/ipc.h"

#define JY_CONTROL_FD 3               /* where a room finds its control socket … */
#define JY_CONFIG_FD 4                /* … and its part of the configuration, JSON */

enum jy_control_kind {
    JY_CONTROL_DESCRIPTOR = 1,        /* jinyind → room, before START: an inherited descriptor and its name */
    JY_CONTROL_START,                 /* jinyind → room: all descriptors have been handed over */
    JY_CONTROL_READY,                 /* room → jinyind: I serve now */
    JY_CONTROL_ATTACH,                /* jinyind → room: an end of the connection `id` with `peer` */
    JY_CONTROL_LOST,                  /* serving room → jinyind: connection `id` has ended, make me another */
    JY_CONTROL_STOP,                  /* jinyind → room: finish what you are at and exit */
    JY_CONTROL__COUNT
};

struct jy_control {
    enum jy_control_kind kind;
    enum jy_room peer;                /* ATTACH */
    uint32_t id;                      /* ATTACH, LOST: never used twice by one jinyind */
    char name[16];                    /* DESCRIPTOR */
    int fd;                           /* ATTACH, DESCRIPTOR; -1 otherwise */
};

/**
 * Send one message; never blocks. fd stays the caller's. Errors: JY_E_ARGUMENT not a message of the table (a descriptor missing or
 * too many, no name), JY_E_UNAVAILABLE the other side is gone or does not read.
 */
JY_CHECK jy_err jy_control_send(int socket, const struct jy_control *message);
/**
 * Receive one message, waiting for it; a received fd is the caller's, close-on-exec. Errors: JY_E_UNAVAILABLE end of stream,
 * JY_E_FORMAT anything but one whole message (its descriptors are closed).
 */
JY_CHECK jy_err jy_control_receive(int socket, struct jy_control *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* setup.h: what jinyind has before the first room starts: configuration, folders, the lock, listening sockets, the rooms' folder. */
#ifndef JY_JINYIND_SETUP_H
#define JY_JINYIND_SETUP_H

#include "daemons/room/config.h"
#include "ipc/node.h"

struct setup {
    enum jy_node node;            /* which decides what rooms there are (N7) */
    json_t *config;               /* every key of config.def, paths absolute */
    char rooms[4096];             /* folder of jinyin-web and the others */
    int lock;                     /* flock of <data_dir>/jinyind.lock: one jinyind a data folder */
    int http, http_loopback;      /* listening, non-blocking; http_loopback is -1 when the port is 0 */
};

/** Read the configuration file; out->config. Errors as jy_config_read and jy_node_read, JY_E_IO. */
JY_CHECK jy_err setup_config(const char *path, struct setup *out, struct jy_fault *fault);
/** Everything else. Errors: JY_E_IO with the key or path concerned, JY_E_CONFLICT another jinyind has the data folder or the socket. */
JY_CHECK jy_err setup_open(struct setup *setup, struct jy_fault *fault);
/** Ends the setup; the Unix socket's name goes. */
void setup_close(struct setup *setup);
const char *setup_text(const struct setup *setup, const char *key);
int setup_int(const struct setup *setup, const char *key);

#endif

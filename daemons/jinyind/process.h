/* SPDX-License-Identifier: Apache-2.0 */
/* process.h: a room's process as jinyind sees it, and the file that names them all to an operator. */
#ifndef JY_JINYIND_PROCESS_H
#define JY_JINYIND_PROCESS_H

#include "ipc/ipc.h"

#include <sys/types.h>

struct process {
    enum jy_room room;
    pid_t pid;                        /* 0: not running */
    int control;                      /* -1: not running, or it closed its end */
    bool ready;
    int64_t started, start_at;        /* milliseconds; start_at only when not running */
    unsigned quick_ends;
};

/**
 * Write <data_dir>/pids.json anew, whole or not at all: {"jinyind":n,"web":n,"doc":[n,…],"key":n,"link":n,"page":[n,…]}; null stands for a process
 * that is not running. A failure is logged: no room depends on the file.
 */
void pids_write(const char *data_dir, const struct process *processes, size_t count);
void pids_remove(const char *data_dir);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JY_JINYIND_SPAWN_H
#define JY_JINYIND_SPAWN_H

#include "daemons/jinyind/setup.h"

#include <sys/types.h>

/**
 * Start the program of a room with a clean environment, in a process group of its own, its part of the configuration at fd 4 and its
 * end of a new control socket at fd 3; named descriptors and START have been sent. *control is the caller's, non-inheritable.
 * Errors: JY_E_IO, JY_E_NOMEM.
 */
JY_CHECK jy_err spawn_room(const struct setup *setup, enum jy_room room, pid_t *pid, int *control, struct jy_fault *fault);

#endif

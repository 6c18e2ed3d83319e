/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JY_JINYIND_SUPERVISOR_H
#define JY_JINYIND_SUPERVISOR_H

#include "daemons/jinyind/setup.h"

/**
 * Start the rooms, keep them alive and connected as messages.def says, until SIGTERM or SIGINT; then stop them, web first. Returns
 * when none lives any more. Errors: JY_E_IO, JY_E_NOMEM before the first room has started.
 */
JY_CHECK jy_err supervise(const struct setup *setup, struct jy_fault *fault);

#endif

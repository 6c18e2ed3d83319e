/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h: a seal's life told to the national platform (R5.2): 207 publish, 108 extend, 209 deactivate, through the outbox. */
#ifndef JY_PLATFORM_H
#define JY_PLATFORM_H

#include "daemons/web/filing.h"
#include "daemons/web/outbox.h"

/** Once, before the threads: where it is ("" = not connected: nothing is told) and what it calls this system. Errors: JY_E_BAD_FIELD. */
JY_CHECK jy_err platform_configure(const char *url, const char *system_id, struct jy_fault *fault);
bool platform_is_connected(void);
/** The event of this change, if the platform is connected and the change concerns it; in the same transaction, with the seal as it is now. */
JY_CHECK jy_err platform_tell(struct db_tx *tx, const struct seal_change *change, struct jy_fault *fault);
/** Deliver one: challenge, signature of key, message. */
outbox_send platform_send;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* clerk.h: the thread for work that waits for counterparts: trust data, evidence, reconciliation. */
#ifndef JY_CLERK_H
#define JY_CLERK_H

#include "daemons/web/web.h"

JY_CHECK jy_err clerk_start(struct web *web);
/** Waits a second; false = it is still in a call. */
bool clerk_stop(struct web *web);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* making.h: what the making of a seal asks of the maker's side. */
#ifndef JY_WEB_MAKING_H
#define JY_WEB_MAKING_H

#include "daemons/web/web.h"

/**
 * R13.4: the workstation that the request names in X-Workstation, which must be registered for the maker who asks: JY_E_WORKSTATION.
 * Without one the id is "", which only a configuration with making_workstation false lets pass.
 */
JY_CHECK jy_err made_at(struct exchange *x, char workstation_id[WEB_ID_SIZE], struct jy_fault *fault);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* inspection.h: R13.6, what runs without a request. */
#ifndef JY_WEB_INSPECTION_H
#define JY_WEB_INSPECTION_H

#include "daemons/web/web.h"

/** Orders to rectify whose day has passed without an answer are OVERDUE (background). */
void rectifications_overdue(struct web *web);

#endif

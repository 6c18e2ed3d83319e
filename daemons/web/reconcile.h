/* SPDX-License-Identifier: Apache-2.0 */
/* reconcile.h: our register against a counterpart's, nightly and on demand; differences are kept and shown, never silently repaired (R5.2). */
#ifndef JY_RECONCILE_H
#define JY_RECONCILE_H

#include "daemons/web/web.h"

/** "HH:MM" → minutes of the UTC day. JY_E_BAD_FIELD. */
JY_CHECK jy_err reconcile_time(const char *text, int *minutes, struct jy_fault *fault);
/** The UTC day (days since 1970) whose nightly run is due at `now`: the last one whose time has come. */
int64_t reconcile_day(jy_time now, int minutes);
/** Ask for today's runs when their time has come, and carry out what is asked for. Slow: it waits for counterparts. */
void reconcile_work(struct web *web);

#endif

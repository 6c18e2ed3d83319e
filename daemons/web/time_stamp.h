/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time_stamp.h: the time stamp of a stamp (RFC 3161). required: no stamp without one. preferred: without one while the authority is away, but no
 * longer than the outage budget. none: never. A stamp whose key has signed and whose time stamp is not there yet stays INTENT and is finished later.
 */
#ifndef JY_WEB_TIME_STAMP_H
#define JY_WEB_TIME_STAMP_H

#include "daemons/web/web.h"

enum time_stamp_policy { TIME_STAMP_NONE, TIME_STAMP_PREFERRED, TIME_STAMP_REQUIRED };
JY_CHECK jy_err time_stamp_policy_read(const char *text, enum time_stamp_policy *out, struct jy_fault *fault);

/** What is done about a stamp, by policy and by how long the authority has been away (0 = it answers). No clock, no I/O. */
enum time_stamp_way { TIME_STAMP_WITHOUT, TIME_STAMP_TRY, TIME_STAMP_STOP };
enum time_stamp_way time_stamp_way(enum time_stamp_policy policy, jy_time away_since, int64_t budget_seconds, jy_time now);

/**
 * Before a stamping begins: may it? Where the answer would be no, the authority is asked once more first.
 * Errors: JY_E_COUNTERPART_DOWN: stamping has stopped until the authority answers; the fault says since when it does not.
 */
JY_CHECK jy_err time_stamp_may_stamp(struct web *web, jy_time now, struct jy_fault *fault);
/**
 * The value with its time stamp in out, or out empty: to be finished without one. Errors: JY_E_COUNTERPART_DOWN: the policy needs one and there
 * is none now; doc's.
 */
JY_CHECK jy_err time_stamp_add(struct web *web, struct jy_slice value, struct jy_buf *out, struct jy_fault *fault);

#endif

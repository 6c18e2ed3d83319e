/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/filing.h"

#include "base/kill_point.h"
#include "daemons/web/platform.h"
#include "daemons/web/webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct column next_columns[] = { { "next", COL_INT }, { NULL, COL_TEXT } };

/* District, day and a running number: 120101-20260131-000042. */
static jy_err
file_with_police(struct db_tx *tx, struct seal_change *c, struct jy_fault *fault)
{
    int year, month, day, hour, minute, second;
    char event_id[WEB_ID_SIZE], when[21];
    json_t *row = NULL, *body;
    jy_err rc;

    if ((rc = fresh_id(event_id)) != JY_OK || (rc = rows_first(tx, SQL_FILING_NEXT, NULL, next_columns, &row, fault)) != JY_OK)
        return rc;
    jy_time_civil(c->at, &year, &month, &day, &hour, &minute, &second);
    snprintf(c->filing_number, sizeof(c->filing_number), "%.6s-%04d%02d%02d-%06lld", c->district, year % 10000, month % 100, day % 100,
             (long long)(json_integer_value(json_object_get(row, "next")) % 1000000));
    json_decref(row);
    if ((rc = rows_run(tx, SQL_FILING_INSERT, BINDS(B_TEXT("filing_number", c->filing_number), B_TEXT("event_id", event_id),
                                                    B_TEXT("seal_id", c->seal_id), B_TEXT("district", c->district), B_TEXT("event", c->event),
                                                    B_INT("now", c->at)), NULL, fault)) != JY_OK)
        return rc;
    jy_time_rfc3339(c->at, when);
    if ((body = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?}", "filing_number", c->filing_number, "event", c->event, "state", c->to, "seal_id",
                          c->seal_id, "es_id", c->es_id, "at", when, "reason", c->reason)) == NULL)
        return JY_E_NOMEM;
    if (c->facts != NULL && json_object_update(body, (json_t *)(uintptr_t)c->facts) != 0) {
        json_decref(body);
        return JY_E_NOMEM;
    }
    return outbox_put(tx, event_id, "engraving", c->seal_id, c->at, body, fault);
}

jy_err
seal_change(struct db_tx *tx, struct seal_change *c, struct jy_fault *fault)
{
    jy_err rc;

    /* Not when it was asked for: a stamping that began in between would seem to have begun after the seal's end. */
    if (c->at == 0)
        c->at = jy_now();
    if (c->from != NULL &&
        ((rc = state_after(seal_moves, c->from, c->event, &c->to, fault)) != JY_OK ||
         (rc = move_row(tx, SQL_SEAL_SET_STATE, BINDS(B_TEXT("to", c->to), B_TEXT("seal_id", c->seal_id), B_TEXT("from", c->from)), fault)) != JY_OK))
        return rc;
    if ((rc = rows_run(tx, SQL_SEAL_EVENT_INSERT, BINDS(B_TEXT("seal_id", c->seal_id), B_INT("now", c->at), B_TEXT("event", c->event),
                                                        B_TEXT("state", c->to), B_TEXT("actor_id", c->actor_id), B_TEXT("reason", c->reason)), NULL,
                       fault)) != JY_OK)
        return rc;
    JY_KILL_POINT(seal_moved);
    if ((rc = file_with_police(tx, c, fault)) != JY_OK)
        return rc;
    JY_KILL_POINT(seal_filed);
    if ((rc = platform_tell(tx, c, fault)) != JY_OK)
        return rc;
    return webhook_tell(tx, "seal", c->event, c->seal_id, c->at, json_pack("{s:s, s:s}", "es_id", c->es_id, "state", c->to), fault);
}

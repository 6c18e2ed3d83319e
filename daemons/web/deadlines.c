/* SPDX-License-Identifier: Apache-2.0 */
/* What time does to applications and certificates: deadlines (R13.2) and reminders (R20.2). Work without a request. */
#include "daemons/web/application.h"
#include "daemons/web/route.h"

#include <string.h>

/* -- applications -- */

static const struct column overdue_columns[] = { { "application_id", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };
static const struct { const char *state, *reason; } reasons[] = {
    { "DRAFT", "not_submitted_in_time" }, { "CORRECTION", "not_corrected_in_time" }, { "SUBMITTED", "not_answered_in_time" },
    { "ACCEPTED", "not_carried_out_in_time" },
};

static jy_err
record_lapse(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct application_change *c = arg;
    jy_err rc = application_change(tx, c, fault);

    return rc != JY_OK ? rc : audit_append(tx, c->at, "application_lapsed", NULL, "deadline", c->application_id, c->reason, JY_EMPTY, fault);
}

void
applications_lapse(struct web *web)
{
    json_t *rows = find_rows_or_log(web, SQL_APPLICATION_OVERDUE, BINDS(B_INT("now", jy_now())), overdue_columns), *row;
    size_t i;

    json_array_foreach(rows, i, row) {
        struct application_change c = { .web = web, .application_id = member(row, "application_id"), .from = member(row, "state"), .event = "lapse",
                                        .at = jy_now() };
        struct jy_fault fault = { 0 };
        jy_err rc;
        for (size_t r = 0; r < sizeof(reasons) / sizeof(reasons[0]); r++)
            if (strcmp(reasons[r].state, c.from) == 0)
                c.reason = reasons[r].reason;
        if ((rc = db_write(web->db, record_lapse, &c, &fault)) != JY_OK)
            jy_log("error", "application_lapse", "%s %s %s %s", c.application_id, jy_err_code(rc), fault.where, fault.text);
    }
    json_decref(rows);
}

/* -- reminders -- */

static const struct column due_columns[] = { { "seal_id", COL_TEXT }, { "valid_to", COL_INT }, { NULL, COL_TEXT } };

struct reminding { const char *seal_id; int days; jy_time now; };

static jy_err
record_reminder(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct reminding *r = arg;
    jy_err rc = rows_run(tx, SQL_REMINDER_INSERT, BINDS(B_TEXT("seal_id", r->seal_id), B_INT("days", r->days), B_INT("now", r->now)), NULL, fault);

    return rc != JY_OK ? rc : audit_append(tx, r->now, "renewal_reminded", NULL, "deadline", r->seal_id, "ok", JY_EMPTY, fault);
}

/* The nearest first: a seal with one day left is not reminded of thirty. */
void
reminders_write(struct web *web)
{
    size_t count, i;
    const int *days = renewal_reminders(&count);
    jy_time now = jy_now();

    for (size_t d = 0; d < count; d++) {
        json_t *rows = find_rows_or_log(web, SQL_REMINDER_DUE, BINDS(B_INT("now", now), B_INT("until", now + 86400 * days[d]), B_INT("days", days[d])),
                                        due_columns), *row;
        json_array_foreach(rows, i, row) {
            struct reminding r = { member(row, "seal_id"), days[d], now };
            struct jy_fault fault = { 0 };
            jy_err rc = db_write(web->db, record_reminder, &r, &fault);
            if (rc != JY_OK)
                jy_log("error", "reminder", "%s %s %s", r.seal_id, jy_err_code(rc), fault.text);
        }
        json_decref(rows);
    }
}

static const struct column list_columns[] = {
    { "seq", COL_INT }, { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "name", COL_TEXT }, { "kind", COL_TEXT }, { "state", COL_TEXT },
    { "organization_id", COL_TEXT }, { "valid_to", COL_TIME }, { "days", COL_INT }, { "created", COL_TIME }, { NULL, COL_TEXT },
};

jy_err
reminder_list(struct exchange *x, struct jy_fault *fault)
{
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) == JY_OK &&
        (rc = find_rows(x, SQL_REMINDER_LIST, BINDS(B_INT("before", page.before), B_INT("limit", page.limit), SCOPE_CITY(x), SCOPE_ORGANIZATION(x),
                                                    SCOPE_DISTRICT(x)), list_columns, &rows, fault)) == JY_OK)
        rc = answer_page(x, &page, rows);
    return rc;
}

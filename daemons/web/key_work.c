/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R20.1: a seal is replaced by a transaction of the store; the key room destroys the old key after it. Were it told before, a transaction that
 * fails would leave the organization without any seal. Between the two nothing is stamped: an order needs a seal that is ACTIVE in the store.
 */
#include "daemons/web/seal.h"

#include "base/kill_point.h"

#include <string.h>

static const struct column work_columns[] = { { "seq", COL_INT }, { "seal_id", COL_TEXT }, { "state", COL_TEXT }, { NULL, COL_TEXT } };

jy_err
key_work_put(struct db_tx *tx, const char *seal_id, const char *state, jy_time now, struct jy_fault *fault)
{
    return rows_run(tx, SQL_KEY_WORK_INSERT, BINDS(B_TEXT("seal_id", seal_id), B_TEXT("state", state), B_INT("now", now)), NULL, fault);
}

static jy_err
read_open(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return rows_read(tx, SQL_KEY_WORK_OPEN, NULL, work_columns, arg, fault);
}

static jy_err
write_done(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return rows_run(tx, SQL_KEY_WORK_DONE, BINDS(B_INT("now", jy_now()), B_INT("seq", json_integer_value(arg))), NULL, fault);
}

void
key_work_run(struct web *web)
{
    json_t *works = NULL, *work;
    struct jy_fault fault = { 0 };
    size_t i;
    jy_err rc;

    if (web->node == JY_NODE_MAKING)                      /* N7: the stamping node, where the key is, finds the row within a second */
        return;
    rc = db_read(web->db, read_open, &works, &fault);

    json_array_foreach(works, i, work) {
        JY_KILL_POINT(key_work_wanted);
        rc = seal_key_state(web, member(work, "seal_id"), member(work, "state"), JY_EMPTY, &fault);
        JY_KILL_POINT(key_work_carried_out);
        if (rc == JY_OK)
            rc = db_write(web->db, write_done, json_object_get(work, "seq"), &fault);
        if (rc != JY_OK)
            break;                                    /* asked again by the background */
    }
    if (rc != JY_OK)
        jy_log("warning", "key_work_waits", "%s %s %s", jy_err_code(rc), fault.where, fault.text);
    json_decref(works);
}

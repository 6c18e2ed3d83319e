/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/time_stamp.h"

#include <stdio.h>
#include <string.h>

#define COUNTERPART "tsa"
#define REST_SECONDS 2                  /* after a failure nobody waits for the authority again for so long */

jy_err
time_stamp_policy_read(const char *text, enum time_stamp_policy *out, struct jy_fault *fault)
{
    static const char *const names[] = { "none", "preferred", "required" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum time_stamp_policy)i;
            return JY_OK;
        }
    return jy_fail(fault, JY_E_BAD_FIELD, "time_stamp_policy", 0, "must be required, preferred or none");
}

enum time_stamp_way
time_stamp_way(enum time_stamp_policy policy, jy_time away_since, int64_t budget_seconds, jy_time now)
{
    if (policy == TIME_STAMP_NONE)
        return TIME_STAMP_WITHOUT;
    if (away_since == 0)
        return TIME_STAMP_TRY;
    if (policy == TIME_STAMP_REQUIRED || (budget_seconds > 0 && now - away_since >= budget_seconds))
        return TIME_STAMP_STOP;
    return TIME_STAMP_TRY;
}

/* -- since when the authority has been away: kept over a restart, or a budget would begin anew with each -- */

struct outage { jy_time now, since; bool away; };

static jy_err
read_outage(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "since", COL_INT }, { NULL, COL_TEXT } };
    struct outage *o = arg;
    json_t *row = NULL;
    jy_err rc = rows_first(tx, SQL_OUTAGE_OF, BINDS(B_TEXT("counterpart", COUNTERPART)), columns, &row, fault);

    o->since = row == NULL ? 0 : json_integer_value(json_object_get(row, "since"));
    json_decref(row);
    return rc;
}

static jy_err
write_outage(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct outage *o = arg;

    if (!o->away)
        return rows_run(tx, SQL_OUTAGE_END, BINDS(B_TEXT("counterpart", COUNTERPART)), NULL, fault);
    return rows_run(tx, SQL_OUTAGE_BEGIN, BINDS(B_TEXT("counterpart", COUNTERPART), B_INT("now", o->now)), NULL, fault);
}

static jy_err
away_since(struct web *web, jy_time *since, struct jy_fault *fault)
{
    struct outage o = { 0 };
    jy_err rc = db_read(web->db, read_outage, &o, fault);

    *since = o.since;
    return rc;
}

/* The change only: a store that is written at every stamping would be the slower for nothing. */
static jy_err
note(struct web *web, bool away, jy_time known_since, struct jy_fault *fault)
{
    struct outage o = { .now = jy_now(), .away = away };

    if (away == (known_since != 0))
        return JY_OK;
    jy_log(away ? "error" : "info", away ? "tsa_away" : "tsa_back", "the time stamp authority %s", away ? "does not answer" : "answers again");
    return db_write(web->db, write_outage, &o, fault);
}

/* -- asking -- */

static jy_err
ask_authority(struct web *web, struct jy_slice digest, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_msg_LINK_TIME_STAMP ask = { .digest = digest };
    jy_time now = jy_now(), rest;
    jy_err rc;

    pthread_mutex_lock(&web->trust_lock);
    rest = web->tsa_rest_until;
    pthread_mutex_unlock(&web->trust_lock);
    if (now < rest)
        return jy_fail(fault, JY_E_COUNTERPART_DOWN, "tsa_url", 0, "the time stamp authority did not answer a moment ago");
    if ((rc = ask_link(web, JY_MSG_LINK_TIME_STAMP, &ask, reply, fault)) != JY_OK) {
        pthread_mutex_lock(&web->trust_lock);
        web->tsa_rest_until = jy_now() + REST_SECONDS;
        pthread_mutex_unlock(&web->trust_lock);
    }
    return rc;
}

static jy_err
stopped(jy_time since, const struct jy_fault *why, struct jy_fault *fault)
{
    char when[21], text[200];

    jy_time_rfc3339(since == 0 ? jy_now() : since, when);
    snprintf(text, sizeof(text), "%.199s", why->text);
    return jy_fail(fault, JY_E_COUNTERPART_DOWN, "time_stamp_policy", 0, "stamping has stopped: no time stamp since %s; %s", when, text);
}

jy_err
time_stamp_may_stamp(struct web *web, jy_time now, struct jy_fault *fault)
{
    enum time_stamp_policy policy = (enum time_stamp_policy)web->time_stamp_policy;
    struct jy_frame reply = { 0 };
    struct jy_fault why = { 0 };
    uint8_t digest[JY_SM3_SIZE];
    jy_time since;
    jy_err rc;

    if (policy == TIME_STAMP_NONE)
        return JY_OK;
    if ((rc = away_since(web, &since, fault)) != JY_OK || time_stamp_way(policy, since, web->time_stamp_budget, now) != TIME_STAMP_STOP)
        return rc;
    if ((rc = jy_random(digest, sizeof(digest))) != JY_OK)
        return rc;
    rc = ask_authority(web, JY_SLICE(digest, sizeof(digest)), &reply, &why);
    jy_frame_free(&reply);
    return rc == JY_OK ? note(web, false, since, fault) : stopped(since, &why, fault);
}

/* doc takes the value apart, looks whether the token proves what it should under our trust, and puts it in. */
static jy_err
put_in(struct web *web, struct jy_slice value, struct jy_slice token, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_msg_DOC_TIME_STAMP ask = { .value = value, .token = token, .now = jy_now() };
    struct jy_frame reply = { 0 };
    struct jy_buf pem = { 0 };
    jy_err rc;

    if ((rc = trust_pem(web, false, &pem, fault)) != JY_OK)
        return rc;
    ask.trust = jy_buf_slice(&pem);
    if ((rc = ask_doc(web, JY_MSG_DOC_TIME_STAMP, &ask, NULL, &reply, fault)) == JY_OK)
        rc = jy_buf_add(out, reply.u.DOC_TIME_STAMPED.value);
    jy_frame_free(&reply);
    jy_buf_free(&pem);
    return rc;
}

static jy_err
fetch_and_put_in(struct web *web, struct jy_slice value, struct jy_buf *out, struct jy_fault *fault)
{
    struct jy_msg_DOC_IMPRINT ask = { .value = value };
    struct jy_frame imprint = { 0 }, token = { 0 };
    jy_err rc;

    if ((rc = ask_doc(web, JY_MSG_DOC_IMPRINT, &ask, NULL, &imprint, fault)) == JY_OK &&
        (rc = ask_authority(web, imprint.u.DOC_IMPRINT_IS.digest, &token, fault)) == JY_OK)
        rc = put_in(web, value, token.u.LINK_TIME_STAMPED.token, out, fault);
    jy_frame_free(&imprint);
    jy_frame_free(&token);
    return rc;
}

jy_err
time_stamp_add(struct web *web, struct jy_slice value, struct jy_buf *out, struct jy_fault *fault)
{
    enum time_stamp_policy policy = (enum time_stamp_policy)web->time_stamp_policy;
    struct jy_fault why = { 0 };
    jy_time since;
    jy_err rc, kept;

    if (policy == TIME_STAMP_NONE)
        return JY_OK;
    if ((rc = away_since(web, &since, fault)) != JY_OK)
        return rc;
    rc = fetch_and_put_in(web, value, out, &why);
    if (rc != JY_OK)
        out->len = 0;
    if ((kept = note(web, rc != JY_OK, since, fault)) != JY_OK)
        return kept;
    if (rc == JY_OK)
        return JY_OK;
    jy_log("warning", "no_time_stamp", "%s %s", jy_err_code(rc), why.text);
    /* preferred and begun within the budget: finished without one */
    return policy == TIME_STAMP_REQUIRED ? stopped(since, &why, fault) : JY_OK;
}

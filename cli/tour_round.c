/* SPDX-License-Identifier: Apache-2.0 */
/* An application's course, and the outside systems that fail in it. */
#include "cli/tour_round.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MET_SECONDS 5                 /* what is told is on its way by then */
#define PATIENCE_SECONDS 90           /* until everything has arrived */
#define AGAIN_US 200000
#define LOOK_US 20000

/* -- an outside system fails -- */

typedef jy_err (*act)(struct round *, struct jy_fault *);

static jy_err
says_that_it_is_away(struct round *r, jy_err rc, const struct jy_fault *fault)
{
    const char *code = r->tour->life.problem_code;

    if (strcmp(code, "counterpart_down") == 0 || strcmp(code, "counterpart_refused") == 0)
        return JY_OK;
    tour_unexpected(r->tour, "%s %s", code, fault->text);
    return rc;
}

static void
tell_outage(const struct round *r, const char *how, const char *answer, const char *zh, const char *en)
{
    tour_detail("↯ %-7s %s %s → %s %s", r->outage.outside->source, r->outage.outside->zh, how, answer, zh);
    tour_detail("          %s: %s", r->outage.outside->en, en);
}

/* The same again, until the service has found out that the system is back. */
static jy_err
again(struct round *r, act what, struct jy_fault *fault)
{
    jy_time until = jy_now() + PATIENCE_SECONDS;
    jy_err rc;

    while ((rc = what(r, fault)) != JY_OK && strcmp(r->tour->life.problem_code, "counterpart_down") == 0 && jy_now() < until)
        usleep(AGAIN_US);
    return rc;
}

/* What is asked of the outside system: refused clearly, nothing half-done, and good at the next try; or good at once. */
static jy_err
asked(struct round *r, act what, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    const char *how = outages_fault(r->outages, &r->outage);
    char refused[65] = "";
    struct jy_fault unused;
    int met;
    jy_err rc, why;

    if ((rc = outage_begin(life, r->outages, &r->outage, fault)) != JY_OK)
        return rc;
    why = what(r, fault);
    if (why != JY_OK) {
        rc = says_that_it_is_away(r, why, fault);
        snprintf(refused, sizeof(refused), "%s", life->problem_code);
    }
    if ((why = outage_end(life, &r->outage, 0, &met, rc == JY_OK ? fault : &unused)) != JY_OK || rc != JY_OK)
        return rc != JY_OK ? rc : why;
    if (refused[0] != '\0' && (rc = again(r, what, fault)) != JY_OK)
        return rc;
    if (met == 0)
        return JY_OK;
    outages_got_over(r->outages, &r->outage);
    if (refused[0] != '\0')
        tell_outage(r, how, refused, "恢复后再试，成功", "refused meanwhile, done when tried again");
    else
        tell_outage(r, how, "✓", "不受影响", "not affected");
    return JY_OK;
}

/* What is told to it: nobody waits, and it arrives later. */
static jy_err
told(struct round *r, act what, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    struct jy_fault unused;
    int met;
    jy_err rc, end;

    if ((rc = outage_begin(life, r->outages, &r->outage, fault)) != JY_OK)
        return rc;
    rc = what(r, fault);
    end = outage_end(life, &r->outage, rc == JY_OK ? MET_SECONDS : 0, &met, rc == JY_OK ? fault : &unused);
    if (rc != JY_OK || end != JY_OK || met == 0)
        return rc != JY_OK ? rc : end;
    outages_got_over(r->outages, &r->outage);
    tell_outage(r, outages_fault(r->outages, &r->outage), "✓", "业务照常，恢复后送达", "nobody waits for it, delivered after its return");
    return JY_OK;
}

static jy_err
at(struct round *r, enum moment moment, act what, struct jy_fault *fault)
{
    if (!r->outage.chosen || r->outage.outside->moment != moment)
        return what(r, fault);
    return outage_is_told(moment) ? told(r, what, fault) : asked(r, what, fault);
}

/* A person looks at what is dead and sends it again. */
static jy_err
resend_dead(struct life *life, struct jy_fault *fault)
{
    json_t *answer = NULL, *event;
    size_t i;
    jy_err rc = life_get(life, &life->police, "/api/v1/exchange/events?state=DEAD&limit=1000", &answer, fault);

    json_array_foreach(json_object_get(answer, "items"), i, event) {
        json_t *body = json_pack("{s:s}", "reason", "the outside system is back"), *done = NULL;
        char path[256];
        snprintf(path, sizeof(path), "/api/v1/exchange/events/%s/resend", json_string_value(json_object_get(event, "event_id")));
        if (rc == JY_OK)
            rc = life_call(life, &life->police, "POST", path, body, JY_EMPTY, NULL, &done, NULL, fault);
        json_decref(body);
        json_decref(done);
    }
    json_decref(answer);
    return rc;
}

/* Until nothing waits for an outside system. */
static jy_err
settle(struct round *r, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    jy_time until = jy_now() + PATIENCE_SECONDS;
    jy_err rc;

    for (;;) {
        json_t *answer = NULL, *row;
        json_int_t waiting = 0, dead = 0;
        size_t i;
        if ((rc = life_get(life, &life->police, "/api/v1/exchange", &answer, fault)) != JY_OK)
            return rc;
        json_array_foreach(json_object_get(answer, "destinations"), i, row) {
            waiting += json_integer_value(json_object_get(row, "waiting"));
            dead += json_integer_value(json_object_get(row, "dead"));
        }
        json_decref(answer);
        if (waiting + dead == 0)
            return JY_OK;
        if (jy_now() >= until) {
            tour_unexpected(r->tour, "%lld 个事件未送达 · events have not arrived, %lld of them dead", (long long)(waiting + dead), (long long)dead);
            return JY_OK;
        }
        if (dead > 0 && (rc = resend_dead(life, fault)) != JY_OK)
            return rc;
        usleep(LOOK_US);
    }
}

/* -- one application -- */

static jy_err
submit(struct round *r, struct jy_fault *fault)
{
    return life_submit(&r->tour->life, &r->application, fault);
}

static jy_err
perform(struct round *r, struct jy_fault *fault)
{
    json_decref(r->answer);
    r->answer = NULL;
    return life_perform(&r->tour->life, &r->application, &r->answer, fault);
}

static jy_err
perform_and_tell(struct round *r, struct jy_fault *fault)
{
    return at(r, AT_MAKING, perform, fault);
}

static jy_err
order(struct round *r, struct jy_fault *fault)
{
    return life_order(&r->tour->life, r->document_id, 1, r->x, r->y, NULL, r->order, fault);
}

static jy_err
stamp(struct round *r, struct jy_fault *fault)
{
    return life_stamp(&r->tour->life, r->order, NULL, r->result, fault);
}

static jy_err
stamp_and_verify(struct round *r, struct jy_fault *fault)
{
    struct tour *tour = r->tour;
    struct judged judged;
    jy_err rc;

    if ((rc = at(r, AT_ORDER, order, fault)) != JY_OK || (rc = life_approve(&tour->life, r->order, NULL, fault)) != JY_OK ||
        (rc = at(r, AT_STAMPING, stamp, fault)) != JY_OK)
        return rc;
    r->stamped.len = 0;
    if ((rc = life_download(&tour->life, r->result, &r->stamped, fault)) != JY_OK ||
        (rc = tour_verify(tour, r->kind->code, NULL, jy_buf_slice(&r->stamped), &judged, fault)) != JY_OK)
        return rc;
    if (tour_is_valid(judged.own))
        tour_detail("✓ 审批、加盖、验章 · approved, stamped, verified: %s", judged.own);
    else
        tour_unexpected(tour, "验章 · verified: %s %s", judged.own, judged.reason);
    return JY_OK;
}

/* An order of the seal as it is before the application: it must not be stamped after it. */
static jy_err
leave_an_order(struct round *r, struct jy_fault *fault)
{
    jy_err rc;

    r->waiting[0] = '\0';
    if (strcmp(r->state, "ACTIVE") != 0)
        return JY_OK;
    if ((rc = order(r, fault)) == JY_OK && (rc = life_approve(&r->tour->life, r->order, NULL, fault)) == JY_OK)
        snprintf(r->waiting, sizeof(r->waiting), "%s", r->order);
    return rc;
}

static void
check_the_order_left(struct round *r, struct jy_fault *fault)
{
    jy_err rc;

    if (r->waiting[0] == '\0')
        return;
    rc = life_stamp(&r->tour->life, r->waiting, NULL, r->result, fault);
    if (rc != JY_OK && strcmp(r->tour->life.problem_code, "seal_not_live") == 0)
        tour_detail("✓ 此前批准的用印不再加盖 · what was approved before is not stamped: seal_not_live");
    else
        tour_unexpected(r->tour, "expected seal_not_live, got %s", rc == JY_OK ? "a stamp" : r->tour->life.problem_code);
}

static const char *
state_afterwards(const struct round *r, const struct application_type *type)
{
    struct jy_fault unused;
    const char *to = NULL;

    if (type->makes)
        return "ACTIVE";
    return state_after(seal_moves, r->state, type->seal_event, &to, &unused) == JY_OK ? to : "";
}

static unsigned
occasions_of(const struct round *r, const struct application_type *type)
{
    const char *after = state_afterwards(r, type);

    return (type->makes ? MAKES : KEEPS) | (seal_is_living(after) && (!type->makes || type->seal_event == NULL) ? 0u : ENDS) |
           (strcmp(after, "ACTIVE") == 0 ? STAMPS : 0u);
}

static jy_err
new_seal(struct round *r, struct jy_fault *fault)
{
    if (r->seal_count < SEALS_MAX)
        snprintf(r->seals[r->seal_count++], sizeof(r->seals[0]), "%s", r->tour->life.seal_id);
    return life_hand_over(&r->tour->life, fault);
}

static jy_err
course(struct round *r, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    const char *expected = state_afterwards(r, r->type), *reason = NULL;
    struct jy_fault unused = { 0 };
    size_t reasons;
    jy_err rc;

    if (r->type->bit == TYPE_CANCELLATION)
        reason = cancel_reasons(&reasons)[0].code;
    if ((rc = leave_an_order(r, fault)) != JY_OK || (rc = life_apply(life, r->type->code, reason, &r->application, fault)) != JY_OK ||
        (rc = life_upload_materials(life, &r->application, fault)) != JY_OK || (rc = at(r, AT_SUBMISSION, submit, fault)) != JY_OK ||
        (rc = life_accept(life, &r->application, fault)) != JY_OK || (rc = at(r, AT_DELIVERY, perform_and_tell, fault)) != JY_OK ||
        (r->type->makes && (rc = new_seal(r, fault)) != JY_OK) || (rc = life_status(life, jy_now(), r->state, fault)) != JY_OK)
        return rc;
    tour_detail("%zu 项材料 materials → 备案 filed %s → %s", life_materials_needed(&r->application),
                json_string_value(json_object_get(r->answer, "filing_number")), r->state);
    if (strcmp(r->state, expected) != 0)
        tour_unexpected(r->tour, "expected %s", expected);
    check_the_order_left(r, &unused);
    if (strcmp(r->state, "ACTIVE") == 0 && (rc = stamp_and_verify(r, fault)) != JY_OK)
        return rc;
    return settle(r, fault);
}

jy_err
round_application(struct round *r, const struct application_type *type, struct jy_fault *fault)
{
    jy_err rc;

    r->type = type;
    r->outage = outages_choose(r->outages, occasions_of(r, type));
    tour_say(r->tour, type->source, type->zh, type->en);
    rc = course(r, fault);
    life_application_free(&r->application);
    json_decref(r->answer);
    r->answer = NULL;
    return rc;
}

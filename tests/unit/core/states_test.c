/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/rules.h"

/* What is allowed, written down once more by hand; everything else must be refused. */
static const struct { const char *machine, *allowed; } machines[] = {
    { "application", "DRAFT+submit=SUBMITTED DRAFT+withdraw=WITHDRAWN DRAFT+lapse=LAPSED CORRECTION+submit=SUBMITTED CORRECTION+withdraw=WITHDRAWN "
                     "CORRECTION+lapse=LAPSED SUBMITTED+accept=ACCEPTED SUBMITTED+refuse=REFUSED SUBMITTED+correct=CORRECTION "
                     "SUBMITTED+withdraw=WITHDRAWN SUBMITTED+lapse=LAPSED ACCEPTED+make=MADE ACCEPTED+carry_out=CARRIED_OUT ACCEPTED+refuse=REFUSED "
                     "ACCEPTED+lapse=LAPSED " },
    { "seal", "MADE+file=FILED FILED+activate=ACTIVE FILED+replace=CANCELLED FILED+cancel=CANCELLED FILED+expire=EXPIRED FILED+void=VOID "
              "ACTIVE+freeze=FROZEN ACTIVE+suspend=SUSPENDED ACTIVE+replace=CANCELLED ACTIVE+renew=CANCELLED ACTIVE+cancel=CANCELLED "
              "ACTIVE+expire=EXPIRED ACTIVE+void=VOID FROZEN+unfreeze=ACTIVE FROZEN+suspend=SUSPENDED FROZEN+replace=CANCELLED "
              "FROZEN+cancel=CANCELLED FROZEN+expire=EXPIRED FROZEN+void=VOID SUSPENDED+resume=ACTIVE SUSPENDED+cancel=CANCELLED "
              "SUSPENDED+expire=EXPIRED SUSPENDED+void=VOID CANCELLED+void=VOID EXPIRED+void=VOID " },
    { "order", "REQUESTED+approve=APPROVED REQUESTED+refuse=REFUSED REQUESTED+expire=EXPIRED APPROVED+sign=INTENT APPROVED+expire=EXPIRED "
               "INTENT+done=DONE INTENT+fail=FAILED INTENT+return=APPROVED " },
    { "maker", "LICENSED+suspend=SUSPENDED LICENSED+revoke=REVOKED SUSPENDED+resume=LICENSED SUSPENDED+revoke=REVOKED " },
    { "workstation", "PENDING+confirm=REGISTERED PENDING+revoke=REVOKED REGISTERED+revoke=REVOKED " },
    { "inspection", "OPEN+close=CLOSED " },
    { "rectification", "ORDERED+answer=ANSWERED ORDERED+overdue=OVERDUE ORDERED+withdraw=WITHDRAWN OVERDUE+answer=ANSWERED OVERDUE+withdraw=WITHDRAWN "
                       "ANSWERED+accept=ACCEPTED ANSWERED+reject=ORDERED " },
    { "hold", "STANDING+lift=LIFTED " },
};
static const char *const states[] = { "DRAFT", "CORRECTION", "SUBMITTED", "ACCEPTED", "REFUSED", "MADE", "CARRIED_OUT", "WITHDRAWN", "LAPSED", "FILED",
                                      "ACTIVE", "FROZEN", "SUSPENDED", "CANCELLED", "EXPIRED", "VOID", "REQUESTED", "APPROVED", "INTENT", "DONE",
                                      "FAILED", "LICENSED", "REVOKED", "PENDING", "REGISTERED", "OPEN", "CLOSED", "ORDERED", "OVERDUE",
                                      "ANSWERED", "STANDING", "LIFTED", "", "draft", "DRAFT " };
static const char *const events[] = { "submit", "withdraw", "accept", "refuse", "correct", "make", "carry_out", "lapse", "file", "activate", "cancel",
                                      "replace", "renew", "void", "freeze", "unfreeze", "suspend", "resume", "expire", "approve", "sign", "done",
                                      "fail", "return", "revoke", "confirm", "close", "answer", "overdue", "reject", "lift", "", "SUBMIT" };
#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))

static bool
listed(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void
states__every_state_and_event_of_every_machine(void **state)
{
    size_t m = 0;

    (void)state;
    for (; state_machines[m].name != NULL; m++) {
        const struct state_move *move = state_machines[m].moves;
        size_t allowed = 0, rows = 0;
        assert_string_equal(state_machines[m].name, machines[m].machine);
        for (; move->from != NULL; move++, rows++)
            assert_true(listed(states, COUNT(states), move->from) && listed(states, COUNT(states), move->to) &&
                        listed(events, COUNT(events), move->event) && move->source[0] != '\0');
        for (size_t s = 0; s < COUNT(states); s++)
            for (size_t e = 0; e < COUNT(events); e++) {
                struct jy_fault fault;
                const char *to = NULL;
                char row[128];
                jy_err rc = state_after(state_machines[m].moves, states[s], events[e], &to, &fault);
                snprintf(row, sizeof(row), "%s+%s=%s ", states[s], events[e], rc == JY_OK ? to : "");
                if (rc == JY_OK) {
                    const char *hit = strstr(machines[m].allowed, row);
                    assert_true(hit != NULL && (hit == machines[m].allowed || hit[-1] == ' '));
                    allowed++;
                } else {
                    assert_int_equal(rc, JY_E_BAD_STATE);
                    assert_non_null(strstr(fault.text, states[s]));
                }
            }
        for (const char *p = machines[m].allowed; *p != '\0'; p++)
            rows -= *p == ' ';
        assert_int_equal(rows, 0);
        assert_true(allowed > 0);
    }
    assert_int_equal(m, COUNT(machines));
}

/* R14.1, N8: what ended never comes back to life, and VOID is the end of all. */
static void
N8__an_ended_seal_stays_ended(void **state)
{
    (void)state;
    for (const struct state_move *move = seal_moves; move->from != NULL; move++) {
        assert_true(seal_is_living(move->from) || !seal_is_living(move->to));
        assert_true(strcmp(move->from, "VOID") != 0);
    }
    assert_false(seal_is_living("CANCELLED") || seal_is_living("EXPIRED") || seal_is_living("VOID") || seal_is_living(""));
}

/* N1, R20.1, R20.2, R21.1: what an application does to the present seal is possible for an ACTIVE one, or for a SUSPENDED one. */
static void
applications__what_they_do_to_a_seal_is_a_move_of_it(void **state)
{
    static const struct { const char *type, *from, *to; } rows[] = {
        { "reissue", "ACTIVE", "CANCELLED" }, { "renewal", "ACTIVE", "CANCELLED" }, { "cancellation", "ACTIVE", "CANCELLED" },
        { "suspension", "ACTIVE", "SUSPENDED" }, { "resumption", "SUSPENDED", "ACTIVE" },
    };
    size_t count;
    const char *to;

    (void)state;
    assert_non_null(application_types(&count));
    assert_int_equal(count, 1 + COUNT(rows));
    assert_null(application_type_by_code("issue")->seal_event);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct application_type *type = application_type_by_code(rows[i].type);
        assert_int_equal(state_after(seal_moves, rows[i].from, type->seal_event, &to, NULL), JY_OK);
        assert_string_equal(to, rows[i].to);
        assert_int_equal(type->makes, strcmp(to, "CANCELLED") == 0 && type->bit != TYPE_CANCELLATION);
    }
}

/* R21.2: every state × number of standing holds. Only the effective state's changes are events; a state that is not FROZEN or ACTIVE is not touched. */
static void
R21_2__holds_freeze_and_thaw_and_touch_nothing_else(void **state)
{
    const char *to;

    (void)state;
    for (size_t s = 0; s < COUNT(states); s++)
        for (size_t standing = 0; standing < 4; standing++) {
            const char *event = seal_event_of_holds(states[s], standing);
            if (strcmp(states[s], "ACTIVE") == 0 && standing > 0)
                assert_string_equal(event, "freeze");
            else if (strcmp(states[s], "FROZEN") == 0 && standing == 0)
                assert_string_equal(event, "unfreeze");
            else
                assert_null(event);
            if (event == NULL)
                continue;
            assert_int_equal(state_after(seal_moves, states[s], event, &to, NULL), JY_OK);
            assert_string_equal(to, standing > 0 ? "FROZEN" : "ACTIVE");
            assert_null(seal_event_of_holds(to, standing));                 /* and then it is at rest */
        }
    /* Whatever can be frozen, thawed or resumed can be held; what has ended, or was never handed over, cannot. */
    for (size_t s = 0; s < COUNT(states); s++) {
        bool expected = state_after(seal_moves, states[s], "freeze", &to, NULL) == JY_OK ||
                        state_after(seal_moves, states[s], "unfreeze", &to, NULL) == JY_OK ||
                        state_after(seal_moves, states[s], "resume", &to, NULL) == JY_OK;
        assert_int_equal(seal_may_be_held(states[s]), expected);
    }
}

/* R4.1: the organization's own hold and the supervisors' are different things, by name and by who lifts them. */
static void
R4_1__only_the_police_are_supervisors(void **state)
{
    size_t count;
    const struct hold_owner *rows = hold_owners(&count);

    (void)state;
    assert_int_equal(count, 3);
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(hold_owner_by_code(rows[i].code), &rows[i]);
        assert_int_equal(rows[i].supervisor, strcmp(rows[i].code, "organization") != 0);
        assert_true(rows[i].zh[0] != '\0' && rows[i].en[0] != '\0' && rows[i].lifted_zh[0] != '\0' && rows[i].lifted_en[0] != '\0');
    }
    assert_null(hold_owner_by_code("police"));
    assert_null(hold_owner_by_code(""));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states__every_state_and_event_of_every_machine),
        cmocka_unit_test(N8__an_ended_seal_stays_ended),
        cmocka_unit_test(R21_2__holds_freeze_and_thaw_and_touch_nothing_else),
        cmocka_unit_test(R4_1__only_the_police_are_supervisors),
        cmocka_unit_test(applications__what_they_do_to_a_seal_is_a_move_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* N3, R16.1, R16.2: whose turn it is, and what a flow may say. */
#include "team.h"

/* -- approvals out of turn -- */

static jy_err
agree(const char *id, int64_t amount, const char *who, uint32_t step)
{
    struct jy_buf order = order_of(id, amount);
    jy_err rc = world_agree("order", who, PIN, S(order), step, NULL);

    jy_buf_free(&order);
    return rc;
}
static jy_err the_boss_before_the_department(void) { return agree("turn-1", BIG, BOSS, 1); }
static jy_err the_boss_in_the_departments_place(void) { return agree("turn-1", BIG, BOSS, 0); }
static jy_err somebody_of_another_step(void) { return agree("other", BIG, A1, 1); }
static jy_err somebody_the_flow_does_not_name(void) { return agree("turn-1", BIG, OWN, 0); }
static jy_err a_stranger(void) { return agree("turn-1", BIG, STRANGER, 0); }
static jy_err the_seal_key_as_approver(void) { return agree("turn-1", BIG, SEAL, 0); }
static jy_err a_step_that_the_path_has_not(void) { return agree("turn-1", SMALL, BOSS, 1); }
static jy_err a_second_one_in_a_complete_step(void) { return agree("other", BIG, A1, 0); }
static jy_err a_deputy_before_his_time(void) { return agree("other", BIG, DEPUTY, 1); }
static jy_err
a_deputy_after_his_time(void)
{
    jy_err rc;

    w.now += 2000;
    rc = world_agree("order", DEPUTY, PIN, S(t.other), 1, NULL);
    w.now -= 2000;
    return rc;
}

static jy_err
a_secret_for_one_step_used_in_another(void)
{
    struct jy_buf order = order_of("turn-2", BIG), sealed;
    char object[JY_APPROVAL_OBJECT_SIZE];
    jy_err rc;

    OK(jy_approval_object(S(order), 1, object));
    sealed = world_secret("approve", object, PIN);
    rc = world_approve_as("order", A1, S(order), 0, S(sealed), NULL);
    jy_buf_free(&order);
    jy_buf_free(&sealed);
    return rc;
}

static jy_err
a_grant_passed_off_as_an_order(void)
{
    return world_agree("order", A1, PIN, S(t.grant_der), 0, NULL) == JY_OK ? JY_OK : world_agree("grant", A1, PIN, S(t.big), 0, NULL);
}

/* -- flows of their own, with the custodian's word -- */

static jy_err
set(void (*change)(struct jy_flow *flow))
{
    struct jy_flow *flow = two_step_flow();

    change(flow);
    return world_set_flow(flow, JY_EMPTY, SEAL_PIN);
}
static void without_steps(struct jy_flow *f) { f->paths[0].step_count = 0; }
static void with_a_stranger(struct jy_flow *f) { TEXT(f->paths[0].steps[0].approvers[0], STRANGER); }
static void with_the_seal_key(struct jy_flow *f) { TEXT(f->paths[0].steps[0].approvers[0], SEAL); }
static void with_nobody_known(struct jy_flow *f) { TEXT(f->paths[0].steps[0].approvers[0], "approver-nobody"); }
static void with_the_custodian(struct jy_flow *f) { TEXT(f->paths[0].steps[0].approvers[0], "approver-" CUSTODIAN); }
static void with_a_strange_deputy(struct jy_flow *f) { TEXT(f->deputies[0].deputy, STRANGER); }
static void needing_nobody(struct jy_flow *f) { f->paths[0].steps[0].needed = 0; }
static void needing_more_than_there_are(struct jy_flow *f) { f->paths[0].steps[0].needed = 3; }
static void numbered_lower(struct jy_flow *f) { f->number = 1; }
static void with_an_authority_that_was_not_asked(struct jy_flow *f) { TEXT(f->authority, BOSS), f->paths[0].step_count = 0; }
static void with_the_custodian_as_authority(struct jy_flow *f) { TEXT(f->authority, "approver-" CUSTODIAN), f->custodian_may_approve = true; }
#define FLOW(name) static jy_err a_flow__##name(void) { return set(name); }
FLOW(without_steps)
FLOW(with_a_stranger)
FLOW(with_the_seal_key)
FLOW(with_nobody_known)
FLOW(with_the_custodian)
FLOW(with_a_strange_deputy)
FLOW(needing_nobody)
FLOW(needing_more_than_there_are)
FLOW(numbered_lower)
FLOW(with_an_authority_that_was_not_asked)
FLOW(with_the_custodian_as_authority)

static jy_err
a_flow__for_another_seal(void)
{
    struct jy_flow *flow = two_step_flow();
    struct jy_buf der, sealed;
    jy_err rc;

    TEXT(flow->seal_key_id, "seal-2");
    der = world_flow_der(flow);
    sealed = world_digest_secret("flow", S(der), SEAL_PIN);
    rc = world_set_flow_with(SEAL, S(der), JY_EMPTY, S(sealed));
    jy_buf_free(&der);
    jy_buf_free(&sealed);
    return rc;
}

static jy_err
a_flow_of_their_own_without_the_custodian(void)
{
    return world_set_flow(two_step_flow(), JY_EMPTY, "guess-Pin-1");
}

static const struct attack attacks[] = {
    ROW(the_boss_before_the_department), ROW(the_boss_in_the_departments_place), ROW(somebody_of_another_step), ROW(somebody_the_flow_does_not_name),
    ROW(a_stranger), ROW(the_seal_key_as_approver), ROW(a_step_that_the_path_has_not), ROW(a_second_one_in_a_complete_step),
    ROW(a_deputy_before_his_time), ROW(a_deputy_after_his_time), ROW(a_secret_for_one_step_used_in_another), ROW(a_grant_passed_off_as_an_order),
    ROW(a_flow__without_steps), ROW(a_flow__with_a_stranger), ROW(a_flow__with_the_seal_key), ROW(a_flow__with_nobody_known),
    ROW(a_flow__with_the_custodian), ROW(a_flow__with_a_strange_deputy), ROW(a_flow__needing_nobody), ROW(a_flow__needing_more_than_there_are),
    ROW(a_flow__for_another_seal), ROW(a_flow__numbered_lower), ROW(a_flow__with_an_authority_that_was_not_asked),
    ROW(a_flow__with_the_custodian_as_authority), ROW(a_flow_of_their_own_without_the_custodian),
};

static void
n3_r16_1__nobody_approves_out_of_turn_and_no_flow_opens_the_seal(void **state)
{
    static const char *const never[] = { "big", "other", "turn-1", "turn-2" };

    (void)state;
    TRY(attacks, never);
}

/* R16.2: a position seal: its holder alone, within a scope that another person authorized, and changes only with that one. */
static void
r16_2__a_path_without_steps_needs_its_authority_and_keeps_to_its_scope(void **state)
{
    struct jy_flow *flow = world_flow(SEAL, A1);
    struct jy_buf der, consent = { 0 }, secret, order = order_of("alone", SMALL), large = order_of("alone-2", SMALL + 1);

    (void)state;
    flow->paths[0].step_count = 0;
    flow->paths[0].amount_max_fen = SMALL;
    flow->paths[0].category_count = 1;
    TEXT(flow->paths[0].categories[0], "agreement");
    TEXT(flow->authority, BOSS);
    der = world_flow_der(flow);
    secret = world_digest_secret("flow", S(der), SEAL_PIN);
    IS(world_set_flow_with(SEAL, S(der), JY_EMPTY, S(secret)), JY_E_NO_APPROVAL);
    IS(world_agree("flow", A1, PIN, S(der), 0, NULL), JY_E_FORBIDDEN);
    OK(world_agree("flow", BOSS, PIN, S(der), 0, &consent));
    OK(world_set_flow_with(SEAL, S(der), S(consent), S(secret)));
    OK(stamp_list(S(order), NULL, 0));
    IS(stamp_list(S(large), NULL, 0), JY_E_NO_PATH);
    IS(world_set_flow(two_step_flow(), JY_EMPTY, SEAL_PIN), JY_E_NO_APPROVAL);    /* the holder cannot widen it alone */
    IS(world_set_flow(two_step_flow(), S(consent), SEAL_PIN), JY_E_NO_APPROVAL);
    jy_buf_free(&der);
    jy_buf_free(&consent);
    jy_buf_free(&secret);
    jy_buf_free(&order);
    jy_buf_free(&large);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RED(n3_r16_1__nobody_approves_out_of_turn_and_no_flow_opens_the_seal),
        RED(r16_2__a_path_without_steps_needs_its_authority_and_keeps_to_its_scope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

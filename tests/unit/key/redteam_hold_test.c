/* SPDX-License-Identifier: Apache-2.0 */
/* N3, R21.2, R4.1: what stops a seal, and who alone lets it go on: its own organization's freeze, the supervisor's holds, its end. */
#include "team.h"

#include "daemons/key/hold.h"

#define O1 "approver-officer-1"
#define O2 "approver-officer-2"
#define O3 "approver-officer-3"
#define LATE "approver-officer-late"     /* enrolled after the hold was placed */
#define NEW "approver-officer-new"       /* whose activation code, which web has seen, still stood then */
#define POLICE "police-120101"
#define HOLD "hold-1"

static struct { struct jy_buf order, approval; char new_code[65]; } held;

static jy_err
hold_as(const char *hold_id, const char *officers, char named[2113])
{
    struct jy_msg_KEY_HOLD m = { 0 };
    struct jy_frame reply;
    jy_err rc;

    TEXT(m.seal_key_id, SEAL);
    TEXT(m.hold_id, hold_id);
    TEXT(m.officers, officers);
    if ((rc = world_ask(JY_MSG_KEY_HOLD, &m, &reply)) == JY_OK) {
        assert_int_equal(reply.u.KEY_HELD.needed, 2);
        if (named != NULL)
            strcpy(named, reply.u.KEY_HELD.officers);
    }
    jy_frame_free(&reply);
    return rc;
}

static jy_err
lift_with(const char *hold_id, const char *by, struct jy_slice sealed, uint32_t *missing)
{
    struct jy_msg_KEY_LIFT m = { .sealed_pin = sealed };
    struct jy_frame reply;
    jy_err rc;

    TEXT(m.seal_key_id, SEAL);
    TEXT(m.hold_id, hold_id);
    TEXT(m.by_key_id, by);
    rc = world_ask(JY_MSG_KEY_LIFT, &m, &reply);
    if (missing != NULL)
        *missing = rc == JY_OK ? reply.u.KEY_LIFT_NOTED.missing : 99;
    jy_frame_free(&reply);
    return rc;
}

static jy_err
lift_for(const char *hold_id, const char *by, const char *object, const char *pin, uint32_t *missing)
{
    struct jy_buf sealed = world_secret("lift", object, pin);
    jy_err rc = lift_with(hold_id, by, S(sealed), missing);

    jy_buf_free(&sealed);
    return rc;
}

static jy_err
lift(const char *by, uint32_t *missing)
{
    return lift_for(HOLD, by, SEAL "/" HOLD, PIN, missing);
}

/* The order whose approval came before the hold; by the custodian's word, or by the grant. */
static jy_err
stamp_it(void)
{
    jy_err rc = STAMP(S(held.order), S(held.approval));

    return rc == JY_OK ? rc : use_grant(S(held.order));
}

static int
begin(void **state)
{
    if (team_begin(state) != 0)
        return -1;
    world_approver_of(O1, POLICE, PIN, NULL);
    world_approver_of(O2, POLICE, PIN, NULL);
    world_approver_of(O3, "police-120000", PIN, NULL);
    world_approver_of(NEW, POLICE, NULL, held.new_code);
    held.order = order_of("held", SMALL);
    held.approval = (struct jy_buf){ 0 };
    OK(world_agree("order", A1, PIN, S(held.order), 0, &held.approval));
    return 0;
}

static int
end(void **state)
{
    jy_buf_free(&held.order);
    jy_buf_free(&held.approval);
    return team_end(state);
}

static jy_err
a_frozen_seal(void)
{
    jy_err rc;

    OK(world_state(SEAL, "frozen", NULL));
    rc = stamp_it();
    OK(world_state(SEAL, "live", SEAL_PIN));
    return rc;
}

/* -- under a hold of the supervisor that names O1, O2 and O3 -- */

static jy_err
a_held_seal(void)
{
    OK(hold_as(HOLD, O1 " " O2 " " O3 " " NEW, NULL));
    return stamp_it();
}

static jy_err
with_the_custodians_pin(void)
{
    OK(world_state(SEAL, "live", SEAL_PIN));                   /* nothing of its own stands */
    OK(world_state(SEAL, "frozen", NULL));
    OK(world_state(SEAL, "live", SEAL_PIN));
    return stamp_it();
}

static jy_err
with_one_officer(void)
{
    uint32_t missing;

    OK(lift(O1, &missing));
    assert_int_equal(missing, 1);
    OK(lift(O1, &missing));                                    /* the same one again is no second one */
    assert_int_equal(missing, 1);
    world_reopen();
    return stamp_it();
}

static jy_err
with_two_officers_more_than_a_day_apart(void)
{
    uint32_t missing;

    w.now += JY_HOLD_AGREED_LIFE + 1;
    OK(lift(O2, &missing));
    assert_int_equal(missing, 1);
    w.now -= JY_HOLD_AGREED_LIFE + 1;
    return stamp_it();
}

static jy_err
with_an_officer_whom_the_hold_does_not_name(void)
{
    world_approver_of(LATE, POLICE, PIN, NULL);
    IS(lift(LATE, NULL), JY_E_FORBIDDEN);
    return stamp_it();
}

static jy_err
with_an_officer_whose_activation_code_web_knew(void)
{
    OK(world_change_pin(NEW, held.new_code, PIN));
    IS(lift(NEW, NULL), JY_E_FORBIDDEN);
    return stamp_it();
}

static jy_err
with_approvers_of_the_organization(void)
{
    IS(lift(A1, NULL), JY_E_FORBIDDEN);
    IS(lift(OWN, NULL), JY_E_FORBIDDEN);
    IS(lift(SEAL, NULL), JY_E_FORBIDDEN);
    return stamp_it();
}

static jy_err
placed_again_naming_keys_of_their_own(void)
{
    char named[2113];

    OK(hold_as(HOLD, STRANGER " " LATE, named));
    assert_string_equal(named, O1 " " O2 " " O3);              /* it stands as it was placed */
    IS(lift(STRANGER, NULL), JY_E_FORBIDDEN);
    return stamp_it();
}

static jy_err
a_hold_of_their_own_beside_it_lifted(void)
{
    uint32_t missing;

    OK(hold_as("hold-own", STRANGER " " LATE, NULL));
    OK(lift_for("hold-own", STRANGER, SEAL "/hold-own", PIN, &missing));
    OK(lift_for("hold-own", LATE, SEAL "/hold-own", PIN, &missing));
    assert_int_equal(missing, 0);
    OK(lift_for("hold-nobody-placed", STRANGER, "x", "x", &missing));
    return stamp_it();
}

static jy_err
with_words_that_were_meant_for_something_else(void)
{
    static const struct { const char *purpose, *object; } rows[] = {
        { "lift", SEAL "/hold-2" }, { "lift", "seal-2/" HOLD }, { "lift", SEAL }, { "lift", HOLD }, { "unfreeze", SEAL "/" HOLD }, { "unlock", SEAL "/" HOLD },
        { "approve", SEAL "/" HOLD }, { "change-pin", SEAL "/" HOLD },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_buf sealed = world_secret(rows[i].purpose, rows[i].object, PIN);
        IS(lift_with(HOLD, O3, S(sealed), NULL), JY_E_SECRET_UNREADABLE);
        jy_buf_free(&sealed);
    }
    return stamp_it();
}

static jy_err
with_a_word_that_is_old_or_has_served(void)
{
    struct jy_buf old = world_secret_at("lift", SEAL "/" HOLD, PIN, "", w.now - 601), seen = world_secret("lift", SEAL "/hold-own", PIN);
    uint32_t missing;

    IS(lift_with(HOLD, O3, S(old), NULL), JY_E_SECRET_STALE);
    OK(hold_as("hold-own", O1 " " O2, NULL));
    OK(lift_with("hold-own", O1, S(seen), &missing));
    OK(lift_for("hold-own", O2, SEAL "/hold-own", PIN, &missing));
    assert_int_equal(missing, 0);
    OK(hold_as("hold-own", O1 " " O2, NULL));                  /* once more under the same id */
    IS(lift_with("hold-own", O1, S(seen), NULL), JY_E_SECRET_STALE);
    OK(lift_for("hold-own", O1, SEAL "/hold-own", PIN, &missing));
    OK(lift_for("hold-own", O2, SEAL "/hold-own", PIN, &missing));
    jy_buf_free(&old);
    jy_buf_free(&seen);
    return stamp_it();
}

static jy_err
with_the_record_of_before_the_hold(void)
{
    const char *path = world_path("keys/" SEAL ".key");
    struct jy_buf before = world_read(path), after;
    jy_err rc;

    OK(hold_as("hold-2", O1 " " O2, NULL));
    after = world_read(path);
    world_write(path, S(before));
    if ((rc = stamp_it()) != JY_OK)
        IS(rc, JY_E_INTERNAL);
    world_write(path, S(after));
    jy_buf_free(&before);
    jy_buf_free(&after);
    return rc;
}

static jy_err
with_more_holds_than_there_is_room_for(void)
{
    char id[32];
    jy_err rc = JY_OK;

    for (int i = 0; i < JY_HOLDS_MAX; i++) {
        snprintf(id, sizeof(id), "hold-many-%d", i);
        rc = hold_as(id, STRANGER " " LATE, NULL);
    }
    IS(rc, JY_E_LIMIT);
    return stamp_it();
}

static jy_err
guessing_an_officers_pin(void)
{
    jy_err rc = JY_OK;

    for (int i = 0; i < 6; i++)
        rc = lift_for(HOLD, O3, SEAL "/" HOLD, "guess-Pin-1", NULL);
    IS(rc, JY_E_PIN_LOCKED);
    return stamp_it();
}

static jy_err
noise(void)
{
    uint8_t bytes[300];

    for (int i = 0; i < 200; i++) {
        OK(jy_random(bytes, sizeof(bytes)));
        if (lift_with(HOLD, O2, JY_SLICE(bytes + 1, bytes[0]), NULL) == JY_OK)
            return JY_OK;
    }
    IS(hold_as("", O1, NULL), JY_E_ARGUMENT);
    IS(hold_as("../x", O1, NULL), JY_E_ARGUMENT);
    return stamp_it();
}

static jy_err
a_cancelled_seal(void)
{
    OK(world_state(SEAL, "cancelled", NULL));
    IS(hold_as("hold-3", O1, NULL), JY_E_BAD_STATE);
    OK(lift(O1, NULL));
    OK(lift(O2, NULL));
    return stamp_it();
}

static const struct attack attacks[] = {
    ROW(a_frozen_seal), ROW(a_held_seal), ROW(with_the_custodians_pin), ROW(with_one_officer), ROW(with_two_officers_more_than_a_day_apart),
    ROW(with_an_officer_whom_the_hold_does_not_name), ROW(with_an_officer_whose_activation_code_web_knew), ROW(with_approvers_of_the_organization),
    ROW(placed_again_naming_keys_of_their_own), ROW(a_hold_of_their_own_beside_it_lifted), ROW(with_words_that_were_meant_for_something_else),
    ROW(with_a_word_that_is_old_or_has_served), ROW(with_the_record_of_before_the_hold), ROW(with_more_holds_than_there_is_room_for),
    ROW(guessing_an_officers_pin), ROW(noise), ROW(a_cancelled_seal),
};

static void
n3_r21_2__a_lost_web_lifts_no_hold_of_the_supervisor(void **state)
{
    static const char *const never[] = { "held" };

    (void)state;
    TRY(attacks, never);
}

/* So that the table proves something. Both orders of coming, both orders of going; each alone stops the seal, a restart in between. */
static void
r21_2__a_seal_is_stopped_as_long_as_any_hold_stands(void **state)
{
    static const struct { bool own_first, own_lifted_first; } rows[] = { { true, true }, { true, false }, { false, true }, { false, false } };
    uint32_t missing;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].own_first)
            OK(world_state(SEAL, "frozen", NULL));
        OK(hold_as(HOLD, O1 " " O2 " " O3, NULL));
        if (!rows[i].own_first)
            OK(world_state(SEAL, "frozen", NULL));
        world_reopen();
        IS(STAMP(S(held.order), S(held.approval)), JY_E_SEAL_NOT_LIVE);
        IS(world_agree("order", A1, PIN, S(t.other), 0, NULL), JY_E_SEAL_NOT_LIVE);
        if (rows[i].own_lifted_first)
            OK(world_state(SEAL, "live", SEAL_PIN));
        else {
            OK(lift(O3, &missing));
            OK(lift(O1, &missing));
            assert_int_equal(missing, 0);
        }
        IS(STAMP(S(held.order), S(held.approval)), JY_E_SEAL_NOT_LIVE);
        if (rows[i].own_lifted_first) {
            OK(lift(O1, &missing));
            assert_int_equal(missing, 1);
            IS(STAMP(S(held.order), S(held.approval)), JY_E_SEAL_NOT_LIVE);
            OK(lift(O2, &missing));
            assert_int_equal(missing, 0);
            OK(lift(O2, &missing));                            /* the same request again */
            assert_int_equal(missing, 0);
        } else
            OK(world_state(SEAL, "live", SEAL_PIN));
        w.now++;                                               /* another secret than before */
    }
    OK(STAMP(S(held.order), S(held.approval)));
}

static void
r21_2__holds_are_independent_and_lifting_one_leaves_the_others(void **state)
{
    uint32_t missing;

    (void)state;
    OK(hold_as("hold-district", O1 " " O2 " " O3, NULL));
    OK(hold_as("hold-city", O3 " " O3, NULL));
    OK(lift_for("hold-district", O1, SEAL "/hold-district", PIN, &missing));
    OK(lift_for("hold-district", O2, SEAL "/hold-district", PIN, &missing));
    assert_int_equal(missing, 0);
    IS(lift_for("hold-city", O1, SEAL "/hold-city", PIN, NULL), JY_E_FORBIDDEN);
    OK(lift_for("hold-city", O3, SEAL "/hold-city", PIN, &missing));
    assert_int_equal(missing, 1);                              /* named twice is one: this hold ends with the seal */
    IS(STAMP(S(held.order), S(held.approval)), JY_E_SEAL_NOT_LIVE);
}

static void
r21_2__a_hold_stands_whomever_it_can_name_and_says_whom_it_does(void **state)
{
    char named[2113];

    (void)state;
    OK(hold_as(HOLD, "approver-nobody " O2 "  " A1 " " NEW " " SEAL " ../x " O1 " " O2, named));
    assert_string_equal(named, O2 " " O1);
    OK(hold_as("hold-2", "", named));
    assert_string_equal(named, "");
    IS(STAMP(S(held.order), S(held.approval)), JY_E_SEAL_NOT_LIVE);
}

#define HELD(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        HELD(n3_r21_2__a_lost_web_lifts_no_hold_of_the_supervisor), HELD(r21_2__a_seal_is_stopped_as_long_as_any_hold_stands),
        HELD(r21_2__holds_are_independent_and_lifting_one_leaves_the_others), HELD(r21_2__a_hold_stands_whomever_it_can_name_and_says_whom_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

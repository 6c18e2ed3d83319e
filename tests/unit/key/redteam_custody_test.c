/* SPDX-License-Identifier: Apache-2.0 */
/* N3, R19.1, R19.2: custody, locks and PINs. */
#include "team.h"

static jy_err take_over_what_nobody_hands_over(void) { return custody(JY_MSG_KEY_TAKE_OVER, "take-over", "evil", "any-Code-1", "evil-Pin-1"); }
static jy_err hand_over_without_the_custodian(void) { return custody(JY_MSG_KEY_HAND_OVER, "hand-over", "evil", "guess-Pin-1", "evil-Code-1"); }
static jy_err
take_over_in_another_ones_place(void)
{
    jy_err rc;

    OK(custody(JY_MSG_KEY_HAND_OVER, "hand-over", "custodian-2", SEAL_PIN, "hand-Over-1"));
    if ((rc = custody(JY_MSG_KEY_TAKE_OVER, "take-over", "evil", "hand-Over-1", "evil-Pin-1")) == JY_OK)
        return rc;
    return custody(JY_MSG_KEY_TAKE_OVER, "hand-over", "custodian-2", "hand-Over-1", "evil-Pin-1");
}
static jy_err
guess_the_hand_over_code_until_it_locks(void)
{
    jy_err rc = JY_OK;

    for (int i = 0; i < 6; i++)
        if ((rc = custody(JY_MSG_KEY_TAKE_OVER, "take-over", "custodian-2", "guess-Code-1", "evil-Pin-1")) == JY_OK)
            return rc;
    IS(rc, JY_E_PIN_LOCKED);
    assert_int_equal(world_wrong_pins(SEAL), 0);               /* the custodian's own count is another */
    return rc;
}
static jy_err
take_over_after_three_days(void)
{
    jy_err rc;

    OK(custody(JY_MSG_KEY_HAND_OVER, "hand-over", "custodian-2", SEAL_PIN, "hand-Over-2"));
    w.now += 3 * 86400 + 1;
    rc = custody(JY_MSG_KEY_TAKE_OVER, "take-over", "custodian-2", "hand-Over-2", "evil-Pin-1");
    w.now -= 3 * 86400 + 1;
    return rc;
}
static jy_err
name_oneself_custodian_of_a_seal_in_use(void)
{
    return world_activate(SEAL, "evil", SEAL_PIN, "evil-Pin-1");
}

static jy_err
unlock(const char *key_id, const char *by, const char *pin, uint32_t *unlocked)
{
    struct jy_buf sealed = world_secret("unlock", key_id, pin);
    struct jy_msg_KEY_UNLOCK m = { .sealed_pin = S(sealed) };
    struct jy_frame reply;
    jy_err rc;

    TEXT(m.key_id, key_id);
    TEXT(m.by_key_id, by);
    rc = world_ask(JY_MSG_KEY_UNLOCK, &m, &reply);
    *unlocked = rc == JY_OK ? reply.u.KEY_UNLOCK_NOTED.unlocked : 0;
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    return rc;
}

/* One of the two alone, or two that are not the two: the key stays locked. */
static jy_err
unlock_a_locked_key_alone(void)
{
    uint32_t unlocked = 0;

    for (int i = 0; i < 6; i++)
        (void)!world_state(SEAL, "frozen", NULL), (void)!world_state(SEAL, "live", "guess-Pin-1");
    if (unlock(SEAL, A1, PIN, &unlocked) == JY_OK && unlocked != 0)
        return JY_OK;
    if (unlock(SEAL, A2, PIN, &unlocked) == JY_OK && unlocked != 0)
        return JY_OK;
    world_key("maker-own", "maker", "evil-Pin-1");
    if (unlock(SEAL, "maker-own", "evil-Pin-1", &unlocked) == JY_OK || unlock(SEAL, STRANGER, PIN, &unlocked) == JY_OK ||
        unlock(SEAL, SEAL, SEAL_PIN, &unlocked) == JY_OK)
        return JY_OK;
    IS(world_state(SEAL, "live", SEAL_PIN), JY_E_PIN_LOCKED);
    OK(unlock(SEAL, MAKER, MAKER_PIN, &unlocked));             /* now both have agreed */
    assert_int_equal(unlocked, 1);
    OK(world_state(SEAL, "live", SEAL_PIN));
    return JY_E_PIN_LOCKED;
}

static const struct attack attacks[] = {
    ROW(take_over_what_nobody_hands_over), ROW(hand_over_without_the_custodian), ROW(take_over_in_another_ones_place),
    ROW(guess_the_hand_over_code_until_it_locks), ROW(take_over_after_three_days), ROW(name_oneself_custodian_of_a_seal_in_use),
    ROW(unlock_a_locked_key_alone),
};

static void
n3_r19_1__nobody_takes_a_seal_over_and_nobody_unlocks_it_alone(void **state)
{
    static const char *const never[] = { "big", "other" };

    (void)state;
    TRY(attacks, never);
}

/* R19.2 */
static void
r19_2__none_of_the_last_four_pins_comes_back(void **state)
{
    (void)state;
    OK(world_change_pin(SEAL, SEAL_PIN, "second-Pin-2"));
    OK(world_change_pin(SEAL, "second-Pin-2", "third-Pin-3"));
    IS(world_change_pin(SEAL, "third-Pin-3", SEAL_PIN), JY_E_PIN_WEAK);
    OK(world_change_pin(SEAL, "third-Pin-3", "fourth-Pin-4"));
    IS(world_change_pin(SEAL, "fourth-Pin-4", SEAL_PIN), JY_E_PIN_WEAK);
    OK(world_change_pin(SEAL, "fourth-Pin-4", "fifth-Pin-5"));
    world_reopen();
    IS(world_change_pin(SEAL, "fifth-Pin-5", "second-Pin-2"), JY_E_PIN_WEAK);
    assert_int_equal(world_wrong_pins(SEAL), 0);
    OK(world_change_pin(SEAL, "fifth-Pin-5", SEAL_PIN));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RED(n3_r19_1__nobody_takes_a_seal_over_and_nobody_unlocks_it_alone),
        RED(r19_2__none_of_the_last_four_pins_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* N3, R18.1: grants to business systems. */
#include "team.h"

static void smaller_amount(struct jy_stamp_order *o) { o->amount_fen = SMALL; }
static void no_amount(struct jy_stamp_order *o) { o->amount_fen = -1; }
static void other_category(struct jy_stamp_order *o) { TEXT(o->category, "voucher"); }
static void longer_life(struct jy_stamp_order *o) { o->expires += 86400; }
static void above_the_largest(struct jy_stamp_order *o) { o->amount_fen = BIG + 1; }
static void of_another_seal(struct jy_stamp_order *o) { TEXT(o->seal_key_id, "seal-2"); }
static jy_err a_grant_for_another_category(void) { return granted("g1", other_category); }
static jy_err a_grant_above_its_amount(void) { return granted("g1", above_the_largest); }
static jy_err a_grant_without_an_amount(void) { return granted("g1", no_amount); }
static jy_err a_grant_for_another_seal(void) { return granted("g1", of_another_seal); }

static jy_err
grant_used(const char *id, const char *grant_id, const char *hex, const struct jy_sm2 *client, struct jy_slice sealed)
{
    struct jy_buf order = order_of(id, 50);
    jy_err rc = use_grant_with(S(order), grant_id, hex, client, sealed);

    jy_buf_free(&order);
    return rc;
}
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
static jy_err a_grant_with_a_guessed_secret(void) { return grant_used("g2", "grant-1", ZEROS, t.client, JY_EMPTY); }
static jy_err a_grant_with_the_custodians_pin(void) { return grant_used("g2", "grant-1", SEAL_PIN, t.client, JY_EMPTY); }
static jy_err a_grant_without_the_clients_signature(void) { return grant_used("g2", "grant-1", t.grant_hex, NULL, JY_EMPTY); }
static jy_err a_grant_with_an_own_signature(void) { return grant_used("g2", "grant-1", t.grant_hex, t.own_key, JY_EMPTY); }
static jy_err a_grant_that_nobody_gave(void) { return grant_used("g2", "grant-9", t.grant_hex, t.client, JY_EMPTY); }
static jy_err
a_captured_use_for_another_order(void)
{
    struct jy_buf seen = world_digest_secret("use", S(t.other), t.grant_hex);
    jy_err rc = grant_used("g3", "grant-1", t.grant_hex, t.client, S(seen));

    jy_buf_free(&seen);
    return rc;
}
static jy_err
a_grant_out_of_its_dates(void)
{
    jy_err rc;

    w.now += 5000;
    rc = granted("g4", longer_life);
    w.now -= 5000;
    return rc;
}

/* Two uses and the total amount were granted; neither a restart nor asking twice counts for nothing. */
static jy_err
a_grant_that_is_used_up(void)
{
    OK(granted("g5", NULL));
    OK(granted("g5", NULL));                                   /* the same order: the same stamp, counted once */
    world_reopen();
    IS(granted("g6", smaller_amount), JY_OK);
    world_reopen();
    assert_int_equal(jy_vault_grant_row(&w.room.vault, "grant-1")->count, 2);
    assert_int_equal(jy_vault_grant_row(&w.room.vault, "grant-1")->amount_fen, 50 + SMALL);
    return granted("g7", NULL);
}

static jy_err
a_grant_of_their_own(const char *id, bool own_client, struct jy_slice approvals)
{
    struct jy_grant grant = t.grant;
    struct jy_buf der = { 0 };
    jy_err rc;

    TEXT(grant.grant_id, id);
    if (own_client)
        OK(jy_sm2_point(t.own_key, grant.client_point));
    OK(jy_grant_encode(&grant, &der));
    rc = give_with(S(der), approvals, NULL);
    jy_buf_free(&der);
    return rc;
}
static jy_err a_grant_without_approvals(void) { return a_grant_of_their_own("grant-2", true, JY_SLICE("\x30\x00", 2)); }
static jy_err a_grant_with_the_approvals_of_another(void) { return a_grant_of_their_own("grant-2", true, S(t.grant_chain)); }
static jy_err a_grant_under_a_taken_id(void) { return a_grant_of_their_own("grant-1", true, S(t.grant_chain)); }
static jy_err a_grant_with_the_approvals_of_an_order(void) { return a_grant_of_their_own("grant-2", true, S(t.chain)); }
static jy_err
a_grant_by_a_point_that_is_none(void)
{
    struct jy_grant grant = t.grant;
    struct jy_buf der = { 0 }, chain;
    jy_err rc;

    TEXT(grant.grant_id, "grant-3");
    memset(grant.client_point, 0xAB, sizeof(grant.client_point));
    OK(jy_grant_encode(&grant, &der));
    chain = approve_grant(S(der));
    rc = give_with(S(der), S(chain), NULL);
    jy_buf_free(&der);
    jy_buf_free(&chain);
    return rc;
}

static jy_err
revoke_grant(const char *grant_id)
{
    struct jy_msg_KEY_REVOKE_GRANT m = { 0 };

    TEXT(m.seal_key_id, SEAL);
    TEXT(m.grant_id, grant_id);
    return world_ask_bytes(JY_MSG_KEY_REVOKE_GRANT, &m, NULL);
}

/* Revoked: no use, no giving anew, and the record of before put back on the disk is noticed. */
static jy_err
a_revoked_grant(void)
{
    struct jy_buf before = world_read(world_path("keys/" SEAL ".key")), after;
    jy_err rc;

    OK(revoke_grant("grant-1"));
    OK(revoke_grant("grant-1"));
    world_reopen();
    if ((rc = granted("g8", NULL)) == JY_OK || (rc = give_with(S(t.grant_der), S(t.grant_chain), NULL)) == JY_OK ||
        (rc = world_agree("grant", A2, PIN, S(t.grant_der), 0, NULL)) == JY_OK)
        goto out;
    after = world_read(world_path("keys/" SEAL ".key"));
    world_write(world_path("keys/" SEAL ".key"), S(before));
    if ((rc = granted("g8", NULL)) != JY_OK)
        IS(rc, JY_E_INTERNAL);
    world_write(world_path("keys/" SEAL ".key"), S(after));
    jy_buf_free(&after);
out:
    jy_buf_free(&before);
    return rc;
}

static jy_err
noise(void)
{
    uint8_t bytes[300];

    for (int i = 0; i < 200; i++) {
        OK(jy_random(bytes, sizeof(bytes)));
        struct jy_slice some = JY_SLICE(bytes + 1, bytes[0]);
        if (stamp_these(some, S(t.chain)) == JY_OK || stamp_these(S(t.big), some) == JY_OK || world_set_flow_with(SEAL, some, some, some) == JY_OK ||
            give_with(some, S(t.grant_chain), NULL) == JY_OK || world_agree("flow", A1, PIN, some, 0, NULL) == JY_OK ||
            use_grant_with(S(t.other), "grant-1", t.grant_hex, t.client, some) == JY_OK)
            return JY_OK;
    }
    return JY_E_FORMAT;
}
static const struct attack attacks[] = {
    ROW(a_grant_for_another_category), ROW(a_grant_above_its_amount), ROW(a_grant_without_an_amount), ROW(a_grant_for_another_seal),
    ROW(a_grant_with_a_guessed_secret), ROW(a_grant_with_the_custodians_pin), ROW(a_grant_without_the_clients_signature),
    ROW(a_grant_with_an_own_signature), ROW(a_grant_that_nobody_gave), ROW(a_captured_use_for_another_order), ROW(a_grant_out_of_its_dates),
    ROW(a_grant_that_is_used_up), ROW(a_grant_without_approvals), ROW(a_grant_with_the_approvals_of_another), ROW(a_grant_under_a_taken_id),
    ROW(a_grant_with_the_approvals_of_an_order), ROW(a_grant_by_a_point_that_is_none), ROW(a_revoked_grant), ROW(noise),
};

static void
n3_r18_1__no_grant_is_stretched_forged_or_revived(void **state)
{
    static const char *const never[] = { "big", "other", "g1", "g2", "g3", "g4", "g7", "g8", "g9" };

    (void)state;
    TRY(attacks, never);
}

/* -- after the flow was replaced or the seal handed over: those who decide now have not said yes to it -- */

static jy_err
hand_the_seal_over(const char *to, const char *pin, const char *code, const char *new_pin)
{
    jy_err rc = custody(JY_MSG_KEY_HAND_OVER, "hand-over", to, pin, code);

    return rc != JY_OK ? rc : custody(JY_MSG_KEY_TAKE_OVER, "take-over", to, code, new_pin);
}

static jy_err
a_grant_of_the_custodian_before(void)
{
    jy_err rc;

    OK(hand_the_seal_over("custodian-2", SEAL_PIN, "hand-Over-1", "second-Pin-2"));
    world_reopen();
    IS(rc = granted("g10", NULL), JY_E_GRANT);
    IS(give_by(SEAL_PIN, S(t.grant_der), S(t.grant_chain), NULL), JY_E_PIN_WRONG);                 /* his PIN confirms nothing any more */
    IS(give_by("second-Pin-2", S(t.grant_der), JY_SLICE("\x30\x00", 2), NULL), JY_E_NO_APPROVAL);
    assert_int_equal(granted("g10", NULL), rc);
    OK(give_by("second-Pin-2", S(t.grant_der), S(t.grant_chain), NULL));                           /* the flow is the same, so are its approvals */
    OK(granted("g5", NULL));
    OK(hand_the_seal_over(CUSTODIAN, "second-Pin-2", "hand-Over-2", "third-Pin-3"));
    OK(world_change_pin(SEAL, "third-Pin-3", "fourth-Pin-4"));
    return granted("g10", NULL);                                                                 /* given by another than who keeps it now */
}

static jy_err
a_grant_under_the_flow_before(void)
{
    struct jy_buf again, cipher = { 0 };

    OK(give_by("fourth-Pin-4", S(t.grant_der), S(t.grant_chain), NULL));
    OK(world_set_flow(two_step_flow(), JY_EMPTY, "fourth-Pin-4"));
    IS(granted("g11", NULL), JY_E_GRANT);
    IS(give_by("fourth-Pin-4", S(t.grant_der), S(t.grant_chain), NULL), JY_E_NO_APPROVAL);         /* approvals under the old one are worth nothing */
    IS(granted("g11", NULL), JY_E_GRANT);
    again = approve_grant(S(t.grant_der));
    IS(give_by("guess-Pin-1", S(t.grant_der), S(again), NULL), JY_E_PIN_WRONG);
    IS(granted("g11", NULL), JY_E_GRANT);
    OK(give_by("fourth-Pin-4", S(t.grant_der), S(again), &cipher));
    assert_true(jy_slice_equal(S(cipher), S(t.grant_secret)));                                   /* the client's secret is the one it has */
    OK(granted("g6", smaller_amount));                                                           /* and the counters go on: two in all */
    assert_int_equal(jy_vault_grant_row(&w.room.vault, "grant-1")->count, 2);
    jy_buf_free(&again);
    jy_buf_free(&cipher);
    return granted("g11", NULL);
}

static const struct attack changes[] = { ROW(a_grant_of_the_custodian_before), ROW(a_grant_under_the_flow_before) };

static void
r16_1_r19_1__a_grant_needs_the_word_of_those_who_decide_now(void **state)
{
    static const char *const never[] = { "g10", "g11" };

    (void)state;
    TRY(changes, never);
}

/* N3, R18.1: what lies on the disk opens the copy of a grant as little as that of the PIN. */
static void
n3__vault_secret_and_disk_do_not_open_the_copy_of_a_grant(void **state)
{
    struct jy_key_record record;
    struct jy_der der, entry;
    struct jy_slice grant, wrapped;
    struct jy_buf d = { 0 };
    uint8_t guess[32];

    (void)state;
    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));
    jy_der_open(&der, S(record.grants));
    OK(jy_der_enter(&der, DER_SEQUENCE, &entry));
    OK(jy_der_octets(&entry, &grant));
    OK(jy_der_octets(&entry, &wrapped));
    IS(jy_unwrap(w.room.vault.secret, "grant-1", wrapped, &d), JY_E_SIGNATURE);
    OK(jy_vault_derive(&w.room.vault, "jinyin grant 1 grant-1", guess));
    IS(jy_unwrap(guess, "grant-1", wrapped, &d), JY_E_SIGNATURE);
    jy_record_free(&record);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RED(n3_r18_1__no_grant_is_stretched_forged_or_revived),
        RED(r16_1_r19_1__a_grant_needs_the_word_of_those_who_decide_now),
        RED(n3__vault_secret_and_disk_do_not_open_the_copy_of_a_grant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

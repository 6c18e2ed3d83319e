/* SPDX-License-Identifier: Apache-2.0 */
/* N3, R16.1: orders and approvals: what was not approved to the byte, by whom the flow names, in its time, gives no stamp. */
#include "team.h"

static jy_err no_approval(void) { return stamp_list(S(t.big), NULL, 0); }
static jy_err nothing_at_all(void) { return stamp_these(S(t.big), JY_EMPTY); }
static jy_err the_first_step_only(void) { return STAMP(S(t.big), S(t.first)); }
static jy_err the_last_step_only(void) { return STAMP(S(t.big), S(t.second)); }
static jy_err steps_in_wrong_order(void) { return STAMP(S(t.big), S(t.second), S(t.first)); }
static jy_err the_first_twice(void) { return STAMP(S(t.big), S(t.first), S(t.first)); }
static jy_err the_last_twice(void) { return STAMP(S(t.big), S(t.first), S(t.second), S(t.second)); }
static jy_err the_first_of_another_order(void) { return STAMP(S(t.big), S(t.other_first), S(t.second)); }
static jy_err the_approvals_of_another_order(void) { return stamp_these(S(t.other), S(t.chain)); }
static jy_err half_a_chain_of_another_person(void) { return STAMP(S(t.other), S(t.other_first)); }
static jy_err mixed_of_two_orders(void) { return STAMP(S(t.other), S(t.other_first), S(t.second)); }
static jy_err approvals_of_a_grant(void) { return stamp_these(S(t.big), S(t.grant_chain)); }

static jy_err
forged_by(const char *approver, const struct jy_sm2 *key)
{
    struct jy_buf order = order_of("forged", SMALL), forged = world_forge(S(order), approver, w.now, key);
    jy_err rc = STAMP(S(order), S(forged));

    jy_buf_free(&order);
    jy_buf_free(&forged);
    return rc;
}
static jy_err forged_in_the_name_of_an_approver(void) { return forged_by(A1, t.own_key); }
static jy_err forged_in_an_own_name(void) { return forged_by(OWN, t.own_key); }
static jy_err forged_in_the_seals_name(void) { return forged_by(SEAL, t.own_key); }
static jy_err forged_in_nobodys_name(void) { return forged_by("", t.own_key); }

/* The key got out, PIN and all: what was not signed in the room is no approval. */
static jy_err
signed_outside_with_the_approvers_own_key(void)
{
    struct jy_key_record record;
    struct jy_sm2 *key;
    jy_err rc;

    OK(jy_vault_load(&w.room.vault, A1, &record, NULL));
    OK(jy_pin_unlock(&w.room, &record, PIN, &key, NULL));
    rc = forged_by(A1, key);
    jy_sm2_free(key);
    jy_record_free(&record);
    return rc;
}

/* Every byte of the chain and of the order that they approved. */
static jy_err
any_byte_of_the_chain_changed(void)
{
    jy_err rc = JY_OK;

    for (size_t i = 0; i < t.chain.len; i++) {
        t.chain.p[i] ^= 1;
        rc = stamp_these(S(t.big), S(t.chain));
        t.chain.p[i] ^= 1;
        if (rc == JY_OK || (rc = stamp_these(S(t.big), JY_SLICE(t.chain.p, i))) == JY_OK)
            return JY_OK;
    }
    return rc;
}

static jy_err
any_byte_of_the_order_changed(void)
{
    jy_err rc = JY_OK;

    for (size_t i = 0; i < t.big.len; i++) {
        t.big.p[i] ^= 1;
        rc = stamp_these(S(t.big), S(t.chain));
        t.big.p[i] ^= 1;
        if (rc == JY_OK || (rc = stamp_these(JY_SLICE(t.big.p, i), S(t.chain))) == JY_OK)
            return JY_OK;
    }
    return rc;
}

static jy_err
leftover_bytes(void)
{
    struct jy_buf longer = { 0 };
    jy_err rc;

    OK(jy_buf_add(&longer, S(t.chain)));
    OK(jy_buf_byte(&longer, 0));
    rc = stamp_these(S(t.big), S(longer));
    jy_buf_free(&longer);
    if (rc == JY_OK)
        return rc;
    OK(jy_buf_add(&longer, S(t.big)));
    OK(jy_buf_byte(&longer, 0));
    rc = stamp_these(S(longer), S(t.chain));
    jy_buf_free(&longer);
    return rc;
}

static jy_err
more_approvals_than_a_chain_holds(void)
{
    struct jy_slice many[JY_FLOW_APPROVALS_MAX + 2];

    for (size_t i = 0; i < sizeof(many) / sizeof(many[0]); i++)
        many[i] = S(t.first);
    return stamp_list(S(t.big), many, sizeof(many) / sizeof(many[0]));
}

/* What they approved, but for one field. */
static jy_err
changed(void (*change)(struct jy_stamp_order *order))
{
    struct jy_order_place places[2] = { t.order.places[0], t.order.places[0] };
    struct jy_stamp_order order = t.order;
    struct jy_buf der;
    jy_err rc;

    order.places = places;
    change(&order);
    der = world_encode(&order);
    rc = stamp_these(S(der), S(t.chain));
    jy_buf_free(&der);
    return rc;
}
static void move_it(struct jy_stamp_order *o) { o->places[0].x_um++; }
static void turn_the_page(struct jy_stamp_order *o) { o->places[0].page++; }
static void widen(struct jy_stamp_order *o) { o->places[0].width_um += 1000; }
static void add_a_place(struct jy_stamp_order *o) { o->place_count = 2; }
static void cut_a_strip(struct jy_stamp_order *o) { o->places[0].clipped = true, o->places[0].clip_width_um = o->places[0].clip_height_um = 5; }
static void other_bytes(struct jy_stamp_order *o) { o->data_hash[31] ^= 1; }
static void other_document(struct jy_stamp_order *o) { o->document_digest[0] ^= 1; }
static void smaller_amount(struct jy_stamp_order *o) { o->amount_fen = SMALL; }
static void no_amount(struct jy_stamp_order *o) { o->amount_fen = -1; }
static void more_copies(struct jy_stamp_order *o) { o->copies = 100; }
static void other_category(struct jy_stamp_order *o) { TEXT(o->category, "voucher"); }
static void longer_life(struct jy_stamp_order *o) { o->expires += 86400; }
static void other_id(struct jy_stamp_order *o) { TEXT(o->order_id, "big-2"); }

#define CHANGED(name) static jy_err order_changed__##name(void) { return changed(name); }
CHANGED(move_it)
CHANGED(turn_the_page)
CHANGED(widen)
CHANGED(add_a_place)
CHANGED(cut_a_strip)
CHANGED(other_bytes)
CHANGED(other_document)
CHANGED(smaller_amount)
CHANGED(no_amount)
CHANGED(more_copies)
CHANGED(other_category)
CHANGED(longer_life)
CHANGED(other_id)

/* -- time and state -- */

static jy_err
at(jy_time later)
{
    jy_err rc;

    w.now += later;
    rc = stamp_these(S(t.big), S(t.chain));
    w.now -= later;
    return rc;
}
static jy_err the_order_expired(void) { return at(3601); }
static jy_err the_clock_before_the_approvals(void) { return at(-5); }
static jy_err
the_flow_expired(void)
{
    struct jy_flow *flow = two_step_flow();
    jy_err rc;

    flow->valid_to = w.now + 1;
    OK(world_set_flow(flow, JY_EMPTY, SEAL_PIN));
    w.now += 2;
    rc = stamp_these(S(t.big), S(t.chain));
    w.now -= 2;
    return rc;
}

/* From here on another flow is in force: what was approved under the old one is worth nothing. */
static jy_err
approvals_under_a_flow_that_was_replaced(void)
{
    OK(world_set_flow(two_step_flow(), JY_EMPTY, SEAL_PIN));
    return stamp_these(S(t.big), S(t.chain));
}

static jy_err
the_old_flow_set_again_with_its_captured_secret(void)
{
    return world_set_flow_with(SEAL, S(t.flow), JY_EMPTY, S(t.flow_secret));
}

static jy_err
an_abandoned_order(void)
{
    struct jy_buf order = order_of("abandoned", SMALL), approval = { 0 };
    uint32_t found;
    jy_err rc;

    OK(world_agree("order", A1, PIN, S(order), 0, &approval));
    OK(world_settle("abandoned", 1, &found, NULL));
    if ((rc = STAMP(S(order), S(approval))) != JY_OK)
        rc = use_grant(S(order));
    jy_buf_free(&order);
    jy_buf_free(&approval);
    return rc;
}

static jy_err
an_overdue_pin(void)
{
    struct jy_buf order, approval = { 0 };
    struct jy_key_record record;
    jy_err rc;

    OK(jy_vault_load(&w.room.vault, SEAL, &record, NULL));       /* a certificate lives a day in this world: the PIN is made old instead */
    record.pin_set = w.now - 91 * 86400;
    OK(jy_vault_save(&w.room.vault, &record, "test", NULL, w.now, NULL));
    order = order_of("overdue", SMALL);
    OK(world_agree("order", A1, PIN, S(order), 0, &approval));
    IS(rc = STAMP(S(order), S(approval)), JY_E_PIN_MUST_CHANGE);
    record.pin_set = w.now;
    OK(jy_vault_save(&w.room.vault, &record, "test", NULL, w.now, NULL));
    jy_record_free(&record);
    jy_buf_free(&order);
    jy_buf_free(&approval);
    return rc;
}

static const struct attack attacks[] = {
    ROW(no_approval), ROW(nothing_at_all), ROW(the_first_step_only), ROW(the_last_step_only), ROW(steps_in_wrong_order), ROW(the_first_twice),
    ROW(the_last_twice), ROW(the_first_of_another_order), ROW(the_approvals_of_another_order), ROW(half_a_chain_of_another_person),
    ROW(mixed_of_two_orders), ROW(approvals_of_a_grant), ROW(forged_in_the_name_of_an_approver), ROW(forged_in_an_own_name),
    ROW(forged_in_the_seals_name), ROW(forged_in_nobodys_name), ROW(signed_outside_with_the_approvers_own_key), ROW(any_byte_of_the_chain_changed),
    ROW(any_byte_of_the_order_changed), ROW(leftover_bytes), ROW(more_approvals_than_a_chain_holds), ROW(order_changed__move_it),
    ROW(order_changed__turn_the_page), ROW(order_changed__widen), ROW(order_changed__add_a_place), ROW(order_changed__cut_a_strip),
    ROW(order_changed__other_bytes), ROW(order_changed__other_document), ROW(order_changed__smaller_amount), ROW(order_changed__no_amount),
    ROW(order_changed__more_copies), ROW(order_changed__other_category), ROW(order_changed__longer_life), ROW(order_changed__other_id),
    ROW(the_order_expired), ROW(the_clock_before_the_approvals), ROW(an_abandoned_order), ROW(an_overdue_pin), ROW(the_flow_expired),
    ROW(approvals_under_a_flow_that_was_replaced), ROW(the_old_flow_set_again_with_its_captured_secret),
};

static void
n3_r16_1__no_way_around_the_chain_gives_a_stamp(void **state)
{
    static const char *const never[] = { "big", "big-2", "other", "forged", "abandoned", "overdue" };

    (void)state;
    TRY(attacks, never);
}

/* So that the table proves something: what is whole does stamp, by every way there is. */
static void
r16_1_r18_1__what_is_whole_does_stamp(void **state)
{
    struct jy_buf value = { 0 }, again = { 0 }, sealed = world_order_secret("stamp", S(t.big), SEAL_PIN), deputy = { 0 }, chain;

    (void)state;
    OK(world_stamp_chain(S(t.big), S(t.chain), S(sealed), &value));
    OK(world_stamp_chain(S(t.big), JY_EMPTY, JY_EMPTY, &again));
    assert_true(jy_slice_equal(S(value), S(again)));
    w.now += 1500;                                             /* the deputy's time */
    OK(world_agree("order", DEPUTY, PIN, S(t.other), 1, &deputy));
    chain = world_chain((struct jy_slice[]){ S(t.other_first), S(deputy) }, 2);
    OK(stamp_these(S(t.other), S(chain)));
    OK(granted("g5", NULL));
    OK(custody(JY_MSG_KEY_HAND_OVER, "hand-over", "custodian-2", SEAL_PIN, "hand-Over-1"));
    OK(custody(JY_MSG_KEY_TAKE_OVER, "take-over", "custodian-2", "hand-Over-1", "second-Pin-2"));
    IS(world_change_pin(SEAL, SEAL_PIN, "third-Pin-3"), JY_E_PIN_WRONG);       /* the old custodian's PIN opens nothing any more */
    OK(world_change_pin(SEAL, "second-Pin-2", "third-Pin-3"));
    IS(granted("g6", NULL), JY_E_GRANT);                       /* a grant is of use again when the new custodian has given it */
    OK(give_by("third-Pin-3", S(t.grant_der), S(t.grant_chain), &again));
    assert_true(jy_slice_equal(S(again), S(t.grant_secret)));
    OK(granted("g6", NULL));
    jy_buf_free(&value);
    jy_buf_free(&again);
    jy_buf_free(&sealed);
    jy_buf_free(&deputy);
    jy_buf_free(&chain);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RED(n3_r16_1__no_way_around_the_chain_gives_a_stamp),
        RED(r16_1_r18_1__what_is_whole_does_stamp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

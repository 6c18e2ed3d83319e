/* SPDX-License-Identifier: Apache-2.0 */
/*
 * N3, R16.1: the red team owns web, doc, link, the database, the disk and the vault secret, and every message that ever passed. Here it even has the
 * custodian's word for the order it wants (a colluding or careless custodian), but not the approvals; or the approvals, but not the custodian; or a grant
 * of another client. It says what it likes to the key room. adversary_test.c has the team without the custodian's word. Each row wants a stamp or a way to
 * one, and gets none.
 */
#include "world.h"

#include "codec/text.h"

#define S(buf) jy_buf_slice(&(buf))
#define A1 "approver-a1"
#define A2 "approver-a2"
#define BOSS "approver-boss"
#define DEPUTY "approver-deputy"
#define OWN "approver-own"             /* enrolled by the team itself */
#define STRANGER "approver-stranger"   /* of another organization */
#define PIN "approver-Pin-1"
#define BIG 500000000                  /* fen: takes two steps */
#define SMALL 100000

static struct {
    struct jy_stamp_order order;       /* of "big": everything approved, not stamped */
    struct jy_buf big, first, second, chain;
    struct jy_buf other, other_first;  /* "other": its first step approved */
    struct jy_buf flow, flow_secret;   /* in force */
    struct jy_sm2 *own_key, *client;
    struct jy_grant grant;
    struct jy_buf grant_der, grant_chain, grant_secret;
    char grant_hex[65];
} t;

/* Enrolled under another organization's code. */
static void
enrol_stranger(void)
{
    struct jy_msg_KEY_ENROL m = { 0 };
    struct jy_frame reply;
    struct jy_buf cert;

    TEXT(m.key_id, STRANGER);
    TEXT(m.kind, "approver");
    TEXT(m.common_name, "x");
    TEXT(m.organization, "另一单位");
    TEXT(m.organization_code, "91120000MA00000001");
    OK(world_ask(JY_MSG_KEY_ENROL, &m, &reply));
    cert = world_issue(reply.u.KEY_ENROLLED.csr, w.now - 86400, w.now + 86400, false);
    OK(world_bind(STRANGER, S(cert)));
    OK(world_change_pin(STRANGER, reply.u.KEY_ENROLLED.activation_code, PIN));
    jy_buf_free(&cert);
    jy_frame_free(&reply);
}

static struct jy_flow *
two_step_flow(void)
{
    struct jy_flow *f = world_flow(SEAL, A1);

    f->path_count = 2;
    f->paths[1] = f->paths[0];
    f->paths[0].amount_max_fen = SMALL;
    for (int p = 0; p < 2; p++) {
        f->paths[p].steps[0].approver_count = 2;
        TEXT(f->paths[p].steps[0].approvers[1], A2);
    }
    f->paths[1].step_count = 2;
    f->paths[1].steps[1] = (struct jy_flow_step){ .name = "法定代表人", .needed = 1, .approver_count = 1 };
    TEXT(f->paths[1].steps[1].approvers[0], BOSS);
    f->deputy_count = 1;
    f->deputies[0] = (struct jy_flow_deputy){ .from = w.now + 1000, .to = w.now + 2000 };
    TEXT(f->deputies[0].principal, BOSS);
    TEXT(f->deputies[0].deputy, DEPUTY);
    return f;
}

static struct jy_buf
order_of(const char *id, int64_t amount)
{
    struct jy_stamp_order o = world_order(id);

    o.amount_fen = amount;
    return world_encode(&o);
}

static jy_err
use_grant_with(struct jy_slice order, const char *grant_id, const char *hex, const struct jy_sm2 *client, struct jy_slice sealed)
{
    struct jy_msg_KEY_STAMP_GRANTED m = { .order = order };
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t len = 0;
    struct jy_buf own = world_digest_secret("use", order, hex);
    jy_err rc;

    if (client != NULL)
        OK(jy_sm2_sign(client, order, signature, &len));
    TEXT(m.grant_id, grant_id);
    m.signature = JY_SLICE(signature, len);
    m.sealed_secret = sealed.p == NULL ? S(own) : sealed;
    rc = world_ask_bytes(JY_MSG_KEY_STAMP_GRANTED, &m, NULL);
    jy_buf_free(&own);
    return rc;
}

static jy_err
use_grant(struct jy_slice order)
{
    return use_grant_with(order, t.grant.grant_id, t.grant_hex, t.client, JY_EMPTY);
}

static jy_err
give_with(struct jy_slice grant, struct jy_slice approvals, struct jy_buf *cipher)
{
    struct jy_buf sealed = world_digest_secret("grant", grant, SEAL_PIN);
    struct jy_msg_KEY_GRANT m = { .grant = grant, .approvals = approvals, .sealed_pin = S(sealed) };
    jy_err rc = world_ask_bytes(JY_MSG_KEY_GRANT, &m, cipher);

    jy_buf_free(&sealed);
    return rc;
}

/* Approved by A1 and the boss, as an order of that amount is. */
static struct jy_buf
approve_grant(struct jy_slice grant)
{
    struct jy_buf a = { 0 }, b = { 0 }, chain;

    OK(world_agree("grant", A1, PIN, grant, 0, &a));
    OK(world_agree("grant", BOSS, PIN, grant, 1, &b));
    chain = world_chain((struct jy_slice[]){ S(a), S(b) }, 2);
    jy_buf_free(&a);
    jy_buf_free(&b);
    return chain;
}

static void
make_grant(void)
{
    struct jy_buf plain = { 0 };

    t.grant = (struct jy_grant){ .category_count = 1, .valid_from = w.now - 10, .valid_to = w.now + 5000, .count_max = 2, .amount_each_fen = BIG,
                                 .amount_total_fen = BIG + 100 };
    TEXT(t.grant.grant_id, "grant-1");
    TEXT(t.grant.seal_key_id, SEAL);
    TEXT(t.grant.client, "client-1");
    TEXT(t.grant.categories[0], "agreement");
    OK(jy_sm2_generate(&t.client));
    OK(jy_sm2_point(t.client, t.grant.client_point));
    OK(jy_grant_encode(&t.grant, &t.grant_der));
    t.grant_chain = approve_grant(S(t.grant_der));
    OK(give_with(S(t.grant_der), S(t.grant_chain), &t.grant_secret));
    OK(jy_sm2_decrypt(t.client, S(t.grant_secret), &plain));
    assert_int_equal(plain.len, JY_GRANT_SECRET_SIZE);
    jy_hex(S(plain), t.grant_hex);
    jy_buf_wipe(&plain);
}

static int
begin(void **state)
{
    if (world_begin(state) != 0)
        return -1;
    memset(&t, 0, sizeof(t));
    world_people();
    world_key(A1, "approver", PIN);
    world_key(A2, "approver", PIN);
    world_key(BOSS, "approver", PIN);
    world_key(DEPUTY, "approver", PIN);
    world_key(OWN, "approver", PIN);
    world_key("approver-" CUSTODIAN, "approver", PIN);
    enrol_stranger();
    OK(jy_sm2_generate(&t.own_key));
    t.flow = world_flow_der(two_step_flow());
    t.flow_secret = world_digest_secret("flow", S(t.flow), SEAL_PIN);
    OK(world_set_flow_with(SEAL, S(t.flow), JY_EMPTY, S(t.flow_secret)));
    t.order = world_order("big");
    t.order.amount_fen = BIG;
    t.big = world_encode(&t.order);
    OK(world_agree("order", A1, PIN, S(t.big), 0, &t.first));
    OK(world_agree("order", BOSS, PIN, S(t.big), 1, &t.second));
    t.chain = world_chain((struct jy_slice[]){ S(t.first), S(t.second) }, 2);
    t.other = order_of("other", BIG);
    OK(world_agree("order", A2, PIN, S(t.other), 0, &t.other_first));
    make_grant();
    return 0;
}

static int
end(void **state)
{
    struct jy_buf *all[] = { &t.big, &t.first, &t.second, &t.chain, &t.other, &t.other_first, &t.flow, &t.flow_secret, &t.grant_der, &t.grant_chain,
                             &t.grant_secret };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        jy_buf_free(all[i]);
    jy_sm2_free(t.own_key);
    jy_sm2_free(t.client);
    return world_end(state);
}

/* -- with the custodian's word for this very order -- */

static jy_err
stamp_these(struct jy_slice order, struct jy_slice approvals)
{
    struct jy_buf sealed = world_order_secret("stamp", order, SEAL_PIN);
    jy_err rc = world_stamp_chain(order, approvals, S(sealed), NULL);

    jy_buf_free(&sealed);
    return rc;
}

static jy_err
stamp_list(struct jy_slice order, const struct jy_slice *approvals, size_t count)
{
    struct jy_buf chain = world_chain(approvals, count);
    jy_err rc = stamp_these(order, S(chain));

    jy_buf_free(&chain);
    return rc;
}
#define STAMP(order, ...) stamp_list(order, (struct jy_slice[]){ __VA_ARGS__ }, sizeof((struct jy_slice[]){ __VA_ARGS__ }) / sizeof(struct jy_slice))

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
static jy_err the_flow_expired(void)
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
a_frozen_seal(void)
{
    struct jy_buf order = order_of("frozen", SMALL), approval = { 0 };
    jy_err rc;

    OK(world_agree("order", A1, PIN, S(order), 0, &approval));
    OK(world_state(SEAL, "frozen", NULL));
    if ((rc = STAMP(S(order), S(approval))) != JY_OK)
        rc = use_grant(S(order));
    OK(world_state(SEAL, "live", SEAL_PIN));
    jy_buf_free(&order);
    jy_buf_free(&approval);
    return rc;
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

/* -- custody and locks -- */

static jy_err
custody(enum jy_message_type type, const char *purpose, const char *person, const char *pin, const char *new_pin)
{
    char object[161];
    struct jy_buf sealed;
    union { struct jy_msg_KEY_HAND_OVER hand; struct jy_msg_KEY_TAKE_OVER take; } m = { .hand = { .sealed_pins = JY_EMPTY } };
    jy_err rc;

    snprintf(object, sizeof(object), "%s/%s", SEAL, person);
    sealed = world_secret_at(purpose, object, pin, new_pin, w.now);
    if (type == JY_MSG_KEY_HAND_OVER) {
        TEXT(m.hand.seal_key_id, SEAL);
        TEXT(m.hand.person_id, person);
        m.hand.sealed_pins = S(sealed);
        rc = world_ask_bytes(type, &m.hand, NULL);
    } else {
        TEXT(m.take.seal_key_id, SEAL);
        TEXT(m.take.person_id, person);
        m.take.sealed_pins = S(sealed);
        rc = world_ask_bytes(type, &m.take, NULL);
    }
    jy_buf_free(&sealed);
    return rc;
}
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

/* -- grants -- */

static jy_err
granted(const char *id, void (*change)(struct jy_stamp_order *order))
{
    struct jy_stamp_order order = world_order(id);
    struct jy_buf der;
    jy_err rc;

    order.amount_fen = 50;
    if (change != NULL)
        change(&order);
    der = world_encode(&order);
    rc = use_grant(S(der));
    jy_buf_free(&der);
    return rc;
}
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

static jy_err
a_cancelled_seal(void)
{
    OK(world_state(SEAL, "cancelled", NULL));
    return stamp_these(S(t.big), S(t.chain)) == JY_OK ? JY_OK : granted("g9", NULL);
}

#define ROW(attack) { #attack, attack }
static const struct { const char *name; jy_err (*attack)(void); } attacks[] = {
    ROW(no_approval), ROW(nothing_at_all), ROW(the_first_step_only), ROW(the_last_step_only), ROW(steps_in_wrong_order), ROW(the_first_twice),
    ROW(the_last_twice), ROW(the_first_of_another_order), ROW(the_approvals_of_another_order), ROW(half_a_chain_of_another_person),
    ROW(mixed_of_two_orders), ROW(approvals_of_a_grant), ROW(forged_in_the_name_of_an_approver), ROW(forged_in_an_own_name),
    ROW(forged_in_the_seals_name), ROW(forged_in_nobodys_name), ROW(signed_outside_with_the_approvers_own_key), ROW(any_byte_of_the_chain_changed),
    ROW(any_byte_of_the_order_changed), ROW(leftover_bytes), ROW(more_approvals_than_a_chain_holds), ROW(order_changed__move_it),
    ROW(order_changed__turn_the_page), ROW(order_changed__widen), ROW(order_changed__add_a_place), ROW(order_changed__cut_a_strip),
    ROW(order_changed__other_bytes), ROW(order_changed__other_document), ROW(order_changed__smaller_amount), ROW(order_changed__no_amount),
    ROW(order_changed__more_copies), ROW(order_changed__other_category), ROW(order_changed__longer_life), ROW(order_changed__other_id),
    ROW(the_order_expired), ROW(the_clock_before_the_approvals), ROW(a_frozen_seal), ROW(an_abandoned_order), ROW(an_overdue_pin),
    ROW(the_boss_before_the_department), ROW(the_boss_in_the_departments_place), ROW(somebody_of_another_step), ROW(somebody_the_flow_does_not_name),
    ROW(a_stranger), ROW(the_seal_key_as_approver), ROW(a_step_that_the_path_has_not), ROW(a_second_one_in_a_complete_step),
    ROW(a_deputy_before_his_time), ROW(a_deputy_after_his_time), ROW(a_secret_for_one_step_used_in_another), ROW(a_grant_passed_off_as_an_order),
    ROW(a_flow__without_steps), ROW(a_flow__with_a_stranger), ROW(a_flow__with_the_seal_key), ROW(a_flow__with_nobody_known),
    ROW(a_flow__with_the_custodian), ROW(a_flow__with_a_strange_deputy), ROW(a_flow__needing_nobody), ROW(a_flow__needing_more_than_there_are),
    ROW(a_flow__for_another_seal), ROW(a_flow__numbered_lower), ROW(a_flow__with_an_authority_that_was_not_asked),
    ROW(a_flow__with_the_custodian_as_authority), ROW(a_flow_of_their_own_without_the_custodian), ROW(take_over_what_nobody_hands_over),
    ROW(hand_over_without_the_custodian), ROW(take_over_in_another_ones_place), ROW(guess_the_hand_over_code_until_it_locks),
    ROW(take_over_after_three_days), ROW(name_oneself_custodian_of_a_seal_in_use), ROW(unlock_a_locked_key_alone), ROW(a_grant_for_another_category),
    ROW(a_grant_above_its_amount), ROW(a_grant_without_an_amount), ROW(a_grant_for_another_seal), ROW(a_grant_with_a_guessed_secret),
    ROW(a_grant_with_the_custodians_pin), ROW(a_grant_without_the_clients_signature), ROW(a_grant_with_an_own_signature),
    ROW(a_grant_that_nobody_gave), ROW(a_captured_use_for_another_order), ROW(a_grant_out_of_its_dates), ROW(a_grant_that_is_used_up),
    ROW(a_grant_without_approvals), ROW(a_grant_with_the_approvals_of_another), ROW(a_grant_under_a_taken_id),
    ROW(a_grant_with_the_approvals_of_an_order), ROW(a_grant_by_a_point_that_is_none), ROW(a_revoked_grant), ROW(noise),
    ROW(the_flow_expired), ROW(approvals_under_a_flow_that_was_replaced), ROW(the_old_flow_set_again_with_its_captured_secret), ROW(a_cancelled_seal),
};

static void
n3_r16_1__no_way_around_the_chain_gives_a_stamp(void **state)
{
    static const char *const never[] = { "big", "big-2", "other", "forged", "frozen", "abandoned", "overdue", "turn-1", "turn-2", "g1", "g2", "g3", "g4",
                                         "g7", "g8", "g9" };
    uint32_t found;

    (void)state;
    for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
        if (attacks[i].attack() == JY_OK)
            fail_msg("%s succeeded", attacks[i].name);
    world_reopen();
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        OK(world_settle(never[i], 0, &found, NULL));
        assert_int_equal(found, 0);
    }
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
    OK(granted("g6", NULL));                                   /* a grant outlives the hand-over, until it is revoked */
    jy_buf_free(&value);
    jy_buf_free(&again);
    jy_buf_free(&sealed);
    jy_buf_free(&deputy);
    jy_buf_free(&chain);
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

#define RED(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RED(n3_r16_1__no_way_around_the_chain_gives_a_stamp), RED(r16_1_r18_1__what_is_whole_does_stamp),
        RED(r16_2__a_path_without_steps_needs_its_authority_and_keeps_to_its_scope), RED(n3__vault_secret_and_disk_do_not_open_the_copy_of_a_grant),
        RED(r19_2__none_of_the_last_four_pins_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

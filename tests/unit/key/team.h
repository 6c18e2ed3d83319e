/* SPDX-License-Identifier: Apache-2.0 */
/*
 * team.h: the red team owns web, doc, link, the database, the disk and the vault secret, and every message that ever passed. Here it even has the
 * custodian's word for the order it wants (a colluding or careless custodian), but not the approvals; or the approvals, but not the custodian; or a grant
 * of another client. It says what it likes to the key room. adversary_test.c has the team without the custodian's word. Each row of a table wants a
 * stamp or a way to one, and gets none (N3, R16.1); what is whole does stamp, or the tables would prove nothing.
 */
#ifndef JY_TEST_TEAM_H
#define JY_TEST_TEAM_H

#include "world.h"

#include "codec/text.h"


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

static inline struct jy_flow *
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

static inline struct jy_buf
order_of(const char *id, int64_t amount)
{
    struct jy_stamp_order o = world_order(id);

    o.amount_fen = amount;
    return world_encode(&o);
}

static inline jy_err
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

static inline jy_err
use_grant(struct jy_slice order)
{
    return use_grant_with(order, t.grant.grant_id, t.grant_hex, t.client, JY_EMPTY);
}

static inline jy_err
give_by(const char *pin, struct jy_slice grant, struct jy_slice approvals, struct jy_buf *cipher)
{
    struct jy_buf sealed = world_digest_secret("grant", grant, pin);
    struct jy_msg_KEY_GRANT m = { .grant = grant, .approvals = approvals, .sealed_pin = S(sealed) };
    jy_err rc = world_ask_bytes(JY_MSG_KEY_GRANT, &m, cipher);

    jy_buf_free(&sealed);
    return rc;
}

static inline jy_err
give_with(struct jy_slice grant, struct jy_slice approvals, struct jy_buf *cipher)
{
    return give_by(SEAL_PIN, grant, approvals, cipher);
}

/* Approved by A1 and the boss, as an order of that amount is. */
static inline struct jy_buf
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

static inline void
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

static inline int
team_begin(void **state)
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
    world_approver_of(STRANGER, "91120000MA00000001", PIN, NULL);
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

static inline int
team_end(void **state)
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

static inline jy_err
stamp_these(struct jy_slice order, struct jy_slice approvals)
{
    struct jy_buf sealed = world_order_secret("stamp", order, SEAL_PIN);
    jy_err rc = world_stamp_chain(order, approvals, S(sealed), NULL);

    jy_buf_free(&sealed);
    return rc;
}

static inline jy_err
stamp_list(struct jy_slice order, const struct jy_slice *approvals, size_t count)
{
    struct jy_buf chain = world_chain(approvals, count);
    jy_err rc = stamp_these(order, S(chain));

    jy_buf_free(&chain);
    return rc;
}
#define STAMP(order, ...) stamp_list(order, (struct jy_slice[]){ __VA_ARGS__ }, sizeof((struct jy_slice[]){ __VA_ARGS__ }) / sizeof(struct jy_slice))

static inline jy_err
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

static inline jy_err
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

/* -- a table of attacks -- */

#define ROW(attack) { #attack, attack }
struct attack { const char *name; jy_err (*attack)(void); };

/* None succeeds, and none of these orders was signed behind anybody's back. */
static inline void
team_try(const struct attack *attacks, size_t count, const char *const *never, size_t never_count)
{
    uint32_t found;

    for (size_t i = 0; i < count; i++)
        if (attacks[i].attack() == JY_OK)
            fail_msg("%s succeeded", attacks[i].name);
    world_reopen();
    for (size_t i = 0; i < never_count; i++) {
        OK(world_settle(never[i], 0, &found, NULL));
        assert_int_equal(found, 0);
    }
}
#define TRY(attacks, never) team_try(attacks, sizeof(attacks) / sizeof((attacks)[0]), never, sizeof(never) / sizeof((never)[0]))

#define RED(test) cmocka_unit_test_setup_teardown(test, team_begin, team_end)

#endif

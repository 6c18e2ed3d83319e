/* SPDX-License-Identifier: Apache-2.0 */
/*
 * R18.1, R16.1: orders by digest only. What nobody here saw is signed only where the seal's flow, or a grant, says that such orders are taken; the order says
 * it itself, so web can neither leave the mark out nor put it on. The red team owns web and has the custodian's word for the order that it wants.
 */
#include "world.h"

#include "codec/text.h"

#define S(buf) jy_buf_slice(&(buf))
#define SEEN "approver-seen"           /* approves what was seen */
#define UNSEEN "approver-unseen"       /* approves what was not */
#define PIN "approver-Pin-1"

static struct jy_buf
order_of(const char *id, bool digest_only)
{
    struct jy_stamp_order o = world_order(id);

    o.digest_only = digest_only;
    return world_encode(&o);
}

/* A path for each kind, with an approver each; or the first only, as every flow was before. */
static void
set_flow(bool takes_digests)
{
    struct jy_flow *f = world_flow(SEAL, SEEN);

    f->path_count = takes_digests ? 2 : 1;
    f->paths[1] = f->paths[0];
    f->paths[1].digest_only = true;
    TEXT(f->paths[1].steps[0].approvers[0], UNSEEN);
    OK(world_set_flow(f, JY_EMPTY, SEAL_PIN));
}

static int
begin(void **state)
{
    if (world_begin(state) != 0)
        return -1;
    world_people();
    world_key(SEEN, "approver", PIN);
    world_key(UNSEEN, "approver", PIN);
    return 0;
}

static jy_err
stamp(struct jy_slice order, struct jy_slice approval, struct jy_buf *value)
{
    struct jy_buf chain = world_chain(&approval, approval.len > 0 ? 1 : 0), sealed = world_order_secret("stamp", order, SEAL_PIN);
    jy_err rc = world_stamp_chain(order, S(chain), S(sealed), value);

    jy_buf_free(&chain);
    jy_buf_free(&sealed);
    return rc;
}

static void
r18_1__without_a_path_for_it_a_digest_is_neither_approved_nor_signed(void **state)
{
    struct jy_buf order = order_of("unseen", true), approval = { 0 };

    (void)state;
    set_flow(false);
    IS(world_agree("order", SEEN, PIN, S(order), 0, &approval), JY_E_NO_PATH);
    IS(stamp(S(order), JY_EMPTY, NULL), JY_E_NO_PATH);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

static void
r18_1__each_kind_takes_its_own_path(void **state)
{
    struct jy_buf seen = order_of("seen", false), unseen = order_of("unseen", true), one = { 0 }, other = { 0 }, value = { 0 };

    (void)state;
    set_flow(true);
    IS(world_agree("order", SEEN, PIN, S(unseen), 0, &one), JY_E_FORBIDDEN);
    IS(world_agree("order", UNSEEN, PIN, S(seen), 0, &one), JY_E_FORBIDDEN);
    OK(world_agree("order", SEEN, PIN, S(seen), 0, &one));
    OK(world_agree("order", UNSEEN, PIN, S(unseen), 0, &other));
    IS(stamp(S(unseen), S(one), NULL), JY_E_NO_APPROVAL);
    IS(stamp(S(seen), S(other), NULL), JY_E_NO_APPROVAL);
    OK(stamp(S(seen), S(one), NULL));
    OK(stamp(S(unseen), S(other), &value));
    assert_true(value.len > 0);
    jy_buf_free(&seen);
    jy_buf_free(&unseen);
    jy_buf_free(&one);
    jy_buf_free(&other);
    jy_buf_free(&value);
}

/* The same order but for the mark: approved as seen, carried out as not seen, and the other way round. */
static void
r16_1__the_mark_is_part_of_what_was_approved(void **state)
{
    struct jy_buf seen = order_of("order", false), unseen = order_of("order", true), approval = { 0 }, none = { 0 };

    (void)state;
    set_flow(true);
    OK(world_agree("order", UNSEEN, PIN, S(unseen), 0, &approval));
    IS(stamp(S(seen), S(approval), NULL), JY_E_NO_APPROVAL);
    IS(world_agree("order", SEEN, PIN, S(seen), 0, &none), JY_E_ORDER_SPENT);
    OK(stamp(S(unseen), S(approval), NULL));
    IS(stamp(S(seen), S(approval), NULL), JY_E_ORDER_SPENT);
    jy_buf_free(&none);
    jy_buf_free(&seen);
    jy_buf_free(&unseen);
    jy_buf_free(&approval);
}

/* A flow that takes no digests any more ends what was approved under the one before. */
static void
r16_1__a_path_that_was_taken_away_approves_nothing(void **state)
{
    struct jy_buf order = order_of("order", true), approval = { 0 };

    (void)state;
    set_flow(true);
    OK(world_agree("order", UNSEEN, PIN, S(order), 0, &approval));
    set_flow(false);
    IS(stamp(S(order), S(approval), NULL), JY_E_NO_PATH);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

static void
r18_1__a_grant_covers_digests_only_when_it_says_so(void **state)
{
    struct jy_grant grant = { .category_count = 1, .valid_from = w.now - 10, .valid_to = w.now + 5000, .count_max = 5, .amount_each_fen = -1,
                              .amount_total_fen = -1 };
    struct jy_stamp_order order = world_order("order");

    (void)state;
    TEXT(grant.seal_key_id, SEAL);
    TEXT(grant.categories[0], "agreement");
    for (int i = 0; i < 4; i++) {
        grant.digest_only = (i & 1) != 0;
        order.digest_only = (i & 2) != 0;
        IS(jy_grant_covers(&grant, &order, 0, 0, w.now, &w.fault), grant.digest_only == order.digest_only ? JY_OK : JY_E_GRANT);
    }
}

/* One encoding only: a mark that says FALSE, or stands twice, is no mark. */
static void
the_mark_has_one_encoding(void **state)
{
    struct jy_buf plain = order_of("order", false), marked = order_of("order", true);
    struct jy_stamp_order o;

    (void)state;
    assert_int_equal(marked.len, plain.len + 3);
    OK(jy_stamp_order_parse(S(marked), &o, NULL));
    assert_true(o.digest_only);
    jy_stamp_order_free(&o);
    OK(jy_stamp_order_parse(S(plain), &o, NULL));
    assert_false(o.digest_only);
    jy_stamp_order_free(&o);
    for (int byte = 0; byte < 255; byte++) {
        marked.p[marked.len - 1] = (uint8_t)byte;
        assert_int_not_equal(jy_stamp_order_parse(S(marked), &o, NULL), JY_OK);
        jy_stamp_order_free(&o);
    }
    jy_buf_free(&plain);
    jy_buf_free(&marked);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(r18_1__without_a_path_for_it_a_digest_is_neither_approved_nor_signed, begin, world_end),
        cmocka_unit_test_setup_teardown(r18_1__each_kind_takes_its_own_path, begin, world_end),
        cmocka_unit_test_setup_teardown(r16_1__the_mark_is_part_of_what_was_approved, begin, world_end),
        cmocka_unit_test_setup_teardown(r16_1__a_path_that_was_taken_away_approves_nothing, begin, world_end),
        cmocka_unit_test_setup_teardown(r18_1__a_grant_covers_digests_only_when_it_says_so, begin, world_end),
        cmocka_unit_test_setup_teardown(the_mark_has_one_encoding, begin, world_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

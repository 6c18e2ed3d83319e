/* SPDX-License-Identifier: Apache-2.0 */
/* Flows and grants: which path decides, which chains are complete, and what is no flow at all (R16.1, R18.1, R19.1). */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipc/flow.h"
#include "ipc/grant.h"

#define T0 1780000000
#define OK(call) assert_int_equal(call, JY_OK)

/* Two of a, b, c side by side; then d or e; f stands in for d from T0+100 to T0+200, and g for a and b always. */
static struct jy_flow *
a_flow(void)
{
    struct jy_flow *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    strcpy(f->seal_key_id, "seal-1");
    f->number = 7;
    f->valid_from = T0;
    f->valid_to = T0 + 1000;
    f->once_in_the_chain = true;
    f->path_count = 2;
    f->paths[0] = (struct jy_flow_path){ .category_count = 1, .categories = { "agreement" }, .amount_max_fen = -1, .step_count = 2 };
    f->paths[0].steps[0] = (struct jy_flow_step){ .name = "会签", .needed = 2, .approver_count = 3, .approvers = { "a", "b", "c" } };
    f->paths[0].steps[1] = (struct jy_flow_step){ .name = "审批", .needed = 1, .approver_count = 3, .approvers = { "d", "e", "a" } };
    f->paths[1] = (struct jy_flow_path){ .amount_max_fen = 500, .step_count = 1 };
    f->paths[1].steps[0] = (struct jy_flow_step){ .name = "审批", .needed = 1, .approver_count = 1, .approvers = { "e" } };
    f->deputy_count = 3;
    f->deputies[0] = (struct jy_flow_deputy){ "d", "f", T0 + 100, T0 + 200 };
    f->deputies[1] = (struct jy_flow_deputy){ "a", "g", T0, T0 + 1000 };
    f->deputies[2] = (struct jy_flow_deputy){ "b", "g", T0, T0 + 1000 };
    return f;
}

/* A chain as text: "a0@5" is a in step 0 at T0+5; "f>d1@150" is f in d's place. */
static size_t
read_chain(const char *text, struct jy_approval *out)
{
    size_t count = 0;
    char copy[256], *save = NULL;

    snprintf(copy, sizeof(copy), "%s", text);
    for (char *item = strtok_r(copy, " ", &save); item != NULL; item = strtok_r(NULL, " ", &save)) {
        struct jy_approval *a = &out[count++];
        const char *place = strchr(item, '>'), *at = strchr(item, '@');
        memset(a, 0, sizeof(*a));
        a->approver_key_id[0] = item[0];
        if (place != NULL)
            a->in_place_of[0] = place[1];
        a->step = (uint32_t)(at[-1] - '0');
        a->time = T0 + atoi(at + 1);
    }
    return count;
}

/* next and signed after the chain; -1: refused. */
static const struct { const char *chain, *custodian; int next, have; } chains[] = {
    { "", "", 0, 0 }, { "a0@1", "", 0, 1 }, { "a0@1 b0@1", "", 1, 0 }, { "c0@1 a0@2 d1@3", "", 2, 0 }, { "b0@1 c0@1 a1@1", "", 2, 0 },
    { "a0@1 a0@2", "", -1, 0 },                    /* one person twice */
    { "a0@1 b0@1 c0@1", "", -1, 0 },               /* more than needed */
    { "a0@1 d1@2", "", -1, 0 },                    /* the second step before the first is complete */
    { "d1@1 a0@2 b0@3", "", -1, 0 },
    { "a0@1 b0@1 d1@2 e1@3", "", -1, 0 },          /* after the last */
    { "a0@1 b0@1 a1@2", "", -1, 0 },               /* a in both steps */
    { "a0@5 b0@4", "", -1, 0 },                    /* times run backwards */
    { "d0@1", "", -1, 0 }, { "x0@1", "", -1, 0 },  /* of another step, of nobody */
    { "a0@1 b0@1 f>d1@150", "", 2, 0 },            /* the deputy in time */
    { "a0@1 b0@1 f>d1@99", "", -1, 0 }, { "a0@1 b0@1 f>d1@200", "", -1, 0 }, { "a0@1 b0@1 f1@150", "", -1, 0 },
    { "a0@1 b0@1 f>e1@150", "", -1, 0 },           /* stands in for d only */
    { "g>a0@1 b0@2", "", 1, 0 }, { "g>a0@1 a0@2", "", -1, 0 }, { "g>a0@1 g>b0@2", "", -1, 0 }, /* one place, one person */
    { "g>a0@1 b0@2 a1@3", "", 2, 0 },
    { "a0@1 b0@1 d1@2", "d", -1, 0 }, { "a0@1 b0@1 d1@2", "e", 2, 0 }, { "a0@1 b0@1 f>d1@150", "f", -1, 0 },   /* the custodian's own */
};

static void
r16_1_r19_1__a_chain_is_complete_when_its_steps_are_one_after_the_other(void **state)
{
    struct jy_flow *flow = a_flow();
    struct jy_approval list[8];

    (void)state;
    for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
        uint32_t next = 9, have = 9;
        struct jy_fault fault = { 0 };
        jy_err rc = jy_flow_judge(flow, &flow->paths[0], list, read_chain(chains[i].chain, list), chains[i].custodian, &next, &have, &fault);
        if (rc != (chains[i].next < 0 ? JY_E_NO_APPROVAL : JY_OK) || (rc == JY_OK && ((int)next != chains[i].next || (int)have != chains[i].have)))
            fail_msg("%s: %s, next %u, %u signed: %s", chains[i].chain, jy_err_code(rc), (unsigned)next, (unsigned)have, fault.text);
    }
    flow->once_in_the_chain = false;
    flow->custodian_may_approve = true;
    for (size_t i = 0; i < 2; i++) {
        uint32_t next;
        OK(jy_flow_judge(flow, &flow->paths[0], list, read_chain(i == 0 ? "a0@1 b0@1 a1@2" : "a0@1 b0@1 d1@2", list), "d", &next, NULL, NULL));
        assert_int_equal(next, 2);
    }
    free(flow);
}

static void
r16_1__the_first_path_that_fits_category_and_amount_decides(void **state)
{
    static const struct { const char *category; int64_t amount; jy_time now; int path; } rows[] = {
        { "agreement", -1, T0, 0 }, { "agreement", 1, T0, 0 }, { "voucher", 500, T0, 1 }, { "voucher", 0, T0 + 999, 1 }, { "voucher", 501, T0, -1 },
        { "voucher", -1, T0, -1 }, { "agreement", 1, T0 - 1, -1 }, { "agreement", 1, T0 + 1000, -1 },
    };
    struct jy_flow *flow = a_flow();
    const struct jy_flow_path *path;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        jy_err rc = jy_flow_path_for(flow, &(struct jy_flow_use){ rows[i].category, rows[i].amount, false }, rows[i].now, &path, NULL);
        assert_int_equal(rc, rows[i].path < 0 ? JY_E_NO_PATH : JY_OK);
        assert_ptr_equal(path, rows[i].path < 0 ? NULL : &flow->paths[rows[i].path]);
    }
    assert_true(jy_flow_names(flow, "a") && jy_flow_names(flow, "g"));
    assert_false(jy_flow_names(flow, "x"));
    free(flow);
}

/* A deputy's place is the first that is free. */
static void
r19_1__a_deputy_fills_one_place(void **state)
{
    struct jy_flow *flow = a_flow();
    const struct jy_flow_step *step = &flow->paths[0].steps[0];
    struct jy_approval list[4];
    size_t n;

    (void)state;
    assert_string_equal(jy_flow_in_place_of(flow, step, "a", T0, NULL, 0, 0), "");
    assert_string_equal(jy_flow_in_place_of(flow, step, "g", T0, NULL, 0, 0), "a");
    n = read_chain("a0@1", list);
    assert_string_equal(jy_flow_in_place_of(flow, step, "g", T0, list, n, 0), "b");
    n = read_chain("a0@1 b0@1", list);
    assert_null(jy_flow_in_place_of(flow, step, "g", T0, list, n, 0));
    assert_null(jy_flow_in_place_of(flow, step, "x", T0, NULL, 0, 0));
    free(flow);
}

static jy_err
parsed(struct jy_flow *flow)
{
    struct jy_flow *back = NULL;
    struct jy_buf der = { 0 }, again = { 0 };
    jy_err rc;

    OK(jy_flow_encode(flow, &der));
    if ((rc = jy_flow_parse(jy_buf_slice(&der), &back, NULL)) == JY_OK) {
        OK(jy_flow_encode(back, &again));
        assert_true(jy_slice_equal(jy_buf_slice(&der), jy_buf_slice(&again)));
        assert_true(back->path_count == flow->path_count && back->number == flow->number && strcmp(back->authority, flow->authority) == 0);
    } else
        assert_null(back);
    free(back);
    free(flow);
    jy_buf_free(&der);
    jy_buf_free(&again);
    return rc;
}

static void
flow__is_read_back_whole_and_refused_when_it_makes_no_sense(void **state)
{
    struct jy_flow *flow;
    struct jy_buf der = { 0 };

    (void)state;
    OK(parsed(a_flow()));
#define REFUSED(change, err) flow = a_flow(); change; assert_int_equal(parsed(flow), err)
    REFUSED(flow->number = 0, JY_E_ARGUMENT);
    REFUSED(flow->path_count = 0, JY_E_ARGUMENT);
    REFUSED(flow->valid_to = flow->valid_from, JY_E_ARGUMENT);
    REFUSED(flow->paths[0].step_count = 0, JY_E_ARGUMENT);             /* R16.2: without an authority */
    REFUSED(flow->paths[0].steps[0].needed = 4, JY_E_ARGUMENT);
    REFUSED(flow->paths[0].steps[0].needed = 0, JY_E_ARGUMENT);
    REFUSED(strcpy(flow->paths[0].steps[0].approvers[1], "a"), JY_E_FORMAT);
    REFUSED(flow->paths[0].steps[0].approvers[1][0] = '\0', JY_E_FORMAT);
    REFUSED(flow->paths[0].amount_max_fen = -2, JY_E_ARGUMENT);
    REFUSED(flow->paths[0].amount_max_fen = JY_AMOUNT_MAX + 1, JY_E_ARGUMENT);
    REFUSED(strcpy(flow->deputies[0].deputy, "d"), JY_E_ARGUMENT);
    REFUSED(flow->deputies[0].to = flow->deputies[0].from, JY_E_ARGUMENT);
    flow = a_flow();
    flow->paths[0].step_count = 0;
    strcpy(flow->authority, "d");
    OK(parsed(flow));
    flow = a_flow();
    OK(jy_flow_encode(flow, &der));
    for (size_t i = 0; i < der.len; i++) {
        struct jy_flow *back;
        assert_int_not_equal(jy_flow_parse(JY_SLICE(der.p, i), &back, NULL), JY_OK);
        assert_null(back);
    }
    free(flow);
    jy_buf_free(&der);
}

static struct jy_grant
a_grant(void)
{
    struct jy_grant g = { .grant_id = "g", .seal_key_id = "seal-1", .client = "c", .category_count = 2, .categories = { "voucher", "agreement" },
                          .valid_from = T0, .valid_to = T0 + 100, .count_max = 3, .amount_each_fen = 100, .amount_total_fen = 250 };

    memset(g.client_point, 4, sizeof(g.client_point));
    return g;
}

static void
r18_1__a_grant_covers_what_it_says_and_no_more(void **state)
{
    static const struct { const char *category, *seal; int64_t amount, count, used; jy_time now; bool covered; } rows[] = {
        { "voucher", "seal-1", 100, 0, 0, T0, true }, { "agreement", "seal-1", 0, 2, 250, T0 + 99, true }, { "voucher", "seal-1", 50, 1, 200, T0, true },
        { "voucher", "seal-1", 101, 0, 0, T0, false }, { "voucher", "seal-1", 51, 1, 200, T0, false }, { "voucher", "seal-1", 1, 3, 0, T0, false },
        { "voucher", "seal-1", -1, 0, 0, T0, false }, { "certificate", "seal-1", 1, 0, 0, T0, false }, { "voucher", "seal-2", 1, 0, 0, T0, false },
        { "voucher", "seal-1", 1, 0, 0, T0 - 1, false }, { "voucher", "seal-1", 1, 0, 0, T0 + 100, false },
    };
    struct jy_grant grant = a_grant(), back;
    struct jy_buf der = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_stamp_order o = { .amount_fen = rows[i].amount };
        strcpy(o.category, rows[i].category);
        strcpy(o.seal_key_id, rows[i].seal);
        assert_int_equal(jy_grant_covers(&grant, &o, rows[i].count, rows[i].used, rows[i].now, NULL), rows[i].covered ? JY_OK : JY_E_GRANT);
    }
    OK(jy_grant_encode(&grant, &der));
    OK(jy_grant_parse(jy_buf_slice(&der), &back, NULL));
    assert_memory_equal(&grant, &back, sizeof(grant));
    for (size_t i = 0; i < der.len; i++)
        assert_int_not_equal(jy_grant_parse(JY_SLICE(der.p, i), &back, NULL), JY_OK);
    der.len = 0;
    grant.amount_total_fen = -1;                        /* a limit for each and none in all */
    OK(jy_grant_encode(&grant, &der));
    assert_int_equal(jy_grant_parse(jy_buf_slice(&der), &back, NULL), JY_E_ARGUMENT);
    jy_buf_free(&der);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r16_1_r19_1__a_chain_is_complete_when_its_steps_are_one_after_the_other),
        cmocka_unit_test(r16_1__the_first_path_that_fits_category_and_amount_decides),
        cmocka_unit_test(r19_1__a_deputy_fills_one_place),
        cmocka_unit_test(flow__is_read_back_whole_and_refused_when_it_makes_no_sense),
        cmocka_unit_test(r18_1__a_grant_covers_what_it_says_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Flows as DER. */
#include "ipc/flow.h"
#include "ipc/parts.h"

#include <stdlib.h>
#include <string.h>

/* -- writing -- */

static jy_err
put_step(const struct jy_flow_step *s, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_text(&body, DER_UTF8, s->name)) == JY_OK && (rc = jy_der_put_i64(&body, s->needed)) == JY_OK)
        rc = jy_part_put_words(&body, s->approvers[0], sizeof(s->approvers[0]), s->approver_count);
    return jy_part_end(out, &body, rc);
}

static jy_err
put_path(const struct jy_flow_path *p, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, steps = { 0 };
    jy_err rc;

    if ((rc = jy_part_put_words(&body, p->categories[0], sizeof(p->categories[0]), p->category_count)) == JY_OK)
        rc = jy_der_put_i64(&body, p->amount_max_fen);
    for (uint32_t i = 0; rc == JY_OK && i < p->step_count; i++)
        rc = put_step(&p->steps[i], &steps);
    rc = jy_part_end(&body, &steps, rc);
    if (rc == JY_OK)
        rc = jy_part_put_last_boolean(&body, p->digest_only);
    return jy_part_end(out, &body, rc);
}

static jy_err
put_deputy(const struct jy_flow_deputy *d, struct jy_buf *out)
{
    struct jy_buf body = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_text(&body, DER_IA5, d->principal)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, d->deputy)) == JY_OK &&
        (rc = jy_der_put_generalized_time(&body, d->from)) == JY_OK)
        rc = jy_der_put_generalized_time(&body, d->to);
    return jy_part_end(out, &body, rc);
}

jy_err
jy_flow_encode(const struct jy_flow *f, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, list = { 0 };
    jy_err rc;

    if ((rc = jy_der_put_i64(&body, 1)) == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, f->seal_key_id)) == JY_OK &&
        (rc = jy_der_put_i64(&body, f->number)) == JY_OK && (rc = jy_der_put_generalized_time(&body, f->valid_from)) == JY_OK &&
        (rc = jy_der_put_generalized_time(&body, f->valid_to)) == JY_OK && (rc = jy_part_put_boolean(&body, f->custodian_may_approve)) == JY_OK &&
        (rc = jy_part_put_boolean(&body, f->once_in_the_chain)) == JY_OK)
        rc = jy_der_put_text(&body, DER_IA5, f->authority);
    for (uint32_t i = 0; rc == JY_OK && i < f->path_count; i++)
        rc = put_path(&f->paths[i], &list);
    rc = jy_part_end(&body, &list, rc);
    for (uint32_t i = 0; rc == JY_OK && i < f->deputy_count; i++)
        rc = put_deputy(&f->deputies[i], &list);
    rc = jy_part_end(&body, &list, rc);
    return jy_part_end(out, &body, rc);
}

/* -- reading -- */

static jy_err
get_step(struct jy_der *list, struct jy_flow_step *s)
{
    struct jy_der body;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_text(&body, DER_UTF8, s->name, sizeof(s->name))) != JY_OK ||
        (rc = jy_der_u32(&body, &s->needed)) != JY_OK ||
        (rc = jy_part_words(&body, s->approvers[0], sizeof(s->approvers[0]), JY_FLOW_APPROVERS_MAX, &s->approver_count)) != JY_OK ||
        (rc = jy_der_close(&body)) != JY_OK)
        return rc;
    return s->needed >= 1 && s->needed <= s->approver_count ? JY_OK : JY_E_ARGUMENT;
}

static jy_err
get_path(struct jy_der *list, struct jy_flow_path *p)
{
    struct jy_der body, steps;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &body)) != JY_OK ||
        (rc = jy_part_words(&body, p->categories[0], sizeof(p->categories[0]), JY_FLOW_CATEGORIES_MAX, &p->category_count)) != JY_OK ||
        (rc = jy_der_i64(&body, &p->amount_max_fen)) != JY_OK || (rc = jy_der_enter(&body, DER_SEQUENCE, &steps)) != JY_OK)
        return rc;
    if (p->amount_max_fen < -1 || p->amount_max_fen > JY_AMOUNT_MAX)
        return JY_E_ARGUMENT;
    for (; !jy_der_at_end(&steps); p->step_count++) {
        if (p->step_count == JY_FLOW_STEPS_MAX)
            return JY_E_LIMIT;
        if ((rc = get_step(&steps, &p->steps[p->step_count])) != JY_OK)
            return rc;
    }
    rc = jy_part_last_boolean(&body, &p->digest_only);
    return rc == JY_OK ? jy_der_close(&body) : rc;
}

static jy_err
get_deputy(struct jy_der *list, struct jy_flow_deputy *d)
{
    struct jy_der body;
    jy_err rc;

    if ((rc = jy_der_enter(list, DER_SEQUENCE, &body)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, d->principal, sizeof(d->principal))) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, d->deputy, sizeof(d->deputy))) != JY_OK || (rc = jy_part_time(&body, &d->from)) != JY_OK ||
        (rc = jy_part_time(&body, &d->to)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return rc;
    return d->principal[0] != '\0' && d->deputy[0] != '\0' && strcmp(d->principal, d->deputy) != 0 && d->from < d->to ? JY_OK : JY_E_ARGUMENT;
}

static jy_err
get_lists(struct jy_der *body, struct jy_flow *f)
{
    struct jy_der list;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    for (; !jy_der_at_end(&list); f->path_count++) {
        if (f->path_count == JY_FLOW_PATHS_MAX)
            return JY_E_LIMIT;
        if ((rc = get_path(&list, &f->paths[f->path_count])) != JY_OK)
            return rc;
    }
    if ((rc = jy_der_enter(body, DER_SEQUENCE, &list)) != JY_OK)
        return rc;
    for (; !jy_der_at_end(&list); f->deputy_count++) {
        if (f->deputy_count == JY_FLOW_DEPUTIES_MAX)
            return JY_E_LIMIT;
        if ((rc = get_deputy(&list, &f->deputies[f->deputy_count])) != JY_OK)
            return rc;
    }
    return JY_OK;
}

/* What fits together only as a whole. */
static jy_err
check_whole(const struct jy_flow *f, struct jy_fault *fault)
{
    if (f->seal_key_id[0] == '\0' || f->number < 1 || f->path_count < 1)
        return jy_fail(fault, JY_E_ARGUMENT, "Flow", 0, "needs a seal, a number from 1 and at least one path");
    if (f->valid_from >= f->valid_to)
        return jy_fail(fault, JY_E_ARGUMENT, "Flow.validTo", 0, "must be after validFrom");
    for (uint32_t i = 0; i < f->path_count; i++)
        if (f->paths[i].step_count == 0 && f->authority[0] == '\0')
            return jy_fail(fault, JY_E_ARGUMENT, "Flow.paths", i, "a path without steps needs an authority (R16.2)");
    return JY_OK;
}

jy_err
jy_flow_parse(struct jy_slice der, struct jy_flow **out, struct jy_fault *fault)
{
    struct jy_der all, body = { 0 };
    struct jy_flow *f;
    jy_err rc;

    *out = NULL;
    if (der.len > JY_FLOW_MAX)
        return jy_fail(fault, JY_E_LIMIT, "Flow", 0, "%zu bytes", der.len);
    if ((f = calloc(1, sizeof(*f))) == NULL)
        return JY_E_NOMEM;
    jy_der_open(&all, der);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_part_version(&body, 1)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, f->seal_key_id, sizeof(f->seal_key_id))) != JY_OK || (rc = jy_der_i64(&body, &f->number)) != JY_OK ||
        (rc = jy_part_time(&body, &f->valid_from)) != JY_OK || (rc = jy_part_time(&body, &f->valid_to)) != JY_OK ||
        (rc = jy_part_boolean(&body, &f->custodian_may_approve)) != JY_OK || (rc = jy_part_boolean(&body, &f->once_in_the_chain)) != JY_OK ||
        (rc = jy_der_text(&body, DER_IA5, f->authority, sizeof(f->authority))) != JY_OK || (rc = get_lists(&body, f)) != JY_OK ||
        (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        jy_fail(fault, rc, "Flow", body.base == NULL ? 0 : jy_der_offset(&body), "bad field");
    else
        rc = check_whole(f, fault);
    if (rc == JY_OK)
        *out = f;
    else
        free(f);
    return rc;
}

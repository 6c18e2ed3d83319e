/* SPDX-License-Identifier: Apache-2.0 */
/* Whether approvals make a complete chain (R16.1, R19.1). */
#include "ipc/flow.h"

#include <string.h>

static bool
has_word(const char (*words)[65], uint32_t count, const char *word)
{
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

bool
jy_flow_names(const struct jy_flow *flow, const char *key_id)
{
    for (uint32_t p = 0; p < flow->path_count; p++)
        for (uint32_t s = 0; s < flow->paths[p].step_count; s++)
            if (has_word(flow->paths[p].steps[s].approvers, flow->paths[p].steps[s].approver_count, key_id))
                return true;
    for (uint32_t d = 0; d < flow->deputy_count; d++)
        if (strcmp(flow->deputies[d].deputy, key_id) == 0)
            return true;
    return false;
}

static bool
fits(const struct jy_flow_path *path, const struct jy_flow_use *use)
{
    bool listed = path->category_count == 0;

    for (uint32_t i = 0; !listed && i < path->category_count; i++)
        listed = strcmp(path->categories[i], use->category) == 0;
    return listed && path->digest_only == use->digest_only &&
           (path->amount_max_fen < 0 || (use->amount_fen >= 0 && use->amount_fen <= path->amount_max_fen));
}

jy_err
jy_flow_path_for(const struct jy_flow *flow, const struct jy_flow_use *use, jy_time now, const struct jy_flow_path **out, struct jy_fault *fault)
{
    *out = NULL;
    if (now < flow->valid_from || now >= flow->valid_to)
        return jy_fail(fault, JY_E_NO_PATH, "Flow.validTo", 0, "the flow is not within its dates");
    for (uint32_t i = 0; i < flow->path_count; i++)
        if (fits(&flow->paths[i], use)) {
            *out = &flow->paths[i];
            return JY_OK;
        }
    return jy_fail(fault, JY_E_NO_PATH, "Flow.paths", 0, "no path takes category %s%s%s", use->category,
                   use->amount_fen < 0 ? " without an amount" : " with this amount", use->digest_only ? " by its digest only (R18.1)" : "");
}

static bool
may_stand_in(const struct jy_flow *flow, const char *deputy, const char *principal, jy_time at)
{
    for (uint32_t i = 0; i < flow->deputy_count; i++)
        if (strcmp(flow->deputies[i].deputy, deputy) == 0 && strcmp(flow->deputies[i].principal, principal) == 0 && at >= flow->deputies[i].from &&
            at < flow->deputies[i].to)
            return true;
    return false;
}

/* Whose place an approval fills. */
static const char *
place_of(const struct jy_approval *a)
{
    return a->in_place_of[0] != '\0' ? a->in_place_of : a->approver_key_id;
}

static bool
is_taken(const struct jy_approval *taken, size_t count, uint32_t step_number, const char *principal)
{
    for (size_t i = 0; i < count; i++)
        if (taken[i].step == step_number && strcmp(place_of(&taken[i]), principal) == 0)
            return true;
    return false;
}

const char *
jy_flow_in_place_of(const struct jy_flow *flow, const struct jy_flow_step *step, const char *key_id, jy_time at, const struct jy_approval *taken,
                    size_t taken_count, uint32_t step_number)
{
    if (has_word(step->approvers, step->approver_count, key_id))
        return "";
    for (uint32_t i = 0; i < step->approver_count; i++)
        if (may_stand_in(flow, key_id, step->approvers[i], at) && !is_taken(taken, taken_count, step_number, step->approvers[i]))
            return step->approvers[i];
    return NULL;
}

/* One approval against the rules and all before it; NULL when it keeps them. */
static const char *
problem_of(const struct jy_flow *flow, const struct jy_flow_path *path, const struct jy_approval *all, size_t number, uint32_t step,
           const char *custodian_key_id)
{
    const struct jy_approval *a = &all[number];
    const struct jy_flow_step *s = &path->steps[step];

    if (step == path->step_count)
        return "comes after the last step was complete";
    if (a->step != step)
        return a->step < step ? "is of a step that was complete already" : "is of a step that has not begun";
    if (number > 0 && a->time < all[number - 1].time)
        return "is older than the one before it";
    if (!has_word(s->approvers, s->approver_count, place_of(a)))
        return "is of nobody who approves in this step";
    if (a->in_place_of[0] != '\0' && !may_stand_in(flow, a->approver_key_id, a->in_place_of, a->time))
        return "is of no deputy for that time";
    if (!flow->custodian_may_approve && custodian_key_id[0] != '\0' && strcmp(a->approver_key_id, custodian_key_id) == 0)
        return "is the custodian's own (R19.1)";
    for (size_t i = 0; i < number; i++) {
        if (strcmp(all[i].approver_key_id, a->approver_key_id) == 0 && (all[i].step == step || flow->once_in_the_chain))
            return "is a second one of the same person";
        if (all[i].step == step && strcmp(place_of(&all[i]), place_of(a)) == 0)
            return "is a second one in the same place";
    }
    return NULL;
}

jy_err
jy_flow_judge(const struct jy_flow *flow, const struct jy_flow_path *path, const struct jy_approval *approvals, size_t count,
              const char *custodian_key_id, uint32_t *next, uint32_t *signed_, struct jy_fault *fault)
{
    uint32_t step = 0, have = 0;

    for (size_t i = 0; i < count; i++) {
        const char *problem = problem_of(flow, path, approvals, i, step, custodian_key_id);
        if (problem != NULL)
            return jy_fail(fault, JY_E_NO_APPROVAL, "Approval", i, "number %zu, by %s, %s (R16.1)", i + 1, approvals[i].approver_key_id, problem);
        if (++have == path->steps[step].needed) {
            step++;
            have = 0;
        }
    }
    *next = step;
    if (signed_ != NULL)
        *signed_ = have;
    return JY_OK;
}

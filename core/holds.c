/* SPDX-License-Identifier: Apache-2.0 */
/* Who may hold a seal, and what its holds make of its state (R21.2, R4.1). */
#include "core/rules.h"

#include <string.h>

static const struct hold_owner owners[] = {
    { "organization", "本单位", "its own organization", "保管人以保护口令解除", "the custodian lifts it with the seal's PIN", false, "R21.2" },
    { "district_police", "区公安机关", "the district police", "由该冻结所列民警共同解除", "the officers whom it names lift it together", true, "R4.1 R21.2" },
    { "city_police", "市公安机关", "the municipal police", "由该冻结所列市局民警共同解除", "the municipal officers whom it names lift it together", true, "R4.1 R21.2" },
};

const struct hold_owner *
hold_owners(size_t *count)
{
    *count = sizeof(owners) / sizeof(owners[0]);
    return owners;
}

const struct hold_owner *
hold_owner_by_code(const char *code)
{
    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
        if (strcmp(owners[i].code, code) == 0)
            return &owners[i];
    return NULL;
}

bool
seal_may_be_held(const char *state)
{
    static const char *const states[] = { "ACTIVE", "FROZEN", "SUSPENDED" };

    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i], state) == 0)
            return true;
    return false;
}

const char *
seal_event_of_holds(const char *state, size_t standing)
{
    if (strcmp(state, "ACTIVE") == 0 && standing > 0)
        return "freeze";
    if (strcmp(state, "FROZEN") == 0 && standing == 0)
        return "unfreeze";
    return NULL;
}

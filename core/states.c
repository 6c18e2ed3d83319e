/* SPDX-License-Identifier: Apache-2.0 */
/* State machines as rows; a pair without a row is refused. And the two gates of making: licence and physical seal. */
#include "core/rules.h"

#include <string.h>

const struct state_move application_moves[] = {
    { "DRAFT", "submit", "SUBMITTED", "R9" },
    { "DRAFT", "withdraw", "WITHDRAWN", "R9" },
    { "DRAFT", "lapse", "LAPSED", "R25.1" },                  /* personal data is not kept for a draft that nobody goes on with */
    { "CORRECTION", "submit", "SUBMITTED", "R9" },
    { "CORRECTION", "withdraw", "WITHDRAWN", "R9" },
    { "CORRECTION", "lapse", "LAPSED", "R13.2" },
    { "SUBMITTED", "accept", "ACCEPTED", "R13.2" },
    { "SUBMITTED", "refuse", "REFUSED", "R13.2" },
    { "SUBMITTED", "correct", "CORRECTION", "R13.2" },
    { "SUBMITTED", "withdraw", "WITHDRAWN", "R9" },
    { "SUBMITTED", "lapse", "LAPSED", "R13.2" },
    { "ACCEPTED", "make", "MADE", "R13.2" },
    { "ACCEPTED", "carry_out", "CARRIED_OUT", "R21.1 N1" },
    { "ACCEPTED", "refuse", "REFUSED", "R13.2" },
    { "ACCEPTED", "lapse", "LAPSED", "R13.2" },
    { NULL, NULL, NULL, NULL },
};

const struct state_move seal_moves[] = {
    { "MADE", "file", "FILED", "R13.2" },
    { "FILED", "activate", "ACTIVE", "R19.1" },
    { "FILED", "replace", "CANCELLED", "R20.1" },
    { "FILED", "cancel", "CANCELLED", "R21.1" },
    { "FILED", "expire", "EXPIRED", "R13.3" },
    { "FILED", "void", "VOID", "N8" },
    { "ACTIVE", "freeze", "FROZEN", "R21.2" },
    { "ACTIVE", "suspend", "SUSPENDED", "N1" },
    { "ACTIVE", "replace", "CANCELLED", "R20.1" },
    { "ACTIVE", "renew", "CANCELLED", "R20.2" },
    { "ACTIVE", "cancel", "CANCELLED", "R21.1" },
    { "ACTIVE", "expire", "EXPIRED", "R13.3" },
    { "ACTIVE", "void", "VOID", "N8" },
    { "FROZEN", "unfreeze", "ACTIVE", "R21.2" },
    { "FROZEN", "suspend", "SUSPENDED", "N1" },
    { "FROZEN", "replace", "CANCELLED", "R20.1" },
    { "FROZEN", "cancel", "CANCELLED", "R21.1" },
    { "FROZEN", "expire", "EXPIRED", "R13.3" },
    { "FROZEN", "void", "VOID", "N8" },
    { "SUSPENDED", "resume", "ACTIVE", "N1" },                /* neither replaced nor renewed: that would be a resumption without its filing */
    { "SUSPENDED", "cancel", "CANCELLED", "R21.1" },
    { "SUSPENDED", "expire", "EXPIRED", "R13.3" },
    { "SUSPENDED", "void", "VOID", "N8" },
    { "CANCELLED", "void", "VOID", "N8" },
    { "EXPIRED", "void", "VOID", "N8" },
    { NULL, NULL, NULL, NULL },
};

const struct state_move order_moves[] = {
    { "REQUESTED", "approve", "APPROVED", "R16.1" },
    { "REQUESTED", "refuse", "REFUSED", "R16.1" },
    { "REQUESTED", "expire", "EXPIRED", "R16.1" },
    { "APPROVED", "sign", "INTENT", "R16.1" },
    { "APPROVED", "expire", "EXPIRED", "R16.1" },
    { "INTENT", "done", "DONE", "N4" },
    { "INTENT", "fail", "FAILED", "N4" },
    { "INTENT", "return", "APPROVED", "N4" },      /* the key process said a clear no: another try may follow */
    { NULL, NULL, NULL, NULL },
};

const struct state_move maker_moves[] = {
    { "LICENSED", "suspend", "SUSPENDED", "R7.1" },
    { "LICENSED", "revoke", "REVOKED", "R7.1" },
    { "SUSPENDED", "resume", "LICENSED", "R7.1" },
    { "SUSPENDED", "revoke", "REVOKED", "R7.1" },
    { NULL, NULL, NULL, NULL },
};

const struct state_move workstation_moves[] = {
    { "PENDING", "confirm", "REGISTERED", "R13.4" },
    { "PENDING", "revoke", "REVOKED", "R13.4" },
    { "REGISTERED", "revoke", "REVOKED", "R13.4" },
    { NULL, NULL, NULL, NULL },
};

const struct state_move inspection_moves[] = {
    { "OPEN", "close", "CLOSED", "R13.6" },
    { NULL, NULL, NULL, NULL },
};

const struct state_move rectification_moves[] = {
    { "ORDERED", "answer", "ANSWERED", "R13.6" },
    { "ORDERED", "overdue", "OVERDUE", "R13.6" },
    { "ORDERED", "withdraw", "WITHDRAWN", "R13.6" },
    { "OVERDUE", "answer", "ANSWERED", "R13.6" },
    { "OVERDUE", "withdraw", "WITHDRAWN", "R13.6" },
    { "ANSWERED", "accept", "ACCEPTED", "R13.6" },
    { "ANSWERED", "reject", "ORDERED", "R13.6" },
    { NULL, NULL, NULL, NULL },
};

const struct state_move hold_moves[] = {
    { "STANDING", "lift", "LIFTED", "R21.2" },
    { NULL, NULL, NULL, NULL },
};

const struct state_machine state_machines[] = {
    { "application", "申请", application_moves }, { "seal", "电子印章", seal_moves }, { "order", "用章申请", order_moves },
    { "maker", "制作机构许可", maker_moves }, { "workstation", "制章工位", workstation_moves }, { "inspection", "监督检查", inspection_moves },
    { "rectification", "责令整改", rectification_moves }, { "hold", "冻结", hold_moves }, { NULL, NULL, NULL },
};

bool
seal_is_living(const char *state)
{
    static const char *const living[] = { "MADE", "FILED", "ACTIVE", "FROZEN", "SUSPENDED" };

    for (size_t i = 0; i < sizeof(living) / sizeof(living[0]); i++)
        if (strcmp(living[i], state) == 0)
            return true;
    return false;
}

jy_err
state_after(const struct state_move *moves, const char *from, const char *event, const char **to, struct jy_fault *fault)
{
    for (; moves->from != NULL; moves++)
        if (strcmp(moves->from, from) == 0 && strcmp(moves->event, event) == 0) {
            *to = moves->to;
            return JY_OK;
        }
    return jy_fail(fault, JY_E_BAD_STATE, "state", 0, "\"%s\" is not possible in state %s", event, from);
}

jy_err
maker_may_make(const char *state, jy_time valid_from, jy_time valid_to, jy_time now, struct jy_fault *fault)
{
    char from[21], to[21];

    if (strcmp(state, "LICENSED") != 0)
        return jy_fail(fault, JY_E_MAKER_LICENCE, "maker.state", 0, "the licence is %s (R7.1)", state);
    if (now < valid_from || now >= valid_to) {
        jy_time_rfc3339(valid_from, from);
        jy_time_rfc3339(valid_to, to);
        return jy_fail(fault, JY_E_MAKER_LICENCE, "maker.valid_to", 0, "the licence runs from %s to %s (R7.1)", from, to);
    }
    return JY_OK;
}

jy_err
physical_seal_fits(const struct physical_seal_facts *seal, const char *uscc, const char *kind, const char *name, struct jy_fault *fault)
{
    const struct seal_kind *rule = seal_kind_by_code(kind);

    if (!seal->found)
        return jy_fail(fault, JY_E_PHYSICAL_SEAL_UNKNOWN, "physical_seal_code", 0, "not registered (R8.1)");
    if (strcmp(seal->state, "in_use") != 0)
        return jy_fail(fault, JY_E_PHYSICAL_SEAL_CANCELLED, "physical_seal_code", 0, "its state is %s (R8.1)", seal->state);
    if (strcmp(seal->uscc, uscc) != 0)
        return jy_fail(fault, JY_E_PHYSICAL_SEAL_MISMATCH, "uscc", 0, "the physical seal belongs to another organization (R8.1)");
    if (strcmp(seal->kind, kind) != 0)
        return jy_fail(fault, JY_E_PHYSICAL_SEAL_MISMATCH, "seal_kind", 0, "the physical seal is of kind %s (R8.1)", seal->kind);
    if (strcmp(seal->name, name) != 0)
        return jy_fail(fault, JY_E_PHYSICAL_SEAL_MISMATCH, "seal_name", 0, "the physical seal's name is %s (R8.1)", seal->name);
    if (rule == NULL || seal->width_mm < 1 || seal->height_mm < 1 || seal->width_mm > rule->max_mm || seal->height_mm > rule->max_mm)
        return jy_fail(fault, JY_E_PHYSICAL_SEAL_MISMATCH, "size", 0, "%d × %d mm is not a size of this kind (R11.2)", seal->width_mm, seal->height_mm);
    return JY_OK;
}

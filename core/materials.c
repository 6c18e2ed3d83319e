/* SPDX-License-Identifier: Apache-2.0 */
/* Which materials an application needs: one row for each that an article asks for. docs/materials.md is generated from the rows. */
#include "core/rules.h"

#include <string.h>

#define NEW (TYPE_ISSUE | TYPE_REISSUE)           /* R20.1: a reissue is applied for like an issue */
#define PAUSE (TYPE_SUSPENSION | TYPE_RESUMPTION)
#define CHANGE (TYPE_RENEWAL | PAUSE)
#define END TYPE_CANCELLATION
#define OFFICIAL SEAL_OFFICIAL
#define HEAD SEAL_POSITION_HEAD
#define OTHER SEAL_POSITION_OTHER
#define POSITION SEAL_POSITION
#define ANY SEAL_ANY
#define EITHER HANDLED_EITHER
#define SELF HANDLED_SELF
#define AGENT HANDLED_BY_AGENT

/*
 * R22.1 and R23.1 list everything for a cancellation; what N2 adds is the proof of its own six events. For renewal, suspension and resumption
 * neither rule lists materials: the maker must know who asks (R13.2), so the written request and the agent's ID are taken from R22.1.
 */
static const struct material_rule materials[] = {
    /* code, zh, en, clause, applications, seals, handled, superior, script, reason, original */
    { "registration_document", "单位依法批准设立或者登记的证件、文书", "registration document of the organization", "R9.1", NEW, OFFICIAL, EITHER, false, false, NULL, true },
    { "introduction_letter", "加盖上级或者主管部门公章的介绍信", "introduction letter with the superior's seal", "R9.2", NEW, OFFICIAL, EITHER, true, false, NULL, true },
    { "principal_id_original", "法定代表人（经营者、主要负责人）身份证件原件", "ID original of the principal", "R9.3", NEW, OFFICIAL, SELF, false, false, NULL, true },
    { "principal_contact", "法定代表人（经营者、主要负责人）联系方式", "contact of the principal", "R9.3", NEW, OFFICIAL, SELF, false, false, NULL, false },
    { "power_of_attorney", "法定代表人（经营者、主要负责人）授权委托书", "power of attorney of the principal", "R9.4", NEW, OFFICIAL, AGENT, false, false, NULL, true },
    { "principal_id_copy", "法定代表人（经营者、主要负责人）身份证件复印件", "copy of the principal's ID", "R9.4", NEW, OFFICIAL, AGENT, false, false, NULL, false },
    { "agent_id_original", "经办人身份证件原件", "ID original of the agent", "R9.4", NEW, OFFICIAL, AGENT, false, false, NULL, true },
    { "agent_contact", "经办人联系方式", "contact of the agent", "R9.4", NEW, OFFICIAL, AGENT, false, false, NULL, false },
    { "translation", "经本单位确认的翻译文本", "translation confirmed by the organization", "R9.5", NEW, OFFICIAL, EITHER, false, true, NULL, false },

    { "registration_document", "所在单位依法批准设立或者登记的证件、文书", "registration document of the holder's organization", "R10.1", NEW, POSITION, EITHER, false, false, NULL, true },
    { "holder_id_original", "持有人身份证件原件", "ID original of the holder", "R10.2", NEW, HEAD, SELF, false, false, NULL, true },
    { "holder_contact", "持有人联系方式", "contact of the holder", "R10.2", NEW, HEAD, SELF, false, false, NULL, false },
    { "power_of_attorney", "法定代表人（经营者、主要负责人）授权委托书", "power of attorney of the principal", "R10.2", NEW, HEAD, AGENT, false, false, NULL, true },
    { "principal_id_copy", "法定代表人（经营者、主要负责人）身份证件复印件", "copy of the principal's ID", "R10.2", NEW, HEAD, AGENT, false, false, NULL, false },
    { "agent_id_original", "经办人身份证件原件", "ID original of the agent", "R10.2", NEW, HEAD, AGENT, false, false, NULL, true },
    { "agent_contact", "经办人联系方式", "contact of the agent", "R10.2", NEW, HEAD, AGENT, false, false, NULL, false },
    { "organization_letter", "所在单位加盖公章的介绍信", "introduction letter with the organization's seal", "R10.3", NEW, OTHER, EITHER, false, false, NULL, true },
    { "holder_id_original", "持有人身份证件原件", "ID original of the holder", "R10.3", NEW, OTHER, SELF, false, false, NULL, true },
    { "holder_contact", "持有人联系方式", "contact of the holder", "R10.3", NEW, OTHER, SELF, false, false, NULL, false },
    { "holder_power_of_attorney", "持有人授权委托书", "power of attorney of the holder", "R10.3", NEW, OTHER, AGENT, false, false, NULL, true },
    { "holder_id_copy", "持有人身份证件复印件", "copy of the holder's ID", "R10.3", NEW, OTHER, AGENT, false, false, NULL, false },
    { "agent_id_original", "经办人身份证件原件", "ID original of the agent", "R10.3", NEW, OTHER, AGENT, false, false, NULL, true },
    { "agent_contact", "经办人联系方式", "contact of the agent", "R10.3", NEW, OTHER, AGENT, false, false, NULL, false },

    { "renewal_request", "单位加盖公章的更新申请", "renewal request with the organization's seal", "R20.2 R13.2", TYPE_RENEWAL, ANY, EITHER, false, false, NULL, true },
    { "suspension_request", "单位加盖公章的停用申请", "suspension request with the organization's seal", "N1 R13.2", TYPE_SUSPENSION, ANY, EITHER, false, false, NULL, true },
    { "resumption_request", "单位加盖公章的恢复使用申请", "resumption request with the organization's seal", "N1 R13.2", TYPE_RESUMPTION, ANY, EITHER, false, false, NULL, true },
    { "agent_id_original", "经办人身份证件原件", "ID original of the agent", "R13.2", CHANGE, ANY, EITHER, false, false, NULL, true },

    { "cancellation_request", "单位加盖公章的书面申请", "written request with the organization's seal", "R22.1", END, OFFICIAL, EITHER, false, false, NULL, true },
    { "principal_id_copy", "法定代表人（经营者、主要负责人）身份证件复印件", "copy of the principal's ID", "R22.1", END, OFFICIAL, EITHER, false, false, NULL, false },
    { "agent_id_original", "经办人身份证件原件", "ID original of the agent", "R22.1", END, OFFICIAL, EITHER, false, false, NULL, true },
    { "agent_contact", "经办人联系方式", "contact of the agent", "R22.1", END, OFFICIAL, EITHER, false, false, NULL, false },
    { "cancellation_request", "单位加盖公章的书面申请", "written request with the organization's seal", "R23.1", END, POSITION, EITHER, false, false, NULL, true },
    { "holder_id_copy", "持有人身份证件复印件", "copy of the holder's ID", "R23.1", END, POSITION, EITHER, false, false, NULL, false },
    { "agent_id_original", "经办人身份证件原件", "ID original of the agent", "R23.1", END, POSITION, EITHER, false, false, NULL, true },
    { "agent_contact", "经办人联系方式", "contact of the agent", "R23.1", END, POSITION, EITHER, false, false, NULL, false },

    { "renaming_document", "名称变更登记证明", "registration of the new name", "N2", END, ANY, EITHER, false, false, "renamed", true },
    { "dissolution_document", "解散决定或者注销登记证明", "decision to dissolve, or proof of deregistration", "N2", END, ANY, EITHER, false, false, "dissolved", true },
    { "revocation_decision", "吊销决定书", "decision that revokes the licence", "N2", END, ANY, EITHER, false, false, "licence_revoked", true },
    { "bankruptcy_ruling", "人民法院破产裁定书", "the court's ruling of bankruptcy", "N2", END, ANY, EITHER, false, false, "bankrupt", true },
    { "merger_document", "合并决定或者变更登记证明", "decision or registration of the merger", "N2", END, ANY, EITHER, false, false, "merged", true },
    { "split_document", "分立决定或者变更登记证明", "decision or registration of the split", "N2", END, ANY, EITHER, false, false, "split", true },
};

const struct material_rule *
material_rules(size_t *count)
{
    *count = sizeof(materials) / sizeof(materials[0]);
    return materials;
}

bool
material_required(const struct material_rule *rule, const struct application_facts *facts)
{
    return (rule->types & facts->type->bit) != 0 && (rule->kept & facts->kind->kept) != 0 &&
           (rule->handled == HANDLED_EITHER || (rule->handled == HANDLED_BY_AGENT) == facts->by_agent) && (!rule->superior || facts->has_superior) &&
           (!rule->foreign_script || facts->foreign_script) &&
           (rule->cancel_reason == NULL || (facts->cancel_reason != NULL && strcmp(rule->cancel_reason, facts->cancel_reason) == 0));
}

const struct material_rule *
material_of(const struct application_facts *facts, const char *code)
{
    for (size_t i = 0; i < sizeof(materials) / sizeof(materials[0]); i++)
        if (strcmp(materials[i].code, code) == 0 && material_required(&materials[i], facts))
            return &materials[i];
    return NULL;
}

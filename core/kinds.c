/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of seals, organizations, documents, materials and reasons: each one table. */
#include "core/rules.h"

#include <string.h>

/* Sizes: 国发〔1999〕25号 and trade practice; the invoice seal: 国家税务总局公告2011年第7号. */
static const struct seal_kind kinds[] = {
    /* code            zh              en                   type one-per-organization shape  mm  mm  max source */
    { "statutory",     "法定名称章",   "statutory name",    1, true,  "round", 40, 40, 60, "R3.1 R14.1" },
    { "internal_body", "内设机构章",   "internal body",     6, false, "round", 42, 42, 45, "R3.1" },
    { "branch",        "分支机构章",   "branch",            6, false, "round", 42, 42, 45, "R3.1" },
    { "contract",      "合同专用章",   "contract",          4, false, "round", 38, 38, 58, "R3.1" },
    { "finance",       "财务专用章",   "finance",           2, false, "round", 38, 38, 45, "R3.1" },
    { "invoice",       "发票专用章",   "invoice",           3, false, "oval",  40, 30, 40, "R3.1" },
    { "inspection",    "审验专用章",   "inspection",        6, false, "round", 38, 38, 45, "R3.1" },
    { "customs",       "报关专用章",   "customs",           6, false, "round", 38, 38, 50, "R3.1" },
    { "other",         "其他业务专用章", "other business",  6, false, "round", 38, 38, 45, "R3.1" },
};

static const struct organization_kind organization_rows[] = {      /* R3.1 */
    { "state_organ", "国家机关", "state organ" },
    { "peoples_organization", "人民团体", "people's organization" },
    { "social_organization", "社会组织", "social organization" },
    { "enterprise", "企业", "enterprise" },
    { "public_institution", "事业单位", "public institution" },
    { "self_employed", "个体工商户", "self-employed" },
    { "other", "其他组织", "other organization" },
};

static const struct document_category categories[] = {
    { "official_document", "公文", "official document", false, "R15.1" },
    { "certificate", "证照", "certificate", false, "R15.1" },
    { "agreement", "协议", "agreement", false, "R15.1" },
    { "voucher", "凭据凭证", "voucher", false, "R15.1" },
    { "transfer_form", "流转单", "transfer form", false, "R15.1" },
    { "personal_relation", "婚姻、收养、继承等人身关系文书", "marriage, adoption, succession", true, "R6.1 电子签名法 art. 3" },
    { "public_utility_stop", "停止供水、供热、供气等公用事业服务文书", "stopping a public utility", true, "R6.1 电子签名法 art. 3" },
    { "classified", "涉及国家秘密的文件", "state secret", true, "R29.1" },
};

static const struct cancel_reason reasons[] = {      /* R21.1; crl_reason: RFC 5280 */
    { "dissolved_or_merged", "单位合并、撤销或注销", "organization merged or dissolved", "R21.1", 5 },
    { "physical_seal_not_used", "实物印章不再使用", "physical seal not used any more", "R21.1", 5 },
    { "electronic_seal_not_used", "电子印章不再使用", "electronic seal not used any more", "R21.1", 5 },
    { "key_leaked", "密钥泄露", "key leaked", "R21.1", 1 },
    { "stolen_damaged_or_lost", "被盗、损坏或遗失", "stolen, damaged or lost", "R21.1", 1 },
};

static bool
always(const struct application_facts *facts)
{
    (void)facts;
    return true;
}

static bool
has_superior(const struct application_facts *facts)
{
    return facts->has_superior;
}

static bool
self_handled(const struct application_facts *facts)
{
    return !facts->by_agent;
}

static bool
by_agent(const struct application_facts *facts)
{
    return facts->by_agent;
}

static bool
foreign_script(const struct application_facts *facts)
{
    return facts->foreign_script;
}

static const struct material_rule materials[] = {
    { "registration_document", "单位登记证明", "registration document", "R9.1", always, true },
    { "introduction_letter", "加盖上级单位印章的介绍信", "introduction letter with the superior's seal", "R9.2", has_superior, true },
    { "principal_id_original", "法定代表人（经营者、主要负责人）身份证原件", "ID original of the principal", "R9.3", self_handled, true },
    { "principal_contact", "法定代表人（经营者、主要负责人）联系方式", "contact of the principal", "R9.3", self_handled, false },
    { "power_of_attorney", "授权委托书", "power of attorney", "R9.4", by_agent, true },
    { "principal_id_copy", "法定代表人（经营者、主要负责人）身份证复印件", "copy of the principal's ID", "R9.4", by_agent, false },
    { "agent_id_original", "经办人身份证原件", "ID original of the agent", "R9.4", by_agent, true },
    { "agent_contact", "经办人联系方式", "contact of the agent", "R9.4", by_agent, false },
    { "translation", "单位确认的翻译件", "translation confirmed by the organization", "R9.5", foreign_script, false },
};

/* The whole table, and the row with this code or NULL. */
#define TABLE(type, list_name, find_name, rows)                                  \
    const struct type *list_name(size_t *count)                                  \
    {                                                                            \
        *count = sizeof(rows) / sizeof(rows[0]);                                 \
        return rows;                                                             \
    }                                                                            \
    const struct type *find_name(const char *code)                               \
    {                                                                            \
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)              \
            if (strcmp(rows[i].code, code) == 0)                                 \
                return &rows[i];                                                 \
        return NULL;                                                             \
    }
TABLE(seal_kind, seal_kinds, seal_kind_by_code, kinds)
TABLE(organization_kind, organization_kinds, organization_kind_by_code, organization_rows)
TABLE(document_category, document_categories, document_category_by_code, categories)
TABLE(cancel_reason, cancel_reasons, cancel_reason_by_code, reasons)
TABLE(material_rule, material_rules, material_rule_by_code, materials)

/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of seals, organizations, applications, documents and reasons: each one table. */
#include "core/rules.h"

#include <math.h>
#include <string.h>

#define STRETCH_MAX 0.01               /* sizes are given rounded */

/*
 * Sizes: 国发〔1999〕25号 and trade practice; the invoice seal: 国家税务总局公告2011年第7号. Types: the national list, in which 5 is the legal
 * representative's seal, 0 a personal-name seal and 6 a business seal (to be checked against the official text).
 */
static const struct seal_kind kinds[] = {
    /* code                      zh                en                           kept                 type one-per-organization shape mm  mm  max source */
    { "statutory",               "法定名称章",     "statutory name",            SEAL_OFFICIAL,       1, true,  "round",  40, 40, 60, "R3.1 R14.1" },
    { "internal_body",           "内设机构章",     "internal body",             SEAL_OFFICIAL,       6, false, "round",  42, 42, 45, "R3.1" },
    { "branch",                  "分支机构章",     "branch",                    SEAL_OFFICIAL,       6, false, "round",  42, 42, 45, "R3.1" },
    { "contract",                "合同专用章",     "contract",                  SEAL_OFFICIAL,       4, false, "round",  38, 38, 58, "R3.1" },
    { "finance",                 "财务专用章",     "finance",                   SEAL_OFFICIAL,       2, false, "round",  38, 38, 45, "R3.1" },
    { "invoice",                 "发票专用章",     "invoice",                   SEAL_OFFICIAL,       3, false, "oval",   40, 30, 40, "R3.1" },
    { "inspection",              "审验专用章",     "inspection",                SEAL_OFFICIAL,       6, false, "round",  38, 38, 45, "R3.1" },
    { "customs",                 "报关专用章",     "customs",                   SEAL_OFFICIAL,       6, false, "round",  38, 38, 50, "R3.1" },
    { "other",                   "其他业务专用章", "other business",            SEAL_OFFICIAL,       6, false, "round",  38, 38, 45, "R3.1" },
    { "legal_representative",    "法定代表人章",   "legal representative",      SEAL_POSITION_HEAD,  5, false, "square", 20, 20, 45, "R3.2" },
    { "operator",                "经营者章",       "operator",                  SEAL_POSITION_HEAD,  0, false, "square", 20, 20, 45, "R3.2" },
    { "principal",               "主要负责人章",   "principal",                 SEAL_POSITION_HEAD,  0, false, "square", 20, 20, 45, "R3.2" },
    { "finance_head",            "财务负责人章",   "finance head",              SEAL_POSITION_OTHER, 0, false, "square", 20, 20, 45, "R3.2" },
    { "authorized_representative", "授权代表人章", "authorised representative", SEAL_POSITION_OTHER, 0, false, "square", 20, 20, 45, "R3.2" },
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

static const struct cancel_reason reasons[] = {      /* R21.1, N2; crl_reason: RFC 5280 5.3.1 */
    { "dissolved_or_merged", "单位合并、撤销或注销", "organization merged or dissolved", "R21.1", 5 },
    { "physical_seal_not_used", "实物印章不再使用", "physical seal not used any more", "R21.1", 5 },
    { "electronic_seal_not_used", "电子印章不再使用", "electronic seal not used any more", "R21.1", 5 },
    { "key_leaked", "密钥泄露", "key leaked", "R21.1", 1 },
    { "stolen_damaged_or_lost", "被盗、损坏或遗失", "stolen, damaged or lost", "R21.1", 1 },
    { "renamed", "单位名称变更", "organization renamed", "N2", 3 },
    { "dissolved", "单位解散", "organization dissolved", "N2", 5 },
    { "licence_revoked", "被吊销执照或证书", "licence revoked", "N2", 5 },
    { "bankrupt", "单位破产", "bankrupt", "N2", 5 },
    { "merged", "单位合并", "merged", "N2", 5 },
    { "split", "单位分立", "split", "N2", 5 },
};

static const struct application_type types[] = {
    { "issue", "新制", "issue", TYPE_ISSUE, true, NULL, "R8.1" },
    { "reissue", "重新制发", "reissue", TYPE_REISSUE, true, "replace", "R20.1" },
    { "renewal", "证书更新", "renewal", TYPE_RENEWAL, true, "renew", "R20.2" },
    { "cancellation", "注销", "cancellation", TYPE_CANCELLATION, false, "cancel", "R21.1" },
    { "suspension", "停用", "suspension", TYPE_SUSPENSION, false, "suspend", "N1" },
    { "resumption", "恢复使用", "resumption", TYPE_RESUMPTION, false, "resume", "N1" },
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
TABLE(application_type, application_types, application_type_by_code, types)

bool
seal_keeps_shape(double width_mm, double height_mm, double seal_width_mm, double seal_height_mm)
{
    double asked = width_mm * seal_height_mm, own = height_mm * seal_width_mm;

    return fabs(asked - own) <= STRETCH_MAX * (asked > own ? asked : own);
}

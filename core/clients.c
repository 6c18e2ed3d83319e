/* SPDX-License-Identifier: Apache-2.0 */
/* Applications that use the API (R18.1–18.3): the tier follows from whose they are, and the tier says what they may be granted. */
#include "core/rules.h"

#include <string.h>

#define ALL_TIERS (TIER_STATE_ORGAN | TIER_MAKER | TIER_OTHER)
#define STAMPING (TIER_STATE_ORGAN | TIER_OTHER)      /* a seal belongs to an organization: a maker stamps as one */

static const struct client_tier tiers[] = {
    { TIER_STATE_ORGAN, "state_organ", "国家机关", "state organ", 1200, 500000, "R18.1" },
    { TIER_MAKER, "maker", "电子印章制作机构", "seal maker", 600, 100000, "R18.2" },
    { TIER_OTHER, "other", "其他单位", "other organization", 120, 10000, "R18.3" },
};

static const struct client_scope scopes[] = {
    { "verify", "验章与状态查询", "verify documents, ask for the status of seals", ALL_TIERS },
    { "seals", "印章查询", "see seals within its scope", ALL_TIERS },
    { "documents", "文件上传与下载", "bring and fetch documents", STAMPING },
    { "orders", "用章申请", "ask for stamps; with a person's session also approve and stamp", STAMPING },
    { "digest_orders", "仅凭摘要用章申请", "ask for stamps by digest only: the document stays with the application", STAMPING },
    { "records", "签章记录查询", "see stamp records", STAMPING },
    { "applications", "申请查询", "see applications for seals", ALL_TIERS },
    { "making", "制发", "with a person's session: accept, make, file", TIER_MAKER },
};

const struct state_move client_moves[] = {
    { "ACTIVE", "suspend", "SUSPENDED", "R18.1" },
    { "SUSPENDED", "resume", "ACTIVE", "R18.1" },
    { "ACTIVE", "revoke", "REVOKED", "R18.1" },
    { "SUSPENDED", "revoke", "REVOKED", "R18.1" },
    { NULL, NULL, NULL, NULL },
};

const struct client_tier *
client_tiers(size_t *count)
{
    *count = sizeof(tiers) / sizeof(tiers[0]);
    return tiers;
}

const struct client_tier *
client_tier_by_code(const char *code)
{
    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
        if (strcmp(tiers[i].code, code) == 0)
            return &tiers[i];
    return NULL;
}

const struct client_tier *
client_tier_of(const char *organization_kind)
{
    return client_tier_by_code(organization_kind == NULL ? "maker" : strcmp(organization_kind, "state_organ") == 0 ? "state_organ" : "other");
}

const struct client_scope *
client_scopes(size_t *count)
{
    *count = sizeof(scopes) / sizeof(scopes[0]);
    return scopes;
}

const struct client_scope *
client_scope_by_code(const char *code)
{
    for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
        if (strcmp(scopes[i].code, code) == 0)
            return &scopes[i];
    return NULL;
}

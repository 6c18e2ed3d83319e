/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/register.h"

#include <string.h>

#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))

/* Rows of organizations[], named so that a seal's row says whose it is. */
enum {
    TRADE, CULTURE, CONSULTING, TECHNOLOGY, ARCHIVE, SOFTWARE, CALLIGRAPHY, CARE_CENTRE, AGRICULTURE, VEGETABLES, MACHINERY, BREAKFAST,
    BUILDING, LIBRARY
};

static const struct sim_organization organizations[] = {
    [TRADE] = { "91120101MA0Y00016A", "天津云帆示例贸易有限公司（演示）" },
    [CULTURE] = { "91120101MA0Y000245", "天津虚谷文化传播有限公司（演示）" },
    [CONSULTING] = { "91120101MA0Y000320", "天津假想企业咨询有限公司（演示）" },
    [TECHNOLOGY] = { "91120116MA0Y00040J", "天津滨海虚构科技有限公司（演示）" },
    [ARCHIVE] = { "12120103MA0Y00059R", "天津市样例档案服务中心（演示）" },
    [SOFTWARE] = { "91120104MA0Y00067X", "天津南开模拟软件有限公司（演示）" },
    [CALLIGRAPHY] = { "51120105MA0Y00075B", "天津市虚拟书画爱好者协会（演示）" },
    [CARE_CENTRE] = { "52120111MA0Y00083Q", "天津西青样本养老服务中心（演示）" },
    [AGRICULTURE] = { "91120112MA0Y000911", "天津津南假设农业股份有限公司（演示）" },
    [VEGETABLES] = { "93120118MA0Y001047", "天津静海例子蔬菜专业合作社（演示）" },
    [MACHINERY] = { "91120110MA0Y00112L", "天津东丽仿真机械有限公司（演示）" },
    [BREAKFAST] = { "92120106MA0Y00120K", "天津市红桥区举例早点铺（演示）" },
    [BUILDING] = { "91120114MA0Y001396", "天津武清演练建筑工程有限公司（演示）" },
    [LIBRARY] = { "12120119MA0Y00147E", "天津市蓟州虚设图书馆（演示）" },
};

#define CONTRACT "合同专用章"
#define FINANCE "财务专用章"
#define INVOICE "发票专用章"

/* A limited company's statutory seal is 40 mm, a public body's or a joint-stock company's 42 mm. */
static const struct sim_seal seals[] = {
    /* code            whose          kind         state        line     w   h (mm) */
    { "1201901000001", TRADE,         "statutory", "in_use",    "",       40, 40 },
    { "1201901000002", CULTURE,       "statutory", "in_use",    "",       40, 40 },
    { "1201901000003", CONSULTING,    "statutory", "in_use",    "",       40, 40 },
    { "1201901000004", TECHNOLOGY,    "statutory", "in_use",    "",       40, 40 },
    { "1201901000005", ARCHIVE,       "statutory", "in_use",    "",       42, 42 },
    { "1201901000006", SOFTWARE,      "statutory", "in_use",    "",       40, 40 },
    { "1201901000007", CALLIGRAPHY,   "statutory", "in_use",    "",       42, 42 },
    { "1201901000008", CARE_CENTRE,   "statutory", "in_use",    "",       42, 42 },
    { "1201901000009", AGRICULTURE,   "statutory", "in_use",    "",       42, 42 },
    { "1201901000010", VEGETABLES,    "statutory", "in_use",    "",       40, 40 },
    { "1201901000011", MACHINERY,     "statutory", "in_use",    "",       40, 40 },
    { "1201901000012", BREAKFAST,     "statutory", "in_use",    "",       40, 40 },
    { "1201901000015", TRADE,         "statutory", "in_use",    "",       42, 42 },      /* carved anew: for R20.1 */
    { "1201901000013", BUILDING,      "statutory", "lost",      "",       40, 40 },
    { "1201901000014", LIBRARY,       "statutory", "cancelled", "",       42, 42 },
    { "1201901000101", TRADE,         "contract",  "in_use",    CONTRACT, 38, 38 },
    { "1201901000102", TECHNOLOGY,    "contract",  "in_use",    CONTRACT, 38, 38 },
    { "1201901000103", AGRICULTURE,   "contract",  "in_use",    CONTRACT, 40, 40 },
    { "1201901000201", TRADE,         "finance",   "in_use",    FINANCE,  38, 38 },
    { "1201901000202", CARE_CENTRE,   "finance",   "in_use",    FINANCE,  38, 38 },
    { "1201901000301", TRADE,         "invoice",   "in_use",    INVOICE,  40, 30 },
    { "1201901000302", CULTURE,       "invoice",   "in_use",    INVOICE,  40, 30 },
    { "1201901000303", TECHNOLOGY,    "invoice",   "in_use",    INVOICE,  40, 30 },
    { "1201901000304", MACHINERY,     "invoice",   "in_use",    INVOICE,  40, 30 },

    /* One organization has every kind (R3.1, R3.2). */
    { "1201901000401", TRADE, "internal_body",             "in_use", "办公室",             42, 42 },
    { "1201901000402", TRADE, "branch",                    "in_use", "和平分公司",         42, 42 },
    { "1201901000403", TRADE, "inspection",                "in_use", "审验专用章",         38, 38 },
    { "1201901000404", TRADE, "customs",                   "in_use", "报关专用章",         38, 38 },
    { "1201901000405", TRADE, "other",                     "in_use", "业务专用章",         38, 38 },
    { "1201901000501", TRADE, "legal_representative",      "in_use", "法定代表人虚一之印", 20, 20 },
    { "1201901000502", TRADE, "operator",                  "in_use", "经营者虚二之印",     20, 20 },
    { "1201901000503", TRADE, "principal",                 "in_use", "主要负责人虚三之印", 20, 20 },
    { "1201901000504", TRADE, "finance_head",              "in_use", "财务负责人虚四之印", 20, 20 },
    { "1201901000505", TRADE, "authorized_representative", "in_use", "授权代表人虚五之印", 20, 20 },
};

const struct sim_organization *
sim_organizations(size_t *count)
{
    *count = COUNT(organizations);
    return organizations;
}

const struct sim_seal *
sim_seals(size_t *count)
{
    *count = COUNT(seals);
    return seals;
}

const struct sim_seal *
sim_seal_by_code(const char *seal_code)
{
    for (size_t i = 0; i < COUNT(seals); i++)
        if (strcmp(seals[i].seal_code, seal_code) == 0)
            return &seals[i];
    return NULL;
}

const struct sim_organization *
sim_seal_organization(const struct sim_seal *seal)
{
    return &organizations[seal->organization];
}

jy_err
sim_seal_name(const struct sim_seal *seal, struct jy_buf *out)
{
    return jy_buf_fmt(out, "%s%s", sim_seal_organization(seal)->name, seal->line);
}

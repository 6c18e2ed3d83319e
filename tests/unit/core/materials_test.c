/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/rules.h"

/* One application's facts, and what it needs as "clause:code!" (! = the original is seen), written down from the articles by hand. */
struct wanted { char text[2048]; size_t count; };

static void
want(struct wanted *wanted, const char *clause_and_code)
{
    size_t at = strlen(wanted->text);

    snprintf(wanted->text + at, sizeof(wanted->text) - at, "%s ", clause_and_code);
    wanted->count++;
}

static void
by_whom(struct wanted *w, bool by_agent, const char *const self[2], const char *const agent[4])
{
    for (int i = 0; i < (by_agent ? 4 : 2); i++)
        want(w, by_agent ? agent[i] : self[i]);
}

/* 第九条 */
static void
article_9(struct wanted *w, const struct application_facts *f)
{
    want(w, "R9.1:registration_document!");
    if (f->has_superior)
        want(w, "R9.2:introduction_letter!");
    by_whom(w, f->by_agent, (const char *const[]){ "R9.3:principal_id_original!", "R9.3:principal_contact" },
            (const char *const[]){ "R9.4:power_of_attorney!", "R9.4:principal_id_copy", "R9.4:agent_id_original!", "R9.4:agent_contact" });
    if (f->foreign_script)
        want(w, "R9.5:translation");
}

/* 第十条 */
static void
article_10(struct wanted *w, const struct application_facts *f, bool head)
{
    want(w, "R10.1:registration_document!");
    if (head) {
        by_whom(w, f->by_agent, (const char *const[]){ "R10.2:holder_id_original!", "R10.2:holder_contact" },
                (const char *const[]){ "R10.2:power_of_attorney!", "R10.2:principal_id_copy", "R10.2:agent_id_original!", "R10.2:agent_contact" });
        return;
    }
    want(w, "R10.3:organization_letter!");
    by_whom(w, f->by_agent, (const char *const[]){ "R10.3:holder_id_original!", "R10.3:holder_contact" },
            (const char *const[]){ "R10.3:holder_power_of_attorney!", "R10.3:holder_id_copy", "R10.3:agent_id_original!", "R10.3:agent_contact" });
}

/* 第二十二条, 第二十三条; the six events of N2 with their proof */
static void
articles_22_and_23(struct wanted *w, const struct application_facts *f, bool official)
{
    static const struct { const char *reason, *proof; } proofs[] = {
        { "renamed", "N2:renaming_document!" }, { "dissolved", "N2:dissolution_document!" }, { "licence_revoked", "N2:revocation_decision!" },
        { "bankrupt", "N2:bankruptcy_ruling!" }, { "merged", "N2:merger_document!" }, { "split", "N2:split_document!" },
    };

    want(w, official ? "R22.1:cancellation_request!" : "R23.1:cancellation_request!");
    want(w, official ? "R22.1:principal_id_copy" : "R23.1:holder_id_copy");
    want(w, official ? "R22.1:agent_id_original!" : "R23.1:agent_id_original!");
    want(w, official ? "R22.1:agent_contact" : "R23.1:agent_contact");
    for (size_t i = 0; i < sizeof(proofs) / sizeof(proofs[0]); i++)
        if (strcmp(proofs[i].reason, f->cancel_reason) == 0)
            want(w, proofs[i].proof);
}

static bool
is(const struct application_facts *f, const char *type)
{
    return strcmp(f->type->code, type) == 0;
}

static void
judge(const struct application_facts *f)
{
    static const char *const offices_of_the_head[] = { "legal_representative", "operator", "principal" };
    bool official = strcmp(f->kind->code, "finance_head") != 0 && strcmp(f->kind->code, "authorized_representative") != 0, head = false;
    struct wanted wanted = { "", 0 };
    size_t count, found = 0;
    const struct material_rule *rules = material_rules(&count);

    for (int i = 0; i < 3; i++)
        head = head || strcmp(f->kind->code, offices_of_the_head[i]) == 0;
    official = official && !head;
    if (is(f, "issue") || is(f, "reissue")) {
        if (official)
            article_9(&wanted, f);
        else
            article_10(&wanted, f, head);
    } else if (is(f, "cancellation"))
        articles_22_and_23(&wanted, f, official);
    else {
        want(&wanted, is(f, "renewal") ? "R20.2 R13.2:renewal_request!" : is(f, "suspension") ? "N1 R13.2:suspension_request!" :
                      is(f, "resumption") ? "N1 R13.2:resumption_request!" : "nothing else is applied for");
        want(&wanted, "R13.2:agent_id_original!");
    }
    for (size_t i = 0; i < count; i++) {
        char row[128];
        const char *hit;
        if (!material_required(&rules[i], f))
            continue;
        snprintf(row, sizeof(row), "%s:%s%s ", rules[i].clause, rules[i].code, rules[i].original_seen ? "!" : "");
        hit = strstr(wanted.text, row);
        assert_non_null(hit);
        assert_ptr_equal(material_of(f, rules[i].code), &rules[i]);           /* the only row for this code */
        found++;
    }
    assert_int_equal(found, wanted.count);
}

/* Every kind × organization kind × application × reason × self or agent × superior × script (R9, R10, R20.1, R20.2, R22.1, R23.1, N1, N2). */
static void
R9_R10_R22_R23__materials_in_every_case(void **state)
{
    size_t kind_count, organization_count, type_count, reason_count, cases = 0;
    const struct seal_kind *kinds = seal_kinds(&kind_count);
    const struct application_type *types = application_types(&type_count);
    const struct cancel_reason *reasons = cancel_reasons(&reason_count);

    (void)state;
    organization_kinds(&organization_count);
    for (size_t k = 0; k < kind_count; k++)
        for (size_t o = 0; o < organization_count; o++)       /* R3.1: the organization's kind forbids nothing and asks for nothing more */
            for (size_t t = 0; t < type_count; t++)
                for (size_t r = 0; r < (types[t].bit == TYPE_CANCELLATION ? reason_count : 1); r++)
                    for (int bits = 0; bits < 8; bits++, cases++) {
                        struct application_facts facts = { &types[t], &kinds[k], types[t].bit == TYPE_CANCELLATION ? reasons[r].code : NULL,
                                                           (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0 };
                        judge(&facts);
                    }
    assert_int_equal(cases, 14 * 7 * (5 + 11) * 8);
}

static void
materials__every_row_is_needed_by_somebody_and_names_its_clause(void **state)
{
    size_t count, kind_count, type_count, reason_count;
    const struct material_rule *rules = material_rules(&count);
    const struct seal_kind *kinds = seal_kinds(&kind_count);
    const struct application_type *types = application_types(&type_count);
    const struct cancel_reason *reasons = cancel_reasons(&reason_count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        bool needed = false;
        for (size_t n = 0; n < kind_count * type_count * reason_count * 8; n++) {
            struct application_facts facts = { &types[n / 8 % type_count], &kinds[n / 8 / type_count % kind_count],
                                               reasons[n / 8 / type_count / kind_count].code, (n & 1) != 0, (n & 2) != 0, (n & 4) != 0 };
            needed = needed || material_required(&rules[i], &facts);
        }
        assert_true(needed);
        assert_true(rules[i].clause[0] == 'R' || rules[i].clause[0] == 'N');
        assert_true(rules[i].cancel_reason == NULL || cancel_reason_by_code(rules[i].cancel_reason) != NULL);
    }
    assert_null(material_of(&(struct application_facts){ .type = types, .kind = kinds }, "passport"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R9_R10_R22_R23__materials_in_every_case),
        cmocka_unit_test(materials__every_row_is_needed_by_somebody_and_names_its_clause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The edges of chains and lists: namesakes, many paths, names below constraints, several revocations at once, dates that cannot be. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <foreign_cert.h>

#define TLV(bytes) JY_SLICE(bytes, sizeof(bytes) - 1)

static struct jy_chain_result
judge(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra, size_t count)
{
    struct jy_chain_result result;

    MUST(jy_chain_check(trust, cert, extra, count, NOW, &result));
    return result;
}

/* A forged certificate of a known issuer is told from one whose issuer is unknown, or signs otherwise than by SM2. */
static void
chain__an_issuer_that_is_known_but_did_not_sign_is_told_from_one_that_cannot(void **state)
{
    struct jy_cert *twin = foreign_twin(authority.ca, NULL, NOW);
    struct jy_cert *self = issue((struct jy_issue){ .issuer_key = authority.other_key, .subject_key = authority.other_key, .common_name = "no CA" });
    struct jy_cert *renewed = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.ca_key,
                                                       .common_name = "CA", .ca = true });
    struct jy_cert *forged = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = authority.ca });
    struct jy_cert *of_self = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = self });
    const struct jy_cert *extra[] = { renewed };
    struct jy_trust *trust = authority_trust(true), *bare;

    (void)state;
    trust_cert(trust, self);
    trust_cert(trust, renewed);
    assert_int_equal(judge(trust, forged, NULL, 0).status, JY_CHAIN_BAD);
    assert_int_equal(judge(trust, forged, extra, 1).status, JY_CHAIN_BAD);
    assert_int_equal(judge(trust, of_self, NULL, 0).status, JY_CHAIN_UNTRUSTED);    /* signed by a certificate of the trust that is no anchor */
    MUST(jy_trust_new(&bare));
    trust_cert(bare, authority.root);
    assert_int_equal(judge(bare, forged, extra, 1).status, JY_CHAIN_UNTRUSTED);      /* who came with the document is no known issuer */
    trust_cert(bare, twin);                              /* of the same name and key identifier, but with another kind of key */
    assert_non_null(strstr(judge(bare, forged, NULL, 0).text, "SM2 with SM3"));
    trust_cert(trust, twin);
    assert_int_equal(judge(trust, forged, NULL, 0).status, JY_CHAIN_UNTRUSTED);      /* it may be the one who signed */
    jy_trust_free(trust);
    jy_trust_free(bare);
    jy_cert_free(twin);
    jy_cert_free(self);
    jy_cert_free(renewed);
    jy_cert_free(forged);
    jy_cert_free(of_self);
}

/* Twenty certificates of one CA, each from the root: twenty paths, of which sixteen are judged. */
static void
chain__more_paths_than_are_judged_end_well(void **state)
{
    struct jy_trust *trust = authority_trust(true);
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" }), *again;

    (void)state;
    for (int i = 0; i < 20; i++) {
        again = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.ca_key, .common_name = "CA",
                                         .ca = true });
        trust_cert(trust, again);
        jy_cert_free(again);
    }
    assert_int_equal(judge(trust, leaf, NULL, 0).status, JY_CHAIN_OK);
    jy_trust_free(trust);
    jy_cert_free(leaf);
}

/* NameConstraints of one subtree, directoryName C=CN, O=Test, permitted. */
#define SUBTREE "\x30\x24\xA0\x22\x30\x20\xA4\x1E\x30\x1C\x31\x0B\x30\x09\x06\x03\x55\x04\x06\x13\x02" "CN" \
                "\x31\x0D\x30\x0B\x06\x03\x55\x04\x0A\x0C\x04" "Test"

/* RFC 5280 6.1.4 g: a CA's own renewal (self-issued) is outside its constraints, everything else below it is not. */
static void
chain__name_constraints_bind_all_below_but_the_renewal_of_the_ca(void **state)
{
    const struct jy_extension permitted = { "2.5.29.30", true, TLV(SUBTREE) };
    struct jy_sm2 *new_key;
    struct jy_cert *bound, *renewed, *middle, *rows[4];
    static const enum jy_chain_status wanted[] = { JY_CHAIN_OK, JY_CHAIN_BAD, JY_CHAIN_OK, JY_CHAIN_BAD };
    struct jy_trust *trust = authority_trust(true);
    const struct jy_cert *links[1];

    (void)state;
    MUST(jy_sm2_generate(&new_key));
    bound = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.other_key, .common_name = "bound",
                                     .ca = true, .extensions = &permitted, .extension_count = 1 });
    renewed = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = bound, .subject_key = new_key, .common_name = "bound", .ca = true });
    middle = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = bound, .subject_key = authority.key, .common_name = "middle",
                                      .organization = "Tset", .ca = true });
    rows[0] = issue((struct jy_issue){ .issuer_key = new_key, .issuer = renewed, .organization = "Test" });
    rows[1] = issue((struct jy_issue){ .issuer_key = new_key, .issuer = renewed, .organization = "Tset" });
    rows[2] = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = bound, .organization = "Test" });
    rows[3] = issue((struct jy_issue){ .issuer_key = authority.key, .issuer = middle, .subject_key = authority.ca_key, .organization = "Tset" });
    trust_cert(trust, bound);
    trust_cert(trust, middle);
    links[0] = renewed;                                  /* beside the document: in the trust it would be an anchor itself */
    trust_list(trust, authority.other_key, bound, NULL, 0, 0);
    trust_list(trust, new_key, renewed, NULL, 0, 0);
    trust_list(trust, authority.key, middle, NULL, 0, 0);
    for (size_t i = 0; i < 4; i++) {
        struct jy_chain_result result = judge(trust, rows[i], links, 1);
        if (result.status != wanted[i])
            fail_msg("row %zu: %d, %s", i, (int)result.status, result.text);
        jy_cert_free(rows[i]);
    }
    jy_trust_free(trust);
    jy_cert_free(bound);
    jy_cert_free(renewed);
    jy_cert_free(middle);
    jy_sm2_free(new_key);
}

/* Of what is revoked on a path, and of what several lists say of one certificate, the earliest counts; what is unknown hides no revocation. */
static void
chain__the_earliest_revocation_counts_whatever_else_is_unknown(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    const struct { const char *what; jy_time ca, leaf[2]; bool lists; enum jy_chain_status status; jy_time at; } rows[] = {
        { "both, the CA first", NOW - 20, { NOW - 10 }, true, JY_CHAIN_REVOKED, NOW - 20 }, { "both, the leaf first", NOW - 10, { NOW - 20 }, true, JY_CHAIN_REVOKED, NOW - 20 },
        { "the CA, the leaf unknown", NOW - 10, { 0 }, false, JY_CHAIN_REVOKED, NOW - 10 },
        { "the CA later, the leaf unknown", NOW + 10, { 0 }, false, JY_CHAIN_REVOCATION_UNKNOWN, NOW + 10 },
        { "two lists, the earlier date first", 0, { NOW - 20, NOW - 10 }, true, JY_CHAIN_REVOKED, NOW - 20 },
        { "two lists, the later date first", 0, { NOW - 10, NOW - 20 }, true, JY_CHAIN_REVOKED, NOW - 20 },
        { "a date before 1970", 0, { -100 }, true, JY_CHAIN_REVOKED, 1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_trust *trust = authority_trust(false);
        struct jy_chain_result result;
        if (rows[i].ca != 0)
            trust_list(trust, authority.root_key, authority.root, authority.ca, rows[i].ca, 4);
        for (size_t k = 0; rows[i].lists && k < 2; k++)
            if (rows[i].leaf[k] != 0)
                trust_list(trust, authority.ca_key, authority.ca, leaf, rows[i].leaf[k], 4);
        result = judge(trust, leaf, NULL, 0);
        if (result.status != rows[i].status || result.revoked_at != rows[i].at)
            fail_msg("%s: %d at %lld", rows[i].what, (int)result.status, (long long)result.revoked_at);
        jy_trust_free(trust);
    }
    jy_cert_free(leaf);
}

/* A hold counts as the newest list has it, in whatever order they came. */
static void
list__of_two_holds_the_newer_one_counts(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_revoked entry = { jy_cert_serial(leaf), 0, 6 };
    static const jy_time updates[] = { NOW - 20, NOW - 40 }, since[] = { NOW - 21, NOW - 41 };
    struct jy_trust *trust = authority_trust(false);
    struct jy_chain_result result;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_buf der = { 0 };
        entry.at = since[i];
        MUST(jy_crl_issue(authority.ca_key, authority.ca, &entry, 1, updates[i], NOW + DAY, 1, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        jy_buf_free(&der);
    }
    result = judge(trust, leaf, NULL, 0);
    assert_int_equal(result.status, JY_CHAIN_REVOKED);
    assert_int_equal(result.revoked_at, NOW - 21);
    jy_trust_free(trust);
    jy_cert_free(leaf);
}

/* The list's issuer by a certificate that may sign lists, the path by one of the same key that may not: the list is not its. */
static void
list__is_of_nobody_who_may_not_sign_lists(void **state)
{
    struct jy_cert *no_lists = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.other_key,
                                                        .common_name = "twice", .ca = true, .key_usage = "critical,keyCertSign", .not_after = NOW + 50 * DAY });
    struct jy_cert *lists = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.other_key,
                                                     .common_name = "twice", .ca = true, .not_after = NOW - 50 * DAY });
    struct jy_cert *leaf = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = no_lists });
    struct jy_trust *trust = authority_trust(false);

    (void)state;
    trust_cert(trust, no_lists);
    trust_cert(trust, lists);
    trust_list(trust, authority.other_key, lists, NULL, 0, 0);
    assert_int_equal(judge(trust, leaf, NULL, 0).status, JY_CHAIN_REVOCATION_UNKNOWN);
    jy_trust_free(trust);
    jy_cert_free(no_lists);
    jy_cert_free(lists);
    jy_cert_free(leaf);
}

/* Which certificates a list for a distribution point speaks of (RFC 5280 5.2.5): points that are no full name meet none. */
static void
list__points_that_are_no_full_name_meet_none(void **state)
{
#define URL "\xA0\x17\xA0\x15\x86\x13http://ca/crl/1.crl"
#define OTHER "\x30\x19\xA0\x17\xA0\x15\x86\x13http://ca/crl/2.crl"
#define RELATIVE "\xA0\x0F\xA1\x0D\x30\x0B\x06\x03\x55\x04\x03\x0C\x04name"
#define ISSUER_ONLY "\x30\x0A\xA2\x08\x86\x06http:a"
    const struct jy_extension full = { "2.5.29.28", true, TLV("\x30\x19" URL) }, relative = { "2.5.29.28", true, TLV("\x30\x11" RELATIVE) };
    const struct { const char *what; const struct jy_extension *scope; struct jy_slice points; enum jy_chain_status status; } rows[] = {
        { "the same", &full, TLV("\x30\x1B\x30\x19" URL), JY_CHAIN_OK }, { "among others", &full, TLV("\x30\x36\x30\x19" URL OTHER), JY_CHAIN_OK },
        { "after others", &full, TLV("\x30\x36" OTHER "\x30\x19" URL), JY_CHAIN_OK },
        { "a relative point of the certificate", &full, TLV("\x30\x13\x30\x11" RELATIVE), JY_CHAIN_REVOCATION_UNKNOWN },
        { "an issuer instead of a point", &full, TLV("\x30\x0C" ISSUER_ONLY), JY_CHAIN_REVOCATION_UNKNOWN },
        { "a relative point of the list", &relative, TLV("\x30\x13\x30\x11" RELATIVE), JY_CHAIN_REVOCATION_UNKNOWN },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct jy_extension points = { "2.5.29.31", false, rows[i].points };
        struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf", .extensions = &points, .extension_count = 1 });
        struct jy_trust *trust = authority_trust(false);
        struct jy_buf der = { 0 };
        enum jy_chain_status status;
        MUST(jy_crl_issue_with(authority.ca_key, authority.ca, NULL, 0, NOW - DAY, NOW + DAY, 1, rows[i].scope, 1, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        if ((status = judge(trust, leaf, NULL, 0).status) != rows[i].status)
            fail_msg("%s: %d", rows[i].what, (int)status);
        jy_buf_free(&der);
        jy_trust_free(trust);
        jy_cert_free(leaf);
    }
}

/* A list that says, inside and outside, that it is signed by another algorithm is never used; nor does an unknown key sign one. */
static void
list__of_another_algorithm_is_never_used(void **state)
{
    static const uint8_t sm2[] = { 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75 };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" }), *foreign = foreign_twin(authority.ca, NULL, NOW);
    struct jy_trust *trust = authority_trust(false);
    struct jy_crl_facts facts;
    struct jy_buf der = { 0 };

    (void)state;
    trust_cert(trust, foreign);
    MUST(jy_crl_issue(authority.ca_key, authority.ca, NULL, 0, NOW - DAY, NOW + DAY, 1, &der, NULL));
    for (size_t i = 0; i + sizeof(sm2) <= der.len; i++)
        if (memcmp(der.p + i, sm2, sizeof(sm2)) == 0)
            der.p[i + 7] = 0x76;
    MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
    assert_int_equal(judge(trust, leaf, NULL, 0).status, JY_CHAIN_REVOCATION_UNKNOWN);
    jy_trust_free(trust);
    MUST(jy_trust_new(&trust));
    trust_cert(trust, foreign);                          /* the only one of that name, and without a key to check with */
    trust_list(trust, authority.ca_key, authority.ca, NULL, 0, 0);
    MUST(jy_crl_facts(jy_buf_slice(&der), trust, &facts, NULL));
    assert_null(facts.issuer);
    assert_non_null(facts.defect);
    jy_buf_free(&der);
    jy_trust_free(trust);
    jy_cert_free(leaf);
    jy_cert_free(foreign);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain__an_issuer_that_is_known_but_did_not_sign_is_told_from_one_that_cannot),
        cmocka_unit_test(chain__more_paths_than_are_judged_end_well),
        cmocka_unit_test(chain__name_constraints_bind_all_below_but_the_renewal_of_the_ca),
        cmocka_unit_test(chain__the_earliest_revocation_counts_whatever_else_is_unknown),
        cmocka_unit_test(list__of_two_holds_the_newer_one_counts),
        cmocka_unit_test(list__is_of_nobody_who_may_not_sign_lists),
        cmocka_unit_test(list__points_that_are_no_full_name_meet_none),
        cmocka_unit_test(list__of_another_algorithm_is_never_used),
    };

    return cmocka_run_group_tests(tests, authority_set_up, authority_tear_down);
}

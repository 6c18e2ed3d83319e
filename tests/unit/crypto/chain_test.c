/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a chain (RFC 5280 6, GB/T 20518) and of who makes seals, each alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/der.h>

#include "crypto/x509.h"

static struct jy_chain_result
judge(const struct jy_trust *trust, const struct jy_cert *cert, enum jy_chain_purpose purpose, jy_time at)
{
    struct jy_chain_result result;

    MUST(jy_chain_check_for(trust, cert, purpose, NULL, 0, &at, 1, &result));
    return result;
}

/* The status of a certificate below a CA of its own, which is below the root. */
static struct jy_chain_result
judge_below(struct jy_issue ca, struct jy_issue leaf, enum jy_chain_purpose purpose)
{
    struct jy_cert *middle, *cert;
    struct jy_trust *trust = authority_trust(false);
    struct jy_chain_result result;

    ca.issuer_key = authority.root_key;
    ca.issuer = authority.root;
    ca.subject_key = authority.other_key;
    if (ca.common_name == NULL)
        ca.common_name = "middle";
    middle = issue(ca);
    leaf.issuer_key = authority.other_key;
    leaf.issuer = middle;
    cert = issue(leaf);
    trust_cert(trust, middle);
    trust_list(trust, authority.other_key, middle, NULL, 0, 0);
    result = judge(trust, cert, purpose, NOW);
    jy_trust_free(trust);
    jy_cert_free(middle);
    jy_cert_free(cert);
    return result;
}

/* NameConstraints of one subtree, directoryName C=CN, O=Test: permitted [0] or excluded [1]. */
#define SUBTREE(tag) "\x30\x24" tag "\x22\x30\x20\xA4\x1E\x30\x1C\x31\x0B\x30\x09\x06\x03\x55\x04\x06\x13\x02" "CN" \
                     "\x31\x0D\x30\x0B\x06\x03\x55\x04\x0A\x0C\x04" "Test"

static void
chain__each_rule_of_the_path_is_kept(void **state)
{
    const struct jy_extension unknown = { "1.2.3.4", true, JY_SLICE("\x05\x00", 2) }, mild = { "1.2.3.4", false, JY_SLICE("\x05\x00", 2) };
    const struct jy_extension identity = { "1.2.156.10260.4.1.4", true, JY_SLICE("\x13\x01" "A", 3) };
    const struct jy_extension policy = { "2.5.29.36", true, JY_SLICE("\x30\x03\x80\x01\x00", 5) };
    const struct jy_extension permitted = { "2.5.29.30", true, JY_SLICE(SUBTREE("\xA0"), 38) };
    const struct jy_extension excluded = { "2.5.29.30", false, JY_SLICE(SUBTREE("\xA1"), 38) };
    const struct jy_extension names_broken = { "2.5.29.30", true, JY_SLICE("\x05\x00", 2) };
    const struct jy_extension usages[] = { { "2.5.29.15", true, JY_SLICE("\x03\x02\x05\xA0", 4) } };
    const struct { const char *what; struct jy_issue ca, leaf; enum jy_chain_purpose purpose; enum jy_chain_status status; const char *why; } rows[] = {
        { "sound", { .ca = true }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_OK, "" },
        { "not a CA", { 0 }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_BAD, "issuer is not a CA" },
        { "no keyCertSign", { .ca = true, .key_usage = "critical,cRLSign" }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_BAD, "may not sign certificates" },
        { "no cRLSign", { .ca = true, .key_usage = "critical,keyCertSign" }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_REVOCATION_UNKNOWN, "" },
        { "no key usage at all", { .ca = true, .key_usage = "" }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_OK, "" },
        { "unknown critical in the CA", { .ca = true, .extensions = &unknown, .extension_count = 1 }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_BAD,
          "unknown critical extension" },
        { "unknown critical in the leaf", { .ca = true }, { .extensions = &unknown, .extension_count = 1 }, JY_PURPOSE_ANY, JY_CHAIN_BAD,
          "unknown critical extension" },
        { "unknown but not critical", { .ca = true }, { .extensions = &mild, .extension_count = 1 }, JY_PURPOSE_ANY, JY_CHAIN_OK, "" },
        { "critical identity of the subject", { .ca = true }, { .extensions = &identity, .extension_count = 1 }, JY_PURPOSE_ANY, JY_CHAIN_OK, "" },
        { "policyConstraints", { .ca = true, .extensions = &policy, .extension_count = 1 }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_BAD,
          "unknown critical extension" },
        { "an extension twice", { .ca = true }, { .extensions = usages, .extension_count = 1 }, JY_PURPOSE_ANY, JY_CHAIN_BAD, "twice" },
        { "inside the permitted names", { .ca = true, .extensions = &permitted, .extension_count = 1 }, { .organization = "Test" },
          JY_PURPOSE_ANY, JY_CHAIN_OK, "" },
        { "outside the permitted names", { .ca = true, .extensions = &permitted, .extension_count = 1 }, { .organization = "Tset" },
          JY_PURPOSE_ANY, JY_CHAIN_BAD, "name constraints" },
        { "an excluded name", { .ca = true, .extensions = &excluded, .extension_count = 1 }, { .organization = "Test" }, JY_PURPOSE_ANY,
          JY_CHAIN_BAD, "name constraints" },
        { "no excluded name", { .ca = true, .extensions = &excluded, .extension_count = 1 }, { .organization = "Tset" }, JY_PURPOSE_ANY,
          JY_CHAIN_OK, "" },
        { "unreadable name constraints", { .ca = true, .extensions = &names_broken, .extension_count = 1 }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_BAD, "" },
        { "signing, no EKU", { .ca = true }, { 0 }, JY_PURPOSE_SIGNING, JY_CHAIN_OK, "" },
        { "signing, clientAuth and emailProtection", { .ca = true }, { .extended_key_usage = "critical,clientAuth,emailProtection" },
          JY_PURPOSE_SIGNING, JY_CHAIN_OK, "" },
        { "signing, any", { .ca = true }, { .extended_key_usage = "anyExtendedKeyUsage" }, JY_PURPOSE_SIGNING, JY_CHAIN_OK, "" },
        { "signing, documentSigning", { .ca = true }, { .extended_key_usage = "1.3.6.1.5.5.7.3.36" }, JY_PURPOSE_SIGNING, JY_CHAIN_OK, "" },
        { "signing, a TSA", { .ca = true }, { .extended_key_usage = "critical,timeStamping" }, JY_PURPOSE_SIGNING, JY_CHAIN_USAGE, "" },
        { "signing, a responder", { .ca = true }, { .extended_key_usage = "OCSPSigning" }, JY_PURPOSE_SIGNING, JY_CHAIN_USAGE, "" },
        { "signing, a server", { .ca = true }, { .extended_key_usage = "serverAuth" }, JY_PURPOSE_SIGNING, JY_CHAIN_USAGE, "" },
        { "signing, an encryption certificate", { .ca = true }, { .key_usage = "critical,keyEncipherment,dataEncipherment,keyAgreement" },
          JY_PURPOSE_SIGNING, JY_CHAIN_USAGE, "key usage" },
        { "signing, keyCertSign only", { .ca = true }, { .key_usage = "critical,keyCertSign" }, JY_PURPOSE_SIGNING, JY_CHAIN_USAGE, "key usage" },
        { "stamping time", { .ca = true }, { .extended_key_usage = "critical,timeStamping" }, JY_PURPOSE_TIME_STAMP, JY_CHAIN_OK, "" },
        { "stamping time, not critical", { .ca = true }, { .extended_key_usage = "timeStamping" }, JY_PURPOSE_TIME_STAMP, JY_CHAIN_USAGE, "" },
        { "stamping time, any", { .ca = true }, { .extended_key_usage = "critical,anyExtendedKeyUsage" }, JY_PURPOSE_TIME_STAMP, JY_CHAIN_USAGE, "" },
        { "answering", { .ca = true }, { .extended_key_usage = "OCSPSigning" }, JY_PURPOSE_OCSP, JY_CHAIN_OK, "" },
        { "answering, any", { .ca = true }, { .extended_key_usage = "anyExtendedKeyUsage" }, JY_PURPOSE_OCSP, JY_CHAIN_USAGE, "" },
        { "answering, no EKU", { .ca = true }, { 0 }, JY_PURPOSE_OCSP, JY_CHAIN_USAGE, "" },
        { "usage before dates", { .ca = true }, { .not_after = NOW - 1 }, JY_PURPOSE_OCSP, JY_CHAIN_USAGE, "" },
        { "a leaf that ended", { .ca = true }, { .not_after = NOW - 1 }, JY_PURPOSE_ANY, JY_CHAIN_EXPIRED, "" },
        { "a CA that ended", { .ca = true, .not_after = NOW - 1 }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_EXPIRED, "middle" },
        { "a CA not begun", { .ca = true, .not_before = NOW + 1 }, { 0 }, JY_PURPOSE_ANY, JY_CHAIN_NOT_YET_VALID, "middle" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_chain_result result = judge_below(rows[i].ca, rows[i].leaf, rows[i].purpose);
        if (result.status != rows[i].status || strstr(result.text, rows[i].why) == NULL)
            fail_msg("%s: %d, %s", rows[i].what, (int)result.status, result.text);
    }
}

/* The last octets of the key in the certificate's AlgorithmIdentifier outside: .501 → .502. */
static void
chain__two_signature_algorithms_inside_and_outside_are_refused(void **state)
{
    struct jy_cert *cert = issue((struct jy_issue){ .common_name = "leaf" }), *changed;
    struct jy_trust *trust = authority_trust(true);
    struct jy_buf der = { 0 };
    size_t at;

    (void)state;
    assert_int_equal(judge(trust, cert, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_OK);
    MUST(jy_buf_add(&der, jy_cert_der(cert)));
    at = jy_slice_rfind(jy_buf_slice(&der), JY_SLICE("\x2a\x81\x1c\xcf\x55\x01\x83\x75", 8));
    der.p[at + 7] = 0x76;
    MUST(jy_cert_parse(jy_buf_slice(&der), &changed, NULL));
    assert_int_not_equal(judge(trust, changed, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_OK);
    assert_string_equal(jy_cert_defect(changed), "two different signature algorithms inside and outside");
    jy_cert_free(changed);
    jy_cert_free(cert);
    jy_buf_free(&der);
    jy_trust_free(trust);
}

/* The certificate with its signature taken anew: by OpenSSL's default, the empty id, instead of 1234567812345678. */
static void
chain__a_signature_under_another_user_id_is_none(void **state)
{
    struct jy_cert *cert = issue((struct jy_issue){ .common_name = "leaf" }), *other;
    struct jy_trust *trust = authority_trust(true);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    struct jy_buf body = { 0 }, der = { 0 };
    unsigned char sig[JY_SM2_SIGNATURE_MAX];
    size_t len = sizeof(sig);

    (void)state;
    assert_int_equal(EVP_DigestSignInit_ex(md, NULL, "SM3", NULL, NULL, jy_sm2_pkey(authority.ca_key), NULL), 1);
    assert_int_equal(EVP_DigestSign(md, sig, &len, cert->tbs.p, cert->tbs.len), 1);
    MUST(jy_buf_add(&body, cert->tbs));
    MUST(jy_buf_add(&body, cert->algorithm));
    MUST(jy_der_put_bits(&body, JY_SLICE(sig, len)));
    MUST(jy_der_wrap(&der, DER_SEQUENCE, &body));
    MUST(jy_cert_parse(jy_buf_slice(&der), &other, NULL));
    assert_int_equal(judge(trust, cert, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_OK);
    assert_int_equal(judge(trust, other, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_BAD);
    EVP_MD_CTX_free(md);
    jy_buf_free(&body);
    jy_buf_free(&der);
    jy_cert_free(other);
    jy_cert_free(cert);
    jy_trust_free(trust);
}

/* Two CAs of one name: the key identifier says which one is meant, so the other is no forged issuer. */
static void
chain__the_key_identifier_tells_namesakes_apart(void **state)
{
    struct jy_cert *namesake = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root,
                                                        .subject_key = authority.other_key, .common_name = "CA", .ca = true });
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_trust *trust;

    (void)state;
    MUST(jy_trust_new(&trust));
    trust_cert(trust, authority.root);
    trust_cert(trust, namesake);
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_UNTRUSTED);
    trust_cert(trust, authority.ca);
    trust_list(trust, authority.root_key, authority.root, NULL, 0, 0);
    trust_list(trust, authority.other_key, namesake, NULL, 0, 0);
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_REVOCATION_UNKNOWN);    /* the namesake's list is not its own */
    trust_list(trust, authority.ca_key, authority.ca, NULL, 0, 0);
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_OK);
    jy_cert_free(namesake);
    jy_cert_free(leaf);
    jy_trust_free(trust);
}

/* A CA certificate renewed with the same key and name: the old one is over, the new one makes the chain. */
static void
chain__of_several_paths_the_best_counts_and_a_crowd_of_namesakes_ends(void **state)
{
    struct jy_issue what = { .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.other_key,
                             .common_name = "renewed", .ca = true, .not_after = NOW - 1 };
    struct jy_cert *old = issue(what), *new, *leaf, *crowd[40];
    struct jy_trust *trust = authority_trust(false);
    struct jy_chain_result result;
    jy_time at = NOW;

    (void)state;
    what.not_after = NOW + DAY;
    new = issue(what);
    leaf = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = new });
    trust_list(trust, authority.other_key, old, NULL, 0, 0);
    trust_cert(trust, old);
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_EXPIRED);
    trust_cert(trust, new);
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_OK);
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW - 2).status, JY_CHAIN_OK);
    /* Forty CAs of one name and key, each issued by all: without a limit this would not end. */
    for (size_t i = 0; i < 40; i++)
        crowd[i] = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = new, .subject_key = authority.other_key,
                                            .common_name = "renewed", .ca = true });
    MUST(jy_chain_check_for(trust, leaf, JY_PURPOSE_ANY, (const struct jy_cert *const *)crowd, 40, &at, 1, &result));
    assert_int_equal(result.status, JY_CHAIN_OK);
    for (size_t i = 0; i < 40; i++)
        jy_cert_free(crowd[i]);
    jy_cert_free(old);
    jy_cert_free(new);
    jy_cert_free(leaf);
    jy_trust_free(trust);
}

/* A self-signed certificate among the extras, or evidence, is never an anchor. */
static void
chain__evidence_brings_no_anchor(void **state)
{
    struct jy_cert *own_root = issue((struct jy_issue){ .issuer_key = authority.other_key, .subject_key = authority.other_key,
                                                        .common_name = "own root", .ca = true });
    struct jy_cert *leaf = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = own_root });
    struct jy_trust *base = authority_trust(true), *more;
    const struct jy_cert *extra[] = { own_root, NULL };
    struct jy_chain_result result;
    struct jy_buf der = { 0 };
    jy_time at = NOW;

    (void)state;
    MUST(jy_trust_extend(base, &more));
    assert_int_equal(jy_trust_add_crl(more, jy_cert_der(own_root), NULL), JY_E_FORMAT);
    assert_int_equal(jy_trust_add_ocsp(more, jy_cert_der(own_root), NULL), JY_E_FORMAT);
    MUST(jy_crl_issue(authority.other_key, own_root, NULL, 0, NOW, NOW + DAY, 1, &der, NULL));
    MUST(jy_trust_add_crl(more, jy_buf_slice(&der), NULL));
    MUST(jy_chain_check_for(more, leaf, JY_PURPOSE_ANY, extra, 2, &at, 1, &result));
    assert_int_equal(result.status, JY_CHAIN_UNTRUSTED);
    jy_buf_free(&der);
    jy_trust_free(more);
    jy_trust_free(base);
    jy_cert_free(own_root);
    jy_cert_free(leaf);
}

/* Two roots vouch for one CA: whichever says that its key is lost is heard, and the earlier of the two. */
static void
chain__a_lost_key_of_a_ca_is_lost_on_every_path(void **state)
{
    const struct { jy_time lost[2], revoked, at; enum jy_chain_status status; jy_time since; } rows[] = {
        { { 0, 0 }, 0, NOW, JY_CHAIN_OK, 0 },
        { { NOW - 100, 0 }, 0, NOW, JY_CHAIN_REVOKED, NOW - 100 },
        { { NOW - 100, NOW - 200 }, 0, NOW, JY_CHAIN_REVOKED, NOW - 200 },
        { { NOW - 200, NOW - 100 }, 0, NOW, JY_CHAIN_REVOKED, NOW - 200 },
        { { NOW - 100, 0 }, NOW - 50, NOW, JY_CHAIN_REVOKED, NOW - 100 },
        { { NOW - 100, 0 }, NOW - 150, NOW, JY_CHAIN_REVOKED, NOW - 150 },
        { { NOW - 100, 0 }, 0, NOW - 300, JY_CHAIN_REVOKED_LATER, NOW - 100 },
        { { 0, NOW + 3 * DAY }, 0, NOW + 2 * DAY, JY_CHAIN_REVOCATION_UNKNOWN, NOW + 3 * DAY },
        { { 0, NOW - 100 }, 0, NOW + 200 * DAY, JY_CHAIN_EXPIRED, NOW - 100 } };
    struct jy_cert *root = issue((struct jy_issue){ .issuer_key = authority.key, .subject_key = authority.key, .common_name = "another root", .ca = true });
    const struct { struct jy_sm2 *key; struct jy_cert *cert; } roots[2] = { { authority.root_key, authority.root }, { authority.key, root } };
    struct jy_cert *middle[2], *leaf;

    (void)state;
    for (int k = 0; k < 2; k++)
        middle[k] = issue((struct jy_issue){ .issuer_key = roots[k].key, .issuer = roots[k].cert, .subject_key = authority.other_key, .common_name = "lower",
                                             .ca = true });
    leaf = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = middle[0], .common_name = "leaf" });
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_chain_result result;
        struct jy_trust *trust;
        MUST(jy_trust_new(&trust));
        for (int k = 0; k < 2; k++) {
            trust_cert(trust, roots[k].cert);
            trust_cert(trust, middle[k]);
            trust_list(trust, roots[k].key, roots[k].cert, rows[i].lost[k] != 0 ? middle[k] : NULL, rows[i].lost[k], 2);
        }
        trust_list(trust, authority.other_key, middle[0], rows[i].revoked != 0 ? leaf : NULL, rows[i].revoked, 4);
        result = judge(trust, leaf, JY_PURPOSE_ANY, rows[i].at);
        if (result.status != rows[i].status || result.revoked_at != rows[i].since)
            fail_msg("row %zu: %d, %lld", i, (int)result.status, (long long)(result.revoked_at - NOW));
        jy_trust_free(trust);
    }
    jy_cert_free(root);
    jy_cert_free(middle[0]);
    jy_cert_free(middle[1]);
    jy_cert_free(leaf);
}

/* A PEM text of one certificate, to be freed. */
static struct jy_buf
pem_of(const struct jy_cert *cert)
{
    struct jy_buf pem = { 0 };

    MUST(jy_cert_to_pem(cert, &pem));
    return pem;
}

static bool
licenses(const struct jy_trust *trust, const struct jy_cert *maker)
{
    bool licensed;

    MUST(jy_trust_licenses(trust, maker, &licensed));
    return licensed;
}

static void
makers__are_named_by_their_certificate_or_by_the_ca_that_issued_it(void **state)
{
    struct jy_cert *maker = issue((struct jy_issue){ .common_name = "maker" }), *other = issue((struct jy_issue){ .common_name = "other" });
    struct jy_cert *elsewhere = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .common_name = "maker" });
    struct jy_buf by_cert = pem_of(maker), by_ca = pem_of(authority.ca);
    struct jy_trust *base = authority_trust(false), *more;

    (void)state;
    assert_int_equal(jy_trust_maker_count(NULL), 0);
    assert_false(licenses(NULL, maker));
    assert_int_equal(jy_trust_maker_count(base), 0);
    assert_false(jy_trust_restricts_makers(base));
    MUST(jy_trust_restrict_makers(base));
    assert_true(jy_trust_restricts_makers(base));
    assert_false(licenses(base, maker));            /* a list of nobody */
    MUST(jy_trust_add_makers_pem(base, jy_buf_slice(&by_cert), NULL));
    MUST(jy_trust_restrict_makers(base));                    /* takes nothing away */
    MUST(jy_trust_extend(base, &more));                      /* evidence is added to it; its makers stay */
    assert_int_equal(jy_trust_maker_count(more), 1);
    assert_true(jy_trust_restricts_makers(more));
    assert_true(licenses(more, maker));
    assert_false(licenses(more, other));
    MUST(jy_trust_add_makers_pem(base, jy_buf_slice(&by_ca), NULL));
    assert_int_equal(jy_trust_maker_count(more), 2);
    assert_true(licenses(more, maker));
    assert_true(licenses(more, other));
    assert_false(licenses(more, elsewhere));        /* the CA's own superior is not listed */
    jy_trust_free(more);
    jy_trust_free(base);
    jy_buf_free(&by_cert);
    jy_buf_free(&by_ca);
    jy_cert_free(maker);
    jy_cert_free(other);
    jy_cert_free(elsewhere);
}

static void
makers__bring_no_trust_and_what_is_no_list_of_them_is_refused_whole(void **state)
{
    struct jy_cert *own_root = issue((struct jy_issue){ .issuer_key = authority.other_key, .subject_key = authority.other_key,
                                                        .common_name = "own root", .ca = true });
    struct jy_cert *leaf = issue((struct jy_issue){ .issuer_key = authority.other_key, .issuer = own_root });
    struct jy_buf pem = pem_of(own_root), list = { 0 }, mixed = pem_of(leaf);
    struct jy_trust *trust = authority_trust(true);

    (void)state;
    MUST(jy_trust_add_makers_pem(trust, jy_buf_slice(&pem), NULL));
    assert_int_equal(jy_trust_anchor_count(trust), 1);
    assert_true(licenses(trust, leaf));
    assert_int_equal(judge(trust, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_UNTRUSTED);
    MUST(jy_crl_issue(authority.other_key, own_root, NULL, 0, NOW, NOW + DAY, 1, &list, NULL));
    MUST(jy_crl_to_pem(jy_buf_slice(&list), &mixed));
    assert_int_equal(jy_trust_add_makers_pem(trust, jy_buf_slice(&mixed), NULL), JY_E_FORMAT);
    assert_int_equal(jy_trust_add_makers_pem(trust, jy_slice_text("nothing"), NULL), JY_E_FORMAT);
    assert_int_equal(jy_trust_add_makers_pem(trust, JY_EMPTY, NULL), JY_E_LIMIT);
    assert_int_equal(jy_trust_add_makers_path(trust, "/nowhere/at/all", NULL), JY_E_NOT_FOUND);
    assert_int_equal(jy_trust_add_makers_path(trust, "/proc/self/fdinfo", NULL), JY_E_FORMAT);     /* a folder without certificates */
    assert_int_equal(jy_trust_maker_count(trust), 1);
    jy_trust_free(trust);
    jy_buf_free(&pem);
    jy_buf_free(&list);
    jy_buf_free(&mixed);
    jy_cert_free(own_root);
    jy_cert_free(leaf);
}

static void
makers__are_part_of_the_fingerprint_in_any_order(void **state)
{
    struct jy_cert *maker = issue((struct jy_issue){ .common_name = "maker" }), *other = issue((struct jy_issue){ .common_name = "other" });
    struct jy_buf one = pem_of(maker), two = pem_of(other);
    struct jy_trust *trusts[5];
    uint8_t prints[5][JY_SM3_SIZE];

    (void)state;
    for (int i = 0; i < 5; i++)
        trusts[i] = authority_trust(false);
    MUST(jy_trust_restrict_makers(trusts[4]));
    MUST(jy_trust_add_makers_pem(trusts[1], jy_buf_slice(&one), NULL));
    MUST(jy_trust_add_makers_pem(trusts[2], jy_buf_slice(&one), NULL));
    MUST(jy_trust_add_makers_pem(trusts[2], jy_buf_slice(&two), NULL));
    MUST(jy_trust_add_makers_pem(trusts[3], jy_buf_slice(&two), NULL));
    MUST(jy_trust_add_makers_pem(trusts[3], jy_buf_slice(&one), NULL));
    for (int i = 0; i < 5; i++)
        MUST(jy_trust_fingerprint(trusts[i], prints[i]));
    assert_memory_not_equal(prints[0], prints[1], JY_SM3_SIZE);
    assert_memory_not_equal(prints[1], prints[2], JY_SM3_SIZE);
    assert_memory_equal(prints[2], prints[3], JY_SM3_SIZE);
    assert_memory_not_equal(prints[0], prints[4], JY_SM3_SIZE);                /* a list of nobody is a list */
    for (int i = 0; i < 5; i++)
        jy_trust_free(trusts[i]);
    jy_buf_free(&one);
    jy_buf_free(&two);
    jy_cert_free(maker);
    jy_cert_free(other);
}

static void
trust__an_extension_knows_its_base_and_leaves_it_as_it_was(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_trust *base = authority_trust(false), *more;

    (void)state;
    MUST(jy_trust_extend(base, &more));
    assert_int_equal(jy_trust_anchor_count(more), 1);
    trust_list(more, authority.ca_key, authority.ca, NULL, 0, 0);
    assert_int_equal(judge(more, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_OK);
    assert_int_equal(judge(base, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_REVOCATION_UNKNOWN);
    trust_list(more, authority.ca_key, authority.ca, leaf, NOW - 5, 1);
    assert_int_equal(judge(more, leaf, JY_PURPOSE_ANY, NOW).status, JY_CHAIN_REVOKED);
    jy_trust_free(more);
    jy_trust_free(base);
    jy_cert_free(leaf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chain__each_rule_of_the_path_is_kept),
        cmocka_unit_test(chain__two_signature_algorithms_inside_and_outside_are_refused),
        cmocka_unit_test(chain__a_signature_under_another_user_id_is_none),
        cmocka_unit_test(chain__the_key_identifier_tells_namesakes_apart),
        cmocka_unit_test(chain__of_several_paths_the_best_counts_and_a_crowd_of_namesakes_ends),
        cmocka_unit_test(chain__a_lost_key_of_a_ca_is_lost_on_every_path),
        cmocka_unit_test(chain__evidence_brings_no_anchor),
        cmocka_unit_test(trust__an_extension_knows_its_base_and_leaves_it_as_it_was),
        cmocka_unit_test(makers__are_named_by_their_certificate_or_by_the_ca_that_issued_it),
        cmocka_unit_test(makers__bring_no_trust_and_what_is_no_list_of_them_is_refused_whole),
        cmocka_unit_test(makers__are_part_of_the_fingerprint_in_any_order),
    };

    return cmocka_run_group_tests(tests, authority_set_up, authority_tear_down);
}

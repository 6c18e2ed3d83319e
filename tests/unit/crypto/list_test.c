/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of revocation lists (RFC 5280 5), each alone. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <authority.h>
#include <codec/der.h>

#include "crypto/x509.h"

#include <openssl/x509v3.h>

static struct jy_chain_result
judge(const struct jy_trust *trust, const struct jy_cert *cert, jy_time at)
{
    struct jy_chain_result result;

    MUST(jy_chain_check(trust, cert, NULL, 0, at, &result));
    return result;
}

/* issuingDistributionPoint with these contents octets. */
#define DELTA { "2.5.29.27", true, JY_SLICE("\x02\x01\x01", 3) }
#define SCOPE(bytes) { "2.5.29.28", true, JY_SLICE(bytes, sizeof(bytes) - 1) }

static void
list__only_one_that_speaks_of_the_certificate_is_used(void **state)
{
    static const uint8_t point[] = "\x30\x19\xA0\x17\xA0\x15\x86\x13http://ca/crl/1.crl", other[] = "\x30\x19\xA0\x17\xA0\x15\x86\x13http://ca/crl/2.crl";
    const struct { const char *what; struct jy_extension extension; enum jy_chain_status status; } rows[] = {
        { "unknown and critical", { "1.2.3.4", true, JY_SLICE("\x05\x00", 2) }, JY_CHAIN_REVOCATION_UNKNOWN },
        { "unknown", { "1.2.3.4", false, JY_SLICE("\x05\x00", 2) }, JY_CHAIN_OK },
        { "a delta", { "2.5.29.27", true, JY_SLICE("\x02\x01\x01", 3) }, JY_CHAIN_REVOCATION_UNKNOWN },
        { "a delta that does not say so loudly", { "2.5.29.27", false, JY_SLICE("\x02\x01\x01", 3) }, JY_CHAIN_REVOCATION_UNKNOWN },
        { "indirect", SCOPE("\x30\x03\x84\x01\xFF"), JY_CHAIN_REVOCATION_UNKNOWN },
        { "some reasons", SCOPE("\x30\x04\x83\x02\x06\x40"), JY_CHAIN_REVOCATION_UNKNOWN },
        { "attribute certificates", SCOPE("\x30\x03\x85\x01\xFF"), JY_CHAIN_REVOCATION_UNKNOWN },
        { "CAs", SCOPE("\x30\x03\x82\x01\xFF"), JY_CHAIN_REVOCATION_UNKNOWN },
        { "users", SCOPE("\x30\x03\x81\x01\xFF"), JY_CHAIN_OK },
        { "its own point", { "2.5.29.28", true, JY_SLICE(point, sizeof(point) - 1) }, JY_CHAIN_OK },
        { "another point", { "2.5.29.28", true, JY_SLICE(other, sizeof(other) - 1) }, JY_CHAIN_REVOCATION_UNKNOWN },
        { "unreadable scope", SCOPE("\x05\x00"), JY_CHAIN_REVOCATION_UNKNOWN },
    };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf", .crl_url = "http://ca/crl/1.crl" });

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_trust *trust = authority_trust(false);
        struct jy_buf der = { 0 };
        enum jy_chain_status status;
        MUST(jy_crl_issue_with(authority.ca_key, authority.ca, NULL, 0, NOW - DAY, NOW + DAY, 1, &rows[i].extension, 1, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        if ((status = judge(trust, leaf, NOW).status) != rows[i].status)
            fail_msg("%s: %d", rows[i].what, (int)status);
        jy_buf_free(&der);
        jy_trust_free(trust);
    }
    jy_cert_free(leaf);
}

/* The same lists with the certificate on them, beside a complete one that is older and clean. */
static void
list__of_a_part_revokes_whom_it_names(void **state)
{
    const struct { const char *what; struct jy_extension extensions[2]; size_t count; enum jy_chain_status status; } rows[] = {
        { "a delta", { DELTA }, 1, JY_CHAIN_REVOKED },
        { "some reasons", { SCOPE("\x30\x04\x83\x02\x06\x40") }, 1, JY_CHAIN_REVOKED },
        { "a delta for some reasons", { DELTA, SCOPE("\x30\x04\x83\x02\x06\x40") }, 2, JY_CHAIN_REVOKED },
        { "attribute certificates have serial numbers of their own", { SCOPE("\x30\x03\x85\x01\xFF") }, 1, JY_CHAIN_OK },
        { "a delta of these", { DELTA, SCOPE("\x30\x03\x85\x01\xFF") }, 2, JY_CHAIN_OK },
        { "indirect: what names no issuer is of the list's own", { SCOPE("\x30\x03\x84\x01\xFF") }, 1, JY_CHAIN_REVOKED },
        { "unknown and critical: it may mean anything", { { "1.2.3.4", true, JY_SLICE("\x05\x00", 2) } }, 1, JY_CHAIN_REVOCATION_UNKNOWN },
        { "a scope that cannot be read", { SCOPE("\x05\x00") }, 1, JY_CHAIN_REVOCATION_UNKNOWN },
        { "for CAs only: whom it names it means", { SCOPE("\x30\x03\x82\x01\xFF") }, 1, JY_CHAIN_REVOKED },
    };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_trust *trust = authority_trust(false);
        struct jy_revoked entry = { jy_cert_serial(leaf), NOW - 10, 1 };
        struct jy_buf der = { 0 };
        enum jy_chain_status status;

        trust_list(trust, authority.ca_key, authority.ca, NULL, 0, 0);
        MUST(jy_crl_issue_with(authority.ca_key, authority.ca, &entry, 1, NOW - 5, NOW + DAY, 2, rows[i].extensions, rows[i].count, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        if ((status = judge(trust, leaf, NOW).status) != rows[i].status)
            fail_msg("%s: %d", rows[i].what, (int)status);
        jy_buf_free(&der);
        jy_trust_free(trust);
    }
    jy_cert_free(leaf);
}

/* An ended certificate may have left the list: not to be on it then proves nothing (X.509 9.5.2.8 expiredCertsOnCRL). */
static void
list__says_nothing_of_a_certificate_that_ended_before_it_unless_it_keeps_such(void **state)
{
    const struct jy_extension keeps = { "2.5.29.60", false, JY_SLICE("\x18\x0F" "20200101000000Z", 17) };
    const struct jy_extension keeps_late = { "2.5.29.60", false, JY_SLICE("\x18\x0F" "20260601000000Z", 17) };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf", .not_after = NOW - 2 * DAY });
    const struct { const struct jy_extension *extensions; size_t count; enum jy_chain_status status; } rows[] = {
        { NULL, 0, JY_CHAIN_REVOCATION_UNKNOWN }, { &keeps, 1, JY_CHAIN_OK }, { &keeps_late, 1, JY_CHAIN_REVOCATION_UNKNOWN } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_trust *trust = authority_trust(false);
        struct jy_buf der = { 0 };
        MUST(jy_crl_issue_with(authority.ca_key, authority.ca, NULL, 0, NOW - DAY, NOW + DAY, 1, rows[i].extensions, rows[i].count, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        assert_int_equal(judge(trust, leaf, NOW - 3 * DAY).status, rows[i].status);
        jy_buf_free(&der);
        jy_trust_free(trust);
    }
    jy_cert_free(leaf);
}

static void
add_list(struct jy_trust *trust, const struct jy_cert *leaf, jy_time at, int reason, jy_time this_update)
{
    struct jy_revoked entry = { leaf == NULL ? NULL : jy_cert_serial(leaf), at, reason };
    struct jy_buf der = { 0 };

    MUST(jy_crl_issue(authority.ca_key, authority.ca, &entry, leaf != NULL, this_update, NOW + DAY, 1, &der, NULL));
    MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
    jy_buf_free(&der);
}

static void
list__a_hold_ends_with_a_newer_list_and_nothing_else_does(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_trust *trust = authority_trust(false);

    (void)state;
    add_list(trust, NULL, 0, 0, NOW - 30);
    add_list(trust, leaf, NOW - 20, 6, NOW - 20);
    assert_int_equal(judge(trust, leaf, NOW).status, JY_CHAIN_REVOKED);
    assert_int_equal(judge(trust, leaf, NOW - 25).status, JY_CHAIN_REVOKED_LATER);
    add_list(trust, NULL, 0, 0, NOW - 10);
    assert_int_equal(judge(trust, leaf, NOW).status, JY_CHAIN_OK);
    assert_int_equal(judge(trust, leaf, NOW - 15).status, JY_CHAIN_REVOKED);
    add_list(trust, leaf, NOW - 20, 1, NOW - 20);                      /* revoked for good: no newer list undoes it */
    assert_int_equal(judge(trust, leaf, NOW).status, JY_CHAIN_REVOKED);
    assert_int_equal(judge(trust, leaf, NOW).revoked_reason, 1);
    jy_trust_free(trust);
    jy_cert_free(leaf);
}

struct entry {
    const char *oid;                  /* of an extension of it; NULL: none */
    bool critical;
    struct jy_slice value;
    bool of_another;                  /* the serial after the certificate's */
};

/* What jy_crl_issue does not write: extensions of an entry. Entries of the certificate, at NOW - DAY; indirect: with the scope that says so. */
static struct jy_buf
list_with_entries(const struct jy_cert *leaf, const struct entry *entries, size_t count, bool indirect)
{
    X509_CRL *crl = X509_CRL_new();
    ASN1_TIME *t = ASN1_TIME_new();
    ISSUING_DIST_POINT *scope = ISSUING_DIST_POINT_new();
    EVP_PKEY_CTX *ctx;
    EVP_MD_CTX *md = jy_sign_ctx(authority.ca_key, &ctx);
    struct jy_buf out = { 0 };
    unsigned char *der = NULL;
    int len = 0;

    X509_CRL_set_version(crl, 1);
    X509_CRL_set_issuer_name(crl, X509_get_subject_name(jy_cert_x509(authority.ca)));
    ASN1_TIME_set(t, NOW - DAY);
    X509_CRL_set1_lastUpdate(crl, t);
    for (size_t i = 0; i < count; i++) {
        ASN1_INTEGER *serial = ASN1_INTEGER_dup(X509_get0_serialNumber(jy_cert_x509(leaf)));
        X509_REVOKED *entry = X509_REVOKED_new();
        if (entries[i].of_another)
            assert_int_equal(ASN1_INTEGER_set(serial, 0x7777777), 1);
        X509_REVOKED_set_serialNumber(entry, serial);
        X509_REVOKED_set_revocationDate(entry, t);
        if (entries[i].oid != NULL) {
            ASN1_OBJECT *object = OBJ_txt2obj(entries[i].oid, 1);
            ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
            X509_EXTENSION *extension;
            assert_int_equal(ASN1_OCTET_STRING_set(octets, entries[i].value.p, (int)entries[i].value.len), 1);
            extension = X509_EXTENSION_create_by_OBJ(NULL, object, entries[i].critical, octets);
            X509_REVOKED_add_ext(entry, extension, -1);
            X509_EXTENSION_free(extension);
            ASN1_OCTET_STRING_free(octets);
            ASN1_OBJECT_free(object);
        }
        X509_CRL_add0_revoked(crl, entry);
        ASN1_INTEGER_free(serial);
    }
    scope->indirectCRL = 0xFF;
    if (indirect)
        assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_issuing_distribution_point, scope, 1, 0), 1);
    ASN1_TIME_set(t, NOW + DAY);
    X509_CRL_set1_nextUpdate(crl, t);
    assert_true(X509_CRL_sign_ctx(crl, md) > 0 && (len = i2d_X509_CRL(crl, &der)) > 0);
    MUST(jy_buf_add(&out, JY_SLICE(der, (size_t)len)));
    OPENSSL_free(der);
    ISSUING_DIST_POINT_free(scope);
    ASN1_TIME_free(t);
    X509_CRL_free(crl);
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
    return out;
}

/* Beside a clean complete list: what these entries make of the certificate. */
static enum jy_chain_status
judge_entries(const struct jy_cert *leaf, const struct entry *entries, size_t count, bool indirect)
{
    struct jy_trust *trust = authority_trust(true);
    struct jy_buf der = list_with_entries(leaf, entries, count, indirect);
    enum jy_chain_status status;

    MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
    status = judge(trust, leaf, NOW).status;
    jy_buf_free(&der);
    jy_trust_free(trust);
    return status;
}

/* certificateIssuer of this name. */
static struct jy_buf
issuer_name(const struct jy_cert *ca)
{
    struct jy_buf name = { 0 }, names = { 0 };

    MUST(jy_der_put(&name, 0xA4, jy_cert_subject_der(ca)));
    MUST(jy_der_put(&names, DER_SEQUENCE, jy_buf_slice(&name)));
    jy_buf_free(&name);
    return names;
}

/* RFC 5280 5.3.3: an entry is of the issuer that it names, else of that of the entry before, else of the list's. */
static void
list__of_many_issuers_means_whom_it_names(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_buf own = issuer_name(authority.ca), other = issuer_name(authority.root);
    const struct entry plain = { NULL }, of_own = { "2.5.29.29", true, jy_buf_slice(&own) }, of_other = { "2.5.29.29", true, jy_buf_slice(&other) };
    const struct entry stranger = { "2.5.29.29", true, jy_buf_slice(&other), .of_another = true }, strange = { "1.2.3.4", true, JY_SLICE("\x05\x00", 2) };
    const struct { struct entry entries[2]; size_t count; enum jy_chain_status status; } rows[] = {
        { { plain }, 1, JY_CHAIN_REVOKED }, { { of_own }, 1, JY_CHAIN_REVOKED }, { { of_other }, 1, JY_CHAIN_OK }, { { of_other, of_own }, 2, JY_CHAIN_REVOKED },
        { { of_own, of_other }, 2, JY_CHAIN_REVOKED }, { { stranger, plain }, 2, JY_CHAIN_OK }, { { plain, stranger }, 2, JY_CHAIN_REVOKED },
        { { strange }, 1, JY_CHAIN_REVOCATION_UNKNOWN } };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (judge_entries(leaf, rows[i].entries, rows[i].count, true) != rows[i].status)
            fail_msg("row %zu: %d", i, (int)judge_entries(leaf, rows[i].entries, rows[i].count, true));
    jy_buf_free(&own);
    jy_buf_free(&other);
    jy_cert_free(leaf);
}

/* One serial on several lines: no line undoes another. */
static void
list__every_line_of_a_serial_counts(void **state)
{
    static const struct entry lifted = { "2.5.29.21", false, { (const uint8_t *)"\x0A\x01\x08", 3 } },
                              lost = { "2.5.29.21", false, { (const uint8_t *)"\x0A\x01\x01", 3 } },
                              another = { .of_another = true };
    const struct { struct entry entries[3]; size_t count; enum jy_chain_status status; } rows[] = {
        { { lifted }, 1, JY_CHAIN_OK }, { { lifted, lost }, 2, JY_CHAIN_REVOKED }, { { lost, lifted }, 2, JY_CHAIN_REVOKED },
        { { another, lost, lifted }, 3, JY_CHAIN_REVOKED }, { { lifted, another }, 2, JY_CHAIN_OK }, { { another }, 1, JY_CHAIN_OK } };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (judge_entries(leaf, rows[i].entries, rows[i].count, false) != rows[i].status)
            fail_msg("row %zu: %d", i, (int)judge_entries(leaf, rows[i].entries, rows[i].count, false));
    jy_cert_free(leaf);
}

/* A list that is not understood in full makes doubtful whom it names, from the time that it tells; who is revoked by another is. */
static void
list__doubts_whom_it_names_under_a_critical_extension(void **state)
{
    const struct jy_extension unknown = { "1.2.3.4", true, JY_SLICE("\x05\x00", 2) };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_trust *trust = authority_trust(true);
    struct jy_revoked entry = { jy_cert_serial(leaf), NOW - 10, 1 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct jy_buf der = { 0 };
        MUST(jy_crl_issue_with(authority.ca_key, authority.ca, &entry, 1, NOW - 5, NOW + DAY, 2, &unknown, 1, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        jy_buf_free(&der);
        assert_int_equal(judge(trust, leaf, NOW - 20).status, JY_CHAIN_OK);
        assert_int_equal(judge(trust, leaf, NOW).status, JY_CHAIN_REVOCATION_UNKNOWN);
    }
    trust_list(trust, authority.ca_key, authority.ca, leaf, NOW - 5, 4);
    assert_int_equal(judge(trust, leaf, NOW).status, JY_CHAIN_REVOKED);
    assert_int_equal(judge(trust, leaf, NOW).revoked_at, NOW - 5);
    jy_trust_free(trust);
    jy_cert_free(leaf);
}

/* onlyContainsCACerts and onlyContainsUserCerts, of a CA. */
static void
list__for_users_does_not_clear_a_ca(void **state)
{
    const struct { struct jy_extension scope; enum jy_chain_status status; } rows[] = {
        { SCOPE("\x30\x03\x82\x01\xFF"), JY_CHAIN_OK }, { SCOPE("\x30\x03\x81\x01\xFF"), JY_CHAIN_REVOCATION_UNKNOWN } };
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jy_trust *trust;
        struct jy_buf der = { 0 };
        MUST(jy_trust_new(&trust));
        trust_cert(trust, authority.root);
        trust_cert(trust, authority.ca);
        trust_list(trust, authority.ca_key, authority.ca, NULL, 0, 0);
        MUST(jy_crl_issue_with(authority.root_key, authority.root, NULL, 0, NOW - DAY, NOW + DAY, 1, &rows[i].scope, 1, &der, NULL));
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        assert_int_equal(judge(trust, leaf, NOW).status, rows[i].status);
        jy_buf_free(&der);
        jy_trust_free(trust);
    }
    jy_cert_free(leaf);
}

static void
list__extensions_of_an_entry_are_heeded(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    const struct { const char *what, *oid; bool critical; struct jy_slice value; jy_time at; enum jy_chain_status status; } rows[] = {
        { "unknown and critical: the list is not used", "1.2.3.4", true, JY_SLICE("\x05\x00", 2), NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "certificateIssuer: likewise", "2.5.29.29", false, JY_SLICE("\x30\x00", 2), NOW, JY_CHAIN_REVOCATION_UNKNOWN },
        { "unknown", "1.2.3.4", false, JY_SLICE("\x05\x00", 2), NOW, JY_CHAIN_REVOKED },
        { "before the revocation", "1.2.3.4", false, JY_SLICE("\x05\x00", 2), NOW - 2 * DAY, JY_CHAIN_REVOKED_LATER },
        { "an unreadable invalidity date", "2.5.29.24", false, JY_SLICE("\x18\x03" "now", 5), NOW, JY_CHAIN_REVOKED },
        { "something else for an invalidity date", "2.5.29.24", false, JY_SLICE("\x05\x00", 2), NOW, JY_CHAIN_REVOKED },
        { "an invalidity date before 1970", "2.5.29.24", false, JY_SLICE("\x18\x0F" "19600101000000Z", 17), NOW - 2 * DAY, JY_CHAIN_REVOKED_LATER },
        { "an invalidity date after the revocation", "2.5.29.24", false, JY_SLICE("\x18\x0F" "20260601000000Z", 17), NOW - DAY, JY_CHAIN_REVOKED },
        { "after the invalidity date", "2.5.29.24", false, JY_SLICE("\x18\x0F" "20260501000000Z", 17), NOW - 2 * DAY, JY_CHAIN_REVOKED },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct jy_trust *trust = authority_trust(false);
        const struct entry entry = { rows[i].oid, rows[i].critical, rows[i].value };
        struct jy_buf der = list_with_entries(leaf, &entry, 1, false);
        enum jy_chain_status status;
        MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
        if ((status = judge(trust, leaf, rows[i].at).status) != rows[i].status)
            fail_msg("%s: %d", rows[i].what, (int)status);
        jy_buf_free(&der);
        jy_trust_free(trust);
    }
    jy_cert_free(leaf);
}

static void
list__no_changed_byte_lets_a_revoked_certificate_live(void **state)
{
    struct jy_cert *leaf = issue((struct jy_issue){ .common_name = "leaf" });
    struct jy_revoked entry = { jy_cert_serial(leaf), NOW - 5, 1 };
    struct jy_buf der = { 0 };

    (void)state;
    MUST(jy_crl_issue(authority.ca_key, authority.ca, &entry, 1, NOW - DAY, NOW + DAY, 1, &der, NULL));
    for (size_t i = 0; i < der.len; i++) {
        struct jy_trust *trust = authority_trust(false);
        der.p[i] ^= 0x01;
        if (jy_trust_add_crl(trust, jy_buf_slice(&der), NULL) == JY_OK && judge(trust, leaf, NOW).status == JY_CHAIN_OK)
            fail_msg("byte %zu", i);
        der.p[i] ^= 0x01;
        jy_trust_free(trust);
    }
    jy_buf_free(&der);
    jy_cert_free(leaf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__only_one_that_speaks_of_the_certificate_is_used),
        cmocka_unit_test(list__of_a_part_revokes_whom_it_names),
        cmocka_unit_test(list__says_nothing_of_a_certificate_that_ended_before_it_unless_it_keeps_such),
        cmocka_unit_test(list__a_hold_ends_with_a_newer_list_and_nothing_else_does),
        cmocka_unit_test(list__extensions_of_an_entry_are_heeded),
        cmocka_unit_test(list__of_many_issuers_means_whom_it_names),
        cmocka_unit_test(list__every_line_of_a_serial_counts),
        cmocka_unit_test(list__doubts_whom_it_names_under_a_critical_extension),
        cmocka_unit_test(list__for_users_does_not_clear_a_ca),
        cmocka_unit_test(list__no_changed_byte_lets_a_revoked_certificate_live),
    };

    return cmocka_run_group_tests(tests, authority_set_up, authority_tear_down);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the extensions of a certificate forbid (RFC 5280 4.2, GB/T 20518): defects, and purposes that it may not serve. */
#include "crypto/x509.h"

#include <openssl/x509v3.h>
#include <string.h>

/* Critical extensions that the chain check carries out, or that only name somebody. Any other critical one is refused. */
static const char *const understood[] = {
    "2.5.29.14" /* subjectKeyIdentifier */, "2.5.29.15" /* keyUsage */, "2.5.29.16" /* privateKeyUsagePeriod */,
    "2.5.29.17" /* subjectAltName */, "2.5.29.18" /* issuerAltName */,
    "2.5.29.19" /* basicConstraints */, "2.5.29.30" /* nameConstraints */, "2.5.29.31" /* cRLDistributionPoints */,
    "2.5.29.32" /* certificatePolicies: any policy will do, so nothing follows */, "2.5.29.33" /* policyMappings, likewise */,
    "2.5.29.35" /* authorityKeyIdentifier */, "2.5.29.37" /* extKeyUsage */, "2.5.29.54" /* inhibitAnyPolicy, likewise */,
    "1.2.156.10260.4.1.1", "1.2.156.10260.4.1.1.1", "1.2.156.10260.4.1.1.2", "1.2.156.10260.4.1.2", "1.2.156.10260.4.1.3",
    "1.2.156.10260.4.1.4", "1.2.156.10260.4.1.5"    /* identity of the subject, seal-formats §6.2 */
};

/* Extended key usages that people and organizations sign documents with (seal-formats §5.1); clientAuth is in most Chinese seal certificates. */
static const char *const signing[] = {
    "2.5.29.37.0" /* any */, "1.3.6.1.5.5.7.3.2" /* clientAuth */, "1.3.6.1.5.5.7.3.4" /* emailProtection */,
    "1.3.6.1.5.5.7.3.36" /* documentSigning */, "1.2.840.113583.1.1.5" /* Adobe */, "1.3.6.1.4.1.311.10.3.12" /* Microsoft */
};

/* What serves something else than people. A certificate of these usages alone was hardly issued to sign seals or stamps, but some in use have one. */
static const char *const machines[] = {
    "1.3.6.1.5.5.7.3.1" /* serverAuth */, "1.3.6.1.5.5.7.3.3" /* codeSigning */, "1.3.6.1.5.5.7.3.8" /* timeStamping */,
    "1.3.6.1.5.5.7.3.9" /* OCSPSigning */, "1.3.6.1.5.5.7.3.5", "1.3.6.1.5.5.7.3.6", "1.3.6.1.5.5.7.3.7", "1.3.6.1.5.5.7.3.17" /* IPsec */
};

static bool
is_listed(const ASN1_OBJECT *oid, const char *const *list, size_t count)
{
    char text[80];

    if (OBJ_obj2txt(text, sizeof(text), oid, 1) <= 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static bool
is_period(X509_EXTENSION *extension)
{
    PKEY_USAGE_PERIOD *period = X509V3_EXT_d2i(extension);

    PKEY_USAGE_PERIOD_free(period);
    return period != NULL;
}

static const char *
extension_defect(X509 *x509, int at)
{
    X509_EXTENSION *extension = X509_get_ext(x509, at);
    const ASN1_OBJECT *oid = X509_EXTENSION_get_object(extension);

    if (X509_get_ext_by_OBJ(x509, oid, at) >= 0)
        return "an extension is there twice";
    if (OBJ_obj2nid(oid) == NID_private_key_usage_period && !is_period(extension))
        return "an unreadable privateKeyUsagePeriod";
    if (X509_EXTENSION_get_critical(extension) == 1 && !is_listed(oid, understood, sizeof(understood) / sizeof(understood[0])))
        return "unknown critical extension";
    return NULL;
}

const char *
jy_cert_defect(const struct jy_cert *cert)
{
    const char *defect = NULL;

    if (cert->tbs.len == 0)
        return "not DER";
    if (!jy_slice_equal(cert->inner_algorithm, cert->algorithm))
        return "two different signature algorithms inside and outside";
    for (int i = 0; defect == NULL && i < X509_get_ext_count(cert->x509); i++)
        defect = extension_defect(cert->x509, i);
    if (defect == NULL && (cert->flags & (EXFLAG_INVALID | EXFLAG_PROXY)) != 0)
        defect = "a broken extension, or a proxy certificate";
    return defect;
}

/* ---- purposes ---- */

/* How many usages there are, and how many of them are in the list; *critical as written. */
static size_t
count_usages(const struct jy_cert *cert, const char *const *list, size_t count, size_t *all, bool *critical)
{
    int is_critical = 0;
    EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(cert->x509, NID_ext_key_usage, &is_critical, NULL);
    size_t listed = 0;

    *all = usages == NULL ? 0 : (size_t)sk_ASN1_OBJECT_num(usages);
    *critical = is_critical == 1;
    for (size_t i = 0; i < *all; i++)
        listed += is_listed(sk_ASN1_OBJECT_value(usages, (int)i), list, count);
    EXTENDED_KEY_USAGE_free(usages);
    return listed;
}

bool
jy_cert_serves(const struct jy_cert *cert, enum jy_chain_purpose purpose, const char **why)
{
    static const char *const stamping[] = { "1.3.6.1.5.5.7.3.8" }, *const answering[] = { "1.3.6.1.5.5.7.3.9" };
    const char *reason = NULL;
    size_t all = 0;
    bool critical = false;

    if (purpose != JY_PURPOSE_ANY && !jy_cert_may_sign(cert))
        reason = "its key usage allows no signatures";
    else if (purpose == JY_PURPOSE_SIGNING && (cert->flags & EXFLAG_XKUSAGE) != 0 &&
             count_usages(cert, signing, sizeof(signing) / sizeof(signing[0]), &all, &critical) == 0)
        reason = "its extended key usage names nothing that documents are signed for";
    else if (purpose == JY_PURPOSE_SEAL && count_usages(cert, machines, sizeof(machines) / sizeof(machines[0]), &all, &critical) == all && all > 0)
        reason = "its extended key usage names only servers, code, time stamps or OCSP";
    else if (purpose == JY_PURPOSE_TIME_STAMP && count_usages(cert, stamping, 1, &all, &critical) != 1)
        reason = "its extended key usage does not name time stamping";
    else if (purpose == JY_PURPOSE_TIME_STAMP && (all != 1 || !critical))
        reason = "its extended key usage is not critical or names more than time stamping (RFC 3161 2.3)";
    else if (purpose == JY_PURPOSE_OCSP && count_usages(cert, answering, 1, &all, &critical) == 0)
        reason = "its extended key usage does not name OCSP signing";
    if (why != NULL)
        *why = reason;
    return reason == NULL;
}

bool
jy_cert_serves_below(const struct jy_cert *ca, enum jy_chain_purpose purpose, const char **why)
{
    static const char *const stamping[] = { "2.5.29.37.0" /* any */, "1.3.6.1.5.5.7.3.8" };
    size_t all = 0;
    bool critical;

    *why = NULL;
    if (purpose == JY_PURPOSE_TIME_STAMP && count_usages(ca, stamping, 2, &all, &critical) == 0 && all > 0)
        *why = "the extended key usage of this CA does not name time stamping";
    else if ((purpose == JY_PURPOSE_SEAL || purpose == JY_PURPOSE_SIGNING) &&
             count_usages(ca, machines, sizeof(machines) / sizeof(machines[0]), &all, &critical) == all && all > 0)
        *why = "the extended key usage of this CA names only servers, code, time stamps or OCSP";
    return *why == NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Where revocation data are, and what a list is before anybody relies on it: for whoever fetches. No network here. */
#include "crypto/trust.h"

#include <string.h>

static bool
take_url(const GENERAL_NAME *name, size_t *n, char out[JY_URL_SIZE])
{
    const ASN1_IA5STRING *uri = name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;
    int len = uri == NULL ? 0 : ASN1_STRING_length(uri);

    if (len < 1 || len >= JY_URL_SIZE || memchr(ASN1_STRING_get0_data(uri), '\0', (size_t)len) != NULL)
        return false;
    if ((*n)-- > 0)
        return false;
    memcpy(out, ASN1_STRING_get0_data(uri), (size_t)len);
    out[len] = '\0';
    return true;
}

static bool
crl_url(const struct jy_cert *cert, size_t n, char out[JY_URL_SIZE])
{
    CRL_DIST_POINTS *points = X509_get_ext_d2i(cert->x509, NID_crl_distribution_points, NULL, NULL);
    bool found = false;

    for (int i = 0; !found && i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(points, i);
        if (point->distpoint == NULL || point->distpoint->type != 0)
            continue;
        for (int k = 0; !found && k < sk_GENERAL_NAME_num(point->distpoint->name.fullname); k++)
            found = take_url(sk_GENERAL_NAME_value(point->distpoint->name.fullname, k), &n, out);
    }
    CRL_DIST_POINTS_free(points);
    return found;
}

static bool
ocsp_url(const struct jy_cert *cert, size_t n, char out[JY_URL_SIZE])
{
    AUTHORITY_INFO_ACCESS *access = X509_get_ext_d2i(cert->x509, NID_info_access, NULL, NULL);
    bool found = false;

    for (int i = 0; !found && i < sk_ACCESS_DESCRIPTION_num(access); i++) {
        const ACCESS_DESCRIPTION *row = sk_ACCESS_DESCRIPTION_value(access, i);
        if (OBJ_obj2nid(row->method) == NID_ad_OCSP)
            found = take_url(row->location, &n, out);
    }
    AUTHORITY_INFO_ACCESS_free(access);
    return found;
}

bool
jy_cert_url(const struct jy_cert *cert, enum jy_url_kind kind, size_t n, char out[JY_URL_SIZE])
{
    return (kind == JY_URL_CRL ? crl_url : ocsp_url)(cert, n, out);
}

jy_err
jy_crl_facts(struct jy_slice der, const struct jy_trust *trust, struct jy_crl_facts *out, struct jy_fault *fault)
{
    struct jy_crl crl;
    bool by;
    jy_err rc;

    *out = (struct jy_crl_facts){ 0 };
    if ((rc = jy_crl_read(der, &crl)) != JY_OK)
        return jy_fail(fault, rc, "CertificateList", 0, "not a revocation list");
    out->this_update = crl.this_update;
    out->next_update = crl.next_update;
    out->defect = crl.defect;
    for (size_t i = 0; rc == JY_OK && out->issuer == NULL && i < jy_trust_count(trust, JY_TRUST_CERT); i++)
        if ((rc = jy_crl_is_by(&crl, jy_trust_cert(trust, i), &by)) == JY_OK && by)
            out->issuer = jy_trust_cert(trust, i);
    jy_crl_free(&crl);
    return rc == JY_OK ? rc : jy_fail(fault, rc, "CertificateList", 0, "its signature could not be checked");
}

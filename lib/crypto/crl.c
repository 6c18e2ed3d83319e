/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation lists (RFC 5280 5, GB/T 20518): read from their own bytes, because OpenSSL cannot check SM2 ones and writes them anew. */
#include "crypto/trust.h"

#include "codec/der.h"
#include "codec/oid.h"
#include "crypto/known.h"

#define OID_EXPIRED_CERTS "2.5.29.60"

/* From the mildest to the gravest: of several the gravest counts. */
enum defect { NONE, INDIRECT, RELATIVE, SOME_REASONS, DELTA, CRITICAL_ENTRY, CRITICAL, UNREADABLE_SCOPE, ATTRIBUTES, NOT_SM2, TWO_ALGORITHMS };
static const struct { const char *text; enum jy_crl_use use; } defects[] = {
    [NONE] = { NULL, JY_CRL_COMPLETE },
    [INDIRECT] = { "an indirect list", JY_CRL_REVOKES },
    [RELATIVE] = { "a distribution point relative to its issuer", JY_CRL_REVOKES },
    [SOME_REASONS] = { "a list for some reasons only", JY_CRL_REVOKES },
    [DELTA] = { "a delta list", JY_CRL_REVOKES },
    [CRITICAL_ENTRY] = { "a critical extension of an entry", JY_CRL_DOUBTS },
    [CRITICAL] = { "unknown critical extension", JY_CRL_DOUBTS },
    [UNREADABLE_SCOPE] = { "unreadable issuingDistributionPoint", JY_CRL_DOUBTS },
    [ATTRIBUTES] = { "a list of attribute certificates", JY_CRL_UNUSED },     /* which have serial numbers of their own */
    [NOT_SM2] = { "not signed by SM2 with SM3", JY_CRL_UNUSED },
    [TWO_ALGORITHMS] = { "two different signature algorithms inside and outside", JY_CRL_UNUSED },
};

static void
find_defect(struct jy_crl *crl, enum defect *gravest, enum defect found)
{
    if (found > *gravest)
        *gravest = found;
    crl->defect = defects[*gravest].text;
    crl->use = defects[*gravest].use;
}

/* tbs, signature and the two algorithm identifiers. */
static bool
find_parts(struct jy_crl *out, enum defect *gravest)
{
    struct jy_der all, body, tbs, look, algorithm;
    struct jy_der_item whole, inner, outer, version;
    struct jy_slice oid;
    uint8_t unused;

    jy_der_open(&all, jy_buf_slice(&out->der));
    if (jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK || jy_der_close(&all) != JY_OK)
        return false;
    look = body;
    if (jy_der_get(&look, DER_SEQUENCE, &whole) != JY_OK || jy_der_enter(&body, DER_SEQUENCE, &tbs) != JY_OK ||
        (jy_der_peek(&tbs) == DER_INTEGER && jy_der_next(&tbs, &version) != JY_OK) || jy_der_get(&tbs, DER_SEQUENCE, &inner) != JY_OK ||
        jy_der_get(&body, DER_SEQUENCE, &outer) != JY_OK || jy_der_bits(&body, &out->signature, &unused) != JY_OK || unused != 0 ||
        jy_der_close(&body) != JY_OK)
        return false;
    out->tbs = whole.tlv;
    jy_der_open(&algorithm, outer.value);
    if (!jy_slice_equal(inner.tlv, outer.tlv))
        find_defect(out, gravest, TWO_ALGORITHMS);
    else if (jy_der_oid(&algorithm, &oid) != JY_OK || !jy_slice_equal(oid, OID_SM2_WITH_SM3))
        find_defect(out, gravest, NOT_SM2);
    return true;
}

/* issuingDistributionPoint: lists for part of the certificates clear that part. */
static void
read_scope(struct jy_crl *crl, enum defect *gravest)
{
    int critical = 0;

    crl->scope = X509_CRL_get_ext_d2i(crl->crl, NID_issuing_distribution_point, &critical, NULL);
    if (crl->scope == NULL) {
        find_defect(crl, gravest, critical == -1 ? NONE : UNREADABLE_SCOPE);
        return;
    }
    crl->indirect = crl->scope->indirectCRL > 0;
    find_defect(crl, gravest, crl->indirect ? INDIRECT : NONE);
    find_defect(crl, gravest, crl->scope->onlyattr > 0 ? ATTRIBUTES : NONE);
    find_defect(crl, gravest, crl->scope->distpoint != NULL && crl->scope->distpoint->type != 0 ? RELATIVE : NONE);
    find_defect(crl, gravest, crl->scope->onlysomereasons != NULL ? SOME_REASONS : NONE);
}

static void
read_extensions(struct jy_crl *crl, enum defect *gravest)
{
    char oid[80];

    crl->expired_since = INT64_MAX;
    for (int i = 0; i < X509_CRL_get_ext_count(crl->crl); i++) {
        X509_EXTENSION *extension = X509_CRL_get_ext(crl->crl, i);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        struct jy_der der;
        bool exact;
        if (nid == NID_delta_crl)
            find_defect(crl, gravest, DELTA);
        else if (X509_EXTENSION_get_critical(extension) == 1 && nid != NID_issuing_distribution_point)
            find_defect(crl, gravest, CRITICAL);
        if (OBJ_obj2txt(oid, sizeof(oid), X509_EXTENSION_get_object(extension), 1) > 0 && strcmp(oid, OID_EXPIRED_CERTS) == 0) {
            jy_der_open(&der, JY_SLICE(ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)));
            if (jy_der_time(&der, &crl->expired_since, &exact) != JY_OK)
                crl->expired_since = INT64_MAX;
        }
    }
    read_scope(crl, gravest);
}

/* A critical extension of an entry could turn its meaning, or that of the entries after it: certificateIssuer, which belongs into indirect lists. */
static bool
entries_are_plain(const struct jy_crl *crl)
{
    STACK_OF(X509_REVOKED) *list = X509_CRL_get_REVOKED(crl->crl);

    for (int i = 0; i < sk_X509_REVOKED_num(list); i++) {
        const X509_REVOKED *entry = sk_X509_REVOKED_value(list, i);
        for (int e = 0; e < X509_REVOKED_get_ext_count(entry); e++) {
            bool names_issuer = OBJ_obj2nid(X509_EXTENSION_get_object(X509_REVOKED_get_ext(entry, e))) == NID_certificate_issuer;
            if (names_issuer ? !crl->indirect : X509_EXTENSION_get_critical(X509_REVOKED_get_ext(entry, e)) == 1)
                return false;
        }
    }
    return true;
}

jy_err
jy_crl_read(struct jy_slice der, struct jy_crl *out)
{
    const unsigned char *p = der.p;
    enum defect gravest = NONE;
    jy_err rc;

    *out = (struct jy_crl){ 0 };
    if ((out->crl = d2i_X509_CRL(NULL, &p, (long)der.len)) == NULL || p != der.p + der.len) {
        jy_crl_free(out);
        return JY_E_FORMAT;
    }
    if ((rc = jy_buf_add(&out->der, der)) != JY_OK) {
        jy_crl_free(out);
        return rc;
    }
    if (!find_parts(out, &gravest) || !jy_asn1_time(X509_CRL_get0_lastUpdate(out->crl), &out->this_update) ||
        !jy_asn1_time(X509_CRL_get0_nextUpdate(out->crl), &out->next_update)) {
        jy_crl_free(out);
        return JY_E_FORMAT;
    }
    read_extensions(out, &gravest);
    if (!entries_are_plain(out))
        find_defect(out, &gravest, CRITICAL_ENTRY);
    return JY_OK;
}

void
jy_crl_free(struct jy_crl *crl)
{
    ISSUING_DIST_POINT_free(crl->scope);
    X509_CRL_free(crl->crl);
    jy_buf_free(&crl->der);
    *crl = (struct jy_crl){ 0 };
}

jy_err
jy_crl_is_by(const struct jy_crl *crl, const struct jy_cert *issuer, bool *by)
{
    *by = false;
    if (issuer->key == NULL || X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(issuer->x509)) != 0 ||
        ((issuer->flags & EXFLAG_KUSAGE) != 0 && (issuer->key_usage & KU_CRL_SIGN) == 0))
        return JY_OK;
    return jy_sm2_fits(issuer->key, crl->tbs, crl->signature, false, by);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the genuine lists and responses of a trust say of one certificate. */
#include "crypto/ocsp.h"
#include "crypto/trust.h"

#define SIGNATURES_MAX 32             /* of lists and responses that a document brings: forgeries cost time */

/* Some distribution point of the certificate is one of the list's. */
static bool
points_meet(const struct jy_cert *cert, const GENERAL_NAMES *names)
{
    CRL_DIST_POINTS *points = X509_get_ext_d2i(cert->x509, NID_crl_distribution_points, NULL, NULL);
    bool met = false;

    for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT *point = sk_DIST_POINT_value(points, i);
        if (point->distpoint == NULL || point->distpoint->type != 0)
            continue;
        for (int k = 0; k < sk_GENERAL_NAME_num(point->distpoint->name.fullname); k++)
            for (int n = 0; n < sk_GENERAL_NAME_num(names); n++)
                met = met || GENERAL_NAME_cmp(sk_GENERAL_NAME_value(point->distpoint->name.fullname, k),
                                              sk_GENERAL_NAME_value(names, n)) == 0;
    }
    CRL_DIST_POINTS_free(points);
    return met;
}

static bool
is_in_scope(const struct jy_crl *crl, const struct jy_cert *cert)
{
    if (crl->scope == NULL)
        return true;
    if ((crl->scope->onlyuser > 0 && jy_cert_is_ca(cert)) || (crl->scope->onlyCA > 0 && !jy_cert_is_ca(cert)))
        return false;
    return crl->scope->distpoint == NULL || points_meet(cert, crl->scope->distpoint->name.fullname);
}

struct matter {
    const struct jy_cert *cert, *issuer;
    jy_time at;
    struct jy_revocation found;
    jy_time newest;                   /* thisUpdate of the newest genuine list that covers the certificate and does not hold it */
    bool doubted;                     /* a list that is not understood in full names it */
    jy_time held_at, held_update;     /* certificateHold: since when, told by which list; 0 = none */
    unsigned signatures;              /* checked for this certificate only */
};

/* The list is one of this issuer: known so on arrival, or told now by the key of an issuer that came with the document. */
static jy_err
is_of(const struct jy_crl *crl, struct matter *m, bool *is)
{
    *is = false;
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl->crl), X509_get_subject_name(m->issuer->x509)) != 0)
        return JY_OK;
    if (crl->issuer == NULL)
        return m->signatures++ < SIGNATURES_MAX ? jy_crl_is_by(crl, m->issuer, is) : JY_OK;
    *is = jy_sm2_same_public(crl->issuer->key, m->issuer->key) &&
        ((m->issuer->flags & EXFLAG_KUSAGE) == 0 || (m->issuer->key_usage & KU_CRL_SIGN) != 0);
    return JY_OK;
}

/* What one entry says: the time from which the certificate is not to be relied on. */
static jy_time
since_when(const X509_REVOKED *entry, int *reason)
{
    ASN1_ENUMERATED *told = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    ASN1_GENERALIZEDTIME *invalid;
    jy_time when = 0, since;

    if (!jy_asn1_time(X509_REVOKED_get0_revocationDate(entry), &when) || when <= 0)
        when = 1;                                        /* an unreadable date must not read as "not revoked" */
    *reason = told == NULL ? -1 : (int)ASN1_ENUMERATED_get(told);
    ASN1_ENUMERATED_free(told);
    /* invalidityDate: since when the key is known or thought to be lost; later signatures are anybody's */
    invalid = X509_REVOKED_get_ext_d2i(entry, NID_invalidity_date, NULL, NULL);
    if (invalid != NULL && jy_asn1_time(invalid, &since) && since > 0 && since < when)
        when = since;
    ASN1_GENERALIZEDTIME_free(invalid);
    return when;
}

static void
add_revoked(struct matter *m, jy_time when, int reason)
{
    if (m->found.at == 0 || when < m->found.at) {
        m->found.at = when;
        m->found.reason = reason;
    }
}

/* One statement about the certificate, from a list or a response. */
static void
add_statement(struct matter *m, jy_time when, int reason, jy_time this_update, jy_time next_update, bool covers)
{
    if (covers && (m->found.told_from == 0 || this_update < m->found.told_from))
        m->found.told_from = this_update;
    if (covers && this_update > m->found.told_to)
        m->found.told_to = this_update;
    if (covers && next_update > m->found.covered_to)
        m->found.covered_to = next_update;
    if (when == 0) {
        m->found.known = m->found.known || covers;
        if (covers && this_update <= m->at && this_update > m->newest)
            m->newest = this_update;
        return;
    }
    m->found.known = true;
    if (reason != CRL_REASON_CERTIFICATE_HOLD) {
        add_revoked(m, when, reason);
    } else if (this_update >= m->held_update) {
        m->held_at = when;
        m->held_update = this_update;
    }
}

/* The first entry of the certificate, and how many of that serial follow from there: the list is sorted by the search. */
static int
find_entries(const struct jy_crl *crl, const struct jy_cert *cert, int *count)
{
    const ASN1_INTEGER *serial = X509_get0_serialNumber(cert->x509);
    STACK_OF(X509_REVOKED) *list = X509_CRL_get_REVOKED(crl->crl);
    X509_REVOKED *entry = NULL;
    int first, found;

    /* The entries of an indirect list bear the name of their issuer, or that of the entry before (RFC 5280 5.3.3): that is told by the search. */
    found = crl->indirect ? X509_CRL_get0_by_cert(crl->crl, &entry, cert->x509)
                          : X509_CRL_get0_by_serial(crl->crl, &entry, (ASN1_INTEGER *)(uintptr_t)serial);
    *count = 0;
    if (found == 0)
        return 0;
    first = sk_X509_REVOKED_find(list, entry);
    while (crl->indirect && sk_X509_REVOKED_value(list, first) != entry)
        first++;
    do
        ++*count;
    while (!crl->indirect && first + *count < sk_X509_REVOKED_num(list) &&
           ASN1_INTEGER_cmp(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(list, first + *count)), serial) == 0);
    return first;
}

/* A list of the issuer, in whose scope the certificate is or is not: whom it names is meant all the same, for serials are the issuer's. */
static void
ask_list(const struct jy_crl *crl, struct matter *m)
{
    /* An ended certificate may have left the list: that it is not there then says nothing (RFC 5280 3.3, X.509 expiredCertsOnCRL). */
    bool covers = crl->use == JY_CRL_COMPLETE && is_in_scope(crl, m->cert) && crl->next_update >= m->at &&
        (crl->this_update <= m->cert->not_after || crl->expired_since <= m->cert->not_after);
    int count, reason, first = find_entries(crl, m->cert, &count);
    bool named = false;

    for (int i = 0; i < count; i++) {
        jy_time when = since_when(sk_X509_REVOKED_value(X509_CRL_get_REVOKED(crl->crl), first + i), &reason);
        if (reason == CRL_REASON_REMOVE_FROM_CRL)                                  /* a hold is lifted */
            continue;
        named = true;
        if (crl->use == JY_CRL_DOUBTS)
            m->doubted = m->doubted || when <= m->at;
        else
            add_statement(m, when, reason, crl->this_update, crl->next_update, covers);
    }
    if (!named)
        add_statement(m, 0, -1, crl->this_update, crl->next_update, covers);
}

static jy_err
ask_lists(const struct jy_trust *trust, struct matter *m)
{
    for (size_t i = 0; i < trust->crl_count; i++) {
        bool is = false;
        jy_err rc;
        if (trust->crls[i].use == JY_CRL_UNUSED)
            continue;
        if ((rc = is_of(&trust->crls[i], m, &is)) != JY_OK)
            return rc;
        if (is)
            ask_list(&trust->crls[i], m);
    }
    return JY_OK;
}

/*
 * A responder of its own must not be on a list itself, up to the time asked for: whoever has its lost key dates answers back. With ocsp-nocheck no
 * list is needed (RFC 6960 4.2.2.2.1); one that names it counts all the same.
 */
static jy_err
responder_stands(const struct jy_trust *trust, const struct jy_cert *responder, const struct jy_cert *issuer, jy_time at, bool *stands)
{
    struct matter m = { .cert = responder, .issuer = issuer, .at = at, .found.reason = -1 };
    bool exempt;
    jy_err rc = JY_OK;

    *stands = responder == NULL;
    if (*stands)
        return JY_OK;
    exempt = X509_get_ext_by_NID(responder->x509, NID_id_pkix_OCSP_noCheck, -1) >= 0;
    for (const struct jy_trust *t = trust; rc == JY_OK && t != NULL; t = t->base) {
        m.signatures = 0;
        rc = ask_lists(t, &m);
    }
    *stands = (exempt || m.found.known) && m.found.at == 0 && m.held_at == 0 && !m.doubted;
    return rc;
}

/* What one genuine response says; one that is not genuine, or of somebody else, says nothing. */
static jy_err
ask_response(const struct jy_trust *whole, struct jy_slice response, struct matter *m)
{
    struct jy_cert *responder = NULL;
    struct jy_ocsp_answer answer;
    bool stands = false;
    jy_err rc = jy_ocsp_judge(response, m->cert, m->issuer, JY_EMPTY, &answer, &responder, NULL);

    m->signatures += rc != JY_E_NOT_FOUND;
    if (rc == JY_OK)
        rc = responder_stands(whole, responder, m->issuer, answer.produced_at > m->at ? answer.produced_at : m->at, &stands);
    jy_cert_free(responder);
    if (rc == JY_E_NOMEM || rc == JY_E_CRYPTO)
        return rc;
    if (answer.next_update == 0)                         /* newer information is always to be had */
        answer.next_update = answer.this_update;
    if (stands && answer.status != JY_OCSP_UNKNOWN)
        add_statement(m, answer.status == JY_OCSP_REVOKED ? answer.revoked_at : 0, answer.reason, answer.this_update, answer.next_update,
                      answer.next_update >= m->at && (answer.this_update <= m->cert->not_after ||
                                                      (answer.archive_cutoff != 0 && answer.archive_cutoff <= m->cert->not_after)));
    return JY_OK;
}

/* The base first, each with a count of its own: what a document brings cannot keep from being heard what was there before. */
static jy_err
ask(const struct jy_trust *whole, const struct jy_trust *trust, struct matter *m)
{
    jy_err rc = trust->base == NULL ? JY_OK : ask(whole, trust->base, m);

    m->signatures = 0;
    if (rc == JY_OK)
        rc = ask_lists(trust, m);
    for (size_t i = 0; rc == JY_OK && i < trust->ocsp_count && m->signatures < SIGNATURES_MAX; i++)
        rc = ask_response(whole, jy_buf_slice(&trust->ocsps[i]), m);
    return rc;
}

jy_err
jy_revocation_of(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *issuer, jy_time at, struct jy_revocation *out)
{
    struct matter m = { .cert = cert, .issuer = issuer, .at = at, .found.reason = -1 };
    jy_err rc = ask(trust, trust, &m);

    /* A hold counts until a newer list, not after the time asked for, leaves the certificate out. */
    if (m.held_at != 0 && !(m.newest > m.held_update))
        add_revoked(&m, m.held_at, CRL_REASON_CERTIFICATE_HOLD);
    m.found.known = m.found.known && (!m.doubted || m.found.at != 0);
    *out = m.found;
    return rc;
}

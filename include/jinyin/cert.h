/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/cert.h: SM2 certificates, requests, revocation lists and chains (GB/T 20518, RFC 5280). */
#ifndef JINYIN_CERT_H
#define JINYIN_CERT_H

#include <jinyin/crypto.h>

struct jy_cert;
/** One DER certificate, copied; ≤ 64 KiB. Errors: JY_E_FORMAT, JY_E_TRAILING, JY_E_LIMIT. A non-SM2 key is allowed: jy_cert_key is NULL then. */
JY_CHECK jy_err jy_cert_parse(struct jy_slice der, struct jy_cert **out, struct jy_fault *fault);
/** The first certificate of a PEM text (or DER, told apart by content). */
JY_CHECK jy_err jy_cert_parse_pem(struct jy_slice pem, struct jy_cert **out, struct jy_fault *fault);
void jy_cert_free(struct jy_cert *cert);
/* All borrowed from the certificate. */
struct jy_slice jy_cert_der(const struct jy_cert *cert);
const struct jy_sm2 *jy_cert_key(const struct jy_cert *cert);
const char *jy_cert_subject(const struct jy_cert *cert);       /* RFC 2253, UTF-8 */
const char *jy_cert_issuer(const struct jy_cert *cert);
const char *jy_cert_common_name(const struct jy_cert *cert);   /* "" when absent */
const char *jy_cert_organization(const struct jy_cert *cert);  /* "" when absent */
const char *jy_cert_serial(const struct jy_cert *cert);        /* upper-case hex */
struct jy_slice jy_cert_issuer_der(const struct jy_cert *cert);   /* Name TLV as written; these three empty when the certificate is not DER */
struct jy_slice jy_cert_subject_der(const struct jy_cert *cert);
struct jy_slice jy_cert_serial_der(const struct jy_cert *cert);   /* INTEGER TLV as written */
struct jy_slice jy_cert_key_id(const struct jy_cert *cert);       /* subjectKeyIdentifier; empty when absent */
jy_time jy_cert_not_before(const struct jy_cert *cert);
jy_time jy_cert_not_after(const struct jy_cert *cert);
/** May its key still, or already, sign at this time? privateKeyUsagePeriod (GB/T 20518), which lies inside the certificate's validity; true without it. */
bool jy_cert_key_serves_at(const struct jy_cert *cert, jy_time at);
/** keyUsage absent, or digitalSignature or nonRepudiation set. */
bool jy_cert_may_sign(const struct jy_cert *cert);
bool jy_cert_is_ca(const struct jy_cert *cert);
/** Marked "NOT FOR PRODUCTION" (subject or issuer OU): made with the simulators (R11.1). */
bool jy_cert_is_test(const struct jy_cert *cert);
JY_CHECK jy_err jy_cert_to_pem(const struct jy_cert *cert, struct jy_buf *out);

/** Trust anchors, intermediates and revocation lists. A self-signed certificate added is an anchor, another an intermediate. */
struct jy_trust;
JY_CHECK jy_err jy_trust_new(struct jy_trust **out);
/** Every CERTIFICATE and X509 CRL block of a PEM text. Errors: JY_E_FORMAT names the block. */
JY_CHECK jy_err jy_trust_add_pem(struct jy_trust *trust, struct jy_slice pem, struct jy_fault *fault);
/** A PEM/DER file, or every *.pem *.crt *.cer *.crl of a folder. */
JY_CHECK jy_err jy_trust_add_path(struct jy_trust *trust, const char *path, struct jy_fault *fault);
/**
 * A trust that is all of base (borrowed: base must outlive it and not be changed meanwhile) and what is added to it: for the evidence of
 * one document, which nobody else should be judged by.
 */
JY_CHECK jy_err jy_trust_extend(const struct jy_trust *base, struct jy_trust **out);
/**
 * A DER CRL or OCSP response as found in a document or an evidence bundle. Neither can bring an anchor or any other certificate into the
 * trust; each counts only where its signature is genuinely that of the issuer (or its responder) in the path that is judged.
 * Errors: JY_E_FORMAT, JY_E_LIMIT (jinyin/ocsp.h, 2,000 of each, 16 MiB).
 */
JY_CHECK jy_err jy_trust_add_crl(struct jy_trust *trust, struct jy_slice der, struct jy_fault *fault);
JY_CHECK jy_err jy_trust_add_ocsp(struct jy_trust *trust, struct jy_slice der, struct jy_fault *fault);
size_t jy_trust_anchor_count(const struct jy_trust *trust);
/** What a trust holds, its base included; borrowed, valid until something is added. trust may be NULL: nothing. */
enum jy_trust_item { JY_TRUST_CERT, JY_TRUST_CRL, JY_TRUST_OCSP };
size_t jy_trust_count(const struct jy_trust *trust, enum jy_trust_item kind);
struct jy_slice jy_trust_der(const struct jy_trust *trust, enum jy_trust_item kind, size_t n);
const struct jy_cert *jy_trust_cert(const struct jy_trust *trust, size_t n);
bool jy_trust_is_anchor(const struct jy_trust *trust, size_t n);
/**
 * Who may make seals under this trust: certificates of licensed makers, each exact, and certificates of CAs, each for every maker whose
 * certificate it issued itself. Such a CA brings no trust: the chain is judged as ever. Without a list everybody whom the anchors vouch for
 * may make a seal of any name, as the standards leave it to the jurisdiction who is a maker (GB/T 38540-2020 6.3; the licences of R13.2).
 * Lists add up; one that fails adds nothing. Errors: those of jy_trust_add_pem and _path; JY_E_FORMAT also for a list without a certificate
 * or with a revocation list.
 */
JY_CHECK jy_err jy_trust_add_makers_pem(struct jy_trust *trust, struct jy_slice pem, struct jy_fault *fault);
JY_CHECK jy_err jy_trust_add_makers_path(struct jy_trust *trust, const char *path, struct jy_fault *fault);
/** From here on only who is on a list may make seals, nobody as long as there is none. A list that is added does the same. */
JY_CHECK jy_err jy_trust_restrict_makers(struct jy_trust *trust);
/** It was restricted, or its base was. trust may be NULL. */
bool jy_trust_restricts_makers(const struct jy_trust *trust);
/** Rows of the lists, its base's included. trust may be NULL. */
size_t jy_trust_maker_count(const struct jy_trust *trust);
/** Is the maker on a list? Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_trust_licenses(const struct jy_trust *trust, const struct jy_cert *maker, bool *licensed);
/**
 * Which anchors and which makers: SM3 over the SM3 digests of the anchors in ascending order and, when makers are restricted, "makers" and the
 * digests of their certificates likewise. Intermediates, revocation lists and answers do not count.
 */
JY_CHECK jy_err jy_trust_fingerprint(const struct jy_trust *trust, uint8_t out[JY_SM3_SIZE]);
void jy_trust_free(struct jy_trust *trust);

enum jy_chain_status {
    JY_CHAIN_OK = 0,
    JY_CHAIN_UNTRUSTED,           /* no path to an anchor, or trust is empty: indeterminate */
    JY_CHAIN_BAD,                 /* a path exists but a signature, CA flag, path length, usage or critical extension is wrong */
    JY_CHAIN_NOT_YET_VALID,       /* some certificate, at the time asked for */
    JY_CHAIN_EXPIRED,
    JY_CHAIN_REVOKED,             /* on a genuine CRL or OCSP response, revocation time ≤ at */
    JY_CHAIN_REVOKED_LATER,       /* on a genuine CRL or OCSP response, revocation time > at */
    JY_CHAIN_REVOCATION_UNKNOWN,  /* otherwise good, but no genuine CRL or OCSP response of an issuer whose nextUpdate is ≥ at */
    JY_CHAIN_USAGE                /* otherwise sound, but the first certificate is not for the purpose asked for */
};
struct jy_chain_result {
    enum jy_chain_status status;
    jy_time revoked_at;           /* 0 when not revoked */
    int revoked_reason;           /* RFC 5280 CRLReason; -1 = none told, or not revoked */
    bool revocation_known;        /* genuine data cover every certificate at that time; told whatever the dates are */
    jy_time told_from;            /* thisUpdate of the first of such data, 0 = there are none: in the future, they are nobody's yet */
    jy_time overtaken_at;         /* nextUpdate of data that are all of before that time: from then on newer ones were to be had; INT64_MAX = no such */
    jy_time issuer_lost_at;       /* the key that issued the certificate was lost, by whichever path: since when; 0 = it was not */
    bool test_only;               /* some certificate is jy_cert_is_test */
    bool of_machines;             /* some CA may issue for servers, code, time stamps or OCSP only, by its own extended key usage */
    char text[240];               /* which certificate and why, English */
};
/**
 * Build and check the chain of cert at time `at`; extra are further certificates found beside it (may be NULL).
 * The user id is set on every certificate (OpenSSL only does the leaf); CRL signatures are checked by our own code.
 * Returns JY_OK with *result filled; another error only when the check itself could not run.
 */
JY_CHECK jy_err jy_chain_check(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra,
                               size_t extra_count, jy_time at, struct jy_chain_result *result);

/** What the first certificate of a chain is used for: key usage and extended key usage follow from it. */
enum jy_chain_purpose {
    JY_PURPOSE_ANY,               /* not looked at: the caller asks jy_cert_may_sign himself */
    JY_PURPOSE_SIGNING,           /* documents without a seal: digitalSignature or nonRepudiation; EKU absent, or one that people sign with */
    JY_PURPOSE_SEAL,              /* seals and stamps: the same key usage; EKU absent, or not made only of servers, code, time stamps and OCSP */
    JY_PURPOSE_TIME_STAMP,        /* EKU timeStamping, critical and alone (RFC 3161 2.3) */
    JY_PURPOSE_OCSP               /* EKU OCSPSigning (RFC 6960 4.2.2.2) */
};
/** May this certificate serve the purpose? why, when not NULL, is told the reason (static text) or NULL. */
bool jy_cert_serves(const struct jy_cert *cert, enum jy_chain_purpose purpose, const char **why);
/** As jy_chain_check_at, and the purpose: JY_CHAIN_USAGE comes after JY_CHAIN_UNTRUSTED and JY_CHAIN_BAD, before dates and revocation. */
JY_CHECK jy_err jy_chain_check_for(const struct jy_trust *trust, const struct jy_cert *cert, enum jy_chain_purpose purpose,
                                   const struct jy_cert *const *extra, size_t extra_count, const jy_time *at, size_t count,
                                   struct jy_chain_result *results);
/** As jy_chain_check, at several times: the path and its signatures are checked once. results has one row a time. */
JY_CHECK jy_err jy_chain_check_at(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra,
                                  size_t extra_count, const jy_time *at, size_t count, struct jy_chain_result *results);

/** PKCS#10 (SM3 with SM2, user id set): what a key holder sends to a CA. ou may be NULL. Output DER. */
JY_CHECK jy_err jy_csr_new(const struct jy_sm2 *key, const char *common_name, const char *organization, const char *organization_code,
                           struct jy_buf *out, struct jy_fault *fault);
struct jy_csr;
/** Parse a DER request and check its own signature (possession of the key). */
JY_CHECK jy_err jy_csr_parse(struct jy_slice der, struct jy_csr **out, struct jy_fault *fault);
const char *jy_csr_common_name(const struct jy_csr *csr);
const struct jy_sm2 *jy_csr_key(const struct jy_csr *csr);
void jy_csr_free(struct jy_csr *csr);

/** A further extension, whatever it is. */
struct jy_extension {
    const char *oid;                   /* dotted */
    bool critical;
    struct jy_slice value;             /* DER of its contents */
};
/** What an issuer does: used by jinyin-sim's CA and by tests, never by the service. */
struct jy_issue {
    const struct jy_sm2 *issuer_key;
    const struct jy_cert *issuer;      /* NULL: self-signed root */
    const struct jy_csr *csr;          /* subject and key from a request … */
    const struct jy_sm2 *subject_key;  /* … or given here */
    const char *common_name, *organization, *organizational_unit;
    const char *organization_code;     /* extension 1.2.156.10260.4.1.4; NULL = none */
    const char *ou_mark;               /* extra OU put into the subject, e.g. "NOT FOR PRODUCTION"; NULL = none */
    jy_time not_before, not_after;
    uint8_t serial[16];
    bool ca;
    int path_length;                   /* < 0 = none */
    const char *crl_url;               /* NULL = none */
    const char *key_usage;             /* as in openssl's x509v3_config(5), "critical,keyCertSign"; NULL = what ca says; "" = no extension */
    const char *extended_key_usage;    /* likewise, "critical,timeStamping"; NULL = none */
    const char *ocsp_url;              /* authorityInfoAccess; NULL = none */
    const struct jy_extension *extensions;  /* may be NULL */
    size_t extension_count;
};
JY_CHECK jy_err jy_cert_issue(const struct jy_issue *what, struct jy_cert **out, struct jy_fault *fault);
struct jy_revoked {
    const char *serial;                /* upper-case hex */
    jy_time at;
    int reason;                        /* RFC 5280 CRLReason */
};
/** CRL v2, DER. */
JY_CHECK jy_err jy_crl_issue(const struct jy_sm2 *issuer_key, const struct jy_cert *issuer, const struct jy_revoked *list, size_t count,
                             jy_time this_update, jy_time next_update, uint64_t number, struct jy_buf *out, struct jy_fault *fault);
/** As jy_crl_issue, with further extensions of the list. */
JY_CHECK jy_err jy_crl_issue_with(const struct jy_sm2 *issuer_key, const struct jy_cert *issuer, const struct jy_revoked *list, size_t count,
                                  jy_time this_update, jy_time next_update, uint64_t number, const struct jy_extension *extensions,
                                  size_t extension_count, struct jy_buf *out, struct jy_fault *fault);
#define JY_URL_SIZE 512
enum jy_url_kind { JY_URL_CRL, JY_URL_OCSP };
/** The n-th URL (from 0) that a certificate names for its revocation list or its OCSP responder; false when there is none. Nothing is checked. */
bool jy_cert_url(const struct jy_cert *cert, enum jy_url_kind kind, size_t n, char out[JY_URL_SIZE]);
/** What a revocation list says of itself. */
struct jy_crl_facts {
    jy_time this_update, next_update;
    const char *defect;                /* why it is never used (static text); NULL = it may be */
    const struct jy_cert *issuer;      /* a certificate of the trust whose key signed it; borrowed; NULL = it is nobody's that is known */
};
/** For whoever fetches lists. trust may be NULL. Errors: JY_E_FORMAT, JY_E_NOMEM. */
JY_CHECK jy_err jy_crl_facts(struct jy_slice der, const struct jy_trust *trust, struct jy_crl_facts *out, struct jy_fault *fault);

/** DER CRL to PEM. */
JY_CHECK jy_err jy_crl_to_pem(struct jy_slice der, struct jy_buf *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* ca.h: a CA of two levels, played (docs/protocol/counterparts.md). Every certificate is marked NOT FOR PRODUCTION (R11.1). */
#ifndef JY_SIM_CA_H
#define JY_SIM_CA_H

#include <jinyin/cert.h>

#define SIM_CRL_DAYS 7
#define SIM_CRL_REISSUE_SECONDS 3600
#define SIM_OCSP_SECONDS 3600         /* how long an answer holds */
#define SIM_CMP_REFERENCE "jinyin"    /* who speaks CMP with this CA, and under which secret: 127.0.0.1 alone reaches it */
#define SIM_CMP_SECRET "sim-cmp-secret, not for production"
#define SIM_TSA_POLICY "2.999.120.1"  /* below the arc for examples: a policy that nobody could rely on */

struct sim_ca;                        /* begins in sim_ca_open, ends in sim_ca_close; the caller serialises */

/**
 * Open the CA that lives in folder, or make one: keys and certificates in folder/ca (0700, files 0600), what it issued and revoked in
 * journals beside it. base_url is where certificates say that revocation lists are, e.g. "http://127.0.0.1:8090/ca".
 * Errors: JY_E_IO, JY_E_DAMAGED, JY_E_FORMAT a file is not what was written, JY_E_CRYPTO, JY_E_NOMEM.
 */
JY_CHECK jy_err sim_ca_open(const char *folder, const char *base_url, jy_time now, struct sim_ca **out, struct jy_fault *fault);
void sim_ca_close(struct sim_ca *ca);

/** What is issued from now on is valid for so many days instead of its profile's years; 0 = as the profile says. For R20.2, which takes years otherwise. */
void sim_ca_set_days(struct sim_ca *ca, int days);

/**
 * Issue for a DER request whose own signature is right. The same request_id, profile and request always give the same certificate, also
 * after a restart. certificate is borrowed, valid until the next call.
 * Errors: JY_E_BAD_FIELD profile, JY_E_FORMAT or JY_E_SIGNATURE the request, JY_E_CONFLICT request_id was used otherwise, JY_E_IO,
 * JY_E_NOMEM.
 */
JY_CHECK jy_err sim_ca_issue(struct sim_ca *ca, const char *request_id, const char *profile, struct jy_slice csr, jy_time now,
                             struct jy_slice *certificate, struct jy_fault *fault);

/** What was issued under this request_id; false = nothing. Borrowed, valid until the next certificate. */
bool sim_ca_find(const struct sim_ca *ca, const char *request_id, struct jy_slice *certificate);
/** The issuing CA's Name, TLV; borrowed. */
struct jy_slice sim_ca_subject(const struct sim_ca *ca);

struct sim_revocation {
    const char *event_id;             /* 1 to 64 bytes */
    const char *serial;               /* hexadecimal in any case */
    int reason;                       /* RFC 5280 CRLReason */
    jy_time at;
};
/**
 * Revoke. The same event always has the same receipt; a certificate that is revoked already stays so from its first time on.
 * receipt needs 65 bytes.
 * Errors: JY_E_NOT_FOUND serial, JY_E_BAD_FIELD reason or a time to come, JY_E_CONFLICT event_id was used otherwise, JY_E_IO.
 */
JY_CHECK jy_err sim_ca_revoke(struct sim_ca *ca, const struct sim_revocation *what, jy_time now, char receipt[65], struct jy_fault *fault);

/** PEM: root, issuing CA, and a CRL of each that is at most SIM_CRL_REISSUE_SECONDS old and holds every revocation. Appended to out. */
JY_CHECK jy_err sim_ca_trust(struct sim_ca *ca, jy_time now, struct jy_buf *out, struct jy_fault *fault);
/** The same CRL as DER, of the "root" or the "issuing" CA. Errors: JY_E_NOT_FOUND another name. */
JY_CHECK jy_err sim_ca_crl(struct sim_ca *ca, const char *name, jy_time now, struct jy_buf *out, struct jy_fault *fault);

/** OCSPResponse to an OCSPRequest about certificates of the issuing CA; what is malformed or about others is answered with an error response. */
JY_CHECK jy_err sim_ca_ocsp(const struct sim_ca *ca, struct jy_slice request, jy_time now, struct jy_buf *out, struct jy_fault *fault);
/** TimeStampResp to a TimeStampReq with an SM3 imprint; anything else is answered with a rejection. */
JY_CHECK jy_err sim_ca_stamp_time(const struct sim_ca *ca, struct jy_slice request, jy_time now, struct jy_buf *out, struct jy_fault *fault);

#endif

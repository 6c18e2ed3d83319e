/* SPDX-License-Identifier: Apache-2.0 */
/* trust.h: the insides of jy_trust; for lib/crypto only. */
#ifndef JY_TRUST_H
#define JY_TRUST_H

#include "crypto/x509.h"

#include <openssl/x509v3.h>

/* A revocation list as it came, and what was found about it on arrival. */
struct jy_crl {
    struct jy_buf der;
    X509_CRL *crl;
    struct jy_slice tbs, signature;   /* point into der */
    const char *defect;               /* why it clears nobody; NULL = it may */
    bool only_revokes;                /* in spite of its defect whom it names is revoked */
    ISSUING_DIST_POINT *scope;        /* NULL = every certificate of its issuer */
    jy_time this_update, next_update;
    jy_time expired_since;            /* certificates that ended after it stay on the list; INT64_MAX = only living ones do */
    const struct jy_cert *issuer;     /* a certificate of the trust whose key signed it; NULL = none so far */
};
struct jy_trust {
    const struct jy_trust *base;      /* asked as well; NULL = none */
    struct jy_cert **certs;
    size_t cert_count;
    struct jy_crl *crls;
    size_t crl_count;
    struct jy_buf *ocsps;
    size_t ocsp_count;
    struct jy_trust *makers;          /* owned; certificates only, lists joined by their base; NULL = no list */
};

/** crl.c: takes crl over, also on error. Its defects are found here. */
JY_CHECK jy_err jy_crl_read(struct jy_slice der, struct jy_crl *out);
void jy_crl_free(struct jy_crl *crl);
/** crl.c: signed with the key of this certificate, which bears the issuer's name and may sign lists. Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_crl_is_by(const struct jy_crl *crl, const struct jy_cert *issuer, bool *by);

/* What lists and responses say of one certificate. */
struct jy_revocation {
    bool known;                       /* something genuine covers the time asked for */
    jy_time at;                       /* when it was revoked; 0 = it was not */
    int reason;                       /* -1 = none told */
};
/** revocation.c: of cert, issued by issuer (of a path whose signatures fit), at a time. Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_revocation_of(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *issuer, jy_time at,
                                 struct jy_revocation *out);

#endif

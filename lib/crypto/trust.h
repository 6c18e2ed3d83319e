/* SPDX-License-Identifier: Apache-2.0 */
/* trust.h: the insides of jy_trust; for lib/crypto only. */
#ifndef JY_TRUST_H
#define JY_TRUST_H

#include "crypto/x509.h"

#include <openssl/x509v3.h>

/* What a list may be used for (RFC 5280 5.2; ITU-T X.509 7.10: whom a list names that we do not understand in full is to be taken for revoked). */
enum jy_crl_use {
    JY_CRL_COMPLETE,                  /* whom it does not name is not revoked */
    JY_CRL_REVOKES,                   /* whom it names is revoked; of others it says nothing */
    JY_CRL_DOUBTS,                    /* of whom it names nothing is known, whatever others say */
    JY_CRL_UNUSED
};

/* A revocation list as it came, and what was found about it on arrival. */
struct jy_crl {
    struct jy_buf der;
    X509_CRL *crl;
    struct jy_slice tbs, signature;   /* point into der */
    const char *defect;               /* why it clears nobody; NULL = it may */
    enum jy_crl_use use;
    bool indirect;                    /* its entries may be of other issuers */
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
    jy_time told_from, told_to;       /* thisUpdate of what covers that time: the first and the last; 0 = nothing does */
    jy_time covered_to;               /* the last nextUpdate of that */
};
/** revocation.c: of cert, issued by issuer (of a path whose signatures fit), at a time. Errors: JY_E_NOMEM, JY_E_CRYPTO. */
JY_CHECK jy_err jy_revocation_of(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *issuer, jy_time at,
                                 struct jy_revocation *out);

#endif

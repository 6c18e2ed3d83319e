/* SPDX-License-Identifier: Apache-2.0 */
/* cms.h: the insides of jy_cms; for lib/cms only. */
#ifndef JY_CMS_INSIDE_H
#define JY_CMS_INSIDE_H

#include <jinyin/cms.h>
#include "codec/der.h"

struct jy_cms {
    struct jy_buf der;                /* what all slices point into */
    enum jy_cms_form form;
    jy_deviations deviations;
    struct jy_slice content_type, content;
    bool has_content;
    struct jy_cert *certs[JY_CMS_CERTS_MAX];
    size_t cert_count;
    struct jy_slice crls[JY_CMS_CERTS_MAX], ocsps[JY_CMS_CERTS_MAX];
    size_t crl_count, ocsp_count;
    /* SignerInfo */
    struct jy_slice issuer_and_serial; /* contents; empty when the key identifier names the signer */
    struct jy_slice key_id;
    struct jy_slice digest_algorithm, algorithm, signature;
    struct jy_slice signed_attributes; /* TLV with tag A0, empty when absent */
    struct jy_slice attribute_type;    /* value of contentType, empty when absent */
    struct jy_slice message_digest;    /* empty when absent */
    struct jy_slice signing_cert, signing_cert_v2;  /* values (TLV), empty when absent */
    jy_time signing_time;
    struct jy_slice time_stamps[JY_CMS_STAMPS_MAX];
    size_t time_stamp_count;
    const struct jy_cert *signer;      /* one of certs, or offered */
    struct jy_cert *offered;
};

/** attributes.c: the attributes of the SignerInfo into cms. list is a cursor inside [0] or [1]. */
JY_CHECK jy_err jy_cms_read_signed_attributes(struct jy_cms *cms, struct jy_der *list, struct jy_fault *fault);
JY_CHECK jy_err jy_cms_read_unsigned_attributes(struct jy_cms *cms, struct jy_der *list, struct jy_fault *fault);
/** read.c: does the SignerInfo name this certificate? */
bool jy_cms_is_named(const struct jy_cms *cms, const struct jy_cert *cert);
/** read.c: a CRL or OCSP response found in cms; what is too much is left out. */
void jy_cms_keep(struct jy_slice *list, size_t *count, struct jy_slice item);
/** signing_cert.c: JY_OK unless signingCertificate(V2) names another certificate (JY_E_CERTIFICATE) or is malformed (JY_E_FORMAT). */
JY_CHECK jy_err jy_cms_check_signing_cert(const struct jy_cms *cms, const struct jy_cert *cert, struct jy_fault *fault);
/** signing_cert.c: the value of a signingCertificateV2 attribute that names cert by its SM3. */
JY_CHECK jy_err jy_cms_put_signing_cert_v2(struct jy_buf *out, const struct jy_cert *cert);

#endif

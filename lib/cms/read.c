/* SPDX-License-Identifier: Apache-2.0 */
/* SignedData from its bytes: everything named, nothing judged. */
#include "cms/cms.h"

#include "codec/ber.h"
#include "codec/oid.h"

#include <stdlib.h>
#include <string.h>

#define WHERE "GB/T 35275 SignedData"

void
jy_cms_keep(struct jy_slice *list, size_t *count, struct jy_slice item)
{
    if (*count < JY_CMS_CERTS_MAX)
        list[(*count)++] = item;
}

/* encapContentInfo, RFC 5652 5.2. */
static jy_err
read_content(struct jy_der *body, struct jy_cms *cms)
{
    struct jy_der encap, wrapped;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &encap)) != JY_OK || (rc = jy_der_oid(&encap, &cms->content_type)) != JY_OK || jy_der_at_end(&encap))
        return rc;
    if ((rc = jy_der_enter(&encap, DER_CONTEXT_0, &wrapped)) != JY_OK || (rc = jy_der_octets(&wrapped, &cms->content)) != JY_OK ||
        (rc = jy_der_close(&wrapped)) != JY_OK)
        return rc;
    cms->has_content = true;
    return jy_der_close(&encap);
}

/* CertificateSet: what is no X.509 certificate (attribute certificates, other) is passed over. The certificates come after all else is read. */
static jy_err
find_certs(struct jy_der *body, struct jy_der *certs)
{
    struct jy_der list;
    struct jy_der_item item;
    size_t count = 0;
    jy_err rc;

    *certs = (struct jy_der){ 0 };
    if (jy_der_peek(body) != DER_CONTEXT_0)
        return JY_OK;
    if ((rc = jy_der_enter(body, DER_CONTEXT_0, &list)) != JY_OK)
        return rc;
    *certs = list;
    while (!jy_der_at_end(&list)) {
        if ((rc = jy_der_next(&list, &item)) != JY_OK)
            return rc;
        if (item.tag == DER_SEQUENCE && count++ == JY_CMS_CERTS_MAX)
            return JY_E_LIMIT;
    }
    return JY_OK;
}

static jy_err
parse_certs(struct jy_der *list, struct jy_cms *cms)
{
    struct jy_der_item item;
    jy_err rc;

    while (!jy_der_at_end(list)) {
        if ((rc = jy_der_next(list, &item)) != JY_OK)
            return rc;
        if (item.tag != DER_SEQUENCE)
            continue;
        rc = jy_cert_parse(item.tlv, &cms->certs[cms->cert_count], NULL);
        if (rc == JY_E_NOMEM)
            return rc;
        if (rc == JY_OK)
            cms->cert_count++;
        else
            cms->deviations |= JY_DEV(CMS_CERTIFICATE_UNREADABLE);
    }
    return JY_OK;
}

/* RevocationInfoChoices: CRLs, and OCSP responses as RFC 5940 puts them. */
static jy_err
read_revocation(struct jy_der *body, struct jy_cms *cms)
{
    struct jy_der list;
    struct jy_der_item item;
    jy_err rc;

    if (jy_der_peek(body) != DER_CONTEXT_1)
        return JY_OK;
    if ((rc = jy_der_enter(body, DER_CONTEXT_1, &list)) != JY_OK)
        return rc;
    while (!jy_der_at_end(&list)) {
        struct jy_der other;
        struct jy_slice format;
        if (jy_der_peek(&list) == DER_CONTEXT_1) {
            if ((rc = jy_der_enter(&list, DER_CONTEXT_1, &other)) != JY_OK || (rc = jy_der_oid(&other, &format)) != JY_OK ||
                (rc = jy_der_next(&other, &item)) != JY_OK)
                return rc;
            if (jy_slice_equal(format, OID_RI_OCSP))
                jy_cms_keep(cms->ocsps, &cms->ocsp_count, item.tlv);
        } else {
            if ((rc = jy_der_get(&list, DER_SEQUENCE, &item)) != JY_OK)
                return rc;
            jy_cms_keep(cms->crls, &cms->crl_count, item.tlv);
        }
    }
    return JY_OK;
}

static jy_err
read_algorithm(struct jy_der *body, struct jy_slice *oid)
{
    struct jy_der algorithm;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SEQUENCE, &algorithm)) != JY_OK)
        return rc;
    return jy_der_oid(&algorithm, oid);                  /* parameters: absent or NULL, nothing that SM2 or SM3 would take from them */
}

static jy_err
read_signer_info(struct jy_der *body, struct jy_cms *cms, struct jy_fault *fault)
{
    struct jy_der infos, info, list;
    struct jy_der_item item;
    uint32_t version;
    jy_err rc;

    if ((rc = jy_der_enter(body, DER_SET, &infos)) != JY_OK || (rc = jy_der_enter(&infos, DER_SEQUENCE, &info)) != JY_OK ||
        (rc = jy_der_close(&infos)) != JY_OK ||                                       /* exactly one signer */
        (rc = jy_der_u32(&info, &version)) != JY_OK)
        return rc;
    if (jy_der_peek(&info) == 0x80) {                                                 /* subjectKeyIdentifier [0] */
        if ((rc = jy_der_next(&info, &item)) != JY_OK)
            return rc;
        cms->key_id = item.value;
    } else {
        if ((rc = jy_der_get(&info, DER_SEQUENCE, &item)) != JY_OK)
            return rc;
        cms->issuer_and_serial = item.value;
    }
    if (version != (cms->key_id.p != NULL ? 3 : 1))
        cms->deviations |= JY_DEV(CMS_VERSION);
    if ((rc = read_algorithm(&info, &cms->digest_algorithm)) != JY_OK)
        return rc;
    if (jy_der_peek(&info) == DER_CONTEXT_0) {
        struct jy_der look = info;
        if ((rc = jy_der_next(&look, &item)) != JY_OK || (rc = jy_der_enter(&info, DER_CONTEXT_0, &list)) != JY_OK)
            return rc;
        cms->signed_attributes = item.tlv;
        if ((rc = jy_cms_read_signed_attributes(cms, &list, fault)) != JY_OK)
            return rc;
    }
    if ((rc = read_algorithm(&info, &cms->algorithm)) != JY_OK || (rc = jy_der_octets(&info, &cms->signature)) != JY_OK || jy_der_at_end(&info))
        return rc;
    if ((rc = jy_der_enter(&info, DER_CONTEXT_1, &list)) != JY_OK || (rc = jy_der_close(&info)) != JY_OK)
        return rc;
    return jy_cms_read_unsigned_attributes(cms, &list, fault);
}

/* Does the list name the signer's digest? Versions: RFC 5652 5.1; GB/T 35275 always writes 1, which is right for its own identifiers. */
static jy_err
judge_head(struct jy_cms *cms, struct jy_der *algorithms, uint32_t version, bool gm)
{
    bool listed = false, data = jy_slice_equal(cms->content_type, OID_GM_DATA) || jy_slice_equal(cms->content_type, OID_PKCS7_DATA);
    struct jy_slice oid;
    jy_err rc;

    while (!jy_der_at_end(algorithms)) {
        if ((rc = read_algorithm(algorithms, &oid)) != JY_OK)
            return rc;
        listed = listed || jy_slice_equal(oid, cms->digest_algorithm);
    }
    if (!listed)
        cms->deviations |= JY_DEV(CMS_DIGEST_LIST);
    if (jy_slice_equal(cms->digest_algorithm, OID_SM3_UNKEYED) || jy_slice_equal(cms->digest_algorithm, OID_SM2_WITH_SM3))
        cms->deviations |= JY_DEV(CMS_DIGEST_ID);
    if (jy_slice_equal(cms->algorithm, OID_SM2_WITH_SM3_TYPO))
        cms->deviations |= JY_DEV(CMS_SIGNATURE_ID);
    if (version < 1 || version > 5 || version == 2 || (!gm && !data && version == 1) || (gm && version != 1))
        cms->deviations |= JY_DEV(CMS_VERSION);
    return JY_OK;
}

static jy_err
read_signed_data(struct jy_cms *cms, struct jy_fault *fault, const uint8_t **touched)
{
    struct jy_der all, info, wrapped, body, algorithms, certs;
    struct jy_slice type;
    uint32_t version;
    bool gm;
    jy_err rc;

    jy_der_open(&all, jy_buf_slice(&cms->der));
    jy_der_watch(&all, touched);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &info)) != JY_OK || (rc = jy_der_oid(&info, &type)) != JY_OK)
        return rc;
    gm = jy_slice_equal(type, OID_GM_SIGNED_DATA);
    if (!gm && !jy_slice_equal(type, OID_PKCS7_SIGNED_DATA))
        return JY_E_FORMAT;
    if (!jy_der_at_end(&all)) {
        cms->deviations |= JY_DEV(CMS_TRAILING);
        cms->der.len = (size_t)(all.p - cms->der.p);
    }
    if ((rc = jy_der_enter(&info, DER_CONTEXT_0, &wrapped)) != JY_OK || (rc = jy_der_close(&info)) != JY_OK ||
        (rc = jy_der_enter(&wrapped, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_close(&wrapped)) != JY_OK ||
        (rc = jy_der_u32(&body, &version)) != JY_OK || (rc = jy_der_enter(&body, DER_SET, &algorithms)) != JY_OK ||
        (rc = read_content(&body, cms)) != JY_OK || (rc = find_certs(&body, &certs)) != JY_OK || (rc = read_revocation(&body, cms)) != JY_OK ||
        (rc = read_signer_info(&body, cms, fault)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return rc;
    cms->form = cms->signed_attributes.len > 0 ? JY_CMS_OVER_ATTRIBUTES : cms->has_content ? JY_CMS_OVER_CONTENT : JY_CMS_OVER_DOCUMENT;
    if ((rc = judge_head(cms, &algorithms, version, gm)) != JY_OK)
        return rc;
    return parse_certs(&certs, cms);
}

/* Form C: SEQUENCE of two INTEGERs, or 64 bytes. */
static bool
read_bare(struct jy_cms *cms)
{
    struct jy_der all, body;
    struct jy_der_item item;

    jy_der_open(&all, jy_buf_slice(&cms->der));
    if (cms->der.len == 64) {
        cms->signature = jy_buf_slice(&cms->der);
    } else {
        struct jy_der look = all;
        if (jy_der_get(&look, DER_SEQUENCE, &item) != JY_OK || jy_der_enter(&all, DER_SEQUENCE, &body) != JY_OK)
            return false;
        cms->signature = item.tlv;
        if (jy_der_get(&body, DER_INTEGER, &item) != JY_OK || jy_der_get(&body, DER_INTEGER, &item) != JY_OK || !jy_der_at_end(&body))
            return false;
        if (!jy_der_at_end(&all)) {
            cms->deviations |= JY_DEV(CMS_TRAILING);
            cms->der.len = (size_t)(all.p - cms->der.p);
        }
    }
    cms->form = JY_CMS_BARE;
    cms->deviations |= JY_DEV(CMS_BARE_SIGNATURE);
    return true;
}

/* issuer and serial of a certificate, as IssuerAndSerialNumber has them: issuer TLV then serial TLV. */
static bool
is_issuer_and_serial(const struct jy_cert *cert, struct jy_slice issuer_and_serial)
{
    struct jy_slice issuer = jy_cert_issuer_der(cert), serial = jy_cert_serial_der(cert);

    return issuer_and_serial.len == issuer.len + serial.len && jy_slice_equal(JY_SLICE(issuer_and_serial.p, issuer.len), issuer) &&
        jy_slice_equal(JY_SLICE(issuer_and_serial.p + issuer.len, serial.len), serial);
}

bool
jy_cms_is_named(const struct jy_cms *cms, const struct jy_cert *cert)
{
    if (cms->form == JY_CMS_BARE)
        return true;
    if (cms->key_id.p != NULL)
        return cms->key_id.len > 0 && jy_slice_equal(jy_cert_key_id(cert), cms->key_id);
    return is_issuer_and_serial(cert, cms->issuer_and_serial);
}

/* One reading of cms->der; on failure everything else is dropped. */
static jy_err
read_all(struct jy_cms *cms, struct jy_fault *fault)
{
    const uint8_t *touched = cms->der.p;
    struct jy_fault inner = { 0 };
    jy_err rc;

    if (read_bare(cms))
        return JY_OK;
    cms->signature = JY_EMPTY;
    if ((rc = read_signed_data(cms, &inner, &touched)) != JY_OK) {
        for (size_t i = 0; i < cms->cert_count; i++)
            jy_cert_free(cms->certs[i]);
        cms->cert_count = 0;
        if (inner.err != JY_OK)
            return jy_fail(fault, rc, inner.where, (uint64_t)(touched - cms->der.p), "%s", inner.text);
        return jy_fail(fault, rc == JY_E_TRAILING ? JY_E_FORMAT : rc, WHERE, (uint64_t)(touched - cms->der.p),
                       "not a SignedData with one signer (GB/T 35275, RFC 5652)");
    }
    for (size_t i = 0; i < cms->cert_count && cms->signer == NULL; i++)
        if (jy_cms_is_named(cms, cms->certs[i]))
            cms->signer = cms->certs[i];
    return JY_OK;
}

jy_err
jy_cms_parse(struct jy_slice der, struct jy_cms **out, struct jy_fault *fault)
{
    struct jy_cms *cms;
    struct jy_buf normal = { 0 };
    bool changed = false;
    size_t used;
    jy_err rc, read = JY_OK;

    *out = NULL;
    if (der.len == 0 || der.len > JY_CMS_MAX)
        return jy_fail(fault, der.len == 0 ? JY_E_FORMAT : JY_E_LIMIT, WHERE, 0, "%zu bytes, 1 to %d are allowed", der.len, JY_CMS_MAX);
    if ((cms = calloc(1, sizeof(*cms))) == NULL)
        return JY_E_NOMEM;
    if ((rc = jy_buf_add(&cms->der, der)) == JY_OK)
        rc = read_all(cms, fault);
    if (rc == JY_E_FORMAT && (read = jy_ber_to_der(der, &used, &changed, &normal)) == JY_E_NOMEM)
        rc = read;
    if (rc == JY_E_FORMAT && read == JY_OK && changed) {
        jy_buf_free(&cms->der);
        *cms = (struct jy_cms){ .der = normal, .deviations = JY_DEV(CMS_BER) | (used < der.len ? JY_DEV(CMS_TRAILING) : 0) };
        normal = (struct jy_buf){ 0 };
        rc = read_all(cms, fault);
    }
    jy_buf_free(&normal);
    if (rc != JY_OK) {
        jy_cms_free(cms);
        return rc;
    }
    *out = cms;
    return JY_OK;
}

void
jy_cms_free(struct jy_cms *cms)
{
    if (cms == NULL)
        return;
    for (size_t i = 0; i < cms->cert_count; i++)
        jy_cert_free(cms->certs[i]);
    jy_cert_free(cms->offered);
    jy_buf_free(&cms->der);
    free(cms);
}

enum jy_cms_form
jy_cms_form(const struct jy_cms *cms)
{
    return cms->form;
}

jy_deviations
jy_cms_deviations(const struct jy_cms *cms)
{
    return cms->deviations;
}

struct jy_slice
jy_cms_der(const struct jy_cms *cms)
{
    return jy_buf_slice(&cms->der);
}

struct jy_slice
jy_cms_content_type(const struct jy_cms *cms)
{
    return cms->content_type;
}

bool
jy_cms_content(const struct jy_cms *cms, struct jy_slice *out)
{
    *out = cms->content;
    return cms->has_content;
}

jy_time
jy_cms_signing_time(const struct jy_cms *cms)
{
    return cms->signing_time;
}

struct jy_slice
jy_cms_signature(const struct jy_cms *cms)
{
    return cms->signature;
}

bool
jy_cms_names_certificate(const struct jy_cms *cms)
{
    return cms->signing_cert.len > 0 || cms->signing_cert_v2.len > 0;
}

size_t
jy_cms_cert_count(const struct jy_cms *cms)
{
    return cms->cert_count;
}

const struct jy_cert *
jy_cms_cert(const struct jy_cms *cms, size_t n)
{
    return cms->certs[n];
}

size_t
jy_cms_crl_count(const struct jy_cms *cms)
{
    return cms->crl_count;
}

struct jy_slice
jy_cms_crl(const struct jy_cms *cms, size_t n)
{
    return cms->crls[n];
}

size_t
jy_cms_ocsp_count(const struct jy_cms *cms)
{
    return cms->ocsp_count;
}

struct jy_slice
jy_cms_ocsp(const struct jy_cms *cms, size_t n)
{
    return cms->ocsps[n];
}

size_t
jy_cms_time_stamp_count(const struct jy_cms *cms)
{
    return cms->time_stamp_count;
}

struct jy_slice
jy_cms_time_stamp(const struct jy_cms *cms, size_t n)
{
    return cms->time_stamps[n];
}

const struct jy_cert *
jy_cms_signer(const struct jy_cms *cms)
{
    return cms->signer;
}

jy_err
jy_cms_offer(struct jy_cms *cms, const struct jy_cert *cert)
{
    struct jy_cert *copy;
    jy_err rc;

    if (!jy_cms_is_named(cms, cert))
        return JY_E_CERTIFICATE;
    if ((rc = jy_cert_parse(jy_cert_der(cert), &copy, NULL)) != JY_OK)
        return rc;
    jy_cert_free(cms->offered);
    cms->offered = copy;
    cms->signer = copy;
    return JY_OK;
}

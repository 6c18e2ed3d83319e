/* SPDX-License-Identifier: Apache-2.0 */
/* Trust and chains. Path building is ours: OpenSSL sets the SM2 id only on the leaf and cannot check SM2 revocation lists. */
#include <jinyin/cert.h>

#include "crypto/x509.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


struct crl {
    X509_CRL *crl;
    const struct jy_cert *issuer;     /* whose signature on it was checked; NULL = not genuine, never used */
    jy_time next_update;
};
struct jy_trust {
    struct jy_cert **certs;
    size_t cert_count;
    struct crl *crls;
    size_t crl_count;
};

jy_err
jy_trust_new(struct jy_trust **out)
{
    *out = calloc(1, sizeof(**out));
    return *out == NULL ? JY_E_NOMEM : JY_OK;
}

void
jy_trust_free(struct jy_trust *trust)
{
    if (trust == NULL)
        return;
    for (size_t i = 0; i < trust->cert_count; i++)
        jy_cert_free(trust->certs[i]);
    for (size_t i = 0; i < trust->crl_count; i++)
        X509_CRL_free(trust->crls[i].crl);
    free(trust->certs);
    free(trust->crls);
    free(trust);
}

static bool
is_self_issued(const struct jy_cert *cert)
{
    return X509_NAME_cmp(X509_get_subject_name(cert->x509), X509_get_issuer_name(cert->x509)) == 0;
}

static bool
is_anchor(const struct jy_cert *cert)
{
    return is_self_issued(cert) && jy_cert_is_ca(cert);
}

size_t
jy_trust_anchor_count(const struct jy_trust *trust)
{
    size_t count = 0;

    for (size_t i = 0; trust != NULL && i < trust->cert_count; i++)
        count += is_anchor(trust->certs[i]);
    return count;
}

static bool
crl_is_genuine(X509_CRL *crl, const struct jy_cert *issuer)
{
    const ASN1_BIT_STRING *sig = NULL;
    const X509_ALGOR *alg = NULL;
    unsigned char *tbs = NULL;
    bool genuine = false;
    int len;

    X509_CRL_get0_signature(crl, &sig, &alg);
    if (issuer->key == NULL || sig == NULL || X509_CRL_get_signature_nid(crl) != NID_SM2_with_SM3 ||
        ((issuer->flags & EXFLAG_KUSAGE) != 0 && (issuer->key_usage & KU_CRL_SIGN) == 0) || (len = i2d_re_X509_CRL_tbs(crl, &tbs)) <= 0)
        return false;
    genuine = jy_sm2_verify(issuer->key, JY_SLICE(tbs, (size_t)len),
                            JY_SLICE(ASN1_STRING_get0_data(sig), (size_t)ASN1_STRING_length(sig)), NULL) == JY_OK;
    OPENSSL_free(tbs);
    return genuine;
}

/* Lists are judged when they arrive, not at every verification. A critical extension that we do not know disqualifies. */
static void
find_crl_issuers(struct jy_trust *trust)
{
    for (size_t i = 0; i < trust->crl_count; i++) {
        struct crl *c = &trust->crls[i];
        bool understood = true;
        for (int e = 0; e < X509_CRL_get_ext_count(c->crl); e++)
            understood = understood && !X509_EXTENSION_get_critical(X509_CRL_get_ext(c->crl, e));
        for (size_t k = 0; understood && c->issuer == NULL && k < trust->cert_count; k++)
            if (X509_NAME_cmp(X509_CRL_get_issuer(c->crl), X509_get_subject_name(trust->certs[k]->x509)) == 0 &&
                crl_is_genuine(c->crl, trust->certs[k]))
                c->issuer = trust->certs[k];
    }
}

static jy_err
add_cert(struct jy_trust *trust, X509 *x509)
{
    struct jy_cert **certs, *cert;
    jy_err rc;

    if (trust->cert_count >= JY_TRUST_MAX) {
        X509_free(x509);
        return JY_E_LIMIT;
    }
    if ((rc = jy_cert_from_x509(x509, &cert)) != JY_OK)
        return rc;
    if ((certs = realloc(trust->certs, (trust->cert_count + 1) * sizeof(struct jy_cert *))) == NULL) {
        jy_cert_free(cert);
        return JY_E_NOMEM;
    }
    trust->certs = certs;
    certs[trust->cert_count++] = cert;
    return JY_OK;
}

static jy_err
add_crl(struct jy_trust *trust, X509_CRL *crl)
{
    struct crl *crls;
    jy_time next = 0;

    if (trust->crl_count >= JY_TRUST_MAX || !jy_asn1_time(X509_CRL_get0_nextUpdate(crl), &next) ||
        (crls = realloc(trust->crls, (trust->crl_count + 1) * sizeof(*crls))) == NULL) {
        X509_CRL_free(crl);
        return trust->crl_count >= JY_TRUST_MAX ? JY_E_LIMIT : JY_E_FORMAT;
    }
    trust->crls = crls;
    crls[trust->crl_count++] = (struct crl){ crl, NULL, next };
    return JY_OK;
}

static jy_err
add_der(struct jy_trust *trust, struct jy_slice der)
{
    const unsigned char *p = der.p;
    X509_CRL *crl;
    X509 *x509;

    if ((x509 = d2i_X509(NULL, &p, (long)der.len)) != NULL && p == der.p + der.len)
        return add_cert(trust, x509);
    X509_free(x509);
    p = der.p;
    if ((crl = d2i_X509_CRL(NULL, &p, (long)der.len)) != NULL && p == der.p + der.len)
        return add_crl(trust, crl);
    X509_CRL_free(crl);
    return JY_E_FORMAT;
}

jy_err
jy_trust_add_pem(struct jy_trust *trust, struct jy_slice pem, struct jy_fault *fault)
{
    jy_err rc = JY_OK;
    size_t blocks = 0;
    BIO *bio;

    if (pem.len == 0 || pem.len > JY_PEM_MAX)
        return jy_fail(fault, JY_E_LIMIT, "trust", 0, "%zu bytes", pem.len);
    if (pem.p[0] == 0x30) {
        rc = add_der(trust, pem);
        blocks = 1;
    } else if ((bio = BIO_new_mem_buf(pem.p, (int)pem.len)) == NULL) {
        rc = JY_E_NOMEM;
    } else {
        char *label, *header;
        unsigned char *der;
        long len;
        while (rc == JY_OK && PEM_read_bio(bio, &label, &header, &der, &len) == 1) {
            blocks++;
            if (strcmp(label, PEM_STRING_X509) == 0 || strcmp(label, PEM_STRING_X509_CRL) == 0)
                rc = add_der(trust, JY_SLICE(der, (size_t)len));
            OPENSSL_free(label);
            OPENSSL_free(header);
            OPENSSL_free(der);
        }
        BIO_free(bio);
    }
    if (rc == JY_OK && blocks == 0)
        rc = JY_E_FORMAT;
    if (rc != JY_OK)
        return jy_fail(fault, rc, "trust", 0, "block %zu is not a certificate or revocation list", blocks);
    find_crl_issuers(trust);
    return JY_OK;
}

static jy_err
add_file(struct jy_trust *trust, const char *path, struct jy_fault *fault)
{
    struct jy_buf buf = { 0 };
    struct stat st;
    ssize_t n = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);          /* a pipe would wait for a writer */
    jy_err rc;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > JY_PEM_MAX) {
        if (fd >= 0)
            close(fd);
        return jy_fail(fault, JY_E_IO, path, 0, "cannot be read, is empty or larger than 16 MiB");
    }
    if ((rc = jy_buf_reserve(&buf, (size_t)st.st_size)) == JY_OK)
        while (buf.len < (size_t)st.st_size && (n = read(fd, buf.p + buf.len, (size_t)st.st_size - buf.len)) > 0)
            buf.len += (size_t)n;
    close(fd);
    if (rc == JY_OK && (rc = jy_trust_add_pem(trust, jy_buf_slice(&buf), fault)) != JY_OK)
        jy_fail(fault, rc, path, 0, "holds no usable certificate or revocation list");
    jy_buf_free(&buf);
    return rc;
}

static bool
is_trust_file(const char *name)
{
    static const char *const ends[] = { ".pem", ".crt", ".cer", ".crl" };
    size_t len = strlen(name);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (len > 4 && strcasecmp(name + len - 4, ends[i]) == 0)
            return true;
    return false;
}

jy_err
jy_trust_add_path(struct jy_trust *trust, const char *path, struct jy_fault *fault)
{
    struct dirent **names;
    char file[4096];
    struct stat st;
    jy_err rc = JY_OK;
    int count;

    if (stat(path, &st) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, path, 0, "no such file or folder");
    if (!S_ISDIR(st.st_mode))
        return add_file(trust, path, fault);
    if ((count = scandir(path, &names, NULL, alphasort)) < 0)
        return jy_fail(fault, JY_E_IO, path, 0, "cannot be listed");
    for (int i = 0; i < count; i++) {
        if (rc == JY_OK && is_trust_file(names[i]->d_name)) {
            snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
            rc = add_file(trust, file, fault);
        }
        free(names[i]);
    }
    free(names);
    return rc;
}

/* -- chains -- */

struct path {
    const struct jy_cert *certs[JY_CHAIN_MAX];       /* leaf first, anchor last */
    size_t count;
};

static bool
signature_fits(const struct jy_cert *cert, const struct jy_cert *issuer)
{
    EVP_PKEY *key = X509_get0_pubkey(issuer->x509);

    return key != NULL && X509_verify(cert->x509, key) == 1;
}

/* Does the certificate name this one as its issuer (name and key identifier)? */
static bool
may_be_issuer(const struct jy_cert *issuer, const struct jy_cert *cert)
{
    AUTHORITY_KEYID *akid;
    bool fits;

    if (X509_NAME_cmp(X509_get_issuer_name(cert->x509), X509_get_subject_name(issuer->x509)) != 0)
        return false;
    akid = X509_get_ext_d2i(cert->x509, NID_authority_key_identifier, NULL, NULL);
    fits = akid == NULL || X509_check_akid(issuer->x509, akid) == X509_V_OK;
    AUTHORITY_KEYID_free(akid);
    return fits;
}

/* Extend the path upwards to an anchor. *named: some issuer was there but its key does not fit. */
static bool
climb(const struct jy_trust *trust, const struct jy_cert *const *extra, size_t extra_count, struct path *path, bool *named)
{
    const struct jy_cert *cert = path->certs[path->count - 1];
    size_t known = trust->cert_count;

    for (size_t i = 0; i < known; i++)
        if (is_anchor(trust->certs[i]) && jy_slice_equal(jy_cert_der(trust->certs[i]), jy_cert_der(cert)))
            return true;
    if (path->count == JY_CHAIN_MAX)
        return false;
    for (size_t i = 0; i < known + extra_count; i++) {
        const struct jy_cert *issuer = i < known ? trust->certs[i] : extra[i - known];
        if (issuer == NULL || issuer == cert || !may_be_issuer(issuer, cert))
            continue;
        if (!signature_fits(cert, issuer)) {
            *named = *named || i < known;
            continue;
        }
        path->certs[path->count++] = issuer;
        if (climb(trust, extra, extra_count, path, named))
            return true;
        path->count--;
    }
    return false;
}

static enum jy_chain_status
settle(struct jy_chain_result *result, enum jy_chain_status status, const struct jy_cert *cert, const char *why)
{
    result->status = status;
    snprintf(result->text, sizeof(result->text), "%s (%.120s)", why, cert->subject);
    return status;
}

/* Everything but revocation. */
static enum jy_chain_status
check_path(const struct path *path, jy_time at, struct jy_chain_result *result)
{
    long below = 0;                                    /* intermediates between this CA and the leaf */

    for (size_t i = 0; i < path->count; i++) {
        const struct jy_cert *cert = path->certs[i];
        if ((cert->flags & (EXFLAG_CRITICAL | EXFLAG_INVALID)) != 0)
            return settle(result, JY_CHAIN_BAD, cert, "unknown critical or broken extension");
        if (i == 0)
            continue;
        if (!jy_cert_is_ca(cert))
            return settle(result, JY_CHAIN_BAD, cert, "issuer is not a CA");
        if ((cert->flags & EXFLAG_KUSAGE) != 0 && (cert->key_usage & KU_KEY_CERT_SIGN) == 0)
            return settle(result, JY_CHAIN_BAD, cert, "issuer may not sign certificates");
        if (cert->path_length >= 0 && below > cert->path_length)
            return settle(result, JY_CHAIN_BAD, cert, "path length exceeded");
        below += !is_self_issued(cert);
    }
    for (size_t i = 0; i < path->count; i++) {
        if (at < path->certs[i]->not_before)
            return settle(result, JY_CHAIN_NOT_YET_VALID, path->certs[i], "not yet valid");
        if (at > path->certs[i]->not_after)
            return settle(result, JY_CHAIN_EXPIRED, path->certs[i], "expired");
    }
    return JY_CHAIN_OK;
}

/* *known: a genuine list of the issuer covers the time. Returns the revocation time, 0 = not revoked. */
static jy_time
revocation_of(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *issuer, jy_time at, bool *known)
{
    jy_time found = 0;

    *known = false;
    for (size_t i = 0; i < trust->crl_count; i++) {
        const struct crl *c = &trust->crls[i];
        X509_REVOKED *entry = NULL;
        jy_time when = 0;
        if (c->issuer == NULL || !jy_slice_equal(jy_cert_der(c->issuer), jy_cert_der(issuer)))
            continue;
        *known = *known || c->next_update >= at;
        if (X509_CRL_get0_by_serial(c->crl, &entry, (ASN1_INTEGER *)(uintptr_t)X509_get0_serialNumber(cert->x509)) == 1 &&
            jy_asn1_time(X509_REVOKED_get0_revocationDate(entry), &when) && (found == 0 || when < found))
            found = when;
    }
    return found;
}

/* Dates and revocation of a path whose signatures fit. */
static void
judge_path(const struct jy_trust *trust, const struct path *path, jy_time at, struct jy_chain_result *result)
{
    const struct jy_cert *unknown = NULL;

    for (size_t i = 0; i < path->count; i++)
        result->test_only = result->test_only || jy_cert_is_test(path->certs[i]);
    if (check_path(path, at, result) != JY_CHAIN_OK)
        return;
    for (size_t i = 0; i + 1 < path->count; i++) {
        bool known;
        jy_time when = revocation_of(trust, path->certs[i], path->certs[i + 1], at, &known);
        if (!known && when == 0)
            unknown = path->certs[i];
        if (when != 0 && (result->revoked_at == 0 || when < result->revoked_at)) {
            result->revoked_at = when;
            settle(result, when <= at ? JY_CHAIN_REVOKED : JY_CHAIN_REVOKED_LATER, path->certs[i], "revoked");
        }
    }
    if (result->revoked_at == 0 && unknown != NULL)
        settle(result, JY_CHAIN_REVOCATION_UNKNOWN, unknown, "no genuine revocation list of its issuer for this time");
}

jy_err
jy_chain_check_at(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra, size_t extra_count,
                  const jy_time *at, size_t count, struct jy_chain_result *results)
{
    struct path path = { .certs = { cert }, .count = 1 };
    bool anchored = trust != NULL && jy_trust_anchor_count(trust) > 0, named = false;
    bool found = anchored && climb(trust, extra, extra_count, &path, &named);

    for (size_t i = 0; i < count; i++) {
        results[i] = (struct jy_chain_result){ .status = JY_CHAIN_OK, .test_only = jy_cert_is_test(cert) };
        if (!anchored)
            settle(&results[i], JY_CHAIN_UNTRUSTED, cert, "no trust anchors were given");
        else if (!found)
            settle(&results[i], named ? JY_CHAIN_BAD : JY_CHAIN_UNTRUSTED, cert,
                   named ? "its issuer is known but did not sign it" : "does not lead to a trust anchor");
        else
            judge_path(trust, &path, at[i], &results[i]);
    }
    return JY_OK;
}

jy_err
jy_chain_check(const struct jy_trust *trust, const struct jy_cert *cert, const struct jy_cert *const *extra, size_t extra_count, jy_time at,
               struct jy_chain_result *result)
{
    return jy_chain_check_at(trust, cert, extra, extra_count, &at, 1, result);
}

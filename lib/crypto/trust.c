/* SPDX-License-Identifier: Apache-2.0 */
/* Trust: anchors, intermediates, revocation lists and OCSP responses, from files and from evidence. */
#include "crypto/trust.h"

#include "crypto/ocsp.h"

#include <dirent.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>


jy_err
jy_trust_new(struct jy_trust **out)
{
    *out = calloc(1, sizeof(**out));
    return *out == NULL ? JY_E_NOMEM : JY_OK;
}

jy_err
jy_trust_extend(const struct jy_trust *base, struct jy_trust **out)
{
    jy_err rc = jy_trust_new(out);

    if (rc == JY_OK)
        (*out)->base = base;
    return rc;
}

void
jy_trust_free(struct jy_trust *trust)
{
    if (trust == NULL)
        return;
    for (size_t i = 0; i < trust->cert_count; i++)
        jy_cert_free(trust->certs[i]);
    for (size_t i = 0; i < trust->crl_count; i++)
        jy_crl_free(&trust->crls[i]);
    for (size_t i = 0; i < trust->ocsp_count; i++)
        jy_buf_free(&trust->ocsps[i]);
    for (struct jy_trust *list = trust->makers, *next; list != NULL; list = next) {
        next = (struct jy_trust *)(uintptr_t)list->base;      /* of makers' lists, the next one, owned as well */
        jy_trust_free(list);
    }
    free(trust->certs);
    free(trust->crls);
    free(trust->ocsps);
    free(trust);
}

size_t
jy_trust_anchor_count(const struct jy_trust *trust)
{
    size_t count = 0;

    for (; trust != NULL; trust = trust->base)
        for (size_t i = 0; i < trust->cert_count; i++)
            count += jy_x509_is_anchor(trust->certs[i]);
    return count;
}

/* A list is judged when it arrives, not at every verification; one of an issuer that is not here, or that could not be checked, with its path. */
static void
find_issuer(const struct jy_trust *trust, struct jy_crl *crl)
{
    bool by;

    for (const struct jy_trust *t = trust; t != NULL; t = t->base)
        for (size_t k = 0; crl->use != JY_CRL_UNUSED && crl->issuer == NULL && k < t->cert_count; k++)
            if (jy_crl_is_by(crl, t->certs[k], &by) == JY_OK && by)
                crl->issuer = t->certs[k];
}

/* After certificates came. */
static void
find_crl_issuers(struct jy_trust *trust)
{
    for (size_t i = 0; i < trust->crl_count; i++)
        find_issuer(trust, &trust->crls[i]);
}

/* Room for one more row; NULL when there is none. */
static void *
grow(void *list, size_t count, size_t size, jy_err *rc)
{
    void *more = count >= JY_TRUST_MAX ? NULL : realloc(list, (count + 1) * size);

    *rc = count >= JY_TRUST_MAX ? JY_E_LIMIT : more == NULL ? JY_E_NOMEM : JY_OK;
    return more;
}

static jy_err
add_cert(struct jy_trust *trust, struct jy_slice der)
{
    struct jy_cert **certs;
    jy_err rc;

    if ((certs = grow(trust->certs, trust->cert_count, sizeof(struct jy_cert *), &rc)) == NULL)
        return rc;
    trust->certs = certs;
    if ((rc = jy_cert_parse(der, &certs[trust->cert_count], NULL)) == JY_OK)
        trust->cert_count++;
    return rc;
}

static jy_err
add_crl(struct jy_trust *trust, struct jy_slice der)
{
    struct jy_crl *crls;
    jy_err rc;

    if ((crls = grow(trust->crls, trust->crl_count, sizeof(*crls), &rc)) == NULL)
        return rc;
    trust->crls = crls;
    if ((rc = jy_crl_read(der, &crls[trust->crl_count])) == JY_OK)
        trust->crl_count++;
    return rc;
}

static jy_err
add_der(struct jy_trust *trust, struct jy_slice der)
{
    jy_err rc = add_cert(trust, der);

    if (rc == JY_OK || rc == JY_E_NOMEM)
        return rc;
    rc = add_crl(trust, der);
    return rc == JY_E_FORMAT && trust->cert_count >= JY_TRUST_MAX ? JY_E_LIMIT : rc;
}

jy_err
jy_trust_add_crl(struct jy_trust *trust, struct jy_slice der, struct jy_fault *fault)
{
    jy_err rc = der.len == 0 || der.len > JY_PEM_MAX ? JY_E_LIMIT : add_crl(trust, der);

    if (rc != JY_OK)
        return jy_fail(fault, rc, "CertificateList", 0, rc == JY_E_LIMIT ? "empty, too large or too many" : "not a DER revocation list");
    find_issuer(trust, &trust->crls[trust->crl_count - 1]);
    return JY_OK;
}

jy_err
jy_trust_add_ocsp(struct jy_trust *trust, struct jy_slice der, struct jy_fault *fault)
{
    struct jy_buf *ocsps;
    jy_err rc;

    if (der.len == 0 || der.len > JY_OCSP_MAX)
        return jy_fail(fault, JY_E_LIMIT, "OCSPResponse", 0, "%zu bytes, 1 to %d are allowed", der.len, JY_OCSP_MAX);
    if ((rc = jy_ocsp_is_readable(der, fault)) != JY_OK)
        return rc;
    if ((ocsps = grow(trust->ocsps, trust->ocsp_count, sizeof(*ocsps), &rc)) == NULL)
        return jy_fail(fault, rc, "OCSPResponse", 0, "too many");
    trust->ocsps = ocsps;
    ocsps[trust->ocsp_count] = (struct jy_buf){ 0 };
    if ((rc = jy_buf_add(&ocsps[trust->ocsp_count], der)) == JY_OK)
        trust->ocsp_count++;
    return rc;
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

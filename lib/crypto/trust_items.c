/* SPDX-License-Identifier: Apache-2.0 */
/* What a trust holds, one by one: for evidence that is to be kept. */
#include "crypto/trust.h"

#include <stdlib.h>
#include <string.h>

static size_t
count_here(const struct jy_trust *trust, enum jy_trust_item kind)
{
    return kind == JY_TRUST_CERT ? trust->cert_count : kind == JY_TRUST_CRL ? trust->crl_count : trust->ocsp_count;
}

size_t
jy_trust_count(const struct jy_trust *trust, enum jy_trust_item kind)
{
    size_t count = 0;

    for (; trust != NULL; trust = trust->base)
        count += count_here(trust, kind);
    return count;
}

/* The trust that holds item n, and its number there. */
static const struct jy_trust *
holder(const struct jy_trust *trust, enum jy_trust_item kind, size_t *n)
{
    for (; trust != NULL && *n >= count_here(trust, kind); trust = trust->base)
        *n -= count_here(trust, kind);
    return trust;
}

struct jy_slice
jy_trust_der(const struct jy_trust *trust, enum jy_trust_item kind, size_t n)
{
    const struct jy_trust *at = holder(trust, kind, &n);

    if (at == NULL)
        return JY_EMPTY;
    return kind == JY_TRUST_CERT ? jy_cert_der(at->certs[n]) : jy_buf_slice(kind == JY_TRUST_CRL ? &at->crls[n].der : &at->ocsps[n]);
}

const struct jy_cert *
jy_trust_cert(const struct jy_trust *trust, size_t n)
{
    const struct jy_trust *at = holder(trust, JY_TRUST_CERT, &n);

    return at == NULL ? NULL : at->certs[n];
}

bool
jy_trust_is_anchor(const struct jy_trust *trust, size_t n)
{
    const struct jy_cert *cert = jy_trust_cert(trust, n);

    return cert != NULL && jy_x509_is_anchor(cert);
}

static int
by_digest(const void *a, const void *b)
{
    return memcmp(a, b, JY_SM3_SIZE);
}

static void
sort_digests(struct jy_buf *digests)
{
    if (digests->len > 0)
        qsort(digests->p, digests->len / JY_SM3_SIZE, JY_SM3_SIZE, by_digest);
}

/* The digests of all certificates, or of the anchors alone. */
static jy_err
put_digests(const struct jy_trust *trust, bool all, struct jy_buf *out)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < jy_trust_count(trust, JY_TRUST_CERT); i++)
        if ((all || jy_trust_is_anchor(trust, i)) && (rc = jy_sm3(jy_cert_der(jy_trust_cert(trust, i)), digest)) == JY_OK)
            rc = jy_buf_add(out, JY_SLICE(digest, sizeof(digest)));
    return rc;
}

jy_err
jy_trust_fingerprint(const struct jy_trust *trust, uint8_t out[JY_SM3_SIZE])
{
    struct jy_buf all = { 0 }, makers = { 0 };
    jy_err rc = put_digests(trust, false, &all);

    for (const struct jy_trust *t = trust; rc == JY_OK && t != NULL; t = t->base)
        rc = put_digests(t->makers, true, &makers);
    sort_digests(&all);
    sort_digests(&makers);
    /* Six bytes between them: a maker's digest never stands where an anchor's could. */
    if (rc == JY_OK && jy_trust_restricts_makers(trust) && (rc = jy_buf_text(&all, "makers")) == JY_OK)
        rc = jy_buf_add(&all, jy_buf_slice(&makers));
    if (rc == JY_OK)
        rc = jy_sm3(jy_buf_slice(&all), out);
    jy_buf_free(&all);
    jy_buf_free(&makers);
    return rc;
}

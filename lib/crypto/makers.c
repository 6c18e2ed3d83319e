/* SPDX-License-Identifier: Apache-2.0 */
/* Licensed seal makers: a CA vouches for who somebody is, not that he may make seals (R13.2; GB/T 38540-2020 6.3). */
#include "crypto/trust.h"

/* A list that was read in full joins those before it; else nothing is added. */
static jy_err
join(struct jy_trust *trust, struct jy_trust *list, jy_err rc, struct jy_fault *fault)
{
    if (rc == JY_OK && list->crl_count > 0)
        rc = jy_fail(fault, JY_E_FORMAT, "makers", 0, "a revocation list is no maker's certificate");
    else if (rc == JY_OK && list->cert_count == 0)
        rc = jy_fail(fault, JY_E_FORMAT, "makers", 0, "no certificate: nobody could make a seal");
    if (rc != JY_OK) {
        jy_trust_free(list);
        return rc;
    }
    list->base = trust->makers;
    trust->makers = list;
    return JY_OK;
}

jy_err
jy_trust_add_makers_pem(struct jy_trust *trust, struct jy_slice pem, struct jy_fault *fault)
{
    struct jy_trust *list = NULL;
    jy_err rc = jy_trust_new(&list);

    return rc != JY_OK ? rc : join(trust, list, jy_trust_add_pem(list, pem, fault), fault);
}

jy_err
jy_trust_add_makers_path(struct jy_trust *trust, const char *path, struct jy_fault *fault)
{
    struct jy_trust *list = NULL;
    jy_err rc = jy_trust_new(&list);

    return rc != JY_OK ? rc : join(trust, list, jy_trust_add_path(list, path, fault), fault);
}

jy_err
jy_trust_restrict_makers(struct jy_trust *trust)
{
    return trust->makers != NULL ? JY_OK : jy_trust_new(&trust->makers);
}

bool
jy_trust_restricts_makers(const struct jy_trust *trust)
{
    while (trust != NULL && trust->makers == NULL)
        trust = trust->base;
    return trust != NULL;
}

size_t
jy_trust_maker_count(const struct jy_trust *trust)
{
    size_t count = 0;

    for (; trust != NULL; trust = trust->base)
        count += jy_trust_count(trust->makers, JY_TRUST_CERT);
    return count;
}

jy_err
jy_trust_licenses(const struct jy_trust *trust, const struct jy_cert *maker, bool *licensed)
{
    jy_err rc;

    *licensed = false;
    for (; trust != NULL; trust = trust->base)
        for (size_t i = 0; i < jy_trust_count(trust->makers, JY_TRUST_CERT); i++) {
            const struct jy_cert *row = jy_trust_cert(trust->makers, i);
            *licensed = jy_slice_equal(jy_cert_der(row), jy_cert_der(maker));
            if (!*licensed && jy_cert_is_ca(row) && (rc = jy_x509_is_issued_by(maker, row, licensed)) != JY_OK)
                return rc;
            if (*licensed)
                return JY_OK;
        }
    return JY_OK;
}

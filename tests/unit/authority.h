/* SPDX-License-Identifier: Apache-2.0 */
/* authority.h: a root, a CA below it and certificates for every purpose, with lists, for tests of chains, time stamps and OCSP. */
#ifndef JY_TEST_AUTHORITY_H
#define JY_TEST_AUTHORITY_H

#include <jinyin/cert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1780000000                /* 2026-05-28 */
#define DAY 86400
#define MUST(call)                                                                         \
    do {                                                                                   \
        jy_err must_ = (call);                                                             \
        if (must_ != JY_OK) {                                                              \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, jy_err_code(must_));        \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

static struct {
    struct jy_sm2 *root_key, *ca_key, *key, *other_key;
    struct jy_cert *root, *ca;
    uint8_t serial;
} authority;

/* A certificate from *what; what is missing: issued by the CA for `key`, valid 100 days before and after NOW. */
static inline struct jy_cert *
issue(struct jy_issue what)
{
    struct jy_cert *cert;

    if (what.issuer_key == NULL) {
        what.issuer_key = authority.ca_key;
        what.issuer = authority.ca;
    }
    if (what.subject_key == NULL)
        what.subject_key = authority.key;
    if (what.common_name == NULL)
        what.common_name = "somebody";
    if (what.not_before == 0)
        what.not_before = NOW - 100 * DAY;
    if (what.not_after == 0)
        what.not_after = NOW + 100 * DAY;
    if (what.path_length == 0)
        what.path_length = -1;
    if (what.serial[15] == 0)
        what.serial[15] = ++authority.serial;
    MUST(jy_cert_issue(&what, &cert, NULL));
    return cert;
}

static inline void
authority_begin(void)
{
    MUST(jy_sm2_generate(&authority.root_key));
    MUST(jy_sm2_generate(&authority.ca_key));
    MUST(jy_sm2_generate(&authority.key));
    MUST(jy_sm2_generate(&authority.other_key));
    authority.root = issue((struct jy_issue){ .issuer_key = authority.root_key, .subject_key = authority.root_key, .common_name = "root", .ca = true });
    authority.ca = issue((struct jy_issue){ .issuer_key = authority.root_key, .issuer = authority.root, .subject_key = authority.ca_key,
                                            .common_name = "CA", .ca = true });
}

static inline void
authority_end(void)
{
    jy_cert_free(authority.root);
    jy_cert_free(authority.ca);
    jy_sm2_free(authority.root_key);
    jy_sm2_free(authority.ca_key);
    jy_sm2_free(authority.key);
    jy_sm2_free(authority.other_key);
}

/* authority_begin and authority_end as cmocka calls them. */
static inline int
authority_set_up(void **state)
{
    (void)state;
    authority_begin();
    return 0;
}

static inline int
authority_tear_down(void **state)
{
    (void)state;
    authority_end();
    return 0;
}

static inline void
trust_cert(struct jy_trust *trust, const struct jy_cert *cert)
{
    MUST(jy_trust_add_pem(trust, jy_cert_der(cert), NULL));
}

/* A list of this issuer, valid from a day before NOW to a day after, with one entry or none. */
static inline void
trust_list(struct jy_trust *trust, const struct jy_sm2 *key, const struct jy_cert *issuer, const struct jy_cert *revoked, jy_time at, int reason)
{
    struct jy_revoked entry = { revoked == NULL ? NULL : jy_cert_serial(revoked), at, reason };
    struct jy_buf der = { 0 };

    MUST(jy_crl_issue(key, issuer, &entry, revoked != NULL, NOW - DAY, NOW + DAY, 1, &der, NULL));
    MUST(jy_trust_add_crl(trust, jy_buf_slice(&der), NULL));
    jy_buf_free(&der);
}

/* The root as anchor, its list, the CA; and the CA's empty list when with_list. */
static inline struct jy_trust *
authority_trust(bool with_list)
{
    struct jy_trust *trust;

    MUST(jy_trust_new(&trust));
    trust_cert(trust, authority.root);
    trust_cert(trust, authority.ca);
    trust_list(trust, authority.root_key, authority.root, NULL, 0, 0);
    if (with_list)
        trust_list(trust, authority.ca_key, authority.ca, NULL, 0, 0);
    return trust;
}

#endif

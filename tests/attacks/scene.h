/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scene.h: one OFD package with one stamp, of which seal, signature value, certificates, lists and time may each be another than an honest
 * one. Certificates are made by jy_cert_issue and then changed in their bytes and signed again, as a dishonest CA or a broken one would.
 */
#ifndef JY_TEST_SCENE_H
#define JY_TEST_SCENE_H

#include "package.h"

#include "../unit/ses/forge.h"

#include <jinyin/timestamp.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#define DAY 86400
#define SIGNATURE_XML "/Doc_0/Signs/Sign_0/Signature.xml"

/* Set up by a row's `play`; what stays zero is honest. Buffers and objects are freed after the verdict. */
static struct scene {
    struct forge_seal seal;
    struct forge_ses ses;
    bool plain;                       /* Type="Sign": `value` is the whole signature value */
    bool with_seal, with_place;       /* of such a one: what only a stamp has is left where it was */
    struct jy_buf value;              /* instead of ses */
    void (*after)(struct jy_buf *ses_der);   /* the last word on the signature value */
    struct jy_buf seal_der;           /* instead of seal; after make: the seal that was used */
    struct jy_buf seal_file;          /* Seal.esl, when it is not that seal */
    uint8_t digest[JY_SM3_SIZE];      /* SM3 of Signature.xml */
    struct jy_buf signature_xml;
    struct jy_trust *trust;           /* NULL: pki.trust */
    struct jy_evidence evidence;
    const struct jy_policy *policy;
    jy_time now;                      /* 0: pki.now */
    struct jy_cert *certs[24];        /* made for the scene */
    struct jy_sm2 *keys[24];
    struct jy_buf bytes[24];
    size_t cert_count, key_count, byte_count;
} scene;

/* -- things that live as long as the scene -- */

static inline struct jy_sm2 *
scene_key(void)
{
    struct jy_sm2 **key = &scene.keys[scene.key_count++];

    MUST(jy_sm2_generate(key));
    return *key;
}

static inline struct jy_buf *
scene_bytes(void)
{
    return &scene.bytes[scene.byte_count++];
}

static inline struct jy_cert *
scene_keep(struct jy_cert *cert)
{
    scene.certs[scene.cert_count++] = cert;
    return cert;
}

/* -- people -- */

/* What pki.ca would issue to the signer, with another key and serial. */
static inline struct jy_issue
scene_issue(const struct jy_sm2 *key, const char *name)
{
    struct jy_issue what = { .issuer_key = pki.ca_key, .issuer = pki.ca, .subject_key = key, .common_name = name, .organization = "Test",
                             .not_before = pki.now - DAY, .not_after = pki.now + DAY, .path_length = -1 };

    what.serial[0] = 1;
    what.serial[15] = (uint8_t)(scene.cert_count + 10);
    return what;
}

static inline struct jy_cert *
scene_cert(const struct jy_issue *what)
{
    struct jy_cert *cert;

    MUST(jy_cert_issue(what, &cert, NULL));
    return scene_keep(cert);
}

/* A CA of the same name as the trusted one, with another key. */
static inline const struct jy_cert *
scene_false_ca(struct jy_sm2 **key)
{
    struct jy_issue what;

    *key = scene_key();
    what = scene_issue(*key, "CA");
    what.issuer_key = *key;
    what.issuer = NULL;
    what.ca = true;
    return scene_cert(&what);
}

/* A CA of its own below pki.ca, valid between these times; extended key usage or NULL. */
static inline const struct jy_cert *
scene_lower_ca(const char *name, jy_time from, jy_time to, const char *usage, struct jy_sm2 **key)
{
    struct jy_issue what;

    *key = scene_key();
    what = scene_issue(*key, name);
    what.ca = true;
    what.not_before = from;
    what.not_after = to;
    what.extended_key_usage = usage;
    return scene_cert(&what);
}

static inline const struct jy_cert *
scene_issued_by(const struct jy_cert *ca, const struct jy_sm2 *ca_key, const struct jy_sm2 *key, const char *name, jy_time to)
{
    struct jy_issue what = scene_issue(key, name);

    what.issuer = ca;
    what.issuer_key = ca_key;
    what.not_after = to;
    return scene_cert(&what);
}

/* Who signs the stamp: the seal's list holds the certificate, and its maker is the honest one. */
static inline void
scene_signer(const struct jy_sm2 *key, struct jy_slice cert_der)
{
    struct jy_buf *list = scene_bytes(), entry = { 0 };

    MUST(jy_der_put(&entry, DER_OCTET_STRING, cert_der));
    forge_close(list, DER_SEQUENCE, &entry);
    scene.seal.list = jy_buf_slice(list);
    scene.ses.sign.key = key;
    scene.ses.sign.cert_der = cert_der;
}

static inline void
scene_maker(const struct jy_sm2 *key, const struct jy_cert *cert)
{
    scene.seal.sign.key = key;
    scene.seal.sign.cert = cert;
}

/* -- certificates changed in their bytes -- */

/* The first `from` in a TLV becomes `to`, of the same length; it must be there. */
static inline void
scene_swap(struct jy_buf *der, struct jy_slice from, struct jy_slice to)
{
    size_t at = jy_slice_find(jy_buf_slice(der), from);

    if (at == SIZE_MAX || from.len != to.len)
        abort();
    memcpy(der->p + at, to.p, to.len);
}

static inline struct jy_slice
scene_tbs(struct jy_slice cert_der)
{
    struct jy_der all, body;
    struct jy_der_item tbs;

    jy_der_open(&all, cert_der);
    MUST(jy_der_enter(&all, DER_SEQUENCE, &body));
    MUST(jy_der_get(&body, DER_SEQUENCE, &tbs));
    return tbs.tlv;
}

/* A certificate of these contents; algorithm is the one outside. sig_key NULL: no signature that fits anything. */
static inline struct jy_slice
scene_certificate(struct jy_slice tbs, const struct jy_sm2 *sig_key, struct jy_slice algorithm)
{
    struct jy_buf *out = scene_bytes(), body = { 0 }, part = { 0 };
    uint8_t sig[JY_SM2_SIGNATURE_MAX] = { 0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01 };
    size_t len = 8;

    if (sig_key != NULL)
        MUST(jy_sm2_sign(sig_key, tbs, sig, &len));
    MUST(jy_buf_add(&body, tbs));
    MUST(jy_der_put_oid(&part, algorithm));
    forge_close(&body, DER_SEQUENCE, &part);
    MUST(jy_der_put_bits(&body, JY_SLICE(sig, len)));
    forge_close(out, DER_SEQUENCE, &body);
    return jy_buf_slice(out);
}

/* An honest certificate with bytes of its contents changed, and signed again by key. */
static inline struct jy_slice
scene_changed(const struct jy_cert *cert, struct jy_slice from, struct jy_slice to, const struct jy_sm2 *key)
{
    struct jy_buf tbs = { 0 };
    struct jy_slice out;

    MUST(jy_buf_add(&tbs, scene_tbs(jy_cert_der(cert))));
    scene_swap(&tbs, from, to);
    out = scene_certificate(jy_buf_slice(&tbs), key, OID_SM2_WITH_SM3);
    jy_buf_free(&tbs);
    return out;
}

/* -- trust -- */

struct scene_list {
    const struct jy_sm2 *key;         /* NULL: the CA's */
    const struct jy_cert *issuer;     /* NULL: the CA */
    const char *serial;               /* NULL: nobody is revoked */
    jy_time at;
    jy_time from;                     /* thisUpdate; 0: an hour ago */
    jy_time next;                     /* 0: tomorrow */
    int reason;                       /* CRLReason; 0: the key is lost */
    const struct jy_revoked *second;  /* one more entry */
    const struct jy_extension *extension;
};

/* Certificates (the CA first, unless without_ca) and revocation lists. */
static inline void
scene_trust(bool without_ca, const struct jy_cert *const *certs, size_t cert_count, const struct scene_list *lists, size_t list_count)
{
    struct jy_buf pem = { 0 };

    if (!without_ca)
        MUST(jy_cert_to_pem(pki.ca, &pem));
    for (size_t i = 0; i < cert_count; i++)
        MUST(jy_cert_to_pem(certs[i], &pem));
    for (size_t i = 0; i < list_count; i++) {
        struct jy_revoked entries[2] = { { lists[i].serial, lists[i].at, lists[i].reason != 0 ? lists[i].reason : 1 } };
        size_t count = lists[i].serial != NULL ? 1 : 0;
        struct jy_buf crl = { 0 };
        if (lists[i].second != NULL)
            entries[count++] = *lists[i].second;
        MUST(jy_crl_issue_with(lists[i].key != NULL ? lists[i].key : pki.ca_key, lists[i].issuer != NULL ? lists[i].issuer : pki.ca, entries, count,
                               lists[i].from != 0 ? lists[i].from : pki.now - 3600, lists[i].next != 0 ? lists[i].next : pki.now + DAY, 1 + i,
                               lists[i].extension, lists[i].extension != NULL ? 1 : 0, &crl, NULL));
        MUST(jy_crl_to_pem(jy_buf_slice(&crl), &pem));
        jy_buf_free(&crl);
    }
    MUST(jy_trust_new(&scene.trust));
    MUST(jy_trust_add_pem(scene.trust, jy_buf_slice(&pem), NULL));
    jy_buf_free(&pem);
}

/* -- signatures that the library does not make -- */

static inline EVP_PKEY *
scene_pkey(const struct jy_sm2 *key)
{
    struct jy_buf pem = { 0 };
    EVP_PKEY *out;
    BIO *bio;

    MUST(jy_sm2_to_pem(key, &pem));
    bio = BIO_new_mem_buf(pem.p, (int)pem.len);
    out = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
    BIO_free(bio);
    jy_buf_free(&pem);
    if (out == NULL)
        abort();
    return out;
}

/* SM2 over e itself. */
static inline struct jy_slice
scene_sign_e(const struct jy_sm2 *key, const uint8_t e[JY_SM3_SIZE])
{
    struct jy_buf *out = scene_bytes();
    EVP_PKEY *pkey = scene_pkey(key);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    size_t len = 80;

    MUST(jy_buf_reserve(out, len));
    if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 || EVP_PKEY_sign(ctx, out->p, &len, e, JY_SM3_SIZE) != 1)
        abort();
    out->len = len;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return jy_buf_slice(out);
}

/* SM2 with SM3 over a message under another id. */
static inline struct jy_slice
scene_sign_id(const struct jy_sm2 *key, const char *id, struct jy_slice message)
{
    struct jy_buf *out = scene_bytes();
    EVP_PKEY *pkey = scene_pkey(key);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    size_t len = 80;

    MUST(jy_buf_reserve(out, len));
    if (ctx == NULL || md == NULL || EVP_PKEY_CTX_set1_id(ctx, id, (int)strlen(id)) != 1)
        abort();
    EVP_MD_CTX_set_pkey_ctx(md, ctx);
    if (EVP_DigestSignInit_ex(md, NULL, "SM3", NULL, NULL, pkey, NULL) != 1 || EVP_DigestSign(md, out->p, &len, message.p, message.len) != 1)
        abort();
    out->len = len;
    EVP_MD_CTX_free(md);
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return jy_buf_slice(out);
}

/* e = SM3(Z ‖ message) with the Z of any key. */
static inline void
scene_e(const struct jy_sm2 *z_of, struct jy_slice message, uint8_t e[JY_SM3_SIZE])
{
    struct jy_buf all = { 0 };
    uint8_t z[JY_SM3_SIZE];

    MUST(jy_sm2_z(z_of, z));
    MUST(jy_buf_add(&all, JY_SLICE(z, sizeof(z))));
    MUST(jy_buf_add(&all, message));
    MUST(jy_sm3(jy_buf_slice(&all), e));
    jy_buf_free(&all);
}

/* TBS_Sign of a signature value. */
static inline struct jy_slice
scene_to_sign(const struct jy_buf *ses_der)
{
    return scene_tbs(jy_buf_slice(ses_der));
}

/* The same signature value with another signature. */
static inline void
scene_put_signature(struct jy_buf *ses_der, struct jy_slice sig)
{
    struct jy_slice to_sign = scene_to_sign(ses_der);
    struct jy_buf body = { 0 }, out = { 0 };

    MUST(jy_buf_add(&body, to_sign));
    forge_put_cert(&body, &scene.ses.sign, pki.signer);
    MUST(jy_der_put_bits(&body, sig));
    forge_close(&out, DER_SEQUENCE, &body);
    jy_buf_free(ses_der);
    *ses_der = out;
}

/* -- times -- */

/* The stamp register knows the very second: what was only claimed is certain. For scene.after. */
static inline void
scene_recorded(struct jy_buf *ses_der)
{
    static struct jy_stamp_evidence stamp;

    MUST(jy_sm3(jy_buf_slice(ses_der), stamp.value_digest));
    stamp.recorded = scene.ses.when != 0 ? scene.ses.when : pki.now;
    scene.evidence.stamps = &stamp;
    scene.evidence.stamp_count = 1;
    scene.evidence.from_register = true;
}

/* A token over these bytes by this key, as an honest authority would make it. accuracy: seconds, 0 = not told. */
static inline void
scene_token_of(struct jy_buf *token, const struct jy_sm2 *key, const struct jy_cert *cert, struct jy_slice over, jy_time when, int64_t accuracy)
{
    struct jy_timestamp_request request = { .cert_req = true };
    struct jy_timestamp_fields fields = { .request = &request, .tsa = cert, .policy = "1.2.3.4", .serial = { 1 }, .time = when,
                                          .accuracy = accuracy * 1000000 };

    MUST(jy_sm3(over, request.digest));
    MUST(jy_timestamp_make(&fields, key, token, NULL));
}

static inline void
scene_token(struct jy_buf *token, const struct jy_sm2 *key, const struct jy_cert *cert, struct jy_slice over, jy_time when)
{
    scene_token_of(token, key, cert, over, when, 0);
}

/* -- the package -- */

static inline void
scene_make(const struct attack *self, struct jy_buf *out)
{
    void (*play)(void) = *(void (*const *)(void))self->arg;
    struct jy_buf honest = pki.seal_der, ses = { 0 };
    struct package p = { 0 };

    memset(&scene, 0, sizeof(scene));
    if (play != NULL)
        play();
    if (scene.seal_der.len == 0)
        scene.seal_der = forge_seal(&scene.seal);
    package_base(&p);
    pki.seal_der = scene.seal_file.len > 0 ? scene.seal_file : scene.seal_der;      /* Seal.esl */
    package_sign(&p, 0, NULL);
    pki.seal_der = honest;
    if (scene.plain) {
        package_edit(&p, SIGNS, "Type=\"Seal\"", "Type=\"Sign\"");
        if (!scene.with_seal)
            package_edit(&p, &SIGNATURE_XML[1], "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal>", "");
        if (!scene.with_place)
            package_edit(&p, &SIGNATURE_XML[1], "<ofd:StampAnnot ID=\"s002\" PageRef=\"1\" Boundary=\"100 100 40 40\"/>", "");
    }
    MUST(jy_buf_add(&scene.signature_xml, jy_buf_slice(&package_must(&p, &SIGNATURE_XML[1])->bytes)));
    MUST(jy_sm3(jy_buf_slice(&scene.signature_xml), scene.digest));
    if (scene.ses.seal.len == 0)
        scene.ses.seal = jy_buf_slice(&scene.seal_der);
    if (scene.ses.data_hash.len == 0)
        scene.ses.data_hash = JY_SLICE(scene.digest, sizeof(scene.digest));
    if (scene.value.len > 0)
        MUST(jy_buf_add(&ses, jy_buf_slice(&scene.value)));
    else if (!scene.plain)
        ses = forge_ses(&scene.ses);
    if (scene.after != NULL)
        scene.after(&ses);
    package_put(&p, "Doc_0/Signs/Sign_0/SignedValue.dat", jy_buf_slice(&ses));
    package_zip(&p, out);
    package_free(&p);
    jy_buf_free(&ses);
}

static inline jy_err
scene_judge(const struct attack *self, struct jy_slice file, struct jy_report **out, struct jy_fault *fault)
{
    jy_err rc = jy_verify(file, scene.trust != NULL ? scene.trust : pki.trust, &scene.evidence, scene.policy, scene.now != 0 ? scene.now : pki.now, out,
                          fault);

    (void)self;
    jy_trust_free(scene.trust);
    jy_buf_free(&scene.seal_der);
    jy_buf_free(&scene.seal_file);
    jy_buf_free(&scene.value);
    jy_buf_free(&scene.signature_xml);
    for (size_t i = 0; i < scene.cert_count; i++)
        jy_cert_free(scene.certs[i]);
    for (size_t i = 0; i < scene.key_count; i++)
        jy_sm2_free(scene.keys[i]);
    for (size_t i = 0; i < scene.byte_count; i++)
        jy_buf_free(&scene.bytes[i]);
    return rc;
}

/* keyUsage as jy_cert_issue writes it: of a signer, of a CA. */
#define KU_SIGN "\x03\x02\x06\xc0"
#define KU_CA "\x03\x02\x01\x06"
/* How rows say what comes of it. */
#define VALID_BUT .verdict = JY_VALID_WITH_WARNING
#define BAD .verdict = JY_INVALID
#define UNSURE .verdict = JY_INDETERMINATE
#define PLAY(function) scene_make, &(void (*const)(void)){ function }, .judge = scene_judge

#endif

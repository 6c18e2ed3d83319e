/* SPDX-License-Identifier: Apache-2.0 */
/* The seal in the signature value: lifted, changed, made by the wrong hands; and the times of both. The document itself is honest. */
#include "scene.h"

/* -- seals -- */

static void
version_5(void)
{
    scene.ses.version = scene.seal.version = 5;
}

static void
lifted_throw_away(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "1201010000001");

    what.issuer_key = key;                               /* self-signed under the very name of the signer */
    what.issuer = NULL;
    scene.ses.sign.key = key;
    scene.ses.sign.cert = scene_cert(&what);
}

static void
lifted_same_ca(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "1201010000001");

    scene.ses.sign.key = key;
    scene.ses.sign.cert = scene_cert(&what);
}

static void
lifted_key_only(void)
{
    scene.ses.sign.key = scene_key();                       /* the listed certificate, another key */
}

/* The seal changed after the maker signed it. */
static void
edit_seal(const char *from, const char *to)
{
    scene.seal_der = forge_seal(&scene.seal);
    scene_swap(&scene.seal_der, jy_slice_text(from), jy_slice_text(to));
}

static void
seal_renamed(void)
{
    edit_seal("测试印章", "市府印章");
}

static void
seal_recoded(void)
{
    edit_seal("1201010000001", "1201010000002");
}

static void
seal_repainted(void)
{
    scene.seal_der = forge_seal(&scene.seal);
    scene_swap(&scene.seal_der, jy_seal_picture(pki.seal).len > 64 ? JY_SLICE(jy_seal_picture(pki.seal).p + 40, 4) : JY_EMPTY, JY_SLICE("\1\2\3\4", 4));
}

static void
seal_prolonged(void)
{
    char from[32], to[32];
    int year, month, day, hour, minute, second;

    jy_time_civil(jy_cert_not_after(pki.signer), &year, &month, &day, &hour, &minute, &second);
    snprintf(from, sizeof(from), "%04d%02d%02d%02d%02d%02dZ", year, month, day, hour, minute, second);
    snprintf(to, sizeof(to), "%04d%02d%02d%02d%02d%02dZ", year + 9, month, day, hour, minute, second);
    edit_seal(from, to);
}

static void
list_swapped(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "1201010000001");
    const struct jy_cert *cert;

    what.serial[0] = 0;
    cert = scene_cert(&what);
    while (jy_cert_der(cert).len != jy_cert_der(pki.signer).len) {       /* the length of a signature varies */
        jy_cert_free(scene.certs[--scene.cert_count]);
        cert = scene_cert(&what);
    }
    scene.seal_der = forge_seal(&scene.seal);
    scene_swap(&scene.seal_der, jy_cert_der(pki.signer), jy_cert_der(cert));
    scene.ses.sign.key = key;
    scene.ses.sign.cert = cert;
}

static void
eseal_replaced_after(struct jy_buf *der)
{
    scene_swap(der, jy_slice_text("测试印章"), jy_slice_text("市府印章"));
}

static void
eseal_replaced(void)
{
    scene.after = eseal_replaced_after;
}

static void
seal_file_other(void)
{
    scene.seal_file = forge_seal(&(struct forge_seal){ .code = "1201010000009" });
}

static void
own_maker(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "maker");

    what.issuer_key = key;
    what.issuer = NULL;
    scene_maker(key, scene_cert(&what));
}

static void
maker_of_false_ca(void)
{
    struct jy_sm2 *ca_key, *key = scene_key();
    const struct jy_cert *ca = scene_false_ca(&ca_key);
    struct jy_issue what = scene_issue(key, "maker");

    what.issuer_key = ca_key;
    what.issuer = ca;
    scene_maker(key, scene_cert(&what));
}

static void
maker_forged(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "maker");

    scene_maker(key, NULL);
    scene.seal.sign.cert_der = scene_certificate(scene_tbs(jy_cert_der(scene_cert(&what))), scene_key(), OID_SM2_WITH_SM3);
}

static void
maker_is_signer(void)
{
    scene_maker(pki.signer_key, pki.signer);
}

/* The verifier's list: this certificate. */
static void
license(const struct jy_cert *cert)
{
    const struct scene_list nobody = { .serial = NULL };
    struct jy_buf pem = { 0 };

    if (scene.trust == NULL)
        scene_trust(false, NULL, 0, &nobody, 1);
    MUST(jy_cert_to_pem(cert, &pem));
    MUST(jy_trust_add_makers_pem(scene.trust, jy_buf_slice(&pem), NULL));
    jy_buf_free(&pem);
}

static void
maker_licensed(void)
{
    license(pki.maker);
}

static void
maker_licensed_by_ca(void)
{
    license(pki.ca);
}

/* An honest certificate of the trusted CA, for anything else than making seals. */
static void
maker_any_customer(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "maker");

    scene_maker(key, scene_cert(&what));
    license(pki.maker);
}

static void
maker_any_customer_strict(void)
{
    maker_any_customer();
    scene.policy = &jy_policy_strict;
}

static void
maker_is_signer_with_list(void)
{
    maker_is_signer();
    license(pki.maker);
}

/* The list names a CA; the maker's CA has its name, but another key, and is trusted for other things. */
static void
maker_of_namesake_ca(void)
{
    struct jy_sm2 *ca_key, *key = scene_key();
    const struct jy_cert *ca = scene_false_ca(&ca_key);
    const struct scene_list lists[] = { { .serial = NULL }, { .key = ca_key, .issuer = ca } };
    struct jy_issue what = scene_issue(key, "maker");

    what.issuer_key = ca_key;
    what.issuer = ca;
    scene_maker(key, scene_cert(&what));
    scene_trust(false, &ca, 1, lists, 2);
    license(pki.ca);
}

/* The list says who may make seals, not who is trusted. */
static void
maker_listed_untrusted(void)
{
    own_maker();
    license(scene.seal.sign.cert);
}

static void
maker_certificate_exchanged(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "maker");

    scene.seal.sign.cert = scene_cert(&what);               /* not the key that signed: v4 does not protect the certificate */
}

static void
maker_for_a_time(jy_time from, jy_time to)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "maker");

    what.not_before = from;
    what.not_after = to;
    scene_maker(key, scene_cert(&what));
}

static void
maker_expired(void)
{
    maker_for_a_time(pki.now - DAY, pki.now - 7200);  /* the seal says that it was made an hour ago */
}

static void
maker_too_young(void)
{
    maker_for_a_time(pki.now - 1800, pki.now + DAY);
}

static void
maker_revoked(jy_time at, int reason)
{
    const struct scene_list list = { .serial = jy_cert_serial(pki.maker), .at = at, .reason = reason };

    scene_trust(false, NULL, 0, &list, 1);
}

static void
maker_revoked_before(void)
{
    maker_revoked(pki.now - 7200, 4);
}

static void
maker_revoked_after(void)
{
    maker_revoked(pki.now - 60, 4);                      /* superseded: a certificate was renewed */
}

static void
maker_key_lost(void)
{
    maker_revoked(pki.now - 60, 1);
}

static void
maker_without_usage(void)
{
    scene.seal.sign.cert_der = scene_changed(pki.maker, JY_SLICE(KU_SIGN, 4), JY_SLICE("\x03\x02\x05\x20", 4), pki.ca_key);
}

static void
maker_of_server(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "www.example.cn");

    what.extended_key_usage = "serverAuth,1.3.6.1.5.5.7.3.3";
    scene_maker(key, scene_cert(&what));
}

static void
seal_over(void)
{
    scene.seal.start = pki.now - DAY;
    scene.seal.end = pki.now - 60;
}

static void
seal_over_recorded(void)
{
    seal_over();
    scene.after = scene_recorded;
}

static void
seal_to_come(void)
{
    scene.seal.start = pki.now + 60;
}

static void
seal_made_later(void)
{
    scene.seal.created = pki.now + 7200;
    scene.seal.end = pki.now + DAY;
}

static struct jy_slice
digest_list(const struct jy_cert *cert, const char *type, size_t len)
{
    struct jy_buf *list = scene_bytes(), entry = { 0 }, entries = { 0 };
    uint8_t digest[JY_SM3_SIZE];

    MUST(jy_sm3(jy_cert_der(cert), digest));
    MUST(jy_der_put_text(&entry, DER_PRINTABLE, type));
    MUST(jy_der_put(&entry, DER_OCTET_STRING, JY_SLICE(digest, len)));
    forge_close(&entries, DER_SEQUENCE, &entry);
    forge_close(list, DER_SEQUENCE, &entries);
    return jy_buf_slice(list);
}

static void
list_of_digests(void)
{
    scene.seal.list_type = 2;
    scene.seal.list = digest_list(pki.signer, "1.2.156.10197.1.401", 32);
}

static void
digest_of_another(void)
{
    scene.seal.list_type = 2;
    scene.seal.list = digest_list(pki.maker, "1.2.156.10197.1.401", 32);
}

static void
digest_cut(void)
{
    scene.seal.list_type = 2;
    scene.seal.list = digest_list(pki.signer, "1.2.156.10197.1.401", 4);
}

static void
digest_of_another_kind(void)
{
    scene.seal.list_type = 2;
    scene.seal.list = digest_list(pki.signer, "MD5", 32);
}

static void
digests_as_certificates(void)
{
    scene.seal.list = digest_list(pki.signer, "SM3", 32);
}

static void
certificates_as_digests(void)
{
    scene.seal.list_type = 2;
}

static void
list_empty(void)
{
    scene.seal.list = JY_SLICE("\x30\x00", 2);
}

static void
v1_over_info(void)
{
    scene.seal.v1 = true;
    scene.seal.other_scope = true;
    scene.ses.v1 = true;
    scene.ses.version = 1;
}

static void
versions_differ(void)
{
    scene.ses.version = 5;
}

static void
hash_short(void)
{
    scene.ses.data_hash = JY_SLICE(scene.digest, 20);
}

static void
hash_long(void)
{
    struct jy_buf *bytes = scene_bytes();

    for (int i = 0; i < 64; i++)
        MUST(jy_buf_byte(bytes, 0));
    scene.ses.data_hash = jy_buf_slice(bytes);
}

static void
hash_of_another(void)
{
    static const uint8_t other[JY_SM3_SIZE] = { 1 };

    scene.ses.data_hash = JY_SLICE(other, sizeof(other));
}

static void
property_lies(void)
{
    scene.ses.property_info = "/Doc_0/Signs/Sign_7/Signature.xml";
}

static void
critical_unknown(void)
{
    scene.ses.extensions = JY_SLICE("\xa0\x10\x30\x0e\x30\x0c\x06\x03\x2a\x03\x04\x01\x01\xff\x04\x02\x05\x00", 18);
}

static void
time_ahead(void)
{
    scene.ses.when = pki.now + 7200;
}

static void
trailing(void)
{
    scene.ses.trailing = JY_SLICE("\x30\x03\x02\x01\x05", 5);
}

static void
mistyped(void)
{
    scene.seal.picture_type = "OFD";
}

static void
picture_of_no_type(void)
{
    scene.seal.picture = JY_SLICE("no picture", 10);
}

/* -- time stamps -- */

enum stamped { STAMP_HONEST, STAMP_DUMMY, STAMP_EMPTY, STAMP_OF_ANOTHER, STAMP_BY_SIGNER, STAMP_BY_STRANGER, STAMP_FORGED, STAMP_AHEAD };

static void
stamp_time(struct jy_buf *ses_der, enum stamped how)
{
    struct jy_buf token = { 0 }, out = { 0 };
    struct jy_issue what = scene_issue(scene_key(), "TSA");
    struct jy_slice over;
    struct jy_ses *ses;

    MUST(jy_ses_parse(jy_buf_slice(ses_der), &ses, NULL));
    over = how == STAMP_OF_ANOTHER ? jy_slice_text("another signature value") : jy_ses_signature(ses);
    what.key_usage = "critical,digitalSignature";
    what.extended_key_usage = "critical,timeStamping";
    if (how == STAMP_BY_STRANGER) {                      /* nobody vouches for him */
        what.issuer_key = what.subject_key;
        what.issuer = NULL;
    }
    if (how == STAMP_DUMMY)
        MUST(jy_buf_add(&token, JY_SLICE("\1\2\3", 3)));  /* as in a seal of a widespread library */
    else if (how == STAMP_EMPTY)
        MUST(jy_buf_add(&token, JY_SLICE("\x30\x00", 2)));
    else if (how == STAMP_BY_SIGNER)
        scene_token(&token, pki.signer_key, pki.signer, over, pki.now);  /* whose certificate is not one for time stamping */
    else
        scene_token(&token, what.subject_key, scene_cert(&what), over, pki.now + (how == STAMP_AHEAD ? 7200 : 0));
    if (how == STAMP_FORGED)
        token.p[token.len - 1] ^= 1;                     /* the last byte of the authority's signature */
    MUST(jy_ses_add_time_stamp(jy_buf_slice(ses_der), jy_buf_slice(&token), &out, NULL));
    jy_ses_free(ses);
    jy_buf_free(&token);
    jy_buf_free(ses_der);
    *ses_der = out;
}

#define TIME_STAMPED(name, how)                                                        \
    static void after_##name(struct jy_buf *der) { stamp_time(der, how); } \
    static void name(void) { scene.after = after_##name; }
TIME_STAMPED(stamp_honest, STAMP_HONEST)
TIME_STAMPED(stamp_forged, STAMP_FORGED)
TIME_STAMPED(stamp_ahead, STAMP_AHEAD)
TIME_STAMPED(stamp_dummy, STAMP_DUMMY)
TIME_STAMPED(stamp_empty, STAMP_EMPTY)
TIME_STAMPED(stamp_of_another, STAMP_OF_ANOTHER)
TIME_STAMPED(stamp_by_signer, STAMP_BY_SIGNER)
TIME_STAMPED(stamp_by_stranger, STAMP_BY_STRANGER)

static void
seal_stamp_dummy(void)
{
    scene.ses.version = scene.seal.version = 5;
    scene.seal.time_stamp = JY_SLICE("\xa0\x06\x03\x04\x00\x01\x02\x03", 8);
}

static const struct attack rows[] = {
    { "honest", "the stamp as every row makes it", PLAY(NULL), VALID_BUT },
    { "honest-version-5", "GM/T 0031-2025", PLAY(version_5), VALID_BUT },
    { "honest-digest-list", "the seal lists the digest of the certificate", PLAY(list_of_digests), VALID_BUT },
    { "honest-time-stamp", "the time is proven", PLAY(stamp_honest), .verdict = JY_VALID },
    { "trailing-bytes", "another structure behind the signature value", PLAY(trailing), VALID_BUT, FAILS(DEVIATION), .names = "SIG_TRAILING" },
    { "picture-mistyped", "a PNG that is called OFD: who goes by the name shows something else", PLAY(mistyped), VALID_BUT, FAILS(DEVIATION),
      .names = "SEAL_PICTURE_TYPE" },
    { "picture-of-no-type", "bytes that no viewer draws: nothing is known of them", PLAY(picture_of_no_type), VALID_BUT },

    { "lifted-throw-away-key", "the seal lifted, signed by a self-made certificate of the same name", PLAY(lifted_throw_away), BAD, FAILS(SIG_SIGNER_NOT_IN_SEAL) },
    { "lifted-same-ca", "the seal lifted, signed by another customer of the CA", PLAY(lifted_same_ca), BAD, FAILS(SIG_SIGNER_NOT_IN_SEAL) },
    { "lifted-other-key", "the listed certificate, another key", PLAY(lifted_key_only), BAD, FAILS(SIG_SIGNATURE) },
    { "list-swapped", "the attacker's certificate put into the list", PLAY(list_swapped), BAD, FAILS(SEAL_SIGNATURE) },
    { "seal-renamed", "the name in the seal is changed", PLAY(seal_renamed), BAD, FAILS(SEAL_SIGNATURE) },
    { "seal-recoded", "the code of the seal is changed", PLAY(seal_recoded), BAD, FAILS(SEAL_SIGNATURE) },
    { "seal-repainted", "the picture is changed", PLAY(seal_repainted), BAD, FAILS(SEAL_SIGNATURE) },
    { "seal-prolonged", "nine more years", PLAY(seal_prolonged), BAD, FAILS(SEAL_SIGNATURE) },
    { "eseal-replaced", "the seal is changed in the finished signature value", PLAY(eseal_replaced), BAD, FAILS(SIG_SIGNATURE) },
    { "seal-file-other", "Seal.esl is another genuine seal: what is drawn is not what signed", PLAY(seal_file_other), BAD, FAILS(SEAL_MISMATCH) },
    { "maker-self-made", "a seal of a maker who vouches for himself", PLAY(own_maker), UNSURE, FAILS(SEAL_MAKER_TRUST) },
    { "maker-of-false-ca", "a maker of a CA of the trusted one's name", PLAY(maker_of_false_ca), UNSURE, FAILS(SEAL_MAKER_TRUST) },
    { "maker-forged", "a maker's certificate that the CA did not sign", PLAY(maker_forged), BAD, FAILS(SEAL_MAKER_CHAIN) },
    { "maker-is-signer", "the signer made the seal with the very certificate that it lists", PLAY(maker_is_signer), VALID_BUT, FAILS(SEAL_MAKER_SELF) },
    { "honest-maker-licensed", "the maker is on the verifier's list", PLAY(maker_licensed), VALID_BUT },
    { "honest-maker-of-licensed-ca", "the list names the CA of the makers", PLAY(maker_licensed_by_ca), VALID_BUT },
    { "maker-any-customer", "an ordinary customer of the trusted CA makes a seal of any name", PLAY(maker_any_customer), UNSURE, FAILS(SEAL_MAKER_LICENSED) },
    { "maker-any-customer-strict", "the same, to the letter", PLAY(maker_any_customer_strict), BAD, FAILS(SEAL_MAKER_LICENSED) },
    { "maker-is-signer-with-list", "the signer made the seal himself, and is no maker", PLAY(maker_is_signer_with_list), UNSURE, FAILS(SEAL_MAKER_LICENSED) },
    { "maker-of-namesake-ca", "a trusted CA that only bears the name of the makers' CA", PLAY(maker_of_namesake_ca), UNSURE, FAILS(SEAL_MAKER_LICENSED) },
    { "maker-listed-untrusted", "a maker on the list whom no CA vouches for", PLAY(maker_listed_untrusted), UNSURE, FAILS(SEAL_MAKER_TRUST) },
    { "maker-exchanged", "another maker's certificate beside the signature", PLAY(maker_certificate_exchanged), BAD, FAILS(SEAL_SIGNATURE) },
    { "maker-expired", "made after the maker's certificate had ended", PLAY(maker_expired), UNSURE, FAILS(SEAL_MAKER_DATES) },
    { "maker-too-young", "made before the maker's certificate began", PLAY(maker_too_young), UNSURE, FAILS(SEAL_MAKER_DATES) },
    { "maker-revoked-before", "made after the maker was revoked", PLAY(maker_revoked_before), BAD, FAILS(SEAL_MAKER_REVOKED) },
    { "maker-revoked-after", "the maker was revoked later: GM/T 0031-2025 lets the seal live", PLAY(maker_revoked_after), VALID_BUT, FAILS(SEAL_MAKER_ENDED_SINCE) },
    { "maker-key-lost", "the maker's key was lost later: who has it can write any createDate", PLAY(maker_key_lost), UNSURE, FAILS(SEAL_MAKER_COMPROMISED) },
    { "maker-of-server", "a seal made with a certificate for servers and code", PLAY(maker_of_server), VALID_BUT, FAILS(SEAL_MAKER_PURPOSE), .names = "extended" },
    { "maker-without-usage", "a maker's certificate for encryption", PLAY(maker_without_usage), BAD, FAILS(SEAL_MAKER_USAGE) },
    { "seal-over", "used after its validity, by the signer's own claim", PLAY(seal_over), UNSURE, FAILS(SEAL_EXPIRED) },
    { "seal-over-recorded", "the same, the time recorded by the stamp register", PLAY(seal_over_recorded), BAD, FAILS(SEAL_EXPIRED) },
    { "seal-to-come", "used before its validity", PLAY(seal_to_come), UNSURE, FAILS(SEAL_NOT_YET_VALID) },
    { "seal-made-later", "used two hours before it was made", PLAY(seal_made_later), UNSURE, FAILS(SEAL_MADE_LATER) },
    { "digest-of-another", "the list names another certificate by digest", PLAY(digest_of_another), BAD, FAILS(SIG_SIGNER_NOT_IN_SEAL) },
    { "digest-cut", "four bytes of a digest", PLAY(digest_cut), BAD, FAILS(SIG_SIGNER_NOT_IN_SEAL) },
    { "digest-of-another-kind", "a digest that is called MD5", PLAY(digest_of_another_kind), BAD, FAILS(SIG_SIGNER_NOT_IN_SEAL) },
    { "digests-as-certificates", "certListType 1 over a list of digests", PLAY(digests_as_certificates), BAD, FAILS(SEAL_FORMAT) },
    { "certificates-as-digests", "certListType 2 over a list of certificates", PLAY(certificates_as_digests), BAD, FAILS(SEAL_FORMAT) },
    { "list-empty", "a seal for nobody", PLAY(list_empty), BAD, FAILS(SEAL_FORMAT) },
    { "version-1-scope-4", "a seal of 2014 signed as one of 2020: the maker's certificate is free", PLAY(v1_over_info), BAD, FAILS(SEAL_SIGNATURE) },
    { "versions-differ", "TBS_Sign says 5 around a seal that says 4", PLAY(versions_differ), BAD, FAILS(SIG_FORMAT) },
    { "hash-20-bytes", "a dataHash of another length", PLAY(hash_short), BAD, FAILS(SIG_HASH_SIZE) },
    { "hash-64-bytes", "a dataHash twice as long", PLAY(hash_long), BAD, FAILS(SIG_HASH_SIZE) },
    { "hash-of-another", "the signature of another document", PLAY(hash_of_another), BAD, FAILS(DOC_HASH) },
    { "property-lies", "propertyInfo names another signature's place", PLAY(property_lies), VALID_BUT, FAILS(PROPERTY_INFO) },
    { "critical-unknown", "TBS_Sign has a critical extension that nobody knows", PLAY(critical_unknown), UNSURE, FAILS(SIG_LEGACY) },
    { "time-stamp-dummy", "three bytes for a time stamp", PLAY(stamp_dummy), BAD, FAILS(TS_FORMAT) },
    { "time-stamp-empty", "an empty SEQUENCE for a time stamp", PLAY(stamp_empty), BAD, FAILS(TS_FORMAT) },
    { "time-stamp-of-another", "a time stamp over another value", PLAY(stamp_of_another), BAD, FAILS(TS_IMPRINT) },
    { "time-stamp-by-signer", "the signer stamps his own time", PLAY(stamp_by_signer), BAD, FAILS(TS_USAGE) },
    { "time-stamp-by-stranger", "an authority that nobody vouches for", PLAY(stamp_by_stranger), UNSURE, FAILS(TS_TRUST) },
    { "time-stamp-forged", "the authority's signature does not fit", PLAY(stamp_forged), BAD, FAILS(TS_SIGNATURE) },
    { "time-stamp-ahead", "a time stamp of two hours from now", PLAY(stamp_ahead), BAD, FAILS(TS_FUTURE) },
    { "seal-time-stamp-dummy", "three bytes for the time stamp of the seal", PLAY(seal_stamp_dummy), BAD, FAILS(SEAL_TIMESTAMP) },
    { "time-ahead", "signed in two hours", PLAY(time_ahead), UNSURE, FAILS(TIME_FUTURE) },
};

int
main(void)
{
    static const struct attack_family family = { "seal", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}

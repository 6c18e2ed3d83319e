/* SPDX-License-Identifier: Apache-2.0 */
/* Who vouches for the signer: certificates, chains, revocation. Seal and document are honest. */
#include "scene.h"

#include <jinyin/ocsp.h>

/* Another signer whom the honest maker's seal lists; what the row does to the certificate is in `what`. */
static void
other_signer(const struct jy_issue *what)
{
    scene_signer(what->subject_key, jy_cert_der(scene_cert(what)));
}

static void
signer_self_signed(void)
{
    struct jy_issue what = scene_issue(scene_key(), "1201010000001");

    what.issuer_key = what.subject_key;
    what.issuer = NULL;
    other_signer(&what);
}

static void
signer_of_false_ca(void)
{
    struct jy_sm2 *ca_key;
    struct jy_issue what;
    const struct jy_cert *ca = scene_false_ca(&ca_key);

    what = scene_issue(scene_key(), "1201010000001");
    what.issuer_key = ca_key;
    what.issuer = ca;
    other_signer(&what);
}

static void
signer_forged(void)
{
    struct jy_issue what = scene_issue(scene_key(), "1201010000001");

    scene_signer(what.subject_key, scene_certificate(scene_tbs(jy_cert_der(scene_cert(&what))), scene_key(), OID_SM2_WITH_SM3));
}

/* CAs between the trusted one and the signer; each row makes them differently. */
static void
signer_below(const struct jy_sm2 *ca_key, const struct jy_cert *ca, const struct jy_cert *const *certs, const struct jy_sm2 *const *keys, size_t count)
{
    struct scene_list lists[4] = { { .serial = NULL } };
    struct jy_issue what = scene_issue(scene_key(), "1201010000001");

    for (size_t i = 0; i < count; i++)
        lists[i + 1] = (struct scene_list){ .key = keys[i], .issuer = certs[i] };
    what.issuer_key = ca_key;
    what.issuer = ca;
    other_signer(&what);
    scene_trust(false, certs, count, lists, count + 1);
}

static void
middle_ca(void)
{
    const struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "middle");
    const struct jy_cert *ca;

    what.ca = true;
    ca = scene_cert(&what);
    signer_below(key, ca, &ca, &key, 1);
}

static void
ca_flag_missing(void)
{
    const struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "middle");
    const struct jy_cert *ca = scene_cert(&what);

    signer_below(key, ca, &ca, &key, 1);
}

static void
path_too_long(void)
{
    const struct jy_sm2 *keys[2] = { scene_key(), scene_key() };
    struct jy_issue what = scene_issue(keys[0], "middle");
    const struct jy_cert *cas[2];

    what.ca = true;
    what.path_length = 0;
    cas[0] = scene_cert(&what);
    what = scene_issue(keys[1], "lower");
    what.issuer_key = keys[0];
    what.issuer = cas[0];
    what.ca = true;
    cas[1] = scene_cert(&what);
    signer_below(keys[1], cas[1], cas, keys, 2);
}

/* A middle CA whose bytes are changed and signed again by the trusted one. */
static void
changed_ca(struct jy_slice from, struct jy_slice to)
{
    const struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "middle");
    struct jy_cert *ca;

    what.ca = true;
    MUST(jy_cert_parse(scene_changed(scene_cert(&what), from, to, pki.ca_key), &ca, NULL));
    scene_keep(ca);
    signer_below(key, ca, (const struct jy_cert *const[]){ ca }, &key, 1);
}

static void
ca_without_cert_sign(void)
{
    changed_ca(JY_SLICE(KU_CA, 4), JY_SLICE("\x03\x02\x01\x02", 4));
}

static void
ca_without_crl_sign(void)
{
    changed_ca(JY_SLICE(KU_CA, 4), JY_SLICE("\x03\x02\x02\x04", 4));
}

static void
ca_critical_unknown(void)
{
    changed_ca(JY_SLICE("\x06\x03\x55\x1d\x0f\x01\x01\xff", 8), JY_SLICE("\x06\x03\x55\x1d\x7e\x01\x01\xff", 8));
}

static void
signer_changed(const char *from, const char *to, size_t len, const struct jy_sm2 *key)
{
    struct jy_sm2 *subject = scene_key();
    struct jy_issue what = scene_issue(subject, "1201010000001");

    scene_signer(subject, scene_changed(scene_cert(&what), JY_SLICE(from, len), JY_SLICE(to, len), key));
}

static void
signer_without_usage(void)
{
    signer_changed(KU_SIGN, "\x03\x02\x05\x20", 4, pki.ca_key);
}

static void
signer_of_usage(const char *usage)
{
    struct jy_issue what = scene_issue(scene_key(), "1201010000001");

    what.extended_key_usage = usage;
    other_signer(&what);
}

static void
signer_of_server(void)
{
    signer_of_usage("serverAuth");
}

static void
signer_of_time(void)
{
    signer_of_usage("critical,timeStamping");
}

static void
signer_of_people(void)
{
    signer_of_usage("critical,clientAuth,serverAuth");
}

static void
signer_critical_unknown(void)
{
    signer_changed("\x06\x03\x55\x1d\x0f\x01\x01\xff", "\x06\x03\x55\x1d\x7e\x01\x01\xff", 8, pki.ca_key);
}

static void
signer_renamed(void)
{
    struct jy_sm2 *subject = scene_key();
    struct jy_issue what = scene_issue(subject, "1201010000001");
    struct jy_buf *der = scene_bytes();

    MUST(jy_buf_add(der, jy_cert_der(scene_cert(&what))));
    scene_swap(der, jy_slice_text("1201010000001"), jy_slice_text("1201010000009"));
    scene_signer(subject, jy_buf_slice(der));
}

static void
signer_algorithms_differ(void)
{
    struct jy_sm2 *subject = scene_key();
    struct jy_issue what = scene_issue(subject, "1201010000001");

    scene_signer(subject, scene_certificate(scene_tbs(jy_cert_der(scene_cert(&what))), pki.ca_key, OID_SM2_SIGN));
}

/* CN of the issuer other than the CA's, signed with the CA's key all the same. */
static void
issuer_named_otherwise(void)
{
    signer_changed("\x55\x04\x03\x0c\x02" "CA", "\x55\x04\x03\x0c\x02" "CB", 7, pki.ca_key);
}

static void
signer_with_signature(struct jy_slice (*sign)(struct jy_slice tbs, const struct jy_sm2 *subject))
{
    struct jy_sm2 *subject = scene_key();
    struct jy_issue what = scene_issue(subject, "1201010000001");
    struct jy_slice tbs = scene_tbs(jy_cert_der(scene_cert(&what)));
    struct jy_buf *out = scene_bytes(), body = { 0 }, part = { 0 };

    MUST(jy_buf_add(&body, tbs));
    MUST(jy_der_put_oid(&part, OID_SM2_WITH_SM3));
    forge_close(&body, DER_SEQUENCE, &part);
    MUST(jy_der_put_bits(&body, sign(tbs, subject)));
    forge_close(out, DER_SEQUENCE, &body);
    scene_signer(subject, jy_buf_slice(out));
}

static struct jy_slice
sign_empty_id(struct jy_slice tbs, const struct jy_sm2 *subject)
{
    (void)subject;
    return scene_sign_id(pki.ca_key, "", tbs);
}

static struct jy_slice
sign_subject_z(struct jy_slice tbs, const struct jy_sm2 *subject)
{
    uint8_t e[JY_SM3_SIZE];

    scene_e(subject, tbs, e);
    return scene_sign_e(pki.ca_key, e);
}

static void
certificate_empty_id(void)
{
    signer_with_signature(sign_empty_id);
}

static void
certificate_z_of_subject(void)
{
    signer_with_signature(sign_subject_z);
}

static void
certificate_unreadable(void)
{
    scene_signer(pki.signer_key, JY_SLICE("\x30\x03\x02\x01\x05", 5));
}

static void
certificate_trailing(void)
{
    struct jy_buf *der = scene_bytes();

    MUST(jy_buf_add(der, jy_cert_der(pki.signer)));
    MUST(jy_buf_byte(der, 0));
    scene_signer(pki.signer_key, jy_buf_slice(der));
}

/* The key of the certificate becomes one of P-256, whose private half the attacker has. */
static void
weak_curve(void)
{
    EVP_PKEY *pkey = EVP_EC_gen("P-256");
    uint8_t point[JY_SM2_POINT_SIZE], old[JY_SM2_POINT_SIZE];
    struct jy_sm2 *subject = scene_key();
    struct jy_issue what = scene_issue(subject, "1201010000001");
    struct jy_buf tbs = { 0 };
    size_t len = 0;

    if (pkey == NULL || EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) != 1 || len != sizeof(point))
        abort();
    EVP_PKEY_free(pkey);
    MUST(jy_sm2_point(subject, old));
    MUST(jy_buf_add(&tbs, scene_tbs(jy_cert_der(scene_cert(&what)))));
    scene_swap(&tbs, OID_SM2_CURVE, JY_SLICE("\x2a\x86\x48\xce\x3d\x03\x01\x07", 8));
    scene_swap(&tbs, JY_SLICE(old, sizeof(old)), JY_SLICE(point, sizeof(point)));
    scene_signer(subject, scene_certificate(jy_buf_slice(&tbs), pki.ca_key, OID_SM2_WITH_SM3));
    jy_buf_free(&tbs);
}

static void
point_off_curve(void)
{
    struct jy_sm2 *subject = scene_key();
    struct jy_issue what = scene_issue(subject, "1201010000001");
    uint8_t old[JY_SM2_POINT_SIZE], point[JY_SM2_POINT_SIZE];

    MUST(jy_sm2_point(subject, old));
    memcpy(point, old, sizeof(old));
    point[64] ^= 1;
    scene_signer(subject, scene_changed(scene_cert(&what), JY_SLICE(old, sizeof(old)), JY_SLICE(point, sizeof(point)), pki.ca_key));
}

static void
signer_for_a_time(jy_time from, jy_time to)
{
    struct jy_issue what = scene_issue(scene_key(), "1201010000001");

    what.not_before = from;
    what.not_after = to;
    other_signer(&what);
}

static void
signer_expired(void)
{
    signer_for_a_time(pki.now - DAY, pki.now - 60);
}

static void
signer_too_young(void)
{
    signer_for_a_time(pki.now + 60, pki.now + DAY);
}

static void
back_dated(void)
{
    scene.now = pki.now + 2 * DAY;                          /* the certificate has ended; the claim stays inside */
}

/* -- revocation -- */

static void
signer_revoked(jy_time at)
{
    const struct scene_list list = { .serial = jy_cert_serial(pki.signer), .at = at };

    scene_trust(false, NULL, 0, &list, 1);
}

static void
revoked_before(void)
{
    signer_revoked(pki.now - 60);
}

static void
revoked_that_second(void)
{
    signer_revoked(pki.now);
}

static void
revoked_after(void)
{
    signer_revoked(pki.now + 60);
    scene.now = pki.now + 3600;
}

/* The only list is the one of the row. */
static void
only_list(const struct scene_list *list, const struct jy_cert *cert)
{
    scene_trust(false, &cert, cert != NULL ? 1 : 0, list, list != NULL ? 1 : 0);
}

static void
list_none(void)
{
    only_list(NULL, NULL);
}

static void
list_forged(void)
{
    const struct scene_list list = { .key = scene_key() };

    only_list(&list, NULL);
}

static void
list_of_false_ca(void)
{
    struct jy_sm2 *key;
    const struct jy_cert *ca = scene_false_ca(&key);
    const struct scene_list list = { .key = key, .issuer = ca };

    only_list(&list, NULL);
}

static void
list_old(void)
{
    const struct scene_list list = { .next = pki.now - 60 };

    only_list(&list, NULL);
}

static void
list_of_leaf(void)
{
    const struct scene_list list = { .key = pki.maker_key, .issuer = pki.maker };

    only_list(&list, pki.maker);
}

static void
no_anchor(void)
{
    const struct scene_list list = { .serial = NULL };

    scene_trust(true, NULL, 0, &list, 1);
}

/* -- OCSP: no list is at hand, only what a responder says -- */

enum answer { ANSWER_GOOD, ANSWER_REVOKED, ANSWER_FORGED, ANSWER_OF_LEAF, ANSWER_OF_ANOTHER, ANSWER_OLD, ANSWER_UNKNOWN };

static void
put_answer(const struct jy_cert *about, enum answer how)
{
    struct jy_ocsp_answer answer = { .status = how == ANSWER_REVOKED ? JY_OCSP_REVOKED : how == ANSWER_UNKNOWN ? JY_OCSP_UNKNOWN : JY_OCSP_GOOD,
                                     .revoked_at = how == ANSWER_REVOKED ? pki.now - 600 : 0, .reason = how == ANSWER_REVOKED ? 1 : -1,
                                     .produced_at = pki.now - 60, .this_update = pki.now - 60,
                                     .next_update = how == ANSWER_OLD ? pki.now - 30 : pki.now + DAY };
    struct jy_buf request = { 0 }, response = { 0 };
    struct jy_ocsp_questions questions;
    struct jy_sm2 *key = pki.ca_key;
    const struct jy_cert *responder = pki.ca;
    struct jy_issue what;

    if (how == ANSWER_FORGED) {
        responder = scene_false_ca(&key);
    } else if (how == ANSWER_OF_LEAF) {                  /* another customer of the CA, without OCSPSigning */
        what = scene_issue(key = scene_key(), "responder");
        responder = scene_cert(&what);
    }
    MUST(jy_ocsp_request(how == ANSWER_OF_ANOTHER ? pki.ca : about, pki.ca, false, JY_EMPTY, &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
    MUST(jy_ocsp_respond(&questions, &answer, key, responder, pki.now - 60, &response, NULL));
    MUST(jy_trust_add_ocsp(scene.trust, jy_buf_slice(&response), NULL));
    jy_buf_free(&request);
    jy_buf_free(&response);
}

static void
answered(enum answer how)
{
    only_list(NULL, NULL);
    put_answer(pki.maker, ANSWER_GOOD);
    put_answer(pki.signer, how);
}

#define ANSWERED(name, how) static void name(void) { answered(how); }
ANSWERED(answer_good, ANSWER_GOOD)
ANSWERED(answer_revoked, ANSWER_REVOKED)
ANSWERED(answer_forged, ANSWER_FORGED)
ANSWERED(answer_of_leaf, ANSWER_OF_LEAF)
ANSWERED(answer_of_another, ANSWER_OF_ANOTHER)
ANSWERED(answer_old, ANSWER_OLD)
ANSWERED(answer_unknown, ANSWER_UNKNOWN)

/* -- names that people read -- */

static void
name_that_turns(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "\xe2\x80\xae" "0000010101021");

    scene_signer(key, jy_cert_der(scene_cert(&what)));
}

static void
name_with_nul(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "1201010000001");
    const struct jy_cert *cert;

    what.organization = "City of Tianjin# Co. Ltd";
    cert = scene_cert(&what);
    scene_signer(key, scene_changed(cert, jy_slice_text("Tianjin#"), JY_SLICE("Tianjin\0", 8), pki.ca_key));
}

static void
seal_name_invisible(void)
{
    scene.seal.name = jy_slice_text("天津市\xe2\x80\x8b人民政府");
}

static void
seal_code_padded(void)
{
    scene.seal.code = "1201010000001 ";
}

static void
seal_code_indented(void)
{
    scene.seal.code = " 1201010000001";
}

static void
seal_name_long(void)
{
    static char name[400];

    snprintf(name, sizeof(name), "%-300s(void)", "City of Tianjin");
    scene.seal.name = jy_slice_text(name);
}

static void
seal_name_of_rare_letters(void)
{
    scene.seal.name = jy_slice_text("\xf0\xa0\xae\xb7家村民委员会（１）·ÄÖ");
}

static const struct attack rows[] = {
    { "honest", "the stamp as every row makes it", PLAY(NULL), VALID_BUT },
    { "honest-middle-ca", "three levels", PLAY(middle_ca), VALID_BUT },

    { "signer-self-signed", "listed, and vouched for by nobody", PLAY(signer_self_signed), UNSURE, FAILS(SIGNER_TRUST) },
    { "signer-of-false-ca", "a CA of the trusted one's name and another key", PLAY(signer_of_false_ca), UNSURE, FAILS(SIGNER_TRUST) },
    { "signer-forged", "a certificate that names the CA and its key, signed with another", PLAY(signer_forged), BAD, FAILS(SIGNER_CHAIN) },
    { "ca-flag-missing", "issued by the holder of an ordinary certificate", PLAY(ca_flag_missing), BAD, FAILS(SIGNER_CHAIN) },
    { "path-too-long", "a CA below one that may have none", PLAY(path_too_long), BAD, FAILS(SIGNER_CHAIN) },
    { "ca-without-cert-sign", "a CA whose keyUsage forbids it", PLAY(ca_without_cert_sign), BAD, FAILS(SIGNER_CHAIN) },
    { "ca-critical-unknown", "a CA with a critical extension that nobody knows", PLAY(ca_critical_unknown), BAD, FAILS(SIGNER_CHAIN) },
    { "signer-critical-unknown", "a signer with one", PLAY(signer_critical_unknown), BAD, FAILS(SIGNER_CHAIN) },
    { "signer-of-server", "a certificate for a server", PLAY(signer_of_server), VALID_BUT, FAILS(SIGNER_PURPOSE), .names = "extended" },
    { "signer-of-time", "a certificate for time stamps", PLAY(signer_of_time), VALID_BUT, FAILS(SIGNER_PURPOSE), .names = "extended" },
    { "honest-usage", "a certificate for people, and servers as well", PLAY(signer_of_people), VALID_BUT },
    { "signer-without-usage", "a certificate for encryption", PLAY(signer_without_usage), BAD, FAILS(SIGNER_USAGE) },
    { "certificate-renamed", "the subject is changed after the CA signed", PLAY(signer_renamed), BAD, FAILS(SIGNER_CHAIN) },
    { "certificate-algorithms-differ", "one algorithm inside the certificate, another outside", PLAY(signer_algorithms_differ), BAD, FAILS(SIGNER_CHAIN) },
    { "certificate-empty-id", "the CA signed under an empty id", PLAY(certificate_empty_id), BAD, FAILS(SIGNER_CHAIN) },
    { "certificate-z-of-subject", "the CA signed with the Z of the subject", PLAY(certificate_z_of_subject), BAD, FAILS(SIGNER_CHAIN) },
    { "issuer-named-otherwise", "the CA's key under a name that is not the CA's", PLAY(issuer_named_otherwise), UNSURE, FAILS(SIGNER_TRUST) },
    { "certificate-unreadable", "a SEQUENCE that is no certificate", PLAY(certificate_unreadable), BAD, FAILS(SIGNER_CERT) },
    { "certificate-trailing", "a byte behind the certificate", PLAY(certificate_trailing), BAD, FAILS(SIGNER_CERT) },
    { "weak-curve", "a key on P-256", PLAY(weak_curve), UNSURE, FAILS(SIG_LEGACY) },
    { "point-off-curve", "a key that is no point", PLAY(point_off_curve), UNSURE, FAILS(SIG_LEGACY) },
    { "signer-expired", "signed after the certificate had ended, by its own claim", PLAY(signer_expired), UNSURE, FAILS(SIG_TIME_OUTSIDE_CERT) },
    { "signer-too-young", "signed before the certificate began", PLAY(signer_too_young), UNSURE, FAILS(SIG_TIME_OUTSIDE_CERT) },
    { "back-dated", "the certificate has ended and only the signer says when he signed", PLAY(back_dated), UNSURE, FAILS(SIGNER_ENDED_TIME_CLAIMED) },

    { "revoked-before", "signed a minute after revocation", PLAY(revoked_before), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "revoked-that-second", "signed in the second of revocation", PLAY(revoked_that_second), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "revoked-after", "revoked since, and only the signer says when he signed", PLAY(revoked_after), UNSURE, FAILS(SIGNER_ENDED_TIME_CLAIMED) },
    { "list-none", "no revocation list is at hand", PLAY(list_none), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "list-forged", "a clean list signed with another key", PLAY(list_forged), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "list-of-false-ca", "a clean list of a CA of the same name", PLAY(list_of_false_ca), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "list-old", "a clean list whose time is over", PLAY(list_old), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "list-of-leaf", "a clean list issued by another customer", PLAY(list_of_leaf), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "ca-without-crl-sign", "a CA whose keyUsage forbids its list", PLAY(ca_without_crl_sign), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-good", "no list, the CA's own answers", PLAY(answer_good), VALID_BUT },
    { "answer-revoked", "the CA answers that it was revoked ten minutes ago", PLAY(answer_revoked), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "answer-forged", "a good answer by a responder of a false CA", PLAY(answer_forged), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-of-leaf", "a good answer by another customer of the CA", PLAY(answer_of_leaf), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-of-another", "a good answer about another certificate", PLAY(answer_of_another), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-old", "a good answer whose time is over", PLAY(answer_old), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-unknown", "the CA does not know the certificate", PLAY(answer_unknown), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "name-that-turns", "the signer's name runs from right to left", PLAY(name_that_turns), VALID_BUT, FAILS(NAMES_PLAIN), .names = "signer's name" },
    { "name-with-nul", "an organization that ends for C where it does not end", PLAY(name_with_nul), VALID_BUT, .says = "City of Tianjin\\\\00 Co. Ltd" },
    { "seal-name-invisible", "a name of a seal that looks like another's", PLAY(seal_name_invisible), VALID_BUT, FAILS(NAMES_PLAIN), .names = "name of the seal" },
    { "seal-code-padded", "a code that looks like another's", PLAY(seal_code_padded), VALID_BUT, FAILS(NAMES_PLAIN), .names = "space" },
    { "seal-code-indented", "likewise", PLAY(seal_code_indented), VALID_BUT, FAILS(NAMES_PLAIN), .names = "space" },
    { "seal-name-long", "a name that says the contrary where nobody sees it", PLAY(seal_name_long), VALID_BUT, FAILS(NAMES_PLAIN), .names = "longer" },
    { "honest-rare-letters", "a name of letters that few need", PLAY(seal_name_of_rare_letters), VALID_BUT },
    { "no-anchor", "nothing is trusted", PLAY(no_anchor), UNSURE, FAILS(SIGNER_TRUST) },
};

int
main(void)
{
    static const struct attack_family family = { "pki", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}

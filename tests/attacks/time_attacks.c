/* SPDX-License-Identifier: Apache-2.0 */
/* When it was: time stamps that prove less than they seem to, and claims that what is signed contradicts. The document itself is honest. */
#include "scene.h"

#define HOUR 3600
#define MINUTE 60

/* The authority of the row, and what it stamps. */
static struct {
    const struct jy_sm2 *key;
    const struct jy_cert *cert;
    jy_time when;                     /* 0: pki.now */
    int64_t accuracy;                 /* seconds */
    enum { OVER_SIGNATURE, OVER_VALUE, OVER_BITS, OVER_TBS } over;
} plan;

/* An authority under a CA, or under pki.ca. */
static void
authority_under(const struct jy_cert *ca, const struct jy_sm2 *ca_key, jy_time to)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "TSA");

    if (ca != NULL) {
        what.issuer = ca;
        what.issuer_key = ca_key;
    }
    what.not_after = to;
    what.key_usage = "critical,digitalSignature";
    what.extended_key_usage = "critical,timeStamping";
    plan.key = key;
    plan.cert = scene_cert(&what);
}

static void
stamp_it(struct jy_buf *ses_der)
{
    struct jy_buf token = { 0 }, out = { 0 }, bits = { 0 };
    struct jy_slice over;
    struct jy_ses *ses;

    MUST(jy_ses_parse(jy_buf_slice(ses_der), &ses, NULL));
    MUST(jy_buf_byte(&bits, 0));
    MUST(jy_buf_add(&bits, jy_ses_signature(ses)));
    over = plan.over == OVER_VALUE ? jy_buf_slice(ses_der) : plan.over == OVER_BITS ? jy_buf_slice(&bits)
        : plan.over == OVER_TBS ? scene_to_sign(ses_der) : jy_ses_signature(ses);
    scene_token_of(&token, plan.key, plan.cert, over, plan.when != 0 ? plan.when : pki.now, plan.accuracy);
    MUST(jy_ses_add_time_stamp(jy_buf_slice(ses_der), jy_buf_slice(&token), &out, NULL));
    jy_ses_free(ses);
    jy_buf_free(&token);
    jy_buf_free(&bits);
    jy_buf_free(ses_der);
    *ses_der = out;
}

static void
stamped(void)
{
    memset(&plan, 0, sizeof(plan));
    authority_under(NULL, NULL, pki.now + DAY);
    scene.after = stamp_it;
}

#define STAMPED(name, what) static void name(void) { stamped(); what; }
STAMPED(accuracy_of_a_year, plan.accuracy = 365 * DAY)
STAMPED(accuracy_of_a_minute, plan.accuracy = MINUTE)
STAMPED(over_value, plan.over = OVER_VALUE)
STAMPED(over_bits, plan.over = OVER_BITS)
STAMPED(over_tbs, plan.over = OVER_TBS)
STAMPED(claims_a_month_before, scene.ses.when = pki.now - 30 * DAY)
STAMPED(claims_hours_before, scene.ses.when = pki.now - 3 * HOUR; scene.seal.created = pki.now - 4 * HOUR)

/* The authority has a CA of its own, with this extended key usage, and this list. */
static void
stamped_under(const char *usage, jy_time end, struct scene_list list)
{
    struct jy_sm2 *ca_key;
    const struct jy_cert *ca = scene_lower_ca("CA of authorities", pki.now - DAY, pki.now + DAY, usage, &ca_key);
    struct scene_list lists[] = { { .serial = NULL }, list };

    memset(&plan, 0, sizeof(plan));
    authority_under(ca, ca_key, end);
    lists[1].key = ca_key;
    lists[1].issuer = ca;
    if (list.at != 0)
        lists[1].serial = jy_cert_serial(plan.cert);
    scene.after = stamp_it;
    scene_trust(false, &ca, 1, lists, 2);
}

static void
old_list(void)
{
    stamped_under(NULL, pki.now + DAY, (struct scene_list){ .from = pki.now - 2 * HOUR, .next = pki.now - 30 * MINUTE });
    plan.when = scene.ses.when = pki.now - 40 * MINUTE;
}

static void
list_up_to_the_end(void)
{
    stamped_under(NULL, pki.now - 35 * MINUTE, (struct scene_list){ .from = pki.now - 2 * HOUR, .next = pki.now - 30 * MINUTE });
    plan.when = scene.ses.when = pki.now - 40 * MINUTE;
}

/* The token lies beside the document, not in it. */
static void
move_into_evidence(struct jy_buf *ses_der)
{
    struct jy_buf *token = scene_bytes();
    static struct jy_slice one;
    struct jy_ses *ses;

    MUST(jy_ses_parse(jy_buf_slice(ses_der), &ses, NULL));
    scene_token(token, plan.key, plan.cert, jy_ses_signature(ses), plan.when);
    one = jy_buf_slice(token);
    scene.evidence.time_stamps = (struct jy_blobs){ &one, 1 };
    jy_ses_free(ses);
}

static void
old_list_beside(void)
{
    old_list();
    scene.after = move_into_evidence;
}

static void
list_of_tomorrow(void)
{
    stamped_under(NULL, pki.now + DAY, (struct scene_list){ .from = pki.now + DAY / 2, .next = pki.now + DAY });
}

/* Revoked for its lost key after the time that the token states, and ended since. */
static void
ended_and_lost(void)
{
    stamped_under(NULL, pki.now - 20 * MINUTE, (struct scene_list){ .from = pki.now - 25 * MINUTE, .at = pki.now - 30 * MINUTE, .reason = 1 });
    plan.when = scene.ses.when = pki.now - 40 * MINUTE;
}

static void
below_ca_of_servers(void)
{
    stamped_under("serverAuth,clientAuth", pki.now + DAY, (struct scene_list){ .serial = NULL });
}

static void
below_ca_of_time(void)
{
    stamped_under("critical,timeStamping", pki.now + DAY, (struct scene_list){ .serial = NULL });
}

/* The signer, or the maker, is of a CA for servers and code. */
static void
people_below_ca_of_servers(bool maker, const char *usage)
{
    struct jy_sm2 *ca_key, *key = scene_key();
    const struct jy_cert *ca = scene_lower_ca("CA of servers", pki.now - DAY, pki.now + DAY, usage, &ca_key);
    const struct jy_cert *cert = scene_issued_by(ca, ca_key, key, maker ? "maker" : "1201010000001", pki.now + DAY);
    const struct scene_list lists[] = { { .serial = NULL }, { .key = ca_key, .issuer = ca } };

    if (maker)
        scene_maker(key, cert);
    else
        scene_signer(key, jy_cert_der(cert));
    scene_trust(false, &ca, 1, lists, 2);
}

static void
signer_below_ca_of_servers(void)
{
    people_below_ca_of_servers(false, "serverAuth,codeSigning");
}

static void
maker_below_ca_of_servers(void)
{
    people_below_ca_of_servers(true, "serverAuth,codeSigning");
}

static void
signer_below_ca_of_people(void)
{
    people_below_ca_of_servers(false, "serverAuth,clientAuth,emailProtection");
}

/* -- keys that are retired before their certificates -- */

/* privateKeyUsagePeriod of these bounds, 0 = none. */
static struct jy_extension
key_period(jy_time from, jy_time to)
{
    struct jy_buf *value = scene_bytes(), body = { 0 }, one = { 0 };
    const jy_time bounds[2] = { from, to };

    for (int i = 0; i < 2; i++)
        if (bounds[i] != 0) {
            MUST(jy_der_put_generalized_time(&one, bounds[i]));
            one.p[0] = (uint8_t)(0x80 + i);
            MUST(jy_buf_add(&body, jy_buf_slice(&one)));
            jy_buf_free(&one);
        }
    forge_close(value, DER_SEQUENCE, &body);
    return (struct jy_extension){ "2.5.29.16", true, jy_buf_slice(value) };
}

static const struct jy_cert *
retired(const struct jy_sm2 *key, const char *name, jy_time from, jy_time to)
{
    struct jy_extension period = key_period(from, to);
    struct jy_issue what = scene_issue(key, name);

    what.extensions = &period;
    what.extension_count = 1;
    if (strcmp(name, "TSA") == 0) {
        what.key_usage = "critical,digitalSignature";
        what.extended_key_usage = "critical,timeStamping";
    }
    return scene_cert(&what);
}

static void
key_of_signer(jy_time from, jy_time to)
{
    struct jy_sm2 *key = scene_key();

    scene_signer(key, jy_cert_der(retired(key, "1201010000001", from, to)));
}

static void
key_of_maker(jy_time from, jy_time to)
{
    struct jy_sm2 *key = scene_key();

    scene_maker(key, retired(key, "maker", from, to));
}

static void
key_of_authority(jy_time from, jy_time to)
{
    struct jy_sm2 *key = scene_key();

    memset(&plan, 0, sizeof(plan));
    plan.key = key;
    plan.cert = retired(key, "TSA", from, to);
    scene.after = stamp_it;
}

#define PERIOD(name, call) static void name(void) { call; }
PERIOD(signer_retired, key_of_signer(0, pki.now - HOUR))
PERIOD(signer_not_begun, key_of_signer(pki.now + HOUR, 0))
PERIOD(signer_in_period, key_of_signer(pki.now - HOUR, pki.now + HOUR))
PERIOD(maker_retired, key_of_maker(0, pki.now - 2 * HOUR))
PERIOD(maker_in_period, key_of_maker(0, pki.now - MINUTE))
PERIOD(authority_retired, key_of_authority(0, pki.now - MINUTE))
PERIOD(authority_in_period, key_of_authority(pki.now - DAY, pki.now + MINUTE))

/* A superseded maker makes one seal more, and writes that it was made before; it lists a certificate that there was not. */
static void
seal_older_than_its_list(void)
{
    struct jy_sm2 *key = scene_key(), *signer_key = scene_key();
    const struct jy_cert *maker = scene_issued_by(pki.ca, pki.ca_key, key, "maker", pki.now + DAY);
    struct jy_issue what = scene_issue(signer_key, "1201010000001");

    what.not_before = pki.now + 5 * MINUTE;
    scene_signer(signer_key, jy_cert_der(scene_cert(&what)));
    scene_maker(key, maker);
    scene.seal.created = pki.now - DAY + MINUTE;
    scene.ses.when = pki.now + 6 * MINUTE;
    scene.now = pki.now + 10 * MINUTE;
    scene_trust(false, NULL, 0, &(struct scene_list){ .serial = jy_cert_serial(maker), .at = pki.now - 20 * HOUR, .reason = 4 }, 1);
}

/* -- the seal's own time stamp -- */

static void
seal_stamped_at(jy_time when, bool of_another)
{
    struct jy_buf *stamp = scene_bytes(), *first = scene_bytes(), token = { 0 }, bits = { 0 };
    struct jy_seal *seal;

    stamped();
    scene.after = NULL;
    scene.ses.version = scene.seal.version = 5;
    scene.seal.created = pki.now - 20 * HOUR;
    *first = forge_seal(&scene.seal);
    MUST(jy_seal_parse(jy_buf_slice(first), &seal, NULL));
    scene_token(&token, plan.key, plan.cert, of_another ? jy_seal_signature(pki.seal) : jy_seal_signature(seal), when);
    MUST(jy_der_put_bits(&bits, jy_buf_slice(&token)));
    forge_close(stamp, 0xA0, &bits);
    scene.seal.sign.value = jy_seal_signature(seal);     /* the one that was stamped */
    scene.seal.time_stamp = jy_buf_slice(stamp);
    scene.seal_der = forge_seal(&scene.seal);
    scene.seal.sign.value = JY_EMPTY;
    jy_seal_free(seal);
    jy_buf_free(&token);
}

static void
seal_stamped_after_claim(void)
{
    seal_stamped_at(pki.now - HOUR, false);
    scene.ses.when = pki.now - 10 * HOUR;
}

static void
seal_stamped_before_claim(void)
{
    seal_stamped_at(pki.now - HOUR, false);
}

static void
seal_stamp_of_another(void)
{
    seal_stamped_at(pki.now - HOUR, true);
}

/* -- time stamps in the place of a claim -- */

/* GM/T 0031-2014 has a token in timeInfo, which the signer signs: whenever he pleases. */
static void
token_as_claim(void)
{
    struct jy_buf *token = scene_bytes();

    stamped();
    scene.after = NULL;
    scene.seal.v1 = scene.ses.v1 = true;
    scene.ses.version = 1;
    scene.seal.created = pki.now - 20 * HOUR;
    scene_token(token, plan.key, plan.cert, jy_slice_text("stamped long ago"), pki.now - 10 * HOUR);
    scene.ses.time_bits = jy_buf_slice(token);
}

static const struct attack rows[] = {
    { "honest", "the time is proven", PLAY(stamped), .verdict = JY_VALID },
    { "accuracy-of-a-year", "the authority says itself that its time is within a year", PLAY(accuracy_of_a_year), UNSURE, FAILS(TS_ACCURACY) },
    { "honest-accuracy", "… within a minute", PLAY(accuracy_of_a_minute), .verdict = JY_VALID },
    { "over-value", "a time stamp over the whole SES_Signature, as it was without it", PLAY(over_value), BAD, FAILS(TS_IMPRINT) },
    { "over-bits", "… over the contents of the BIT STRING, its first octet too", PLAY(over_bits), BAD, FAILS(TS_IMPRINT) },
    { "over-tbs", "… over what is signed: it was there, the signature need not have been", PLAY(over_tbs), BAD, FAILS(TS_IMPRINT) },
    { "claims-a-month-before", "proven today, claimed to be a month old, which is what programs show", PLAY(claims_a_month_before), VALID_BUT,
      FAILS(TIME_BACK_DATED) },
    { "honest-claims-hours-before", "the time stamp came three hours later", PLAY(claims_hours_before), .verdict = JY_VALID },
    { "old-list", "of the authority's CA only a list that is over: a key lost since then does not show", PLAY(old_list), VALID_BUT, FAILS(TS_REVOCATION_OLD) },
    { "old-list-beside", "likewise, the token being in the evidence", PLAY(old_list_beside), VALID_BUT, FAILS(TS_REVOCATION_OLD) },
    { "honest-list-up-to-the-end", "the list reaches to the end of the authority's certificate", PLAY(list_up_to_the_end), .verdict = JY_VALID },
    { "list-of-tomorrow", "of the authority's CA a list that was prepared for tomorrow", PLAY(list_of_tomorrow), UNSURE, FAILS(TS_REVOCATION_UNKNOWN) },
    { "ended-and-lost", "the authority's key was lost, and its certificate has ended: the thief dates tokens back", PLAY(ended_and_lost), BAD,
      FAILS(TS_REVOKED) },
    { "below-ca-of-servers", "an authority of a CA that may issue for servers only", PLAY(below_ca_of_servers), BAD, FAILS(TS_USAGE) },
    { "honest-below-ca-of-time", "an authority of a CA for time stamps", PLAY(below_ca_of_time), .verdict = JY_VALID },
    { "signer-below-ca-of-servers", "a signer of a CA that may issue for servers and code only", PLAY(signer_below_ca_of_servers), VALID_BUT,
      FAILS(SIGNER_PURPOSE), .names = "CA above" },
    { "maker-below-ca-of-servers", "a maker of such a CA", PLAY(maker_below_ca_of_servers), VALID_BUT, FAILS(SEAL_MAKER_PURPOSE), .names = "CA above" },
    { "honest-below-ca-of-people", "a signer of a CA for servers and people", PLAY(signer_below_ca_of_people), VALID_BUT },

    { "signer-retired", "the signer's key may not sign any more, his certificate is valid", PLAY(signer_retired), UNSURE, FAILS(SIG_TIME_OUTSIDE_CERT),
      .names = "privateKeyUsagePeriod" },
    { "signer-not-begun", "… not yet", PLAY(signer_not_begun), UNSURE, FAILS(SIG_TIME_OUTSIDE_CERT), .names = "privateKeyUsagePeriod" },
    { "honest-signer-in-period", "a key in its time", PLAY(signer_in_period), VALID_BUT },
    { "maker-retired", "the maker's key might not make seals any more", PLAY(maker_retired), UNSURE, FAILS(SEAL_MAKER_DATES), .names = "privateKeyUsagePeriod" },
    { "honest-maker-in-period", "it might when it did", PLAY(maker_in_period), VALID_BUT },
    { "authority-retired", "the authority's key may not stamp any more", PLAY(authority_retired), BAD, FAILS(TS_DATES), .names = "privateKeyUsagePeriod" },
    { "honest-authority-in-period", "it may", PLAY(authority_in_period), .verdict = JY_VALID },
    { "seal-older-than-its-list", "made by a maker who has ended, dated back to before; the certificate that it lists is younger", PLAY(seal_older_than_its_list),
      VALID_BUT, FAILS(SEAL_MADE_EARLIER) },

    { "seal-stamped-after-claim", "claimed to be from before the seal's own time stamp, which it covers", PLAY(seal_stamped_after_claim), UNSURE,
      FAILS(SEAL_MADE_LATER) },
    { "honest-seal-stamped", "the seal has a time stamp of before its use", PLAY(seal_stamped_before_claim), VALID_BUT },
    { "seal-stamp-of-another", "the seal has the time stamp of another seal", PLAY(seal_stamp_of_another), BAD, FAILS(TS_IMPRINT) },
    { "token-as-claim", "an old time stamp over something in timeInfo: it proves nothing of this signature", PLAY(token_as_claim), VALID_BUT, FAILS(TIME_CLAIMED) },
};

int
main(void)
{
    static const struct attack_family family = { "time", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}

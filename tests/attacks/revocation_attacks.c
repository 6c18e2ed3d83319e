/* SPDX-License-Identifier: Apache-2.0 */
/* What was revoked, when, and who says so: lists and answers that hide it, and the ends of certificates that do. The stamp itself is honest. */
#include "scene.h"

#include <jinyin/ocsp.h>

#define HOUR 3600
#define MINUTE 60

/* -- ends that hide a revocation -- */

/* The CA above the signer has ended an hour ago, the signer's certificate has not; it was revoked after the time that he claims. */
static void
ca_over_with(bool revoked)
{
    struct jy_sm2 *ca_key, *key = scene_key();
    const struct jy_cert *ca = scene_lower_ca("ended CA", pki.now - DAY, pki.now - HOUR, NULL, &ca_key);
    const struct jy_cert *cert = scene_issued_by(ca, ca_key, key, "1201010000001", pki.now + DAY);
    const struct scene_list lists[] = { { .serial = NULL },
        { .key = ca_key, .issuer = ca, .from = pki.now - 80 * MINUTE, .serial = revoked ? jy_cert_serial(cert) : NULL, .at = pki.now - 90 * MINUTE,
          .reason = 4 } };

    scene_signer(key, jy_cert_der(cert));
    scene.seal.created = pki.now - 3 * HOUR;
    scene.ses.when = pki.now - 2 * HOUR;
    scene_trust(false, &ca, 1, lists, 2);
}

static void
ca_over_revoked(void)
{
    ca_over_with(true);
}

static void
ca_over(void)
{
    ca_over_with(false);
}

static void
ca_over_recorded(void)
{
    ca_over_with(false);
    scene.after = scene_recorded;
}

/* The maker's certificate has ended half an hour ago; before that his key was lost, or not. */
static void
maker_over_with(bool lost)
{
    struct jy_sm2 *key = scene_key();
    const struct jy_cert *cert = scene_issued_by(pki.ca, pki.ca_key, key, "maker", pki.now - 30 * MINUTE);
    const struct scene_list list = { .serial = lost ? jy_cert_serial(cert) : NULL, .at = pki.now - 50 * MINUTE, .from = pki.now - 40 * MINUTE };

    scene_maker(key, cert);
    scene.seal.created = pki.now - 2 * HOUR;
    scene_trust(false, NULL, 0, &list, 1);
}

static void
maker_over_lost(void)
{
    maker_over_with(true);
}

static void
maker_over(void)
{
    maker_over_with(false);
}

/* -- lists that are too old, or too young -- */

static void
list_of_tomorrow(void)
{
    scene_trust(false, NULL, 0, &(struct scene_list){ .from = pki.now + DAY / 2, .next = pki.now + DAY }, 1);
}

static void
list_of_a_fast_clock(void)
{
    scene_trust(false, NULL, 0, &(struct scene_list){ .from = pki.now + MINUTE }, 1);
}

/* The makers have a CA of their own, whose only list ended half an hour ago. */
static void
makers_old_list(void)
{
    struct jy_sm2 *ca_key, *key = scene_key();
    const struct jy_cert *ca = scene_lower_ca("CA of makers", pki.now - DAY, pki.now + DAY, NULL, &ca_key);
    const struct scene_list lists[] = { { .serial = NULL }, { .key = ca_key, .issuer = ca, .from = pki.now - 3 * HOUR, .next = pki.now - 30 * MINUTE } };

    scene_maker(key, scene_issued_by(ca, ca_key, key, "maker", pki.now + DAY));
    scene.seal.created = pki.now - 2 * HOUR;
    scene_trust(false, &ca, 1, lists, 2);
}

static void
makers_old_list_recorded(void)
{
    makers_old_list();
    scene.ses.when = pki.now - 40 * MINUTE;
    scene.after = scene_recorded;
}

/* Who asks for a maker who is alive now is not told so by a list that ended before now. */
static void
makers_old_list_alive_now(void)
{
    static struct jy_policy policy;

    makers_old_list_recorded();
    policy = jy_policy_standard;
    policy.maker_alive_now = true;
    scene.policy = &policy;
}

/* The signer has a CA of its own with this list; the stamp is recorded forty minutes ago. */
static void
signers_list(struct scene_list list)
{
    struct jy_sm2 *ca_key, *key = scene_key();
    const struct jy_cert *ca = scene_lower_ca("CA of signers", pki.now - DAY, pki.now + DAY, NULL, &ca_key);
    const struct jy_cert *cert = scene_issued_by(ca, ca_key, key, "1201010000001", pki.now + DAY);
    struct scene_list lists[] = { { .serial = NULL }, list };

    lists[1].key = ca_key;
    lists[1].issuer = ca;
    if (list.at != 0)
        lists[1].serial = jy_cert_serial(cert);
    scene_signer(key, jy_cert_der(cert));
    scene.seal.created = pki.now - 2 * HOUR;
    scene.ses.when = pki.now - 40 * MINUTE;
    scene.after = scene_recorded;
    scene_trust(false, &ca, 1, lists, list.from == 0 ? 1 : 2);
}

static void
signers_old_list(void)
{
    signers_list((struct scene_list){ .from = pki.now - 3 * HOUR, .next = pki.now - 30 * MINUTE });
}

static void
signers_list_since(void)
{
    signers_list((struct scene_list){ .from = pki.now - 35 * MINUTE, .next = pki.now - 30 * MINUTE });
}

static void
signers_list_none(void)
{
    signers_list((struct scene_list){ .from = 0 });
}

/* Nothing but a delta list, which says that the certificate was superseded after the stamping. */
static void
signers_delta(void)
{
    static const struct jy_extension delta = { "2.5.29.27", true, { (const uint8_t *)"\x02\x01\x01", 3 } };

    signers_list((struct scene_list){ .from = pki.now - 10 * MINUTE, .at = pki.now - 20 * MINUTE, .reason = 4, .extension = &delta });
}

/* -- lists that name the signer in a way of their own -- */

static struct scene_list
naming(const char *serial, jy_time at, int reason)
{
    return (struct scene_list){ .serial = serial, .at = at, .reason = reason, .from = pki.now - 10 * MINUTE };
}

/* A clean complete list of an hour ago, and this newer one. */
static void
beside_clean(struct scene_list list)
{
    const struct scene_list lists[] = { { .serial = NULL }, list };

    scene_trust(false, NULL, 0, lists, 2);
}

static void
named_twice(void)
{
    static struct jy_revoked second;
    struct scene_list list = naming(jy_cert_serial(pki.signer), pki.now - 10 * MINUTE, 8);       /* removeFromCRL */

    second = (struct jy_revoked){ jy_cert_serial(pki.signer), pki.now - 20 * MINUTE, 1 };
    list.second = &second;
    scene_trust(false, NULL, 0, &list, 1);
}

static void
named_twice_held_first(void)
{
    static struct jy_revoked second;
    struct scene_list list = naming(jy_cert_serial(pki.signer), pki.now - 20 * MINUTE, 1);

    second = (struct jy_revoked){ jy_cert_serial(pki.signer), pki.now + 10 * MINUTE, 4 };         /* both count, the earlier one more */
    list.second = &second;
    scene_trust(false, NULL, 0, &list, 1);
}

#define NAMED_WITH(name, identifier, bytes)                                                                              \
    static void name(void)                                                                                               \
    {                                                                                                                    \
        static const struct jy_extension extension = { identifier, true, { (const uint8_t *)(bytes), sizeof(bytes) - 1 } }; \
        struct scene_list list = naming(jy_cert_serial(pki.signer), pki.now - 20 * MINUTE, 1);                           \
        list.extension = &extension;                                                                                     \
        beside_clean(list);                                                                                              \
    }
NAMED_WITH(named_among_cas, "2.5.29.28", "\x30\x03\x82\x01\xFF")
NAMED_WITH(named_at_another_point, "2.5.29.28", "\x30\x19\xA0\x17\xA0\x15\x86\x13http://ca/crl/2.crl")
NAMED_WITH(named_on_indirect, "2.5.29.28", "\x30\x03\x84\x01\xFF")
NAMED_WITH(named_under_unknown, "1.2.3.4", "\x05\x00")
NAMED_WITH(named_among_attributes, "2.5.29.28", "\x30\x03\x85\x01\xFF")

static void
other_under_unknown(void)
{
    static const struct jy_extension extension = { "1.2.3.4", true, { (const uint8_t *)"\x05\x00", 2 } };
    struct scene_list list = naming("7777", pki.now - 20 * MINUTE, 1);

    list.extension = &extension;
    beside_clean(list);
}

/* Two trusted roots vouch for the signer's CA; one of them has revoked it for this reason, the other has not heard of it. */
static void
two_paths(int reason, jy_time at)
{
    struct jy_sm2 *root_key = scene_key(), *ca_key, *key = scene_key();
    struct jy_issue what = scene_issue(root_key, "another root");
    const struct jy_cert *certs[3], *cert;

    what.issuer_key = root_key;
    what.issuer = NULL;
    what.ca = true;
    certs[0] = scene_cert(&what);
    certs[1] = scene_lower_ca("CA of two", pki.now - DAY, pki.now + DAY, NULL, &ca_key);
    what = scene_issue(ca_key, "CA of two");
    what.issuer_key = root_key;
    what.issuer = certs[0];
    what.ca = true;
    certs[2] = scene_cert(&what);
    cert = scene_issued_by(certs[1], ca_key, key, "1201010000001", pki.now + DAY);
    scene_signer(key, jy_cert_der(cert));
    scene_trust(false, certs, 3, (const struct scene_list[]){ { .serial = jy_cert_serial(certs[1]), .at = at, .reason = reason },
                                                             { .key = root_key, .issuer = certs[0] }, { .key = ca_key, .issuer = certs[1] } }, 3);
}

static void
ca_lost_by_one_path(void)
{
    two_paths(2, pki.now - 2 * HOUR);
}

static void
ca_lost_since(void)
{
    two_paths(1, pki.now - 20 * MINUTE);
    scene.ses.when = pki.now - 40 * MINUTE;
}

static void
ca_lost_since_recorded(void)
{
    ca_lost_since();
    scene.after = scene_recorded;
}

static void
ca_superseded_by_one_path(void)
{
    two_paths(4, pki.now - 2 * HOUR);
}

/* -- answers -- */

/* About this certificate of pki.ca: good, or revoked at a time, of a time, by this key and certificate. */
static void
answer(const struct jy_cert *about, jy_time revoked, jy_time of, const struct jy_sm2 *key, const struct jy_cert *responder)
{
    const struct jy_ocsp_answer one = { .status = revoked != 0 ? JY_OCSP_REVOKED : JY_OCSP_GOOD, .revoked_at = revoked, .reason = revoked != 0 ? 1 : -1,
                                        .produced_at = of, .this_update = of, .next_update = of + DAY };
    struct jy_buf request = { 0 }, response = { 0 };
    struct jy_ocsp_questions questions;

    MUST(jy_ocsp_request(about, pki.ca, false, JY_EMPTY, &request, NULL));
    MUST(jy_ocsp_request_read(jy_buf_slice(&request), &questions, NULL));
    MUST(jy_ocsp_respond(&questions, &one, key, responder, of, &response, NULL));
    MUST(jy_trust_add_ocsp(scene.trust, jy_buf_slice(&response), NULL));
    jy_buf_free(&request);
    jy_buf_free(&response);
}

static const struct jy_extension no_check = { "1.3.6.1.5.5.7.48.1.5", false, { (const uint8_t *)"\x05\x00", 2 } };

/* Of the CA, exempt from lists (ocsp-nocheck). */
static const struct jy_cert *
exempt_responder(struct jy_sm2 *key)
{
    struct jy_issue what = scene_issue(key, "responder");

    what.key_usage = "critical,digitalSignature";
    what.extended_key_usage = "OCSPSigning";
    what.extensions = &no_check;
    what.extension_count = 1;
    return scene_cert(&what);
}

/* A list that is over, so that answers decide; it names the responder, or nobody. */
static void
answered_by_responder(bool listed)
{
    struct jy_sm2 *key = scene_key();
    const struct jy_cert *responder = exempt_responder(key);

    scene_trust(false, NULL, 0, &(struct scene_list){ .serial = listed ? jy_cert_serial(responder) : NULL, .at = pki.now - 2 * HOUR,
                                                     .next = pki.now - 30 * MINUTE }, 1);
    answer(pki.maker, 0, pki.now - MINUTE, pki.ca_key, pki.ca);
    answer(pki.signer, 0, pki.now - MINUTE, key, responder);
}

static void
answer_of_listed_responder(void)
{
    answered_by_responder(true);
}

/* … held by it, or named by a list that is not understood in full. */
static void
answer_of_doubtful_responder(bool held)
{
    static const struct jy_extension unknown = { "1.2.3.4", true, { (const uint8_t *)"\x05\x00", 2 } };
    struct scene_list list = { .from = pki.now - HOUR, .next = pki.now - 30 * MINUTE, .at = pki.now - 2 * HOUR, .reason = 6 };
    struct scene_list lists[2] = { { .next = pki.now - 30 * MINUTE }, list };
    struct jy_sm2 *key = scene_key();
    const struct jy_cert *responder = exempt_responder(key);

    lists[1].serial = jy_cert_serial(responder);
    lists[1].extension = held ? NULL : &unknown;
    scene_trust(false, NULL, 0, lists, 2);
    answer(pki.maker, 0, pki.now - MINUTE, pki.ca_key, pki.ca);
    answer(pki.signer, 0, pki.now - MINUTE, key, responder);
}

static void
answer_of_held_responder(void)
{
    answer_of_doubtful_responder(true);
}

static void
answer_of_responder_in_doubt(void)
{
    answer_of_doubtful_responder(false);
}

static void
answer_of_responder(void)
{
    answered_by_responder(false);
}

/* The list that clears the responder is over: since then his key was lost, and he answers from before that, for ever. */
static void
answer_of_uncleared_responder(void)
{
    struct jy_sm2 *key = scene_key();
    struct jy_issue what = scene_issue(key, "responder");
    const struct jy_cert *responder;

    what.key_usage = "critical,digitalSignature";
    what.extended_key_usage = "OCSPSigning";
    responder = scene_cert(&what);
    scene_trust(false, NULL, 0, &(struct scene_list){ .from = pki.now - 3 * HOUR, .next = pki.now - HOUR }, 1);
    answer(pki.maker, 0, pki.now - MINUTE, pki.ca_key, pki.ca);
    answer(pki.signer, 0, pki.now - 2 * HOUR, key, responder);
}

static void
answer_of_tomorrow(void)
{
    scene_trust(false, NULL, 0, &(struct scene_list){ .next = pki.now - 30 * MINUTE }, 1);
    answer(pki.maker, 0, pki.now - MINUTE, pki.ca_key, pki.ca);
    answer(pki.signer, 0, pki.now + DAY / 2, pki.ca_key, pki.ca);
}

/* A clean list in force, and an older answer that knows of the revocation: nobody comes back from it. */
static void
answer_against_list(void)
{
    scene_trust(false, NULL, 0, &(struct scene_list){ .serial = NULL }, 1);
    answer(pki.signer, pki.now - 3 * HOUR, pki.now - 2 * HOUR, pki.ca_key, pki.ca);
}

/* -- what a register says -- */

#define SAYS(...)                                                                                       \
    do {                                                                                                \
        static struct jy_status_event events[3];                                                        \
        const struct jy_status_event said[] = { __VA_ARGS__ };                                          \
        memcpy(events, said, sizeof(said));                                                             \
        scene.evidence.status = events;                                                                 \
        scene.evidence.status_count = sizeof(said) / sizeof(said[0]);                                   \
        scene.evidence.from_register = true;                                                            \
    } while (0)
#define CODE "1201010000001"

static void
status_in_disorder(void)
{
    SAYS({ CODE, pki.now - HOUR, "FROZEN" }, { CODE, pki.now - DAY, "ACTIVE" });
}

static void
status_in_disorder_active(void)
{
    SAYS({ CODE, pki.now - HOUR, "ACTIVE" }, { CODE, pki.now - 2 * HOUR, "FROZEN" }, { CODE, pki.now - DAY, "ACTIVE" });
}

/* The register's seal is pki.seal, or this one. */
static void
status_of(bool of_this)
{
    struct jy_buf *seal = scene_bytes();

    *seal = forge_seal(&scene.seal);
    MUST(jy_buf_add(&scene.seal_der, jy_buf_slice(seal)));
    SAYS({ CODE, pki.now - DAY, "ACTIVE", .names_seal = true });
    MUST(jy_sm3(of_this ? jy_buf_slice(seal) : jy_buf_slice(&pki.seal_der), ((struct jy_status_event *)(uintptr_t)scene.evidence.status)->seal_digest));
}

static void
status_of_another(void)
{
    status_of(false);
}

static void
status_of_this(void)
{
    status_of(true);
}

static const struct attack rows[] = {
    { "honest", "the stamp as every row makes it", PLAY(NULL), VALID_BUT },
    { "ca-over-revoked", "revoked, and claimed to be from before; the CA above has ended, so that nobody looks at lists any more", PLAY(ca_over_revoked), UNSURE,
      FAILS(SIGNER_ENDED_TIME_CLAIMED) },
    { "ca-over", "the CA above has ended, and only the signer says that he signed before", PLAY(ca_over), UNSURE, FAILS(SIGNER_ENDED_TIME_CLAIMED),
      .names = "expired" },
    { "honest-ca-over-recorded", "the CA above has ended since, the time is recorded", PLAY(ca_over_recorded), .verdict = JY_VALID },
    { "maker-over-lost", "the maker's key was lost, and his certificate has ended since: the thief dates seals back", PLAY(maker_over_lost), UNSURE,
      FAILS(SEAL_MAKER_COMPROMISED) },
    { "honest-maker-over", "the maker's certificate has ended, as it does while its seals are in use", PLAY(maker_over), VALID_BUT, FAILS(SEAL_MAKER_ENDED_SINCE) },

    { "list-of-tomorrow", "a list that was prepared for tomorrow", PLAY(list_of_tomorrow), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN), .names = "dated later" },
    { "honest-list-of-a-fast-clock", "a list of a CA whose clock is a minute ahead", PLAY(list_of_a_fast_clock), VALID_BUT },
    { "makers-old-list", "of the makers' CA only a list that is over: a loss since then does not show", PLAY(makers_old_list), UNSURE,
      FAILS(SEAL_MAKER_REVOCATION_UNKNOWN) },
    { "honest-makers-old-list", "the same list, and a stamp that is recorded in its time", PLAY(makers_old_list_recorded), .verdict = JY_VALID },
    { "makers-old-list-alive-now", "the same, where the maker must be alive now", PLAY(makers_old_list_alive_now), UNSURE, FAILS(SEAL_MAKER_REVOCATION_UNKNOWN) },

    { "signers-old-list", "recorded, and of the signer's CA only a list of before that, which is over: who was revoked in between does not show",
      PLAY(signers_old_list), VALID_BUT, FAILS(SIGNER_REVOCATION_OLD) },
    { "honest-signers-list-since", "a list of after the stamping, over as well", PLAY(signers_list_since), .verdict = JY_VALID },
    { "signers-list-none", "none at all", PLAY(signers_list_none), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "honest-signers-delta", "revoked after the stamping, which is all that is known", PLAY(signers_delta), .verdict = JY_VALID },

    { "named-twice", "the list takes the signer off, and revokes him", PLAY(named_twice), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "named-twice-later-first", "the list revokes the signer at two times", PLAY(named_twice_held_first), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "named-among-cas", "a newer list for CAs only names the signer", PLAY(named_among_cas), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "named-at-another-point", "a newer list of another distribution point names him", PLAY(named_at_another_point), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "named-on-indirect", "a newer indirect list of his own CA names him", PLAY(named_on_indirect), BAD, FAILS(SIGNER_REVOKED_BEFORE) },
    { "named-under-unknown", "a newer list names him, and has a critical extension that nobody knows", PLAY(named_under_unknown), UNSURE,
      FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "honest-other-under-unknown", "such a list names somebody else", PLAY(other_under_unknown), VALID_BUT },
    { "honest-among-attributes", "an attribute certificate of the same serial is revoked", PLAY(named_among_attributes), VALID_BUT },

    { "ca-lost-by-one-path", "the signer's CA has lost its key; another root that vouches for it has not heard of that", PLAY(ca_lost_by_one_path), BAD,
      FAILS(SIGNER_REVOKED_BEFORE) },
    { "ca-lost-since", "… after the time that the signer claims", PLAY(ca_lost_since), UNSURE, FAILS(SIGNER_ENDED_TIME_CLAIMED) },
    { "honest-ca-lost-since", "… after the stamping, which is recorded", PLAY(ca_lost_since_recorded), .verdict = JY_VALID },
    { "honest-ca-superseded", "one of two roots has replaced its certificate of the CA", PLAY(ca_superseded_by_one_path), VALID_BUT },

    { "answer-of-listed-responder", "a responder that no list needs to clear, and that is on one", PLAY(answer_of_listed_responder), UNSURE,
      FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-of-held-responder", "… that holds him", PLAY(answer_of_held_responder), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-of-responder-in-doubt", "… that has a critical extension that nobody knows", PLAY(answer_of_responder_in_doubt), UNSURE,
      FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "honest-answer-of-responder", "… and that is on none", PLAY(answer_of_responder), VALID_BUT },
    { "answer-of-uncleared-responder", "an answer of before the end of the only list that cleared the responder", PLAY(answer_of_uncleared_responder), UNSURE,
      FAILS(SIGNER_REVOCATION_UNKNOWN) },
    { "answer-of-tomorrow", "a good answer that was prepared for tomorrow", PLAY(answer_of_tomorrow), UNSURE, FAILS(SIGNER_REVOCATION_UNKNOWN),
      .names = "dated later" },
    { "answer-against-list", "an answer tells of a revocation, a newer list does not", PLAY(answer_against_list), BAD, FAILS(SIGNER_REVOKED_BEFORE) },

    { "status-in-disorder", "frozen an hour ago; the line that says active comes behind", PLAY(status_in_disorder), BAD, FAILS(SEAL_STATUS) },
    { "honest-status-in-disorder", "resumed an hour ago; the lines come in another order", PLAY(status_in_disorder_active), VALID_BUT },
    { "status-of-another", "a seal that bears the code of a seal in the register", PLAY(status_of_another), BAD, FAILS(SEAL_REGISTERED) },
    { "honest-status", "the seal that the register means", PLAY(status_of_this), VALID_BUT },
};

int
main(void)
{
    static const struct attack_family family = { "revocation", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}

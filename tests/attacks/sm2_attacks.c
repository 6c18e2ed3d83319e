/* SPDX-License-Identifier: Apache-2.0 */
/* The number pair of a signature and what it is taken over: everything that is not SM2 with SM3 over TBS_Sign. All else is honest. */
#include "scene.h"

/* r and s of the honest signature, changed by one of these. */
static void
change_pair(struct jy_buf *ses_der, int kind)
{
    static const uint8_t n[32] = { 0xFF, 0xFF, 0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                   0x72, 0x03, 0xDF, 0x6B, 0x21, 0xC6, 0x05, 0x2B, 0x53, 0xBB, 0xF4, 0x09, 0x39, 0xD5, 0x41, 0x23 };
    struct jy_buf sig = forge_signature(pki.signer_key, scene_to_sign(ses_der), FORGE_DER), numbers = { 0 }, out = { 0 };
    uint8_t rs[64], wide[2][33] = { { 0 } };
    int borrow = 0, carry = 0;

    forge_split(jy_buf_slice(&sig), rs);
    memcpy(wide[0] + 1, rs, 32);
    memcpy(wide[1] + 1, rs + 32, 32);
    for (int i = 31; i >= 0; i--) {
        int minus = n[i] - rs[i + (kind == 1 ? 0 : 32)] - borrow, plus = n[i] + rs[32 + i] + carry;
        borrow = minus < 0;
        carry = plus > 255;
        if (kind == 0 || kind == 1)                      /* s = n - s; s = n - r, whose sum with r is n */
            wide[1][i + 1] = (uint8_t)minus;
        if (kind == 2)                                   /* s + n, of 33 bytes: the same number modulo n */
            wide[1][i + 1] = (uint8_t)plus;
    }
    if (kind == 2)
        wide[1][0] = (uint8_t)carry;
    if (kind == 3)
        memset(wide, 0, sizeof(wide));
    if (kind == 4)
        memcpy(wide[0] + 1, n, 32);
    MUST(jy_der_put(&numbers, DER_INTEGER, JY_SLICE(wide[0], 33)));
    MUST(jy_der_put(&numbers, DER_INTEGER, JY_SLICE(wide[1], 33)));
    forge_close(&out, DER_SEQUENCE, &numbers);
    scene_put_signature(ses_der, jy_buf_slice(&out));
    jy_buf_free(&out);
    jy_buf_free(&sig);
}

#define CHANGED_PAIR(name, kind)                                                       \
    static void after_##name(struct jy_buf *der) { change_pair(der, kind); } \
    static void name(void) { scene.after = after_##name; }
CHANGED_PAIR(s_negated, 0)
CHANGED_PAIR(sum_is_n, 1)
CHANGED_PAIR(s_plus_n, 2)
CHANGED_PAIR(both_zero, 3)
CHANGED_PAIR(r_is_n, 4)

enum signed_thing { EMPTY_ID, OTHER_ID, Z_OF_MAKER, HASH_AS_E, XML_AS_MESSAGE, TBS_CONTENTS, TBS_DIGEST, SEAL_INFO, NO_Z };

static void
sign_thing(struct jy_buf *ses_der, enum signed_thing what)
{
    struct jy_slice to_sign = scene_to_sign(ses_der), sig;
    struct jy_der all, body;
    struct jy_buf made = { 0 };
    uint8_t e[JY_SM3_SIZE];

    switch (what) {
    case EMPTY_ID: sig = scene_sign_id(pki.signer_key, "", to_sign); break;
    case OTHER_ID: sig = scene_sign_id(pki.signer_key, "8765432187654321", to_sign); break;
    case Z_OF_MAKER: scene_e(pki.maker_key, to_sign, e); sig = scene_sign_e(pki.signer_key, e); break;
    case HASH_AS_E: sig = scene_sign_e(pki.signer_key, scene.digest); break;
    case NO_Z: MUST(jy_sm3(to_sign, e)); sig = scene_sign_e(pki.signer_key, e); break;
    case XML_AS_MESSAGE: made = forge_signature(pki.signer_key, jy_buf_slice(&scene.signature_xml), FORGE_DER); break;
    case SEAL_INFO: made = forge_signature(pki.signer_key, jy_buf_slice(&scene.seal_der), FORGE_DER); break;
    case TBS_DIGEST: MUST(jy_sm3(to_sign, e)); made = forge_signature(pki.signer_key, JY_SLICE(e, sizeof(e)), FORGE_DER); break;
    case TBS_CONTENTS:
        jy_der_open(&all, to_sign);
        MUST(jy_der_enter(&all, DER_SEQUENCE, &body));
        made = forge_signature(pki.signer_key, JY_SLICE(body.p, (size_t)(body.end - body.p)), FORGE_DER);
        break;
    }
    scene_put_signature(ses_der, made.len > 0 ? jy_buf_slice(&made) : sig);
    jy_buf_free(&made);
}

#define SIGNED_THING(name, what)                                                       \
    static void after_##name(struct jy_buf *der) { sign_thing(der, what); } \
    static void name(void) { scene.after = after_##name; }
SIGNED_THING(empty_id, EMPTY_ID)
SIGNED_THING(other_id, OTHER_ID)
SIGNED_THING(z_of_maker, Z_OF_MAKER)
SIGNED_THING(no_z, NO_Z)
SIGNED_THING(hash_as_e, HASH_AS_E)
SIGNED_THING(xml_as_message, XML_AS_MESSAGE)
SIGNED_THING(tbs_contents, TBS_CONTENTS)
SIGNED_THING(tbs_digest, TBS_DIGEST)
SIGNED_THING(seal_signed, SEAL_INFO)

static void
raw_value(void)
{
    scene.ses.sign.form = FORGE_RAW;
}

static void
raw_65(void)
{
    static const uint8_t raw[65] = { 0x11, 0x22 };

    scene.ses.sign.value = JY_SLICE(raw, sizeof(raw));
}

static void
no_value(void)
{
    scene.ses.sign.value = JY_SLICE("\x30\x00", 2);
}

static const struct attack rows[] = {
    { "honest", "the stamp as every row makes it", PLAY(NULL), VALID_BUT },
    { "raw-64", "r and s as 64 bytes: real, and said", PLAY(raw_value), VALID_BUT, FAILS(DEVIATION), .names = "SIG_RAW64" },

    { "s-negated", "n-s instead of s: ECDSA would take it", PLAY(s_negated), BAD, FAILS(SIG_SIGNATURE) },
    { "r-plus-s-is-n", "t is zero", PLAY(sum_is_n), BAD, FAILS(SIG_SIGNATURE) },
    { "s-plus-n", "the same s modulo n, in 33 bytes", PLAY(s_plus_n), BAD, FAILS(SIG_SIGNATURE) },
    { "r-and-s-zero", "fits everything where the range is not checked", PLAY(both_zero), BAD, FAILS(SIG_SIGNATURE) },
    { "r-is-n", "zero in another coat", PLAY(r_is_n), BAD, FAILS(SIG_SIGNATURE) },
    { "raw-65", "neither DER nor 64 bytes", PLAY(raw_65), BAD, FAILS(SIG_SIGNATURE) },
    { "no-value", "a SEQUENCE of nothing", PLAY(no_value), BAD, FAILS(SIG_SIGNATURE) },
    { "empty-id", "signed under OpenSSL's default id", PLAY(empty_id), BAD, FAILS(SIG_SIGNATURE) },
    { "other-id", "signed under another id", PLAY(other_id), BAD, FAILS(SIG_SIGNATURE) },
    { "z-of-maker", "the Z of another's key", PLAY(z_of_maker), BAD, FAILS(SIG_SIGNATURE) },
    { "no-z", "SM3 of the data without Z", PLAY(no_z), BAD, FAILS(SIG_SIGNATURE) },
    { "hash-as-e", "the digest itself signed: seal, time and range are free", PLAY(hash_as_e), BAD, FAILS(SIG_SIGNATURE), .names = "dataHash itself" },
    { "xml-signed", "Signature.xml signed instead of TBS_Sign", PLAY(xml_as_message), BAD, FAILS(SIG_SIGNATURE) },
    { "tbs-contents", "TBS_Sign signed without its tag and length", PLAY(tbs_contents), BAD, FAILS(SIG_SIGNATURE) },
    { "tbs-digest", "hashed twice", PLAY(tbs_digest), BAD, FAILS(SIG_SIGNATURE) },
    { "seal-signed", "a signature of the signer over the seal alone", PLAY(seal_signed), BAD, FAILS(SIG_SIGNATURE) },
};

int
main(void)
{
    static const struct attack_family family = { "sm2", "ofd", rows, sizeof(rows) / sizeof(rows[0]) };

    return attacks_run(&family);
}

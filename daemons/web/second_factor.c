/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second factors (R27.2): one-time codes of a phone (RFC 6238), an SM2 key that signs a challenge, recovery codes. Each counts once.
 * A new one is pending until it has proved itself.
 */
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include "codec/text.h"

#include <jinyin/totp.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHALLENGE_SECONDS 120
#define CHALLENGE_RANDOM 16
#define CHALLENGE_TAG 16
#define CHALLENGE_SIZE (8 + CHALLENGE_RANDOM + CHALLENGE_TAG)
#define RECOVERY_CODES 10
#define RECOVERY_BYTES 10                  /* 80 bits: 16 characters */

static const struct column factor_columns[] = {
    { "kind", COL_TEXT }, { "secret_wrapped", COL_BASE64 }, { "pending_wrapped", COL_BASE64 }, { "last_step", COL_INT }, { NULL, COL_TEXT },
};

/* Context of the wrapped secret: a code key cannot be passed off as an SM2 key. */
static const char *
context_of(const char *kind)
{
    return strcmp(kind, "sm2") == 0 ? "second_factor_sm2" : "second_factor_totp";
}

/* -- challenges: nothing is kept until one was used -- */

static jy_err
challenge_tag(const struct web *web, const uint8_t challenge[CHALLENGE_SIZE], uint8_t out[JY_SM3_SIZE])
{
    return personal_digest(web, "login challenge", JY_SLICE(challenge, 8 + CHALLENGE_RANDOM), out);
}

jy_err
challenge_show(struct exchange *x, struct jy_fault *fault)
{
    uint8_t challenge[CHALLENGE_SIZE], tag[JY_SM3_SIZE];
    char hex[2 * CHALLENGE_SIZE + 1], until[21];
    jy_err rc;

    (void)fault;
    for (size_t i = 0; i < 8; i++)
        challenge[i] = (uint8_t)((uint64_t)x->now >> (56 - 8 * i));
    if ((rc = jy_random(challenge + 8, CHALLENGE_RANDOM)) != JY_OK || (rc = challenge_tag(x->web, challenge, tag)) != JY_OK)
        return rc;
    memcpy(challenge + 8 + CHALLENGE_RANDOM, tag, CHALLENGE_TAG);
    jy_hex(JY_SLICE(challenge, sizeof(challenge)), hex);
    jy_time_rfc3339(x->now + CHALLENGE_SECONDS, until);
    return answer_json(x, 200, json_pack("{s:s, s:s}", "challenge", hex, "expires", until));
}

static bool
challenge_is_live(const struct exchange *x, const char *hex)
{
    uint8_t challenge[CHALLENGE_SIZE], tag[JY_SM3_SIZE];
    uint64_t made = 0;

    if (jy_hex_parse(jy_slice_text(hex), challenge, sizeof(challenge)) != JY_OK || challenge_tag(x->web, challenge, tag) != JY_OK ||
        !jy_equal_secret(JY_SLICE(tag, CHALLENGE_TAG), JY_SLICE(challenge + 8 + CHALLENGE_RANDOM, CHALLENGE_TAG)))
        return false;
    for (size_t i = 0; i < 8; i++)
        made = made << 8 | challenge[i];
    return (int64_t)made <= x->now && x->now < (int64_t)made + CHALLENGE_SECONDS;
}

/* What is signed: purpose, login, challenge; docs/protocol/login.md. */
static jy_err
signature_fits(const struct exchange *x, const char *login, struct jy_slice point, bool *fits)
{
    const char *challenge = in_text(x, "challenge"), *signature = in_text(x, "signature");
    struct jy_buf message = { 0 }, value = { 0 };
    struct jy_sm2 *key = NULL;
    jy_err rc = JY_OK;

    *fits = false;
    if (challenge == NULL || signature == NULL || point.len != JY_SM2_POINT_SIZE || !challenge_is_live(x, challenge) ||
        jy_base64_decode(jy_slice_text(signature), &value) != JY_OK)
        goto out;
    if ((rc = jy_buf_fmt(&message, "jinyin-login\n%s\n%s", login, challenge)) == JY_OK && (rc = jy_sm2_from_point(point.p, &key)) == JY_OK)
        *fits = jy_sm2_verify(key, jy_buf_slice(&message), jy_buf_slice(&value), NULL) == JY_OK;
out:
    jy_sm2_free(key);
    jy_buf_free(&message);
    jy_buf_free(&value);
    return rc;
}

/* -- proofs -- */

bool
proof_is_given(const struct exchange *x)
{
    return in_text(x, "code") != NULL || in_text(x, "signature") != NULL;
}

static jy_err
prove(const struct exchange *x, const char *login, const char *kind, struct jy_slice secret, int64_t used, struct proof *out)
{
    const char *code = in_text(x, "code");
    bool fits;
    jy_err rc = JY_OK;

    if (strcmp(kind, "totp") == 0 && code != NULL && secret.len == JY_TOTP_SECRET) {
        if ((rc = jy_totp_check(secret.p, code, x->now, used, &out->step)) == JY_OK && out->step >= 0)
            out->kind = PROOF_TOTP;
    } else if (strcmp(kind, "sm2") == 0 && in_text(x, "signature") != NULL) {
        if ((rc = signature_fits(x, login, secret, &fits)) == JY_OK && fits && (rc = jy_sm3(jy_slice_text(in_text(x, "challenge")), out->digest)) == JY_OK)
            out->kind = PROOF_SM2;
    }
    return rc;
}

static jy_err
prove_with(const struct exchange *x, const json_t *person, const json_t *factor, const char *column, struct proof *out)
{
    const char *kind = member(factor, "kind"), *wrapped = member(factor, column);
    struct jy_buf secret = { 0 };
    jy_err rc = JY_OK;

    if (wrapped[0] != '\0' && (rc = personal_unwrap(x->web, member(person, "person_id"), context_of(kind), wrapped, &secret)) == JY_OK)
        rc = prove(x, member(person, "login"), kind, jy_buf_slice(&secret), json_integer_value(json_object_get(factor, "last_step")), out);
    jy_buf_wipe(&secret);
    return rc;
}

/* A recovery code as typed: any case, with or without the hyphens. */
static jy_err
recovery_digest(const struct exchange *x, const char *code, uint8_t out[JY_SM3_SIZE], bool *is_one)
{
    char plain[2 * RECOVERY_BYTES] = "";
    size_t n = 0;

    for (*is_one = true; *code != '\0' && *is_one; code++)
        if (*code != '-') {
            if ((*is_one = n < RECOVERY_BYTES * 8 / 5))
                plain[n++] = *code >= 'a' && *code <= 'z' ? (char)(*code - 'a' + 'A') : *code;
        }
    *is_one = *is_one && n == RECOVERY_BYTES * 8 / 5;
    return personal_index(x->web, "recovery code", plain, out);
}

jy_err
proof_read(const struct exchange *x, const json_t *person, struct proof *out, struct jy_fault *fault)
{
    json_t *factors = NULL, *factor;
    bool recovery = false;
    size_t i;
    jy_err rc;

    *out = (struct proof){ .kind = PROOF_NONE };
    if ((rc = find_rows(x, SQL_FACTOR_LIST, BINDS(B_TEXT("person_id", member(person, "person_id"))), factor_columns, &factors, fault)) != JY_OK)
        return rc;
    json_array_foreach(factors, i, factor)
        if (rc == JY_OK && out->kind == PROOF_NONE)
            rc = prove_with(x, person, factor, "secret_wrapped", out);
    if (rc == JY_OK && out->kind == PROOF_NONE && in_text(x, "code") != NULL &&
        (rc = recovery_digest(x, in_text(x, "code"), out->digest, &recovery)) == JY_OK && recovery)
        out->kind = PROOF_RECOVERY;                        /* whether it is one of his: the transaction sees */
    json_decref(factors);
    return rc;
}

jy_err
proof_use(struct db_tx *tx, const struct exchange *x, const char *person_id, const struct proof *proof, struct jy_fault *fault)
{
    switch (proof->kind) {
    case PROOF_TOTP:
        return move_row(tx, SQL_FACTOR_USE_STEP, BINDS(B_INT("step", proof->step), B_TEXT("person_id", person_id)), fault);
    case PROOF_RECOVERY:
        return move_row(tx, SQL_RECOVERY_USE, BINDS(B_INT("now", x->now), B_TEXT("person_id", person_id),
                                                    B_BLOB("code_hash", JY_SLICE(proof->digest, JY_SM3_SIZE))), fault);
    case PROOF_SM2:
        return rows_run(tx, SQL_CHALLENGE_SPEND, BINDS(B_BLOB("digest", JY_SLICE(proof->digest, JY_SM3_SIZE)),
                                                       B_INT("expires", x->now + CHALLENGE_SECONDS)), NULL, fault);
    case PROOF_NONE:
        break;
    }
    return JY_E_INTERNAL;
}

/* -- enrolment -- */

struct enrol_factor { struct exchange *x; const char *kind; struct jy_buf wrapped; };

static jy_err
write_pending(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct enrol_factor *e = arg;

    return rows_run(tx, SQL_FACTOR_PUT_PENDING, BINDS(B_TEXT("person_id", e->x->actor.person_id), B_TEXT("kind", e->kind),
                                                      B_BLOB("pending_wrapped", jy_buf_slice(&e->wrapped)), B_INT("now", e->x->now)), NULL, fault);
}

/* The public key of a certificate that the person holds elsewhere; approver keys live in the key process and are not for this. */
static jy_err
read_certificate(const struct exchange *x, const char *text, uint8_t point[JY_SM2_POINT_SIZE], struct jy_fault *fault)
{
    struct jy_buf der = { 0 };
    struct jy_cert *certificate = NULL;
    jy_err rc;

    if ((rc = jy_base64_decode(jy_slice_text(text), &der)) != JY_OK || (rc = jy_cert_parse(jy_buf_slice(&der), &certificate, fault)) != JY_OK)
        rc = jy_fail(fault, JY_E_BAD_FIELD, "certificate", 0, "is no certificate in base64 of DER");
    else if (jy_cert_key(certificate) == NULL)
        rc = jy_fail(fault, JY_E_CERTIFICATE, "certificate", 0, "its key is not SM2");
    else if (x->now < jy_cert_not_before(certificate) || x->now >= jy_cert_not_after(certificate))
        rc = jy_fail(fault, JY_E_CERTIFICATE, "certificate", 0, "is not valid now");
    else
        rc = jy_sm2_point(jy_cert_key(certificate), point);
    jy_cert_free(certificate);
    jy_buf_free(&der);
    return rc;
}

static jy_err
wrap_secret(struct enrol_factor *e, struct jy_slice secret)
{
    return personal_wrap_bytes(e->x->web, e->x->actor.person_id, context_of(e->kind), secret, &e->wrapped);
}

jy_err
second_factor_create(struct exchange *x, struct jy_fault *fault)
{
    const char *certificate = in_text(x, "certificate");
    struct enrol_factor e = { .x = x, .kind = certificate == NULL ? "totp" : "sm2" };
    uint8_t secret[JY_SM2_POINT_SIZE];
    struct jy_buf text = { 0 };
    json_t *person = NULL;
    jy_err rc;

    if (certificate != NULL) {
        if ((rc = read_certificate(x, certificate, secret, fault)) == JY_OK &&
            (rc = wrap_secret(&e, JY_SLICE(secret, JY_SM2_POINT_SIZE))) == JY_OK)
            rc = answer_json(x, 201, json_pack("{s:s}", "kind", e.kind));
    } else if ((rc = jy_random(secret, JY_TOTP_SECRET)) == JY_OK && (rc = jy_base32_encode(JY_SLICE(secret, JY_TOTP_SECRET), &text)) == JY_OK &&
               (rc = wrap_secret(&e, JY_SLICE(secret, JY_TOTP_SECRET))) == JY_OK &&
               (rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", x->actor.person_id)), account_columns, &person, fault)) == JY_OK) {
        char uri[256];
        snprintf(uri, sizeof(uri), "otpauth://totp/Jinyin:%s?secret=%.*s&issuer=Jinyin&algorithm=SHA1&digits=%d&period=%d", member(person, "login"),
                 (int)text.len, (const char *)text.p, JY_TOTP_DIGITS, JY_TOTP_STEP);
        rc = answer_json(x, 201, json_pack("{s:s, s:s%, s:s}", "kind", e.kind, "secret", (const char *)text.p, text.len, "uri", uri));
        jy_wipe(uri, sizeof(uri));
    }
    PUT(x->object, x->actor.person_id);
    if (rc == JY_OK)
        rc = commit(x, write_pending, &e, fault);
    jy_wipe(secret, sizeof(secret));
    jy_buf_wipe(&text);
    jy_buf_free(&e.wrapped);
    json_decref(person);
    return rc;
}

/* -- confirmation, and recovery codes -- */

struct confirmation {
    struct exchange *x;
    json_t *person;
    const char *kind;
    struct jy_buf pending;
    struct proof proof;
    bool first;
    uint8_t codes[RECOVERY_CODES][JY_SM3_SIZE];
    bool with_codes;
};

/* Ten fresh codes: shown once, kept as digests. */
static jy_err
make_codes(struct confirmation *c, json_t *list)
{
    uint8_t bytes[RECOVERY_BYTES];
    jy_err rc = JY_OK;

    for (size_t i = 0; i < RECOVERY_CODES && rc == JY_OK; i++) {
        struct jy_buf text = { 0 };
        char shown[24] = "";
        bool is_one;
        if ((rc = jy_random(bytes, sizeof(bytes))) == JY_OK && (rc = jy_base32_encode(JY_SLICE(bytes, sizeof(bytes)), &text)) == JY_OK) {
            snprintf(shown, sizeof(shown), "%.4s-%.4s-%.4s-%.4s", (const char *)text.p, (const char *)text.p + 4, (const char *)text.p + 8,
                     (const char *)text.p + 12);
            if ((rc = recovery_digest(c->x, shown, c->codes[i], &is_one)) == JY_OK && json_array_append_new(list, json_string(shown)) != 0)
                rc = JY_E_NOMEM;
        }
        jy_wipe(shown, sizeof(shown));
        jy_buf_wipe(&text);
    }
    jy_wipe(bytes, sizeof(bytes));
    c->with_codes = true;
    return rc;
}

static jy_err
write_codes(struct db_tx *tx, const struct confirmation *c, struct jy_fault *fault)
{
    const char *person_id = c->x->actor.person_id;
    jy_err rc = rows_run(tx, SQL_RECOVERY_DELETE_ALL, BINDS(B_TEXT("person_id", person_id)), NULL, fault);

    for (size_t i = 0; i < RECOVERY_CODES && rc == JY_OK; i++)
        rc = rows_run(tx, SQL_RECOVERY_INSERT, BINDS(B_TEXT("person_id", person_id), B_BLOB("code_hash", JY_SLICE(c->codes[i], JY_SM3_SIZE))), NULL,
                      fault);
    return rc;
}

/* Other sessions end: they were opened without this factor. */
static jy_err
write_confirmed(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct confirmation *c = arg;
    const struct exchange *x = c->x;
    const char *person_id = x->actor.person_id;
    struct jy_slice token = JY_SLICE(x->actor.token_digest, JY_SM3_SIZE);
    jy_err rc = move_row(tx, SQL_FACTOR_CONFIRM, BINDS(B_INT("step", c->proof.step), B_TEXT("person_id", person_id), B_TEXT("kind", c->kind),
                                                       B_BLOB("pending_wrapped", jy_buf_slice(&c->pending))), fault);

    if (rc == JY_OK && c->proof.kind == PROOF_SM2)
        rc = proof_use(tx, x, person_id, &c->proof, fault);
    if (rc == JY_OK)
        rc = account_amend(tx, x->web, person_id, SQL_PERSON_SET_SECOND_FACTOR, BINDS(B_INT("second_factor", 1), B_TEXT("person_id", person_id)), fault);
    if (rc == JY_OK && c->with_codes)
        rc = write_codes(tx, c, fault);
    if (rc == JY_OK && (rc = rows_run(tx, SQL_SESSION_SET_FRESH, BINDS(B_INT("now", x->now), B_BLOB("token_digest", token)), NULL, fault)) == JY_OK)
        rc = rows_run(tx, SQL_SESSION_DELETE_OTHERS, BINDS(B_TEXT("person_id", person_id), B_BLOB("token_digest", token)), NULL, fault);
    return rc;
}

/* The pending factor that the request proves; a wrong code counts as a failed try. */
static jy_err
prove_pending(struct confirmation *c, struct jy_fault *fault)
{
    struct exchange *x = c->x;
    json_t *factors = NULL, *factor;
    size_t i;
    jy_err rc = find_rows(x, SQL_FACTOR_LIST, BINDS(B_TEXT("person_id", x->actor.person_id)), factor_columns, &factors, fault);

    json_array_foreach(factors, i, factor)
        if (rc == JY_OK && c->proof.kind == PROOF_NONE && (rc = prove_with(x, c->person, factor, "pending_wrapped", &c->proof)) == JY_OK &&
            c->proof.kind != PROOF_NONE) {
            c->kind = strcmp(member(factor, "kind"), "sm2") == 0 ? "sm2" : "totp";
            rc = jy_base64_decode(jy_slice_text(member(factor, "pending_wrapped")), &c->pending);
        }
    json_decref(factors);
    return rc;
}

jy_err
second_factor_confirm(struct exchange *x, struct jy_fault *fault)
{
    struct confirmation c = { .x = x };
    json_t *codes = json_array();
    jy_err rc;

    PUT(x->object, x->actor.person_id);
    if ((rc = find_row(x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", x->actor.person_id)), account_columns, &c.person, fault)) != JY_OK ||
        (rc = prove_pending(&c, fault)) != JY_OK)
        goto out;
    if (c.proof.kind == PROOF_NONE) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, in_text(x, "signature") != NULL ? "signature" : "code", 0,
                     "does not fit a second factor that waits for confirmation");
        goto out;
    }
    c.first = json_integer_value(json_object_get(c.person, "second_factor")) == 0;
    if ((c.first && (rc = make_codes(&c, codes)) != JY_OK) ||
        (rc = answer_json(x, 200, json_pack("{s:s, s:O}", "kind", c.kind, "recovery_codes", codes))) != JY_OK)
        goto out;
    rc = commit(x, write_confirmed, &c, fault);
out:
    jy_wipe(c.codes, sizeof(c.codes));
    jy_buf_free(&c.pending);
    json_decref(codes);
    json_decref(c.person);
    return rc;
}

static jy_err
write_new_codes(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return write_codes(tx, arg, fault);
}

jy_err
recovery_codes_create(struct exchange *x, struct jy_fault *fault)
{
    struct confirmation c = { .x = x };
    json_t *codes = json_array();
    jy_err rc;

    PUT(x->object, x->actor.person_id);
    if ((rc = make_codes(&c, codes)) == JY_OK && (rc = answer_json(x, 201, json_pack("{s:O}", "recovery_codes", codes))) == JY_OK)
        rc = commit(x, write_new_codes, &c, fault);
    jy_wipe(c.codes, sizeof(c.codes));
    json_decref(codes);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/key/pin.h"

#include "codec/der.h"
#include "codec/text.h"
#include "daemons/key/keyroom.h"

#include <stdio.h>
#include <string.h>

/* -- rules -- */

jy_err
jy_pin_new_code(char out[JY_ACTIVATION_CODE_SIZE])
{
    static const char alphabet[33] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* no I, O, 0, 1; 32 of them: no bias */
    uint8_t random[24];
    size_t len = 0;
    jy_err rc;

    if ((rc = jy_random(random, sizeof(random))) != JY_OK)
        return rc;
    for (size_t i = 0; i < sizeof(random); i++) {
        if (i != 0 && i % 4 == 0)
            out[len++] = '-';
        out[len++] = alphabet[random[i] & 31];
    }
    out[len] = '\0';
    jy_wipe(random, sizeof(random));
    return JY_OK;
}

jy_err
jy_pin_check_rules(const char *pin, const char *old_pin, struct jy_fault *fault)
{
    size_t characters = 0;
    bool lower = false, upper = false, digit = false, other = false;

    if (!jy_utf8_is_valid(jy_slice_text(pin)))
        return jy_fail(fault, JY_E_PIN_WEAK, "newPin", 0, "is not UTF-8");
    for (const char *p = pin; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        characters += (c & 0xC0) != 0x80;
        if (c >= 'a' && c <= 'z')
            lower = true;
        else if (c >= 'A' && c <= 'Z')
            upper = true;
        else if (c >= '0' && c <= '9')
            digit = true;
        else
            other = true;
    }
    if (characters < 8 || characters > 64)
        return jy_fail(fault, JY_E_PIN_WEAK, "newPin", 0, "%zu characters; 8 to 64 are needed", characters);
    if (lower + upper + digit + other < 2)
        return jy_fail(fault, JY_E_PIN_WEAK, "newPin", 0, "one kind of characters; two are needed");
    if (strcmp(pin, old_pin) == 0)
        return jy_fail(fault, JY_E_PIN_WEAK, "newPin", 0, "is the old one");
    return JY_OK;
}

/* -- private keys -- */

/* 32 bytes out of vault secret and PIN: neither gives them alone. */
static jy_err
derive(const struct jy_key_room *room, const char *purpose, const char *key_id, const uint8_t salt[JY_PIN_SALT_SIZE], const char *pin, uint8_t out[32])
{
    struct { uint8_t vault[32], pin[32]; } both;
    char use[JY_ID_SIZE + 40];
    jy_err rc;

    snprintf(use, sizeof(use), "jinyin %s 1 %s", purpose, key_id);
    memcpy(both.vault, room->vault.secret, sizeof(both.vault));
    if ((rc = room->stretch(jy_slice_text(pin), JY_SLICE(salt, JY_PIN_SALT_SIZE), both.pin, sizeof(both.pin))) == JY_OK)
        rc = jy_hkdf_sm3(JY_SLICE(&both, sizeof(both)), JY_SLICE(salt, JY_PIN_SALT_SIZE), use, out, 32);
    jy_wipe(&both, sizeof(both));
    return rc;
}

/* Under a fresh salt. */
static jy_err
wrap(const struct jy_key_room *room, const char *purpose, const char *key_id, uint8_t salt[JY_PIN_SALT_SIZE], const char *pin,
     const struct jy_sm2 *key, struct jy_buf *out)
{
    uint8_t wrapping[32] = { 0 }, secret[JY_DEVICE_SECRET_SIZE] = { 0 };
    bool in_device = jy_device_secret(key, secret);
    jy_err rc;

    jy_buf_wipe(out);
    if ((rc = jy_random(salt, JY_PIN_SALT_SIZE)) == JY_OK && (rc = derive(room, purpose, key_id, salt, pin, wrapping)) == JY_OK &&
        (in_device || (rc = jy_sm2_private(key, secret)) == JY_OK))
        rc = jy_wrap(wrapping, key_id, JY_SLICE(secret, in_device ? sizeof(secret) : 32), out);
    jy_wipe(wrapping, sizeof(wrapping));
    jy_wipe(secret, sizeof(secret));
    return rc;
}

jy_err
jy_pin_wrap(const struct jy_key_room *room, struct jy_key_record *record, const char *pin, const struct jy_sm2 *key)
{
    return wrap(room, "private key", record->key_id, record->salt, pin, key, &record->wrapped_key);
}

jy_err
jy_pin_wrap_hand_over(const struct jy_key_room *room, struct jy_key_record *record, const char *code, const struct jy_sm2 *key)
{
    return wrap(room, "hand-over", record->key_id, record->hand_over.salt, code, key, &record->hand_over.wrapped_key);
}

jy_err
jy_pin_unwrap(const uint8_t wrapping[32], const char *context, struct jy_slice wrapped, const struct jy_key_record *record, struct jy_sm2 **out)
{
    uint8_t point[JY_SM2_POINT_SIZE];
    struct jy_buf d = { 0 };
    jy_err rc;

    if ((rc = jy_unwrap(wrapping, context, wrapped, &d)) == JY_OK && d.len != 32)
        rc = JY_E_INTERNAL;
    if (rc == JY_OK && (rc = jy_sm2_from_private(d.p, out)) == JY_OK && (rc = jy_sm2_point(*out, point)) == JY_OK &&
        memcmp(point, record->point, sizeof(point)) != 0)
        rc = JY_E_INTERNAL;
    jy_buf_wipe(&d);
    return rc;
}

/* R12.1: the PIN opens the access password of the slot that was compared with the certificate at the start. */
static jy_err
unwrap_in_device(const struct jy_key_room *room, const uint8_t wrapping[32], const struct jy_key_record *record, struct jy_slice wrapped, struct jy_sm2 **out)
{
    struct jy_buf secret = { 0 };
    jy_err rc = jy_unwrap(wrapping, record->key_id, wrapped, &secret);

    if (rc == JY_OK)
        rc = room->device == NULL ? JY_E_DEVICE_REFUSED : jy_device_key_of_secret(room->device, jy_buf_slice(&secret), record->point, out);
    jy_buf_wipe(&secret);
    return rc;
}

/* JY_E_SIGNATURE: not this PIN. */
static jy_err
unwrap(const struct jy_key_room *room, const char *purpose, const struct jy_key_record *record, const uint8_t salt[JY_PIN_SALT_SIZE],
       const char *pin, struct jy_slice wrapped, struct jy_sm2 **out)
{
    uint8_t wrapping[32] = { 0 };
    jy_err rc = derive(room, purpose, record->key_id, salt, pin, wrapping);

    if (rc == JY_OK)
        rc = record->slot != 0 ? unwrap_in_device(room, wrapping, record, wrapped, out)
                               : jy_pin_unwrap(wrapping, record->key_id, wrapped, record, out);
    jy_wipe(wrapping, sizeof(wrapping));
    return rc;
}

static jy_err
count_try(struct jy_key_room *room, const char *key_id, const char *what, uint32_t wrong, bool durable, struct jy_fault *fault)
{
    struct jy_entry entry = { .kind = JY_ENTRY_TRY, .time = room->now, .number = wrong };

    snprintf(entry.id, sizeof(entry.id), "%s", key_id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", what);
    return jy_vault_commit(&room->vault, &entry, durable, fault);
}

/* What opens the private key, and where its wrong tries are counted. */
struct lock { const char *purpose, *count; const uint8_t *salt; struct jy_slice wrapped; uint32_t wrong; };

static jy_err
try_lock(struct jy_key_room *room, const struct jy_key_record *record, struct lock lock, const char *pin, struct jy_sm2 **out,
         struct jy_fault *fault)
{
    jy_err rc;

    *out = NULL;
    if (lock.wrapped.len == 0)
        return jy_fail(fault, JY_E_SEAL_NOT_LIVE, record->key_id, 0, "its private key was destroyed (R21.1)");
    if (lock.wrong >= room->pin_retries)
        return jy_fail(fault, JY_E_PIN_LOCKED, record->key_id, 0, "%u wrong PINs in a row", (unsigned)lock.wrong);
    if ((rc = count_try(room, record->key_id, lock.count, ++lock.wrong, true, fault)) != JY_OK)
        return rc;
    rc = unwrap(room, lock.purpose, record, lock.salt, pin, lock.wrapped, out);
    if (rc == JY_E_SIGNATURE)
        return jy_fail(fault, JY_E_PIN_WRONG, record->key_id, 0, "%u tries are left", (unsigned)(room->pin_retries - lock.wrong));
    /* Not durable: what the PIN was given for makes it so, and if a crash takes it the count is only stricter. */
    if (rc == JY_OK)
        rc = count_try(room, record->key_id, lock.count, 0, false, fault);
    else
        jy_fail(fault, rc, record->key_id, 0, "its private key cannot be opened");
    if (rc != JY_OK) {
        jy_sm2_free(*out);
        *out = NULL;
    }
    return rc;
}

jy_err
jy_pin_unlock_to_change(struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out,
                        struct jy_fault *fault)
{
    const struct lock lock = { "private key", "", record->salt, jy_buf_slice(&record->wrapped_key),
                               jy_vault_key_row(&room->vault, record->key_id)->wrong_pins };

    return try_lock(room, record, lock, pin, out, fault);
}

jy_err
jy_pin_unlock_hand_over(struct jy_key_room *room, const struct jy_key_record *record, const char *code, struct jy_sm2 **out, struct jy_fault *fault)
{
    const struct lock lock = { "hand-over", "code", record->hand_over.salt, jy_buf_slice(&record->hand_over.wrapped_key),
                               jy_vault_key_row(&room->vault, record->key_id)->wrong_codes };

    return try_lock(room, record, lock, code, out, fault);
}

jy_err
jy_pin_unlock(struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out, struct jy_fault *fault)
{
    *out = NULL;
    if (record->activation_code[0] != '\0')
        return jy_fail(fault, JY_E_PIN_MUST_CHANGE, record->key_id, 0, "its activation code still stands (R19.2)");
    if (room->now - record->pin_set > room->pin_max_seconds)
        return jy_fail(fault, JY_E_PIN_MUST_CHANGE, record->key_id, 0, "its PIN is more than %lld days old: change it first (R19.2)",
                       (long long)(room->pin_max_seconds / 86400));
    return jy_pin_unlock_to_change(room, record, pin, out, fault);
}

bool
jy_pin_was_just_set(struct jy_key_room *room, const struct jy_key_record *record, const char *pin)
{
    struct jy_sm2 *key = NULL;
    bool same = record->activation_code[0] == '\0' && room->now - record->pin_set <= JY_SECRET_MARK_LIFE &&
                jy_pin_unlock_to_change(room, record, pin, &key, NULL) == JY_OK;

    jy_sm2_free(key);
    return same;
}

/* -- PINs before -- */

#define BEFORE_SIZE (JY_PIN_SALT_SIZE + 32)

jy_err
jy_pin_remember(const struct jy_key_room *room, struct jy_key_record *record, const char *pin)
{
    struct jy_buf all = { 0 };
    uint8_t entry[BEFORE_SIZE];
    jy_err rc;

    if ((rc = jy_random(entry, JY_PIN_SALT_SIZE)) == JY_OK &&
        (rc = derive(room, "PIN before", record->key_id, entry, pin, entry + JY_PIN_SALT_SIZE)) == JY_OK &&
        (rc = jy_buf_add(&all, JY_SLICE(entry, sizeof(entry)))) == JY_OK && record->pins_before.len > 0) {
        size_t kept = record->pins_before.len < (JY_PINS_BEFORE - 1) * sizeof(entry) ? record->pins_before.len : (JY_PINS_BEFORE - 1) * sizeof(entry);
        rc = jy_buf_add(&all, JY_SLICE(record->pins_before.p, kept));
    }
    jy_buf_wipe(&record->pins_before);
    record->pins_before = all;
    jy_wipe(entry, sizeof(entry));
    return rc;
}

jy_err
jy_pin_check_before(const struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_fault *fault)
{
    uint8_t value[32];
    jy_err rc = JY_OK;

    for (size_t at = 0; rc == JY_OK && at + BEFORE_SIZE <= record->pins_before.len; at += BEFORE_SIZE) {
        const uint8_t *entry = record->pins_before.p + at;
        if ((rc = derive(room, "PIN before", record->key_id, entry, pin, value)) == JY_OK &&
            jy_equal_secret(JY_SLICE(value, sizeof(value)), JY_SLICE(entry + JY_PIN_SALT_SIZE, sizeof(value))))
            rc = jy_fail(fault, JY_E_PIN_WEAK, "newPin", 0, "was used before (R19.2)");
    }
    jy_wipe(value, sizeof(value));
    return rc;
}

/* -- sealed secrets -- */

/*
 * SM2Cipher ::= SEQUENCE { x INTEGER, y INTEGER, hash OCTET(32), cipher OCTET }. hash = SM3(x2 ‖ plain ‖ y2) is the ciphertext's own
 * authenticator: numbers can be written in more than one way, but nobody without the secret can make another hash that opens.
 */
static jy_err
mark_of(struct jy_slice sealed, uint8_t mark[JY_SM3_SIZE])
{
    struct jy_der all, body;
    struct jy_der_item x, y;
    struct jy_slice hash, cipher;
    jy_err rc;

    jy_der_open(&all, sealed);
    if ((rc = jy_der_enter(&all, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_get(&body, DER_INTEGER, &x)) != JY_OK ||
        (rc = jy_der_get(&body, DER_INTEGER, &y)) != JY_OK || (rc = jy_der_octets(&body, &hash)) != JY_OK ||
        (rc = jy_der_octets(&body, &cipher)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK || (rc = jy_der_close(&all)) != JY_OK)
        return rc;
    if (hash.len != JY_SM3_SIZE)
        return JY_E_FORMAT;
    memcpy(mark, hash.p, JY_SM3_SIZE);
    return JY_OK;
}

jy_err
jy_pin_open_secret(const struct jy_key_room *room, struct jy_slice sealed, const char *purpose, const char *object, struct jy_secret *out,
                   uint8_t mark[JY_SM3_SIZE], struct jy_fault *fault)
{
    struct jy_sm2 *key = NULL;
    jy_err rc;

    memset(out, 0, sizeof(*out));
    if (mark_of(sealed, mark) != JY_OK)
        return jy_fail(fault, JY_E_SECRET_UNREADABLE, "sealed", 0, "not an SM2Cipher");
    if ((rc = jy_vault_sealing_key(&room->vault, &key)) == JY_OK)
        rc = jy_secret_open(key, sealed, purpose, object, room->now, out, fault);
    jy_sm2_free(key);
    return rc;
}

jy_err
jy_pin_refuse_used(const struct jy_key_room *room, const uint8_t mark[JY_SM3_SIZE], struct jy_fault *fault)
{
    if (jy_vault_mark_is_used(&room->vault, mark))
        return jy_fail(fault, JY_E_SECRET_STALE, "sealed", 0, "it was used already; seal it again");
    return JY_OK;
}

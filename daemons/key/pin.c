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

/* The key that a private key is wrapped by: neither the vault secret nor the PIN gives it alone. */
static jy_err
wrapping_key(const struct jy_key_room *room, const struct jy_key_record *record, const char *pin, uint8_t out[32])
{
    struct { uint8_t vault[32], pin[32]; } both;
    char use[JY_ID_SIZE + 32];
    jy_err rc;

    snprintf(use, sizeof(use), "jinyin private key 1 %s", record->key_id);
    memcpy(both.vault, room->vault.secret, sizeof(both.vault));
    if ((rc = room->stretch(jy_slice_text(pin), JY_SLICE(record->salt, sizeof(record->salt)), both.pin, sizeof(both.pin))) == JY_OK)
        rc = jy_hkdf_sm3(JY_SLICE(&both, sizeof(both)), JY_SLICE(record->salt, sizeof(record->salt)), use, out, 32);
    jy_wipe(&both, sizeof(both));
    return rc;
}

jy_err
jy_pin_wrap(const struct jy_key_room *room, struct jy_key_record *record, const char *pin, const struct jy_sm2 *key)
{
    uint8_t wrapping[32] = { 0 }, d[32] = { 0 };
    jy_err rc;

    jy_buf_wipe(&record->wrapped_key);
    if ((rc = jy_random(record->salt, sizeof(record->salt))) == JY_OK && (rc = wrapping_key(room, record, pin, wrapping)) == JY_OK &&
        (rc = jy_sm2_private(key, d)) == JY_OK)
        rc = jy_wrap(wrapping, record->key_id, JY_SLICE(d, sizeof(d)), &record->wrapped_key);
    jy_wipe(wrapping, sizeof(wrapping));
    jy_wipe(d, sizeof(d));
    return rc;
}

/* JY_E_SIGNATURE: not this PIN. */
static jy_err
unwrap(const struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out)
{
    uint8_t wrapping[32] = { 0 }, point[JY_SM2_POINT_SIZE];
    struct jy_buf d = { 0 };
    jy_err rc;

    if ((rc = wrapping_key(room, record, pin, wrapping)) != JY_OK ||
        (rc = jy_unwrap(wrapping, record->key_id, jy_buf_slice(&record->wrapped_key), &d)) != JY_OK)
        goto out;
    if (d.len != 32)
        rc = JY_E_INTERNAL;
    else if ((rc = jy_sm2_from_private(d.p, out)) == JY_OK && (rc = jy_sm2_point(*out, point)) == JY_OK &&
             memcmp(point, record->point, sizeof(point)) != 0)
        rc = JY_E_INTERNAL;
out:
    jy_wipe(wrapping, sizeof(wrapping));
    jy_buf_wipe(&d);
    return rc;
}

static jy_err
count_try(struct jy_key_room *room, const char *key_id, uint32_t wrong, bool durable, struct jy_fault *fault)
{
    struct jy_entry entry = { .kind = JY_ENTRY_TRY, .time = room->now, .number = wrong };

    snprintf(entry.id, sizeof(entry.id), "%s", key_id);
    return jy_vault_commit(&room->vault, &entry, durable, fault);
}

jy_err
jy_pin_unlock_to_change(struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out,
                        struct jy_fault *fault)
{
    uint32_t wrong = jy_vault_key_row(&room->vault, record->key_id)->wrong_pins;
    jy_err rc;

    *out = NULL;
    if (record->wrapped_key.len == 0)
        return jy_fail(fault, JY_E_SEAL_NOT_LIVE, record->key_id, 0, "its private key was destroyed (R21.1)");
    if (wrong >= room->pin_retries)
        return jy_fail(fault, JY_E_PIN_LOCKED, record->key_id, 0, "%u wrong PINs in a row", (unsigned)wrong);
    if ((rc = count_try(room, record->key_id, ++wrong, true, fault)) != JY_OK)
        return rc;
    rc = unwrap(room, record, pin, out);
    if (rc == JY_E_SIGNATURE)
        return jy_fail(fault, JY_E_PIN_WRONG, record->key_id, 0, "%u tries are left", (unsigned)(room->pin_retries - wrong));
    /* Not durable: what the PIN was given for makes it so, and if a crash takes it the count is only stricter. */
    if (rc == JY_OK)
        rc = count_try(room, record->key_id, 0, false, fault);
    else
        jy_fail(fault, rc, record->key_id, 0, "its private key cannot be opened");
    if (rc != JY_OK) {
        jy_sm2_free(*out);
        *out = NULL;
    }
    return rc;
}

jy_err
jy_pin_unlock(struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out, struct jy_fault *fault)
{
    *out = NULL;
    if (record->activation_code[0] != '\0')
        return jy_fail(fault, JY_E_PIN_MUST_CHANGE, record->key_id, 0, "its activation code still stands (R19.2)");
    return jy_pin_unlock_to_change(room, record, pin, out, fault);
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

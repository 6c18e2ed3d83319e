/* SPDX-License-Identifier: Apache-2.0 */
/* pin.h: PINs: rules, activation codes, tries, and the private keys that they open. */
#ifndef JY_PIN_H
#define JY_PIN_H

#include "daemons/key/vault.h"
#include "ipc/order.h"

/** Stretches a PIN; the production one is jy_argon2id, 0.15 s and 64 MiB a try. */
typedef jy_err jy_pin_stretch(struct jy_slice secret, struct jy_slice salt, uint8_t *out, size_t out_len);

struct jy_key_room;

/** An activation code: 24 characters that cannot be confused, in groups of four, 120 bits. */
#define JY_ACTIVATION_CODE_SIZE 30
JY_CHECK jy_err jy_pin_new_code(char out[JY_ACTIVATION_CODE_SIZE]);
/** 8 to 64 characters of at least two kinds (lower, upper, digit, other), not the old one (R19.2). Errors: JY_E_PIN_WEAK. */
JY_CHECK jy_err jy_pin_check_rules(const char *pin, const char *old_pin, struct jy_fault *fault);
#define JY_PINS_BEFORE 3
/** None of the JY_PINS_BEFORE before the present one (R19.2). Errors: JY_E_PIN_WEAK. */
JY_CHECK jy_err jy_pin_check_before(const struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_fault *fault);
/** Puts the present PIN, which the caller knows to be right, among those before. Comes before jy_pin_wrap. */
JY_CHECK jy_err jy_pin_remember(const struct jy_key_room *room, struct jy_key_record *record, const char *pin);

/** Wraps the private key under vault secret and PIN into record->wrapped_key, with a fresh salt. */
JY_CHECK jy_err jy_pin_wrap(const struct jy_key_room *room, struct jy_key_record *record, const char *pin, const struct jy_sm2 *key);
/**
 * The one way to a private key. The try is on disk before the PIN is checked; a right PIN sets the count back.
 * Errors: JY_E_PIN_MUST_CHANGE the activation code still stands, or the PIN is older than pin_max_days (costs no try); JY_E_PIN_LOCKED;
 * JY_E_PIN_WRONG, the text says how many tries are left; JY_E_SEAL_NOT_LIVE the key was destroyed. Caller frees *out at once after its one use.
 */
JY_CHECK jy_err jy_pin_unlock(struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out,
                              struct jy_fault *fault);
/** The same for changing the PIN: an activation code is good enough. */
JY_CHECK jy_err jy_pin_unlock_to_change(struct jy_key_room *room, const struct jy_key_record *record, const char *pin, struct jy_sm2 **out,
                                        struct jy_fault *fault);

/**
 * Whether a change of the PIN to this one was carried out already, and is asked for again because its answer was lost: the present PIN was set within
 * the life of the secret that set it, and is this one. A person enters his PINs again then, so it is another secret. Counts as a try.
 */
bool jy_pin_was_just_set(struct jy_key_room *room, const struct jy_key_record *record, const char *pin);

/** For a hand-over (R19.1): wraps the private key under vault secret and hand-over code as well, and opens it by that; wrong codes count apart. */
JY_CHECK jy_err jy_pin_wrap_hand_over(const struct jy_key_room *room, struct jy_key_record *record, const char *code, const struct jy_sm2 *key);
JY_CHECK jy_err jy_pin_unlock_hand_over(struct jy_key_room *room, const struct jy_key_record *record, const char *code, struct jy_sm2 **out,
                                        struct jy_fault *fault);

/** Opens what jy_wrap made of a private key and looks that it is this record's. Errors: JY_E_SIGNATURE not by this wrapping key. */
JY_CHECK jy_err jy_pin_unwrap(const uint8_t wrapping[32], const char *context, struct jy_slice wrapped, const struct jy_key_record *record,
                              struct jy_sm2 **out);

/**
 * Opens a sealed secret for this purpose and object (ipc/order.h). mark tells it from every other, however its bytes are encoded.
 * Errors: JY_E_SECRET_UNREADABLE; JY_E_SECRET_STALE too old or too new. Caller wipes *out.
 */
JY_CHECK jy_err jy_pin_open_secret(const struct jy_key_room *room, struct jy_slice sealed, const char *purpose, const char *object,
                                   struct jy_secret *out, uint8_t mark[JY_SM3_SIZE], struct jy_fault *fault);
/** A secret that did something does nothing again. Errors: JY_E_SECRET_STALE. */
JY_CHECK jy_err jy_pin_refuse_used(const struct jy_key_room *room, const uint8_t mark[JY_SM3_SIZE], struct jy_fault *fault);

#endif

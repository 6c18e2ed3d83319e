/* SPDX-License-Identifier: Apache-2.0 */
/* record.h: all that the key room knows of one key. Written whole, wrapped (vault.h), never in part. */
#ifndef JY_RECORD_H
#define JY_RECORD_H

#include <jinyin/crypto.h>

#include "daemons/key/table.h"

#define JY_PIN_SALT_SIZE 16

/** Numbers are on disk: never change one. */
enum jy_key_kind {
    JY_KEY_MAKER = 1, JY_KEY_SEAL = 2, JY_KEY_APPROVER = 3,
    JY_KEY_MADE = 4                    /* no key: a seal that was made here for a key that lies in another node's key room (apart.c) */
};
enum jy_key_state { JY_KEY_USABLE = 1, JY_KEY_FROZEN = 2, JY_KEY_CANCELLED = 3 };

/**
 * KeyRecord ::= SEQUENCE { version INTEGER 3, keyId IA5, kind INTEGER, state INTEGER, commonName UTF8, organization UTF8,
 *   organizationCode UTF8, point OCTET(65), salt OCTET(16), wrappedKey OCTET, activationCode IA5, pinMark OCTET(32), csr OCTET,
 *   certificate OCTET, seal OCTET, custodian IA5, flow OCTET, grants OCTET, pinSet INTEGER, pinsBefore OCTET,
 *   handOver SEQUENCE { person IA5, salt OCTET(16), wrappedKey OCTET, mark OCTET(32), expires INTEGER },
 *   holds OCTET, slot INTEGER }
 * Version 2, still read, had neither holds nor slot.
 */
struct jy_key_record {
    char key_id[JY_ID_SIZE];
    enum jy_key_kind kind;
    enum jy_key_state state;
    char common_name[129], organization[201], organization_code[33]; /* as asked for: a repeated enrolment is told from another */
    uint8_t point[JY_SM2_POINT_SIZE];
    uint8_t salt[JY_PIN_SALT_SIZE];    /* of the PIN */
    struct jy_buf wrapped_key;         /* d under vault secret and PIN; empty: destroyed (R21.1) */
    char activation_code[65];          /* "" once it was replaced by an own PIN (R19.2) */
    uint8_t pin_mark[JY_SM3_SIZE];     /* mark of the secret that set the PIN: that request repeated is the same request */
    struct jy_buf csr, certificate;    /* DER; certificate empty: not bound */
    struct jy_buf seal;                /* kind seal: DER SESeal; empty: not made */
    char custodian[JY_ID_SIZE];        /* kind seal: person id of who activated it or took it over (R19.1) */
    struct jy_buf flow;                /* kind seal: DER Flow (ipc/flow.h); empty: nobody can have a stamp (R16.1) */
    struct jy_buf grants;              /* kind seal: grant.c */
    jy_time pin_set;                   /* when the present PIN was set (R19.2) */
    struct jy_buf pins_before;         /* pin.c: the last ones, newest first, as salt and stretched value */
    struct jy_hand_over {
        char person[JY_ID_SIZE];       /* who is to take it over; "" nobody */
        uint8_t salt[JY_PIN_SALT_SIZE];
        struct jy_buf wrapped_key;     /* d under vault secret and hand-over code */
        uint8_t mark[JY_SM3_SIZE];     /* of the secret that began it */
        jy_time expires;
    } hand_over;
    struct jy_buf holds;               /* kind seal: hold.h; of the supervisor, beside the state, which is the organization's own word */
    uint32_t slot;                     /* of the device that the private key lies in (R12.1); 0: here. wrapped_key is then what opens the slot */
};
/** Ends a hand-over that was begun. */
void jy_record_drop_hand_over(struct jy_key_record *record);

/** Appends the DER; the caller wipes it (activation code). */
JY_CHECK jy_err jy_record_encode(const struct jy_key_record *record, struct jy_buf *out);
/** Refuses leftover bytes and unknown numbers. Ends in jy_record_free, also after an error. */
JY_CHECK jy_err jy_record_parse(struct jy_slice der, struct jy_key_record *out);
/** Wipes and frees; zero-initialised records are allowed. */
void jy_record_free(struct jy_key_record *record);

/** The kind of a key of this name ("maker", "seal", "approver"), or 0. */
enum jy_key_kind jy_key_kind_by_name(const char *name);
const char *jy_key_kind_name(enum jy_key_kind kind);

#endif

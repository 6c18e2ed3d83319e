/* SPDX-License-Identifier: Apache-2.0 */
/* order.h: what is approved and signed between web, people and key: StampOrder, Approval, sealed secrets. see docs/protocol. */
#ifndef JY_ORDER_H
#define JY_ORDER_H

#include <jinyin/crypto.h>

#define JY_ORDER_PLACES_MAX 2000
#define JY_ORDER_COPIES_MAX 1000
#define JY_AMOUNT_MAX 9000000000000000   /* fen */

/**
 * Place ::= SEQUENCE { page INTEGER, xUm, yUm, widthUm, heightUm INTEGER, clip [0] SEQUENCE { xUm, yUm, widthUm, heightUm INTEGER } OPTIONAL }
 * The whole picture's top-left corner from the displayed page's; clip: the strip of a seam (骑缝), from the picture's top-left corner.
 * Rounded to a micrometre; the prepared document, bound by the data hash, holds the exact ones.
 */
struct jy_order_place {
    uint32_t page;                          /* from 1 */
    int64_t x_um, y_um, width_um, height_um;
    bool clipped;
    int64_t clip_x_um, clip_y_um, clip_width_um, clip_height_um;
};
/** SEQUENCE OF Place. Errors: JY_E_ARGUMENT none, or a page or size that is not positive; JY_E_LIMIT more than JY_ORDER_PLACES_MAX. */
JY_CHECK jy_err jy_order_places_encode(const struct jy_order_place *places, size_t count, struct jy_buf *out);
/** *places is the caller's to free(), NULL after an error. */
JY_CHECK jy_err jy_order_places_parse(struct jy_slice der, struct jy_order_place **places, size_t *count);

/**
 * StampOrder ::= SEQUENCE { version INTEGER 2, orderId IA5, sealKeyId IA5, esId IA5, documentDigest OCTET(32), dataHash OCTET(32),
 *   propertyInfo UTF8, places SEQUENCE OF Place, category IA5, purpose UTF8, amountFen INTEGER, copies INTEGER, reference UTF8, requester IA5,
 *   created GeneralizedTime, expires GeneralizedTime, digestOnly BOOLEAN DEFAULT FALSE }
 * The data hash is that of the prepared document: the approver approves the very bytes that will be signed (R16.1).
 */
struct jy_stamp_order {
    char order_id[65], seal_key_id[65], es_id[65];
    uint8_t document_digest[JY_SM3_SIZE], data_hash[JY_SM3_SIZE];
    char property_info[256];
    struct jy_order_place *places;          /* 1 to JY_ORDER_PLACES_MAX */
    size_t place_count;
    char category[33];                      /* document category code */
    char purpose[201];
    int64_t amount_fen;                     /* -1: states none */
    uint32_t copies;                        /* 1 to JY_ORDER_COPIES_MAX: how many prints of the stamped document are meant */
    char reference[65];                     /* of the business, "" none */
    char requester[65];                     /* person or client id */
    jy_time created, expires;
    bool digest_only;                       /* the document stayed with the client: nobody here saw it, digests and places are the client's word */
};
JY_CHECK jy_err jy_stamp_order_encode(const struct jy_stamp_order *order, struct jy_buf *out);
/** Refuses leftover bytes, wrong version, over-long text, numbers out of range. Ends in jy_stamp_order_free, also after an error. */
JY_CHECK jy_err jy_stamp_order_parse(struct jy_slice der, struct jy_stamp_order *out, struct jy_fault *fault);
void jy_stamp_order_free(struct jy_stamp_order *order);

/**
 * What a secret for stamping an order, setting a flow or granting is sealed to: lower-case hex of SM3 of its DER. Not its id: web could
 * put other content under an id before the secret is used.
 */
#define JY_ORDER_OBJECT_SIZE (2 * JY_SM3_SIZE + 1)
JY_CHECK jy_err jy_stamp_order_object(struct jy_slice der, char out[JY_ORDER_OBJECT_SIZE]);
/** The same for approving: hex, "/", the step counted from 0. */
#define JY_APPROVAL_OBJECT_SIZE (JY_ORDER_OBJECT_SIZE + 11)
JY_CHECK jy_err jy_approval_object(struct jy_slice der, uint32_t step, char out[JY_APPROVAL_OBJECT_SIZE]);

/**
 * Approval ::= SEQUENCE { version INTEGER 2, subjectDigest OCTET(32) = SM3 of the StampOrder, Grant or Flow, flowDigest OCTET(32) = SM3 of the flow in
 *   force, step INTEGER, approverKeyId IA5, inPlaceOf IA5, time GeneralizedTime, signature OCTET = SM2 of the approver over the SEQUENCE of
 *   all before }. Made and checked in key only.
 */
#define JY_APPROVAL_MAX 1024                /* bytes of DER */
struct jy_approval {
    uint8_t subject_digest[JY_SM3_SIZE], flow_digest[JY_SM3_SIZE];
    uint32_t step;                          /* from 0 */
    char approver_key_id[65], in_place_of[65]; /* "" in the own place, else the absent approver's key */
    jy_time time;
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
};
/** Signs all but `signature`, which is set, and appends the DER. */
JY_CHECK jy_err jy_approval_make(struct jy_approval *approval, const struct jy_sm2 *key, struct jy_buf *out);
/** The DER of one that is signed. */
JY_CHECK jy_err jy_approval_write(const struct jy_approval *approval, struct jy_buf *out);
JY_CHECK jy_err jy_approval_parse(struct jy_slice der, struct jy_approval *out, struct jy_fault *fault);
/** Errors: JY_E_NO_APPROVAL when digest or signature do not fit. */
JY_CHECK jy_err jy_approval_check(const struct jy_approval *approval, const uint8_t subject_digest[JY_SM3_SIZE], const struct jy_sm2 *approver,
                                  struct jy_fault *fault);

/** SealedSecret plaintext ::= SEQUENCE { version INTEGER 1, purpose IA5, object IA5, time GeneralizedTime, pin UTF8, newPin UTF8 OPTIONAL },
 *  SM2-encrypted to the key process's point by the person's own machine: web carries it and cannot read it. */
struct jy_secret {
    char purpose[17], object[161];
    jy_time time;
    char pin[65], new_pin[65];              /* new_pin "" when absent */
};
JY_CHECK jy_err jy_secret_seal(const struct jy_sm2 *recipient, const struct jy_secret *secret, struct jy_buf *out);
/** Opens and checks purpose, object and |now - time| ≤ 600 s. Errors: JY_E_SECRET_UNREADABLE, JY_E_SECRET_STALE. Caller wipes *out. */
JY_CHECK jy_err jy_secret_open(const struct jy_sm2 *key, struct jy_slice sealed, const char *purpose, const char *object, jy_time now,
                               struct jy_secret *out, struct jy_fault *fault);

#endif

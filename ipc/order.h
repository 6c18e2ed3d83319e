/* SPDX-License-Identifier: Apache-2.0 */
/* order.h: what is approved and signed between web, approver and key: StampOrder, Approval, sealed secrets. see docs/protocol. */
#ifndef JY_ORDER_H
#define JY_ORDER_H

#include <jinyin/crypto.h>

/**
 * StampOrder ::= SEQUENCE { version INTEGER 1, orderId IA5, sealKeyId IA5, esId IA5, documentDigest OCTET(32), dataHash OCTET(32),
 *   propertyInfo UTF8, page INTEGER, xUm INTEGER, yUm INTEGER, widthUm INTEGER, heightUm INTEGER, category IA5, purpose UTF8,
 *   requester IA5, created GeneralizedTime, expires GeneralizedTime }
 * The data hash is that of the prepared document: the approver approves the very bytes that will be signed (R16.1).
 */
struct jy_stamp_order {
    char order_id[65], seal_key_id[65], es_id[65];
    uint8_t document_digest[JY_SM3_SIZE], data_hash[JY_SM3_SIZE];
    char property_info[256];
    uint32_t page;                          /* from 1 */
    int64_t x_um, y_um, width_um, height_um;
    char category[33];                      /* document category code */
    char purpose[201];
    char requester[65];                     /* person id */
    jy_time created, expires;
};
JY_CHECK jy_err jy_stamp_order_encode(const struct jy_stamp_order *order, struct jy_buf *out);
/** Refuses leftover bytes, wrong version, over-long text. */
JY_CHECK jy_err jy_stamp_order_parse(struct jy_slice der, struct jy_stamp_order *out, struct jy_fault *fault);

/**
 * What a secret for approving or stamping an order is sealed to: lower-case hex of SM3(StampOrder DER). Not the order's id: web could
 * put other content under an id before the secret is used.
 */
#define JY_ORDER_OBJECT_SIZE (2 * JY_SM3_SIZE + 1)
JY_CHECK jy_err jy_stamp_order_object(struct jy_slice order_der, char out[JY_ORDER_OBJECT_SIZE]);

/** Approval ::= SEQUENCE { version INTEGER 1, orderDigest OCTET(32) = SM3(StampOrder DER), approverKeyId IA5, time GeneralizedTime,
 *   signature OCTET = SM2 of the approver over the SEQUENCE of the first four }. Made and checked in key only. */
struct jy_approval {
    uint8_t order_digest[JY_SM3_SIZE];
    char approver_key_id[65];
    jy_time time;
    uint8_t signature[JY_SM2_SIGNATURE_MAX];
    size_t signature_len;
};
JY_CHECK jy_err jy_approval_make(struct jy_slice order_der, const char *approver_key_id, jy_time time, const struct jy_sm2 *key, struct jy_buf *out);
JY_CHECK jy_err jy_approval_parse(struct jy_slice der, struct jy_approval *out, struct jy_fault *fault);
/** Errors: JY_E_NO_APPROVAL when digest or signature do not fit. */
JY_CHECK jy_err jy_approval_check(struct jy_slice approval_der, struct jy_slice order_der, const struct jy_sm2 *approver, struct jy_fault *fault);

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

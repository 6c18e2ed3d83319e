/* SPDX-License-Identifier: Apache-2.0 */
/* keyroom.h: the key room as a function from request to answer. What it may be asked and why it refuses the rest: README.md. */
#ifndef JY_KEYROOM_H
#define JY_KEYROOM_H

#include <jinyin/seal.h>

#include "daemons/key/device.h"
#include "daemons/key/pin.h"
#include "daemons/key/vault.h"
#include "ipc/flow.h"
#include "ipc/grant.h"
#include "ipc/ipc.h"
#include "ipc/node.h"

/** What main.c takes from the configuration; stretch and clock are its own choice and not configurable. */
struct jy_key_setup {
    const char *dir, *unlock_file, *seal_vendor;
    int64_t pin_retries;              /* 1..10 */
    int64_t pin_max_days;             /* 1..3650 */
    int64_t hold_officers;            /* 1..5: officers who lift a hold of the supervisor together */
    jy_pin_stretch *stretch;          /* jy_argon2id */
    jy_time (*clock)(void);           /* jy_now */
    const char *sdf_library, *sdf_access_file;   /* "" or NULL: no device */
    enum jy_node node;                /* JY_NODE_NONE: the whole service */
    const char *data_key_file;        /* nodes: 32 bytes; "" or NULL: derived from the unlock secret */
    const char *seal_makers_path;     /* stamping node: certificates of the makers whose seals it takes */
    const char *key_request_key;      /* making node: the stamping node's key, 130 hex digits */
};
struct jy_key_room {
    struct jy_vault vault;
    enum jy_node node;
    bool has_data_key;
    uint8_t data_key[32];             /* of personal data, when it is not derived here (N7) */
    uint8_t request_point[JY_SM2_POINT_SIZE];   /* making node: who signs key requests */
    const char *seal_makers_path;     /* of the setup */
    struct jy_device *device;         /* NULL: every key lies in the vault */
    char seal_vendor[33];
    uint32_t pin_retries;
    uint32_t hold_officers;
    int64_t pin_max_seconds;          /* age from which a PIN must be changed first (R19.2) */
    jy_pin_stretch *stretch;
    jy_time (*clock)(void);
    jy_time now;                      /* of the request being answered: one clock reading for all its checks */
};

/**
 * Opens the vault and the device, and compares the device's keys with those that were enrolled (R12.1). Errors: as jy_vault_open and jy_device_open;
 * JY_E_ARGUMENT names a setting; JY_E_DEVICE_REFUSED a slot holds another key. Ends in jy_key_close, also after an error.
 */
JY_CHECK jy_err jy_key_open(struct jy_key_room *room, const struct jy_key_setup *setup, struct jy_fault *fault);
void jy_key_close(struct jy_key_room *room);
/**
 * Answers one request. On JY_OK *reply is the message that the table of messages names, its bytes held in reply->bytes; the caller ends it
 * with jy_frame_free, also after an error. Errors: JY_E_FORBIDDEN not a request to this room, and those of the request.
 */
JY_CHECK jy_err jy_key_answer(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);

/* -- one function a request (requests.c has the table); what each checks stands above it -- */
typedef jy_err jy_key_handler(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault);
jy_key_handler jy_key_hello, jy_key_enrol, jy_key_bind, jy_key_change_pin;                /* enrol.c */
jy_key_handler jy_key_make_seal, jy_key_seal_state;                                       /* seal.c */
jy_key_handler jy_key_hold, jy_key_lift;                                                   /* hold.c */
jy_key_handler jy_key_set_flow;                                                           /* flow.c */
jy_key_handler jy_key_hand_over, jy_key_take_over, jy_key_unlock;                         /* custody.c */
jy_key_handler jy_key_approve, jy_key_stamp, jy_key_stamp_granted, jy_key_settle;         /* approve.c, stamp.c */
jy_key_handler jy_key_grant, jy_key_revoke_grant;                                         /* grant.c */
/** Begins a maker's key in the first free slot of the device; *key NULL: there is no device, or it is no maker's. */
JY_CHECK jy_err jy_key_new_in_device(struct jy_key_room *room, struct jy_key_record *record, struct jy_sm2 **key, struct jy_fault *fault);   /* slots.c */
/** Every enrolled key of a device is the one in its slot. */
JY_CHECK jy_err jy_key_check_slots(struct jy_key_room *room, struct jy_fault *fault);
jy_key_handler jy_key_statement, jy_key_certificate_request, jy_key_sign_document;        /* statement.c */
/** The key of what the service says in its own name for this purpose. Caller frees. */
JY_CHECK jy_err jy_key_statement_key(struct jy_key_room *room, const char *purpose, struct jy_sm2 **out);

/* -- making apart from stamping, N7 (apart.c) -- */
#define JY_KEY_REQUEST_PURPOSE "key-request"
jy_key_handler jy_key_request, jy_key_take_seal;
/** What the configuration says of the node, and that its key store is this node's. Errors: JY_E_BAD_FIELD, JY_E_NOT_THIS_NODE name it. */
JY_CHECK jy_err jy_key_open_node(struct jy_key_room *room, const struct jy_key_setup *setup, struct jy_fault *fault);
bool jy_key_kind_is_here(const struct jy_key_room *room, enum jy_key_kind kind);
/** The key request in a making's message is the stamping node's, for this very key id, esID and certificate. Errors: JY_E_FORBIDDEN. */
JY_CHECK jy_err jy_key_request_check(const struct jy_key_room *room, const struct jy_msg_KEY_MAKE_SEAL *ask, struct jy_fault *fault);

/* -- what several requests check (checks.c) -- */
/** Loads a key of this kind (0: any). field names it in the fault. Errors: JY_E_ARGUMENT not an id, JY_E_NOT_FOUND none of the kind. */
JY_CHECK jy_err jy_key_load(struct jy_key_room *room, const char *key_id, enum jy_key_kind kind, const char *field,
                            struct jy_key_record *out, struct jy_fault *fault);
/** The bound certificate, alive now. Errors: JY_E_CERT_PERIOD none bound, not yet valid or expired (R13.3). Caller frees. */
JY_CHECK jy_err jy_key_certificate(const struct jy_key_room *room, const struct jy_key_record *record, struct jy_cert **out,
                                   struct jy_fault *fault);
/**
 * An order with all that is known about its seal. Begins in jy_key_order_open (structure, ids), may go on with jy_key_order_check;
 * ends in jy_key_order_free, also after errors.
 */
struct jy_key_order {
    struct jy_stamp_order order;
    uint8_t digest[JY_SM3_SIZE];       /* SM3 of its DER: two orders are the same when their bytes are */
    struct jy_key_record record;       /* of the seal key */
    struct jy_seal *seal;              /* the room's own copy */
    struct jy_cert *cert;              /* the signer's */
};
JY_CHECK jy_err jy_key_order_open(struct jy_slice der, struct jy_key_order *out, struct jy_fault *fault);
/** What an order must be before anybody's PIN is looked at; the list stands in the code. */
JY_CHECK jy_err jy_key_order_check(struct jy_key_room *room, struct jy_key_order *order, struct jy_fault *fault);
void jy_key_order_free(struct jy_key_order *order);
/** Its own copy of the seal in *seal, live and within its dates now. Errors: JY_E_SEAL_NOT_LIVE, JY_E_SEAL_DATES. Caller frees. */
JY_CHECK jy_err jy_key_live_seal(const struct jy_key_room *room, const struct jy_key_record *record, struct jy_seal **seal, struct jy_fault *fault);
/** Made, handed over, not frozen by its organization, not held by the supervisor, not cancelled (R13.2, R19.2, R21.1, R21.2). Errors: JY_E_SEAL_NOT_LIVE. */
JY_CHECK jy_err jy_key_seal_is_live(const struct jy_key_record *record, struct jy_fault *fault);

/* -- chains of approvals (chain.c) -- */
/** What decides about one subject: the seal's flow in force and its path. Ends in jy_key_rule_free, also after an error. */
struct jy_key_rule {
    struct jy_flow *flow;
    const struct jy_flow_path *path;
    uint8_t flow_digest[JY_SM3_SIZE];
    char custodian_key_id[JY_ID_SIZE + 9];   /* the custodian's approver key: "approver-" and the person's id; "" none */
};
/** Errors: JY_E_NO_PATH no flow was set, it is not within its dates, or no path fits. */
JY_CHECK jy_err jy_key_rule_for(const struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_flow_use *use,
                                struct jy_key_rule *out, struct jy_fault *fault);
/** What an order is of that chooses its path. */
struct jy_flow_use jy_key_use_of(const struct jy_stamp_order *order);
void jy_key_rule_free(struct jy_key_rule *rule);
/** Approvals of one subject that were made here, in the order of signing. */
struct jy_key_chain {
    struct jy_approval list[JY_FLOW_APPROVALS_MAX];
    size_t count;
};
/** Those under this flow, NULL: under any. Errors: JY_E_ORDER_SPENT another content has approvals under this id; JY_E_LIMIT. */
JY_CHECK jy_err jy_key_chain_read(const struct jy_key_room *room, const char *id, const uint8_t digest[JY_SM3_SIZE],
                                  const uint8_t flow_digest[JY_SM3_SIZE], struct jy_key_chain *out, struct jy_fault *fault);
/**
 * Whether approvals (a SEQUENCE OF Approval) make the complete chain of this subject: each made here, for these bytes, under this flow, within from..until,
 * by a living certificate, and all together as the path demands. Errors: JY_E_NO_APPROVAL.
 */
struct jy_key_subject { const char *id; const uint8_t *digest; jy_time from, until; };
JY_CHECK jy_err jy_key_chain_check(struct jy_key_room *room, const struct jy_key_rule *rule, const struct jy_key_subject *subject,
                                   struct jy_slice approvals, struct jy_fault *fault);
/** One approval of them: made here, its signature that of a living approver key. */
JY_CHECK jy_err jy_key_approval_check(struct jy_key_room *room, const struct jy_key_subject *subject, struct jy_slice der, struct jy_approval *out,
                                      struct jy_fault *fault);

/** The path of all categories of a grant; they must share one. */
JY_CHECK jy_err jy_key_grant_rule(const struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_grant *grant,
                                  struct jy_key_rule *out, struct jy_fault *fault);
/** Opens the seal's private key by a grant's secret, for this order (grant.c); its use is journalled already. Caller frees *out. */
JY_CHECK jy_err jy_key_grant_use(struct jy_key_room *room, const struct jy_key_order *order, const struct jy_msg_KEY_STAMP_GRANTED *ask,
                                 struct jy_sm2 **out, struct jy_fault *fault);

#endif

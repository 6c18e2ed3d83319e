/* SPDX-License-Identifier: Apache-2.0 */
/* A seal's own life: made, frozen, live again, cancelled. */
#include "daemons/key/keyroom.h"

#include <stdio.h>
#include <string.h>

/* -- made -- */

/* A seal says everything that was asked for: no second memory of the request is needed. */
static bool
is_what_was_asked(const struct jy_seal *seal, const struct jy_msg_KEY_MAKE_SEAL *ask, const struct jy_key_record *maker)
{
    return strcmp(jy_seal_id(seal), ask->es_id) == 0 && strcmp(jy_seal_name(seal), ask->name) == 0 &&
           (uint32_t)jy_seal_type(seal) == ask->type && strcmp(jy_seal_picture_type(seal), ask->picture_type) == 0 &&
           jy_slice_equal(jy_seal_picture(seal), ask->picture) && (uint32_t)jy_seal_width_mm(seal) == ask->width_mm &&
           (uint32_t)jy_seal_height_mm(seal) == ask->height_mm && jy_seal_maker(seal) != NULL &&
           jy_slice_equal(jy_cert_der(jy_seal_maker(seal)), jy_buf_slice(&maker->certificate));
}

/* What was made is read back as a stranger would read it, before anybody gets it. */
static jy_err
check_made(struct jy_slice der, const struct jy_msg_KEY_MAKE_SEAL *ask, const struct jy_key_record *maker, const struct jy_cert *signer,
           struct jy_fault *fault)
{
    struct jy_seal *seal = NULL;
    jy_err rc;

    if ((rc = jy_seal_parse(der, &seal, fault)) == JY_OK && (rc = jy_seal_check_signature(seal, fault)) == JY_OK &&
        (!is_what_was_asked(seal, ask, maker) || !jy_seal_has_signer(seal, signer) || jy_seal_deviations(seal) != 0 ||
         jy_seal_valid_start(seal) != jy_cert_not_before(signer) || jy_seal_valid_end(seal) != jy_cert_not_after(signer)))
        rc = jy_fail(fault, JY_E_INTERNAL, "SESeal", 0, "what was made is not what was asked for");
    jy_seal_free(seal);
    return rc;
}

static jy_err
make(const struct jy_key_room *room, const struct jy_msg_KEY_MAKE_SEAL *ask, const struct jy_key_record *maker,
     const struct jy_cert *maker_cert, const struct jy_sm2 *maker_key, const struct jy_cert *signer, struct jy_buf *out,
     struct jy_fault *fault)
{
    struct jy_seal_fields fields = {
        .vendor = room->seal_vendor, .id = ask->es_id, .type = (int)ask->type, .name = ask->name, .signer = signer, .created = room->now,
        .valid_start = jy_cert_not_before(signer), .valid_end = jy_cert_not_after(signer),     /* R13.3: the certificate's, to the second */
        .picture_type = ask->picture_type, .picture = ask->picture, .width_mm = (int)ask->width_mm, .height_mm = (int)ask->height_mm,
    };
    jy_err rc = jy_seal_make(&fields, maker_key, maker_cert, out, fault);

    return rc == JY_OK ? check_made(jy_buf_slice(out), ask, maker, signer, fault) : rc;
}

/* The request again gives the same seal, whoever's PIN comes with it; another request for the same key is refused. */
static jy_err
same_seal(const struct jy_key_record *record, const struct jy_msg_KEY_MAKE_SEAL *ask, const struct jy_key_record *maker,
          struct jy_fault *fault)
{
    struct jy_seal *seal = NULL;
    jy_err rc = jy_seal_parse(jy_buf_slice(&record->seal), &seal, fault);

    if (rc == JY_OK && !is_what_was_asked(seal, ask, maker))
        rc = jy_fail(fault, JY_E_CONFLICT, "seal_key_id", 0, "another seal was made for %s", record->key_id);
    jy_seal_free(seal);
    return rc;
}

/* N7: on a making node the seal's key lies elsewhere, and its room's signed request stands for it; what was made is remembered under its id. */
static jy_err
seal_record(struct jy_key_room *room, const struct jy_msg_KEY_MAKE_SEAL *ask, struct jy_key_record *record, struct jy_fault *fault)
{
    const struct jy_key_row *row;
    struct jy_cert *cert = NULL;
    jy_err rc;

    if (room->node != JY_NODE_MAKING)
        return jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", record, fault);
    if (!jy_id_is_valid(ask->seal_key_id))
        return jy_fail(fault, JY_E_ARGUMENT, "seal_key_id", 0, "not an id: letters, digits, '-' and '_'");
    if ((rc = jy_key_request_check(room, ask, fault)) != JY_OK)
        return rc;
    if ((row = jy_vault_key_row(&room->vault, ask->seal_key_id)) != NULL && row->recorded) {
        if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_MADE, "seal_key_id", record, fault)) == JY_OK &&
            !jy_slice_equal(jy_buf_slice(&record->certificate), ask->certificate))
            rc = jy_fail(fault, JY_E_CONFLICT, "certificate", 0, "a seal was made for another certificate of %s", record->key_id);
        return rc;
    }
    record->kind = JY_KEY_MADE;
    record->state = JY_KEY_USABLE;
    snprintf(record->key_id, sizeof(record->key_id), "%s", ask->seal_key_id);
    snprintf(record->common_name, sizeof(record->common_name), "%s", ask->es_id);
    if ((rc = jy_cert_parse(ask->certificate, &cert, fault)) == JY_OK && (jy_cert_key(cert) == NULL || !jy_cert_may_sign(cert) || jy_cert_is_ca(cert)))
        rc = jy_fail(fault, JY_E_CERTIFICATE, "certificate", 0, "is not for signing");
    if (rc == JY_OK && (rc = jy_sm2_point(jy_cert_key(cert), record->point)) == JY_OK)
        rc = jy_buf_add(&record->certificate, ask->certificate);
    jy_cert_free(cert);
    return rc;
}

/* Both keys known → made already → seal key usable → both certificates alive (R13.3) → sizes → secret → maker's PIN. */
jy_err
jy_key_make_seal(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_MAKE_SEAL *ask = &request->u.KEY_MAKE_SEAL;
    struct jy_key_record record = { 0 }, maker = { 0 };
    struct jy_cert *signer = NULL, *maker_cert = NULL;
    struct jy_secret secret = { 0 };
    struct jy_sm2 *maker_key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = seal_record(room, ask, &record, fault)) != JY_OK ||
        (rc = jy_key_load(room, ask->maker_key_id, JY_KEY_MAKER, "maker_key_id", &maker, fault)) != JY_OK)
        goto out;
    if (record.seal.len != 0) {
        if ((rc = same_seal(&record, ask, &maker, fault)) == JY_OK)
            rc = jy_buf_add(&reply->bytes, jy_buf_slice(&record.seal));
        goto out;
    }
    if (record.state != JY_KEY_USABLE) {
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s is frozen or cancelled", record.key_id);
        goto out;
    }
    if ((rc = jy_key_certificate(room, &record, &signer, fault)) != JY_OK ||
        (rc = jy_key_certificate(room, &maker, &maker_cert, fault)) != JY_OK)
        goto out;
    if (ask->type > INT32_MAX || ask->width_mm > 200 || ask->height_mm > 200) {
        rc = jy_fail(fault, JY_E_ARGUMENT, "size", 0, "must be: 1 to 200 mm, a type below 2^31");
        goto out;
    }
    if ((rc = jy_pin_open_secret(room, ask->sealed_pin, "make", ask->seal_key_id, &secret, mark, fault)) != JY_OK ||
        (rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK ||
        (rc = jy_pin_unlock(room, &maker, secret.pin, &maker_key, fault)) != JY_OK ||
        (rc = make(room, ask, &maker, maker_cert, maker_key, signer, &record.seal, fault)) != JY_OK ||
        (rc = jy_vault_save(&room->vault, &record, "seal", mark, room->now, fault)) != JY_OK)
        goto out;
    rc = jy_buf_add(&reply->bytes, jy_buf_slice(&record.seal));
out:
    if (rc == JY_OK)
        reply->u.KEY_SEAL_MADE.seal = jy_buf_slice(&reply->bytes);
    jy_sm2_free(maker_key);
    jy_wipe(&secret, sizeof(secret));
    jy_cert_free(maker_cert);
    jy_cert_free(signer);
    jy_record_free(&maker);
    jy_record_free(&record);
    return rc;
}

/* -- stopped and live again -- */

static jy_err
thaw(struct jy_key_room *room, struct jy_key_record *record, struct jy_slice sealed, struct jy_fault *fault)
{
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    jy_err rc;

    if ((rc = jy_pin_open_secret(room, sealed, "unfreeze", record->key_id, &secret, mark, fault)) == JY_OK &&
        (rc = jy_pin_refuse_used(room, mark, fault)) == JY_OK && (rc = jy_pin_unlock(room, record, secret.pin, &key, fault)) == JY_OK) {
        record->state = JY_KEY_USABLE;
        rc = jy_vault_save(&room->vault, record, "live", mark, room->now, fault);
    }
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    return rc;
}

/* Stopping needs nobody's PIN (R21.2); a cancelled key is destroyed and stays so (R21.1). A state that is there already is kept. */
jy_err
jy_key_seal_state(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    static const struct { const char *name; enum jy_key_state state; } names[] = {
        { "live", JY_KEY_USABLE }, { "frozen", JY_KEY_FROZEN }, { "cancelled", JY_KEY_CANCELLED }
    };
    const struct jy_msg_KEY_SEAL_STATE *ask = &request->u.KEY_SEAL_STATE;
    struct jy_key_record record = { 0 };
    enum jy_key_state to = (enum jy_key_state)0;
    jy_err rc;

    (void)reply;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(ask->state, names[i].name) == 0)
            to = names[i].state;
    if (to == 0)
        return jy_fail(fault, JY_E_ARGUMENT, "state", 0, "must be: live, frozen or cancelled");
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK || record.state == to)
        goto out;
    if (record.state == JY_KEY_CANCELLED)
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s is cancelled for good (R21.1)", record.key_id);
    else if (to == JY_KEY_USABLE)
        rc = thaw(room, &record, ask->sealed_pin, fault);
    else {
        record.state = to;
        if (to == JY_KEY_CANCELLED) {
            jy_buf_wipe(&record.wrapped_key);
            jy_buf_wipe(&record.grants);
            jy_record_drop_hand_over(&record);
            jy_wipe(record.activation_code, sizeof(record.activation_code));
        }
        rc = jy_vault_save(&room->vault, &record, ask->state, NULL, room->now, fault);
    }
out:
    jy_record_free(&record);
    return rc;
}

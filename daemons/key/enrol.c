/* SPDX-License-Identifier: Apache-2.0 */
/* A key's first steps: enrolled, bound to its certificate, given an own PIN. */
#include "daemons/key/keyroom.h"

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

/* Nodes that share a database share the key of its personal data, and no other (N7). */
static jy_err
data_key(const struct jy_key_room *room, uint8_t out[32])
{
    if (room->has_data_key) {
        memcpy(out, room->data_key, sizeof(room->data_key));
        return JY_OK;
    }
    return jy_vault_derive(&room->vault, "jinyin personal data 1", out);
}

jy_err
jy_key_hello(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    struct jy_msg_KEY_INFO *answer = &reply->u.KEY_INFO;
    uint8_t both[JY_SM2_POINT_SIZE + 32];
    struct jy_sm2 *key = NULL;
    jy_err rc;

    (void)request, (void)fault;
    if ((rc = jy_vault_sealing_key(&room->vault, &key)) == JY_OK && (rc = jy_sm2_point(key, both)) == JY_OK &&
        (rc = data_key(room, both + JY_SM2_POINT_SIZE)) == JY_OK &&
        (rc = jy_buf_add(&reply->bytes, JY_SLICE(both, sizeof(both)))) == JY_OK) {
        answer->point = JY_SLICE(reply->bytes.p, JY_SM2_POINT_SIZE);
        answer->data_key = JY_SLICE(reply->bytes.p + JY_SM2_POINT_SIZE, 32);
        answer->now = room->now;
        snprintf(answer->device, sizeof(answer->device), "%s", room->device == NULL ? "" : jy_device_name(room->device));
    }
    jy_wipe(both, sizeof(both));
    jy_sm2_free(key);
    return rc;
}

/* -- enrol -- */

static bool
fits_x520(const char *text)
{
    size_t characters = 0;

    for (const char *p = text; *p != '\0'; p++)
        characters += ((unsigned char)*p & 0xC0) != 0x80;
    return characters <= 64 && jy_utf8_is_valid(jy_slice_text(text));
}

static jy_err
check_enrolment(const struct jy_msg_KEY_ENROL *ask, struct jy_fault *fault)
{
    const struct { bool good; const char *field, *rule; } rows[] = {
        { jy_id_is_valid(ask->key_id), "key_id", "letters, digits, '-' and '_'" },
        { jy_key_kind_by_name(ask->kind) != 0, "kind", "maker, seal or approver" },
        { ask->common_name[0] != '\0' && fits_x520(ask->common_name), "common_name", "1 to 64 characters" },
        { fits_x520(ask->organization), "organization", "at most 64 characters" },
        { fits_x520(ask->organization_code), "organization_code", "at most 32 bytes of UTF-8" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (!rows[i].good)
            return jy_fail(fault, JY_E_ARGUMENT, rows[i].field, 0, "must be: %s", rows[i].rule);
    return JY_OK;
}

static jy_err
new_key(struct jy_key_room *room, const struct jy_msg_KEY_ENROL *ask, struct jy_key_record *r, struct jy_fault *fault)
{
    struct jy_sm2 *key = NULL;
    jy_err rc;

    r->kind = jy_key_kind_by_name(ask->kind);
    r->state = JY_KEY_USABLE;
    r->pin_set = room->now;
    snprintf(r->key_id, sizeof(r->key_id), "%s", ask->key_id);
    snprintf(r->common_name, sizeof(r->common_name), "%s", ask->common_name);
    snprintf(r->organization, sizeof(r->organization), "%s", ask->organization);
    snprintf(r->organization_code, sizeof(r->organization_code), "%s", ask->organization_code);
    if ((rc = jy_key_new_in_device(room, r, &key, fault)) == JY_OK && (key != NULL || (rc = jy_sm2_generate(&key)) == JY_OK) &&
        (rc = jy_sm2_point(key, r->point)) == JY_OK &&
        (rc = jy_pin_new_code(r->activation_code)) == JY_OK &&
        (rc = jy_csr_new(key, r->common_name, r->organization, r->organization_code[0] == '\0' ? NULL : r->organization_code, &r->csr,
                         fault)) == JY_OK &&
        (rc = jy_pin_wrap(room, r, r->activation_code, key)) == JY_OK)
        rc = jy_vault_save(&room->vault, r, "enrol", NULL, room->now, fault);
    jy_sm2_free(key);
    return rc;
}

static bool
same_enrolment(const struct jy_key_record *r, const struct jy_msg_KEY_ENROL *ask)
{
    return r->kind == jy_key_kind_by_name(ask->kind) && strcmp(r->common_name, ask->common_name) == 0 &&
        strcmp(r->organization, ask->organization) == 0 && strcmp(r->organization_code, ask->organization_code) == 0 &&
        r->activation_code[0] != '\0';
}

/* A new key; the same request again has the same answer until the activation code was replaced (messages.def). */
jy_err
jy_key_enrol(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_ENROL *ask = &request->u.KEY_ENROL;
    struct jy_msg_KEY_ENROLLED *answer = &reply->u.KEY_ENROLLED;
    const struct jy_key_row *row;
    struct jy_key_record record = { 0 };
    jy_err rc;

    if ((rc = check_enrolment(ask, fault)) != JY_OK)
        return rc;
    if (!jy_key_kind_is_here(room, jy_key_kind_by_name(ask->kind)))
        return jy_fail(fault, JY_E_NOT_THIS_NODE, "kind", 0, "the %s node keeps no %s keys", jy_node_name(room->node), ask->kind);
    row = jy_vault_key_row(&room->vault, ask->key_id);
    if (row == NULL || !row->recorded)
        rc = new_key(room, ask, &record, fault);
    else if ((rc = jy_vault_load(&room->vault, ask->key_id, &record, fault)) == JY_OK && !same_enrolment(&record, ask))
        rc = jy_fail(fault, JY_E_CONFLICT, "key_id", 0, "%s is enrolled already, for another or with an own PIN", ask->key_id);
    if (rc == JY_OK && (rc = jy_buf_add(&reply->bytes, jy_buf_slice(&record.csr))) == JY_OK) {
        answer->csr = jy_buf_slice(&reply->bytes);
        snprintf(answer->activation_code, sizeof(answer->activation_code), "%s", record.activation_code);
    }
    jy_record_free(&record);
    return rc;
}

/* -- bind -- */

static jy_err
check_certificate(const struct jy_key_room *room, const struct jy_key_record *record, const struct jy_cert *cert, struct jy_fault *fault)
{
    uint8_t point[JY_SM2_POINT_SIZE];

    if (jy_cert_key(cert) == NULL || jy_sm2_point(jy_cert_key(cert), point) != JY_OK || memcmp(point, record->point, sizeof(point)) != 0)
        return jy_fail(fault, JY_E_CERT_PERIOD, "certificate", 0, "is of another key (R13.3)");
    if (!jy_cert_may_sign(cert) || jy_cert_is_ca(cert))
        return jy_fail(fault, JY_E_CERTIFICATE, "certificate", 0, "is not for signing");
    if (jy_cert_not_before(cert) >= jy_cert_not_after(cert) || jy_cert_not_after(cert) <= room->now)
        return jy_fail(fault, JY_E_CERT_PERIOD, "certificate", 0, "has expired (R13.3)");
    return JY_OK;
}

/* Who issued it is web's and the verifier's question: a certificate that nobody trusts makes stamps that nobody trusts, no more. */
jy_err
jy_key_bind(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_BIND *ask = &request->u.KEY_BIND;
    struct jy_key_record record = { 0 };
    struct jy_cert *cert = NULL;
    jy_err rc;

    (void)reply;
    if ((rc = jy_key_load(room, ask->key_id, 0, "key_id", &record, fault)) != JY_OK)
        goto out;
    if (record.certificate.len != 0) {
        if (!jy_slice_equal(jy_buf_slice(&record.certificate), ask->certificate))
            rc = jy_fail(fault, JY_E_CONFLICT, "certificate", 0, "another one is bound to %s", ask->key_id);
        goto out;
    }
    if (record.state == JY_KEY_CANCELLED)
        rc = jy_fail(fault, JY_E_BAD_STATE, "key_id", 0, "%s is cancelled (R21.1)", ask->key_id);
    else if ((rc = jy_cert_parse(ask->certificate, &cert, fault)) == JY_OK &&
             (rc = check_certificate(room, &record, cert, fault)) == JY_OK &&
             (rc = jy_buf_add(&record.certificate, ask->certificate)) == JY_OK)
        rc = jy_vault_save(&room->vault, &record, "bind", NULL, room->now, fault);
out:
    jy_cert_free(cert);
    jy_record_free(&record);
    return rc;
}

/* -- PIN -- */

/* The PIN to be replaced is one that was replaced already: a code of 120 bits, or the PIN before. */
static bool
replaces_one_before(const struct jy_key_room *room, const struct jy_key_record *record, const char *pin)
{
    return record->pins_before.len == 0 ? strlen(pin) == JY_ACTIVATION_CODE_SIZE - 1 : jy_pin_check_before(room, record, pin, NULL) == JY_E_PIN_WEAK;
}

/*
 * Secret, rules of the new PIN, then the old PIN: a weak new one costs no try. Who replaces a seal's activation code is its first custodian (R19.1);
 * the secret says who, so that nobody on the way can put another in his place.
 */
jy_err
jy_key_change_pin(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_CHANGE_PIN *ask = &request->u.KEY_CHANGE_PIN;
    struct jy_key_record record = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[161];
    bool names_custodian;
    jy_err rc;

    (void)reply;
    if ((rc = jy_key_load(room, ask->key_id, 0, "key_id", &record, fault)) != JY_OK)
        goto out;
    names_custodian = record.kind == JY_KEY_SEAL && ask->person_id[0] != '\0';
    snprintf(object, sizeof(object), names_custodian ? "%s/%s" : "%s", ask->key_id, ask->person_id);
    if ((rc = jy_pin_open_secret(room, ask->sealed_pins, "change-pin", object, &secret, mark, fault)) != JY_OK)
        goto out;
    if (memcmp(mark, record.pin_mark, sizeof(mark)) == 0)
        goto out;                      /* the same request again: this secret set the present PIN */
    if (record.kind == JY_KEY_SEAL && names_custodian != (record.activation_code[0] != '\0')) {
        if (strcmp(record.custodian, ask->person_id) != 0 || !jy_pin_was_just_set(room, &record, secret.new_pin))
            rc = jy_fail(fault, JY_E_BAD_STATE, "person_id", 0, "its custodian is named when the activation code is replaced, and only then (R19.1)");
        goto out;
    }
    if ((rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK || (rc = jy_pin_check_rules(secret.new_pin, secret.pin, fault)) != JY_OK ||
        (rc = jy_pin_check_before(room, &record, secret.new_pin, fault)) != JY_OK)
        goto out;
    if (replaces_one_before(room, &record, secret.pin) && jy_pin_was_just_set(room, &record, secret.new_pin))
        goto out;
    if ((rc = jy_pin_unlock_to_change(room, &record, secret.pin, &key, fault)) != JY_OK ||
        (record.activation_code[0] == '\0' && (rc = jy_pin_remember(room, &record, secret.pin)) != JY_OK) ||
        (rc = jy_pin_wrap(room, &record, secret.new_pin, key)) != JY_OK)
        goto out;
    if (names_custodian)
        snprintf(record.custodian, sizeof(record.custodian), "%s", ask->person_id);
    jy_wipe(record.activation_code, sizeof(record.activation_code));
    jy_record_drop_hand_over(&record);
    record.pin_set = room->now;
    memcpy(record.pin_mark, mark, sizeof(mark));
    rc = jy_vault_save(&room->vault, &record, "pin", mark, room->now, fault);
out:
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_record_free(&record);
    return rc;
}

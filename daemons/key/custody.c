/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds a seal's PIN: handed over with both sides' word (R19.1); a locked key, opened for further tries by two others (R19.2). */
#include "daemons/key/keyroom.h"

#include <stdio.h>
#include <string.h>

#define HAND_OVER_LIFE (3 * 86400)
#define UNLOCKS_MAX 3                      /* until a right PIN comes */

static void
object_of(const char *seal_key_id, const char *person_id, char out[161])
{
    snprintf(out, 161, "%s/%s", seal_key_id, person_id);
}

/* Seal held by somebody → another person → begun already → secret → rules of the code → old custodian's PIN. */
jy_err
jy_key_hand_over(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_HAND_OVER *ask = &request->u.KEY_HAND_OVER;
    struct jy_key_record record = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[161];
    jy_err rc;

    if (!jy_id_is_valid(ask->person_id))
        return jy_fail(fault, JY_E_ARGUMENT, "person_id", 0, "not an id: letters, digits, '-' and '_'");
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK)
        goto out;
    if (record.state == JY_KEY_CANCELLED || record.custodian[0] == '\0' || strcmp(record.custodian, ask->person_id) == 0) {
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s has no custodian, or this one, or is cancelled (R19.1)", record.key_id);
        goto out;
    }
    object_of(ask->seal_key_id, ask->person_id, object);
    if ((rc = jy_pin_open_secret(room, ask->sealed_pins, "hand-over", object, &secret, mark, fault)) != JY_OK)
        goto out;
    if (memcmp(mark, record.hand_over.mark, sizeof(mark)) == 0)
        goto out;                          /* the same request again */
    if ((rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK || (rc = jy_pin_check_rules(secret.new_pin, secret.pin, fault)) != JY_OK ||
        (rc = jy_pin_unlock(room, &record, secret.pin, &key, fault)) != JY_OK ||
        (rc = jy_pin_wrap_hand_over(room, &record, secret.new_pin, key)) != JY_OK)
        goto out;
    snprintf(record.hand_over.person, sizeof(record.hand_over.person), "%s", ask->person_id);
    memcpy(record.hand_over.mark, mark, sizeof(mark));
    record.hand_over.expires = room->now + HAND_OVER_LIFE;
    rc = jy_vault_save(&room->vault, &record, "hand-over", mark, room->now, fault);
out:
    reply->u.KEY_HAND_OVER_BEGUN.expires = record.hand_over.expires;
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_record_free(&record);
    return rc;
}

/* Secret → taken over already → begun for this person and not over → rules of the new PIN → the code. */
jy_err
jy_key_take_over(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_TAKE_OVER *ask = &request->u.KEY_TAKE_OVER;
    struct jy_key_record record = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[161];
    jy_err rc;

    (void)reply;
    object_of(ask->seal_key_id, ask->person_id, object);
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK ||
        (rc = jy_pin_open_secret(room, ask->sealed_pins, "take-over", object, &secret, mark, fault)) != JY_OK)
        goto out;
    if (memcmp(mark, record.pin_mark, sizeof(mark)) == 0)
        goto out;                          /* the same request again */
    if (record.hand_over.person[0] == '\0' || strcmp(record.hand_over.person, ask->person_id) != 0 || room->now > record.hand_over.expires) {
        if (strcmp(record.custodian, ask->person_id) != 0 || !jy_pin_was_just_set(room, &record, secret.new_pin))
            rc = jy_fail(fault, JY_E_BAD_STATE, "person_id", 0, "no hand-over to this person is open (R19.1)");
        goto out;
    }
    if ((rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK || (rc = jy_pin_check_rules(secret.new_pin, secret.pin, fault)) != JY_OK ||
        (rc = jy_pin_check_before(room, &record, secret.new_pin, fault)) != JY_OK ||
        (rc = jy_pin_unlock_hand_over(room, &record, secret.pin, &key, fault)) != JY_OK ||
        (rc = jy_pin_wrap(room, &record, secret.new_pin, key)) != JY_OK)
        goto out;
    jy_record_drop_hand_over(&record);
    snprintf(record.custodian, sizeof(record.custodian), "%s", ask->person_id);
    memcpy(record.pin_mark, mark, sizeof(mark));
    record.pin_set = room->now;
    rc = jy_vault_save(&room->vault, &record, "take-over", mark, room->now, fault);
out:
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_record_free(&record);
    return rc;
}

/* -- unlocking -- */

/* What this person's word counts as: a colleague's or the maker's. */
static jy_err
vote_of(const struct jy_key_record *locked, const struct jy_key_record *by, uint32_t *vote, struct jy_fault *fault)
{
    char custodian[JY_ID_SIZE + 9];
    struct jy_seal *seal = NULL;
    jy_err rc = JY_OK;

    snprintf(custodian, sizeof(custodian), "approver-%s", locked->custodian);
    if (by->kind == JY_KEY_APPROVER && strcmp(by->key_id, locked->key_id) != 0 && strcmp(by->key_id, custodian) != 0 &&
        strcmp(by->organization_code, locked->organization_code) == 0)
        *vote = JY_VOTE_COLLEAGUE;
    else if (by->kind == JY_KEY_MAKER && locked->kind == JY_KEY_APPROVER)
        *vote = JY_VOTE_MAKER;
    else if (by->kind == JY_KEY_MAKER && locked->seal.len != 0) {
        if ((rc = jy_seal_parse(jy_buf_slice(&locked->seal), &seal, fault)) == JY_OK)
            *vote = jy_seal_maker(seal) != NULL && jy_slice_equal(jy_cert_der(jy_seal_maker(seal)), jy_buf_slice(&by->certificate)) ? JY_VOTE_MAKER : 0;
        jy_seal_free(seal);
    } else
        *vote = 0;
    return rc != JY_OK || *vote != 0 ? rc : jy_fail(fault, JY_E_FORBIDDEN, "by_key_id", 0,
                                                    "an approver of the same organization, not its holder, and the maker of the seal agree to this (R19.2)");
}

/* Whether this key was the last to give this word about the locked one, and the mark of the secret that it came with. */
static jy_err
said_before(struct jy_key_room *room, const struct jy_key_row *row, const char *by_key_id, uint32_t vote, uint8_t mark[JY_SM3_SIZE], bool *by_it,
            struct jy_fault *fault)
{
    uint64_t offset = row->voted_at[vote - 1];
    struct jy_buf bytes = { 0 };
    struct jy_entry entry;
    jy_err rc = JY_OK;

    *by_it = false;
    if (offset != 0 && (rc = jy_journal_read(&room->vault.journal, offset, &bytes, &entry, fault)) == JY_OK && entry.head.len == JY_SM3_SIZE) {
        *by_it = strcmp(entry.detail, by_key_id) == 0;
        memcpy(mark, entry.head.p, JY_SM3_SIZE);
    }
    jy_buf_free(&bytes);
    return rc;
}

/*
 * Nothing is recovered: without the right PIN the private key stays shut. Two keys of two organizations are needed, each opened by its own PIN here,
 * so no administrator does it alone; and only so often, so that the two cannot try PINs for ever.
 */
jy_err
jy_key_unlock(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_UNLOCK *ask = &request->u.KEY_UNLOCK;
    struct jy_entry entry = { .kind = JY_ENTRY_UNLOCK, .time = room->now };
    struct jy_key_record locked = { 0 }, by = { 0 };
    const struct jy_key_row *row;
    struct jy_secret secret = { 0 };
    struct jy_cert *cert = NULL;
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE], said[JY_SM3_SIZE];
    bool said_by_it = false, done;
    jy_err rc;

    if ((rc = jy_key_load(room, ask->key_id, 0, "key_id", &locked, fault)) != JY_OK ||
        (rc = jy_key_load(room, ask->by_key_id, 0, "by_key_id", &by, fault)) != JY_OK)
        goto out;
    row = jy_vault_key_row(&room->vault, ask->key_id);
    if (locked.kind == JY_KEY_MAKER)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "key_id", 0, "a maker's key is not unlocked: a new one is enrolled");
    else if ((rc = vote_of(&locked, &by, &entry.number, fault)) == JY_OK)
        rc = said_before(room, row, ask->by_key_id, entry.number, said, &said_by_it, fault);
    if (rc != JY_OK || (rc = jy_pin_open_secret(room, ask->sealed_pin, "unlock", ask->key_id, &secret, mark, fault)) != JY_OK)
        goto out;
    if (said_by_it && memcmp(said, mark, sizeof(mark)) == 0) {       /* the same request again */
        reply->u.KEY_UNLOCK_NOTED.unlocked = row->wrong_pins < room->pin_retries;
        goto out;
    }
    done = said_by_it && row->wrong_pins == 0 && row->unlocks > 0;   /* its word came last but its answer was lost; the PIN was entered anew */
    if (!done && (row->wrong_pins < room->pin_retries || locked.state == JY_KEY_CANCELLED))
        rc = jy_fail(fault, JY_E_BAD_STATE, "key_id", 0, "%s is not locked", locked.key_id);
    else if (!done && row->unlocks >= UNLOCKS_MAX)
        rc = jy_fail(fault, JY_E_PIN_LOCKED, "key_id", 0, "unlocked %d times without a right PIN: make it anew (R20.1)", UNLOCKS_MAX);
    if (rc != JY_OK || (rc = jy_key_certificate(room, &by, &cert, fault)) != JY_OK ||
        (rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK || (rc = jy_pin_unlock(room, &by, secret.pin, &key, fault)) != JY_OK)
        goto out;
    snprintf(entry.id, sizeof(entry.id), "%s", ask->key_id);
    snprintf(entry.detail, sizeof(entry.detail), "%s", ask->by_key_id);
    entry.head = JY_SLICE(mark, sizeof(mark));
    if (done || (rc = jy_vault_commit(&room->vault, &entry, true, fault)) == JY_OK)
        reply->u.KEY_UNLOCK_NOTED.unlocked = jy_vault_key_row(&room->vault, ask->key_id)->wrong_pins == 0;
out:
    jy_sm2_free(key);
    jy_cert_free(cert);
    jy_wipe(&secret, sizeof(secret));
    jy_record_free(&by);
    jy_record_free(&locked);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The supervisor's holds (R21.2, R4.1; hold.h). Whom a hold names is fixed when it is placed, when `web` is as honest as it will ever be for it: a `web`
 * that is lost later may place holds of its own, naming keys of its own, and lift those; it cannot lift one that names others. An activation code is
 * known to `web`, so a key that still has one is not named; nor is a key of the organization that is held.
 */
#include "daemons/key/hold.h"

#include "codec/der.h"
#include "daemons/key/keyroom.h"

#include <stdio.h>
#include <string.h>

/* -- in the record -- */

static jy_err
read_hold(struct jy_der *der, struct jy_hold *h)
{
    struct jy_der body, list, one;
    jy_err rc;

    memset(h, 0, sizeof(*h));
    if ((rc = jy_der_enter(der, DER_SEQUENCE, &body)) != JY_OK || (rc = jy_der_text(&body, DER_IA5, h->id, sizeof(h->id))) != JY_OK ||
        (rc = jy_der_i64(&body, &h->placed)) != JY_OK || (rc = jy_der_u32(&body, &h->needed)) != JY_OK ||
        (rc = jy_der_enter(&body, DER_SEQUENCE, &list)) != JY_OK || (rc = jy_der_close(&body)) != JY_OK)
        return rc;
    for (; !jy_der_at_end(&list); h->lifter_count++) {
        struct jy_hold_lifter *l = &h->lifters[h->lifter_count];
        if (h->lifter_count == JY_HOLD_LIFTERS_MAX)
            return JY_E_LIMIT;
        if ((rc = jy_der_enter(&list, DER_SEQUENCE, &one)) != JY_OK || (rc = jy_der_text(&one, DER_IA5, l->key_id, sizeof(l->key_id))) != JY_OK ||
            (rc = jy_der_i64(&one, &l->agreed)) != JY_OK || (rc = jy_der_close(&one)) != JY_OK)
            return rc;
    }
    return h->needed >= 1 ? JY_OK : JY_E_FORMAT;
}

jy_err
jy_holds_read(const struct jy_key_record *record, struct jy_hold out[JY_HOLDS_MAX], size_t *count)
{
    struct jy_der der;
    jy_err rc = JY_OK;

    jy_der_open(&der, jy_buf_slice(&record->holds));
    for (*count = 0; rc == JY_OK && !jy_der_at_end(&der); ++*count)
        rc = *count == JY_HOLDS_MAX ? JY_E_LIMIT : read_hold(&der, &out[*count]);
    return rc;
}

static jy_err
write_hold(const struct jy_hold *h, struct jy_buf *out)
{
    struct jy_buf body = { 0 }, list = { 0 }, one = { 0 };
    jy_err rc = JY_OK;

    for (uint32_t i = 0; rc == JY_OK && i < h->lifter_count; i++) {
        one.len = 0;
        if ((rc = jy_der_put_text(&one, DER_IA5, h->lifters[i].key_id)) == JY_OK && (rc = jy_der_put_i64(&one, h->lifters[i].agreed)) == JY_OK)
            rc = jy_der_put(&list, DER_SEQUENCE, jy_buf_slice(&one));
    }
    if (rc == JY_OK && (rc = jy_der_put_text(&body, DER_IA5, h->id)) == JY_OK && (rc = jy_der_put_i64(&body, h->placed)) == JY_OK &&
        (rc = jy_der_put_i64(&body, h->needed)) == JY_OK && (rc = jy_der_put(&body, DER_SEQUENCE, jy_buf_slice(&list))) == JY_OK)
        rc = jy_der_put(out, DER_SEQUENCE, jy_buf_slice(&body));
    jy_buf_free(&one);
    jy_buf_free(&list);
    jy_buf_free(&body);
    return rc;
}

/* All but the one with the index without; pass the count to keep all. */
static jy_err
write_holds(struct jy_key_record *record, const struct jy_hold *holds, size_t count, size_t without)
{
    struct jy_buf all = { 0 };
    jy_err rc = JY_OK;

    for (size_t i = 0; rc == JY_OK && i < count; i++)
        if (i != without)
            rc = write_hold(&holds[i], &all);
    jy_buf_free(&record->holds);
    record->holds = all;
    return rc;
}

static size_t
find_hold(const struct jy_hold *holds, size_t count, const char *id)
{
    size_t at = 0;

    while (at < count && strcmp(holds[at].id, id) != 0)
        at++;
    return at;
}

/* -- placing -- */

/* Whether a key may be named. *fits false: it is left out, and the hold stands all the same. */
static jy_err
may_lift(struct jy_key_room *room, const struct jy_key_record *seal, const struct jy_hold *h, const char *key_id, bool *fits)
{
    struct jy_key_record key = { 0 };
    jy_err rc = jy_key_load(room, key_id, JY_KEY_APPROVER, "officers", &key, NULL);

    *fits = rc == JY_OK && key.activation_code[0] == '\0' && strcmp(key.organization_code, seal->organization_code) != 0;
    for (uint32_t i = 0; i < h->lifter_count; i++)
        if (strcmp(h->lifters[i].key_id, key_id) == 0)
            *fits = false;
    jy_record_free(&key);
    return rc == JY_E_NOT_FOUND || rc == JY_E_ARGUMENT ? JY_OK : rc;
}

static jy_err
name_lifters(struct jy_key_room *room, const struct jy_key_record *seal, const char *officers, struct jy_hold *h, struct jy_fault *fault)
{
    while (*(officers += strspn(officers, " ")) != '\0') {
        char key_id[JY_ID_SIZE] = "";
        size_t len = strcspn(officers, " ");
        bool fits = false;
        jy_err rc;

        if (len < sizeof(key_id))
            memcpy(key_id, officers, len);
        officers += len;
        if ((rc = may_lift(room, seal, h, key_id, &fits)) != JY_OK)
            return jy_fail(fault, rc, "officers", 0, "%s cannot be read", key_id);
        if (fits && h->lifter_count == JY_HOLD_LIFTERS_MAX)
            return jy_fail(fault, JY_E_LIMIT, "officers", 0, "more than %d", JY_HOLD_LIFTERS_MAX);
        if (fits)
            snprintf(h->lifters[h->lifter_count++].key_id, JY_ID_SIZE, "%s", key_id);
    }
    return JY_OK;
}

static void
answer_hold(const struct jy_hold *h, struct jy_msg_KEY_HELD *answer)
{
    size_t at = 0;

    answer->needed = h->needed;
    for (uint32_t i = 0; i < h->lifter_count; i++)
        at += (size_t)snprintf(answer->officers + at, sizeof(answer->officers) - at, "%s%s", i == 0 ? "" : " ", h->lifters[i].key_id);
}

/* Seal known, not ended → this hold stands already, as it was placed → room for one more. */
jy_err
jy_key_hold(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_HOLD *ask = &request->u.KEY_HOLD;
    struct jy_key_record record = { 0 };
    struct jy_hold holds[JY_HOLDS_MAX];
    size_t count, at;
    jy_err rc;

    if (!jy_id_is_valid(ask->hold_id))
        return jy_fail(fault, JY_E_ARGUMENT, "hold_id", 0, "not an id: letters, digits, '-' and '_'");
    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK ||
        (rc = jy_holds_read(&record, holds, &count)) != JY_OK)
        goto out;
    at = find_hold(holds, count, ask->hold_id);
    if (record.state == JY_KEY_CANCELLED)
        rc = jy_fail(fault, JY_E_BAD_STATE, "seal_key_id", 0, "%s is cancelled for good (R21.1)", record.key_id);
    else if (at == count && count == JY_HOLDS_MAX)
        rc = jy_fail(fault, JY_E_LIMIT, "holds", 0, "the seal has %d already", JY_HOLDS_MAX);
    else if (at == count) {
        holds[at] = (struct jy_hold){ .placed = room->now, .needed = room->hold_officers };
        snprintf(holds[at].id, sizeof(holds[at].id), "%s", ask->hold_id);
        if ((rc = name_lifters(room, &record, ask->officers, &holds[at], fault)) == JY_OK &&
            (rc = write_holds(&record, holds, count + 1, count + 1)) == JY_OK)
            rc = jy_vault_save(&room->vault, &record, "hold", NULL, room->now, fault);
    }
    if (rc == JY_OK)
        answer_hold(&holds[at], &reply->u.KEY_HELD);
out:
    jy_record_free(&record);
    return rc;
}

/* -- lifting -- */

static struct jy_hold_lifter *
lifter_of(struct jy_hold *h, const char *key_id)
{
    for (uint32_t i = 0; i < h->lifter_count; i++)
        if (strcmp(h->lifters[i].key_id, key_id) == 0)
            return &h->lifters[i];
    return NULL;
}

static bool
counts(const struct jy_hold_lifter *l, jy_time now)
{
    return l->agreed != 0 && l->agreed <= now && l->agreed + JY_HOLD_AGREED_LIFE >= now;
}

/* How many more must agree, within a day of the first. */
static uint32_t
missing(const struct jy_hold *h, jy_time now)
{
    uint32_t agreed = 0;

    for (uint32_t i = 0; i < h->lifter_count; i++)
        agreed += counts(&h->lifters[i], now);
    return agreed < h->needed ? h->needed - agreed : 0;
}

/* The officer's word: his own PIN, sealed for this hold of this seal. */
static jy_err
agree(struct jy_key_room *room, const struct jy_msg_KEY_LIFT *ask, struct jy_key_record *seal, struct jy_hold *holds, size_t count, size_t at,
      struct jy_fault *fault)
{
    struct jy_hold_lifter *lifter = lifter_of(&holds[at], ask->by_key_id);
    struct jy_key_record officer = { 0 };
    struct jy_secret secret = { 0 };
    struct jy_sm2 *key = NULL;
    uint8_t mark[JY_SM3_SIZE];
    char object[2 * JY_ID_SIZE];
    bool lifted;
    jy_err rc;

    snprintf(object, sizeof(object), "%s/%s", ask->seal_key_id, ask->hold_id);
    if ((rc = jy_key_load(room, ask->by_key_id, JY_KEY_APPROVER, "by_key_id", &officer, fault)) != JY_OK ||
        (rc = jy_pin_open_secret(room, ask->sealed_pin, "lift", object, &secret, mark, fault)) != JY_OK ||
        (rc = jy_pin_refuse_used(room, mark, fault)) != JY_OK || (rc = jy_pin_unlock(room, &officer, secret.pin, &key, fault)) != JY_OK)
        goto out;
    lifter->agreed = room->now;
    lifted = missing(&holds[at], room->now) == 0;
    if ((rc = write_holds(seal, holds, count, lifted ? at : count)) == JY_OK)
        rc = jy_vault_save(&room->vault, seal, lifted ? "lift" : "agree", mark, room->now, fault);
out:
    jy_sm2_free(key);
    jy_wipe(&secret, sizeof(secret));
    jy_record_free(&officer);
    return rc;
}

/*
 * Seal known → a hold that does not stand (any more) is lifted: the same request again → named by it → agreed already → secret → the officer's PIN.
 * No certificate is asked for: a hold may stand longer than one lives, and who is meant was settled when it was placed.
 */
jy_err
jy_key_lift(struct jy_key_room *room, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct jy_msg_KEY_LIFT *ask = &request->u.KEY_LIFT;
    struct jy_key_record record = { 0 };
    struct jy_hold holds[JY_HOLDS_MAX];
    const struct jy_hold_lifter *lifter;
    size_t count, at;
    jy_err rc;

    if ((rc = jy_key_load(room, ask->seal_key_id, JY_KEY_SEAL, "seal_key_id", &record, fault)) != JY_OK ||
        (rc = jy_holds_read(&record, holds, &count)) != JY_OK || (at = find_hold(holds, count, ask->hold_id)) == count)
        goto out;
    if ((lifter = lifter_of(&holds[at], ask->by_key_id)) == NULL)
        rc = jy_fail(fault, JY_E_FORBIDDEN, "by_key_id", 0, "%s is not named by this hold, which %u of %u keys lift (R21.2)", ask->by_key_id,
                     (unsigned)holds[at].needed, (unsigned)holds[at].lifter_count);
    else if (!counts(lifter, room->now) || missing(&holds[at], room->now) == 0)
        rc = agree(room, ask, &record, holds, count, at, fault);
    reply->u.KEY_LIFT_NOTED.missing = missing(&holds[at], room->now);
out:
    jy_record_free(&record);
    return rc;
}

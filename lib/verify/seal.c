/* SPDX-License-Identifier: Apache-2.0 */
/* The seal by itself (seal-formats §2.1; GB/T 38540-2020 6.3, GM/T 0031-2014 6.1.2, GM/T 0031-2025), and what its register says. */
#include "verify/judge.h"
#include "verify/material.h"

#include <jinyin/picture.h>

#include <string.h>

/* Of another seal under the same code the register says nothing about this one. */
static bool
is_of_seal(const struct jy_status_event *event, const uint8_t digest[JY_SM3_SIZE])
{
    return !event->names_seal || memcmp(event->seal_digest, digest, JY_SM3_SIZE) == 0;
}

/* What is good counts from the register itself only: anybody can write a bundle that says so. */
#define NOTE_TOLD(j, check, passed, ...)                         \
    do {                                                         \
        if (!(passed) || (j)->evidence->from_register)           \
            NOTE(j, check, passed, "", __VA_ARGS__);             \
    } while (0)

/*
 * What the register says of the seal: at T it must have been ACTIVE; VOID undoes it from the beginning (N5, N8). Times are whole seconds: a stamp that
 * the register itself recorded in the second in which the seal was stopped came before, since the key signs with no seal that is stopped.
 */
static void
judge_status(struct judgement *j, const struct jy_seal *seal)
{
    const char *then = "not yet made", *today = "not yet made";
    jy_time since_then = 0, since = 0;
    bool known = false, named = false, is_void = false, recorded = j->out->time_source == JY_TIME_REGISTER, usable, usable_now;
    uint8_t digest[JY_SM3_SIZE];
    char when[21];

    if (j->rc != JY_OK)
        return;
    material_seal(j->material, j->out->seal_id);
    for (size_t i = 0; j->evidence != NULL && i < j->evidence->status_count; i++) {
        const struct jy_status_event *event = &j->evidence->status[i];
        if (strcmp(event->seal_id, jy_seal_id(seal)) != 0)
            continue;
        /* Where the register names no seal this one need not be digested. */
        if (event->names_seal && !named && (j->rc = jy_sm3(jy_seal_der(seal), digest)) != JY_OK)
            return;
        named = named || event->names_seal;
        if (!is_of_seal(event, digest)) {
            NOTE(j, SEAL_REGISTERED, false, "", "the register's seal %s is another", event->seal_id);
            return;
        }
        known = true;
        is_void = is_void || strcmp(event->state, "VOID") == 0;
        /* In whatever order they come: of one second the last counts. */
        if ((event->since < j->time || (event->since == j->time && (!recorded || strcmp(event->state, "ACTIVE") == 0))) && event->since >= since_then) {
            then = event->state;
            since_then = event->since;
        }
        if (event->since <= j->now && event->since >= since) {
            today = event->state;
            since = event->since;
        }
    }
    if (!known)
        return;                                          /* a seal of another register: nothing to say */
    usable = strcmp(then, "ACTIVE") == 0;
    usable_now = strcmp(today, "ACTIVE") == 0;
    jy_time_rfc3339(since, when);
    if (named)
        NOTE_TOLD(j, SEAL_REGISTERED, true, "%s", "");
    NOTE_TOLD(j, SEAL_VOID, !is_void, "VOID: as if it had never been made");
    NOTE_TOLD(j, SEAL_STATUS, usable, "%s", then);
    NOTE_TOLD(j, SEAL_STATUS_NOW, usable_now, "%s since %s", today, when);
    /* Whoever still holds the key of a cancelled seal can claim an earlier day. */
    NOTE_TOLD(j, SEAL_STATUS_TIME_CLAIMED, usable_now || j->out->time_is_certain, "%s since %s", today, when);
}

static void
copy_facts(struct judgement *j, const struct jy_seal *seal)
{
    struct jy_signature_report *out = j->out;

    judge_copy(out->seal_id, sizeof(out->seal_id), jy_seal_id(seal));
    judge_copy(out->seal_name, sizeof(out->seal_name), jy_seal_name(seal));
    judge_copy(out->seal_vendor, sizeof(out->seal_vendor), jy_seal_vendor(seal));
    out->seal_version = jy_seal_version(seal);
    out->seal_type = jy_seal_type(seal);
    out->seal_width_mm = jy_seal_width_mm(seal);
    out->seal_height_mm = jy_seal_height_mm(seal);
    out->seal_start = jy_seal_valid_start(seal);
    out->seal_end = jy_seal_valid_end(seal);
}

/* GM/T 0031-2025: a time stamp over the maker's signature value; createDate is not later than its time. */
static bool
judge_seal_stamp(struct judgement *j, const struct jy_seal *seal, jy_time *at)
{
    struct jy_slice token = jy_seal_time_stamp(seal);
    uint8_t digest[JY_SM3_SIZE];
    char when[21], proof[21];
    bool proven;

    if (token.len == 0 || j->rc != JY_OK || (j->rc = jy_sm3(jy_seal_signature(seal), digest)) != JY_OK)
        return false;
    proven = judge_token(j, token, digest, "time stamp of the seal", at);
    jy_time_rfc3339(jy_seal_created(seal), when);
    jy_time_rfc3339(*at, proof);
    NOTE(j, SEAL_TIMESTAMP, proven, "", "the seal's time stamp proves nothing");
    if (proven)
        NOTE(j, SEAL_TIMESTAMP_ORDER, jy_seal_created(seal) <= *at + j->policy->tolerance, "", "made at %s, but existed at %s", when, proof);
    return proven;
}

/* A viewer that goes by the name draws nothing, or something else. Bytes of no known type say nothing. */
static void
judge_picture(struct judgement *j, const struct jy_seal *seal)
{
    enum jy_picture_type type = jy_picture_detect(jy_seal_picture(seal));

    if (type != JY_PICTURE_UNKNOWN && jy_picture_type_of(jy_seal_picture_type(seal)) != type)
        judge_deviations(j, JY_DEV(SEAL_PICTURE_TYPE));
}

void
judge_seal(struct judgement *j, struct jy_seal *seal)
{
    const jy_time made = jy_seal_created(seal), from = jy_seal_valid_start(seal), to = jy_seal_valid_end(seal);
    const struct jy_cert *maker = jy_seal_maker(seal);
    struct jy_fault fault = { 0 };
    char start[21], end[21], when[21];
    jy_err rc = jy_seal_check_signature(seal, &fault);
    jy_time existed = 0, stamped = 0;
    bool proven;

    if (judge_own_trouble(j, rc))
        return;
    proven = judge_seal_stamp(j, seal, &stamped);
    copy_facts(j, seal);
    jy_time_rfc3339(made, when);
    jy_time_rfc3339(from, start);
    jy_time_rfc3339(to, end);
    NOTE(j, SEAL_FORMAT, true, "", NULL);
    judge_picture(j, seal);
    NOTE(j, SEAL_MAKER_CERT, maker != NULL, j->signature->path, "the maker's certificate cannot be read");
    if (rc == JY_E_UNSUPPORTED)
        NOTE(j, SEAL_UNSUPPORTED, false, j->signature->path, "%s", fault.text);
    else
        NOTE(j, SEAL_SIGNATURE, rc == JY_OK, j->signature->path, "%s", fault.text);
    NOTE(j, SEAL_MAKE_TIME, made <= to, "", "made at %s, valid to %s", when, end);
    /* The seal's own time stamp is in what the signer signed: he did it later than that, whatever he claims. */
    jy_time_rfc3339(proven && stamped > made ? stamped : made, when);
    NOTE(j, SEAL_MADE_LATER, (proven && stamped > made ? stamped : made) <= j->time + j->policy->tolerance, "", "made at %s", when);
    /* The earliest time at which the seal is proven to have been there: its own time stamp, or the signature that holds it. */
    if (j->out->time_is_certain)
        existed = j->time;
    if (proven && (existed == 0 || stamped < existed))
        existed = stamped;
    if (maker != NULL)
        judge_maker(j, maker, proven ? stamped : made, existed);
    NOTE(j, SEAL_NOT_YET_VALID, j->time >= from, "", "valid from %s", start);
    NOTE(j, SEAL_EXPIRED, j->time <= to, "", "valid to %s", end);
    NOTE(j, SEAL_ENDED_TIME_CLAIMED, j->now <= to || j->out->time_is_certain, "", "valid to %s", end);
    judge_status(j, seal);
}

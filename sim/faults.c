/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/faults.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define GARBAGE_BYTES 512

static const char *const counterparts[SIM_COUNTERPARTS] = {
    "engraving", "ca", "platform", "tsa", "ocsp", "crl", "mail", "sms", "webhook",
};
static const char *const names[SIM_FAULT__COUNT] = {
#define SIM_FAULT_TEXT(id, name, what) name,
    SIM_FAULTS(SIM_FAULT_TEXT)
#undef SIM_FAULT_TEXT
};

struct sim_faults {
    pthread_mutex_t lock;
    struct side {
        enum sim_fault fault;
        int count, delay_ms;          /* count 0 = for ever */
        int met;                      /* requests that met the fault since it was set */
        struct sim_answer first, held;
    } sides[SIM_COUNTERPARTS];
};

enum sim_counterpart
sim_counterpart_by_name(const char *name)
{
    int i = 0;

    while (i < SIM_COUNTERPARTS && strcmp(counterparts[i], name) != 0)
        i++;
    return (enum sim_counterpart)i;
}

const char *
sim_counterpart_name(enum sim_counterpart counterpart)
{
    return counterparts[counterpart];
}

enum sim_fault
sim_fault_by_name(const char *name)
{
    int i = 0;

    while (i < SIM_FAULT__COUNT && strcmp(names[i], name) != 0)
        i++;
    return (enum sim_fault)i;
}

const char *
sim_fault_name(enum sim_fault fault)
{
    return names[fault];
}

jy_err
sim_faults_new(struct sim_faults **out)
{
    if ((*out = calloc(1, sizeof(**out))) == NULL)
        return JY_E_NOMEM;
    pthread_mutex_init(&(*out)->lock, NULL);
    return JY_OK;
}

void
sim_faults_free(struct sim_faults *faults)
{
    if (faults == NULL)
        return;
    for (int i = 0; i < SIM_COUNTERPARTS; i++) {
        jy_buf_free(&faults->sides[i].first.body);
        jy_buf_free(&faults->sides[i].held.body);
    }
    pthread_mutex_destroy(&faults->lock);
    free(faults);
}

void
sim_faults_set(struct sim_faults *faults, enum sim_counterpart counterpart, enum sim_fault fault, int count, int delay_ms)
{
    struct side *side = &faults->sides[counterpart];

    pthread_mutex_lock(&faults->lock);
    side->fault = fault;
    side->count = count;
    side->delay_ms = delay_ms;
    side->met = 0;
    jy_buf_free(&side->held.body);
    side->held = (struct sim_answer){ 0 };
    pthread_mutex_unlock(&faults->lock);
}

enum sim_fault
sim_faults_take(struct sim_faults *faults, enum sim_counterpart counterpart, int *delay_ms)
{
    struct side *side = &faults->sides[counterpart];
    enum sim_fault fault;

    pthread_mutex_lock(&faults->lock);
    fault = side->fault;
    *delay_ms = side->delay_ms;
    side->met += fault != SIM_FAULT_NONE;
    if (side->count > 0 && --side->count == 0)
        side->fault = SIM_FAULT_NONE;
    pthread_mutex_unlock(&faults->lock);
    return fault;
}

int
sim_faults_met(struct sim_faults *faults, enum sim_counterpart counterpart)
{
    int met;

    pthread_mutex_lock(&faults->lock);
    met = faults->sides[counterpart].met;
    pthread_mutex_unlock(&faults->lock);
    return met;
}

jy_err
sim_faults_absent(struct sim_answer *answer)
{
    answer->status = 503;
    answer->content_type = "text/html";
    answer->body.len = 0;
    return jy_buf_text(&answer->body, "<html><body>Service Unavailable</body></html>");
}

static jy_err
copy(const struct sim_answer *from, struct sim_answer *to)
{
    to->status = from->status;
    to->content_type = from->content_type;
    to->body.len = 0;
    return jy_buf_add(&to->body, jy_buf_slice(&from->body));
}

static void
garble(struct jy_buf *body)
{
    uint32_t state = 2463534242u;                     /* the same garbage each time: a test can be repeated */

    body->len = 0;
    for (int i = 0; i < GARBAGE_BYTES; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        if (jy_buf_byte(body, (uint8_t)state) != JY_OK)
            return;
    }
}

/* The lock is held. */
static jy_err
spoil(struct side *side, enum sim_fault fault, struct sim_answer *answer)
{
    struct sim_answer held;
    jy_err rc = JY_OK;

    if (fault == SIM_FAULT_LOST)
        return sim_faults_absent(answer);
    if (fault == SIM_FAULT_GARBAGE)
        garble(&answer->body);
    else if (fault == SIM_FAULT_CUT)
        answer->body.len /= 2;
    else if (fault == SIM_FAULT_REPLAYED && side->first.status != 0)
        rc = copy(&side->first, answer);
    else if (fault == SIM_FAULT_OUT_OF_ORDER) {
        held = side->held;
        side->held = *answer;
        *answer = held;
        if (answer->status == 0)
            rc = sim_faults_absent(answer);
    }
    if (rc == JY_OK && side->first.status == 0 && fault == SIM_FAULT_NONE)
        rc = copy(answer, &side->first);
    return rc;
}

jy_err
sim_faults_spoil(struct sim_faults *faults, enum sim_counterpart counterpart, enum sim_fault fault, struct sim_answer *answer)
{
    jy_err rc;

    pthread_mutex_lock(&faults->lock);
    rc = spoil(&faults->sides[counterpart], fault, answer);
    pthread_mutex_unlock(&faults->lock);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* answers.h: a request on its way to an answer, and what answers it: one function for each route of sim/routes.c. */
#ifndef JY_SIM_ANSWERS_H
#define JY_SIM_ANSWERS_H

#include "net/http.h"
#include "sim/ca.h"
#include "sim/faults.h"
#include "sim/filings.h"
#include "sim/journal.h"
#include "sim/mail.h"
#include "sim/platform.h"
#include "sim/sim.h"

#include <jansson.h>
#include <pthread.h>

#define JSON "application/json"

struct sim {
    pthread_mutex_t lock;
    int folder;                       /* holds the lock on the folder */
    struct sim_ca *ca;
    bool cmp_confirm;                 /* the CA grants no implicitConfirm */
    struct sim_filings *filings;
    struct sim_faults *faults;
    json_t *messages;                 /* short messages by event_id */
    struct sim_mails *mails;
    struct sim_platform *platform;
    json_t *register_changes;         /* what makes the engraving system's register differ from what it was told */
    struct jy_buf *pictures;          /* one a row of the register; empty until it is asked for */
};

/* One request on its way to an answer; name is what stands for the {} of the path. */
struct call {
    struct sim *sim;
    const char *name;
    json_t *body;                     /* NULL when the route takes none, or bytes */
    struct jy_slice bytes;            /* the body as it came */
    enum sim_fault spoiling;          /* WRONG_NONCE is the answer's own affair */
    const struct sim_head *head;
    jy_time now;
    struct sim_answer *answer;
    struct jy_fault *fault;
};

/** A value as the answer; taken over. */
JY_CHECK jy_err sim_answer_json(struct call *call, int status, json_t *value);
/** 201 {receipt, event_id}; under WRONG_NONCE the event is another. */
JY_CHECK jy_err sim_answer_receipt(struct call *call, const char *receipt);

/* The caller holds the lock. */
JY_CHECK jy_err on_list_seals(struct call *call);
JY_CHECK jy_err on_show_seal(struct call *call);
JY_CHECK jy_err on_file_event(struct call *call);
JY_CHECK jy_err on_list_filings(struct call *call);
JY_CHECK jy_err on_list_register(struct call *call);
JY_CHECK jy_err on_change_register(struct call *call);
JY_CHECK jy_err on_issue_certificate(struct call *call);
JY_CHECK jy_err on_revoke_certificate(struct call *call);
JY_CHECK jy_err on_show_trust(struct call *call);
JY_CHECK jy_err on_show_crl(struct call *call);
JY_CHECK jy_err on_answer_ocsp(struct call *call);
JY_CHECK jy_err on_cmp(struct call *call);
JY_CHECK jy_err on_stamp_time(struct call *call);
JY_CHECK jy_err on_control_ca(struct call *call);
JY_CHECK jy_err on_take_sms(struct call *call);
JY_CHECK jy_err on_list_sms(struct call *call);
JY_CHECK jy_err on_list_mails(struct call *call);
JY_CHECK jy_err on_platform_challenge(struct call *call);
JY_CHECK jy_err on_platform_take(struct call *call);
JY_CHECK jy_err on_platform_token(struct call *call);
JY_CHECK jy_err on_platform_status(struct call *call);
JY_CHECK jy_err on_platform_revoked(struct call *call);
JY_CHECK jy_err on_platform_key(struct call *call);
JY_CHECK jy_err on_platform_list(struct call *call);
JY_CHECK jy_err on_control_platform(struct call *call);

#endif

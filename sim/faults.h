/* SPDX-License-Identifier: Apache-2.0 */
/* faults.h: how a played counterpart misbehaves on demand (POST /control/faults): one fault a counterpart at a time, thread-safe. */
#ifndef JY_SIM_FAULTS_H
#define JY_SIM_FAULTS_H

#include "sim/sim.h"

/** Every fault: X(NAME, name, what happens). The names are those of the control route. */
#define SIM_FAULTS(X) \
    X(NONE, "none", "answers as it should") \
    X(DOWN, "down", "does nothing and answers 503 with a page") \
    X(SLOW, "slow", "does what was asked and answers after delay_ms") \
    X(GARBAGE, "garbage", "does what was asked and answers with bytes that are nothing") \
    X(CUT, "cut", "does what was asked and answers with the first half of the answer") \
    X(LOST, "lost", "does what was asked and answers 503: the answer is lost, the effect is not") \
    X(REPLAYED, "replayed", "does what was asked and gives the first answer that it ever gave there") \
    X(WRONG_NONCE, "wrong_nonce", "answers with another nonce, or to another event, than was asked") \
    X(REFUSE, "refuse", "does nothing and says 422 bad_field") \
    X(DUPLICATE, "duplicate", "gets the request twice, as from a network that doubles") \
    X(OUT_OF_ORDER, "out_of_order", "gives each answer to the request that comes after")

enum sim_fault {
#define SIM_FAULT_ID(id, name, what) SIM_FAULT_##id,
    SIM_FAULTS(SIM_FAULT_ID) SIM_FAULT__COUNT
#undef SIM_FAULT_ID
};
enum sim_counterpart { SIM_ENGRAVING, SIM_CA, SIM_PLATFORM, SIM_TSA, SIM_OCSP, SIM_CRL, SIM_MAIL, SIM_SMS, SIM_WEBHOOK, SIM_COUNTERPARTS };
/** "engraving", "ca", …; SIM_COUNTERPARTS when there is no such. */
enum sim_counterpart sim_counterpart_by_name(const char *name);
const char *sim_counterpart_name(enum sim_counterpart counterpart);
enum sim_fault sim_fault_by_name(const char *name);
const char *sim_fault_name(enum sim_fault fault);

struct sim_faults;                    /* begins in sim_faults_new, ends in sim_faults_free */
JY_CHECK jy_err sim_faults_new(struct sim_faults **out);
void sim_faults_free(struct sim_faults *faults);
/** From now on, for the next `count` requests; 0 = until it is set anew. */
void sim_faults_set(struct sim_faults *faults, enum sim_counterpart counterpart, enum sim_fault fault, int count, int delay_ms);
/** The fault for one request, counted down. */
enum sim_fault sim_faults_take(struct sim_faults *faults, enum sim_counterpart counterpart, int *delay_ms);
/** How many requests have met a fault since it was set; a fault that nobody met shows nothing. */
int sim_faults_met(struct sim_faults *faults, enum sim_counterpart counterpart);
/** What becomes of a good answer under a fault; also keeps what REPLAYED and OUT_OF_ORDER need. */
JY_CHECK jy_err sim_faults_spoil(struct sim_faults *faults, enum sim_counterpart counterpart, enum sim_fault fault, struct sim_answer *answer);
/** An answer of a counterpart that is not there. */
JY_CHECK jy_err sim_faults_absent(struct sim_answer *answer);

#endif

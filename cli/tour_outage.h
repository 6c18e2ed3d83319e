/* SPDX-License-Identifier: Apache-2.0 */
/* tour_outage.h: outside systems that fail while an application is on its way: which, when, how; the simulator plays them. */
#ifndef JY_TOUR_OUTAGE_H
#define JY_TOUR_OUTAGE_H

#include "cli/tour.h"

/** What happens in an application's course: bits, by which an outside system is asked or told. */
enum occasion { MAKES = 1u << 0, KEEPS = 1u << 1, ENDS = 1u << 2, STAMPS = 1u << 3 };
/** Where in its course. What is told, at AT_ORDER and AT_DELIVERY, waits in the outbox; what is asked holds the person up. */
enum moment { AT_SUBMISSION, AT_MAKING, AT_STAMPING, AT_ORDER, AT_DELIVERY };
bool outage_is_told(enum moment moment);

struct outside {
    const char *counterpart;          /* the simulator's name of it */
    const char *config;               /* it is connected when this key is set */
    const char *zh, *en, *source;
    enum moment moment;
    unsigned needs;                   /* all of these occasions */
};
struct outage { const struct outside *outside; size_t fault; bool chosen; };

#define OUTAGE_ROWS 16
#define OUTAGE_FAULTS 32
struct outages {
    json_t *faults;                   /* names, from the simulator */
    size_t fault_count;
    bool connected[OUTAGE_ROWS];
    int tried[OUTAGE_ROWS][OUTAGE_FAULTS], done[OUTAGE_ROWS][OUTAGE_FAULTS];   /* done: how often it was met and got over */
};
/** config: the service's configuration, which says what is connected. Errors: those of life_ask_simulator. */
JY_CHECK jy_err outages_open(struct life *life, const json_t *config, struct outages *out, struct jy_fault *fault);
void outages_close(struct outages *outages);
/** The outage that was tried least, among those that an application with these occasions can meet; none: chosen is false. */
struct outage outages_choose(struct outages *outages, unsigned occasions);
const char *outages_fault(const struct outages *outages, const struct outage *outage);
void outages_got_over(struct outages *outages, const struct outage *outage);
/** Table of outside systems and faults; returns how many of the pairs were not shown. */
int outages_print(const struct outages *outages);

/** From now on it fails; then, once it was met or seconds have passed, it is well again. *met: how many requests met the fault. */
JY_CHECK jy_err outage_begin(struct life *life, const struct outages *outages, const struct outage *outage, struct jy_fault *fault);
JY_CHECK jy_err outage_end(struct life *life, const struct outage *outage, int seconds, int *met, struct jy_fault *fault);

#endif

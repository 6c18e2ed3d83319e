/* SPDX-License-Identifier: Apache-2.0 */
/* tour_round.h: one kind of seal on its way through the applications. */
#ifndef JY_TOUR_ROUND_H
#define JY_TOUR_ROUND_H

#include "cli/tour_outage.h"

#include "core/rules.h"

#define SEALS_MAX 16                  /* of one kind's life: each making is another seal */

struct round {
    struct tour *tour;
    struct outages *outages;
    const struct seal_kind *kind;
    struct jy_slice document;
    const char *extension;            /* of the document */
    char document_id[65];
    double x, y;                      /* where it is stamped */
    char state[33];                   /* of the present seal, "" before there is one */
    char seals[SEALS_MAX][65];
    size_t seal_count;
    char waiting[65];                 /* an approved order of the present seal */
    struct jy_buf stamped;            /* the last one */
    /* the application on its way */
    const struct application_type *type;
    struct life_application application;
    struct outage outage;
    json_t *answer;
    char order[65], result[65];
};

/**
 * One application from its draft to what it brings about: while it is on its way one outside system fails; what was approved before must not be
 * stamped after it, and a living seal stamps. Ends when nothing waits for an outside system. Errors: what the service says no to.
 */
JY_CHECK jy_err round_application(struct round *r, const struct application_type *type, struct jy_fault *fault);

#endif

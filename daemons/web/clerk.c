/* SPDX-License-Identifier: Apache-2.0 */
/* Work without a request that waits for others: on a thread of its own, so that a slow counterpart delays no settling and no expiry. */
#include "daemons/web/clerk.h"

#include "daemons/web/evidence.h"
#include "daemons/web/reconcile.h"
#include "daemons/web/seal_request.h"

#include <time.h>
#include <unistd.h>

#define STEP_MS 100
#define STOP_SECONDS 1

static void
refresh_trust(struct web *web)
{
    struct jy_buf pem = { 0 };
    struct jy_fault fault = { 0 };

    if (trust_pem(web, true, &pem, &fault) != JY_OK)
        jy_log("warning", "no_trust_data", "%s %s", fault.where, fault.text);
    jy_buf_free(&pem);
}

/* N7: a verification node asks nobody outside; it reads what another node brought. */
static void
read_trust(struct web *web)
{
    struct jy_fault fault = { 0 };

    if (trust_read_again(web, &fault) != JY_OK)
        jy_log("warning", "no_trust_data", "%s %s", fault.where, fault.text);
}

#define WRITING (JY_NODE_WHOLE | JY_NODE_MAKING | JY_NODE_STAMPING)
#define STAMPING (JY_NODE_WHOLE | JY_NODE_STAMPING)
static const struct { void (*work)(struct web *web); int every_ms; unsigned nodes; } works[] = {
    { refresh_trust, 60000, WRITING }, { read_trust, 10000, JY_NODE_VERIFICATION }, { reconcile_work, 1000, STAMPING }, { evidence_work, 1000, STAMPING },
    { seal_requests_serve, 100, JY_NODE_STAMPING },
};

static void *
work(void *argument)
{
    struct web *web = argument;

    for (int64_t elapsed = 0; !jy_room_stopping(web->room); elapsed += STEP_MS) {
        for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
            if ((works[i].nodes & web->node) != 0 && elapsed % works[i].every_ms == 0 && !jy_room_stopping(web->room))
                works[i].work(web);
        usleep(STEP_MS * 1000);
    }
    return NULL;
}

jy_err
clerk_start(struct web *web)
{
    return pthread_create(&web->clerk, NULL, work, web) == 0 ? JY_OK : JY_E_NOMEM;
}

bool
clerk_stop(struct web *web)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOP_SECONDS;
    return pthread_timedjoin_np(web->clerk, NULL, &until) == 0;
}

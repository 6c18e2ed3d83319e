/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tour_outage.h"
#include "cli/columns.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SLOW_MS 300
#define LOOK_US 20000

/* Every outside system that a seal's life meets, once for each thing that it is asked or told. */
static const struct outside rows[] = {
    { "engraving", "engraving_url", "刻章系统：核对实物印章", "engraving system, asked for the physical seal", "R8.1", AT_SUBMISSION, MAKES },
    { "ca", "ca_url", "认证机构：签发证书", "CA, asked for a certificate", "R11.1", AT_MAKING, MAKES },
    { "tsa", "tsa_url", "时间戳服务", "time stamp authority", "N4", AT_STAMPING, STAMPS },
    { "sms", "sms_url", "短信网关：通知审批人", "SMS gateway, tells the approver", "R16.1", AT_ORDER, STAMPS },
    { "engraving", "engraving_url", "刻章系统：备案", "engraving system, told of the filing", "R13.2", AT_DELIVERY, KEEPS },
    { "ca", "ca_url", "认证机构：吊销证书", "CA, told of the revocation", "N2", AT_DELIVERY, KEEPS | ENDS },
    { "platform", "platform_url", "国家平台：发布状态", "national platform, told of the state", "R5.2", AT_DELIVERY, 0 },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS <= OUTAGE_ROWS, "more outside systems than outages are counted");

bool
outage_is_told(enum moment moment)
{
    return moment == AT_ORDER || moment == AT_DELIVERY;
}

jy_err
outages_open(struct life *life, const json_t *config, struct outages *out, struct jy_fault *fault)
{
    json_t *answer = NULL;
    jy_err rc;

    *out = (struct outages){ 0 };
    if ((rc = life_ask_simulator(life, "/control/faults", NULL, &answer, fault)) != JY_OK)
        return rc;
    out->faults = json_incref(json_object_get(answer, "faults"));
    out->fault_count = json_array_size(out->faults) < OUTAGE_FAULTS ? json_array_size(out->faults) : OUTAGE_FAULTS;
    json_decref(answer);
    for (size_t i = 0; i < ROWS; i++)
        out->connected[i] = json_string_length(json_object_get(config, rows[i].config)) > 0;
    return JY_OK;
}

void
outages_close(struct outages *outages)
{
    json_decref(outages->faults);
    outages->faults = NULL;
}

const char *
outages_fault(const struct outages *outages, const struct outage *outage)
{
    return json_string_value(json_array_get(outages->faults, outage->fault));
}

struct outage
outages_choose(struct outages *outages, unsigned occasions)
{
    struct outage best = { 0 };
    int least = 0, most_left = -1;

    for (size_t i = 0; i < ROWS; i++) {
        int left = 0, times = -1;
        size_t fault = 0;
        if (!outages->connected[i] || (rows[i].needs & occasions) != rows[i].needs)
            continue;
        for (size_t k = 0; k < outages->fault_count; k++) {
            size_t f = (k + 3 * i) % outages->fault_count;   /* each system begins with another one: a short tour shows many */
            if (times < 0 || outages->tried[i][f] < times) {
                times = outages->tried[i][f];
                fault = f;
            }
            left += outages->tried[i][f] == 0;
        }
        if (times >= 0 && (!best.chosen || times < least || (times == least && left > most_left))) {
            best = (struct outage){ &rows[i], fault, true };
            least = times;
            most_left = left;
        }
    }
    if (best.chosen)
        outages->tried[best.outside - rows][best.fault]++;
    return best;
}

void
outages_got_over(struct outages *outages, const struct outage *outage)
{
    outages->done[outage->outside - rows][outage->fault]++;
}

int
outages_print(const struct outages *outages)
{
    int missing = 0;

    print_column("", 54);
    for (size_t f = 0; f < outages->fault_count; f++)
        printf(" %s", json_string_value(json_array_get(outages->faults, f)));
    putchar('\n');
    for (size_t i = 0; i < ROWS; i++) {
        char name[256];
        if (!outages->connected[i])
            continue;
        snprintf(name, sizeof(name), "%s", rows[i].zh);
        print_column(rows[i].source, 7);
        print_column(name, 47);
        for (size_t f = 0; f < outages->fault_count; f++) {
            int columns = (int)json_string_length(json_array_get(outages->faults, f)), times = outages->done[i][f];
            printf(" %*s%s%*s", columns / 2, "", times > 0 ? "✓" : "·", columns - columns / 2 - 1, "");
            missing += times == 0;
        }
        printf("\n       %s\n", rows[i].en);
    }
    return missing;
}

static jy_err
set_fault(struct life *life, const char *counterpart, const char *fault_name, struct jy_fault *fault)
{
    json_t *answer = NULL;
    jy_err rc = life_ask_simulator(life, "/control/faults", json_pack("{ss ss si}", "counterpart", counterpart, "fault", fault_name, "delay_ms", SLOW_MS),
                                   &answer, fault);

    json_decref(answer);
    return rc;
}

jy_err
outage_begin(struct life *life, const struct outages *outages, const struct outage *outage, struct jy_fault *fault)
{
    return set_fault(life, outage->outside->counterpart, outages_fault(outages, outage), fault);
}

jy_err
outage_end(struct life *life, const struct outage *outage, int seconds, int *met, struct jy_fault *fault)
{
    jy_time until = jy_now() + seconds;
    jy_err rc;

    *met = 0;
    do {
        json_t *answer = NULL, *mine;
        if ((rc = life_ask_simulator(life, "/control/faults", NULL, &answer, fault)) != JY_OK)
            return rc;
        mine = json_object_get(json_object_get(answer, "counterparts"), outage->outside->counterpart);
        *met = (int)json_integer_value(json_object_get(mine, "met"));
        json_decref(answer);
    } while (*met == 0 && jy_now() < until && usleep(LOOK_US) == 0);
    return set_fault(life, outage->outside->counterpart, "none", fault);
}

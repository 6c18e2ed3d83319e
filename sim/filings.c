/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/filings.h"

#include "sim/journal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_filings {
    struct sim_journal *journal;
    json_t *list;                     /* the lines, in order */
    json_t *by_event;                 /* event_id → line */
};

static jy_err
remember(void *self, const json_t *line, struct jy_fault *fault)
{
    struct sim_filings *filings = self;
    const char *event_id = sim_json_text(line, "event_id", 64);

    if (event_id == NULL || sim_json_text(line, "receipt", 64) == NULL || !json_is_object(json_object_get(line, "body")))
        return jy_fail(fault, JY_E_DAMAGED, "filings.jsonl", 0, "a line lacks something");
    if (json_object_set(filings->by_event, event_id, (json_t *)line) != 0 || json_array_append(filings->list, (json_t *)line) != 0)
        return jy_fail(fault, JY_E_NOMEM, "filings.jsonl", 0, "line");
    return JY_OK;
}

jy_err
sim_filings_open(const char *folder, struct sim_filings **out, struct jy_fault *fault)
{
    struct sim_filings *filings = calloc(1, sizeof(*filings));
    jy_err rc;

    *out = NULL;
    if (filings == NULL || (filings->list = json_array()) == NULL || (filings->by_event = json_object()) == NULL)
        rc = jy_fail(fault, JY_E_NOMEM, "filings", 0, "filings");
    else
        rc = sim_journal_open(folder, "filings.jsonl", remember, filings, &filings->journal, fault);
    if (rc == JY_OK)
        *out = filings;
    else
        sim_filings_close(filings);
    return rc;
}

void
sim_filings_close(struct sim_filings *filings)
{
    if (filings == NULL)
        return;
    sim_journal_close(filings->journal);
    json_decref(filings->list);
    json_decref(filings->by_event);
    free(filings);
}

jy_err
sim_filings_add(struct sim_filings *filings, json_t *body, jy_time now, char receipt[65], struct jy_fault *fault)
{
    const char *event_id = sim_json_text(body, "event_id", 64);
    const json_t *known;
    json_t *line = NULL;
    char received[21];
    jy_err rc;

    if (event_id == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "event_id", 0, "1 to 64 bytes");
    if (sim_json_text(body, "event", 64) == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "event", 0, "1 to 64 bytes");
    if ((known = json_object_get(filings->by_event, event_id)) != NULL) {
        if (!json_equal(json_object_get(known, "body"), body))
            return jy_fail(fault, JY_E_CONFLICT, "event_id", 0, "came before with another body");
        snprintf(receipt, 65, "%s", json_string_value(json_object_get(known, "receipt")));
        return JY_OK;
    }
    jy_time_rfc3339(now, received);
    snprintf(receipt, 65, "F-%08zu", json_array_size(filings->list) + 1);
    if ((line = json_pack("{ss ss ss sO}", "event_id", event_id, "receipt", receipt, "received", received, "body", body)) == NULL)
        rc = jy_fail(fault, JY_E_NOMEM, "event_id", 0, "line");
    else if ((rc = sim_journal_append(filings->journal, line, fault)) == JY_OK)
        rc = remember(filings, line, fault);
    json_decref(line);
    return rc;
}

json_t *
sim_filings_list(const struct sim_filings *filings)
{
    return json_copy(filings->list);
}

/* The members that are there replace those that were known. */
static bool
take_over(json_t *rows, const char *es_id, const json_t *from)
{
    static const char *const members[] = { "state", "impression_digest" };
    json_t *row = json_object_get(rows, es_id), *value;

    if (row == NULL && ((row = json_object()) == NULL || json_object_set_new(rows, es_id, row) != 0))
        return false;
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
        if ((value = json_object_get(from, members[i])) != NULL && json_object_set(row, members[i], value) != 0)
            return false;
    return true;
}

json_t *
sim_filings_register(const struct sim_filings *filings, const json_t *changes)
{
    json_t *rows = json_object(), *line, *change;
    const char *es_id;
    bool good = rows != NULL;
    size_t i;

    json_array_foreach(filings->list, i, line) {
        const json_t *body = json_object_get(line, "body");
        if (good && (es_id = sim_json_text(body, "es_id", 64)) != NULL)
            good = take_over(rows, es_id, body);
    }
    json_object_foreach((json_t *)(uintptr_t)changes, es_id, change) {
        if (good && json_is_null(change))
            json_object_del(rows, es_id);
        else if (good)
            good = take_over(rows, es_id, change);
    }
    if (good)
        return rows;
    json_decref(rows);
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The engraving system: its physical seals, the filings that it is told of, its register of electronic seals. */
#include "sim/answers.h"
#include "sim/draw.h"
#include "sim/register.h"

#include "codec/text.h"

#include <stdlib.h>
#include <string.h>

static json_t *
seal_facts(const struct sim_seal *seal)
{
    struct jy_buf name = { 0 };
    json_t *facts = NULL;

    if (sim_seal_name(seal, &name) == JY_OK)
        facts = json_pack("{ss ss ss# ss ss si si}", "seal_code", seal->seal_code, "uscc", sim_seal_organization(seal)->uscc, "name",
                          (const char *)name.p, (int)name.len, "kind", seal->kind, "state", seal->state, "width_mm", seal->width_mm,
                          "height_mm", seal->height_mm);
    jy_buf_free(&name);
    return facts;
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

jy_err
on_list_seals(struct call *call)
{
    size_t count;
    const struct sim_seal *rows = sim_seals(&count);
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < count; i++)
        if (json_array_append_new(list, seal_facts(&rows[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    return sim_answer_json(call, 200, list == NULL ? NULL : json_pack("{so}", "seals", list));
}

jy_err
on_show_seal(struct call *call)
{
    size_t count;
    const struct sim_seal *rows = sim_seals(&count), *seal = sim_seal_by_code(call->name);
    struct jy_buf *picture, base64 = { 0 };
    json_t *facts = NULL;
    jy_err rc = JY_OK;

    if (seal == NULL)
        return jy_fail(call->fault, JY_E_NOT_FOUND, "seal_code", 0, "not in the register");
    picture = &call->sim->pictures[seal - rows];
    if ((picture->len == 0 && (rc = sim_draw(seal, picture, call->fault)) != JY_OK) ||
        (rc = jy_base64_encode(jy_buf_slice(picture), &base64)) != JY_OK)
        goto out;
    if ((facts = seal_facts(seal)) == NULL || json_object_set_new(facts, "picture_type", json_string("PNG")) != 0 ||
        json_object_set_new(facts, "picture", json_stringn((const char *)base64.p, base64.len)) != 0) {
        json_decref(facts);
        facts = NULL;
    }
    rc = sim_answer_json(call, 200, facts);
out:
    jy_buf_free(&base64);
    return rc;
}

jy_err
on_file_event(struct call *call)
{
    char receipt[65];
    jy_err rc = sim_filings_add(call->sim->filings, call->body, call->now, receipt, call->fault);

    return rc == JY_OK ? sim_answer_receipt(call, receipt) : rc;
}

jy_err
on_list_filings(struct call *call)
{
    json_t *list = sim_filings_list(call->sim->filings);

    return sim_answer_json(call, 200, list == NULL ? NULL : json_pack("{so}", "filings", list));
}

#define REGISTER_PAGE_MAX 500

/* A page of the register of electronic seals in the order of es_id, after the one named. */
jy_err
on_list_register(struct call *call)
{
    const char *after = sim_json_text(call->body, "after", 64), *es_id;
    json_int_t limit = json_integer_value(json_object_get(call->body, "limit"));
    json_t *rows, *page = json_array(), *row;
    const char **names;
    size_t count = 0, taken = 0;

    if (limit < 1 || limit > REGISTER_PAGE_MAX) {
        json_decref(page);
        return jy_fail(call->fault, JY_E_BAD_FIELD, "limit", 0, "1 to %d", REGISTER_PAGE_MAX);
    }
    if ((rows = sim_filings_register(call->sim->filings, call->sim->register_changes)) == NULL ||
        (names = calloc(json_object_size(rows) + 1, sizeof(*names))) == NULL) {
        json_decref(rows);
        json_decref(page);
        return JY_E_NOMEM;
    }
    json_object_foreach(rows, es_id, row)
        names[count++] = es_id;
    qsort(names, count, sizeof(*names), compare_names);
    for (size_t i = 0; i < count && taken < (size_t)limit; i++) {
        if (after != NULL && strcmp(names[i], after) <= 0)
            continue;
        row = json_object_get(rows, names[i]);
        json_array_append_new(page, json_pack("{ss sO? sO?}", "es_id", names[i], "state", json_object_get(row, "state"), "impression_digest",
                                              json_object_get(row, "impression_digest")));
        taken++;
    }
    free(names);
    json_decref(rows);
    return sim_answer_json(call, 200, json_pack("{ss? so}", "nonce", call->spoiling == SIM_FAULT_WRONG_NONCE ? "0" : sim_json_text(call->body, "nonce", 64),
                                            "rows", page));
}

/* {"es_id", "state"?, "impression_digest"?} or {"es_id", "forget": true}; without es_id: as it was told. */
jy_err
on_change_register(struct call *call)
{
    const char *es_id = sim_json_text(call->body, "es_id", 64);

    if (es_id == NULL)
        json_object_clear(call->sim->register_changes);
    else if (json_object_set(call->sim->register_changes, es_id,
                             json_is_true(json_object_get(call->body, "forget")) ? json_null() : call->body) != 0)
        return JY_E_NOMEM;
    return sim_answer_json(call, 200, json_object());
}

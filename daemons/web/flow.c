/* SPDX-License-Identifier: Apache-2.0 */
/* A seal's flow: consented to by its authority, set by its custodian, shown (R16.1, R16.2, R19.1). In force is what the key room keeps. */
#include "codec/text.h"
#include "daemons/web/route.h"
#include "daemons/web/seal.h"

#include <stdlib.h>
#include <string.h>

static const struct column shown_columns[] = {
    { "number", COL_INT }, { "flow", COL_BASE64 }, { "digest", COL_HEX }, { "set_by", COL_TEXT }, { "set_at", COL_TIME }, { NULL, COL_TEXT },
};

/* A flow that was sent: its bytes, what they say, and its digest in hex, under which it is consented to. */
struct sent { struct exchange *x; json_t *seal; struct jy_buf der; struct jy_flow *flow; char digest[2 * JY_SM3_SIZE + 1]; struct jy_slice approval; };

static void
sent_end(struct sent *s)
{
    json_decref(s->seal);
    jy_buf_free(&s->der);
    free(s->flow);
}

static jy_err
sent_open(struct exchange *x, struct sent *s, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc;

    *s = (struct sent){ .x = x };
    if ((rc = seal_find(x, &s->seal, fault)) != JY_OK || (rc = in_sealed(x, "flow", &s->der, fault)) != JY_OK ||
        (rc = jy_flow_parse(jy_buf_slice(&s->der), &s->flow, fault)) != JY_OK || (rc = jy_sm3(jy_buf_slice(&s->der), digest)) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(digest, sizeof(digest)), s->digest);
    if (strcmp(s->flow->seal_key_id, x->id) != 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "flow", 0, "sealKeyId is another seal's");
    for (uint32_t i = 0; i < s->flow->path_count; i++) {
        const struct jy_flow_path *path = &s->flow->paths[i];
        if (path->step_count == 0 && member(s->seal, "holder_id")[0] == '\0')
            return jy_fail(fault, JY_E_BAD_FIELD, "flow", 0, "path %u has no step: an official seal is never used without an approval (R16.1)", i + 1);
        for (uint32_t c = 0; c < path->category_count; c++)
            if ((rc = check_category(path->categories[c], "flow", fault)) != JY_OK)
                return rc;
    }
    return JY_OK;
}

static jy_err
write_consent(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct sent *s = arg;

    return approval_keep(tx, s->x, "flow", s->digest, s->approval, fault);
}

jy_err
flow_approve(struct exchange *x, struct jy_fault *fault)
{
    struct jy_frame reply = { 0 };
    struct sent s;
    jy_err rc;

    if ((rc = sent_open(x, &s, fault)) == JY_OK && (rc = ask_approval(x, "flow", jy_buf_slice(&s.der), &reply, fault)) == JY_OK &&
        (rc = answer_json(x, 200, json_pack("{s:s}", "digest", s.digest))) == JY_OK) {
        s.approval = reply.u.KEY_APPROVED.approval;
        rc = commit(x, write_consent, &s, fault);
    }
    jy_frame_free(&reply);
    sent_end(&s);
    return rc;
}

static jy_err
write_flow(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct sent *s = arg;
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(jy_buf_slice(&s->der), digest);

    return rc != JY_OK ? rc : rows_run(tx, SQL_FLOW_INSERT,
                                       BINDS(B_TEXT("seal_id", s->x->id), B_INT("number", s->flow->number), B_BLOB("flow", jy_buf_slice(&s->der)),
                                             B_BLOB("digest", JY_SLICE(digest, sizeof(digest))), B_TEXT("set_by", s->x->actor.person_id),
                                             B_INT("now", s->x->now)), NULL, fault);
}

/* The last consent that was kept for this flow, if any. */
static jy_err
find_consent(struct exchange *x, const char *digest, struct jy_buf *out, struct jy_fault *fault)
{
    json_t *rows = NULL;
    jy_err rc = find_rows(x, SQL_APPROVAL_LIST, BINDS(B_TEXT("subject_id", digest)), approval_columns, &rows, fault);

    if (rc == JY_OK && json_array_size(rows) > 0)
        rc = jy_base64_decode(jy_slice_text(member(json_array_get(rows, json_array_size(rows) - 1), "approval")), out);
    json_decref(rows);
    return rc;
}

jy_err
flow_set(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_KEY_SET_FLOW ask = { { 0 } };
    struct jy_buf sealed = { 0 }, consent = { 0 };
    struct jy_frame reply = { 0 };
    struct sent s;
    jy_err rc;

    if ((rc = sent_open(x, &s, fault)) != JY_OK || (rc = seal_must_be_custodian(x, s.seal, fault)) != JY_OK ||
        (rc = in_sealed(x, "sealed", &sealed, fault)) != JY_OK || (rc = find_consent(x, s.digest, &consent, fault)) != JY_OK)
        goto out;
    PUT(ask.seal_key_id, x->id);
    ask.flow = jy_buf_slice(&s.der);
    ask.consent = jy_buf_slice(&consent);
    ask.sealed_pin = jy_buf_slice(&sealed);
    if ((rc = ask_key(x->web, JY_MSG_KEY_SET_FLOW, &ask, &reply, fault)) == JY_OK &&
        (rc = answer_json(x, 200, json_pack("{s:I, s:s}", "number", (json_int_t)s.flow->number, "digest", s.digest))) == JY_OK)
        rc = commit(x, write_flow, &s, fault);
out:
    jy_frame_free(&reply);
    jy_buf_free(&sealed);
    jy_buf_free(&consent);
    sent_end(&s);
    return rc;
}

/* -- shown -- */

static json_t *
words_json(const char *words, size_t size, uint32_t count)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(words + size * i));
    return list;
}

static json_t *
path_json(const struct jy_flow_path *path)
{
    json_t *steps = json_array();

    for (uint32_t i = 0; i < path->step_count; i++)
        json_array_append_new(steps, json_pack("{s:s, s:I, s:o}", "name", path->steps[i].name, "needed", (json_int_t)path->steps[i].needed, "approvers",
                                               words_json(path->steps[i].approvers[0], sizeof(path->steps[i].approvers[0]), path->steps[i].approver_count)));
    return json_pack("{s:o, s:b, s:o, s:o}", "categories", words_json(path->categories[0], sizeof(path->categories[0]), path->category_count),
                     "digest_only", path->digest_only, "amount_max_fen",
                     path->amount_max_fen < 0 ? json_null() : json_integer(path->amount_max_fen), "steps", steps);
}

/* What the DER says, for people; whoever signs or seals reads the DER. */
static json_t *
flow_json(const struct jy_flow *flow)
{
    json_t *paths = json_array(), *deputies = json_array();
    char from[21], to[21];

    for (uint32_t i = 0; i < flow->path_count; i++)
        json_array_append_new(paths, path_json(&flow->paths[i]));
    for (uint32_t i = 0; i < flow->deputy_count; i++) {
        jy_time_rfc3339(flow->deputies[i].from, from);
        jy_time_rfc3339(flow->deputies[i].to, to);
        json_array_append_new(deputies, json_pack("{s:s, s:s, s:s, s:s}", "principal", flow->deputies[i].principal, "deputy", flow->deputies[i].deputy,
                                                  "from", from, "to", to));
    }
    jy_time_rfc3339(flow->valid_from, from);
    jy_time_rfc3339(flow->valid_to, to);
    return json_pack("{s:s, s:s, s:b, s:b, s:s, s:o, s:o}", "valid_from", from, "valid_to", to, "custodian_may_approve", flow->custodian_may_approve,
                     "once_in_the_chain", flow->once_in_the_chain, "authority", flow->authority, "paths", paths, "deputies", deputies);
}

jy_err
flow_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *seal = NULL, *row = NULL;
    struct jy_flow *flow = NULL;
    struct jy_buf der = { 0 };
    jy_err rc;

    if ((rc = seal_find(x, &seal, fault)) == JY_OK &&
        (rc = find_row(x, SQL_FLOW_IN_FORCE, BINDS(B_TEXT("seal_id", x->id)), shown_columns, &row, fault)) == JY_OK &&
        (rc = jy_base64_decode(jy_slice_text(member(row, "flow")), &der)) == JY_OK &&
        (rc = jy_flow_parse(jy_buf_slice(&der), &flow, fault)) == JY_OK)
        rc = json_object_set_new(row, "says", flow_json(flow)) != 0 ? JY_E_NOMEM : answer_json(x, 200, json_incref(row));
    free(flow);
    jy_buf_free(&der);
    json_decref(row);
    json_decref(seal);
    return rc;
}

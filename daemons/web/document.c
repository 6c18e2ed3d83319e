/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: taken in, looked at by doc, kept by digest, given out again. This room never opens one. */
#include "codec/text.h"
#include "daemons/web/pages.h"
#include "daemons/web/route.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct column document_columns[] = {
    { "document_id", COL_TEXT }, { "digest", COL_HEX }, { "size", COL_INT }, { "format", COL_TEXT }, { "refusal", COL_TEXT }, { "pages", COL_JSON },
    { "from_order_id", COL_TEXT }, { "created", COL_TIME }, { "kept", COL_BOOL }, { NULL, COL_TEXT },
};

jy_err
inspect(struct web *web, int document, jy_time now, struct inspection *out, struct jy_fault *fault)
{
    struct jy_msg_DOC_INSPECT ask = { .document = -1, .now = now };
    const struct jy_msg_DOC_INSPECTED *told;
    struct jy_frame reply = { 0 };
    json_t *json = NULL;
    jy_err rc;

    *out = (struct inspection){ { 0 } };
    if ((rc = blob_reader(document, &ask.document, fault)) != JY_OK)
        return rc;
    rc = ask_doc(web, JY_MSG_DOC_INSPECT, &ask, NULL, &reply, fault);
    close(ask.document);
    if (rc != JY_OK)
        return rc;
    told = &reply.u.DOC_INSPECTED;
    if ((rc = jy_json_parse(told->json, &json, fault)) == JY_OK) {
        PUT(out->format, told->format);
        PUT(out->refusal, told->refusal);
        out->pages = json_incref(json_object_get(json, "pages"));
        out->signatures = json_incref(json_object_get(json, "signatures"));
        if (!json_is_array(out->pages) || !json_is_array(out->signatures))
            rc = jy_fail(fault, JY_E_INTERNAL, "DOC_INSPECTED", 0, "not as messages.def says");
    }
    json_decref(json);
    jy_frame_free(&reply);
    return rc;
}

void
inspection_end(struct inspection *inspection)
{
    json_decref(inspection->pages);
    json_decref(inspection->signatures);
    *inspection = (struct inspection){ { 0 } };
}

struct upload { struct exchange *x; char id[WEB_ID_SIZE]; const struct inspection *seen; };

static jy_err
insert_document(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct upload *u = arg;
    struct exchange *x = u->x;
    char *pages = json_dumps(u->seen->pages, JSON_COMPACT);
    jy_err rc = pages == NULL ? JY_E_NOMEM : rows_run(tx, SQL_DOCUMENT_INSERT,
                         BINDS(B_TEXT("document_id", u->id), B_TEXT("organization_id", x->actor.organization_id),
                               B_TEXT("uploader_id", x->actor.person_id), B_BLOB("digest", JY_SLICE(x->upload_digest, JY_SM3_SIZE)),
                               B_INT("size", (int64_t)x->upload_size), B_TEXT("format", u->seen->format), B_TEXT("refusal", u->seen->refusal),
                               B_TEXT("pages", pages), B_TEXT("from_order_id", NULL), B_INT("now", x->now)), NULL, fault);

    free(pages);
    return rc;
}

jy_err
document_upload(struct exchange *x, struct jy_fault *fault)
{
    struct inspection seen = { { 0 } };
    struct upload u = { .x = x, .seen = &seen };
    char digest[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if (x->upload_size == 0)
        return jy_fail(fault, JY_E_EMPTY_FILE, "body", 0, "nothing was sent");
    if ((rc = fresh_id(u.id)) != JY_OK || (rc = inspect(x->web, x->upload, x->now, &seen, fault)) != JY_OK ||
        (rc = blob_keep(x->web, x->upload, x->upload_digest, fault)) != JY_OK)
        goto out;
    jy_hex(JY_SLICE(x->upload_digest, JY_SM3_SIZE), digest);
    if ((rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:I, s:O, s:s}", "document_id", u.id, "digest", digest, "format", seen.format, "size",
                                            (json_int_t)x->upload_size, "pages", seen.pages, "refusal", seen.refusal))) != JY_OK)
        goto out;
    PUT(x->object, u.id);
    rc = commit(x, insert_document, &u, fault);
out:
    inspection_end(&seen);
    return rc;
}

jy_err
document_find(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    return find_row(x, SQL_DOCUMENT_BY_ID, BINDS(B_TEXT("document_id", x->id), SCOPE_ORGANIZATION(x)), document_columns, out, fault);
}

jy_err
document_show(struct exchange *x, struct jy_fault *fault)
{
    json_t *document = NULL;
    jy_err rc = document_find(x, &document, fault);

    return rc != JY_OK ? rc : answer_json(x, 200, document);
}

jy_err
document_find_kept(struct exchange *x, json_t **out, struct jy_fault *fault)
{
    jy_err rc = document_find(x, out, fault);

    return rc == JY_OK && json_is_false(json_object_get(*out, "kept")) ?
           jy_fail(fault, JY_E_NOT_KEPT, "document_id", 0, "only its digest is known here") : rc;
}

jy_err
document_content(struct exchange *x, struct jy_fault *fault)
{
    json_t *document = NULL;
    jy_err rc;

    if ((rc = document_find_kept(x, &document, fault)) == JY_OK &&
        (rc = blob_open(x->web, member(document, "digest"), &x->file, &x->file_size, fault)) == JY_OK)
        x->type = strcmp(member(document, "format"), "PDF") == 0 ? "application/pdf" : "application/ofd";
    json_decref(document);
    return rc;
}

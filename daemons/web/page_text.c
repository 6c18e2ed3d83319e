/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a page with its places (R15.1): read by doc, of a PDF over what the room page says of its words. Neither is taken at its word. */
#include "daemons/web/pages.h"
#include "daemons/web/route.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

jy_err
page_words(struct web *web, int document, uint32_t first, uint32_t last, int *words, struct jy_fault *fault)
{
    struct jy_msg_PAGE_WORDS ask = { .document = document, .output = -1, .first = first, .last = last };
    uint8_t digest[JY_SM3_SIZE];
    struct jy_frame reply = { 0 };
    uint64_t size;
    int own = -1;
    jy_err rc;

    if ((rc = ask_page(web, JY_MSG_PAGE_WORDS, &ask, &ask.output, &reply, fault)) == JY_OK &&
        (rc = blob_take(web, ask.output, &own, digest, &size, fault)) == JY_OK)
        rc = blob_reader(own, words, fault);
    jy_frame_free(&reply);
    if (own >= 0)
        close(own);
    if (ask.output >= 0)
        close(ask.output);
    return rc;
}

/* The answer of a process that read a foreign document: exactly these members, or none. */
static jy_err
take_runs(struct jy_slice told, json_t **out, struct jy_fault *fault)
{
    json_t *list = NULL, *run;
    jy_err rc = jy_json_parse(told, &list, fault);
    size_t i;

    json_array_foreach(list, i, run) {
        const char *text;
        double box[4];
        if (json_unpack(run, "{s:s, s:F, s:F, s:F, s:F !}", "text", &text, "x_mm", &box[0], "y_mm", &box[1], "width_mm", &box[2], "height_mm", &box[3]) != 0)
            rc = JY_E_INTERNAL;
    }
    if (rc == JY_OK && !json_is_array(list))
        rc = JY_E_INTERNAL;
    if (rc != JY_OK) {
        json_decref(list);
        return jy_fail(fault, JY_E_INTERNAL, "DOC_TEXT_IS", 0, "not as messages.def says");
    }
    *out = list;
    return JY_OK;
}

jy_err
document_page_text(struct exchange *x, struct jy_fault *fault)
{
    struct jy_msg_DOC_TEXT ask = { .document = -1, .words = -1 };
    json_t *document = NULL, *runs = NULL, *size;
    struct jy_frame reply = { 0 };
    uint64_t bytes;
    char *end;
    long page = strtol(x->code, &end, 10);
    jy_err rc;

    if (*end != '\0' || page < 1)
        return jy_fail(fault, JY_E_NOT_FOUND, "page", 0, "a number from 1");
    if ((rc = document_find_kept(x, &document, fault)) != JY_OK)
        goto out;
    if ((size = json_array_get(json_object_get(document, "pages"), (size_t)page - 1)) == NULL) {
        rc = jy_fail(fault, JY_E_PAGE_RANGE, "page", 0, "%ld of %zu", page, json_array_size(json_object_get(document, "pages")));
        goto out;
    }
    ask.page = (uint32_t)page;
    if ((rc = blob_open(x->web, member(document, "digest"), &ask.document, &bytes, fault)) != JY_OK ||
        (rc = strcmp(member(document, "format"), "PDF") == 0 ? page_words(x->web, ask.document, ask.page, ask.page, &ask.words, fault) :
                                                               blob_new(x->web, &ask.words, fault)) != JY_OK ||
        (rc = ask_doc(x->web, JY_MSG_DOC_TEXT, &ask, NULL, &reply, fault)) != JY_OK ||
        (rc = take_runs(reply.u.DOC_TEXT_IS.runs, &runs, fault)) != JY_OK)
        goto out;
    rc = answer_json(x, 200, json_pack("{s:s, s:s, s:s, s:I, s:O, s:O, s:O}", "document_id", x->id, "digest", member(document, "digest"), "format",
                                       member(document, "format"), "page", (json_int_t)page, "width_mm", json_array_get(size, 0), "height_mm",
                                       json_array_get(size, 1), "runs", runs));
out:
    jy_frame_free(&reply);
    json_decref(runs);
    json_decref(document);
    if (ask.document >= 0)
        close(ask.document);
    if (ask.words >= 0)
        close(ask.words);
    return rc;
}

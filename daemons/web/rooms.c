/* SPDX-License-Identifier: Apache-2.0 */
/* Asking the other rooms: tries, time-outs, and what their answers mean here. */
#include "daemons/web/web.h"

#include "base/kill_point.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEY_DEADLINE_MS 30000
#define LINK_DEADLINE_MS 30000
#define DOC_TRIES 3
#define PAGE_TRIES 2

static int64_t
monotonic_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A room that this node has not: refused at once, by whatever way somebody came here. */
static jy_err
room_is_here(const struct web *web, enum jy_room room, struct jy_fault *fault)
{
    return jy_node_has_room(web->node, room) ? JY_OK :
        jy_fail(fault, JY_E_NOT_THIS_NODE, jy_room_name(room), 0, "the %s node has no such room", jy_node_name(web->node));
}

jy_err
ask_doc(struct web *web, enum jy_message_type type, const void *request, int *output, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc;
    int64_t took = 0;

    if ((rc = room_is_here(web, JY_ROOM_DOC, fault)) != JY_OK)
        return rc;
    for (int try = 0; try < DOC_TRIES; try++) {
        int64_t start = monotonic_ms();
        if (output != NULL) {
            if (*output >= 0)
                close(*output);
            if ((rc = blob_new(web, output, fault)) != JY_OK)
                return rc;
        }
        rc = jy_room_call(web->room, type, request, (int)web->doc_timeout_ms + 10000, reply, fault);
        JY_KILL_POINT(doc_answered);
        if (rc != JY_E_UNAVAILABLE)
            return rc;
        if ((took = monotonic_ms() - start) >= web->doc_timeout_ms)
            break;
    }
    if (took >= web->doc_timeout_ms + 9000)
        return rc;                                       /* no worker was there at all */
    if (took >= web->doc_timeout_ms)
        return jy_fail(fault, JY_E_LIMIT, "document", 0, "more than %lld seconds of work", (long long)(web->doc_timeout_ms / 1000));
    return jy_fail(fault, JY_E_HOSTILE, "document", 0, "the document's reader ended on it %d times", DOC_TRIES);
}

jy_err
ask_page(struct web *web, enum jy_message_type type, const void *request, int *output, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc = room_is_here(web, JY_ROOM_PAGE, fault);

    if (rc != JY_OK)
        return rc;
    rc = JY_E_UNAVAILABLE;
    for (int try = 0; rc == JY_E_UNAVAILABLE && try < PAGE_TRIES; try++) {
        if (*output >= 0)
            close(*output);                                /* a reader of the try before may still be writing into its own */
        if ((rc = blob_new(web, output, fault)) == JY_OK)
            rc = jy_room_call(web->room, type, request, (int)(4 * web->page_timeout_ms) + 10000, reply, fault);
    }
    return rc;
}

jy_err
ask_key(struct web *web, enum jy_message_type type, const void *request, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc = room_is_here(web, JY_ROOM_KEY, fault);

    if (rc != JY_OK)
        return rc;
    rc = jy_room_call(web->room, type, request, KEY_DEADLINE_MS, reply, fault);
    JY_KILL_POINT(key_answered);
    return rc;
}

jy_err
ask_link(struct web *web, enum jy_message_type type, const void *request, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc = room_is_here(web, JY_ROOM_LINK, fault);

    if (rc != JY_OK)
        return rc;
    rc = jy_room_call(web->room, type, request, LINK_DEADLINE_MS, reply, fault);
    JY_KILL_POINT(link_answered);
    return rc;
}

jy_err
ask_counterpart(struct web *web, enum jy_message_type type, const void *request, struct jy_frame *reply, struct jy_fault *fault)
{
    jy_err rc = ask_link(web, type, request, reply, fault);

    return jy_err_http(rc) >= 400 && jy_err_http(rc) <= 499 ? JY_E_COUNTERPART_REFUSED : rc;
}

void
key_id_of(const char *kind, const char *id, char out[65])
{
    snprintf(out, 65, "%s-%s", kind, id);
}

/* R13.3: expired, revoked, not yet valid or foreign certificates are refused. */
jy_err
certificate_check_chain(struct web *web, const struct jy_cert *certificate, jy_time now, struct jy_fault *fault)
{
    struct jy_chain_result chain = { 0 };
    struct jy_trust *trust = NULL;
    struct jy_buf pem = { 0 };
    jy_err rc;

    if ((rc = trust_pem(web, true, &pem, fault)) == JY_OK && (rc = jy_trust_new(&trust)) == JY_OK &&
        (rc = jy_trust_add_pem(trust, jy_buf_slice(&pem), fault)) == JY_OK &&
        (rc = jy_chain_check(trust, certificate, NULL, 0, now, &chain)) == JY_OK && chain.status != JY_CHAIN_OK)
        rc = jy_fail(fault, JY_E_CERT_PERIOD, "certificate", 0, "%s (R13.3)", chain.text);
    jy_trust_free(trust);
    jy_buf_free(&pem);
    return rc;
}

jy_err
enrol(struct web *web, struct enrolment *e, jy_time now, struct jy_fault *fault)
{
    struct jy_msg_KEY_ENROL enrol = { { 0 } };
    struct jy_msg_LINK_ISSUE_CERTIFICATE issue = { { 0 } };
    struct jy_msg_KEY_BIND bind = { { 0 } };
    struct jy_frame enrolled = { 0 }, issued = { 0 }, bound = { 0 };
    jy_err rc;

    PUT(enrol.key_id, e->key_id);
    PUT(enrol.kind, e->kind);
    PUT(enrol.common_name, e->common_name);
    PUT(enrol.organization, e->organization);
    PUT(enrol.organization_code, e->organization_code);
    if ((rc = ask_key(web, JY_MSG_KEY_ENROL, &enrol, &enrolled, fault)) != JY_OK)
        return rc;
    JY_KILL_POINT(enrol_key_made);
    PUT(e->activation_code, enrolled.u.KEY_ENROLLED.activation_code);
    PUT(issue.request_id, e->key_id);
    PUT(issue.profile, e->kind);
    issue.csr = enrolled.u.KEY_ENROLLED.csr;
    if ((rc = ask_counterpart(web, JY_MSG_LINK_ISSUE_CERTIFICATE, &issue, &issued, fault)) == JY_OK &&
        (rc = jy_cert_parse(issued.u.LINK_CERTIFICATE.certificate, &e->certificate, fault)) == JY_OK &&
        (rc = certificate_check_chain(web, e->certificate, now, fault)) == JY_OK) {
        JY_KILL_POINT(enrol_certified);
        PUT(bind.key_id, e->key_id);
        bind.certificate = jy_cert_der(e->certificate);
        if ((rc = ask_key(web, JY_MSG_KEY_BIND, &bind, &bound, fault)) == JY_OK)
            jy_frame_free(&bound);
        JY_KILL_POINT(enrol_bound);
    }
    jy_frame_free(&issued);
    jy_frame_free(&enrolled);
    return rc;
}

void
enrolment_end(struct enrolment *e)
{
    jy_wipe(e->activation_code, sizeof(e->activation_code));
    jy_cert_free(e->certificate);
    e->certificate = NULL;
}

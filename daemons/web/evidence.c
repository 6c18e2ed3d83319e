/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/web/evidence.h"

#include "codec/text.h"
#include "daemons/web/route.h"

#include <string.h>

#define DISCOVER_SECONDS 60
#define FAILED_FIRST_SECONDS 5
#define CLOCK_SLACK_SECONDS 300        /* a CA's clock may be a little ahead */
#define COLLECT_MAX (600u << 10)        /* bytes of lists that go into one verification; DOC_VERIFY.evidence holds 1 MiB of text */

jy_err
revocation_policy_read(const char *text, enum revocation_policy *out, struct jy_fault *fault)
{
    static const char *const names[] = { "none", "preferred", "required" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum revocation_policy)i;
            return JY_OK;
        }
    return jy_fail(fault, JY_E_BAD_FIELD, "stamping_revocation", 0, "must be required, preferred or none");
}

int64_t
evidence_next(jy_time now, jy_time next_update, int64_t refresh)
{
    int64_t half = (next_update - now) / 2;

    return half < 1 ? 1 : half < refresh ? half : refresh;
}

/* -- the trust that says whose a list is -- */

static jy_err
open_trust(struct web *web, struct jy_trust **out, struct jy_fault *fault)
{
    struct jy_buf pem = { 0 };
    jy_err rc;

    if ((rc = trust_pem(web, false, &pem, fault)) == JY_OK && (rc = jy_trust_new(out)) == JY_OK)
        rc = jy_trust_add_pem(*out, jy_buf_slice(&pem), fault);
    jy_buf_free(&pem);
    return rc;
}

/* -- finding sources -- */

struct found { const json_t *urls; jy_time now; };

static jy_err
add_sources(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct found *f = arg;
    json_t *url;
    size_t i;
    jy_err rc = JY_OK;

    json_array_foreach((json_t *)(uintptr_t)f->urls, i, url)
        if (rc == JY_OK)
            rc = rows_run(tx, SQL_EVIDENCE_SOURCE_ADD, BINDS(B_TEXT("url", json_string_value(url)), B_INT("now", f->now)), NULL, fault);
    return rc;
}

static jy_err
read_certificate(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "certificate", COL_BASE64 }, { NULL, COL_TEXT } };

    return rows_first(tx, SQL_EVIDENCE_CERTIFICATES, NULL, columns, arg, fault);
}

static void
add_urls_of(const struct jy_cert *cert, json_t *urls)
{
    char url[JY_URL_SIZE];

    for (size_t n = 0; n < 4 && jy_cert_url(cert, JY_URL_CRL, n, url); n++)
        if (jy_utf8_is_valid(jy_slice_text(url)))
            json_array_append_new(urls, json_string(url));
}

static void
add_configured(const char *list, json_t *urls)
{
    while (*list != '\0') {
        size_t len = strcspn(list, " ");
        if (len > 0 && len < JY_URL_SIZE)
            json_array_append_new(urls, json_stringn(list, len));
        list += len;
        list += strspn(list, " ");
    }
}

static jy_err
discover(struct web *web, const struct jy_trust *trust, struct jy_fault *fault)
{
    struct found f = { json_array(), jy_now() };
    json_t *row = NULL;
    struct jy_buf der = { 0 };
    struct jy_cert *cert = NULL;
    jy_err rc = db_read(web->db, read_certificate, &row, fault);

    if (rc == JY_OK && row != NULL && jy_base64_decode(jy_slice_text(member(row, "certificate")), &der) == JY_OK &&
        jy_cert_parse(jy_buf_slice(&der), &cert, NULL) == JY_OK)
        add_urls_of(cert, (json_t *)(uintptr_t)f.urls);
    for (size_t i = 0; i < jy_trust_count(trust, JY_TRUST_CERT); i++)
        add_urls_of(jy_trust_cert(trust, i), (json_t *)(uintptr_t)f.urls);
    add_configured(jy_room_config_text(web->room, "evidence_crl_urls"), (json_t *)(uintptr_t)f.urls);
    if (rc == JY_OK)
        rc = db_write(web->db, add_sources, &f, fault);
    jy_cert_free(cert);
    jy_buf_free(&der);
    json_decref(row);
    json_decref((json_t *)(uintptr_t)f.urls);
    return rc;
}

/* -- fetching -- */

struct fetched {
    const char *url, *problem, *detail, *issuer;
    jy_time now, next_try;
    const struct jy_msg_LINK_CRL_IS *crl;
};

static jy_err
record_fetched(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct fetched *f = arg;

    if (f->problem != NULL)
        return rows_run(tx, SQL_EVIDENCE_SOURCE_FAILED, BINDS(B_INT("now", f->now), B_INT("next_try", f->next_try), B_TEXT("problem", f->problem),
                                                              B_TEXT("detail", f->detail), B_TEXT("url", f->url)), NULL, fault);
    return rows_run(tx, SQL_EVIDENCE_SOURCE_FETCHED, BINDS(B_INT("now", f->now), B_INT("next_try", f->next_try), B_TEXT("issuer", f->issuer),
                                                           B_INT("this_update", f->crl->this_update), B_INT("next_update", f->crl->next_update),
                                                           B_BLOB("body", f->crl->crl), B_TEXT("url", f->url)), NULL, fault);
}

/* A list replaces what is kept when it is genuine, not older, and not of a time to come. */
static jy_err
judge_list(const struct jy_trust *trust, const struct jy_msg_LINK_CRL_IS *crl, jy_time kept, jy_time now, const char **issuer, struct jy_fault *fault)
{
    struct jy_crl_facts facts;
    jy_err rc = jy_crl_facts(crl->crl, trust, &facts, fault);

    if (rc != JY_OK)
        return rc;
    if (facts.issuer == NULL)
        return jy_fail(fault, JY_E_SIGNATURE, "url", 0, "the list is not signed by a CA that is trusted here");
    if (facts.this_update < kept)
        return jy_fail(fault, JY_E_CONFLICT, "url", 0, "the list is older than the one that is kept");
    if (facts.this_update > now + CLOCK_SLACK_SECONDS)
        return jy_fail(fault, JY_E_CERT_PERIOD, "url", 0, "the list is of a time to come");
    *issuer = jy_cert_subject(facts.issuer);
    return JY_OK;
}

static void
fetch_one(struct web *web, const struct jy_trust *trust, const json_t *source)
{
    struct jy_msg_LINK_CRL ask = { { 0 } };
    struct fetched f = { .url = member(source, "url") };
    int64_t failures = json_integer_value(json_object_get(source, "failures")), wait = FAILED_FIRST_SECONDS;
    struct jy_frame reply = { 0 };
    struct jy_fault fault = { 0 }, why = { 0 };
    jy_err rc;

    PUT(ask.url, f.url);
    rc = ask_link(web, JY_MSG_LINK_CRL, &ask, &reply, &fault);
    f.now = jy_now();
    f.crl = &reply.u.LINK_CRL_IS;
    if (rc == JY_OK)
        rc = judge_list(trust, f.crl, json_integer_value(json_object_get(source, "this_update")), f.now, &f.issuer, &fault);
    if (rc == JY_OK)
        f.next_try = f.now + evidence_next(f.now, f.crl->next_update, web->evidence_refresh);
    else {
        while (failures-- > 0 && wait < web->evidence_refresh)
            wait *= 2;
        f.next_try = f.now + (wait < web->evidence_refresh ? wait : web->evidence_refresh);
        f.problem = jy_err_code(rc);
        f.detail = fault.text;
        jy_log("warning", "evidence_not_fetched", "%s: %s %s", f.url, f.problem, fault.text);
    }
    if ((rc = db_write(web->db, record_fetched, &f, &why)) != JY_OK)
        jy_log("error", "evidence", "%s %s", jy_err_code(rc), why.text);
    jy_frame_free(&reply);
}

struct due { jy_time now; json_t *rows; };

static jy_err
read_due(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "url", COL_TEXT }, { "failures", COL_INT }, { "this_update", COL_INT }, { NULL, COL_TEXT } };
    struct due *due = arg;

    return rows_read(tx, SQL_EVIDENCE_SOURCE_DUE, BINDS(B_INT("now", due->now)), columns, &due->rows, fault);
}

void
evidence_work(struct web *web)
{
    struct due due = { .now = jy_now() };
    struct jy_trust *trust = NULL;
    struct jy_fault fault = { 0 };
    json_t *source;
    size_t i;
    jy_err rc = JY_OK;

    if (due.now >= web->evidence_discovered + (web->evidence_refresh < DISCOVER_SECONDS ? web->evidence_refresh : DISCOVER_SECONDS)) {
        if ((rc = open_trust(web, &trust, &fault)) == JY_OK && (rc = discover(web, trust, &fault)) == JY_OK)
            web->evidence_discovered = due.now;
        jy_trust_free(trust);
        trust = NULL;
    }
    if (rc == JY_OK && (rc = db_read(web->db, read_due, &due, &fault)) == JY_OK && json_array_size(due.rows) > 0 &&
        (rc = open_trust(web, &trust, &fault)) == JY_OK)
        json_array_foreach(due.rows, i, source)
            if (!jy_room_stopping(web->room))
                fetch_one(web, trust, source);
    if (rc != JY_OK)
        jy_log("warning", "evidence", "%s %s", jy_err_code(rc), fault.text);
    jy_trust_free(trust);
    json_decref(due.rows);
}

/* -- for a verification -- */

static jy_err
collect_lists(struct db_tx *tx, jy_time now, struct evidence_found *out, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_EVIDENCE_LISTS);
    size_t total = 0;
    bool has_row;
    jy_err rc;

    db_bind_int(row, "now", now);
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row) {
        struct jy_slice body = db_blob(row, "body");
        out->stale += db_int(row, "stale") != 0;
        if (body.len > COLLECT_MAX - total) {
            out->left_out++;
            continue;
        }
        total += body.len;
        if (json_array_append_new(out->crls, json_base64(body)) != 0) {
            rc = JY_E_NOMEM;
            break;
        }
    }
    db_end(row);
    return rc;
}

jy_err
evidence_collect(struct db_tx *tx, const json_t *es_ids, jy_time now, struct evidence_found *out, struct jy_fault *fault)
{
    static const struct column columns[] = { { "body", COL_BASE64 }, { NULL, COL_TEXT } };
    const char *es_id;
    json_t *value, *row = NULL;
    jy_err rc;

    *out = (struct evidence_found){ json_array(), json_array(), 0, 0 };
    if (out->crls == NULL || out->ocsp == NULL)
        return JY_E_NOMEM;
    rc = collect_lists(tx, now, out, fault);
    json_object_foreach((json_t *)(uintptr_t)es_ids, es_id, value) {
        if (rc == JY_OK && json_array_size(out->ocsp) < 64)
            rc = rows_first(tx, SQL_EVIDENCE_ANSWER_BY_ES_ID, BINDS(B_TEXT("es_id", es_id)), columns, &row, fault);
        if (row != NULL)
            json_array_append(out->ocsp, json_object_get(row, "body"));
        json_decref(row);
        row = NULL;
    }
    return rc;
}

struct trouble { jy_time now; json_t *row; };

static jy_err
read_trouble(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column columns[] = { { "sources", COL_INT }, { "failing", COL_INT }, { "stale", COL_INT }, { NULL, COL_TEXT } };
    struct trouble *t = arg;

    return rows_first(tx, SQL_EVIDENCE_TROUBLE, BINDS(B_INT("now", t->now)), columns, &t->row, fault);
}

jy_err
evidence_summary(struct web *web, json_t **out, struct jy_fault *fault)
{
    struct trouble t = { jy_now(), NULL };
    jy_err rc = db_read(web->db, read_trouble, &t, fault);

    *out = t.row;
    return rc;
}

jy_err
evidence_source_list(struct exchange *x, struct jy_fault *fault)
{
    static const struct column columns[] = {
        { "seq", COL_INT }, { "url", COL_TEXT }, { "added", COL_TIME }, { "last_try", COL_TIME }, { "last_ok", COL_TIME }, { "next_try", COL_TIME },
        { "failures", COL_INT }, { "problem", COL_TEXT }, { "detail", COL_TEXT }, { "issuer", COL_TEXT }, { "this_update", COL_TIME },
        { "next_update", COL_TIME }, { "stale", COL_BOOL }, { NULL, COL_TEXT },
    };
    struct page page;
    json_t *rows = NULL;
    jy_err rc;

    if ((rc = page_read(x, &page, fault)) != JY_OK ||
        (rc = find_rows(x, SQL_EVIDENCE_SOURCE_LIST, BINDS(B_INT("now", x->now), B_INT("before", page.before), B_INT("limit", page.limit)), columns, &rows,
                        fault)) != JY_OK)
        return rc;
    return answer_page(x, &page, rows);
}

/* -- before a stamping -- */

struct check {
    struct web *web;
    const char *seal_id;
    jy_time now;
    json_t *seal, *answer;
    struct evidence_found found;
    const struct jy_msg_LINK_OCSP_IS *fresh;
};

static jy_err
read_check(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    static const struct column seal_columns[] = { { "seal_id", COL_TEXT }, { "es_id", COL_TEXT }, { "certificate", COL_BASE64 }, { NULL, COL_TEXT } };
    static const struct column answer_columns[] = { { "this_update", COL_INT }, { "next_update", COL_INT }, { "body", COL_BASE64 }, { NULL, COL_TEXT } };
    struct check *c = arg;
    jy_err rc;

    if ((rc = rows_first(tx, SQL_EVIDENCE_SEAL, BINDS(B_TEXT("seal_id", c->seal_id)), seal_columns, &c->seal, fault)) != JY_OK ||
        (rc = rows_first(tx, SQL_EVIDENCE_ANSWER_OF, BINDS(B_TEXT("seal_id", c->seal_id)), answer_columns, &c->answer, fault)) != JY_OK)
        return rc;
    return evidence_collect(tx, NULL, c->now, &c->found, fault);
}

static jy_err
keep_answer(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct check *c = arg;

    return rows_run(tx, SQL_EVIDENCE_ANSWER_PUT, BINDS(B_TEXT("seal_id", c->seal_id), B_INT("now", c->now), B_INT("this_update", c->fresh->this_update),
                                                       B_INT("next_update", c->fresh->next_update), B_BLOB("body", c->fresh->response)), NULL, fault);
}

static const struct jy_cert *
issuer_of(const struct jy_trust *trust, const struct jy_cert *cert)
{
    for (size_t i = 0; i < jy_trust_count(trust, JY_TRUST_CERT); i++)
        if (jy_slice_equal(jy_cert_subject_der(jy_trust_cert(trust, i)), jy_cert_issuer_der(cert)))
            return jy_trust_cert(trust, i);
    return NULL;
}

static jy_err
add_base64(struct jy_trust *trust, const char *text, jy_err (*add)(struct jy_trust *trust, struct jy_slice der, struct jy_fault *fault))
{
    struct jy_buf der = { 0 };
    jy_err rc = jy_base64_decode(jy_slice_text(text), &der);

    if (rc == JY_OK)
        rc = add(trust, jy_buf_slice(&der), NULL);
    jy_buf_free(&der);
    return rc;
}

/* The answer that is kept, while it holds; else a new one, when the certificate names a responder that may be asked. */
static void
add_answer(struct check *c, struct jy_trust *trust, const struct jy_cert *cert)
{
    struct jy_msg_LINK_OCSP ask = { { 0 } };
    const struct jy_cert *issuer = issuer_of(trust, cert);
    struct jy_frame reply = { 0 };
    struct jy_fault fault = { 0 };
    char url[JY_URL_SIZE];

    if (c->answer != NULL && json_integer_value(json_object_get(c->answer, "next_update")) > c->now) {
        if (add_base64(trust, member(c->answer, "body"), jy_trust_add_ocsp) != JY_OK)
            jy_log("warning", "evidence", "the kept answer about %s cannot be read", c->seal_id);
        return;
    }
    if (issuer == NULL || !jy_cert_url(cert, JY_URL_OCSP, 0, url))
        return;
    PUT(ask.url, url);
    ask.certificate = jy_cert_der(cert);
    ask.issuer = jy_cert_der(issuer);
    if (ask_link(c->web, JY_MSG_LINK_OCSP, &ask, &reply, &fault) != JY_OK || jy_trust_add_ocsp(trust, reply.u.LINK_OCSP_IS.response, &fault) != JY_OK)
        jy_log("warning", "evidence_not_fetched", "%s: %s", url, fault.text);
    else {
        c->fresh = &reply.u.LINK_OCSP_IS;
        if (db_write(c->web->db, keep_answer, c, &fault) != JY_OK)
            jy_log("warning", "evidence", "%s", fault.text);
    }
    jy_frame_free(&reply);
}

static jy_err
judge_certificate(struct check *c, struct jy_trust *trust, const struct jy_cert *cert, struct jy_fault *fault)
{
    struct jy_chain_result chain = { 0 };
    json_t *list;
    size_t i;
    jy_err rc;

    json_array_foreach(c->found.crls, i, list)
        if (add_base64(trust, json_string_value(list), jy_trust_add_crl) != JY_OK)
            jy_log("warning", "evidence", "a kept list cannot be read");
    add_answer(c, trust, cert);
    if ((rc = jy_chain_check(trust, cert, NULL, 0, c->now, &chain)) != JY_OK)
        return rc;
    if (chain.status == JY_CHAIN_REVOKED)
        return jy_fail(fault, JY_E_CERT_PERIOD, "certificate", 0, "%s (R13.3)", chain.text);
    if (chain.status == JY_CHAIN_OK)
        return JY_OK;
    jy_log("warning", "stamping_unchecked", "%s: %s", c->seal_id, chain.text);
    return c->web->stamping_revocation == REVOCATION_REQUIRED
               ? jy_fail(fault, JY_E_COUNTERPART_DOWN, "stamping_revocation", 0, "nothing fresh says that the certificate is not revoked: %s", chain.text)
               : JY_OK;
}

jy_err
evidence_may_stamp(struct web *web, const char *seal_id, jy_time now, struct jy_fault *fault)
{
    struct check c = { .web = web, .seal_id = seal_id, .now = now };
    struct jy_trust *trust = NULL;
    struct jy_cert *cert = NULL;
    struct jy_buf der = { 0 };
    struct jy_fault why = { 0 };
    jy_err rc;

    if (web->stamping_revocation == REVOCATION_NONE)
        return JY_OK;
    if ((rc = db_read(web->db, read_check, &c, fault)) != JY_OK)
        goto out;
    if (c.seal == NULL)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "seal_id", 0, "%s", seal_id);
    else if ((rc = jy_base64_decode(jy_slice_text(member(c.seal, "certificate")), &der)) == JY_OK &&
             (rc = jy_cert_parse(jy_buf_slice(&der), &cert, fault)) == JY_OK) {
        if ((rc = open_trust(web, &trust, &why)) == JY_OK)
            rc = judge_certificate(&c, trust, cert, fault);
        else if (web->stamping_revocation == REVOCATION_REQUIRED)
            rc = jy_fail(fault, JY_E_COUNTERPART_DOWN, "stamping_revocation", 0, "there are no trust data: %s", why.text);
        else
            rc = JY_OK;
    }
out:
    jy_trust_free(trust);
    jy_cert_free(cert);
    jy_buf_free(&der);
    json_decref(c.seal);
    json_decref(c.answer);
    json_decref(c.found.crls);
    json_decref(c.found.ocsp);
    return rc;
}

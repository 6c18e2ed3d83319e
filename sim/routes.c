/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/sim.h"

#include <jinyin/ocsp.h>
#include <jinyin/timestamp.h>

#include "codec/text.h"
#include "net/http.h"
#include "sim/ca.h"
#include "sim/draw.h"
#include "sim/faults.h"
#include "sim/filings.h"
#include "sim/journal.h"
#include "sim/mail.h"
#include "sim/platform.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define JSON "application/json"

struct sim {
    pthread_mutex_t lock;
    int folder;                       /* holds the lock on the folder */
    struct sim_ca *ca;
    struct sim_filings *filings;
    struct sim_faults *faults;
    json_t *messages;                 /* short messages by event_id */
    struct sim_mails *mails;
    struct sim_platform *platform;
    json_t *register_changes;         /* what makes the engraving system's register differ from what it was told */
    struct jy_buf *pictures;          /* one a row of the register; empty until it is asked for */
};

/* One request on its way to an answer; name is what stands for the {} of the path. */
struct call {
    struct sim *sim;
    const char *name;
    json_t *body;                     /* NULL when the route takes none, or bytes */
    struct jy_slice bytes;            /* the body as it came */
    enum sim_fault spoiling;          /* WRONG_NONCE is the answer's own affair */
    const struct sim_head *head;
    jy_time now;
    struct sim_answer *answer;
    struct jy_fault *fault;
};

/* A value as the answer; taken over. */
static jy_err
answer_json(struct call *call, int status, json_t *value)
{
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
    jy_err rc = text == NULL ? JY_E_NOMEM : jy_buf_text(&call->answer->body, text);

    free(text);
    json_decref(value);
    call->answer->status = status;
    call->answer->content_type = JSON;
    return rc;
}

static jy_err
answer_receipt(struct call *call, const char *receipt)
{
    const char *event_id = sim_json_text(call->body, "event_id", 64);

    if (call->spoiling == SIM_FAULT_WRONG_NONCE)
        event_id = "another-event";
    return answer_json(call, 201, json_pack("{ss ss?}", "receipt", receipt, "event_id", event_id));
}

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

static jy_err
list_seals(struct call *call)
{
    size_t count;
    const struct sim_seal *rows = sim_seals(&count);
    json_t *list = json_array();

    for (size_t i = 0; list != NULL && i < count; i++)
        if (json_array_append_new(list, seal_facts(&rows[i])) != 0) {
            json_decref(list);
            list = NULL;
        }
    return answer_json(call, 200, list == NULL ? NULL : json_pack("{so}", "seals", list));
}

static jy_err
show_seal(struct call *call)
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
    rc = answer_json(call, 200, facts);
out:
    jy_buf_free(&base64);
    return rc;
}

static jy_err
file_event(struct call *call)
{
    char receipt[65];
    jy_err rc = sim_filings_add(call->sim->filings, call->body, call->now, receipt, call->fault);

    return rc == JY_OK ? answer_receipt(call, receipt) : rc;
}

static jy_err
list_filings(struct call *call)
{
    json_t *list = sim_filings_list(call->sim->filings);

    return answer_json(call, 200, list == NULL ? NULL : json_pack("{so}", "filings", list));
}

#define REGISTER_PAGE_MAX 500

/* A page of the register of electronic seals in the order of es_id, after the one named. */
static jy_err
list_register(struct call *call)
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
    return answer_json(call, 200, json_pack("{ss? so}", "nonce", call->spoiling == SIM_FAULT_WRONG_NONCE ? "0" : sim_json_text(call->body, "nonce", 64),
                                            "rows", page));
}

/* {"es_id", "state"?, "impression_digest"?} or {"es_id", "forget": true}; without es_id: as it was told. */
static jy_err
change_register(struct call *call)
{
    const char *es_id = sim_json_text(call->body, "es_id", 64);

    if (es_id == NULL)
        json_object_clear(call->sim->register_changes);
    else if (json_object_set(call->sim->register_changes, es_id,
                             json_is_true(json_object_get(call->body, "forget")) ? json_null() : call->body) != 0)
        return JY_E_NOMEM;
    return answer_json(call, 200, json_object());
}

static jy_err
issue_certificate(struct call *call)
{
    const char *request_id = sim_json_text(call->body, "request_id", 64), *profile = sim_json_text(call->body, "profile", 16);
    const char *csr = sim_json_text(call->body, "csr", 16384);
    struct jy_buf der = { 0 }, base64 = { 0 };
    struct jy_slice certificate;
    jy_err rc;

    if (request_id == NULL || profile == NULL || csr == NULL)
        return jy_fail(call->fault, JY_E_BAD_FIELD, request_id == NULL ? "request_id" : profile == NULL ? "profile" : "csr", 0,
                       "missing or too long");
    if (jy_base64_decode(jy_slice_text(csr), &der) != JY_OK) {
        rc = jy_fail(call->fault, JY_E_BAD_FIELD, "csr", 0, "not base64");
        goto out;
    }
    if ((rc = sim_ca_issue(call->sim->ca, request_id, profile, jy_buf_slice(&der), call->now, &certificate, call->fault)) == JY_OK &&
        (rc = jy_base64_encode(certificate, &base64)) == JY_OK)
        rc = answer_json(call, 201, json_pack("{ss#}", "certificate", (const char *)base64.p, (int)base64.len));
out:
    jy_buf_free(&der);
    jy_buf_free(&base64);
    return rc;
}

static jy_err
revoke_certificate(struct call *call)
{
    const char *at = sim_json_text(call->body, "at", 32);
    const json_t *reason = json_object_get(call->body, "reason");
    json_int_t number = json_integer_value(reason);
    struct sim_revocation what = { .event_id = sim_json_text(call->body, "event_id", 64),
                                   .serial = sim_json_text(call->body, "serial", 40) };
    char receipt[65];
    jy_err rc;

    if (what.event_id == NULL || what.serial == NULL)
        return jy_fail(call->fault, JY_E_BAD_FIELD, what.event_id == NULL ? "event_id" : "serial", 0, "missing or too long");
    if (!json_is_integer(reason) || number < 0 || number > 10)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "reason", 0, "an RFC 5280 CRLReason");
    if (at == NULL || jy_time_parse_rfc3339(at, &what.at) != JY_OK)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "at", 0, "a time of RFC 3339");
    what.reason = (int)number;
    rc = sim_ca_revoke(call->sim->ca, &what, call->now, receipt, call->fault);
    return rc == JY_OK ? answer_receipt(call, receipt) : rc;
}

static jy_err
show_trust(struct call *call)
{
    call->answer->status = 200;
    call->answer->content_type = "application/x-pem-file";
    return sim_ca_trust(call->sim->ca, call->now, &call->answer->body, call->fault);
}

static jy_err
show_crl(struct call *call)
{
    call->answer->status = 200;
    call->answer->content_type = "application/pkix-crl";
    return sim_ca_crl(call->sim->ca, call->name, call->now, &call->answer->body, call->fault);
}

/* A nonce that nobody asked with: one bit of it is turned. */
static jy_err
turn_ocsp_nonce(struct call *call, struct jy_buf *request)
{
    struct jy_ocsp_questions *questions = calloc(1, sizeof(*questions));
    jy_err rc = questions == NULL ? JY_E_NOMEM : jy_ocsp_request_read(call->bytes, questions, call->fault);

    if (rc == JY_OK && (rc = jy_buf_add(request, call->bytes)) == JY_OK && questions->nonce.len > 0)
        request->p[(size_t)(questions->nonce.p - call->bytes.p) + questions->nonce.len - 1] ^= 1;
    free(questions);
    return rc;
}

static jy_err
turn_tsa_nonce(struct call *call, struct jy_buf *request)
{
    struct jy_timestamp_request asked;
    jy_err rc = jy_timestamp_request_read(call->bytes, &asked, call->fault);

    if (rc != JY_OK)
        return rc;
    asked.nonce[asked.nonce_len - 1] ^= 1;
    return jy_timestamp_request_write(&asked, request, call->fault);
}

static jy_err
answer_ocsp(struct call *call)
{
    struct jy_buf turned = { 0 };
    jy_err rc = call->spoiling == SIM_FAULT_WRONG_NONCE ? turn_ocsp_nonce(call, &turned) : JY_OK;

    call->answer->status = 200;
    call->answer->content_type = "application/ocsp-response";
    if (rc == JY_OK)
        rc = sim_ca_ocsp(call->sim->ca, turned.len > 0 ? jy_buf_slice(&turned) : call->bytes, call->now, &call->answer->body, call->fault);
    jy_buf_free(&turned);
    return rc;
}

static jy_err
stamp_time(struct call *call)
{
    struct jy_buf turned = { 0 };
    jy_err rc = call->spoiling == SIM_FAULT_WRONG_NONCE ? turn_tsa_nonce(call, &turned) : JY_OK;

    call->answer->status = 200;
    call->answer->content_type = "application/timestamp-reply";
    if (rc == JY_OK)
        rc = sim_ca_stamp_time(call->sim->ca, turned.len > 0 ? jy_buf_slice(&turned) : call->bytes, call->now, &call->answer->body, call->fault);
    jy_buf_free(&turned);
    return rc;
}

/* -- the short message gateway -- */

#define SMS_SECRET "sim-sms-secret"

static jy_err
take_sms(struct call *call)
{
    const char *event_id = sim_json_text(call->body, "event_id", 64), *phone = sim_json_text(call->body, "phone", 20);
    const struct sim_head *h = call->head;
    struct jy_buf text = { 0 };
    uint8_t mac[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1], receipt[65];
    json_t *known = event_id == NULL ? NULL : json_object_get(call->sim->messages, event_id);
    jy_err rc;

    if (event_id == NULL || phone == NULL || sim_json_text(call->body, "text", 300) == NULL || h == NULL || h->time == NULL || h->signature == NULL ||
        strlen(h->time) > 32)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "event_id", 0, "event_id, phone, text, X-Jinyin-Time, X-Jinyin-Signature");
    if ((rc = jy_buf_fmt(&text, "%s.", h->time)) == JY_OK && (rc = jy_buf_add(&text, call->bytes)) == JY_OK &&
        (rc = jy_hmac_sm3(jy_slice_text(SMS_SECRET), jy_buf_slice(&text), mac)) == JY_OK) {
        jy_hex(JY_SLICE(mac, sizeof(mac)), hex);
        if (strcmp(hex, h->signature) != 0)
            rc = jy_fail(call->fault, JY_E_SIGNATURE, "X-Jinyin-Signature", 0, "does not fit");
    }
    jy_buf_free(&text);
    if (rc != JY_OK)
        return rc;
    if (known == NULL && json_object_set(call->sim->messages, event_id, call->body) != 0)
        return JY_E_NOMEM;
    snprintf(receipt, sizeof(receipt), "M-%.32s", event_id);
    return answer_receipt(call, receipt);
}

static jy_err
list_sms(struct call *call)
{
    return answer_json(call, 200, json_pack("{sO}", "messages", call->sim->messages));
}

static jy_err
list_mails(struct call *call)
{
    json_t *mails = sim_mails_list(call->sim->mails);

    return answer_json(call, 200, mails == NULL ? NULL : json_pack("{so}", "mails", mails));
}

/* -- the national platform -- */

#define PLATFORM_APP "sim-app"
#define PLATFORM_USER "sim-user"
#define PLATFORM_SECRET "sim-secret"
#define PLATFORM_PASSWORD "sim-password"
#define PLATFORM_SALT "sim-salt"
#define PLATFORM_TOKEN "sim-token"

static jy_err
digest_hex(const char *text, char out[2 * JY_SM3_SIZE + 1])
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = jy_sm3(jy_slice_text(text), digest);

    if (rc == JY_OK)
        jy_hex(JY_SLICE(digest, sizeof(digest)), out);
    return rc;
}

static jy_err
check_head(struct call *call)
{
    const struct sim_head *h = call->head;
    char text[256], digest[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if (h == NULL || h->app_key == NULL || h->username == NULL || h->nonce == NULL || h->created == NULL || h->digest == NULL ||
        strlen(h->nonce) > 64 || strlen(h->created) > 32 || strchr(h->nonce, '|') != NULL)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "headers", 0, "App_key, Username, Nonce, Created, PasswdDigest");
    snprintf(text, sizeof(text), "%s_%s_%s", h->nonce, h->created, PLATFORM_SECRET);
    if ((rc = digest_hex(text, digest)) != JY_OK)
        return rc;
    return strcmp(h->app_key, PLATFORM_APP) == 0 && strcmp(h->username, PLATFORM_USER) == 0 && strcmp(h->digest, digest) == 0
               ? JY_OK : jy_fail(call->fault, JY_E_UNAUTHENTICATED, "PasswdDigest", 0, "wrong credentials");
}

static jy_err
answer_platform(struct call *call, jy_err rc)
{
    call->answer->status = 200;
    call->answer->content_type = JSON;
    return rc;
}

static const char *
platform_nonce(const struct call *call)
{
    return call->spoiling == SIM_FAULT_WRONG_NONCE ? "another-nonce" : call->head->nonce;
}

static jy_err
platform_challenge(struct call *call)
{
    const char *random_a = call->spoiling == SIM_FAULT_WRONG_NONCE ? "another-nonce" : sim_json_text(call->body, "randomA", 64);
    jy_err rc = check_head(call);

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_challenge(call->sim->platform, random_a, &call->answer->body, call->fault));
}

static jy_err
platform_take(struct call *call)
{
    jy_err rc = check_head(call);

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_take(call->sim->platform, call->bytes, call->now, call->spoiling == SIM_FAULT_WRONG_NONCE,
                                                                      &call->answer->body, call->fault));
}

static jy_err
platform_token(struct call *call)
{
    const char *username = sim_json_text(call->body, "username", 64), *password = sim_json_text(call->body, "password", 64);
    char inner[2 * JY_SM3_SIZE + 1 + sizeof(PLATFORM_SALT)], wanted[2 * JY_SM3_SIZE + 1];
    jy_err rc;

    if ((rc = check_head(call)) != JY_OK || (rc = digest_hex(PLATFORM_PASSWORD, inner)) != JY_OK)
        return rc;
    strcat(inner, PLATFORM_SALT);
    if ((rc = digest_hex(inner, wanted)) != JY_OK)
        return rc;
    if (username == NULL || password == NULL || strcmp(username, PLATFORM_USER) != 0 || strcmp(password, wanted) != 0)
        return answer_json(call, 200, json_pack("{ss ss}", "code", "1", "msg", "wrong credentials"));
    return answer_json(call, 200, json_pack("{ss ss si}", "code", "0", "access_token", PLATFORM_TOKEN, "expires_in", 600));
}

static jy_err
check_token(struct call *call, const char *method)
{
    const char *token = sim_json_text(call->body, "access_token", 256), *named = sim_json_text(call->body, "method", 64);
    jy_err rc = check_head(call);

    if (rc == JY_OK && (token == NULL || strcmp(token, PLATFORM_TOKEN) != 0 || named == NULL || strcmp(named, method) != 0))
        rc = jy_fail(call->fault, JY_E_UNAUTHENTICATED, "access_token", 0, "wrong token or method");
    return rc;
}

static jy_err
platform_status(struct call *call)
{
    jy_err rc = check_token(call, "DB.seal.status.query");

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_status(call->sim->platform, call->body, platform_nonce(call), &call->answer->body,
                                                                        call->fault));
}

static jy_err
platform_revoked(struct call *call)
{
    jy_err rc = check_token(call, "DB.seal.deactive.list.query");

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_revoked(call->sim->platform, call->body, platform_nonce(call), call->now,
                                                                         &call->answer->body, call->fault));
}

static jy_err
platform_key(struct call *call)
{
    char hex[2 * JY_SM2_POINT_SIZE + 1];
    jy_err rc = sim_platform_point(call->sim->platform, hex);

    return rc != JY_OK ? rc : answer_json(call, 200, json_pack("{ss}", "point", hex));
}

static jy_err
platform_list(struct call *call)
{
    json_t *list = sim_platform_list(call->sim->platform);

    return answer_json(call, 200, list == NULL ? NULL : json_pack("{so}", "taken", list));
}

/* {"system_id", "point"}, or {"es_id", "listed"}, or {} to forget what was changed. */
static jy_err
control_platform(struct call *call)
{
    const char *system_id = sim_json_text(call->body, "system_id", 64), *point = sim_json_text(call->body, "point", 200);
    const char *es_id = sim_json_text(call->body, "es_id", 64);
    jy_err rc = JY_OK;

    if (system_id != NULL && point != NULL)
        rc = sim_platform_register(call->sim->platform, system_id, point, call->fault);
    else if (es_id != NULL)
        sim_platform_change(call->sim->platform, es_id, json_is_true(json_object_get(call->body, "listed")));
    else
        sim_platform_forget_changes(call->sim->platform);
    return rc != JY_OK ? rc : answer_json(call, 200, json_object());
}

static jy_err
set_fault(struct call *call)
{
    const char *counterpart = sim_json_text(call->body, "counterpart", 32), *fault = sim_json_text(call->body, "fault", 32);
    json_int_t count = json_integer_value(json_object_get(call->body, "count")), delay = json_integer_value(json_object_get(call->body, "delay_ms"));

    if (counterpart == NULL || sim_counterpart_by_name(counterpart) == SIM_COUNTERPARTS)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "counterpart", 0, "no such counterpart");
    if (fault == NULL || sim_fault_by_name(fault) == SIM_FAULT__COUNT)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "fault", 0, "no such fault");
    if (count < 0 || count > 1000000 || delay < 0 || delay > 600000)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "count", 0, "count 0 to 1000000, delay_ms 0 to 600000");
    sim_faults_set(call->sim->faults, sim_counterpart_by_name(counterpart), sim_fault_by_name(fault), (int)count, (int)delay);
    return answer_json(call, 200, json_pack("{ss ss}", "counterpart", counterpart, "fault", fault));
}

/* Every counterpart and its present fault, how many requests have met it, and every fault there is. */
static jy_err
list_faults(struct call *call)
{
    json_t *counterparts = json_object(), *faults = json_array();

    for (int i = 0; i < SIM_COUNTERPARTS; i++)
        json_object_set_new(counterparts, sim_counterpart_name((enum sim_counterpart)i),
                            json_pack("{si}", "met", sim_faults_met(call->sim->faults, (enum sim_counterpart)i)));
    for (int i = SIM_FAULT_NONE + 1; i < SIM_FAULT__COUNT; i++)
        json_array_append_new(faults, json_string(sim_fault_name((enum sim_fault)i)));
    return answer_json(call, 200, json_pack("{so so}", "counterparts", counterparts, "faults", faults));
}

/* {"days"}: how long what the CA issues from now on is valid; 0 = as ever. */
static jy_err
control_ca(struct call *call)
{
    json_int_t days = json_integer_value(json_object_get(call->body, "days"));

    if (days < 0 || days > 3650)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "days", 0, "0 to 3650");
    sim_ca_set_days(call->sim->ca, (int)days);
    return answer_json(call, 200, json_object());
}

/* Every request that is answered. {} is one segment; body is the most bytes of a JSON object, or of DER, 0 = none. */
static const struct route {
    const char *method, *path;
    int64_t body;
    jy_err (*answer)(struct call *call);
    bool der;
    enum sim_counterpart whose;       /* SIM_COUNTERPARTS = nobody's: no fault reaches it */
} routes[] = {
    /* the engraving system */
    { "GET", "/seals", 0, list_seals, false, SIM_ENGRAVING },
    { "GET", "/seals/{}", 0, show_seal, false, SIM_ENGRAVING },
    { "POST", "/filings", 131072, file_event, false, SIM_ENGRAVING },
    { "GET", "/filings", 0, list_filings, false, SIM_COUNTERPARTS },
    { "POST", "/register", 1024, list_register, false, SIM_ENGRAVING },
    { "POST", "/control/register", 4096, change_register, false, SIM_COUNTERPARTS },
    /* the CA; ca_url is the base URL followed by /ca */
    { "POST", "/ca/certificates", 32768, issue_certificate, false, SIM_CA },
    { "POST", "/ca/revocations", 8192, revoke_certificate, false, SIM_CA },
    { "GET", "/ca/trust", 0, show_trust, false, SIM_CA },
    { "GET", "/ca/crl/{}", 0, show_crl, false, SIM_CRL },
    { "POST", "/ca/ocsp", 16384, answer_ocsp, true, SIM_OCSP },
    /* the time stamp authority */
    { "POST", "/tsa", 4096, stamp_time, true, SIM_TSA },
    /* the national platform; platform_url is the base URL followed by /platform */
    { "POST", "/platform/resource/rest/v1/shared/IK1008/1", 1024, platform_challenge, false, SIM_PLATFORM },
    { "POST", "/platform/resource/rest/v1/shared/IK1009/1", 65536, platform_take, true, SIM_PLATFORM },
    { "POST", "/platform/resource/rest/v1/shared/IK1010/1", 1024, platform_token, false, SIM_COUNTERPARTS },
    { "POST", "/platform/resource/rest/v1/shared/IK1011/1", 4096, platform_status, false, SIM_PLATFORM },
    { "POST", "/platform/resource/rest/v1/shared/IK1013/1", 4096, platform_revoked, false, SIM_PLATFORM },
    { "GET", "/platform/key", 0, platform_key, false, SIM_COUNTERPARTS },
    { "GET", "/platform/taken", 0, platform_list, false, SIM_COUNTERPARTS },
    { "POST", "/control/platform", 4096, control_platform, false, SIM_COUNTERPARTS },
    /* the short message gateway */
    { "POST", "/sms", 4096, take_sms, false, SIM_SMS },
    { "GET", "/sms", 0, list_sms, false, SIM_COUNTERPARTS },
    /* the mail server, which has a port of its own */
    { "GET", "/mails", 0, list_mails, false, SIM_COUNTERPARTS },
    /* faults on demand */
    { "GET", "/control/faults", 0, list_faults, false, SIM_COUNTERPARTS },
    { "POST", "/control/ca", 1024, control_ca, false, SIM_COUNTERPARTS },
    { "POST", "/control/faults", 4096, set_fault, false, SIM_COUNTERPARTS },
};

/* The path fits the pattern; *name is then the segment for {}. */
static bool
path_fits(const char *pattern, const char *path, const char **name)
{
    const char *hole = strstr(pattern, "{}");

    *name = "";
    if (hole == NULL)
        return strcmp(pattern, path) == 0;
    if (strncmp(pattern, path, (size_t)(hole - pattern)) != 0)
        return false;
    *name = path + (hole - pattern);
    return **name != '\0' && strchr(*name, '/') == NULL;
}

static jy_err
find_route(const char *method, const char *path, const struct route **route, const char **name)
{
    jy_err rc = JY_E_NOT_FOUND;

    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (!path_fits(routes[i].path, path, name))
            continue;
        if (strcmp(routes[i].method, method) == 0) {
            *route = &routes[i];
            return JY_OK;
        }
        rc = JY_E_METHOD;
    }
    return rc;
}

int64_t
sim_body_limit(const char *method, const char *path)
{
    const struct route *route;
    const char *name;

    return find_route(method, path, &route, &name) == JY_OK ? route->body : -1;
}

void
sim_problem(struct sim_answer *answer, jy_err err, const struct jy_fault *fault)
{
    json_t *problem =
        json_pack("{ss ss ss si ss ss}", "code", jy_err_code(err), "title", jy_err_en(err), "title_zh", jy_err_zh(err), "status",
                  jy_err_http(err), "field", fault == NULL ? "" : fault->where, "detail", fault == NULL ? "" : fault->text);
    char *text = problem == NULL ? NULL : json_dumps(problem, JSON_COMPACT);

    answer->status = jy_err_http(err);
    answer->content_type = "application/problem+json";
    answer->body.len = 0;
    if (text != NULL && jy_buf_text(&answer->body, text) != JY_OK)
        answer->body.len = 0;                              /* the status alone still says it */
    free(text);
    json_decref(problem);
}

static jy_err
carry_out(const struct route *route, struct call *call)
{
    jy_err rc;

    pthread_mutex_lock(&call->sim->lock);
    rc = route->answer(call);
    pthread_mutex_unlock(&call->sim->lock);
    return rc;
}

/* As the counterpart's present fault has it; without one, as it should be. */
static jy_err
misbehave(const struct route *route, struct call *call)
{
    int delay_ms;
    enum sim_fault fault = sim_faults_take(call->sim->faults, route->whose, &delay_ms);
    jy_err rc;

    if (fault == SIM_FAULT_DOWN)
        return sim_faults_absent(call->answer);
    if (fault == SIM_FAULT_REFUSE)
        return jy_fail(call->fault, JY_E_BAD_FIELD, "body", 0, "refused on demand");
    call->spoiling = fault;
    if ((rc = carry_out(route, call)) == JY_OK && fault == SIM_FAULT_DUPLICATE) {
        call->answer->body.len = 0;
        rc = carry_out(route, call);
    }
    if (rc == JY_OK)
        rc = sim_faults_spoil(call->sim->faults, route->whose, fault, call->answer);
    if (fault == SIM_FAULT_SLOW)
        call->answer->delay_ms = delay_ms;
    return rc;
}

void
sim_handle(struct sim *sim, const char *method, const char *path, struct jy_slice body, jy_time now, struct sim_answer *answer)
{
    sim_handle_head(sim, method, path, NULL, body, now, answer);
}

void
sim_handle_head(struct sim *sim, const char *method, const char *path, const struct sim_head *head, struct jy_slice body, jy_time now,
                struct sim_answer *answer)
{
    const struct route *route;
    struct jy_fault fault = { 0 };
    struct call call = { .sim = sim, .bytes = body, .head = head, .now = now, .answer = answer, .fault = &fault };
    jy_err rc;

    *answer = (struct sim_answer){ 0 };
    if ((rc = find_route(method, path, &route, &call.name)) == JY_OK && route->body > 0) {
        if (body.len > (size_t)route->body)
            rc = jy_fail(&fault, JY_E_LIMIT, "body", 0, "more than %lld bytes", (long long)route->body);
        else if (!route->der && (jy_json_parse(body, &call.body, &fault) != JY_OK || !json_is_object(call.body)))
            rc = jy_fail(&fault, JY_E_BAD_JSON, "body", 0, "one JSON object");
    }
    if (rc == JY_OK)
        rc = route->whose == SIM_COUNTERPARTS ? carry_out(route, &call) : misbehave(route, &call);
    json_decref(call.body);
    if (rc != JY_OK)
        sim_problem(answer, rc, &fault);
}

/* One process a folder: two would give out the same receipts. */
static jy_err
take_folder(const char *folder, int *out, struct jy_fault *fault)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return jy_fail(fault, JY_E_IO, folder, 0, "%s", strerror(errno));
    if ((*out = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return jy_fail(fault, JY_E_IO, folder, 0, "%s", strerror(errno));
    if (flock(*out, LOCK_EX | LOCK_NB) != 0)
        return jy_fail(fault, errno == EWOULDBLOCK ? JY_E_CONFLICT : JY_E_IO, folder, 0, "another process has it");
    return JY_OK;
}

jy_err
sim_open(const char *folder, const char *base_url, jy_time now, struct sim **out, struct jy_fault *fault)
{
    struct sim *sim = calloc(1, sizeof(*sim));
    char ca_url[240];
    size_t count;
    jy_err rc;

    *out = NULL;
    (void)sim_seals(&count);
    if (sim == NULL)
        return jy_fail(fault, JY_E_NOMEM, "sim", 0, "sim");
    sim->folder = -1;
    pthread_mutex_init(&sim->lock, NULL);
    if (sim_faults_new(&sim->faults) != JY_OK || sim_mails_new(sim->faults, &sim->mails) != JY_OK || (sim->register_changes = json_object()) == NULL ||
        (sim->messages = json_object()) == NULL ||
        (sim->pictures = calloc(count, sizeof(*sim->pictures))) == NULL)
        rc = jy_fail(fault, JY_E_NOMEM, "sim", 0, "pictures");
    else if ((size_t)snprintf(ca_url, sizeof(ca_url), "%s/ca", base_url) >= sizeof(ca_url))
        rc = jy_fail(fault, JY_E_LIMIT, "base_url", 0, "too long");
    else if ((rc = take_folder(folder, &sim->folder, fault)) == JY_OK && (rc = sim_ca_open(folder, ca_url, now, &sim->ca, fault)) == JY_OK)
        rc = sim_filings_open(folder, &sim->filings, fault);
    if (rc == JY_OK)
        rc = sim_platform_open(folder, &sim->platform, fault);
    if (rc == JY_OK)
        *out = sim;
    else
        sim_close(sim);
    return rc;
}

struct sim_mails *
sim_mail_server(struct sim *sim)
{
    return sim->mails;
}

void
sim_close(struct sim *sim)
{
    size_t count;

    if (sim == NULL)
        return;
    (void)sim_seals(&count);
    for (size_t i = 0; sim->pictures != NULL && i < count; i++)
        jy_buf_free(&sim->pictures[i]);
    free(sim->pictures);
    sim_platform_close(sim->platform);
    sim_mails_free(sim->mails);
    sim_faults_free(sim->faults);
    json_decref(sim->register_changes);
    json_decref(sim->messages);
    sim_filings_close(sim->filings);
    sim_ca_close(sim->ca);
    if (sim->folder >= 0)
        close(sim->folder);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
    sim_draw_end();
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/answers.h"
#include "sim/draw.h"
#include "sim/register.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

jy_err
sim_answer_json(struct call *call, int status, json_t *value)
{
    char *text = value == NULL ? NULL : json_dumps(value, JSON_COMPACT);
    jy_err rc = text == NULL ? JY_E_NOMEM : jy_buf_text(&call->answer->body, text);

    free(text);
    json_decref(value);
    call->answer->status = status;
    call->answer->content_type = JSON;
    return rc;
}

jy_err
sim_answer_receipt(struct call *call, const char *receipt)
{
    const char *event_id = sim_json_text(call->body, "event_id", 64);

    if (call->spoiling == SIM_FAULT_WRONG_NONCE)
        event_id = "another-event";
    return sim_answer_json(call, 201, json_pack("{ss ss?}", "receipt", receipt, "event_id", event_id));
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
    return sim_answer_json(call, 200, json_pack("{ss ss}", "counterpart", counterpart, "fault", fault));
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
    return sim_answer_json(call, 200, json_pack("{so so}", "counterparts", counterparts, "faults", faults));
}

/* Every request that is answered. {} is one segment; body is the most bytes of a JSON object, or of DER, 0 = none. */
static const struct route {
    const char *method, *path;
    int64_t body;
    jy_err (*answer)(struct call *call);
    bool der;
    enum sim_counterpart whose;       /* SIM_COUNTERPARTS = nobody's: no fault reaches it */
    bool refuses;                     /* says no in its own form */
} routes[] = {
    /* the engraving system */
    { "GET", "/seals", 0, on_list_seals, false, SIM_ENGRAVING },
    { "GET", "/seals/{}", 0, on_show_seal, false, SIM_ENGRAVING },
    { "POST", "/filings", 131072, on_file_event, false, SIM_ENGRAVING },
    { "GET", "/filings", 0, on_list_filings, false, SIM_COUNTERPARTS },
    { "POST", "/register", 1024, on_list_register, false, SIM_ENGRAVING },
    { "POST", "/control/register", 4096, on_change_register, false, SIM_COUNTERPARTS },
    /* the CA; ca_url is the base URL followed by /ca */
    { "POST", "/ca/certificates", 32768, on_issue_certificate, false, SIM_CA },
    { "POST", "/ca/revocations", 8192, on_revoke_certificate, false, SIM_CA },
    { "POST", "/ca/cmp", 65536, on_cmp, true, SIM_CA, true },
    { "GET", "/ca/trust", 0, on_show_trust, false, SIM_CA },
    { "GET", "/ca/crl/{}", 0, on_show_crl, false, SIM_CRL },
    { "POST", "/ca/ocsp", 16384, on_answer_ocsp, true, SIM_OCSP },
    /* the time stamp authority */
    { "POST", "/tsa", 4096, on_stamp_time, true, SIM_TSA },
    /* the national platform; platform_url is the base URL followed by /platform */
    { "POST", "/platform/resource/rest/v1/shared/IK1008/1", 1024, on_platform_challenge, false, SIM_PLATFORM },
    { "POST", "/platform/resource/rest/v1/shared/IK1009/1", 65536, on_platform_take, true, SIM_PLATFORM },
    { "POST", "/platform/resource/rest/v1/shared/IK1010/1", 1024, on_platform_token, false, SIM_COUNTERPARTS },
    { "POST", "/platform/resource/rest/v1/shared/IK1011/1", 4096, on_platform_status, false, SIM_PLATFORM },
    { "POST", "/platform/resource/rest/v1/shared/IK1013/1", 4096, on_platform_revoked, false, SIM_PLATFORM },
    { "GET", "/platform/key", 0, on_platform_key, false, SIM_COUNTERPARTS },
    { "GET", "/platform/taken", 0, on_platform_list, false, SIM_COUNTERPARTS },
    { "POST", "/control/platform", 4096, on_control_platform, false, SIM_COUNTERPARTS },
    /* the short message gateway */
    { "POST", "/sms", 4096, on_take_sms, false, SIM_SMS },
    { "GET", "/sms", 0, on_list_sms, false, SIM_COUNTERPARTS },
    /* the mail server, which has a port of its own */
    { "GET", "/mails", 0, on_list_mails, false, SIM_COUNTERPARTS },
    /* faults on demand */
    { "GET", "/control/faults", 0, list_faults, false, SIM_COUNTERPARTS },
    { "POST", "/control/ca", 1024, on_control_ca, false, SIM_COUNTERPARTS },
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
    if (fault == SIM_FAULT_REFUSE && !route->refuses)
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

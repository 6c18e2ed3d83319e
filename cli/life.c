/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/life.h"

#include "codec/text.h"
#include "ipc/flow.h"

#include <jinyin/totp.h>

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL_SECONDS 60L
#define ANSWER_MAX (256u << 20)

static void
copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

static const char *
member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

/* 32 hex digits that nobody else will choose. */
static jy_err
fresh_id(char out[33])
{
    uint8_t bytes[16];
    jy_err rc = jy_random(bytes, sizeof(bytes));

    if (rc == JY_OK)
        jy_hex(JY_SLICE(bytes, sizeof(bytes)), out);
    return rc;
}

/* A PIN of this run: letters and digits, 20 characters. */
static jy_err
fresh_pin(char out[65])
{
    char id[33];
    jy_err rc = fresh_id(id);

    if (rc == JY_OK)
        snprintf(out, 65, "Pin-%.16s", id);
    jy_wipe(id, sizeof(id));
    return rc;
}

jy_err
life_open(const char *credentials_path, struct life *out, struct jy_fault *fault)
{
    json_error_t error;

    *out = (struct life){ 0 };
    copy_text(out->credentials_path, sizeof(out->credentials_path), credentials_path);
    if (access(credentials_path, R_OK) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, credentials_path, 0, "start the demonstration first: ./dev run");
    if ((out->credentials = json_load_file(credentials_path, JSON_REJECT_DUPLICATES, &error)) == NULL)
        return jy_fail(fault, JY_E_FORMAT, credentials_path, 0, "line %d: %s", error.line, error.text);
    copy_text(out->base, sizeof(out->base), member(out->credentials, "base"));
    copy_text(out->maker_id, sizeof(out->maker_id), member(json_object_get(out->credentials, "maker"), "maker_id"));
    copy_text(out->maker_key_id, sizeof(out->maker_key_id), member(out->credentials, "maker_key_id"));
    copy_text(out->maker_pin, sizeof(out->maker_pin), member(out->credentials, "maker_pin"));
    return JY_OK;
}

void
life_close(struct life *life)
{
    jy_sm2_free(life->sealing);
    json_decref(life->credentials);
    jy_wipe(life, sizeof(*life));
}

static jy_err
write_credentials(struct life *life, struct jy_fault *fault)
{
    char next[4200];
    int fd, rc;

    snprintf(next, sizeof(next), "%s.new", life->credentials_path);
    if ((fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
        return jy_fail(fault, JY_E_IO, next, 0, "cannot write");
    rc = json_dumpfd(life->credentials, fd, JSON_INDENT(1));
    if (close(fd) != 0 || rc != 0 || rename(next, life->credentials_path) != 0)
        return jy_fail(fault, JY_E_IO, next, 0, "cannot write");
    return JY_OK;
}

/* The demonstration's PINs go beside its passwords, so that a second tour can use the keys of the first. */
static jy_err
remember(struct life *life, const char *name, const char *value, struct jy_fault *fault)
{
    json_object_set_new(life->credentials, name, json_string(value));
    return write_credentials(life, fault);
}

static size_t
collect(char *data, size_t size, size_t count, void *user)
{
    struct jy_buf *buf = user;

    if (buf->len + size * count > ANSWER_MAX || jy_buf_add(buf, JY_SLICE(data, size * count)) != JY_OK)
        return 0;
    return size * count;
}

jy_err
life_call(struct life *life, const struct life_person *who, const char *method, const char *path, json_t *body, struct jy_slice raw,
          const char *key, json_t **answer, struct jy_buf *bytes, struct jy_fault *fault)
{
    struct curl_slist *headers = NULL;
    struct jy_buf got = { 0 };
    char url[1024], header[256], id[33], *text = NULL;
    json_t *parsed = NULL;
    json_error_t error;
    CURL *curl = NULL;
    CURLcode code;
    long status = 0;
    jy_err rc;

    if (answer != NULL)
        *answer = NULL;
    life->problem_code[0] = '\0';
    if ((rc = fresh_id(id)) != JY_OK)
        return rc;
    if ((curl = curl_easy_init()) == NULL)
        return jy_fail(fault, JY_E_NOMEM, path, 0, "curl");
    snprintf(url, sizeof(url), "%s%s", life->base, path);
    snprintf(header, sizeof(header), "Idempotency-Key: %s", key == NULL ? id : key);
    headers = curl_slist_append(headers, header);
    headers = curl_slist_append(headers, raw.len > 0 ? "Content-Type: application/octet-stream" : "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    if (who != NULL && who->token[0] != '\0') {
        snprintf(header, sizeof(header), "Authorization: Bearer %s", who->token);
        headers = curl_slist_append(headers, header);
    }
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, CALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &got);
    if (raw.len > 0) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)raw.p);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)raw.len);
    } else if (body != NULL) {
        text = json_dumps(body, JSON_COMPACT);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text == NULL ? "{}" : text);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)(text == NULL ? 2 : strlen(text)));
    }
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) {
        copy_text(life->problem_code, sizeof(life->problem_code), "unavailable");
        rc = jy_fail(fault, JY_E_UNAVAILABLE, path, 0, "%s", curl_easy_strerror(code));
        goto out;
    }
    if (answer != NULL || status >= 400)
        parsed = json_loadb((const char *)got.p, got.len, JSON_REJECT_DUPLICATES, &error);
    if (status >= 400) {
        copy_text(life->problem_code, sizeof(life->problem_code), member(parsed, "code"));
        rc = jy_err_by_code(life->problem_code);
        jy_fail(fault, rc, member(parsed, "field"), 0, "%s%s%s", member(parsed, "title"), member(parsed, "detail")[0] ? " " : "",
                member(parsed, "detail"));
        goto out;
    }
    if (answer != NULL) {
        *answer = parsed;
        parsed = NULL;
    }
    if (bytes != NULL)
        rc = jy_buf_add(bytes, jy_buf_slice(&got));
out:
    json_decref(parsed);
    if (text != NULL)
        jy_wipe(text, strlen(text));
    free(text);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    jy_buf_wipe(&got);
    return rc;
}

/* A call whose JSON body is taken over. */
static jy_err
ask(struct life *life, const struct life_person *who, const char *method, const char *path, json_t *body, const char *key,
     json_t **answer, struct jy_fault *fault)
{
    jy_err rc = life_call(life, who, method, path, body, JY_EMPTY, key, answer, NULL, fault);

    json_decref(body);
    return rc;
}

jy_err
life_get(struct life *life, const struct life_person *who, const char *path, json_t **answer, struct jy_fault *fault)
{
    return life_call(life, who, "GET", path, NULL, JY_EMPTY, NULL, answer, NULL, fault);
}

jy_err
life_seal_pin(struct life *life, const char *purpose, const char *object, const char *pin, const char *new_pin, char *out, size_t size,
              struct jy_fault *fault)
{
    struct jy_secret secret = { .time = jy_now() };
    struct jy_buf sealed = { 0 }, text = { 0 }, point = { 0 };
    json_t *answer = NULL;
    jy_err rc = JY_OK;

    if (life->sealing == NULL) {
        const char *encoded;
        if ((rc = life_get(life, NULL, "/api/v1/key", &answer, fault)) != JY_OK)
            goto out;
        encoded = member(answer, "sealing_point");
        if ((rc = jy_base64_decode(jy_slice_text(encoded), &point)) != JY_OK)
            goto out;
        if (point.len != JY_SM2_POINT_SIZE) {
            rc = jy_fail(fault, JY_E_FORMAT, "sealing_point", 0, "not a point");
            goto out;
        }
        if ((rc = jy_sm2_from_point(point.p, &life->sealing)) != JY_OK)
            goto out;
    }
    copy_text(secret.purpose, sizeof(secret.purpose), purpose);
    copy_text(secret.object, sizeof(secret.object), object);
    copy_text(secret.pin, sizeof(secret.pin), pin);
    copy_text(secret.new_pin, sizeof(secret.new_pin), new_pin);
    if ((rc = jy_secret_seal(life->sealing, &secret, &sealed)) != JY_OK || (rc = jy_base64_encode(jy_buf_slice(&sealed), &text)) != JY_OK)
        goto out;
    if (text.len >= size) {
        rc = JY_E_LIMIT;
        goto out;
    }
    memcpy(out, text.p, text.len);
    out[text.len] = '\0';
out:
    jy_wipe(&secret, sizeof(secret));
    jy_buf_free(&sealed);
    jy_buf_free(&text);
    jy_buf_free(&point);
    json_decref(answer);
    return rc;
}

static json_t *
credentials_of(const struct life *life, const char *login)
{
    json_t *people = json_object_get(life->credentials, "people"), *person;
    size_t i;

    json_array_foreach(people, i, person)
        if (strcmp(member(person, "login"), login) == 0)
            return person;
    return NULL;
}

static jy_err
find_person(struct life *life, const char *login, struct life_person *out, struct jy_fault *fault)
{
    const json_t *person = credentials_of(life, login);

    if (person == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, login, 0, "no such person in the credentials file");
    copy_text(out->login, sizeof(out->login), login);
    copy_text(out->password, sizeof(out->password), member(person, "password"));
    copy_text(out->token, sizeof(out->token), member(person, "token"));
    return JY_OK;
}

jy_err
life_choose(struct life *life, size_t organization, struct jy_fault *fault)
{
    json_t *o = json_array_get(json_object_get(life->credentials, "organizations"), organization - 1);
    char login[32], name[64];
    jy_err rc;

    if (o == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, "organizations", 0, "the demonstration has no organization %zu", organization);
    copy_text(life->organization_id, sizeof(life->organization_id), member(o, "organization_id"));
    copy_text(life->organization_name, sizeof(life->organization_name), member(o, "name"));
    copy_text(life->seal_code, sizeof(life->seal_code), member(o, "seal_code"));
    if ((rc = find_person(life, "police", &life->police, fault)) != JY_OK || (rc = find_person(life, "maker", &life->maker, fault)) != JY_OK)
        return rc;
    snprintf(login, sizeof(login), "agent%zu", organization);
    if ((rc = find_person(life, login, &life->agent, fault)) != JY_OK)
        return rc;
    snprintf(login, sizeof(login), "custodian%zu", organization);
    if ((rc = find_person(life, login, &life->custodian, fault)) != JY_OK)
        return rc;
    snprintf(login, sizeof(login), "approver%zu", organization);
    if ((rc = find_person(life, login, &life->approver, fault)) != JY_OK)
        return rc;
    snprintf(name, sizeof(name), "%s_key_id", login);
    copy_text(life->approver.approver_key_id, sizeof(life->approver.approver_key_id), member(life->credentials, name));
    snprintf(name, sizeof(name), "%s_pin", login);
    copy_text(life->approver_pin, sizeof(life->approver_pin), member(life->credentials, name));
    return JY_OK;
}

/* The code of a phone that has this secret, "" without one. A step counts once: the first that has not been used. */
static jy_err
one_time_code(json_t *person, char code[JY_TOTP_DIGITS + 1])
{
    const char *secret = member(person, "totp");
    json_int_t used = json_integer_value(json_object_get(person, "totp_step"));
    struct jy_buf bytes = { 0 };
    int64_t step;
    jy_err rc;

    code[0] = '\0';
    if (secret[0] == '\0')
        return JY_OK;
    while ((step = jy_totp_step(jy_now())) + 1 <= used)
        usleep(200000);
    step = step > used ? step : used + 1;
    if ((rc = jy_base32_decode(jy_slice_text(secret), &bytes)) == JY_OK)
        rc = bytes.len == JY_TOTP_SECRET ? jy_totp_code(bytes.p, step, code) : JY_E_FORMAT;
    json_object_set_new(person, "totp_step", json_integer(step));
    jy_buf_wipe(&bytes);
    return rc;
}

static jy_err
log_in(struct life *life, struct life_person *who, struct jy_fault *fault)
{
    json_t *person = credentials_of(life, who->login), *answer = NULL, *body;
    char code[JY_TOTP_DIGITS + 1];
    jy_err rc;

    /* The session that the demonstration opened, while it lives. */
    if (who->token[0] != '\0' && life_get(life, who, "/api/v1/session", NULL, fault) == JY_OK)
        return JY_OK;
    who->token[0] = '\0';
    if ((rc = one_time_code(person, code)) != JY_OK)
        return rc;
    body = json_pack("{s:s, s:s}", "login", who->login, "password", who->password);
    if (code[0] != '\0')
        json_object_set_new(body, "code", json_string(code));
    if ((rc = ask(life, NULL, "POST", "/api/v1/session", body, NULL, &answer, fault)) != JY_OK)
        return rc;
    copy_text(who->token, sizeof(who->token), member(answer, "token"));
    json_decref(answer);
    if (code[0] != '\0') {
        json_object_set_new(person, "token", json_string(who->token));
        rc = write_credentials(life, fault);
    }
    return rc;
}

jy_err
life_log_in(struct life *life, struct jy_fault *fault)
{
    struct life_person *people[] = { &life->police, &life->maker, &life->agent, &life->custodian, &life->approver };
    jy_err rc = JY_OK;

    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]) && rc == JY_OK; i++)
        rc = log_in(life, people[i], fault);
    return rc;
}

/* about: what the secret is sealed to: the key's id, or, for activating a seal, that and the custodian's. */
static jy_err
change_pin(struct life *life, const struct life_person *who, const char *key_id, const char *about, const char *old_pin, const char *new_pin,
           struct jy_fault *fault)
{
    char sealed[2048], path[256];
    jy_err rc;

    if ((rc = life_seal_pin(life, "change-pin", about, old_pin, new_pin, sealed, sizeof(sealed), fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/keys/%s/pin", key_id);
    return ask(life, who, "PUT", path, json_pack("{s:s}", "sealed", sealed), NULL, NULL, fault);
}

jy_err
life_maker_key(struct life *life, struct jy_fault *fault)
{
    json_t *answer = NULL;
    char path[256];
    jy_err rc;

    if (life->maker_pin[0] != '\0')
        return JY_OK;
    snprintf(path, sizeof(path), "/api/v1/makers/%s/key", life->maker_id);
    if ((rc = ask(life, &life->maker, "POST", path, json_object(), NULL, &answer, fault)) != JY_OK)
        return rc;
    copy_text(life->maker_key_id, sizeof(life->maker_key_id), member(answer, "maker_key_id"));
    if ((rc = fresh_pin(life->maker_pin)) == JY_OK &&
        (rc = change_pin(life, &life->maker, life->maker_key_id, life->maker_key_id, member(answer, "activation_code"), life->maker_pin, fault)) == JY_OK &&
        (rc = remember(life, "maker_key_id", life->maker_key_id, fault)) == JY_OK)
        rc = remember(life, "maker_pin", life->maker_pin, fault);
    json_decref(answer);
    return rc;
}

jy_err
life_approver_key(struct life *life, struct jy_fault *fault)
{
    json_t *answer = NULL, *me = NULL;
    char path[256], name[128];
    jy_err rc;

    if (life->approver_pin[0] != '\0')
        return JY_OK;
    if ((rc = life_get(life, &life->approver, "/api/v1/session", &me, fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/people/%s/key", member(me, "person_id"));
    if ((rc = ask(life, &life->approver, "POST", path, json_object(), NULL, &answer, fault)) != JY_OK)
        goto out;
    copy_text(life->approver.approver_key_id, sizeof(life->approver.approver_key_id), member(answer, "approver_key_id"));
    if ((rc = fresh_pin(life->approver_pin)) != JY_OK ||
        (rc = change_pin(life, &life->approver, life->approver.approver_key_id, life->approver.approver_key_id, member(answer, "activation_code"),
                         life->approver_pin, fault)) != JY_OK)
        goto out;
    snprintf(name, sizeof(name), "%s_key_id", life->approver.login);
    if ((rc = remember(life, name, life->approver.approver_key_id, fault)) != JY_OK)
        goto out;
    snprintf(name, sizeof(name), "%s_pin", life->approver.login);
    rc = remember(life, name, life->approver_pin, fault);
out:
    json_decref(me);
    json_decref(answer);
    return rc;
}

jy_err
life_apply(struct life *life, char application_id[65], json_t **checklist, struct jy_fault *fault)
{
    json_t *answer = NULL;
    json_t *body = json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:s}", "seal_kind", "statutory", "seal_name", life->organization_name,
                             "physical_seal_code", life->seal_code, "has_superior", 0, "by_agent", 1, "foreign_script", 0,
                             "agent_id_number", "11010519491231002X", "agent_phone", "13800000000");
    jy_err rc = ask(life, &life->agent, "POST", "/api/v1/applications", body, NULL, &answer, fault);

    if (rc == JY_OK) {
        snprintf(application_id, 65, "%s", member(answer, "application_id"));
        *checklist = json_incref(json_object_get(answer, "checklist"));
    }
    json_decref(answer);
    return rc;
}

jy_err
life_submit(struct life *life, const char *application_id, struct jy_fault *fault)
{
    char path[256];

    snprintf(path, sizeof(path), "/api/v1/applications/%s/submit", application_id);
    return ask(life, &life->agent, "POST", path, json_object(), NULL, NULL, fault);
}

jy_err
life_upload_materials(struct life *life, const char *application_id, json_t *checklist, struct jy_fault *fault)
{
    json_t *item;
    size_t i;
    jy_err rc;

    json_array_foreach(checklist, i, item) {
        char path[256], text[256];
        if (!json_is_true(json_object_get(item, "required")))
            continue;
        snprintf(path, sizeof(path), "/api/v1/applications/%s/materials/%s", application_id, member(item, "code"));
        snprintf(text, sizeof(text), "demonstration material: %s\n", member(item, "zh"));
        if ((rc = life_call(life, &life->agent, "PUT", path, NULL, jy_slice_text(text), NULL, NULL, NULL, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

jy_err
life_accept(struct life *life, const char *application_id, json_t *checklist, struct jy_fault *fault)
{
    json_t *seen = json_array(), *item;
    char path[256];
    size_t i;

    json_array_foreach(checklist, i, item)
        if (json_is_true(json_object_get(item, "required")))
            json_array_append_new(seen, json_string(member(item, "code")));
    snprintf(path, sizeof(path), "/api/v1/applications/%s/accept", application_id);
    return ask(life, &life->maker, "POST", path, json_pack("{s:o}", "originals_seen", seen), NULL, NULL, fault);
}

jy_err
life_make(struct life *life, const char *application_id, json_t **answer, struct jy_fault *fault)
{
    char sealed[2048], path[256], id[33];
    jy_err rc;

    if ((rc = fresh_id(id)) != JY_OK)
        return rc;
    copy_text(life->seal_id, sizeof(life->seal_id), id);
    if ((rc = life_seal_pin(life, "make", life->seal_id, life->maker_pin, NULL, sealed, sizeof(sealed), fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/applications/%s/seal", application_id);
    rc = ask(life, &life->maker, "POST", path, json_pack("{s:s, s:s}", "seal_id", life->seal_id, "sealed", sealed), NULL, answer, fault);
    if (rc == JY_OK)
        copy_text(life->seal_pin, sizeof(life->seal_pin), member(*answer, "activation_code"));
    return rc;
}

/* The simplest flow: one approver for everything, a year long (R16.1). */
static jy_err
set_flow(struct life *life, struct jy_fault *fault)
{
    struct jy_flow *flow = calloc(1, sizeof(*flow));
    struct jy_buf der = { 0 }, text = { 0 };
    char sealed[2048], path[256], object[JY_ORDER_OBJECT_SIZE];
    jy_err rc = flow == NULL ? JY_E_NOMEM : JY_OK;

    if (rc != JY_OK)
        goto out;
    copy_text(flow->seal_key_id, sizeof(flow->seal_key_id), life->seal_id);
    flow->number = 1;
    flow->valid_from = jy_now() - 60;
    flow->valid_to = jy_now() + 365 * 86400;
    flow->path_count = flow->paths[0].step_count = flow->paths[0].steps[0].needed = flow->paths[0].steps[0].approver_count = 1;
    flow->paths[0].amount_max_fen = -1;
    copy_text(flow->paths[0].steps[0].name, sizeof(flow->paths[0].steps[0].name), "审批");
    copy_text(flow->paths[0].steps[0].approvers[0], sizeof(flow->paths[0].steps[0].approvers[0]), life->approver.approver_key_id);
    if ((rc = jy_flow_encode(flow, &der)) != JY_OK || (rc = jy_base64_encode(jy_buf_slice(&der), &text)) != JY_OK ||
        (rc = jy_stamp_order_object(jy_buf_slice(&der), object)) != JY_OK ||
        (rc = life_seal_pin(life, "flow", object, life->seal_pin, NULL, sealed, sizeof(sealed), fault)) != JY_OK)
        goto out;
    snprintf(path, sizeof(path), "/api/v1/seals/%s/flow", life->seal_id);
    rc = ask(life, &life->custodian, "PUT", path, json_pack("{s:s%, s:s}", "flow", text.p, text.len, "sealed", sealed), NULL, NULL, fault);
out:
    free(flow);
    jy_buf_free(&der);
    jy_buf_free(&text);
    return rc;
}

/* The agent may ask for stamps of every kind of document. */
static jy_err
permit_agent(struct life *life, struct jy_fault *fault)
{
    json_t *me = NULL;
    char path[256];
    jy_err rc;

    if ((rc = life_get(life, &life->agent, "/api/v1/session", &me, fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/seals/%s/permissions", life->seal_id);
    rc = ask(life, &life->custodian, "POST", path, json_pack("{s:s, s:[s]}", "person_id", member(me, "person_id"), "categories", "*"), NULL, NULL, fault);
    json_decref(me);
    return rc;
}

jy_err
life_hand_over(struct life *life, struct jy_fault *fault)
{
    char path[256], object[161], own[65];
    json_t *me = NULL;
    jy_err rc;

    if ((rc = life_get(life, &life->custodian, "/api/v1/session", &me, fault)) != JY_OK)
        return rc;
    snprintf(path, sizeof(path), "/api/v1/seals/%s/custodian", life->seal_id);
    snprintf(object, sizeof(object), "%s/%s", life->seal_id, member(me, "person_id"));
    rc = ask(life, &life->agent, "POST", path, json_pack("{s:s}", "person_id", member(me, "person_id")), NULL, NULL, fault);
    json_decref(me);
    if (rc != JY_OK || (rc = fresh_pin(own)) != JY_OK ||
        (rc = change_pin(life, &life->custodian, life->seal_id, object, life->seal_pin, own, fault)) != JY_OK)
        return rc;
    copy_text(life->seal_pin, sizeof(life->seal_pin), own);
    return (rc = set_flow(life, fault)) == JY_OK ? permit_agent(life, fault) : rc;
}

jy_err
life_upload(struct life *life, struct jy_slice file, json_t **document, struct jy_fault *fault)
{
    return life_call(life, &life->agent, "POST", "/api/v1/documents", NULL, file, NULL, document, NULL, fault);
}

jy_err
life_order(struct life *life, const char *document_id, int page, double x_mm, double y_mm, const char *key, char order_id[65],
           struct jy_fault *fault)
{
    json_t *answer = NULL;
    char pages[16];
    json_t *body;
    jy_err rc;

    snprintf(pages, sizeof(pages), "%d", page);
    body = json_pack("{s:s, s:s, s:[{s:s, s:f, s:f}], s:s, s:s}", "seal_id", life->seal_id, "document_id", document_id, "places", "pages", pages, "x_mm", x_mm,
                     "y_mm", y_mm, "category", "agreement", "purpose", "demonstration");
    rc = ask(life, &life->agent, "POST", "/api/v1/orders", body, key, &answer, fault);

    if (rc == JY_OK)
        snprintf(order_id, 65, "%s", member(answer, "order_id"));
    json_decref(answer);
    return rc;
}

/*
 * One decision about an order. The secret is sealed to the order as it will be signed, an approval to the step as well: whoever decides looks at these
 * bytes, not at what a page says of them.
 */
static jy_err
order_step(struct life *life, const struct life_person *who, const char *order_id, const char *act, const char *pin, const char *key,
           json_t **answer, struct jy_fault *fault)
{
    bool approving = strcmp(act, "approve") == 0;
    char sealed[2048], path[256], object[JY_APPROVAL_OBJECT_SIZE];
    struct jy_buf der = { 0 };
    json_t *order = NULL, *body;
    json_int_t step;
    jy_err rc;

    snprintf(path, sizeof(path), "/api/v1/orders/%s", order_id);
    if ((rc = life_get(life, who, path, &order, fault)) != JY_OK ||
        (rc = jy_base64_decode(jy_slice_text(member(order, "stamp_order")), &der)) != JY_OK)
        goto out;
    step = json_integer_value(json_object_get(order, "step"));
    rc = approving ? jy_approval_object(jy_buf_slice(&der), (uint32_t)step, object) : jy_stamp_order_object(jy_buf_slice(&der), object);
    if (rc != JY_OK || (rc = life_seal_pin(life, act, object, pin, NULL, sealed, sizeof(sealed), fault)) != JY_OK)
        goto out;
    snprintf(path, sizeof(path), "/api/v1/orders/%s/%s", order_id, act);
    body = approving ? json_pack("{s:s, s:I}", "sealed", sealed, "step", step) : json_pack("{s:s}", "sealed", sealed);
    rc = ask(life, who, "POST", path, body, key, answer, fault);
out:
    jy_buf_free(&der);
    json_decref(order);
    return rc;
}

jy_err
life_approve(struct life *life, const char *order_id, const char *key, struct jy_fault *fault)
{
    return order_step(life, &life->approver, order_id, "approve", life->approver_pin, key, NULL, fault);
}

jy_err
life_stamp(struct life *life, const char *order_id, const char *key, char document_id[65], struct jy_fault *fault)
{
    json_t *answer = NULL;
    jy_err rc = order_step(life, &life->custodian, order_id, "stamp", life->seal_pin, key, &answer, fault);

    if (rc == JY_OK)
        snprintf(document_id, 65, "%s", member(answer, "document_id"));
    json_decref(answer);
    return rc;
}

jy_err
life_download(struct life *life, const char *document_id, struct jy_buf *out, struct jy_fault *fault)
{
    char path[256];

    snprintf(path, sizeof(path), "/api/v1/documents/%s/content", document_id);
    return life_call(life, &life->agent, "GET", path, NULL, JY_EMPTY, NULL, NULL, out, fault);
}

static jy_err
seal_step(struct life *life, const struct life_person *who, const char *step, json_t *body, struct jy_fault *fault)
{
    char path[256];

    snprintf(path, sizeof(path), "/api/v1/seals/%s/%s", life->seal_id, step);
    return ask(life, who, "POST", path, body, NULL, NULL, fault);
}

jy_err
life_freeze(struct life *life, const char *reason, struct jy_fault *fault)
{
    return seal_step(life, &life->custodian, "freeze", json_pack("{s:s}", "reason", reason), fault);
}

jy_err
life_unfreeze(struct life *life, struct jy_fault *fault)
{
    char sealed[2048];
    jy_err rc = life_seal_pin(life, "unfreeze", life->seal_id, life->seal_pin, NULL, sealed, sizeof(sealed), fault);

    return rc != JY_OK ? rc : seal_step(life, &life->custodian, "unfreeze", json_pack("{s:s}", "sealed", sealed), fault);
}

/* R21.1, R22.1: by application, with its materials. */
jy_err
life_cancel(struct life *life, const char *reason, struct jy_fault *fault)
{
    json_t *answer = NULL, *checklist;
    char path[256];
    const char *id;
    jy_err rc;

    snprintf(path, sizeof(path), "/api/v1/seals/%s/applications", life->seal_id);
    if ((rc = ask(life, &life->agent, "POST", path,
                  json_pack("{s:s, s:b, s:s, s:s, s:s, s:s}", "type", "cancellation", "by_agent", 1, "agent_id_number", "11010519491231002X",
                            "agent_phone", "13800000000", "reason", reason, "description", "demonstration"), NULL, &answer, fault)) != JY_OK)
        goto out;
    id = member(answer, "application_id");
    checklist = json_object_get(answer, "checklist");
    snprintf(path, sizeof(path), "/api/v1/applications/%s/carry-out", id);
    if ((rc = life_upload_materials(life, id, checklist, fault)) == JY_OK && (rc = life_submit(life, id, fault)) == JY_OK &&
        (rc = life_accept(life, id, checklist, fault)) == JY_OK)
        rc = ask(life, &life->maker, "POST", path, json_object(), NULL, NULL, fault);
out:
    json_decref(answer);
    return rc;
}

jy_err
life_status(struct life *life, jy_time at, char state[33], struct jy_fault *fault)
{
    char path[256], when[21];
    json_t *answer = NULL;
    jy_err rc;

    jy_time_rfc3339(at, when);
    snprintf(path, sizeof(path), "/api/v1/seals/%s/status?at=%s", life->seal_id, when);
    if ((rc = life_get(life, NULL, path, &answer, fault)) == JY_OK)
        snprintf(state, 33, "%s", member(answer, "state"));
    json_decref(answer);
    return rc;
}

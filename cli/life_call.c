/* SPDX-License-Identifier: Apache-2.0 */
/* Calls to the service, secrets sealed on this side, and the people of the credentials file. */
#include "cli/life_inside.h"

#include "codec/text.h"
#include "ipc/order.h"

#include <jinyin/totp.h>

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL_SECONDS 60L
#define ANSWER_MAX (256u << 20)

void
life_copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

const char *
life_member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

/* 32 hex digits that nobody else will choose. */
jy_err
life_fresh_id(char out[33])
{
    uint8_t bytes[16];
    jy_err rc = jy_random(bytes, sizeof(bytes));

    if (rc == JY_OK)
        jy_hex(JY_SLICE(bytes, sizeof(bytes)), out);
    return rc;
}

/* A PIN of this run: letters and digits, 20 characters. */
jy_err
life_fresh_pin(char out[65])
{
    char id[33];
    jy_err rc = life_fresh_id(id);

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
    life_copy(out->credentials_path, sizeof(out->credentials_path), credentials_path);
    if (access(credentials_path, R_OK) != 0)
        return jy_fail(fault, JY_E_NOT_FOUND, credentials_path, 0, "start the demonstration first: ./dev run");
    if ((out->credentials = json_load_file(credentials_path, JSON_REJECT_DUPLICATES, &error)) == NULL)
        return jy_fail(fault, JY_E_FORMAT, credentials_path, 0, "line %d: %s", error.line, error.text);
    life_copy(out->base, sizeof(out->base), life_member(out->credentials, "base"));
    life_copy(out->sim, sizeof(out->sim), life_member(out->credentials, "sim"));
    life_copy(out->maker_id, sizeof(out->maker_id), life_member(json_object_get(out->credentials, "maker"), "maker_id"));
    life_copy(out->maker_key_id, sizeof(out->maker_key_id), life_member(out->credentials, "maker_key_id"));
    life_copy(out->maker_pin, sizeof(out->maker_pin), life_member(out->credentials, "maker_pin"));
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
jy_err
life_remember(struct life *life, const char *name, const char *value, struct jy_fault *fault)
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

static jy_err
call(struct life *life, const char *base, const struct life_person *who, const char *method, const char *path, json_t *body, struct jy_slice raw,
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
    if ((rc = life_fresh_id(id)) != JY_OK)
        return rc;
    if ((curl = curl_easy_init()) == NULL)
        return jy_fail(fault, JY_E_NOMEM, path, 0, "curl");
    snprintf(url, sizeof(url), "%s%s", base, path);
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
        life_copy(life->problem_code, sizeof(life->problem_code), "unavailable");
        rc = jy_fail(fault, JY_E_UNAVAILABLE, path, 0, "%s", curl_easy_strerror(code));
        goto out;
    }
    if (answer != NULL || status >= 400)
        parsed = json_loadb((const char *)got.p, got.len, JSON_REJECT_DUPLICATES, &error);
    if (status >= 400) {
        life_copy(life->problem_code, sizeof(life->problem_code), life_member(parsed, "code"));
        rc = jy_err_by_code(life->problem_code);
        jy_fail(fault, rc, life_member(parsed, "field"), 0, "%s%s%s", life_member(parsed, "title"), life_member(parsed, "detail")[0] ? " " : "",
                life_member(parsed, "detail"));
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
jy_err
life_ask(struct life *life, const struct life_person *who, const char *method, const char *path, json_t *body, const char *key,
     json_t **answer, struct jy_fault *fault)
{
    jy_err rc = life_call(life, who, method, path, body, JY_EMPTY, key, answer, NULL, fault);

    json_decref(body);
    return rc;
}

jy_err
life_ask_simulator(struct life *life, const char *path, json_t *body, json_t **answer, struct jy_fault *fault)
{
    jy_err rc = life->sim[0] == '\0' ? jy_fail(fault, JY_E_NOT_FOUND, "sim", 0, "the credentials name no simulator") :
        call(life, life->sim, NULL, body == NULL ? "GET" : "POST", path, body, JY_EMPTY, NULL, answer, NULL, fault);

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
        encoded = life_member(answer, "sealing_point");
        if ((rc = jy_base64_decode(jy_slice_text(encoded), &point)) != JY_OK)
            goto out;
        if (point.len != JY_SM2_POINT_SIZE) {
            rc = jy_fail(fault, JY_E_FORMAT, "sealing_point", 0, "not a point");
            goto out;
        }
        if ((rc = jy_sm2_from_point(point.p, &life->sealing)) != JY_OK)
            goto out;
    }
    life_copy(secret.purpose, sizeof(secret.purpose), purpose);
    life_copy(secret.object, sizeof(secret.object), object);
    life_copy(secret.pin, sizeof(secret.pin), pin);
    life_copy(secret.new_pin, sizeof(secret.new_pin), new_pin);
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

json_t *
credentials_of(const struct life *life, const char *login)
{
    json_t *people = json_object_get(life->credentials, "people"), *person;
    size_t i;

    json_array_foreach(people, i, person)
        if (strcmp(life_member(person, "login"), login) == 0)
            return person;
    return NULL;
}

static jy_err
find_person(struct life *life, const char *login, struct life_person *out, struct jy_fault *fault)
{
    const json_t *person = credentials_of(life, login);

    if (person == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, login, 0, "no such person in the credentials file");
    life_copy(out->login, sizeof(out->login), login);
    life_copy(out->password, sizeof(out->password), life_member(person, "password"));
    life_copy(out->token, sizeof(out->token), life_member(person, "token"));
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
    life_copy(life->organization_id, sizeof(life->organization_id), life_member(o, "organization_id"));
    life_copy(life->organization_name, sizeof(life->organization_name), life_member(o, "name"));
    life_copy(life->uscc, sizeof(life->uscc), life_member(o, "uscc"));
    life_copy(life->seal_kind, sizeof(life->seal_kind), "statutory");
    life_copy(life->seal_name, sizeof(life->seal_name), life->organization_name);
    life_copy(life->seal_code, sizeof(life->seal_code), life_member(o, "seal_code"));
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
    life_copy(life->approver.approver_key_id, sizeof(life->approver.approver_key_id), life_member(life->credentials, name));
    snprintf(name, sizeof(name), "%s_pin", login);
    life_copy(life->approver_pin, sizeof(life->approver_pin), life_member(life->credentials, name));
    return JY_OK;
}

/* The code of a phone that has this secret, "" without one. A step counts once: the first that has not been used. */
static jy_err
one_time_code(json_t *person, char code[JY_TOTP_DIGITS + 1])
{
    const char *secret = life_member(person, "totp");
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

/* R27.2: an act that needs a fresh factor: it is given, as a person would. */
static jy_err
step_up(struct life *life, const struct life_person *who, struct jy_fault *fault)
{
    json_t *person = credentials_of(life, who->login), *body;
    char code[JY_TOTP_DIGITS + 1];
    jy_err rc = one_time_code(person, code);

    if (rc != JY_OK)
        return rc;
    body = code[0] != '\0' ? json_pack("{s:s}", "code", code) : json_pack("{s:s}", "password", who->password);
    rc = call(life, life->base, who, "POST", "/api/v1/session/step-up", body, JY_EMPTY, NULL, NULL, NULL, fault);
    json_decref(body);
    return rc == JY_OK && code[0] != '\0' ? write_credentials(life, fault) : rc;
}

jy_err
life_call(struct life *life, const struct life_person *who, const char *method, const char *path, json_t *body, struct jy_slice raw,
          const char *key, json_t **answer, struct jy_buf *bytes, struct jy_fault *fault)
{
    jy_err rc = call(life, life->base, who, method, path, body, raw, key, answer, bytes, fault);

    if (rc == JY_E_STEP_UP && who != NULL && (rc = step_up(life, who, fault)) == JY_OK)
        rc = call(life, life->base, who, method, path, body, raw, key, answer, bytes, fault);
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
    if ((rc = life_ask(life, NULL, "POST", "/api/v1/session", body, NULL, &answer, fault)) != JY_OK)
        return rc;
    life_copy(who->token, sizeof(who->token), life_member(answer, "token"));
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

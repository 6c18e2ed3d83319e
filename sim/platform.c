/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/platform.h"

#include "codec/text.h"
#include "net/http.h"
#include "sim/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHALLENGES 64                 /* open ones; the oldest is forgotten */

struct sim_platform {
    struct jy_sm2 *key, *peer;
    char system_id[65];
    struct sim_journal *journal;
    json_t *list, *by_request, *changes;
    char challenges[CHALLENGES][33];
    size_t next_challenge;
};

/* -- the key -- */

static jy_err
make_key(const char *path, struct jy_sm2 **key, struct jy_fault *fault)
{
    struct jy_buf pem = { 0 };
    int fd = -1;
    jy_err rc;

    if ((rc = jy_sm2_generate(key)) == JY_OK && (rc = jy_sm2_to_pem(*key, &pem)) == JY_OK &&
        ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0 || write(fd, pem.p, pem.len) != (ssize_t)pem.len || fsync(fd) != 0))
        rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    if (fd >= 0)
        close(fd);
    jy_buf_wipe(&pem);
    return rc;
}

static jy_err
open_key(const char *folder, struct jy_sm2 **key, struct jy_fault *fault)
{
    char path[512], pem[2048];
    ssize_t len;
    int fd;

    snprintf(path, sizeof(path), "%s/platform.pem", folder);
    if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return errno == ENOENT ? make_key(path, key, fault) : jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    len = read(fd, pem, sizeof(pem));
    close(fd);
    return len < 0 ? jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno)) : jy_sm2_from_pem(JY_SLICE(pem, (size_t)len), key, fault);
}

static jy_err
remember(void *self, const json_t *line, struct jy_fault *fault)
{
    struct sim_platform *p = self;
    const char *request = sim_json_text(line, "request", 64);

    if (request == NULL || sim_json_text(line, "receipt", 64) == NULL || !json_is_object(json_object_get(line, "data")))
        return jy_fail(fault, JY_E_DAMAGED, "platform.jsonl", 0, "a line lacks something");
    return json_object_set(p->by_request, request, (json_t *)(uintptr_t)line) == 0 && json_array_append(p->list, (json_t *)(uintptr_t)line) == 0
               ? JY_OK : JY_E_NOMEM;
}

jy_err
sim_platform_open(const char *folder, struct sim_platform **out, struct jy_fault *fault)
{
    struct sim_platform *p = calloc(1, sizeof(*p));
    jy_err rc = JY_E_NOMEM;

    *out = NULL;
    if (p == NULL)
        return rc;
    if ((p->list = json_array()) != NULL && (p->by_request = json_object()) != NULL && (p->changes = json_object()) != NULL &&
        (rc = open_key(folder, &p->key, fault)) == JY_OK)
        rc = sim_journal_open(folder, "platform.jsonl", remember, p, &p->journal, fault);
    if (rc == JY_OK)
        *out = p;
    else
        sim_platform_close(p);
    return rc;
}

void
sim_platform_close(struct sim_platform *p)
{
    if (p == NULL)
        return;
    jy_sm2_free(p->key);
    jy_sm2_free(p->peer);
    sim_journal_close(p->journal);
    json_decref(p->list);
    json_decref(p->by_request);
    json_decref(p->changes);
    free(p);
}

jy_err
sim_platform_point(const struct sim_platform *p, char hex[2 * JY_SM2_POINT_SIZE + 1])
{
    uint8_t point[JY_SM2_POINT_SIZE];
    jy_err rc = jy_sm2_point(p->key, point);

    if (rc == JY_OK)
        jy_hex(JY_SLICE(point, sizeof(point)), hex);
    return rc;
}

jy_err
sim_platform_register(struct sim_platform *p, const char *system_id, const char *point_base64, struct jy_fault *fault)
{
    struct jy_buf point = { 0 };
    struct jy_sm2 *key = NULL;
    jy_err rc = jy_base64_decode(jy_slice_text(point_base64), &point);

    if (rc != JY_OK || point.len != JY_SM2_POINT_SIZE || jy_sm2_from_point(point.p, &key) != JY_OK || strlen(system_id) >= sizeof(p->system_id))
        rc = jy_fail(fault, JY_E_BAD_FIELD, "point", 0, "not a point of SM2, or the name is too long");
    else {
        jy_sm2_free(p->peer);
        p->peer = key;
        snprintf(p->system_id, sizeof(p->system_id), "%s", system_id);
    }
    jy_buf_free(&point);
    return rc;
}

/* -- answers -- */

static jy_err
sign(const struct sim_platform *p, struct jy_slice text, struct jy_buf *base64)
{
    uint8_t sig[JY_SM2_SIGNATURE_MAX];
    size_t len;
    jy_err rc = jy_sm2_sign(p->key, text, sig, &len);

    return rc != JY_OK ? rc : jy_base64_encode(JY_SLICE(sig, len), base64);
}

/* answer, taken over, with "sign" over text. */
static jy_err
answer_signed(const struct sim_platform *p, json_t *answer, const struct jy_buf *text, struct jy_buf *out)
{
    struct jy_buf base64 = { 0 };
    char *dumped = NULL;
    jy_err rc = sign(p, jy_buf_slice(text), &base64);

    if (rc == JY_OK && (json_object_set_new(answer, "sign", json_stringn((const char *)base64.p, base64.len)) != 0 ||
                        (dumped = json_dumps(answer, JSON_COMPACT)) == NULL))
        rc = JY_E_NOMEM;
    if (rc == JY_OK)
        rc = jy_buf_text(out, dumped);
    free(dumped);
    json_decref(answer);
    jy_buf_free(&base64);
    return rc;
}

jy_err
sim_platform_challenge(struct sim_platform *p, const char *random_a, struct jy_buf *out, struct jy_fault *fault)
{
    uint8_t bytes[16];
    char *random_b = p->challenges[p->next_challenge++ % CHALLENGES];
    struct jy_buf base64 = { 0 };
    jy_err rc;

    if (random_a == NULL || strchr(random_a, '|') != NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "randomA", 0, "missing");
    if ((rc = jy_random(bytes, sizeof(bytes))) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(bytes, sizeof(bytes)), random_b);
    if ((rc = jy_buf_fmt(out, "%s||%s||%s", SIM_PLATFORM_ID, random_b, random_a)) == JY_OK && (rc = sign(p, jy_buf_slice(out), &base64)) == JY_OK &&
        (rc = jy_buf_text(out, "||")) == JY_OK)
        rc = jy_buf_add(out, jy_buf_slice(&base64));
    jy_buf_free(&base64);
    return rc;
}

static bool
is_signed(const struct sim_platform *p, struct jy_slice text, struct jy_slice base64)
{
    struct jy_buf sig = { 0 };
    bool good = jy_base64_decode(base64, &sig) == JY_OK && jy_sm2_verify(p->peer, text, jy_buf_slice(&sig), NULL) == JY_OK;

    jy_buf_free(&sig);
    return good;
}

/* It stays open: a message that comes twice has one effect. */
static bool
is_challenge(const struct sim_platform *p, struct jy_slice random_b)
{
    for (size_t i = 0; i < CHALLENGES; i++)
        if (p->challenges[i][0] != '\0' && jy_slice_is(random_b, p->challenges[i]))
            return true;
    return false;
}

static const struct { const char *task; const char *fields[16]; } tasks[] = {
    { "207", { "provincePubSysId", "sealCode", "sealName", "useUnitCode", "sealZone", "validStartTime", "validEndTime", "parentSealCode", "createTime",
               "creater", "legalType", "certStartTime", "certEndTime", "signCert", "requestParam" } },
    { "108", { "sealCode", "sealName", "validEndTime", "signCert", "requestParam" } },
    { "209", { "sealCode", "sealName", "cancelReason", "cancelDescribe", "applyDate", "invalidType", "invalidEffectTime", "requestParam" } },
};

static jy_err
check_fields(const struct sim_platform *p, const char *task, const json_t *data, struct jy_fault *fault)
{
    const char *signature = sim_json_text(data, "signature", 200);
    const char *const *fields = NULL;
    struct jy_buf text = { 0 };
    jy_err rc = JY_OK;

    for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++)
        if (task != NULL && strcmp(tasks[i].task, task) == 0)
            fields = tasks[i].fields;
    if (fields == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "taskCode", 0, "207, 108 or 209");
    for (size_t i = 0; rc == JY_OK && i < 16 && fields[i] != NULL; i++) {
        const char *value = json_string_value(json_object_get(data, fields[i]));
        rc = value == NULL || strchr(value, '|') != NULL ? jy_fail(fault, JY_E_BAD_FIELD, fields[i], 0, "missing, or with a pipe")
                                                         : jy_buf_fmt(&text, "%s%s", i == 0 ? "" : "|", value);
    }
    if (rc == JY_OK && (signature == NULL || !is_signed(p, jy_buf_slice(&text), jy_slice_text(signature))))
        rc = jy_fail(fault, JY_E_SIGNATURE, "signature", 0, "does not fit the fields");
    jy_buf_free(&text);
    return rc;
}

/* request is the sender's, so that what comes again has no second effect. */
static jy_err
keep(struct sim_platform *p, const char *task, const json_t *data, jy_time now, char receipt[65], struct jy_fault *fault)
{
    const char *request = sim_json_text(data, "requestParam", 64);
    const json_t *known = request == NULL ? NULL : json_object_get(p->by_request, request);
    char received[21];
    json_t *line, *plain;
    jy_err rc;

    if (request == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "requestParam", 0, "missing");
    if ((plain = json_copy((json_t *)(uintptr_t)data)) == NULL)
        return JY_E_NOMEM;
    json_object_del(plain, "signature");                   /* another one each time */
    if (known != NULL) {
        bool same = json_equal(json_object_get(known, "data"), plain) != 0;
        json_decref(plain);
        snprintf(receipt, 65, "%s", sim_json_text(known, "receipt", 64));
        return same ? JY_OK : jy_fail(fault, JY_E_CONFLICT, "requestParam", 0, "came before with other data");
    }
    jy_time_rfc3339(now, received);
    snprintf(receipt, 65, "N-%08zu", json_array_size(p->list) + 1);
    line = json_pack("{ss ss ss ss so}", "request", request, "receipt", receipt, "received", received, "task", task, "data", plain);
    if (line == NULL)
        return JY_E_NOMEM;
    if ((rc = sim_journal_append(p->journal, line, fault)) == JY_OK)
        rc = remember(p, line, fault);
    json_decref(line);
    return rc;
}

static jy_err
take_task(struct sim_platform *p, struct jy_slice text, jy_time now, char request[65], char receipt[65], struct jy_fault *fault)
{
    json_t *whole = NULL, *data = NULL;
    const char *task, *task_data, *task_signature;
    jy_err rc;

    if ((rc = jy_json_parse(text, &whole, fault)) != JY_OK)
        return rc;
    task = sim_json_text(whole, "taskCode", 8);
    task_data = sim_json_text(whole, "taskData", 65536);
    task_signature = sim_json_text(whole, "taskSignature", 200);
    if (task_data == NULL || task_signature == NULL || !is_signed(p, jy_slice_text(task_data), jy_slice_text(task_signature)))
        rc = jy_fail(fault, JY_E_SIGNATURE, "taskSignature", 0, "does not fit taskData");
    else if ((rc = jy_json_parse(jy_slice_text(task_data), &data, fault)) == JY_OK) {
        snprintf(request, 65, "%s", sim_json_text(data, "requestParam", 64) == NULL ? "" : sim_json_text(data, "requestParam", 64));
        if ((rc = check_fields(p, task, data, fault)) == JY_OK)
            rc = keep(p, task, data, now, receipt, fault);
    }
    json_decref(data);
    json_decref(whole);
    return rc;
}

jy_err
sim_platform_take(struct sim_platform *p, struct jy_slice message, jy_time now, bool wrong_nonce, struct jy_buf *out, struct jy_fault *fault)
{
    size_t first = jy_slice_find(message, jy_slice_text("||")), last = jy_slice_rfind(message, jy_slice_text("||")), second;
    struct jy_slice id, random_b, rest;
    char request[65] = "", receipt[65] = "", challenge[65];
    struct jy_fault why = { 0 };
    struct jy_buf text = { 0 };
    jy_err rc;

    if (p->peer == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "idA", 0, "no system is registered");
    if (first == SIZE_MAX)
        return jy_fail(fault, JY_E_BAD_FIELD, "message", 0, "not four parts");
    id = JY_SLICE(message.p, first);
    rest = JY_SLICE(message.p + first + 2, message.len - first - 2);
    second = jy_slice_find(rest, jy_slice_text("||"));
    if (second == SIZE_MAX || last <= first + 2 + second)
        return jy_fail(fault, JY_E_BAD_FIELD, "message", 0, "not four parts");
    random_b = JY_SLICE(rest.p, second);
    if (!jy_slice_is(id, p->system_id) || random_b.len > 64)
        return jy_fail(fault, JY_E_BAD_FIELD, "idA", 0, "another system is registered");
    if (!is_signed(p, JY_SLICE(message.p, last), JY_SLICE(message.p + last + 2, message.len - last - 2)))
        return jy_fail(fault, JY_E_SIGNATURE, "signature", 0, "does not fit the message");
    if (!is_challenge(p, random_b))
        return jy_fail(fault, JY_E_SIGNATURE, "randomB", 0, "not a challenge of ours");
    rc = take_task(p, JY_SLICE(rest.p + second + 2, (size_t)(message.p + last - (rest.p + second + 2))), now, request, receipt, &why);
    if (rc == JY_E_IO || rc == JY_E_NOMEM)
        return rc;
    snprintf(challenge, sizeof(challenge), "%.*s", (int)random_b.len, (const char *)random_b.p);
    if (wrong_nonce)
        challenge[0] ^= 1;
    if ((rc = jy_buf_fmt(&text, "%s|%s|%s|%s", rc == JY_OK ? "0" : "1", request, rc == JY_OK ? receipt : "", challenge)) == JY_OK)
        rc = answer_signed(p, json_pack("{ss ss ss ss}", "code", why.err == JY_OK ? "0" : "1", "msg", why.text, "requestId", request, "receipt",
                                        why.err == JY_OK ? receipt : ""), &text, out);
    jy_buf_free(&text);
    return rc;
}

/* -- questions -- */

/* The last word of each seal up to a time (both in the wire's form, which sorts as it should); NULL = never published. */
static const json_t *
last_word(const struct sim_platform *p, const char *seal_code, const char *until)
{
    const json_t *found = NULL;
    json_t *line;
    size_t i;

    json_array_foreach(p->list, i, line) {
        const json_t *data = json_object_get(line, "data");
        const char *when = sim_json_text(data, "invalidEffectTime", 32);
        if (strcmp(json_string_value(json_object_get(data, "sealCode")), seal_code) == 0 && (when == NULL || strcmp(when, until) <= 0))
            found = line;
    }
    return found;
}

static bool
is_invalid(const json_t *line)
{
    return line == NULL || strcmp(json_string_value(json_object_get(line, "task")), "209") == 0;
}

jy_err
sim_platform_status(const struct sim_platform *p, const json_t *body, const char *nonce, struct jy_buf *out, struct jy_fault *fault)
{
    const char *code = sim_json_text(body, "sealCode", 64), *time = sim_json_text(body, "queryTime", 32), *state;
    struct jy_buf text = { 0 };
    jy_err rc;

    if (code == NULL || time == NULL)
        return jy_fail(fault, JY_E_BAD_FIELD, "sealCode", 0, "sealCode and queryTime");
    state = is_invalid(last_word(p, code, time)) ? "1" : "0";
    if ((rc = jy_buf_fmt(&text, "%s|%s|%s|%s", code, time, state, nonce)) == JY_OK)
        rc = answer_signed(p, json_pack("{ss ss}", "code", "0", "sealStatus", state), &text, out);
    jy_buf_free(&text);
    return rc;
}

static int
compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

jy_err
sim_platform_revoked(const struct sim_platform *p, const json_t *body, const char *nonce, jy_time now, struct jy_buf *out, struct jy_fault *fault)
{
    json_int_t page = json_integer_value(json_object_get(body, "pageNow")), size = json_integer_value(json_object_get(body, "pageSize"));
    json_t *states = json_object(), *rows = json_array(), *line, *change;
    const char **names = NULL, *code;
    struct jy_buf text = { 0 };
    size_t i, count = 0, listed = 0;
    char next[21];
    jy_err rc = JY_OK;

    if (page < 1 || size < 1 || size > 500) {
        rc = jy_fail(fault, JY_E_BAD_FIELD, "pageSize", 0, "page from 1, size 1 to 500");
        goto out;
    }
    json_array_foreach(p->list, i, line)
        json_object_set_new(states, json_string_value(json_object_get(json_object_get(line, "data"), "sealCode")), json_boolean(is_invalid(line)));
    json_object_foreach(p->changes, code, change)
        json_object_set(states, code, change);
    if ((names = calloc(json_object_size(states) + 1, sizeof(*names))) == NULL) {
        rc = JY_E_NOMEM;
        goto out;
    }
    json_object_foreach(states, code, change)
        if (json_is_true(change))
            names[count++] = code;
    qsort(names, count, sizeof(*names), compare);
    jy_time_rfc3339(now + 30 * 86400, next);
    rc = jy_buf_fmt(&text, "1|%s|%d|%d|%s", next, (int)page, (int)size, nonce);
    for (i = (size_t)((page - 1) * size); rc == JY_OK && i < count && listed < (size_t)size; i++, listed++) {
        json_array_append_new(rows, json_pack("{ss ss}", "sealCode", names[i], "revocationTime", next));
        rc = jy_buf_fmt(&text, "|%s|%s", names[i], next);
    }
    if (rc == JY_OK)
        rc = answer_signed(p, json_pack("{ss ss ss sO}", "code", "0", "version", "1", "nextUpdateTime", next, "revocationList", rows), &text, out);
out:
    free(names);
    jy_buf_free(&text);
    json_decref(states);
    json_decref(rows);
    return rc;
}

json_t *
sim_platform_list(const struct sim_platform *p)
{
    return json_copy(p->list);
}

void
sim_platform_change(struct sim_platform *p, const char *es_id, bool listed)
{
    json_object_set_new(p->changes, es_id, json_boolean(listed));
}

void
sim_platform_forget_changes(struct sim_platform *p)
{
    json_object_clear(p->changes);
}

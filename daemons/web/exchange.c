/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request from head to answer: route → who → may they → body → fields → asked before? → handler → answer and audit.
 * A handler begins after all of that, with the scope it must hand to its questions.
 */
#include "base/kill_point.h"
#include "daemons/web/account.h"
#include "daemons/web/client.h"
#include "daemons/web/route.h"

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEEN_STEP_SECONDS 60                  /* a session's last_seen is written at most this often */

/* -- small things that handlers use -- */

const char *
member(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

const char *
in_text(const struct exchange *x, const char *name)
{
    return json_string_value(json_object_get(x->input, name));
}

bool
in_bool(const struct exchange *x, const char *name)
{
    return json_is_true(json_object_get(x->input, name));
}

int64_t
in_int(const struct exchange *x, const char *name)
{
    return json_integer_value(json_object_get(x->input, name));
}

double
in_number(const struct exchange *x, const char *name, double absent)
{
    const json_t *value = json_object_get(x->input, name);

    return value == NULL ? absent : json_number_value(value);
}

jy_err
in_sealed(const struct exchange *x, const char *name, struct jy_buf *out, struct jy_fault *fault)
{
    jy_err rc = jy_base64_decode(jy_slice_text(in_text(x, name)), out);

    return rc == JY_OK ? rc : jy_fail(fault, JY_E_BAD_FIELD, name, 0, "must be base64");
}

jy_err
answer_json(struct exchange *x, int status, json_t *object)
{
    json_decref(x->answer);
    x->answer = object;
    x->status = status;
    return object == NULL ? JY_E_NOMEM : JY_OK;
}

jy_err
page_read(const struct exchange *x, struct page *out, struct jy_fault *fault)
{
    const struct { const char *name; int64_t absent, min, max, *out; } members[] = {
        { "limit", 50, 1, 1000, &out->limit },
        { "before", INT64_MAX, 1, INT64_MAX, &out->before },
    };

    for (size_t i = 0; i < 2; i++) {
        const char *text = jy_http_query(x->request, members[i].name);
        char *end;
        *members[i].out = members[i].absent;
        if (text == NULL)
            continue;
        *members[i].out = strtoll(text, &end, 10);
        if (end == text || *end != '\0' || *members[i].out < members[i].min || *members[i].out > members[i].max)
            return jy_fail(fault, JY_E_BAD_FIELD, members[i].name, 0, "must be a whole number from %lld", (long long)members[i].min);
    }
    return JY_OK;
}

jy_err
answer_page(struct exchange *x, const struct page *page, json_t *rows)
{
    size_t count = json_array_size(rows);
    json_t *next = count < (size_t)page->limit ? json_null() : json_incref(json_object_get(json_array_get(rows, count - 1), "seq"));

    return answer_json(x, 200, json_pack("{s:o, s:o}", "items", rows, "next", next));
}

void
put(char *out, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size)
        abort();
    memcpy(out, text, len + 1);
}

jy_err
fresh_id(char out[WEB_ID_SIZE])
{
    uint8_t bytes[16];
    jy_err rc = jy_random(bytes, sizeof(bytes));

    if (rc == JY_OK)
        jy_hex(JY_SLICE(bytes, sizeof(bytes)), out);
    return rc;
}

/* -- answers -- */

/* What failed inside is for the log, not for the asker. */
static bool
is_inside(jy_err err)
{
    return err == JY_E_INTERNAL || err == JY_E_CRYPTO || err == JY_E_IO || err == JY_E_NOMEM || err == JY_E_ROW_ALTERED;
}

static json_t *
problem_json(const struct exchange *x, jy_err err, const struct jy_fault *fault)
{
    bool inside = is_inside(err);
    const char *where = inside || fault == NULL ? "" : fault->where, *text = inside || fault == NULL ? "" : fault->text;

    if (inside)
        jy_log("error", "request_failed", "%s: %s %s", jy_err_code(err), fault == NULL ? "" : fault->where, fault == NULL ? "" : fault->text);
    return json_pack("{s:s, s:s, s:s, s:i, s:s, s:s, s:s}", "code", jy_err_code(err), "title", jy_err_en(err), "title_zh", jy_err_zh(err),
                     "status", jy_err_http(err), "field", jy_utf8_is_valid(jy_slice_text(where)) ? where : "", "detail",
                     jy_utf8_is_valid(jy_slice_text(text)) ? text : "", "source", x != NULL && x->route != NULL ? x->route->source : "");
}

static void
answer_problem(struct exchange *x, struct jy_http_request *request, jy_err err, const struct jy_fault *fault)
{
    const char *text = is_inside(err) || fault == NULL ? "" : fault->text;
    json_t *problem = problem_json(x, err, fault);
    char *body = json_dumps(problem, JSON_COMPACT), wait[24];

    if (err == JY_E_UNAVAILABLE || err == JY_E_COUNTERPART_DOWN || err == JY_E_NOMEM)
        (void)!jy_http_set_header(request, "Retry-After", "1");
    if (err == JY_E_TOO_MANY) {
        snprintf(wait, sizeof(wait), "%lld", atoll(text) > 0 ? atoll(text) : 60);
        (void)!jy_http_set_header(request, "Retry-After", wait);
    }
    if (err == JY_E_UNAUTHENTICATED)
        (void)!jy_http_set_header(request, "WWW-Authenticate", "Bearer");
    if (client_sign_answer(x, jy_err_http(err), jy_slice_text(body == NULL ? "{}" : body), -1, 0) != JY_OK ||
        jy_http_answer(request, jy_err_http(err), "application/problem+json", jy_slice_text(body == NULL ? "{}" : body)) != JY_OK)
        jy_log("error", "no_answer", "%s", jy_err_code(err));
    free(body);
    json_decref(problem);
}

static void
answer(struct exchange *x)
{
    struct jy_slice body = jy_buf_slice(&x->bytes);
    char *text = NULL;
    jy_err rc;

    if (x->type == NULL) {
        text = x->answer == NULL || x->status == 204 ? strdup("") : json_dumps(x->answer, JSON_COMPACT);
        body = text == NULL ? JY_EMPTY : jy_slice_text(text);
    }
    rc = x->type == NULL && text == NULL ? JY_E_NOMEM : client_sign_answer(x, x->status, body, x->file, x->file_size);
    if (rc == JY_OK && x->file >= 0) {
        rc = jy_http_answer_file(x->request, x->status, x->type, x->file, x->file_size);
        x->file = -1;
    } else if (rc == JY_OK)
        rc = jy_http_answer(x->request, x->status, x->type == NULL ? "application/json" : x->type, body);
    if (rc != JY_OK)
        jy_log("error", "no_answer", "%s %s", x->route->path, jy_err_code(rc));
    if (text != NULL)
        jy_wipe(text, strlen(text));
    free(text);
}

/* -- who -- */

static jy_err
touch_session(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;

    return rows_run(tx, SQL_SESSION_SEEN, BINDS(B_INT("now", x->now), B_BLOB("token_digest", JY_SLICE(x->actor.token_digest, JY_SM3_SIZE))),
                    NULL, fault);
}

static void
take_actor(struct exchange *x, const json_t *session)
{
    PUT(x->actor.person_id, member(session, "person_id"));
    PUT(x->actor.organization_id, member(session, "organization_id"));
    PUT(x->actor.maker_id, member(session, "maker_id"));
    PUT(x->actor.district, member(session, "district"));
    x->actor.roles = account_roles(session);
    PUT(x->session.id, member(session, "session_id"));
    x->session.fresh = json_integer_value(json_object_get(session, "fresh"));
    x->session.must = account_must(x->web, session, x->now);
}

/* The session's actor, or an anonymous one without an Authorization header. */
static jy_err
authenticate(struct exchange *x, struct jy_fault *fault)
{
    const char *header = jy_http_header(x->request, "Authorization");
    json_t *session = NULL;
    int64_t created, seen;
    jy_err rc;

    if (header == NULL)
        return JY_OK;
    if (strncmp(header, "Bearer ", 7) != 0 || strlen(header) != 7 + 64)
        return JY_E_UNAUTHENTICATED;
    if ((rc = jy_sm3(jy_slice_text(header + 7), x->actor.token_digest)) != JY_OK)
        return rc;
    rc = find_row(x, SQL_SESSION_BY_TOKEN, BINDS(B_BLOB("token_digest", JY_SLICE(x->actor.token_digest, JY_SM3_SIZE))), account_session_columns,
                  &session, fault);
    if (rc != JY_OK)
        return rc == JY_E_NOT_FOUND ? JY_E_UNAUTHENTICATED : rc;
    created = json_integer_value(json_object_get(session, "opened"));
    seen = json_integer_value(json_object_get(session, "last_seen"));
    if (x->now >= seen + x->web->session_seconds || x->now >= created + x->web->policy.session_absolute_seconds ||
        strcmp(member(session, "state"), "ACTIVE") != 0)
        rc = jy_fail(fault, JY_E_UNAUTHENTICATED, "Authorization", 0, "the session has ended");
    else if ((rc = account_check(x->web, session, fault)) != JY_OK)
        PUT(x->object, member(session, "person_id"));      /* whose row it is stands in the record of the refusal */
    else {
        take_actor(x, session);
        if (x->now >= seen + SEEN_STEP_SECONDS)
            rc = db_write(x->web->db, touch_session, x, fault);
    }
    json_decref(session);
    return rc;
}

/* R4.1: the municipal police see the city, district police their district, everybody else their own. */
static void
set_scope(struct exchange *x)
{
    const struct actor *a = &x->actor;
    bool by_role = x->route->scope == SCOPE_BY_ROLE;

    if (x->route->scope == SCOPE_CITY_WIDE || (by_role && (a->roles & (ROLE_SYSTEM_ADMINISTRATOR | ROLE_COORDINATION_GROUP)) != 0))
        x->scope.city = true;
    if (by_role && (a->roles & ROLE_POLICE) != 0) {
        x->scope.city = a->district[0] == '\0';
        x->scope.district = a->district[0] == '\0' ? NULL : a->district;
    }
    if ((by_role || x->route->scope == SCOPE_OWN_ORGANIZATION) && a->organization_id[0] != '\0')
        x->scope.organization = a->organization_id;
    if ((by_role || x->route->scope == SCOPE_OWN_MAKER) && a->maker_id[0] != '\0')
        x->scope.maker = a->maker_id;
}

/* -- the stages -- */

/* nginx overwrites this header (packaging/nginx/); without nginx only this machine can ask. */
static void
set_source(struct exchange *x)
{
    const char *address = jy_http_header(x->request, "X-Forwarded-For");

    if (address == NULL || strlen(address) >= 46 || strspn(address, "0123456789abcdefABCDEF.:") != strlen(address))
        address = "local";
    snprintf(x->source, sizeof(x->source), x->client.id[0] == '\0' || x->client.alone ? "%s" : "%s via %s", address, x->client.id);
}

/* What is not said to be JSON is not read as JSON. A document is what it is by its content, whatever its sender calls it. */
static jy_err
check_type(const struct exchange *x, struct jy_fault *fault)
{
    const char *type = jy_http_header(x->request, "Content-Type"), *rest;

    if (x->route->body != BODY_JSON)
        return JY_OK;
    if (type == NULL || strncasecmp(type, "application/json", 16) != 0)
        return jy_fail(fault, JY_E_BAD_JSON, "Content-Type", 0, "must be application/json");
    rest = type + 16;
    rest += strspn(rest, " ");
    if (*rest == ';')
        rest += 1 + strspn(rest + 1, " ");
    return *rest == '\0' || strcasecmp(rest, "charset=utf-8") == 0 || strcasecmp(rest, "charset=\"utf-8\"") == 0 ? JY_OK :
        jy_fail(fault, JY_E_BAD_JSON, "Content-Type", 0, "must be application/json, in UTF-8");
}

/* A verification node knows no sessions and no applications (N7): who shows one would take the answer for one to him. */
static jy_err
admit_anybody(struct exchange *x, struct jy_fault *fault)
{
    static const char *const credentials[] = { "Authorization", "Jinyin-Client" };
    jy_err rc;

    for (size_t i = 0; i < sizeof(credentials) / sizeof(credentials[0]); i++)
        if (jy_http_header(x->request, credentials[i]) != NULL)
            return jy_fail(fault, JY_E_NOT_THIS_NODE, credentials[i], 0, "this node answers anybody alike; sessions and applications are the stamping node's");
    set_scope(x);
    return (rc = queries_check(x->route, x->request, fault)) != JY_OK ? rc : check_type(x, fault);
}

static jy_err
admit(struct exchange *x, struct jy_fault *fault)
{
    const char *key = jy_http_header(x->request, "Idempotency-Key");
    size_t length = key == NULL ? 0 : strlen(key);
    jy_err rc;

    x->path = jy_http_path(x->request);
    if ((rc = route_find(jy_http_method(x->request), x->path, &x->route, x->id, x->code)) != JY_OK)
        return jy_fail(fault, rc, "path", 0, "%s %s", jy_http_method(x->request), jy_http_path(x->request));
    set_source(x);
    if ((rc = route_is_here(x->web, x->route, fault)) != JY_OK)
        return rc;
    if (x->web->node == JY_NODE_VERIFICATION)
        return admit_anybody(x, fault);
    if ((rc = authenticate(x, fault)) != JY_OK)
        return rc;
    rc = client_admit(x, fault);
    set_source(x);                                         /* now it is known whose application asks */
    if (rc != JY_OK)
        return rc;
    if (x->route->roles != ANYBODY) {
        if (x->actor.roles == 0)
            return JY_E_UNAUTHENTICATED;
        if ((x->actor.roles & x->route->roles) == 0)
            return JY_E_FORBIDDEN;
        if (x->session.must != 0 && !x->route->early)
            return jy_fail(fault, JY_E_MUST_FIRST, "session", 0, "%s", (x->session.must & MUST_ENROL) != 0 ?
                           "POST /session/second-factor" : "PUT /session/password");
        if ((x->actor.roles & x->route->fresh) != 0 && x->now >= x->session.fresh + FRESH_SECONDS)
            return jy_fail(fault, JY_E_STEP_UP, "session", 0, "POST /session/step-up");
    }
    set_scope(x);
    if ((rc = queries_check(x->route, x->request, fault)) != JY_OK || (rc = check_type(x, fault)) != JY_OK)
        return rc;
    if (x->route->once) {
        if (length < 8 || length > 64 || strspn(key, IDEMPOTENCY_KEY_CHARACTERS) != length)
            return jy_fail(fault, JY_E_IDEMPOTENCY_MISSING, "Idempotency-Key", 0, "8 to 64 of A-Z a-z 0-9 - _ . :");
        PUT(x->key, key);
    }
    return JY_OK;
}

/* A refused act is recorded too, and a refused look (R4.1); which request it was stands beside, and the field, but nothing that was sent. */
static jy_err
write_refusal(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct exchange *x = arg;
    struct audit_row row = { .at = x->now, .event = x->route->audit == NULL ? "read" : x->route->audit, .actor_id = actor_id(x),
                             .source = audit_source(x), .object = x->object[0] != '\0' ? x->object : x->id, .outcome = jy_err_code((jy_err)x->status),
                             .request_digest = JY_SLICE(x->request_digest, JY_SM3_SIZE) };
    char detail[256];

    snprintf(detail, sizeof(detail), "{\"request\":\"%s %s\"}", x->route->method, x->route->path);
    row.detail = detail;
    return audit_record(tx, &row, fault);
}

static void
record_refusal(struct exchange *x, jy_err err)
{
    struct jy_fault trouble = { 0 };

    if (x->web->node == JY_NODE_VERIFICATION) {            /* it writes nothing; nobody is known here whose act a record would keep */
        jy_log("info", "refused", "%s %s", x->route == NULL ? "no route" : x->route->path, jy_err_code(err));
        return;
    }
    if (x->route == NULL || x->recorded || (actor_id(x)[0] == '\0' && !audit_refusal_is_listed(x->web, x->now)))
        return;
    x->status = (int)err;
    if (db_write(x->web->db, write_refusal, x, &trouble) != JY_OK)
        jy_log("error", "audit_failed", "%s %s %s", x->route->method, x->route->path, trouble.text);
}

static void
refuse(struct exchange *x, jy_err err, const struct jy_fault *fault)
{
    answer_problem(x, x->request, err, fault);
    record_refusal(x, err);
}

static int64_t
begin(void *self, struct jy_http_request *request, void **exchange)
{
    struct exchange *x = calloc(1, sizeof(*x));
    struct jy_fault fault = { 0 };
    jy_err rc;

    if (x == NULL) {
        answer_problem(NULL, request, JY_E_NOMEM, NULL);
        return -1;
    }
    *x = (struct exchange){ .web = self, .request = request, .upload = -1, .file = -1, .status = 200, .now = jy_now() };
    *exchange = x;
    if ((rc = admit(x, &fault)) == JY_OK && x->route->body == BODY_BYTES) {
        if ((rc = blob_new(x->web, &x->upload, &fault)) == JY_OK)
            rc = jy_sm3_new(&x->upload_hash);
    }
    if (rc != JY_OK) {
        refuse(x, rc, &fault);
        return -1;
    }
    if (x->route->body == BODY_NONE)
        return 0;
    return x->route->body_max != 0 ? x->route->body_max : x->web->document_max;
}

static jy_err
body(void *self, struct jy_http_request *request, void *exchange, struct jy_slice chunk)
{
    struct exchange *x = exchange;
    jy_err rc;

    (void)self;
    (void)request;
    if (x->route->body == BODY_JSON)
        return jy_buf_add(&x->text, chunk);
    if ((rc = jy_sm3_update(x->upload_hash, chunk)) != JY_OK)
        return rc;
    x->upload_size += chunk.len;
    while (chunk.len > 0) {
        ssize_t n = write(x->upload, chunk.p, chunk.len);
        if (n <= 0)
            return JY_E_IO;
        chunk.p += n;
        chunk.len -= (size_t)n;
    }
    return JY_OK;
}

/*
 * What makes two requests the same: method, path and body – without sealed secrets, which differ at every sealing: asking again
 * with a PIN sealed anew is the same request.
 */
static jy_err
digest_request(struct exchange *x)
{
    struct jy_buf all = { 0 };
    json_t *plain = NULL;
    char *text = NULL;
    jy_err rc = jy_buf_fmt(&all, "%s %s\n", x->route->method, x->path);

    if (rc == JY_OK && x->route->body == BODY_BYTES)
        rc = jy_buf_add(&all, JY_SLICE(x->upload_digest, JY_SM3_SIZE));
    else if (rc == JY_OK && x->route->body == BODY_JSON) {
        plain = json_copy(x->input);
        for (const struct field *field = x->route->fields; field->name != NULL; field++)
            if (field->kind == IN_SEALED)
                json_object_del(plain, field->name);
        text = json_dumps(plain, JSON_COMPACT | JSON_SORT_KEYS);
        rc = text == NULL ? JY_E_NOMEM : jy_buf_text(&all, text);
    }
    if (rc == JY_OK)
        rc = personal_digest(x->web, "request", jy_buf_slice(&all), x->request_digest);
    if (text != NULL)
        jy_wipe(text, strlen(text));                       /* a password may stand in it */
    free(text);
    json_decref(plain);
    jy_buf_wipe(&all);
    return rc;
}

static jy_err
take_body(struct exchange *x, struct jy_fault *fault)
{
    uint8_t digest[JY_SM3_SIZE];
    jy_err rc = JY_OK;

    if (x->route->body != BODY_BYTES &&
        ((rc = jy_sm3(jy_buf_slice(&x->text), digest)) != JY_OK || (rc = client_body_fits(x, digest, fault)) != JY_OK))
        return rc;
    if (x->route->body == BODY_JSON) {
        if ((rc = jy_json_parse(jy_buf_slice(&x->text), &x->input, fault)) != JY_OK)
            return rc == JY_E_NOMEM ? rc : jy_fail(fault, JY_E_BAD_JSON, "body", 0, "%s", fault->text[0] != '\0' ? fault->text : "not JSON");
        if (!json_is_object(x->input))
            return jy_fail(fault, JY_E_BAD_JSON, "body", 0, "not an object");
        if ((rc = fields_check(x->route->fields, x->input, fault)) != JY_OK)
            return rc;
    } else if (x->route->body == BODY_BYTES && (rc = jy_sm3_finish(x->upload_hash, x->upload_digest)) == JY_OK)
        rc = client_body_fits(x, x->upload_digest, fault);
    return rc == JY_OK ? digest_request(x) : rc;
}

static const struct column kept_columns[] = {
    { "request_digest", COL_HEX }, { "status", COL_INT }, { "answer_wrapped", COL_BASE64 }, { NULL, COL_TEXT },
};

/* The answer to a request that was carried out before: given again, word for word. */
static jy_err
replay(struct exchange *x, bool *replayed, struct jy_fault *fault)
{
    struct jy_buf text = { 0 };
    char digest[2 * JY_SM3_SIZE + 1], id[KEPT_ID_SIZE];
    json_t *kept = NULL;
    jy_err rc;

    *replayed = false;
    kept_id(x, id);
    rc = find_row(x, SQL_IDEMPOTENCY_FIND, BINDS(B_TEXT("actor_id", actor_id(x)), B_TEXT("key", x->key)), kept_columns, &kept, fault);
    if (rc == JY_E_NOT_FOUND)
        return JY_OK;
    if (rc != JY_OK)
        return rc;
    jy_hex(JY_SLICE(x->request_digest, JY_SM3_SIZE), digest);
    if (strcmp(digest, member(kept, "request_digest")) != 0)
        rc = jy_fail(fault, JY_E_IDEMPOTENCY_REUSED, "Idempotency-Key", 0, "%s", x->key);
    else if ((rc = personal_unwrap(x->web, id, "answer", member(kept, "answer_wrapped"), &text)) == JY_OK) {
        json_decref(x->answer);
        x->answer = text.len == 0 ? NULL : json_loadb((const char *)text.p, text.len, 0, NULL);
        x->status = (int)json_integer_value(json_object_get(kept, "status"));
        *replayed = true;
    }
    jy_buf_wipe(&text);
    json_decref(kept);
    return rc;
}

static jy_err
carry_out(struct exchange *x, struct jy_fault *fault)
{
    bool replayed = false;
    jy_err rc;

    if (x->route->once && ((rc = replay(x, &replayed, fault)) != JY_OK || replayed))
        return rc;
    if ((rc = x->route->handler(x, fault)) == JY_OK) {
        if (x->route->once && !x->committed)
            rc = jy_fail(fault, JY_E_INTERNAL, x->route->path, 0, "a write that committed nothing");
        else if (!x->committed && x->route->audit != NULL && strcmp(x->route->method, "GET") == 0)
            rc = commit(x, NULL, NULL, fault);             /* a look that is recorded: before the answer goes out */
    } else if (x->route->once) {
        /* The same request at the same time may have won, and what this one met is what it did: then its answer is ours too. */
        struct jy_fault other = { 0 };
        if (replay(x, &replayed, &other) == JY_OK && replayed)
            rc = JY_OK;
    }
    return rc;
}

/* The same stages as for a request of its own, with its own answer, audit record and kept answer. */
jy_err
exchange_item(struct exchange *x, const char *path, const char *key, json_t *input, json_t **outcome)
{
    struct exchange item = { .web = x->web, .request = x->request, .actor = x->actor, .client = x->client, .now = jy_now(), .path = path,
                             .input = input, .upload = -1, .file = -1, .status = 200 };
    struct jy_fault fault = { 0 };
    jy_err rc;

    PUT(item.key, key);
    PUT(item.source, x->source);
    if ((rc = route_find("POST", path, &item.route, item.id, item.code)) == JY_OK && (item.actor.roles & item.route->roles) == 0)
        rc = JY_E_FORBIDDEN;
    if (rc == JY_OK) {
        set_scope(&item);
        if ((rc = fields_check(item.route->fields, input, &fault)) == JY_OK && (rc = digest_request(&item)) == JY_OK)
            rc = carry_out(&item, &fault);
    }
    if (rc == JY_OK)
        *outcome = json_pack("{s:s, s:i, s:O?}", "idempotency_key", key, "status", item.status, "answer", item.answer);
    else {
        *outcome = json_pack("{s:s, s:i, s:o}", "idempotency_key", key, "status", jy_err_http(rc), "problem", problem_json(&item, rc, &fault));
        record_refusal(&item, rc);
    }
    json_decref(item.answer);
    jy_buf_wipe(&item.bytes);
    jy_wipe(&item, sizeof(item));
    return *outcome == NULL ? JY_E_NOMEM : JY_OK;
}

static void
finish(void *self, struct jy_http_request *request, void *exchange, jy_err rc)
{
    struct exchange *x = exchange;
    struct jy_fault fault = { 0 };

    (void)self;
    (void)request;
    if (rc == JY_E_LIMIT)
        jy_fail(&fault, rc, "body", 0, "more bytes than this request may have");
    JY_KILL_KIND(x->route->audit);
    if (rc == JY_OK && (rc = take_body(x, &fault)) == JY_OK) {
        JY_KILL_POINT(request_read);
        rc = carry_out(x, &fault);
        JY_KILL_POINT(request_done);
    }
    if (rc == JY_OK)
        answer(x);
    else
        refuse(x, rc, &fault);
    JY_KILL_POINT(request_answered);
}

static void
end(void *self, void *exchange)
{
    struct exchange *x = exchange;

    (void)self;
    if (x == NULL)
        return;
    jy_buf_wipe(&x->text);
    jy_buf_wipe(&x->bytes);
    jy_sm3_free(x->upload_hash);
    json_decref(x->input);
    json_decref(x->answer);
    json_decref(x->detail);
    if (x->upload >= 0)
        close(x->upload);
    if (x->file >= 0)
        close(x->file);
    jy_wipe(x, sizeof(*x));
    free(x);
}

const struct jy_http_service web_service = { .begin = begin, .body = body, .finish = finish, .end = end };

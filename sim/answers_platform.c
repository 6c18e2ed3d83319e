/* SPDX-License-Identifier: Apache-2.0 */
/* The national platform. */
#include "sim/answers.h"

#include <jinyin/crypto.h>

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

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

jy_err
on_platform_challenge(struct call *call)
{
    const char *random_a = call->spoiling == SIM_FAULT_WRONG_NONCE ? "another-nonce" : sim_json_text(call->body, "randomA", 64);
    jy_err rc = check_head(call);

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_challenge(call->sim->platform, random_a, &call->answer->body, call->fault));
}

jy_err
on_platform_take(struct call *call)
{
    jy_err rc = check_head(call);

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_take(call->sim->platform, call->bytes, call->now, call->spoiling == SIM_FAULT_WRONG_NONCE,
                                                                      &call->answer->body, call->fault));
}

jy_err
on_platform_token(struct call *call)
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
        return sim_answer_json(call, 200, json_pack("{ss ss}", "code", "1", "msg", "wrong credentials"));
    return sim_answer_json(call, 200, json_pack("{ss ss si}", "code", "0", "access_token", PLATFORM_TOKEN, "expires_in", 600));
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

jy_err
on_platform_status(struct call *call)
{
    jy_err rc = check_token(call, "DB.seal.status.query");

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_status(call->sim->platform, call->body, platform_nonce(call), &call->answer->body,
                                                                        call->fault));
}

jy_err
on_platform_revoked(struct call *call)
{
    jy_err rc = check_token(call, "DB.seal.deactive.list.query");

    return rc != JY_OK ? rc : answer_platform(call, sim_platform_revoked(call->sim->platform, call->body, platform_nonce(call), call->now,
                                                                         &call->answer->body, call->fault));
}

jy_err
on_platform_key(struct call *call)
{
    char hex[2 * JY_SM2_POINT_SIZE + 1];
    jy_err rc = sim_platform_point(call->sim->platform, hex);

    return rc != JY_OK ? rc : sim_answer_json(call, 200, json_pack("{ss}", "point", hex));
}

jy_err
on_platform_list(struct call *call)
{
    json_t *list = sim_platform_list(call->sim->platform);

    return sim_answer_json(call, 200, list == NULL ? NULL : json_pack("{so}", "taken", list));
}

/* {"system_id", "point"}, or {"es_id", "listed"}, or {} to forget what was changed. */
jy_err
on_control_platform(struct call *call)
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
    return rc != JY_OK ? rc : sim_answer_json(call, 200, json_object());
}

/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin-link: the only room that calls outside. Keeps nothing, decides nothing. */
#include "base/kill_point.h"
#include "daemons/room/room.h"
#include "daemons/link/cmp.h"
#include "daemons/link/http.h"
#include "daemons/link/link.h"
#include "daemons/link/message.h"
#include "daemons/link/platform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_SECONDS_MAX 600

static void
answer_one(void *self, int fd, struct jy_frame *request)
{
    struct jy_frame reply;
    struct jy_fault fault = { 0 };
    const char *asked = jy_message_info(request->type)->name;
    jy_err rc, sent;

    JY_KILL_KIND(asked);
    JY_KILL_POINT(link_asked);
    rc = link_answer(self, request, &reply, &fault);
    JY_KILL_POINT(link_heard);
    if (rc == JY_OK) {
        sent = jy_ipc_send(fd, JY_ROOM_LINK, reply.type, &reply.u);
        jy_frame_free(&reply);
    } else {
        if (jy_err_http(rc) >= 500)                     /* a refusal is an answer and web's to record */
            jy_log("warning", "call_failed", "%s: %s: %s", asked, jy_err_code(rc), fault.text);
        sent = jy_ipc_send_error(fd, JY_ROOM_LINK, rc, &fault);
    }
    JY_KILL_POINT(link_told);
    if (sent != JY_OK)
        jy_log("warning", "reply_not_sent", "%s: %s", asked, jy_err_code(sent));
}

static void
end(const struct jy_fault *fault)
{
    jy_log("fatal", "not_started", "%s: %s", fault->where, fault->text);
    exit(EXIT_FAILURE);
}

/* A counterpart that is half configured is refused at the start, not at the first call. */
static void
open_ca(const struct jy_room_context *room, struct link_config *config, struct link_cmp *cmp)
{
    const char *protocol = jy_room_config_text(room, "ca_protocol");
    struct jy_fault fault = { 0 };

    if (strcmp(protocol, "http") == 0)
        return;
    if (strcmp(protocol, "cmp") != 0) {
        (void)!jy_fail(&fault, JY_E_UNSUPPORTED, "ca_protocol", 0, "must be http or cmp");
        end(&fault);
    }
    if (link_cmp_open(cmp, jy_room_config_text(room, "cmp_path"), jy_room_config_text(room, "cmp_reference"), jy_room_config_text(room, "cmp_secret_file"),
                      jy_room_config_text(room, "cmp_ca_certificate"), &fault) != JY_OK)
        end(&fault);
    config->cmp = cmp;
}

static void
open_platform(const struct jy_room_context *room, struct link_config *config, struct link_platform *platform)
{
    const char *app_key = jy_room_config_text(room, "platform_app_key"), *username = jy_room_config_text(room, "platform_username");
    struct jy_fault fault = { 0 };

    config->platform_url = jy_room_config_text(room, "platform_url");
    if (config->platform_url[0] == '\0')
        return;
    if (strlen(app_key) >= sizeof(platform->app_key) || strlen(username) >= sizeof(platform->username) || strpbrk(app_key, "\r\n") != NULL ||
        strpbrk(username, "\r\n") != NULL) {
        (void)!jy_fail(&fault, JY_E_BAD_FIELD, "platform_app_key, platform_username", 0, "longer than 64 bytes, or with a line end");
        end(&fault);
    }
    snprintf(platform->app_key, sizeof(platform->app_key), "%s", app_key);
    snprintf(platform->username, sizeof(platform->username), "%s", username);
    if (link_platform_open(platform, jy_room_config_text(room, "platform_secret_file"), jy_room_config_text(room, "platform_key"), &fault) != JY_OK)
        end(&fault);
    config->platform = platform;
}

static void
open_messages(const struct jy_room_context *room, struct link_config *config)
{
    static char sms_secret[129], smtp_password[129];
    struct jy_fault fault = { 0 };
    bool tls;

    config->sms_url = jy_room_config_text(room, "sms_url");
    config->sms_secret = sms_secret;
    config->smtp_url = jy_room_config_text(room, "smtp_url");
    config->smtp_from = jy_room_config_text(room, "smtp_from");
    config->smtp_username = jy_room_config_text(room, "smtp_username");
    config->smtp_password = smtp_password;
    if (config->sms_url[0] != '\0' &&
        link_secret_read(jy_room_config_text(room, "sms_secret_file"), "sms_secret_file", sms_secret, sizeof(sms_secret), &fault) != JY_OK)
        end(&fault);
    if (config->smtp_url[0] == '\0')
        return;
    tls = strncmp(config->smtp_url, "smtps://", 8) == 0 || strncmp(config->smtp_url, "smtp://", 7) == 0;
    if (!tls || strpbrk(config->smtp_url, "?#@ \t\r\n") != NULL || !link_mail_address_is_plain(config->smtp_from)) {
        (void)!jy_fail(&fault, JY_E_BAD_FIELD, "smtp_url, smtp_from", 0, "must be smtp:// or smtps:// with host and port, and a plain address");
        end(&fault);
    }
    if (config->smtp_username[0] != '\0' &&
        link_secret_read(jy_room_config_text(room, "smtp_secret_file"), "smtp_secret_file", smtp_password, sizeof(smtp_password), &fault) != JY_OK)
        end(&fault);
}

int
main(void)
{
    struct jy_room_context *room = jy_room_begin(JY_ROOM_LINK);
    struct link_platform platform = { .key = NULL };
    static struct link_cmp cmp;
    int64_t timeout = jy_room_config_int(room, "link_timeout_seconds");
    struct link_config config = {
        .base_urls = { [LINK_ENGRAVING] = jy_room_config_text(room, "engraving_url"), [LINK_CA] = jy_room_config_text(room, "ca_url") },
        .development = jy_room_config_bool(room, "development"),
        .tsa_url = jy_room_config_text(room, "tsa_url"),
        .evidence_hosts = jy_room_config_text(room, "evidence_hosts"),
        .timeout_seconds = timeout < 1 ? 1 : timeout > TIMEOUT_SECONDS_MAX ? TIMEOUT_SECONDS_MAX : (long)timeout,
    };

    open_ca(room, &config, &cmp);
    open_platform(room, &config, &platform);
    open_messages(room, &config);
    if (link_http_begin() != JY_OK) {
        jy_log("error", "start_failed", "the HTTP library cannot be used");
        return EXIT_FAILURE;
    }
    jy_room_sandbox(room);
    jy_room_ready(room);
    jy_room_serve_threads(room, answer_one, &config);
    return EXIT_SUCCESS;
}

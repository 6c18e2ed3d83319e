/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin-web: configuration → store → key's point → first administrators → sandbox → HTTP → ready → work without a request. */
#include "daemons/web/account.h"
#include "daemons/web/clerk.h"
#include "daemons/web/evidence.h"
#include "daemons/web/notify.h"
#include "daemons/web/outbox.h"
#include "daemons/web/pages.h"
#include "daemons/web/platform.h"
#include "daemons/web/reconcile.h"
#include "daemons/web/seal_request.h"
#include "daemons/web/time_stamp.h"
#include "daemons/web/route.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STOP_GRACE_MS 8000
#define PUBLIC_URL_MAX 300                    /* it goes into a QR code */
#define STRETCHING_AT_ONCE 4                  /* × 64 MiB */

static void
end(const char *what, jy_err rc, const struct jy_fault *fault)
{
    jy_log("fatal", "not_started", "%s: %s %s %s", what, jy_err_code(rc), fault->where, fault->text);
    exit(1);
}

/* Further roles beside those that the rules name (R27.2). */
static void
configure_accounts(struct web *web)
{
    struct account_policy *p = &web->policy;
    const char *list = jy_room_config_text(web->room, "second_factor_roles");

    p->second_factor_roles = ADMINISTRATORS | ROLE_POLICE | ROLE_MAKER_STAFF;
    for (size_t n; (n = strcspn(list, ",")) > 0; list += n + (list[n] == ',')) {
        char code[40] = "";
        if (n < sizeof(code))
            memcpy(code, list, n);
        if (role_by_code(code) == ROLE_NONE)
            end("configuration", JY_E_BAD_FIELD, &(struct jy_fault){ .where = "second_factor_roles", .text = "roles by their codes, with commas between" });
        p->second_factor_roles |= role_by_code(code);
    }
    p->password_kind = jy_room_config_text(web->room, "password_function");
    if (strcmp(p->password_kind, PASSWORD_ARGON2ID) != 0 && strcmp(p->password_kind, PASSWORD_PBKDF2) != 0)
        end("configuration", JY_E_BAD_FIELD, &(struct jy_fault){ .where = "password_function", .text = "argon2id or pbkdf2-hmac-sm3" });
    p->password_seconds = 86400 * jy_room_config_int(web->room, "password_days");
    p->change_issued = jy_room_config_bool(web->room, "password_change_first");
    p->session_absolute_seconds = 3600 * jy_room_config_int(web->room, "session_hours");
    p->source_tries = jy_room_config_int(web->room, "login_source_tries");
    p->bootstrap_seconds = 3600 * jy_room_config_int(web->room, "bootstrap_hours");
}

static void
configure(struct web *web)
{
    struct jy_fault fault = { 0 };
    enum revocation_policy revocation = REVOCATION_NONE;
    enum time_stamp_policy time_stamps = TIME_STAMP_NONE;
    jy_err rc = jy_node_read(jy_room_config_text(web->room, "node"), jy_room_config_text(web->room, "store"), &web->node, &fault);

    if (rc == JY_OK)
        rc = reconcile_time(jy_room_config_text(web->room, "reconcile_at"), &web->reconcile_minutes, &fault);
    if (rc == JY_OK)
        rc = revocation_policy_read(jy_room_config_text(web->room, "stamping_revocation"), &revocation, &fault);
    web->stamping_revocation = (int)revocation;
    if (rc == JY_OK)
        rc = time_stamp_policy_read(jy_room_config_text(web->room, "time_stamp_policy"), &time_stamps, &fault);
    web->time_stamp_policy = (int)time_stamps;
    if (rc == JY_OK)
        rc = notify_configure(jy_room_config_text(web->room, "sms_url"), jy_room_config_text(web->room, "smtp_url"),
                              jy_room_config_text(web->room, "notify_mail_to"), jy_room_config_int(web->room, "pin_max_days"),
                              jy_room_config_int(web->room, "pin_remind_days"), &fault);
    if (rc == JY_OK)
        rc = trust_configure(web, &fault);
    web->time_stamp_budget = 60 * jy_room_config_int(web->room, "time_stamp_outage_minutes");
    if (rc == JY_OK)
        rc = platform_configure(jy_room_config_text(web->room, "platform_url"), jy_room_config_text(web->room, "platform_system_id"), &fault);
    if (rc != JY_OK)
        end("configuration", rc, &fault);
    web->document_max = jy_room_config_int(web->room, "document_max_bytes");
    web->doc_timeout_ms = 1000 * jy_room_config_int(web->room, "doc_timeout_seconds");
    web->page_timeout_ms = 1000 * jy_room_config_int(web->room, "page_timeout_seconds");
    web->sees_all_pages = jy_room_config_bool(web->room, "approval_sees_all_pages");
    web->public_url = jy_room_config_text(web->room, "public_url");
    if (strlen(web->public_url) > PUBLIC_URL_MAX)
        end("public_url", JY_E_BAD_FIELD, &(struct jy_fault){ .where = "public_url", .text = "longer than 300 bytes" });
    web->pictures.bytes_max = jy_room_config_int(web->room, "page_cache_bytes");
    web->pictures.folder = -1;
    pthread_mutex_init(&web->pictures.lock, NULL);
    web->session_seconds = 60 * jy_room_config_int(web->room, "session_minutes");
    web->order_seconds = 3600 * jy_room_config_int(web->room, "order_hours");
    web->development = jy_room_config_bool(web->room, "development");
    configure_accounts(web);
    web->evidence_refresh = jy_room_config_int(web->room, "evidence_refresh_seconds");
    web->outbox.retry_max_seconds = jy_room_config_int(web->room, "outbox_retry_max_seconds");
    web->outbox.refusals_max = jy_room_config_int(web->room, "outbox_refusals_max");
    web->outbox.dead_seconds = 3600 * jy_room_config_int(web->room, "outbox_dead_hours");
    web->blobs = -1;
    pthread_mutex_init(&web->trust_lock, NULL);
    pthread_mutex_init(&web->refusals.lock, NULL);
    sem_init(&web->stretching, 0, STRETCHING_AT_ONCE);
}

static jy_err
open_store(struct web *web, struct jy_fault *fault)
{
    const char *dir = jy_room_config_text(web->room, "web_dir");
    char path[PATH_MAX];
    jy_err rc;

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return jy_fail(fault, JY_E_IO, dir, 0, "%s", strerror(errno));
    snprintf(path, sizeof(path), "%s/blobs", dir);
    if ((mkdir(path, 0700) != 0 && errno != EEXIST) || (web->blobs = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC)) < 0)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    _Static_assert((int)JY_NODE_WHOLE == (int)DB_WHOLE && (int)JY_NODE_MAKING == (int)DB_MAKING && (int)JY_NODE_STAMPING == (int)DB_STAMPING &&
                   (int)JY_NODE_VERIFICATION == (int)DB_VERIFICATION, "a node is a side of the store");
    if (jy_node_has_room(web->node, JY_ROOM_PAGE) && (rc = page_cache_open(web, dir, fault)) != JY_OK)
        return rc;
    return (rc = db_place(jy_room_config_text(web->room, "store"), dir, path, sizeof(path), fault)) != JY_OK ? rc :
        db_open_side(path, (enum db_side)web->node, &web->db, fault);
}

static jy_err
meet_key(struct web *web, struct jy_fault *fault)
{
    struct jy_frame reply = { 0 };
    const struct jy_msg_KEY_INFO *info = &reply.u.KEY_INFO;
    jy_err rc;

    /* Nothing personal is read or written here; what is digested beside an answer is under a key that nobody knows. */
    if (!jy_node_has_room(web->node, JY_ROOM_KEY))
        return jy_random(web->data_key, sizeof(web->data_key));
    rc = ask_key(web, JY_MSG_KEY_HELLO, &(struct jy_msg_KEY_HELLO){ { 0 } }, &reply, fault);

    if (rc == JY_OK && (info->point.len != JY_SM2_POINT_SIZE || info->data_key.len != sizeof(web->data_key)))
        rc = jy_fail(fault, JY_E_INTERNAL, "KEY_INFO", 0, "wrong lengths");
    if (rc == JY_OK) {
        memcpy(web->sealing_point, info->point.p, JY_SM2_POINT_SIZE);
        memcpy(web->data_key, info->data_key.p, sizeof(web->data_key));
        PUT(web->device, info->device);
    }
    jy_frame_free(&reply);
    return rc;
}

/* N7: one node has the administrators' secret and carries events to the counterparts; with one service it is that. */
static bool
runs_service(const struct web *web)
{
    return (web->node & (JY_NODE_WHOLE | JY_NODE_STAMPING)) != 0;
}

int
main(void)
{
    static struct web web;
    struct jy_http_server *server = NULL;
    struct jy_fault fault = { 0 };
    int sockets[2];
    jy_err rc;

    web.room = jy_room_begin(JY_ROOM_WEB);
    configure(&web);
    if ((rc = routes_check(&fault)) != JY_OK)
        end("routes", rc, &fault);
    if ((rc = open_store(&web, &fault)) != JY_OK)
        end("store", rc, &fault);
    if ((rc = jy_room_start_calling(web.room)) != JY_OK || (rc = meet_key(&web, &fault)) != JY_OK)
        end("key", rc, &fault);
    if (web.node != JY_NODE_VERIFICATION && (rc = data_key_check(&web, &fault)) != JY_OK)
        end("data key", rc, &fault);
    if (runs_service(&web) && (rc = bootstrap_prepare(&web, &fault)) != JY_OK)
        end("first administrators", rc, &fault);
    sockets[0] = jy_room_descriptor(web.room, "http");
    sockets[1] = jy_room_descriptor(web.room, "http_loopback");
    jy_room_sandbox(web.room);
    if ((runs_service(&web) && (rc = delivery_start(&web)) != JY_OK) || (rc = clerk_start(&web)) != JY_OK)
        end("delivery", rc, &fault);
    if ((rc = jy_http_start(sockets, 2, &web_service, &web, &server)) != JY_OK)
        end("http", rc, &fault);
    jy_room_ready(web.room);
    background_run(&web);
    jy_http_stop(server, STOP_GRACE_MS);
    if ((runs_service(&web) && !delivery_stop(&web)) || !clerk_stop(&web))
        _exit(0);                                        /* one of them waits for a counterpart; what is acknowledged is on the disk */
    db_close(web.db);
    jy_wipe(web.data_key, sizeof(web.data_key));
    return 0;
}

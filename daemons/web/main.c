/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin-web: configuration → store → key's point → first administrator → sandbox → HTTP → ready → work without a request. */
#include "daemons/web/clerk.h"
#include "daemons/web/evidence.h"
#include "daemons/web/outbox.h"
#include "daemons/web/platform.h"
#include "daemons/web/reconcile.h"
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
#define STRETCHING_AT_ONCE 4                  /* × 64 MiB */

static void
end(const char *what, jy_err rc, const struct jy_fault *fault)
{
    jy_log("fatal", "not_started", "%s: %s %s %s", what, jy_err_code(rc), fault->where, fault->text);
    exit(1);
}

static void
configure(struct web *web)
{
    struct jy_fault fault = { 0 };
    enum revocation_policy revocation = REVOCATION_NONE;
    jy_err rc = reconcile_time(jy_room_config_text(web->room, "reconcile_at"), &web->reconcile_minutes, &fault);

    if (rc == JY_OK)
        rc = revocation_policy_read(jy_room_config_text(web->room, "stamping_revocation"), &revocation, &fault);
    web->stamping_revocation = (int)revocation;
    if (rc == JY_OK)
        rc = platform_configure(jy_room_config_text(web->room, "platform_url"), jy_room_config_text(web->room, "platform_system_id"), &fault);
    if (rc != JY_OK)
        end("configuration", rc, &fault);
    web->document_max = jy_room_config_int(web->room, "document_max_bytes");
    web->doc_timeout_ms = 1000 * jy_room_config_int(web->room, "doc_timeout_seconds");
    web->session_seconds = 60 * jy_room_config_int(web->room, "session_minutes");
    web->order_seconds = 3600 * jy_room_config_int(web->room, "order_hours");
    web->development = jy_room_config_bool(web->room, "development");
    web->evidence_refresh = jy_room_config_int(web->room, "evidence_refresh_seconds");
    web->outbox.retry_max_seconds = jy_room_config_int(web->room, "outbox_retry_max_seconds");
    web->outbox.refusals_max = jy_room_config_int(web->room, "outbox_refusals_max");
    web->outbox.dead_seconds = 3600 * jy_room_config_int(web->room, "outbox_dead_hours");
    web->blobs = -1;
    pthread_mutex_init(&web->trust_lock, NULL);
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
    return (rc = db_place(jy_room_config_text(web->room, "store"), dir, path, sizeof(path), fault)) != JY_OK ? rc : db_open(path, &web->db, fault);
}

static jy_err
meet_key(struct web *web, struct jy_fault *fault)
{
    struct jy_frame reply = { 0 };
    const struct jy_msg_KEY_INFO *info = &reply.u.KEY_INFO;
    jy_err rc = ask_key(web, JY_MSG_KEY_HELLO, &(struct jy_msg_KEY_HELLO){ { 0 } }, &reply, fault);

    if (rc == JY_OK && (info->point.len != JY_SM2_POINT_SIZE || info->data_key.len != sizeof(web->data_key)))
        rc = jy_fail(fault, JY_E_INTERNAL, "KEY_INFO", 0, "wrong lengths");
    if (rc == JY_OK) {
        memcpy(web->sealing_point, info->point.p, JY_SM2_POINT_SIZE);
        memcpy(web->data_key, info->data_key.p, sizeof(web->data_key));
    }
    jy_frame_free(&reply);
    return rc;
}

/* -- the first administrator: only on an empty store, with a password of this installation in a file of mode 0600 -- */

struct first { struct web *web; char id[WEB_ID_SIZE], password[32]; uint8_t salt[PASSWORD_SALT], hash[PASSWORD_HASH], index[JY_SM3_SIZE];
               struct jy_buf name, id_number, phone; bool needed; };

static const struct column count_columns[] = { { "people", COL_INT }, { NULL, COL_TEXT } };

static jy_err
count_people(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct first *f = arg;
    json_t *row = NULL;
    jy_err rc = rows_first(tx, SQL_PERSON_COUNT, NULL, count_columns, &row, fault);

    f->needed = rc == JY_OK && json_integer_value(json_object_get(row, "people")) == 0;
    json_decref(row);
    return rc;
}

static jy_err
insert_first(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct first *f = arg;

    return rows_run(tx, SQL_PERSON_INSERT,
                    BINDS(B_TEXT("person_id", f->id), B_TEXT("login", "admin"), B_BLOB("name_wrapped", jy_buf_slice(&f->name)),
                          B_BLOB("id_number_wrapped", jy_buf_slice(&f->id_number)), B_BLOB("id_number_index", JY_SLICE(f->index, sizeof(f->index))),
                          B_BLOB("phone_wrapped", jy_buf_slice(&f->phone)), B_INT("roles", ROLE_ADMINISTRATOR), B_TEXT("organization_id", NULL),
                          B_TEXT("maker_id", NULL), B_TEXT("district", NULL), B_BLOB("password_salt", JY_SLICE(f->salt, sizeof(f->salt))),
                          B_BLOB("password_hash", JY_SLICE(f->hash, sizeof(f->hash))), B_INT("now", jy_now())), NULL, fault);
}

static jy_err
write_bootstrap(const char *path, const char *password, struct jy_fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && dprintf(fd, "%s\n", password) > 0 && fsync(fd) == 0;

    if (fd >= 0 && close(fd) != 0)
        good = false;
    return good ? JY_OK : jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
}

static jy_err
first_administrator(struct web *web, struct jy_fault *fault)
{
    struct first f = { .web = web };
    jy_err rc;

    if ((rc = db_read(web->db, count_people, &f, fault)) != JY_OK || !f.needed)
        return rc;
    /* The file first: a crash between the two leaves a password that opens nothing, and the next start writes both anew. */
    if ((rc = fresh_id(f.id)) == JY_OK && (rc = password_fresh(f.password)) == JY_OK && (rc = jy_random(f.salt, sizeof(f.salt))) == JY_OK &&
        (rc = password_hash(web, f.password, f.salt, f.hash)) == JY_OK && (rc = personal_index(web, "id_number", "", f.index)) == JY_OK &&
        (rc = personal_wrap(web, f.id, "name", "管理员 administrator", &f.name)) == JY_OK &&
        (rc = personal_wrap(web, f.id, "id_number", "", &f.id_number)) == JY_OK && (rc = personal_wrap(web, f.id, "phone", "", &f.phone)) == JY_OK &&
        (rc = write_bootstrap(jy_room_config_text(web->room, "bootstrap_file"), f.password, fault)) == JY_OK)
        rc = db_write(web->db, insert_first, &f, fault);
    jy_wipe(f.password, sizeof(f.password));
    jy_buf_free(&f.name);
    jy_buf_free(&f.id_number);
    jy_buf_free(&f.phone);
    return rc;
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
    if ((rc = first_administrator(&web, &fault)) != JY_OK)
        end("first administrator", rc, &fault);
    sockets[0] = jy_room_descriptor(web.room, "http");
    sockets[1] = jy_room_descriptor(web.room, "http_loopback");
    jy_room_sandbox(web.room);
    if ((rc = delivery_start(&web)) != JY_OK || (rc = clerk_start(&web)) != JY_OK)
        end("delivery", rc, &fault);
    if ((rc = jy_http_start(sockets, 2, &web_service, &web, &server)) != JY_OK)
        end("http", rc, &fault);
    jy_room_ready(web.room);
    background_run(&web);
    jy_http_stop(server, STOP_GRACE_MS);
    if (!delivery_stop(&web) || !clerk_stop(&web))
        _exit(0);                                        /* one of them waits for a counterpart; what is acknowledged is on the disk */
    db_close(web.db);
    jy_wipe(web.data_key, sizeof(web.data_key));
    return 0;
}

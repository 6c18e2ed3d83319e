/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first two administrators (R27.2): a start without accounts leaves a secret in a file of mode 0600; POST /bootstrap spends it and makes a
 * system and a security administrator, two people with two ID numbers. Everybody else comes from those two.
 */
#include "codec/text.h"
#include "daemons/web/account.h"
#include "daemons/web/route.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct column count_columns[] = { { "people", COL_INT }, { NULL, COL_TEXT } };

static jy_err
count_people(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    int64_t *people = arg;
    json_t *row = NULL;
    jy_err rc = rows_first(tx, SQL_PERSON_COUNT, NULL, count_columns, &row, fault);

    *people = json_integer_value(json_object_get(row, "people"));
    json_decref(row);
    return rc;
}

static jy_err
write_file(const char *path, const char *secret, struct jy_fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && dprintf(fd, "%s\n", secret) > 0 && fsync(fd) == 0;

    if (fd >= 0 && close(fd) != 0)
        good = false;
    return good ? JY_OK : jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
}

struct secret { const struct web *web; uint8_t hash[JY_SM3_SIZE]; jy_time expires; };

static jy_err
put_secret(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct secret *s = arg;

    return rows_run(tx, SQL_BOOTSTRAP_PUT, BINDS(B_BLOB("secret_hash", JY_SLICE(s->hash, JY_SM3_SIZE)), B_INT("expires", s->expires)), NULL, fault);
}

jy_err
bootstrap_prepare(struct web *web, struct jy_fault *fault)
{
    struct secret secret = { .web = web, .expires = jy_now() + web->policy.bootstrap_seconds };
    const char *path = jy_room_config_text(web->room, "bootstrap_file");
    uint8_t bytes[32];
    char hex[65] = "";
    int64_t people;
    jy_err rc;

    if ((rc = db_read(web->db, count_people, &people, fault)) != JY_OK)
        return rc;
    if (people > 0) {
        if (unlink(path) != 0 && errno != ENOENT)
            jy_log("warning", "bootstrap_file", "%s is spent and could not be removed: %s", path, strerror(errno));
        return JY_OK;
    }
    if ((rc = jy_random(bytes, sizeof(bytes))) != JY_OK)
        return rc;
    jy_hex(JY_SLICE(bytes, sizeof(bytes)), hex);
    /* The file first: a crash between the two leaves a secret that opens nothing, and the next start writes both anew. */
    if ((rc = personal_index(web, "bootstrap", hex, secret.hash)) == JY_OK && (rc = write_file(path, hex, fault)) == JY_OK)
        rc = db_write(web->db, put_secret, &secret, fault);
    jy_wipe(bytes, sizeof(bytes));
    jy_wipe(hex, sizeof(hex));
    return rc;
}

struct beginning { struct exchange *x; struct person_new system, security; };

static const struct column secret_columns[] = { { "secret_hash", COL_HEX }, { "expires", COL_INT }, { "spent", COL_INT }, { NULL, COL_TEXT } };

static jy_err
spend(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct beginning *b = arg;
    struct exchange *x = b->x;
    int64_t people = 0;
    jy_err rc = count_people(tx, &people, fault);

    if (rc == JY_OK && people > 0)
        return jy_fail(fault, JY_E_BAD_STATE, "secret", 0, "there are accounts already");
    if (rc == JY_OK && (rc = move_row(tx, SQL_BOOTSTRAP_SPEND, BINDS(B_INT("now", x->now)), fault)) == JY_OK &&
        (rc = person_new_write(tx, x->web, &b->system, x->now, fault)) == JY_OK)
        rc = person_new_write(tx, x->web, &b->security, x->now, fault);
    return rc;
}

/* One answer for wrong, spent and expired. */
static jy_err
check_secret(const struct exchange *x, struct jy_fault *fault)
{
    uint8_t hash[JY_SM3_SIZE];
    char hex[2 * JY_SM3_SIZE + 1];
    json_t *row = NULL;
    jy_err rc = personal_index(x->web, "bootstrap", in_text(x, "secret"), hash);

    if (rc != JY_OK)
        return rc;
    jy_hex(JY_SLICE(hash, sizeof(hash)), hex);
    rc = find_row(x, SQL_BOOTSTRAP_FIND, NULL, secret_columns, &row, fault);
    if (rc == JY_E_NOT_FOUND ||
        (rc == JY_OK && (!json_is_null(json_object_get(row, "spent")) || x->now >= json_integer_value(json_object_get(row, "expires")) ||
                         !jy_equal_secret(jy_slice_text(hex), jy_slice_text(member(row, "secret_hash"))))))
        rc = jy_fail(fault, JY_E_BAD_LOGIN, "secret", 0, "is wrong, spent or too old; while there are no accounts, a new start writes a new one");
    json_decref(row);
    return rc;
}

static jy_err
prepare(struct exchange *x, struct person_new *person, const char *prefix, unsigned role, char password[32])
{
    const struct { const char *name, **out; } fields[] = {
        { "login", &person->login }, { "name", &person->name }, { "id_number", &person->id_number }, { "phone", &person->phone },
    };
    char name[40];
    jy_err rc;

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        snprintf(name, sizeof(name), "%s_%s", prefix, fields[i].name);
        *fields[i].out = in_text(x, name);
    }
    person->roles = role;
    person->state = "ACTIVE";
    if ((rc = password_fresh(password)) != JY_OK || (rc = password_make(x->web, password, &person->password)) != JY_OK)
        return rc;
    return person_new_prepare(x->web, person);
}

jy_err
bootstrap(struct exchange *x, struct jy_fault *fault)
{
    struct beginning b = { .x = x };
    char system_password[32] = "", security_password[32] = "";
    jy_err rc;

    if ((rc = check_secret(x, fault)) != JY_OK)
        return rc;
    if (strcmp(in_text(x, "system_id_number"), in_text(x, "security_id_number")) == 0)
        return jy_fail(fault, JY_E_BAD_FIELD, "security_id_number", 0, "system and security administrator are two people");
    if ((rc = prepare(x, &b.system, "system", ROLE_SYSTEM_ADMINISTRATOR, system_password)) == JY_OK &&
        (rc = prepare(x, &b.security, "security", ROLE_SECURITY_ADMINISTRATOR, security_password)) == JY_OK &&
        (rc = answer_json(x, 201, json_pack("{s:s, s:s, s:s, s:s}", "system_person_id", b.system.id, "system_password", system_password,
                                            "security_person_id", b.security.id, "security_password", security_password))) == JY_OK) {
        PUT(x->object, b.system.id);
        x->detail = json_pack("{s:s, s:s}", "system", b.system.id, "security", b.security.id);
        rc = commit(x, spend, &b, fault);
    }
    jy_wipe(system_password, sizeof(system_password));
    jy_wipe(security_password, sizeof(security_password));
    person_new_end(&b.system);
    person_new_end(&b.security);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts against a store of their own (SQLite; with JINYIN_POSTGRES a database of that server), with a clock that the test moves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemons/web/account.h"
#include "daemons/web/audit.h"
#include "daemons/web/route.h"
#include "store/audit_chain.h"

#define NOW 1800000000
#define ID_NUMBER "11010519491231002X"
#define ORGANIZATION "0123456789abcdef0123456789abcdef"

static struct web web;
static char folder[] = "/tmp/jinyin-account-XXXXXX";

static jy_err
insert_organization(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)arg;
    return rows_run(tx, SQL_ORGANIZATION_INSERT, BINDS(B_TEXT("organization_id", ORGANIZATION), B_TEXT("uscc", "91350100M000100Y43"), B_TEXT("name", "x"),
                                                       B_TEXT("kind", "enterprise"), B_TEXT("district", "120101"), B_INT("now", NOW)), NULL, fault);
}

/* A database of the server that tests/scenario/postgres.py started; its place as the role that serves. */
static jy_err
make_database(const char *server, char place[160], struct jy_fault *fault)
{
    char words[160], name[32], sql[96];
    PGconn *pg;
    jy_err rc = JY_E_IO;

    snprintf(words, sizeof(words), "host=%s user=postgres dbname=postgres", server);
    snprintf(name, sizeof(name), "account_%d", (int)getpid());
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s OWNER jinyin_owner TEMPLATE template0", name);
    pg = PQconnectdb(words);
    if (PQstatus(pg) == CONNECTION_OK) {
        PGresult *result = PQexec(pg, sql);
        rc = PQresultStatus(result) == PGRES_COMMAND_OK ? JY_OK : jy_fail(fault, JY_E_IO, "server", 0, "%s", PQerrorMessage(pg));
        PQclear(result);
    }
    PQfinish(pg);
    snprintf(place, 160, "postgresql:host=%s dbname=%s user=jinyin_owner", server, name);
    if (rc == JY_OK)
        rc = db_prepare(place, "jinyin_web", DB_WHOLE, fault);
    snprintf(place, 160, "postgresql:host=%s dbname=%s user=jinyin_web", server, name);
    return rc;
}

static int
open_store(void **state)
{
    const char *server = getenv("JINYIN_POSTGRES");
    struct jy_fault fault = { 0 };
    char place[160];

    (void)state;
    memset(web.data_key, 7, sizeof(web.data_key));
    web.policy = (struct account_policy){ .second_factor_roles = ADMINISTRATORS | ROLE_POLICE | ROLE_MAKER_STAFF, .source_tries = 1000,
                                          .password_kind = PASSWORD_ARGON2ID, .session_absolute_seconds = 43200 };
    sem_init(&web.stretching, 0, 2);
    pthread_mutex_init(&web.refusals.lock, NULL);
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(place, sizeof(place), "%s/test.db", folder);
    if ((server != NULL && make_database(server, place, &fault) != JY_OK) || db_open(place, &web.db, &fault) != JY_OK) {
        fprintf(stderr, "%s %s\n", fault.where, fault.text);
        return -1;
    }
    return db_write(web.db, insert_organization, NULL, &fault) == JY_OK ? 0 : -1;
}

static int
close_store(void **state)
{
    char command[96];

    (void)state;
    db_close(web.db);
    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

/* -- rows -- */

struct making { struct person_new person; };

static jy_err
write_person(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct making *m = arg;

    return person_new_write(tx, &web, &m->person, NOW, fault);
}

/* A person with the password "Right-Password-1", whose id goes to out. */
static jy_err
make_person(const char *login, unsigned roles, const char *id_number, char out[WEB_ID_SIZE], struct jy_fault *fault)
{
    struct making m = { .person = { .login = login, .name = "某人", .id_number = id_number, .phone = "13800000000", .state = "ACTIVE", .roles = roles,
                                    .organization_id = (roles & (ROLE_AGENT | ROLE_CUSTODIAN | ROLE_APPROVER)) != 0 ? ORGANIZATION : NULL } };
    jy_err rc;

    assert_int_equal(password_make(&web, "Right-Password-1", &m.person.password), JY_OK);
    assert_int_equal(person_new_prepare(&web, &m.person), JY_OK);
    rc = db_write(web.db, write_person, &m, fault);
    strcpy(out, m.person.id);
    person_new_end(&m.person);
    return rc;
}

static json_t *
read_person(const char *person_id)
{
    struct exchange x = { .web = &web };
    struct jy_fault fault = { 0 };
    json_t *row = NULL;

    assert_int_equal(find_row(&x, SQL_PERSON_BY_ID, BINDS(B_TEXT("person_id", person_id)), account_columns, &row, &fault), JY_OK);
    return row;
}

static void
R25_1__every_altered_column_is_found(void **state)
{
    char id[WEB_ID_SIZE];
    struct jy_fault fault = { 0 };
    size_t covered = 0, free_columns = 0;
    json_t *row;

    (void)state;
    assert_int_equal(make_person("altered", ROLE_AGENT, ID_NUMBER, id, &fault), JY_OK);
    row = read_person(id);
    assert_int_equal(account_check(&web, row, &fault), JY_OK);
    for (const struct column *c = account_columns; c->name != NULL; c++) {
        json_t *kept = json_incref(json_object_get(row, c->name));
        bool counts = strcmp(c->name, "failed_logins") != 0 && strcmp(c->name, "locked_until") != 0 && strcmp(c->name, "has_approver_key") != 0;
        json_object_set_new(row, c->name, json_is_integer(kept) ? json_integer(json_integer_value(kept) + 1) : json_string("other"));
        assert_int_equal(account_check(&web, row, &fault), counts ? JY_E_ROW_ALTERED : JY_OK);
        json_object_set_new(row, c->name, json_null());
        assert_int_equal(account_check(&web, row, &fault) == JY_OK, !counts || json_is_null(kept));
        json_object_set_new(row, c->name, kept);
        counts ? covered++ : free_columns++;
    }
    assert_true(covered == 19 && free_columns == 3);
    assert_int_equal(account_check(&web, row, &fault), JY_OK);
    json_decref(row);
}

struct amendment { const char *id; bool covered; };

static jy_err
past_the_service(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct amendment *a = arg;

    return move_row(tx, SQL_PERSON_SET_STATE, BINDS(B_TEXT("to", "DISABLED"), B_TEXT("from", "ACTIVE"), B_TEXT("person_id", a->id)), fault);
}

static jy_err
by_the_service(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct amendment *a = arg;

    return account_amend(tx, &web, a->id, SQL_PERSON_SET_SECOND_FACTOR, BINDS(B_INT("second_factor", 1), B_TEXT("person_id", a->id)), fault);
}

/* What somebody wrote past the service gets no good code with the next change. */
static void
R25_1__an_altered_row_is_not_amended(void **state)
{
    struct jy_fault fault = { 0 };
    char id[WEB_ID_SIZE];
    struct amendment a = { .id = id };
    json_t *row;

    (void)state;
    assert_int_equal(make_person("amended", ROLE_AGENT, ID_NUMBER, id, &fault), JY_OK);
    assert_int_equal(db_write(web.db, by_the_service, &a, &fault), JY_OK);
    row = read_person(id);
    assert_int_equal(account_check(&web, row, &fault), JY_OK);
    json_decref(row);
    assert_int_equal(db_write(web.db, past_the_service, &a, &fault), JY_OK);
    assert_int_equal(db_write(web.db, by_the_service, &a, &fault), JY_E_ROW_ALTERED);
}

/* -- roles: the table in core/ and the constraint in the store say the same of every combination -- */

struct combination { unsigned roles; bool organization; };

static jy_err
insert_roles(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct combination *c = arg;
    char login[32], id[WEB_ID_SIZE];
    uint8_t index[JY_SM3_SIZE] = { 0 };
    struct jy_slice bytes = JY_SLICE("x", 1);
    jy_err rc;

    snprintf(login, sizeof(login), "roles-%u-%d", c->roles, c->organization);
    snprintf(id, sizeof(id), "%031x%d", c->roles, c->organization);
    memcpy(index, login, strlen(login));
    rc = rows_run(tx, SQL_PERSON_INSERT,
                  BINDS(B_TEXT("person_id", id), B_TEXT("login", login), B_BLOB("name_wrapped", bytes), B_BLOB("id_number_wrapped", bytes),
                        B_BLOB("id_number_index", JY_SLICE(index, sizeof(index))), B_BLOB("phone_wrapped", bytes), B_INT("roles", c->roles),
                        B_TEXT("organization_id", c->organization ? ORGANIZATION : NULL), B_TEXT("maker_id", NULL), B_TEXT("district", NULL),
                        B_TEXT("password_kind", "argon2id"), B_BLOB("password_salt", bytes), B_BLOB("password_hash", bytes), B_TEXT("state", "ACTIVE"),
                        B_INT("now", NOW)), NULL, fault);
    return rc == JY_E_CONFLICT && strncmp(fault->where, "person_", 7) != 0 ? JY_E_INTERNAL : rc;      /* another constraint would prove nothing */
}

static void
R27_2__store_and_table_agree_on_every_combination_of_roles(void **state)
{
    size_t allowed = 0;

    (void)state;
    for (unsigned roles = 1; roles <= ALL_ROLES + 1; roles++)
        for (int organization = 0; organization < 2; organization++) {
            struct combination c = { roles, organization != 0 };
            struct jy_fault fault = { 0 };
            jy_err by_table = roles_fit(roles, c.organization, (roles & ROLE_MAKER_STAFF) != 0, false, NULL);
            jy_err by_store = db_write(web.db, insert_roles, &c, &fault);
            if (by_store != JY_OK && by_store != JY_E_CONFLICT)
                fail_msg("roles %u: %s %s", roles, fault.where, fault.text);
            assert_int_equal(by_table == JY_OK, by_store == JY_OK);
            allowed += by_store == JY_OK;
        }
    assert_int_equal(allowed, 7 + 7);
}

static void
R27_2__one_human_being_one_administrators_account(void **state)
{
    static const char number[] = "110105194912310038";
    struct jy_fault fault = { 0 };
    char id[WEB_ID_SIZE];

    (void)state;
    assert_int_equal(make_person("admin-a", ROLE_SYSTEM_ADMINISTRATOR, number, id, &fault), JY_OK);
    assert_int_equal(make_person("admin-b", ROLE_SECURITY_ADMINISTRATOR, number, id, &fault), JY_E_CONFLICT);
    assert_string_equal(fault.where, "id_number");
    assert_int_equal(make_person("no-admin", ROLE_AGENT, number, id, &fault), JY_OK);
}

static void
R27_2__what_an_account_must_do_first(void **state)
{
    const int64_t day = 86400;
    const struct {
        unsigned roles; int factor, issued; int64_t age; bool change_issued; int64_t password_days; unsigned must;
    } rows[] = {
        { ROLE_AGENT, 0, 1, 0, false, 0, 0 },
        { ROLE_AGENT, 0, 1, 0, true, 0, MUST_CHANGE_PASSWORD },
        { ROLE_AGENT, 0, 0, 0, true, 0, 0 },
        { ROLE_AGENT, 0, 0, 90 * day - 1, true, 90, 0 },
        { ROLE_AGENT, 0, 0, 90 * day, true, 90, MUST_CHANGE_PASSWORD },
        { ROLE_AGENT, 0, 0, 900 * day, true, 0, 0 },
        { ROLE_CUSTODIAN | ROLE_APPROVER, 0, 0, 0, true, 90, 0 },
        { ROLE_POLICE, 0, 0, 0, true, 90, MUST_ENROL },
        { ROLE_POLICE, 1, 0, 0, true, 90, 0 },
        { ROLE_MAKER_STAFF, 0, 1, 0, true, 90, MUST_ENROL | MUST_CHANGE_PASSWORD },
        { ROLE_SYSTEM_ADMINISTRATOR, 0, 0, 0, true, 90, MUST_ENROL },
        { ROLE_SECURITY_ADMINISTRATOR, 0, 0, 0, true, 90, MUST_ENROL },
        { ROLE_AUDIT_ADMINISTRATOR, 0, 0, 0, true, 90, MUST_ENROL },
        { ROLE_COORDINATION_GROUP, 0, 0, 0, true, 90, 0 },
    };
    struct web other = web;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *row = json_pack("{s:i, s:i, s:i, s:I}", "roles", (int)rows[i].roles, "second_factor", rows[i].factor, "password_issued", rows[i].issued,
                                "password_set", (json_int_t)(NOW - rows[i].age));
        other.policy.change_issued = rows[i].change_issued;
        other.policy.password_seconds = rows[i].password_days * day;
        assert_int_equal(account_must(&other, row, NOW), rows[i].must);
        json_decref(row);
    }
}

/* -- tries -- */

static jy_err
forgive(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return try_forgive(tx, arg, true, fault);
}

/* Is a try at this time looked at? */
static bool
is_looked_at(const char *login, jy_time now)
{
    struct exchange x = { .web = &web, .now = now };
    struct try try = { .x = &x, .login = login };
    struct jy_fault fault = { 0 };
    bool locked;

    assert_int_equal(try_begin(&try, &fault), JY_OK);
    assert_non_null(try.person);
    locked = try.locked;
    try_end(&try);
    return !locked;
}

static void
R27_2__each_wrong_try_doubles_the_wait(void **state)
{
    char id[WEB_ID_SIZE];
    struct jy_fault fault = { 0 };
    struct exchange x = { .web = &web, .now = NOW };
    struct try right = { .x = &x, .login = "waiting" };
    jy_time now = NOW;

    (void)state;
    assert_int_equal(make_person("waiting", ROLE_AGENT, ID_NUMBER, id, &fault), JY_OK);
    for (int i = 0; i < LOGIN_TRIES; i++)
        assert_true(is_looked_at("waiting", now));
    for (int64_t wait = 60; wait < 200000; wait *= 2) {
        int64_t most = wait < 86400 ? wait : 86400;
        assert_false(is_looked_at("waiting", now));
        assert_false(is_looked_at("waiting", now + most - 1));
        now += most;
        assert_true(is_looked_at("waiting", now));
    }
    /* A right one ends it. */
    x.now = now + 86400;
    assert_int_equal(try_begin(&right, &fault), JY_OK);
    assert_false(right.locked);
    assert_int_equal(db_write(web.db, forgive, &right, &fault), JY_OK);
    try_end(&right);
    for (int i = 0; i < LOGIN_TRIES; i++)
        assert_true(is_looked_at("waiting", x.now));
    assert_false(is_looked_at("waiting", x.now));
}

/* Nothing is asserted in here: a claim that fails must fail in the test's own thread. */
static void *
try_once(void *arg)
{
    struct exchange x = { .web = &web, .now = NOW };
    struct try try = { .x = &x, .login = "crowded" };
    struct jy_fault fault = { 0 };
    bool looked_at = try_begin(&try, &fault) == JY_OK && try.person != NULL && !try.locked;

    (void)arg;
    try_end(&try);
    return looked_at ? &web : NULL;
}

static void
R27_2__tries_at_the_same_time_do_not_share_one(void **state)
{
    char id[WEB_ID_SIZE];
    struct jy_fault fault = { 0 };
    pthread_t threads[40];
    int looked_at = 0;

    (void)state;
    assert_int_equal(make_person("crowded", ROLE_AGENT, ID_NUMBER, id, &fault), JY_OK);
    for (size_t i = 0; i < 40; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, try_once, NULL), 0);
    for (size_t i = 0; i < 40; i++) {
        void *result;
        pthread_join(threads[i], &result);
        looked_at += result != NULL;
    }
    assert_int_equal(looked_at, LOGIN_TRIES);
}

static void
R27_2__an_address_waits_and_is_forgiven_with_time(void **state)
{
    struct web other = web;
    struct exchange x = { .web = &other, .now = NOW + 10 * 86400 };
    struct try try = { .x = &x, .login = "nobody" };
    struct jy_fault fault = { 0 };

    (void)state;
    other.policy.source_tries = 5;
    for (int i = 0; i < 5; i++)
        assert_int_equal(try_begin(&try, &fault), JY_OK);
    assert_int_equal(try_begin(&try, &fault), JY_E_TOO_MANY);
    assert_true(strncmp(fault.text, "60 ", 3) == 0);
    x.now += 59;
    assert_int_equal(try_begin(&try, &fault), JY_E_TOO_MANY);
    x.now += 1;
    assert_int_equal(try_begin(&try, &fault), JY_OK);            /* the sixth: two minutes */
    x.now += 119;
    assert_int_equal(try_begin(&try, &fault), JY_E_TOO_MANY);
    x.now += 1 + 3600;                                           /* an hour after the end of the wait nothing is held against it */
    for (int i = 0; i < 5; i++)
        assert_int_equal(try_begin(&try, &fault), JY_OK);
    assert_int_equal(try_begin(&try, &fault), JY_E_TOO_MANY);
}

static void
passwords__fit_by_either_function_and_nothing_else(void **state)
{
    static const char *const kinds[] = { PASSWORD_ARGON2ID, PASSWORD_PBKDF2 };
    struct web other = web;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct password made;
        char salt[2 * PASSWORD_SALT + 1], hash[2 * PASSWORD_HASH + 1];
        bool fits;
        json_t *row;
        other.policy.password_kind = kinds[i];
        assert_int_equal(password_make(&other, "Right-Password-1", &made), JY_OK);
        for (size_t n = 0; n < PASSWORD_SALT; n++)
            sprintf(salt + 2 * n, "%02x", made.salt[n]);
        for (size_t n = 0; n < PASSWORD_HASH; n++)
            sprintf(hash + 2 * n, "%02x", made.hash[n]);
        row = json_pack("{s:s, s:s, s:s}", "password_kind", kinds[i], "password_salt", salt, "password_hash", hash);
        assert_int_equal(password_is(&other, row, "Right-Password-1", &fits), JY_OK);
        assert_true(fits);
        assert_int_equal(password_is(&other, row, "Right-Password-2", &fits), JY_OK);
        assert_false(fits);
        json_object_set_new(row, "password_kind", json_string(kinds[1 - i]));
        assert_int_equal(password_is(&other, row, "Right-Password-1", &fits), JY_OK);
        assert_false(fits);
        json_object_set_new(row, "password_kind", json_string("plain"));
        assert_int_equal(password_is(&other, row, "Right-Password-1", &fits), JY_E_UNSUPPORTED);
        assert_int_equal(password_is(&other, NULL, "Right-Password-1", &fits), JY_OK);
        assert_false(fits);
        json_decref(row);
    }
}

/* -- audit -- */

struct appending { int count; const char *outcome; };

static jy_err
append(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    const struct appending *a = arg;
    jy_err rc = JY_OK;

    for (int i = 0; i < a->count && rc == JY_OK; i++)
        rc = audit_record(tx, &(struct audit_row){ .at = NOW + i, .event = "tested", .source = "local", .object = "", .outcome = a->outcome,
                                                   .detail = i % 2 == 0 ? NULL : "{\"i\":1}" }, fault);
    return rc;
}

static void
R26_1__the_chain_is_checked_across_its_parts(void **state)
{
    struct appending a = { .count = 2500, .outcome = "ok" };
    struct audit_check whole = { 0 }, rest, beyond;
    struct jy_fault fault = { 0 };

    (void)state;
    assert_int_equal(db_write(web.db, append, &a, &fault), JY_OK);
    assert_int_equal(audit_check(web.db, &whole, &fault), JY_OK);
    assert_true(whole.whole && whole.broken == 0 && whole.checked >= 2500 && whole.last == whole.checked);
    rest = (struct audit_check){ .after = whole.last - 1 };
    assert_int_equal(audit_check(web.db, &rest, &fault), JY_OK);
    assert_true(rest.checked == 1 && memcmp(rest.hash, whole.hash, JY_SM3_SIZE) == 0);
    beyond = (struct audit_check){ .after = whole.last + 1 };
    assert_int_equal(audit_check(web.db, &beyond, &fault), JY_E_NOT_FOUND);
}

static void
R26_1__every_member_of_a_record_is_in_the_chain(void **state)
{
    static const char *const members[] = { "at", "event", "actor", "source", "object", "outcome", "request", "seen", "detail" };
    json_t *row = json_pack("{s:I, s:s, s:n, s:s, s:s, s:s, s:s, s:s, s:n, s:s}", "at", (json_int_t)NOW, "event", "a", "actor", "source", "b", "object", "c",
                            "outcome", "ok", "request", "", "seen", "", "detail", "seq", "no member of it");
    uint8_t right[JY_SM3_SIZE] = { 0 }, hash[JY_SM3_SIZE];

    (void)state;
    assert_int_equal(audit_chain(right, row), JY_OK);
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        json_t *kept = json_incref(json_object_get(row, members[i]));
        json_object_set_new(row, members[i], json_is_integer(kept) ? json_integer(NOW + 1) : json_string("other"));
        memset(hash, 0, sizeof(hash));
        assert_int_equal(audit_chain(hash, row), JY_OK);
        assert_memory_not_equal(hash, right, sizeof(hash));
        json_object_set_new(row, members[i], kept);
    }
    json_object_set_new(row, "seq", json_string("whatever"));
    memset(hash, 0, sizeof(hash));
    assert_int_equal(audit_chain(hash, row), JY_OK);
    assert_memory_equal(hash, right, sizeof(hash));
    memset(hash, 1, sizeof(hash));                               /* another row before it: another hash */
    assert_int_equal(audit_chain(hash, row), JY_OK);
    assert_memory_not_equal(hash, right, sizeof(hash));
    json_decref(row);
}

static void
R26_1__strangers_cannot_fill_the_record(void **state)
{
    struct audit_check before = { 0 }, after = { 0 };
    struct jy_fault fault = { 0 };
    int listed = 0;

    (void)state;
    for (int i = 0; i < 1000; i++)
        listed += audit_refusal_is_listed(&web, NOW + i / 500);   /* one minute */
    assert_int_equal(listed, 120);
    assert_int_equal(web.refusals.counted, 880);
    assert_true(audit_refusal_is_listed(&web, NOW + 60));
    assert_int_equal(audit_check(web.db, &before, &fault), JY_OK);
    audit_counted_refusals(&web);
    audit_counted_refusals(&web);
    assert_int_equal(audit_check(web.db, &after, &fault), JY_OK);
    assert_int_equal(after.checked, before.checked + 1);
    assert_int_equal(web.refusals.counted, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(R25_1__every_altered_column_is_found),
        cmocka_unit_test(R25_1__an_altered_row_is_not_amended),
        cmocka_unit_test(R27_2__store_and_table_agree_on_every_combination_of_roles),
        cmocka_unit_test(R27_2__one_human_being_one_administrators_account),
        cmocka_unit_test(R27_2__what_an_account_must_do_first),
        cmocka_unit_test(R27_2__each_wrong_try_doubles_the_wait),
        cmocka_unit_test(R27_2__tries_at_the_same_time_do_not_share_one),
        cmocka_unit_test(R27_2__an_address_waits_and_is_forgiven_with_time),
        cmocka_unit_test(passwords__fit_by_either_function_and_nothing_else),
        cmocka_unit_test(R26_1__the_chain_is_checked_across_its_parts),
        cmocka_unit_test(R26_1__every_member_of_a_record_is_in_the_chain),
        cmocka_unit_test(R26_1__strangers_cannot_fill_the_record),
    };
    return cmocka_run_group_tests(tests, open_store, close_store);
}

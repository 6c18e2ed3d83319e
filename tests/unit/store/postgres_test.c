/* SPDX-License-Identifier: Apache-2.0 */
/* What is PostgreSQL's own: the rights of the role that serves, one writer, a lost connection, and what is refused before it connects. */
#include "fixture.h"

#include "store/driver.h"

#include <unistd.h>

static const char *
service_refuses(struct fixture *f, const char *sql)
{
    static char state[6];
    char words[256];
    PGconn *pg;
    PGresult *result;

    snprintf(words, sizeof(words), "host=%s user=jinyin_web dbname=%s", postgres_folder(), f->path);
    pg = PQconnectdb(words);
    if (PQstatus(pg) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pg));
    result = PQexec(pg, sql);
    snprintf(state, sizeof(state), "%s", PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL ? "" : PQresultErrorField(result, PG_DIAG_SQLSTATE));
    PQclear(result);
    PQfinish(pg);
    return state;
}

/* What no statement does, the role cannot do. */
static void
rights__are_those_of_the_statements_and_nothing_else(void **state)
{
    static const char *const denied[] = {
        "UPDATE seal SET code = 'x'", "DELETE FROM pair", "UPDATE note SET text = ''", "DELETE FROM filing", "SELECT 1 FROM note",
        "TRUNCATE pair",
        "DROP TABLE pair", "ALTER TABLE pair ADD COLUMN x BIGINT", "CREATE TABLE mine (x BIGINT)", "CREATE TEMP TABLE mine (x BIGINT)",
        "DELETE FROM schema_migration", "INSERT INTO schema_migration (id, name, digest) VALUES (9, 'x', 'x')", "DROP TRIGGER cancelled_is_final ON seal",
        "ALTER TABLE seal DISABLE TRIGGER ALL", "SET session_replication_role = replica", "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "SELECT nextval('filing_id_seq')", "COPY seal TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')",
        "SET ROLE jinyin_owner",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
        const char *got = service_refuses(f, denied[i]);
        if (strcmp(got, "42501") != 0 && strcmp(got, "42P01") != 0)
            fail_msg("\"%s\" gave \"%s\"", denied[i], got);
    }
    assert_string_equal(service_refuses(f, "SELECT 1 FROM seal"), "");
    assert_string_equal(service_refuses(f, "UPDATE seal SET state = 'CANCELLED'"), "");
}

static void
rights__are_the_same_after_a_second_time_and_without_older_ones(void **state)
{
    struct fixture *f = *state;

    tamper(f, "GRANT ALL ON note, pair TO jinyin_web; GRANT UPDATE (code) ON seal TO jinyin_web; GRANT CREATE ON SCHEMA public TO jinyin_web");
    assert_string_equal(service_refuses(f, "TRUNCATE pair"), "");
    fixture_open(f);
    assert_string_equal(service_refuses(f, "TRUNCATE pair"), "42501");
    assert_string_equal(service_refuses(f, "UPDATE seal SET code = 'x'"), "42501");
    assert_string_equal(service_refuses(f, "CREATE TABLE mine (x BIGINT)"), "42501");
}

static void
assert_open_says(struct fixture *f, const char *place, jy_err expected, const char *part)
{
    struct jy_fault fault = { 0 };
    struct db *db = NULL;
    jy_err rc = db_open(place, &db, &fault);

    (void)f;
    assert_null(db);
    if (rc != expected || strstr(fault.text, part) == NULL)
        fail_msg("%s: %s %s, not \"%s\"", place, jy_err_code(rc), fault.text, part);
}

static void
open__a_role_that_may_do_more_is_refused(void **state)
{
    struct fixture *f = *state;
    char place[200];

    tamper(f, "SELECT 1");
    assert_open_says(f, f->owner, JY_E_UNSUPPORTED, "owns tables");
    snprintf(place, sizeof(place), "postgresql:host=%s dbname=%s user=postgres", postgres_folder(), f->path);
    assert_open_says(f, place, JY_E_UNSUPPORTED, "is superuser");
    tamper(f, "GRANT CREATE ON SCHEMA public TO jinyin_web");
    assert_open_says(f, f->place, JY_E_UNSUPPORTED, "may make tables");
}

static void
open__without_its_migrations_it_is_refused(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };

    assert_open_says(f, f->place, JY_E_BAD_STATE, "jinyin migrate");
    assert_int_equal(db_prepare(f->owner, "nobody_of_this_name", DB_WHOLE, &fault), JY_E_NOT_FOUND);
    assert_int_equal(db_prepare(f->place, "jinyin_web", DB_WHOLE, &fault), JY_E_INTERNAL);       /* the service makes no schema */
}

static void
open__what_leaves_the_machine_or_holds_a_secret_is_refused(void **state)
{
    struct fixture *f = *state;
    char place[200];

    snprintf(place, sizeof(place), "postgresql:host=%s dbname=%s user=jinyin_web password=secret", postgres_folder(), f->path);
    assert_open_says(f, "postgresql:host=127.0.0.1 dbname=x", JY_E_UNSUPPORTED, "Unix socket");
    assert_open_says(f, "postgresql:dbname=x", JY_E_UNSUPPORTED, "Unix socket");
    assert_open_says(f, "postgresql:host=/tmp,example.com dbname=x", JY_E_UNSUPPORTED, "Unix socket");
    assert_open_says(f, "postgresql:host=/tmp hostaddr=127.0.0.1 dbname=x", JY_E_UNSUPPORTED, "Unix socket");
    assert_open_says(f, "postgresql://db.example.com/x", JY_E_UNSUPPORTED, "Unix socket");
    assert_open_says(f, place, JY_E_UNSUPPORTED, "no password");
    assert_open_says(f, "postgresql:host=", JY_E_UNSUPPORTED, "Unix socket");
    assert_open_says(f, "postgresql:nonsense", JY_E_ARGUMENT, "connection words");
    assert_open_says(f, "postgresql:host=/nowhere dbname=x", JY_E_UNAVAILABLE, "/nowhere");
}

static void
open__a_second_writer_is_refused(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };

    assert_open_says(f, f->place, JY_E_UNAVAILABLE, "another process serves");
    assert_int_equal(db_prepare(f->owner, "jinyin_web", DB_WHOLE, &fault), JY_E_UNAVAILABLE);      /* nor does a schema change under a service */
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_OK);
}

static void
end_connections(struct fixture *f, const char *name)
{
    char sql[200];

    snprintf(sql, sizeof(sql), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '%s' AND application_name = '%s'", f->path, name);
    postgres_sql("postgres", sql, NULL, 0);
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM pg_stat_activity WHERE datname = '%s' AND application_name = '%s'", f->path, name);
    for (char left[32] = "1"; strcmp(left, "0") != 0;)
        postgres_sql("postgres", sql, left, sizeof(left));
}

static void
lost__a_write_is_refused_until_the_store_is_opened_again(void **state)
{
    struct fixture *f = *state;
    struct seal a = { .code = "A" };

    assert_false(db_is_lost(f->db));
    end_connections(f, "jinyin writer");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(db_write(f->db, add_seal, &a, NULL), JY_E_UNAVAILABLE);
        assert_true(db_is_lost(f->db));
    }
    fixture_open(f);
    assert_int_equal(seals_in(f->db), 0);
    assert_int_equal(db_write(f->db, add_seal, &a, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

static void
lost__a_reader_says_so(void **state)
{
    struct fixture *f = *state;
    int64_t n;

    end_connections(f, "jinyin reader");
    assert_int_equal(db_read(f->db, count_seals, &n, NULL), JY_E_UNAVAILABLE);
    assert_true(db_is_lost(f->db));
    assert_int_equal(seals_in(f->db), 0);            /* where connecting is still allowed it goes on at once */
}

struct broken { struct fixture *f; bool hide; };

static jy_err
add_and_lose(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct broken *broken = arg;
    jy_err rc = add_seal(tx, &(struct seal){ .code = "A" }, fault);

    assert_int_equal(rc, JY_OK);
    end_connections(broken->f, "jinyin writer");
    rc = add_seal(tx, &(struct seal){ .code = "B" }, fault);
    return broken->hide ? JY_OK : rc;
}

static void
lost__within_a_transaction_writes_nothing_of_it_whatever_the_function_says(void **state)
{
    struct fixture *f = *state;

    for (int hide = 0; hide <= 1; hide++) {
        jy_err rc = db_write(f->db, add_and_lose, &(struct broken){ f, hide == 1 }, NULL);
        assert_int_equal(rc, hide == 1 ? JY_E_IO : JY_E_UNAVAILABLE);
        fixture_open(f);
        assert_int_equal(seals_in(f->db), 0);
    }
}

static void
numbers__go_on_after_those_a_migration_put_in(void **state)
{
    struct fixture *f = *state;

    tamper(f, "INSERT INTO maker (name) VALUES ('second')");
    assert_int_equal(ask(f, "SELECT max(id) FROM maker"), 2);
}

static void
migrate__a_table_made_anew_keeps_the_keys_that_point_to_it(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(ask(f, "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = 'seal'::regclass AND confrelid = 'maker'::regclass"), 1);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(rights__are_those_of_the_statements_and_nothing_else),
        WITH_STORE(rights__are_the_same_after_a_second_time_and_without_older_ones),
        WITH_STORE(open__a_role_that_may_do_more_is_refused),
        WITH_DATABASE(open__without_its_migrations_it_is_refused),
        WITH_DATABASE(open__what_leaves_the_machine_or_holds_a_secret_is_refused),
        WITH_STORE(open__a_second_writer_is_refused),
        WITH_STORE(lost__a_write_is_refused_until_the_store_is_opened_again),
        WITH_STORE(lost__a_reader_says_so),
        WITH_STORE(lost__within_a_transaction_writes_nothing_of_it_whatever_the_function_says),
        WITH_STORE(numbers__go_on_after_those_a_migration_put_in),
        WITH_STORE(migrate__a_table_made_anew_keeps_the_keys_that_point_to_it),
    };

    if (postgres_folder() == NULL) {
        fprintf(stderr, "usage: postgres.py store_postgres_test\n");
        return 64;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is PostgreSQL's own: the rights of the role that serves, one writer, a lost connection, and what is refused before it connects. */
#include "fixture.h"

#include "store/driver.h"

#include <pthread.h>
#include <unistd.h>

static const char *
role_refuses(struct fixture *f, const char *role, const char *sql)
{
    static char state[6];
    char words[256];
    PGconn *pg;
    PGresult *result;

    snprintf(words, sizeof(words), "host=%s user=%s dbname=%s", postgres_folder(), role, f->path);
    pg = PQconnectdb(words);
    if (PQstatus(pg) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(pg));
    result = PQexec(pg, sql);
    snprintf(state, sizeof(state), "%s", PQresultErrorField(result, PG_DIAG_SQLSTATE) == NULL ? "" : PQresultErrorField(result, PG_DIAG_SQLSTATE));
    PQclear(result);
    PQfinish(pg);
    return state;
}

static const char *
service_refuses(struct fixture *f, const char *sql)
{
    return role_refuses(f, "jinyin_web", sql);
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

/* -- several sides of one database (N7) -- */

struct side { const char *role; enum db_side side; struct db *db; };

static void
place_of(const struct fixture *f, const char *role, char out[200])
{
    snprintf(out, 200, "postgresql:host=%s dbname=%s user=%s", postgres_folder(), f->path, role);
}

/* Roles outlive a test's database: made once, their rights given anew. */
static void
open_sides(struct fixture *f, struct side *sides, size_t count)
{
    char place[200], sql[200];

    for (size_t i = 0; i < count; i++) {
        snprintf(sql, sizeof(sql), "DO $$BEGIN CREATE ROLE %s LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$", sides[i].role);
        postgres_sql("postgres", sql, NULL, 0);
        assert_int_equal(db_prepare(f->owner, sides[i].role, sides[i].side, NULL), JY_OK);
    }
    for (size_t i = 0; i < count; i++) {
        struct jy_fault fault = { 0 };
        place_of(f, sides[i].role, place);
        if (db_open_side(place, sides[i].side, &sides[i].db, &fault) != JY_OK)
            fail_msg("%s: %s %s", sides[i].role, fault.where, fault.text);
    }
}

static void
close_sides(struct side *sides, size_t count)
{
    for (size_t i = 0; i < count; i++)
        db_close(sides[i].db);
}

static void
assert_side_says(struct fixture *f, const char *role, enum db_side side, jy_err expected, const char *part)
{
    struct jy_fault fault = { 0 };
    struct db *db = NULL;
    char place[200];
    jy_err rc;

    place_of(f, role, place);
    rc = db_open_side(place, side, &db, &fault);
    assert_null(db);
    if (rc != expected || strstr(fault.text, part) == NULL)
        fail_msg("%s: %s %s, not \"%s\"", role, jy_err_code(rc), fault.text, part);
}

static jy_err
rename_maker(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_MAKER_RENAME);

    db_bind_int(row, "id", *(int64_t *)arg);
    db_bind_text(row, "name", "another");
    return db_run(row, NULL, fault);
}

static void
sides__exclude_their_like_and_the_whole_service(void **state)
{
    struct side sides[] = { { "jy_side_making", DB_MAKING, NULL }, { "jy_side_stamping", DB_STAMPING, NULL },
                            { "jy_side_verification", DB_VERIFICATION, NULL } };
    struct fixture *f = *state;

    open_sides(f, sides, 3);
    assert_side_says(f, "jy_side_making", DB_MAKING, JY_E_UNAVAILABLE, "another process serves");
    assert_side_says(f, "jy_side_stamping", DB_STAMPING, JY_E_UNAVAILABLE, "another process serves");
    assert_int_equal(db_prepare(f->owner, "jinyin_web", DB_WHOLE, NULL), JY_E_UNAVAILABLE);
    db_close(sides[0].db);
    db_close(sides[1].db);
    sides[0].db = sides[1].db = NULL;
    assert_int_equal(db_prepare(f->owner, "jinyin_web", DB_WHOLE, NULL), JY_E_UNAVAILABLE);     /* nor does a schema change under a reader */
    close_sides(sides, 3);
}

static void
sides__that_only_read_stand_beside_each_other_and_a_whole_service(void **state)
{
    struct side sides[] = { { "jinyin_web", DB_WHOLE, NULL }, { "jy_side_verification", DB_VERIFICATION, NULL },
                            { "jy_side_verification", DB_VERIFICATION, NULL } };
    struct fixture *f = *state;

    open_sides(f, sides, 3);
    assert_int_equal(db_write(sides[0].db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_OK);
    assert_int_equal(seals_in(sides[1].db), 1);
    assert_int_equal(seals_in(sides[2].db), 1);
    assert_side_says(f, "jinyin_web", DB_MAKING, JY_E_UNAVAILABLE, "another process serves");
    close_sides(sides, 3);
}

/* The role of a verification node writes nothing, and one that could is refused; a statement of another side is refused by name, and by the server. */
static void
sides__have_their_own_statements_and_rights(void **state)
{
    static const char *const writes[] = { "INSERT INTO seal (code) VALUES ('x')", "UPDATE seal SET state = 'CANCELLED'", "DELETE FROM pair", "TRUNCATE seal",
                                          "SELECT 1 FROM pair", "SELECT 1 FROM note" };
    struct side sides[] = { { "jy_side_making", DB_MAKING, NULL }, { "jy_side_stamping", DB_STAMPING, NULL },
                            { "jy_side_verification", DB_VERIFICATION, NULL } };
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };
    int64_t id = 1;

    open_sides(f, sides, 3);
    assert_int_equal(seals_in(sides[2].db), 0);
    assert_int_equal(db_write(sides[2].db, add_seal, &(struct seal){ .code = "A" }, &fault), JY_E_UNSUPPORTED);
    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
        if (strcmp(role_refuses(f, "jy_side_verification", writes[i]), "42501") != 0)
            fail_msg("%s", writes[i]);
    assert_int_equal(db_write(sides[1].db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_OK);
    assert_int_equal(db_write(sides[1].db, rename_maker, &id, &fault), JY_E_NOT_THIS_NODE);
    assert_string_equal(role_refuses(f, "jy_side_stamping", "UPDATE maker SET name = 'x'"), "42501");
    assert_string_equal(role_refuses(f, "jy_side_making", "UPDATE maker SET name = 'x' WHERE id = 0"), "");
    close_sides(sides, 3);
    tamper(f, "GRANT UPDATE (state) ON seal TO jy_side_verification");
    assert_side_says(f, "jy_side_verification", DB_VERIFICATION, JY_E_UNSUPPORTED, "may write seal");
    assert_side_says(f, "jinyin_owner", DB_VERIFICATION, JY_E_UNSUPPORTED, "owns tables");
}

/* What an audit record does: read the end, and append to it. Two that read the same end would fork it. */
static jy_err
append(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_CHAIN_LAST);
    bool has_row;
    int64_t n, highest;
    jy_err rc = db_step(row, &has_row, fault);

    (void)arg;
    n = rc == JY_OK && has_row ? db_int(row, "n") : -1;
    highest = rc == JY_OK && has_row ? db_int(row, "highest") : -1;
    db_end(row);
    if (rc != JY_OK)
        return rc;
    assert_int_equal(n, highest);
    row = db_begin(tx, SQL_PAIR_ADD);
    db_bind_int(row, "number", highest + 1);
    db_bind_int(row, "half", 1);
    return db_run(row, NULL, fault);
}

#define APPENDS 200
static void *
append_many(void *arg)
{
    static const jy_err failed = JY_E_IO;

    for (int i = 0; i < APPENDS; i++)
        if (db_write(arg, append, NULL, NULL) != JY_OK)
            return (void *)(uintptr_t)&failed;
    return NULL;
}

static void
sides__that_write_take_turns_and_fork_no_chain(void **state)
{
    struct side sides[] = { { "jy_side_making", DB_MAKING, NULL }, { "jy_side_stamping", DB_STAMPING, NULL } };
    struct fixture *f = *state;
    pthread_t threads[4];
    void *failed;

    open_sides(f, sides, 2);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, append_many, sides[i % 2].db), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(ask(f, "SELECT count(*) FROM pair"), 4 * APPENDS);
    assert_int_equal(ask(f, "SELECT max(number) FROM pair"), 4 * APPENDS);
    close_sides(sides, 2);
}

/* A side that stands still in a transaction keeps the other waiting for lock_timeout; that call is refused, and the next one goes on. */
static void
sides__one_that_stands_still_makes_the_other_wait_and_then_refuse(void **state)
{
    struct side sides[] = { { "jy_side_making", DB_MAKING, NULL } };
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };
    char words[256];
    PGconn *pg;

    open_sides(f, sides, 1);
    snprintf(words, sizeof(words), "host=%s user=postgres dbname=%s", postgres_folder(), f->path);
    pg = PQconnectdb(words);
    assert_int_equal(PQstatus(pg), CONNECTION_OK);
    PQclear(PQexec(pg, "BEGIN; SELECT pg_advisory_xact_lock(81951236180306)"));
    assert_int_equal(db_write(sides[0].db, append, NULL, &fault), JY_E_UNAVAILABLE);
    PQclear(PQexec(pg, "ROLLBACK"));
    assert_int_equal(db_write(sides[0].db, append, NULL, &fault), JY_OK);
    PQfinish(pg);
    close_sides(sides, 1);
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
        WITH_DATABASE(sides__exclude_their_like_and_the_whole_service),
        WITH_DATABASE(sides__that_only_read_stand_beside_each_other_and_a_whole_service),
        WITH_DATABASE(sides__have_their_own_statements_and_rights),
        WITH_DATABASE(sides__that_write_take_turns_and_fork_no_chain),
        WITH_DATABASE(sides__one_that_stands_still_makes_the_other_wait_and_then_refuse),
    };

    if (postgres_folder() == NULL) {
        fprintf(stderr, "usage: postgres.py store_postgres_test\n");
        return 64;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: migrations, damage, and what is left after a kill -9. The engine is used past the store to do the harm. */
#include "fixture.h"

#include <jinyin/crypto.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define reopen fixture_open

static struct jy_fault
assert_not_opened(struct fixture *f, jy_err expected)
{
    struct jy_fault fault = { 0 };
    jy_err rc = fixture_try(f, &fault);

    if (rc != expected)
        fail_msg("expected %s, got %s: %s: %s", jy_err_code(expected), jy_err_code(rc), fault.where, fault.text);
    assert_null(f->db);
    assert_int_equal(fault.err, expected);
    return fault;
}

static void
assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

/* -- the file -- */

static void
open__files_are_private(void **state)
{
    struct fixture *f = *state;
    static const char *const ends[] = { "", "-wal", "-shm" };
    char name[96];
    struct stat st;

    umask(0);
    reopen(f);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
        assert_int_equal(stat(name, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
    }
}

static void
open__a_file_that_others_can_read_is_made_private(void **state)
{
    struct fixture *f = *state;
    struct stat st;

    reopen(f);
    db_close(f->db);
    f->db = NULL;
    assert_int_equal(chmod(f->path, 0644), 0);
    reopen(f);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void
open__names_that_the_engine_would_read_otherwise_are_files(void **state)
{
    struct fixture *f = *state;
    char here[4096];
    struct stat st;

    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(f->folder), 0);
    assert_int_equal(db_open(":memory:", &f->db, NULL), JY_OK);
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
    assert_int_equal(stat(":memory:", &st), 0);
    db_close(f->db);
    f->db = NULL;
    assert_int_equal(unlink(":memory:"), 0);
    assert_int_equal(chdir(here), 0);
}

static void
open__no_folder_a_link_and_a_folder_are_refused(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };

    assert_int_equal(db_open("/nowhere/store.db", &f->db, &fault), JY_E_IO);
    assert_string_equal(fault.where, "/nowhere/store.db");
    assert_int_equal(db_open(f->folder, &f->db, NULL), JY_E_IO);
    assert_int_equal(symlink("/dev/null", f->path), 0);
    assert_not_opened(f, JY_E_IO);
}

static void
open__what_is_not_a_database_is_called_damaged(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault;
    int fd = open(f->path, O_WRONLY | O_CREAT, 0600);
    char garbage[8192];

    memset(garbage, 'x', sizeof(garbage));
    assert_int_equal(write(fd, garbage, sizeof(garbage)), sizeof(garbage));
    close(fd);
    fault = assert_not_opened(f, JY_E_IO);
    assert_says(fault.text, "damaged");
    assert_string_equal(fault.where, f->path);
}

static jy_err
list_codes(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_CODES);
    bool has_row;
    jy_err rc;

    (void)arg;
    while ((rc = db_step(row, &has_row, fault)) == JY_OK && has_row)
        ;
    db_end(row);
    return rc;
}

static void
open__a_damaged_page_is_an_error_with_a_name(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };
    char garbage[4096];
    int fd, page;

    reopen(f);
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_OK);
    tamper(f, "PRAGMA journal_mode = DELETE");
    page = ask(f, "SELECT rootpage FROM sqlite_schema WHERE name = 'sqlite_autoindex_seal_1'");
    memset(garbage, 0xA5, sizeof(garbage));
    fd = open(f->path, O_WRONLY);
    assert_int_equal(pwrite(fd, garbage, sizeof(garbage), (page - 1) * 4096), sizeof(garbage));
    close(fd);
    reopen(f);
    assert_int_equal(db_read(f->db, list_codes, NULL, &fault), JY_E_IO);
    assert_says(fault.text, "seal_codes: the store's file is damaged");
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "B" }, &fault), JY_E_IO);
    assert_says(fault.text, "seal_add: the store's file is damaged");
}

/* -- migrations -- */

static void
migrate__each_is_carried_out_once_and_noted(void **state)
{
    struct fixture *f = *state;

    reopen(f);
    reopen(f);
    db_close(f->db);
    f->db = NULL;
    assert_int_equal(ask(f, "SELECT count(*) FROM maker"), 1);
    assert_int_equal(ask(f, "SELECT count(*) FROM maker WHERE name = '津门; -- not a comment'"), 1);
    assert_int_equal(ask(f, "SELECT count(*) FROM schema_migration WHERE length(digest) = 64 AND applied > 1700000000"), 2);
    assert_int_equal(ask(f, "SELECT count(*) FROM schema_migration WHERE id = 1 AND name = '0001_things.sql' OR id = 2 AND name = '0002_rules.sql'"), 2);
}

static void
migrate__another_digest_is_refused(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault;

    reopen(f);
    tamper(f, "UPDATE schema_migration SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE id = 2");
    fault = assert_not_opened(f, JY_E_BAD_STATE);
    assert_string_equal(fault.where, "0002_rules.sql");
    assert_says(fault.text, "digest");
}

static void
migrate__a_newer_store_is_refused(void **state)
{
    struct fixture *f = *state;

    reopen(f);
    tamper(f, "INSERT INTO schema_migration (id, name, digest) VALUES (3, '0003_future.sql', 'd')");
    assert_says(assert_not_opened(f, JY_E_UNSUPPORTED).text, "has migration 3, this program knows 2");
}

static void
migrate__a_gap_is_refused(void **state)
{
    struct fixture *f = *state;

    reopen(f);
    tamper(f, "DELETE FROM schema_migration WHERE id = 1");
    assert_string_equal(assert_not_opened(f, JY_E_BAD_STATE).where, "0001_things.sql");
}

static void
migrate__a_foreign_database_is_refused_and_untouched(void **state)
{
    struct fixture *f = *state;

    tamper(f, "CREATE TABLE theirs (x INTEGER)");
    assert_says(assert_not_opened(f, JY_E_UNSUPPORTED).text, "another program");
    assert_int_equal(ask(f, f->postgres ? "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace" :
                            "SELECT count(*) FROM sqlite_schema"), 1);
}

static void
back_to_the_first(struct fixture *f)
{
    tamper(f, "DELETE FROM schema_migration WHERE id = 2; DROP TABLE note; DROP INDEX one_statutory_seal");
    tamper(f, f->postgres ? "DROP TRIGGER cancelled_is_final ON seal" : "DROP TRIGGER cancelled_is_final");
}

static void
is_empty__only_where_nothing_lies(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };
    bool empty = false;

    assert_int_equal(db_is_empty(f->owner, &empty, &fault), JY_OK);
    assert_true(empty);
    assert_true(f->postgres || access(f->path, F_OK) != 0);          /* and asking makes nothing */
    reopen(f);
    assert_int_equal(db_is_empty(f->owner, &empty, &fault), JY_OK);
    assert_false(empty);
}

static void
is_empty__a_foreign_database_is_refused(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };
    bool empty = true;

    tamper(f, "CREATE TABLE somebody (id INTEGER)");
    assert_int_equal(db_is_empty(f->owner, &empty, &fault), JY_E_UNSUPPORTED);
}

static void
migrate__a_failing_one_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault;

    reopen(f);
    /* Then the unique index of the second, made after its table, cannot be made. */
    back_to_the_first(f);
    tamper(f, "INSERT INTO seal (code, organization, maker_id) VALUES ('A', 'org', 1), ('B', 'ORG', 1)");
    fault = assert_not_opened(f, JY_E_CONFLICT);
    assert_string_equal(fault.where, "one_statutory_seal");
    assert_says(fault.text, "0002_rules.sql:5: ");
    assert_int_equal(ask(f, f->postgres ? "SELECT count(*) FROM pg_class WHERE relname = 'note'" :
                            "SELECT count(*) FROM sqlite_schema WHERE name = 'note'"), 0);
    assert_int_equal(ask(f, "SELECT max(id) FROM schema_migration"), 1);
    assert_int_equal(ask(f, "SELECT count(*) FROM seal"), 2);
    tamper(f, "DELETE FROM seal WHERE code = 'B'");
    reopen(f);               /* this also makes maker anew, to which a seal refers */
    assert_int_equal(seals_in(f->db), 1);
    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = "C", .maker = 99 }, NULL), JY_E_CONFLICT);
}

static void
migrate__rows_that_refer_to_nothing_are_refused(void **state)
{
    struct fixture *f = *state;

    reopen(f);
    back_to_the_first(f);
    tamper(f, f->postgres ? "SET session_replication_role = replica; INSERT INTO seal (code, maker_id) VALUES ('A', 99)" :
              "INSERT INTO seal (code, maker_id) VALUES ('A', 99)");
    assert_says(assert_not_opened(f, JY_E_CONFLICT).text, "a row of seal refers to a row of maker");
    assert_int_equal(ask(f, "SELECT max(id) FROM schema_migration"), 1);
}

static void
open__a_statement_that_does_not_fit_is_named(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault;

    reopen(f);
    tamper(f, "DROP TABLE pair");
    if (f->postgres) {                   /* the owner would not find the table to give rights on */
        assert_int_equal(db_open(f->place, &f->db, &fault), JY_E_INTERNAL);
        assert_string_equal(fault.text, "other.sql:7: relation \"pair\" does not exist");
    } else {
        fault = assert_not_opened(f, JY_E_INTERNAL);
        assert_string_equal(fault.text, "other.sql:7: no such table: pair");
    }
    assert_string_equal(fault.where, "pair_add");
}

/* -- kill -9 -- */

#define ROUNDS 30
#define WRITERS 4

struct writer {
    struct db *db;
    int64_t number;
    int pipe;
};

static jy_err
add_pair(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    for (int half = 1; half <= 2; half++) {
        struct db_row *row = db_begin(tx, SQL_PAIR_ADD);
        jy_err rc;
        db_bind_int(row, "number", *(int64_t *)arg);
        db_bind_int(row, "half", half);
        if ((rc = db_run(row, NULL, fault)) != JY_OK)
            return rc;
    }
    return JY_OK;
}

static void *
write_for_ever(void *arg)
{
    struct writer *writer = arg;

    while (db_write(writer->db, add_pair, &writer->number, NULL) == JY_OK &&
           write(writer->pipe, &writer->number, sizeof(writer->number)) == sizeof(writer->number))
        writer->number++;
    _exit(1);
}

static void
child_writes(const char *path, int64_t round, int pipe)
{
    struct writer writers[WRITERS];
    pthread_t threads[WRITERS];
    struct db *db;

    if (db_open(path, &db, NULL) != JY_OK)
        _exit(2);
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){ db, (round * WRITERS + i) * 1000000, pipe };
        if (pthread_create(&threads[i], NULL, write_for_ever, &writers[i]) != 0)
            _exit(3);
    }
    for (;;)
        pause();
}

static jy_err
count_pairs(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    int64_t *counts = arg;       /* rows, numbers */
    struct db_row *row = db_begin(tx, SQL_PAIR_COUNT);
    bool has_row;
    jy_err rc = db_step(row, &has_row, fault);

    counts[0] = rc == JY_OK && has_row ? db_int(row, "rows") : -1;
    counts[1] = rc == JY_OK && has_row ? db_int(row, "numbers") : -1;
    db_end(row);
    return rc;
}

struct acknowledged {
    int64_t *numbers;
    size_t count, missing;
};

static jy_err
count_missing(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct acknowledged *all = arg;

    for (size_t i = 0; i < all->count; i++) {
        struct db_row *row = db_begin(tx, SQL_PAIR_HALVES);
        bool has_row;
        db_bind_int(row, "number", all->numbers[i]);
        if (db_step(row, &has_row, fault) != JY_OK || !has_row || db_int(row, "n") != 2)
            all->missing++;
        db_end(row);
    }
    return JY_OK;
}

static void
kill__every_acknowledged_write_is_there_and_none_by_half(void **state)
{
    struct fixture *f = *state;
    struct acknowledged all = { 0 };
    int64_t counts[2], number;
    size_t room = 1 << 20, rounds_that_wrote = 0;

    assert_non_null(all.numbers = malloc(room * sizeof(*all.numbers)));
    reopen(f);
    db_close(f->db);
    f->db = NULL;
    for (int64_t round = 0; round < ROUNDS; round++) {
        int pipes[2];
        uint16_t dice;
        size_t before = all.count;
        pid_t child;
        assert_int_equal(pipe(pipes), 0);
        if ((child = fork()) == 0) {
            close(pipes[0]);
            child_writes(f->place, round, pipes[1]);
        }
        close(pipes[1]);
        assert_int_equal(jy_random(&dice, sizeof(dice)), JY_OK);
        while (all.count < room && read(pipes[0], &number, sizeof(number)) == sizeof(number)) {
            all.numbers[all.count++] = number;
            if (all.count == before + 1) {       /* it writes now: kill it at any time, while acknowledgements wait in the pipe */
                usleep(dice % 40000);
                kill(child, SIGKILL);
            }
        }
        close(pipes[0]);
        waitpid(child, NULL, 0);
        rounds_that_wrote += all.count > before;
        reopen(f);
        all.missing = 0;
        assert_int_equal(db_read(f->db, count_missing, &all, NULL), JY_OK);
        assert_int_equal(all.missing, 0);
        assert_int_equal(db_read(f->db, count_pairs, counts, NULL), JY_OK);
        assert_int_equal(counts[0], 2 * counts[1]);
        assert_true(counts[1] >= (int64_t)all.count);
        db_close(f->db);
        f->db = NULL;
    }
    assert_int_equal(rounds_that_wrote, ROUNDS);
    print_message("%d kills, %zu acknowledged writes, %lld there\n", ROUNDS, all.count, (long long)counts[1]);
    free(all.numbers);
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest both[] = {
        WITH_FOLDER(migrate__each_is_carried_out_once_and_noted),
        WITH_FOLDER(migrate__another_digest_is_refused),
        WITH_FOLDER(migrate__a_newer_store_is_refused),
        WITH_FOLDER(migrate__a_gap_is_refused),
        WITH_FOLDER(migrate__a_foreign_database_is_refused_and_untouched),
        WITH_FOLDER(is_empty__only_where_nothing_lies),
        WITH_FOLDER(is_empty__a_foreign_database_is_refused),
        WITH_FOLDER(migrate__a_failing_one_leaves_nothing),
        WITH_FOLDER(migrate__rows_that_refer_to_nothing_are_refused),
        WITH_FOLDER(open__a_statement_that_does_not_fit_is_named),
        WITH_FOLDER(kill__every_acknowledged_write_is_there_and_none_by_half),
    };
    const struct CMUnitTest files[] = {
        WITH_FOLDER(open__files_are_private),
        WITH_FOLDER(open__a_file_that_others_can_read_is_made_private),
        WITH_FOLDER(open__names_that_the_engine_would_read_otherwise_are_files),
        WITH_FOLDER(open__no_folder_a_link_and_a_folder_are_refused),
        WITH_FOLDER(open__what_is_not_a_database_is_called_damaged),
        WITH_FOLDER(open__a_damaged_page_is_an_error_with_a_name),
    };
    int failed = cmocka_run_group_tests(both, NULL, NULL);

    return postgres_folder() != NULL ? failed : failed + cmocka_run_group_tests(files, NULL, NULL);
}

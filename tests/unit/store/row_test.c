/* SPDX-License-Identifier: Apache-2.0 */
/* Statements by name: values in and out, errors and their where, and bugs of the caller that end the process. */
#include "fixture.h"

#include <signal.h>
#include <sys/wait.h>

#define LARGE (8u << 20)

static void
must_add(struct db *db, struct seal seal)
{
    struct jy_fault fault = { 0 };

    if (db_write(db, add_seal, &seal, &fault) != JY_OK)
        fail_msg("%s: %s", fault.where, fault.text);
}

/* -- values -- */

static jy_err
check_full_row(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct jy_slice large = *(struct jy_slice *)arg;
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    db_bind_text(row, "code", "A1");
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);
    assert_true(has_row);
    assert_string_equal(db_text(row, "code"), "A1");
    assert_string_equal(db_text(row, "organization"), "天津市人民政府");
    assert_true(db_int(row, "number") == INT64_MIN);
    assert_true(jy_slice_equal(db_blob(row, "picture"), large));
    assert_true(jy_slice_is(db_blob(row, "code"), "A1"));
    assert_string_equal(db_text(row, "text"), ":code ;");
    assert_true(db_is_null(row, "missing"));
    assert_false(db_is_null(row, "half"));
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);
    assert_false(has_row);
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);     /* and it does not begin anew */
    assert_false(has_row);
    db_end(row);
    return JY_OK;
}

static void
row__every_type_comes_back_as_it_went_in(void **state)
{
    struct fixture *f = *state;
    struct jy_slice large = { NULL, LARGE };
    uint8_t *bytes = malloc(LARGE);

    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (uint8_t)(i * 31 >> 3);
    large.p = bytes;
    must_add(f->db, (struct seal){ "A1", "天津市人民政府", 1, INT64_MIN, large });
    assert_int_equal(db_read(f->db, check_full_row, &large, NULL), JY_OK);
    free(bytes);
}

static jy_err
check_null_row(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    db_bind_text(row, "code", arg);
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);
    assert_true(has_row);
    assert_null(db_text(row, "organization"));
    assert_true(db_is_null(row, "organization"));
    assert_int_equal(db_int(row, "number"), 0);
    assert_true(db_is_null(row, "number"));
    assert_null(db_blob(row, "picture").p);
    assert_int_equal(db_blob(row, "picture").len, 0);
    assert_true(db_is_null(row, "picture"));
    db_end(row);
    return JY_OK;
}

static void
row__null_comes_back_as_null(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "N" });
    assert_int_equal(db_read(f->db, check_null_row, "N", NULL), JY_OK);
}

static jy_err
check_empty_row(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    db_bind_text(row, "code", arg);
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);
    assert_true(has_row);
    assert_string_equal(db_text(row, "organization"), "");
    assert_false(db_is_null(row, "organization"));
    assert_int_equal(db_blob(row, "picture").len, 0);
    assert_false(db_is_null(row, "picture"));
    db_end(row);
    return JY_OK;
}

static void
row__empty_text_and_empty_blob_are_not_null(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "", .organization = "", .picture = JY_SLICE("", 0) });
    assert_int_equal(db_read(f->db, check_empty_row, "", NULL), JY_OK);
}

static jy_err
add_empty_slice(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_ADD);

    db_bind_text(row, "code", arg);
    db_bind_text(row, "organization", "");
    db_bind_null(row, "maker_id");
    db_bind_null(row, "number");
    db_bind_blob(row, "picture", JY_EMPTY);
    return db_run(row, NULL, fault);
}

static void
row__a_slice_of_no_bytes_is_an_empty_blob(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_write(f->db, add_empty_slice, "E", NULL), JY_OK);
    assert_int_equal(db_read(f->db, check_empty_row, "E", NULL), JY_OK);
}

static jy_err
add_from_a_buffer_that_changes(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    char code[] = "GOOD";
    struct db_row *row = db_begin(tx, SQL_SEAL_ADD);

    (void)arg;
    db_bind_text(row, "code", code);
    memcpy(code, "EVIL", 4);
    db_bind_null(row, "organization");
    db_bind_null(row, "maker_id");
    db_bind_null(row, "number");
    db_bind_null(row, "picture");
    return db_run(row, NULL, fault);
}

static void
row__what_is_bound_is_copied(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_write(f->db, add_from_a_buffer_that_changes, NULL, NULL), JY_OK);
    assert_int_equal(db_read(f->db, check_null_row, "GOOD", NULL), JY_OK);
}

static jy_err
set_state(struct db_tx *tx, const char *state, const char *code, int64_t *changes, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_SET_STATE);

    db_bind_text(row, "state", state);
    db_bind_text(row, "code", code);
    return db_run(row, changes, fault);
}

static jy_err
cancel_some(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    return set_state(tx, "CANCELLED", "C%", arg, fault);
}

static void
run__changes_counts_the_rows(void **state)
{
    struct fixture *f = *state;
    int64_t changes = -1;

    assert_int_equal(db_write(f->db, cancel_some, &changes, NULL), JY_OK);
    assert_int_equal(changes, 0);
    must_add(f->db, (struct seal){ .code = "C1" });
    must_add(f->db, (struct seal){ .code = "C2" });
    must_add(f->db, (struct seal){ .code = "D1" });
    assert_int_equal(db_write(f->db, cancel_some, &changes, NULL), JY_OK);
    assert_int_equal(changes, 2);
}

/* -- the same in both engines -- */

static jy_err
check_facts(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_FACTS);
    bool has_row;

    db_bind_text(row, "except", arg);
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);
    assert_true(has_row);
    assert_true(db_int(row, "total") == INT64_C(-9000000000000000100));
    assert_true(db_int(row, "highest") == -100);
    assert_int_equal(db_int(row, "several"), 1);
    assert_int_equal(db_int(row, "bare"), 1);
    assert_int_equal(db_int(row, "seven"), 7);
    db_end(row);
    return JY_OK;
}

static void
row__sums_and_conditions_are_whole_numbers(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A", .number = INT64_C(-9000000000000000000) });
    must_add(f->db, (struct seal){ .code = "B", .number = -100 });
    must_add(f->db, (struct seal){ .code = "C", .number = 5 });
    assert_int_equal(db_read(f->db, check_facts, "C", NULL), JY_OK);
}

static jy_err
list_organizations(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_ORGANIZATIONS);
    bool has_row;

    while (db_step(row, &has_row, fault) == JY_OK && has_row)
        strcat(arg, db_text(row, "code"));
    db_end(row);
    return JY_OK;
}

static void
row__text_is_ordered_by_its_bytes_and_null_comes_first(void **state)
{
    static const char *const names[] = { "b", "B!", "a", "Z", "津", NULL, "", "天" };
    struct fixture *f = *state;
    char code[2] = "1", order[32] = "";

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++, code[0]++)
        must_add(f->db, (struct seal){ .code = code, .organization = names[i] });
    assert_int_equal(db_read(f->db, list_organizations, order, NULL), JY_OK);
    assert_string_equal(order, "67243185");
}

struct like { const char *pattern; int64_t n; };

static jy_err
count_like(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct like *like = arg;
    struct db_row *row = db_begin(tx, SQL_SEAL_LIKE);
    bool has_row;

    db_bind_text(row, "pattern", like->pattern);
    assert_int_equal(db_step(row, &has_row, fault), JY_OK);
    like->n = db_int(row, "n");
    db_end(row);
    return JY_OK;
}

static void
row__like_folds_latin_letters_alone_and_escapes_nothing(void **state)
{
    static const struct like cases[] = { { "abc", 2 }, { "a%", 3 }, { "ä", 1 }, { "A\\_", 1 }, { "_", 2 }, { "nothing", 0 } };
    static const char *const codes[] = { "abc", "ABC", "Ä", "ä", "a\\b" };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        must_add(f->db, (struct seal){ .code = codes[i] });
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct like like = cases[i];
        assert_int_equal(db_read(f->db, count_like, &like, NULL), JY_OK);
        if (like.n != cases[i].n)
            fail_msg("LIKE %s: %lld", like.pattern, (long long)like.n);
    }
}

static jy_err
add_once(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    for (int64_t number = 1; number <= 2; number++) {
        struct db_row *row = db_begin(tx, SQL_SEAL_ADD_ONCE);
        int64_t changes;
        jy_err rc;
        db_bind_text(row, "code", arg);
        db_bind_int(row, "number", number);
        if ((rc = db_run(row, &changes, fault)) != JY_OK)
            return rc;
        assert_int_equal(changes, 1);
    }
    return JY_OK;
}

static void
run__a_conflict_that_updates_is_a_change(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_write(f->db, add_once, "A", NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 1);
}

static jy_err
nest(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *outer = db_begin(tx, SQL_SEAL_CODES_FROM), *inner;
    bool has_row;
    char *seen = arg;

    db_bind_text(outer, "from", "A");
    while (db_step(outer, &has_row, fault) == JY_OK && has_row) {
        inner = db_begin(tx, SQL_SEAL_CODES_FROM);
        db_bind_text(inner, "from", db_text(outer, "code"));
        while (db_step(inner, &has_row, fault) == JY_OK && has_row)
            sprintf(seen + strlen(seen), "%s%s ", db_text(outer, "code"), db_text(inner, "code"));
        db_end(inner);
    }
    db_end(outer);
    return JY_OK;
}

static void
row__a_statement_runs_inside_itself(void **state)
{
    struct fixture *f = *state;
    char seen[64] = "";

    must_add(f->db, (struct seal){ .code = "A" });
    must_add(f->db, (struct seal){ .code = "B" });
    for (int i = 0; i < 2; i++) {
        seen[0] = '\0';
        assert_int_equal(db_read(f->db, nest, seen, NULL), JY_OK);
        assert_string_equal(seen, "AA AB BB ");
    }
}

static jy_err
leave_open(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_CODES);
    bool has_row;

    (void)arg;
    return db_step(row, &has_row, fault);
}

static void
row__left_open_ends_with_its_transaction(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A" });
    assert_int_equal(db_read(f->db, leave_open, NULL, NULL), JY_OK);
    assert_int_equal(db_write(f->db, leave_open, NULL, NULL), JY_OK);
    must_add(f->db, (struct seal){ .code = "B" });
    assert_int_equal(seals_in(f->db), 2);
}

/* -- errors -- */

static void
assert_refused(struct db *db, db_fn *fn, void *arg, const char *where)
{
    struct jy_fault fault = { 0 };
    int64_t before = seals_in(db);

    assert_int_equal(db_write(db, fn, arg, &fault), JY_E_CONFLICT);
    assert_int_equal(fault.err, JY_E_CONFLICT);
    assert_string_equal(fault.where, where);
    assert_int_equal(seals_in(db), before);
}

static void
conflict__a_unique_column_is_named(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A" });
    assert_refused(f->db, add_seal, &(struct seal){ .code = "A" }, "seal.code");
}

static void
conflict__unique_columns_are_named_in_order(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A", .maker = 1, .number = 7 });
    assert_refused(f->db, add_seal, &(struct seal){ .code = "B", .maker = 1, .number = 7 }, "seal.maker_id, seal.number");
}

static void
conflict__an_index_of_expressions_is_named(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A", .organization = "Org" });
    assert_refused(f->db, add_seal, &(struct seal){ .code = "B", .organization = "ORG" }, "one_statutory_seal");
}

static void
conflict__a_missing_value_names_its_column(void **state)
{
    struct fixture *f = *state;

    assert_refused(f->db, add_seal, &(struct seal){ .code = NULL }, "seal.code");
}

static jy_err
set_unknown_state(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)arg;
    return set_state(tx, "BURNT", "%", NULL, fault);
}

static void
conflict__a_check_is_named(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A" });
    assert_refused(f->db, set_unknown_state, NULL, "seal_state");
}

static void
conflict__a_foreign_key_is_called_so(void **state)
{
    struct fixture *f = *state;

    assert_refused(f->db, add_seal, &(struct seal){ .code = "A", .maker = 99 }, "foreign key");
}

static jy_err
revive(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    jy_err rc = set_state(tx, "CANCELLED", arg, NULL, fault);

    return rc == JY_OK ? set_state(tx, "ACTIVE", arg, NULL, fault) : rc;
}

static void
conflict__a_trigger_gives_its_text(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A" });
    assert_refused(f->db, revive, "A", "R21.1 已注销的印章不得恢复");
}

static jy_err
add_long_note(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_NOTE_ADD);

    (void)arg;
    db_bind_int(row, "seal_id", 1);
    db_bind_text(row, "text", "long");
    return db_run(row, NULL, fault);
}

static void
conflict__a_long_text_is_cut_between_characters(void **state)
{
    struct fixture *f = *state;
    struct jy_fault fault = { 0 };

    assert_int_equal(db_write(f->db, add_long_note, NULL, &fault), JY_E_CONFLICT);
    assert_int_equal(strlen(fault.where), 158);         /* 2 + 52 characters of three bytes; the field holds 159 bytes */
    assert_string_equal(fault.where + 155, "印");
}

static jy_err
put_text_in_a_number(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_CODE_AS_NUMBER);

    db_bind_text(row, "number", "seven");
    db_bind_text(row, "code", arg);
    return db_run(row, NULL, fault);
}

static void
conflict__a_wrong_type_names_its_column(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A" });
    assert_refused(f->db, put_text_in_a_number, "A", "seal.number");
}

static jy_err
conflict_then_go_on(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    jy_err rc = add_seal(tx, &(struct seal){ .code = "A" }, fault);

    assert_int_equal(rc, JY_E_CONFLICT);
    return add_seal(tx, arg, fault);
}

static void
conflict__undoes_its_statement_and_no_more(void **state)
{
    struct fixture *f = *state;

    must_add(f->db, (struct seal){ .code = "A" });
    assert_int_equal(db_write(f->db, conflict_then_go_on, &(struct seal){ .code = "B" }, NULL), JY_OK);
    assert_int_equal(seals_in(f->db), 2);
}

static void
read__a_write_in_it_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_read(f->db, add_seal, &(struct seal){ .code = "A" }, NULL), JY_E_IO);
    assert_int_equal(seals_in(f->db), 0);
}

static void
errors__do_without_a_fault(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(db_write(f->db, add_seal, &(struct seal){ .code = NULL }, NULL), JY_E_CONFLICT);
}

/* -- bugs -- */

static jy_err
bind_unknown(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)arg, (void)fault;
    db_bind_int(db_begin(tx, SQL_SEAL_BY_CODE), "kode", 1);
    return JY_OK;
}

static jy_err
bind_nothing(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    bool has_row;

    (void)arg;
    return db_step(db_begin(tx, SQL_SEAL_BY_CODE), &has_row, fault);
}

static jy_err
bind_late(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    (void)arg;
    db_bind_text(row, "code", "A");
    (void)!db_step(row, &has_row, fault);
    db_bind_text(row, "code", "B");
    return JY_OK;
}

static jy_err
bind_once_run_twice(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    (void)arg;
    db_bind_text(row, "code", "A");
    (void)!db_step(row, &has_row, fault);
    db_end(row);
    return db_step(db_begin(tx, SQL_SEAL_BY_CODE), &has_row, fault);
}

static jy_err
read_column(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    db_bind_text(row, "code", "A");
    (void)!db_step(row, &has_row, fault);
    (void)db_text(row, arg);
    return JY_OK;
}

static jy_err
read_past_the_end(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    struct db_row *row = db_begin(tx, SQL_SEAL_BY_CODE);
    bool has_row;

    (void)arg;
    db_bind_text(row, "code", "nobody");
    (void)!db_step(row, &has_row, fault);
    (void)db_text(row, "code");
    return JY_OK;
}

static jy_err
run_a_question(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)arg;
    return db_run(db_begin(tx, SQL_SEAL_CODES), NULL, fault);
}

static jy_err
write_again(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)tx;
    return db_write(arg, leave_open, NULL, fault);
}

static jy_err
read_again(struct db_tx *tx, void *arg, struct jy_fault *fault)
{
    (void)tx;
    return db_read(arg, leave_open, NULL, fault);
}

static const struct {
    const char *says;
    jy_err (*call)(struct db *db, db_fn *fn, void *arg, struct jy_fault *fault);
    db_fn *fn;
    void *arg;                   /* NULL: the store */
} bugs[] = {
    { "seal_by_code: there is no parameter :kode", db_write, bind_unknown, NULL },
    { "seal_by_code: :code is not bound", db_read, bind_nothing, NULL },
    { "seal_by_code: :code is not bound", db_read, bind_once_run_twice, NULL },
    { "seal_by_code: :code is bound after the first step", db_read, bind_late, NULL },
    { "seal_by_code: there is no column kode", db_read, read_column, "kode" },
    { "seal_by_code: column half is REAL", db_read, read_column, "half" },
    { "seal_by_code: column id is INTEGER", db_read, read_column, "id" },
    { "seal_by_code: column code is read where no row is", db_read, read_past_the_end, NULL },
    { "seal_codes: it returns rows", db_read, run_a_question, NULL },
    { "db_write: called inside db_write", db_write, write_again, NULL },
    { "db_read: called inside db_read", db_read, read_again, NULL },
};

static void
bug__is_said_and_ends_the_process(void **state)
{
    struct fixture *f = *state;
    struct db *db;
    char said[512];
    ssize_t n;
    size_t len;
    int pipes[2], status;
    pid_t child;

    fixture_open(f);
    db_close(f->db);
    f->db = NULL;
    for (size_t i = 0; i < sizeof(bugs) / sizeof(bugs[0]); i++) {
        assert_int_equal(pipe(pipes), 0);
        if ((child = fork()) == 0) {
            dup2(pipes[1], STDERR_FILENO);
            if (db_open(f->place, &db, NULL) == JY_OK && db_write(db, add_seal, &(struct seal){ .code = "A" }, NULL) != JY_E_IO)
                (void)!bugs[i].call(db, bugs[i].fn, bugs[i].arg == NULL ? db : bugs[i].arg, NULL);
            _exit(0);
        }
        close(pipes[1]);
        for (len = 0; len < sizeof(said) - 1 && (n = read(pipes[0], said + len, sizeof(said) - 1 - len)) > 0; len += (size_t)n)
            ;
        said[len] = '\0';
        close(pipes[0]);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (strstr(said, bugs[i].says) == NULL || !WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("expected \"%s\", it said \"%s\"", bugs[i].says, said);
    }
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, fixture_setup_open, fixture_teardown)
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(row__every_type_comes_back_as_it_went_in),
        WITH_STORE(row__null_comes_back_as_null),
        WITH_STORE(row__empty_text_and_empty_blob_are_not_null),
        WITH_STORE(row__a_slice_of_no_bytes_is_an_empty_blob),
        WITH_STORE(row__what_is_bound_is_copied),
        WITH_STORE(run__changes_counts_the_rows),
        WITH_STORE(row__sums_and_conditions_are_whole_numbers),
        WITH_STORE(row__text_is_ordered_by_its_bytes_and_null_comes_first),
        WITH_STORE(row__like_folds_latin_letters_alone_and_escapes_nothing),
        WITH_STORE(run__a_conflict_that_updates_is_a_change),
        WITH_STORE(row__a_statement_runs_inside_itself),
        WITH_STORE(row__left_open_ends_with_its_transaction),
        WITH_STORE(conflict__a_unique_column_is_named),
        WITH_STORE(conflict__unique_columns_are_named_in_order),
        WITH_STORE(conflict__an_index_of_expressions_is_named),
        WITH_STORE(conflict__a_missing_value_names_its_column),
        WITH_STORE(conflict__a_check_is_named),
        WITH_STORE(conflict__a_foreign_key_is_called_so),
        WITH_STORE(conflict__a_trigger_gives_its_text),
        WITH_STORE(conflict__a_long_text_is_cut_between_characters),
        WITH_STORE(conflict__a_wrong_type_names_its_column),
        WITH_STORE(conflict__undoes_its_statement_and_no_more),
        WITH_STORE(read__a_write_in_it_is_refused),
        WITH_STORE(errors__do_without_a_fault),
        WITH_FOLDER(bug__is_said_and_ends_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

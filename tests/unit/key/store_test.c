/* SPDX-License-Identifier: Apache-2.0 */
/* What lies on disk: versions that go back, files of others, damage, crashes between two steps. */
#include "world.h"

#define SEAL_FILE "keys/" SEAL ".key"
#define SEAL_NEW "keys/" SEAL ".new"

static void
put_back(const char *name, struct jy_buf *bytes)
{
    world_write(world_path(name), jy_buf_slice(bytes));
    jy_buf_free(bytes);
}

/* -- records -- */

/* A copy of the record from before must not undo what happened since. */
static void
record__an_older_version_put_back_is_refused(void **state)
{
    struct jy_buf order = world_order_der("o"), approval = { 0 };
    struct jy_buf old = world_read(world_path(SEAL_FILE));

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_state(SEAL, "frozen", NULL));
    put_back(SEAL_FILE, &old);
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_INTERNAL);
    assert_non_null(strstr(w.fault.text, "older"));
    world_reopen();
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_INTERNAL);
    IS(world_state(SEAL, "live", SEAL_PIN), JY_E_INTERNAL);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

/* The count of wrong PINs is not in the record: a copy of the record does not set it back. */
static void
record__a_copy_put_back_gives_no_new_tries(void **state)
{
    struct jy_buf old = world_read(world_path(SEAL_FILE));

    (void)state;
    for (int i = 0; i < 5; i++)
        IS(world_change_pin(SEAL, "wrong-Pin-1", "new-Pin-1"), JY_E_PIN_WRONG);
    world_close();
    put_back(SEAL_FILE, &old);
    OK(world_try_open());
    IS(world_change_pin(SEAL, SEAL_PIN, "new-Pin-1"), JY_E_PIN_LOCKED);
}

/* With the journal of that time as well, everything since is gone: what the room then no longer has, it says. */
static void
journal__an_older_one_put_back_beside_newer_records_is_noticed(void **state)
{
    struct jy_buf old = world_read(world_path("journal"));

    (void)state;
    OK(world_change_pin(SEAL, SEAL_PIN, "new-Pin-1"));
    world_close();
    put_back("journal", &old);
    OK(world_try_open());
    IS(world_change_pin(SEAL, "new-Pin-1", "newer-Pin-1"), JY_E_INTERNAL);
}

static void
record__of_another_key_or_cut_or_changed_or_missing_is_refused(void **state)
{
    struct jy_buf own = world_read(world_path(SEAL_FILE)), other = world_read(world_path("keys/" MAKER ".key")), part = { 0 };

    (void)state;
    world_write(world_path(SEAL_FILE), jy_buf_slice(&other));
    IS(world_state(SEAL, "frozen", NULL), JY_E_INTERNAL);
    world_write(world_path(SEAL_FILE), JY_SLICE(own.p, own.len - 1));
    IS(world_state(SEAL, "frozen", NULL), JY_E_INTERNAL);
    own.p[own.len / 2] ^= 1;
    world_write(world_path(SEAL_FILE), jy_buf_slice(&own));
    IS(world_state(SEAL, "frozen", NULL), JY_E_INTERNAL);
    own.p[own.len / 2] ^= 1;
    remove(world_path(SEAL_FILE));
    IS(world_state(SEAL, "frozen", NULL), JY_E_INTERNAL);
    world_write(world_path(SEAL_FILE), jy_buf_slice(&own));
    OK(world_state(SEAL, "frozen", NULL));
    jy_buf_free(&own);
    jy_buf_free(&other);
    jy_buf_free(&part);
}

/* Even who has the unlock secret and writes a journal that fits cannot rename a record: its id is in its wrapping. */
static void
record__its_wrapping_binds_its_id(void **state)
{
    struct jy_buf other = world_read(world_path("keys/" MAKER ".key"));
    struct jy_entry entry = { .kind = JY_ENTRY_RECORD, .time = w.now, .id = SEAL };
    struct jy_key_record record;

    (void)state;
    OK(jy_sm3(jy_buf_slice(&other), entry.digest));
    OK(jy_vault_commit(&w.room.vault, &entry, true, NULL));
    put_back(SEAL_FILE, &other);
    IS(jy_vault_load(&w.room.vault, SEAL, &record, &w.fault), JY_E_INTERNAL);
    jy_record_free(&record);
}

/* -- a crash between the steps of a save -- */

static void
save__a_version_that_the_journal_names_is_valid_before_it_is_renamed(void **state)
{
    struct jy_buf old = world_read(world_path(SEAL_FILE)), new;

    (void)state;
    OK(world_change_pin(SEAL, SEAL_PIN, "new-Pin-1"));
    world_close();
    new = world_read(world_path(SEAL_FILE));
    put_back(SEAL_NEW, &new);
    put_back(SEAL_FILE, &old);
    OK(world_try_open());
    OK(world_change_pin(SEAL, "new-Pin-1", "newer-Pin-1"));
    assert_int_equal(access(world_path(SEAL_NEW), F_OK), -1);
}

static void
save__a_version_that_the_journal_does_not_name_never_was(void **state)
{
    struct jy_buf old = world_read(world_path(SEAL_FILE)), journal = world_read(world_path("journal")), new;

    (void)state;
    OK(world_state(SEAL, "frozen", NULL));
    world_close();
    new = world_read(world_path(SEAL_FILE));
    put_back(SEAL_NEW, &new);
    put_back(SEAL_FILE, &old);
    put_back("journal", &journal);
    OK(world_try_open());
    OK(world_change_pin(SEAL, SEAL_PIN, "new-Pin-1"));
    OK(world_state(SEAL, "frozen", NULL));
}

/* -- the journal as a file -- */

static void
journal__a_torn_last_entry_is_cut_off_at_every_length(void **state)
{
    struct jy_buf before, after;
    uint32_t found;

    (void)state;
    OK(world_settle("first", 1, &found, NULL));
    before = world_read(world_path("journal"));
    OK(world_settle("last", 1, &found, NULL));
    world_close();
    after = world_read(world_path("journal"));
    for (size_t len = before.len; len < after.len; len++) {
        world_write(world_path("journal"), JY_SLICE(after.p, len));
        OK(world_try_open());
        assert_int_equal(w.room.vault.cut, len - before.len);
        assert_true(jy_vault_order_row(&w.room.vault, "first")->abandoned);
        assert_null(jy_vault_order_row(&w.room.vault, "last"));
        OK(world_settle("last", 1, &found, NULL));                  /* and it goes on from there */
        world_reopen();
        assert_int_equal(w.room.vault.cut, 0);
        assert_true(jy_vault_order_row(&w.room.vault, "last")->abandoned);
        world_close();
    }
    memcpy(after.p + before.len, "\x00\xFF\xFF\xFF\xFF\x00\x00\x00", 8);   /* longer than any entry: nothing of ours, torn or not */
    world_write(world_path("journal"), jy_buf_slice(&after));
    IS(world_try_open(), JY_E_INTERNAL);
    memset(after.p + before.len, 0, after.len - before.len);        /* space that was never filled */
    world_write(world_path("journal"), jy_buf_slice(&after));
    OK(world_try_open());
    assert_int_equal(w.room.vault.cut, after.len - before.len);
    jy_buf_free(&before);
    jy_buf_free(&after);
}

static void
journal__a_changed_byte_anywhere_refuses_the_start(void **state)
{
    struct jy_buf order = world_order_der("o"), approval = { 0 }, journal;

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL));
    world_close();
    journal = world_read(world_path("journal"));
    for (size_t i = 0; i < journal.len; i++) {
        journal.p[i] ^= (uint8_t)(1u << i % 8);
        world_write(world_path("journal"), jy_buf_slice(&journal));
        IS(world_try_open(), JY_E_INTERNAL);
        journal.p[i] ^= (uint8_t)(1u << i % 8);
    }
    assert_non_null(strstr(w.fault.text, "damaged at byte"));
    put_back("journal", &journal);
    OK(world_try_open());
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

static void
journal__an_entry_taken_out_doubled_or_moved_refuses_the_start(void **state)
{
    struct jy_buf journal, forged = { 0 };
    uint64_t at[3];
    uint32_t found;

    (void)state;
    for (int i = 0; i < 3; i++) {
        char id[8];
        snprintf(id, sizeof(id), "o%d", i);
        at[i] = w.room.vault.journal.end;
        OK(world_settle(id, 1, &found, NULL));
    }
    world_close();
    journal = world_read(world_path("journal"));
    OK(jy_buf_add(&forged, JY_SLICE(journal.p, at[1])));            /* the second taken out */
    OK(jy_buf_add(&forged, JY_SLICE(journal.p + at[2], journal.len - at[2])));
    world_write(world_path("journal"), jy_buf_slice(&forged));
    IS(world_try_open(), JY_E_INTERNAL);
    forged.len = 0;
    OK(jy_buf_add(&forged, jy_buf_slice(&journal)));                /* the last once more */
    OK(jy_buf_add(&forged, JY_SLICE(journal.p + at[2], journal.len - at[2])));
    world_write(world_path("journal"), jy_buf_slice(&forged));
    IS(world_try_open(), JY_E_INTERNAL);
    jy_buf_free(&journal);
    jy_buf_free(&forged);
}

static void
journal__an_entry_changed_under_the_running_process_is_noticed(void **state)
{
    struct jy_buf order = world_order_der("o"), approval = { 0 };
    uint8_t byte;
    uint64_t at;
    int fd;

    (void)state;
    OK(world_approve(APPROVER, APPROVER_PIN, jy_buf_slice(&order), &approval));
    OK(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL));
    at = jy_vault_order_row(&w.room.vault, "o")->stamped_at + 200;
    fd = open(world_path("journal"), O_RDWR);
    assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
    close(fd);
    IS(world_stamp(SEAL_PIN, jy_buf_slice(&order), jy_buf_slice(&approval), NULL), JY_E_INTERNAL);
    jy_buf_free(&order);
    jy_buf_free(&approval);
}

/* -- starting -- */

static void
start__a_second_process_is_refused(void **state)
{
    struct jy_key_setup setup = { .dir = w.dir, .unlock_file = w.unlock, .seal_vendor = "JINYIN", .pin_retries = 5, .pin_max_days = 90, .hold_officers = 2,
                                  .stretch = world_stretch, .clock = world_clock };
    struct jy_key_room second;

    (void)state;
    IS(jy_key_open(&second, &setup, &w.fault), JY_E_UNAVAILABLE);
    jy_key_close(&second);
}

/* Nothing is made anew where something was lost. */
static void
start__a_missing_or_foreign_part_is_refused(void **state)
{
    struct jy_buf secret = world_read(w.unlock), journal = world_read(world_path("journal"));

    (void)state;
    world_close();
    remove(w.unlock);
    IS(world_try_open(), JY_E_INTERNAL);
    assert_int_equal(access(w.unlock, F_OK), -1);
    secret.p[0] ^= 1;
    world_write(w.unlock, jy_buf_slice(&secret));
    IS(world_try_open(), JY_E_INTERNAL);
    secret.p[0] ^= 1;
    world_write(w.unlock, JY_SLICE(secret.p, 31));
    IS(world_try_open(), JY_E_INTERNAL);
    world_write(w.unlock, jy_buf_slice(&secret));
    remove(world_path("journal"));
    IS(world_try_open(), JY_E_INTERNAL);
    assert_int_equal(access(world_path("journal"), F_OK), -1);
    world_write(world_path("journal"), JY_EMPTY);
    IS(world_try_open(), JY_E_INTERNAL);
    put_back("journal", &journal);
    OK(world_try_open());
    jy_buf_free(&secret);
}

static void
start__files_that_others_may_read_are_refused(void **state)
{
    (void)state;
    world_close();
    assert_int_equal(chmod(w.unlock, 0640), 0);
    IS(world_try_open(), JY_E_ARGUMENT);
    assert_int_equal(chmod(w.unlock, 0600), 0);
    assert_int_equal(chmod(w.dir, 0750), 0);
    IS(world_try_open(), JY_E_ARGUMENT);
    assert_int_equal(chmod(w.dir, 0700), 0);
    OK(world_try_open());
}

static void
start__settings_out_of_range_are_refused(void **state)
{
    struct jy_key_setup setup = { .dir = w.dir, .unlock_file = w.unlock, .seal_vendor = "JINYIN", .pin_retries = 0, .pin_max_days = 90, .hold_officers = 2,
                                  .stretch = world_stretch, .clock = world_clock };
    struct jy_key_room room;

    (void)state;
    world_close();
    IS(jy_key_open(&room, &setup, &w.fault), JY_E_ARGUMENT);
    jy_key_close(&room);
    setup.pin_retries = 11;
    IS(jy_key_open(&room, &setup, &w.fault), JY_E_ARGUMENT);
    jy_key_close(&room);
    setup.pin_retries = 5;
    setup.seal_vendor = "";
    IS(jy_key_open(&room, &setup, &w.fault), JY_E_ARGUMENT);
    jy_key_close(&room);
}

/* The point that people seal their PINs to is the same after a restart. */
static void
start__the_sealing_point_and_the_data_key_stay(void **state)
{
    uint8_t first[32], again[32], point[JY_SM2_POINT_SIZE], point_again[JY_SM2_POINT_SIZE];

    (void)state;
    OK(jy_vault_derive(&w.room.vault, "jinyin personal data 1", first));
    OK(jy_sm2_point(w.point, point));
    world_reopen();
    world_learn_point();
    OK(jy_vault_derive(&w.room.vault, "jinyin personal data 1", again));
    OK(jy_sm2_point(w.point, point_again));
    assert_memory_equal(first, again, sizeof(first));
    assert_memory_equal(point, point_again, sizeof(point));
}

/* -- the table in memory -- */

static void
table__finds_every_id_of_many_and_no_other(void **state)
{
    struct jy_table table;
    char id[JY_ID_SIZE];

    (void)state;
    jy_table_start(&table, sizeof(struct jy_order_row), 42);
    assert_null(jy_table_find(&table, "x"));
    for (uint64_t i = 0; i < 5000; i++) {
        snprintf(id, sizeof(id), "order-%llu", (unsigned long long)i);
        OK(jy_table_reserve(&table));
        ((struct jy_order_row *)jy_table_add(&table, id))->stamped_at = i;
        assert_ptr_equal(jy_table_add(&table, id), jy_table_find(&table, id));
    }
    assert_int_equal(table.count, 5000);
    for (uint64_t i = 0; i < 5000; i++) {
        snprintf(id, sizeof(id), "order-%llu", (unsigned long long)i);
        assert_true(((struct jy_order_row *)jy_table_find(&table, id))->stamped_at == i);
    }
    assert_null(jy_table_find(&table, "order-5000"));
    assert_null(jy_table_find(&table, ""));
    jy_table_free(&table);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIVE(record__an_older_version_put_back_is_refused),
        LIVE(record__a_copy_put_back_gives_no_new_tries),
        LIVE(journal__an_older_one_put_back_beside_newer_records_is_noticed),
        LIVE(record__of_another_key_or_cut_or_changed_or_missing_is_refused),
        LIVE(record__its_wrapping_binds_its_id),
        LIVE(save__a_version_that_the_journal_names_is_valid_before_it_is_renamed),
        LIVE(save__a_version_that_the_journal_does_not_name_never_was),
        LIFE(journal__a_torn_last_entry_is_cut_off_at_every_length),
        LIVE(journal__a_changed_byte_anywhere_refuses_the_start),
        LIFE(journal__an_entry_taken_out_doubled_or_moved_refuses_the_start),
        LIVE(journal__an_entry_changed_under_the_running_process_is_noticed),
        LIFE(start__a_second_process_is_refused),
        LIVE(start__a_missing_or_foreign_part_is_refused),
        LIFE(start__files_that_others_may_read_are_refused),
        LIFE(start__settings_out_of_range_are_refused),
        LIFE(start__the_sealing_point_and_the_data_key_stay),
        cmocka_unit_test(table__finds_every_id_of_many_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of the key store while it is written, and from what a crash leaves. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "care/backup.h"
#include "daemons/key/vault.h"

#define KEYS 3
#define COPIES 40

struct world {
    char folder[64], keys[96], unlock[96];
    struct jy_vault vault;
    pthread_t thread;
    atomic_bool over;
    atomic_int failed;
};

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind, (void)ftw;
    return remove(path);
}

static int
begin(void **state)
{
    struct world *w = calloc(1, sizeof(*w));

    strcpy(w->folder, "/tmp/jycareXXXXXX");
    assert_non_null(mkdtemp(w->folder));
    snprintf(w->keys, sizeof(w->keys), "%s/key", w->folder);
    snprintf(w->unlock, sizeof(w->unlock), "%s/unlock.secret", w->folder);
    assert_int_equal(jy_vault_open(&w->vault, w->keys, w->unlock, NULL), JY_OK);
    *state = w;
    return 0;
}

static int
end(void **state)
{
    struct world *w = *state;

    jy_vault_close(&w->vault);
    nftw(w->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(w);
    return 0;
}

/* A version of a key: its organization is the number. */
static jy_err
save(struct world *w, int key, int version)
{
    struct jy_key_record record = { .kind = JY_KEY_MAKER, .state = JY_KEY_USABLE };
    jy_err rc;

    snprintf(record.key_id, sizeof(record.key_id), "key-%d", key);
    snprintf(record.organization, sizeof(record.organization), "%d", version);
    rc = jy_vault_save(&w->vault, &record, "test", NULL, 1000000000 + version, NULL);
    jy_record_free(&record);
    return rc;
}

static void *
save_for_ever(void *arg)
{
    struct world *w = arg;

    for (int version = 1; !w->over; version++)
        for (int key = 0; key < KEYS; key++)
            w->failed += save(w, key, version) != JY_OK;
    return NULL;
}

/* Opens a copy under the same secret and loads every key of it; the sum of their versions, -1 when one does not fit. */
static int
versions_in(struct world *w, const char *copy)
{
    struct jy_vault vault;
    int sum = 0;

    assert_int_equal(jy_vault_open(&vault, copy, w->unlock, NULL), JY_OK);
    for (int key = 0; key < KEYS && sum >= 0; key++) {
        struct jy_key_record record = { 0 };
        char id[16];
        snprintf(id, sizeof(id), "key-%d", key);
        sum = jy_vault_load(&vault, id, &record, NULL) == JY_OK ? sum + atoi(record.organization) : -1;
        jy_record_free(&record);
    }
    jy_vault_close(&vault);
    return sum;
}

static void
copy__taken_while_every_key_changes_is_of_one_moment(void **state)
{
    struct world *w = *state;
    char copy[128];
    int last = 0;

    for (int key = 0; key < KEYS; key++)
        assert_int_equal(save(w, key, 0), JY_OK);
    assert_int_equal(pthread_create(&w->thread, NULL, save_for_ever, w), 0);
    for (int i = 0; i < COPIES; i++) {
        int sum;
        snprintf(copy, sizeof(copy), "%s/copy-%d", w->folder, i);
        assert_int_equal(care_keys_copy(w->keys, copy, NULL), JY_OK);
        sum = versions_in(w, copy);
        assert_true(sum >= last);        /* whole, and never older than the copy before */
        last = sum;
    }
    w->over = true;
    pthread_join(w->thread, NULL);
    assert_int_equal(w->failed, 0);
    assert_true(last > 0);
}

static void
copy__of_a_version_that_a_crash_left_under_its_new_name_is_whole(void **state)
{
    struct world *w = *state;
    char old[128], fresh[128], copy[128];

    for (int key = 0; key < KEYS; key++)
        assert_int_equal(save(w, key, 5), JY_OK);
    snprintf(old, sizeof(old), "%s/keys/key-0.key", w->keys);
    snprintf(fresh, sizeof(fresh), "%s/keys/key-0.new", w->keys);
    snprintf(copy, sizeof(copy), "%s/copy", w->folder);
    assert_int_equal(rename(old, fresh), 0);
    assert_int_equal(care_keys_copy(w->keys, copy, NULL), JY_OK);
    assert_int_equal(versions_in(w, copy), 15);
}

static void
copy__without_the_torn_end_that_a_crash_left_is_whole(void **state)
{
    struct world *w = *state;
    char path[128], copy[128];
    int fd;

    for (int key = 0; key < KEYS; key++)
        assert_int_equal(save(w, key, 2), JY_OK);
    snprintf(path, sizeof(path), "%s/journal", w->keys);
    snprintf(copy, sizeof(copy), "%s/copy", w->folder);
    fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "\0\0\1", 3), 3);
    close(fd);
    assert_int_equal(care_keys_copy(w->keys, copy, NULL), JY_OK);
    assert_int_equal(versions_in(w, copy), 6);
}

static void
copy__of_a_key_that_is_not_what_the_journal_names_is_refused(void **state)
{
    struct world *w = *state;
    struct jy_fault fault = { 0 };
    char path[128], copy[128];
    int fd;

    assert_int_equal(save(w, 0, 1), JY_OK);
    snprintf(path, sizeof(path), "%s/keys/key-0.key", w->keys);
    snprintf(copy, sizeof(copy), "%s/copy", w->folder);
    fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    assert_int_equal(care_keys_copy(w->keys, copy, &fault), JY_E_UNAVAILABLE);
    assert_string_equal(fault.where, "key-0");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(care_keys_copy(w->keys, copy, &fault), JY_E_UNAVAILABLE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(copy__taken_while_every_key_changes_is_of_one_moment, begin, end),
        cmocka_unit_test_setup_teardown(copy__of_a_version_that_a_crash_left_under_its_new_name_is_whole, begin, end),
        cmocka_unit_test_setup_teardown(copy__without_the_torn_end_that_a_crash_left_is_whole, begin, end),
        cmocka_unit_test_setup_teardown(copy__of_a_key_that_is_not_what_the_journal_names_is_refused, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of the key store beside the room that writes it. The journal says which version of each record is valid, and a record is on disk
 * before the journal names it (vault_record.c). So: read the journal, then find for every key the file with the digest that it names; if one
 * has moved on meanwhile, begin again with the journal as it is then. Nothing is opened: this needs no secret.
 */
#include "care/backup.h"

#include "base/kill_point.h"
#include "daemons/key/journal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRIES 100
#define JOURNAL_MAX ((size_t)16 << 30)

struct key {
    char id[JY_ID_SIZE];
    uint8_t digest[JY_SM3_SIZE];      /* that the journal names */
    bool copied;                      /* the copy has it */
};

static jy_err
note(void *self, const struct jy_entry *entry, uint64_t offset)
{
    struct jy_table *keys = self;
    struct key *key;
    jy_err rc;

    (void)offset;
    if (entry->kind != JY_ENTRY_RECORD)
        return JY_OK;
    if (!jy_id_is_valid(entry->id))
        return JY_E_FORMAT;
    if ((rc = jy_table_reserve(keys)) != JY_OK)
        return rc;
    key = jy_table_add(keys, entry->id);
    if (memcmp(key->digest, entry->digest, sizeof(key->digest)) != 0) {
        memcpy(key->digest, entry->digest, sizeof(key->digest));
        key->copied = false;
    }
    return JY_OK;
}

/* The file with the digest that the journal names, under either of its names. *copied is false when there is none any more. */
static jy_err
copy_key(struct key *key, const char *key_dir, const char *to, struct jy_fault *fault)
{
    static const char *const ends[] = { "key", "new" };
    char name[JY_ID_SIZE + 16], from[PATH_MAX], target[PATH_MAX];
    struct care_print print;
    jy_err rc;

    snprintf(name, sizeof(name), "keys/%s.key", key->id);
    if ((rc = care_join(target, to, name, fault)) != JY_OK)
        return rc;
    (void)!unlink(target);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && !key->copied; i++) {
        snprintf(name, sizeof(name), "keys/%s.%s", key->id, ends[i]);
        if ((rc = care_join(from, key_dir, name, fault)) != JY_OK)
            return rc;
        if ((rc = care_copy(from, target, &print, fault)) == JY_E_NOT_FOUND)
            continue;
        if (rc != JY_OK)
            return rc;
        JY_KILL_POINT(care_key_copied);
        key->copied = memcmp(print.digest, key->digest, sizeof(print.digest)) == 0;
        if (!key->copied && unlink(target) != 0)
            return jy_fail(fault, JY_E_IO, target, 0, "%s", strerror(errno));
    }
    return JY_OK;
}

/* One try. *whole is false when a key has moved on since the journal was read. */
static jy_err
copy_once(struct jy_table *keys, const char *key_dir, const char *to, bool *whole, struct jy_buf *journal, struct jy_fault *fault)
{
    char path[PATH_MAX];
    uint64_t end;
    jy_err rc;

    *whole = true;
    if ((rc = care_join(path, key_dir, "journal", fault)) != JY_OK || (rc = care_read(path, JOURNAL_MAX, journal, fault)) != JY_OK ||
        (rc = jy_journal_peek(jy_buf_slice(journal), note, keys, &end, fault)) != JY_OK)
        return rc;
    journal->len = (size_t)end;
    for (size_t i = 0; i < keys->capacity; i++) {
        struct key *key = (struct key *)(void *)(keys->rows + i * keys->row_size);
        if (key->id[0] == '\0' || key->copied)
            continue;
        if ((rc = copy_key(key, key_dir, to, fault)) != JY_OK)
            return rc;
        *whole = *whole && key->copied;
        if (!key->copied)
            jy_fail(fault, JY_E_UNAVAILABLE, key->id, 0, "no file of this key is the version that the journal names");
    }
    return JY_OK;
}

jy_err
care_keys_copy(const char *key_dir, const char *to, struct jy_fault *fault)
{
    struct jy_buf journal = { 0 };
    struct jy_table keys;
    char path[PATH_MAX];
    uint64_t seed;
    bool whole = false;
    jy_err rc;

    if ((rc = jy_random(&seed, sizeof(seed))) != JY_OK || (rc = care_join(path, to, "keys", fault)) != JY_OK ||
        (rc = care_make_folder(path, fault)) != JY_OK)
        return rc;
    jy_table_start(&keys, sizeof(struct key), seed);
    for (int try = 0; rc == JY_OK && !whole && try < TRIES; try++) {
        if (try > 0)
            usleep(20000);
        rc = copy_once(&keys, key_dir, to, &whole, &journal, fault);
    }
    if (rc == JY_OK && !whole)
        rc = JY_E_UNAVAILABLE;
    if (rc == JY_OK && (rc = care_sync_folder(path, fault)) == JY_OK && (rc = care_join(path, to, "journal", fault)) == JY_OK &&
        (rc = care_write(path, jy_buf_slice(&journal), fault)) == JY_OK)
        rc = care_sync_folder(to, fault);
    jy_table_free(&keys);
    jy_buf_free(&journal);
    return rc;
}

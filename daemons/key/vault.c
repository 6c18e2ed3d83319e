/* SPDX-License-Identifier: Apache-2.0 */
/* The vault's life and what it remembers; records are in vault_record.c. */
#include "daemons/key/vault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define JOURNAL "journal"

static jy_err
path_fault(struct jy_fault *fault, const char *path, const char *what)
{
    return jy_fail(fault, JY_E_IO, path, 0, "%s: %s", what, strerror(errno));
}

jy_err
jy_vault_derive(const struct jy_vault *vault, const char *use, uint8_t out[32])
{
    return jy_hkdf_sm3(JY_SLICE(vault->secret, sizeof(vault->secret)), JY_EMPTY, use, out, 32);
}

jy_err
jy_vault_sealing_key(const struct jy_vault *vault, struct jy_sm2 **out)
{
    uint8_t d[32];
    char use[40];
    jy_err rc = JY_E_CRYPTO;

    *out = NULL;
    for (int i = 1; i <= 8 && *out == NULL; i++) {          /* one try in 2^32 is out of the group's range */
        snprintf(use, sizeof(use), "jinyin sealing key %d", i);
        if ((rc = jy_vault_derive(vault, use, d)) != JY_OK || ((rc = jy_sm2_from_private(d, out)) != JY_OK && rc != JY_E_ARGUMENT))
            break;
    }
    jy_wipe(d, sizeof(d));
    return rc;
}

/* -- memory that follows the journal -- */

/* Room for whatever one entry may add. */
static jy_err
reserve(struct jy_vault *vault)
{
    struct jy_approval_row *approvals;
    struct jy_used_mark *used;
    jy_err rc;

    if ((rc = jy_table_reserve(&vault->key_rows)) != JY_OK || (rc = jy_table_reserve(&vault->order_rows)) != JY_OK ||
        (rc = jy_table_reserve(&vault->grant_rows)) != JY_OK)
        return rc;
    if (vault->approval_count == vault->approval_cap) {
        size_t cap = vault->approval_cap == 0 ? 64 : 2 * vault->approval_cap;
        if ((approvals = realloc(vault->approvals, cap * sizeof(*approvals))) == NULL)
            return JY_E_NOMEM;
        vault->approvals = approvals;
        vault->approval_cap = cap;
    }
    if (vault->used_count < vault->used_cap)
        return JY_OK;
    if ((used = realloc(vault->used, (vault->used_cap + 64) * sizeof(*used))) == NULL)
        return JY_E_NOMEM;
    vault->used = used;
    vault->used_cap += 64;
    return JY_OK;
}

static void
remember_mark(struct jy_vault *vault, struct jy_slice mark, jy_time now)
{
    size_t kept = 0;

    for (size_t i = 0; i < vault->used_count; i++)
        if (vault->used[i].time + JY_SECRET_MARK_LIFE >= now)
            vault->used[kept++] = vault->used[i];
    vault->used_count = kept;
    memcpy(vault->used[kept].mark, mark.p, JY_SM3_SIZE);
    vault->used[kept].time = now;
    vault->used_count++;
}

static void
remember_approval(struct jy_vault *vault, const char *id, uint64_t offset)
{
    struct jy_order_row *order = jy_table_add(&vault->order_rows, id);

    vault->approvals[vault->approval_count] = (struct jy_approval_row){ offset, order->last_approval };
    order->last_approval = ++vault->approval_count;
}

static jy_err
remember_use(struct jy_vault *vault, const struct jy_entry *entry)
{
    struct jy_grant_row *grant = jy_table_add(&vault->grant_rows, entry->id);
    struct jy_order_row *order;
    uint64_t amount = 0;

    if (entry->head.len != 8 || !jy_id_is_valid(entry->detail))
        return JY_E_FORMAT;
    for (size_t i = 0; i < entry->head.len; i++)
        amount = amount << 8 | entry->head.p[i];
    grant->count++;
    grant->amount_fen += (int64_t)amount;
    order = jy_table_add(&vault->order_rows, entry->detail);
    memcpy(order->used_by, entry->id, sizeof(order->used_by));
    return JY_OK;
}

/* A right PIN ends the row of unlockings; two votes within a day set the count back (R19.2). */
static void
remember_try(struct jy_key_row *key, const struct jy_entry *entry)
{
    if (entry->detail[0] != '\0')
        key->wrong_codes = entry->number;
    else if ((key->wrong_pins = entry->number) == 0)
        key->unlocks = 0;
}

static jy_err
remember_vote(struct jy_key_row *key, const struct jy_entry *entry, uint64_t offset)
{
    if (entry->number < JY_VOTE_COLLEAGUE || entry->number > JY_VOTE_MAKER)
        return JY_E_FORMAT;
    key->votes[entry->number - 1] = entry->time;
    key->voted_at[entry->number - 1] = offset;
    if (key->votes[0] != 0 && key->votes[1] != 0 && key->votes[0] + JY_VOTE_LIFE >= entry->time && key->votes[1] + JY_VOTE_LIFE >= entry->time) {
        key->wrong_pins = 0;
        key->unlocks++;
        key->votes[0] = key->votes[1] = 0;
    }
    return JY_OK;
}

static jy_err
follow(void *self, const struct jy_entry *entry, uint64_t offset)
{
    struct jy_vault *vault = self;
    struct jy_key_row *key;
    jy_err rc;

    if ((rc = reserve(vault)) != JY_OK)
        return rc;
    switch (entry->kind) {
    case JY_ENTRY_RECORD:
        key = jy_table_add(&vault->key_rows, entry->id);
        key->recorded = true;
        memcpy(key->digest, entry->digest, sizeof(key->digest));
        if (entry->head.len == JY_SM3_SIZE)
            remember_mark(vault, entry->head, entry->time);
        if (strcmp(entry->detail, "hand-over") == 0)
            key->wrong_codes = 0;
        return JY_OK;
    case JY_ENTRY_TRY:
        remember_try(jy_table_add(&vault->key_rows, entry->id), entry);
        return JY_OK;
    case JY_ENTRY_APPROVE:
        remember_approval(vault, entry->id, offset);
        return JY_OK;
    case JY_ENTRY_STAMP:
        ((struct jy_order_row *)jy_table_add(&vault->order_rows, entry->id))->stamped_at = offset;
        return JY_OK;
    case JY_ENTRY_ABANDON:
        ((struct jy_order_row *)jy_table_add(&vault->order_rows, entry->id))->abandoned = true;
        return JY_OK;
    case JY_ENTRY_USE:
        return remember_use(vault, entry);
    case JY_ENTRY_UNLOCK:
        if (entry->head.len == JY_SM3_SIZE)
            remember_mark(vault, entry->head, entry->time);
        return remember_vote(jy_table_add(&vault->key_rows, entry->id), entry, offset);
    }
    return JY_E_UNSUPPORTED;
}

jy_err
jy_vault_commit(struct jy_vault *vault, const struct jy_entry *entry, bool durable, struct jy_fault *fault)
{
    jy_err rc = reserve(vault);        /* before it is on disk: afterwards nothing may fail */

    return rc == JY_OK ? jy_journal_append(&vault->journal, entry, durable, fault) : rc;
}

const struct jy_key_row *
jy_vault_key_row(const struct jy_vault *vault, const char *key_id)
{
    return jy_table_find(&vault->key_rows, key_id);
}

const struct jy_order_row *
jy_vault_order_row(const struct jy_vault *vault, const char *order_id)
{
    return jy_table_find(&vault->order_rows, order_id);
}

const struct jy_grant_row *
jy_vault_grant_row(const struct jy_vault *vault, const char *grant_id)
{
    return jy_table_find(&vault->grant_rows, grant_id);
}

bool
jy_vault_mark_is_used(const struct jy_vault *vault, const uint8_t mark[JY_SM3_SIZE])
{
    for (size_t i = 0; i < vault->used_count; i++)
        if (memcmp(vault->used[i].mark, mark, JY_SM3_SIZE) == 0)
            return true;
    return false;
}

/* -- the unlock secret -- */

static jy_err
sync_folder_of(const char *path, struct jy_fault *fault)
{
    const char *slash = strrchr(path, '/');
    char folder[4096];
    int fd;
    jy_err rc = JY_OK;

    if (slash == NULL)
        snprintf(folder, sizeof(folder), ".");
    else
        snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) + 1, path);
    if ((fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 || fsync(fd) != 0)
        rc = path_fault(fault, folder, "cannot be made durable");
    if (fd >= 0)
        close(fd);
    return rc;
}

static jy_err
make_secret(const char *path, struct jy_fault *fault)
{
    uint8_t secret[32];
    char fresh[4096];
    int fd;
    jy_err rc;

    if (strlen(path) + 5 > sizeof(fresh))
        return jy_fail(fault, JY_E_ARGUMENT, "key_unlock_file", 0, "is too long");
    snprintf(fresh, sizeof(fresh), "%s.new", path);
    if ((rc = jy_random(secret, sizeof(secret))) != JY_OK)
        return rc;
    if ((fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0 ||
        write(fd, secret, sizeof(secret)) != (ssize_t)sizeof(secret) || fsync(fd) != 0 || rename(fresh, path) != 0)
        rc = path_fault(fault, path, "cannot be made");
    if (fd >= 0)
        close(fd);
    jy_wipe(secret, sizeof(secret));
    return rc == JY_OK ? sync_folder_of(path, fault) : rc;
}

jy_err
jy_secret_file(const char *path, uint8_t secret[32], struct jy_fault *fault)
{
    struct stat st;
    jy_err rc = JY_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 || fstat(fd, &st) != 0)
        rc = path_fault(fault, path, "cannot be read");
    else if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        rc = jy_fail(fault, JY_E_ARGUMENT, path, 0, "others may read it; chmod 600, and think who has");
    else if (st.st_size != 32 || read(fd, secret, 32) != 32)
        rc = jy_fail(fault, JY_E_INTERNAL, path, 0, "is not 32 bytes");
    if (fd >= 0)
        close(fd);
    return rc;
}

/* -- opening -- */

static jy_err
open_folder(int at, const char *path, int *out, struct jy_fault *fault)
{
    struct stat st;

    if (mkdirat(at, path, 0700) != 0 && errno != EEXIST)
        return path_fault(fault, path, "cannot be made");
    if ((*out = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) < 0 || fstat(*out, &st) != 0)
        return path_fault(fault, path, "cannot be opened");
    if ((st.st_mode & 077) != 0)
        return jy_fail(fault, JY_E_ARGUMENT, path, 0, "others may enter it; chmod 700");
    return JY_OK;
}

static jy_err
has_keys(const struct jy_vault *vault, bool *out)
{
    int fd = openat(vault->keys, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);

    if (list == NULL) {
        if (fd >= 0)
            close(fd);
        return JY_E_IO;
    }
    *out = false;
    for (const struct dirent *e; !*out && (e = readdir(list)) != NULL;)
        *out = e->d_name[0] != '.';
    closedir(list);
    return JY_OK;
}

/* A vault is made only where nothing of one is left: what is missing beside other parts was lost, and a new one would hide that. */
static jy_err
make_missing(struct jy_vault *vault, const char *unlock_file, struct jy_fault *fault)
{
    bool secret = access(unlock_file, F_OK) == 0, journal = faccessat(vault->dir, JOURNAL, F_OK, 0) == 0, keys;
    uint8_t key[32];
    jy_err rc;

    if ((rc = has_keys(vault, &keys)) != JY_OK)
        return path_fault(fault, "keys", "cannot be listed");
    if (!secret && (journal || keys))
        return jy_fail(fault, JY_E_INTERNAL, unlock_file, 0, "is missing, but there are keys under it; put it back");
    if (!journal && keys)
        return jy_fail(fault, JY_E_INTERNAL, "journal", 0, "is missing, but there are keys; restore it with them");
    if (!secret && (rc = make_secret(unlock_file, fault)) != JY_OK)
        return rc;
    if ((rc = jy_secret_file(unlock_file, vault->secret, fault)) != JY_OK || journal)
        return rc;
    if ((rc = jy_vault_derive(vault, "jinyin journal 1", key)) == JY_OK &&
        (rc = jy_journal_create(vault->dir, JOURNAL, key, fault)) == JY_OK && fsync(vault->dir) != 0)
        rc = path_fault(fault, "key_dir", "cannot be made durable");
    jy_wipe(key, sizeof(key));
    return rc;
}

jy_err
jy_vault_open(struct jy_vault *vault, const char *dir, const char *unlock_file, struct jy_fault *fault)
{
    uint8_t key[32] = { 0 };
    uint64_t seed;
    jy_err rc;

    *vault = (struct jy_vault){ .dir = -1, .keys = -1, .journal = { .fd = -1 } };
    if ((rc = jy_random(&seed, sizeof(seed))) != JY_OK)
        return rc;
    jy_table_start(&vault->key_rows, sizeof(struct jy_key_row), seed);
    jy_table_start(&vault->order_rows, sizeof(struct jy_order_row), seed);
    jy_table_start(&vault->grant_rows, sizeof(struct jy_grant_row), seed);
    if ((rc = open_folder(AT_FDCWD, dir, &vault->dir, fault)) != JY_OK ||
        (rc = open_folder(vault->dir, "keys", &vault->keys, fault)) != JY_OK || (rc = make_missing(vault, unlock_file, fault)) != JY_OK ||
        (rc = jy_vault_derive(vault, "jinyin journal 1", key)) != JY_OK)
        goto out;
    rc = jy_journal_open(&vault->journal, vault->dir, JOURNAL, key, follow, vault, &vault->cut, fault);
out:
    jy_wipe(key, sizeof(key));
    return rc;
}

void
jy_vault_close(struct jy_vault *vault)
{
    jy_journal_close(&vault->journal);
    jy_table_free(&vault->key_rows);
    jy_table_free(&vault->order_rows);
    jy_table_free(&vault->grant_rows);
    free(vault->approvals);
    free(vault->used);
    if (vault->keys >= 0)
        close(vault->keys);
    if (vault->dir >= 0)
        close(vault->dir);
    jy_wipe(vault, sizeof(*vault));
    vault->dir = vault->keys = -1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* fsck.h: do the database, the documents, the key journal and the audit record tell one story? Nothing is changed. */
#ifndef JY_CARE_FSCK_H
#define JY_CARE_FSCK_H

#include "care/backup.h"
#include "daemons/key/vault.h"
#include "store/db.h"

#define CARE_RESTORED "restored"      /* in web_dir: a line "BEGUN FINISHED" for each backup that was put back here */
#define CARE_RESTORED_MAX 64

struct fsck {
    const struct care_site *site;
    struct db *db;
    char blobs[PATH_MAX];
    unsigned problems;
    /* A copy of the key store, opened. It is always made after what it is compared with was read. */
    char copy[PATH_MAX];
    struct jy_vault vault;
    bool vault_open;
    /* Orders stamped while a backup was taken that was put back since: the database need not know them. */
    struct { jy_time begun, finished; } restored[CARE_RESTORED_MAX];
    size_t restored_count;
};

/** One line on standard output, counted. */
void fsck_found(struct fsck *f, const char *what, const char *id, const char *format, ...) JY_PRINTF(4, 5);
/** What a check looked at, when nothing else was said of it. */
void fsck_good(const struct fsck *f, unsigned problems_before, const char *what, uint64_t count);

/* fsck_key.c */
/** A fresh copy of the key store in place of the one before; a problem when it cannot be opened. False then. */
bool fsck_vault(struct fsck *f);
void fsck_vault_close(struct fsck *f);
/** Records against journal and the other way round; every key record against the journal. */
JY_CHECK jy_err fsck_keys(struct fsck *f, struct jy_fault *fault);

/** All of it; what is found goes to standard output. Errors: what kept it from looking. */
JY_CHECK jy_err care_fsck(const struct care_site *site, unsigned *problems, struct jy_fault *fault);

#endif

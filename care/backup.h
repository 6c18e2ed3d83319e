/* SPDX-License-Identifier: Apache-2.0 */
/* backup.h: a service's data in one folder, taken while it runs, and put back. */
#ifndef JY_CARE_BACKUP_H
#define JY_CARE_BACKUP_H

#include "care/manifest.h"

#define CARE_DATABASE "store/jinyin.db"
#define CARE_DUMP "store/jinyin.dump"

/**
 * The key store as of one moment into a new folder: the journal, and of every key the version that this journal names. The key room may go
 * on meanwhile. Errors: JY_E_UNAVAILABLE it changed faster than it could be copied; JY_E_FORMAT damage; JY_E_IO.
 */
JY_CHECK jy_err care_keys_copy(const char *key_dir, const char *to, struct jy_fault *fault);

/** May an order in this state still be stamped? */
bool care_order_is_open(const char *state);

/** PostgreSQL: pg_dump into a new file, pg_restore into an empty database, as its owner. Errors: JY_E_IO with the program's words. */
JY_CHECK jy_err care_dump(const char *owner, const char *to, struct jy_fault *fault);
JY_CHECK jy_err care_undump(const char *owner, const char *from, struct jy_fault *fault);

/**
 * A backup into a folder that is new or empty. Database first, key store after it: what is recorded as stamped has its entry in the key
 * journal, never the other way round. Blobs before and after the database. The manifest comes last.
 */
JY_CHECK jy_err care_backup(const struct care_site *site, const char *folder, struct jy_fault *fault);
/** Everything that the manifest names is there and has its digest. The caller frees *out, also after an error. */
JY_CHECK jy_err care_backup_check(const char *folder, struct care_manifest *out, struct jy_fault *fault);

/**
 * A backup back into the empty places of a site that does not run and whose unlock secret is in its place. What was open when the backup
 * was taken is abandoned in the key journal: whether it was stamped since, nobody knows. Ends with a full fsck. *problems counts what that found.
 */
JY_CHECK jy_err care_restore(const struct care_site *site, const char *folder, unsigned *problems, struct jy_fault *fault);

#endif

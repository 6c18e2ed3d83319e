/* SPDX-License-Identifier: Apache-2.0 */
/* Migrations run forward only, in order, each once; what was carried out must be what is compiled in. */
#include "store/tx.h"

#include <string.h>

static jy_err
compare(void *arg, int number, const char *digest, struct jy_fault *fault)
{
    size_t *done = arg;

    if (number < 1 || (size_t)number > db_migration_count)
        return jy_fail(fault, JY_E_UNSUPPORTED, "schema_migration", 0, "the store has migration %d, this program knows %zu: it is too old",
                       number, db_migration_count);
    if ((size_t)number != *done + 1)
        return jy_fail(fault, JY_E_BAD_STATE, db_migrations[*done].file, 0, "the store has migration %d and not this one", number);
    if (strcmp(digest, db_migrations[*done].digest) != 0)
        return jy_fail(fault, JY_E_BAD_STATE, db_migrations[*done].file, 0, "carried out with digest %s, this program has %s",
                       digest, db_migrations[*done].digest);
    ++*done;
    return JY_OK;
}

jy_err
db_migrate(struct db_tx *tx, struct jy_fault *fault)
{
    size_t done = 0;
    jy_err rc = tx->driver->history(tx->conn, compare, &done, fault);

    while (rc == JY_OK && done < db_migration_count)
        rc = tx->driver->migrate(tx->conn, &db_migrations[done++], fault);
    return rc;
}

jy_err
db_check_migrated(struct db_tx *tx, struct jy_fault *fault)
{
    size_t done = 0;
    jy_err rc = tx->driver->history(tx->conn, compare, &done, fault);

    if (rc == JY_OK && done < db_migration_count)
        rc = jy_fail(fault, JY_E_BAD_STATE, db_migrations[done].file, 0, "is not carried out yet: run `jinyin migrate` as the owner of the schema");
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* tx.h: inside the store: one connection with its prepared statements, and the migrations. Others include db.h. */
#ifndef JY_STORE_TX_H
#define JY_STORE_TX_H

#include "store/db.h"
#include "store/driver.h"

/** A connection is a transaction whenever something runs on it. Zero-initialise; one thread at a time. */
struct db_tx {
    const struct db_driver *driver;
    enum db_side side;           /* statements of others are refused */
    struct db_conn *conn;
    struct db_row **idle;        /* by statement: prepared and not in use, a list, for a statement may run inside itself */
    struct db_row *in_use;
    struct db_row *nomem;        /* what db_begin gives when there is no memory for a row */
};

JY_CHECK jy_err db_tx_open(struct db_tx *tx, const struct db_driver *driver, const char *path, enum db_side side, bool writes, struct jy_fault *fault);
/** Prepare every statement of its side once. Errors: the engine's, fault->where names the statement; a result with two columns of one name. */
JY_CHECK jy_err db_tx_prepare(struct db_tx *tx, struct jy_fault *fault);
/** End the rows that a function left open. */
void db_tx_end_rows(struct db_tx *tx);
/** A closed tx is ready to be opened again. */
void db_tx_close(struct db_tx *tx);

/**
 * Carry out what is missing. Errors: JY_E_UNSUPPORTED for a store that is newer than the program or foreign, JY_E_BAD_STATE when a
 * migration carried out is not the one compiled in; the engine's for a migration that fails, which leaves nothing.
 */
JY_CHECK jy_err db_migrate(struct db_tx *tx, struct jy_fault *fault);
/** The same check, but what is missing is refused: JY_E_BAD_STATE. */
JY_CHECK jy_err db_check_migrated(struct db_tx *tx, struct jy_fault *fault);

/** A bug of the caller: say it and abort. */
_Noreturn void db_bug(const char *statement, const char *fmt, ...) JY_PRINTF(2, 3);

#endif

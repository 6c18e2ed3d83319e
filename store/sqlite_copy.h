/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_copy.h: inside the store; others include db.h. Paths are files; errors are JY_E_IO. */
#ifndef JY_STORE_SQLITE_COPY_H
#define JY_STORE_SQLITE_COPY_H

#include <jinyin/base.h>

/** A consistent copy into a new file, checked and on disk when this returns. The writer may go on meanwhile. */
JY_CHECK jy_err db_sqlite_copy(const char *path, const char *to, struct jy_fault *fault);
/** Pages, indexes and keys. */
JY_CHECK jy_err db_sqlite_check(const char *path, struct jy_fault *fault);

#endif

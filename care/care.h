/* SPDX-License-Identifier: Apache-2.0 */
/*
 * care.h: what an operator does to a service's data: `jinyin migrate`, `backup`, `restore`, `fsck`, all by the program jinyin-care, so that
 * the tool that verifies documents carries neither an SQL engine nor the key store's formats.
 */
#ifndef JY_CARE_H
#define JY_CARE_H

#include <jinyin/base.h>
#include <jinyin/crypto.h>

#include "store/db.h"

#include <limits.h>

/** Where a service's data lie: from its configuration. */
struct care_site {
    char web_dir[PATH_MAX], key_dir[PATH_MAX], unlock_file[PATH_MAX], data_dir[PATH_MAX];
    char place[PATH_MAX];         /* of the database, as db_open takes it */
    bool served;                  /* PostgreSQL */
    const char *owner;            /* PostgreSQL: the place with the schema owner's words, or NULL */
    const char *role;             /* PostgreSQL: the role that serves */
    enum db_side side;            /* which node the configuration is of (N7): the role gets that node's rights */
};
/** Read the configuration. Errors: as jy_config_read; JY_E_IO. */
JY_CHECK jy_err care_site_read(const char *config, struct care_site *out, struct jy_fault *fault);

#endif

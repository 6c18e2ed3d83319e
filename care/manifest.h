/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest.h: what a backup consists of. Text, one thing a line, written last: a folder without it is no backup.
 *
 *   jinyin-backup 1
 *   begun 2026-11-26T02:41:00Z
 *   finished 2026-11-26T02:41:09Z
 *   version 0.1.0
 *   engine sqlite
 *   file SM3 SIZE PATH            as many as there are files, sorted by path
 *   end SM3                       of everything before this line
 */
#ifndef JY_CARE_MANIFEST_H
#define JY_CARE_MANIFEST_H

#include "care/file.h"

#define CARE_PATH_SIZE 160        /* of a file's path in a backup, with its NUL */
#define CARE_MANIFEST_MAX (1u << 30) /* bytes */

struct care_file {
    char path[CARE_PATH_SIZE];    /* store/jinyin.db, key/keys/ID.key, blobs/ab/abcd… */
    struct care_print print;
};
struct care_manifest {
    jy_time begun, finished;
    bool postgres;
    struct care_file *files;
    size_t count, cap;
};

JY_CHECK jy_err care_manifest_add(struct care_manifest *manifest, const char *path, const struct care_print *print, struct jy_fault *fault);
/** The entry of a path, or NULL. */
const struct care_file *care_manifest_find(const struct care_manifest *manifest, const char *path);
/** Sorts the files. */
JY_CHECK jy_err care_manifest_write(struct care_manifest *manifest, struct jy_buf *out);
/**
 * Refuses whatever care_manifest_write does not write: other lines, other orders, paths that leave the backup. Errors: JY_E_FORMAT, offset the
 * line; JY_E_NOMEM. Ends in care_manifest_free, also after an error.
 */
JY_CHECK jy_err care_manifest_parse(struct jy_slice text, struct care_manifest *out, struct jy_fault *fault);
void care_manifest_free(struct care_manifest *manifest);

#endif

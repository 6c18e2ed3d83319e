/* SPDX-License-Identifier: Apache-2.0 */
/* file.h: copies that are on disk when they are told of, and their digests. Errors are JY_E_IO with the path in fault->where. */
#ifndef JY_CARE_FILE_H
#define JY_CARE_FILE_H

#include "care/care.h"

/** A digest and a size: what a file held when it was read. */
struct care_print {
    uint8_t digest[JY_SM3_SIZE];
    uint64_t size;
};

/** path = folder/name. JY_E_LIMIT when that is too long. */
JY_CHECK jy_err care_join(char out[PATH_MAX], const char *folder, const char *name, struct jy_fault *fault);
/** A folder of mode 0700, with those on the way to it. One that is there is no error. */
JY_CHECK jy_err care_make_folder(const char *path, struct jy_fault *fault);
/** True for a folder without entries, and for nothing at all. */
bool care_is_empty(const char *path);
/** A new file of mode 0600 with the bytes of another, synced; *print is of what was written. JY_E_NOT_FOUND when there is no `from`. */
JY_CHECK jy_err care_copy(const char *from, const char *to, struct care_print *print, struct jy_fault *fault);
/** A new file of these bytes, synced. */
JY_CHECK jy_err care_write(const char *to, struct jy_slice bytes, struct jy_fault *fault);
JY_CHECK jy_err care_print_of(const char *path, struct care_print *out, struct jy_fault *fault);
/** A whole file of at most `max` bytes. JY_E_LIMIT, JY_E_NOT_FOUND. */
JY_CHECK jy_err care_read(const char *path, size_t max, struct jy_buf *out, struct jy_fault *fault);
/** The names in a folder are on disk. */
JY_CHECK jy_err care_sync_folder(const char *path, struct jy_fault *fault);

/** Every document blob below web_dir/blobs: its path and the digest that its name states. fn may stop it with an error. */
typedef jy_err care_blob_fn(void *arg, const char *path, const char *hex, struct jy_fault *fault);
JY_CHECK jy_err care_blobs(const char *blobs, care_blob_fn *fn, void *arg, struct jy_fault *fault);
/** blobs/ab/abcd… */
JY_CHECK jy_err care_blob_path(char out[PATH_MAX], const char *blobs, const uint8_t digest[JY_SM3_SIZE], struct jy_fault *fault);

#endif

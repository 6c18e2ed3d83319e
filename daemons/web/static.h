/* SPDX-License-Identifier: Apache-2.0 */
/* static.h: the pages compiled into the program (tools/embed.py). */
#ifndef JY_STATIC_H
#define JY_STATIC_H

#include <stddef.h>

struct jy_static_file {
    const char *path, *type;
    const unsigned char *bytes;
    size_t len;
    const char *etag;
};
/** Ends with path NULL. */
extern const struct jy_static_file jy_static_files[];

#endif

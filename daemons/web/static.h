/* SPDX-License-Identifier: Apache-2.0 */
/* static.h: the first page, compiled into the program. The table is made from daemons/web/static/ by tools/embed.py. */
#ifndef JY_STATIC_H
#define JY_STATIC_H

#include <stddef.h>

struct jy_static_file {
    const char *path;              /* of the request, exact: "/", "/app.js" … */
    const char *type;              /* Content-Type */
    const unsigned char *bytes;
    size_t len;
    const char *etag;              /* with its quotes, ready for the header; changes with the bytes */
};

/** All files; ends with a row whose path is NULL. */
extern const struct jy_static_file jy_static_files[];

#endif

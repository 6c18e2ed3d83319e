/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C++ heap of a fuzz target is libc's. No source of ours is C++: what asks for it is qpdf, thousands of small objects for every document, and the
 * sanitizer's care of them took half of the time of the target `pdf`. What C code asks for stays under the sanitizer; in the unit tests all of it does.
 */
#include <stdlib.h>

#define REPLACES __attribute__((visibility("default")))

void *__libc_malloc(size_t size);
void __libc_free(void *p);

/* The names of the C++ ABI: `new`, `new[]`, `delete`, `delete[]`, and the last two with a size. */
REPLACES void *_Znwm(size_t size);
REPLACES void *_Znam(size_t size);
REPLACES void _ZdlPv(void *p);
REPLACES void _ZdaPv(void *p);
REPLACES void _ZdlPvm(void *p, size_t size);
REPLACES void _ZdaPvm(void *p, size_t size);

void *
_Znwm(size_t size)
{
    void *p = __libc_malloc(size > 0 ? size : 1);

    if (p == NULL)
        abort();
    return p;
}

void *
_Znam(size_t size)
{
    return _Znwm(size);
}

void
_ZdlPv(void *p)
{
    __libc_free(p);
}

void
_ZdaPv(void *p)
{
    __libc_free(p);
}

void
_ZdlPvm(void *p, size_t size)
{
    (void)size;
    __libc_free(p);
}

void
_ZdaPvm(void *p, size_t size)
{
    (void)size;
    __libc_free(p);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A head as the HTTP library leaves it in memory, made from the text of a request: what jy_guard_read() is given. */
#ifndef JY_TEST_HEAD_H
#define JY_TEST_HEAD_H

#include <jinyin/base.h>

#include <string.h>

/**
 * Cut text (changed in place) as the library does: the first and last space of the request line, the first colon of each other
 * line, CR LF and bare LF become NULs. Copies the target into target (at least len + 1 bytes); empty when there is none.
 */
static inline void
test_head_cut(uint8_t *text, size_t len, char *target)
{
    uint8_t *line = text, *end = text + len, *first = NULL, *last = NULL;

    for (uint8_t *p = line; p < end && *p != '\n'; p++)
        if (*p == ' ') {
            first = first != NULL ? first : p;
            last = p;
        }
    *target = '\0';
    if (first != NULL && last > first) {
        size_t n = strnlen((char *)first + 1, (size_t)(last - first - 1));
        memcpy(target, first + 1, n);
        target[n] = '\0';
        *first = *last = 0;
    }
    while (line < end) {
        uint8_t *lf = memchr(line, '\n', (size_t)(end - line)), *stop = lf != NULL ? lf : end, *colon;
        if (line != text && (colon = memchr(line, ':', (size_t)(stop - line))) != NULL)
            *colon = 0;
        if (lf != NULL && lf > line && lf[-1] == '\r')
            lf[-1] = 0;
        if (lf != NULL)
            *lf = 0;
        line = stop + 1;
    }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/room/room.h"

#include "codec/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* visible has no control character and is UTF-8; only JSON's own two are left to escape. */
static size_t
quote(const char *visible, char *out, size_t size)
{
    size_t n = 0;

    for (; *visible != '\0' && n + 3 < size; visible++) {
        if (*visible == '"' || *visible == '\\')
            out[n++] = '\\';
        out[n++] = *visible;
    }
    while (n > 0 && *visible != '\0' && ((unsigned char)*visible & 0xc0) == 0x80)   /* cut between characters */
        visible--, n--;
    out[n] = '\0';
    return n;
}

void
jy_log(const char *level, const char *event, const char *fmt, ...)
{
    static const char prefix[] = "jinyin-";
    const char *room = program_invocation_short_name;
    char text[1024], visible[2048], quoted[2560], line[3072], when[21];
    va_list ap;
    int n;

    if (strncmp(room, prefix, sizeof(prefix) - 1) == 0)
        room += sizeof(prefix) - 1;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    quote(jy_text_visible(text, visible, sizeof(visible)), quoted, sizeof(quoted));
    jy_time_rfc3339(jy_now(), when);
    n = snprintf(line, sizeof(line), "{\"ts\":\"%s\",\"room\":\"%s\",\"level\":\"%s\",\"event\":\"%s\",\"text\":\"%s\"}\n", when, room,
                 level, event, quoted);
    /* One write a line: lines of several rooms do not mix in a pipe. Nobody is left to be told when it fails. */
    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        return;
}

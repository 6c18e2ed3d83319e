/* SPDX-License-Identifier: Apache-2.0 */
#include "paint.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOTS_PER_INCH "24"
#define SECONDS "20"                  /* of one file */

/* The file follows. */
static const char *const commands[PAINTERS][12] = {
    { "timeout", SECONDS, "pdftoppm", "-q", "-r", DOTS_PER_INCH, NULL },
    { "timeout", SECONDS, "mutool", "draw", "-q", "-F", "ppm", "-r", DOTS_PER_INCH, "-o", "-", NULL },
};
static const char *const differences[PAINTERS] = { "poppler shows something else than was signed", "MuPDF shows something else than was signed" };

static void
need(bool good)
{
    if (!good)
        abort();
}

/* Both exit with 1 also when they have only complained of something that they then drew. */
static void
paint_by(int painter, int in, struct jy_buf *out)
{
    int drawn = memfd_create("drawn", MFD_CLOEXEC), nothing = open("/dev/null", O_WRONLY | O_CLOEXEC), status = -1;
    posix_spawn_file_actions_t actions;
    char from[40], *argv[14];
    off_t size = 0;
    size_t n = 0;
    pid_t child;

    snprintf(from, sizeof(from), "/proc/%d/fd/%d", getpid(), in);
    for (; commands[painter][n] != NULL; n++)
        argv[n] = (char *)(uintptr_t)commands[painter][n];
    argv[n++] = from;
    argv[n] = NULL;
    need(drawn >= 0 && nothing >= 0 && posix_spawn_file_actions_init(&actions) == 0 && posix_spawn_file_actions_adddup2(&actions, drawn, 1) == 0 &&
         posix_spawn_file_actions_adddup2(&actions, nothing, 2) == 0);
    if (posix_spawnp(&child, argv[0], &actions, NULL, argv, environ) == 0 && waitpid(child, &status, 0) == child && WIFEXITED(status))
        size = lseek(drawn, 0, SEEK_END);
    if (size > 0) {
        need(jy_buf_reserve(out, (size_t)size) == JY_OK && pread(drawn, out->p, (size_t)size, 0) == size);
        out->len = (size_t)size;
    }
    posix_spawn_file_actions_destroy(&actions);
    close(nothing);
    close(drawn);
}

void
paint(struct jy_slice file, struct painting *out)
{
    int in = memfd_create("file", MFD_CLOEXEC);

    *out = (struct painting){ 0 };
    need(in >= 0 && write(in, file.p, file.len) == (ssize_t)file.len);
    for (int i = 0; i < PAINTERS; i++)
        paint_by(i, in, &out->pages[i]);
    close(in);
}

void
painting_free(struct painting *painting)
{
    for (int i = 0; i < PAINTERS; i++)
        jy_buf_free(&painting->pages[i]);
}

/* The next page: its rows of 3 * width bytes, and the rest behind them. */
static struct jy_slice
next_page(struct jy_slice *rest, size_t *width, size_t *height)
{
    char head[64];
    int len = 0;
    struct jy_slice rows;

    snprintf(head, sizeof(head), "%.*s", rest->len < sizeof(head) ? (int)rest->len : (int)sizeof(head) - 1, (const char *)rest->p);
    need(sscanf(head, "P6 %zu %zu 255%n", width, height, &len) == 2 && len > 0 && rest->len >= (size_t)len + 1 + 3 * *width * *height);
    rows = JY_SLICE(rest->p + len + 1, 3 * *width * *height);
    *rest = JY_SLICE(rows.p + rows.len, rest->len - (size_t)(rows.p + rows.len - rest->p));
    return rows;
}

static bool
same_above(struct jy_slice a, struct jy_slice b, double share)
{
    while (a.len > 0 && b.len > 0) {
        size_t sizes[2][2], above;
        struct jy_slice p = next_page(&a, &sizes[0][0], &sizes[0][1]), q = next_page(&b, &sizes[1][0], &sizes[1][1]);

        above = 3 * sizes[0][0] * (size_t)((double)sizes[0][1] * share);
        if (p.len != q.len || sizes[0][0] != sizes[1][0] || memcmp(p.p, q.p, above) != 0)
            return false;
    }
    return a.len == b.len;
}

const char *
painting_differs(const struct painting *a, const struct painting *b, double share)
{
    for (int i = 0; i < PAINTERS; i++)
        if (!same_above(jy_buf_slice(&a->pages[i]), jy_buf_slice(&b->pages[i]), share))
            return differences[i];
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin migrate, backup, restore, fsck: the program jinyin-care, beside this one or in ../libexec/jinyin. */
#include "cli/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
cmd_care(int argc, char **argv)
{
    static const char *const places[] = { "%s/jinyin-care", "%s/../libexec/jinyin/jinyin-care" };
    char self[2048], path[2200];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char **arguments = calloc((size_t)argc + 2, sizeof(*arguments));

    if (n <= 0 || arguments == NULL) {
        fprintf(stderr, "jinyin %s: %s\n", argv[0], strerror(errno));
        free(arguments);
        return EXIT_UNREADABLE;
    }
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    arguments[0] = path;
    memcpy(arguments + 1, argv, (size_t)argc * sizeof(*arguments));
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        snprintf(path, sizeof(path), places[i], self);
        execv(path, arguments);
    }
    fprintf(stderr, "jinyin %s: jinyin-care is neither beside jinyin nor in ../libexec/jinyin\n", argv[0]);
    free(arguments);
    return EXIT_UNREADABLE;
}

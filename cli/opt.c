/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
read_value(const struct opt *option, const char *text)
{
    char *end;

    errno = 0;
    switch (option->kind) {
    case OPT_TEXT:
        *(const char **)option->target = text;
        return text[0] != '\0';
    case OPT_INT: {
        long value = strtol(text, &end, 10);
        *(int *)option->target = (int)value;
        return errno == 0 && end != text && *end == '\0' && value >= 0 && value <= 1000000;
    }
    case OPT_MM: {
        double value = strtod(text, &end);
        *(double *)option->target = value;
        return errno == 0 && end != text && *end == '\0' && isfinite(value) && value >= -100000 && value <= 100000;
    }
    case OPT_TIME:
        return jy_time_parse_rfc3339(text, option->target) == JY_OK;
    case OPT_FLAG:
        break;
    }
    return false;
}

bool
ends_in(const char *name, const char *end)
{
    size_t a = strlen(name), b = strlen(end);

    return a > b && strcasecmp(name + a - b, end) == 0;
}

int
opt_read(const struct opt *options, int argc, char **argv, int *rest)
{
    bool seen[32] = { false };

    *rest = 0;
    for (int i = 1; i < argc; i++) {
        const struct opt *option = options;
        if (strcmp(argv[i], "-o") == 0)
            argv[i] = (char *)(uintptr_t)"--out";
        if (strncmp(argv[i], "--", 2) != 0) {
            argv[(*rest)++] = argv[i];
            continue;
        }
        while (option->name != NULL && strcmp(option->name, argv[i]) != 0)
            option++;
        if (option->name == NULL) {
            fprintf(stderr, "jinyin %s: unknown option %s\n", argv[0], argv[i]);
            return EXIT_USAGE;
        }
        seen[option - options] = true;
        if (option->kind == OPT_FLAG)
            *(bool *)option->target = true;
        else if (i + 1 >= argc || !read_value(option, argv[++i])) {
            fprintf(stderr, "jinyin %s: %s needs %s\n", argv[0], option->name,
                    option->kind == OPT_INT ? "a whole number" : option->kind == OPT_MM ? "a number of millimetres"
                        : option->kind == OPT_TIME ? "a time such as 2026-01-31T09:00:00Z" : "a value");
            return EXIT_USAGE;
        }
    }
    for (const struct opt *option = options; option->name != NULL; option++)
        if (option->required && !seen[option - options]) {
            fprintf(stderr, "jinyin %s: %s is missing; `jinyin help` tells more\n", argv[0], option->name);
            return EXIT_USAGE;
        }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin tour: what a seal goes through, on real files, step by step, each with its article; against a running demonstration. */
#include "cli/cmd.h"
#include "cli/tour.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 256
#define KINDS_MAX 64

/* The project's own fixtures, beside the program as built or as installed. */
static bool
default_files(char files[2][PATH_MAX])
{
    static const char *const names[2] = { "contract.ofd", "contract.pdf" };
    static const char *const folders[] = { "/../tests/data", "/../share/jinyin/examples" };
    char exe[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (n <= 0)
        return false;
    exe[n] = '\0';
    dirname(exe);
    for (size_t f = 0; f < 2; f++) {
        bool all = true;
        for (size_t i = 0; i < 2; i++) {
            snprintf(files[i], PATH_MAX, "%s%s/%s", exe, folders[f], names[i]);
            all = all && access(files[i], R_OK) == 0;
        }
        if (all)
            return true;
    }
    return false;
}

struct wish {
    const char *credentials, *dir;
    bool all;
    char *kinds[KINDS_MAX], *paths[FILES_MAX];
    size_t kind_count, count;
};

static bool
read_wish(int argc, char **argv, struct wish *wish)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
            wish->dir = argv[++i];
        else if (strcmp(argv[i], "--credentials") == 0 && i + 1 < argc)
            wish->credentials = argv[++i];
        else if (strcmp(argv[i], "--kind") == 0 && i + 1 < argc && wish->kind_count < KINDS_MAX)
            wish->kinds[wish->kind_count++] = argv[++i];
        else if (strcmp(argv[i], "--all") == 0)
            wish->all = true;
        else if (argv[i][0] == '-' || wish->count == FILES_MAX)
            return false;
        else
            wish->paths[wish->count++] = argv[i];
    return wish->all || wish->kind_count == 0;
}

int
cmd_tour(int argc, char **argv)
{
    static char defaults[2][PATH_MAX];
    static struct wish wish = { .credentials = "var/demo/credentials.json", .dir = "var/tour" };
    struct tour tour = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc;

    if (!read_wish(argc, argv, &wish)) {
        print_usage("tour");
        return EXIT_USAGE;
    }
    if (wish.count == 0) {
        if (!default_files(defaults)) {
            fprintf(stderr, "jinyin tour: name some OFD or PDF files\n");
            return EXIT_USAGE;
        }
        wish.paths[wish.count++] = defaults[0];
        wish.paths[wish.count++] = defaults[1];
    }
    tour.dir = wish.dir;
    if (strncmp(tour.dir, "var/", 4) == 0 && mkdir("var", 0755) != 0 && errno != EEXIST)
        return EXIT_UNREADABLE;
    if (mkdir(tour.dir, 0755) != 0 && errno != EEXIST) {
        fprintf(stderr, "jinyin tour: %s: %s\n", tour.dir, strerror(errno));
        return EXIT_UNREADABLE;
    }
    if ((rc = life_open(wish.credentials, &tour.life, &fault)) == JY_OK && (rc = life_choose(&tour.life, 1, &fault)) == JY_OK &&
        (rc = life_log_in(&tour.life, &fault)) == JY_OK)
        rc = wish.all ? tour_all(&tour, wish.paths, wish.count, wish.kinds, wish.kind_count, &fault) : tour_life(&tour, wish.paths, wish.count, &fault);
    if (rc != JY_OK)
        fprintf(stderr, "jinyin tour: %s [%s] %s %s\n", jy_err_en(rc), jy_err_code(rc), fault.where, fault.text);
    life_close(&tour.life);
    return rc != JY_OK ? EXIT_SERVICE : tour.unexpected != 0;
}

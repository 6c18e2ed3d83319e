/* SPDX-License-Identifier: Apache-2.0 */
/* jinyind: starts the rooms, keeps them alive, hands each its sockets; holds nothing itself. */
#include "daemons/jinyind/supervisor.h"
#include "daemons/room/room.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static int
usage(FILE *out, int code)
{
    fputs("usage: jinyind --config FILE [--check]\n"
          "  --config FILE  the configuration, JSON; every key is in docs/configuration.md\n"
          "  --check        only check the configuration\n"
          "  --version, --help\n", out);
    return code;
}

static int
fail(const char *event, jy_err rc, const struct jy_fault *fault, int code)
{
    jy_log("error", event, "%s: %s: %s", jy_err_code(rc), fault->where, fault->text);
    return code;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {
        { "config", required_argument, NULL, 'c' }, { "check", no_argument, NULL, 'k' }, { "version", no_argument, NULL, 'v' },
        { "help", no_argument, NULL, 'h' }, { NULL, 0, NULL, 0 },
    };
    const char *path = NULL;
    struct jy_fault fault = { 0 };
    struct setup setup;
    bool check = false;
    int option, code = EX_OK;
    jy_err rc;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (option) {
        case 'c': path = optarg; break;
        case 'k': check = true; break;
        case 'v': puts("jinyind " JY_VERSION); return EX_OK;
        case 'h': return usage(stdout, EX_OK);
        default: return usage(stderr, EX_USAGE);
        }
    if (path == NULL || optind != argc)
        return usage(stderr, EX_USAGE);
    if ((rc = setup_config(path, &setup, &fault)) != JY_OK)
        return fail("configuration_refused", rc, &fault, EX_CONFIG);
    if (check)
        printf("%s: good\n", path);
    else if ((rc = setup_open(&setup, &fault)) != JY_OK || (rc = supervise(&setup, &fault)) != JY_OK)
        code = fail("start_failed", rc, &fault, EX_UNAVAILABLE);
    setup_close(&setup);
    return code;
}

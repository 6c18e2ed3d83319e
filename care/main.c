/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin-care: what `jinyin migrate|backup|restore|fsck` are. Exit: 0 done, 1 fsck found something, 64 usage, 65 refused. */
#include "care/fsck.h"

#include "base/kill_point.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_DONE = 0, EXIT_FOUND = 1, EXIT_USAGE = 64, EXIT_REFUSED = 65 };

static int
say(const char *what, jy_err rc, const struct jy_fault *fault)
{
    fprintf(stderr, "jinyin %s: %s: %s\n  %s\n  %s\n", what, fault->where, fault->text, jy_err_en(rc), jy_err_zh(rc));
    return EXIT_REFUSED;
}

static int
migrate(const struct care_site *site, const char *folder)
{
    struct jy_fault fault = { 0 };
    jy_err rc;

    (void)folder;
    if (site->served && (site->owner == NULL || site->role == NULL)) {
        fprintf(stderr, "jinyin migrate: PostgreSQL needs --owner postgresql:… (the schema's owner) and --role NAME (who serves)\n");
        return EXIT_USAGE;
    }
    if ((rc = db_prepare(site->served ? site->owner : site->place, site->role, site->side, &fault)) != JY_OK)
        return say("migrate", rc, &fault);
    printf("the schema is that of jinyin %s%s%s\n", JY_VERSION, site->served ? "; rights of its statements for " : "", site->served ? site->role : "");
    return EXIT_DONE;
}

/* The schema's owner, where one is needed. */
static bool
lacks_owner(const struct care_site *site, const char *what)
{
    if (!site->served || site->owner != NULL)
        return false;
    fprintf(stderr, "jinyin %s: PostgreSQL needs --owner postgresql:… (the schema's owner)\n", what);
    return true;
}

static int
backup(const struct care_site *site, const char *folder)
{
    struct jy_fault fault = { 0 };
    jy_err rc;

    if (lacks_owner(site, "backup"))
        return EXIT_USAGE;
    if ((rc = care_backup(site, folder, &fault)) != JY_OK)
        return say("backup", rc, &fault);
    printf("%s: whole. What unlocks its keys and personal data is not in it: keep %s, and keep it elsewhere\n", folder, site->unlock_file);
    return EXIT_DONE;
}

static int
told(unsigned problems)
{
    printf(problems == 0 ? "nothing is wrong\n" : "%u things are wrong\n", problems);
    return problems == 0 ? EXIT_DONE : EXIT_FOUND;
}

static int
restore(const struct care_site *site, const char *folder)
{
    struct jy_fault fault = { 0 };
    unsigned problems = 0;
    jy_err rc = care_restore(site, folder, &problems, &fault);

    return rc != JY_OK ? say("restore", rc, &fault) : told(problems);
}

static int
fsck(const struct care_site *site, const char *folder)
{
    struct jy_fault fault = { 0 };
    unsigned problems = 0;
    jy_err rc = care_fsck(site, &problems, &fault);

    (void)folder;
    return rc != JY_OK ? say("fsck", rc, &fault) : told(problems);
}

/* N7: a backup holds the database and the documents and keys of the node that stamps; the others' folders are copied by hand (docs/design/nodes.md). */
#define STAMPING (DB_WHOLE | DB_STAMPING)
static const struct {
    const char *name;
    int (*run)(const struct care_site *site, const char *folder);
    bool folder;
    unsigned sides;
} commands[] = {
    { "migrate", migrate, false, STAMPING | DB_MAKING | DB_VERIFICATION },
    { "backup", backup, true, STAMPING },
    { "restore", restore, true, STAMPING },
    { "fsck", fsck, false, STAMPING | DB_MAKING },
};

static int
usage(void)
{
    fprintf(stderr, "usage: jinyin migrate --config FILE [--owner postgresql:… --role NAME]\n"
                    "       jinyin backup DIR --config FILE [--owner postgresql:…]\n"
                    "       jinyin restore DIR --config FILE [--owner postgresql:… --role NAME]\n"
                    "       jinyin fsck --config FILE [--owner postgresql:…]\n");
    return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
    static const struct option options[] = { { "config", required_argument, NULL, 'c' }, { "owner", required_argument, NULL, 'o' },
                                             { "role", required_argument, NULL, 'r' }, { NULL, 0, NULL, 0 } };
    struct care_site site = { .owner = NULL };
    struct jy_fault fault = { 0 };
    const char *config = NULL, *command = argc > 1 ? argv[1] : "";
    size_t i = 0;
    int option;
    jy_err rc;

    while (i < sizeof(commands) / sizeof(commands[0]) && strcmp(commands[i].name, command) != 0)
        i++;
    if (i == sizeof(commands) / sizeof(commands[0]))
        return usage();
    argv[1] = argv[0];
    while ((option = getopt_long(argc - 1, argv + 1, "", options, NULL)) != -1)
        switch (option) {
        case 'c': config = optarg; break;
        case 'o': site.owner = optarg; break;
        case 'r': site.role = optarg; break;
        default: return usage();
        }
    if (config == NULL || argc - 1 - optind != (commands[i].folder ? 1 : 0))
        return usage();
    if ((rc = care_site_read(config, &site, &fault)) != JY_OK)
        return say(command, rc, &fault);
    if ((commands[i].sides & site.side) == 0)
        return say(command, jy_fail(&fault, JY_E_NOT_THIS_NODE, "node", 0, "it is done with the stamping node's configuration"), &fault);
    JY_KILL_KIND(command);
    return commands[i].run(&site, commands[i].folder ? argv[optind + 1] : NULL);
}

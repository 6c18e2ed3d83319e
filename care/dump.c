/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL's own programs, as children: they know their own formats best. */
#include "care/backup.h"

#include "store/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs a program to its end; what it says on standard error, cut, becomes the fault. */
static jy_err
run(char *const argv[], struct jy_fault *fault)
{
    char said[280];
    size_t len = 0;
    ssize_t n;
    int pipes[2], status;
    pid_t child;

    if (pipe(pipes) != 0)
        return jy_fail(fault, JY_E_IO, argv[0], 0, "%s", strerror(errno));
    if ((child = fork()) == 0) {
        umask(077);
        dup2(pipes[1], STDERR_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        execvp(argv[0], argv);
        fprintf(stderr, "%s: %s (postgresql-client is needed)", argv[0], strerror(errno));
        _exit(127);
    }
    close(pipes[1]);
    while (child > 0 && len < sizeof(said) - 1 && (n = read(pipes[0], said + len, sizeof(said) - 1 - len)) > 0)
        len += (size_t)n;
    said[len] = '\0';
    while (child > 0 && read(pipes[0], &(char){ 0 }, 1) > 0)
        ;
    close(pipes[0]);
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return jy_fail(fault, JY_E_IO, argv[0], 0, "%s", child < 0 ? strerror(errno) : said);
    return JY_OK;
}

/* --dbname=, --file= with what follows. */
static jy_err
option(char out[PATH_MAX + 16], const char *name, const char *value, struct jy_fault *fault)
{
    int len = snprintf(out, PATH_MAX + 16, "%s%s", name, value);

    return len > 0 && len < PATH_MAX + 16 ? JY_OK : jy_fail(fault, JY_E_LIMIT, name, 0, "is too long");
}

jy_err
care_dump(const char *owner, const char *to, struct jy_fault *fault)
{
    char database[PATH_MAX + 16], file[PATH_MAX + 16];
    char *argv[] = { "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password", database, file, NULL };
    jy_err rc;

    if ((rc = option(database, "--dbname=", db_words(owner), fault)) != JY_OK || (rc = option(file, "--file=", to, fault)) != JY_OK)
        return rc;
    return run(argv, fault);
}

jy_err
care_undump(const char *owner, const char *from, struct jy_fault *fault)
{
    char database[PATH_MAX + 16], file[PATH_MAX + 16];
    char *argv[] = { "pg_restore", "--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction", database, file, NULL };
    jy_err rc;

    if ((rc = option(database, "--dbname=", db_words(owner), fault)) != JY_OK || (rc = option(file, "", from, fault)) != JY_OK)
        return rc;
    return run(argv, fault);
}

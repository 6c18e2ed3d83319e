/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rooms run as one user, so file modes do not stand between web and the key store. Landlock does: web reads the system's own
 * files and the paths of its own configuration; page the system's alone, and writes none. Set before the first thread, as Landlock binds
 * only threads that come after it.
 */
#include "daemons/room/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What libc, OpenSSL and SQLite read; not /etc as a whole, under which a configuration and its data may lie. */
static const char *const system_paths[] = { "/usr", "/lib", "/lib64", "/dev", "/proc", "/sys", "/etc/ssl", "/etc/localtime", "/etc/ld.so.cache",
                                            "/etc/nsswitch.conf", "/etc/passwd" };
static const char *const own_keys[] = { "web_dir" }, *const read_keys[] = { "trust_path", "makers_path" };
static const char *const font_paths[] = { "/etc/fonts", "/var/cache/fontconfig" };
#define CHANGES (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
                 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
                 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* Documents get their names by a link from one folder of web_dir into another: without this right every fence forbids that. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#define ABI_WITH_REFER 2

/* A path that is not there needs no gate. */
static bool
open_gate(int rules, const char *path, uint64_t rights)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
    bool opened;

    if ((beneath.parent_fd = open(path, O_PATH | O_CLOEXEC)) < 0)
        return true;
    opened = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
    close(beneath.parent_fd);
    return opened;
}

jy_err
jy_fence_apply(enum jy_room room, const json_t *config, struct jy_fault *fault)
{
    const struct landlock_ruleset_attr handled = { .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_REFER |
                                                                        (room == JY_ROOM_PAGE ? CHANGES : 0) };
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    int rules = abi < ABI_WITH_REFER ? -1 : (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
    bool done = true;
    jy_err rc = JY_OK;

    if (abi < ABI_WITH_REFER)
        return jy_fail(fault, JY_E_UNSUPPORTED, "landlock", 0, "this kernel has none; only file modes keep %s from other files", jy_room_name(room));
    for (size_t i = 0; rules >= 0 && done && i < sizeof(system_paths) / sizeof(system_paths[0]); i++)
        done = open_gate(rules, system_paths[i], LANDLOCK_ACCESS_FS_READ_FILE);
    if (room == JY_ROOM_PAGE) {
        for (size_t i = 0; rules >= 0 && done && i < sizeof(font_paths) / sizeof(font_paths[0]); i++)
            done = open_gate(rules, font_paths[i], LANDLOCK_ACCESS_FS_READ_FILE);
        done = done && rules >= 0 && open_gate(rules, "/dev/null", LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
    }
    for (size_t i = 0; room == JY_ROOM_WEB && rules >= 0 && done && i < sizeof(own_keys) / sizeof(own_keys[0]); i++)
        done = open_gate(rules, json_string_value(json_object_get(config, own_keys[i])), handled.handled_access_fs);
    for (size_t i = 0; rules >= 0 && done && i < sizeof(read_keys) / sizeof(read_keys[0]); i++)
        done = open_gate(rules, json_string_value(json_object_get(config, read_keys[i])), LANDLOCK_ACCESS_FS_READ_FILE);
    if (rules < 0 || !done || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, rules, 0) != 0)
        rc = jy_fail(fault, JY_E_IO, "landlock", 0, "%s", strerror(errno));
    if (rules >= 0)
        close(rules);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "daemons/jinyind/process.h"

#include "daemons/room/room.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static json_t *
pids_of(enum jy_room room, const struct process *processes, size_t count)
{
    json_t *all = json_array(), *one;

    for (size_t i = 0; i < count; i++)
        if (processes[i].room == room)         /* null, not 0: nobody shall send a signal to process 0 */
            json_array_append_new(all, processes[i].pid == 0 ? json_null() : json_integer(processes[i].pid));
    if (room == JY_ROOM_DOC || room == JY_ROOM_PAGE)
        return all;
    one = json_incref(json_array_get(all, 0));
    json_decref(all);
    return one;
}

void
pids_write(const char *data_dir, const struct process *processes, size_t count)
{
    json_t *pids = json_pack("{s:i}", "jinyind", (int)getpid());
    char path[4200], temporary[4200];

    for (int room = JY_ROOM_WEB; room <= JY_ROOM_LAST; room++)
        json_object_set_new(pids, jy_room_name((enum jy_room)room), pids_of((enum jy_room)room, processes, count));
    snprintf(path, sizeof(path), "%s/pids.json", data_dir);
    snprintf(temporary, sizeof(temporary), "%s/pids.json.new", data_dir);
    if (json_dump_file(pids, temporary, JSON_COMPACT) != 0 || rename(temporary, path) != 0)
        jy_log("error", "pids_not_written", "%s: %s", path, strerror(errno));
    json_decref(pids);
}

void
pids_remove(const char *data_dir)
{
    char path[4200];

    snprintf(path, sizeof(path), "%s/pids.json", data_dir);
    unlink(path);
}

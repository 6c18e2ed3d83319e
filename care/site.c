/* SPDX-License-Identifier: Apache-2.0 */
#include "care/care.h"

#include "daemons/room/config.h"
#include "ipc/node.h"
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static jy_err
copy_path(const json_t *config, const char *key, char out[PATH_MAX], struct jy_fault *fault)
{
    const char *text = json_string_value(json_object_get(config, key));
    int len = snprintf(out, PATH_MAX, "%s", text == NULL ? "" : text);

    return len > 0 && len < PATH_MAX ? JY_OK : jy_fail(fault, JY_E_BAD_FIELD, key, 0, "is empty or too long");
}

jy_err
care_site_read(const char *path, struct care_site *out, struct jy_fault *fault)
{
    struct jy_buf json = { 0 };
    enum jy_node node;
    json_t *config = NULL;
    char *real = realpath(path, NULL);
    ssize_t n = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    jy_err rc;

    if (fd < 0 || real == NULL) {
        rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
        goto out;
    }
    if ((rc = jy_buf_reserve(&json, JY_CONFIG_MAX + 1)) != JY_OK)
        goto out;
    while (json.len <= JY_CONFIG_MAX && (n = read(fd, json.p + json.len, JY_CONFIG_MAX + 1 - json.len)) > 0)
        json.len += (size_t)n;
    if (n < 0) {
        rc = jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
        goto out;
    }
    if ((rc = jy_config_read(jy_buf_slice(&json), dirname(real), &config, fault)) != JY_OK ||
        (rc = copy_path(config, "web_dir", out->web_dir, fault)) != JY_OK || (rc = copy_path(config, "key_dir", out->key_dir, fault)) != JY_OK ||
        (rc = copy_path(config, "data_dir", out->data_dir, fault)) != JY_OK ||
        (rc = copy_path(config, "key_unlock_file", out->unlock_file, fault)) != JY_OK ||
        (rc = db_place(json_string_value(json_object_get(config, "store")), out->web_dir, out->place, sizeof(out->place), fault)) != JY_OK ||
        (rc = jy_node_read(json_string_value(json_object_get(config, "node")), out->place, &node, fault)) != JY_OK)
        goto out;
    _Static_assert((int)JY_NODE_WHOLE == (int)DB_WHOLE && (int)JY_NODE_MAKING == (int)DB_MAKING && (int)JY_NODE_STAMPING == (int)DB_STAMPING &&
                   (int)JY_NODE_VERIFICATION == (int)DB_VERIFICATION, "a node is a side of the store");
    out->side = (enum db_side)node;
    out->served = db_is_served(out->place);
out:
    if (fd >= 0)
        close(fd);
    free(real);
    jy_buf_free(&json);
    json_decref(config);
    return rc;
}

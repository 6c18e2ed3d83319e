/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a backup from hostile bytes: what is read can be found, and no path leaves the backup. */
#include "care/manifest.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct care_manifest m;

    if (care_manifest_parse(JY_SLICE(data, size), &m, NULL) == JY_OK)
        for (size_t i = 0; i < m.count; i++)
            if (strstr(m.files[i].path, "..") != NULL || m.files[i].path[0] == '/' || care_manifest_find(&m, m.files[i].path) != &m.files[i])
                abort();
    care_manifest_free(&m);
    return 0;
}

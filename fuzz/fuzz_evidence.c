/* SPDX-License-Identifier: Apache-2.0 */
/* An evidence bundle from hostile bytes: no crash, no leak; what is read has its rows. */
#include <jinyin/verify.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct jy_evidence *evidence = NULL;
    struct jy_fault fault = { 0 };

    if (jy_evidence_parse(JY_SLICE(data, size), (size & 1) != 0, &evidence, &fault) == JY_OK) {
        for (size_t i = 0; i < evidence->crls.count; i++)
            if (evidence->crls.list[i].len == 0)
                abort();
        for (size_t i = 0; i < evidence->status_count; i++)
            if (evidence->status[i].seal_id == NULL || evidence->status[i].state == NULL)
                abort();
    }
    jy_evidence_free(evidence);
    return 0;
}

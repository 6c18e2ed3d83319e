/* SPDX-License-Identifier: Apache-2.0 */
/* An archive package from hostile bytes: no crash, no leak; what is opened is written again as it was, and is judged without a key or by a wrong one. */
#include <jinyin/verify.h>

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t other[JY_SM2_POINT_SIZE] = { 4 };
    struct jy_archive *archive = NULL;
    struct jy_archive_judgement judgement = { 0 };
    struct jy_pieces again = { 0 };
    struct jy_fault fault = { 0 };

    if (jy_archive_open(JY_SLICE(data, size), &archive, &fault) != JY_OK)
        return 0;
    if (jy_archive_make(&archive->contents, archive->manifest, &archive->signature, &again, &fault) != JY_OK || again.total != size)
        abort();
    if (jy_archive_judge(archive, &(struct jy_archive_trust){ .service_key = other }, archive->contents.packed, &judgement, &fault) == JY_OK)
        abort();
    jy_report_free(judgement.report);
    if (jy_archive_judge(archive, &(struct jy_archive_trust){ 0 }, archive->contents.packed, &judgement, &fault) == JY_OK && judgement.vouched)
        abort();
    jy_report_free(judgement.report);
    jy_pieces_free(&again);
    jy_archive_free(archive);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What every verdict on hostile bytes keeps to. */
#ifndef JY_FUZZ_JUDGE_H
#define JY_FUZZ_JUDGE_H

#include <jinyin/verify.h>

#include <stdlib.h>

/* A verdict without any anchor: never a valid one, and told in both forms. False when there is none. */
static inline bool
judge(struct jy_slice document, struct jy_buf *told)
{
    struct jy_report *report = NULL;
    bool judged = jy_verify(document, NULL, NULL, NULL, 1795000000, &report, NULL) == JY_OK;

    if (judged && (jy_report_verdict(report) <= JY_VALID_WITH_WARNING || jy_report_json(report, told) != JY_OK || jy_report_text(report, told) != JY_OK))
        abort();
    jy_report_free(report);
    return judged;
}

/* As above; one document in eight is judged twice, with the same words. */
static inline bool
judge_alike(struct jy_slice document)
{
    struct jy_buf first = { 0 }, second = { 0 };
    bool judged = judge(document, &first);

    if (document.len > 0 && document.p[document.len / 2] % 8 == 0 &&
        (judge(document, &second) != judged || !jy_slice_equal(jy_buf_slice(&first), jy_buf_slice(&second))))
        abort();
    jy_buf_free(&first);
    jy_buf_free(&second);
    return judged;
}

#endif

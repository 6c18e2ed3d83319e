/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of findings. */
#include <jinyin/container.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

jy_err
jy_findings_add(struct jy_findings *findings, enum jy_check_id check, bool passed, const char *where, uint64_t offset,
                const char *fmt, ...)
{
    struct jy_finding *f;

    if (findings->count == findings->cap) {
        size_t cap = findings->cap == 0 ? 8 : findings->cap * 2;

        f = reallocarray(findings->list, cap, sizeof *f);
        if (f == NULL)
            return JY_E_NOMEM;
        findings->list = f;
        findings->cap = cap;
    }
    f = &findings->list[findings->count++];
    memset(f, 0, sizeof *f);
    f->check = check;
    f->passed = passed;
    f->offset = offset;
    snprintf(f->where, sizeof f->where, "%s", where);
    if (fmt != NULL) {
        va_list ap;

        va_start(ap, fmt);
        vsnprintf(f->detail, sizeof f->detail, fmt, ap);
        va_end(ap);
    }
    return JY_OK;
}

void
jy_findings_free(struct jy_findings *findings)
{
    free(findings->list);
    memset(findings, 0, sizeof *findings);
}

jy_err
container_note_shown(struct jy_signature *signatures, size_t count, jy_err checked, const struct jy_fault *why, struct jy_fault *fault)
{
    jy_err err = checked == JY_E_NOMEM || checked == JY_E_CRYPTO ? checked : JY_OK;

    for (size_t i = 0; checked != JY_OK && err == JY_OK && i < count; i++)
        err = jy_findings_add(&signatures[i].findings, JY_CHECK_SHOWN_ALIKE, false, why->where, why->offset, "%s", why->text);
    return err == JY_OK ? JY_OK : jy_fail(fault, err, NULL, 0, "what the document shows could not be looked through");
}

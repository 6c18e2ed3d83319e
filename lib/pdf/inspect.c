/* SPDX-License-Identifier: Apache-2.0 */
#include "pdf/pdf.h"

jy_err
pdf_inspect(void *impl, json_t *out, json_t *signatures, struct jy_fault *fault)
{
    (void)impl;
    (void)out;
    (void)signatures;
    (void)fault;
    return JY_OK;
}

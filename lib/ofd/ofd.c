/* SPDX-License-Identifier: Apache-2.0 */
/* Place-holder until the format's own module lands: refuses. */
#include <container/document.h>

static jy_err
open_none(struct jy_slice file, void **impl, struct jy_fault *fault)
{
    (void)file;
    *impl = NULL;
    return jy_fail(fault, JY_E_UNSUPPORTED, NULL, 0, "this build has no OFD");
}

static jy_err
finish_none(struct jy_slice prepared, const char *slot, struct jy_slice ses_der, struct jy_pieces *out, struct jy_fault *fault)
{
    (void)prepared;
    (void)slot;
    (void)ses_der;
    (void)out;
    return jy_fail(fault, JY_E_UNSUPPORTED, NULL, 0, "this build has no OFD");
}

/* open never succeeds, so the rest is never called. */
const struct jy_document_ops jy_ofd_ops = { .format = JY_FORMAT_OFD, .open = open_none, .finish = finish_none };

/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin/inspect.h: what stands in a document or a seal, laid open without a verdict (jinyin/verify.h gives that). */
#ifndef JINYIN_INSPECT_H
#define JINYIN_INSPECT_H

#include <jinyin/container.h>

/**
 * Parts, pages, signatures, what each of them protects and what not, revisions, findings. The same file gives the same bytes.
 * JSON: docs/protocol/inspect.md; text: for a person, both languages. Appended to out.
 * Errors: those of jy_document_open and jy_document_signatures; JY_E_NOMEM.
 */
JY_CHECK jy_err jy_inspect_json(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault);
JY_CHECK jy_err jy_inspect_text(struct jy_slice file, struct jy_buf *out, struct jy_fault *fault);

/**
 * Every field of one SESeal (.esl), SES_Signature (SignedValue.dat) or SignedData, told apart by content, and whether its own signatures
 * fit; chains and times are not judged. *sound (may be NULL): all signatures inside fit.
 * Errors: JY_E_FORMAT, JY_E_LIMIT, JY_E_NOMEM.
 */
JY_CHECK jy_err jy_inspect_seal_json(struct jy_slice der, struct jy_buf *out, bool *sound, struct jy_fault *fault);
JY_CHECK jy_err jy_inspect_seal_text(struct jy_slice der, struct jy_buf *out, bool *sound, struct jy_fault *fault);
/** The picture of a seal, or of the seal inside of an SES_Signature, as it stands. Errors: as above. */
JY_CHECK jy_err jy_inspect_seal_picture(struct jy_slice der, struct jy_buf *out, struct jy_fault *fault);

#endif

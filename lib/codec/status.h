/* SPDX-License-Identifier: Apache-2.0 */
/* status.h: PKIStatusInfo (RFC 4210 5.2.3, RFC 3161 2.4.2): what an authority says about a request. */
#ifndef JY_STATUS_H
#define JY_STATUS_H

#include "codec/der.h"

#define JY_STATUS_TEXT_MAX 256        /* bytes of the text that an authority sends */
enum { JY_STATUS_ACCEPTED, JY_STATUS_GRANTED_WITH_MODS, JY_STATUS_REJECTION, JY_STATUS_WAITING, JY_STATUS_REVOCATION_WARNING, JY_STATUS_REVOKED };

/** PKIFailureInfo: X(NAME, bit, name, it says that the request itself is wrong). The others are about us, or about this moment. */
#define JY_FAILURES(X) \
    X(BAD_ALG, 0, "badAlg", true) \
    X(BAD_MESSAGE_CHECK, 1, "badMessageCheck", false) \
    X(BAD_REQUEST, 2, "badRequest", true) \
    X(BAD_TIME, 3, "badTime", false) \
    X(BAD_CERT_ID, 4, "badCertId", true) \
    X(BAD_DATA_FORMAT, 5, "badDataFormat", true) \
    X(WRONG_AUTHORITY, 6, "wrongAuthority", true) \
    X(INCORRECT_DATA, 7, "incorrectData", true) \
    X(MISSING_TIME_STAMP, 8, "missingTimeStamp", true) \
    X(BAD_POP, 9, "badPOP", true) \
    X(CERT_REVOKED, 10, "certRevoked", true) \
    X(CERT_CONFIRMED, 11, "certConfirmed", true) \
    X(WRONG_INTEGRITY, 12, "wrongIntegrity", false) \
    X(BAD_RECIPIENT_NONCE, 13, "badRecipientNonce", false) \
    X(TIME_NOT_AVAILABLE, 14, "timeNotAvailable", false) \
    X(UNACCEPTED_POLICY, 15, "unacceptedPolicy", true) \
    X(UNACCEPTED_EXTENSION, 16, "unacceptedExtension", true) \
    X(ADD_INFO_NOT_AVAILABLE, 17, "addInfoNotAvailable", true) \
    X(BAD_SENDER_NONCE, 18, "badSenderNonce", false) \
    X(BAD_CERT_TEMPLATE, 19, "badCertTemplate", true) \
    X(SIGNER_NOT_TRUSTED, 20, "signerNotTrusted", false) \
    X(TRANSACTION_ID_IN_USE, 21, "transactionIdInUse", false) \
    X(UNSUPPORTED_VERSION, 22, "unsupportedVersion", false) \
    X(NOT_AUTHORIZED, 23, "notAuthorized", false) \
    X(SYSTEM_UNAVAIL, 24, "systemUnavail", false) \
    X(SYSTEM_FAILURE, 25, "systemFailure", false) \
    X(DUPLICATE_CERT_REQ, 26, "duplicateCertReq", true)
enum {
#define JY_FAILURE_BIT(name, bit, text, wrong) JY_FAILURE_##name = (bit),
    JY_FAILURES(JY_FAILURE_BIT)
#undef JY_FAILURE_BIT
};

struct jy_status {
    uint32_t status;
    char text[JY_STATUS_TEXT_MAX];    /* the first statusString, without what a terminal would obey; "" when absent */
    struct jy_slice failure;          /* bits of failInfo, borrowed; empty when absent */
};
/** The next item, a PKIStatusInfo. Errors: JY_E_FORMAT. */
JY_CHECK jy_err jy_status_read(struct jy_der *der, struct jy_status *out);
/** The first text of a PKIFreeText (the contents of the SEQUENCE), without what a terminal would obey. */
void jy_status_free_text(struct jy_slice list, char out[JY_STATUS_TEXT_MAX]);
/** One PKIStatusInfo; text may be "", failure < 0 = none. Errors: JY_E_ARGUMENT a bit above 31, JY_E_NOMEM. */
JY_CHECK jy_err jy_status_put(struct jy_buf *out, unsigned status, int failure, const char *text);
bool jy_status_fails_by(const struct jy_status *status, unsigned bit);
/** The name of the first failure, or "no reason given". */
const char *jy_status_failure(const struct jy_status *status);
/** No failure, or only such as say that the request itself is wrong: to ask the same again is of no use. */
bool jy_status_is_about_request(const struct jy_status *status);

#endif

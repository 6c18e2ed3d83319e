/* SPDX-License-Identifier: Apache-2.0 */
/* oid.h: object identifiers as DER contents octets (seal-formats §1.5). */
#ifndef JY_OID_H
#define JY_OID_H

#include <jinyin/base.h>

#define JY_OID(bytes) ((struct jy_slice){ (const uint8_t *)(bytes), sizeof(bytes) - 1 })
#define OID_SM4               JY_OID("\x2a\x81\x1c\xcf\x55\x01\x68")
#define OID_SM2_CURVE         JY_OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d")
#define OID_SM2_SIGN          JY_OID("\x2a\x81\x1c\xcf\x55\x01\x82\x2d\x01")
#define OID_SM3               JY_OID("\x2a\x81\x1c\xcf\x55\x01\x83\x11")
#define OID_SM2_WITH_SM3      JY_OID("\x2a\x81\x1c\xcf\x55\x01\x83\x75")
#define OID_GM_DATA           JY_OID("\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x01")
#define OID_GM_SIGNED_DATA    JY_OID("\x2a\x81\x1c\xcf\x55\x06\x01\x04\x02\x02")
#define OID_PKCS7_DATA        JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")
#define OID_PKCS7_SIGNED_DATA JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_CONTENT_TYPE      JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST    JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME      JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_TST_INFO          JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04")
#define OID_SIGNING_CERT      JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c")
#define OID_SIGNATURE_STAMP   JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0e")
#define OID_SIGNING_CERT_V2   JY_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f")
#define OID_SM3_UNKEYED       JY_OID("\x2a\x81\x1c\xcf\x55\x01\x83\x11\x01")
#define OID_SM2_WITH_SM3_TYPO JY_OID("\x2a\x81\x1c\xcf\x55\x83\x75")   /* 1.2.156.10197.501, in a widespread library */
#define OID_SHA1              JY_OID("\x2b\x0e\x03\x02\x1a")
#define OID_SHA256            JY_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x01")
#define OID_SHA384            JY_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x02")
#define OID_SHA512            JY_OID("\x60\x86\x48\x01\x65\x03\x04\x02\x03")
#define OID_RI_OCSP           JY_OID("\x2b\x06\x01\x05\x05\x07\x10\x02")
#define OID_OCSP_BASIC        JY_OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x01")
#define OID_OCSP_NONCE        JY_OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x02")
#define OID_OCSP_ARCHIVE_CUTOFF JY_OID("\x2b\x06\x01\x05\x05\x07\x30\x01\x06")
#define OID_PASSWORD_BASED_MAC JY_OID("\x2a\x86\x48\x86\xf6\x7d\x07\x42\x0d")
#define OID_HMAC_SM3          JY_OID("\x2a\x81\x1c\xcf\x55\x01\x83\x11\x02")
#define OID_HMAC_SHA256       JY_OID("\x2a\x86\x48\x86\xf7\x0d\x02\x09")
#define OID_IMPLICIT_CONFIRM  JY_OID("\x2b\x06\x01\x05\x05\x07\x04\x0d")
#define OID_CERT_PROFILE      JY_OID("\x2b\x06\x01\x05\x05\x07\x04\x15")
#define OID_COMMON_NAME       JY_OID("\x55\x04\x03")
#define OID_CRL_REASON        JY_OID("\x55\x1d\x15")
#define OID_INVALIDITY_DATE   JY_OID("\x55\x1d\x18")
#define OID_ADOBE_REVOCATION  JY_OID("\x2a\x86\x48\x86\xf7\x2f\x01\x01\x08")

/** SM2 with SM3 under any of the identifiers met: .501, .301.1, and the mistaken one. */
bool jy_oid_is_sm2_with_sm3(struct jy_slice oid);
/** Contents octets as "1.2.156.…". Errors: JY_E_FORMAT (cut, an arc above 2^63), JY_E_LIMIT (longer than size - 1). */
JY_CHECK jy_err jy_oid_text(struct jy_slice oid, char *out, size_t size);
/** Contents octets of a dotted identifier, appended. JY_E_ARGUMENT when it is none. */
JY_CHECK jy_err jy_oid_of_text(const char *text, struct jy_buf *out);

#endif

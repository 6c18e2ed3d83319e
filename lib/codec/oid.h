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

#endif

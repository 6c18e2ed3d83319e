/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/oid.h"

bool
jy_oid_is_sm2_with_sm3(struct jy_slice oid)
{
    return jy_slice_equal(oid, OID_SM2_WITH_SM3) || jy_slice_equal(oid, OID_SM2_SIGN) || jy_slice_equal(oid, OID_SM2_WITH_SM3_TYPO);
}

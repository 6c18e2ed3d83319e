/* SPDX-License-Identifier: Apache-2.0 */
/* A stranger's program: it knows the installed headers and pkg-config, nothing else. */
#include <jinyin/verify.h>
#include <stdio.h>
int
main(void)
{
    struct jy_report *report = NULL;
    jy_err rc = jy_verify(jy_slice_text("neither OFD nor PDF"), NULL, NULL, NULL, 0, &report, NULL);

    puts(jy_err_code(rc));
    return rc == JY_E_UNKNOWN_FORMAT ? 0 : 1;
}

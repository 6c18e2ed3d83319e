/* SPDX-License-Identifier: Apache-2.0 */
/* In the process of one table: it is printed as a PDF (R19.1). What stands in it, people have written. */
#include "daemons/page/page.h"

#include <string.h>

jy_err
page_table(const void *arg, const struct jy_frame *request, struct jy_frame *reply, struct jy_fault *fault)
{
    const struct page_reading *reading = arg;
    const struct jy_msg_PAGE_TABLE *ask = &request->u.PAGE_TABLE;
    struct jy_table *table = NULL;
    struct jy_buf pdf = { 0 };
    struct jy_slice json;
    size_t pages = 0;
    jy_err rc;

    memset(reply, 0, sizeof(*reply));
    reply->type = JY_MSG_PAGE_TABLED;
    if ((rc = page_map(ask->table, JY_TABLE_MAX, &json, fault)) == JY_OK && (rc = jy_table_read(json, &table, fault)) == JY_OK &&
        (rc = jy_table_pdf(table, reading->room->fonts, &pdf, &pages, fault)) == JY_OK)
        rc = page_write(&pdf, ask->output, fault);
    reply->u.PAGE_TABLED.pages = (uint32_t)pages;
    jy_table_free(table);
    jy_buf_free(&pdf);
    return rc;
}

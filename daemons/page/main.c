/* SPDX-License-Identifier: Apache-2.0 */
/* page: pages as pictures. */
#include "daemons/page/page.h"

#include "codec/text.h"
#include "poppler/poppler.h"

#include <stdlib.h>

/* What libraries open at their first work is opened here: the readers open nothing. */
static void
warm_up(struct page_room *self)
{
    struct jy_fault fault = { 0 };
    uint8_t digest[JY_SM3_SIZE];

    if (jy_fonts_open(&self->fonts, &fault) != JY_OK) {
        jy_log("error", "no_fonts", "%s", fault.text);
        exit(EXIT_FAILURE);            /* without fonts a page would be shown without its text */
    }
    if (!jy_gb18030_keep())
        jy_log("warning", "no_gb18030", "names in GB 18030 cannot be read");
    if (jy_sm3(JY_EMPTY, digest) != JY_OK)
        jy_log("warning", "not_warm", "a library did not do its first work");
    (void)jy_render_version();
    jy_poppler_version(self->poppler);
    if (self->poppler[0] == '\0')
        jy_log("warning", "no_poppler", "poppler-utils is not installed: PDF pages are not drawn");
}

int
main(void)
{
    struct jy_room_context *room = jy_room_begin(JY_ROOM_PAGE);
    struct page_room self = { jy_room_config_int(room, "document_max_bytes"), (int)jy_room_config_int(room, "page_timeout_seconds"), NULL, "" };

    warm_up(&self);
    jy_room_sandbox(room);
    jy_room_ready(room);
    jy_room_serve(room, page_answer, &self);
    return 0;
}

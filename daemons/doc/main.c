/* SPDX-License-Identifier: Apache-2.0 */
/* doc: parses, stamps and verifies documents handed over as files without a name; no file system, no network, no key, no database. */
#include "daemons/doc/doc.h"

int
main(void)
{
    struct jy_room_context *room = jy_room_begin(JY_ROOM_DOC);
    struct doc doc = { jy_room_config_int(room, "document_max_bytes"), (int)jy_room_config_int(room, "doc_timeout_seconds") };

    doc_warm_up();
    jy_room_sandbox(room);
    jy_room_ready(room);
    jy_room_serve(room, doc_answer, &doc);
    return 0;
}

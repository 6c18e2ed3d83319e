/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers of hostile counterparts: no crash, and what is believed keeps the limits of the messages: it can be encoded and read back.
 * First byte: which call. Next two: the status, big-endian. The rest: the body.
 */
#include "daemons/link/wire.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct { enum jy_message_type type; const char *destination; } requests[] = {
    { JY_MSG_LINK_PHYSICAL_SEAL, "" },    { JY_MSG_LINK_ISSUE_CERTIFICATE, "" }, { JY_MSG_LINK_FETCH_TRUST, "" },
    { JY_MSG_LINK_DELIVER, "engraving" }, { JY_MSG_LINK_DELIVER, "ca" },
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jy_frame request, reply, back;
    const struct link_call *call = NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf frame = { 0 };
    int fds[JY_FRAME_FDS_MAX], fd_count;
    size_t which;

    if (size < 3)
        return 0;
    which = data[0] % (sizeof(requests) / sizeof(requests[0]));
    memset(&request, 0, sizeof(request));
    request.type = requests[which].type;
    if (request.type == JY_MSG_LINK_DELIVER)
        strcpy(request.u.LINK_DELIVER.destination, requests[which].destination);
    else if (request.type == JY_MSG_LINK_PHYSICAL_SEAL)
        strcpy(request.u.LINK_PHYSICAL_SEAL.seal_code, "1201901000001");
    if (link_call_find(&request, &call, &fault) != JY_OK)
        abort();
    if (link_call_read(call, &request, data[1] << 8 | data[2], JY_SLICE(data + 3, size - 3), &reply, &fault) == JY_OK) {
        if (jy_ipc_encode(reply.type, &reply.u, &frame, fds, &fd_count) != JY_OK ||
            jy_ipc_decode(jy_buf_slice(&frame), fds, fd_count, &back) != JY_OK || back.type != reply.type)
            abort();
        jy_frame_free(&back);
        jy_buf_free(&frame);
    } else if (reply.type != JY_MSG_NONE || reply.bytes.p != NULL || fault.err == JY_OK) {
        abort();
    }
    jy_frame_free(&reply);
    return 0;
}

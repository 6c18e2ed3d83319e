/* SPDX-License-Identifier: Apache-2.0 */
/* Frames from a room that was taken over: a frame that decodes encodes to the same bytes, every other is refused whole. */
#include "ipc/ipc.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct jy_frame frame;      /* large, and emptied by each decode */
    static const int fds[JY_FRAME_FDS_MAX] = { 100, 101, 102, 103 };
    int sent[JY_FRAME_FDS_MAX], count;
    struct jy_buf back = { 0 };

    for (int fd_count = 0; fd_count <= JY_FRAME_FDS_MAX; fd_count++)
        if (jy_ipc_decode(JY_SLICE(data, size), fds, fd_count, &frame) == JY_OK) {
            back.len = 0;
            if (jy_ipc_encode(frame.type, &frame.u, &back, sent, &count) != JY_OK || count != fd_count ||
                !jy_slice_equal(jy_buf_slice(&back), JY_SLICE(data, size)))
                abort();
        }
    jy_buf_free(&back);
    return 0;
}

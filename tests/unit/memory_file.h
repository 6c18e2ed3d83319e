/* SPDX-License-Identifier: Apache-2.0 */
/* memory_file.h: bytes as a file without a name, as they are handed from process to process. */
#ifndef JY_TEST_MEMORY_FILE_H
#define JY_TEST_MEMORY_FILE_H

#include <jinyin/base.h>

#include <sys/mman.h>
#include <unistd.h>

/* Read from its start; the caller closes it. */
static inline int
memory_file(struct jy_slice bytes)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_int_equal(write(fd, bytes.p, bytes.len), (ssize_t)bytes.len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

#endif

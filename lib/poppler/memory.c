/* SPDX-License-Identifier: Apache-2.0 */
#include "poppler/poppler.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The PDF and the answer, each as a file without a name. */
struct files { int pdf, answer; };

static jy_err
files_open(struct jy_slice pdf, struct files *f, struct jy_fault *fault)
{
    *f = (struct files){ memfd_create("document", MFD_CLOEXEC), memfd_create("answer", MFD_CLOEXEC) };
    for (size_t done = 0; f->pdf >= 0 && done < pdf.len;) {
        ssize_t n = write(f->pdf, pdf.p + done, pdf.len - done);
        if (n <= 0)
            return jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
        done += (size_t)n;
    }
    return f->answer >= 0 && f->pdf >= 0 && lseek(f->pdf, 0, SEEK_SET) == 0 ? JY_OK : jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
}

static void
files_close(struct files *f)
{
    if (f->pdf >= 0)
        close(f->pdf);
    if (f->answer >= 0)
        close(f->answer);
}

static jy_err
take(const struct files *f, struct jy_buf *out, struct jy_fault *fault)
{
    struct stat st;
    void *p;
    jy_err rc;

    if (fstat(f->answer, &st) != 0 || st.st_size == 0)
        return jy_fail(fault, JY_E_DAMAGED, "poppler", 0, "no answer");
    if ((p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, f->answer, 0)) == MAP_FAILED)
        return jy_fail(fault, JY_E_IO, "memfd", 0, "%s", strerror(errno));
    rc = jy_buf_add(out, JY_SLICE(p, (size_t)st.st_size));
    munmap(p, (size_t)st.st_size);
    return rc;
}

jy_err
jy_poppler_draw_bytes(struct jy_slice pdf, const struct jy_poppler_page *page, struct jy_buf *png, struct jy_fault *fault)
{
    struct files f;
    jy_err rc;

    if ((rc = files_open(pdf, &f, fault)) == JY_OK && (rc = jy_poppler_draw(f.pdf, page, f.answer, JY_POPPLER_SECONDS, fault)) == JY_OK)
        rc = take(&f, png, fault);
    files_close(&f);
    return rc;
}

jy_err
jy_poppler_words_bytes(struct jy_slice pdf, int first, int last, struct jy_buf *words, struct jy_fault *fault)
{
    struct files f;
    jy_err rc;

    if ((rc = files_open(pdf, &f, fault)) == JY_OK && (rc = jy_poppler_words(f.pdf, first, last, f.answer, JY_POPPLER_SECONDS, fault)) == JY_OK)
        rc = take(&f, words, fault);
    files_close(&f);
    return rc;
}

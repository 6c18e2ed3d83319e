/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/draw.h"
#include "cli/poppler.h"

#include <jinyin/container.h>

#include <codec/text.h>

#include <stdio.h>
#include <string.h>

void
print_notes(const struct jy_buf *notes)
{
    const char *p = (const char *)notes->p, *end = p + notes->len;
    char line[512], visible[2048];

    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t len = (size_t)((stop == NULL ? end : stop) - p);
        snprintf(line, sizeof(line), "%.*s", (int)(len < sizeof(line) ? len : sizeof(line) - 1), p);
        fprintf(stderr, "        %s\n", jy_text_visible(line, visible, sizeof(visible)));
        p += len + 1;
    }
}

int
cmd_render(int argc, char **argv)
{
    struct mapped file = { 0 };
    struct jy_buf png = { 0 }, notes = { 0 };
    struct jy_pieces out = { 0 };
    struct jy_fault fault = { 0 };
    const char *name = NULL;
    int page = 1, dpi = 150, files;
    jy_err rc;
    const struct opt options[] = { { "--page", OPT_INT, &page, false }, { "--dpi", OPT_INT, &dpi, false }, { "--out", OPT_TEXT, &name, true },
                                   { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files != 1 || page < 1 || dpi < 10 || dpi > 1200) {
        fprintf(stderr, "jinyin render: one file, pages from 1, 10 to 1200 dots per inch\n");
        return EXIT_USAGE;
    }
    if ((rc = map_file(argv[0], &file, &fault)) != JY_OK)
        goto out;
    if (file.bytes.len == 0)
        rc = jy_fail(&fault, JY_E_EMPTY_FILE, argv[0], 0, "no bytes");
    else if (jy_format_detect(file.bytes) == JY_FORMAT_PDF)
        rc = picture_of_pdf_page(file.bytes, page, dpi, &png, &fault);
    else if (jy_format_detect(file.bytes) == JY_FORMAT_OFD)
        rc = draw_ofd_page(file.bytes, page, dpi, &png, &notes, &fault);
    else
        rc = jy_fail(&fault, JY_E_UNKNOWN_FORMAT, argv[0], 0, "neither OFD nor PDF");
    if (rc == JY_OK && (rc = jy_pieces_take(&out, &png)) == JY_OK)
        rc = write_file(name, &out, &fault);
    if (rc == JY_OK)
        print_notes(&notes);
out:
    if (rc != JY_OK)
        complain(argv[0], rc, &fault);
    unmap_file(&file);
    jy_pieces_free(&out);
    jy_buf_free(&png);
    jy_buf_free(&notes);
    return rc == JY_OK ? 0 : rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
}

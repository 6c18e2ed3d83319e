/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"

#include <jinyin/inspect.h>

#include "codec/text.h"

#include <stdio.h>

static int
inspect_one(const char *path, bool json)
{
    struct jy_fault fault = { 0 };
    struct jy_buf text = { 0 };
    struct mapped file;
    char name[4096];
    jy_err rc;

    if ((rc = map_file(path, &file, &fault)) != JY_OK ||
        (rc = json ? jy_inspect_json(file.bytes, &text, &fault) : jy_inspect_text(file.bytes, &text, &fault)) != JY_OK) {
        complain(path, rc, &fault);
    } else {
        if (!json)
            printf("%s: ", jy_text_visible(path, name, sizeof(name)));
        fwrite(text.p, 1, text.len, stdout);
    }
    jy_buf_free(&text);
    unmap_file(&file);
    return rc == JY_OK ? 0 : EXIT_UNREADABLE;
}

int
cmd_inspect(int argc, char **argv)
{
    int files, code = 0;
    bool json = false;
    const struct opt options[] = { { "--json", OPT_FLAG, &json, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files == 0) {
        fprintf(stderr, "jinyin inspect: name at least one file\n");
        return EXIT_USAGE;
    }
    for (int i = 0; i < files; i++) {
        int one = inspect_one(argv[i], json);
        code = one != 0 ? one : code;
    }
    return code;
}

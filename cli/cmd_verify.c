/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"

#include <jinyin/verify.h>

#include "codec/text.h"

#include <stdio.h>

/* The worst of several files, in the order in which a script should worry. */
static int
worse(int a, int b)
{
    static const int order[] = { EXIT_VALID, EXIT_NO_SIGNATURE, EXIT_INDETERMINATE, EXIT_UNREADABLE, EXIT_INVALID };
    int rank_a = 0, rank_b = 0;

    for (int i = 0; i < (int)(sizeof(order) / sizeof(order[0])); i++) {
        rank_a = order[i] == a ? i : rank_a;
        rank_b = order[i] == b ? i : rank_b;
    }
    return rank_a >= rank_b ? a : b;
}

static int
verify_one(const char *path, const struct jy_trust *trust, jy_time at, bool json)
{
    static const int exits[] = { [JY_VALID] = EXIT_VALID, [JY_VALID_WITH_WARNING] = EXIT_VALID, [JY_INDETERMINATE] = EXIT_INDETERMINATE,
                                 [JY_INVALID] = EXIT_INVALID, [JY_NO_SIGNATURE] = EXIT_NO_SIGNATURE };
    struct jy_fault fault = { 0 };
    struct jy_report *report = NULL;
    struct jy_buf text = { 0 };
    struct mapped file;
    char name[4096];
    int code = EXIT_UNREADABLE;
    jy_err rc;

    if ((rc = map_file(path, &file, &fault)) != JY_OK || (rc = jy_verify(file.bytes, trust, NULL, at, &report, &fault)) != JY_OK ||
        (rc = json ? jy_report_json(report, &text) : jy_report_text(report, &text)) != JY_OK)
        complain(path, rc, &fault);
    else {
        if (!json)
            printf("%s: ", jy_text_visible(path, name, sizeof(name)));
        fwrite(text.p, 1, text.len, stdout);
        code = exits[jy_report_verdict(report)];
    }
    jy_buf_free(&text);
    jy_report_free(report);
    unmap_file(&file);
    return code;
}

int
cmd_verify(int argc, char **argv)
{
    const char *trust_path = NULL;
    struct jy_trust *trust = NULL;
    struct jy_fault fault = { 0 };
    jy_time at = jy_now();
    bool json = false;
    int files, code = EXIT_VALID;
    jy_err rc;
    const struct opt options[] = { { "--json", OPT_FLAG, &json, false }, { "--trust", OPT_TEXT, &trust_path, false },
                                   { "--at", OPT_TIME, &at, false }, { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files == 0) {
        fprintf(stderr, "jinyin verify: name at least one file\n");
        return EXIT_USAGE;
    }
    if (trust_path != NULL && ((rc = jy_trust_new(&trust)) != JY_OK || (rc = jy_trust_add_path(trust, trust_path, &fault)) != JY_OK)) {
        complain(trust_path, rc, &fault);
        jy_trust_free(trust);
        return EXIT_UNREADABLE;
    }
    for (int i = 0; i < files; i++)
        code = i == 0 ? verify_one(argv[i], trust, at, json) : worse(code, verify_one(argv[i], trust, at, json));
    jy_trust_free(trust);
    return code;
}

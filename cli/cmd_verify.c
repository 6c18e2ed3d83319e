/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd.h"
#include "cli/verify_pictures.h"

#include <jinyin/verify.h>

#include "codec/text.h"

#include <stdio.h>
#include <string.h>

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

/* What every file is judged by. */
struct judge {
    struct jy_trust *trust;
    struct jy_evidence *evidence;
    struct jy_policy policy;
    jy_time at;
    const char *keep;                 /* where the evidence is written; NULL = nowhere */
    const char *pictures;             /* folder for the pages that bear stamps; NULL = none */
    bool json, from_register, as_judged;
};

/* The bundle's own time and policy, for the very document that it was written of and the same anchors: then the same report comes out. */
static jy_err
take_origin(const struct judge *by, struct jy_slice file, struct jy_policy *policy, jy_time *at, struct jy_fault *fault)
{
    const struct jy_evidence_origin *origin = &by->evidence->origin;
    uint8_t digest[JY_SM3_SIZE], trust[JY_SM3_SIZE];
    jy_err rc;

    if (!origin->known)
        return jy_fail(fault, JY_E_FORMAT, "evidence", 0, "does not say when and how it was judged");
    if ((rc = jy_sm3(file, digest)) != JY_OK || (rc = jy_trust_fingerprint(by->trust, trust)) != JY_OK)
        return rc;
    if (memcmp(digest, origin->document, sizeof(digest)) != 0)
        return jy_fail(fault, JY_E_DOCUMENT_CHANGED, "evidence", 0, "was written of another document");
    if (memcmp(trust, origin->trust, sizeof(trust)) != 0)
        return jy_fail(fault, JY_E_ARGUMENT, "--trust", 0, "other trust anchors or licensed makers than those of the evidence");
    *policy = origin->policy;
    *at = origin->judged_at;
    return JY_OK;
}

static int
verify_one(const char *path, const struct judge *by)
{
    static const int exits[] = { [JY_VALID] = EXIT_VALID, [JY_VALID_WITH_WARNING] = EXIT_VALID, [JY_INDETERMINATE] = EXIT_INDETERMINATE,
                                 [JY_INVALID] = EXIT_INVALID, [JY_NO_SIGNATURE] = EXIT_NO_SIGNATURE };
    struct jy_fault fault = { 0 };
    struct jy_report *report = NULL;
    struct jy_policy policy = by->policy;
    struct jy_buf text = { 0 }, bundle = { 0 };
    struct mapped file;
    jy_time at = by->at;
    char name[4096];
    int code = EXIT_UNREADABLE;
    jy_err rc;

    if ((rc = map_file(path, &file, &fault)) != JY_OK ||
        (by->as_judged && (rc = take_origin(by, file.bytes, &policy, &at, &fault)) != JY_OK) ||
        (rc = by->keep == NULL ? jy_verify(file.bytes, by->trust, by->evidence, &policy, at, &report, &fault)
                               : jy_verify_keep(file.bytes, by->trust, by->evidence, &policy, at, &report, &bundle, &fault)) != JY_OK ||
        (rc = by->json ? jy_report_json(report, &text) : jy_report_text(report, &text)) != JY_OK)
        complain(path, rc, &fault);
    else if (by->keep != NULL && (rc = write_bytes(by->keep, &bundle, &fault)) != JY_OK) {
        complain(by->keep, rc, &fault);
        code = EXIT_CANNOT_WRITE;
    } else if (by->pictures != NULL && (rc = write_verify_pictures(report, file.bytes, by->pictures, &fault)) != JY_OK) {
        complain(by->pictures, rc, &fault);
        code = rc == JY_E_IO ? EXIT_CANNOT_WRITE : EXIT_UNREADABLE;
    } else {
        if (!by->json)
            printf("%s: ", jy_text_visible(path, name, sizeof(name)));
        fwrite(text.p, 1, text.len, stdout);
        code = exits[jy_report_verdict(report)];
    }
    jy_buf_free(&text);
    jy_buf_free(&bundle);
    jy_report_free(report);
    unmap_file(&file);
    return code;
}

static jy_err
read_trust(const char *path, jy_err (*add)(struct jy_trust *trust, const char *path, struct jy_fault *fault), struct judge *by, struct jy_fault *fault)
{
    jy_err rc = JY_OK;

    if (path == NULL || (by->trust == NULL && (rc = jy_trust_new(&by->trust)) != JY_OK))
        return rc;
    return add(by->trust, path, fault);
}

static jy_err
read_evidence(const char *path, struct judge *by, struct jy_fault *fault)
{
    struct mapped file;
    jy_err rc;

    if (path == NULL)
        return JY_OK;
    if ((rc = map_file(path, &file, fault)) == JY_OK)
        rc = jy_evidence_parse(file.bytes, by->from_register, &by->evidence, fault);
    unmap_file(&file);
    return rc;
}

int
cmd_verify(int argc, char **argv)
{
    const char *trust_path = NULL, *makers_path = NULL, *evidence_path = NULL, *policy = "standard";
    struct judge by = { .policy = jy_policy_standard, .at = jy_now() };
    struct jy_fault fault = { 0 };
    int files, tolerance = JY_POLICY_TOLERANCE, code = EXIT_UNREADABLE;
    jy_err rc;
    const struct opt options[] = { { "--json", OPT_FLAG, &by.json, false }, { "--trust", OPT_TEXT, &trust_path, false },
                                   { "--makers", OPT_TEXT, &makers_path, false }, { "--evidence", OPT_TEXT, &evidence_path, false }, { "--from-register", OPT_FLAG, &by.from_register, false },
                                   { "--write-evidence", OPT_TEXT, &by.keep, false }, { "--pictures", OPT_TEXT, &by.pictures, false }, { "--as-judged", OPT_FLAG, &by.as_judged, false },
                                   { "--policy", OPT_TEXT, &policy, false },
                                   { "--maker-alive", OPT_FLAG, &by.policy.maker_alive_now, false },
                                   { "--tolerance", OPT_INT, &tolerance, false }, { "--at", OPT_TIME, &by.at, false },
                                   { NULL, OPT_FLAG, NULL, false } };

    if (opt_read(options, argc, argv, &files) != 0)
        return EXIT_USAGE;
    if (files == 0) {
        fprintf(stderr, "jinyin verify: name at least one file\n");
        return EXIT_USAGE;
    }
    if ((by.as_judged && evidence_path == NULL) || ((by.keep != NULL || by.pictures != NULL) && files != 1)) {
        fprintf(stderr, "jinyin verify: --as-judged needs --evidence, --write-evidence and --pictures one file\n");
        return EXIT_USAGE;
    }
    by.policy.strict = strcmp(policy, "strict") == 0;
    by.policy.tolerance = tolerance;
    if ((!by.policy.strict && strcmp(policy, "standard") != 0) || tolerance > JY_POLICY_TOLERANCE_MAX) {
        fprintf(stderr, "jinyin verify: --policy is standard or strict, --tolerance 0 to %d seconds\n", JY_POLICY_TOLERANCE_MAX);
        return EXIT_USAGE;
    }
    if ((rc = read_trust(trust_path, jy_trust_add_path, &by, &fault)) != JY_OK)
        complain(trust_path, rc, &fault);
    else if ((rc = read_trust(makers_path, jy_trust_add_makers_path, &by, &fault)) != JY_OK)
        complain(makers_path, rc, &fault);
    else if ((rc = read_evidence(evidence_path, &by, &fault)) != JY_OK)
        complain(evidence_path, rc, &fault);
    else
        for (int i = 0; i < files; i++)
            code = i == 0 ? verify_one(argv[i], &by) : worse(code, verify_one(argv[i], &by));
    jy_evidence_free(by.evidence);
    jy_trust_free(by.trust);
    return code;
}

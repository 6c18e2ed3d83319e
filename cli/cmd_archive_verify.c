/* SPDX-License-Identifier: Apache-2.0 */
/* `jinyin archive verify`: the verdict from an archive package alone, at any later time (R24.1, docs/protocol/archive.md). */
#include "cli/cmd.h"

#include <jinyin/verify.h>

#include "codec/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wish { const char *key, *trust; jy_time at; bool json; };

static jy_err
read_key(const char *text, uint8_t key[JY_SM2_POINT_SIZE], struct jy_fault *fault)
{
    struct jy_buf point = { 0 };
    jy_err rc = jy_base64_decode(jy_slice_text(text), &point);

    if (rc != JY_OK || point.len != JY_SM2_POINT_SIZE)
        rc = rc == JY_E_NOMEM ? rc :
            jy_fail(fault, JY_E_ARGUMENT, "--service-key", 0, "base64 of 65 bytes, as GET /api/v1/statement-keys shows it under \"archive\"");
    else
        memcpy(key, point.p, point.len);
    jy_buf_free(&point);
    return rc;
}

/* What stands before the report: of what, by whom, and what came out when it was packed. */
static jy_err
say(const struct jy_archive *archive, const struct jy_archive_judgement *judgement, const struct wish *wish)
{
    const struct jy_archive_contents *c = &archive->contents;
    const char *now = jy_verdict_name(judgement->verdict), *again = jy_verdict_name(judgement->again);
    struct jy_buf key = { 0 }, report = { 0 };
    char packed[21], at[21];
    jy_err rc;

    jy_time_rfc3339(c->packed, packed);
    jy_time_rfc3339(wish->at, at);
    if ((rc = jy_base64_encode(JY_SLICE(archive->signature.key, JY_SM2_POINT_SIZE), &key)) != JY_OK ||
        (rc = (wish->json ? jy_report_json : jy_report_text)(judgement->report, &report)) != JY_OK)
        goto out;
    if (wish->json)
        printf("{\"record_id\":\"%s\",\"packed\":\"%s\",\"at\":\"%s\",\"verdict\":\"%s\",\"packed_verdict\":\"%s\",\"packed_verdict_again\":\"%s\","
               "\"vouched\":%s,\"service_key\":\"%.*s\",\"report\":%.*s}\n", c->record_id, packed, at, now, c->verdict, again,
               judgement->vouched ? "true" : "false", (int)key.len, (const char *)key.p, (int)report.len, (const char *)report.p);
    else {
        printf("archive package of stamp record %s, packed %s, whole and unchanged  归档包完整、未被改动\n", c->record_id, packed);
        printf("  then %s, found again %s; at %s %s\n", c->verdict, again, at, now);
        printf("  signed by %.*s\n", (int)key.len, (const char *)key.p);
        if (!judgement->vouched)
            printf("  NOBODY VOUCHES for this package: name --service-key or --trust  未指定可信的服务公钥或信任锚，仅为自称\n");
        fwrite(report.p, 1, report.len, stdout);
    }
out:
    jy_buf_free(&key);
    jy_buf_free(&report);
    return rc;
}

/* record_id and verdict come from a file: only what cannot break the line is shown as it stands. */
static jy_err
check_words(const struct jy_archive_contents *c, struct jy_fault *fault)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    if (strspn(c->record_id, safe) != strlen(c->record_id) || strspn(c->verdict, safe) != strlen(c->verdict))
        return jy_fail(fault, JY_E_FORMAT, "manifest.json", 0, "record_id or verdict is not one");
    return JY_OK;
}

static jy_err
verify(const char *path, const struct wish *wish, int *code, struct jy_fault *fault)
{
    static const int exits[] = { [JY_VALID] = EXIT_VALID, [JY_VALID_WITH_WARNING] = EXIT_VALID, [JY_INDETERMINATE] = EXIT_INDETERMINATE,
                                 [JY_INVALID] = EXIT_INVALID, [JY_NO_SIGNATURE] = EXIT_NO_SIGNATURE };
    struct mapped file = { 0 };
    struct jy_archive *archive = NULL;
    struct jy_archive_judgement judgement = { 0 };
    struct jy_trust *anchors = NULL;
    uint8_t key[JY_SM2_POINT_SIZE];
    struct jy_archive_trust whom = { .service_key = wish->key == NULL ? NULL : key };
    jy_err rc;

    if ((wish->key != NULL && (rc = read_key(wish->key, key, fault)) != JY_OK) || (rc = map_file(path, &file, fault)) != JY_OK ||
        (wish->trust != NULL && ((rc = jy_trust_new(&anchors)) != JY_OK || (rc = jy_trust_add_path(anchors, wish->trust, fault)) != JY_OK)) ||
        (rc = jy_archive_open(file.bytes, &archive, fault)) != JY_OK || (rc = check_words(&archive->contents, fault)) != JY_OK)
        goto out;
    whom.anchors = anchors;
    if ((rc = jy_archive_judge(archive, &whom, wish->at, &judgement, fault)) != JY_OK || (rc = say(archive, &judgement, wish)) != JY_OK)
        goto out;
    *code = exits[judgement.verdict];
    if (!judgement.vouched && *code == EXIT_VALID)
        *code = EXIT_INDETERMINATE;                        /* what only vouches for itself is not valid */
out:
    jy_report_free(judgement.report);
    jy_archive_free(archive);
    jy_trust_free(anchors);
    unmap_file(&file);
    return rc;
}

int
archive_verify(int argc, char **argv)
{
    struct wish wish = { .at = jy_now() };
    const struct opt options[] = { { "--service-key", OPT_TEXT, &wish.key, false }, { "--trust", OPT_TEXT, &wish.trust, false },
                                   { "--at", OPT_TIME, &wish.at, false }, { "--json", OPT_FLAG, &wish.json, false }, { 0 } };
    struct jy_fault fault = { 0 };
    int rest, code = EXIT_UNREADABLE, usage = opt_read(options, argc, argv, &rest);
    jy_err rc;

    if (usage != 0)
        return usage;
    if (rest != 1) {
        fprintf(stderr, "jinyin archive verify: PACKAGE [--service-key BASE64] [--trust PEM|DIR] [--at TIME] [--json]\n");
        return EXIT_USAGE;
    }
    if ((rc = verify(argv[0], &wish, &code, &fault)) != JY_OK) {
        complain(argv[0], rc, &fault);
        return rc == JY_E_ARCHIVE_CHANGED || rc == JY_E_SIGNATURE ? EXIT_INVALID : rc == JY_E_ARCHIVE_INCOMPLETE ? EXIT_INDETERMINATE : EXIT_UNREADABLE;
    }
    return code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A seal's whole life on real files, step by step, each with its article. */
#include "cli/tamper.h"
#include "cli/tour.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stamped {
    char name[256];
    struct jy_buf original, file;
};

struct one_life {
    struct tour *tour;
    struct stamped *files;
    size_t count;                     /* those that were stamped */
};

/* Our own stamp must be valid; signatures that were in the file before may make the file less than that. */
static void
tell_own(struct tour *tour, const struct judged *judged)
{
    bool alone = strcmp(judged->own, judged->file) == 0;

    tour_detail("验章 · our stamp: %s%s%s %s", judged->own, alone ? "" : "; the file, with earlier signatures: ", alone ? "" : judged->file,
                tour_is_valid(judged->own) ? "" : judged->reason);
    tour->unexpected += !tour_is_valid(judged->own);
}

static jy_err
make_the_seal(struct tour *tour, struct jy_fault *fault)
{
    struct life *life = &tour->life;
    struct life_application application = { 0 };
    json_t *made = NULL;
    size_t needed;
    jy_err rc;

    tour_say(tour, "R7.1", "制作机构取得密钥与证书", "the licensed maker gets its key and certificate");
    if ((rc = life_maker_key(life, fault)) != JY_OK || (rc = life_approver_key(life, fault)) != JY_OK)
        goto out;
    tour_say(tour, "R9", "经办人申请法定名称章", "the agent applies for the statutory-name seal");
    if ((rc = life_apply(life, "issue", NULL, &application, fault)) != JY_OK)
        goto out;
    tour_detail("%s  %s", life->organization_name, life->seal_code);
    tour_say(tour, "R9", "缺少材料的申请被退回", "submitted without its materials, it is refused");
    tour_expect_refusal(tour, life_submit(life, &application, fault), "material_missing", fault);
    needed = life_materials_needed(&application);
    tour_say(tour, "R9", "补齐材料", "the materials are brought");
    tour_detail("上传 %zu 项材料 · uploading %zu materials", needed, needed);
    if ((rc = life_upload_materials(life, &application, fault)) != JY_OK)
        goto out;
    tour_say(tour, "R8.1", "核对实物印章", "the engraving system is asked for the physical seal");
    if ((rc = life_submit(life, &application, fault)) != JY_OK)
        goto out;
    tour_say(tour, "R13.2", "制作机构核验原件并受理", "the maker sees the originals and accepts");
    if ((rc = life_accept(life, &application, fault)) != JY_OK)
        goto out;
    tour_say(tour, "R11", "制作电子印章并同时备案", "the seal is made and filed with the police in one transaction");
    if ((rc = life_perform(life, &application, &made, fault)) != JY_OK)
        goto out;
    tour_detail("备案号 filing %s", json_string_value(json_object_get(made, "filing_number")));
    tour_say(tour, "R19.1", "移交保管人：设口令、定审批流程", "handed to the custodian: own PIN, approval flow");
    rc = life_hand_over(life, fault);
out:
    life_application_free(&application);
    json_decref(made);
    return rc;
}

static jy_err
stamp_one(struct one_life *one, const char *path, struct jy_fault *fault)
{
    struct tour *tour = one->tour;
    struct stamped *file = &one->files[one->count];
    char copy[PATH_MAX], base[256], order[65], result[65], text[64];
    struct judged judged;
    struct jy_buf changed = { 0 };
    json_t *document = NULL;
    const char *ext;
    double x, y;
    jy_err rc;

    snprintf(copy, sizeof(copy), "%s", path);
    snprintf(file->name, sizeof(file->name), "%s", basename(copy));
    ext = tour_extension(file->name, base);
    if ((rc = tour_read(path, &file->original, fault)) != JY_OK)
        return rc;
    tour_say(tour, "R15.1", file->name, "a document is brought");
    if ((rc = life_upload(&tour->life, jy_buf_slice(&file->original), &document, fault)) != JY_OK)
        goto out;
    if (json_string_value(json_object_get(document, "refusal"))[0] != '\0') {
        tour_detail("不能加盖 · cannot be stamped: %s", json_string_value(json_object_get(document, "refusal")));
        goto out;
    }
    tour_choose_place(document, &x, &y);
    if ((rc = life_order(&tour->life, json_string_value(json_object_get(document, "document_id")), 1, x, y, NULL, order, fault)) != JY_OK)
        goto out;
    if (one->count == 0) {
        tour_say(tour, "R16.1", "未经审批不得用章", "no stamp without an approval");
        tour_expect_refusal(tour, life_stamp(&tour->life, order, NULL, result, fault), "no_approval", fault);
    }
    tour_say(tour, "R16.1", "审批人批准，保管人输入口令，加盖", "the approver approves exactly these bytes, the custodian stamps");
    if ((rc = life_approve(&tour->life, order, NULL, fault)) != JY_OK ||
        (rc = life_stamp(&tour->life, order, NULL, result, fault)) != JY_OK ||
        (rc = life_download(&tour->life, result, &file->file, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), ".stamped%s", ext);
    if ((rc = tour_keep(tour, base, text, jy_buf_slice(&file->file), fault)) != JY_OK)
        goto out;
    one->count++;
    snprintf(text, sizeof(text), ".stamped%s.report", ext);
    if ((rc = tour_verify(tour, base, text, jy_buf_slice(&file->file), &judged, fault)) != JY_OK)
        goto out;
    tell_own(tour, &judged);
    if ((rc = tour_draw(tour, base, strcmp(ext, ".pdf") == 0 ? ".stamped.page1.png" : ".stamped.ofd.page1.png", jy_buf_slice(&file->file), fault)) != JY_OK)
        goto out;
    tour_say(tour, "R28.1", "改动一个字符后再验", "one character is changed, and it is verified again");
    if ((rc = tamper(jy_buf_slice(&file->file), &changed, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), ".tampered%s", ext);
    if ((rc = tour_keep(tour, base, text, jy_buf_slice(&changed), fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), ".tampered%s.report", ext);
    if ((rc = tour_verify(tour, base, text, jy_buf_slice(&changed), &judged, fault)) != JY_OK)
        goto out;
    tour_detail("验章 · verified: %s (%s)", judged.file, judged.reason);
    tour->unexpected += strcmp(judged.file, "invalid") != 0;
out:
    json_decref(document);
    jy_buf_free(&changed);
    return rc;
}

static jy_err
end_the_seal(struct one_life *one, struct jy_fault *fault)
{
    struct tour *tour = one->tour;
    char order[65], result[65], state[33], base[256], suffix[64];
    struct judged judged;
    json_t *document = NULL;
    struct { jy_time before, after; } t;
    double x, y;
    jy_err rc;

    if ((rc = life_upload(&tour->life, jy_buf_slice(&one->files[0].original), &document, fault)) != JY_OK)
        goto out;
    tour_choose_place(document, &x, &y);
    if ((rc = life_order(&tour->life, json_string_value(json_object_get(document, "document_id")), 1, x, y, NULL, order, fault)) != JY_OK ||
        (rc = life_approve(&tour->life, order, NULL, fault)) != JY_OK)
        goto out;
    tour_say(tour, "R21.2", "挂失：立即冻结", "reported lost: frozen at once");
    sleep(1);                                                    /* times are whole seconds: the last stamp was made before */
    if ((rc = life_freeze(&tour->life, "reported lost", fault)) != JY_OK)
        goto out;
    tour_expect_refusal(tour, life_stamp(&tour->life, order, NULL, result, fault), "seal_not_live", fault);
    tour_say(tour, "R21.2", "找回：保管人解冻", "found again: the custodian unfreezes");
    if ((rc = life_unfreeze(&tour->life, fault)) != JY_OK)
        goto out;
    t.before = jy_now();
    sleep(1);                                                    /* as above: before and after are told apart */
    tour_say(tour, "R21.1", "注销：不再使用", "cancelled: not used any more");
    if ((rc = life_cancel(&tour->life, "electronic_seal_not_used", fault)) != JY_OK)
        goto out;
    tour_expect_refusal(tour, life_stamp(&tour->life, order, NULL, result, fault), "seal_not_live", fault);
    sleep(1);
    t.after = jy_now();
    tour_say(tour, "N5", "任一时刻的状态", "its status at any time");
    for (int i = 0; i < 2; i++) {
        const char *expected = i == 0 ? "ACTIVE" : "CANCELLED";
        char when[21];
        jy_time_rfc3339(i == 0 ? t.before : t.after, when);
        if ((rc = life_status(&tour->life, i == 0 ? t.before : t.after, state, fault)) != JY_OK)
            goto out;
        tour_detail("%s  %s", when, state);
        tour->unexpected += strcmp(state, expected) != 0;
    }
    tour_say(tour, "N5", "注销前加盖的文件仍然有效", "what was stamped before stays valid, and says that the seal has ended");
    for (size_t i = 0; i < one->count; i++) {
        const char *ext = tour_extension(one->files[i].name, base);
        snprintf(suffix, sizeof(suffix), ".stamped%s.after-cancellation", ext);
        if ((rc = tour_verify(tour, base, suffix, jy_buf_slice(&one->files[i].file), &judged, fault)) != JY_OK)
            goto out;
        tour_detail("%s", one->files[i].name);
        tell_own(tour, &judged);
    }
out:
    json_decref(document);
    return rc;
}

jy_err
tour_life(struct tour *tour, char **paths, size_t count, struct jy_fault *fault)
{
    struct one_life one = { .tour = tour, .files = calloc(count, sizeof(*one.files)) };
    size_t before;
    jy_err rc = one.files == NULL ? JY_E_NOMEM : JY_OK;

    printf("津印 · 一枚电子印章的一生   Jinyin: the whole life of a seal   (演示，非生产 · not for production)\n\n");
    if (rc == JY_OK)
        rc = make_the_seal(tour, fault);
    for (size_t i = 0; rc == JY_OK && i < count; i++) {
        before = one.count;
        rc = stamp_one(&one, paths[i], fault);
        if (rc == JY_E_UNAVAILABLE || rc == JY_E_UNAUTHENTICATED || rc == JY_E_INTERNAL)
            goto out;
        if (rc != JY_OK) {
            tour_detail("✗ %s %s %s", jy_err_code(rc), fault->where, fault->text);
            tour->unexpected += one.count > before;        /* refused as a whole is a clear answer; half-way is not */
            rc = JY_OK;
        }
        if (one.count == before) {
            jy_buf_free(&one.files[one.count].original);
            jy_buf_free(&one.files[one.count].file);
        }
    }
    if (rc == JY_OK && one.count == 0)
        rc = jy_fail(fault, JY_E_NOT_FOUND, "tour", 0, "none of the files could be stamped");
    if (rc == JY_OK)
        rc = end_the_seal(&one, fault);
    if (rc == JY_OK)
        printf("\n%s  %zu 份文件 files → %s/\n", tour->unexpected == 0 ? "完成 done" : "完成，但有意外结果 done, WITH UNEXPECTED ANSWERS", one.count,
               tour->dir);
out:
    for (size_t i = 0; one.files != NULL && i < count; i++) {
        jy_buf_free(&one.files[i].original);
        jy_buf_free(&one.files[i].file);
    }
    free(one.files);
    return rc;
}

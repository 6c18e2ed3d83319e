/* SPDX-License-Identifier: Apache-2.0 */
/* jinyin tour: a seal's whole life on real files, step by step, each with its article. */
#include "cli/life.h"
#include "cli/poppler.h"
#include "cli/tamper.h"

#include <jinyin/container.h>

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cmd.h"


struct tour {
    struct life life;
    const char *dir;
    int step, unexpected;             /* unexpected: answers that a right service would not give */
    struct stamped {
        char name[256];
        struct jy_buf original, file;
    } *files;
    size_t file_count;
};

static void
say(struct tour *tour, const char *article, const char *zh, const char *en)
{
    printf("%2d  %-7s %s · %s\n", ++tour->step, article, zh, en);
    fflush(stdout);
}

static void
detail(const char *text)
{
    printf("            %s\n", text);
    fflush(stdout);
}

/* A step that must be refused with this code. */
static void
expect_refusal(struct tour *tour, jy_err rc, const char *code, const struct jy_fault *fault)
{
    if (rc != JY_OK && strcmp(tour->life.problem_code, code) == 0) {
        printf("            ✗ %s  (%s)\n", jy_err_zh(rc), code);
        return;
    }
    tour->unexpected++;
    printf("            !! expected %s, got %s %s\n", code, rc == JY_OK ? "success" : tour->life.problem_code, fault->text);
}

static jy_err
read_whole(const char *path, struct jy_buf *out, struct jy_fault *fault)
{
    uint8_t chunk[65536];
    size_t n;
    jy_err rc = JY_OK;
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    while (rc == JY_OK && (n = fread(chunk, 1, sizeof(chunk), f)) > 0)
        rc = jy_buf_add(out, JY_SLICE(chunk, n));
    fclose(f);
    return rc;
}

/* DIR/NAME with suffix, e.g. "contract.ofd" + ".report.json". */
static jy_err
keep(const struct tour *tour, const char *name, const char *suffix, struct jy_slice bytes, struct jy_fault *fault)
{
    char path[PATH_MAX];
    FILE *f;
    bool good;

    if (snprintf(path, sizeof(path), "%s/%s%s", tour->dir, name, suffix) >= (int)sizeof(path))
        return jy_fail(fault, JY_E_LIMIT, name, 0, "path too long");
    if ((f = fopen(path, "wb")) == NULL)
        return jy_fail(fault, JY_E_IO, path, 0, "%s", strerror(errno));
    good = fwrite(bytes.p, 1, bytes.len, f) == bytes.len;
    if (fclose(f) != 0 || !good)
        return jy_fail(fault, JY_E_IO, path, 0, "cannot write");
    return JY_OK;
}

/* "contract.ofd" → "contract" and ".ofd". */
static const char *
extension(const char *name, char base[256])
{
    const char *dot = strrchr(name, '.');

    snprintf(base, 256, "%.*s", dot == NULL ? (int)strlen(name) : (int)(dot - name), name);
    return dot == NULL ? "" : dot;
}

/* What the service says of a file, and of its last signature: the one that this tour made. */
struct judged { char file[33], own[33], reason[256]; };

/* The service's verdict on bytes; the report is kept as DIR/NAME.SUFFIX.json and .txt. */
static jy_err
verify(struct tour *tour, const char *name, const char *suffix, struct jy_slice bytes, struct judged *judged, struct jy_fault *fault)
{
    struct jy_buf json = { 0 }, text = { 0 };
    json_t *report = NULL, *signature, *check;
    char file[320];
    size_t i, k;
    jy_err rc;

    *judged = (struct judged){ { 0 } };
    if ((rc = life_call(&tour->life, NULL, "POST", "/api/v1/verify", NULL, bytes, NULL, &report, &json, fault)) != JY_OK)
        goto out;
    snprintf(judged->file, sizeof(judged->file), "%s", json_string_value(json_object_get(report, "verdict")));
    json_array_foreach(json_object_get(report, "signatures"), i, signature) {
        snprintf(judged->own, sizeof(judged->own), "%s", json_string_value(json_object_get(signature, "verdict")));
        json_array_foreach(json_object_get(signature, "checks"), k, check) {
            const char *severity = json_string_value(json_object_get(check, "severity"));
            if (judged->reason[0] == '\0' && json_is_false(json_object_get(check, "passed")) && severity != NULL &&
                strcasecmp(severity, "invalid") == 0)
                snprintf(judged->reason, sizeof(judged->reason), "%s %s", json_string_value(json_object_get(check, "name")),
                         json_string_value(json_object_get(check, "where")));
        }
    }
    snprintf(file, sizeof(file), "%s.json", suffix);
    if ((rc = keep(tour, name, file, jy_buf_slice(&json), fault)) != JY_OK)
        goto out;
    if ((rc = life_call(&tour->life, NULL, "POST", "/api/v1/verify?form=text", NULL, bytes, NULL, NULL, &text, fault)) != JY_OK)
        goto out;
    snprintf(file, sizeof(file), "%s.txt", suffix);
    rc = keep(tour, name, file, jy_buf_slice(&text), fault);
out:
    json_decref(report);
    jy_buf_free(&json);
    jy_buf_free(&text);
    return rc;
}

static bool
is_valid(const char *verdict)
{
    return strcmp(verdict, "valid") == 0 || strcmp(verdict, "valid_with_warning") == 0;
}

/* Our own stamp must be valid; signatures that were in the file before may make the file less than that. */
static void
tell_own(struct tour *tour, const struct judged *judged)
{
    bool alone = strcmp(judged->own, judged->file) == 0;
    char text[512];

    snprintf(text, sizeof(text), "验章 · our stamp: %s%s%s %s", judged->own, alone ? "" : "; the file, with earlier signatures: ",
             alone ? "" : judged->file, is_valid(judged->own) ? "" : judged->reason);
    detail(text);
    tour->unexpected += !is_valid(judged->own);
}

static jy_err
make_the_seal(struct tour *tour, struct jy_fault *fault)
{
    char application[65], text[512];
    json_t *checklist = NULL, *made = NULL, *item;
    size_t i, needed = 0;
    jy_err rc;

    say(tour, "R7.1", "制作机构取得密钥与证书", "the licensed maker gets its key and certificate");
    if ((rc = life_maker_key(&tour->life, fault)) != JY_OK || (rc = life_approver_key(&tour->life, fault)) != JY_OK)
        goto out;
    say(tour, "R9", "经办人申请法定名称章", "the agent applies for the statutory-name seal");
    if ((rc = life_apply(&tour->life, application, &checklist, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), "%s  %s", tour->life.organization_name, tour->life.seal_code);
    detail(text);
    json_array_foreach(checklist, i, item)
        needed += json_is_true(json_object_get(item, "required"));
    say(tour, "R9", "缺少材料的申请被退回", "submitted without its materials, it is refused");
    expect_refusal(tour, life_submit(&tour->life, application, fault), "material_missing", fault);
    snprintf(text, sizeof(text), "上传 %zu 项材料 · uploading %zu materials", needed, needed);
    say(tour, "R9", "补齐材料", "the materials are brought");
    detail(text);
    if ((rc = life_upload_materials(&tour->life, application, checklist, fault)) != JY_OK)
        goto out;
    say(tour, "R8.1", "核对实物印章", "the engraving system is asked for the physical seal");
    if ((rc = life_submit(&tour->life, application, fault)) != JY_OK)
        goto out;
    say(tour, "R13.2", "制作机构核验原件并受理", "the maker sees the originals and accepts");
    if ((rc = life_accept(&tour->life, application, checklist, fault)) != JY_OK)
        goto out;
    say(tour, "R11", "制作电子印章并同时备案", "the seal is made and filed with the police in one transaction");
    if ((rc = life_make(&tour->life, application, &made, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), "备案号 filing %s", json_string_value(json_object_get(made, "filing_number")));
    detail(text);
    say(tour, "R19.1", "移交保管人：设口令、定审批流程", "handed to the custodian: own PIN, approval flow");
    rc = life_hand_over(&tour->life, fault);
out:
    json_decref(checklist);
    json_decref(made);
    return rc;
}

/* Where the stamp goes: near the bottom right, wholly on the page whatever its size. */
static void
choose_place(const json_t *document, double *x_mm, double *y_mm)
{
    const json_t *page = json_array_get(json_object_get(document, "pages"), 0);
    double w = json_number_value(json_array_get(page, 0)), h = json_number_value(json_array_get(page, 1));

    *x_mm = w > 100 ? w - 70 : w > 42 ? (w - 42) / 2 : 0;
    *y_mm = h > 150 ? h - 90 : h > 42 ? (h - 42) / 2 : 0;
}

static jy_err
stamp_one(struct tour *tour, const char *path, struct jy_fault *fault)
{
    struct stamped *file = &tour->files[tour->file_count];
    char copy[PATH_MAX], base[256], order[65], result[65], text[512];
    struct judged judged;
    struct jy_buf png = { 0 }, changed = { 0 };
    json_t *document = NULL;
    const char *ext;
    double x, y;
    jy_err rc;

    snprintf(copy, sizeof(copy), "%s", path);
    snprintf(file->name, sizeof(file->name), "%s", basename(copy));
    ext = extension(file->name, base);
    if ((rc = read_whole(path, &file->original, fault)) != JY_OK)
        return rc;
    say(tour, "R15.1", file->name, "a document is brought");
    if ((rc = life_upload(&tour->life, jy_buf_slice(&file->original), &document, fault)) != JY_OK)
        goto out;
    if (json_string_value(json_object_get(document, "refusal"))[0] != '\0') {
        snprintf(text, sizeof(text), "不能加盖 · cannot be stamped: %s", json_string_value(json_object_get(document, "refusal")));
        detail(text);
        goto out;
    }
    choose_place(document, &x, &y);
    if ((rc = life_order(&tour->life, json_string_value(json_object_get(document, "document_id")), 1, x, y, NULL, order, fault)) != JY_OK)
        goto out;
    if (tour->file_count == 0) {
        say(tour, "R16.1", "未经审批不得用章", "no stamp without an approval");
        expect_refusal(tour, life_stamp(&tour->life, order, NULL, result, fault), "no_approval", fault);
    }
    say(tour, "R16.1", "审批人批准，保管人输入口令，加盖", "the approver approves exactly these bytes, the custodian stamps");
    if ((rc = life_approve(&tour->life, order, NULL, fault)) != JY_OK ||
        (rc = life_stamp(&tour->life, order, NULL, result, fault)) != JY_OK ||
        (rc = life_download(&tour->life, result, &file->file, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), ".stamped%s", ext);
    if ((rc = keep(tour, base, text, jy_buf_slice(&file->file), fault)) != JY_OK)
        goto out;
    tour->file_count++;
    snprintf(text, sizeof(text), ".stamped%s.report", ext);
    if ((rc = verify(tour, base, text, jy_buf_slice(&file->file), &judged, fault)) != JY_OK)
        goto out;
    tell_own(tour, &judged);
    if (jy_format_detect(jy_buf_slice(&file->file)) == JY_FORMAT_PDF) {
        if (picture_of_pdf_page(jy_buf_slice(&file->file), 1, 110, &png, fault) != JY_OK) {
            snprintf(text, sizeof(text), "没有图像 · no picture: %s %s", fault->where, fault->text);
            detail(text);
        } else if ((rc = keep(tour, base, ".stamped.page1.png", jy_buf_slice(&png), fault)) != JY_OK)
            goto out;
    }
    say(tour, "R28.1", "改动一个字符后再验", "one character is changed, and it is verified again");
    if ((rc = tamper(jy_buf_slice(&file->file), &changed, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), ".tampered%s", ext);
    if ((rc = keep(tour, base, text, jy_buf_slice(&changed), fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), ".tampered%s.report", ext);
    if ((rc = verify(tour, base, text, jy_buf_slice(&changed), &judged, fault)) != JY_OK)
        goto out;
    snprintf(text, sizeof(text), "验章 · verified: %s (%s)", judged.file, judged.reason);
    detail(text);
    tour->unexpected += strcmp(judged.file, "invalid") != 0;
out:
    json_decref(document);
    jy_buf_free(&png);
    jy_buf_free(&changed);
    return rc;
}

static jy_err
end_the_seal(struct tour *tour, struct jy_fault *fault)
{
    char order[65], result[65], state[33], base[256], suffix[300], text[640];
    struct judged judged;
    json_t *document = NULL;
    struct { jy_time before, after; } t;
    double x, y;
    jy_err rc;

    if ((rc = life_upload(&tour->life, jy_buf_slice(&tour->files[0].original), &document, fault)) != JY_OK)
        goto out;
    choose_place(document, &x, &y);
    if ((rc = life_order(&tour->life, json_string_value(json_object_get(document, "document_id")), 1, x, y, NULL, order, fault)) != JY_OK ||
        (rc = life_approve(&tour->life, order, NULL, fault)) != JY_OK)
        goto out;
    say(tour, "R21.2", "挂失：立即冻结", "reported lost: frozen at once");
    if ((rc = life_freeze(&tour->life, "reported lost", fault)) != JY_OK)
        goto out;
    expect_refusal(tour, life_stamp(&tour->life, order, NULL, result, fault), "seal_not_live", fault);
    say(tour, "R21.2", "找回：保管人解冻", "found again: the custodian unfreezes");
    if ((rc = life_unfreeze(&tour->life, fault)) != JY_OK)
        goto out;
    t.before = jy_now();
    sleep(1);                                                    /* times are whole seconds: keep before and after apart */
    say(tour, "R21.1", "注销：不再使用", "cancelled: not used any more");
    if ((rc = life_cancel(&tour->life, "electronic_seal_not_used", fault)) != JY_OK)
        goto out;
    expect_refusal(tour, life_stamp(&tour->life, order, NULL, result, fault), "seal_not_live", fault);
    sleep(1);
    t.after = jy_now();
    say(tour, "N5", "任一时刻的状态", "its status at any time");
    for (int i = 0; i < 2; i++) {
        const char *expected = i == 0 ? "ACTIVE" : "CANCELLED";
        char when[21];
        jy_time_rfc3339(i == 0 ? t.before : t.after, when);
        if ((rc = life_status(&tour->life, i == 0 ? t.before : t.after, state, fault)) != JY_OK)
            goto out;
        snprintf(text, sizeof(text), "%s  %s", when, state);
        detail(text);
        tour->unexpected += strcmp(state, expected) != 0;
    }
    say(tour, "N5", "注销前加盖的文件仍然有效", "what was stamped before stays valid, and says that the seal has ended");
    for (size_t i = 0; i < tour->file_count; i++) {
        const char *ext = extension(tour->files[i].name, base);
        snprintf(suffix, sizeof(suffix), ".stamped%s.after-cancellation", ext);
        if ((rc = verify(tour, base, suffix, jy_buf_slice(&tour->files[i].file), &judged, fault)) != JY_OK)
            goto out;
        detail(tour->files[i].name);
        tell_own(tour, &judged);
    }
out:
    json_decref(document);
    return rc;
}

/* The project's own fixtures, beside the program as built or as installed. */
static bool
default_files(char files[2][PATH_MAX])
{
    static const char *const names[2] = { "contract.ofd", "contract.pdf" };
    static const char *const folders[] = { "/../tests/data", "/../share/jinyin/examples" };
    char exe[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (n <= 0)
        return false;
    exe[n] = '\0';
    dirname(exe);
    for (size_t f = 0; f < 2; f++) {
        bool all = true;
        for (size_t i = 0; i < 2; i++) {
            snprintf(files[i], PATH_MAX, "%s%s/%s", exe, folders[f], names[i]);
            all = all && access(files[i], R_OK) == 0;
        }
        if (all)
            return true;
    }
    return false;
}

int
cmd_tour(int argc, char **argv)
{
    const char *credentials = "var/demo/credentials.json", *paths[256];
    static char defaults[2][PATH_MAX];
    struct tour tour = { .dir = "var/tour" };
    struct jy_fault fault = { 0 };
    size_t count = 0, stamped_before;
    jy_err rc;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
            tour.dir = argv[++i];
        else if (strcmp(argv[i], "--credentials") == 0 && i + 1 < argc)
            credentials = argv[++i];
        else if (argv[i][0] == '-' || count == sizeof(paths) / sizeof(paths[0])) {
            fprintf(stderr, "usage: jinyin tour [--dir DIR] [--credentials FILE] [FILE…]\n");
            return EXIT_USAGE;
        } else
            paths[count++] = argv[i];
    }
    if (count == 0) {
        if (!default_files(defaults)) {
            fprintf(stderr, "jinyin tour: name some OFD or PDF files\n");
            return EXIT_USAGE;
        }
        paths[count++] = defaults[0];
        paths[count++] = defaults[1];
    }
    if (mkdir("var", 0755) != 0 && errno != EEXIST)
        return EXIT_UNREADABLE;
    if (mkdir(tour.dir, 0755) != 0 && errno != EEXIST) {
        fprintf(stderr, "jinyin tour: %s: %s\n", tour.dir, strerror(errno));
        return EXIT_UNREADABLE;
    }
    if ((tour.files = calloc(count, sizeof(*tour.files))) == NULL)
        return EXIT_SERVICE;
    if ((rc = life_open(credentials, &tour.life, &fault)) != JY_OK || (rc = life_choose(&tour.life, 1, &fault)) != JY_OK ||
        (rc = life_log_in(&tour.life, &fault)) != JY_OK)
        goto out;
    printf("津印 · 一枚电子印章的一生   Jinyin: the whole life of a seal   (演示，非生产 · not for production)\n\n");
    if ((rc = make_the_seal(&tour, &fault)) != JY_OK)
        goto out;
    for (size_t i = 0; i < count; i++) {
        stamped_before = tour.file_count;
        rc = stamp_one(&tour, paths[i], &fault);
        if (rc == JY_E_UNAVAILABLE || rc == JY_E_UNAUTHENTICATED || rc == JY_E_INTERNAL)
            goto out;
        if (rc != JY_OK) {
            printf("            ✗ %s %s %s\n", jy_err_code(rc), fault.where, fault.text);
            tour.unexpected += tour.file_count > stamped_before;  /* refused as a whole is a clear answer; half-way is not */
        }
        if (tour.file_count == stamped_before) {
            jy_buf_free(&tour.files[tour.file_count].original);
            jy_buf_free(&tour.files[tour.file_count].file);
        }
    }
    if (tour.file_count == 0) {
        rc = jy_fail(&fault, JY_E_NOT_FOUND, "tour", 0, "none of the files could be stamped");
        goto out;
    }
    rc = end_the_seal(&tour, &fault);
out:
    if (rc != JY_OK)
        fprintf(stderr, "jinyin tour: %s [%s] %s %s\n", jy_err_en(rc), jy_err_code(rc), fault.where, fault.text);
    else
        printf("\n%s  %zu 份文件 files → %s/\n", tour.unexpected == 0 ? "完成 done" : "完成，但有意外结果 done, WITH UNEXPECTED ANSWERS",
               tour.file_count, tour.dir);
    for (size_t i = 0; tour.files != NULL && i < count; i++) {
        jy_buf_free(&tour.files[i].original);
        jy_buf_free(&tour.files[i].file);
    }
    free(tour.files);
    life_close(&tour.life);
    return rc != JY_OK ? EXIT_SERVICE : tour.unexpected != 0;
}

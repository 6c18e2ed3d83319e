/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of seal of core/kinds.c through every kind of application: what comes next is what the seal's state allows (core/states.c), so that a new
 * kind, application or state takes part by itself. In each application one outside system fails; it must be got over.
 */
#include "cli/columns.h"
#include "cli/tour_round.h"

#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define KINDS_MAX 64
#define TYPES_MAX 16
#define SHORT_DAYS 20                 /* certificates end so soon that they may be renewed at once (R20.2) */

extern char **environ;

/* -- one kind -- */

/* The next application that the seal's state allows; what ends the seal for good comes last. */
static const struct application_type *
next_application(const struct round *r, const bool *done)
{
    const struct application_type *types, *last = NULL;
    size_t count;

    types = application_types(&count);
    for (size_t i = 0; i < count && i < TYPES_MAX; i++) {
        const char *to;
        struct jy_fault unused;
        if (done[i] || (types[i].seal_event == NULL) != (r->state[0] == '\0') ||
            (types[i].seal_event != NULL && state_after(seal_moves, r->state, types[i].seal_event, &to, &unused) != JY_OK))
            continue;
        if (types[i].makes || seal_is_living(to))
            return &types[i];
        last = &types[i];
    }
    return last;
}

/* The events of a seal in the order in which somebody has them, with blanks between. */
static void
events_of(const json_t *rows, const char *seal_id, bool inside_body, bool newest_first, char *out, size_t size)
{
    size_t count = json_array_size(rows), at = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const json_t *row = json_array_get(rows, newest_first ? count - 1 - i : i), *facts = inside_body ? json_object_get(row, "body") : row;
        const char *id = json_string_value(json_object_get(facts, "seal_id"));
        if (id != NULL && strcmp(id, seal_id) == 0 && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s ", json_string_value(json_object_get(facts, "event")));
    }
}

/* R13.2, R5.2: whatever failed in between, the engraving system has each filing once, in our order. */
static jy_err
compare_filings(struct round *r, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    json_t *ours = NULL, *theirs = NULL;
    char path[256], mine[1024], other[1024];
    size_t equal = 0;
    jy_err rc;

    snprintf(path, sizeof(path), "/api/v1/filings?limit=1000&kind=%s", r->kind->code);
    if ((rc = life_get(life, &life->police, path, &ours, fault)) == JY_OK && (rc = life_ask_simulator(life, "/filings", NULL, &theirs, fault)) == JY_OK)
        for (size_t i = 0; i < r->seal_count; i++) {
            events_of(json_object_get(ours, "items"), r->seals[i], false, true, mine, sizeof(mine));
            events_of(json_object_get(theirs, "filings"), r->seals[i], true, false, other, sizeof(other));
            if (mine[0] != '\0' && strcmp(mine, other) == 0)
                equal++;
            else
                tour_unexpected(r->tour, "%s: 我方 ours: %s 对方 theirs: %s", r->seals[i], mine, other);
        }
    if (rc == JY_OK && equal == r->seal_count)
        tour_detail("✓ %-7s %zu 枚印章的备案逐一送达，次序一致 · filings of its %zu seals arrived once and in order", "R13.2", equal, equal);
    json_decref(ours);
    json_decref(theirs);
    return rc;
}

static jy_err
keep_the_last(struct round *r, struct jy_fault *fault)
{
    struct tour *tour = r->tour;
    struct judged judged;
    char suffix[64];
    jy_err rc;

    snprintf(suffix, sizeof(suffix), ".stamped%s", r->extension);
    if ((rc = tour_keep(tour, r->kind->code, suffix, jy_buf_slice(&r->stamped), fault)) != JY_OK)
        return rc;
    snprintf(suffix, sizeof(suffix), ".stamped%s.report", r->extension);
    if ((rc = tour_verify(tour, r->kind->code, suffix, jy_buf_slice(&r->stamped), &judged, fault)) != JY_OK)
        return rc;
    if (tour_is_valid(judged.own))
        tour_detail("✓ %-7s 终止前加盖的仍然有效 · what was stamped before its end stays valid", "N5");
    else
        tour_unexpected(tour, "N5: %s %s", judged.own, judged.reason);
    return tour_draw(tour, r->kind->code, ".stamped.page1.png", jy_buf_slice(&r->stamped), fault);
}

static jy_err
one_kind(struct round *r, bool *done, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    const struct application_type *type, *types;
    json_t *document = NULL;
    size_t count;
    jy_err rc;

    types = application_types(&count);
    if ((rc = life_choose_kind(life, r->kind->code, fault)) != JY_OK || (rc = life_upload(life, r->document, &document, fault)) != JY_OK)
        goto out;
    printf("    %s  %s  %s %d×%d mm\n", life->seal_code, life->seal_name, r->kind->shape, r->kind->width_mm, r->kind->height_mm);
    snprintf(r->document_id, sizeof(r->document_id), "%s", json_string_value(json_object_get(document, "document_id")));
    tour_choose_place(document, &r->x, &r->y);
    while ((type = next_application(r, done)) != NULL) {
        int before = r->tour->unexpected;
        if ((rc = round_application(r, type, fault)) != JY_OK)
            goto out;
        done[type - types] = r->tour->unexpected == before;
        if (!done[type - types])
            goto out;                                      /* what goes on from a wrong answer shows nothing */
    }
    if ((rc = compare_filings(r, fault)) == JY_OK && r->stamped.len > 0)
        rc = keep_the_last(r, fault);
out:
    json_decref(document);
    jy_buf_free(&r->stamped);
    return rc;
}

/* -- all of them -- */

static void
print_table(const struct seal_kind *const *kinds, size_t count, bool (*done)[TYPES_MAX])
{
    const struct application_type *types;
    size_t type_count;

    types = application_types(&type_count);
    for (int line = 0; line < 2; line++) {
        print_column("", 46);
        for (size_t t = 0; t < type_count && t < TYPES_MAX; t++)
            print_column(line == 0 ? types[t].zh : types[t].en, 13);
        putchar('\n');
    }
    for (size_t k = 0; k < count; k++) {
        print_column(kinds[k]->source, 12);
        print_column(kinds[k]->zh, 15);
        print_column(kinds[k]->en, 19 + 2);
        for (size_t t = 0; t < type_count && t < TYPES_MAX; t++)
            print_column(done[k][t] ? "  ✓" : "  !!", 13);
        putchar('\n');
    }
}

/* `jinyin fsck` on the service's own data. *problems: its exit code. */
static jy_err
check_data(const json_t *credentials, int *problems, struct jy_fault *fault)
{
    const char *config = json_string_value(json_object_get(credentials, "config")), *owner = json_string_value(json_object_get(credentials, "owner"));
    char *arguments[] = { (char *)"jinyin", (char *)"fsck", (char *)"--config", (char *)config, owner == NULL ? NULL : (char *)"--owner", (char *)owner, NULL };
    pid_t pid;
    int status;

    if (config == NULL)
        return jy_fail(fault, JY_E_NOT_FOUND, "config", 0, "the credentials do not name the service's configuration");
    if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ) != 0 || waitpid(pid, &status, 0) != pid)
        return jy_fail(fault, JY_E_IO, "fsck", 0, "cannot be started");
    *problems = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
    return JY_OK;
}

/* Those named, or all. Errors: JY_E_NOT_FOUND. */
static jy_err
choose_kinds(char **names, size_t name_count, const struct seal_kind **out, size_t *count, struct jy_fault *fault)
{
    const struct seal_kind *all;
    size_t all_count;

    all = seal_kinds(&all_count);
    for (*count = 0; name_count == 0 && *count < all_count && *count < KINDS_MAX; (*count)++)
        out[*count] = &all[*count];
    for (size_t i = 0; i < name_count && *count < KINDS_MAX; i++)
        if ((out[(*count)++] = seal_kind_by_code(names[i])) == NULL)
            return jy_fail(fault, JY_E_NOT_FOUND, "kind", 0, "no kind of seal is called %s", names[i]);
    return JY_OK;
}

static jy_err
certificates_end_soon(struct life *life, int days, struct jy_fault *fault)
{
    json_t *answer = NULL;
    jy_err rc = life_ask_simulator(life, "/control/ca", json_pack("{si}", "days", days), &answer, fault);

    json_decref(answer);
    return rc;
}

static jy_err
print_end(struct tour *tour, const struct outages *outages, const struct seal_kind *const *kinds, size_t count, bool (*done)[TYPES_MAX],
          jy_time begun, struct jy_fault *fault)
{
    int missing, problems = 0;
    jy_err rc;

    printf("\n印章 × 业务 · seals × applications\n\n");
    print_table(kinds, count, done);
    printf("\n外部系统 × 故障 · outside systems × faults, each got over\n\n");
    missing = outages_print(outages);
    printf("\n核对数据 · jinyin fsck\n");
    fflush(stdout);
    if ((rc = check_data(tour->life.credentials, &problems, fault)) != JY_OK)
        return rc;
    tour->unexpected += problems != 0;
    if (missing > 0)
        printf("\n%d 种故障组合未演示 · pairs marked · were not shown; all kinds together show every one\n", missing);
    printf("\n%s  %d 项业务 applications, %lld s → %s/\n",
           tour->unexpected == 0 ? "完成 done" : "完成，但有意外结果 done, WITH UNEXPECTED ANSWERS", tour->step, (long long)(jy_now() - begun), tour->dir);
    if (tour->unexpected != 0)
        printf("!! %d\n", tour->unexpected);
    return JY_OK;
}

jy_err
tour_all(struct tour *tour, char **paths, size_t count, char **names, size_t name_count, struct jy_fault *fault)
{
    static bool done[KINDS_MAX][TYPES_MAX];
    const struct seal_kind *kinds[KINDS_MAX];
    struct jy_buf *files = calloc(count, sizeof(*files));
    const char *config_path = json_string_value(json_object_get(tour->life.credentials, "config"));
    json_t *config = config_path == NULL ? NULL : json_load_file(config_path, 0, NULL);
    struct outages outages = { 0 };
    struct jy_fault unused;
    jy_time begun = jy_now();
    size_t kind_count = 0, type_count;
    char copy[PATH_MAX], base[256];
    jy_err rc = files == NULL ? JY_E_NOMEM : choose_kinds(names, name_count, kinds, &kind_count, fault);

    (void)application_types(&type_count);
    for (size_t i = 0; rc == JY_OK && i < count; i++)
        rc = tour_read(paths[i], &files[i], fault);
    if (rc != JY_OK || (rc = outages_open(&tour->life, config, &outages, fault)) != JY_OK ||
        (rc = life_maker_key(&tour->life, fault)) != JY_OK || (rc = life_approver_key(&tour->life, fault)) != JY_OK ||
        (rc = certificates_end_soon(&tour->life, SHORT_DAYS, fault)) != JY_OK)
        goto out;
    printf("津印 · 各类印章、各项业务   Jinyin: every kind of seal, every application   (演示，非生产 · not for production)\n");
    printf("    %zu 种印章 kinds × %zu 项业务 applications · %s · %s\n", kind_count, type_count,
           json_object_get(config, "store") == NULL ? "SQLite" : "PostgreSQL", tour->life.base);
    for (size_t k = 0; rc == JY_OK && k < kind_count; k++) {
        struct round r = { .tour = tour, .outages = &outages, .kind = kinds[k], .document = jy_buf_slice(&files[k % count]) };
        snprintf(copy, sizeof(copy), "%s", paths[k % count]);
        r.extension = tour_extension(basename(copy), base);
        printf("\n── %zu/%zu  %s · %s  (%s)\n", k + 1, kind_count, kinds[k]->zh, kinds[k]->en, kinds[k]->source);
        if ((rc = one_kind(&r, done[k], fault)) != JY_OK && rc != JY_E_UNAVAILABLE) {
            tour_unexpected(tour, "%s %s %s", jy_err_code(rc), fault->where, fault->text);
            rc = JY_OK;
        }
    }
    if (rc == JY_OK)
        rc = print_end(tour, &outages, kinds, kind_count, done, begun, fault);
    (void)!certificates_end_soon(&tour->life, 0, &unused);
out:
    outages_close(&outages);
    json_decref(config);
    for (size_t i = 0; files != NULL && i < count; i++)
        jy_buf_free(&files[i]);
    free(files);
    return rc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of seal of core/kinds.c through every kind of application: what comes next is what the seal's state allows (core/states.c), so that a new
 * kind, application or state takes part by itself. In each application one outside system fails; it must be got over.
 */
#include "cli/tour_outage.h"

#include "core/rules.h"

#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define KINDS_MAX 64
#define TYPES_MAX 16
#define SEALS_MAX 16                  /* of one kind's life: each making is another seal */
#define SHORT_DAYS 20                 /* certificates end so soon that they may be renewed at once (R20.2) */
#define MET_SECONDS 5                 /* what is told is on its way by then */
#define PATIENCE_SECONDS 90           /* until everything has arrived */
#define AGAIN_US 200000
#define LOOK_US 20000

extern char **environ;

/* One kind's life. */
struct round {
    struct tour *tour;
    struct outages *outages;
    const struct seal_kind *kind;
    struct jy_slice document;
    const char *extension;            /* of the document */
    char document_id[65];
    double x, y;                      /* where it is stamped */
    char state[33];                   /* of the present seal, "" before there is one */
    char seals[SEALS_MAX][65];
    size_t seal_count;
    char waiting[65];                 /* an approved order of the present seal */
    struct jy_buf stamped;            /* the last one */
    /* the application on its way */
    const struct application_type *type;
    struct life_application application;
    struct outage outage;
    json_t *answer;
    char order[65], result[65];
};

/* -- an outside system fails -- */

typedef jy_err (*act)(struct round *, struct jy_fault *);

static jy_err
says_that_it_is_away(struct round *r, jy_err rc, const struct jy_fault *fault)
{
    const char *code = r->tour->life.problem_code;

    if (strcmp(code, "counterpart_down") == 0 || strcmp(code, "counterpart_refused") == 0)
        return JY_OK;
    tour_unexpected(r->tour, "%s %s", code, fault->text);
    return rc;
}

static void
tell_outage(const struct round *r, const char *how, const char *answer, const char *zh, const char *en)
{
    tour_detail("↯ %-7s %s %s → %s %s", r->outage.outside->source, r->outage.outside->zh, how, answer, zh);
    tour_detail("          %s: %s", r->outage.outside->en, en);
}

/* The same again, until the service has found out that the system is back. */
static jy_err
again(struct round *r, act what, struct jy_fault *fault)
{
    jy_time until = jy_now() + PATIENCE_SECONDS;
    jy_err rc;

    while ((rc = what(r, fault)) != JY_OK && strcmp(r->tour->life.problem_code, "counterpart_down") == 0 && jy_now() < until)
        usleep(AGAIN_US);
    return rc;
}

/* What is asked of the outside system: refused clearly, nothing half-done, and good at the next try; or good at once. */
static jy_err
asked(struct round *r, act what, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    const char *how = outages_fault(r->outages, &r->outage);
    char refused[65] = "";
    struct jy_fault unused;
    int met;
    jy_err rc, why;

    if ((rc = outage_begin(life, r->outages, &r->outage, fault)) != JY_OK)
        return rc;
    why = what(r, fault);
    if (why != JY_OK) {
        rc = says_that_it_is_away(r, why, fault);
        snprintf(refused, sizeof(refused), "%s", life->problem_code);
    }
    if ((why = outage_end(life, &r->outage, 0, &met, rc == JY_OK ? fault : &unused)) != JY_OK || rc != JY_OK)
        return rc != JY_OK ? rc : why;
    if (refused[0] != '\0' && (rc = again(r, what, fault)) != JY_OK)
        return rc;
    if (met == 0)
        return JY_OK;
    outages_got_over(r->outages, &r->outage);
    if (refused[0] != '\0')
        tell_outage(r, how, refused, "恢复后再试，成功", "refused meanwhile, done when tried again");
    else
        tell_outage(r, how, "✓", "不受影响", "not affected");
    return JY_OK;
}

/* What is told to it: nobody waits, and it arrives later. */
static jy_err
told(struct round *r, act what, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    struct jy_fault unused;
    int met;
    jy_err rc, end;

    if ((rc = outage_begin(life, r->outages, &r->outage, fault)) != JY_OK)
        return rc;
    rc = what(r, fault);
    end = outage_end(life, &r->outage, rc == JY_OK ? MET_SECONDS : 0, &met, rc == JY_OK ? fault : &unused);
    if (rc != JY_OK || end != JY_OK || met == 0)
        return rc != JY_OK ? rc : end;
    outages_got_over(r->outages, &r->outage);
    tell_outage(r, outages_fault(r->outages, &r->outage), "✓", "业务照常，恢复后送达", "nobody waits for it, delivered after its return");
    return JY_OK;
}

static jy_err
at(struct round *r, enum moment moment, act what, struct jy_fault *fault)
{
    if (!r->outage.chosen || r->outage.outside->moment != moment)
        return what(r, fault);
    return outage_is_told(moment) ? told(r, what, fault) : asked(r, what, fault);
}

/* A person looks at what is dead and sends it again. */
static jy_err
resend_dead(struct life *life, struct jy_fault *fault)
{
    json_t *answer = NULL, *event;
    size_t i;
    jy_err rc = life_get(life, &life->police, "/api/v1/exchange/events?state=DEAD&limit=1000", &answer, fault);

    json_array_foreach(json_object_get(answer, "items"), i, event) {
        json_t *body = json_pack("{s:s}", "reason", "the outside system is back"), *done = NULL;
        char path[256];
        snprintf(path, sizeof(path), "/api/v1/exchange/events/%s/resend", json_string_value(json_object_get(event, "event_id")));
        if (rc == JY_OK)
            rc = life_call(life, &life->police, "POST", path, body, JY_EMPTY, NULL, &done, NULL, fault);
        json_decref(body);
        json_decref(done);
    }
    json_decref(answer);
    return rc;
}

/* Until nothing waits for an outside system. */
static jy_err
settle(struct round *r, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    jy_time until = jy_now() + PATIENCE_SECONDS;
    jy_err rc;

    for (;;) {
        json_t *answer = NULL, *row;
        json_int_t waiting = 0, dead = 0;
        size_t i;
        if ((rc = life_get(life, &life->police, "/api/v1/exchange", &answer, fault)) != JY_OK)
            return rc;
        json_array_foreach(json_object_get(answer, "destinations"), i, row) {
            waiting += json_integer_value(json_object_get(row, "waiting"));
            dead += json_integer_value(json_object_get(row, "dead"));
        }
        json_decref(answer);
        if (waiting + dead == 0)
            return JY_OK;
        if (jy_now() >= until) {
            tour_unexpected(r->tour, "%lld 个事件未送达 · events have not arrived, %lld of them dead", (long long)(waiting + dead), (long long)dead);
            return JY_OK;
        }
        if (dead > 0 && (rc = resend_dead(life, fault)) != JY_OK)
            return rc;
        usleep(LOOK_US);
    }
}

/* -- one application -- */

static jy_err
submit(struct round *r, struct jy_fault *fault)
{
    return life_submit(&r->tour->life, &r->application, fault);
}

static jy_err
perform(struct round *r, struct jy_fault *fault)
{
    json_decref(r->answer);
    r->answer = NULL;
    return life_perform(&r->tour->life, &r->application, &r->answer, fault);
}

static jy_err
perform_and_tell(struct round *r, struct jy_fault *fault)
{
    return at(r, AT_MAKING, perform, fault);
}

static jy_err
order(struct round *r, struct jy_fault *fault)
{
    return life_order(&r->tour->life, r->document_id, 1, r->x, r->y, NULL, r->order, fault);
}

static jy_err
stamp(struct round *r, struct jy_fault *fault)
{
    return life_stamp(&r->tour->life, r->order, NULL, r->result, fault);
}

static jy_err
stamp_and_verify(struct round *r, struct jy_fault *fault)
{
    struct tour *tour = r->tour;
    struct judged judged;
    jy_err rc;

    if ((rc = at(r, AT_ORDER, order, fault)) != JY_OK || (rc = life_approve(&tour->life, r->order, NULL, fault)) != JY_OK ||
        (rc = at(r, AT_STAMPING, stamp, fault)) != JY_OK)
        return rc;
    r->stamped.len = 0;
    if ((rc = life_download(&tour->life, r->result, &r->stamped, fault)) != JY_OK ||
        (rc = tour_verify(tour, r->kind->code, NULL, jy_buf_slice(&r->stamped), &judged, fault)) != JY_OK)
        return rc;
    if (tour_is_valid(judged.own))
        tour_detail("✓ 审批、加盖、验章 · approved, stamped, verified: %s", judged.own);
    else
        tour_unexpected(tour, "验章 · verified: %s %s", judged.own, judged.reason);
    return JY_OK;
}

/* An order of the seal as it is before the application: it must not be stamped after it. */
static jy_err
leave_an_order(struct round *r, struct jy_fault *fault)
{
    jy_err rc;

    r->waiting[0] = '\0';
    if (strcmp(r->state, "ACTIVE") != 0)
        return JY_OK;
    if ((rc = order(r, fault)) == JY_OK && (rc = life_approve(&r->tour->life, r->order, NULL, fault)) == JY_OK)
        snprintf(r->waiting, sizeof(r->waiting), "%s", r->order);
    return rc;
}

static void
check_the_order_left(struct round *r, struct jy_fault *fault)
{
    jy_err rc;

    if (r->waiting[0] == '\0')
        return;
    rc = life_stamp(&r->tour->life, r->waiting, NULL, r->result, fault);
    if (rc != JY_OK && strcmp(r->tour->life.problem_code, "seal_not_live") == 0)
        tour_detail("✓ 此前批准的用印不再加盖 · what was approved before is not stamped: seal_not_live");
    else
        tour_unexpected(r->tour, "expected seal_not_live, got %s", rc == JY_OK ? "a stamp" : r->tour->life.problem_code);
}

static const char *
state_afterwards(const struct round *r, const struct application_type *type)
{
    struct jy_fault unused;
    const char *to = NULL;

    if (type->makes)
        return "ACTIVE";
    return state_after(seal_moves, r->state, type->seal_event, &to, &unused) == JY_OK ? to : "";
}

static unsigned
occasions_of(const struct round *r, const struct application_type *type)
{
    const char *after = state_afterwards(r, type);

    return (type->makes ? MAKES : KEEPS) | (seal_is_living(after) && (!type->makes || type->seal_event == NULL) ? 0u : ENDS) |
           (strcmp(after, "ACTIVE") == 0 ? STAMPS : 0u);
}

static jy_err
new_seal(struct round *r, struct jy_fault *fault)
{
    if (r->seal_count < SEALS_MAX)
        snprintf(r->seals[r->seal_count++], sizeof(r->seals[0]), "%s", r->tour->life.seal_id);
    return life_hand_over(&r->tour->life, fault);
}

static jy_err
course(struct round *r, struct jy_fault *fault)
{
    struct life *life = &r->tour->life;
    const char *expected = state_afterwards(r, r->type), *reason = NULL;
    struct jy_fault unused = { 0 };
    size_t reasons;
    jy_err rc;

    if (r->type->bit == TYPE_CANCELLATION)
        reason = cancel_reasons(&reasons)[0].code;
    if ((rc = leave_an_order(r, fault)) != JY_OK || (rc = life_apply(life, r->type->code, reason, &r->application, fault)) != JY_OK ||
        (rc = life_upload_materials(life, &r->application, fault)) != JY_OK || (rc = at(r, AT_SUBMISSION, submit, fault)) != JY_OK ||
        (rc = life_accept(life, &r->application, fault)) != JY_OK || (rc = at(r, AT_DELIVERY, perform_and_tell, fault)) != JY_OK ||
        (r->type->makes && (rc = new_seal(r, fault)) != JY_OK) || (rc = life_status(life, jy_now(), r->state, fault)) != JY_OK)
        return rc;
    tour_detail("%zu 项材料 materials → 备案 filed %s → %s", life_materials_needed(&r->application),
                json_string_value(json_object_get(r->answer, "filing_number")), r->state);
    if (strcmp(r->state, expected) != 0)
        tour_unexpected(r->tour, "expected %s", expected);
    check_the_order_left(r, &unused);
    if (strcmp(r->state, "ACTIVE") == 0 && (rc = stamp_and_verify(r, fault)) != JY_OK)
        return rc;
    return settle(r, fault);
}

static jy_err
one_application(struct round *r, const struct application_type *type, struct jy_fault *fault)
{
    jy_err rc;

    r->type = type;
    r->outage = outages_choose(r->outages, occasions_of(r, type));
    tour_say(r->tour, type->source, type->zh, type->en);
    rc = course(r, fault);
    life_application_free(&r->application);
    json_decref(r->answer);
    r->answer = NULL;
    return rc;
}

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
        if ((rc = one_application(r, type, fault)) != JY_OK)
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
        tour_column("", 46);
        for (size_t t = 0; t < type_count && t < TYPES_MAX; t++)
            tour_column(line == 0 ? types[t].zh : types[t].en, 13);
        putchar('\n');
    }
    for (size_t k = 0; k < count; k++) {
        tour_column(kinds[k]->source, 12);
        tour_column(kinds[k]->zh, 15);
        tour_column(kinds[k]->en, 19 + 2);
        for (size_t t = 0; t < type_count && t < TYPES_MAX; t++)
            tour_column(done[k][t] ? "  ✓" : "  !!", 13);
        putchar('\n');
    }
}

/* `jinyin fsck` on the service's own data. *problems: its exit code. */
static jy_err
check_data(const json_t *credentials, int *problems, struct jy_fault *fault)
{
    const char *config = json_string_value(json_object_get(credentials, "config")), *owner = json_string_value(json_object_get(credentials, "owner"));
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *arguments[] = { self, (char *)"fsck", (char *)"--config", (char *)config, owner == NULL ? NULL : (char *)"--owner", (char *)owner, NULL };
    pid_t pid;
    int status;

    if (config == NULL || n <= 0)
        return jy_fail(fault, JY_E_NOT_FOUND, "config", 0, "the credentials do not name the service's configuration");
    self[n] = '\0';
    if (posix_spawn(&pid, self, NULL, NULL, arguments, environ) != 0 || waitpid(pid, &status, 0) != pid)
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

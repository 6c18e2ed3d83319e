/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack.h: a corpus of hostile files, made by code: one row of a table is one class of attack, with the very reason for which it must
 * fail. A family is one program: its table, attacks_run() as its main. README.md says how to add one.
 */
#ifndef JY_TEST_ATTACK_H
#define JY_TEST_ATTACK_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "../unit/verify/pki.h"

#include <errno.h>
#include <jansson.h>
#include <sys/stat.h>

struct attack {
    const char *name;                 /* of the file: small letters and hyphens */
    const char *what;                 /* one line of English: what is done and whom it would deceive */
    void (*make)(const struct attack *self, struct jy_buf *out);
    const void *arg;                  /* whatever make wants to know */
    /* What must come of it. Either the file is refused … */
    jy_err refused;                   /* jy_document_open or jy_verify says so */
    /* … or it has a report: */
    enum jy_verdict verdict;          /* the document's; with refused = JY_OK */
    int fails;                        /* FAILS(ROW): a check of checks.def that fails in some signature; 0 when none has to */
    const char *names;                /* what the failed check's where or detail must hold, or NULL */
    const char *says;                 /* what the report must hold somewhere, or NULL */
    jy_err stamping;                  /* jy_document_may_stamp says so; JY_OK: not asked */
    /* For what is no signed document, or needs other trust, evidence or time: judges in place of jy_verify(file, pki.trust, …, pki.now). */
    jy_err (*judge)(const struct attack *self, struct jy_slice file, struct jy_report **out, struct jy_fault *fault);
    const char *ext;                  /* when it is not the family's */
};
/* The members are in this order so that a row reads: name, what, how, then the outcome by name. */
#define FAILS(row) .fails = JY_CHECK_##row + 1

struct attack_family {
    const char *name, *ext;           /* folder under tests/attacks of the build; extension of its files */
    const struct attack *rows;
    size_t count;
};

static const struct attack_family *attack_family_;

static inline const char *
attack_check_name_(int fails)
{
    static const char *const names[] = {
#define JY_CHECK_ROW(name, severity, clause, en, zh) #name,
#include <jinyin/checks.def>
#undef JY_CHECK_ROW
    };

    return names[fails - 1];
}

/* <build>/tests/attacks/<family>/<name>.<ext>, or under the folder ATTACKS: other verifiers are tried on the same files, fuzzing begins with them. */
static inline FILE *
attack_file_(const char *name, const char *ext, const char *mode)
{
    const char *folder = getenv("ATTACKS") != NULL ? getenv("ATTACKS") : ATTACKS_OUT;
    char path[1024];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, attack_family_->name);
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        fail_msg("%s: %s", path, strerror(errno));
    snprintf(path, sizeof(path), "%s/%s/%s.%s", folder, attack_family_->name, name, ext);
    if ((f = fopen(path, mode)) == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    return f;
}

/* Does this check fail in some signature, and is the text (or NULL) in what it names? */
static inline bool
attack_fails_(const json_t *report, int fails, const char *names)
{
    const json_t *signature, *check;
    size_t i, k;

    json_array_foreach(json_object_get(report, "signatures"), i, signature)
        json_array_foreach(json_object_get(signature, "checks"), k, check) {
            const char *name = json_string_value(json_object_get(check, "name")), *where = json_string_value(json_object_get(check, "where"));
            const char *detail = json_string_value(json_object_get(check, "detail"));

            if (json_is_false(json_object_get(check, "passed")) && name != NULL && strcmp(name, attack_check_name_(fails)) == 0 &&
                (names == NULL || (where != NULL && strstr(where, names) != NULL) || (detail != NULL && strstr(detail, names) != NULL)))
                return true;
        }
    return false;
}

static inline void
attack_judge_report_(const struct attack *row, const struct jy_report *report)
{
    struct jy_buf text = { 0 };
    json_t *json;

    MUST(jy_report_json(report, &text));
    if ((json = json_loadb((const char *)text.p, text.len, 0, NULL)) == NULL)
        fail_msg("the report is no JSON");
    MUST(jy_buf_byte(&text, 0));
    if (jy_report_verdict(report) != row->verdict)
        fail_msg("verdict %s, not %s\n%s", jy_verdict_name(jy_report_verdict(report)), jy_verdict_name(row->verdict), (char *)text.p);
    if (row->fails != 0 && !attack_fails_(json, row->fails, row->names))
        fail_msg("%s does not fail%s%s\n%s", attack_check_name_(row->fails), row->names == NULL ? "" : " for ", row->names == NULL ? "" : row->names,
                 (char *)text.p);
    if (row->says != NULL && strstr((char *)text.p, row->says) == NULL)
        fail_msg("it does not say %s\n%s", row->says, (char *)text.p);
    json_decref(json);
    jy_buf_free(&text);
}

static inline void
attack_stamping_(const struct attack *row, struct jy_slice file)
{
    struct jy_document *doc = NULL;
    struct jy_fault fault = { 0 };
    jy_err rc = jy_document_open(file, &doc, &fault);

    if (rc == JY_OK)
        rc = jy_document_may_stamp(doc, pki.now, &fault);
    jy_document_free(doc);
    if (rc != row->stamping)
        fail_msg("stamping: %s, not %s: %s %s", jy_err_code(rc), jy_err_code(row->stamping), fault.where, fault.text);
}

static inline void
attack_test_(void **state)
{
    const struct attack *row = *state;
    struct jy_report *report = NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf file = { 0 };
    FILE *f;
    jy_err rc;

    row->make(row, &file);
    f = attack_file_(row->name, row->ext != NULL ? row->ext : attack_family_->ext, "wb");
    assert_int_equal(fwrite(file.p, 1, file.len, f), file.len);
    assert_int_equal(fclose(f), 0);
    rc = row->judge != NULL ? row->judge(row, jy_buf_slice(&file), &report, &fault)
                            : jy_verify(jy_buf_slice(&file), pki.trust, NULL, NULL, pki.now, &report, &fault);
    if (rc != row->refused)
        fail_msg("%s, not %s: %s %s", jy_err_code(rc), jy_err_code(row->refused), fault.where, fault.text);
    if (rc == JY_OK && report != NULL)
        attack_judge_report_(row, report);
    if (row->stamping != JY_OK)
        attack_stamping_(row, jy_buf_slice(&file));
    jy_report_free(report);
    jy_buf_free(&file);
}

/* The trust that the files were made for, and what is expected of each: name, error or verdict, check, what. */
static inline void
attack_list_(void)
{
    struct jy_buf pem = { 0 };
    FILE *f;

    MUST(jy_cert_to_pem(pki.ca, &pem));
    f = attack_file_("ca", "pem", "wb");
    assert_int_equal(fwrite(pem.p, 1, pem.len, f), pem.len);
    fclose(f);
    jy_buf_free(&pem);
    f = attack_file_("EXPECTED", "tsv", "w");
    for (size_t i = 0; i < attack_family_->count; i++) {
        const struct attack *row = &attack_family_->rows[i];

        fprintf(f, "%s.%s\t%s\t%s\t%s\n", row->name, row->ext != NULL ? row->ext : attack_family_->ext,
                row->refused != JY_OK ? jy_err_code(row->refused) : jy_verdict_name(row->verdict),
                row->fails != 0 ? attack_check_name_(row->fails) : "-", row->what);
    }
    fclose(f);
}

static inline void
attack_names_are_unique_(void **state)
{
    (void)state;
    attack_list_();
    for (size_t i = 0; i < attack_family_->count; i++) {
        const struct attack *row = &attack_family_->rows[i];

        if (strspn(row->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(row->name) || row->what == NULL || row->make == NULL)
            fail_msg("row %zu, %s", i, row->name);
        for (size_t k = 0; k < i; k++)
            if (strcmp(row->name, attack_family_->rows[k].name) == 0)
                fail_msg("two rows are called %s", row->name);
    }
}

/* main of a family's program: one test a row. */
static inline int
attacks_run(const struct attack_family *family)
{
    struct CMUnitTest *tests = calloc(family->count + 1, sizeof(*tests));
    int failed;

    if (tests == NULL)
        return 1;
    attack_family_ = family;
    tests[0] = (struct CMUnitTest){ .name = "the rows have names of their own", .test_func = attack_names_are_unique_ };
    for (size_t i = 0; i < family->count; i++)
        tests[i + 1] = (struct CMUnitTest){ .name = family->rows[i].name, .test_func = attack_test_, .initial_state = (void *)(uintptr_t)&family->rows[i] };
    failed = _cmocka_run_group_tests(family->name, tests, family->count + 1, pki_set_up, pki_tear_down);
    printf("attacks %s: %zu classes, %d wrong\n", family->name, family->count, failed);
    free(tests);
    return failed;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every row of MANIFEST.tsv: files that others made (N6), against the verdicts of the corpus README, under both policies; each in a child of
 * its own, so that one that breaks a parser is one failure. Ends with a table of counts per class. Exit 77 (skipped) without the corpus.
 */
#include "pki.h"

#include <fcntl.h>
#include <jansson.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COLUMNS = 18, FILE_ = 0, KIND = 1, SIG = 5, STRICT = 12, LENIENT = 13, REASONS = 14, DEVIATIONS = 15, TIMES = 16, UNCOVERED = 17 };
enum { POLICIES = 2, CLASSES = 64 };
static const char *const policy_names[POLICIES] = { "standard", "strict" };

static const char *
corpus(void)
{
    const char *path = getenv("JINYIN_CORPUS");

    return path == NULL ? JY_CORPUS : path;
}

static bool
complain(char **row, const char *policy, const char *why)
{
    printf("WRONG %s [%s] %s: expected %s/%s, %s\n", row[FILE_], row[SIG], policy, row[STRICT], row[LENIENT], why);
    fflush(stdout);
    return false;
}

static bool
is(const char *text, const char *wanted)
{
    return strcmp(text, wanted) == 0;
}

static bool
starts(const char *text, const char *wanted)
{
    return strncmp(text, wanted, strlen(wanted)) == 0;
}

static const char *
text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text == NULL ? "" : text;
}

/* The report as JSON, or NULL and the error. */
static json_t *
report_of(struct jy_slice file, const struct jy_trust *trust, const struct jy_policy *policy, jy_err *rc, struct jy_fault *fault)
{
    struct jy_report *report = NULL;
    struct jy_buf text = { 0 };
    json_t *json = NULL;

    if ((*rc = jy_verify(file, trust, NULL, policy, pki.now, &report, fault)) == JY_OK) {
        MUST(jy_report_json(report, &text));
        json = json_loadb((const char *)text.p, text.len, 0, NULL);
        if (json == NULL)
            abort();
    }
    jy_buf_free(&text);
    jy_report_free(report);
    return json;
}

/* Does some line of this check say this? */
static bool
has_check(json_t *signature, const char *name, bool passed)
{
    json_t *check;
    size_t i;

    json_array_foreach(json_object_get(signature, "checks"), i, check)
        if (is(text_of(check, "name"), name) && json_is_true(json_object_get(check, "passed")) == passed)
            return true;
    return false;
}

/* Does the report name this deviation? */
static bool
has_deviation(json_t *signature, const char *name)
{
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(signature, "deviations"), i, one)
        if (is(text_of(one, "name"), name))
            return true;
    return false;
}

/* A word of the manifest and what of a report says the same: any of these deviations by name, or any of these checks failed; neither: it
 * is no matter here. */
struct word {
    const char *word, *deviations[2], *checks[3];
};
static const struct word deviation_words[] = {
    { "sigenc-raw64", { "SIG_RAW64", "CMS_RAW64" }, { NULL } }, { "sealsigenc-raw64", { "SEAL_SIG_RAW64" }, { NULL } },
    { "sigenc-DER-nonminimal-int", { "SIG_NON_MINIMAL" }, { NULL } }, { "datahash-unused-bits", { "HASH_UNUSED_BITS" }, { NULL } },
    { "bitstring-unused-bits", { "SIG_UNUSED_BITS", "SEAL_SIG_UNUSED_BITS" }, { NULL } },
    { "der:GeneralizedTime-noZ", { "SEAL_TIME_FORM", "SIGN_TIME_FORM" }, { NULL } }, { "certListType", { "CERT_LIST_TYPE" }, { NULL } },
    { "der:UTF8-trailing-NUL", { "STRING_NUL" }, { NULL } }, { "der:IA5-nonascii", { "STRING_NOT_ASCII" }, { NULL } },
    { "signedvalue-base64", { "VALUE_BASE64" }, { NULL } }, { "seal-sig-over-SEQ", { "SEAL_SIG_SCOPE" }, { NULL } }, { "rsa-SHA1", { NULL }, { "SIG_LEGACY" } },
};
static const struct word reason_words[] = {
    { "refs-bad", { NULL }, { "DOC_MODIFIED" } }, { "refs-sm3z", { "REFERENCE_WITH_Z" }, { "DOC_MODIFIED" } },
    { "datahash-sm3z", { "HASH_WITH_Z" }, { "DOC_HASH" } }, { "datahash", { "HASH_WITH_Z" }, { "DOC_HASH", "SEAL_FORMAT" } },
    { "sigvalue", { NULL }, { "SIG_SIGNATURE", "SIG_LEGACY", "SEAL_FORMAT" } }, { "sig-over-Signature.xml", { NULL }, { "SIG_SIGNATURE", "SIG_LEGACY" } },
    { "raw-signature-no-cert", { "CMS_BARE_SIGNATURE" }, { NULL } }, { "seal-file-mismatch", { NULL }, { "SEAL_MISMATCH" } },
    { "signer-not-in-seal", { NULL }, { "SIG_SIGNER_NOT_IN_SEAL" } },
};
static const struct word time_words[] = {
    { "seal-not-valid-at-signing", { NULL }, { "SEAL_EXPIRED", "SEAL_NOT_YET_VALID" } }, { "signer-cert-not-valid-at-signing", { NULL }, { "SIG_TIME_OUTSIDE_CERT" } },
    { "maker-cert-not-valid-at-signing", { NULL }, { NULL } },       /* GM/T 0031-2025: the maker's certificate counts when the seal is made */
};
#define WORDS(table) table, sizeof(table) / sizeof((table)[0])

static bool
says(json_t *signature, const char *word, size_t len, const struct word *table, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        if (len < strlen(table[r].word) || strncmp(word, table[r].word, strlen(table[r].word)) != 0)
            continue;
        for (size_t n = 0; n < 2 && table[r].deviations[n] != NULL; n++)
            if (has_deviation(signature, table[r].deviations[n]))
                return true;
        for (size_t n = 0; n < 3 && table[r].checks[n] != NULL; n++)
            if (has_check(signature, table[r].checks[n], false))
                return true;
        return table[r].deviations[0] == NULL && table[r].checks[0] == NULL;
    }
    return false;
}

/* Every word of a column, "-" being none; the first that is missing in *missing. */
static bool
says_all(json_t *signature, const char *list, const struct word *table, size_t count, const char **missing)
{
    int depth = 0;

    for (const char *p = list, *from = list; !is(list, "-"); p++) {     /* commas inside {} belong to the word */
        depth += (*p == '{') - (*p == '}');
        if ((*p == ',' && depth == 0) || *p == '\0') {
            if (!says(signature, from, (size_t)(p - from), table, count)) {
                *missing = from;
                return false;
            }
            from = p + 1;
        }
        if (*p == '\0')
            break;
    }
    return true;
}

/* What binds document, seal and signer, whatever is known of CAs and times: the manifest does not judge what is left unprotected. */
static bool
is_bound(json_t *signature)
{
    static const char *const checks[] = { "SIG_SIGNATURE", "DOC_HASH", "DOC_MODIFIED" }, *const seal[] = { "SEAL_SIGNATURE", "SIG_SIGNER_NOT_IN_SEAL" };

    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
        if (!has_check(signature, checks[i], true) || has_check(signature, checks[i], false))
            return false;
    for (size_t i = 0; is(text_of(signature, "kind"), "seal") && i < sizeof(seal) / sizeof(seal[0]); i++)
        if (!has_check(signature, seal[i], true))
            return false;
    return true;
}

/* Invalid for one thing only: the document shows a part that the signature leaves unprotected, and the manifest counts such parts, too. */
static bool
is_refused_for_coverage(char **row, json_t *signature)
{
    json_t *check;
    size_t i;

    json_array_foreach(json_object_get(signature, "checks"), i, check)
        if (!json_is_true(json_object_get(check, "passed")) && is(text_of(check, "severity"), "invalid") && !is(text_of(check, "name"), "COVERAGE"))
            return false;
    return atoi(row[UNCOVERED]) > 0 && has_check(signature, "COVERAGE", false);
}

/* RSA, or a bare value without certificate: neither good nor bad can be said, and that is said. */
static bool
is_unsupported(json_t *signature)
{
    return is(text_of(signature, "verdict"), "indeterminate") && has_check(signature, "SIG_LEGACY", false);
}

static bool
check_ofd(char **row, struct jy_slice file, const struct jy_trust *trust, int policy)
{
    struct jy_fault fault = { 0 };
    char why[512];
    jy_err rc;
    json_t *report = report_of(file, trust, policy == 0 ? &jy_policy_standard : &jy_policy_strict, &rc, &fault);
    json_t *signature = json_array_get(json_object_get(report, "signatures"), (size_t)(atoi(row[SIG]) - 1));
    const char *verdict = text_of(signature, "verdict"), *whole = text_of(report, "verdict");
    const char *missing = "-";
    /* Whatever the verdict, the report names every deviation and every reason that the manifest knows of. */
    bool good, same = is(row[STRICT], row[LENIENT]), told = signature == NULL ||
        (says_all(signature, row[DEVIATIONS], WORDS(deviation_words), &missing) && says_all(signature, row[REASONS], WORDS(reason_words), &missing) &&
         says_all(signature, row[TIMES], WORDS(time_words), &missing));

    if (is(row[STRICT], "NOT-SIGNED"))
        good = is(whole, "no_signature");
    else if (is(row[STRICT], "STRUCTURE-ERROR"))
        good = rc == JY_E_FORMAT;
    else if (is(row[LENIENT], "INVALID"))                /* without trust nothing is valid: it must be said, or the file refused */
        good = rc != JY_OK || (!starts(whole, "valid") && (is(verdict, "invalid") || is_unsupported(signature)) && told);
    else if (same || policy == 0)                        /* VALID/VALID, and the lenient column under the policy standard */
        good = verdict[0] != '\0' && is_bound(signature) && told &&
            (!is(verdict, "invalid") || !is(row[TIMES], "-") || (!same && is_refused_for_coverage(row, signature)));
    else                                                 /* INVALID/VALID: refused, and it is the deviation that does it */
        good = is(verdict, "invalid") && is_bound(signature) && has_check(signature, "DEVIATION", false) && told;
    snprintf(why, sizeof(why), "%s %s, document %s; not told: %.40s", rc == JY_OK ? "verdict" : jy_err_code(rc), rc == JY_OK ? verdict : fault.text, whole,
             missing);
    json_decref(report);
    return good || complain(row, policy_names[policy], why);
}

/* The CA of the files that were made for the corpus, without a revocation list: what is bound is never invalid, and nothing is valid. */
static struct jy_trust *
corpus_trust(void)
{
    struct jy_trust *trust;
    char path[4096];

    snprintf(path, sizeof(path), "%s/trust/corpus-test-ca.pem", corpus());
    MUST(jy_trust_new(&trust));
    MUST(jy_trust_add_path(trust, path, NULL));
    return trust;
}

/* What `qpdf --check` said of the stamped file; told to the parent beside the policies that failed. */
enum { QPDF_CLEAN = 1 << POLICIES, QPDF_AS_BEFORE = 2 << POLICIES, OUTCOMES = 4 << POLICIES };
static int qpdf_outcome;

/* `qpdf --check` of these bytes: 0 clean, 3 warnings, 2 errors, -1 when there is no qpdf. */
static int
qpdf_check(struct jy_slice bytes)
{
    char path[] = "/tmp/jinyin-corpus-XXXXXX";
    int fd = mkstemp(path), status;
    size_t done = 0;
    ssize_t n;
    pid_t child;

    while (fd >= 0 && done < bytes.len && (n = write(fd, bytes.p + done, bytes.len - done)) > 0)
        done += (size_t)n;
    if (fd < 0 || close(fd) != 0 || done != bytes.len)
        abort();
    if ((child = fork()) == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        dup2(null, 2);
        execlp("qpdf", "qpdf", "--check", path, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        abort();
    unlink(path);
    return !WIFEXITED(status) ? 2 : WEXITSTATUS(status) == 127 ? -1 : WEXITSTATUS(status);
}

/* The stamped file opens cleanly, its earlier bytes and signatures are untouched, and qpdf finds no more than it did before. */
static bool
is_well_stamped(char **row, struct jy_slice file, struct jy_slice out)
{
    const struct jy_signature *old, *new;
    struct jy_document *doc = NULL, *again = NULL;
    size_t n = 0, m = 0;
    int before, after;
    bool good = true;

    if (out.len <= file.len || memcmp(out.p, file.p, file.len) != 0)
        return complain(row, "-", "earlier bytes were touched");
    MUST(jy_document_open(file, &doc, NULL));
    MUST(jy_document_signatures(doc, &old, &n, NULL));
    if (jy_document_open(out, &again, NULL) != JY_OK || jy_document_signatures(again, &new, &m, NULL) != JY_OK || m != n + 1)
        return complain(row, "-", "the stamped file does not open again");
    for (size_t i = 0; i < n; i++)
        if (memcmp(old[i].digest, new[i].digest, JY_SM3_SIZE) != 0)
            good = complain(row, "-", "an earlier signature's digest changed");
    for (size_t i = 0; i < n; i++)                       /* what was whole before is whole after */
        for (size_t k = 0; k < new[i].findings.count; k++) {
            bool broken = !new[i].findings.list[k].passed;
            for (size_t o = 0; broken && o < old[i].findings.count; o++)
                broken = old[i].findings.list[o].check != new[i].findings.list[k].check || old[i].findings.list[o].passed;
            if (broken)
                good = complain(row, "-", new[i].findings.list[k].detail);
        }
    for (size_t k = 0; k < new[m - 1].findings.count; k++)
        if (!new[m - 1].findings.list[k].passed)
            good = complain(row, "-", new[m - 1].findings.list[k].detail);
    jy_document_free(doc);
    jy_document_free(again);
    if ((after = qpdf_check(out)) == 0)
        qpdf_outcome = QPDF_CLEAN;
    else if (after == 3 && (before = qpdf_check(file)) > 0)          /* warnings of a file that had faults: a stamp mends nothing */
        qpdf_outcome = QPDF_AS_BEFORE;
    else
        good = complain(row, "-", after < 0 ? "there is no qpdf" : "qpdf --check finds fault with the stamped file");
    return good;
}

/* "stamp:ok" must work, "stamp:refuse" must be refused; what is left to us ("ok-or-refuse", "refuse|ok") is either. */
static bool
check_stamping(char **row, struct jy_slice file)
{
    bool must = is(row[STRICT], "stamp:ok") || strstr(row[STRICT], "incremental-only") != NULL, may = must || strchr(row[STRICT], '|') != NULL ||
        strstr(row[STRICT], "ok-") != NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf out = { 0 };
    jy_err rc = pki_stamp(file, pki.now, &out, &fault);
    bool good;

    must = must && strchr(row[STRICT], '|') == NULL;
    if (rc != JY_OK)
        good = !must || complain(row, "-", fault.text);
    else
        good = may ? is_well_stamped(row, file, jy_buf_slice(&out)) : complain(row, "-", "was stamped");
    jy_buf_free(&out);
    return good;
}

static bool
check_pdf_verdict(char **row, struct jy_slice file, int policy)
{
    struct jy_fault fault = { 0 };
    jy_err rc;
    json_t *report = report_of(file, NULL, policy == 0 ? &jy_policy_standard : &jy_policy_strict, &rc, &fault);
    const char *verdict = text_of(report, "verdict"), *expected = strstr(row[STRICT], "verify:");
    bool good = !starts(verdict, "valid");               /* without trust nothing is valid, whatever is expected */

    if (expected != NULL && starts(expected, "verify:VALID in a lenient reading"))
        good = good && rc == JY_OK;                      /* a negative INTEGER as r or s: refused here */
    else if (expected != NULL)                           /* INVALID, INVALID-or-report, must report: said, or the file is refused */
        good = good && (rc != JY_OK || is(verdict, "invalid"));
    good = good || complain(row, policy_names[policy], rc == JY_OK ? verdict : fault.text);
    json_decref(report);
    return good;
}

static bool
check_seal(char **row, struct jy_slice file, int policy)
{
    struct jy_fault fault = { 0 };
    struct jy_seal *seal = NULL;
    struct jy_ses *ses = NULL;
    jy_err rc;

    if (strstr(row[FILE_], ".dat") != NULL) {
        if ((rc = jy_ses_parse(file, &ses, &fault)) == JY_OK && (rc = jy_ses_check_signature(ses, &fault)) == JY_OK)
            rc = jy_seal_check_signature(jy_ses_seal(ses), &fault);
    } else if ((rc = jy_seal_parse(file, &seal, &fault)) == JY_OK)
        rc = jy_seal_check_signature(seal, &fault);
    jy_ses_free(ses);
    jy_seal_free(seal);
    return rc == JY_OK || complain(row, policy_names[policy], fault.text);
}

/* The certificates beside the corpus lead to its CA; their revocation is not known. */
static bool
check_cert(char **row, struct jy_slice file)
{
    struct jy_trust *trust = corpus_trust();
    struct jy_chain_result result = { 0 };
    struct jy_fault fault = { 0 };
    struct jy_cert *cert = NULL;
    jy_err rc = jy_cert_parse_pem(file, &cert, &fault);
    bool good = rc == JY_OK && jy_chain_check(trust, cert, NULL, 0, jy_cert_not_before(cert), &result) == JY_OK &&
        (result.status == JY_CHAIN_OK || result.status == JY_CHAIN_REVOCATION_UNKNOWN);

    jy_cert_free(cert);
    jy_trust_free(trust);
    return good || complain(row, "-", rc == JY_OK ? result.text : fault.text);
}

static bool
check(char **row, struct jy_slice file, int policy)
{
    struct jy_trust *trust;
    bool good;

    if (is(row[KIND], "seal"))
        return check_seal(row, file, policy);
    if (is(row[KIND], "cert"))
        return check_cert(row, file);
    if (is(row[KIND], "pdf"))
        return (!starts(row[STRICT], "stamp:") || policy != 0 || check_stamping(row, file)) && check_pdf_verdict(row, file, policy);
    good = check_ofd(row, file, NULL, policy);
    if (strstr(row[FILE_], "made-with-ofdrw") == NULL)
        return good;
    trust = corpus_trust();
    good &= check_ofd(row, file, trust, policy);
    jy_trust_free(trust);
    return good;
}

/* One class of the table: the kind and what is expected, without the reasons in brackets. */
struct class {
    char name[96];
    int rows, wrong[POLICIES];
};
static struct class classes[CLASSES];
static int class_count;

static struct class *
class_of(char **row)
{
    const char *expected = starts(row[STRICT], "VALID seal") || starts(row[STRICT], "signature VALID") ? "VALID" : row[STRICT];
    char name[96];
    int i = 0;

    if (is(row[KIND], "ofd"))
        snprintf(name, sizeof(name), "ofd %s/%s", row[STRICT], row[LENIENT]);
    else
        snprintf(name, sizeof(name), "%s %.*s", row[KIND], (int)strcspn(expected, "("), expected);
    for (size_t end = strlen(name); end > 0 && name[end - 1] == ' ';)
        name[--end] = '\0';
    while (i < class_count && !is(classes[i].name, name))
        i++;
    if (i == CLASSES)
        abort();
    if (i == class_count)
        snprintf(classes[class_count++].name, sizeof(classes[0].name), "%s", name);
    return &classes[i];
}

static int
print_table(void)
{
    struct class total = { .name = "all" };

    printf("table: %-44s %5s  %-20s  %-20s\n", "corpus, class (strict/lenient)", "rows", "standard: as exp. not", "strict: as exp. not");
    for (int i = 0; i <= class_count; i++) {
        struct class *c = i == class_count ? &total : &classes[i];
        printf("table: %-44s %5d  %12d %8d  %12d %6d\n", c->name, c->rows, c->rows - c->wrong[0], c->wrong[0], c->rows - c->wrong[1], c->wrong[1]);
        total.rows += c->rows;
        for (int p = 0; p < POLICIES; p++)
            total.wrong[p] += c->wrong[p];
    }
    return class_count == 0 || total.wrong[0] + total.wrong[1] != 0;
}

/* A child that leaves by _exit would tell ./dev coverage nothing. */
extern void __gcov_dump(void) __attribute__((weak));

/* Judged in a child; bit p of its exit code: not as expected under policy p; then what qpdf said of what was stamped. */
static int
judge_row(char **row)
{
    char path[4096];
    struct jy_buf file;
    int wrong = 0, status;
    pid_t child;

    snprintf(path, sizeof(path), "%s/%s", corpus(), row[FILE_]);
    file = load_file(path);
    fflush(stdout);
    if ((child = fork()) == 0) {
        alarm(120);
        for (int p = 0; p < POLICIES; p++)
            wrong |= check(row, jy_buf_slice(&file), p) ? 0 : 1 << p;
        fflush(stdout);
        if (__gcov_dump != NULL)
            __gcov_dump();
        _exit(wrong | qpdf_outcome);
    }
    jy_buf_free(&file);
    if (child < 0 || waitpid(child, &status, 0) != child)
        abort();
    if (WIFEXITED(status) && WEXITSTATUS(status) < OUTCOMES)
        return WEXITSTATUS(status);
    complain(row, "-", WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "took more than two minutes" : "crashed");
    return 3;
}

int
main(void)
{
    static char line[1 << 16], path[4096];
    FILE *manifest;
    int clean = 0, as_before = 0;

    snprintf(path, sizeof(path), "%s/MANIFEST.tsv", corpus());
    if ((manifest = fopen(path, "r")) == NULL) {
        printf("no corpus: skipped\n");
        return 77;
    }
    pki_begin();
    while (fgets(line, sizeof(line), manifest) != NULL) {
        char *row[COLUMNS] = { NULL }, *rest = line;
        struct class *class;
        int wrong;
        for (int i = 0; i < COLUMNS && rest != NULL; i++)
            row[i] = strsep(&rest, "\t");
        if (row[UNCOVERED] == NULL || is(row[KIND], "kind"))
            continue;
        class = class_of(row);
        class->rows++;
        wrong = judge_row(row);
        for (int p = 0; p < POLICIES; p++)
            class->wrong[p] += wrong >> p & 1;
        clean += (wrong & QPDF_CLEAN) != 0;
        as_before += (wrong & QPDF_AS_BEFORE) != 0;
    }
    fclose(manifest);
    pki_end();
    printf("table: stamped PDFs of the corpus under qpdf --check: %d clean, %d with warnings as before, others are told above\n", clean, as_before);
    return print_table();
}

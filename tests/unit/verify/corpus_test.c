/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that others made, against the verdicts of MANIFEST.tsv; each in a child of its own, so that one that breaks a parser
 * is one failure. Exit 77 (skipped) where the corpus is absent.
 */
#include "pki.h"

#include <sys/wait.h>
#include <unistd.h>

enum { COLUMNS = 16, FILE_ = 0, KIND = 1, SIG = 5, STRICT = 12, LENIENT = 13 };

static const char *
corpus(void)
{
    const char *path = getenv("JINYIN_CORPUS");

    return path == NULL ? JY_CORPUS : path;
}

static int
complain(char **row, const char *why)
{
    printf("WRONG %s [%s]: expected %s/%s, %s\n", row[FILE_], row[SIG], row[STRICT], row[LENIENT], why);
    fflush(stdout);
    return 1;
}

/* The verdict of the row's signature, from the report's JSON: the n-th "verdict" after the document's own. */
static const char *
nth_verdict(const char *json, int n)
{
    static char out[40];
    const char *p = json;

    for (int i = 0; p != NULL && i <= n; i++)
        if ((p = strstr(p, "\"verdict\": \"")) != NULL)
            p += 12;
    if (p == NULL)
        return "missing";
    snprintf(out, sizeof(out), "%.*s", (int)strcspn(p, "\""), p);
    return out;
}

static int
check_ofd(char **row, struct jy_slice file, const struct jy_trust *trust)
{
    struct jy_report *report = NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf json = { 0 };
    const char *verdict;
    int wrong = 0;
    jy_err rc = jy_verify(file, trust, NULL, NULL, pki.now, &report, &fault);

    if (rc != JY_OK)
        return strcmp(row[STRICT], "VALID") == 0 || strcmp(row[STRICT], "NOT-SIGNED") == 0 ? complain(row, jy_err_code(rc)) : 0;
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    verdict = nth_verdict((char *)json.p, atoi(row[SIG]));
    if (strcmp(row[STRICT], "NOT-SIGNED") == 0)
        wrong = strcmp(nth_verdict((char *)json.p, 0), "no_signature") != 0;
    else if (strcmp(row[STRICT], "VALID") == 0)
        wrong = strcmp(verdict, "invalid") == 0;
    else if (strcmp(row[LENIENT], "INVALID") == 0)
        wrong = strncmp(verdict, "valid", 5) == 0;
    if (wrong)
        complain(row, verdict);
    jy_buf_free(&json);
    jy_report_free(report);
    return wrong;
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

static int
check_pdf(char **row, struct jy_slice file)
{
    const struct jy_signature *old, *new;
    struct jy_document *doc = NULL, *again = NULL;
    struct jy_fault fault = { 0 };
    struct jy_buf out = { 0 };
    size_t n = 0, m = 0;
    int wrong = 0;
    jy_err rc;

    if (strncmp(row[STRICT], "stamp:", 6) != 0) {
        struct jy_report *report = NULL;
        if (jy_verify(file, NULL, NULL, NULL, pki.now, &report, &fault) == JY_OK && jy_report_verdict(report) <= JY_VALID_WITH_WARNING)
            wrong = complain(row, "called valid");
        jy_report_free(report);
        return wrong;
    }
    rc = pki_stamp(file, pki.now, &out, &fault);
    if (rc != JY_OK)
        return strcmp(row[STRICT], "stamp:ok") == 0 ? complain(row, fault.text) : 0;
    if (strncmp(row[STRICT], "stamp:refuse", 12) == 0 && strchr(row[STRICT], '|') == NULL)
        return complain(row, "was stamped");
    if (out.len <= file.len || memcmp(out.p, file.p, file.len) != 0)
        return complain(row, "earlier bytes were touched");
    MUST(jy_document_open(file, &doc, &fault));
    MUST(jy_document_signatures(doc, &old, &n, &fault));
    if (jy_document_open(jy_buf_slice(&out), &again, &fault) != JY_OK || jy_document_signatures(again, &new, &m, &fault) != JY_OK || m != n + 1)
        return complain(row, "the stamped file does not open again");
    for (size_t i = 0; i < n; i++)
        if (memcmp(old[i].digest, new[i].digest, JY_SM3_SIZE) != 0)
            wrong = complain(row, "an earlier signature's digest changed");
    for (size_t k = 0; k < new[m - 1].findings.count; k++)
        if (!new[m - 1].findings.list[k].passed)
            wrong = complain(row, new[m - 1].findings.list[k].detail);
    jy_document_free(doc);
    jy_document_free(again);
    jy_buf_free(&out);
    return wrong;
}

int
main(void)
{
    static char line[1 << 16], path[4096];
    int wrong = 0, rows = 0;
    FILE *manifest;

    snprintf(path, sizeof(path), "%s/MANIFEST.tsv", corpus());
    if ((manifest = fopen(path, "r")) == NULL) {
        printf("no corpus: skipped\n");
        return 77;
    }
    pki_begin();
    while (fgets(line, sizeof(line), manifest) != NULL) {
        char *row[COLUMNS] = { NULL }, *rest = line;
        struct jy_buf file;
        pid_t child;
        int status;
        for (int i = 0; i < COLUMNS && rest != NULL; i++)
            row[i] = strsep(&rest, "\t");
        if (row[LENIENT] == NULL || (strcmp(row[KIND], "ofd") != 0 && strcmp(row[KIND], "pdf") != 0))
            continue;
        rows++;
        snprintf(path, sizeof(path), "%s/%s", corpus(), row[FILE_]);
        file = load_file(path);
        fflush(stdout);
        if ((child = fork()) == 0) {
            alarm(60);
            if (strcmp(row[KIND], "pdf") == 0)
                _exit(check_pdf(row, jy_buf_slice(&file)));
            if (check_ofd(row, jy_buf_slice(&file), NULL) != 0)
                _exit(1);
            _exit(strstr(row[FILE_], "made-with-ofdrw") != NULL ? check_ofd(row, jy_buf_slice(&file), corpus_trust()) : 0);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 1;
        if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
            wrong += complain(row, WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "took more than a minute" : "crashed");
        else
            wrong += WEXITSTATUS(status);
        jy_buf_free(&file);
    }
    fclose(manifest);
    pki_end();
    printf("%d rows, %d wrong\n", rows, wrong);
    return wrong != 0 || rows == 0;
}

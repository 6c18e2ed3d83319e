/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Five stamps in a row on every file of the corpus, in five ways: on all pages, on one, over the seam, on the last, and one that closes. After each
 * one the verdicts before it are the same, a PDF's earlier bytes are untouched and qpdf finds no fault; after the last none can follow. What cannot be
 * stamped is refused the first time. Each file in a child of its own. Exit 77 (skipped) where the corpus is absent.
 */
#include "../verify/pki.h"

#include <jinyin/place.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROW = 5, VERDICTS = 64 };
enum outcome { STAMPED = 0, WRONG = 1, REFUSED = 2 };

static const char *
corpus(void)
{
    const char *path = getenv("JINYIN_CORPUS");

    return path == NULL ? JY_CORPUS : path;
}

static int
wrong(const char *name, int stamp, const char *why)
{
    printf("WRONG %s, stamp %d: %s\n", name, stamp, why);
    fflush(stdout);
    return WRONG;
}

/* "verdict" by "verdict", the document's first. */
static size_t
verdicts(struct jy_slice file, char out[VERDICTS][24])
{
    struct jy_report *report = NULL;
    struct jy_buf json = { 0 };
    size_t n = 0;
    const char *p;

    MUST(jy_verify(file, pki.trust, NULL, NULL, pki.now, &report, NULL));
    MUST(jy_report_json(report, &json));
    MUST(jy_buf_byte(&json, 0));
    for (p = (const char *)json.p; n < VERDICTS && (p = strstr(p, "\"verdict\": \"")) != NULL; p += 12)
        snprintf(out[n++], sizeof(out[0]), "%.*s", (int)strcspn(p + 12, "\""), p + 12);
    jy_buf_free(&json);
    jy_report_free(report);
    return n;
}

/* Way `i` of the five. */
static jy_err
places_for(struct jy_slice file, int i, struct jy_places *out, struct jy_fault *fault)
{
    static const char *const specs[ROW] = { "all", "1", "all", "last", "1" };
    struct jy_document *doc = NULL;
    struct jy_page *sizes = NULL;
    struct jy_page_list pages = { NULL, 0 };
    size_t count;
    jy_err rc;

    if ((rc = jy_document_open(file, &doc, fault)) == JY_OK && (rc = jy_document_pages(doc, &sizes, &count)) == JY_OK &&
        (rc = jy_pages_parse(specs[i], count, &pages, fault)) == JY_OK) {
        if (i == 2 && count > 1)
            rc = jy_place_seam(sizes, count, &pages, &(struct jy_seam){ .centred = true, .width_mm = 24, .height_mm = 8 }, out, fault);
        else
            rc = jy_place_same(sizes, count, &pages, &(struct jy_spot){ JY_CORNER_BOTTOM_LEFT, 1, 1 + 9 * (i % 2), 8, 8 }, out, fault);
    }
    jy_page_list_free(&pages);
    free(sizes);
    jy_document_free(doc);
    return rc;
}

static bool
qpdf_agrees(struct jy_slice pdf, const char *original)
{
    char path[] = "/tmp/jinyin-row-XXXXXX", command[4200];
    int fd = mkstemp(path);
    bool good;

    if (fd < 0 || write(fd, pdf.p, pdf.len) != (ssize_t)pdf.len)
        return false;
    close(fd);
    snprintf(command, sizeof(command), "qpdf --check '%s' >/dev/null 2>&1", path);
    good = access("/usr/bin/qpdf", X_OK) != 0 || system(command) == 0;
    unlink(path);
    snprintf(command, sizeof(command), "qpdf --check '%s' >/dev/null 2>&1", original);
    return good || system(command) != 0;                     /* what others broke stays so */
}

static int
row_of(const char *name, const char *path)
{
    struct jy_buf file = load_file(path), next = { 0 };
    char before[VERDICTS][24], after[VERDICTS][24];
    struct jy_fault fault = { 0 };

    for (int i = 0; i < ROW; i++) {
        struct jy_places places = { 0 };
        size_t n, m;
        jy_err rc = places_for(jy_buf_slice(&file), i, &places, &fault);

        if (rc == JY_OK)
            rc = pki_stamp_at(jy_buf_slice(&file), places.list, places.count, i == ROW - 1, pki.now, &next, &fault);
        if (rc != JY_OK && i == 0) {
            printf("%-28s %-60s %s: %s\n", jy_err_code(rc), name, fault.where, fault.text);
            return REFUSED;
        }
        if (rc != JY_OK)
            return wrong(name, i + 1, fault.text[0] != '\0' ? fault.text : jy_err_code(rc));
        n = verdicts(jy_buf_slice(&file), before);
        m = verdicts(jy_buf_slice(&next), after);
        if (m != (n == 1 && strcmp(before[0], "no_signature") == 0 ? 2 : n + 1))
            return wrong(name, i + 1, "another number of signatures");
        for (size_t k = 1; k < m; k++)
            if (strcmp(k < n ? before[k] : "valid_with_warning", after[k]) != 0)
                return wrong(name, i + 1, after[k]);
        if (jy_format_detect(jy_buf_slice(&file)) == JY_FORMAT_PDF &&
            (next.len <= file.len || memcmp(file.p, next.p, file.len) != 0 || !qpdf_agrees(jy_buf_slice(&next), path)))
            return wrong(name, i + 1, "earlier bytes, or qpdf --check");
        jy_places_free(&places);
        jy_buf_free(&file);
        file = next;
        next = (struct jy_buf){ 0 };
    }
    if (pki_stamp(jy_buf_slice(&file), pki.now, &next, NULL) != JY_E_LOCKED)
        return wrong(name, ROW + 1, "the closed document was stamped");
    return STAMPED;
}

int
main(void)
{
    static char line[1 << 16], path[4096], last[4096];
    int counts[3] = { 0, 0, 0 };
    FILE *manifest;

    snprintf(path, sizeof(path), "%s/MANIFEST.tsv", corpus());
    if ((manifest = fopen(path, "r")) == NULL) {
        printf("no corpus: skipped\n");
        return 77;
    }
    pki_begin();
    while (fgets(line, sizeof(line), manifest) != NULL) {
        char *rest = line, *name = strsep(&rest, "\t"), *kind = strsep(&rest, "\t");
        pid_t child;
        int status;

        if (kind == NULL || (strcmp(kind, "ofd") != 0 && strcmp(kind, "pdf") != 0) || strcmp(name, last) == 0)
            continue;
        snprintf(last, sizeof(last), "%s", name);
        snprintf(path, sizeof(path), "%s/%s", corpus(), name);
        fflush(stdout);
        if ((child = fork()) == 0) {
            alarm(60);
            status = row_of(name, path);
            fflush(stdout);
            _exit(status);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 1;
        if (WIFEXITED(status) && WEXITSTATUS(status) <= REFUSED)
            counts[WEXITSTATUS(status)]++;
        else
            counts[wrong(name, 0, WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? "took more than a minute" : "crashed")]++;
    }
    fclose(manifest);
    pki_end();
    printf("%d files stamped five times and closed, %d refused, %d wrong\n", counts[STAMPED], counts[REFUSED], counts[WRONG]);
    return counts[WRONG] != 0 || counts[STAMPED] == 0;
}

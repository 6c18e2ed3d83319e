/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tour.h"
#include "cli/draw.h"
#include "poppler/poppler.h"

#include <jinyin/container.h>

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
tour_say(struct tour *tour, const char *article, const char *zh, const char *en)
{
    printf("%2d  %-7s %s · %s\n", ++tour->step, article, zh, en);
    fflush(stdout);
}

void
tour_detail(const char *format, ...)
{
    va_list arguments;

    fputs("            ", stdout);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void
tour_unexpected(struct tour *tour, const char *format, ...)
{
    va_list arguments;

    tour->unexpected++;
    fputs("            !! ", stdout);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void
tour_expect_refusal(struct tour *tour, jy_err rc, const char *code, const struct jy_fault *fault)
{
    if (rc != JY_OK && strcmp(tour->life.problem_code, code) == 0)
        tour_detail("✗ %s  (%s)", jy_err_zh(rc), code);
    else
        tour_unexpected(tour, "expected %s, got %s %s", code, rc == JY_OK ? "success" : tour->life.problem_code, fault->text);
}

jy_err
tour_read(const char *path, struct jy_buf *out, struct jy_fault *fault)
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

jy_err
tour_keep(const struct tour *tour, const char *name, const char *suffix, struct jy_slice bytes, struct jy_fault *fault)
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

const char *
tour_extension(const char *name, char base[256])
{
    const char *dot = strrchr(name, '.');

    snprintf(base, 256, "%.*s", dot == NULL ? (int)strlen(name) : (int)(dot - name), name);
    return dot == NULL ? "" : dot;
}

jy_err
tour_draw(const struct tour *tour, const char *name, const char *suffix, struct jy_slice file, struct jy_fault *fault)
{
    const struct jy_poppler_page first = { .page = 1, .dots_per_inch = 110 };
    struct jy_buf png = { 0 }, notes = { 0 };
    jy_err rc = jy_format_detect(file) == JY_FORMAT_PDF ? jy_poppler_draw_bytes(file, &first, &png, fault) :
                                                          draw_ofd_page(file, 1, first.dots_per_inch / 25.4, &png, &notes, fault);

    if (rc != JY_OK) {
        tour_detail("没有图像 · no picture: %s %s", fault->where, fault->text);
        rc = JY_OK;
    } else
        rc = tour_keep(tour, name, suffix, jy_buf_slice(&png), fault);
    jy_buf_free(&png);
    jy_buf_free(&notes);
    return rc;
}

jy_err
tour_verify(struct tour *tour, const char *name, const char *suffix, struct jy_slice bytes, struct judged *judged, struct jy_fault *fault)
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
    if (suffix == NULL)
        goto out;
    snprintf(file, sizeof(file), "%s.json", suffix);
    if ((rc = tour_keep(tour, name, file, jy_buf_slice(&json), fault)) != JY_OK)
        goto out;
    if ((rc = life_call(&tour->life, NULL, "POST", "/api/v1/verify?form=text", NULL, bytes, NULL, NULL, &text, fault)) != JY_OK)
        goto out;
    snprintf(file, sizeof(file), "%s.txt", suffix);
    rc = tour_keep(tour, name, file, jy_buf_slice(&text), fault);
out:
    json_decref(report);
    jy_buf_free(&json);
    jy_buf_free(&text);
    return rc;
}

bool
tour_is_valid(const char *verdict)
{
    return strcmp(verdict, "valid") == 0 || strcmp(verdict, "valid_with_warning") == 0;
}

void
tour_choose_place(const json_t *document, double *x_mm, double *y_mm)
{
    const json_t *page = json_array_get(json_object_get(document, "pages"), 0);
    double w = json_number_value(json_array_get(page, 0)), h = json_number_value(json_array_get(page, 1));

    *x_mm = w > 100 ? w - 70 : w > 42 ? (w - 42) / 2 : 0;
    *y_mm = h > 150 ? h - 90 : h > 42 ? (h - 42) / 2 : 0;
}

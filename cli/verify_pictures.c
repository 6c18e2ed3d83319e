/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/verify_pictures.h"

#include "cli/cmd.h"
#include "cli/draw.h"
#include "poppler/poppler.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static jy_err
write_page(struct jy_slice file, struct jy_slice report, int page, const char *folder, struct jy_fault *fault)
{
    struct marked_wish wish = { .file = file, .report = report, .page = page };
    const struct jy_poppler_page wanted = { .page = page, .dots_per_inch = COPY_DOTS_PER_MM * 25.4 };
    struct jy_buf drawn = { 0 }, png = { 0 };
    char name[4200];
    jy_err rc = JY_OK;

    if (jy_format_detect(file) == JY_FORMAT_PDF) {
        rc = jy_poppler_draw_bytes(file, &wanted, &drawn, fault);
        wish.picture = jy_buf_slice(&drawn);
    }
    if (rc == JY_OK && (rc = draw_marked_page(&wish, &png, fault)) == JY_OK) {
        if (snprintf(name, sizeof(name), "%s/page-%d.png", folder, page) >= (int)sizeof(name))
            rc = jy_fail(fault, JY_E_ARGUMENT, "--pictures", 0, "the path is too long");
        else
            rc = write_bytes(name, &png, fault);
    }
    jy_buf_free(&drawn);
    jy_buf_free(&png);
    return rc;
}

/* Each page once, in the order in which the report first names it. */
static jy_err
write_pages(const json_t *root, struct jy_slice file, struct jy_slice report, const char *folder, struct jy_fault *fault)
{
    json_t *done = json_object(), *signature, *place;
    size_t i, k;
    jy_err rc = done == NULL ? JY_E_NOMEM : JY_OK;

    json_array_foreach(json_object_get(root, "signatures"), i, signature) {
        json_array_foreach(json_object_get(signature, "places"), k, place) {
            int page = (int)json_integer_value(json_object_get(place, "page"));
            char key[16];
            snprintf(key, sizeof(key), "%d", page);
            if (rc != JY_OK || json_object_get(done, key) != NULL)
                continue;
            json_object_set_new(done, key, json_true());
            rc = write_page(file, report, page, folder, fault);
        }
    }
    json_decref(done);
    return rc;
}

jy_err
write_verify_pictures(const struct jy_report *report, struct jy_slice file, const char *folder, struct jy_fault *fault)
{
    struct jy_buf json = { 0 };
    json_t *root = NULL;
    jy_err rc;

    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return jy_fail(fault, JY_E_IO, folder, 0, "%s", strerror(errno));
    if ((rc = jy_report_json(report, &json)) == JY_OK &&
        (rc = (root = json_loadb((const char *)json.p, json.len, 0, NULL)) == NULL ? JY_E_NOMEM : JY_OK) == JY_OK)
        rc = write_pages(root, file, jy_buf_slice(&json), folder, fault);
    json_decref(root);
    jy_buf_free(&json);
    return rc;
}

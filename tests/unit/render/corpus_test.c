/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of real files beside pictures of them that another program drew: the same ink at the same places, 4 mm by 4 mm. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <jinyin/render.h>

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CELL 16                              /* pixels: 4 mm */
#define ALIKE 0.03                           /* share of the cells that may differ: the other program had no Chinese font and drew boxes */
#define FAR 64                               /* grey levels between two cells that are said to differ */

static struct jy_fonts *fonts;
static struct { int compared, same, refused; } seen;

static bool
read_file(const char *path, struct jy_buf *out)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    bool good = f != NULL && fstat(fileno(f), &st) == 0 && jy_buf_reserve(out, (size_t)st.st_size) == JY_OK;

    if (good)
        out->len = fread(out->p, 1, (size_t)st.st_size, f);
    if (f != NULL)
        fclose(f);
    return good;
}

static double
grey(const struct jy_picture *p, uint32_t cell_x, uint32_t cell_y)
{
    double sum = 0;

    for (uint32_t y = cell_y * CELL; y < (cell_y + 1) * CELL; y++)
        for (uint32_t x = cell_x * CELL; x < (cell_x + 1) * CELL; x++) {
            const uint8_t *q = p->rgba + ((size_t)y * p->width + x) * 4;
            sum += 0.299 * q[0] + 0.587 * q[1] + 0.114 * q[2];
        }
    return sum / (CELL * CELL);
}

/* Share of cells that differ. */
static double
difference(const struct jy_picture *a, const struct jy_picture *b)
{
    uint32_t across = (a->width < b->width ? a->width : b->width) / CELL, down = (a->height < b->height ? a->height : b->height) / CELL, far = 0;

    for (uint32_t y = 0; y < down; y++)
        for (uint32_t x = 0; x < across; x++)
            far += fabs(grey(a, x, y) - grey(b, x, y)) > FAR;
    return across * down == 0 ? 0 : (double)far / (across * down);
}

static void
compare(const char *source, const char *picture_name)
{
    char name[512], path[1024];
    size_t stem = strlen(picture_name) - 7;                  /* "-p1.png" */
    struct jy_buf file = { 0 }, png = { 0 };
    struct jy_render *render = NULL;
    struct jy_picture ours = { 0 }, theirs = { 0 };
    struct jy_fault fault = { 0 };
    jy_err rc;

    snprintf(name, sizeof(name), "%.*s", (int)stem, picture_name);
    snprintf(path, sizeof(path), CORPUS "/ofd/%s/%s.ofd", source, name);
    if (!read_file(path, &file))
        goto out;
    snprintf(path, sizeof(path), CORPUS "/rendered/%s/%s", source, picture_name);
    assert_true(read_file(path, &png));
    rc = jy_render_open(jy_buf_slice(&file), fonts, &render, &fault);
    if (rc == JY_E_AMBIGUOUS) {                              /* a package of two meanings has no picture */
        seen.refused++;
        goto out;
    }
    if (rc == JY_OK)
        rc = jy_render_page(render, (size_t)(picture_name[stem + 2] - '0'), 4, &ours, &fault);
    if (rc != JY_OK)
        fail_msg("%s/%s: %s: %s: %s", source, picture_name, jy_err_code(rc), fault.where, fault.text);
    assert_int_equal(jy_picture_read(jy_buf_slice(&png), "png", &theirs, &fault), JY_OK);
    assert_true(abs((int)ours.width - (int)theirs.width) <= 1 && abs((int)ours.height - (int)theirs.height) <= 1);
    seen.compared++;
    double far = difference(&ours, &theirs);
    if (far <= ALIKE)
        seen.same++;
    else
        fprintf(stderr, "differs: %s/%s: %.1f %% of the cells\n", source, picture_name, far * 100);
out:
    jy_picture_free(&ours);
    jy_picture_free(&theirs);
    jy_render_free(render);
    jy_buf_free(&file);
    jy_buf_free(&png);
}

static void
each(const char *folder, void (*visit)(const char *folder, const char *name))
{
    char path[1024];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof(path), CORPUS "/rendered/%s", folder == NULL ? "" : folder);
    if ((dir = opendir(path)) == NULL)
        return;
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.' && (folder == NULL || (strlen(entry->d_name) > 7 && strstr(entry->d_name, ".png") != NULL)))
            visit(folder, entry->d_name);
    closedir(dir);
}

static void
one_folder(const char *none, const char *name)
{
    (void)none;
    each(name, compare);
}

static void
corpus__pages_have_the_same_ink_at_the_same_places(void **state)
{
    struct stat st;

    (void)state;
    if (stat(CORPUS "/rendered", &st) != 0)
        skip();
    each(NULL, one_folder);
    fprintf(stderr, "%d pages compared, %d alike, %d refused as ambiguous\n", seen.compared, seen.same, seen.refused);
    assert_true(seen.compared > 60);
    assert_int_equal(seen.compared, seen.same);
}

static int
open_fonts(void **state)
{
    (void)state;
    return jy_fonts_open(&fonts, NULL) == JY_OK ? 0 : -1;
}

static int
close_fonts(void **state)
{
    (void)state;
    jy_fonts_free(fonts);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(corpus__pages_have_the_same_ink_at_the_same_places) };

    return cmocka_run_group_tests_name("render corpus", tests, open_fonts, close_fonts);
}

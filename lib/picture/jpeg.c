/* SPDX-License-Identifier: Apache-2.0 */
/* JPEG (ISO/IEC 10918-1) by libjpeg-turbo: every warning is an error, scans and memory are counted. */
#include "picture/inside.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#define MEMORY_MAX (112l << 20)              /* coefficients of a progressive picture of 16 M pixels, three colours */
#define SCAN_PIXELS_MAX (256u << 20)
#define SCANNED_A_STEP 4                     /* pixels of a further scan in the time of one that is made from all of them */

struct reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf back;
    struct jy_picture_budget *budget;        /* NULL: no pixels are kept */
    int scans;                               /* paid for */
    struct jy_fault *fault;
    jy_err rc;
    uint8_t *row;                            /* CMYK only */
};

static void
on_error(j_common_ptr common)
{
    struct reader *r = common->client_data;
    char text[JMSG_LENGTH_MAX];

    common->err->format_message(common, text);
    if (r->rc == JY_OK)
        r->rc = jy_fail(r->fault, common->err->msg_code == JERR_OUT_OF_MEMORY ? JY_E_NOMEM : common->err->msg_code == JERR_NO_BACKING_STORE ? JY_E_LIMIT :
                        JY_E_FORMAT, "JPEG", 0, "%s", text);
    longjmp(r->back, 1);
}

/* libjpeg goes on after a warning with grey where data are missing; a seal is whole or it is not drawn. */
static void
on_message(j_common_ptr common, int level)
{
    if (level < 0)
        on_error(common);
}

static void
on_progress(j_common_ptr common)
{
    struct reader *r = common->client_data;
    int scan = r->jpeg.input_scan_number;
    bool paid = true;

    for (; r->budget != NULL && paid && r->scans < scan; r->scans++)
        paid = picture_spend(r->budget, (uint64_t)r->jpeg.image_width * r->jpeg.image_height / SCANNED_A_STEP);
    if (!paid || scan > JY_PICTURE_SCANS_MAX || (uint64_t)scan * r->jpeg.image_width * r->jpeg.image_height > SCAN_PIXELS_MAX) {
        r->rc = jy_fail(r->fault, JY_E_LIMIT, "JPEG", 0, "%d scans of %u × %u pixels", scan, r->jpeg.image_width, r->jpeg.image_height);
        longjmp(r->back, 1);
    }
}

static void
begin(struct reader *r, struct jy_slice bytes, struct jy_fault *fault)
{
    r->fault = fault;
    r->jpeg.err = jpeg_std_error(&r->errors);
    r->errors.error_exit = on_error;
    r->errors.emit_message = on_message;
    r->progress.progress_monitor = on_progress;
    r->jpeg.client_data = r;
    jpeg_create_decompress(&r->jpeg);
    r->jpeg.client_data = r;
    r->jpeg.progress = &r->progress;
    r->jpeg.mem->max_memory_to_use = MEMORY_MAX;
    jpeg_mem_src(&r->jpeg, bytes.p, bytes.len);
    jpeg_read_header(&r->jpeg, TRUE);
}

/* Adobe writes CMYK inverted (its marker says so by being there); the conversion is the plain one, without a profile. */
static void
cmyk_to_rgba(const uint8_t *in, uint8_t *out, uint32_t width, bool inverted)
{
    for (uint32_t x = 0; x < width; x++) {
        unsigned k = inverted ? in[4 * x + 3] : 255u - in[4 * x + 3];
        for (int i = 0; i < 3; i++)
            out[4 * x + (uint32_t)i] = (uint8_t)((inverted ? in[4 * x + (uint32_t)i] : 255u - in[4 * x + (uint32_t)i]) * k / 255u);
        out[4 * x + 3] = 255;
    }
}

jy_err
picture_jpeg(struct jy_slice bytes, struct jy_picture_budget *budget, struct jy_picture *out, struct jy_fault *fault)
{
    struct reader *r = calloc(1, sizeof(*r));
    bool cmyk;
    jy_err rc;

    if (r == NULL)
        return jy_fail(fault, JY_E_NOMEM, "JPEG", 0, "no memory");
    if (setjmp(r->back) != 0)
        goto out;
    begin(r, bytes, fault);
    if ((r->rc = picture_new_within(r->jpeg.image_width, r->jpeg.image_height, 0, budget, out, fault)) != JY_OK)
        goto out;
    r->budget = budget;
    r->scans = 1;                                            /* the first is that of the pixels */
    if (budget->memory < MEMORY_MAX)
        r->jpeg.mem->max_memory_to_use = budget->memory == 0 ? 1 : (long)budget->memory;
    cmyk = r->jpeg.num_components == 4;
    r->jpeg.out_color_space = cmyk ? JCS_CMYK : JCS_EXT_RGBA;
    r->jpeg.dct_method = JDCT_ISLOW;
    if (cmyk && (r->row = malloc((size_t)out->width * 4)) == NULL) {
        r->rc = jy_fail(fault, JY_E_NOMEM, "JPEG", 0, "no memory");
        goto out;
    }
    jpeg_start_decompress(&r->jpeg);
    while (r->jpeg.output_scanline < r->jpeg.output_height) {
        uint8_t *to = out->rgba + (size_t)r->jpeg.output_scanline * out->width * 4;
        JSAMPROW rows[1] = { cmyk ? r->row : to };
        jpeg_read_scanlines(&r->jpeg, rows, 1);
        if (cmyk)
            cmyk_to_rgba(r->row, to, out->width, r->jpeg.saw_Adobe_marker);
    }
    jpeg_finish_decompress(&r->jpeg);
out:
    jpeg_destroy_decompress(&r->jpeg);
    rc = r->rc;
    free(r->row);
    free(r);
    return rc;
}

/* The segments up to the first scan without APPn (but JFIF and Adobe) and COM, then all up to the end of image. */
static jy_err
without_metadata(struct jy_slice bytes, size_t end, struct jy_buf *out)
{
    size_t at = 2;
    jy_err rc = jy_buf_add(out, JY_SLICE(bytes.p, 2));

    while (rc == JY_OK && end - at >= 4 && bytes.p[at] == 0xff) {
        uint8_t marker = bytes.p[at + 1];
        size_t len = 2 + ((size_t)bytes.p[at + 2] << 8 | bytes.p[at + 3]);

        if (marker == 0xff) {                                /* fill byte */
            at++;
            continue;
        }
        if (marker == 0xda || len > end - at)
            break;
        if (!(marker == 0xfe || (marker >= 0xe1 && marker <= 0xef && marker != 0xee)))
            rc = jy_buf_add(out, JY_SLICE(bytes.p + at, len));
        at += len;
    }
    return rc == JY_OK ? jy_buf_add(out, JY_SLICE(bytes.p + at, end - at)) : rc;
}

jy_err
picture_jpeg_plain(struct jy_slice bytes, bool *plain, int *colours, uint32_t size[2], struct jy_buf *out, struct jy_fault *fault)
{
    struct reader *r = calloc(1, sizeof(*r));
    size_t end;
    jy_err rc;

    *plain = false;
    if (r == NULL)
        return jy_fail(fault, JY_E_NOMEM, "JPEG", 0, "no memory");
    if (setjmp(r->back) != 0)
        goto out;
    begin(r, bytes, fault);
    size[0] = r->jpeg.image_width;
    size[1] = r->jpeg.image_height;
    *colours = r->jpeg.num_components;
    if ((r->rc = picture_size(size[0], size[1], fault)) != JY_OK)
        goto out;
    /* What readers guess differently (RGB without a marker, CMYK, 12 bits) is decoded by us. */
    if (!(r->jpeg.jpeg_color_space == JCS_YCbCr || r->jpeg.jpeg_color_space == JCS_GRAYSCALE) || r->jpeg.data_precision != 8)
        goto out;
    /* Rows are not kept: the pass only proves that the data are whole. */
    if ((r->row = malloc((size_t)size[0] * 4)) == NULL) {
        r->rc = jy_fail(fault, JY_E_NOMEM, "JPEG", 0, "no memory");
        goto out;
    }
    r->jpeg.out_color_space = r->jpeg.jpeg_color_space;
    r->jpeg.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&r->jpeg);
    while (r->jpeg.output_scanline < r->jpeg.output_height) {
        JSAMPROW rows[1] = { r->row };
        jpeg_read_scanlines(&r->jpeg, rows, 1);
    }
    jpeg_finish_decompress(&r->jpeg);
    end = bytes.len - r->jpeg.src->bytes_in_buffer;
    r->rc = without_metadata(bytes, end, out);
    *plain = r->rc == JY_OK;
out:
    jpeg_destroy_decompress(&r->jpeg);
    rc = r->rc;
    free(r->row);
    free(r);
    return rc;
}

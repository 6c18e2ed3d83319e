/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

jy_err
svg_draw(struct jy_slice bytes, struct jy_fonts *fonts, cairo_t *cr, double width, double height, struct jy_fault *fault)
{
    (void)bytes;
    (void)fonts;
    (void)cr;
    (void)width;
    (void)height;
    return jy_fail(fault, JY_E_UNSUPPORTED, "SVG", 0, "not yet");
}

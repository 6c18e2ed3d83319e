/* SPDX-License-Identifier: Apache-2.0 */
/*
 * said.h: what a text field's appearance says beside its value. Some programs draw the one, some the other (and most draw the value when the field is
 * clicked): "replace" of the shadow attacks.
 */
#ifndef JY_PDF_SAID_H
#define JY_PDF_SAID_H

#include <jinyin/base.h>

#include <qpdf/qpdf-c.h>

enum pdf_saying { PDF_SAYS_THE_SAME, PDF_SAYS_OTHERWISE, PDF_NOT_PLAIN };
/**
 * What the appearance form of a field says beside value (UTF-8). Compared, but for white space, are printable ASCII values with ASCII texts in simple
 * fonts that are not in the file; anything else is not plain. *budget: bytes that may still be unpacked; taken from.
 * *rc: JY_E_NOMEM, JY_E_LIMIT when the budget is used up; else untouched.
 */
enum pdf_saying pdf_says(qpdf_data q, qpdf_oh form, const char *value, size_t *budget, jy_err *rc);

#endif

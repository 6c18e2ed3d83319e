/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that carry their own check: USCC, ID number, districts, seal codes. */
#include "core/rules.h"

#include <string.h>

/* GB 32100: digits and letters without I, O, S, V, Z. */
static const char uscc_digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int
index_in(const char *alphabet, char c)
{
    const char *at = c == '\0' ? NULL : strchr(alphabet, c);

    return at == NULL ? -1 : (int)(at - alphabet);
}

/* GB 11714: the organisation code's own check digit, positions 9–17 of a USCC. */
static bool
organisation_code_is_valid(const char *code)
{
    static const int weights[8] = { 3, 7, 9, 10, 5, 8, 4, 2 };
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    int sum = 0, check;

    for (int i = 0; i < 8; i++) {
        int value = index_in(alphabet, code[i]);
        if (value < 0)
            return false;
        sum += value * weights[i];
    }
    check = 11 - sum % 11;
    return code[8] == (check == 10 ? 'X' : check == 11 ? '0' : (char)('0' + check));
}

bool
uscc_is_valid(const char *uscc)
{
    int sum = 0, weight = 1;

    if (strlen(uscc) != 18)
        return false;
    for (int i = 0; i < 17; i++) {
        int value = index_in(uscc_digits, uscc[i]);
        if (value < 0 || (i >= 2 && i < 8 && value > 9))     /* characters 3–8: a region, digits */
            return false;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    return uscc[17] == uscc_digits[(31 - sum % 31) % 31] && organisation_code_is_valid(uscc + 8);
}

static bool
is_date(int year, int month, int day)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return year >= 1900 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (leap && month == 2);
}

bool
id_number_is_valid(const char *id)
{
    static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int digit[17], sum = 0;

    if (strlen(id) != 18)
        return false;
    for (int i = 0; i < 17; i++) {
        if (id[i] < '0' || id[i] > '9')
            return false;
        digit[i] = id[i] - '0';
        sum += digit[i] * weights[i];
    }
    return id[17] == "10X98765432"[sum % 11] &&
        is_date(digit[6] * 1000 + digit[7] * 100 + digit[8] * 10 + digit[9], digit[10] * 10 + digit[11], digit[12] * 10 + digit[13]);
}

const char *
district_name(const char *code)
{
    static const struct { const char *code, *name; } districts[] = {      /* GB/T 2260 */
        { "120101", "和平区" }, { "120102", "河东区" }, { "120103", "河西区" }, { "120104", "南开区" }, { "120105", "河北区" },
        { "120106", "红桥区" }, { "120110", "东丽区" }, { "120111", "西青区" }, { "120112", "津南区" }, { "120113", "北辰区" },
        { "120114", "武清区" }, { "120115", "宝坻区" }, { "120116", "滨海新区" }, { "120117", "宁河区" }, { "120118", "静海区" },
        { "120119", "蓟州区" },
    };

    for (size_t i = 0; i < sizeof(districts) / sizeof(districts[0]); i++)
        if (strcmp(districts[i].code, code) == 0)
            return districts[i].name;
    return NULL;
}

bool
seal_code_is_valid(const char *seal_code, int digits)
{
    return digits > 0 && strlen(seal_code) == (size_t)digits && strspn(seal_code, "0123456789") == (size_t)digits;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include <jinyin/base.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

jy_time
jy_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return ts.tv_sec;
}

/* Days since 1970-01-01 of a civil date, counting years from March so that the leap day is last. */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

jy_time
jy_time_from_civil(int year, int month, int day, int hour, int minute, int second)
{
    return days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

void
jy_time_civil(jy_time t, int *year, int *month, int *day, int *hour, int *minute, int *second)
{
    int64_t days = t / 86400, rest = t % 86400;
    int64_t era, day_of_era, year_of_era, day_of_year, shifted_month;

    if (rest < 0)
        rest += 86400, days--;
    days += 719468;
    era = (days >= 0 ? days : days - 146096) / 146097;
    day_of_era = days - era * 146097;
    year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    shifted_month = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1);
    *month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
    *hour = (int)(rest / 3600);
    *minute = (int)(rest / 60 % 60);
    *second = (int)(rest % 60);
}

void
jy_time_rfc3339(jy_time t, char out[21])
{
    int year, month, day, hour, minute, second;
    char text[64];

    jy_time_civil(t, &year, &month, &day, &hour, &minute, &second);
    if (year < 0 || year > 9999)
        year = 0;
    snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, hour, minute, second);
    memcpy(out, text, 21);
}

/* A number of so many digits, and nothing else: no blank, no sign. */
static bool
take_digits(const char **text, int count, int *out)
{
    *out = 0;
    for (; count > 0; count--, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *out = *out * 10 + (**text - '0');
    }
    return true;
}

static bool
take(const char **text, char c)
{
    if (**text != c)
        return false;
    (*text)++;
    return true;
}

static int
days_of_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    return days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

jy_err
jy_time_parse_rfc3339(const char *text, jy_time *out)
{
    int year, month, day, hour = 0, minute = 0, second = 0, zone_hour = 0, zone_minute = 0, sign = 1;

    if (!take_digits(&text, 4, &year) || !take(&text, '-') || !take_digits(&text, 2, &month) || !take(&text, '-') || !take_digits(&text, 2, &day))
        return JY_E_FORMAT;
    if (*text != '\0') {
        if (!take(&text, 'T') || !take_digits(&text, 2, &hour) || !take(&text, ':') || !take_digits(&text, 2, &minute) || !take(&text, ':') ||
            !take_digits(&text, 2, &second))
            return JY_E_FORMAT;
        if (*text == '+' || *text == '-') {
            sign = *text++ == '+' ? 1 : -1;
            if (!take_digits(&text, 2, &zone_hour) || !take(&text, ':') || !take_digits(&text, 2, &zone_minute))
                return JY_E_FORMAT;
        } else if (!take(&text, 'Z')) {
            return JY_E_FORMAT;
        }
        if (*text != '\0')
            return JY_E_FORMAT;
    }
    if (month < 1 || month > 12 || day < 1 || day > days_of_month(year, month) || hour > 23 || minute > 59 || second > 60 || zone_hour > 14 || zone_minute > 59)
        return JY_E_FORMAT;
    *out = jy_time_from_civil(year, month, day, hour, minute, second) - sign * (zone_hour * 3600 + zone_minute * 60);
    return JY_OK;
}

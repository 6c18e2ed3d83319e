/* SPDX-License-Identifier: Apache-2.0 */
/* The mail server that is played (RFC 5321): what it keeps, what it refuses, how it misbehaves on demand. */
#include "sim/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MUST(call) assert_int_equal(call, JY_OK)

static struct sim_faults *faults;
static struct sim_mails *mails;
static struct sim_mail_session *session;
static bool goes_on;

static int
set_up(void **state)
{
    (void)state;
    MUST(sim_faults_new(&faults));
    MUST(sim_mails_new(faults, &mails));
    MUST(sim_mail_begin(mails, &session));
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    sim_mail_end(session);
    sim_mails_free(mails);
    sim_faults_free(faults);
    return 0;
}

/* The answer's number, 0 when nothing is said. */
static int
say_bytes(struct jy_slice line)
{
    struct sim_answer answer = { 0 };
    int number = 0;

    goes_on = sim_mail_line(session, line, &answer);
    for (size_t i = 0; i < answer.body.len && i < 3 && answer.body.p[i] >= '0' && answer.body.p[i] <= '9'; i++)
        number = number * 10 + answer.body.p[i] - '0';
    jy_buf_free(&answer.body);
    return number;
}

static int
say(const char *line)
{
    return say_bytes(jy_slice_text(line));
}

static int
send_mail(const char *id)
{
    char line[300];

    assert_int_equal(say("MAIL FROM:<a@example.org>"), 250);
    assert_int_equal(say("RCPT TO:<b@example.org>"), 250);
    assert_int_equal(say("DATA"), 354);
    snprintf(line, sizeof(line), "Message-ID: <%s>", id);
    assert_int_equal(say(line), 0);
    assert_int_equal(say(""), 0);
    assert_int_equal(say("..a line with a dot"), 0);
    return say(".");
}

static int
count_of(const char *id)
{
    json_t *list = sim_mails_list(mails);
    int count = (int)json_integer_value(json_object_get(json_object_get(list, id), "count"));

    json_decref(list);
    return count;
}

static void
a_mail_is_kept_by_its_message_id_as_it_was_written(void **state)
{
    json_t *list, *mail;

    (void)state;
    assert_int_equal(say("EHLO x"), 250);
    assert_int_equal(send_mail("one@x"), 250);
    assert_int_equal(send_mail("one@x"), 250);
    list = sim_mails_list(mails);
    assert_int_equal(json_object_size(list), 1);
    mail = json_object_get(list, "one@x");
    assert_string_equal(json_string_value(json_object_get(mail, "from")), "a@example.org");
    assert_string_equal(json_string_value(json_array_get(json_object_get(mail, "to"), 0)), "b@example.org");
    assert_string_equal(json_string_value(json_object_get(mail, "data")), "Message-ID: <one@x>\r\n\r\n.a line with a dot\r\n");
    json_decref(list);
    assert_int_equal(count_of("one@x"), 2);
    assert_int_equal(say("QUIT"), 221);
    assert_false(goes_on);
}

static void
what_comes_out_of_turn_or_is_too_much_is_refused(void **state)
{
    char line[SIM_MAIL_LINE_MAX + 2];
    int answer = 0;

    (void)state;
    assert_int_equal(say("RCPT TO:<b@example.org>"), 503);
    assert_int_equal(say("DATA"), 503);
    assert_int_equal(say("MAIL FROM:nobody"), 501);
    assert_int_equal(say("VRFY x"), 502);
    memset(line, 'x', sizeof(line));
    memcpy(line, "MAIL FROM:<", 11);
    line[300] = '>';
    assert_int_equal(say_bytes(JY_SLICE(line, 400)), 501);
    assert_int_equal(say_bytes(JY_SLICE(line, SIM_MAIL_LINE_MAX + 1)), 500);
    assert_false(goes_on);
    assert_int_equal(say_bytes(JY_SLICE("NO\0OP", 5)), 500);
    assert_int_equal(say("MAIL FROM:<a@example.org>"), 250);
    for (int i = 0; i < SIM_MAIL_RECIPIENTS_MAX; i++)
        assert_int_equal(say("RCPT TO:<b@example.org>"), 250);
    assert_int_equal(say("RCPT TO:<b@example.org>"), 452);
    assert_int_equal(say("DATA"), 354);
    for (size_t i = 0; i <= SIM_MAIL_MAX / 900 && answer == 0; i++)
        answer = say_bytes(JY_SLICE(line, 900));
    assert_int_equal(answer, 552);
    assert_false(goes_on);
}

/* What a client sees, and how often the mail is there afterwards. */
static void
each_fault_is_seen_by_the_client_and_by_what_was_kept(void **state)
{
    static const struct { enum sim_fault fault; int answer, count; bool goes_on; } rows[] = {
        { SIM_FAULT_DOWN, 421, 0, false },  { SIM_FAULT_SLOW, 250, 1, true },      { SIM_FAULT_GARBAGE, 0, 1, false },
        { SIM_FAULT_CUT, 250, 1, false },   { SIM_FAULT_LOST, 421, 1, false },     { SIM_FAULT_REPLAYED, 250, 1, true },
        { SIM_FAULT_REFUSE, 550, 0, true }, { SIM_FAULT_DUPLICATE, 250, 2, true }, { SIM_FAULT_OUT_OF_ORDER, 421, 1, false },
    };
    char id[16];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(id, sizeof(id), "mail-%zu", i);
        sim_faults_set(faults, SIM_MAIL, rows[i].fault, 1, 0);
        assert_int_equal(send_mail(id), rows[i].answer);
        assert_int_equal(goes_on, rows[i].goes_on);
        assert_int_equal(count_of(id), rows[i].count);
        assert_int_equal(sim_faults_met(faults, SIM_MAIL), 1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_mail_is_kept_by_its_message_id_as_it_was_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_comes_out_of_turn_or_is_too_much_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(each_fault_is_seen_by_the_client_and_by_what_was_kept, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("sim mail", tests, NULL, NULL);
}

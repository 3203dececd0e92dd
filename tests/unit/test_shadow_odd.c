/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the shadows of clients that are not this program: other timers, other ACKs, captures at
 * the wrong end, with holes, out of order. */
#include "follow_script.h"
#include "shadow_script.h"

#include "probe/track/shadow.h"

#define SECOND (1000 * MS)

struct entry {
    double ms;
    const char
        *segment; /* as in follow_script.h; "icmp hard 0": class and quoted sequence number */
};

struct row {
    const char *name;
    enum shadow_end end;
    struct entry entries[20];
    const char
        *steps; /* "EVENT@index STATE" of each, with blanks between; the index of the cause */
};

#define OPTIONS "<mss 1000,sackOK,nop,wscale 1>"
#define OPENED                                                                                     \
    {0, "> S 0:0 " OPTIONS}, {10, "< S. 0:0 ack 1 " OPTIONS},                                      \
    {                                                                                              \
        11, "> . 1:1 ack 1"                                                                        \
    }
#define OPENS "USER_OPEN SYN-SENT RX_SYN_ACK@1 ESTABLISHED "

static const struct row rows[] = {
    {"a client that writes when it is open, and closes",
     SHADOW_END_WHOLE,
     {OPENED,
      {20, "> P. 1:101 ack 1"},
      {30, "< . 1:1 ack 101"},
      {31, "< P. 1:501 ack 101"},
      {32, "> . 101:101 ack 501"},
      {40, "> F. 101:101 ack 501"},
      {50, "< F. 501:501 ack 102"},
      {51, "> . 102:102 ack 502"}},
     OPENS "USER_SEND ESTABLISHED RX_ACK_NEW@4 ESTABLISHED RX_ACK_SAME@5 ESTABLISHED "
           "RX_DATA@5 ESTABLISHED USER_CLOSE FIN-WAIT-1 RX_ACK_FIN@8 FIN-WAIT-2 RX_FIN@8 TIME-WAIT "
           "TIMER_2MSL CLOSED"},
    {"the first data ride on the handshake's ACK: they waited",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS},
      {10, "< S. 0:0 ack 1 " OPTIONS},
      {11, "> . 1:1001 ack 1"},
      {12, "> P. 1001:1500 ack 1"},
      {20, "< . 1:1 ack 1500"},
      {99, "> P. 1500:1600 ack 1"}},
     OPENS "RX_ACK_NEW@4 ESTABLISHED USER_SEND ESTABLISHED"},
    {"captured at the server: the SYN was sent again before its answer arrived",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS},
      {1, "< S. 0:0 ack 1 " OPTIONS},
      {1000, "> S 0:0 " OPTIONS},
      {1001, "< S. 0:0 ack 1 " OPTIONS},
      {1100, "> . 1:1 ack 1"}},
     "USER_OPEN SYN-SENT TIMER_RESEND SYN-SENT RX_SYN_ACK@1 ESTABLISHED RX_SYN_AGAIN@3 "
     "ESTABLISHED"},
    {"captured at the server: the FINs cross, though they do not look like it",
     SHADOW_END_WHOLE,
     {OPENED,
      {20, "< F. 1:1 ack 1"},
      {25, "> F. 1:1 ack 1"},
      {26, "< . 2:2 ack 2"},
      {60, "> . 2:2 ack 2"}},
     OPENS "USER_CLOSE FIN-WAIT-1 RX_ACK_SAME@3 FIN-WAIT-1 RX_FIN@3 CLOSING RX_ACK_FIN@5 TIME-WAIT "
           "TIMER_2MSL CLOSED"},
    {"refused",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS}, {1, "< R. 0:0 ack 1"}},
     "USER_OPEN SYN-SENT RX_RST@1 CLOSED"},
    {"refused, but not this SYN",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS}, {1, "< R. 0:0 ack 77"}, {1000, "> S 0:0 " OPTIONS}},
     "USER_OPEN SYN-SENT RX_RST_BAD@1 SYN-SENT TIMER_RESEND SYN-SENT"},
    {"refused, and the client asks again all the same",
     SHADOW_END_DEPARTED,
     {{0, "> S 0:0 " OPTIONS}, {1, "< R. 0:0 ack 1"}, {500, "> S 0:0 " OPTIONS}},
     "USER_OPEN SYN-SENT RX_RST@1 CLOSED"},
    {"given up in the end",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS}, {1000, "> S 0:0 " OPTIONS}, {3000, "> R 1:1"}},
     "USER_OPEN SYN-SENT TIMER_RESEND SYN-SENT TIMER_GIVE_UP CLOSED"},
    {"interrupted",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS}, {1000, "> S 0:0 " OPTIONS}, {1300, "> R 1:1"}},
     "USER_OPEN SYN-SENT TIMER_RESEND SYN-SENT USER_ABORT CLOSED"},
    {"unreachable",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS}, {1, "icmp hard 0"}},
     "USER_OPEN SYN-SENT ICMP_HARD@1 CLOSED"},
    {"unreachable, which this client does not believe",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS},
      {1, "icmp soft 0"},
      {1000, "> S 0:0 " OPTIONS},
      {1010, "< S. 0:0 ack 1 " OPTIONS},
      {1011, "> . 1:1 ack 1"}},
     "USER_OPEN SYN-SENT TIMER_RESEND SYN-SENT RX_SYN_ACK@3 ESTABLISHED"},
    {"ICMP on an open connection, of this and of another time",
     SHADOW_END_WHOLE,
     {OPENED, {20, "> P. 1:101 ack 1"}, {21, "icmp soft 1"}, {22, "icmp soft 99999"}},
     OPENS "USER_SEND ESTABLISHED ICMP_SOFT@4 ESTABLISHED"},
    {"both open at once",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS},
      {1, "< S 0:0 " OPTIONS},
      {2, "> S. 0:0 ack 1 " OPTIONS},
      {3, "< S. 0:0 ack 1 " OPTIONS},
      {4, "> . 1:1 ack 1"}},
     "USER_OPEN SYN-SENT RX_SYN@1 SYN-RECEIVED RX_SYN_ACK@3 ESTABLISHED"},
    {"data in the SYN, taken and not taken",
     SHADOW_END_WHOLE,
     {{0, "> S 0:100 " OPTIONS},
      {10, "< S. 0:0 ack 1 " OPTIONS},
      {11, "> P. 1:101 ack 1"},
      {20, "< . 1:1 ack 101"}},
     OPENS "RX_ACK_NEW@3 ESTABLISHED"},
    {"half open on purpose",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS}, {10, "< S. 0:0 ack 1 " OPTIONS}, {10.1, "> R 1:1"}},
     OPENS "USER_ABORT CLOSED"},
    {"what is answered with an RST by itself",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS},
      {1, "< S. 0:0 ack 500 " OPTIONS},
      {2, "> R 500:500"},
      {3, "< S. 9:9 ack 1 " OPTIONS},
      {4, "> . 1:1 ack 10"}},
     "USER_OPEN SYN-SENT RX_ACK_BAD@1 SYN-SENT RX_SYN_ACK@3 ESTABLISHED"},
    {"a zero window, probed below it as Linux does, and a keep-alive",
     SHADOW_END_WHOLE,
     {OPENED,
      {20, "> P. 1:101 ack 1"},
      {21, "< . 1:1 ack 101 win 0"},
      {300, "> . 100:100 ack 1"},
      {301, "< . 1:1 ack 101 win 0"},
      {900, "< . 1:1 ack 101 win 500"},
      {9000, "> . 100:100 ack 1"},
      {9001, "< . 1:1 ack 101 win 500"}},
     OPENS "USER_SEND ESTABLISHED RX_ACK_NEW@4 ESTABLISHED TIMER_PERSIST ESTABLISHED RX_ACK_SAME@6 "
           "ESTABLISHED RX_ACK_SAME@7 ESTABLISHED RX_ACK_SAME@9 ESTABLISHED"},
    {"a fast retransmission, and another that SACK allows",
     SHADOW_END_WHOLE,
     {OPENED,
      {20, "> . 1:1001 ack 1"},
      {20, "> . 1001:2001 ack 1"},
      {20, "> . 2001:3001 ack 1"},
      {20, "> P. 3001:4001 ack 1"},
      {30, "< . 1:1 ack 1"}, /* the first with its window scaled: no duplicate */
      {30, "< . 1:1 ack 1"},
      {30, "< . 1:1 ack 1"},
      {30, "< . 1:1 ack 1"},
      {30, "> . 1:1001 ack 1"},
      {31, "> . 2001:3001 ack 1"},
      {40, "< . 1:1 ack 4001"}},
     OPENS
     "USER_SEND ESTABLISHED RX_ACK_SAME@7 ESTABLISHED RX_ACK_SAME@8 ESTABLISHED RX_ACK_SAME@9 "
     "ESTABLISHED RX_ACK_DUP@10 ESTABLISHED RX_ACK_NEW@13 ESTABLISHED"},
    {"time-outs of data, earlier than the machine would have them",
     SHADOW_END_WHOLE,
     {OPENED, {20, "> P. 1:101 ack 1"}, {220, "> P. 1:101 ack 1"}, {620, "> P. 1:101 ack 1"}},
     OPENS "USER_SEND ESTABLISHED TIMER_RESEND ESTABLISHED TIMER_RESEND ESTABLISHED"},
    {"each packet captured twice",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 id 1 " OPTIONS},
      {0, "> S 0:0 id 1 " OPTIONS},
      {10, "< S. 0:0 ack 1 " OPTIONS},
      {11, "> . 1:1 ack 1 id 2"},
      {11, "> . 1:1 ack 1 id 2"},
      {20, "> P. 1:101 ack 1 id 3"},
      {20, "> P. 1:101 ack 1 id 3"}},
     "USER_OPEN SYN-SENT RX_SYN_ACK@2 ESTABLISHED USER_SEND ESTABLISHED"},
    {"a little out of order: the answer is captured first",
     SHADOW_END_WHOLE,
     {{0, "< S. 0:0 ack 1 " OPTIONS},
      {0.1, "> S 0:0 " OPTIONS},
      {1, "> . 1:1 ack 501"},
      {1.1, "< . 1:501 ack 1"},
      {2, "> P. 101:201 ack 501"},
      {2.1, "> . 1:101 ack 501"}},
     "USER_OPEN SYN-SENT RX_SYN_ACK@0 ESTABLISHED RX_ACK_SAME@3 ESTABLISHED RX_DATA@3 ESTABLISHED "
     "USER_SEND ESTABLISHED"},
    {"a forged reset that the client does not believe",
     SHADOW_END_WHOLE,
     {OPENED,
      {20, "< R 1:1 ttl 99"},
      {30, "> P. 1:101 ack 1"},
      {31, "< P. 1:11 ack 101"},
      {32, "> . 101:101 ack 11"}},
     OPENS "USER_SEND ESTABLISHED RX_ACK_NEW@5 ESTABLISHED RX_DATA@5 ESTABLISHED"},
    {"a reset, while data are still under way to it",
     SHADOW_END_WHOLE,
     {OPENED, {20, "< R 1:1"}, {21, "> P. 1:101 ack 1"}},
     OPENS "USER_SEND ESTABLISHED RX_RST@3 CLOSED"},
    {"data behind the FIN",
     SHADOW_END_DEPARTED,
     {OPENED, {20, "> F. 1:1 ack 1"}, {21, "> P. 2:102 ack 1"}},
     OPENS "USER_CLOSE FIN-WAIT-1"},
    {"data without an answer to the SYN",
     SHADOW_END_DEPARTED,
     {{0, "> S 0:0 " OPTIONS}, {1, "> P 1:101"}},
     "USER_OPEN SYN-SENT"},
    {"the SYN,ACK is missing",
     SHADOW_END_HOLES,
     {{0, "> S 0:0 " OPTIONS}, {1, "> . 1:1 ack 1"}},
     "USER_OPEN SYN-SENT"},
    {"the server's data are missing", SHADOW_END_HOLES, {OPENED, {20, "> . 1:1 ack 501"}}, OPENS},
    {"the client's data are missing",
     SHADOW_END_HOLES,
     {OPENED, {20, "< . 1:1 ack 501"}, {21, "> P. 501:601 ack 1"}},
     OPENS},
    {"another SYN in the middle",
     SHADOW_END_DEPARTED,
     {OPENED, {20, "> S 90000:90000 " OPTIONS}},
     OPENS},
    {"begun in the middle",
     SHADOW_END_NO_SYN,
     {{0, "> P. 1:101 ack 1"}, {1, "< . 1:1 ack 101"}},
     ""},
    {"only the server's half", SHADOW_END_NO_SYN, {{0, "< S. 0:0 ack 1"}}, ""},
    {"wrong checksums count for nothing",
     SHADOW_END_WHOLE,
     {{0, "> S 0:0 " OPTIONS},
      {1, "< R. 0:0 ack 1 badsum"},
      {10, "< S. 0:0 ack 1 " OPTIONS},
      {11, "> F. 1:1 ack 1 badsum"},
      {12, "> . 1:1 ack 1"}},
     "USER_OPEN SYN-SENT RX_SYN_ACK@2 ESTABLISHED"},
    {"segments as the card has them: larger than any packet",
     SHADOW_END_WHOLE,
     {OPENED,
      {20, "> . 1:65001 ack 1"},
      {20, "> P. 65001:200001 ack 1"},
      {30, "< . 1:1 ack 200001"},
      {31, "< P. 1:99001 ack 200001"},
      {32, "> . 200001:200001 ack 99001"}},
     OPENS "USER_SEND ESTABLISHED RX_ACK_NEW@5 ESTABLISHED RX_ACK_SAME@6 ESTABLISHED RX_DATA@6 "
           "ESTABLISHED"},
};

static void put_icmp(struct tale *tale, const char *text, int64_t at, uint32_t base)
{
    struct story_segment *entry = tale_more(tale);
    char kind[8];
    unsigned seq;

    assert_int_equal(sscanf(text, "icmp %7s %u", kind, &seq), 2);
    entry->is_icmp = true;
    entry->icmp_class = strcmp(kind, "hard") == 0 ? ICMP_CLASS_HARD : ICMP_CLASS_SOFT;
    entry->icmp_seq = base + seq;
    entry->input.at = at;
}

static void tell(struct tale *tale, const struct row *row)
{
    struct script script;

    script_begin(&script, UINT32_C(0xfffffff0), UINT32_C(0xffffffff));
    tale_begin(tale);
    for (size_t i = 0; i < COUNT_OF(row->entries) && row->entries[i].segment; i++) {
        int64_t at = SECOND + (int64_t)(row->entries[i].ms * 1e6);
        struct follow_input input;

        if (strncmp(row->entries[i].segment, "icmp", 4) == 0) {
            put_icmp(tale, row->entries[i].segment, at, script.base[0]);
            continue;
        }
        script_read(&script, row->entries[i].segment, &input);
        tale_put(tale, at, input.from, &script.segment);
        tale->story.segments[i].input = input;
        tale->story.segments[i].input.at = at;
        tale->story.segments[i].input.segment = NULL;
    }
}

static void show(const struct shadow *shadow, char *text, size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; i < shadow->count; i++) {
        const struct traced_step *step = &shadow->steps[i];
        char cause[24] = "";

        if (step->seen != TRACE_NONE)
            snprintf(cause, sizeof cause, "@%zu", step->seen);
        at += (size_t)snprintf(text + at, size - at, "%s%s%s %s", i > 0 ? " " : "",
                               fsm_event_name(step->step.event), cause,
                               fsm_state_name(step->step.to));
        assert_true(at < size);
    }
}

static void test_rows(void **state)
{
    unsigned failed = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t length = strlen(rows[i].steps);
        struct shadow shadow;
        struct tale tale;
        char text[2048];

        tell(&tale, &rows[i]);
        assert_int_equal(shadow_run(&tale.story, 0, &shadow), 0);
        show(&shadow, text, sizeof text);
        while (length > 0 && rows[i].steps[length - 1] == ' ')
            length--;
        if (shadow.end != rows[i].end || strlen(text) != length ||
            strncmp(text, rows[i].steps, length) != 0) {
            print_message("# %s: %s (at %zd)\n# is     '%s'\n# wanted '%s'\n", rows[i].name,
                          shadow_end_words(shadow.end), (ssize_t)shadow.end_at, text,
                          rows[i].steps);
            failed++;
        }
        assert_int_equal(shadow.end_at == TRACE_NONE, shadow.end == SHADOW_END_WHOLE);
        shadow_release(&shadow);
        assert_null(shadow.steps);
        tale_end(&tale);
    }
    assert_int_equal(failed, 0);
}

/* However long, it takes time in proportion. */
static void test_long(void **state)
{
    struct script script;
    struct follow_input input;
    struct shadow shadow;
    struct tale tale;

    (void)state;
    script_begin(&script, 1000, 7000);
    tale_begin(&tale);
    script_read(&script, "> S 0:0 " OPTIONS, &input);
    tale_put(&tale, SECOND, 0, &script.segment);
    script_read(&script, "< S. 0:0 ack 1 " OPTIONS, &input);
    tale_put(&tale, SECOND, 1, &script.segment);
    for (uint32_t i = 2; i < STORY_MAX; i++) {
        script_read(&script, i % 2 ? "< . 1:1 ack 1" : "> . 1:60001 ack 1", &input);
        script.segment.seq += i % 2 ? 0 : (i - 2) / 2 * 60000;
        script.segment.ack += i % 2 ? (i - 1) / 2 * 60000 : 0;
        tale_put(&tale, SECOND + (int64_t)i * MS, (uint8_t)(i % 2), &script.segment);
    }
    tale.story.lost = 1;
    assert_int_equal(shadow_run(&tale.story, 0, &shadow), 0);
    assert_int_equal(shadow.end, SHADOW_END_TOO_MANY);
    assert_int_equal(shadow.end_at, STORY_MAX);
    assert_int_equal(shadow.steps[shadow.count - 1].step.event, EVENT_RX_ACK_NEW);
    shadow_release(&shadow);
    tale_end(&tale);
}

/* Nothing at all. */
static void test_empty(void **state)
{
    struct story story = {.segments = NULL};
    struct shadow shadow;

    (void)state;
    assert_int_equal(shadow_run(&story, 0, &shadow), 0);
    assert_int_equal(shadow.end, SHADOW_END_NO_SYN);
    assert_int_equal(shadow.count, 0);
    shadow_release(&shadow);
    for (unsigned i = 0; i < SHADOW_END_COUNT; i++)
        assert_true(strlen(shadow_end_words((enum shadow_end)i)) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

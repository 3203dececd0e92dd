/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of the lessons: every event and state has its sentences, and the numbers in them are those
 * of the segment. */
#include "follow_script.h"
#include "shadow_script.h"

#include "probe/track/lesson.h"

#define SECOND (1000 * MS)

static struct arena arena;

static int begin(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
        bool before = at == text || strchr(" (.,", at[-1]);

        if (before && (at[length] == '\0' || strchr(" .,:;'", at[length])))
            return true;
    }
    return false;
}

/* What all of them keep to. */
static void check(const struct lesson *lesson, const char *whose)
{
    static const char *const never[] = {"{",  "}",  "[",  "]",   "  ", "..",
                                        " .", " ,", "()", ": .", ",,"};
    static const char *const words[] = {"we", "our", "us", "We", "Our"};
    size_t length = strlen(lesson->why), references = strlen(lesson->reference);

    for (size_t i = 0; i < COUNT_OF(never); i++)
        if (strstr(lesson->why, never[i]))
            fail_msg("%s: '%s' in '%s'", whose, never[i], lesson->why);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (has_word(lesson->why, words[i]))
            fail_msg("%s: '%s' in '%s'", whose, words[i], lesson->why);
    if (length < 20 || lesson->why[length - 1] == '.' || lesson->why[length - 1] == ' ')
        fail_msg("%s: '%s'", whose, lesson->why);
    if (lesson->why[0] >= 'a' && lesson->why[0] <= 'z')
        fail_msg("%s: '%s'", whose, lesson->why);
    if (strncmp(lesson->reference, "RFC ", 4) != 0 || lesson->reference[references - 1] == ',')
        fail_msg("%s: reference '%s'", whose, lesson->reference);
    for (const char *at = lesson->why; (at = strstr(at, ". ")); at += 2)
        if (at[2] >= 'a' && at[2] <= 'z')
            fail_msg("%s: '%s'", whose, at);
}

struct desk {
    struct story_segment entry;
    struct follow follow;
    struct follow_step step;
    struct lesson_case what;
};

static void desk_begin(struct desk *desk, bool known, bool from_client)
{
    memset(desk, 0, sizeof *desk);
    follow_init(&desk->follow);
    desk->entry.input.from = from_client ? 0 : 1;
    desk->entry.input.hop_limit = 64;
    desk->entry.segment.flags = TCP_ACK | TCP_PSH;
    desk->entry.segment.seq = 5001;
    desk->entry.segment.ack = 9002;
    desk->entry.segment.window = 502;
    desk->entry.segment.payload_total = 1460;
    desk->step.rtt = desk->step.window = FOLLOW_UNKNOWN;
    desk->step.relative_seq = desk->step.relative_ack = FOLLOW_UNKNOWN;
    desk->step.from_client = from_client;
    desk->step.have[0] = desk->step.twice = (struct hole){9100, 9200};
    desk->step.have_count = 1;
    desk->step.missing = 1;
    if (known) {
        desk->step.relative_seq = 1;
        desk->step.relative_ack = 2;
        desk->step.window = 64256;
        desk->step.rtt = 12 * MS;
        desk->step.copy = 2;
        desk->step.duplicates = 3;
        desk->step.lacking[0] = (struct hole){9002, 9100};
        desk->step.lacking_count = 1;
        desk->entry.input.has_ip_id = true;
        desk->follow.ends[0].mss = desk->follow.ends[1].mss = 1400;
        desk->follow.ends[0].hop_limit = desk->follow.ends[1].hop_limit = 57;
        desk->follow.ends[0].has_isn = desk->follow.ends[1].has_isn = true;
        desk->step.who = FOLLOW_WHO_SOMEBODY;
    }
    desk->what =
        (struct lesson_case){.segment = &desk->entry, .step = &desk->step, .follow = &desk->follow};
}

static struct lesson desk_tell(struct desk *desk, const char *whose)
{
    struct lesson lesson = lesson_tell(&desk->what, &arena);

    check(&lesson, whose);
    return lesson;
}

static void test_events(void **state)
{
    char first[FOLLOW_EVENT_COUNT][200];

    (void)state;
    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT; i++) {
        const char *word = follow_event_word((enum follow_event)i);

        for (unsigned k = 0; k < 4; k++) {
            struct desk desk;
            struct lesson lesson;

            desk_begin(&desk, k & 1, k & 2);
            desk.step.events = UINT64_C(1) << i;
            lesson = desk_tell(&desk, word);
            snprintf(first[i], sizeof first[i], "%s", lesson.why);
        }
        for (unsigned k = 0; k < i; k++)
            if (strcmp(first[i], first[k]) == 0)
                fail_msg("%s: as %s", word, follow_event_word((enum follow_event)k));
    }
}

static void test_pairs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT; i++)
        for (unsigned k = 0; k < FOLLOW_EVENT_COUNT; k++) {
            struct desk desk;

            desk_begin(&desk, (i + k) & 1, i & 1);
            desk.step.events = UINT64_C(1) << i | UINT64_C(1) << k;
            desk.entry.segment.flags = (uint16_t)(k * 37);
            desk.entry.segment.payload_total = k % 3;
            desk_tell(&desk, follow_event_word((enum follow_event)i));
        }
}

static void test_states(void **state)
{
    (void)state;
    for (unsigned before = 0; before < SERVER_STATE_COUNT; before++)
        for (unsigned after = 0; after < SERVER_STATE_COUNT; after++)
            for (unsigned doubt = 0; doubt < FOLLOW_DOUBT_COUNT; doubt++) {
                const char *name = server_state_name((enum server_state)after);
                struct desk desk;
                struct lesson lesson;

                desk_begin(&desk, true, doubt & 1);
                desk.what.client_before.state = (uint8_t)before;
                desk.what.server_before.state = (uint8_t)before;
                desk.step.client.state = (uint8_t)after;
                desk.step.server.state = (uint8_t)after;
                desk.step.client.doubt = desk.step.server.doubt = (uint8_t)doubt;
                lesson = desk_tell(&desk, name);
                if (after != SERVER_UNKNOWN)
                    assert_int_equal(strstr(lesson.why, " is in ") != NULL, before != after);
                if (after != SERVER_UNKNOWN && before != after) {
                    assert_non_null(strstr(lesson.why, name));
                    assert_int_equal(strstr(lesson.why, "as far as the capture shows") != NULL,
                                     doubt != FOLLOW_DOUBT_NONE);
                }
            }
}

static void test_icmp(void **state)
{
    static const struct {
        uint8_t type, code;
        enum icmp_class kind;
        const char *says;
    } rows[] = {
        {3, 3, ICMP_CLASS_HARD, "trying again will not help"},
        {3, 1, ICMP_CLASS_SOFT, "may pass"},
        {3, 4, ICMP_CLASS_MTU, "it takes 1,400 bytes"},
        {5, 0, ICMP_CLASS_NONE, "198.18.0.9"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;
        struct lesson lesson;

        desk_begin(&desk, false, true);
        desk.entry.is_icmp = true;
        desk.entry.icmp_type = rows[i].type;
        desk.entry.icmp_code = rows[i].code;
        desk.entry.icmp_class = rows[i].kind;
        desk.entry.icmp_mtu = 1400;
        assert_int_equal(address_read("198.18.0.9", &desk.entry.from), 0);
        desk.what.step = NULL;
        lesson = desk_tell(&desk, rows[i].says);
        if (!strstr(lesson.why, rows[i].says) || !strstr(lesson.why, "the client"))
            fail_msg("'%s' is not in '%s'", rows[i].says, lesson.why);
    }
}

/* A line of a script, and what its lesson must say, or not say. */
struct scene {
    double ms;
    const char *segment;
    const char *says[6];
};

static void play(const struct scene *scenes, size_t count)
{
    struct script script;
    struct follow_state client = {0, 0}, server = {0, 0};

    script_begin(&script, 1000, 7000);
    for (size_t i = 0; i < count; i++) {
        struct story_segment entry = {.frame = 0};
        struct lesson_case what = {
            .segment = &entry, .step = &script.step, .follow = &script.follow};
        struct lesson lesson;

        script_read(&script, scenes[i].segment, &entry.input);
        entry.input.at = SECOND + (int64_t)(scenes[i].ms * 1e6);
        follow_segment(&script.follow, &entry.input, &script.step);
        entry.segment = script.segment;
        entry.input.segment = NULL;
        what.client_before = client;
        what.server_before = server;
        lesson = lesson_tell(&what, &arena);
        check(&lesson, scenes[i].segment);
        for (size_t k = 0; k < COUNT_OF(scenes[i].says) && scenes[i].says[k]; k++) {
            bool must_not = scenes[i].says[k][0] == '!';
            const char *words = scenes[i].says[k] + must_not;

            if (must_not != !(strstr(lesson.why, words) || strstr(lesson.reference, words)))
                fail_msg("%s: '%s': '%s' [%s]", scenes[i].segment, scenes[i].says[k], lesson.why,
                         lesson.reference);
        }
        client = script.step.client;
        server = script.step.server;
    }
}

#define LAB_OPTIONS "<mss 1460,sackOK,nop,wscale 7>"

static void test_whole(void **state)
{
    static const struct scene scenes[] = {
        {0,
         "> S 0:0 win 64240 " LAB_OPTIONS,
         {"ISN) is 1000", "data begin at 1001", "up to 1460 bytes (MSS)", "units of 2^7",
          "SYN-SENT", "RFC 9293 3.5"}},
        {1020,
         "> S 0:0 win 64240 " LAB_OPTIONS,
         {"again", "1.02 s after", "the first time-out", "RFC 6298"}},
        {1030,
         "< S. 0:0 ack 1 win 65160 " LAB_OPTIONS,
         {"ACK 1001 = ISN + 1", "ISN 7000", "SYN-RECEIVED", "The server agrees"}},
        {1034,
         "> . 1:1 ack 1 win 502",
         {"handshake is complete", "502 × 2^7 = 64,256 bytes", "took 4 ms", "ACK 7001 = ISN + 1",
          "!client is in", "Once it has arrived, the server is in ESTABLISHED"}},
        {1040,
         "> P. 1:1461 ack 1 win 502",
         {"sends 1,460 bytes: bytes 1–1460", "PSH", "!is in", "RFC 9293 3.10.7.4"}},
        {1050,
         "< . 1:1 ack 1461 win 509",
         {"has got all up to byte 1460", "expects 1461 next", "509 × 2^7 = 65,152 bytes"}},
        {1060,
         "> F. 1461:1461 ack 1 win 502",
         {"no more data", "at 1461", "FIN-WAIT-1", "CLOSE-WAIT", "waits for its own application",
          "Data of the server still come through"}},
        {1070,
         "< F. 1:1 ack 1462 win 509",
         {"acknowledges the FIN of the client", "ACK 1462", "LAST-ACK", "TIME-WAIT", "2 MSL",
          "!still come through"}},
        {1080,
         "> . 1462:1462 ack 2 win 502",
         {"acknowledges the FIN of the server", "the server is in CLOSED"}},
    };

    (void)state;
    play(scenes, COUNT_OF(scenes));
}

static void test_losses(void **state)
{
    static const struct scene scenes[] = {
        {0, "> S 0:0 win 64240 " LAB_OPTIONS, {NULL}},
        {10,
         "< S. 0:0 ack 1 win 65160 " LAB_OPTIONS,
         {"round trip between the capture point and the server"}},
        {12, "> . 1:1 ack 1 win 502", {NULL}},
        {20, "< . 1:1461 ack 1 win 509", {NULL}},
        {21, "< . 2921:4381 ack 1 win 509", {"hole of 1,460 bytes"}},
        {22,
         "> . 1:1 ack 1461 win 502 <nop,nop,sack 9921:11381>",
         {"has bytes 2921–4380", "lacks bytes 1461–2920", "RFC 2018"}},
        {23, "> . 1:1 ack 1461 win 502 <nop,nop,sack 9921:11381>", {"The first duplicate ACK"}},
        {24, "> . 1:1 ack 1461 win 502 <nop,nop,sack 9921:11381>", {"The second duplicate ACK"}},
        {25,
         "> . 1:1 ack 1461 win 502 <nop,nop,sack 9921:11381>",
         {"The third duplicate ACK", "sends the missing segment now", "RFC 5681"}},
        {26, "< . 1461:2921 ack 1 win 509", {"bytes 1461–2920 again", "fast retransmit"}},
        {30, "> . 1:1 ack 4381 win 0", {"closes its window"}},
        {230, "< . 4380:4380 ack 1 win 509", {"asks whether that is still so", "RFC 9293 3.8.6.1"}},
        {231, "> . 1:1 ack 4381 win 0", {"still closed"}},
        {400, "> . 1:1 ack 4381 win 502", {"new window", "64,256 bytes"}},
        {450,
         "< R 4381:4381 win 0 ttl 70",
         {"resets", "TTL is 70 where the other segments of this end have 64", "nearer"}},
    };

    (void)state;
    play(scenes, COUNT_OF(scenes));
}

static void test_openings(void **state)
{
    static const struct scene refused[] = {
        {0, "> S 0:0 win 64240 " LAB_OPTIONS, {NULL}},
        {10,
         "< R. 0:0 ack 1 win 0",
         {"refuses", "ACK 1001 = ISN + 1", "nobody listens", "CLOSED", "took 10 ms"}},
    };
    static const struct scene abandoned[] = {
        {0, "> S 0:0 win 64240 " LAB_OPTIONS, {NULL}},
        {10, "< S. 0:0 ack 1 win 65160 " LAB_OPTIONS, {NULL}},
        {11, "> R 1:1 win 0", {"answers the SYN,ACK with an RST"}},
    };
    static const struct scene early[] = {
        {0, "> S 0:40 win 64240 " LAB_OPTIONS, {"40 bytes", "RFC 7413"}},
        {10, "< S. 0:0 ack 41 win 65160 " LAB_OPTIONS, {"ACK 1041 = ISN + 1 + 40 of data"}},
    };
    static const struct scene crossed[] = {
        {0, "> S 0:0 win 64240 " LAB_OPTIONS, {NULL}},
        {1, "< S 0:0 win 64240 " LAB_OPTIONS, {"both open at once", "RFC 9293 3.5 figure 7"}},
    };
    static const struct scene middle[] = {
        {0, "> P. 100:200 ack 50 win 100", {"100 bytes", "as far as the capture shows"}},
        {1, "< . 50:50 ack 200 win 100", {"scale is not known"}},
    };

    (void)state;
    play(refused, COUNT_OF(refused));
    play(abandoned, COUNT_OF(abandoned));
    play(early, COUNT_OF(early));
    play(crossed, COUNT_OF(crossed));
    play(middle, COUNT_OF(middle));
}

/* What is known of a SYN from what follows it. */
static void test_fates(void **state)
{
    static const struct {
        enum server_state after;
        const char *says;
    } rows[] = {
        {SERVER_LISTEN, "this copy does not reach it"},
        {SERVER_CLOSED, "At the server the port is CLOSED"},
        {SERVER_SYN_RECEIVED, "Once it has arrived, the server is in SYN-RECEIVED"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;
        struct lesson lesson;

        desk_begin(&desk, true, true);
        desk.entry.segment.flags = TCP_SYN;
        desk.step.events = FOLLOW(SYN);
        desk.step.server.state = (uint8_t)rows[i].after;
        lesson = desk_tell(&desk, rows[i].says);
        if (!strstr(lesson.why, rows[i].says))
            fail_msg("'%s' is not in '%s'", rows[i].says, lesson.why);
    }
}

/* Of several events those are told that say most, and none twice. */
static void test_several(void **state)
{
    static const struct {
        uint64_t events;
        const char *says, *not ;
    } rows[] = {
        {FOLLOW(CHALLENGE_ACK) | FOLLOW(DUPLICATE_ACK), "challenge ACK", "duplicate ACK"},
        {FOLLOW(FIN) | FOLLOW(RETRANSMISSION), "again", "no more data"},
        {FOLLOW(RETRANSMISSION) | FOLLOW(FAST) | FOLLOW(DATA), "fast retransmit", "in time"},
        {FOLLOW(RETRANSMISSION) | FOLLOW(SPURIOUS) | FOLLOW(DATA), "has acknowledged", "in time"},
        {FOLLOW(WINDOW_PROBE) | FOLLOW(KEEP_ALIVE), "closed", "keep-alive"},
        {FOLLOW(SYN) | FOLLOW(TWIN), "same packet once more", "asks for a connection"},
        {FOLLOW(CHECKSUM) | FOLLOW(DATA), "checksum is wrong", "PSH"},
        {FOLLOW(RST) | FOLLOW(RST_INEXACT), "anybody could have guessed", "all is over"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct desk desk;
        struct lesson lesson;

        desk_begin(&desk, true, false);
        desk.step.events = rows[i].events;
        lesson = desk_tell(&desk, rows[i].says);
        if (!strstr(lesson.why, rows[i].says) || strstr(lesson.why, rows[i].not ))
            fail_msg("'%s', not '%s': '%s'", rows[i].says, rows[i].not, lesson.why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_events, begin, end),
        cmocka_unit_test_setup_teardown(test_pairs, begin, end),
        cmocka_unit_test_setup_teardown(test_states, begin, end),
        cmocka_unit_test_setup_teardown(test_icmp, begin, end),
        cmocka_unit_test_setup_teardown(test_fates, begin, end),
        cmocka_unit_test_setup_teardown(test_several, begin, end),
        cmocka_unit_test_setup_teardown(test_whole, begin, end),
        cmocka_unit_test_setup_teardown(test_losses, begin, end),
        cmocka_unit_test_setup_teardown(test_openings, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

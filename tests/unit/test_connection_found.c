/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of what is found out of the ordinary about captured connections. */
#include "tale.h"

#define AT(ms, segment)                                                                            \
    {                                                                                              \
        (ms), (segment), NULL, NULL, NULL                                                          \
    }

#define SYN     "0 > S 0:0 <mss 1000,sackOK,nop,wscale 1>"
#define SYN_ACK "10 < S. 0:0 ack 1 <mss 1000,sackOK,nop,wscale 1>"
#define ACK     "12 > . 1:1 ack 1"

/* Segments, an id, and its text; each without the other ends' findings being looked at. */
static const struct {
    const char *segments[12]; /* "MS SEGMENT" */
    const char *id, *text;
} rows[] = {
    {{SYN, "1000 > S 0:0 <mss 1000>", "3000 > S 0:0 <mss 1000>"},
     "TP-SYN-REPEATED",
     "the SYN was sent 3 times; back-off: doubles from 1 s, as RFC 6298 has it"},
    {{SYN, SYN_ACK, "1010 < S. 0:0 ack 1 <mss 1000,sackOK,nop,wscale 1>"},
     "TP-SYN-ACK-REPEATED",
     "the SYN,ACK was sent 2 times; back-off: one wait of 1 s"},
    {{SYN, SYN_ACK, "1010 < S. 0:0 ack 1 <mss 1000,sackOK,nop,wscale 1>"},
     "TP-SYN-HALF-OPEN",
     "the SYN,ACK was never acknowledged: the connection stayed half-open"},
    {{SYN, "1 < S. 0:0 ack 1 win 0 <mss 1000>"},
     "TP-SYN-WINDOW-ZERO",
     "the SYN,ACK announced a window of zero, as SYN proxies do"},
    {{"0 > S 0:5 <mss 1000>"}, "TP-SYN-EARLY-DATA", "the SYN carried data"},
    {{"0 > S 0:5 <mss 1000>", "1 < S. 0:0 ack 6"},
     "TP-SYN-EARLY-DATA",
     "the SYN carried data, and the server took them (Fast Open)"},
    {{"0 > S 0:5 <mss 1000>", "1 < S. 0:0 ack 1"},
     "TP-SYN-EARLY-DATA",
     "the SYN carried data, which the SYN,ACK did not acknowledge"},
    {{SYN, "1 < S. 0:5 ack 1"}, "TP-SYN-DATA", "the SYN,ACK carried data"},
    {{SYN, SYN_ACK, ACK, "13 < S. 77:77 ack 1"},
     "TP-SYN-ISN-CHANGED",
     "the server's SYN came again with initial sequence number 76, at first it was 4294967295"},
    {{SYN, SYN_ACK, ACK, "13 > S 77:77"},
     "TP-SEG-SYN-BAD",
     "a SYN in the client's name that is not the connection's own came, with sequence number 61"},
    {{SYN, SYN_ACK, ACK, "13 > S 77:77", "14 < . 1:1 ack 1"},
     "TP-SEG-CHALLENGE",
     "1 ACK asked whether an RST or a SYN was meant"},
    {{"0 > S 0:0", "1 < S. 0:0 ack 1 <mss 9,nop,wscale 3>"},
     "TP-OPT-UNOFFERED",
     "the SYN,ACK answered with a window scale, which was not offered"},
    {{"0 > S 0:0 <TS val 5 ecr 0>", "1 < S. 0:0 ack 1 <TS val 1 ecr 99>"},
     "TP-OPT-TSECR",
     "the SYN,ACK echoed a timestamp that no SYN of the client had"},
    {{"0 > S 0:0 <nop,wscale 15>"},
     "TP-OPT-WSCALE",
     "the SYN had a window scale of 15; 14 is used"},
    {{"0 > S 0:0 <nop,wscale 15>"},
     "TP-OPT-NO-MSS",
     "the SYN had no MSS option: 536 bytes are taken for granted"},
    {{"0 > S 0:0 <mss 40>"}, "TP-OPT-MSS-TINY", "the SYN announced a maximum segment size of 40"},
    {{"0 > S 0:0 <mss 400,raw:6304beef>"},
     "TP-OPT-STRANGE",
     "the SYN had option kind 99, which is not known"},
    {{"0 > S 0:0 <mss 400,mss 500>"},
     "TP-OPT-MALFORMED",
     "option kind 2 of the SYN: repeated"},
    {{SYN, SYN_ACK, "12 > . 1:1 ack 1 <raw:0801>"},
     "TP-OPT-MALFORMED",
     "a later segment of the client had malformed options"},
    {{"0 > S 0:0 <mss 9,TS val 5 ecr 0>", "1 < S. 0:0 ack 1 <mss 9,TS val 1 ecr 5>",
      "2 > . 1:1 ack 1"},
     "TP-OPT-TS-MISSING",
     "timestamps were agreed on, but a segment of the client had none"},
    {{SYN, SYN_ACK, ACK, "20 < R 1:1 ttl 50", "22 < P. 1:9 ack 1"},
     "TP-SEG-RST-FORGED",
     "an RST in the server's name was probably somebody else's: it has TTL 50, the server's other "
     "segments have 64"},
    {{SYN, SYN_ACK, ACK, "20 < R 1:1", "22 < P. 1:9 ack 1"},
     "TP-SEG-RST-FORGED",
     "an RST in the server's name was probably somebody else's: the server went on as if nothing "
     "was"},
    {{SYN, SYN_ACK, ACK, "20 < R 1:1 ttl 255"},
     "TP-SEG-RST-TTL",
     "the RST came with TTL 255, the server's other segments with 64: somebody else may have sent "
     "it"},
    {{SYN, SYN_ACK, ACK, "20 < R 9:9"},
     "TP-SEG-RST-INEXACT",
     "an RST in the server's name fell inside the window but not on its edge"},
    {{SYN, SYN_ACK, ACK, "20 < R 100000:100000"},
     "TP-SEG-RST-BLIND",
     "an RST in the server's name proved nothing: no end would believe it"},
    {{SYN, SYN_ACK, ACK, "20 > F. 1:1 ack 1", "21 < R. 1:1 ack 2"},
     "TP-CLOSE-RESET",
     "the server answered the other end's FIN with an RST"},
    {{SYN, SYN_ACK, ACK, "20 > P. 1:101 ack 1", "220 > P. 1:101 ack 1", "620 > P. 1:101 ack 1",
      "1420 > P. 1:101 ack 1"},
     "TP-DATA-RESENT",
     "the client sent 3 segments again, 75.0 % of its bytes; one of them 3 times, back-off: "
     "doubles from 400 ms"},
    {{SYN, SYN_ACK, ACK, "20 > P. 1:101 ack 1", "220 > P. 1:101 ack 1", "620 > P. 1:101 ack 1",
      "1420 > P. 1:101 ack 1"},
     "TP-DATA-TIMED-OUT",
     "the client sent again and again, and nothing came back"},
    {{SYN, SYN_ACK, ACK, "20 > P. 1:101 ack 1", "21 < . 1:1 ack 101", "300 > P. 1:101 ack 1"},
     "TP-DATA-SPURIOUS",
     "the client sent 1 segment again that had been acknowledged"},
    {{SYN, SYN_ACK, ACK, "20 > P. 101:201 ack 1", "21 > P. 1:101 ack 1"},
     "TP-DATA-DISORDER",
     "1 segment of the client came behind what was sent after it"},
    {{SYN, SYN_ACK, ACK, "20 > P. 1:101 ack 1", "21 < . 1:1 ack 101", "9000 > . 100:100 ack 1"},
     "TP-DATA-KEEP-ALIVE",
     "the client's last keep-alive was not answered"},
    {{SYN, SYN_ACK, ACK, "20 < . 1:1 ack 1 win 0", "500 < . 1:1 ack 1 win 0",
      "1020 < . 1:1 ack 1 win 5"},
     "TP-WIN-ZERO",
     "the server closed its window (2 segments), 1 s in all"},
    {{SYN, SYN_ACK, ACK, "20 < . 1:1 ack 1 win 0", "520 > . 1:1 ack 1"},
     "TP-WIN-ZERO",
     "the server closed its window (1 segment), 500 ms in all"},
    {{SYN, SYN_ACK, "12 > . 1:1 ack 1", "13 < . 1:1 ack 1 win 50", "20 > P. 1:101 ack 1"},
     "TP-WIN-FULL",
     "the client filled the other end's window 1 time"},
    {{SYN, SYN_ACK, "12 > . 1:1 ack 1 badsum"},
     "TP-SEG-CHECKSUM",
     "segments of the client have a wrong checksum: no end takes them"},
    {{"0 > SF 0:0 <mss 100>"},
     "TP-SEG-FLAGS",
     "the client set flags together that no end sends together"},
    {{SYN, SYN_ACK, ACK, "20 > .U 1:3 ack 1"}, "TP-SEG-URGENT", "urgent data came from the client"},
    {{SYN, SYN_ACK, ACK, "20 < . 1:3 ack 1 ce"},
     "TP-SEG-CONGESTION",
     "routers marked packets of the server, as they are congested"},
    {{SYN, SYN_ACK, ACK, "20 < . 2000000000:2000000003 ack 1"},
     "TP-SEG-OUTSIDE",
     "a sequence or acknowledgment number of the server lay far from all others"},
    {{"0 > .9 1:1 ack 1"}, "TP-SEG-RESERVED", "the client set reserved header bits"},
    {{SYN, SYN_ACK, ACK, "20 < . 1:1 ack 41"},
     "TP-CAP-MISSING",
     "40 bytes of data were acknowledged that are not in the capture: it lost them"},
    {{SYN, SYN_ACK, ACK, "20 < . 1:1 ack 2"},
     "TP-CAP-MISSING",
     "1 byte of data was acknowledged that is not in the capture: it lost it"},
    {{SYN, SYN_ACK, ACK, "20 > . 1:2001 ack 1"},
     "TP-CAP-GIANT",
     "segments are larger than the MSS allows: cut or joined by the network card"},
    {{"0 > S 0:0 id 5", "0.1 > S 0:0 id 5"},
     "TP-CAP-TWINS",
     "1 packet came twice: duplicated on the way, or captured on two interfaces"},
};

static void play(struct tale *tale, const char *const *segments, size_t count)
{
    tale_begin(tale);
    for (size_t i = 0; i < count && segments[i]; i++) {
        char *behind;
        struct line line = AT(strtod(segments[i], &behind), NULL);

        line.segment = behind + 1;
        tale_segment(tale, &line, 0);
    }
    tale_tell(tale, 0);
}

static void test_rows(void **state)
{
    struct tale tale;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        play(&tale, rows[i].segments, COUNT_OF(rows[i].segments));
        tale_text(tale_finding(&tale, rows[i].id), rows[i].text);
        tale_end(&tale);
    }
}

/* Nothing out of the ordinary: nothing is found. */
static void test_none(void **state)
{
    static const char *const plain[] = {SYN,
                                        SYN_ACK,
                                        ACK,
                                        "20 > P. 1:101 ack 1",
                                        "30 < P. 1:901 ack 101",
                                        "31 > . 101:101 ack 901",
                                        "40 > F. 101:101 ack 901",
                                        "50 < F. 901:901 ack 102",
                                        "51 > . 102:102 ack 902"};
    struct tale tale;

    (void)state;
    play(&tale, plain, COUNT_OF(plain));
    tale_findings(&tale, "");
    tale.context.why = TRACK_WHY_REUSED;
    tale_tell(&tale, 0);
    tale_findings(&tale, "TP-SYN-REUSED");
    tale.story.lost = 5;
    tale.context.why = TRACK_WHY_OVER;
    tale_tell(&tale, 0);
    tale_text(tale_finding(&tale, "TP-CAP-LEFT-OUT"),
              "5 segments are counted and not listed: there were too many");
    assert_int_equal(tale.record.segments_left_out, 5);
    tale.story.lost = 0;
    tale_end(&tale);
}

/* The same in a summary as on a page, but for what only the second pass can measure. */
static void test_summary(void **state)
{
    struct tale tale;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char page[1024], summary[1024];

        play(&tale, rows[i].segments, COUNT_OF(rows[i].segments));
        tale_finding_ids(&tale, page, sizeof page);
        tale.context.story = NULL;
        tale_tell(&tale, 0);
        tale_finding_ids(&tale, summary, sizeof summary);
        assert_string_equal(page, summary);
        tale_end(&tale);
    }
}

/* As many as there are at most, and no more. */
static void test_room(void **state)
{
    static const char *const worst[] = {"0 > SF9U 0:5 <mss 40,nop,wscale 15,raw:6304beef> ce",
                                        "1 < S. 0:5 ack 1 win 0 <TS val 1 ecr 2>",
                                        "2 > . 6:6 ack 1 badsum",
                                        "3 > . 6:6 ack 1",
                                        "4 < S. 77:77 ack 1",
                                        "5 > S 900:900",
                                        "6 < R 9:9",
                                        "7 < R 100000:100000",
                                        "8 < .U9 2:3 ack 1 ce badsum",
                                        "9 < . 2000000000:2000000003 ack 1"};
    const struct finding_record *findings;
    struct tale tale;

    (void)state;
    tale_begin(&tale);
    for (size_t i = 0; i < COUNT_OF(worst); i++) {
        char *behind;
        struct line line = AT(strtod(worst[i], &behind), NULL);

        line.segment = behind + 1;
        tale_segment(&tale, &line,
                     TRACK_NOTE_CUT | TRACK_NOTE_FRAGMENTS | TRACK_NOTE_PARTIAL |
                         TRACK_NOTE_BACKWARDS | TRACK_NOTE_CONFLICT);
    }
    tale_tell(&tale, 0);
    findings = tale.record.findings.items;
    assert_true(tale.record.findings.count > 15);
    tale_text(findings[0].severity, "high");
    tale_text(findings[tale.record.findings.count - 1].severity, "info");
    tale_end(&tale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_none),
                                       cmocka_unit_test(test_summary), cmocka_unit_test(test_room)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions against records: what they are, what is said of them, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef expect_check /* a macro that is not wanted here, of the same name */

#include "cmd/expect.h"
#include "cmd/expect_field.h"
#include "report/records_matrix.h"
#include "report_samples.h"

/* A record with every kind of field, and nothing that a target has. */
struct entry_record {
    const char *id;
};
struct part_record {
    int64_t size;
    bool good;
    const char *word;
};
struct plain_record {
    bool yes;
    int64_t count;
    double share_percent, wait_ms, rtt_ms;
    const char *rtt_source, *colour, *text;
    int64_t length;
    const void *in_effect;
    struct record_list entries, findings;
};

static const struct field entry_fields[] = {FIELD(struct entry_record, id, "", "a name")};
static const struct schema schema_entry = {"entry", "an entry", entry_fields, 1,
                                           sizeof(struct entry_record), NULL, false};
static const struct field part_fields[] = {
    FIELD(struct part_record, size, "bytes", "a size"),
    FIELD(struct part_record, good, "", "whether it is good"),
    FIELD_WORDS(struct part_record, word, "one,two", "a word"),
};
static const struct schema schema_part = {"part", "a part", part_fields, 3,
                                          sizeof(struct part_record), NULL, false};
static const struct field plain_fields[] = {
    FIELD(struct plain_record, yes, "", "yes or no"),
    FIELD(struct plain_record, count, "", "a number of things"),
    FIELD(struct plain_record, share_percent, "percent", "a share"),
    FIELD(struct plain_record, wait_ms, "ms", "a time"),
    FIELD(struct plain_record, rtt_ms, "ms", "another"),
    FIELD(struct plain_record, rtt_source, "", "where it comes from"),
    FIELD_WORDS(struct plain_record, colour, "Red,Green,Blue", "a colour"),
    FIELD(struct plain_record, text, "", "any text"),
    FIELD(struct plain_record, length, "bytes", "a length"),
    FIELD_OF(struct plain_record, in_effect, &schema_part, "a part"),
    FIELD_OF(struct plain_record, entries, &schema_entry, "entries"),
    FIELD_OF(struct plain_record, findings, &schema_finding, "findings"),
};
static const struct schema schema_plain = {
    "plain", "a record", plain_fields, sizeof plain_fields / sizeof plain_fields[0],
    sizeof(struct plain_record), NULL, false};

static const struct entry_record entries[] = {{"apple"}, {"pear"}};
static const struct finding_record findings[] = {{"TP-SEG-PAWS", "low", "old"}};
static const struct part_record part = {.size = 65536, .good = true, .word = NULL};
static const struct plain_record plain_full = {
    .yes = true, .count = 0, .share_percent = 5, .wait_ms = 0.1 + 0.2, .rtt_ms = 1.5,
    .rtt_source = "capture", .colour = "Green", .text = "one, two|three \302\265", .length = 1400,
    .in_effect = &part, .entries = LIST(entries), .findings = LIST(findings),
};
static const struct plain_record plain_empty = {
    .count = RECORD_UNKNOWN, .share_percent = NAN, .wait_ms = NAN, .rtt_ms = NAN,
    .rtt_source = "the pair is in doubt", .length = RECORD_UNKNOWN,
};

struct row {
    const char *text;
    const void *record;
    enum expect_result result;
    const char *unmet;
};

static void check_row(const struct row *row, const struct schema *schema, enum expect_use use)
{
    struct fault fault = {0};
    struct expect *expect = NULL;
    struct arena memory;
    const char *unmet = "not written";
    enum expect_result result;

    arena_init(&memory);
    if (expect_parse(row->text, "--expect", schema, use, &expect, &fault) != 0)
        fail_msg("%s: %s", row->text, fault.what);
    result = expect_check(expect, row->record, &memory, &unmet);
    if (result != row->result || !unmet != !row->unmet || (unmet && strcmp(unmet, row->unmet) != 0))
        fail_msg("%s: %d, %s", row->text ? row->text : "(none)", (int)result,
                 unmet ? unmet : "(null)");
    expect_free(expect);
    arena_release(&memory);
}

#define CHECK(rows, schema, use) \
    for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
        check_row(&(rows)[i], &(schema), (use))

/* clang-format off */
static const struct row target_rows[] = {
    {NULL, &sample_open, EXPECT_MET, NULL},
    {NULL, &sample_refused, EXPECT_UNMET, "verdict=open: verdict is refused"},
    {NULL, &sample_filtered, EXPECT_UNMET, "verdict=open: verdict is filtered"},
    {NULL, &sample_inconclusive, EXPECT_UNKNOWN, "verdict=open: verdict is inconclusive"},
    {"state=open,rtt<50ms,mss>=1400,sack,wscale", &sample_open, EXPECT_MET, NULL},
    {"state=open,rtt<50ms,mss>=1400,sack,wscale", &sample_refused, EXPECT_UNMET,
     "state=open: verdict is refused; mss>=1400: in_effect_mss is unknown (verdict is refused); "
     "sack: unknown (verdict is refused); wscale: unknown (verdict is refused)"},
    {"rtt<50us", &sample_open, EXPECT_MET, NULL},
    {"rtt<38214ns", &sample_open, EXPECT_UNMET, "rtt<38214ns: rtt_ms is 0.038214"},
    {"rtt<=38214ns", &sample_open, EXPECT_MET, NULL},
    {"rtt_ms = 0.038214 , ttl>=60", &sample_open, EXPECT_MET, NULL},
    {"rtt<1", &sample_data, EXPECT_UNMET, "rtt<1: rtt_ms is 18.402"}, /* a plain number is in ms */
    {"rtt<20,dns<5ms,!ecn", &sample_data, EXPECT_UNKNOWN, "dns<5ms: dns_ms is unknown"},
    {"rtt>20,dns<5ms", &sample_data, EXPECT_UNMET,
     "rtt>20: rtt_ms is 18.402; dns<5ms: dns_ms is unknown"},
    {"rtt<5ms", &sample_simultaneous, EXPECT_UNKNOWN,
     "rtt<5ms: rtt_ms is unknown (the SYNs crossed: no pair of question and answer)"},
    {"rtt", &sample_simultaneous, EXPECT_UNMET,
     "rtt: unknown (the SYNs crossed: no pair of question and answer)"},
    {"!rtt", &sample_simultaneous, EXPECT_MET, NULL},
    {"!rtt", &sample_open, EXPECT_UNMET, "!rtt: rtt_ms is 0.038214"},
    {"wscale", &sample_simultaneous, EXPECT_UNMET, "wscale: not there"},
    {"!wscale", &sample_simultaneous, EXPECT_MET, NULL},
    {"wscale>=7", &sample_simultaneous, EXPECT_UNMET, "wscale>=7: in_effect_wscale is not there"},
    {"wscale!=7", &sample_simultaneous, EXPECT_MET, NULL},
    {"timestamps,ts", &sample_simultaneous, EXPECT_UNMET, "timestamps: false; ts: false"},
    {"offered_ecn,!in_effect_ecn,ecn=no", &sample_simultaneous, EXPECT_MET, NULL},
    {"sack=false", &sample_open, EXPECT_UNMET, "sack=false: in_effect_sack is true"},
    {"!sack", &sample_open, EXPECT_UNMET, "!sack: in_effect_sack is true"},
    {"refused,!sack,!wscale,!answered", &sample_refused, EXPECT_MET, NULL},
    /* Words of the verdict. */
    {"open", &sample_open, EXPECT_MET, NULL},
    {"OPEN", &sample_open, EXPECT_MET, NULL},
    {"closed", &sample_refused, EXPECT_MET, NULL},
    {"silent", &sample_filtered, EXPECT_MET, NULL},
    {"answer", &sample_refused, EXPECT_MET, NULL},
    {"answer", &sample_retry, EXPECT_MET, NULL},
    {"answer", &sample_filtered, EXPECT_UNMET, "answer: verdict is filtered"},
    {"!answer", &sample_filtered, EXPECT_MET, NULL},
    {"!open", &sample_open, EXPECT_UNMET, "!open: verdict is open"},
    {"open | refused", &sample_refused, EXPECT_MET, NULL},
    {"open|silent", &sample_refused, EXPECT_UNMET, "open|silent: verdict is refused"},
    {"verdict=open|refused", &sample_refused, EXPECT_MET, NULL},
    {"state=closed", &sample_refused, EXPECT_MET, NULL},
    {"verdict!=open|refused", &sample_refused, EXPECT_UNMET,
     "verdict!=open|refused: verdict is refused"},
    {"verdict~clus", &sample_inconclusive, EXPECT_UNKNOWN, "verdict is inconclusive"},
    {"verdict!=open", &sample_inconclusive, EXPECT_UNKNOWN, "verdict is inconclusive"},
    {"inconclusive", &sample_inconclusive, EXPECT_MET, NULL},
    {"verdict=inconclusive|filtered,port=81", &sample_inconclusive, EXPECT_UNMET,
     "port=81: port is 80"},
    {"inconclusive,ttl<5", &sample_inconclusive, EXPECT_UNMET,
     "ttl<5: ttl is unknown (verdict is inconclusive)"},
    /* The field of that name wants an operator. */
    {"closed~both", &sample_open, EXPECT_MET, NULL},
    /* Lists. */
    {"!findings", &sample_open, EXPECT_MET, NULL},
    {"findings", &sample_open, EXPECT_UNMET, "findings: findings has 0"},
    {"reset,!findings", &sample_retry, EXPECT_UNMET,
     "!findings: findings has 4: TP-SEG-DUPLICATE, TP-OPT-ODD, TP-SEG-CHECKSUM, TP-SEC-ISN"},
    {"reset,findings=TP-SEG-CHECKSUM", &sample_retry, EXPECT_MET, NULL},
    {"reset,findings=tp-seg-checksum|TP-SEG-PAWS", &sample_retry, EXPECT_MET, NULL},
    {"reset,findings=TP-SEG-PAWS", &sample_retry, EXPECT_UNMET,
     "findings=TP-SEG-PAWS: findings has 4: TP-SEG-DUPLICATE, TP-OPT-ODD, TP-SEG-CHECKSUM, "
     "TP-SEC-ISN"},
    {"reset,findings!=TP-SEG-PAWS,findings~ODD,findings=4,findings>3", &sample_retry, EXPECT_MET,
     NULL},
    {"reset,findings!=TP-SEG-DUPLICATE", &sample_retry, EXPECT_UNMET,
     "findings!=TP-SEG-DUPLICATE: findings has 4: TP-SEG-DUPLICATE, TP-OPT-ODD, TP-SEG-CHECKSUM, "
     "TP-SEC-ISN"},
    {"segments<7", &sample_open, EXPECT_UNMET, "segments<7: segments has 7"},
    {"segments<10,segments,steps>=6", &sample_open, EXPECT_MET, NULL},
    /* Texts. */
    {"family=ipv4,family=4,family!=6,host='198.18.0.2'", &sample_open, EXPECT_MET, NULL},
    {"reason~\"first SYN\",reason~nothing|answered,reason!='a, b'", &sample_open, EXPECT_MET, NULL},
    {"reason~First", &sample_open, EXPECT_UNMET,
     "reason~First: reason is 198.18.0.2:80 answered the first SYN after 38.2 \302\265s; closed by "
     "both sides"},
    {"port=22|80", &sample_open, EXPECT_MET, NULL},
    {"port!=22|80", &sample_open, EXPECT_UNMET, "port!=22|80: port is 80"},
    {"filtered,from=x", &sample_filtered, EXPECT_UNMET,
     "from=x: from is unknown (verdict is filtered)"},
};

static const struct row plain_rows[] = {
    {NULL, &plain_empty, EXPECT_MET, NULL}, /* no verdict, so nothing is expected of it */
    {"yes,count,share,wait,colour,text,in_effect,entries", &plain_full, EXPECT_MET, NULL},
    {"!yes,!count,!share,!wait,!colour,!text,!in_effect,!entries", &plain_empty, EXPECT_MET, NULL},
    {"yes", &plain_empty, EXPECT_UNMET, "yes: false"},
    {"!entries", &plain_full, EXPECT_UNMET, "!entries: entries has 2: apple, pear"},
    {"!in_effect", &plain_full, EXPECT_UNMET, "!in_effect: in_effect is known"},
    {"yes=true,yes!=no,yes=TRUE|false", &plain_full, EXPECT_MET, NULL},
    {"wait=0.3,wait_ms=300us,wait<=300000ns,wait>=0.3", &plain_full, EXPECT_MET, NULL},
    {"wait!=300us", &plain_full, EXPECT_UNMET, "wait!=300us: wait_ms is 0.3"},
    {"wait<0.00002s", &plain_full, EXPECT_UNMET, "wait<0.00002s: wait_ms is 0.3"},
    {"wait>-1,wait<+1,count>-0.5", &plain_full, EXPECT_MET, NULL},
    {"share=5%,share<5.5,share_percent>=5", &plain_full, EXPECT_MET, NULL},
    {"share>5%", &plain_full, EXPECT_UNMET, "share>5%: share_percent is 5"},
    {"size=64KiB,in_effect_size<1MB,size!=64kB,length=1400B,length<1.4001kB", &plain_full,
     EXPECT_MET, NULL},
    {"word=one", &plain_full, EXPECT_UNMET, "word=one: in_effect_word is not there"},
    {"word=one", &plain_empty, EXPECT_UNKNOWN, "word=one: in_effect_word is unknown"},
    {"good,count<5", &plain_empty, EXPECT_UNKNOWN, "good: unknown; count<5: count is unknown"},
    {"yes,count<5", &plain_empty, EXPECT_UNMET, "yes: false; count<5: count is unknown"},
    {"rtt>1", &plain_empty, EXPECT_UNKNOWN,
     "rtt>1: rtt_ms is unknown (the pair is in doubt)"},
    {"colour=red|green,colour!=BLUE", &plain_full, EXPECT_MET, NULL},
    {"text='one, two|three \302\265'", &plain_full, EXPECT_MET, NULL},
    {"text~one|nothing", &plain_full, EXPECT_MET, NULL},
    {"text=\"\"", &plain_full, EXPECT_UNMET,
     "text=\"\": text is one, two|three \302\265"},
    {"entries=pear|plum,entries!=plum,entries~pp,entries=2,entries<=2", &plain_full,
     EXPECT_MET, NULL},
    {"entries=1|plum", &plain_full, EXPECT_UNMET, "entries=1|plum: entries has 2: apple, pear"},
    {"findings~TP-,findings=TP-SEG-PAWS", &plain_full, EXPECT_MET, NULL},
    {"\tyes \n,\r count = 0 ", &plain_full, EXPECT_MET, NULL},
};

static const struct row filter_rows[] = {
    {NULL, &sample_refused, EXPECT_MET, NULL},
    {"rtt<50ms", &sample_refused, EXPECT_MET, NULL},
    {"verdict!=open", &sample_inconclusive, EXPECT_MET, NULL},
    {"host~nowhere", &sample_inconclusive, EXPECT_MET, NULL},
    {"rtt<50ms", &sample_inconclusive, EXPECT_UNMET,
     "rtt<50ms: rtt_ms is unknown (verdict is inconclusive)"},
    {"rtt<50ms", &sample_simultaneous, EXPECT_UNKNOWN,
     "rtt<50ms: rtt_ms is unknown (the SYNs crossed: no pair of question and answer)"},
};

/* Words that affirm, and those that say that nothing is known. */
static const struct matrix_record options_known = {
    .verdict = "open", .severity = "none", .sack = "supported", .timestamps = "declined",
    .fastopen = "inconclusive", .cookies = "no", .proxy = "inconclusive", .mss_bytes = 1460,
};
static const struct matrix_record options_ended = {
    .verdict = "open", .severity = "low", .sack = "supported", .ended = "interrupted",
};
static const struct row option_rows[] = {
    {"severity!=medium|high", &options_ended, EXPECT_UNKNOWN,
     "severity!=medium|high: severity is low"},
    {"severity!=low", &options_ended, EXPECT_UNMET, "severity!=low: severity is low"},
    {"sack", &options_ended, EXPECT_MET, NULL},
    {"sack,mss_bytes>=1400,!timestamps,!cookies,sack=supported|declined", &options_known,
     EXPECT_MET, NULL},
    {"timestamps", &options_known, EXPECT_UNMET, "timestamps: timestamps is declined"},
    {"!sack", &options_known, EXPECT_UNMET, "!sack: sack is supported"},
    {"cookies", &options_known, EXPECT_UNMET, "cookies: cookies is no"},
    {"fastopen", &options_known, EXPECT_UNKNOWN, "fastopen: fastopen is inconclusive"},
    {"fastopen=declined|inconclusive,proxy!=inconclusive", &options_known, EXPECT_UNMET,
     "proxy!=inconclusive: proxy is inconclusive"},
    {"proxy!=yes", &options_known, EXPECT_UNKNOWN, "proxy!=yes: proxy is inconclusive"},
    {"mptcp", &options_known, EXPECT_UNKNOWN, "mptcp: mptcp is unknown"}, /* it was not asked */
};

/* Texts that are refused, and why. */
static const struct {
    const struct schema *schema;
    const char *text, *what;
} refused_rows[] = {
    {&schema_handshake, "", "a name is missing at the end of '--expect'"},
    {&schema_handshake, "open,", "a name is missing at the end of '--expect'"},
    {&schema_handshake, "open,,sack", "a name is missing at character 6 of '--expect': ',sack'"},
    {&schema_handshake, "rrt<50ms", "no field 'rrt' in '--expect': did you mean 'rtt'?"},
    {&schema_handshake, "sakc", "no field 'sakc' in '--expect': did you mean 'sack'?"},
    {&schema_handshake, "refussed", "no field 'refussed' in '--expect': did you mean 'refused'?"},
    {&schema_handshake, "bytes_recieved>0",
     "no field 'bytes_recieved' in '--expect': did you mean 'bytes_received'?"},
    {&schema_handshake, "xyzzy",
     "no field 'xyzzy' in '--expect': 'tcpprobe describe fields' lists those of 'handshake'"},
    {&schema_handshake, "verdict=opne",
     "no value 'opne' of 'verdict' in '--expect': did you mean 'open'?"},
    {&schema_handshake, "state=slient",
     "no value 'slient' of 'state' in '--expect': did you mean 'silent'?"},
    {&schema_handshake, "open|refussed",
     "no value 'refussed' of 'verdict' in '--expect': did you mean 'refused'?"},
    {&schema_handshake, "open|",
     "a word of the verdict is missing at the end of '--expect'"},
    {&schema_handshake, "family=fifty",
     "no value 'fifty' of 'family' in '--expect': it may be IPv4,IPv6"},
    {&schema_handshake, "findings=TP-SEG-PAWN",
     "no value 'TP-SEG-PAWN' of 'findings' in '--expect': did you mean 'TP-SEG-PAWS'?"},
    {&schema_handshake, "sack=ture",
     "no value 'ture' of 'sack' in '--expect': did you mean 'true'?"},
    {&schema_handshake, "ttl<5ms", "not a plain number for 'ttl' in '--expect': '5ms'"},
    {&schema_handshake, "rtt<5%",
     "not a duration for 'rtt' in '--expect': '5%' (such as 50ms; without a unit in ms)"},
    {&schema_handshake, "mss>1ms",
     "not a size for 'mss' in '--expect': '1ms' (such as 1400 or 64KiB)"},
    {&schema_plain, "share<1ms", "not a percentage for 'share' in '--expect': '1ms' (such as 5%)"},
    {&schema_handshake, "rtt<1e3", /* no exponents: what comes in text stays text */
     "not a duration for 'rtt' in '--expect': '1e3' (such as 50ms; without a unit in ms)"},
    {&schema_handshake, "rtt<0x10",
     "not a duration for 'rtt' in '--expect': '0x10' (such as 50ms; without a unit in ms)"},
    {&schema_handshake, "rtt<nan",
     "not a duration for 'rtt' in '--expect': 'nan' (such as 50ms; without a unit in ms)"},
    {&schema_handshake, "ttl<5.", "not a plain number for 'ttl' in '--expect': '5.'"},
    {&schema_handshake, "ttl<.5", "not a plain number for 'ttl' in '--expect': '.5'"},
    {&schema_handshake, "ttl<1234567890123456789",
     "not a plain number for 'ttl' in '--expect': '1234567890123456789'"},
    {&schema_handshake, "rtt<", "a value is missing at the end of '--expect'"},
    {&schema_handshake, "rtt< ,sack", "a value is missing at character 6 of '--expect': ',sack'"},
    {&schema_handshake, "port=80|", "a value is missing at the end of '--expect'"},
    {&schema_handshake, "host<a", "text has no order for 'host' in '--expect'"},
    {&schema_handshake, "sack>0", "only '=' and '!=' make sense for 'sack' in '--expect'"},
    {&schema_handshake, "ttl~6", "no '~' of a number for 'ttl' in '--expect'"},
    {&schema_handshake, "segments=SYN", "only a count makes sense for 'segments' in '--expect'"},
    {&schema_handshake, "segments<SYN", "not a plain number for 'segments' in '--expect': 'SYN'"},
    {&schema_handshake, "offered=1", "one of its fields must be named for 'offered' in '--expect'"},
    {&schema_handshake, "ttl<5|6",
     "alternatives need '=', '!=' or '~' at character 6 of '--expect': '|6'"},
    {&schema_handshake, "ttl 5",
     "an operator or a comma is missing at character 5 of '--expect': '5'"},
    {&schema_handshake, "open rtt<50ms",
     "an operator or a comma is missing at character 6 of '--expect': 'rtt<50ms'"},
    {&schema_handshake, "open;sack",
     "an operator or a comma is missing at character 5 of '--expect': ';sack'"},
    {&schema_handshake, "rtt=<50ms",
     "no such operator (=, !=, <, <=, >, >=, ~) at character 4 of '--expect': '=<50ms'"},
    {&schema_handshake, "reason~~RST",
     "no such operator (=, !=, <, <=, >, >=, ~) at character 7 of '--expect': '~~RST'"},
    {&schema_handshake, "ttl|5", "a comma is missing at character 4 of '--expect': '|5'"},
    {&schema_handshake, "!ttl<5",
     "no operator goes with '!' before the name at character 5 of '--expect': '<5'"},
    {&schema_handshake, "!!sack", "a name is missing at character 2 of '--expect': '!sack'"},
    {&schema_handshake, "host='a", "a quote is not closed at character 6 of '--expect': ''a'"},
    {&schema_handshake, "host='a'b", "a comma is missing at character 9 of '--expect': 'b'"},
    {&schema_plain, "open",
     "no field 'open' in '--expect': 'tcpprobe describe fields' lists those of 'plain'"},
};
/* clang-format on */

static void test_targets(void **state)
{
    (void)state;
    CHECK(target_rows, schema_handshake, EXPECT_TARGET);
}

static void test_plain(void **state)
{
    (void)state;
    CHECK(plain_rows, schema_plain, EXPECT_TARGET);
}

static void test_options(void **state)
{
    (void)state;
    CHECK(option_rows, schema_matrix, EXPECT_TARGET);
}

static void test_filter(void **state)
{
    (void)state;
    CHECK(filter_rows, schema_handshake, EXPECT_FILTER);
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_rows / sizeof refused_rows[0]; i++) {
        struct fault fault = {0};
        struct expect *expect = NULL;
        int error = expect_parse(refused_rows[i].text, "--expect", refused_rows[i].schema,
                                 EXPECT_TARGET, &expect, &fault);
        if (error != -FAULT_SYNTAX || strcmp(fault.what, refused_rows[i].what) != 0)
            fail_msg("%s: %d, %s", refused_rows[i].text, error, fault.what);
        assert_null(expect);
    }
}

static void test_long(void **state)
{
    (void)state;
    static char text[9000];
    struct fault fault = {0};
    struct expect *expect = NULL;

    memset(text, 'a', sizeof text - 1);
    assert_int_equal(
        expect_parse(text, "--only", &schema_plain, EXPECT_FILTER, &expect, &fault), -FAULT_SYNTAX);
    assert_string_equal(fault.what, "too long for '--only': at most 8192 characters");
    text[300] = '\0'; /* longer than any name */
    assert_int_equal(
        expect_parse(text, "--only", &schema_plain, EXPECT_FILTER, &expect, &fault), -FAULT_SYNTAX);
    expect_free(NULL);
}

/* What a person wrote comes back printable, and a long text cut at a character. */
static void test_seen(void **state)
{
    (void)state;
    char text[201] = "";
    for (size_t i = 0; i < 100; i++)
        strcat(text, "\302\265");
    struct plain_record record = plain_full;
    struct expect *expect = NULL;
    struct arena memory;
    const char *unmet;

    record.text = text + 1; /* so that the cut would fall into a character */
    arena_init(&memory);
    assert_int_equal(
        expect_parse("text='\033[1m'", "--expect", &schema_plain, EXPECT_TARGET, &expect, NULL), 0);
    assert_int_equal(expect_check(expect, &record, &memory, &unmet), EXPECT_UNMET);
    assert_int_equal(strncmp(unmet, "text='?[1m': text is ", 21), 0);
    assert_int_equal(strlen(unmet), 21 + 99 + 3);
    assert_string_equal(unmet + strlen(unmet) - 5, "\302\265...");
    expect_free(expect);
    arena_release(&memory);
}

/* Every field of the records that are judged can be named by its key and without its unit. */
static void test_names(void **state)
{
    (void)state;
    static const struct schema *const all[] = {&schema_handshake, &schema_rtt, &schema_rtt_probe};
    struct field_place place;

    for (size_t s = 0; s < sizeof all / sizeof all[0]; s++)
        for (size_t i = 0; i < all[s]->count; i++) {
            char name[EXPECT_NAME_SIZE];
            const struct field *field = &all[s]->fields[i];
            place = (struct field_place){.field = field};
            assert_true(expect_field_find(all[s], expect_field_short(&place, name), &place));
            assert_ptr_equal(place.field, field);
            assert_true(expect_field_find(all[s], expect_field_key(&place, name), &place));
            assert_ptr_equal(place.field, field);
        }
    assert_true(expect_field_find(&schema_rtt, "rtt", &place));
    assert_string_equal(place.field->key, "p50_ms");
    assert_true(expect_field_find(&schema_rtt_probe, "rtt", &place));
    assert_string_equal(place.field->key, "rtt_ms");
    assert_true(expect_field_find(&schema_handshake, "ts", &place));
    assert_string_equal(place.field->key, "timestamps");
    assert_string_equal(place.outer->key, "in_effect");
    assert_false(expect_field_find(&schema_rtt, "sack", &place));
    assert_false(expect_field_find(&schema_rtt, "ts", &place));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets), cmocka_unit_test(test_plain), cmocka_unit_test(test_options),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_long),  cmocka_unit_test(test_seen),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

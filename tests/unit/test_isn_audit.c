/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tests of stat/isn/audit beside the class: few samples, evidence, prices, certified bits, and what
 * is information only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "isn_corpus.h"
#include "isn_streams_parts.h"

#define SPACE 4294967296.0

static void audit_of(const char *name, uint64_t seed, size_t count, struct isn_audit *audit)
{
    struct isn_options options = isn_options_make(count);
    struct isn_samples samples = isn_corpus_samples(isn_stream_find(name), seed, &options, false);

    isn_corpus_run(&samples, false, audit);
    isn_samples_release(&samples);
}

static void assert_between(double value, double low, double high)
{
    if (!(value >= low && value <= high))
        fail_msg("%.10g is not within %.10g and %.10g", value, low, high);
}

/* Nothing but what needs no statistics. */
static void test_few(void **state)
{
    static struct isn_audit audit;
    struct isn_samples none = {0};

    (void)state;
    isn_corpus_run(&none, false, &audit);
    assert_int_equal(audit.class, ISN_CLASS_INCONCLUSIVE);
    assert_non_null(audit.why);
    isn_audit_release(&audit);
    for (size_t count = 1; count < ISN_AUDIT_LEAST; count += 5) {
        audit_of("random32", count, count, &audit);
        assert_int_equal(audit.class, ISN_CLASS_INCONCLUSIVE);
        assert_int_equal(audit.severity, ISN_SEVERITY_UNKNOWN);
        assert_string_equal(audit.why, "fewer than 32 samples");
        assert_true(isnan(audit.cross.n50) && isnan(audit.same.n50) && isnan(audit.window.n50));
        isn_audit_release(&audit);
        audit_of("linux64ns", count, count, &audit);
        assert_int_equal(audit.class, ISN_CLASS_INCONCLUSIVE);
        isn_audit_release(&audit);
    }
    audit_of("const1e6", 1, 31, &audit);
    assert_int_equal(audit.class, ISN_CLASS_CONSTANT);
    isn_audit_release(&audit);
    audit_of("rand_r", 1, 31, &audit);
    assert_int_equal(audit.class, ISN_CLASS_WEAK_PRNG);
    isn_audit_release(&audit);
}

/* Where times say nothing, only classes that need none. */
static void test_timeless(void **state)
{
    static const struct {
        const char *name;
        enum isn_class class;
    } servers[] = {
        {"const1e6", ISN_CLASS_CONSTANT},      {"ctr64k", ISN_CLASS_COUNTER},
        {"honeyd5", ISN_CLASS_PERIODIC},       {"lcg32", ISN_CLASS_WEAK_PRNG},
        {"hash_only", ISN_CLASS_STATIC_HASH},  {"mongoose", ISN_CLASS_TUPLE_FUNCTION},
        {"linux64ns", ISN_CLASS_INCONCLUSIVE}, {"random32", ISN_CLASS_INCONCLUSIVE},
        {"clk4us", ISN_CLASS_INCONCLUSIVE},    {"portmul_clk", ISN_CLASS_INCONCLUSIVE},
    };
    static struct isn_audit audit;
    struct isn_options options = isn_options_make(512);

    (void)state;
    for (size_t i = 0; i < sizeof servers / sizeof servers[0]; i++) {
        struct isn_samples samples =
            isn_corpus_samples(isn_stream_find(servers[i].name), 2, &options, false);

        for (size_t k = 0; k < samples.count; k++)
            samples.rows[k].time = 1;
        isn_corpus_run(&samples, false, &audit);
        assert_int_equal(audit.class, servers[i].class);
        assert_int_equal(audit.severity, isn_class_severity(audit.class));
        if (audit.class == ISN_CLASS_INCONCLUSIVE) {
            assert_string_equal(audit.why, "all samples have the same time");
            for (size_t k = 0; k < audit.evidence_count; k++)
                assert_false(audit.evidence[k].supports);
        }
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

/* Eight SYNs prove cookies. */
static void test_eight(void **state)
{
    static const struct {
        const char *name;
        enum isn_class class;
    } kinds[] = {{"cookie_linux", ISN_CLASS_SYN_COOKIE_LINUX},
                 {"cookie_bsd", ISN_CLASS_SYN_COOKIE_FREEBSD},
                 {"cookie_djb", ISN_CLASS_SYN_COOKIE_BERNSTEIN}};
    static struct isn_audit audit;
    struct isn_options options = {.count = 8, .cookie_block = true, .jitter_us = 30};
    size_t proved = 0;

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        for (uint64_t seed = 1; seed <= 10; seed++) {
            struct isn_samples samples =
                isn_corpus_samples(isn_stream_find(kinds[i].name), seed, &options, false);

            isn_corpus_run(&samples, false, &audit);
            proved += audit.class == kinds[i].class && audit.cookie.proved;
            if (audit.cookie.proved)
                assert_string_equal(audit.evidence[0].test, "proof of SYN cookies");
            isn_audit_release(&audit);
            isn_samples_release(&samples);
        }
    }
    /* But for a minute or 15 s that end within the half second that it takes. */
    assert_in_range(proved, 27, 30);
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        struct isn_samples samples = isn_corpus_samples(&isn_streams[i], 1, &options, false);

        isn_corpus_run(&samples, false, &audit);
        assert_int_equal(audit.cookie.proved, strncmp(isn_streams[i].class, "SYN_", 4) == 0);
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

static void test_cookie_fields(void **state)
{
    static struct isn_audit audit;

    (void)state;
    audit_of("cookie_bsd", 5, 512, &audit);
    assert_false(audit.cookie.darwin);
    assert_in_range(audit.cookie.mss_index, 1, 7);
    assert_in_range(audit.cookie.sack, 0, 1);
    assert_int_equal(audit.severity, ISN_SEVERITY_MEDIUM);
    assert_non_null(audit.why);
    assert_int_equal(audit.cookie.agree, audit.cookie.pairs);
    isn_audit_release(&audit);
    audit_of("cookie_linux", 5, 512, &audit);
    assert_in_range(audit.cookie.mss_index, 0, 3);
    assert_int_equal(audit.cookie.wscale_index, -1);
    assert_int_equal(audit.severity, ISN_SEVERITY_INFO);
    isn_audit_release(&audit);
}

/* Our own sequence number, however it is dressed up, can be told by anybody. */
static void test_echo(void **state)
{
    static struct isn_audit audit;
    struct isn_options options = isn_options_make(128);

    (void)state;
    for (int form = 0; form < 7; form++) {
        struct isn_samples samples =
            isn_corpus_samples(isn_stream_find("random32"), 3, &options, false);

        for (size_t i = 0; i < samples.count; i++) {
            struct isn_sample *row = &samples.rows[i];
            uint32_t ours = form % 2 ? __builtin_bswap32(row->cseq) : row->cseq;
            /* The last one is a hash of the tuple, and as good as any. */
            uint32_t own = form < 6 ? 12345 : (row->src << 16 | row->port) * 2654435761u;

            row->isn = form / 2 == 0 ? ours + own : form / 2 == 1 ? own - ours : ours ^ own;
        }
        isn_corpus_run(&samples, false, &audit);
        if (form < 6) {
            assert_int_equal(audit.class, ISN_CLASS_TUPLE_FUNCTION);
            assert_string_equal(audit.evidence[0].test, "our sequence number in the number");
            assert_between(audit.cross.n50, 1, 1);
            assert_true(audit.log10_p < -8);
        } else {
            assert_int_not_equal(audit.class, ISN_CLASS_TUPLE_FUNCTION);
        }
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

/* What supports the class comes first, the least likely by chance before the others. */
static void test_evidence_in_order(void **state)
{
    static struct isn_audit audit;

    (void)state;
    for (size_t i = 0; i < ISN_STREAM_COUNT; i++) {
        audit_of(isn_streams[i].name, 3, 512, &audit);
        assert_true(audit.evidence_count > 0);
        assert_true(audit.evidence[0].supports);
        for (size_t k = 1; k < audit.evidence_count; k++) {
            const struct isn_evidence *a = &audit.evidence[k - 1], *b = &audit.evidence[k];

            assert_true(a->supports >= b->supports);
            if (a->supports == b->supports && !isnan(b->log10_p))
                assert_true(a->log10_p <= b->log10_p);
        }
        for (size_t k = 0; k < audit.evidence_count; k++) {
            assert_true(strlen(audit.evidence[k].detail) > 0);
            assert_true(strlen(audit.evidence[k].detail) < sizeof audit.evidence[k].detail - 1);
            assert_false(audit.evidence[k].log10_p > 0);
        }
        isn_audit_release(&audit);
    }
}

/* The prices of each kind: across tuples, on the same one. */
static void test_prices(void **state)
{
    static const struct {
        const char *name;
        double cross_low, cross_high, same_low, same_high;
    } rows[] = {
        {"const0", 1, 1, 1, 1},
        {"ctr64k", 1, 1, 1, 1},
        {"clk4us", 1, 60, 1, 60},
        {"bsd44", 1, 3, 1, 3},
        {"lwip", 1, 1, 1, 1},
        {"honeyd5", 1, 1, 1, 1},
        {"mongoose", 1, 2, 1, 3e9},
        {"portmul", 1, 1, 1, 1},
        {"portmul_clk", 1, 3000, 1, 3000},
        {"crc_tuple", 1, 1, 1, 1},
        {"hash_only", SPACE / 2, SPACE / 2, 1, 1},
        {"lcg32", 1, 1, 1, 1},
        {"glibc", 1, 2, 1, 2},
        /* Half of U{1 … 2^15} and of U{0 … 2^28}; 1.35 deviations of N(1.5e6, 2.5e5). */
        {"ri15", 13000, 20000, 13000, 20000},
        {"ri_wide", 1.1e8, 1.6e8, 1.1e8, 1.6e8},
        {"ri_gauss", 3e5, 4e5, 3e5, 4e5},
        {"fnet", 20, 160, 20, 160},
        {"stuck16", 32768, 32768, 32768, 32768},
        {"pool4096", 1700, 2500, 1700, 2500},
        {"rand31", SPACE / 4, SPACE / 4, SPACE / 4, SPACE / 4},
        {"bias60", 1.5e9, 1.8e9, 1.5e9, 1.8e9},
        {"linux64ns", SPACE / 2, SPACE / 2, 100, 3000},
        {"linux26", 7e6, 1e7, 5, 200},
        {"openbsd", SPACE / 2, SPACE / 2, 1, 3e6},
        {"cookie_linux", 3.5e8, 3.7e8, 1, 1},
        {"cookie_bsd", 8388608, 8388608, 1, 1},
        {"cookie_djb", 9e7, 9.4e7, 1, 1},
        {"random32", SPACE / 2, SPACE / 2, SPACE / 2, SPACE / 2},
        {"lb2", SPACE / 2, SPACE / 2, 100, 1e5},
    };
    static struct isn_audit audit;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        audit_of(rows[i].name, 11, 2048, &audit);
        assert_between(audit.cross.n50, rows[i].cross_low, rows[i].cross_high);
        assert_between(audit.same.n50, rows[i].same_low, rows[i].same_high);
        assert_between(audit.window.n50, 1, ceil(audit.cross.n50 / 65535) + 1);
        assert_true(fabs(audit.cross.seconds * 100000 - audit.cross.n50) < 1e-3);
        assert_true(audit.cross.begun >= 1);
        assert_int_equal(audit.cross.formula, isnan(audit.cross.low));
        if (!audit.cross.formula) {
            assert_true(audit.cross.low <= audit.cross.n50 * 1.05);
            assert_true(audit.cross.high >= audit.cross.n50 * 0.95);
        }
        isn_audit_release(&audit);
    }
}

/* No collision among n certifies so many bits; a counter's different numbers nothing. */
static void test_certified(void **state)
{
    static const struct {
        size_t count;
        double bits;
    } rows[] = {{128, 11.4}, {512, 15.4}, {2048, 19.4}};
    static struct isn_audit audit;
    struct isn_options options = isn_options_make(512);
    struct isn_samples again;
    struct isn_samples samples =
        isn_corpus_samples(isn_stream_find("random32"), 2, &options, false);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        audit_of("random32", 1, rows[i].count, &audit);
        assert_between(audit.certified_bits, rows[i].bits - 0.06, rows[i].bits + 0.06);
        isn_audit_release(&audit);
    }
    audit_of("pool4096", 1, 2048, &audit);
    assert_between(audit.certified_bits, 11, 12.1);
    isn_audit_release(&audit);
    /* Ports that came again, but none alone: all numbers count all the same. */
    for (uint32_t i = 0; i < samples.count; i++) {
        samples.rows[i].port = (uint16_t)(40000 + i % 64);
        samples.rows[i].src = 0;
    }
    assert_int_equal(isn_samples_make(samples.rows, samples.count, true, &again), 0);
    assert_int_equal(again.varying_count, 0);
    isn_corpus_run(&again, false, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RANDOM);
    assert_between(audit.certified_bits, 15.34, 15.46);
    isn_samples_release(&again);
    isn_samples_release(&samples);
    isn_audit_release(&audit);
    audit_of("ctr1", 1, 2048, &audit);
    assert_true(isnan(audit.certified_bits));
    isn_audit_release(&audit);
}

/* Beside the class: what nmap says, the phase space, the battery. */
static void test_information(void **state)
{
    static struct isn_audit audit;

    (void)state;
    audit_of("clk4us", 1, 512, &audit);
    assert_true(audit.has_nmap && audit.has_phase && !audit.has_entropies);
    assert_string_equal(audit.nmap.words, "Good luck!");
    assert_true(audit.battery.count > 100);
    assert_true(audit.rejected > 0);
    isn_audit_release(&audit);
    audit_of("ctr64k", 1, 512, &audit);
    assert_int_equal(audit.nmap_old.class, ISN_NMAP_OLD_64K);
    assert_true(audit.phase.feasibility > 0.99);
    isn_audit_release(&audit);
    audit_of("random32", 1, 512, &audit);
    assert_int_equal(audit.rejected, 0);
    assert_true(audit.phase.feasibility < 0.02);
    isn_audit_release(&audit);
}

/* Each new port asked from either address: the hash takes both for one. */
static void test_address_left_out(void **state)
{
    struct isn_options options = isn_options_make(512);
    struct isn_samples made = isn_corpus_samples(isn_stream_find("linux64ns"), 5, &options, false);
    struct isn_sample *rows = calloc(2 * made.count, sizeof *rows);
    struct isn_samples samples;
    static struct isn_audit audit;
    size_t count = 0;

    (void)state;
    assert_non_null(rows);
    for (size_t i = 0; i < made.count; i++) {
        rows[count] = made.rows[i];
        rows[count++].src = 0;
        if (made.rows[i].port == made.rows[made.fixed[0]].port || i % 4 != 0)
            continue;
        /* 1 ms later, at 64 ns. */
        rows[count] = rows[count - 1];
        rows[count].src = 1;
        rows[count].isn += 15625;
        rows[count++].time += 1000000;
    }
    assert_int_equal(isn_samples_make(rows, count, true, &samples), 0);
    isn_corpus_run(&samples, false, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RFC6528);
    assert_int_equal(audit.tuple.source_matters, ISN_NO);
    assert_int_equal(audit.severity, ISN_SEVERITY_CRITICAL);
    assert_non_null(strstr(audit.why, "leaves our address out"));
    assert_true(audit.cross.n50 < 1e5);
    assert_true(audit.same.n50 == audit.cross.n50);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    isn_samples_release(&made);
    free(rows);
}

/* A state from elsewhere makes the class. */
static void test_adopted(void **state)
{
    struct isn_options options = isn_options_make(512);
    struct isn_samples samples = isn_corpus_samples(isn_stream_find("smoltcp"), 3, &options, false);
    struct isn_audit_options brief = {.window = 65535, .packet_rate = 1, .random = 1};
    struct isn_recovery recovery = {.generator = ISN_GENERATOR_SMOLTCP_64,
                                    .name = "smoltcp, any random_seed",
                                    .next_mask = UINT32_MAX,
                                    .verified = 9,
                                    .used = 3,
                                    .current = true,
                                    .log10_chance = -60};
    static struct isn_audit audit;

    (void)state;
    isn_corpus_run(&samples, false, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RANDOM);
    assert_int_equal(isn_audit_adopt(&audit, &samples, &brief, &recovery), 0);
    assert_int_equal(audit.class, ISN_CLASS_WEAK_PRNG);
    assert_int_equal(audit.severity, ISN_SEVERITY_CRITICAL);
    assert_null(audit.why);
    assert_true(audit.recovered && audit.prng.verified == 9);
    assert_true(audit.cross.n50 == 1 && audit.same.n50 == 1 && audit.window.n50 == 1);
    assert_true(isnan(audit.certified_bits));
    assert_true(audit.evidence[0].supports);
    assert_string_equal(audit.evidence[0].test, "generator's state");
    for (size_t i = 1; i < audit.evidence_count; i++)
        assert_false(audit.evidence[i].supports);
    isn_audit_release(&audit);
    isn_samples_release(&samples);
}

/* More evidence than there is room for is dropped. */
static void test_notes(void **state)
{
    static struct isn_audit audit;

    (void)state;
    for (int i = 0; i < ISN_EVIDENCE_MOST + 3; i++)
        isn_audit_note(&audit, true, "test", i, -1, "number %d", i);
    assert_int_equal(audit.evidence_count, ISN_EVIDENCE_MOST);
    assert_string_equal(audit.evidence[ISN_EVIDENCE_MOST - 1].detail, "number 47");
}

/* Each port asked once: of another number for it nothing is known. */
static void test_never_again(void **state)
{
    static struct isn_audit audit;
    struct isn_options options = {.count = 256, .burst = 64, .jitter_us = 30};
    struct isn_samples samples;

    (void)state;
    samples = isn_corpus_samples(isn_stream_find("random32"), 4, &options, false);
    assert_int_equal(samples.fixed_count, 0);
    isn_corpus_run(&samples, false, &audit);
    assert_int_equal(audit.class, ISN_CLASS_RANDOM);
    assert_true(audit.cross.n50 == SPACE / 2 && isnan(audit.same.n50));
    assert_non_null(strstr(audit.why, "was not seen"));
    isn_audit_release(&audit);
    isn_samples_release(&samples);
    audit_of("random32", 4, 256, &audit);
    assert_true(audit.same.n50 == SPACE / 2 && audit.why == NULL);
    isn_audit_release(&audit);
}

static int hash_width;

/* The upper bits are a hash, and a clock of 250 kHz is added. */
static uint32_t next_upper(struct isn_server *server, const struct isn_contact *contact)
{
    return ((uint32_t)isn_server_hash(server, contact, 0) >> (32 - hash_width)
                                                                 << (32 - hash_width)) +
           (uint32_t)(isn_server_uptime(server, contact) / 4000);
}

/* A narrow hash is as bad as the guesses that it leaves. */
static void test_narrow(void **state)
{
    static const struct isn_stream stream = {.name = "upper bits", .next = next_upper};
    static const struct {
        int width;
        enum isn_severity severity;
    } rows[] = {{3, ISN_SEVERITY_CRITICAL}, {12, ISN_SEVERITY_HIGH}, {20, ISN_SEVERITY_MEDIUM}};
    static struct isn_audit audit;
    struct isn_options options = isn_options_make(512);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct isn_samples samples;

        hash_width = rows[i].width;
        samples = isn_corpus_samples(&stream, 3, &options, false);
        isn_corpus_run(&samples, false, &audit);
        assert_int_equal(audit.class, ISN_CLASS_RFC6528_SHORT_HASH);
        assert_int_equal(audit.severity, rows[i].severity);
        assert_int_equal(audit.why != NULL, audit.severity != ISN_SEVERITY_MEDIUM);
        assert_between(audit.cross.n50, exp2(rows[i].width - 2), 1 + exp2(rows[i].width - 1));
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

static uint32_t next_still(struct isn_server *server, const struct isn_contact *contact)
{
    return (uint32_t)(isn_server_hash(server, contact, 0) >> (64 - hash_width)) +
           (uint32_t)server->key[0];
}

/* So is one without a clock. */
static void test_narrow_still(void **state)
{
    static const struct isn_stream stream = {.name = "still", .next = next_still};
    static const struct {
        int width;
        enum isn_severity severity;
    } rows[] = {{12, ISN_SEVERITY_HIGH}, {20, ISN_SEVERITY_MEDIUM}, {32, ISN_SEVERITY_MEDIUM}};
    struct isn_options options = isn_options_make(512);
    struct isn_audit audit;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct isn_samples samples;

        hash_width = rows[i].width;
        samples = isn_corpus_samples(&stream, 5, &options, false);
        isn_corpus_run(&samples, false, &audit);
        assert_int_equal(audit.class, ISN_CLASS_STATIC_HASH);
        assert_int_equal(audit.severity, rows[i].severity);
        assert_between(log2(audit.cross.n50), rows[i].width - 1.2, rows[i].width - 0.8);
        assert_true(audit.same.n50 == 1);
        isn_audit_release(&audit);
        isn_samples_release(&samples);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_eight),
        cmocka_unit_test(test_timeless),
        cmocka_unit_test(test_cookie_fields),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_evidence_in_order),
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_certified),
        cmocka_unit_test(test_information),
        cmocka_unit_test(test_adopted),
        cmocka_unit_test(test_address_left_out),
        cmocka_unit_test(test_never_again),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_narrow_still),
        cmocka_unit_test(test_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

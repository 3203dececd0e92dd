/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of what an audit finds in the numbers: clock, counter, hash, generator, cookies. */
#include "report/records_isn_parts.h"

/* clang-format off */
#define F(member, unit, help) FIELD(struct isn_rtt_record, member, unit, help)
static const struct field isn_rtt_fields[] = {
    F(q05, "us", "5th percentile"),
    F(q50, "us", "median"),
    F(q95, "us", "95th percentile"),
};
#undef F
SCHEMA(isn_rtt, struct isn_rtt_record, NULL, "Round trips of the samples of an audit");

#define F(member, unit, help) FIELD(struct isn_clock_record, member, unit, help)
static const struct field isn_clock_fields[] = {
    F(rate, "1/s", "by how much the number rises"),
    F(low, "1/s", "lower end of its 95 % interval"),
    F(high, "1/s", "upper end of its 95 % interval"),
    F(nominal, "1/s", "rate of the well-known clock that this is; null for none"),
    F(name, "", "that clock, and who has it"),
    F(ppm, "ppm", "how much faster than that clock it runs"),
    F(residual_us, "us", "standard deviation of the numbers about the clock"),
    F(wrap_s, "s", "time until the numbers come again"),
    F(step, "", "by how much it goes up at once"),
    F(uptime_s, "s", "since the clock was at 0, where the class tells"),
    F(log10_p, "", "decimal logarithm of the probability of as good a clock by chance"),
};
#undef F
SCHEMA(isn_clock, struct isn_clock_record, NULL, "The clock in initial sequence numbers");

#define F(member, unit, help) FIELD(struct isn_per_connection_record, member, unit, help)
static const struct field isn_per_connection_fields[] = {
    F(k, "", "what each connection adds"),
    F(low, "", "lower end of its 95 % interval"),
    F(high, "", "upper end of its 95 % interval"),
    F(exact, "", "whether it is always this very number"),
    F(foreign_per_s, "1/s", "connections of others that the counter tells of"),
    F(foreign_log10_p, "", "decimal logarithm of the probability that there are none"),
};
#undef F
SCHEMA(isn_per_connection, struct isn_per_connection_record, NULL, "What each connection adds to the initial sequence numbers of all");

#define F(member, unit, help) FIELD(struct isn_tuple_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct isn_tuple_record, member, values, help)
static const struct field isn_tuple_fields[] = {
    F(hash_bits, "bits", "how wide the values of the hash of addresses and ports are, 0 to 32"),
    W(affine, ISN_ANSWER_WORDS, "whether the number is a times the port plus b; null where it was not tested"),
    W(linear, ISN_ANSWER_WORDS, "whether it is linear over GF(2) in the bits of the port, as a CRC is"),
    W(port_visible, ISN_ANSWER_WORDS, "whether the port stands in the number"),
    W(source_matters, ISN_ANSWER_WORDS, "whether another source address gets another number"),
    F(a, "", "the factor, where it is affine"),
    F(b, "", "what is added, where it is affine"),
    F(shift, "bits", "how far the port is shifted to the left, where it is visible"),
    F(swapped, "", "whether the port's bytes are swapped there"),
    F(rank, "", "independent ones of the port's 16 bits and a constant, where it is linear"),
};
#undef F
#undef W
SCHEMA(isn_tuple, struct isn_tuple_record, NULL, "How initial sequence numbers depend on addresses and ports");

#define F(member, unit, help) FIELD(struct isn_number_record, member, unit, help)
static const struct field isn_number_fields[] = {
    F(isn, "", "the number, or the increment"),
};
#undef F
SCHEMA(isn_number, struct isn_number_record, NULL, "One initial sequence number, or increment of it");

#define F(member, unit, help) FIELD(struct isn_prng_record, member, unit, help)
#define O(member, of, help) FIELD_OF(struct isn_prng_record, member, of, help)
static const struct field isn_prng_fields[] = {
    F(name, "", "the generator, or its family"),
    F(state, "", "its state after the last number, in hex, words of 32 bits"),
    F(parameters, "", "its parameters, as in a=1664525, c=1013904223"),
    F(used, "", "numbers that the state was computed from"),
    F(verified, "", "further numbers that it foretold exactly"),
    F(skipped, "", "its outputs in between that somebody else got"),
    F(log10_chance, "", "decimal logarithm of the probability of as good a match by chance"),
    F(timed, "", "whether the time goes into it"),
    F(approximate, "", "whether a hidden bit is still open: a next number may be too low by one"),
    F(next_mask, "", "the bits of the next numbers that are foretold"),
    O(next, &schema_isn_number, "the next numbers"),
};
#undef F
#undef O
SCHEMA(isn_prng, struct isn_prng_record, NULL, "A random number generator whose state was recovered");

#define F(member, unit, help) FIELD(struct isn_cookie_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct isn_cookie_record, member, values, help)
static const struct field isn_cookie_fields[] = {
    W(kind, ISN_COOKIE_WORDS, "whose cookies they are"),
    F(proved, "", "whether the SYNs of the proof behaved as with cookies only"),
    F(mss_index, "", "index of our segment size in the server's table"),
    F(wscale_index, "", "index of our window scale"),
    F(sack, "", "1: it keeps that we know SACK"),
    F(ecn, "", "1: it keeps that we know ECN"),
    F(parity, "", "which of two secrets was used"),
    F(agree, "", "pairs of numbers that behave so"),
    F(pairs, "", "pairs of numbers that could tell"),
};
#undef F
#undef W
SCHEMA(isn_cookie, struct isn_cookie_record, NULL, "What SYN cookies say");

#define F(member, unit, help) FIELD(struct isn_backend_record, member, unit, help)
static const struct field isn_backend_fields[] = {
    F(share, "", "part of the numbers of the fixed tuple, 0 to 1"),
    F(offset, "", "level of its numbers, less the clock, when the audit began"),
    F(first_s, "s", "when it was seen first, since the first number"),
    F(last_s, "s", "when it was seen last"),
};
#undef F
SCHEMA(isn_backend, struct isn_backend_record, NULL, "One of several servers behind one address, or one key of several");

#define F(member, unit, help) FIELD(struct isn_increment_record, member, unit, help)
#define O(member, of, help) FIELD_OF(struct isn_increment_record, member, of, help)
static const struct field isn_increment_fields[] = {
    F(step, "", "the one increment of a counter"),
    F(lattice, "", "all increments are multiples of it"),
    F(q05, "", "5th percentile"),
    F(q50, "", "median"),
    F(q95, "", "95th percentile"),
    F(mean, "", "mean"),
    F(deviation, "", "standard deviation"),
    F(arc50, "", "width of the narrowest range that holds half of them"),
    F(arc98, "", "width of the narrowest range that holds 98 % of them"),
    F(period, "", "how many different ones follow each other over and over"),
    O(cycle, &schema_isn_number, "these, in their order"),
    F(tick_rate, "1/s", "ticks of the clock that is added up"),
    F(uptime_s, "s", "since that clock was at 0"),
};
#undef F
#undef O
SCHEMA(isn_increment, struct isn_increment_record, NULL, "Increments from one initial sequence number to the next");

#define F(member, unit, help) FIELD(struct isn_entropy_record, member, unit, help)
static const struct field isn_entropy_fields[] = {
    F(bits, "bits", "of the values that occur; null where no bound below 32 was found"),
    F(stuck, "", "bits that never change, a mask in hex; null for none"),
    F(value, "", "what they are, in hex"),
    F(collisions, "", "pairs of equal numbers of different 4-tuples"),
    F(expected, "", "such pairs by chance"),
    F(byte, "", "the byte whose increment can be told, 0 is the lowest; null for none"),
};
#undef F
SCHEMA(isn_entropy, struct isn_entropy_record, NULL, "How many values initial sequence numbers have");
/* clang-format on */

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The schemas of what an audit makes of its finds: cost, evidence, comparisons, predictions,
 * changes. */
#include "report/records_isn_parts.h"

/* clang-format off */
#define F(member, unit, help) FIELD(struct isn_price_record, member, unit, help)
static const struct field isn_price_fields[] = {
    F(n50, "packets", "for a chance of 50 %"),
    F(lo, "packets", "lower end of its 95 % interval; null where a formula gives it"),
    F(hi, "packets", "upper end of its 95 % interval"),
    F(seconds, "s", "that these take at the attack rate"),
    F(begun, "", "how often the attack must be begun, for the server forgets half-open connections"),
    F(formula, "", "whether it follows from the class, not from the errors of predictions"),
};
#undef F
SCHEMA(isn_price, struct isn_price_record, NULL, "What guessing the very number takes");

#define F(member, unit, help) FIELD(struct isn_window_record, member, unit, help)
static const struct field isn_window_fields[] = {
    F(window, "", "numbers that a guess may miss by"),
    F(n50, "packets", "for a chance of 50 %"),
    F(lo, "packets", "lower end of its 95 % interval; null where a formula gives it"),
    F(hi, "packets", "upper end of its 95 % interval"),
    F(seconds, "s", "that these take at the attack rate"),
    F(begun, "", "how often the attack must be begun"),
    F(formula, "", "whether it follows from the class, not from the errors of predictions"),
};
#undef F
SCHEMA(isn_window, struct isn_window_record, NULL, "What guessing a number in the window takes");

#define O(member, of, help) FIELD_OF(struct isn_cost_record, member, of, help)
static const struct field isn_cost_fields[] = {
    O(cross, &schema_isn_price, "the number of a 4-tuple that the attacker never saw"),
    O(same, &schema_isn_price, "the next number of a 4-tuple that the attacker saw"),
    O(window, &schema_isn_window, "of a 4-tuple never seen, a number in the window"),
};
#undef O
SCHEMA(isn_cost, struct isn_cost_record, NULL, "What guessing initial sequence numbers takes");

#define F(member, unit, help) FIELD(struct isn_evidence_record, member, unit, help)
static const struct field isn_evidence_fields[] = {
    F(test, "", "what was tested"),
    F(statistic, "", "the test's figure, which the detail explains; null for none"),
    F(log10_p, "", "decimal logarithm of the probability of such a figure by chance; null for a fact that is no test"),
    F(supports, "", "whether the class follows from it"),
    F(detail, "", "what was seen"),
};
#undef F
SCHEMA(isn_evidence, struct isn_evidence_record, NULL, "One fact about initial sequence numbers");

#define F(member, unit, help) FIELD(struct isn_test_record, member, unit, help)
static const struct field isn_test_fields[] = {
    F(series, "", "the numbers that were tested: all, fixed, varying, …"),
    F(name, "", "the test"),
    F(statistic, "", "its figure"),
    F(p, "", "probability of such a figure by chance"),
    F(rejected, "", "whether it rejects chance, with all other tests taken into account"),
};
#undef F
SCHEMA(isn_test, struct isn_test_record, NULL, "One test for structure in initial sequence numbers");

#define F(member, unit, help) FIELD(struct isn_estimate_record, member, unit, help)
static const struct field isn_estimate_fields[] = {
    F(estimator, "", "the estimator of SP 800-90B"),
    F(lane, "", "the byte of the number that was looked at, 0 is the lowest; null for all bits one by one"),
    F(symbols, "", "bytes or bits that were looked at"),
    F(bits, "bits", "min-entropy of one of them; null where they are too few"),
};
#undef F
SCHEMA(isn_estimate, struct isn_estimate_record, NULL, "One estimate of min-entropy by NIST SP 800-90B");

#define F(member, unit, help) FIELD(struct isn_battery_record, member, unit, help)
#define O(member, of, help) FIELD_OF(struct isn_battery_record, member, of, help)
static const struct field isn_battery_fields[] = {
    F(tests, "", "tests in all"),
    F(rejected, "", "tests that reject chance"),
    F(alpha, "", "probability that a perfect generator has any test rejected"),
    O(worst, &schema_isn_test, "the tests with the lowest p"),
    O(sp800_22, &schema_isn_test, "those of NIST SP 800-22 that the sample is large enough for"),
    O(sp800_90b, &schema_isn_estimate, "min-entropy by NIST SP 800-90B, where the sample is large enough"),
};
#undef F
#undef O
SCHEMA(isn_battery, struct isn_battery_record, NULL, "Tests for structure of any kind in initial sequence numbers");

#define F(member, unit, help) FIELD(struct isn_nmap_record, member, unit, help)
static const struct field isn_nmap_fields[] = {
    F(sp, "", "SP: eight times the binary logarithm of the deviation"),
    F(gcd, "", "GCD: greatest common divisor of the differences"),
    F(isr, "", "ISR: eight times the binary logarithm of the mean rate"),
    F(words, "", "the difficulty, in its words"),
    F(old_class, "", "the class of versions before 4.20: C, 64K, i800, TD, RI, TR"),
    F(old_words, "", "the difficulty, in the words of those versions"),
    F(old_index, "", "their index"),
};
#undef F
SCHEMA(isn_nmap, struct isn_nmap_record, NULL, "What nmap says of initial sequence numbers");

#define F(member, unit, help) FIELD(struct isn_phase_record, member, unit, help)
static const struct field isn_phase_fields[] = {
    F(budget, "", "guesses for each number"),
    F(feasibility, "", "part of the numbers that were among the guesses, 0 to 1"),
    F(lo, "", "lower end of its 95 % interval"),
    F(hi, "", "upper end of its 95 % interval"),
    F(targets, "", "numbers that were guessed"),
    F(hits, "", "numbers that were among the guesses"),
};
#undef F
SCHEMA(isn_phase, struct isn_phase_record, NULL, "How often guesses out of the phase space are right");

#define F(member, unit, help) FIELD(struct isn_foretold_record, member, unit, help)
static const struct field isn_foretold_fields[] = {
    F(foretold, "", "the number that was predicted"),
    F(isn, "", "the number that came; null for none"),
    F(hit, "", "whether it was as predicted"),
};
#undef F
SCHEMA(isn_foretold, struct isn_foretold_record, NULL, "One number that was predicted and then asked for");

#define F(member, unit, help) FIELD(struct isn_predicted_record, member, unit, help)
#define O(member, of, help) FIELD_OF(struct isn_predicted_record, member, of, help)
static const struct field isn_predicted_fields[] = {
    F(of, "", "numbers that were predicted"),
    F(hits, "", "numbers that came as predicted"),
    F(same_tuple, "", "whether only those of a 4-tuple seen before can be predicted"),
    O(numbers, &schema_isn_foretold, "the numbers one by one"),
};
#undef F
#undef O
SCHEMA(isn_predicted, struct isn_predicted_record, NULL, "How predictions of initial sequence numbers came true");

#define F(member, unit, help) FIELD(struct isn_front_record, member, unit, help)
static const struct field isn_front_fields[] = {
    F(kind, "", "what it is"),
    F(detail, "", "what it was told by"),
};
#undef F
SCHEMA(isn_front, struct isn_front_record, NULL, "Something that stands in front of the server");

#define F(member, unit, help) FIELD(struct isn_change_record, member, unit, help)
static const struct field isn_change_fields[] = {
    F(what, "", "the field, objects' fields as in CSV"),
    F(before, "", "what it was; null for nothing"),
    F(after, "", "what it is; null for nothing"),
};
#undef F
SCHEMA(isn_change, struct isn_change_record, NULL, "One difference between two audits of one target");

#define F(member, unit, help) FIELD(struct isn_baseline_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct isn_baseline_record, member, values, help)
#define O(member, of, help) FIELD_OF(struct isn_baseline_record, member, of, help)
static const struct field isn_baseline_fields[] = {
    F(time, "", "when the earlier audit began; null where it does not say"),
    W(class_before, ISN_CLASS_WORDS, "its class"),
    W(severity_before, ISN_SEVERITY_WORDS, "its severity"),
    O(changed, &schema_isn_change, "what is different now"),
};
#undef F
#undef W
#undef O
SCHEMA(isn_baseline, struct isn_baseline_record, NULL, "An audit beside an earlier one of the same target");

#define F(member, unit, help) FIELD(struct isn_class_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct isn_class_record, member, values, help)
static const struct field isn_class_fields[] = {
    W(class, ISN_CLASS_WORDS, "its name"),
    W(severity, ISN_SEVERITY_WORDS, "how bad it is, unless the audit says otherwise"),
    F(summary, "", "what the server does, in a few words"),
    F(meaning, "", "what that means for who runs it"),
    F(mend, "", "what to do about it"),
    F(reference, "", "where it is written about"),
};
#undef F
#undef W
SCHEMA(isn_class, struct isn_class_record, NULL, "One class of generators of initial sequence numbers");

#define F(member, unit, help) FIELD(struct isn_severity_record, member, unit, help)
#define W(member, values, help) FIELD_WORDS(struct isn_severity_record, member, values, help)
static const struct field isn_severity_fields[] = {
    W(severity, ISN_SEVERITY_WORDS, "the word for it"),
    F(meaning, "", "when an audit says so"),
};
#undef F
#undef W
SCHEMA(isn_severity, struct isn_severity_record, NULL, "How bad the initial sequence numbers of a server may be");
/* clang-format on */

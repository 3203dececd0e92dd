/* SPDX-License-Identifier: GPL-3.0-or-later */
/* F: what the numbers depend on beside time, as far as a formula shows. */
#ifndef STAT_ISN_TUPLE_H
#define STAT_ISN_TUPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/isn/sample.h"

/* Values of F for ports of one of our addresses, as they came. */
struct isn_ports {
    size_t count;
    uint16_t *ports;
    uint32_t *values;
};

/* So many consistent ones beyond those that determine a formula prove it. */
#define ISN_FORMULA_LEAST 6

struct isn_formula {
    bool found;
    size_t checked, hits; /* values beyond those that determined it, and how many met it */
    double log10_p;       /* of so many hits by chance, in all that was tried */
};

/*
 * value = a * port + b modulo 2^32, exactly: a is the difference of two values by the inverse of
 * the (odd) difference of their ports. Found if it is met by ISN_FORMULA_LEAST others and six of
 * ten of all; a is not 0.
 */
struct isn_formula isn_ports_affine(const struct isn_ports *ports, uint32_t *ret_a,
                                    uint32_t *ret_b);

/* Gauss' elimination over GF(2): a row for each pivot, of [16 bits of the port, 1] -> value. */
struct isn_linear {
    uint32_t columns[17], values[17]; /* [pivot]; columns[pivot] is 0: none */
    unsigned rank;
};

/* The value in the bits of the port linear over GF(2), plus a constant: CRC, Toeplitz's hash, XOR.
 * Found as above. Up to 128 starts, as rows of another address may be among them. */
struct isn_formula isn_ports_linear(const struct isn_ports *ports, struct isn_linear *ret_linear);

/*
 * value = (linear over GF(2) in the bits of the port, plus a constant) + added modulo 2^32. What is
 * added is found from the lowest bit up: the lowest one of a sum is linear in any case, and the
 * others are so if those below have been taken off right. Of 64 values at up to 128 starts; then
 * found as above.
 */
struct isn_formula isn_ports_linear_sum(const struct isn_ports *ports,
                                        struct isn_linear *ret_linear, uint32_t *ret_added);

/* The same ports with their bytes swapped. */
void isn_ports_swap(struct isn_ports *ports);

/* Whether the port is in the space that linear was made from, and its value there. */
bool isn_linear_value(const struct isn_linear *linear, uint16_t port, uint32_t *ret_value);

/*
 * Linear over GF(2) for values with a clock's noise on a level that is not known: value = linear +
 * level. The level is tried in 2048 steps, and the upper three bits of values whose ports add up
 * to nothing over GF(2) must do so, too; found if most do and the binomial probability, times the
 * levels, is below 10^-11. Of three runs of 64 values.
 */
struct isn_formula isn_ports_linear_top(const struct isn_ports *ports, unsigned *ret_rank);

/*
 * Second differences, for values with noise: w(p) - 2 w(p+d) + w(p+2d), d = 1 … 63, and
 * w(p) - w(p^a) - w(p^b) + w(p^a^b), a and b different single bits of the eight low ones. Both
 * vanish for a * p + b; `tolerance` is how far off they may be, `space` the arc (numbers) that the
 * values lie on. At most 4096 are tried. Found if half of four or more are hits and the binomial
 * probability is below 10^-11. 0 or -FAULT_MEMORY.
 */
int isn_ports_additive(const struct isn_ports *ports, uint32_t tolerance, double space,
                       struct isn_formula *ret_formula);

/* a and b of such values, a as near as the noise allows. 0 (*ret_a 0: not found) or -FAULT_MEMORY.
 */
int isn_ports_slope(const struct isn_ports *ports, uint32_t *ret_a, uint32_t *ret_b);

/* How wide the values lie. */
struct isn_width {
    double arc;     /* the shortest with 95 % of them */
    double bits;    /* log2 of the width of a uniform distribution that has such an arc, or fewer
                     * where collisions show that there are fewer values; 0 … 32 */
    double log10_p; /* of so short an arc, or so many collisions, if they were uniform over 2^32 */
    size_t collisions; /* pairs no more than the tolerance apart */
    double expected;   /* such pairs of uniform values */
    double uniform_p;  /* chi-square of 16 bins, where the arc is not short */
    int still;         /* low bits that are the same in all, but for noise */
};

/* Sorts the values. At least 8 of them; bits is NAN with fewer. */
struct isn_width isn_values_width(uint32_t *values, size_t count, uint32_t tolerance);

/* log10 of Chernoff's bound of P[Bin(n, p) >= k]; 0 where k is no more than expected. */
double isn_binomial_log10_p(size_t n, size_t k, double p);

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eight SYNs that prove SYN cookies: finds them among the samples and looks at the answers. */
#include <math.h>

#include "stat/isn/cookies.h"

enum { BLOCK = 8 };

static bool is_block(const struct isn_sample *rows[BLOCK])
{
    bool sizes = false;

    for (int i = 1; i < BLOCK; i++) {
        bool other_cseq = i == 2 || i == 3;
        bool other_mss = i >= 4 && i <= 6;

        if ((rows[i]->cseq != rows[0]->cseq) != other_cseq)
            return false;
        if (!other_mss && rows[i]->mss != rows[0]->mss)
            return false;
        sizes |= rows[i]->mss != rows[0]->mss;
    }
    return sizes && rows[0]->mss != 0;
}

/* Whether `indices` rise with the MSS from row to row, all among the few that there can be. */
static bool indices_follow(const struct isn_sample *rows[BLOCK], const int32_t indices[BLOCK])
{
    bool differ = false;

    for (int i = 0; i < BLOCK; i++) {
        for (int j = 0; j < BLOCK; j++) {
            int32_t more = indices[i] - indices[j];

            if (more <= -ISN_COOKIE_INDICES || more >= ISN_COOKIE_INDICES)
                return false;
            if (rows[i]->mss == rows[j]->mss ? more != 0 : rows[i]->mss > rows[j]->mss && more < 0)
                return false;
            differ |= more != 0;
        }
    }
    return differ;
}

/* Linux and Bernstein: the number less ours, and less the index of the MSS, is one. */
static bool sums(const struct isn_sample *rows[BLOCK], int32_t unit)
{
    int32_t indices[BLOCK];

    for (int i = 0; i < BLOCK; i++) {
        int32_t off = isn_wrap(rows[0]->isn - rows[0]->cseq, rows[i]->isn - rows[i]->cseq);

        if (off % unit != 0)
            return false;
        indices[i] = off / unit;
    }
    return indices_follow(rows, indices);
}

/* FreeBSD: the same SYN the same number; the flags follow the MSS and nothing else. */
static bool flags(const struct isn_sample *rows[BLOCK])
{
    int32_t indices[BLOCK];
    uint32_t first = isn_cookie_flags(rows[0]->isn);

    if (rows[1]->isn != rows[0]->isn || rows[7]->isn != rows[0]->isn)
        return false;
    for (int i = 0; i < BLOCK; i++) {
        uint32_t byte = isn_cookie_flags(rows[i]->isn);

        if ((byte ^ first) & 0x1e)
            return false;
        if (i >= 2 && i < 7 && rows[i]->isn == rows[0]->isn)
            return false;
        indices[i] = (int32_t)(byte >> 5);
    }
    return indices_follow(rows, indices);
}

int isn_cookies_prove(const struct isn_samples *samples, enum isn_class class, double *ret_log10_p)
{
    int result = -1;

    for (size_t i = 0; i + BLOCK <= samples->fixed_count && result <= 0; i++) {
        const struct isn_sample *rows[BLOCK];

        for (size_t k = 0; k < BLOCK; k++)
            rows[k] = &samples->rows[samples->fixed[i + k]];
        if (!is_block(rows))
            continue;
        if (class == ISN_CLASS_SYN_COOKIE_FREEBSD)
            result = flags(rows);
        else
            result = sums(rows, class == ISN_CLASS_SYN_COOKIE_LINUX ? 1 : 1 << ISN_COOKIE_SHIFT);
    }
    /* Bits that had to agree: of sums all of seven rows but three for the index in three of them;
     * of flags two numbers, and four bits of the other five besides three in two of them. */
    *ret_log10_p =
        (class == ISN_CLASS_SYN_COOKIE_FREEBSD ? 2 * 32 + 5 * 4 + 2 * 3 : 7 * 32 - 3 * 3) *
        -log10(2);
    return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of TCP option kinds: the lengths that each may have and the functions of its values. */
#include "wire/opt_table.h"

#include <string.h>

#include "base/text.h"

/* Lengths as bits of a number. */
#define LENGTH(n)       (UINT64_C(1) << (n))
#define LENGTHS_FROM(n) ((LENGTH(OPTIONS_MAX + 1) - 1) & ~(LENGTH(n) - 1))
#define LENGTHS_SACK    (LENGTH(10) | LENGTH(18) | LENGTH(26) | LENGTH(34))
#define LENGTHS_COOKIE                                                                             \
    (LENGTH(6) | LENGTH(8) | LENGTH(10) | LENGTH(12) | LENGTH(14) | LENGTH(16) | LENGTH(18))
#define LENGTHS_ACCECN (LENGTH(2) | LENGTH(5) | LENGTH(8) | LENGTH(11))

#define FORM_COOKIE "[HEX], a cookie of 4, 6, ... 16 bytes"

/*
 * A row for each kind of OPTION_TABLE: enumerator, lengths, lengths in words, further rule, may
 * come more than once, read, show, write, how it is written.
 */
/* clang-format off */
#define RULE_TABLE(X) \
    X(EOL, LENGTH(1), "1", NULL, true, \
      NULL, option_show_word, option_write_nothing, "eol") \
    X(NOP, LENGTH(1), "1", NULL, true, \
      NULL, option_show_word, option_write_nothing, "nop") \
    X(MSS, LENGTH(4), "4", NULL, false, \
      option_read_mss, option_show_mss, option_write_mss, "mss N, N from 0 to 65535") \
    X(WSCALE, LENGTH(3), "3", NULL, false, \
      option_read_wscale, option_show_wscale, option_write_wscale, "wscale N, N from 0 to 255") \
    X(SACK_PERMITTED, LENGTH(2), "2", NULL, false, \
      option_read_sack_permitted, option_show_word, option_write_nothing, "sackOK") \
    X(SACK, LENGTHS_SACK, "10, 18, 26 or 34", NULL, true, \
      option_read_sack, option_show_sack, option_write_sack, \
      "sack LEFT:RIGHT ..., one to four blocks") \
    X(TIMESTAMPS, LENGTH(10), "10", NULL, false, \
      option_read_timestamps, option_show_timestamps, option_write_timestamps, \
      "TS val N ecr N, N from 0 to 4294967295") \
    X(MD5, LENGTH(18), "18", NULL, false, \
      option_read_md5, option_show_hex, option_write_hex, "md5 HEX, 32 digits") \
    X(UTO, LENGTH(4), "4", NULL, false, \
      option_read_uto, option_show_uto, option_write_uto, "uto Ns or uto Nm, N from 0 to 32767") \
    X(AO, LENGTHS_FROM(4), "4 or more", NULL, false, \
      option_read_ao, option_show_ao, option_write_ao, "ao keyid N rnext N [mac HEX]") \
    X(MPTCP, LENGTHS_FROM(3), "3 or more, by subtype", option_fits_mptcp, true, \
      option_read_mptcp, option_show_mptcp, option_write_mptcp, \
      "mptcp capable vN flags HH [key HEX [HEX]] [length N [checksum HEX]] " \
      "or mptcp join|dss|... H HEX") \
    X(FASTOPEN, LENGTH(2) | LENGTHS_COOKIE, "2, 6, 8, 10, 12, 14, 16 or 18", NULL, false, \
      option_read_fastopen, option_show_hex, option_write_hex, "FO " FORM_COOKIE) \
    X(ACCECN0, LENGTHS_ACCECN, "2, 5, 8 or 11", NULL, false, \
      option_read_accecn, option_show_accecn, option_write_accecn0, \
      "accecn0 [e0b N [ceb N [e1b N]]], N from 0 to 16777215") \
    X(ACCECN1, LENGTHS_ACCECN, "2, 5, 8 or 11", NULL, false, \
      option_read_accecn, option_show_accecn, option_write_accecn1, \
      "accecn1 [e1b N [ceb N [e0b N]]], N from 0 to 16777215") \
    X(EDO, LENGTH(2) | LENGTH(4) | LENGTH(6), "2, 4 or 6", NULL, false, \
      option_read_edo, option_show_edo, option_write_edo, "edo [header N [segment N]]") \
    X(EXP1, LENGTHS_FROM(4), "4 or more", NULL, true, \
      NULL, option_show_experiment, option_write_experiment, \
      "exp1 EXID[:HEX], EXID of 4 or 8 digits") \
    X(EXP2, LENGTHS_FROM(4), "4 or more", option_fits_experiment2, true, \
      option_read_experiment2, option_show_experiment, option_write_experiment, \
      "exp2 EXID[:HEX], EXID of 4 or 8 digits")
/* clang-format on */

/* Rows are named by both tables, so that one missing in either does not compile. */
enum {
#define X(id, kind, word, name, reference) ROW_##id,
    OPTION_TABLE(X)
#undef X
        ROW_COUNT
};

#define X(id, lengths, words, fits, repeats, read, show, write, form)                              \
    static const char lengths_##id[] = words;
RULE_TABLE(X)
#undef X

static const struct option_row rows[ROW_COUNT] = {
#define X(id, kind, word, name, reference)                                                         \
    [ROW_##id] = {(kind), (word), (name), (reference), lengths_##id},
    OPTION_TABLE(X)
#undef X
};

static const struct option_rule rules[ROW_COUNT] = {
#define X(id, lengths, words, fits, repeats, read, show, write, form)                              \
    [ROW_##id] = {&rows[ROW_##id], (lengths), (fits), (repeats), (read), (show), (write), (form)},
    RULE_TABLE(X)
#undef X
};

static const struct option_alias aliases[] = {
    {"FOEXP", OPTION_EXP2, option_write_fastopen_experiment, "FOEXP " FORM_COOKIE},
    {"ws", OPTION_WSCALE, NULL, NULL},
    {"tfo", OPTION_FASTOPEN, NULL, NULL},
    {"timestamps", OPTION_TIMESTAMPS, NULL, NULL},
    {"sack-permitted", OPTION_SACK_PERMITTED, NULL, NULL},
};

const struct option_row *option_rows(size_t *ret_count)
{
    *ret_count = ROW_COUNT;
    return rows;
}

const struct option_alias *option_aliases(size_t *ret_count)
{
    *ret_count = sizeof(aliases) / sizeof(aliases[0]);
    return aliases;
}

const struct option_rule *option_rule_find(uint8_t kind)
{
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (rows[i].kind == kind)
            return &rules[i];
    return NULL;
}

bool option_length_good(const struct option_rule *rule, const uint8_t *option, size_t length)
{
    if (length > OPTIONS_MAX || !(rule->lengths & LENGTH(length)))
        return false;
    return !rule->fits || rule->fits(option + 2, length - 2);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool option_word_is(const char *typed, const char *word)
{
    while (*typed && lower(*typed) == lower(*word)) {
        typed++;
        word++;
    }
    return lower(*typed) == lower(*word);
}

bool option_words_keyword(struct option_words *words, const char *keyword)
{
    if (words->at == words->count || !option_word_is(words->word[words->at], keyword))
        return false;
    words->at++;
    return true;
}

bool option_words_number(struct option_words *words, uint64_t max, uint64_t *ret_value)
{
    if (words->at == words->count ||
        text_number(words->word[words->at], "number", 0, max, ret_value, NULL) < 0)
        return false;
    words->at++;
    return true;
}

bool option_words_hex(struct option_words *words, struct writer *value)
{
    uint8_t bytes[OPTION_ITEM_MAX / 2];
    size_t length;

    if (words->at == words->count ||
        text_hex(words->word[words->at], "bytes", bytes, sizeof(bytes), &length, NULL) < 0 ||
        length == 0)
        return false;
    writer_put(value, bytes, length);
    words->at++;
    return true;
}

void option_text_hex(struct option_text *text, const char *before, const uint8_t *bytes,
                     size_t length)
{
    char hex[2 * OPTIONS_MAX + 1];

    if (length == 0)
        return;
    text_show_hex(bytes, length, hex, sizeof(hex));
    text_append(text->text, text->size, &text->at, "%s%s", before, hex);
}

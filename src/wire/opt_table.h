/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of option kinds as the files of wire/opt share it: rules and functions for each. */
#ifndef WIRE_OPT_TABLE_H
#define WIRE_OPT_TABLE_H

#include "base/bytes.h"
#include "wire/opt.h"

/* The longest option that its length byte can say. */
#define OPTION_LENGTH_MAX 255

/* The longest item that can make sense as text: a raw one of 255 bytes, with some blanks. */
#define OPTION_ITEM_MAX 600

/* The ExID of Fast Open's experiment, RFC 7413 appendix A. */
#define EXID_FASTOPEN 0xf989

/* A growing text: what base/text's text_append() needs, in one piece. */
struct option_text {
    char *text;
    size_t size, at;
};

/* The words behind an option's name, as a cursor. All are in lower case. */
struct option_words {
    const char *word[16];
    size_t count, at;
};

struct option_rule;

/* Takes into a summary the value of a good option (the bytes behind kind and length). */
typedef void option_read_function(const uint8_t *value, size_t length,
                                  struct option_summary *summary);
/* Appends the option, its word included, in the notation. Only for an option of a good length. */
typedef void option_show_function(const struct option_rule *rule, const uint8_t *value,
                                  size_t length, struct option_text *text);
/* Writes the value that the words say. False where they cannot be read; words may be left over. */
typedef bool option_write_function(struct option_words *words, struct writer *value);

struct option_rule {
    const struct option_row *row;
    uint64_t lengths; /* bit n: the whole option may be n bytes long */
    bool (*fits)(const uint8_t *value, size_t length); /* a rule beyond `lengths`, or NULL */
    bool repeats;                                      /* may come more than once in a segment */
    option_read_function *read;                        /* NULL: nothing in the summary */
    option_show_function *show;
    option_write_function *write;
    const char *form; /* how it is written, for a message */
};

/* A second word for a kind. */
struct option_alias {
    const char *word;
    uint8_t kind;
    option_write_function *write; /* NULL: as the kind's own word */
    const char *form;             /* NULL likewise */
};

/* The row of a kind, or NULL for one that the table does not know. */
const struct option_rule *option_rule_find(uint8_t kind);
/* Is this option (whole, from its kind byte) of a length that its kind may have? */
bool option_length_good(const struct option_rule *rule, const uint8_t *option, size_t length);
const struct option_alias *option_aliases(size_t *ret_count);

/* ASCII comparison without case, whatever the locale. */
bool option_word_is(const char *typed, const char *word);

/* The readers of words: each consumes one where it fits, and returns false where it does not. */
bool option_words_keyword(struct option_words *words, const char *keyword);
bool option_words_number(struct option_words *words, uint64_t max, uint64_t *ret_value);
bool option_words_hex(struct option_words *words, struct writer *value);

/* `before` and the bytes in hex; nothing where there are none. */
void option_text_hex(struct option_text *text, const char *before, const uint8_t *bytes,
                     size_t length);

/* The functions of the rows (opt_value.c). */
bool option_fits_experiment2(const uint8_t *value, size_t length);
option_read_function option_read_mss, option_read_wscale, option_read_sack_permitted,
    option_read_sack, option_read_timestamps, option_read_md5, option_read_uto, option_read_ao,
    option_read_fastopen, option_read_accecn, option_read_edo, option_read_experiment2;
option_show_function option_show_word, option_show_mss, option_show_wscale, option_show_sack,
    option_show_timestamps, option_show_hex, option_show_uto, option_show_ao, option_show_accecn,
    option_show_edo, option_show_experiment;
option_write_function option_write_nothing, option_write_mss, option_write_wscale,
    option_write_sack, option_write_timestamps, option_write_hex, option_write_uto, option_write_ao,
    option_write_accecn0, option_write_accecn1, option_write_edo, option_write_experiment,
    option_write_fastopen_experiment;

/* Multipath TCP, a family of its own (opt_mptcp.c). */
bool option_fits_mptcp(const uint8_t *value, size_t length);
option_read_function option_read_mptcp;
option_show_function option_show_mptcp;
option_write_function option_write_mptcp;

#endif

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of TCP options, kind by kind: into a summary, into the notation and out of it. */
#include "wire/opt_table.h"

#include <string.h>

#include "base/text.h"

/* Of these a summary says only that they came. */
#define READ_PRESENCE(word)                                                                        \
    void option_read_##word(const uint8_t *value, size_t length, struct option_summary *summary)   \
    {                                                                                              \
        (void)value;                                                                               \
        (void)length;                                                                              \
        summary->has_##word = true;                                                                \
    }

void option_show_word(const struct option_rule *rule, const uint8_t *value, size_t length,
                      struct option_text *text)
{
    (void)value;
    (void)length;
    text_append(text->text, text->size, &text->at, "%s", rule->row->word);
}

bool option_write_nothing(struct option_words *words, struct writer *value)
{
    (void)words;
    (void)value;
    return true;
}

/* Maximum Segment Size */

void option_read_mss(const uint8_t *value, size_t length, struct option_summary *summary)
{
    struct reader reader = reader_of(value, length);

    summary->has_mss = true;
    summary->mss = reader_u16(&reader);
}

void option_show_mss(const struct option_rule *rule, const uint8_t *value, size_t length,
                     struct option_text *text)
{
    struct reader reader = reader_of(value, length);

    text_append(text->text, text->size, &text->at, "%s %u", rule->row->word, reader_u16(&reader));
}

bool option_write_mss(struct option_words *words, struct writer *value)
{
    uint64_t mss;

    if (!option_words_number(words, UINT16_MAX, &mss))
        return false;
    writer_u16(value, (uint16_t)mss);
    return true;
}

/* Window Scale */

void option_read_wscale(const uint8_t *value, size_t length, struct option_summary *summary)
{
    (void)length;
    summary->has_wscale = true;
    summary->wscale = value[0];
}

void option_show_wscale(const struct option_rule *rule, const uint8_t *value, size_t length,
                        struct option_text *text)
{
    (void)length;
    text_append(text->text, text->size, &text->at, "%s %u", rule->row->word, value[0]);
}

bool option_write_wscale(struct option_words *words, struct writer *value)
{
    uint64_t shift;

    if (!option_words_number(words, UINT8_MAX, &shift))
        return false;
    writer_u8(value, (uint8_t)shift);
    return true;
}

/* SACK Permitted and SACK */

READ_PRESENCE(sack_permitted)

void option_read_sack(const uint8_t *value, size_t length, struct option_summary *summary)
{
    struct reader reader = reader_of(value, length);

    if (summary->sack_count)
        return;
    while (reader_left(&reader) >= 8) {
        summary->sack[summary->sack_count].left = reader_u32(&reader);
        summary->sack[summary->sack_count++].right = reader_u32(&reader);
    }
}

void option_show_sack(const struct option_rule *rule, const uint8_t *value, size_t length,
                      struct option_text *text)
{
    struct reader reader = reader_of(value, length);

    text_append(text->text, text->size, &text->at, "%s", rule->row->word);
    while (reader_left(&reader) >= 8) {
        uint32_t left = reader_u32(&reader);
        uint32_t right = reader_u32(&reader);

        text_append(text->text, text->size, &text->at, " %u:%u", left, right);
    }
}

bool option_write_sack(struct option_words *words, struct writer *value)
{
    for (; words->at < words->count; words->at++) {
        const char *word = words->word[words->at];
        const char *colon = strchr(word, ':');
        char left_text[24];
        uint64_t left, right;

        if (!colon || (size_t)(colon - word) >= sizeof(left_text))
            return false;
        memcpy(left_text, word, (size_t)(colon - word));
        left_text[colon - word] = '\0';
        if (text_number(left_text, "left edge", 0, UINT32_MAX, &left, NULL) < 0 ||
            text_number(colon + 1, "right edge", 0, UINT32_MAX, &right, NULL) < 0)
            return false;
        writer_u32(value, (uint32_t)left);
        writer_u32(value, (uint32_t)right);
    }
    return true;
}

/* Timestamps */

void option_read_timestamps(const uint8_t *value, size_t length, struct option_summary *summary)
{
    struct reader reader = reader_of(value, length);

    summary->has_timestamps = true;
    summary->ts_val = reader_u32(&reader);
    summary->ts_ecr = reader_u32(&reader);
}

void option_show_timestamps(const struct option_rule *rule, const uint8_t *value, size_t length,
                            struct option_text *text)
{
    struct reader reader = reader_of(value, length);
    uint32_t val = reader_u32(&reader);
    uint32_t ecr = reader_u32(&reader);

    text_append(text->text, text->size, &text->at, "%s val %u ecr %u", rule->row->word, val, ecr);
}

/* Both values may be left out: who sends sets them anyway. */
bool option_write_timestamps(struct option_words *words, struct writer *value)
{
    uint64_t val = 0, ecr = 0;

    if (option_words_keyword(words, "val") && !option_words_number(words, UINT32_MAX, &val))
        return false;
    if (option_words_keyword(words, "ecr") && !option_words_number(words, UINT32_MAX, &ecr))
        return false;
    writer_u32(value, (uint32_t)val);
    writer_u32(value, (uint32_t)ecr);
    return true;
}

/* MD5 Signature, TCP Authentication */

READ_PRESENCE(md5)

void option_show_hex(const struct option_rule *rule, const uint8_t *value, size_t length,
                     struct option_text *text)
{
    text_append(text->text, text->size, &text->at, "%s", rule->row->word);
    option_text_hex(text, " ", value, length);
}

bool option_write_hex(struct option_words *words, struct writer *value)
{
    return words->at == words->count || option_words_hex(words, value);
}

READ_PRESENCE(ao)

void option_show_ao(const struct option_rule *rule, const uint8_t *value, size_t length,
                    struct option_text *text)
{
    text_append(text->text, text->size, &text->at, "%s keyid %u rnext %u", rule->row->word,
                value[0], value[1]);
    option_text_hex(text, " mac ", value + 2, length - 2);
}

bool option_write_ao(struct option_words *words, struct writer *value)
{
    uint64_t key, next;

    if (!option_words_keyword(words, "keyid") || !option_words_number(words, UINT8_MAX, &key) ||
        !option_words_keyword(words, "rnext") || !option_words_number(words, UINT8_MAX, &next))
        return false;
    writer_u8(value, (uint8_t)key);
    writer_u8(value, (uint8_t)next);
    return !option_words_keyword(words, "mac") || option_words_hex(words, value);
}

/* User Timeout: a bit says the unit (RFC 5482 3), so 60 s and 1 min are not the same bytes. */

#define UTO_MINUTES 0x8000u

READ_PRESENCE(uto)

void option_show_uto(const struct option_rule *rule, const uint8_t *value, size_t length,
                     struct option_text *text)
{
    struct reader reader = reader_of(value, length);
    unsigned timeout = reader_u16(&reader);

    text_append(text->text, text->size, &text->at, "%s %u%c", rule->row->word,
                timeout & ~UTO_MINUTES, timeout & UTO_MINUTES ? 'm' : 's');
}

bool option_write_uto(struct option_words *words, struct writer *value)
{
    char digits[24];
    uint64_t timeout;

    if (words->at == words->count)
        return false;

    const char *word = words->word[words->at++];
    size_t length = strlen(word);

    if (length < 2 || length > sizeof(digits) ||
        (word[length - 1] != 's' && word[length - 1] != 'm'))
        return false;
    memcpy(digits, word, length - 1);
    digits[length - 1] = '\0';
    if (text_number(digits, "timeout", 0, UTO_MINUTES - 1, &timeout, NULL) < 0)
        return false;
    writer_u16(value, (uint16_t)(timeout | (word[length - 1] == 'm' ? UTO_MINUTES : 0)));
    return true;
}

/* Fast Open, with a kind of its own and as the experiment that came before */

static void summarize_fastopen(const uint8_t *cookie, size_t length, bool experimental,
                               struct option_summary *summary)
{
    if (summary->has_fastopen || length > sizeof(summary->fastopen_cookie))
        return;
    summary->has_fastopen = true;
    summary->fastopen_experimental = experimental;
    summary->fastopen_length = (uint8_t)length;
    memcpy(summary->fastopen_cookie, cookie, length);
}

void option_read_fastopen(const uint8_t *value, size_t length, struct option_summary *summary)
{
    summarize_fastopen(value, length, false, summary);
}

static uint16_t exid_of(const uint8_t *value)
{
    return (uint16_t)(value[0] << 8 | value[1]);
}

/* Value and length of one of good length: two bytes at least. */
bool option_fits_experiment2(const uint8_t *value, size_t length)
{
    if (exid_of(value) != EXID_FASTOPEN)
        return true;
    return length == 2 || (length >= 6 && length <= 18 && length % 2 == 0);
}

void option_read_experiment2(const uint8_t *value, size_t length, struct option_summary *summary)
{
    if (exid_of(value) == EXID_FASTOPEN)
        summarize_fastopen(value + 2, length - 2, true, summary);
}

void option_show_experiment(const struct option_rule *rule, const uint8_t *value, size_t length,
                            struct option_text *text)
{
    if (rule->row->kind == OPTION_EXP2 && exid_of(value) == EXID_FASTOPEN) {
        text_append(text->text, text->size, &text->at, "FOEXP");
        option_text_hex(text, " ", value + 2, length - 2);
        return;
    }
    text_append(text->text, text->size, &text->at, "%s %04x", rule->row->word, exid_of(value));
    option_text_hex(text, ":", value + 2, length - 2);
}

/* The ExID is two or four bytes (RFC 6994 3); only who owns it knows, so it is shown as two. */
bool option_write_experiment(struct option_words *words, struct writer *value)
{
    char exid[12];

    if (words->at == words->count)
        return false;

    const char *word = words->word[words->at];
    size_t digits = strcspn(word, ":");

    if (digits != 4 && digits != 8)
        return false;
    memcpy(exid, word, digits);
    exid[digits] = '\0';

    struct option_words parts = {.word = {exid, word + digits + 1}, .count = word[digits] ? 2 : 1};

    words->at++;
    return option_words_hex(&parts, value) &&
           (parts.at == parts.count || option_words_hex(&parts, value));
}

bool option_write_fastopen_experiment(struct option_words *words, struct writer *value)
{
    writer_u16(value, EXID_FASTOPEN);
    return option_write_hex(words, value);
}

/* Accurate ECN: counters of 24 bits, ordered by kind, as many as had room (RFC 9768 3.2.3) */

static const char *const accecn_words[2][3] = {{"e0b", "ceb", "e1b"}, {"e1b", "ceb", "e0b"}};

READ_PRESENCE(accecn)

void option_show_accecn(const struct option_rule *rule, const uint8_t *value, size_t length,
                        struct option_text *text)
{
    struct reader reader = reader_of(value, length);
    const char *const *names = accecn_words[rule->row->kind == OPTION_ACCECN1];

    text_append(text->text, text->size, &text->at, "%s", rule->row->word);
    for (size_t i = 0; i < 3 && reader_left(&reader) >= 3; i++) {
        unsigned high = reader_u8(&reader);

        text_append(text->text, text->size, &text->at, " %s %u", names[i],
                    high << 16 | reader_u16(&reader));
    }
}

static bool write_counters(const char *const names[3], struct option_words *words,
                           struct writer *value)
{
    for (size_t i = 0; i < 3 && words->at < words->count; i++) {
        uint64_t counter;

        if (!option_words_keyword(words, names[i]) ||
            !option_words_number(words, 0xffffff, &counter))
            return false;
        writer_u8(value, (uint8_t)(counter >> 16));
        writer_u16(value, (uint16_t)counter);
    }
    return true;
}

bool option_write_accecn0(struct option_words *words, struct writer *value)
{
    return write_counters(accecn_words[0], words, value);
}

bool option_write_accecn1(struct option_words *words, struct writer *value)
{
    return write_counters(accecn_words[1], words, value);
}

/* Extended Data Offset: bare in a SYN, then with the header's length, and the segment's too */

READ_PRESENCE(edo)

void option_show_edo(const struct option_rule *rule, const uint8_t *value, size_t length,
                     struct option_text *text)
{
    struct reader reader = reader_of(value, length);

    text_append(text->text, text->size, &text->at, "%s", rule->row->word);
    if (reader_left(&reader))
        text_append(text->text, text->size, &text->at, " header %u", reader_u16(&reader));
    if (reader_left(&reader))
        text_append(text->text, text->size, &text->at, " segment %u", reader_u16(&reader));
}

bool option_write_edo(struct option_words *words, struct writer *value)
{
    static const char *const names[] = {"header", "segment"};

    for (size_t i = 0; i < 2 && words->at < words->count; i++) {
        uint64_t number;

        if (!option_words_keyword(words, names[i]) ||
            !option_words_number(words, UINT16_MAX, &number))
            return false;
        writer_u16(value, (uint16_t)number);
    }
    return true;
}

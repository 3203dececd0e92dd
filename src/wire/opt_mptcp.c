/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of the Multipath TCP option, subtype by subtype (RFC 8684; version 0: RFC 6824). */
#include "wire/opt_table.h"

#include <string.h>

#include "base/text.h"

enum mptcp_subtype {
    MPTCP_CAPABLE,
    MPTCP_JOIN,
    MPTCP_DSS,
    MPTCP_ADD_ADDR,
    MPTCP_REMOVE_ADDR,
    MPTCP_PRIO,
    MPTCP_FAIL,
    MPTCP_FASTCLOSE,
    MPTCP_TCPRST,
    MPTCP_COUNT
};

/* The registry's names without their MP_, which is read too. */
static const char *const subtype_words[MPTCP_COUNT] = {
    "capable", "join", "dss", "add_addr", "remove_addr", "prio", "fail", "fastclose", "tcprst",
};

/* Flags say which fields are there and how wide (RFC 8684 3.3); a checksum is as agreed before. */
static bool dss_fits(const uint8_t *value, size_t length)
{
    unsigned flags = value[1];
    size_t want = 2; /* both flag bytes */

    if (flags & 0x01) /* A: a data ACK; a: of eight bytes */
        want += flags & 0x02 ? 8u : 4u;
    if (!(flags & 0x04)) /* M: a mapping; m: its first number of eight bytes */
        return length == want;
    want += (flags & 0x08 ? 8u : 4u) + 6;
    return length == want || length == want + 2;
}

/* The lengths here are of the value: two less than the option's. */
bool option_fits_mptcp(const uint8_t *value, size_t length)
{
    switch (value[0] >> 4) {
    case MPTCP_CAPABLE:
        return length == 2 || length == 10 || length == 18 || length == 20 || length == 22;
    case MPTCP_JOIN:
        return length == 10 || length == 14 || length == 22;
    case MPTCP_DSS:
        return length >= 2 && dss_fits(value, length);
    case MPTCP_ADD_ADDR: /* IPv4 or IPv6, with or without a port, with or without a HMAC */
        return length == 6 || length == 8 || length == 14 || length == 16 || length == 18 ||
               length == 20 || length == 26 || length == 28;
    case MPTCP_REMOVE_ADDR:
        return length >= 2;
    case MPTCP_PRIO:
        return length == 1 || length == 2; /* version 0 has an address identifier */
    case MPTCP_FAIL:
    case MPTCP_FASTCLOSE:
        return length == 10;
    case MPTCP_TCPRST:
        return length == 2;
    }
    return true;
}

void option_read_mptcp(const uint8_t *value, size_t length, struct option_summary *summary)
{
    (void)length;
    if (summary->has_mptcp)
        return;
    summary->has_mptcp = true;
    summary->mptcp_subtype = value[0] >> 4;
    if (summary->mptcp_subtype == MPTCP_CAPABLE)
        summary->mptcp_version = value[0] & 0x0f;
}

static void show_capable(const uint8_t *value, size_t length, struct option_text *text)
{
    struct reader reader = reader_of(value, length);
    unsigned version = reader_u8(&reader) & 0x0f;
    unsigned flags = reader_u8(&reader);

    text_append(text->text, text->size, &text->at, " v%u flags %02x", version, flags);
    if (reader_left(&reader) >= 8)
        option_text_hex(text, " key ", reader_take(&reader, 8), 8);
    if (reader_left(&reader) >= 8)
        option_text_hex(text, " ", reader_take(&reader, 8), 8);
    if (reader_left(&reader) >= 2)
        text_append(text->text, text->size, &text->at, " length %u", reader_u16(&reader));
    if (reader_left(&reader) >= 2)
        option_text_hex(text, " checksum ", reader_take(&reader, 2), 2);
}

void option_show_mptcp(const struct option_rule *rule, const uint8_t *value, size_t length,
                       struct option_text *text)
{
    unsigned subtype = value[0] >> 4;

    text_append(text->text, text->size, &text->at, "%s", rule->row->word);
    if (subtype >= MPTCP_COUNT) {
        option_text_hex(text, " ", value, length);
        return;
    }
    text_append(text->text, text->size, &text->at, " %s", subtype_words[subtype]);
    if (subtype == MPTCP_CAPABLE) {
        show_capable(value, length, text);
        return;
    }
    text_append(text->text, text->size, &text->at, " %x", value[0] & 0x0fu);
    option_text_hex(text, " ", value + 1, length - 1);
}

/* Hexadecimal of just so many bytes. */
static bool words_hex_of(struct option_words *words, size_t length, struct writer *value)
{
    return words->at < words->count && strlen(words->word[words->at]) == 2 * length &&
           option_words_hex(words, value);
}

static bool write_capable(struct option_words *words, struct writer *value)
{
    uint64_t number;

    if (words->at == words->count || words->word[words->at][0] != 'v' ||
        text_number(words->word[words->at] + 1, "version", 0, 15, &number, NULL) < 0)
        return false;
    words->at++;
    writer_u8(value, (uint8_t)(MPTCP_CAPABLE << 4 | number));
    if (!option_words_keyword(words, "flags") || !words_hex_of(words, 1, value))
        return false;
    if (!option_words_keyword(words, "key"))
        return true;
    if (!words_hex_of(words, 8, value))
        return false;
    words_hex_of(words, 8, value); /* the receiver's, where it is known already */
    if (option_words_keyword(words, "length")) {
        if (!option_words_number(words, UINT16_MAX, &number))
            return false;
        writer_u16(value, (uint16_t)number);
        if (option_words_keyword(words, "checksum"))
            return words_hex_of(words, 2, value);
    }
    return true;
}

bool option_write_mptcp(struct option_words *words, struct writer *value)
{
    if (words->at == words->count)
        return false;

    const char *word = words->word[words->at];
    unsigned subtype = 0;

    if (strncmp(word, "mp_", 3) == 0)
        word += 3;
    while (subtype < MPTCP_COUNT && !option_word_is(word, subtype_words[subtype]))
        subtype++;
    if (subtype == MPTCP_COUNT)
        return option_words_hex(words, value);
    words->at++;
    if (subtype == MPTCP_CAPABLE)
        return write_capable(words, value);

    char nibble[3] = {'0', 0, 0};
    uint8_t low;
    size_t length;

    if (words->at == words->count || strlen(words->word[words->at]) != 1)
        return false;
    nibble[1] = words->word[words->at++][0];
    if (text_hex(nibble, "flags", &low, 1, &length, NULL) < 0)
        return false;
    writer_u8(value, (uint8_t)(subtype << 4 | low));
    return words->at == words->count || option_words_hex(words, value);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a frame has no IP packet, and what it has instead, in words. */
#include "wire/envelope.h"

#include <assert.h>
#include <stdio.h>

const char *envelope_words(enum envelope_verdict verdict)
{
    static const char *const words[ENVELOPE_COUNT] = {
#define X(id, text) [ENVELOPE_##id] = (text),
        ENVELOPE_TABLE(X)
#undef X
    };
    assert((unsigned)verdict < ENVELOPE_COUNT);
    return words[verdict];
}

const char *tunnel_words(enum tunnel_kind kind)
{
    static const char *const words[TUNNEL_COUNT] = {
        [TUNNEL_NONE] = "none",
        [TUNNEL_IPV4] = "IPv4 in IP",
        [TUNNEL_IPV6] = "IPv6 in IP",
        [TUNNEL_GRE] = "GRE",
    };
    assert((unsigned)kind < TUNNEL_COUNT);
    return words[kind];
}

/* Those that a capture is likely to have. */
static const struct {
    enum envelope_space space;
    uint32_t number;
    const char *name;
} names[] = {
    {ENVELOPE_SPACE_ETHERTYPE, 0x0806, "ARP"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x8035, "RARP"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x8100, "VLAN"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x8808, "flow control"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x8809, "slow protocols"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x880b, "PPP"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x8847, "MPLS"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x8863, "PPPoE discovery"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x888e, "802.1X"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x88be, "ERSPAN"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x22eb, "ERSPAN III"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x88cc, "LLDP"},
    {ENVELOPE_SPACE_ETHERTYPE, 0x88f7, "PTP"},
    {ENVELOPE_SPACE_LLC, 0x4242, "spanning tree"},
    {ENVELOPE_SPACE_LLC, 0xaaaa, "SNAP"},
    {ENVELOPE_SPACE_LLC, 0xfefe, "OSI"},
    {ENVELOPE_SPACE_PPP, 0x003d, "multilink"},
    {ENVELOPE_SPACE_PPP, 0x8021, "IPCP"},
    {ENVELOPE_SPACE_PPP, 0x8057, "IPV6CP"},
    {ENVELOPE_SPACE_PPP, 0xc021, "LCP"},
    {ENVELOPE_SPACE_PPP, 0xc023, "PAP"},
    {ENVELOPE_SPACE_PPP, 0xc223, "CHAP"},
    {ENVELOPE_SPACE_GRE, 1, "PPTP"},
};

static const char *name_of(enum envelope_space space, uint32_t number)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].space == space && names[i].number == number)
            return names[i].name;
    }
    return NULL;
}

static const char *wireless_type(uint32_t number)
{
    static const char *const words[] = {"management", "control", "without data", "extension"};
    return words[number >> 4 & 3];
}

/* The words before a number, and its hexadecimal digits; 0: it is shown in decimal. */
static const struct {
    const char *words;
    int digits;
} spaces[ENVELOPE_SPACE_COUNT] = {
    [ENVELOPE_SPACE_ETHERTYPE] = {"Ethernet type", 4},
    [ENVELOPE_SPACE_LLC] = {"802.2 access points", 4},
    [ENVELOPE_SPACE_PPP] = {"PPP protocol", 4},
    [ENVELOPE_SPACE_FAMILY] = {"address family", 0},
    [ENVELOPE_SPACE_NLPID] = {"frame relay protocol", 2},
    [ENVELOPE_SPACE_GRE] = {"GRE version", 0},
};

const char *envelope_other(enum envelope_space space, uint32_t number,
                           char text[ENVELOPE_TEXT_SIZE])
{
    assert((unsigned)space < ENVELOPE_SPACE_COUNT);
    const char *name = name_of(space, number);
    const char *before = name ? " (" : "", *after = name ? ")" : "";
    if (space == ENVELOPE_SPACE_WIRELESS)
        snprintf(text, ENVELOPE_TEXT_SIZE, "IEEE 802.11 %s", wireless_type(number));
    else if (!spaces[space].words)
        snprintf(text, ENVELOPE_TEXT_SIZE, "no IP");
    else if (spaces[space].digits == 0)
        snprintf(text, ENVELOPE_TEXT_SIZE, "%s %u%s%s%s", spaces[space].words, number, before,
                 name ? name : "", after);
    else
        snprintf(text, ENVELOPE_TEXT_SIZE, "%s 0x%0*x%s%s%s", spaces[space].words,
                 spaces[space].digits, number, before, name ? name : "", after);
    return text;
}

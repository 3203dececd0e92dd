/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each class of generators means for who runs the server, and what to do about it: a table. */
#include "report/isn_words.h"

#include <assert.h>
#include <string.h>

const char isn_words_shield[] =
    "Put a firewall in front that makes the numbers anew (pf: modulate state; Cisco ASA does it by "
    "default; a SYN proxy). Trust no peer for its address alone. Protect what matters with TLS, "
    "SSH or IPsec.";

/* What ends nearly every advice. */
#define ASKS "RFC 6528 asks for a 4 us clock plus a secret hash of addresses and ports."

/* A row for each class, named after it: a class without a row does not compile. */
static const struct isn_words words_CONSTANT = {
    .meaning =
        "Every connection begins with the same number. Whoever has opened one knows those of all "
        "others: connections can be opened in another's name, and data or resets put into "
        "existing ones, without seeing a packet of theirs.",
    .mend = "Update the device. Where the TCP/IP stack leaves the number to the application "
            "(FreeRTOS+TCP: ulApplicationGetNextSequenceNumber), the demonstration's function was "
            "left in: write a real one. " ASKS,
    .reference = "RFC 9293 3.4.1, RFC 6528 3, CWE-330",
};
static const struct isn_words words_COUNTER = {
    .meaning =
        "Each connection's number is the last one's plus a fixed step. Who opens a connection "
        "knows the next number that anybody will get, less the few connections of others in "
        "between.",
    .mend = "Update the stack: this is the way of the 1980s (uC/TCP-IP did so to 3.6.0). " ASKS,
    .reference = "RFC 6528 3, CERT CA-1995-01, CVE-2020-27630, CVE-2020-27632",
};
static const struct isn_words words_CLOCK = {
    .meaning = "The number is the time. Who opens one connection can read the clock, and knows the "
               "number that anybody gets at any moment, but for the jitter of the path.",
    .mend =
        "Update the stack, or define its hook for sequence numbers. RFC 793's clock alone has not "
        "been enough since 1996: a secret hash of addresses and ports must be added to it.",
    .reference = "RFC 6528 1 and 3, RFC 9293 3.4.1, CVE-2020-27213, CVE-2020-27634, "
                 "CVE-2020-28388",
};
static const struct isn_words words_CLOCK_COUNTER = {
    .meaning =
        "The number goes up with the time and with each connection, by fixed amounts. Two "
        "connections show both; the next number is then known, but for the connections of others "
        "in between.",
    .mend = "Update the stack. Solaris and illumos: set tcp_strong_iss to 2. libslirp and old BSDs "
            "have no such switch. " ASKS,
    .reference = "RFC 6528 3, CERT CA-1995-01, CVE-2023-45236 (UEFI)",
};
static const struct isn_words words_TICK_ACCUMULATOR = {
    .meaning =
        "Each connection adds the uptime to the last number. Two connections show how long the "
        "device has been up, and with that all numbers to come.",
    .mend =
        "lwIP: define LWIP_HOOK_TCP_ISN; contrib/addons/tcp_isn has a function for it that does "
        "as RFC 6528 asks. Without the hook lwIP has nothing better.",
    .reference = "RFC 6528 3, lwIP's src/core/tcp.c, tcp_next_iss()",
};
static const struct isn_words words_PERIODIC = {
    .meaning =
        "The numbers go up by the same few steps in turn. Once the cycle has been seen, every "
        "next number is known.",
    .mend =
        "Find out what this is: such steps are what honeypots (Honeyd) show in order to pass for "
        "some other system. " ASKS,
    .reference = "RFC 6528 3",
};
static const struct isn_words words_TUPLE_FUNCTION = {
    .meaning =
        "The number is computed from addresses and ports without a secret, or with one that a few "
        "connections give away. Who has opened some knows the numbers of everybody else.",
    .mend =
        "Update the stack. A checksum, a multiplication or the port itself is no hash: F() must "
        "not be computable from outside (SipHash, SHA-256, with a key of 128 bits). " ASKS,
    .reference = "RFC 6528 3, RFC 9293 3.4.1",
};
static const struct isn_words words_STATIC_HASH = {
    .meaning =
        "A connection of the same addresses and ports gets the same number each time. Strangers "
        "cannot guess it; but who once had that address and port, or shares the address (NAT), "
        "knows it, and segments of an old connection pass for those of the new one.",
    .mend = "The stack, or a stateless responder in front, leaves out the clock: RFC 9293 3.4.1 "
            "demands one that ticks every 4 us. Update it.",
    .reference = "RFC 9293 3.4.1 (MUST-8), RFC 6528 3",
};
static const struct isn_words words_WEAK_PRNG = {
    .meaning =
        "The numbers come from a generator that is not made to withstand an adversary. A few of "
        "them give away its whole state, and with it every number to come.",
    .mend = "Update the stack, or give it a cryptographic generator, seeded from the hardware "
            "(smoltcp: Config.random_seed is not enough; CycloneTCP: 2.0 or later; picoTCP: a "
            "pico_rand() of your own). Better, do as RFC 6528 asks: a clock plus a secret hash of "
            "addresses and ports.",
    .reference = "RFC 6528 1, RFC 4086, CVE-2020-27631, CVE-2020-27635, CVE-2020-27636",
};
static const struct isn_words words_RANDOM_INCREMENT = {
    .meaning =
        "Each number is the last one plus something random. The sum of many such steps is known "
        "far better than each of them: who has just opened a connection needs to try only a part "
        "of all numbers.",
    .mend =
        "Update the stack; wider steps do not cure it. Solaris and illumos: set tcp_strong_iss to "
        "2. FNET: mind CVE-2020-27633. " ASKS,
    .reference = "CERT CA-2001-09, RFC 6528 1, CVE-2001-0328, CVE-2020-27633",
};
static const struct isn_words words_REDUCED_ENTROPY = {
    .meaning =
        "The numbers are random, but only a part of all 2^32 can occur at any moment: an attacker "
        "has that many fewer to try.",
    .mend = "All 32 bits must vary: look for a mask, a cast to 16 bits, a table, a small seed. "
            "NetBSD: set net.inet.tcp.iss_hash to 1. " ASKS,
    .reference = "RFC 6528 1, RFC 4086, NIST SP 800-90B",
};
static const struct isn_words words_BIASED = {
    .meaning =
        "The numbers are random, but some are likelier than others, which no sound generator is. "
        "How much that saves an attacker this sample cannot say; it is a sign of a broken source "
        "of randomness, which keys may depend on too.",
    .mend = "Find the generator and test it by itself. " ASKS,
    .reference = "RFC 4086, NIST SP 800-22, NIST SP 800-90B",
};
static const struct isn_words words_RFC6528 = {
    .meaning =
        "Numbers of other addresses and ports look random; those of the same ones follow a clock, "
        "as they should. Who had an address and port before, or shares the address (NAT), can "
        "tell the next number there; that is the standard's own limit.",
    .mend = "Nothing to mend in what was tested.",
    .reference = "RFC 6528 3, RFC 9293 3.4.1",
};
static const struct isn_words words_RFC6528_SHORT_HASH = {
    .meaning =
        "Built as RFC 6528 asks, but the hash reaches only a part of the numbers: who can read "
        "the clock has far fewer than 2^32 to try.",
    .mend =
        "Update the kernel: Linux did so until 3.0 (24 bits of hash), and has all 32 since 3.1.",
    .reference = "RFC 6528 3, CVE-2011-3188",
};
static const struct isn_words words_RFC6528_COUNTER = {
    .meaning =
        "Numbers of other addresses and ports look random; those of the same ones go up with each "
        "connection that anybody opens. That tells an observer how many connections the server "
        "gets, and nothing more.",
    .mend = "Nothing to mend, unless how busy the server is must stay secret.",
    .reference = "RFC 6528 3, RFC 9293 3.4.1",
};
static const struct isn_words words_SYN_COOKIE_LINUX = {
    .meaning =
        "The server answers with SYN cookies, in place of remembering half-open connections: its "
        "queue is full, or it is set to do so always. A guess that hits any of several numbers "
        "counts, while cookies are accepted; TCP options may be lost.",
    .mend =
        "If this is not meant, find out why the queue is full (a SYN flood, a stuck service, a "
        "small backlog: net.core.somaxconn). net.ipv4.tcp_syncookies 1 uses cookies only then, 2 "
        "always.",
    .reference = "RFC 4987 3.6, Linux net/ipv4/syncookies.c",
};
static const struct isn_words words_SYN_COOKIE_FREEBSD = {
    .meaning =
        "The server, or a firewall in front (pf), answers with SYN cookies: 24 secret bits, and 8 "
        "that can be read, for 15 to 30 s.",
    .mend = "FreeBSD does so by default (net.inet.tcp.syncookies). If 24 bits are too few, set "
            "net.inet.tcp.syncookies to 0 and give the SYN cache room; in pf.conf, look at set "
            "syncookies.",
    .reference = "RFC 4987 3.6, FreeBSD tcp_syncache.c",
};
static const struct isn_words words_SYN_COOKIE_BERNSTEIN = {
    .meaning =
        "The server, or something in front, answers with SYN cookies of 1996: 24 secret bits, the "
        "rest can be read.",
    .mend = "Update what makes them (a load balancer, a SYN proxy): later ones hash all bits.",
    .reference = "RFC 4987 3.6, D. J. Bernstein, SYN cookies (1996)",
};
static const struct isn_words words_MIXTURE = {
    .meaning =
        "Several servers answer at this address, each with numbers of its own: a load balancer, "
        "as a rule. What is said here is no verdict on any one of them.",
    .mend = "Audit each server by its own address, behind the balancer.",
    .reference = "RFC 6528 3",
};
static const struct isn_words words_RANDOM = {
    .meaning =
        "To all tests that were made the numbers look random. No clock was seen in them, without "
        "which segments of an old connection may, rarely, pass for those of a new one.",
    .mend =
        "Nothing to mend in what was tested; --deep also looks for smoltcp's generator with any "
        "seed. RFC 9293 3.4.1 asks for a clock besides (MUST-8); random numbers of full width "
        "do without it, as some systems do on purpose.",
    .reference = "RFC 9293 3.4.1, RFC 6528 3",
};
static const struct isn_words words_INCONCLUSIVE = {
    .meaning = "Nothing can be said: there were too few numbers, or they contradict each other.",
    .mend = "Audit more numbers (--count, or a longer file), taken while the server is less busy.",
    .reference = "RFC 6528 3",
};

static const struct isn_words *const table[ISN_CLASS_COUNT] = {
#define X(id, severity, summary) [ISN_CLASS_##id] = &words_##id,
    ISN_CLASS_TABLE(X)
#undef X
};

const struct isn_words *isn_words(enum isn_class class)
{
    assert(class < ISN_CLASS_COUNT);
    return table[class];
}

enum isn_class isn_words_class(const char *name)
{
    for (size_t i = 0; name && i < ISN_CLASS_COUNT; i++)
        if (strcmp(name, isn_class_name((enum isn_class)i)) == 0)
            return (enum isn_class)i;
    return ISN_CLASS_COUNT;
}

enum isn_severity isn_words_severity(const char *word)
{
    for (size_t i = 0; word && i < ISN_SEVERITY_COUNT; i++)
        if (strcmp(word, isn_severity_word((enum isn_severity)i)) == 0)
            return (enum isn_severity)i;
    return ISN_SEVERITY_UNKNOWN;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences of the lessons. */
#include <assert.h>
#include <stddef.h>

#include "probe/track/lesson_parts.h"

/* clang-format off */
#define AGAIN (FOLLOW(RETRANSMISSION) | FOLLOW(FAST) | FOLLOW(SPURIOUS) | FOLLOW(TWIN) | \
               FOLLOW(OUT_OF_ORDER))
#define ASKS  (FOLLOW(KEEP_ALIVE) | FOLLOW(WINDOW_PROBE))

/* In the order in which they are told. */
static const struct {
    enum follow_event event;
    struct lesson_row row;
} rows[] = {
    {FOLLOW_EVENT_CHECKSUM, {
     "The checksum is wrong: the segment was damaged on the way. {Receiver} drops it without a "
     "word, so that only a time-out of {sender} brings it again",
     NULL, 0}},
    {FOLLOW_EVENT_MALFORMED, {
     "Its flags ({flags}) or options cannot be: a broken sender, a damaged packet, or somebody "
     "who wants to see how systems take it",
     NULL, 0}},
    {FOLLOW_EVENT_PORT_REUSE, {
     "A new connection begins on the same addresses and ports: its ISN, {seq_number}, is not "
     "that of the old one",
     NULL, 0}},
    {FOLLOW_EVENT_SYN, {
     "{Sender} asks for a connection. Its initial sequence number (ISN) is {seq_number}, and the "
     "SYN itself takes one number, so that its data begin at {seq_number+1}[. It offers {offers}]",
     NULL,
     FOLLOW(SYN_REPEATED) | FOLLOW(SIMULTANEOUS_OPEN) | FOLLOW(PORT_REUSE) | FOLLOW(STRAY_SYN) |
         FOLLOW(SYN_ACK) | FOLLOW(CHECKSUM) | FOLLOW(TWIN)}},
    {FOLLOW_EVENT_SYN_REPEATED, {
     "{Sender} sends its SYN again, as no answer has come[: {since} after the copy before, the "
     "{timeouts} time-out]. Each time-out is about twice as long as the one before",
     "RFC 9293 3.8.1, RFC 6298 5.5", 0}},
    {FOLLOW_EVENT_SYN_ACK, {
     "{Sender} agrees: it acknowledges the SYN[ ({ack_isn})] and sends a SYN of its own with ISN "
     "{seq_number}[. It answers with {offers}; what both SYNs carry is in effect][. It took "
     "{rtt} from the SYN: the round trip between the capture point and the server]",
     "RFC 9293 3.5, RFC 6298 3", FOLLOW(SYN_ACK_REPEATED) | FOLLOW(TWIN)}},
    {FOLLOW_EVENT_SYN_ACK_REPEATED, {
     "{Sender} sends its SYN,ACK again[, {since} after the copy before]: the ACK that it waits "
     "for has not come, or the SYN came once more",
     "RFC 9293 3.8.1, RFC 6298 5.5", 0}},
    {FOLLOW_EVENT_SIMULTANEOUS_OPEN, {
     "{Sender} sends a SYN too, without having got that of {receiver}: both open at once. Each "
     "now answers with SYN,ACK, and one connection comes of it",
     NULL, 0}},
    {FOLLOW_EVENT_SPLIT, {
     "{Sender} sends the ACK and the SYN of the handshake's second step apart from each other: "
     "allowed, and odd, for firewalls may take the wrong end for the client",
     NULL, 0}},
    {FOLLOW_EVENT_EARLY_DATA, {
     "The SYN brings {bytes} of data already: TCP Fast Open, which saves a round trip where "
     "{receiver} knows the cookie. Data that {receiver} does not take are sent again after the "
     "handshake",
     "RFC 7413 2", 0}},
    {FOLLOW_EVENT_HANDSHAKE_ACK, {
     "{Sender} acknowledges the SYN of {receiver}[ ({ack_isn})]: the handshake is complete[. Its "
     "{window}][. It took {rtt} from the SYN,ACK: the round trip between the capture point and "
     "the client]",
     NULL, 0}},
    {FOLLOW_EVENT_STRAY_SYN, {
     "A SYN in the middle of the connection: {receiver} must not believe it, for anybody could "
     "forge it, and asks back with a challenge ACK. If {sender} has really begun anew, it "
     "answers that with an RST",
     NULL, 0}},

    {FOLLOW_EVENT_RST_IMPOSSIBLE, {
     "An RST in the name of {sender}, but its sequence number [{seq} ]is not one that {receiver} "
     "expects: it proves nothing and is dropped",
     NULL, FOLLOW(CHECKSUM)}},
    {FOLLOW_EVENT_RST_INEXACT, {
     "An RST in the name of {sender} inside the window of {receiver}, but not at its edge[ "
     "(sequence number {seq})]: anybody could have guessed that. {Receiver} answers with a "
     "challenge ACK; systems without RFC 5961 close the connection",
     NULL, FOLLOW(CHECKSUM)}},
    {FOLLOW_EVENT_RST_EXACT, {
     "{Sender} resets the connection: all is over at once, data under way are lost. The sequence "
     "number[, {seq},] is exactly the one that {receiver} expects, so it believes the RST[. "
     "{who}]",
     "RFC 9293 3.5.2, RFC 9293 3.5.3", FOLLOW(CHECKSUM)}},
    {FOLLOW_EVENT_RST, {
     "{Sender} resets the connection: all is over at once, and data under way are lost[. {who}]",
     NULL, FOLLOW(RST_EXACT) | FOLLOW(RST_INEXACT) | FOLLOW(RST_IMPOSSIBLE)}},

    {FOLLOW_EVENT_OUTSIDE, {
     "The sequence or acknowledgment number is far from all others of this connection: a "
     "leftover of an older one, or somebody's forgery. No end takes it",
     NULL, 0}},
    {FOLLOW_EVENT_TWIN, {
     "The same packet once more[ (IP identification {ip_id})]: it was duplicated on the way, or "
     "captured twice. {Sender} sent it once, as far as the capture shows",
     NULL, 0}},
    {FOLLOW_EVENT_SPURIOUS, {
     "{Sender} sends [{range} ]again although {receiver} has acknowledged them: the ACK was on "
     "its way still, or was lost behind the capture point, when the timer ran out",
     "RFC 5682 1, RFC 6298 5.4", FOLLOW(TWIN)}},
    {FOLLOW_EVENT_FAST, {
     "{Sender} sends [{range} ]again without waiting for its timer: the third duplicate ACK has "
     "told it that this segment is missing (fast retransmit)",
     NULL, FOLLOW(SPURIOUS) | FOLLOW(TWIN)}},
    {FOLLOW_EVENT_RETRANSMISSION, {
     "{Sender} sends [{range} ]again[, {since} after the first time]: no acknowledgment came in "
     "time, or SACK showed them missing. After a time-out the next one is twice as long",
     "RFC 9293 3.8.1, RFC 6298 5.4",
     FOLLOW(FAST) | FOLLOW(SPURIOUS) | FOLLOW(TWIN) | FOLLOW(SYN_REPEATED) |
         FOLLOW(SYN_ACK_REPEATED)}},
    {FOLLOW_EVENT_OUT_OF_ORDER, {
     "This comes behind what was sent after it: it was overtaken on the way, or by the capture. "
     "{Receiver} puts the bytes into their place[; here {range}]",
     NULL, FOLLOW(TWIN)}},
    {FOLLOW_EVENT_GAP, {
     "Before this segment there is a hole of {missing}: lost, overtaken and still to come, or "
     "not captured",
     NULL, 0}},
    {FOLLOW_EVENT_WINDOW_PROBE, {
     "{Sender} has more to send, but the window of {receiver} is closed: it asks whether that is "
     "still so. Without such probes both would wait for ever if the ACK that opens the window "
     "were lost",
     NULL, 0}},
    {FOLLOW_EVENT_KEEP_ALIVE, {
     "A keep-alive: its sequence number is one before what {receiver} expects, so {receiver} "
     "must answer with an ACK. {Sender} learns from that whether the other end, and every box "
     "between them, still knows the connection",
     NULL, FOLLOW(WINDOW_PROBE)}},
    {FOLLOW_EVENT_DATA, {
     "{Sender} sends {bytes}[: {range}][, and has got all up to {upto} of {receiver}][. {push}]",
     "RFC 9293 3.10.7.4", AGAIN | ASKS | FOLLOW(EARLY_DATA)}},
    {FOLLOW_EVENT_WINDOW_FULL, {
     "With it the window of {receiver} is full: {sender} must stop until an ACK opens it again",
     NULL, 0}},
    {FOLLOW_EVENT_GIANT, {
     "Its {bytes} are more than {receiver} takes in one segment[ (MSS {peer_mss})]: the network "
     "card of the capturing machine cuts or joins segments (TSO, GRO), so on the wire there were "
     "several",
     NULL, 0}},
    {FOLLOW_EVENT_URGENT, {
     "It has an urgent pointer[ ({urgent})]: RFC 9293 tells new programs not to use it, and "
     "systems disagree about which byte it means",
     NULL, 0}},

    {FOLLOW_EVENT_FIN, {
     "{Sender} has no more data to send: its FIN[, at {fin_seq},] takes one sequence number "
     "like a byte, and is acknowledged and, if need be, sent again like one[. Data of "
     "{receiver_unfinished} still come through]",
     NULL,
     FOLLOW(SIMULTANEOUS_CLOSE) | FOLLOW(RETRANSMISSION) | FOLLOW(FAST) | FOLLOW(SPURIOUS) |
         FOLLOW(TWIN)}},
    {FOLLOW_EVENT_SIMULTANEOUS_CLOSE, {
     "{Sender} sends its FIN before it has got that of {receiver}: both close at once. Each "
     "waits for the ACK of its own FIN, and then for 2 MSL",
     NULL, 0}},

    {FOLLOW_EVENT_CHALLENGE_ACK, {
     "A challenge ACK: an RST or SYN came that could be forged, and {sender} tells what it "
     "really expects. The other end, if it meant it, answers with an exact RST",
     NULL, 0}},
    {FOLLOW_EVENT_KEEP_ALIVE_ACK, {
     "{Sender} answers the keep-alive: it is there and knows the connection[; ACK {ack} is what "
     "it expects next]",
     NULL, 0}},
    {FOLLOW_EVENT_WINDOW_PROBE_ACK, {
     "{Sender} answers the probe: its window is still closed. The other end asks again, each "
     "time after about twice the time",
     NULL, 0}},
    {FOLLOW_EVENT_DUPLICATE_ACK, {
     "[The {nth} duplicate ACK: ]{sender} still expects [byte {ack}, ]what it expected before: "
     "something behind a hole has reached it, or what it had came again[. {dup_third}]",
     "RFC 5681 2, RFC 5681 3.2", FOLLOW(TWIN) | FOLLOW(CHALLENGE_ACK)}},
    {FOLLOW_EVENT_ZERO_WINDOW, {
     "{Sender} closes its window: its buffer is full, as its application does not read. The "
     "other end may send nothing but probes until the window opens",
     NULL, FOLLOW(WINDOW_PROBE_ACK)}},
    {FOLLOW_EVENT_WINDOW_UPDATE, {
     "{Sender} acknowledges nothing new but tells a new window[: its {window}]",
     NULL, 0}},
    {FOLLOW_EVENT_SACK, {
     "[By SACK {sender} says that it has {have}][ and lacks {lacking}: only the latter need be "
     "sent again]",
     "RFC 2018 3, RFC 2018 4", 0}},
    {FOLLOW_EVENT_DSACK, {
     "By D-SACK {sender} says that {twice} came twice: the other end sent them again without "
     "need, or the network duplicated them",
     NULL, 0}},
    {FOLLOW_EVENT_ACKED_UNSEEN, {
     "It acknowledges {missing} that are not in the capture: {sender} has got them, so it was "
     "the capture that missed them",
     NULL, 0}},
    {FOLLOW_EVENT_CONGESTION, {
     "A router on the way has marked it CE in place of dropping it, as its queue grows: "
     "{receiver} tells the other end with ECE, which then sends less",
     "RFC 3168 5, RFC 3168 6.1.2", 0}},
};
_Static_assert(sizeof rows / sizeof rows[0] == FOLLOW_EVENT_COUNT, "an event has no lesson");

static const struct lesson_row specials[LESSON_SPECIAL_COUNT] = {
    [LESSON_REFUSED] = {
     "{Sender} refuses: the RST[ acknowledges the SYN ({ack_isn}), so it] is believed. As a rule "
     "nobody listens at this port; a firewall may say so too[. {who}][. It took {rtt} from the "
     "SYN]",
     "RFC 9293 3.5.2, RFC 9293 3.10.7.3", 0},
    [LESSON_ABANDONED] = {
     "{Sender} answers the SYN,ACK with an RST and no ACK: its system knows nothing of the "
     "connection, or does not want it any more, as scanners and clients with several attempts at "
     "once do[. {who}]",
     "RFC 9293 3.5.2, RFC 9293 3.10.7.3", 0},
    [LESSON_ACK] = {
     "{Sender} sends an ACK[: it has got all up to {upto} of {receiver}][, and expects {ack} "
     "next][. Its {window}]",
     "RFC 9293 3.4, RFC 9293 3.10.7.4", 0},
    [LESSON_ACK_FIN] = {
     "{Sender} acknowledges the FIN of {receiver}[: ACK {ack} is one behind it, for a FIN takes "
     "one number]",
     "RFC 9293 3.6", 0},
    [LESSON_NOTHING] = {
     "A segment without ACK, SYN, RST or data of its own: once a connection stands every segment "
     "has to carry an ACK, so {receiver} drops it",
     "RFC 9293 3.10.7.4", 0},
    [LESSON_ICMP_HARD] = {
     "{From} reports by ICMP that a packet of {quoted} did not get through: {icmp}, and trying "
     "again will not help. That ends an opening, but not a connection that stands, for ICMP is "
     "easily forged",
     "RFC 1122 4.2.3.9, RFC 5927 5.2", 0},
    [LESSON_ICMP_SOFT] = {
     "{From} reports by ICMP that a packet of {quoted} did not get through: {icmp}. That may "
     "pass, so a connection that stands goes on; many systems give up an opening all the same",
     "RFC 1122 4.2.3.9, RFC 5461 4.1", 0},
    [LESSON_ICMP_MTU] = {
     "{From} reports by ICMP that a packet of {quoted} was too big for the next link[: it takes "
     "{mtu}]. {Quoted} has to send smaller segments (path MTU discovery)",
     "RFC 1191 4, RFC 8201 4", 0},
    [LESSON_ICMP_OTHER] = {
     "{From} sends an ICMP message that quotes a packet of {quoted}: {icmp}",
     "RFC 1122 4.2.3.9", 0},
};

static const char *const waits[SERVER_STATE_COUNT] = {
    [SERVER_UNKNOWN] = "its state cannot be told from the capture",
    [SERVER_CLOSED] = "nothing more is to come",
    [SERVER_LISTEN] = "it waits for a SYN",
    [SERVER_SYN_SENT] = "it waits for a SYN,ACK, or for an RST that refuses",
    [SERVER_SYN_RECEIVED] = "it waits for the ACK of its SYN",
    [SERVER_ESTABLISHED] = "data may flow both ways",
    [SERVER_FIN_WAIT_1] = "it waits for the ACK of its FIN, and for the other end's FIN",
    [SERVER_FIN_WAIT_2] = ("its FIN is acknowledged, and it waits for the other end's; until then "
                           "it takes data"),
    [SERVER_CLOSING] = "both FINs are sent, and it waits for the ACK of its own",
    [SERVER_TIME_WAIT] = ("it waits for 2 MSL, to repeat its last ACK if need be and to let "
                          "stragglers die out"),
    [SERVER_CLOSE_WAIT] = "the other end is done, and it waits for its own application to close",
    [SERVER_LAST_ACK] = "it waits for the ACK of its FIN, the last segment that is due",
};
/* clang-format on */

enum follow_event lesson_order(unsigned place)
{
    assert(place < FOLLOW_EVENT_COUNT);
    return rows[place].event;
}

const struct lesson_row *lesson_event(enum follow_event event)
{
    for (unsigned i = 0; i < FOLLOW_EVENT_COUNT; i++)
        if (rows[i].event == event)
            return &rows[i].row;
    assert(false && "no such event");
    return &rows[0].row;
}

const struct lesson_row *lesson_special(enum lesson_special special)
{
    assert(special < LESSON_SPECIAL_COUNT);
    return &specials[special];
}

const char *lesson_waits(enum server_state state)
{
    assert(state < SERVER_STATE_COUNT);
    return waits[state];
}

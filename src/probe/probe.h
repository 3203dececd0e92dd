/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of one probe: a connection from the first SYN to its end, without any input or output of
 * its own. */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "probe/opening.h"
#include "probe/spec.h"
#include "probe/trace.h"
#include "report/records.h"

/*
 * Times are nanoseconds on the engine's time line (monotonic; capture stamps are brought onto it),
 * so that timers and stamps can be compared.
 */

enum probe_phase {
    PHASE_OPENING,  /* until ESTABLISHED */
    PHASE_EXCHANGE, /* open: data goes out, and comes in for as long as was asked */
    PHASE_CLOSING,  /* we have closed, and wait for the peer */
    PHASE_OVER,     /* CLOSED: nothing more to come */
    PHASE_COUNT
};

/* Received bytes that are kept to be shown; more are counted. */
#define PROBE_RECEIVED_MAX 65536

struct probe {
    const struct spec *spec; /* the engine's */
    struct route route;
    struct craft_header header;
    struct tcb tcb;
    struct stream stream;
    struct opening opening;
    enum probe_phase phase;
    uint32_t effects; /* gathered, not yet sent */
    bool answer_due;  /* `answering` is the segment that REPLY answers */
    struct segment answering;

    int64_t started_at, opened_at, ended_at; /* 0: not yet */
    int64_t exchange_at; /* when the exchange began for us: not before our ACK leaves */
    int64_t acked_at;    /* all of our data was acknowledged */
    int64_t plan_at;     /* when plan() wants to look again */
    int64_t closing_at;  /* we closed */
    int64_t close_by;    /* when the peer's time to close is over */
    size_t cause;        /* the packet behind the steps being taken */
    int64_t cause_at;    /* when that packet came, in the trace or not */

    bool peer_closed_first,
        fin_was_seen;     /* the peer closed; the peer had seen our FIN when it reset */
    bool gave_up_closing; /* it did not close in time and got an RST */
    bool fin_unheard;     /* and had not even acknowledged our FIN */
    unsigned answers_odd; /* segments that came while SYN-SENT and did not answer ours */
    bool has_speaker;     /* who said what the verdict rests on */
    struct address speaker;
    uint8_t speaker_ttl;
    uint16_t speaker_flags;
    bool icmp_decided;
    struct icmp icmp;
    bool has_syn_ack; /* the first SYN,ACK, or the SYN that crossed ours */
    struct segment syn_ack;
    uint8_t syn_ack_ttl;
    uint32_t sent_upto; /* one past the highest sequence number sent */
    bool timing_later;  /* our first data or FIN is being timed, to be held against the handshake's
                           round trip */
    int64_t later_sent_at;
    uint32_t later_ack;
    const char *stopped; /* why it was stopped from outside: "interrupted", or NULL */
    char stop_text[200]; /* its storage */
    uint8_t *received;   /* PROBE_RECEIVED_MAX bytes; NULL until data comes */
    struct trace trace;  /* last: it is not cleared with the rest */
};

/* Prepares a probe of `destination`:`port` from `source_port`. `spec` must outlive it. */
void probe_init(struct probe *probe, const struct spec *spec, const struct route *route,
                const struct address *destination, uint16_t port, uint16_t source_port,
                const struct spec_random *random);
void probe_release(struct probe *probe);

/* Sends the SYN (through probe_next). */
void probe_start(struct probe *probe, int64_t now);

/* The next segment that wants to be sent, with the header for it; call until false after anything
 * below. */
bool probe_next(struct probe *probe, int64_t now, struct segment *ret_segment,
                struct craft_header *ret_header);

/* A captured TCP packet between our address and port and the target's: in, or our own on its way
 * out. */
void probe_packet(struct probe *probe, const struct packet *packet, int64_t at, int64_t now);

/* An ICMP error that quotes a packet from our address and port to the target's. */
void probe_icmp(struct probe *probe, const struct packet *packet, const struct icmp *icmp,
                int64_t at, int64_t now);

/* When probe_timer() wants to be called, TCB_NEVER if not. */
int64_t probe_deadline(const struct probe *probe);
void probe_timer(struct probe *probe, int64_t now);

/* Ends it from outside: with an RST where one is due ("interrupted", "the deadline has passed"). */
void probe_stop(struct probe *probe, const char *why, int64_t now);
/* Ends it where nothing can be sent any more; `why` in words. */
void probe_lost(struct probe *probe, const char *why, int64_t now);

static inline bool probe_over(const struct probe *probe)
{
    return probe->phase == PHASE_OVER;
}

#endif

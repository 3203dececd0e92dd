/* SPDX-License-Identifier: GPL-3.0-or-later */
/* libpcap's filter, for every link type that occurs and for packets that are wrapped in others. */
#include <assert.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "net/replay_parts.h"
#include "wire/envelope.h"
#include "wire/link_numbers.h"

#define LINK_IEEE802_11 105
#define LINK_PFLOG      117
#define SNAPLEN         262144 /* libpcap's greatest */
#define PROGRAMS_MAX    64     /* more than there are link types in which IP is found */

/* The expression for frames of one link type. */
struct program {
    int link_type;
    bool exists;  /* it says something of this link type */
    bool all_out; /* namely that no frame of it is wanted */
    struct bpf_program code;
};

struct filter {
    struct program inner; /* for the bare IP packet */
    struct program programs[PROGRAMS_MAX];
    unsigned count;
    char expression[];
};

/* An expression that one of these has a meaning for is one: "ether host", "inbound", "wlan type",
 * "ifname". The first one's reason is given where none has. */
static const int judges[] = {LINK_EN10MB, LINK_LINUX_SLL, LINK_IEEE802_11, LINK_PFLOG};

/* libpcap's words for an expression that can never be true. */
static const char rejects_all[] = "expression rejects all packets";

/*
 * A handle to compile with. libpcap numbers link types otherwise than capture files do, and tells
 * nobody how: it reads the head of a file that has this one.
 */
static pcap_t *compiler_of(int link_type)
{
    struct pcap_file_header head = {.magic = 0xa1b2c3d4,
                                    .version_major = PCAP_VERSION_MAJOR,
                                    .version_minor = PCAP_VERSION_MINOR,
                                    .snaplen = SNAPLEN,
                                    .linktype = (bpf_u_int32)link_type};
    char words[PCAP_ERRBUF_SIZE];
    FILE *file = fmemopen(&head, sizeof head, "rb");
    pcap_t *compiler = file ? pcap_fopen_offline(file, words) : NULL;

    if (file && !compiler)
        fclose(file);
    return compiler;
}

/* 0, also where the expression does not fit the link type: then !exists and libpcap's reason. */
static int compile(const char *expression, int link_type, struct program *ret_program,
                   char reason[PCAP_ERRBUF_SIZE], struct fault *fault)
{
    pcap_t *compiler = compiler_of(link_type);

    *ret_program = (struct program){.link_type = link_type};
    if (!compiler)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    ret_program->exists =
        pcap_compile(compiler, &ret_program->code, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!ret_program->exists) {
        snprintf(reason, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(compiler));
        ret_program->all_out = strcmp(reason, rejects_all) == 0;
    }
    pcap_close(compiler);
    return 0;
}

static void program_release(struct program *program)
{
    if (program->exists)
        pcap_freecode(&program->code);
    program->exists = false;
}

static int syntax_fault(const char *expression, const char *reason, const char *where,
                        struct fault *fault)
{
    char safe[120];

    text_safe(expression, strlen(expression), safe, sizeof safe);
    return fault_set(fault, FAULT_SYNTAX, 0, "cannot read the filter '%s'%s: %s", safe, where,
                     reason);
}

int filter_new(const char *expression, struct filter **ret_filter, struct fault *fault)
{
    size_t length = strlen(expression) + 1;
    struct filter *filter = calloc(1, sizeof *filter + length);
    char reason[PCAP_ERRBUF_SIZE] = "", ignored[PCAP_ERRBUF_SIZE];
    int error;

    if (!filter)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    memcpy(filter->expression, expression, length);
    error = compile(expression, LINK_RAW, &filter->inner, ignored, fault);
    bool makes_sense = filter->inner.exists, is_empty = false;
    for (size_t i = 0; !error && i < sizeof judges / sizeof judges[0]; i++) {
        struct program *program = &filter->programs[filter->count];

        error = compile(expression, judges[i], program, i == 0 ? reason : ignored, fault);
        is_empty = is_empty || (i == 0 && program->all_out);
        makes_sense = makes_sense || (program->exists && !is_empty);
        /* Of the others the reason is to be told when they occur. */
        filter->count += program->exists || program->all_out;
    }
    if (!error && !makes_sense)
        error = syntax_fault(expression, reason, "", fault);
    if (error) {
        filter_free(filter);
        return error;
    }
    *ret_filter = filter;
    return 0;
}

void filter_free(struct filter *filter)
{
    if (!filter)
        return;
    for (unsigned i = 0; i < filter->count; i++)
        program_release(&filter->programs[i]);
    program_release(&filter->inner);
    free(filter);
}

/* The program of a link type, made when it occurs first. 1; 0: one in which no IP is found. */
static int program_of(struct filter *filter, int link_type, struct program **ret_program,
                      struct fault *fault)
{
    char reason[PCAP_ERRBUF_SIZE] = "", where[64];
    struct program made;

    for (unsigned i = 0; i < filter->count; i++)
        if (filter->programs[i].link_type == link_type) {
            *ret_program = &filter->programs[i];
            return 1;
        }
    if (!envelope_link_known(link_type))
        return 0;
    int error = compile(filter->expression, link_type, &made, reason, fault);
    if (error)
        return error;
    if (!made.exists && !made.all_out && !filter->inner.exists) {
        snprintf(where, sizeof where, " for link type %d", link_type);
        return syntax_fault(filter->expression, reason, where, fault);
    }
    unsigned place = filter->count < PROGRAMS_MAX ? filter->count++ : PROGRAMS_MAX - 1;
    program_release(&filter->programs[place]);
    filter->programs[place] = made;
    *ret_program = &filter->programs[place];
    return 1;
}

static bool runs_true(const struct program *program, const uint8_t *bytes, size_t length,
                      size_t wire_length)
{
    struct pcap_pkthdr head = {
        .caplen = (bpf_u_int32)length,
        .len = (bpf_u_int32)(wire_length < UINT32_MAX ? wire_length : UINT32_MAX)};

    return pcap_offline_filter(&program->code, &head, bytes) != 0;
}

static bool is_wrapped(const struct envelope *envelope)
{
    return envelope->tags > 0 || envelope->labels > 0 || envelope->has_session ||
           envelope->tunnel.kind != TUNNEL_NONE;
}

/* Whether a bare packet in the frame is wanted; `any`: also one that nothing is wrapped around. */
static bool takes_inner(const struct filter *filter, const struct replay_frame *frame, bool any)
{
    struct envelope envelope;

    enum envelope_verdict verdict =
        envelope_open(frame->link_type, frame->bytes, frame->length, frame->wire_length, &envelope);
    /* Of several packets the frame's own program sees only the first. */
    any = any || envelope.next > 0;
    for (;;) {
        const struct packet *packet = &envelope.packet;

        if (verdict == ENVELOPE_IP && (any || is_wrapped(&envelope)) &&
            runs_true(&filter->inner, packet->header,
                      packet->header_length + packet->payload_length, packet->total_length))
            return true;
        if (envelope.next == 0)
            return false;
        verdict = envelope_next(frame->bytes, frame->length, frame->wire_length, &envelope);
    }
}

/* A packet behind the number of its family, which is another on each system, and in NULL stands in
 * the byte order of the machine that captured: libpcap asks for that of this one. */
static bool hides_family(const struct replay_frame *frame)
{
    struct envelope envelope;

    return (frame->link_type == LINK_NULL || frame->link_type == LINK_LOOP) &&
           envelope_open(frame->link_type, frame->bytes, frame->length, frame->wire_length,
                         &envelope) == ENVELOPE_IP;
}

int filter_takes(struct filter *filter, const struct replay_frame *frame, struct fault *fault)
{
    struct program *program = NULL;
    int known = program_of(filter, frame->link_type, &program, fault);

    if (known != 1)
        return known;
    assert(program);
    if (filter->inner.exists && hides_family(frame))
        return takes_inner(filter, frame, true);
    if (program->exists && runs_true(program, frame->bytes, frame->length, frame->wire_length))
        return 1;
    return filter->inner.exists && takes_inner(filter, frame, !program->exists);
}

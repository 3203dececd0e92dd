/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Capture files that are being written: nanosecond pcap. */
#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/link.h"

#define DUMP_SNAPLEN    262144 /* libpcap's own maximum */
#define LINK_HEADER_MAX 20

struct dump {
    char *path;
    FILE *file;     /* until the first frame says the link type; then the dumper's */
    pcap_t *format; /* link type and precision, without a capture behind it */
    pcap_dumper_t *dumper;
    int link_type;
    uint8_t *bytes; /* room for a frame that gets another link header; NULL until one comes */
};

static int dump_fault(const struct dump *dump, int sys, struct fault *fault)
{
    return fault_set(fault, FAULT_IO, sys, "cannot write '%s'", dump->path);
}

int dump_open(const char *path, struct dump **ret_dump, struct fault *fault)
{
    struct dump *dump = calloc(1, sizeof(*dump));

    if (!dump)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    dump->path = strdup(path);
    if (!dump->path) {
        free(dump);
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    }
    if (strcmp(path, "-") == 0)
        dump->file = fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "wb");
    else
        dump->file = fopen(path, "wbe");
    if (!dump->file) {
        int error = dump_fault(dump, errno, fault);
        free(dump->path);
        free(dump);
        return error;
    }
    *ret_dump = dump;
    return 0;
}

/* Writes the file's header. */
static int dump_begin(struct dump *dump, int link_type, struct fault *fault)
{
    dump->link_type = link_type;
    dump->format =
        pcap_open_dead_with_tstamp_precision(link_type, DUMP_SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    if (!dump->format)
        return fault_set(fault, FAULT_MEMORY, 0, "out of memory");
    dump->dumper = pcap_dump_fopen(dump->format, dump->file);
    if (!dump->dumper) { /* a link type that libpcap does not write */
        fault_set(fault, FAULT_IO, 0, "cannot write '%s': %s", dump->path,
                  pcap_geterr(dump->format));
        pcap_close(dump->format);
        dump->format = NULL;
        return -FAULT_IO;
    }
    dump->file = NULL;
    return 0;
}

/* A link header of `link_type` for an IP packet, addresses zero. Its length, or -1: none is known.
 */
static int link_header(int link_type, bool v4, uint8_t header[LINK_HEADER_MAX])
{
    uint8_t type[2] = {v4 ? 0x08 : 0x86, v4 ? 0x00 : 0xdd};

    memset(header, 0, LINK_HEADER_MAX);
    switch (link_type) {
    case DLT_RAW:
        return 0;
    case DLT_EN10MB:
        memcpy(header + 12, type, 2);
        return 14;
    case DLT_LINUX_SLL:
        header[2] = 0xff; /* ARPHRD_VOID */
        header[3] = 0xff;
        memcpy(header + 14, type, 2);
        return 16;
    case DLT_LINUX_SLL2:
        memcpy(header, type, 2);
        header[8] = 0xff;
        header[9] = 0xff;
        return 20;
    default:
        return -1;
    }
}

/* The frame with the link header of the file's type in place of its own. False where that cannot
 * be. */
static bool change_link_type(struct dump *dump, const struct frame *frame, struct frame *ret_frame)
{
    uint8_t header[LINK_HEADER_MAX];
    int at = link_ip_offset(frame->link_type, frame->bytes, frame->length);

    if (at < 0 || (size_t)at >= frame->length)
        return false;
    int header_length = link_header(dump->link_type, frame->bytes[at] >> 4 == 4, header);
    size_t length = frame->length - (size_t)at;
    if (header_length < 0 || (size_t)header_length + length > DUMP_SNAPLEN)
        return false;
    if (!dump->bytes)
        dump->bytes = malloc(DUMP_SNAPLEN);
    if (!dump->bytes)
        return false;
    memcpy(dump->bytes, header, (size_t)header_length);
    memcpy(dump->bytes + header_length, frame->bytes + at, length);
    *ret_frame = (struct frame){
        .stamp_ns = frame->stamp_ns,
        .bytes = dump->bytes,
        .length = (size_t)header_length + length,
        .wire_length = (size_t)header_length + frame->wire_length - (size_t)at,
        .link_type = dump->link_type,
    };
    return true;
}

int dump_frame(struct dump *dump, const struct frame *frame, struct fault *fault)
{
    struct frame changed;

    if (!dump->dumper) {
        if (!dump->file)
            return dump_fault(dump, EBADF, fault);
        int error = dump_begin(dump, frame->link_type, fault);
        if (error)
            return error;
    }
    if (frame->link_type != dump->link_type) {
        /* What is not IP cannot change its link layer, and is nothing of ours. */
        if (!change_link_type(dump, frame, &changed))
            return 0;
        frame = &changed;
    }
    int64_t before = frame->stamp_ns % 1000000000 < 0; /* 1970: of that second, too, it is behind */
    struct pcap_pkthdr head = {
        .ts = {.tv_sec = frame->stamp_ns / 1000000000 - before,
               .tv_usec = frame->stamp_ns % 1000000000 + before * 1000000000},
        .caplen = (bpf_u_int32)frame->length,
        .len = (bpf_u_int32)frame->wire_length,
    };
    errno = 0;
    pcap_dump((u_char *)dump->dumper, &head, frame->bytes);
    if (pcap_dump_flush(dump->dumper) != 0 || ferror(pcap_dump_file(dump->dumper)))
        return dump_fault(dump, errno, fault);
    return 0;
}

int dump_close(struct dump *dump, struct fault *fault)
{
    int error = 0;

    if (!dump)
        return 0;
    if (!dump->dumper && dump->file)
        error = dump_begin(dump, DLT_RAW, fault);
    errno = 0;
    if (dump->dumper) {
        bool failed = pcap_dump_flush(dump->dumper) != 0 || ferror(pcap_dump_file(dump->dumper));
        if (failed && !error)
            error = dump_fault(dump, errno, fault);
        pcap_dump_close(dump->dumper);
    } else if (dump->file) {
        fclose(dump->file);
    }
    if (dump->format)
        pcap_close(dump->format);
    free(dump->bytes);
    free(dump->path);
    free(dump);
    return error;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file seems to be that is no capture, or one that is not read. */
#include "net/replay_parts.h"

#define SEEN_MAX 64

struct kind {
    const char *magic;
    size_t length;
    const char *words;
    const char *unpack; /* NULL: it is not packed */
};

#define MAGIC(text) text, sizeof(text) - 1

/* clang-format off */
static const struct kind kinds[] = {
    {MAGIC("\x1f\x8b"),                 "compressed with gzip",  "zcat"},
    {MAGIC("\x28\xb5\x2f\xfd"),         "compressed with zstd",  "zstdcat"},
    {MAGIC("\xfd\x37zXZ"),              "compressed with xz",    "xzcat"},
    {MAGIC("BZh"),                      "compressed with bzip2", "bzcat"},
    {MAGIC("\x04\x22\x4d\x18"),         "compressed with lz4",   "lz4cat"},
    {MAGIC("\x1f\x9d"),                 "compressed with compress", "zcat"},
    {MAGIC("PK\x03\x04"),               "a zip archive", NULL},
    {MAGIC("snoop\0\0\0"),              "a capture of Solaris' snoop", NULL},
    {MAGIC("RTSS"),                     "a capture of Microsoft's Network Monitor", NULL},
    {MAGIC("GMBU"),                     "a capture of Microsoft's Network Monitor", NULL},
    {MAGIC("TRSNIFF data    "),         "a capture of the Sniffer", NULL},
    {MAGIC("XCP\0"),                    "a capture of NetXRay", NULL},
    {MAGIC("btsnoop\0"),                "a capture of Bluetooth", NULL},
    {MAGIC("iptrace "),                 "a capture of AIX' iptrace", NULL},
    {MAGIC("\x1c\x00\x01\xab"),         "a capture of Ixia's", NULL},
    {MAGIC("\x1c\x00\x01\xac"),         "a capture of Ixia's", NULL},
    {MAGIC("\xab\x01\x00\x1c"),         "a capture of Ixia's", NULL},
    {MAGIC("\xac\x01\x00\x1c"),         "a capture of Ixia's", NULL},
    {MAGIC("\xa1\xb2\x34\xcd"),         "a changed form of pcap that is not known", NULL},
    {MAGIC("\xcd\x34\xb2\xa1"),         "a changed form of pcap that is not known", NULL},
    {MAGIC("\xa1\x2b\x3c\x4d"),         "a changed form of pcap that is not known", NULL},
    {MAGIC("\x4d\x3c\x2b\xa1"),         "a changed form of pcap that is not known", NULL},
    {MAGIC("\x7f" "ELF"),               "a program", NULL},
};
/* clang-format on */

/* ASCII, or what has it at the beginning; UTF-8 may begin with its mark. */
static bool is_text(const uint8_t *bytes, size_t length)
{
    if (length == 0 || (bytes[0] >= 0x80 && bytes[0] != 0xef))
        return false;
    for (size_t i = 0; i < length; i++) {
        bool is_blank = bytes[i] == '\n' || bytes[i] == '\r' || bytes[i] == '\t';
        if ((bytes[i] < ' ' && !is_blank) || bytes[i] == 0x7f)
            return false;
    }
    return true;
}

const char *replay_kind(const uint8_t *bytes, size_t length, const char **ret_unpack)
{
    size_t seen = length < SEEN_MAX ? length : SEEN_MAX;

    *ret_unpack = NULL;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (length >= kinds[i].length && memcmp(bytes, kinds[i].magic, kinds[i].length) == 0) {
            *ret_unpack = kinds[i].unpack;
            return kinds[i].words;
        }
    if (is_text(bytes, seen))
        return "text, no capture";
    return "no capture that is known (pcap, pcapng)";
}

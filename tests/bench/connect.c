/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plain connect() of the kernel's, and the close after it: what nothing can undercut. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in peer = {.sin_family = AF_INET};
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);

    if (argc != 3 || inet_pton(AF_INET, argv[1], &peer.sin_addr) != 1)
        return 64;
    peer.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    if (connect(descriptor, (struct sockaddr *)&peer, sizeof(peer)) != 0) {
        perror("connect");
        return 1;
    }
    printf("open\n");
    fflush(stdout);
    close(descriptor);
    return 0;
}

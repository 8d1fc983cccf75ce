/* SPDX-License-Identifier: Apache-2.0 */
/*
 * datagram_floor.c - receives packets and does nothing else: the floor of the ingest benchmark.
 *
 *	datagram_floor [--park MICROS] [--cpu N] ADDRESS
 *
 * It has the receive calls of the service: up to 256 packets of 2 KiB by one recvmmsg, a socket buffer of 4 MiB. After a
 * batch that is not full, it parks for MICROS (300) if 64 packets or more arrived since the last time it parked or
 * blocked. Otherwise it blocks. With --park 0 it always blocks. SIGTERM ends it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "datagrams.h"

#define BATCH 256
#define PACKET_BYTES 2048
#define BUFFER_BYTES (4 << 20)
/* Packets since the last park or block that make it worth to park. */
#define BUSY_PACKETS 64

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static int bound_to(const struct address *address)
{
	int bytes = BUFFER_BYTES;
	int receiver = socket(address->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (receiver < 0)
		fail("socket");
	if (setsockopt(receiver, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)))
		fail("SO_RCVBUF");
	if (bind(receiver, (const struct sockaddr *)&address->storage, address->length))
		fail("bind");
	return receiver;
}

static uint64_t receive_all(int receiver, uint64_t park_nanos)
{
	static char memory[BATCH][PACKET_BYTES];
	static struct iovec parts[BATCH];
	static struct mmsghdr messages[BATCH];
	uint64_t packets = 0, since_wait = 0;
	int flags = MSG_WAITFORONE;

	for (int i = 0; i < BATCH; i++) {
		parts[i].iov_base = memory[i];
		parts[i].iov_len = PACKET_BYTES;
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (!stopped) {
		int count = recvmmsg(receiver, messages, BATCH, flags, NULL);

		if (count < 0) {
			if (errno != EINTR && errno != EAGAIN)
				fail("recvmmsg");
			count = 0;
		}
		packets += (uint64_t)count;
		since_wait += (uint64_t)count;
		if (count == BATCH) {
			flags = MSG_DONTWAIT;
		} else if (park_nanos && since_wait >= BUSY_PACKETS) {
			sleep_until(clock_nanos(CLOCK_MONOTONIC) + park_nanos);
			since_wait = 0;
			flags = MSG_DONTWAIT;
		} else {
			since_wait = 0;
			flags = MSG_WAITFORONE;
		}
	}
	return packets;
}

int main(int argc, char **argv)
{
	static const struct option names[] = {
		{ "park", required_argument, NULL, 'p' },
		{ "cpu", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	struct sigaction action = { .sa_handler = stop };
	uint64_t park_micros = 300;
	struct address address;
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		if (name == 'p')
			park_micros = number_of("park", optarg, 0, 1000000);
		else if (name == 'c')
			run_on(number_of("cpu", optarg, 0, 1023));
		else
			exit(1);
	}
	if (optind != argc - 1) {
		(void)fputs("usage: datagram_floor [--park MICROS] [--cpu N] ADDRESS\n", stderr);
		exit(1);
	}
	if (sigaction(SIGTERM, &action, NULL))
		fail("sigaction");
	address = address_of(argv[optind]);
	sleep_exactly();
	printf("{\"packets\":%" PRIu64 "}\n", receive_all(bound_to(&address), park_micros * 1000));
	return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sockets.c - datagram sockets and percpu_receive(): each datagram arrives once
 * and whole or is counted as dropped, files and ports of live processes are kept,
 * and no call with invalid arguments writes outside of its memory.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "deny.h"
#include "harness.h"
#include "percpu.h"

#define CANARY 0x5a
#define SLOT 256u
#define PADDING 64u
#define STRIDE (SLOT + PADDING)
#define CAPACITY 16u
#define BUFFER (1u << 20)
#define SENDERS 8
#define ROUNDS 20000

static const uint8_t loopback[] = { 127, 0, 0, 1 };
static const uint8_t loopback6[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
static const uint8_t any4[4], any6[16];

static char directory[] = "/tmp/percpu-sockets-XXXXXX";

struct batch {
	struct percpu_batch *control;
	struct percpu_packet headers[CAPACITY];
	char slots[CAPACITY * STRIDE] __attribute__((aligned(64)));
};

static struct batch *batch_open(void)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		die("out of memory");
	batch->control = malloc((size_t)percpu_batch_size(CAPACITY));
	memset(batch->slots, CANARY, sizeof(batch->slots));
	CHECK(percpu_batch_init(batch->control, batch->headers, batch->slots, CAPACITY, SLOT, STRIDE) == 0, "init");
	return batch;
}

static void batch_close(struct batch *batch)
{
	for (uint32_t i = 0; i < CAPACITY; i++) {
		for (uint32_t k = SLOT; k < STRIDE; k++)
			CHECK(batch->slots[i * STRIDE + k] == CANARY, "byte %u after slot %u was written", k - SLOT, i);
	}
	free(batch->control);
	free(batch);
}

static int udp(const uint8_t *address, uint32_t length, int port, enum percpu_sharing sharing)
{
	return percpu_udp_open(address, length, 0, (uint32_t)port, BUFFER, sharing);
}

static int open_udp(void)
{
	int socket = udp(loopback, 4, 0, PERCPU_UDP_FIRST);

	CHECK(socket >= 0, "percpu_udp_open: %d", socket);
	return socket;
}

/* A socket that sends to this port of this host, by IPv4 or IPv6. */
static int client_of(int family, int port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };
	int client = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	v6.sin6_addr = in6addr_loopback;
	if (connect(client, family == AF_INET ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
		    family == AF_INET ? sizeof(v4) : sizeof(v6)))
		die("connect: %s", strerror(errno));
	return client;
}

static struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static int client_of_path(const char *path)
{
	struct sockaddr_un address = unix_address(path);
	int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (connect(client, (struct sockaddr *)&address, sizeof(address)))
		die("connect to %s: %s", path, strerror(errno));
	return client;
}

static const char *path_of(const char *name)
{
	static char path[100];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int open_unix(const char *path)
{
	return percpu_unix_open(path, (uint32_t)strlen(path), 0);
}

/* The i-th datagram: its bytes and its length differ from those of its neighbours. */
static uint32_t fill(char *datagram, int i)
{
	static const uint32_t lengths[] = { 0, 1, 7, 8, 63, 64, 65, SLOT - 1, SLOT, SLOT + 1, 2 * SLOT };
	uint32_t length = lengths[(unsigned int)i % COUNT_OF(lengths)];

	for (uint32_t k = 0; k < length; k++)
		datagram[k] = (char)(i + (int)k);
	return length;
}

static void check_packet(const struct batch *batch, uint32_t index, int i, uint64_t sender)
{
	const struct percpu_packet *header = &batch->headers[index];
	char expected[2 * SLOT];
	uint32_t length = fill(expected, i);
	uint32_t kept = length < SLOT ? length : SLOT;

	CHECK(header->length == kept, "datagram %d of %u bytes has length %u", i, length, header->length);
	CHECK(header->flags == (length > SLOT ? PERCPU_PACKET_TRUNCATED : 0), "datagram %d of %u bytes has flags %u", i,
	      length, header->flags);
	CHECK(memcmp(batch->slots + index * STRIDE, expected, kept) == 0, "datagram %d has other bytes", i);
	CHECK(header->sender == sender, "datagram %d is of sender %lx", i, header->sender);
}

/* Sends as many datagrams as the queue of a Unix socket holds, and receives them; many times. */
static void check_exact(int socket, int client, uint32_t flags, uint64_t sender)
{
	struct batch *batch = batch_open();
	int sent = 0, received = 0, burst = 1;

	for (int round = 0; round < 200; round++, burst = burst % 9 + 1) {
		for (int i = 0; i < burst; i++, sent++) {
			char datagram[2 * SLOT];

			CHECK(send(client, datagram, fill(datagram, sent), 0) >= 0, "send: %s", strerror(errno));
		}
		while (received < sent) {
			int count = percpu_receive(socket, batch->control, flags | PERCPU_RECEIVE_WAIT);

			CHECK(count > 0 && count <= sent - received, "%d datagrams of %d", count, sent - received);
			if (count <= 0)
				break;
			for (int i = 0; i < count; i++)
				check_packet(batch, (uint32_t)i, received++, sender);
		}
	}
	CHECK(percpu_receive(socket, batch->control, flags) == 0, "more datagrams than were sent");
	CHECK(percpu_socket_drops(socket) == 0, "drops: %ld", (long)percpu_socket_drops(socket));
	batch_close(batch);
}

static void should_receive_each_datagram(void)
{
	int v4 = open_udp(), v6 = udp(loopback6, 16, 0, PERCPU_UDP_FIRST), both = udp(any6, 16, 0, PERCPU_UDP_FIRST);
	int local, client = client_of(AF_INET, percpu_socket_port(v4));

	check_exact(v4, client, 0, 0);
	check_exact(v4, client, PERCPU_RECEIVE_SENDERS, 0x7f000001);
	check_exact(v4, client, 0, 0);
	close(client);
	if (v6 == -EAFNOSUPPORT || v6 == -EADDRNOTAVAIL) {
		printf("this host has no IPv6: not checked\n");
	} else {
		client = client_of(AF_INET6, percpu_socket_port(v6));
		check_exact(v6, client, PERCPU_RECEIVE_SENDERS, 1);
		close(client);
		client = client_of(AF_INET, percpu_socket_port(both));
		check_exact(both, client, PERCPU_RECEIVE_SENDERS, 0x7f000001);
		close(client);
		percpu_socket_close(v6);
		percpu_socket_close(both);
	}
	local = open_unix(path_of("exact"));
	CHECK(local >= 0, "percpu_unix_open: %d", local);
	client = client_of_path(path_of("exact"));
	check_exact(local, client, 0, 0);
	check_exact(local, client, PERCPU_RECEIVE_SENDERS, 0);
	close(client);
	percpu_socket_close(local);
	percpu_socket_close(v4);
}

/* Returns how many of the 3 sockets of a port have received from 8 senders. */
static int share_a_port(void)
{
	int sockets[3] = { open_udp() }, clients[SENDERS];
	int port = percpu_socket_port(sockets[0]);
	int owner[SENDERS], received[SENDERS] = { 0 }, used = 0;
	struct batch *batch = batch_open();

	for (int i = 1; i < 3; i++) {
		sockets[i] = udp(loopback, 4, port, PERCPU_UDP_NEXT);
		CHECK(sockets[i] >= 0, "socket %d of the port: %d", i, sockets[i]);
		CHECK(percpu_socket_port(sockets[i]) == port, "another port");
	}
	for (int i = 0; i < SENDERS; i++) {
		clients[i] = client_of(AF_INET, port);
		owner[i] = -1;
	}
	for (int round = 0; round < 100; round++) {
		for (char i = 0; i < SENDERS; i++)
			CHECK(send(clients[(int)i], &i, 1, 0) == 1, "send");
		for (int k = 0; k < 3; k++) {
			int count = percpu_receive(sockets[k], batch->control, 0);

			for (int p = 0; p < count; p++) {
				int sender = (uint8_t)batch->slots[(uint32_t)p * STRIDE];

				CHECK(owner[sender] == -1 || owner[sender] == k, "sender %d changes its socket",
				      sender);
				owner[sender] = k;
				received[sender]++;
			}
		}
	}
	for (int k = 0; k < 3; k++) {
		bool is_used = false;

		for (int i = 0; i < SENDERS; i++)
			is_used = is_used || owner[i] == k;
		used += is_used;
		percpu_socket_close(sockets[k]);
	}
	for (int i = 0; i < SENDERS; i++) {
		CHECK(received[i] == 100, "%d datagrams of sender %d", received[i], i);
		close(clients[i]);
	}
	batch_close(batch);
	return used;
}

/* 8 senders use all of 3 sockets in 88 of 100 runs. */
static void should_share_a_port(void)
{
	int used = 0;

	for (int run = 0; run < 20 && used < 3; run++)
		used = share_a_port();
	CHECK(used == 3, "in 20 runs, 8 senders used at most %d sockets of 3", used);
}

/* A socket of libc on all addresses or on 127.0.0.1. */
static int foreign_socket(bool any, bool reuse_port, int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)*port) };
	socklen_t length = sizeof(address);
	int foreign = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	address.sin_addr.s_addr = htonl(any ? INADDR_ANY : INADDR_LOOPBACK);
	if (reuse_port)
		setsockopt(foreign, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	if (bind(foreign, (struct sockaddr *)&address, sizeof(address))) {
		close(foreign);
		return -errno;
	}
	getsockname(foreign, (struct sockaddr *)&address, &length);
	*port = ntohs(address.sin_port);
	return foreign;
}

static void should_notice_a_socket_that_has_the_port(void)
{
	for (int kind = 0; kind < 4; kind++) {
		bool any = kind & 1, reuse_port = kind & 2;
		int port = 0, foreign = foreign_socket(any, reuse_port, &port), first;

		CHECK(udp(loopback, 4, port, PERCPU_UDP_FIRST) == -EADDRINUSE, "kind %d on 127.0.0.1", kind);
		CHECK(udp(any4, 4, port, PERCPU_UDP_FIRST) == -EADDRINUSE, "kind %d on all addresses", kind);
		if (!reuse_port)
			CHECK(udp(loopback, 4, port, PERCPU_UDP_NEXT) == -EADDRINUSE, "kind %d, shared", kind);
		close(foreign);
		first = udp(loopback, 4, port, PERCPU_UDP_FIRST);
		CHECK(first >= 0, "a port that is free again: %d", first);
		CHECK(udp(loopback, 4, port, PERCPU_UDP_FIRST) == -EADDRINUSE, "two first sockets");
		CHECK(foreign_socket(any, false, &port) == -EADDRINUSE, "a foreign socket takes the port");
		percpu_socket_close(first);
	}
}

static void should_count_drops(void)
{
	int first = percpu_udp_open(loopback, 4, 0, 0, 4096, PERCPU_UDP_FIRST);
	int client = client_of(AF_INET, percpu_socket_port(first));
	struct batch *batch = batch_open();
	long received = 0, sent = 0;

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < 1000; i++)
			sent += send(client, "12345678", 8, 0) == 8;
		for (int count; (count = percpu_receive(first, batch->control, 0)) > 0;)
			received += count;
	}
	CHECK(percpu_socket_drops(first) > 0, "nothing was dropped: %ld", (long)percpu_socket_drops(first));
	CHECK(sent == received + percpu_socket_drops(first), "%ld sent, %ld received, %ld dropped", sent, received,
	      (long)percpu_socket_drops(first));
	printf("%ld sent = %ld received + %ld dropped\n", sent, received, (long)percpu_socket_drops(first));
	close(client);
	percpu_socket_close(first);
	batch_close(batch);
}

static void should_return_the_granted_buffer(void)
{
	static const uint32_t sizes[] = { 1, 65536, BUFFER, 1u << 30 };
	int64_t granted[COUNT_OF(sizes)];
	FILE *file = fopen("/proc/sys/net/core/rmem_max", "r");
	long most = 0;

	if (!file || fscanf(file, "%ld", &most) != 1)
		die("/proc/sys/net/core/rmem_max");
	fclose(file);
	for (unsigned int i = 0; i < COUNT_OF(sizes); i++) {
		int first = percpu_udp_open(loopback, 4, 0, 0, sizes[i], PERCPU_UDP_FIRST);
		long expected = sizes[i] < most ? sizes[i] : most;

		granted[i] = percpu_socket_buffer(first);
		if (i > 0)
			CHECK(granted[i] == expected, "%u bytes: granted %ld", sizes[i], (long)granted[i]);
		percpu_socket_close(first);
	}
	CHECK(granted[0] > 0 && granted[0] < granted[1], "1 byte: granted %ld", (long)granted[0]);
}

static void leave_a_socket(void *path)
{
	struct sockaddr_un address = unix_address(path);
	int local = socket(AF_UNIX, SOCK_DGRAM, 0);

	CHECK(bind(local, (struct sockaddr *)&address, sizeof(address)) == 0, "bind: %s", strerror(errno));
}

static void should_remove_the_socket_of_an_ended_process(void)
{
	char path[100];
	int local, client;
	struct batch *batch = batch_open();

	snprintf(path, sizeof(path), "%s", path_of("left"));
	CHECK(in_child(leave_a_socket, path) == 0, "child");
	CHECK(access(path, F_OK) == 0, "no file was left");
	local = open_unix(path);
	CHECK(local >= 0, "a path that an ended process left: %d", local);
	client = client_of_path(path);
	CHECK(send(client, "x", 1, 0) == 1, "send: %s", strerror(errno));
	CHECK(percpu_receive(local, batch->control, 0) == 1, "receive");
	CHECK(open_unix(path) == -EADDRINUSE, "a path that is in use: %d", open_unix(path));
	CHECK(send(client, "x", 1, 0) == 1, "the socket in use was removed: %s", strerror(errno));
	CHECK(percpu_receive(local, batch->control, 0) == 1, "receive");
	close(client);
	percpu_socket_close(local);
	batch_close(batch);
}

static void should_keep_other_files(void)
{
	char file[100], link[100], stream[100], target[100];
	struct sockaddr_un address;
	struct stat status;
	int listener;

	snprintf(file, sizeof(file), "%s", path_of("file"));
	snprintf(link, sizeof(link), "%s", path_of("link"));
	snprintf(stream, sizeof(stream), "%s", path_of("stream"));
	snprintf(target, sizeof(target), "%s", path_of("target"));
	fclose(fopen(file, "w"));
	CHECK(open_unix(file) == -EADDRINUSE, "a regular file");
	CHECK(lstat(file, &status) == 0, "a regular file was removed");
	CHECK(in_child(leave_a_socket, target) == 0, "child");
	CHECK(symlink(target, link) == 0, "symlink");
	CHECK(open_unix(link) == -EADDRINUSE, "a link");
	CHECK(lstat(link, &status) == 0 && lstat(target, &status) == 0, "a link or its target was removed");
	CHECK(open_unix(directory) == -EADDRINUSE, "a folder: %d", open_unix(directory));
	address = unix_address(stream);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	CHECK(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(listener, 1) == 0, "listen");
	CHECK(open_unix(stream) == -EADDRINUSE, "the stream socket of a live process");
	CHECK(lstat(stream, &status) == 0, "the stream socket of a live process was removed");
	close(listener);
	CHECK(open_unix(path_of("none/socket")) == -ENOENT, "a folder that does not exist");
}

static void should_set_the_permissions(void)
{
	const char *path = path_of("mode");
	struct stat status = { 0 };
	mode_t before = umask(077);
	int local = percpu_unix_open(path, (uint32_t)strlen(path), 0722);

	CHECK(local >= 0 && stat(path, &status) == 0 && (status.st_mode & 0777) == 0722, "mode 0%o",
	      status.st_mode & 0777);
	percpu_socket_close(local);
	unlink(path);
	local = open_unix(path);
	CHECK(local >= 0 && stat(path, &status) == 0 && (status.st_mode & 0777) == 0700, "mode 0%o",
	      status.st_mode & 0777);
	percpu_socket_close(local);
	umask(before);
}

static int waiting; /* the socket of the waiting thread */
static bool is_waiting;

static void wait_for_datagrams(int number, void *argument)
{
	struct batch *batch = batch_open();

	(void)number;
	(void)argument;
	__atomic_store_n(&is_waiting, true, __ATOMIC_RELEASE);
	CHECK(percpu_receive(waiting, batch->control, PERCPU_RECEIVE_WAIT | PERCPU_RECEIVE_SENDERS) >= 0, "woken");
	/* All later calls return at once. */
	for (int i = 0; i < 10; i++)
		CHECK(percpu_receive(waiting, batch->control, PERCPU_RECEIVE_WAIT) >= 0, "after it was woken");
	batch_close(batch);
}

static void wake(int socket)
{
	struct crew crew;

	waiting = socket;
	is_waiting = false;
	CHECK(percpu_socket_limit_wait(socket, 0) == 0, "no limit");
	crew_start(&crew, 1, wait_for_datagrams, NULL);
	while (!__atomic_load_n(&is_waiting, __ATOMIC_ACQUIRE))
		usleep(100);
	CHECK(percpu_socket_wake(socket) == 0, "wake: %d", percpu_socket_wake(socket));
	crew_join(&crew);
	CHECK(percpu_socket_close(socket) == 0, "close");
}

static void should_end_a_wait(void)
{
	int v4 = open_udp();
	struct batch *batch = batch_open();
	int64_t start = now_nanos();

	CHECK(percpu_socket_limit_wait(v4, 1) == 0, "limit");
	CHECK(percpu_receive(v4, batch->control, PERCPU_RECEIVE_WAIT) == 0, "nothing was sent");
	CHECK(now_nanos() - start >= 900000, "waited %ld ns", (long)(now_nanos() - start));
	batch_close(batch);
	wake(v4);
	wake(open_unix(path_of("wake")));
}

static uint64_t state = 1;

/* Small numbers, powers of two and their neighbours, and random bits. */
static uint32_t garbage(void)
{
	uint64_t random = next_random(&state);
	uint32_t power = 1u << (random >> 59);

	switch (random % 5) {
	case 0:
		return (uint32_t)(random >> 8) % 20;
	case 1:
		return power;
	case 2:
		return power - 1;
	case 3:
		return -power;
	default:
		return (uint32_t)next_random(&state);
	}
}

static void should_reject_invalid_arguments(void)
{
	char path[200];
	struct batch *batch = batch_open();

	memset(path, 'x', sizeof(path));
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t length = i % 2 ? 4 : garbage(), port = i % 3 ? 0 : garbage(), buffer = garbage();
		uint32_t sharing = garbage() % 4, capacity = garbage(), slot = garbage(), stride = garbage();
		bool right = (length == 4 || length == 16) && port < 65536 && buffer > 0 && buffer <= 1u << 30 &&
			     sharing <= PERCPU_UDP_NEXT;
		int result = right ? 0 : percpu_udp_open(loopback6, length, garbage(), port, buffer, sharing);

		CHECK(right || result == -EINVAL, "length %u, port %u, buffer %u, sharing %u: %d", length, port, buffer,
		      sharing, result);
		length = garbage();
		if (length == 0 || length > 107)
			CHECK(percpu_unix_open(path, length, garbage() & 0777) == -EINVAL, "path of %u bytes", length);
		CHECK(percpu_unix_open("a\0b", 3, 0) == -EINVAL, "a path with 0");
		CHECK(percpu_unix_open(path, 5, 01000 + garbage() / 2) == -EINVAL, "mode");
		CHECK((percpu_batch_size(capacity) < 0) == (capacity == 0 || capacity > 256), "capacity %u", capacity);
		if (capacity == 0 || capacity > CAPACITY || slot == 0 || slot > 65536 || stride < slot ||
		    stride > 1u << 20) {
			result = capacity > CAPACITY && capacity <= 256 ?
					 -EINVAL :
					 percpu_batch_init(batch->control, batch->headers, batch->slots, capacity, slot,
							   stride);
			CHECK(result == -EINVAL, "batch of %u, %u, %u: %d", capacity, slot, stride, result);
		}
	}
	batch_close(batch);
}

static void should_return_the_errno_of_files_that_are_no_sockets(void)
{
	struct batch *batch = batch_open();
	int files[2], local = open_unix(path_of("port"));

	if (pipe(files))
		die("pipe");
	for (int i = 0; i < 1000; i++) {
		int number = i % 2 ? files[0] : -1 - (int)(garbage() >> 1);
		int expected = i % 2 ? -ENOTSOCK : -EBADF;

		CHECK(percpu_receive(number, batch->control, garbage()) == expected, "receive of %d", number);
		CHECK(percpu_socket_port(number) == expected, "port of %d", number);
		CHECK(percpu_socket_buffer(number) == expected, "buffer of %d", number);
		CHECK(percpu_socket_drops(number) == expected, "drops of %d", number);
		CHECK(percpu_socket_limit_wait(number, garbage()) == expected, "limit of %d", number);
		CHECK(percpu_socket_wake(number) == expected, "wake of %d", number);
	}
	CHECK(percpu_socket_close(-1) == -EBADF, "close of -1");
	CHECK(percpu_socket_port(local) == -EINVAL, "port of a Unix socket: %d", percpu_socket_port(local));
	CHECK(percpu_socket_drops(local) == 0, "drops of a Unix socket");
	percpu_socket_close(local);
	close(files[0]);
	close(files[1]);
	batch_close(batch);
}

static void receive_where_it_is_denied(void *argument)
{
	int error = *(int *)argument, v4 = open_udp(), local;
	struct batch *batch = batch_open();

	if (deny_call(SYS_recvmmsg, error) || deny_call(SYS_getsockopt, error))
		die("the seccomp filter was refused");
	CHECK(percpu_receive(v4, batch->control, PERCPU_RECEIVE_WAIT) == -error, "receive");
	CHECK(percpu_socket_drops(v4) == -error && percpu_socket_buffer(v4) == -error, "drops, buffer");
	if (deny_call(SYS_bind, error))
		die("the seccomp filter was refused");
	local = open_unix(path_of("denied"));
	CHECK(local == -error, "bind: %d", local);
	CHECK(udp(loopback, 4, 0, PERCPU_UDP_FIRST) == -error, "bind");
	if (deny_call(SYS_socket, error))
		die("the seccomp filter was refused");
	CHECK(udp(loopback, 4, 0, PERCPU_UDP_FIRST) == -error, "socket");
	batch_close(batch);
}

static void should_return_the_errno_of_a_sandbox(void)
{
	int errors[] = { EPERM, ENOSYS };

	for (unsigned int i = 0; i < COUNT_OF(errors); i++)
		CHECK(in_child(receive_where_it_is_denied, &errors[i]) == 0, "denied with %d", errors[i]);
}

/* A call that fails closes its socket. */
static void should_leave_no_file_open(int expected)
{
	int next = dup(0);

	CHECK(next == expected, "the next file has the number %d, not %d", next, expected);
	close(next);
}

int main(void)
{
	char command[200];
	int next = dup(0);

	close(next);
	if (!mkdtemp(directory))
		die("mkdtemp");
	should_receive_each_datagram();
	should_share_a_port();
	should_notice_a_socket_that_has_the_port();
	should_count_drops();
	should_return_the_granted_buffer();
	should_remove_the_socket_of_an_ended_process();
	should_keep_other_files();
	should_set_the_permissions();
	should_end_a_wait();
	should_reject_invalid_arguments();
	should_return_the_errno_of_files_that_are_no_sockets();
	should_return_the_errno_of_a_sandbox();
	should_leave_no_file_open(next);
	snprintf(command, sizeof(command), "rm -r %s", directory);
	CHECK(system(command) == 0, "%s", command);
	return finish();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receive.c - datagram sockets, and the receive call for many datagrams.
 *
 * Numbers and structs of the kernel's ABI are written out, because the library
 * includes no header of a libc. They are the same on x86-64 and arm64.
 */
#include "layout.h"
#include "percpu.h"
#include "rseq_abi.h"
#include "syscall.h"

#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define SOCK_DGRAM_CLOEXEC (2 | 02000000)

#define SOL_SOCKET 1
#define SO_RCVBUF 8
#define SO_REUSEPORT 15
#define SO_RCVTIMEO 20
#define SO_MEMINFO 55
#define SK_MEMINFO_DROPS 8
#define SK_MEMINFO_VARS 9
#define IPPROTO_IPV6 41
#define IPV6_V6ONLY 26
#define SHUT_RD 0

#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_WAITFORONE 0x10000

#define AT_FDCWD (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define STAT_BYTES 144
#define S_IFMT 0170000
#define S_IFSOCK 0140000

#define MAX_BUFFER (1u << 30)
#define MAX_PORT 65535u
#define MAX_PATH 107u
#define MAX_SLOT (1u << 16)
#define MAX_STRIDE (1u << 20)
#define MAX_MODE 0777u

/* struct sockaddr_in and sockaddr_in6. Numbers are in network order, except family and scope. */
struct inet_address {
	uint16_t family;
	uint16_t port;
	union {
		uint8_t v4[4];
		struct {
			uint32_t flow;
			uint8_t bytes[16];
			uint32_t scope;
		} v6;
	};
};

#define INET_BYTES 16u
#define INET6_BYTES 28u

_Static_assert(sizeof(struct inet_address) == INET6_BYTES, "struct sockaddr_in6");

struct unix_address {
	uint16_t family;
	char path[MAX_PATH + 1];
};

struct iovec {
	void *base;
	uint64_t length;
};

/* struct mmsghdr */
struct message {
	struct inet_address *name;
	uint32_t name_length;
	uint32_t unused;
	struct iovec *parts;
	uint64_t parts_count;
	void *control;
	uint64_t control_length;
	uint32_t flags;
	uint32_t unused2;
	uint32_t length;
	uint32_t unused3;
};

_Static_assert(sizeof(struct message) == 64, "struct mmsghdr");

/* One datagram of a batch. The messages are an array of their own, as recvmmsg(2) has it. */
struct part {
	struct iovec slot;
	struct inet_address name;
	uint32_t unused;
};

struct percpu_batch {
	struct percpu_packet *headers;
	struct part *parts;
	uint32_t capacity;
	uint32_t senders; /* whether the messages have names */
	struct message messages[];
};

struct timeval64 {
	int64_t seconds;
	int64_t micros;
};

static long syscall3(long nr, long a, long b, long c)
{
	return syscall4(nr, a, b, c, 0);
}

static uint16_t network_order(uint32_t number)
{
	return (uint16_t)((number << 8 & 0xff00) | (number >> 8 & 0xff));
}

static int set_option(int socket, int level, int option, const void *value, uint32_t length)
{
	return (int)syscall6(NR_setsockopt, socket, level, option, (long)value, length, 0);
}

static int set_flag(int socket, int level, int option, int value)
{
	return set_option(socket, level, option, &value, sizeof(value));
}

static int close_socket(int socket)
{
	return (int)syscall3(NR_close, socket, 0, 0);
}

static int close_after(int socket, int error)
{
	(void)close_socket(socket);
	return error;
}

/* ---- UDP --------------------------------------------------------------- */

static int bind_udp(int socket, const struct inet_address *local, uint32_t bytes, uint32_t buffer, uint32_t sharing)
{
	int error = set_flag(socket, SOL_SOCKET, SO_RCVBUF, (int)buffer);

	if (!error && local->family == AF_INET6)
		error = set_flag(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	if (!error && sharing == PERCPU_UDP_NEXT)
		error = set_flag(socket, SOL_SOCKET, SO_REUSEPORT, 1);
	if (!error)
		error = (int)syscall3(NR_bind, socket, (long)local, bytes);
	/* Sockets that are bound later may share the port. */
	if (!error && sharing == PERCPU_UDP_FIRST)
		error = set_flag(socket, SOL_SOCKET, SO_REUSEPORT, 1);
	return error;
}

int percpu_udp_open(const void *address, uint32_t length, uint32_t scope, uint32_t port, uint32_t buffer,
		    uint32_t sharing)
{
	struct inet_address local = { .port = network_order(port) };
	int socket;
	int error;

	if ((length != sizeof(local.v4) && length != sizeof(local.v6.bytes)) || port > MAX_PORT || buffer == 0 ||
	    buffer > MAX_BUFFER || sharing > PERCPU_UDP_NEXT)
		return NEG_EINVAL;
	if (length == sizeof(local.v4)) {
		local.family = AF_INET;
		__builtin_memcpy(local.v4, address, sizeof(local.v4));
	} else {
		local.family = AF_INET6;
		local.v6.scope = scope;
		__builtin_memcpy(local.v6.bytes, address, sizeof(local.v6.bytes));
	}
	socket = (int)syscall3(NR_socket, local.family, SOCK_DGRAM_CLOEXEC, 0);
	if (socket < 0)
		return socket;
	error = bind_udp(socket, &local, local.family == AF_INET ? INET_BYTES : INET6_BYTES, buffer, sharing);
	return error ? close_after(socket, error) : socket;
}

/* ---- Unix sockets ------------------------------------------------------ */

/* Whether the path is a socket, not a link to one. */
static bool is_socket_file(const char *path)
{
	char stat[STAT_BYTES];
	uint32_t mode;

	if (syscall4(NR_newfstatat, AT_FDCWD, (long)path, (long)stat, AT_SYMLINK_NOFOLLOW))
		return false;
	__builtin_memcpy(&mode, stat + STAT_MODE, sizeof(mode));
	return (mode & S_IFMT) == S_IFSOCK;
}

/* Removes a socket file that no process has. Returns 0, or -errno. */
static int remove_stale(const struct unix_address *local, uint32_t bytes)
{
	int socket;
	int error;

	/* connect(2) is refused for a file that is no socket, too. */
	if (!is_socket_file(local->path))
		return NEG_EADDRINUSE;
	socket = (int)syscall3(NR_socket, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
	if (socket < 0)
		return socket;
	error = (int)syscall3(NR_connect, socket, (long)local, bytes);
	(void)close_socket(socket);
	if (error != NEG_ECONNREFUSED)
		return NEG_EADDRINUSE;
	return (int)syscall3(NR_unlinkat, AT_FDCWD, (long)local->path, 0);
}

static int bind_unix(int socket, const struct unix_address *local, uint32_t bytes, uint32_t mode)
{
	int error = (int)syscall3(NR_bind, socket, (long)local, bytes);

	if (error == NEG_EADDRINUSE) {
		error = remove_stale(local, bytes);
		if (!error)
			error = (int)syscall3(NR_bind, socket, (long)local, bytes);
	}
	if (error || mode == 0)
		return error;
	error = (int)syscall3(NR_fchmodat, AT_FDCWD, (long)local->path, mode);
	if (error)
		(void)syscall3(NR_unlinkat, AT_FDCWD, (long)local->path, 0);
	return error;
}

int percpu_unix_open(const char *path, uint32_t length, uint32_t mode)
{
	struct unix_address local = { .family = AF_UNIX };
	uint32_t bytes = (uint32_t)offsetof(struct unix_address, path) + length + 1;
	int socket;
	int error;

	if (length == 0 || length > MAX_PATH || mode > MAX_MODE)
		return NEG_EINVAL;
	for (uint32_t i = 0; i < length; i++) {
		if (!path[i])
			return NEG_EINVAL;
		local.path[i] = path[i];
	}
	socket = (int)syscall3(NR_socket, AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
	if (socket < 0)
		return socket;
	error = bind_unix(socket, &local, bytes, mode);
	return error ? close_after(socket, error) : socket;
}

/* ---- both -------------------------------------------------------------- */

int percpu_socket_port(int socket)
{
	struct inet_address local = { .family = 0 };
	uint32_t length = sizeof(local);
	int error = (int)syscall3(NR_getsockname, socket, (long)&local, (long)&length);

	if (error)
		return error;
	return local.family == AF_INET || local.family == AF_INET6 ? network_order(local.port) : NEG_EINVAL;
}

int64_t percpu_socket_buffer(int socket)
{
	int bytes = 0;
	uint32_t length = sizeof(bytes);
	long error = syscall6(NR_getsockopt, socket, SOL_SOCKET, SO_RCVBUF, (long)&bytes, (long)&length, 0);

	return error ? error : bytes / 2;
}

int64_t percpu_socket_drops(int socket)
{
	uint32_t values[SK_MEMINFO_VARS] = { 0 };
	uint32_t length = sizeof(values);
	long error = syscall6(NR_getsockopt, socket, SOL_SOCKET, SO_MEMINFO, (long)values, (long)&length, 0);

	if (error)
		return error;
	return length == sizeof(values) ? (int64_t)values[SK_MEMINFO_DROPS] : NEG_ENOPROTOOPT;
}

int percpu_socket_limit_wait(int socket, uint32_t millis)
{
	const struct timeval64 limit = { millis / 1000, (int64_t)(millis % 1000) * 1000 };

	return set_option(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

/* A UDP socket that is not connected is woken, too, although the call then fails. */
int percpu_socket_wake(int socket)
{
	int error = (int)syscall3(NR_shutdown, socket, SHUT_RD, 0);

	return error == NEG_ENOTCONN ? 0 : error;
}

int percpu_socket_close(int socket)
{
	return close_socket(socket);
}

/* ---- the batch --------------------------------------------------------- */

int64_t percpu_batch_size(uint32_t capacity)
{
	if (capacity == 0 || capacity > PERCPU_BATCH_MAX)
		return NEG_EINVAL;
	return (int64_t)(sizeof(struct percpu_batch) + capacity * (sizeof(struct message) + sizeof(struct part)));
}

int percpu_batch_init(struct percpu_batch *batch, void *headers, void *slots, uint32_t capacity, uint32_t slot,
		      uint32_t stride)
{
	if (capacity == 0 || capacity > PERCPU_BATCH_MAX || slot == 0 || slot > MAX_SLOT || stride < slot ||
	    stride > MAX_STRIDE)
		return NEG_EINVAL;
	batch->headers = headers;
	batch->parts = (struct part *)&batch->messages[capacity];
	batch->capacity = capacity;
	batch->senders = 0;
	for (uint32_t i = 0; i < capacity; i++) {
		struct part *part = &batch->parts[i];

		part->slot = (struct iovec){ (char *)slots + (uint64_t)i * stride, slot };
		batch->messages[i] = (struct message){ .parts = &part->slot, .parts_count = 1 };
	}
	return 0;
}

/* With a name, the kernel stores the sender's address there. */
static void name_messages(struct percpu_batch *batch, uint32_t senders)
{
	for (uint32_t i = 0; i < batch->capacity; i++) {
		batch->messages[i].name = senders ? &batch->parts[i].name : NULL;
		batch->messages[i].name_length = senders ? sizeof(struct inet_address) : 0;
	}
	batch->senders = senders;
}

/* Bytes in network order, as a number. */
static uint64_t number_of(const uint8_t *bytes, int count)
{
	uint64_t number = 0;

	for (int i = 0; i < count; i++)
		number = number << 8 | bytes[i];
	return number;
}

static uint64_t sender_of(const struct inet_address *name)
{
	uint64_t high;
	uint64_t low;

	if (name->family == AF_INET)
		return number_of(name->v4, sizeof(name->v4));
	if (name->family != AF_INET6)
		return 0;
	high = number_of(name->v6.bytes, 8);
	low = number_of(name->v6.bytes + 8, 8);
	if (high)
		return high;
	return low >> 32 == 0xffff ? low & UINT32_MAX : low;
}

int percpu_receive(int socket, struct percpu_batch *batch, uint32_t flags)
{
	uint32_t senders = flags & PERCPU_RECEIVE_SENDERS;
	long wait = flags & PERCPU_RECEIVE_WAIT ? MSG_WAITFORONE : MSG_DONTWAIT;
	long count;

	if (batch->senders != senders)
		name_messages(batch, senders);
	count = syscall6(NR_recvmmsg, socket, (long)batch->messages, batch->capacity, wait, 0, 0);
	if (count == NEG_EAGAIN || count == NEG_EINTR)
		return 0;
	for (long i = 0; i < count; i++) {
		struct message *message = &batch->messages[i];
		struct percpu_packet *header = &batch->headers[i];

		header->length = message->length;
		header->flags = message->flags & MSG_TRUNC ? PERCPU_PACKET_TRUNCATED : 0;
		header->sender = 0;
		if (senders) {
			header->sender = message->name_length ? sender_of(message->name) : 0;
			message->name_length = sizeof(struct inet_address);
		}
	}
	return (int)count;
}

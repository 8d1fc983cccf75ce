/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statsd_sender.c - sends timers in StatsD's format, at a fixed rate or as fast as it can.
 *
 *	statsd_sender [OPTION...] ADDRESS
 *
 * ADDRESS is a port of 127.0.0.1, or the path of a Unix datagram socket.
 *
 *	--samples N   lines of a packet (10)
 *	--series N    series, each with one of 50 names (1000)
 *	--style S     dogstatsd: tags after the value; dotted: tags are parts of the name, for receivers that know
 *	              no tags (dogstatsd)
 *	--packets N   packets to send (100000)
 *	--rate N      packets per second, 0 for as fast as possible (0)
 *	--burst N     packets of one sendmmsg call (16)
 *	--sockets N   sockets, each a sender of its own, that take turns (1)
 *	--cpu N       the CPU to run on
 *	--print       print the packets of one round, and send nothing
 *
 * All packets are made before the first one is sent, so the sender costs a system call for a burst and nothing else.
 * They are the same in each run: rounds of all series, each round in another order, with values of 125 us to 8 s.
 * The last line of the output says what was sent.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "datagrams.h"

#define MAX_PACKET_BYTES 8192
#define MAX_BURST 1024
#define MAX_SOCKETS 64
#define MAX_SERIES 1000000
/* Samples of a round of packets, at least. */
#define MIN_SAMPLES 40000
#define NANOS_PER_SECOND UINT64_C(1000000000)

struct options {
	struct address to;
	uint64_t samples, series, packets, rate, burst, sockets;
	bool dotted, print;
};

/* The packets of one round. */
struct content {
	struct mmsghdr *messages;
	uint64_t packets;
};

static uint64_t state = 1;

/* Linear congruential generator of Knuth's MMIX, as in dev.percpu.bench.Amounts. */
static uint32_t next_random(uint32_t bound)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((state >> 33) % bound);
}

static void *allocate(size_t count, size_t bytes)
{
	void *memory = calloc(count, bytes);

	if (!memory)
		fail("calloc");
	return memory;
}

static void write_value(char *out, size_t size)
{
	uint32_t micros = ((1000 + next_random(1000)) << next_random(13)) / 8;

	if (micros >= 1000000)
		(void)snprintf(out, size, "%u", micros / 1000);
	else if (micros >= 10000)
		(void)snprintf(out, size, "%u.%u", micros / 1000, micros / 100 % 10);
	else
		(void)snprintf(out, size, "%u.%03u", micros / 1000, micros % 1000);
}

static int write_line(char *out, size_t size, uint64_t series, bool dotted)
{
	static const char *const services[] = { "cart",	   "catalog", "checkout",	"search",   "payment",
						"account", "invoice", "recommendation", "shipping", "session" };
	static const char *const operations[] = { "http.request.duration", "db.query.duration", "cache.get.duration",
						  "queue.publish.duration", "template.render.duration" };
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE" };
	static const char *const statuses[] = { "200", "201", "302", "404", "500" };
	static const char *const routes[] = { "orders", "items", "customers", "prices", "reviews" };
	const char *service = services[series % 10];
	const char *operation = operations[series / 10 % 5];
	uint64_t tags = series / 50;
	const char *method = methods[tags % 4];
	const char *route = routes[tags / 4 % 5];
	const char *status = statuses[tags / 20 % 5];
	uint64_t version = 1 + tags / 100;
	char value[16];
	int length;

	write_value(value, sizeof(value));
	if (dotted)
		length = snprintf(out, size, "%s.%s.prod.%s.api-v%" PRIu64 "-%s.%s:%s|ms\n", service, operation, method,
				  version, route, status, value);
	else
		length = snprintf(out, size, "%s.%s:%s|ms|#env:prod,method:%s,route:/api/v%" PRIu64 "/%s,status:%s\n",
				  service, operation, value, method, version, route, status);
	if (length < 0 || (size_t)length >= size) {
		(void)fprintf(stderr, "a packet must have at most %d bytes: use fewer samples\n", MAX_PACKET_BYTES);
		exit(1);
	}
	return length;
}

static void shuffle(uint32_t *series, uint32_t count)
{
	for (uint32_t i = count - 1; i > 0; i--) {
		uint32_t other = next_random(i + 1);
		uint32_t swapped = series[i];

		series[i] = series[other];
		series[other] = swapped;
	}
}

static struct content content_of(const struct options *options)
{
	uint32_t *order = allocate(options->series, sizeof(*order));
	/* As many as samples * series, or more: then each series is as often in a round as each other one. */
	uint64_t rounds = options->samples * ((MIN_SAMPLES + options->samples * options->series - 1) /
					      (options->samples * options->series));
	struct content content = { .packets = rounds * options->series / options->samples };
	struct iovec *parts = allocate(content.packets, sizeof(*parts));
	uint64_t sample = 0;

	content.messages = allocate(content.packets, sizeof(*content.messages));
	for (uint32_t i = 0; i < options->series; i++)
		order[i] = i;
	for (uint64_t packet = 0; packet < content.packets; packet++) {
		char text[MAX_PACKET_BYTES];
		size_t length = 0;

		for (uint64_t i = 0; i < options->samples; i++) {
			if (sample % options->series == 0)
				shuffle(order, (uint32_t)options->series);
			length += (size_t)write_line(text + length, sizeof(text) - length,
						     order[sample % options->series], options->dotted);
			sample++;
		}
		/* No client ends its last line. */
		length--;
		parts[packet].iov_base = allocate(1, length);
		parts[packet].iov_len = length;
		memcpy(parts[packet].iov_base, text, length);
		content.messages[packet].msg_hdr.msg_iov = &parts[packet];
		content.messages[packet].msg_hdr.msg_iovlen = 1;
	}
	free(order);
	return content;
}

static int connected_to(const struct address *to)
{
	int connection = socket(to->storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (connection < 0)
		fail("socket");
	if (connect(connection, (const struct sockaddr *)&to->storage, to->length))
		fail("connect");
	return connection;
}

/* Sends a burst as a whole. */
static void send_burst(int connection, struct mmsghdr *messages, uint64_t count)
{
	uint64_t sent = 0;

	while (sent < count) {
		int more = sendmmsg(connection, messages + sent, (unsigned int)(count - sent), 0);

		if (more > 0)
			sent += (uint64_t)more;
		else if (errno != EINTR)
			fail("sendmmsg");
	}
}

static void send_all(const struct options *options, const struct content *content)
{
	int connections[MAX_SOCKETS];
	uint64_t bytes = 0, sent = 0, next = 0, turn = 0;
	uint64_t start, nanos, cpu;

	for (uint64_t i = 0; i < options->sockets; i++)
		connections[i] = connected_to(&options->to);
	cpu = clock_nanos(CLOCK_PROCESS_CPUTIME_ID);
	start = clock_nanos(CLOCK_MONOTONIC);
	while (sent < options->packets) {
		uint64_t count = options->burst;

		if (count > options->packets - sent)
			count = options->packets - sent;
		if (count > content->packets - next)
			count = content->packets - next;
		if (options->rate)
			sleep_until(start + (uint64_t)((double)sent / (double)options->rate * NANOS_PER_SECOND));
		send_burst(connections[turn++ % options->sockets], content->messages + next, count);
		for (uint64_t i = 0; i < count; i++)
			bytes += content->messages[next + i].msg_len;
		sent += count;
		next += count;
		if (next == content->packets)
			next = 0;
	}
	nanos = clock_nanos(CLOCK_MONOTONIC) - start;
	cpu = clock_nanos(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("{\"packets\":%" PRIu64 ",\"samples\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"nanos\":%" PRIu64
	       ",\"cpuNanos\":%" PRIu64 "}\n",
	       sent, sent * options->samples, bytes, nanos, cpu);
}

static void print_all(const struct content *content)
{
	for (uint64_t packet = 0; packet < content->packets; packet++) {
		const struct iovec *part = content->messages[packet].msg_hdr.msg_iov;

		printf("%.*s\n\n", (int)part->iov_len, (const char *)part->iov_base);
	}
}

static struct options options_of(int argc, char **argv)
{
	static const struct option names[] = {
		{ "samples", required_argument, NULL, 's' }, { "series", required_argument, NULL, 'n' },
		{ "style", required_argument, NULL, 't' },   { "packets", required_argument, NULL, 'p' },
		{ "rate", required_argument, NULL, 'r' },    { "burst", required_argument, NULL, 'b' },
		{ "sockets", required_argument, NULL, 'k' }, { "cpu", required_argument, NULL, 'c' },
		{ "print", no_argument, NULL, 'o' },	     { NULL, 0, NULL, 0 },
	};
	struct options options = { .samples = 10, .series = 1000, .packets = 100000, .burst = 16, .sockets = 1 };
	int name;

	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (name) {
		case 's':
			options.samples = number_of("samples", optarg, 1, 1000);
			break;
		case 'n':
			options.series = number_of("series", optarg, 1, MAX_SERIES);
			break;
		case 't':
			options.dotted = !strcmp(optarg, "dotted");
			break;
		case 'p':
			options.packets = number_of("packets", optarg, 1, INT64_MAX);
			break;
		case 'r':
			options.rate = number_of("rate", optarg, 0, NANOS_PER_SECOND);
			break;
		case 'b':
			options.burst = number_of("burst", optarg, 1, MAX_BURST);
			break;
		case 'k':
			options.sockets = number_of("sockets", optarg, 1, MAX_SOCKETS);
			break;
		case 'c':
			run_on(number_of("cpu", optarg, 0, 1023));
			break;
		case 'o':
			options.print = true;
			break;
		default:
			exit(1);
		}
	}
	if (!options.print) {
		if (optind != argc - 1) {
			(void)fputs("usage: statsd_sender [OPTION...] ADDRESS\n", stderr);
			exit(1);
		}
		options.to = address_of(argv[optind]);
	}
	return options;
}

int main(int argc, char **argv)
{
	struct options options = options_of(argc, argv);
	struct content content;

	sleep_exactly();
	content = content_of(&options);
	if (options.print)
		print_all(&content);
	else
		send_all(&options, &content);
	return 0;
}

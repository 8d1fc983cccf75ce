/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init.c - the first process of a virtual machine: runs each line of /cells,
 * a name and a command of words separated by blanks, prints what it prints
 * after the name, and switches the machine off. Words NAME=VALUE before the
 * program are its environment. Linked statically.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORDS 32
#define CELL_SECONDS 60

static void run(char *line)
{
	char *words[MAX_WORDS];
	char *rest = NULL;
	int count = 0;
	int first = 1;
	int status = 0;
	pid_t child;

	for (char *word = strtok_r(line, " \n", &rest); word && count < MAX_WORDS - 1; word = strtok_r(NULL, " \n", &rest))
		words[count++] = word;
	words[count] = NULL;
	if (count < 2)
		return;
	printf("CELL %s ", words[0]);
	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		for (; words[first] && strchr(words[first], '='); first++)
			(void)putenv(words[first]);
		(void)alarm(CELL_SECONDS);
		(void)execv(words[first], words + first);
		printf("no program %s\n", words[first]);
		(void)fflush(stdout);
		_exit(127);
	}
	(void)waitpid(child, &status, 0);
	printf("END %s status=%d\n", words[0], status);
	(void)fflush(stdout);
}

int main(void)
{
	char line[1024];
	FILE *cells;

	(void)mount("proc", "/proc", "proc", 0, NULL);
	(void)mount("sysfs", "/sys", "sysfs", 0, NULL);
	cells = fopen("/cells", "re");
	while (cells && fgets(line, sizeof(line), cells))
		run(line);
	printf("MATRIX END\n");
	(void)fflush(stdout);
	sync();
	(void)reboot(RB_POWER_OFF);
	return 1;
}

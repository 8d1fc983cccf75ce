/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init.c - the first process of a virtual machine: runs each line of /cells,
 * then powers the machine off. Linked statically.
 *
 * A line has words separated by blanks: a name, the folder that becomes the
 * root of the program, NAME=VALUE words for its environment, the program and
 * its arguments. Its output is between "CELL name" and "END name".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define MAX_WORDS 32
#define CELL_SECONDS 60

static void mount_in(const char *root) {
  if (chdir(root) != 0)
    printf("no root %s\n", root);
  (void)mount("proc", "proc", "proc", 0, NULL);
  (void)mount("sysfs", "sys", "sysfs", 0, NULL);
}

static void become(char **words) {
  int program = 0;

  mount_in(words[0]);
  if (chroot(".") != 0)
    _exit(126);
  while (words[++program] && strchr(words[program], '='))
    (void)putenv(words[program]);
  (void)alarm(CELL_SECONDS);
  if (words[program])
    (void)execv(words[program], words + program);
  printf("no program %s\n", words[program]);
  (void)fflush(stdout);
  _exit(127);
}

static void run(char *line) {
  char *words[MAX_WORDS];
  char *rest = NULL;
  int count = 0;
  int status = 0;
  pid_t child;

  for (char *word = strtok_r(line, " \n", &rest); word && count < MAX_WORDS - 1;
       word = strtok_r(NULL, " \n", &rest))
    words[count++] = word;
  words[count] = NULL;
  if (count < 3)
    return;
  printf("CELL %s ", words[0]);
  (void)fflush(stdout);
  child = fork();
  if (child == 0)
    become(words + 1);
  (void)waitpid(child, &status, 0);
  printf("END %s status=%d\n", words[0], status);
  (void)fflush(stdout);
}

int main(void) {
  char line[1024];
  FILE *cells;

  cells = fopen("/cells", "re");
  while (cells && fgets(line, sizeof(line), cells))
    run(line);
  printf("MATRIX END\n");
  (void)fflush(stdout);
  sync();
  (void)reboot(RB_POWER_OFF);
  return 1;
}

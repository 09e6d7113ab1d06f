/* SPDX-License-Identifier: BSD-3-Clause
   A poor disk, preloaded (LD_PRELOAD) into a program that writes regular files.
   Full: of its calls of write and fflush, number MIXCON_FULL_DISK_AT writes half of its bytes where it can; after that
   nothing is written.
   Slow: with MIXCON_SLOW_DISK each write takes so many microseconds, and at most 4096 bytes. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long calls;

static int is_file(int descriptor) {
  struct stat about;
  return fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
}

/* Calls that are still to succeed: 0 for the one at which the disk is full, less afterwards. */
static long room(void) {
  const char* at = getenv("MIXCON_FULL_DISK_AT");
  return at == NULL ? 1 : atol(at) - atomic_fetch_add(&calls, 1) - 1;
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  ssize_t (*real)(int, const void*, size_t) = (ssize_t(*)(int, const void*, size_t))dlsym(RTLD_NEXT, "write");
  if (!is_file(descriptor)) return real(descriptor, bytes, count);
  const char* slow = getenv("MIXCON_SLOW_DISK");
  if (slow != NULL) {
    usleep((useconds_t)atol(slow));
    if (count > 4096) count = 4096;
  }
  const long left = room();
  if (left > 0) return real(descriptor, bytes, count);
  if (left == 0 && count > 1) return real(descriptor, bytes, count / 2);
  errno = ENOSPC;
  return -1;
}

int fflush(FILE* file) {
  int (*real)(FILE*) = (int (*)(FILE*))dlsym(RTLD_NEXT, "fflush");
  if (file == NULL || !is_file(fileno(file)) || room() > 0) return real(file);
  __fpurge(file);
  errno = ENOSPC;
  return EOF;
}

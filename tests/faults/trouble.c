/* Loaded before the daemon and its server (LD_PRELOAD), makes trouble as the file says that $TROUBLE names, at once whenever it changes:
   four 64-bit numbers, the daemon's clock and the server's (milliseconds off the real one), the time that a server's fsync(2) takes
   longer (milliseconds), and the error (errno) with which it fails instead. Clocks that only count on are left alone. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct trouble { int64_t daemon_clock, server_clock, fsync_takes, fsync_fails; };
static const struct trouble none, *now = &none;
static int is_server;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("TROUBLE");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  is_server = strncmp(program_invocation_short_name, "valkey", 6) == 0;
  if (file < 0) return;
  void *found = mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
  if (found != MAP_FAILED) now = found;
  close(file);
}

static int64_t off(void) { return is_server ? now->server_clock : now->daemon_clock; }

int clock_gettime(clockid_t clock, struct timespec *at) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, at);
  if (result != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return result;
  int64_t nanoseconds = at->tv_nsec + off() % 1000 * 1000000;
  at->tv_sec += off() / 1000 + (nanoseconds >= 1000000000) - (nanoseconds < 0);
  at->tv_nsec = (nanoseconds + 1000000000) % 1000000000;
  return result;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec precise;
  (void)zone;
  int result = clock_gettime(CLOCK_REALTIME, &precise);
  at->tv_sec = precise.tv_sec;
  at->tv_usec = precise.tv_nsec / 1000;
  return result;
}

time_t time(time_t *at) {
  struct timespec precise;
  clock_gettime(CLOCK_REALTIME, &precise);
  if (at) *at = precise.tv_sec;
  return precise.tv_sec;
}

static int synced(const char *name, int fd) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  if (is_server && now->fsync_takes > 0) usleep(now->fsync_takes * 1000);
  if (is_server && now->fsync_fails) {
    errno = now->fsync_fails;
    return -1;
  }
  return real(fd);
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

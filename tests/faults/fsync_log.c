/* Loaded before a program (LD_PRELOAD), writes down what a power cut would leave of its files: at each fsync(2) and fdatasync(2)
   the size that the file has on the disk from then on, one line "<size> <inode> <path>" in the file that $FSYNC_LOG names. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int synced(const char *name, int fd) {
  struct stat before;
  int known = fstat(fd, &before) == 0 && S_ISREG(before.st_mode);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  int result = real(fd);
  const char *log = getenv("FSYNC_LOG");
  if (result != 0 || !known || !log) return result;
  char link[64], path[4096], line[4200];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return result;
  path[length] = 0;
  int size = snprintf(line, sizeof line, "%lld %llu %s\n", (long long)before.st_size, (unsigned long long)before.st_ino, path);
  int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out >= 0) {
    if (write(out, line, size) != size) abort();
    close(out);
  }
  return result;
}

int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }

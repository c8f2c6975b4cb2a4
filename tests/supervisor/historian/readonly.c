/* A file system that becomes read-only while files on it are open, as ext4 does after an error of its disk: a program
   may not do that to one it writes on. While the file $READONLY_WHEN is there, nothing below $READONLY is written. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static int below(const char *path) {
    const char *folder = getenv("READONLY"), *when = getenv("READONLY_WHEN");
    return folder && when && strncmp(path, folder, strlen(folder)) == 0 && access(when, F_OK) == 0;
}

static int refused(int fd) {
    char link[64], path[4096];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (n < 0) return 0;
    path[n] = 0;
    if (!below(path)) { errno = saved; return 0; }
    errno = EROFS;
    return 1;
}

ssize_t write(int fd, const void *data, size_t n) {
    ssize_t (*next)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    return refused(fd) ? -1 : next(fd, data, n);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
    ssize_t (*next)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return refused(fd) ? -1 : next(fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    ssize_t (*next)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return refused(fd) ? -1 : next(fd, data, n, at);
}

int ftruncate(int fd, off_t n) {
    int (*next)(int, off_t) = dlsym(RTLD_NEXT, "ftruncate");
    return refused(fd) ? -1 : next(fd, n);
}

int ftruncate64(int fd, off64_t n) {
    int (*next)(int, off64_t) = dlsym(RTLD_NEXT, "ftruncate64");
    return refused(fd) ? -1 : next(fd, n);
}

#define OPEN(name)                                                                     \
    int name(const char *path, int flags, ...) {                                      \
        int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, #name);                             \
        va_list rest;                                                                 \
        va_start(rest, flags);                                                        \
        mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                     \
        va_end(rest);                                                                 \
        if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && below(path)) {                 \
            errno = EROFS;                                                            \
            return -1;                                                                \
        }                                                                             \
        return next(path, flags, mode);                                               \
    }

OPEN(open)
OPEN(open64)

int unlink(const char *path) {
    int (*next)(const char *) = dlsym(RTLD_NEXT, "unlink");
    if (below(path)) { errno = EROFS; return -1; }
    return next(path);
}

int rename(const char *path, const char *other) {
    int (*next)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
    if (below(path)) { errno = EROFS; return -1; }
    return next(path, other);
}

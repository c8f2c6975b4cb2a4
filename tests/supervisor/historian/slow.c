/* A slow disk: every flush to it takes DISK_MS milliseconds longer. Preloaded into a recorder. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int later(const char *name, int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *delay = getenv("DISK_MS");
    usleep(1000 * (delay ? atoi(delay) : 0));
    return real(descriptor);
}

int fsync(int descriptor) { return later("fsync", descriptor); }
int fdatasync(int descriptor) { return later("fdatasync", descriptor); }

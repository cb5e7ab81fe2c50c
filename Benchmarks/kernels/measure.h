// What the benchmarks on one thread share: its clock, its memory, and a probe of the machine at that moment.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

// The thread's own time, so that a busy neighbour process costs less.
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// Memory on huge pages, as the engine's, filled with one byte so that it is there.
static void *room(size_t bytes, int fill) {
    size_t size = (bytes + (1 << 21)) >> 21 << 21;
    void *p = aligned_alloc(1 << 21, size);
    if (!p) return perror("memory"), exit(1), NULL;
#ifdef MADV_HUGEPAGE
    madvise(p, size, MADV_HUGEPAGE);
#endif
    return memset(p, fill, bytes);
}

enum { PROBE_BYTES = 256 << 20 };
// Best of a few sequential reads.
static double read_gbs(const char *p) {
    typedef long long lanes __attribute__((vector_size(64)));
    double best = 1e9;
    static volatile long long sink;
    for (int r = 0; r < 4; r++) {
        double start = now();
        lanes sum[4] = {0};
        for (size_t i = 0; i < PROBE_BYTES; i += 256)
            for (int j = 0; j < 4; j++) sum[j] ^= *(const lanes *)(const void *)(p + i + 64 * j);
        sum[0] ^= sum[1] ^ sum[2] ^ sum[3];
        sink = sum[0][0] ^ sum[0][5];
        double t = now() - start;
        if (t < best) best = t;
    }
    return PROBE_BYTES / best / 1e9;
}

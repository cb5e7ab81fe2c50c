// The product's own probe with N threads: read bandwidth and arithmetic peaks; prints one JSON object.
// S=Sources/CMartletKernels; cc -O3 -pthread -I$S/include Benchmarks/probe.c $S/ck_probe.c $S/ck_features.c -o probe
#define _GNU_SOURCE
#include "ck_probe.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { F32 = CK_PEAK_F32, BF16 = CK_PEAK_BF16, INT8 = CK_PEAK_INT8, READ, KINDS };
static const char *names[KINDS] = {"f32_gflop_s", "bf16_gflop_s", "int8_gop_s", "read_gb_s"};
enum { BYTES = 768 << 20, ROUNDS = 4000000, REPEATS = 3 };

static char *memory;
static int threads, kind;
static pthread_barrier_t barrier;
static volatile uint64_t sink;

typedef struct {
    int id;
    double seconds, work;
} job;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *run(void *argument) {
    job *j = argument;
    size_t share = (size_t)BYTES / (size_t)threads / 4096 * 4096;
    pthread_barrier_wait(&barrier);
    double start = now();
    if (kind == READ) {
        sink = ck_read_run(memory + share * (size_t)j->id, share);
        j->work = (double)share;
    } else {
        j->work = ck_peak_run((ck_peak)kind, ROUNDS);
    }
    j->seconds = now() - start;
    return NULL;
}

// Best of a few, all threads together.
static double measure(job *jobs, pthread_t *ids) {
    double best = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        double work = 0, seconds = 0;
        pthread_barrier_init(&barrier, NULL, (unsigned)threads);
        for (int i = 0; i < threads; i++) {
            jobs[i].id = i;
            pthread_create(&ids[i], NULL, run, &jobs[i]);
        }
        for (int i = 0; i < threads; i++) {
            pthread_join(ids[i], NULL);
            work += jobs[i].work;
            if (jobs[i].seconds > seconds) seconds = jobs[i].seconds;
        }
        pthread_barrier_destroy(&barrier);
        if (work / seconds / 1e9 > best) best = work / seconds / 1e9;
    }
    return best;
}

int main(int argc, char **argv) {
    threads = argc > 1 ? atoi(argv[1]) : 2;
    if (threads < 1 || threads > 1024) return fprintf(stderr, "usage: probe [threads]\n"), 2;
    memory = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return perror("probe"), 1;
#ifdef MADV_HUGEPAGE
    madvise(memory, BYTES, MADV_HUGEPAGE);
#endif
    memset(memory, 1, BYTES);
    job *jobs = calloc((size_t)threads, sizeof *jobs);
    pthread_t *ids = calloc((size_t)threads, sizeof *ids);
    if (!jobs || !ids) return perror("probe"), 1;
    printf("{\"threads\": %d", threads);
    for (kind = 0; kind < KINDS; kind++) printf(", \"%s\": %.1f", names[kind], measure(jobs, ids));
    printf("}\n");
    return 0;
}

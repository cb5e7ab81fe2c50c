// Physical limits of this machine for the comparison's table: read bandwidth and arithmetic peaks with N threads.
// cc -O3 -march=native -pthread probe.c -o probe && ./probe [threads]; prints one JSON object.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

enum { READ, F32, BF16, INT8, KINDS };
static const char *names[KINDS] = {"read_gb_s", "f32_gflop_s", "bf16_gflop_s", "int8_gop_s"};

static size_t bytes = (size_t)768 << 20;
static char *memory;
static int threads, kind;
static pthread_barrier_t barrier;
static volatile double sink;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

typedef struct { int id; double seconds, work; } job;

static double read_all(int id) {
    size_t share = bytes / threads / 4096 * 4096;
    const uint64_t *p = (const uint64_t *)(memory + share * id);
    uint64_t s[8] = {0};
    for (size_t i = 0; i < share / 8; i += 8)
        for (int j = 0; j < 8; j++) s[j] ^= p[i + j];
    for (int j = 0; j < 8; j++) sink += (double)(s[j] & 1);
    return (double)share;
}

// Twelve independent accumulators in registers of their own: an array of them would live in memory and halve the rate.
#define TWELVE(each) each(0) each(1) each(2) each(3) each(4) each(5) each(6) each(7) each(8) each(9) each(10) each(11)
#define DECLARE(i) __m512 a##i = _mm512_setzero_ps();
#define COLLECT(i) sink += _mm512_reduce_add_ps(a##i);
#define CHAIN(op)                                                                                                      \
    TWELVE(DECLARE)                                                                                                    \
    __m512 x = _mm512_set1_ps(0.5f), y = _mm512_set1_ps(0.25f);                                                        \
    for (long n = 0; n < loops; n++)                                                                                   \
        __asm__ volatile(op " %13,%12,%0\n" op " %13,%12,%1\n" op " %13,%12,%2\n" op " %13,%12,%3\n" op                \
                            " %13,%12,%4\n" op " %13,%12,%5\n" op " %13,%12,%6\n" op " %13,%12,%7\n" op                \
                            " %13,%12,%8\n" op " %13,%12,%9\n" op " %13,%12,%10\n" op " %13,%12,%11\n"                 \
                         : "+v"(a0), "+v"(a1), "+v"(a2), "+v"(a3), "+v"(a4), "+v"(a5), "+v"(a6), "+v"(a7), "+v"(a8),   \
                           "+v"(a9), "+v"(a10), "+v"(a11)                                                              \
                         : "v"(x), "v"(y));                                                                            \
    TWELVE(COLLECT)

static double compute(void) {
#if defined(__x86_64__) && defined(__AVX512F__)
    long loops = 4000000;
    switch (kind) {
    case F32: { CHAIN("vfmadd231ps") return 12. * loops * 32; }
#if defined(__AVX512BF16__)
    case BF16: { CHAIN("vdpbf16ps") return 12. * loops * 64; }
#endif
#if defined(__AVX512VNNI__)
    case INT8: { CHAIN("vpdpbusd") return 12. * loops * 128; }
#endif
    }
#endif
    return 0;
}

static void *run(void *argument) {
    job *j = argument;
    pthread_barrier_wait(&barrier);
    double start = now();
    j->work = kind == READ ? read_all(j->id) : compute();
    j->seconds = now() - start;
    return NULL;
}

int main(int argc, char **argv) {
    threads = argc > 1 ? atoi(argv[1]) : 2;
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise(memory, bytes, MADV_HUGEPAGE);
    memset(memory, 1, bytes);
    job *jobs = calloc(threads, sizeof *jobs);
    pthread_t *ids = calloc(threads, sizeof *ids);
    printf("{\"threads\": %d", threads);
    for (kind = 0; kind < KINDS; kind++) {
        double best = 0;
        for (int repeat = 0; repeat < 3; repeat++) {
            pthread_barrier_init(&barrier, NULL, threads);
            for (int i = 0; i < threads; i++) {
                jobs[i].id = i;
                pthread_create(&ids[i], NULL, run, &jobs[i]);
            }
            double work = 0, seconds = 0;
            for (int i = 0; i < threads; i++) {
                pthread_join(ids[i], NULL);
                work += jobs[i].work;
                if (jobs[i].seconds > seconds) seconds = jobs[i].seconds;
            }
            if (work / seconds / 1e9 > best) best = work / seconds / 1e9;
        }
        printf(", \"%s\": %.1f", names[kind], best);
    }
    printf("}\n");
    return 0;
}

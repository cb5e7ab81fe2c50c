#include "ck_probe.h"

#include "ck_features.h"
#include <stdbool.h>

// Each accumulator is a variable of its own and the loop is written in assembly: compilers put arrays of accumulators
// on the stack, which halves the rate.
#define TWELVE(each) each(0) each(1) each(2) each(3) each(4) each(5) each(6) each(7) each(8) each(9) each(10) each(11)
#define ACCUMULATORS(c)                                                                                               \
    c(a0), c(a1), c(a2), c(a3), c(a4), c(a5), c(a6), c(a7), c(a8), c(a9), c(a10), c(a11)
#define DECLARE(i) vector a##i = zero;
#define ADD(i) total += a##i;

typedef struct {
    const char *name;
    double operations;  // of one round
    void (*run)(int64_t rounds);
} peak;

#if defined(__x86_64__)
#include <immintrin.h>

// One instruction on twelve registers; %12 and %13 are its inputs.
#define EACH(op)                                                                                                      \
    op " %13,%12,%0\n" op " %13,%12,%1\n" op " %13,%12,%2\n" op " %13,%12,%3\n" op " %13,%12,%4\n" op " %13,%12,%5\n" \
    op " %13,%12,%6\n" op " %13,%12,%7\n" op " %13,%12,%8\n" op " %13,%12,%9\n" op " %13,%12,%10\n" op                \
       " %13,%12,%11\n"
#define PEAK(name, features, type, constraint, code)                                                                  \
    __attribute__((noinline, target(features))) static void name(int64_t rounds) {                                    \
        typedef type vector;                                                                                          \
        vector zero = {0}, x = zero, y = zero;                                                                        \
        TWELVE(DECLARE)                                                                                               \
        for (int64_t i = 0; i < rounds; i++)                                                                          \
            __asm__ volatile(code : ACCUMULATORS(constraint) : "v"(x), "v"(y));                                       \
    }
#define IN_PLACE(a) "+v"(a)

PEAK(f32_avx512, "avx512f", __m512, IN_PLACE, EACH("vfmadd231ps"))
PEAK(bf16_avx512, "avx512f", __m512, IN_PLACE, EACH("vdpbf16ps"))
PEAK(int8_avx512, "avx512f", __m512i, IN_PLACE, EACH("vpdpbusd"))
PEAK(f32_avx2, "avx2,fma", __m256, IN_PLACE, EACH("vfmadd231ps"))
PEAK(int8_avx_vnni, "avx2", __m256i, IN_PLACE, EACH("%{vex%} vpdpbusd"))

// Without dot products three instructions do their work; the middle results need registers too.
#define WIDEN(a) "vpmaddubsw %7,%6,%" #a "\nvpmaddwd %6,%" #a ",%" #a "\nvpaddd %" #a ",%5,%5\n"
#define WIDENING_PEAK(name, features, type)                                                                           \
    __attribute__((noinline, target(features))) static void name(int64_t rounds) {                                    \
        typedef type vector;                                                                                          \
        vector zero = {0}, x = zero, y = zero, a0 = zero, a1 = zero, a2 = zero, a3 = zero, a4 = zero, sum = zero;      \
        for (int64_t i = 0; i < rounds; i++)                                                                          \
            __asm__ volatile(WIDEN(0) WIDEN(1) WIDEN(2) WIDEN(3) WIDEN(4)                                             \
                             : "+v"(a0), "+v"(a1), "+v"(a2), "+v"(a3), "+v"(a4), "+v"(sum)                            \
                             : "v"(x), "v"(y));                                                                       \
    }
WIDENING_PEAK(int8_avx512_plain, "avx512bw", __m512i)
WIDENING_PEAK(int8_avx2, "avx2", __m256i)

static peak find(ck_peak kind) {
    ck_features has = ck_features_detect();
    switch (kind) {
    case CK_PEAK_F32:
        if (has.avx512) return (peak){"vfmadd231ps zmm", 12 * 32, f32_avx512};
        if (has.avx2) return (peak){"vfmadd231ps ymm", 12 * 16, f32_avx2};
        break;
    case CK_PEAK_BF16:
        if (has.avx512_bf16) return (peak){"vdpbf16ps zmm", 12 * 64, bf16_avx512};
        break;
    case CK_PEAK_INT8:
        if (has.avx512_vnni) return (peak){"vpdpbusd zmm", 12 * 128, int8_avx512};
        if (has.avx512) return (peak){"vpmaddubsw, vpmaddwd, vpaddd zmm", 5 * 128, int8_avx512_plain};
        if (has.avx_vnni) return (peak){"vpdpbusd ymm", 12 * 64, int8_avx_vnni};
        if (has.avx2) return (peak){"vpmaddubsw, vpmaddwd, vpaddd ymm", 5 * 64, int8_avx2};
        break;
    }
    return (peak){0};
}

#elif defined(__aarch64__)
#include <arm_neon.h>

#define EACH(op, lanes)                                                                                               \
    op " %0.4s,%12." lanes ",%13." lanes "\n" op " %1.4s,%12." lanes ",%13." lanes "\n" op " %2.4s,%12." lanes        \
       ",%13." lanes "\n" op " %3.4s,%12." lanes ",%13." lanes "\n" op " %4.4s,%12." lanes ",%13." lanes "\n" op      \
       " %5.4s,%12." lanes ",%13." lanes "\n" op " %6.4s,%12." lanes ",%13." lanes "\n" op " %7.4s,%12." lanes        \
       ",%13." lanes "\n" op " %8.4s,%12." lanes ",%13." lanes "\n" op " %9.4s,%12." lanes ",%13." lanes "\n" op      \
       " %10.4s,%12." lanes ",%13." lanes "\n" op " %11.4s,%12." lanes ",%13." lanes "\n"
#define PEAK(name, code)                                                                                              \
    __attribute__((noinline)) static void name(int64_t rounds) {                                                      \
        typedef float32x4_t vector;                                                                                   \
        vector zero = vdupq_n_f32(0), x = zero, y = zero;                                                             \
        TWELVE(DECLARE)                                                                                               \
        for (int64_t i = 0; i < rounds; i++)                                                                          \
            __asm__ volatile(code : ACCUMULATORS(IN_PLACE) : "w"(x), "w"(y));                               \
    }
#define IN_PLACE(a) "+w"(a)

#define LATER ".arch armv8.2-a+dotprod+i8mm+bf16\n"
PEAK(f32_neon, EACH("fmla", "4s"))
PEAK(int8_dotprod, LATER EACH("sdot", "16b"))
PEAK(int8_i8mm, LATER EACH("smmla", "16b"))
PEAK(bf16_bfmmla, LATER EACH("bfmmla", "8h"))

static peak find(ck_peak kind) {
    ck_features has = ck_features_detect();
    switch (kind) {
    case CK_PEAK_F32: return (peak){"fmla 4s", 12 * 8, f32_neon};
    case CK_PEAK_BF16:
        if (has.neon_bf16) return (peak){"bfmmla", 12 * 32, bf16_bfmmla};
        break;
    case CK_PEAK_INT8:
        if (has.neon_i8mm) return (peak){"smmla", 12 * 64, int8_i8mm};
        if (has.neon_dotprod) return (peak){"sdot", 12 * 32, int8_dotprod};
        break;
    }
    return (peak){0};
}

#else

static peak find(ck_peak kind) {
    (void)kind;
    return (peak){0};
}

#endif

const char *ck_peak_name(ck_peak kind) { return find(kind).name; }

double ck_peak_run(ck_peak kind, int64_t rounds) {
    peak found = find(kind);
    if (!found.run) return 0;
    found.run(rounds);
    return found.operations * (double)rounds;
}

uint64_t ck_read_run(const void *memory, size_t bytes) {
    // Wider registers read no faster from memory, and these every CPU has.
    typedef uint64_t lanes __attribute__((vector_size(16), aligned(1)));
    const char *p = memory;
    lanes a = {0}, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
    for (size_t i = 0; i < bytes; i += 128) {
        const lanes *from = (const lanes *)(const void *)(p + i);
        a ^= from[0], b ^= from[1], c ^= from[2], d ^= from[3];
        e ^= from[4], f ^= from[5], g ^= from[6], h ^= from[7];
    }
    a ^= b ^ c ^ d ^ e ^ f ^ g ^ h;
    return a[0] ^ a[1];
}

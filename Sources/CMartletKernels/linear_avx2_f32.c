#if defined(__x86_64__)
// Weights of every format times float32 activations: tiles of 2 rows of weights and up to 4 of activations.
#include "linear_avx2.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET))), apply_to = function)

enum { STEP = 16, ROWS = 2, F32 = 0, F16 = 1, BF16 = 2 };

INLINE int weight_bytes(const int kind) { return kind == F32 ? 4 : 2; }

INLINE __m256 weights(const int kind, const char *p) {
    if (kind == F32) return _mm256_loadu_ps((const float *)(const void *)p);
    __m128i h = _mm_loadu_si128((const __m128i *)(const void *)p);
    if (kind == F16) return _mm256_cvtph_ps(h);
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
}

INLINE float fold(__m256 a) {
    __m128 v = _mm256_castps256_ps128(a) + _mm256_extractf128_ps(a, 1);
    v = v + _mm_movehl_ps(v, v);
    return _mm_cvtss_f32(v) + _mm_cvtss_f32(_mm_movehdup_ps(v));
}

typedef struct {
    const char *row[ROWS];  // of weights, repeated where one is missing
    int64_t k;
    const float *bias;      // NULL: none
    bool add;               // to what y holds
    float *y;
    int64_t ldy;
    int columns;            // 1 or 2
} dot_task;

// One step of 16 columns.
INLINE void step(const int kind, const int width, const char *w0, const char *w1, const char *x,
                 __m256 sum[CK_AVX2_GROUP][ROWS]) {
    UNROLL for (int half = 0; half < 2; half++) {
        __m256 a = weights(kind, w0 + half * 8 * weight_bytes(kind)),
               b = weights(kind, w1 + half * 8 * weight_bytes(kind));
        UNROLL for (int i = 0; i < width; i++) {
            __m256 v = _mm256_loadu_ps((const float *)(const void *)(x + 64 * i + 32 * half));
            sum[i][0] = _mm256_fmadd_ps(a, v, sum[i][0]);
            sum[i][1] = _mm256_fmadd_ps(b, v, sum[i][1]);
        }
    }
}

INLINE void dot_tile(const int kind, const int width, const char *x, const dot_task *task) {
    __m256 sum[CK_AVX2_GROUP][ROWS];
    UNROLL for (int i = 0; i < width; i++) sum[i][0] = sum[i][1] = _mm256_setzero_ps();
    const char *w0 = task->row[0], *w1 = task->row[1];
    int64_t left = task->k;
    ROLLED for (; left >= STEP; left -= STEP) {
        step(kind, width, w0, w1, x, sum);
        x += 64 * width, w0 += STEP * weight_bytes(kind), w1 += STEP * weight_bytes(kind);
    }
    if (left) {
        char last[ROWS][64] = {0};
        memcpy(last[0], w0, (size_t)(left * weight_bytes(kind)));
        memcpy(last[1], w1, (size_t)(left * weight_bytes(kind)));
        step(kind, width, last[0], last[1], x, sum);
    }
    UNROLL for (int i = 0; i < width; i++)
        for (int j = 0; j < task->columns; j++) {
            float *y = task->y + i * task->ldy + j;
            *y = (task->add ? *y : 0) + fold(sum[i][j]) + (task->bias ? task->bias[j] : 0);
        }
}

typedef void dot_function(const char *x, const dot_task *task);

#define DOT(K, W)                                                                                                      \
    __attribute__((noinline)) static void dot_##K##_##W(const char *x, const dot_task *task) {                         \
        dot_tile(K, W, x, task);                                                                                       \
    }
#define DOTS(K) \
    DOT(K, 1) DOT(K, 2) DOT(K, 3) DOT(K, 4) \
    static dot_function *const dots_##K[] = {dot_##K##_1, dot_##K##_2, dot_##K##_3, dot_##K##_4};
DOTS(F32)
DOTS(F16)
DOTS(BF16)

static void dot_rows(dot_function *const *by_width, const char *weight, size_t row_bytes, const char *x, size_t x_row,
                     int64_t m, int64_t n0, int64_t n1, const float *bias, dot_task task, float *y) {
    const int64_t pass = ck_rows_per_pass(row_bytes, 4), group = ck_group_width(CK_AVX2_GROUP, m);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            dot_function *run = by_width[ck_min(group, m - i) - 1];
            for (int64_t n = first; n < last; n += ROWS) {
                task.columns = (int)ck_min(ROWS, last - n);
                for (int j = 0; j < ROWS; j++)
                    task.row[j] = weight + (size_t)(n + ck_min(j, task.columns - 1)) * row_bytes;
                task.bias = bias ? bias + n : NULL;
                task.y = y + i * task.ldy + n;
                run(x + (size_t)i * x_row, &task);
            }
        }
    }
}

// Rows and columns decoded at a time: 32 KiB on the stack.
enum { DECODED_ROWS = 32, DECODED_COLUMNS = CK_SUPER };

static void decode_row(ck_format f, const char *row, int64_t k0, int64_t count, float *out) {
    ck_decoded block;
    ck_decode(f, row, k0, count, &block);
    for (int64_t j = 0; j < count / 16; j++)
        for (int i = 0; i < 16; i++) out[16 * j + i] = block.scale[j] * (float)block.code[16 * j + i] + block.min[j];
}

static void multiply_quantized(const ck_plan *plan, const char *weight, const char *x, int64_t m, int64_t n0,
                               int64_t n1, const float *bias, float *y, int64_t ldy) {
    const size_t row_bytes = ck_row_bytes(plan->format, plan->k), x_row = ck_prepared_row_bytes(CK_ACT_F32, plan->k);
    const int64_t group = ck_group_width(CK_AVX2_GROUP, m);
    float decoded[DECODED_ROWS][DECODED_COLUMNS];
    for (int64_t n = n0; n < n1; n += DECODED_ROWS) {
        int64_t rows = ck_min(DECODED_ROWS, n1 - n);
        for (int64_t k0 = 0; k0 < plan->k; k0 += DECODED_COLUMNS) {
            int64_t count = ck_min(DECODED_COLUMNS, plan->k - k0);
            for (int64_t j = 0; j < rows; j++)
                decode_row(plan->format, weight + (size_t)(n + j) * row_bytes, k0, count, decoded[j]);
            const bool last = k0 + count == plan->k;
            for (int64_t i = 0; i < m; i += group) {
                const int64_t width = ck_min(group, m - i);
                const char *rows_x = x + (size_t)i * x_row + (size_t)(k0 / STEP * width) * 64;
                dot_rows(dots_F32 + width - 1, (const char *)decoded, sizeof decoded[0], rows_x, 0, 1, 0, rows,
                         last && bias ? bias + n : NULL, (dot_task){.k = count, .add = k0 > 0, .ldy = ldy},
                         y + i * ldy + n);
            }
        }
    }
}

void ck_avx2_multiply_f32(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                          int64_t n1, const float *bias, float *y, int64_t ldy) {
    if (ck_is_quantized(plan->format)) {
        multiply_quantized(plan, weight, prepared, m, n0, n1, bias, y, ldy);
        return;
    }
    dot_function *const *by_width = plan->format == CK_F32 ? dots_F32 : plan->format == CK_F16 ? dots_F16 : dots_BF16;
    dot_rows(by_width, weight, ck_row_bytes(plan->format, plan->k), prepared,
             ck_prepared_row_bytes(CK_ACT_F32, plan->k), m, n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}

#pragma clang attribute pop
#endif

#if defined(__x86_64__)
// Weights of every format times float32 activations; quantised weights are decoded a tile at a time.
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)
#define VL 16
#include "linear_rows_decode.h"

enum { STEP = 16, FEW = 1, F32 = 0, F16 = 1, BF16 = 2 };
#define vector __m512
#define weight_bytes(kind) ((kind) == F32 ? 4 : 2)
#define multiply_add(sum, w, x) _mm512_fmadd_ps(w, x, sum)
#define activations(p) _mm512_loadu_ps(p)

INLINE __m512 weights(const int kind, const char *p, int64_t mask) {
    const __mmask16 m = (__mmask16)mask;
    if (kind == F32) return mask == -1 ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(m, p);
    __m256i h = mask == -1 ? _mm256_loadu_si256((const __m256i *)(const void *)p) : _mm256_maskz_loadu_epi16(m, p);
    if (kind == F16) return _mm512_cvtph_ps(h);
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
}
#include "linear_avx512_dot.h"

BLOCKS(F32)
DOT(F32, stream, true, 1)
BLOCKS(F16)
DOT(F16, stream, true, 1)
BLOCKS(BF16)
DOT(BF16, stream, true, 1)

// Rows and columns decoded at a time: 32 KiB on the stack, and a row because decoding may write past its end.
enum { DECODED_ROWS = 32, DECODED_COLUMNS = CK_SUPER };

static void decode_row(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out) {
    if (ck_is_small_float(plan->format)) {
        decode_small_float(plan, row, k0, count, out);
        return;
    }
    ck_decoded block;
    ck_decode(plan->format, row, k0, count, &block);
    for (int64_t j = 0; j < count / 16; j++)
        for (int i = 0; i < 16; i++) out[16 * j + i] = block.scale[j] * (float)block.code[16 * j + i] + block.min[j];
}

static void multiply_decoded(const ck_plan *plan, const char *weight, const char *x, int64_t m, int64_t n0,
                               int64_t n1, const float *bias, float *y, int64_t ldy) {
    const size_t row_bytes = ck_plan_row_bytes(plan), x_row = ck_prepared_row_bytes(CK_ACT_F32, plan->k);
    const int64_t group = ck_group_width(CK_AVX512_GROUP, m);
    float decoded[DECODED_ROWS + 1][DECODED_COLUMNS];
    for (int64_t n = n0; n < n1; n += DECODED_ROWS) {
        int64_t rows = ck_min(DECODED_ROWS, n1 - n);
        for (int64_t k0 = 0; k0 < plan->k; k0 += DECODED_COLUMNS) {
            int64_t count = ck_min(DECODED_COLUMNS, plan->k - k0);
            for (int64_t j = 0; j < rows; j++)
                decode_row(plan, weight + (size_t)(n + j) * row_bytes, k0, count, decoded[j]);
            const bool last = k0 + count == plan->k;
            for (int64_t i = 0; i < m; i += group) {
                const int64_t width = ck_min(group, m - i);
                const char *rows_x = x + (size_t)i * x_row + (size_t)(k0 / STEP * width) * 64;
                dot_rows(blocks_F32 + width - 1, blocks_F32 + width - 1, (const char *)decoded, sizeof decoded[0],
                         rows_x, 0, 1, 0, rows, last && bias ? bias + n : NULL,
                         (dot_task){.k = count, .add = k0 > 0, .ldy = ldy}, y + i * ldy + n);
            }
        }
    }
}

void ck_avx512_multiply_f32(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                            int64_t n1, const float *bias, float *y, int64_t ldy) {
    if (ck_is_quantized(plan->format) || ck_is_small_float(plan->format)) {
        multiply_decoded(plan, weight, prepared, m, n0, n1, bias, y, ldy);
        return;
    }
    dot_function *stream = plan->format == CK_F32   ? stream_F32_1
                           : plan->format == CK_F16 ? stream_F16_1
                                                    : stream_BF16_1;
    dot_function *const *block = plan->format == CK_F32   ? blocks_F32
                                 : plan->format == CK_F16 ? blocks_F16
                                                          : blocks_BF16;
    dot_rows(&stream, block, weight, ck_row_bytes(plan->format, plan->k), prepared,
             ck_prepared_row_bytes(CK_ACT_F32, plan->k), m, n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}

#pragma clang attribute pop
#endif

#if defined(__aarch64__)
// Weights of every format times float32 activations; quantised weights are decoded a tile at a time.
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

enum { STEP = 16, F32 = 0, F16 = 1, BF16 = 2 };
#define weight_bytes(kind) ((kind) == F32 ? 4 : 2)

// Four columns from `w`.
INLINE float32x4_t weights(const int kind, const char *w) {
    if (kind == F32) return vld1q_f32((const float *)(const void *)w);
    if (kind == F16) return vcvt_f32_f16(vld1_f16((const __fp16 *)(const void *)w));
    return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16((const uint16_t *)(const void *)w), 16));
}
#define multiply_add(kind, part, w, x, sum) \
    vfmaq_f32(sum, weights(kind, (w) + 4 * (part) * weight_bytes(kind)), vld1q_f32((const float *)(const void *)(x)))
#include "linear_neon_dot.h"

DOTS(F32)
DOTS(F16)
DOTS(BF16)

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
    const int64_t group = ck_group_width(CK_NEON_GROUP, m);
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

void ck_neon_multiply_f32(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                          int64_t n1, const float *bias, float *y, int64_t ldy) {
    if (ck_is_quantized(plan->format)) {
        multiply_quantized(plan, weight, prepared, m, n0, n1, bias, y, ldy);
        return;
    }
    dot_function *const *by_width = plan->format == CK_F32 ? dots_F32 : plan->format == CK_F16 ? dots_F16 : dots_BF16;
    dot_rows(by_width, weight, ck_row_bytes(plan->format, plan->k), prepared,
             ck_prepared_row_bytes(CK_ACT_F32, plan->k), m, n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}
#endif

#if defined(__aarch64__)
// bfloat16 weights where they lie in the file, times bfloat16 activations with BFMMLA: two rows of weights times two of
// activations, 4 columns at once. A tile is 8 rows of weights and up to 8 of activations, 16 accumulators.
#include <arm_neon.h>
#include <string.h>
#include "linear_neon.h"

#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)
#define VL 4
#define GROUP CK_NEON_GROUP_PAIRS
#include "linear_vectors.h"
enum { ROWS = 8, STEP = 32 };
#include "linear_dot_rows.h"

typedef float32x4_t accumulators[ROWS / 2][GROUP / 2];

// The q-th 4 columns of the i-th pair of rows of activations, of a row alone twice.
INLINE bfloat16x8_t pair_of_rows(const char *x, const int width, const int i, const int q) {
    const char *p = x + 2 * i * 64;
    if (2 * i + 1 < width) return vreinterpretq_bf16_u8(vld1q_u8((const uint8_t *)p + 16 * q));
    return vreinterpretq_bf16_u64(vld1q_dup_u64((const uint64_t *)(const void *)(p + 8 * q)));
}

INLINE void step(const int width, const char *const w[ROWS], const char *x, accumulators sum) {
    UNROLL for (int part = 0; part < STEP / 8; part++) {
        bfloat16x8_t low[ROWS / 2], high[ROWS / 2];
        UNROLL for (int j = 0; j < ROWS / 2; j++) {
            uint64x2_t a = vreinterpretq_u64_u8(vld1q_u8((const uint8_t *)w[2 * j] + 16 * part)),
                       b = vreinterpretq_u64_u8(vld1q_u8((const uint8_t *)w[2 * j + 1] + 16 * part));
            low[j] = vreinterpretq_bf16_u64(vtrn1q_u64(a, b)), high[j] = vreinterpretq_bf16_u64(vtrn2q_u64(a, b));
        }
        UNROLL for (int i = 0; i < (width + 1) / 2; i++) {
            bfloat16x8_t first = pair_of_rows(x, width, i, 2 * part), last = pair_of_rows(x, width, i, 2 * part + 1);
            UNROLL for (int j = 0; j < ROWS / 2; j++) {
                sum[j][i] = vbfmmlaq_f32(sum[j][i], low[j], first);
                sum[j][i] = vbfmmlaq_f32(sum[j][i], high[j], last);
            }
        }
        // Loads of the next part that come early would push accumulators out to memory.
        __asm__ volatile("" ::: "memory");
    }
}

INLINE void dot_tile(const int width, const char *x, const dot_task *task) {
    accumulators sum;
    UNROLL for (int j = 0; j < ROWS / 2; j++)
        UNROLL for (int i = 0; i < (width + 1) / 2; i++) sum[j][i] = vdupq_n_f32(0);
    const char *w[ROWS], *ahead = task->ahead;
    UNROLL for (int j = 0; j < ROWS; j++) w[j] = task->row[j];
    int64_t left = task->k;
    ROLLED for (; left >= STEP; left -= STEP) {
        if (ahead) ahead = fetch(task, ahead, STEP * 2);
        step(width, w, x, sum);
        x += 64 * width;
        UNROLL for (int j = 0; j < ROWS; j++) w[j] += STEP * 2;
    }
    if (left) {
        char last[ROWS][STEP * 2] = {0};
        const char *at[ROWS];
        UNROLL for (int j = 0; j < ROWS; j++) at[j] = memcpy(last[j], w[j], (size_t)left * 2);
        step(width, at, x, sum);
    }
    UNROLL for (int i = 0; i < (width + 1) / 2; i++) {
        float out[2][ROWS];
        // A register holds {w0 x0, w0 x1, w1 x0, w1 x1}.
        UNROLL for (int j = 0; j < ROWS / 2; j++) {
            vst1_f32(out[0] + 2 * j, vget_low_f32(vuzp1q_f32(sum[j][i], sum[j][i])));
            vst1_f32(out[1] + 2 * j, vget_low_f32(vuzp2q_f32(sum[j][i], sum[j][i])));
        }
        put_row(task, 2 * i, out[0]);
        if (2 * i + 1 < width) put_row(task, 2 * i + 1, out[1]);
    }
}

#define DOT(W) \
    __attribute__((noinline)) static void dot_##W(const char *x, const dot_task *task) { dot_tile(W, x, task); }
DOT(1) DOT(2) DOT(3) DOT(4) DOT(5) DOT(6) DOT(7) DOT(8)
static dot_function *const dots[] = {dot_1, dot_2, dot_3, dot_4, dot_5, dot_6, dot_7, dot_8};

void ck_neon_multiply_bf16(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                           int64_t n1, const float *bias, float *y, int64_t ldy) {
    dot_rows(dots, weight, ck_row_bytes(CK_BF16, plan->k), 2, prepared, ck_prepared_row_bytes(CK_ACT_BF16, plan->k), m,
             n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}
#pragma clang attribute pop
#endif

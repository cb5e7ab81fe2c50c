#if defined(__aarch64__)
// bfloat16 weights where they lie in the file, times bfloat16 activations with BFDOT.
#include <arm_neon.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#pragma clang attribute push(__attribute__((target("bf16"))), apply_to = function)

enum { STEP = 32, BF16 = 0 };
#define weight_bytes(kind) 2
#define multiply_add(kind, part, w, x, sum) \
    vbfdotq_f32(sum, vreinterpretq_bf16_u8(vld1q_u8((const uint8_t *)(w) + 16 * (part))), \
                vreinterpretq_bf16_u8(vld1q_u8((const uint8_t *)(x))))
#include "linear_neon_dot.h"

DOTS(BF16)

void ck_neon_multiply_bf16(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                           int64_t n1, const float *bias, float *y, int64_t ldy) {
    dot_rows(dots_BF16, weight, ck_row_bytes(CK_BF16, plan->k), prepared, ck_prepared_row_bytes(CK_ACT_BF16, plan->k),
             m, n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}

#pragma clang attribute pop
#endif

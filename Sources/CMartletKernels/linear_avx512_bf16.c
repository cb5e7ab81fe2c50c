#if defined(__x86_64__)
// bfloat16 weights where they lie in the file, times bfloat16 activations, two products to a lane.
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma,f16c"))), \
                             apply_to = function)

enum { STEP = 32, FEW = 4, BF16 = 0 };
#define vector __m512bh
#define weight_bytes(kind) 2
#define multiply_add(sum, w, x) _mm512_dpbf16_ps(sum, x, w)
#define activations(p) (__m512bh)_mm512_loadu_si512(p)
#define weights(kind, p, mask) \
    (__m512bh)((mask) == -1 ? _mm512_loadu_si512(p) : _mm512_maskz_loadu_epi16((__mmask32)(mask), p))
#include "linear_avx512_dot.h"

BLOCKS(BF16)
DOT(BF16, stream, true, 1) DOT(BF16, stream, true, 2) DOT(BF16, stream, true, 3) DOT(BF16, stream, true, 4)
static dot_function *const streams_BF16[] = {stream_BF16_1, stream_BF16_2, stream_BF16_3, stream_BF16_4};

void ck_avx512_multiply_bf16(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                             int64_t n1, const float *bias, float *y, int64_t ldy) {
    dot_rows(streams_BF16, blocks_BF16, weight, ck_row_bytes(CK_BF16, plan->k), prepared,
             ck_prepared_row_bytes(CK_ACT_BF16, plan->k), m, n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}

#pragma clang attribute pop
#endif

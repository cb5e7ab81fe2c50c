// The AVX2 tables. bfloat16 weights meet float32 activations, as there is no bfloat16 product to use.
#include "linear_avx2.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include "ck_features.h"

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET))), apply_to = function)
#define VL 8
#include "linear_prepare.h"

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    const size_t row_bytes = ck_prepared_row_bytes(activation, k);
    const int64_t group = activation == CK_ACT_Q8 ? CK_AVX2_GROUP_Q8 : CK_AVX2_GROUP_F32;
    for (int64_t i = m0; i < m1; i++) {
        ck_place at = ck_place_of(prepared, row_bytes, group, m, i);
        if (activation == CK_ACT_Q8) quantize_row(x + i * ldx, k, false, at);
        else ck_prepare_f32_row(x + i * ldx, k, at);
    }
}
#pragma clang attribute pop

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * ck_prepared_row_bytes(activation, k);
}

static bool plan(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, scale_columns, float32, CK_AVX2_GROUP_Q8, false, out);
}

#define MULTIPLY(NAME, Q8) \
    static void NAME(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1, \
                     const float *bias, float *y, int64_t ldy) { \
        if (plan->activation == CK_ACT_Q8) Q8(plan, weight, prepared, m, n0, n1, bias, y, ldy); \
        else ck_avx2_multiply_f32(plan, weight, prepared, m, n0, n1, bias, y, ldy); \
    }
MULTIPLY(multiply_plain, ck_avx2_multiply_q8)
MULTIPLY(multiply_vnni, ck_avx2_multiply_q8_vnni)

const ck_linear_table *ck_linear_avx2(int level) {
    static const ck_linear_table table[] = {
        {"avx2", plan, ck_panel_pack, prepared_bytes, prepare, multiply_plain, ck_dequantize_portable},
        {"avx2-vnni", plan, ck_panel_pack, prepared_bytes, prepare, multiply_vnni, ck_dequantize_portable},
    };
    ck_features has = ck_features_detect();
    const bool runs[] = {has.avx2, has.avx_vnni};
    return runs[level] ? &table[level] : NULL;
}

#else

const ck_linear_table *ck_linear_avx2(int level) {
    (void)level;
    return NULL;
}

#endif

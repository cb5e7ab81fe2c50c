// The AVX2 table. bfloat16 weights meet float32 activations, as there is no bfloat16 product to use.
#include "linear_avx2.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include "ck_features.h"

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET))), apply_to = function)

// Same rule as the portable table: magnitudes compare as bits, so infinity and NaN make the scale, not a code.
static void quantize_row(const float *x, int64_t k, ck_place at) {
    for (int64_t b = 0; b < k / CK_QK; b++, x += CK_QK) {
        uint32_t most = 0;
        for (int i = 0; i < CK_QK; i++) {
            uint32_t magnitude = ck_bits_of_f32(x[i]) & 0x7fffffff;
            most = magnitude > most ? magnitude : most;
        }
        float amax = ck_f32_from_bits(most);
        bool usable = amax >= 1e-30f && amax < __builtin_inff();
        __m256 inverse = _mm256_set1_ps(usable ? 127.0f / amax : 0.0f);
        __m256i keep = _mm256_set1_epi32(usable ? -1 : 0);
        int32_t code[CK_QK], sum[2] = {0, 0};
        for (int i = 0; i < CK_QK; i += 8)
            _mm256_storeu_si256((__m256i *)(void *)(code + i),
                                _mm256_and_si256(_mm256_cvtps_epi32(_mm256_loadu_ps(x + i) * inverse), keep));
        int8_t *out = (int8_t *)at.base + b * at.width * CK_X_BYTES + at.row * CK_QK;
        for (int i = 0; i < CK_QK; i++) out[i] = (int8_t)code[i];
        for (int i = 0; i < 16; i++) sum[0] += code[i];
        for (int i = 16; i < 32; i++) sum[1] += code[i];
        ck_store_q8_fields(at, b, amax / 127.0f, sum[0], sum[1]);
    }
}

static void f32_row(const float *x, int64_t k, ck_place at) { ck_prepare_f32_row(x, k, at); }

#pragma clang attribute pop

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    size_t row_bytes = ck_prepared_row_bytes(activation, k);
    for (int64_t i = m0; i < m1; i++) {
        ck_place at = ck_place_of(prepared, row_bytes, activation == CK_ACT_Q8 ? CK_AVX2_GROUP : CK_AVX2_GROUP_F32, m, i);
        if (activation == CK_ACT_Q8) quantize_row(x + i * ldx, k, at);
        else f32_row(x + i * ldx, k, at);
    }
}

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * ck_prepared_row_bytes(activation == CK_ACT_Q8 ? CK_ACT_Q8 : CK_ACT_F32, k);
}

static bool plan(ck_format format, int64_t n, int64_t k, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, float32, CK_AVX2_GROUP, false, out);
}

static void multiply(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                     const float *bias, float *y, int64_t ldy) {
    if (plan->activation == CK_ACT_Q8) ck_avx2_multiply_q8(plan, weight, prepared, m, n0, n1, bias, y, ldy);
    else ck_avx2_multiply_f32(plan, weight, prepared, m, n0, n1, bias, y, ldy);
}

const ck_linear_table *ck_linear_avx2(void) {
    static const ck_linear_table table = {"avx2", plan, ck_panel_pack, prepared_bytes, prepare, multiply,
                                          ck_dequantize_portable};
    return ck_features_detect().avx2 ? &table : NULL;
}

#else

const ck_linear_table *ck_linear_avx2(void) { return NULL; }

#endif

// The AVX-512 tables: which of the products run depends on what the CPU has beside the common part.
#include "linear_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include "ck_features.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)

// Same rule as the portable table: magnitudes compare as bits, so infinity and NaN make the scale, not a code.
static void quantize_row(const float *x, int64_t k, ck_place at) {
    const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
    for (int64_t b = 0; b < k / CK_QK; b++, x += CK_QK) {
        __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
        __m512i most = _mm512_max_epu32(_mm512_and_si512(_mm512_castps_si512(low), magnitude),
                                        _mm512_and_si512(_mm512_castps_si512(high), magnitude));
        float amax = ck_f32_from_bits(_mm512_reduce_max_epu32(most));
        bool usable = amax >= 1e-30f && amax < __builtin_inff();
        __m512 inverse = _mm512_set1_ps(usable ? 127.0f / amax : 0.0f);
        __mmask16 keep = usable ? 0xffff : 0;
        __m512i q0 = _mm512_maskz_cvtps_epi32(keep, low * inverse), q1 = _mm512_maskz_cvtps_epi32(keep, high * inverse);
        char *code = at.base + b * at.width * CK_X_BYTES + at.row * CK_QK;
        _mm_storeu_si128((__m128i *)(void *)code, _mm512_cvtepi32_epi8(q0));
        _mm_storeu_si128((__m128i *)(void *)(code + 16), _mm512_cvtepi32_epi8(q1));
        ck_store_q8_fields(at, b, amax / 127.0f, _mm512_reduce_add_epi32(q0), _mm512_reduce_add_epi32(q1));
    }
}

static void f32_row(const float *x, int64_t k, ck_place at) { ck_prepare_f32_row(x, k, at); }

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    size_t row_bytes = ck_prepared_row_bytes(activation, k);
    for (int64_t i = m0; i < m1; i++) {
        const int64_t group = activation == CK_ACT_BF16 ? CK_AVX512_BF16_GROUP : CK_AVX512_GROUP;
        ck_place at = ck_place_of(prepared, row_bytes, group, m, i);
        switch (activation) {
        case CK_ACT_F32: f32_row(x + i * ldx, k, at); break;
        case CK_ACT_BF16: ck_avx512_bf16_prepare_row(x + i * ldx, k, at); break;
        case CK_ACT_Q8: quantize_row(x + i * ldx, k, at); break;
        }
    }
}
#pragma clang attribute pop

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * ck_prepared_row_bytes(activation, k);
}

static bool plan_bf16(ck_format format, int64_t n, int64_t k, bool float32, ck_plan *out) {
    if (!ck_panel_plan(format, n, k, float32, CK_AVX512_GROUP, true, out)) return false;
    if (out->activation == CK_ACT_BF16) {
        out->row_group = CK_PANEL;
        out->token_group = CK_AVX512_BF16_GROUP;
        out->packed_bytes = ck_avx512_bf16_packed_bytes(n, k);
    }
    return true;
}

static void pack(const ck_plan *plan, const void *source, void *packed, int64_t n0, int64_t n1) {
    if (plan->activation == CK_ACT_BF16) ck_avx512_bf16_pack(plan, source, packed, n0, n1);
    else ck_panel_pack(plan, source, packed, n0, n1);
}

static bool plan_f32(ck_format format, int64_t n, int64_t k, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, float32, CK_AVX512_GROUP, false, out);
}

#define MULTIPLY(NAME, Q8) \
    static void NAME(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1, \
                     const float *bias, float *y, int64_t ldy) { \
        switch (plan->activation) { \
        case CK_ACT_F32: ck_avx512_multiply_f32(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        case CK_ACT_BF16: ck_avx512_multiply_bf16(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        case CK_ACT_Q8: Q8(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        } \
    }
MULTIPLY(multiply_vnni, ck_avx512_multiply_q8_vnni)
MULTIPLY(multiply_plain, ck_avx512_multiply_q8)

const ck_linear_table *ck_linear_avx512(int level) {
    static const ck_linear_table table[] = {
        {"avx512", plan_f32, ck_panel_pack, prepared_bytes, prepare, multiply_plain, ck_dequantize_portable},
        {"avx512-vnni", plan_f32, ck_panel_pack, prepared_bytes, prepare, multiply_vnni, ck_dequantize_portable},
        {"avx512-bf16-vnni", plan_bf16, pack, prepared_bytes, prepare, multiply_vnni, ck_dequantize_portable},
    };
    ck_features has = ck_features_detect();
    const bool runs[] = {has.avx512, has.avx512_vnni, has.avx512_vnni && has.avx512_bf16};
    return runs[level] ? &table[level] : NULL;
}

#else

const ck_linear_table *ck_linear_avx512(int level) {
    (void)level;
    return NULL;
}

#endif

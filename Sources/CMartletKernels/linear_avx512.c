// The AVX-512 tables: which of the products run depends on what the CPU has beside the common part.
#include "linear_avx512.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include "ck_features.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"))), \
                             apply_to = function)

// The sums of the codes, {all, first 16, last 16, -}: sums of unsigned bytes less 16 times 128.
static inline __m128i code_sums(__m256i codes) {
    __m256i parts = _mm256_sad_epu8(_mm256_xor_si256(codes, _mm256_set1_epi8((char)0x80)), _mm256_setzero_si256());
    __m128i first = _mm256_castsi256_si128(parts), last = _mm256_extracti128_si256(parts, 1);
    __m128i halves = _mm_add_epi64(_mm_unpacklo_epi64(first, last), _mm_unpackhi_epi64(first, last));
    halves = _mm_sub_epi32(halves, _mm_set1_epi32(16 * 128));
    return _mm_add_epi32(_mm_shuffle_epi32(halves, 0xa0), _mm_maskz_shuffle_epi32(1, halves, 2));
}

// Same rule as the portable table: magnitudes compare as bits, so infinity and NaN make the scale, not a code.
static void quantize_row(const float *x, int64_t k, char *to) {
    const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
    for (int64_t b = 0; b < k / CK_QK; b++, x += CK_QK, to += CK_X_BYTES) {
        __m512 low = _mm512_loadu_ps(x), high = _mm512_loadu_ps(x + 16);
        __m512i most = _mm512_max_epu32(_mm512_and_si512(_mm512_castps_si512(low), magnitude),
                                        _mm512_and_si512(_mm512_castps_si512(high), magnitude));
        float amax = ck_f32_from_bits(_mm512_reduce_max_epu32(most));
        bool usable = amax >= 1e-30f && amax < __builtin_inff();
        // One division gives 127 / amax and amax / 127.
        __m128 quotients = _mm_div_ps(_mm_setr_ps(127, amax, 127, amax), _mm_setr_ps(amax, 127, amax, 127));
        __m512 inverse = _mm512_broadcastss_ps(quotients);
        __mmask16 keep = usable ? 0xffff : 0;
        __m256i codes = _mm256_set_m128i(_mm512_cvtepi32_epi8(_mm512_maskz_cvtps_epi32(keep, high * inverse)),
                                         _mm512_cvtepi32_epi8(_mm512_maskz_cvtps_epi32(keep, low * inverse)));
        // The fields in the order of ck_x_field: the scale, 3 offsets, 3 scaled sums.
        __m128 scale = _mm_movehdup_ps(quotients);
        __m128i sums = code_sums(codes), offsets = _mm_slli_epi32(_mm_sub_epi32(_mm_setzero_si128(), sums), 7);
        __m128 fields = _mm_mask_blend_ps(1, _mm_castsi128_ps(_mm_shuffle_epi32(offsets, 0x90)), scale);
        _mm256_storeu_si256((__m256i *)(void *)to, codes);
        _mm_storeu_ps((float *)(void *)(to + CK_QK), fields);
        _mm_mask_storeu_ps(to + CK_QK + 16, 7, scale * _mm_cvtepi32_ps(sums));
    }
}

static void f32_row(const float *x, int64_t k, ck_place at) { ck_prepare_f32_row(x, k, at); }

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    size_t row_bytes = ck_prepared_row_bytes(activation, k);
    switch (activation) {
    case CK_ACT_F32:
        for (int64_t i = m0; i < m1; i++)
            f32_row(x + i * ldx, k, ck_place_of(prepared, row_bytes, CK_AVX512_GROUP, m, i));
        break;
    case CK_ACT_BF16: ck_avx512_bf16_prepare(x, ldx, m, k, m0, m1, prepared); break;
    case CK_ACT_Q8:
        // Rows lie one after the other, so that every format can take as many as suit it.
        for (int64_t i = m0; i < m1; i++) quantize_row(x + i * ldx, k, (char *)prepared + (size_t)i * row_bytes);
        break;
    }
}
#pragma clang attribute pop

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * ck_prepared_row_bytes(activation, k);
}

static bool plan_bf16(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out) {
    if (!ck_panel_plan(format, n, k, scale_columns, float32, CK_AVX512_GROUP, true, out)) return false;
    if (out->activation == CK_ACT_Q8) out->token_group = 1;
    if (out->activation == CK_ACT_BF16) {
        out->row_group = CK_PANEL;
        out->token_group = CK_AVX512_BF16_GROUP;
        out->packed_bytes = ck_avx512_bf16_packed_bytes(n, k);
    }
    if (ck_is_small_float(format) && !float32 && ck_avx512_small_fits(out)) {
        out->activation = CK_ACT_BF16;
        out->row_group = CK_PANEL;
        out->token_group = CK_AVX512_BF16_GROUP;
        out->packed_bytes = ck_avx512_small_packed_bytes(out);
    }
    return true;
}

static void pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                 int64_t n1) {
    if (plan->activation != CK_ACT_BF16) ck_avx512_pack(plan, source, scales, packed, n0, n1);
    else if (ck_is_small_float(plan->format)) ck_avx512_small_pack(plan, source, scales, packed, n0, n1);
    else ck_avx512_bf16_pack(plan, source, packed, n0, n1);
}

static bool plan_f32(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out) {
    if (!ck_panel_plan(format, n, k, scale_columns, float32, CK_AVX512_GROUP, false, out)) return false;
    if (out->activation == CK_ACT_Q8) out->token_group = 1;
    return true;
}

#define MULTIPLY(NAME, Q8) \
    static void NAME(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1, \
                     const float *bias, float *y, int64_t ldy) { \
        switch (plan->activation) { \
        case CK_ACT_F32: ck_avx512_multiply_f32(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        case CK_ACT_BF16: \
            (ck_is_small_float(plan->format) ? ck_avx512_multiply_small : ck_avx512_multiply_bf16)( \
                plan, weight, prepared, m, n0, n1, bias, y, ldy); \
            break; \
        case CK_ACT_Q8: Q8(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        } \
    }
MULTIPLY(multiply_vnni, ck_avx512_multiply_q8_vnni)
MULTIPLY(multiply_plain, ck_avx512_multiply_q8)

const ck_linear_table *ck_linear_avx512(int level) {
    static const ck_linear_table table[] = {
        {"avx512", plan_f32, ck_avx512_pack, prepared_bytes, prepare, multiply_plain, ck_dequantize_portable},
        {"avx512-vnni", plan_f32, ck_avx512_pack, prepared_bytes, prepare, multiply_vnni, ck_dequantize_portable},
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

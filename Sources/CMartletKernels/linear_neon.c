// The NEON tables: which of the products run depends on what the CPU has beside the common part.
#include "linear_neon.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include "ck_features.h"

// Same rule as the portable table: magnitudes compare as bits, so infinity and NaN make the scale, not a code.
static void quantize_row(const float *x, int64_t k, ck_place at) {
    for (int64_t b = 0; b < k / CK_QK; b++, x += CK_QK) {
        uint32x4_t most = vdupq_n_u32(0);
        for (int i = 0; i < CK_QK; i += 4)
            most = vmaxq_u32(most, vandq_u32(vreinterpretq_u32_f32(vld1q_f32(x + i)), vdupq_n_u32(0x7fffffff)));
        float amax = ck_f32_from_bits(vmaxvq_u32(most));
        bool usable = amax >= 1e-30f && amax < __builtin_inff();
        float inverse = usable ? 127.0f / amax : 0.0f;
        uint32x4_t keep = vdupq_n_u32(usable ? 0xffffffff : 0);
        int8_t *out = (int8_t *)at.base + b * at.width * CK_X_BYTES + at.row * CK_QK;
        int32_t sum[2];
        for (int half = 0; half < 2; half++) {
            int32x4_t q[4];
            for (int i = 0; i < 4; i++)
                q[i] = vandq_s32(vcvtnq_s32_f32(vmulq_n_f32(vld1q_f32(x + 16 * half + 4 * i), inverse)),
                                 vreinterpretq_s32_u32(keep));
            int16x8_t low = vcombine_s16(vmovn_s32(q[0]), vmovn_s32(q[1])),
                      high = vcombine_s16(vmovn_s32(q[2]), vmovn_s32(q[3]));
            vst1q_s8(out + 16 * half, vcombine_s8(vmovn_s16(low), vmovn_s16(high)));
            sum[half] = vaddvq_s32(vaddq_s32(vaddq_s32(q[0], q[1]), vaddq_s32(q[2], q[3])));
        }
        ck_store_q8_fields(at, b, amax / 127.0f, sum[0], sum[1]);
    }
}

static void bf16_row(const float *x, int64_t k, ck_place at) {
    for (int64_t j = 0; j < k; j += 32) {
        uint16_t *out = (uint16_t *)(void *)(at.base + ((j / 32) * at.width + at.row) * 64);
        int64_t count = ck_min(32, k - j);
        for (int64_t i = 0; i < count; i++) out[i] = ck_bf16_from_f32(x[j + i]);
        for (int64_t i = count; i < 32; i++) out[i] = 0;
    }
}

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    size_t row_bytes = ck_prepared_row_bytes(activation, k);
    for (int64_t i = m0; i < m1; i++) {
        ck_place at = ck_place_of(prepared, row_bytes, CK_NEON_GROUP, m, i);
        switch (activation) {
        case CK_ACT_F32: ck_prepare_f32_row(x + i * ldx, k, at); break;
        case CK_ACT_BF16: bf16_row(x + i * ldx, k, at); break;
        case CK_ACT_Q8: quantize_row(x + i * ldx, k, at); break;
        }
    }
}

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * ck_prepared_row_bytes(activation, k);
}

static bool plan_bf16(ck_format format, int64_t n, int64_t k, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, float32, CK_NEON_GROUP, true, out);
}

static bool plan_f32(ck_format format, int64_t n, int64_t k, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, float32, CK_NEON_GROUP, false, out);
}

#define MULTIPLY(NAME, Q8) \
    static void NAME(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1, \
                     const float *bias, float *y, int64_t ldy) { \
        switch (plan->activation) { \
        case CK_ACT_F32: ck_neon_multiply_f32(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        case CK_ACT_BF16: ck_neon_multiply_bf16(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        case CK_ACT_Q8: Q8(plan, weight, prepared, m, n0, n1, bias, y, ldy); break; \
        } \
    }
MULTIPLY(multiply_dotprod, ck_neon_multiply_q8_dotprod)
MULTIPLY(multiply_plain, ck_neon_multiply_q8)

const ck_linear_table *ck_linear_neon(int level) {
    static const ck_linear_table table[] = {
        {"neon", plan_f32, ck_panel_pack, prepared_bytes, prepare, multiply_plain, ck_dequantize_portable},
        {"neon-dotprod", plan_f32, ck_panel_pack, prepared_bytes, prepare, multiply_dotprod, ck_dequantize_portable},
        {"neon-bf16-dotprod", plan_bf16, ck_panel_pack, prepared_bytes, prepare, multiply_dotprod,
         ck_dequantize_portable},
    };
    ck_features has = ck_features_detect();
    const bool runs[] = {true, has.neon_dotprod, has.neon_dotprod && has.neon_bf16};
    return runs[level] ? &table[level] : NULL;
}

#else

const ck_linear_table *ck_linear_neon(int level) {
    (void)level;
    return NULL;
}

#endif

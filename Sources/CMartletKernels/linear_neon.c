// The NEON tables: which of the products run depends on what the CPU has beside the common part.
#include "linear_neon.h"

#if defined(__aarch64__)
#include "ck_features.h"

#define VL 4
#include "linear_prepare.h"

// `pairs`: the int8 product is SMMLA's.
INLINE void prepare_rows(const bool pairs, ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k,
                         int64_t m0, int64_t m1, void *prepared) {
    const size_t row_bytes = ck_prepared_row_bytes(activation, k);
    const bool tall = activation == CK_ACT_BF16 || (activation == CK_ACT_Q8 && pairs);
    for (int64_t i = m0; i < m1; i++) {
        ck_place at = ck_place_of(prepared, row_bytes, tall ? CK_NEON_GROUP_PAIRS : CK_NEON_GROUP, m, i);
        switch (activation) {
        case CK_ACT_F32: ck_prepare_f32_row(x + i * ldx, k, at); break;
        case CK_ACT_BF16: bf16_row(x + i * ldx, k, at); break;
        case CK_ACT_Q8: quantize_row(x + i * ldx, k, pairs, at); break;
        }
    }
}

static void prepare(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared) {
    prepare_rows(false, activation, x, ldx, m, k, m0, m1, prepared);
}

static void prepare_pairs(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0,
                          int64_t m1, void *prepared) {
    prepare_rows(true, activation, x, ldx, m, k, m0, m1, prepared);
}

static size_t prepared_bytes(ck_activation activation, int64_t m, int64_t k) {
    return (size_t)m * ck_prepared_row_bytes(activation, k);
}

static bool plan_bf16(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, scale_columns, float32, CK_NEON_GROUP_PAIRS, true, out);
}

static bool plan_f32(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out) {
    return ck_panel_plan(format, n, k, scale_columns, float32, CK_NEON_GROUP, false, out);
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
MULTIPLY(multiply_i8mm, ck_neon_multiply_q8_i8mm)
MULTIPLY(multiply_dotprod, ck_neon_multiply_q8_dotprod)
MULTIPLY(multiply_plain, ck_neon_multiply_q8)

const ck_linear_table *ck_linear_neon(int level) {
    static const ck_linear_table table[] = {
        {"neon", plan_f32, ck_panel_pack, prepared_bytes, prepare, multiply_plain, ck_dequantize_portable},
        {"neon-dotprod", plan_f32, ck_panel_pack, prepared_bytes, prepare, multiply_dotprod, ck_dequantize_portable},
        {"neon-bf16-dotprod", plan_bf16, ck_panel_pack, prepared_bytes, prepare, multiply_dotprod,
         ck_dequantize_portable},
        {"neon-bf16-i8mm", plan_bf16, ck_panel_pack, prepared_bytes, prepare_pairs, multiply_i8mm,
         ck_dequantize_portable},
    };
    ck_features has = ck_features_detect();
    const bool bf16 = has.neon_dotprod && has.neon_bf16, runs[] = {true, has.neon_dotprod, bf16, bf16 && has.neon_i8mm};
    return runs[level] ? &table[level] : NULL;
}

#else

const ck_linear_table *ck_linear_neon(int level) {
    (void)level;
    return NULL;
}

#endif

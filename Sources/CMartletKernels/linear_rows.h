#ifndef CK_LINEAR_ROWS_H
#define CK_LINEAR_ROWS_H
// FP8 and FP4 weights row by row, each row with its scales: what tables read that multiply in float32.
//
//   CK_F8_E4M3  the codes, at least 15 bytes of zeros, float32 scales of `scale_columns` columns each
//   CK_E2M1     CK_MXFP4's blocks, which is what CK_MXFP4 is in the file
#include "linear_blocks.h"

static inline float ck_f32_from_e4m3(uint8_t c) {
    uint32_t sign = (uint32_t)(c & 0x80) << 24;
    if ((c & 0x7f) == 0x7f) return ck_f32_from_bits(sign | 0x7fc00000);
    // 2^120 moves the exponent's bias from 7 to 127 and makes subnormals normal in the same product.
    uint32_t u = ck_bits_of_f32(ck_f32_from_bits((uint32_t)(c & 0x7f) << 20) * ck_f32_from_bits((127 + 120) << 23));
    return ck_f32_from_bits(sign | u);
}

static inline float ck_f32_from_e8m0(uint8_t e) {
    return ck_f32_from_bits(e == 255 ? 0x7fc00000 : e == 0 ? 0x00400000 : (uint32_t)e << 23);
}

static const float ck_e2m1_values[16] = {0.0f,  0.5f,  1.0f,  1.5f,  2.0f,  3.0f,  4.0f,  6.0f,
                                         -0.0f, -0.5f, -1.0f, -1.5f, -2.0f, -3.0f, -4.0f, -6.0f};

// The scale number i.
float ck_scale_value(const ck_scales *scales, int64_t i);

// Columns under one scale, and scales of a row; without scales apart one scale of 1 stands for a row.
static inline int64_t ck_scale_columns(const ck_plan *plan) {
    return plan->scale_columns ? plan->scale_columns : plan->k;
}
static inline int64_t ck_scales_of_row(const ck_plan *plan) { return (plan->k - 1) / ck_scale_columns(plan) + 1; }

// What the rows of a plan are after `pack`.
static inline ck_format ck_row_format(const ck_plan *plan) {
    return plan->format == CK_E2M1 ? CK_MXFP4 : plan->format;
}

static inline size_t ck_scales_offset(int64_t k) { return ((size_t)k + 18) & ~(size_t)3; }

// From one row to the next.
static inline size_t ck_plan_row_bytes(const ck_plan *plan) {
    if (plan->format == CK_F8_E4M3) return ck_scales_offset(plan->k) + (size_t)ck_scales_of_row(plan) * 4;
    return ck_row_bytes(ck_row_format(plan), plan->k);
}

// 0 for what is multiplied where it lies in the file.
static inline size_t ck_rows_packed_bytes(const ck_plan *plan) {
    return plan->format == CK_MXFP4 ? 0 : (size_t)plan->n * ck_plan_row_bytes(plan);
}

// The block number b of row n, which starts at `row` in the file, as CK_MXFP4 has it: E2M1's pairs of neighbours become
// the first and the second half.
void ck_mxfp4_block(const ck_plan *plan, const uint8_t *row, const ck_scales *scales, int64_t n, int64_t b,
                    uint8_t block[17]);

void ck_rows_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                  int64_t n1);

// `count` columns of a row from k0 on in float32, in plain C.
void ck_rows_decode_portable(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out);

#endif

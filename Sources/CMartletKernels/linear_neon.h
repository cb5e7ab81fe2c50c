#ifndef CK_LINEAR_NEON_H
#define CK_LINEAR_NEON_H
#include "linear_panels.h"

// Rows of activations in a tile. SMMLA and BFMMLA multiply two rows by two, so their tiles are twice as tall.
// Macros, as the preprocessor asks for them.
#define CK_NEON_GROUP 4
#define CK_NEON_GROUP_PAIRS 8

#define CK_NEON_LOOKUP(table, codes) vreinterpretq_u8_s8(vqtbl1q_s8(vld1q_s8(table), codes))

typedef void ck_neon_multiply(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                              int64_t n1, const float *bias, float *y, int64_t ldy);
ck_neon_multiply ck_neon_multiply_f32;
ck_neon_multiply ck_neon_multiply_bf16;        // needs BFMMLA
ck_neon_multiply ck_neon_multiply_q8;
ck_neon_multiply ck_neon_multiply_q8_dotprod;  // needs SDOT
ck_neon_multiply ck_neon_multiply_q8_i8mm;     // needs SDOT and SMMLA

#endif

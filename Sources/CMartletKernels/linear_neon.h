#ifndef CK_LINEAR_NEON_H
#define CK_LINEAR_NEON_H
#include "linear_panels.h"

// Rows of activations in a tile.
enum { CK_NEON_GROUP = 4 };

typedef void ck_neon_multiply(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                              int64_t n1, const float *bias, float *y, int64_t ldy);
ck_neon_multiply ck_neon_multiply_f32, ck_neon_multiply_bf16;        // the second needs BFDOT
ck_neon_multiply ck_neon_multiply_q8, ck_neon_multiply_q8_dotprod;   // the second needs SDOT

#endif

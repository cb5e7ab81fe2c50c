#ifndef CK_LINEAR_AVX2_H
#define CK_LINEAR_AVX2_H
#include "linear_panels.h"

#define CK_AVX2_TARGET "avx2,fma,f16c"

// Rows of activations in a tile: with two registers of weights that makes 8 integer accumulators of 16 registers.
enum { CK_AVX2_GROUP = 4 };
#define CK_AVX2_GROUP_F32 3

typedef void ck_avx2_multiply(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                              int64_t n1, const float *bias, float *y, int64_t ldy);
ck_avx2_multiply ck_avx2_multiply_f32, ck_avx2_multiply_q8;

#endif

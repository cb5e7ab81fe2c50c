#ifndef CK_LINEAR_AVX512_H
#define CK_LINEAR_AVX512_H
#include "linear_panels.h"

// Rows of activations in a tile: with 2 registers of weights that makes 12 integer and 12 float accumulators.
enum { CK_AVX512_GROUP = 6 };
// Of bfloat16 activations: 24 float accumulators.
enum { CK_AVX512_BF16_GROUP = 12 };

typedef void ck_multiply_function(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                                  int64_t n1, const float *bias, float *y, int64_t ldy);

ck_multiply_function ck_avx512_multiply_f32;   // linear_avx512_f32.c
ck_multiply_function ck_avx512_multiply_bf16;  // linear_avx512_bf16.c: needs AVX512_BF16
size_t ck_avx512_bf16_packed_bytes(int64_t n, int64_t k);
void ck_avx512_bf16_pack(const ck_plan *plan, const void *source, void *packed, int64_t n0, int64_t n1);
void ck_avx512_bf16_prepare(const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1, void *prepared);
ck_multiply_function ck_avx512_multiply_q8_vnni;
ck_multiply_function ck_avx512_multiply_q8;    // the same without AVX512_VNNI

// linear_avx512_pack.c: ck_panel_pack by vectors; codes of Q8_0 become unsigned, 128 + code.
void ck_avx512_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                    int64_t n1);

// linear_avx512_small.c: FP8 and FP4 weights in panels times bfloat16 activations; FP8 needs AVX512_VBMI.
ck_multiply_function ck_avx512_multiply_small;
bool ck_avx512_small_fits(const ck_plan *plan);
size_t ck_avx512_small_packed_bytes(const ck_plan *plan);
void ck_avx512_small_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                          int64_t n1);

#endif

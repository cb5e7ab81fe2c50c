#ifndef CK_LINEAR_AVX2_H
#define CK_LINEAR_AVX2_H
#include "linear_panels.h"

#define CK_AVX2_TARGET "avx2,fma,f16c"

// Rows of activations in a tile. Macros, as the preprocessor asks for them.
#define CK_AVX2_GROUP_F32 3
#define CK_AVX2_GROUP_Q8 4
#define CK_AVX2_GROUP_VNNI 4

#define CK_AVX2_LOOKUP(table, codes) \
    _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)(table))), \
                        (__m256i)(codes))

typedef void ck_avx2_multiply(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                              int64_t n1, const float *bias, float *y, int64_t ldy);
ck_avx2_multiply ck_avx2_multiply_f32, ck_avx2_multiply_q8;
ck_avx2_multiply ck_avx2_multiply_q8_vnni;  // needs AVX-VNNI

#endif

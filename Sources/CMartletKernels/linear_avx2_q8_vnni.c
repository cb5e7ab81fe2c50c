#if defined(__x86_64__)
#include <immintrin.h>
#include "linear_avx2.h"

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET ",avxvnni"))), apply_to = function)
#define VL 8
#define X_ROWS 1
#define GROUP CK_AVX2_GROUP_Q8
#define REGISTERS 2
#define UNSIGNED 1
#define lookup(table, codes) (vb) CK_AVX2_LOOKUP(table, codes)
#define dot4(sum, w, x, g) \
    (vi)_mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(w), _mm256_set1_epi32((int32_t)ck_load32((x) + 4 * (g))))
#define ADD_PRODUCTS "linear_q8_dot4.h"
#define MULTIPLY_Q8 ck_avx2_multiply_q8_vnni
#include "linear_q8.h"
#pragma clang attribute pop
#endif

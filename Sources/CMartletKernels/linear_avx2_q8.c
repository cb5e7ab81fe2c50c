#if defined(__x86_64__)
#include <immintrin.h>
#include "linear_avx2.h"

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET))), apply_to = function)
#define VL 8
#define X_ROWS 1
#define GROUP CK_AVX2_GROUP_Q8
#define REGISTERS 2
#define UNSIGNED 0
#define lookup(table, codes) (vb) CK_AVX2_LOOKUP(table, codes)
#define ADD_PRODUCTS "linear_avx2_pairs.h"
#define MULTIPLY_Q8 ck_avx2_multiply_q8
#include "linear_q8.h"
#pragma clang attribute pop
#endif

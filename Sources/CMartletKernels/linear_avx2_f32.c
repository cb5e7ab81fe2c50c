#if defined(__x86_64__)
// Weights of every format times float32 activations: 12 accumulators, 3 registers of activations and 1 of weights
// are the 16 there are.
#include <string.h>
#include "linear_avx2.h"

#pragma clang attribute push(__attribute__((target(CK_AVX2_TARGET))), apply_to = function)
#define VL 8
#define GROUP CK_AVX2_GROUP_F32
#define MULTIPLY_F32 ck_avx2_multiply_f32
#include "linear_f32.h"
#pragma clang attribute pop
#endif

#if defined(__aarch64__)
#define Q8_ATTRIBUTES _Pragma("clang attribute push(__attribute__((target(\"dotprod\"))), apply_to = function)")
#define Q8_MULTIPLY ck_neon_multiply_q8_dotprod
#define dot4(sum, w, x, lane) vdotq_laneq_s32(sum, w, x, lane)
#include "linear_neon_q8.h"
#pragma clang attribute pop
#endif

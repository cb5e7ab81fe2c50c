#if defined(__aarch64__)
// SDOT: the register of 16 activations that a tile needs next stays, and each product names its lane.
#include <arm_neon.h>
#include "linear_neon.h"

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define VL 4
#define X_ROWS 1
#define GROUP CK_NEON_GROUP
#define REGISTERS 2
#define UNSIGNED 0
#define lookup(table, codes) CK_NEON_LOOKUP(table, codes)
#define dot4(sum, w, x, g) \
    sdot(sum, vreinterpretq_s8_u8(w), vld1q_s8((const int8_t *)(x) + 16 * ((g) >> 2)), (g) & 3)
// The lane must be a literal for the instruction; after unrolling only one case is left.
__attribute__((always_inline)) static inline int32x4_t sdot(int32x4_t sum, int8x16_t w, int8x16_t x, const int lane) {
    switch (lane) {
    case 0: return vdotq_laneq_s32(sum, w, x, 0);
    case 1: return vdotq_laneq_s32(sum, w, x, 1);
    case 2: return vdotq_laneq_s32(sum, w, x, 2);
    default: return vdotq_laneq_s32(sum, w, x, 3);
    }
}
#define ADD_PRODUCTS "linear_q8_dot4.h"
#define MULTIPLY_Q8 ck_neon_multiply_q8_dotprod
#include "linear_q8.h"
#pragma clang attribute pop
#endif

#if defined(__aarch64__)
// Without SDOT: products widen to 16 bits and are added in pairs.
#define Q8_ATTRIBUTES
#define Q8_MULTIPLY ck_neon_multiply_q8
#define dot4(sum, w, x, lane)                                                                                          \
    widening_dot4(sum, w, vreinterpretq_s8_s32(vdupq_laneq_s32(vreinterpretq_s32_s8(x), lane)))
#include <arm_neon.h>
__attribute__((always_inline)) static inline int32x4_t widening_dot4(int32x4_t sum, int8x16_t w, int8x16_t x) {
    int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(x)), high = vmull_high_s8(w, x);
    return vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
}
#include "linear_neon_q8.h"
#endif

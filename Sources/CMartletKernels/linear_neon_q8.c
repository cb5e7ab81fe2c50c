#if defined(__aarch64__)
// Without SDOT: products widen to 16 bits and are added in pairs.
#include <arm_neon.h>
#include "linear_neon.h"

#define VL 4
#define X_ROWS 1
#define GROUP CK_NEON_GROUP
#define REGISTERS 2
#define UNSIGNED 0
#define lookup(table, codes) CK_NEON_LOOKUP(table, codes)
#define dot4(sum, w, x, g) \
    widening_dot4(sum, vreinterpretq_s8_u8(w), vreinterpretq_s8_u32(vdupq_n_u32(ck_load32((x) + 4 * (g)))))
__attribute__((always_inline)) static inline int32x4_t widening_dot4(int32x4_t sum, int8x16_t w, int8x16_t x) {
    int16x8_t low = vmull_s8(vget_low_s8(w), vget_low_s8(x)), high = vmull_high_s8(w, x);
    return vaddq_s32(sum, vpaddq_s32(vpaddlq_s16(low), vpaddlq_s16(high)));
}
#define ADD_PRODUCTS "linear_q8_dot4.h"
#define MULTIPLY_Q8 ck_neon_multiply_q8
#include "linear_q8.h"
#endif

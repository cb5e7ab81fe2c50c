#if defined(__aarch64__)
// Weights of every format times float32 activations: 16 accumulators of the 32 registers.
#include <string.h>
#include "linear_neon.h"

#define VL 4
#define GROUP CK_NEON_GROUP
#define MULTIPLY_F32 ck_neon_multiply_f32
#include "linear_f32.h"
#endif

#if defined(__aarch64__)
// SMMLA: two rows of weights times two of activations, 8 columns at once. A tile is 4 rows of weights and up to 8 of
// activations: 8 registers of integer sums and 8 of float ones.
#include <arm_neon.h>
#include "linear_neon.h"

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)
#define VL 4
#define X_ROWS 2
#define GROUP CK_NEON_GROUP_PAIRS
#define REGISTERS 2
#define UNSIGNED 0
#define lookup(table, codes) CK_NEON_LOOKUP(table, codes)
#define ADD_PRODUCTS "linear_neon_mmla.h"
#define MULTIPLY_Q8 multiply_pairs
static ck_neon_multiply multiply_pairs;
#include "linear_q8.h"
#pragma clang attribute pop

void ck_neon_multiply_q8_i8mm(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                              int64_t n1, const float *bias, float *y, int64_t ldy) {
    // A row alone would waste half of every product. Its integer sums and the order of its float ones are the same.
    (m == 1 ? ck_neon_multiply_q8_dotprod : multiply_pairs)(plan, weight, prepared, m, n0, n1, bias, y, ldy);
}
#endif

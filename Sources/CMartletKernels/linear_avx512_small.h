#ifndef CK_LINEAR_AVX512_SMALL_H
#define CK_LINEAR_AVX512_SMALL_H
// The panels of FP8 and FP4 weights: 32 rows of weights, first their scales, [128 or 32 columns][32] (float32 for FP8,
// E8M0 bytes for FP4), filled up to 64 bytes, then blocks of 32 columns. 64 bytes hold two columns of FP8, or four of
// FP4, the second two in the high nibbles. Row r stands where interleaving the bytes with others within each quarter of
// a register makes two registers of pairs, rows 0 to 15 and 16 to 31.
#include "linear_avx512.h"
#include "linear_rows.h"

enum {
    F8_BLOCK = 32 * CK_PANEL,  // bytes of 32 columns
    FP4_BLOCK = 16 * CK_PANEL,
    MOST_PER_SCALE = 4,        // blocks
};

static inline bool is_f8(const ck_plan *plan) { return plan->format == CK_F8_E4M3; }

// Blocks of 32 columns, how many share one of a panel's scales, and how many make a segment.
static inline int64_t blocks_of(const ck_plan *plan) { return (plan->k + 31) / 32; }
static inline int64_t scale_blocks(const ck_plan *plan) {
    return is_f8(plan) && (ck_scale_columns(plan) >= plan->k || plan->scale_columns % 128 == 0) ? MOST_PER_SCALE : 1;
}
static inline int64_t segment_blocks(const ck_plan *plan) { return scale_blocks(plan) == 1 ? 1 : 2; }

static inline size_t scale_bytes(const ck_plan *plan) {
    const int64_t count = (blocks_of(plan) - 1) / scale_blocks(plan) + 1;
    return ((size_t)count * CK_PANEL * (is_f8(plan) ? 4 : 1) + 63) & ~(size_t)63;
}

static inline size_t block_bytes(const ck_plan *plan) { return is_f8(plan) ? F8_BLOCK : FP4_BLOCK; }
static inline size_t panel_bytes(const ck_plan *plan) {
    return scale_bytes(plan) + (size_t)blocks_of(plan) * block_bytes(plan);
}

#endif

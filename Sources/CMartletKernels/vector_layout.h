#ifndef VECTOR_LAYOUT_H
#define VECTOR_LAYOUT_H
// Sizes in the cache and in the memory that attention works in.
#include "ck_vector.h"

// Rows of queries whose accumulators fit the registers together.
enum { ATTENTION_ROWS = 4 };

static inline int64_t attention_rows(int64_t rows) {
    return (rows + ATTENTION_ROWS - 1) / ATTENTION_ROWS * ATTENTION_ROWS;
}
static inline int64_t attention_width(int64_t head_dim) { return (head_dim + 15) & ~(int64_t)15; }
// Floats of what is known of one row: [width] output not yet divided by the sum, [16] lane-wise sums, maximum.
static inline int64_t attention_record(int64_t head_dim) { return attention_width(head_dim) + 32; }
// Floats of a tile's keys and values.
static inline int64_t attention_tile(int64_t head_dim) {
    return CK_ATTENTION_TILE * 2 * attention_width(head_dim);
}

static inline int64_t element_bytes(ck_kv_dtype dtype) {
    return dtype == CK_KV_F32 ? 4 : dtype == CK_KV_BF16 ? 2 : 1;
}
// Where the values of a group begin; keys of the narrow types lie in pairs.
static inline int64_t values_offset(ck_kv_dtype dtype, int64_t head_dim) {
    return 16 * (dtype == CK_KV_F32 ? head_dim : (head_dim + 1) & ~(int64_t)1) * element_bytes(dtype);
}
// Where int8's scales begin: [16] of the keys, then [16] of the values.
static inline int64_t scales_offset(int64_t head_dim) {
    return values_offset(CK_KV_I8, head_dim) + 16 * attention_width(head_dim);
}

#endif

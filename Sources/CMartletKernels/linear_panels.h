#ifndef CK_LINEAR_PANELS_H
#define CK_LINEAR_PANELS_H
// The repacked layout of quantised weights and the layout of prepared activations, shared by the fast tables.
//
// Weights: panels of 32 rows, each a sequence of blocks of 32 or 256 columns:
//   [32 halves d] [32 halves m or dmin] [sub-block scales] then for every 32 columns [high bits] [low bits]
// Codes come in words of 4 columns, the words of the 32 rows side by side, so that a register of 4 n bytes holds
// n rows. A group g is columns 4g..4g+3 of a sub-block of 32. Bits per group:
//   8 bits  word g                                 4 bits   word t: group t low, group t+4 high
//   1 bit   bit g of one word                      2 bits   word h: bits 2i of group 4h+i
//   Q6_K, whose scales cover 16 columns, pairs groups of the same half: word t, u = t + (t & 2): u low, u+2 high.
// No bit of precision is lost; only the 6-bit scales of Q3_K, Q4_K and Q5_K grow to 8 bits.
#include "linear_blocks.h"

enum { CK_PANEL = 32, CK_WORDS = 4 * CK_PANEL };

// Where the parts of one packed block lie.
typedef struct {
    int columns;      // 32 or 256
    int min;          // offset of the mins' halves, 0: none
    int scales;       // offset of sub-block scales, 0: none
    int scale_count;  // per row
    int header;       // offset of the codes
    int high, low;    // bytes per sub-block of 32 columns
    bool halves;      // scales cover 16 columns
    int bits;         // of one low code: 2, 4 or 8
} ck_panel_layout;

static inline ck_panel_layout ck_layout(ck_format f) {
    switch (f) {
    case CK_Q8_0: return (ck_panel_layout){32, 0, 0, 0, 64, 0, 1024, false, 8};
    case CK_Q4_0: case CK_IQ4_NL: return (ck_panel_layout){32, 0, 0, 0, 64, 0, 512, false, 4};
    case CK_Q4_1: return (ck_panel_layout){32, 64, 0, 0, 128, 0, 512, false, 4};
    case CK_Q5_0: return (ck_panel_layout){32, 0, 0, 0, 64, 128, 512, false, 4};
    case CK_Q5_1: return (ck_panel_layout){32, 64, 0, 0, 128, 128, 512, false, 4};
    case CK_Q2_K: return (ck_panel_layout){256, 64, 128, 16, 640, 0, 256, true, 2};
    case CK_Q3_K: return (ck_panel_layout){256, 0, 64, 16, 576, 128, 256, true, 2};
    case CK_Q4_K: return (ck_panel_layout){256, 64, 128, 16, 640, 0, 512, false, 4};
    case CK_Q5_K: return (ck_panel_layout){256, 64, 128, 16, 640, 128, 512, false, 4};
    case CK_Q6_K: return (ck_panel_layout){256, 0, 64, 16, 576, 256, 512, true, 4};
    default: return (ck_panel_layout){0};
    }
}

// Where the scale of a stored block lies; the scale of the minimums follows it.
static inline int ck_offset_of_d(ck_format f) {
    return f == CK_Q2_K ? 80 : f == CK_Q3_K ? 108 : f == CK_Q6_K ? 208 : 0;
}

static inline size_t ck_panel_block_bytes(ck_format f) {
    ck_panel_layout l = ck_layout(f);
    return (size_t)(l.header + l.columns / 32 * (l.high + l.low));
}

static inline size_t ck_panel_bytes(ck_format f, int64_t k) {
    return (size_t)(k / ck_layout(f).columns) * ck_panel_block_bytes(f);
}

// Plans of the tables that use panels: `group` is how many rows of activations a tile takes. Bfloat16 weights
// meet bfloat16 activations only where the CPU multiplies those.
bool ck_panel_plan(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, int64_t group,
                   bool bf16, ck_plan *out);
void ck_panel_pack(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                   int64_t n1);

// Prepared activations: groups of r rows, at most `group` and as even as may be (8 rows are 4 and 4, not 6 and 2); the
// last group is as narrow as the rows left.
//   CK_ACT_F32   [k/16][r][16] floats, the last chunk padded with zeros
//   CK_ACT_BF16  [k/32][r][32] bfloat16, likewise
//   CK_ACT_Q8    [k/32] of { int8 code[r][32]; seven 32-bit fields, each [r] }
// A row takes the same bytes whatever its group's width, so a group that starts with row i starts at i * row bytes.
typedef enum {
    CK_X_SCALE,    // float
    CK_X_OFFSET,   // int32: -128 * sum of the codes
    CK_X_OFFSET0,  // int32: the same of the first 16 codes
    CK_X_OFFSET1,  // and of the last 16
    CK_X_SUM,      // float: scale * sum of the codes
    CK_X_SUM0,
    CK_X_SUM1,
    CK_X_FIELDS,
} ck_x_field;

enum { CK_X_BYTES = CK_QK + 4 * CK_X_FIELDS };

static inline size_t ck_prepared_row_bytes(ck_activation activation, int64_t k) {
    switch (activation) {
    case CK_ACT_F32: return (size_t)((k + 15) / 16) * 64;
    case CK_ACT_BF16: return (size_t)((k + 31) / 32) * 64;
    case CK_ACT_Q8: return (size_t)(k / CK_QK) * CK_X_BYTES;
    }
    return 0;
}

// Row i of m: where its group starts, how wide the group is, and which row of it this is.
typedef struct {
    char *base;
    int64_t width, row;
} ck_place;

static inline ck_place ck_place_of(void *prepared, size_t row_bytes, int64_t group, int64_t m, int64_t i) {
    int64_t width = ck_group_width(group, m), first = i / width * width;
    return (ck_place){(char *)prepared + (size_t)first * row_bytes, ck_min(width, m - first), i - first};
}

// Float rows into the layout above; compiled into every table for its instruction set.
static inline void ck_prepare_f32_row(const float *x, int64_t k, ck_place at) {
    for (int64_t j = 0; j < k; j += 16) {
        float *out = (float *)(void *)(at.base + ((j / 16) * at.width + at.row) * 64);
        int64_t count = ck_min(16, k - j);
        for (int64_t i = 0; i < count; i++) out[i] = x[j + i];
        for (int64_t i = count; i < 16; i++) out[i] = 0;
    }
}

static inline void ck_store_q8_fields(ck_place at, int64_t block, float scale, int32_t sum0, int32_t sum1) {
    char *fields = at.base + block * at.width * CK_X_BYTES + at.width * CK_QK + at.row * 4;
    const uint32_t value[CK_X_FIELDS] = {
        [CK_X_SCALE] = ck_bits_of_f32(scale),
        [CK_X_OFFSET] = (uint32_t)(-128 * (sum0 + sum1)),
        [CK_X_OFFSET0] = (uint32_t)(-128 * sum0),
        [CK_X_OFFSET1] = (uint32_t)(-128 * sum1),
        [CK_X_SUM] = ck_bits_of_f32(scale * (float)(sum0 + sum1)),
        [CK_X_SUM0] = ck_bits_of_f32(scale * (float)sum0),
        [CK_X_SUM1] = ck_bits_of_f32(scale * (float)sum1),
    };
    for (int i = 0; i < CK_X_FIELDS; i++) ck_store32(fields + i * at.width * 4, value[i]);
}

// Bytes of weights that pass under all groups of activations before the next: they stay in the L2 cache.
enum { CK_L2_BUDGET = 384 * 1024 };

static inline int64_t ck_rows_per_pass(size_t row_bytes, int64_t step) {
    int64_t steps = (int64_t)(CK_L2_BUDGET / (row_bytes * (size_t)step));
    return (steps < 1 ? 1 : steps) * step;
}

#endif

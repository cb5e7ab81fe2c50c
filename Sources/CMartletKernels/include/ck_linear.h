#ifndef CK_LINEAR_H
#define CK_LINEAR_H
// Matrix products over weights in every stored format: one table of function pointers per instruction set.
//
//   y[m][n] = sum_k w[n][k] * x[m][k]  (+ bias[n])
//
// Every y is summed over k in one fixed order whatever m, the number of rows and the n range are, so that a row
// alone and the same row among others give the same bits.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// GGML's type numbers, equal to MartletModelIR.WeightFormat.rawValue; those from 1000 on are not GGML's.
typedef enum {
    CK_F32 = 0, CK_F16 = 1, CK_Q4_0 = 2, CK_Q4_1 = 3, CK_Q5_0 = 6, CK_Q5_1 = 7, CK_Q8_0 = 8, CK_Q2_K = 10,
    CK_Q3_K = 11, CK_Q4_K = 12, CK_Q5_K = 13, CK_Q6_K = 14, CK_IQ4_NL = 20, CK_BF16 = 30,
    CK_MXFP4 = 39, CK_F8_E4M3 = 1000, CK_E2M1 = 1001,
} ck_format;

// Factors of FP8 and FP4 weights that lie in a tensor of their own: w[n][k] = element * scale[n / rows][k / columns],
// row-major, the last blocks maybe partial.
typedef enum { CK_SCALE_F32, CK_SCALE_BF16, CK_SCALE_F16, CK_SCALE_E8M0 } ck_scale_format;
typedef struct {
    const void *data;
    ck_scale_format format;
    int64_t rows, columns;
} ck_scales;

// What the activations are made into before the product; a table without bfloat16 products plans CK_ACT_F32 for
// bfloat16 weights.
typedef enum { CK_ACT_F32 = 0, CK_ACT_BF16 = 1, CK_ACT_Q8 = 2 } ck_activation;

// How one weight matrix is laid out and multiplied; made by `plan`, valid as long as the process.
typedef struct {
    ck_format format;
    ck_activation activation;
    bool float32;          // all arithmetic in float32
    int64_t n, k;          // rows (outputs) and columns (inputs) of the weight
    int64_t scale_columns; // columns under one of the scales that lie apart, 0: there are none
    int64_t row_group;     // ranges of n given to `pack` and `multiply` start at multiples of this
    int64_t token_group;   // most rows of activations that are interleaved, see ck_group_width
    size_t packed_bytes;   // 0: multiplied where it lies in the file, `pack` is not called
} ck_plan;

// Rows in a group of interleaved activations, as even as may be: 8 rows are 4 and 4, not 6 and 2. `prepare` is fastest for
// ranges of m that start at multiples of it.
static inline int64_t ck_group_width(int64_t token_group, int64_t m) {
    int64_t groups = (m + token_group - 1) / token_group;
    return groups ? (m + groups - 1) / groups : 1;
}

typedef struct ck_linear_table {
    // avx512-bf16-vnni, avx512-vnni, avx512, avx2-vnni, avx2, neon-bf16-i8mm, neon-bf16-dotprod, neon-dotprod, neon or
    // portable
    const char *name;
    // False: no such shape (k no multiple of the block), or no such scales.
    bool (*plan)(ck_format format, int64_t n, int64_t k, int64_t scale_columns, bool float32, ck_plan *out);
    // Repacks rows [n0, n1) of the file's row-major weight into `packed` (64-byte aligned). `scales` may be NULL.
    void (*pack)(const ck_plan *plan, const void *source, const ck_scales *scales, void *packed, int64_t n0,
                 int64_t n1);
    // Bytes that m prepared rows of k activations take (64-byte aligned buffer).
    size_t (*prepared_bytes)(ck_activation activation, int64_t m, int64_t k);
    // Converts rows [m0, m1) of x (row stride ldx floats) into `prepared`; m is the number of rows in all.
    void (*prepare)(ck_activation activation, const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1,
                    void *prepared);
    // y[i][n] for i in [0, m), n in [n0, n1); y points at column 0 of row 0 of this weight's output, row stride ldy.
    // `m` is the same as in `prepare`. `weight` is the packed copy or the file's bytes. bias may be NULL, else bias[n]. Overwrites y.
    void (*multiply)(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                     const float *bias, float *y, int64_t ldy);
    // k elements of one row in file layout to float32 (embedding lookup, tests). k is a multiple of the block. Scales
    // that lie apart are not applied.
    void (*dequantize)(ck_format format, const void *row, int64_t k, float *out);
} ck_linear_table;

// The i-th best of the tables that this CPU can run, NULL past the last.
const ck_linear_table *ck_linear_runnable(int i);
// The best, and the one called `name`, or NULL if the CPU cannot run it.
const ck_linear_table *ck_linear_best(void);
const ck_linear_table *ck_linear_named(const char *name);

#endif

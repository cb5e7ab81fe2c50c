#if defined(__x86_64__)
// bfloat16 weights in panels times bfloat16 activations, two products to a lane (AVX512_BF16).
//
// A panel is 32 rows of weights, [k/2][32][2], columns padded with zeros to a multiple of 32; activations are
// [k/2][rows of the group][2]. A lane of an accumulator is one output, summed over k in ascending pairs.
#include "linear_avx512.h"
#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma,f16c"))), \
                             apply_to = function)

#include "linear_avx512_transpose.h"

// Bytes of a panel for one pair of columns, and for a block of 32 columns.
enum { PAIR_BYTES = 4 * CK_PANEL, BLOCK_BYTES = 16 * PAIR_BYTES };
// Columns that pass at a time when there are several groups of activations: their parts of a panel and of a group of
// activations fit the L2 cache together.
enum { K_STEP = 4096 };

static inline int64_t blocks_of(int64_t k) { return (k + 31) / 32; }

size_t ck_avx512_bf16_packed_bytes(int64_t n, int64_t k) {
    return (size_t)((n + CK_PANEL - 1) / CK_PANEL * blocks_of(k)) * BLOCK_BYTES;
}

void ck_avx512_bf16_pack(const ck_plan *plan, const void *source, void *packed, int64_t n0, int64_t n1) {
    const size_t row_bytes = ck_row_bytes(CK_BF16, plan->k);
    for (int64_t n = n0; n < n1; n += CK_PANEL) {
        char *to = (char *)packed + (size_t)(n / CK_PANEL * blocks_of(plan->k)) * BLOCK_BYTES;
        const char *from = (const char *)source + (size_t)n * row_bytes;
        const int64_t rows = ck_min(CK_PANEL, n1 - n);
        for (int64_t left = plan->k; left > 0; left -= 32, from += 64, to += BLOCK_BYTES) {
            const __mmask32 columns = left >= 32 ? 0xffffffff : (1u << left) - 1;
            for (int64_t half = 0; half < 2; half++) {
                __m512i r[16];
                UNROLL for (int i = 0; i < 16; i++) {
                    const bool exists = 16 * half + i < rows;
                    r[i] = exists ? _mm512_maskz_loadu_epi16(columns, from + (size_t)(16 * half + i) * row_bytes)
                                  : _mm512_setzero_si512();
                }
                transpose(r);
                UNROLL for (int i = 0; i < 16; i++) _mm512_storeu_si512(to + i * PAIR_BYTES + half * 64, r[i]);
            }
        }
    }
}

// Columns 32 b to 32 b + 31 of a row as 16 pairs.
INLINE __m512i pairs_of(const float *x, int64_t k, int64_t b) {
    const int64_t left = k - 32 * b;
    const uint32_t mask = left >= 32 ? 0xffffffff : (1u << left) - 1;
    __m512 low = _mm512_maskz_loadu_ps((__mmask16)mask, x + 32 * b);
    __m512 high = _mm512_maskz_loadu_ps((__mmask16)(mask >> 16), x + 32 * b + 16);
    return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

static void prepare_row(const float *x, int64_t k, ck_place at) {
    for (int64_t b = 0; b < blocks_of(k); b++) {
        uint32_t pair[16];
        _mm512_storeu_si512(pair, pairs_of(x, k, b));
        char *out = at.base + (16 * b * at.width + at.row) * 4;
        for (int64_t i = 0; i < 16; i++) ck_store32(out + 4 * i * at.width, pair[i]);
    }
}

static void prepare_group(const float *x, int64_t ldx, int64_t k, int64_t width, char *out) {
    const __mmask16 rows = (__mmask16)((1 << width) - 1);
    for (int64_t b = 0; b < blocks_of(k); b++) {
        __m512i r[16];
        UNROLL for (int i = 0; i < 16; i++) r[i] = i < width ? pairs_of(x + i * ldx, k, b) : _mm512_setzero_si512();
        transpose(r);
        UNROLL for (int i = 0; i < 16; i++) _mm512_mask_storeu_epi32(out + 4 * i * width, rows, r[i]);
        out += 64 * width;
    }
}

void ck_avx512_bf16_prepare(const float *x, int64_t ldx, int64_t m, int64_t k, int64_t m0, int64_t m1, void *prepared) {
    for (int64_t i = m0; i < m1;) {
        const ck_place at = ck_place_of(prepared, ck_prepared_row_bytes(CK_ACT_BF16, k), CK_AVX512_BF16_GROUP, m, i);
        const bool whole = at.row == 0 && i + at.width <= m1;
        if (whole) prepare_group(x + i * ldx, ldx, k, at.width, at.base);
        else prepare_row(x + i * ldx, k, at);
        i += whole ? at.width : 1;
    }
}

typedef struct {
    int64_t pairs;      // of columns
    const char *ahead;  // one line per pair from here is brought into the L2 cache meanwhile, or NULL
    bool add;           // to what y holds
    const float *bias;  // of the panel's first row, or NULL
    float *y;           // of the group's first row and the panel's first column
    int64_t ldy;
    int columns;        // of y that exist, at most 32
} panel_task;

INLINE __mmask16 columns_mask(int columns, int r) {
    int left = columns - 16 * r;
    return left >= 16 ? 0xffff : left <= 0 ? 0 : (__mmask16)((1u << left) - 1);
}

INLINE void tile(const int width, const char *w, const char *x, const panel_task *task) {
    __m512 sum[2][CK_AVX512_BF16_GROUP];
    UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < width; i++) sum[r][i] = _mm512_setzero_ps();
    if (task->add)
        UNROLL for (int r = 0; r < 2; r++) UNROLL for (int i = 0; i < width; i++)
            sum[r][i] = _mm512_maskz_loadu_ps(columns_mask(task->columns, r), task->y + i * task->ldy + 16 * r);
#define STEP \
    do { \
        const __m512bh w0 = (__m512bh)_mm512_loadu_si512(w), w1 = (__m512bh)_mm512_loadu_si512(w + 64); \
        UNROLL for (int i = 0; i < width; i++) { \
            const __m512bh v = (__m512bh)_mm512_set1_epi32((int)ck_load32(x + 4 * i)); \
            sum[0][i] = _mm512_dpbf16_ps(sum[0][i], w0, v); \
            sum[1][i] = _mm512_dpbf16_ps(sum[1][i], w1, v); \
        } \
        w += PAIR_BYTES, x += 4 * width; \
    } while (0)
    const char *ahead = task->ahead;
    int64_t left = task->pairs;
    if (ahead) ROLLED for (; left > 0; left--, ahead += 64) {
        _mm_prefetch(ahead, _MM_HINT_T1);
        STEP;
    }
    else ROLLED for (; left > 0; left--) STEP;
#undef STEP
    UNROLL for (int r = 0; r < 2; r++) {
        const __mmask16 mask = columns_mask(task->columns, r);
        const __m512 bias = task->bias ? _mm512_maskz_loadu_ps(mask, task->bias + 16 * r) : _mm512_setzero_ps();
        UNROLL for (int i = 0; i < width; i++)
            _mm512_mask_storeu_ps(task->y + i * task->ldy + 16 * r, mask, sum[r][i] + bias);
    }
}

typedef void tile_function(const char *w, const char *x, const panel_task *task);

#define TILE(W) \
    __attribute__((noinline)) static void tile_##W(const char *w, const char *x, const panel_task *task) { \
        tile(W, w, x, task); \
    }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6) TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12)
static tile_function *const tiles[] = {tile_1, tile_2, tile_3, tile_4,  tile_5,  tile_6,
                                       tile_7, tile_8, tile_9, tile_10, tile_11, tile_12};

void ck_avx512_multiply_bf16(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0,
                             int64_t n1, const float *bias, float *y, int64_t ldy) {
    const int64_t k = 32 * blocks_of(plan->k), group = ck_group_width(CK_AVX512_BF16_GROUP, m);
    const size_t panel = (size_t)k / 2 * PAIR_BYTES, x_row = ck_prepared_row_bytes(CK_ACT_BF16, plan->k);
    // One group reads each panel once, in the order of memory.
    const int64_t step = m > group ? ck_min(k, K_STEP) : k;
    const int64_t pass = m > 4 * group ? ck_rows_per_pass((size_t)step * 2, CK_PANEL) : CK_PANEL;
    for (int64_t first = n0; first < n1; first += pass) {
        const int64_t last = ck_min(n1, first + pass);
        for (int64_t from = 0; from < k; from += step) {
            const int64_t to = ck_min(k, from + step);
            // What comes after this part of these panels: their next columns or the next panels' first.
            const bool more = to < k;
            for (int64_t i = 0, number = 0; i < m; i += group, number++) {
                const int64_t width = ck_min(group, m - i);
                const char *x = (const char *)prepared + (size_t)i * x_row + (size_t)(from * width) * 2;
                for (int64_t n = first; n < last; n += CK_PANEL) {
                    const char *w = (const char *)weight + (size_t)(n / CK_PANEL) * panel;
                    panel_task task = {(to - from) / 2, NULL, from > 0, bias && !more ? bias + n : NULL,
                                       y + i * ldy + n, ldy, (int)ck_min(CK_PANEL, last - n)};
                    // The first two groups bring a half each, so that memory and arithmetic are busy together; past n1
                    // too, as the caller most likely goes on there.
                    const int64_t next = more ? n : n + pass;
                    if (m > group && number < 2 && next < plan->n)
                        task.ahead = (const char *)weight + (size_t)(next / CK_PANEL) * panel +
                                     (size_t)(more ? to : 0) * (PAIR_BYTES / 2) + (size_t)(number * (to - from)) * 32;
                    tiles[width - 1](w + (size_t)from * (PAIR_BYTES / 2), x, &task);
                }
            }
        }
    }
}

#pragma clang attribute pop
#endif

// Quantised weights in panels times int8 activations, one text for registers of 4 and 8 lanes of 32 bits.
//
//   y = sum over blocks of scale_x * (scale_w * sum(code_w * code_x) + min_w * sum(code_x))
//
// The integer sums are exact, so instruction sets may form them as they like. Codes stay at the bottom of their bytes;
// their offset (8 for Q4_0) is taken out by where the sum starts. A register of sums holds W_ROWS rows of weights times
// X_ROWS rows of activations, those of activations side by side. Included by a file that defines
//   VL, X_ROWS            lanes of a register, 1 or 2
//   GROUP                 rows of activations in a tile at most: 4 or 8
//   REGISTERS             of rows of weights in a tile of several rows of activations
//   UNSIGNED              whether dot products want codes of Q8_0 and IQ4_NL as code + 128
//   lookup(table, codes)  bytes of the table of 16
//   add_products          of one span of columns, see `span`
//   MULTIPLY_Q8           the name of the function
#include "linear_panels.h"
#include "linear_vectors.h"

// MOST: registers of rows of weights in a tile; a row of activations alone leaves room for 4.
enum { W_ROWS = VL / X_ROWS, MOST = 4, X_REGISTERS = GROUP / X_ROWS };

INLINE vb load(const char *p) { return *(const vb_any *)(const void *)p; }
// Bits s and up of every byte of `a` (moved up if s is negative), masked.
INLINE vb bits(vb a, const int s, const int mask) {
    return (s >= 0 ? a >> (uint8_t)s : a << (uint8_t)-s) & (vb)(uint8_t)mask;
}

INLINE bool is_signed(const ck_format f) { return f == CK_Q8_0 || f == CK_IQ4_NL; }

// How far right the prepared -128 * sum moves to become -offset * sum; -1: codes have no offset.
INLINE int offset_shift(const ck_format f) {
    if (is_signed(f)) return UNSIGNED ? 0 : -1;
    return f == CK_Q4_0 ? 4 : f == CK_Q5_0 ? 3 : f == CK_Q6_K ? 2 : f == CK_Q3_K ? 5 : -1;
}

// The VL rows x 4 columns of group g; p is the sub-block, already moved to the rows wanted.
INLINE vb codes(const ck_format f, const char *p, const int g) {
    const ck_panel_layout l = ck_layout(f);
    const char *low = p + l.high;
    const int t = g & 3;
    const vb flip = UNSIGNED ? 0x80 : 0;
    switch (f) {
    case CK_Q8_0: return load(low + g * CK_WORDS) ^ flip;
    case CK_IQ4_NL: return lookup(ck_iq4nl_values, bits(load(low + t * CK_WORDS), g & 4, 0x0f)) ^ flip;
    case CK_Q4_0: case CK_Q4_1: case CK_Q4_K: return bits(load(low + t * CK_WORDS), g & 4, 0x0f);
    case CK_Q5_0: case CK_Q5_1: case CK_Q5_K:
        return bits(load(low + t * CK_WORDS), g & 4, 0x0f) | bits(load(p), g - 4, 0x10);
    case CK_Q6_K: {
        const int word = (g & 1) + (g >> 2) * 2;
        return bits(load(low + word * CK_WORDS), 2 * (g & 2), 0x0f) |
               bits(load(p + (g >> 2) * CK_WORDS), 2 * t - 4, 0x30);
    }
    case CK_Q2_K: return bits(load(low + (g >> 2) * CK_WORDS), 2 * t, 0x03);
    case CK_Q3_K: return bits(load(low + (g >> 2) * CK_WORDS), 2 * t, 0x03) | bits(load(p), g - 2, 0x04);
    default: return 0;
    }
}

// The s-th group of a span in an order in which groups that share a word follow each other.
INLINE int group_of(const ck_format f, const int half, const int s) {
    const ck_panel_layout l = ck_layout(f);
    return l.bits == 8 ? s : l.halves ? 4 * half + (s & 1) * 2 + (s >> 1) : (s & 1) * 4 + (s >> 1);
}

// Scales of VL rows from row r for sub-block j, half `half` (0 where a scale covers all 32 columns).
INLINE vf scale(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    vf d = load_halves(b + 2 * r);
    const char *s = b + l.scales + (l.halves ? 2 * j + half : j) * CK_PANEL + r;
    switch (f) {
    case CK_Q2_K: return d * to_floats(load_unsigned(s) & 15);
    case CK_Q3_K: case CK_Q6_K: return d * to_floats(load_signed(s));
    case CK_Q4_K: case CK_Q5_K: return d * to_floats(load_unsigned(s));
    default: return d;
    }
}

INLINE vf minimum(const ck_format f, const char *b, int j, const int half, const int r) {
    const ck_panel_layout l = ck_layout(f);
    vf m = load_halves(b + l.min + 2 * r);
    const char *s = b + l.scales + r;
    switch (f) {
    case CK_Q2_K: return -m * to_floats(load_unsigned(s + (2 * j + half) * CK_PANEL) >> 4);
    case CK_Q4_K: case CK_Q5_K: return -m * to_floats(load_unsigned(s + (8 + j) * CK_PANEL));
    default: return m;
    }
}

// Of the VL rows that begin a multiple of VL before it, those of the v-th register, each as often as it has
// rows of activations.
INLINE vf of_rows(vf a, const int v) {
#if X_ROWS == 2
    return v & 1 ? __builtin_shufflevector(a, a, 2, 2, 3, 3) : __builtin_shufflevector(a, a, 0, 0, 1, 1);
#else
    (void)v;
    return a;
#endif
}

// The words of the i-th X_ROWS rows of activations, for every row of weights; the last row may be alone.
INLINE vi across(const char *words, const int width, const int i) {
#if X_ROWS == 2
    if (2 * i + 1 < width) {
        uint64_t two;
        memcpy(&two, words + 8 * i, 8);
        return (vi)(LANES(uint64_t, 2))two;
    }
#else
    (void)width;
#endif
    return (vi)(int32_t)ck_load32(words + 4 * X_ROWS * i);
}

INLINE const char *field(const char *x, const int width, const ck_x_field which) {
    return x + width * CK_QK + which * width * 4;
}

#include ADD_PRODUCTS

// One span of columns under one scale, for `count` registers of rows from row r.
INLINE void span(const ck_format f, const int width, const int count, const char *b, const char *p, int j,
                 const int half, int r, const char *x, vf sum[MOST][X_REGISTERS]) {
    const ck_panel_layout l = ck_layout(f);
    const int columns = (width + X_ROWS - 1) / X_ROWS;
    const ck_x_field offset = l.halves ? (half ? CK_X_OFFSET1 : CK_X_OFFSET0) : CK_X_OFFSET,
                     sum_x = l.halves ? (half ? CK_X_SUM1 : CK_X_SUM0) : CK_X_SUM;
    vi dot[MOST][X_REGISTERS];
    UNROLL for (int i = 0; i < columns; i++) UNROLL for (int v = 0; v < count; v++)
        dot[v][i] = offset_shift(f) >= 0 ? across(field(x, width, offset), width, i) >> offset_shift(f) : 0;
    add_products(f, width, count, p + 4 * r, half, x, dot);
    UNROLL for (int v = 0; v < count; v++) {
        const int first = r + W_ROWS * (v / X_ROWS * X_ROWS);
        vf d = of_rows(scale(f, b, j, half, first), v);
        UNROLL for (int i = 0; i < columns; i++) sum[v][i] =
            multiply_add(to_floats(dot[v][i]) * d, (vf)across(field(x, width, CK_X_SCALE), width, i), sum[v][i]);
        if (!l.min) continue;
        vf m = of_rows(minimum(f, b, j, half, first), v);
        UNROLL for (int i = 0; i < columns; i++) sum[v][i] =
            multiply_add(m, (vf)across(field(x, width, sum_x), width, i), sum[v][i]);
    }
}

typedef struct {
    int64_t k;
    const float *bias;  // of the panel's first row
    float *y;           // of the group's first row and the panel's first column
    int64_t ldy;
    int columns;        // of y that exist, at most 32
} destination;

INLINE void tile_part(const ck_format f, const int width, const int count, int r, const char *w, const char *x,
                      const destination *to) {
    const ck_panel_layout l = ck_layout(f);
    const int columns = (width + X_ROWS - 1) / X_ROWS;
    vf sum[MOST][X_REGISTERS];
    UNROLL for (int v = 0; v < count; v++) UNROLL for (int i = 0; i < columns; i++) sum[v][i] = 0;
    ROLLED for (int64_t s = to->k / l.columns; s > 0; s--) {
        const char *p = w + l.header;
        ROLLED for (int j = 0; j < l.columns / 32; j++) {
            // In the order of memory just before they are read in another: see linear_avx512_q8.h.
            const int slice = l.header / (l.columns / 32) + l.high + l.low;
            UNROLL for (int i = 0; i < (slice + 63) / 64; i++) __builtin_prefetch(w + j * slice + 64 * i, 0, 3);
            span(f, width, count, w, p, j, 0, r, x, sum);
            if (l.halves) span(f, width, count, w, p, j, 1, r, x, sum);
            p += l.high + l.low;
            x += width * CK_X_BYTES;
        }
        w += l.header + l.columns / 32 * (l.high + l.low);
    }
    UNROLL for (int v = 0; v < count; v++) UNROLL for (int i = 0; i < columns; i++) {
        float out[VL];
        memcpy(out, &sum[v][i], sizeof out);
        for (int lane = 0; lane < VL; lane++) {
            const int row = r + W_ROWS * v + lane / X_ROWS, token = i * X_ROWS + lane % X_ROWS;
            if (row < to->columns && token < width)
                to->y[token * to->ldy + row] = out[lane] + (to->bias ? to->bias[row] : 0);
        }
    }
}

INLINE void tile(const ck_format f, const int width, const char *w, const char *x, const destination *to) {
    const int count = width == 1 ? MOST : REGISTERS;
    for (int r = 0; r < CK_PANEL; r += W_ROWS * count) tile_part(f, width, count, r, w, x, to);
}

typedef void tile_function(const char *w, const char *x, const destination *to);

#define TILE(F, W) \
    __attribute__((noinline)) static void tile_##F##_##W(const char *w, const char *x, const destination *to) { \
        tile(F, W, w, x, to); \
    }
#define TILES_4(F) TILE(F, 1) TILE(F, 2) TILE(F, 3) TILE(F, 4)
#define NAMES_4(F) tile_##F##_1, tile_##F##_2, tile_##F##_3, tile_##F##_4
#if GROUP == 4
#define TILES(F) TILES_4(F) static tile_function *const tiles_##F[] = {NAMES_4(F)};
#else
#define TILES(F) \
    TILES_4(F) TILE(F, 5) TILE(F, 6) TILE(F, 7) TILE(F, 8) \
    static tile_function *const tiles_##F[] = {NAMES_4(F), tile_##F##_5, tile_##F##_6, tile_##F##_7, tile_##F##_8};
#endif
TILES(CK_Q8_0) TILES(CK_Q4_0) TILES(CK_Q4_1) TILES(CK_Q5_0) TILES(CK_Q5_1) TILES(CK_IQ4_NL)
TILES(CK_Q2_K) TILES(CK_Q3_K) TILES(CK_Q4_K) TILES(CK_Q5_K) TILES(CK_Q6_K)

static tile_function *const *tiles_of(ck_format f) {
    switch (f) {
#define CASE(F) case F: return tiles_##F;
    CASE(CK_Q8_0) CASE(CK_Q4_0) CASE(CK_Q4_1) CASE(CK_Q5_0) CASE(CK_Q5_1) CASE(CK_IQ4_NL)
    CASE(CK_Q2_K) CASE(CK_Q3_K) CASE(CK_Q4_K) CASE(CK_Q5_K) CASE(CK_Q6_K)
#undef CASE
    default: return NULL;
    }
}

void MULTIPLY_Q8(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                 const float *bias, float *y, int64_t ldy) {
    const size_t panel = ck_panel_bytes(plan->format, plan->k), x_row = ck_prepared_row_bytes(CK_ACT_Q8, plan->k);
    const int64_t pass = ck_rows_per_pass(panel / CK_PANEL, CK_PANEL), group = ck_group_width(GROUP, m);
    tile_function *const *tiles = tiles_of(plan->format);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            tile_function *run = tiles[ck_min(group, m - i) - 1];
            const char *x = (const char *)prepared + (size_t)i * x_row;
            for (int64_t n = first; n < last; n += CK_PANEL) {
                destination to = {plan->k, bias ? bias + n : NULL, y + i * ldy + n, ldy,
                                  (int)ck_min(CK_PANEL, last - n)};
                run((const char *)weight + (size_t)(n / CK_PANEL) * panel, x, &to);
            }
        }
    }
}

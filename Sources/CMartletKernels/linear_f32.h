// Weights of every format times float32 activations in dot form. Included by a file that defines VL, the target,
// GROUP (rows of activations in a tile at most) and MULTIPLY_F32.
#include "linear_rows_decode.h"

enum { ROWS = 4, STEP = 16, F32 = 0, F16 = 1, BF16 = 2, F8 = 3 };
#include "linear_dot_rows.h"

INLINE int weight_bytes(const int kind) { return kind == F32 ? 4 : kind == F8 ? 1 : 2; }

INLINE vf weights(const int kind, const char *p) {
    return kind == F32 ? load_floats(p) : kind == F16 ? load_halves(p) : kind == F8 ? from_f8(p) : load_bfloats(p);
}

// All 16 registers of AVX2 are in use: weights loaded early would push accumulators out to memory.
#if VL == 8
#define in_order(sum) __asm__ volatile("" : "+x"(sum)::"memory")
#else
#define in_order(sum) (void)0
#endif

typedef LANES(float, 4) four;

INLINE four quarter_sums(vf a) {
#if VL == 8
    return a.lo + a.hi;
#else
    return a;
#endif
}

// {sum a, sum b, sum c, sum d}
INLINE four fold(vf a, vf b, vf c, vf d) {
    four a4 = quarter_sums(a), b4 = quarter_sums(b), c4 = quarter_sums(c), d4 = quarter_sums(d);
    four ab = __builtin_shufflevector(a4, b4, 0, 4, 1, 5) + __builtin_shufflevector(a4, b4, 2, 6, 3, 7);
    four cd = __builtin_shufflevector(c4, d4, 0, 4, 1, 5) + __builtin_shufflevector(c4, d4, 2, 6, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

// One step of 16 columns. The activations stay in registers while a register of weights comes at a time.
INLINE void step(const int kind, const int width, const char *const w[ROWS], const char *x, vf sum[GROUP][ROWS]) {
    UNROLL for (int part = 0; part < STEP / VL; part++) {
        vf v[GROUP];
        UNROLL for (int i = 0; i < width; i++) v[i] = load_floats(x + 64 * i + 4 * VL * part);
        UNROLL for (int j = 0; j < ROWS; j++) {
            vf row = weights(kind, w[j] + VL * weight_bytes(kind) * part);
            UNROLL for (int i = 0; i < width; i++) {
                sum[i][j] = multiply_add(row, v[i], sum[i][j]);
                in_order(sum[i][j]);
            }
        }
    }
}

INLINE void dot_tile(const int kind, const int width, const char *x, const dot_task *task) {
    vf sum[GROUP][ROWS];
    UNROLL for (int i = 0; i < width; i++) UNROLL for (int j = 0; j < ROWS; j++) sum[i][j] = 0;
    const char *w[ROWS], *ahead = task->ahead;
    UNROLL for (int j = 0; j < ROWS; j++) w[j] = task->row[j];
    int64_t left = task->k;
    ROLLED for (; left >= STEP; left -= STEP) {
        if (ahead) ahead = fetch(task, ahead, STEP * weight_bytes(kind));
        step(kind, width, w, x, sum);
        x += 64 * width;
        UNROLL for (int j = 0; j < ROWS; j++) w[j] += STEP * weight_bytes(kind);
    }
    if (left) {
        char last[ROWS][STEP * 4] = {0};
        const char *at[ROWS];
        UNROLL for (int j = 0; j < ROWS; j++) at[j] = memcpy(last[j], w[j], (size_t)(left * weight_bytes(kind)));
        step(kind, width, at, x, sum);
    }
    UNROLL for (int i = 0; i < width; i++) {
        four sums = fold(sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
        if (task->scale) {
            four scale;
            memcpy(&scale, task->scale, sizeof scale);
            sums *= scale;
        }
        put_row(task, i, (const float *)&sums);
    }
}

#define DOT(K, W) \
    __attribute__((noinline)) static void dot_##K##_##W(const char *x, const dot_task *task) { \
        dot_tile(K, W, x, task); \
    }
#if GROUP == 3
#define DOTS(K) \
    DOT(K, 1) DOT(K, 2) DOT(K, 3) static dot_function *const dots_##K[] = {dot_##K##_1, dot_##K##_2, dot_##K##_3};
#else
#define DOTS(K) \
    DOT(K, 1) DOT(K, 2) DOT(K, 3) DOT(K, 4) \
    static dot_function *const dots_##K[] = {dot_##K##_1, dot_##K##_2, dot_##K##_3, dot_##K##_4};
#endif
DOTS(F32)
DOTS(F16)
DOTS(BF16)
DOTS(F8)

// Rows and columns decoded at a time: 32 KiB on the stack, and a row because decoding may write past its end.
enum { DECODED_ROWS = 32, DECODED_COLUMNS = CK_SUPER };

static void decode_row(const ck_plan *plan, const char *row, int64_t k0, int64_t count, float *out) {
    if (ck_is_small_float(plan->format)) {
        decode_small_float(plan, row, k0, count, out);
        return;
    }
    ck_decoded block;
    ck_decode(plan->format, row, k0, count, &block);
    for (int64_t j = 0; j < count / 16; j++)
        for (int i = 0; i < 16; i++) out[16 * j + i] = block.scale[j] * (float)block.code[16 * j + i] + block.min[j];
}

static void multiply_decoded(const ck_plan *plan, const char *weight, const char *x, int64_t m, int64_t n0,
                               int64_t n1, const float *bias, float *y, int64_t ldy) {
    const size_t row_bytes = ck_plan_row_bytes(plan), x_row = ck_prepared_row_bytes(CK_ACT_F32, plan->k);
    const int64_t group = ck_group_width(GROUP, m);
    float decoded[DECODED_ROWS + 1][DECODED_COLUMNS];
    for (int64_t n = n0; n < n1; n += DECODED_ROWS) {
        int64_t rows = ck_min(DECODED_ROWS, n1 - n);
        for (int64_t k0 = 0; k0 < plan->k; k0 += DECODED_COLUMNS) {
            int64_t count = ck_min(DECODED_COLUMNS, plan->k - k0);
            for (int64_t j = 0; j < rows; j++)
                decode_row(plan, weight + (size_t)(n + j) * row_bytes, k0, count, decoded[j]);
            const bool last = k0 + count == plan->k;
            for (int64_t i = 0; i < m; i += group) {
                const int64_t width = ck_min(group, m - i);
                const char *rows_x = x + (size_t)i * x_row + (size_t)(k0 / STEP * width) * 64;
                dot_rows(dots_F32 + width - 1, (const char *)decoded, sizeof decoded[0], 4, rows_x, 0, 1, 0, rows,
                         last && bias ? bias + n : NULL, (dot_task){.k = count, .add = k0 > 0, .ldy = ldy},
                         y + i * ldy + n);
            }
        }
    }
}

// FP8 whose scales cover whole steps: they apply to sums. Few rows of activations meet the codes themselves, many the
// same numbers decoded once.
static void multiply_f8(const ck_plan *plan, const char *weight, const char *x, int64_t m, int64_t n0, int64_t n1,
                        const float *bias, float *y, int64_t ldy) {
    const size_t row_bytes = ck_plan_row_bytes(plan), x_row = ck_prepared_row_bytes(CK_ACT_F32, plan->k);
    const int64_t group = ck_group_width(GROUP, m), columns = ck_scale_columns(plan);
    const bool few = m <= GROUP;
    float decoded[DECODED_ROWS + 1][DECODED_COLUMNS], scales[DECODED_ROWS] = {0};
    for (int64_t n = n0; n < n1; n += few ? ROWS : DECODED_ROWS) {
        const int64_t rows = ck_min(few ? ROWS : DECODED_ROWS, n1 - n);
        const char *first = weight + (size_t)n * row_bytes;
        for (int64_t k0 = 0; k0 < plan->k;) {
            const int64_t next = ck_min(plan->k, (k0 / columns + 1) * columns);
            const int64_t count = ck_min(DECODED_COLUMNS, next - k0);
            const bool last = k0 + count == plan->k;
            for (int64_t j = 0; j < rows; j++) {
                const char *row = first + (size_t)j * row_bytes;
                scales[j] = ck_f32_from_bits(ck_load32(row + ck_scales_offset(plan->k) + k0 / columns * 4));
                if (!few) for (int64_t i = 0; i < count; i += VL) *(vf_any *)(decoded[j] + i) = from_f8(row + k0 + i);
            }
            for (int64_t i = 0; i < m; i += group) {
                const int64_t width = ck_min(group, m - i);
                dot_rows((few ? dots_F8 : dots_F32) + width - 1, few ? first + k0 : (const char *)decoded,
                         few ? row_bytes : sizeof decoded[0], few ? 1 : 4,
                         x + (size_t)i * x_row + (size_t)(k0 / STEP * width) * 64, 0, 1, 0, rows,
                         last && bias ? bias + n : NULL,
                         (dot_task){.k = count, .scale = scales, .add = k0 > 0, .ldy = ldy}, y + i * ldy + n);
            }
            k0 += count;
        }
    }
}

void MULTIPLY_F32(const ck_plan *plan, const void *weight, const void *prepared, int64_t m, int64_t n0, int64_t n1,
                  const float *bias, float *y, int64_t ldy) {
    if (plan->format == CK_F8_E4M3 && (ck_scale_columns(plan) >= plan->k || plan->scale_columns % STEP == 0)) {
        multiply_f8(plan, weight, prepared, m, n0, n1, bias, y, ldy);
        return;
    }
    if (ck_is_quantized(plan->format) || ck_is_small_float(plan->format)) {
        multiply_decoded(plan, weight, prepared, m, n0, n1, bias, y, ldy);
        return;
    }
    dot_function *const *by_width = plan->format == CK_F32 ? dots_F32 : plan->format == CK_F16 ? dots_F16 : dots_BF16;
    dot_rows(by_width, weight, ck_row_bytes(plan->format, plan->k), plan->format == CK_F32 ? 4 : 2, prepared,
             ck_prepared_row_bytes(CK_ACT_F32, plan->k), m, n0, n1, bias, (dot_task){.k = plan->k, .ldy = ldy}, y);
}

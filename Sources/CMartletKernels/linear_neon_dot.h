// Float weights times float activations in dot form: tiles of 4 rows of weights and up to 4 of activations. Included by
// a file that defines STEP (columns in 64 bytes of activations), weight_bytes(kind) and
//   multiply_add(kind, part, w, x, sum)   columns of quarter `part` of a step
#include "linear_neon.h"

enum { ROWS = 4 };

typedef struct {
    const char *row[ROWS];  // of weights, repeated where fewer exist
    int64_t k;
    const float *bias;      // NULL: none
    bool add;               // to what y holds
    float *y;
    int64_t ldy;
    int columns;            // of the 4 that exist
} dot_task;

INLINE void step(__attribute__((unused)) const int kind, const int width, const char *const w[ROWS], const char *x,
                 float32x4_t sum[CK_NEON_GROUP][ROWS]) {
    UNROLL for (int part = 0; part < 4; part++) UNROLL for (int i = 0; i < width; i++)
        UNROLL for (int j = 0; j < ROWS; j++) sum[i][j] =
            multiply_add(kind, part, w[j], x + 64 * i + 16 * part, sum[i][j]);
}

INLINE void dot_tile(__attribute__((unused)) const int kind, const int width, const char *x, const dot_task *task) {
    float32x4_t sum[CK_NEON_GROUP][ROWS];
    UNROLL for (int i = 0; i < width; i++) UNROLL for (int j = 0; j < ROWS; j++) sum[i][j] = vdupq_n_f32(0);
    const char *w[ROWS] = {task->row[0], task->row[1], task->row[2], task->row[3]};
    int64_t left = task->k;
    ROLLED for (; left >= STEP; left -= STEP) {
        step(kind, width, w, x, sum);
        x += 64 * width;
        UNROLL for (int j = 0; j < ROWS; j++) w[j] += STEP * weight_bytes(kind);
    }
    if (left) {
        char last[ROWS][64] = {0};
        const char *at[ROWS] = {last[0], last[1], last[2], last[3]};
        for (int j = 0; j < ROWS; j++) memcpy(last[j], w[j], (size_t)(left * weight_bytes(kind)));
        step(kind, width, at, x, sum);
    }
    UNROLL for (int i = 0; i < width; i++) {
        float32x4_t v = vpaddq_f32(vpaddq_f32(sum[i][0], sum[i][1]), vpaddq_f32(sum[i][2], sum[i][3]));
        float out[ROWS];
        vst1q_f32(out, v);
        for (int j = 0; j < task->columns; j++) {
            float *y = task->y + i * task->ldy + j;
            *y = (task->add ? *y : 0) + out[j] + (task->bias ? task->bias[j] : 0);
        }
    }
}

typedef void dot_function(const char *x, const dot_task *task);

#define DOT(K, W)                                                                                                      \
    __attribute__((noinline)) static void dot_##K##_##W(const char *x, const dot_task *task) {                         \
        dot_tile(K, W, x, task);                                                                                       \
    }
#define DOTS(K) \
    DOT(K, 1) DOT(K, 2) DOT(K, 3) DOT(K, 4) \
    static dot_function *const dots_##K[] = {dot_##K##_1, dot_##K##_2, dot_##K##_3, dot_##K##_4};

INLINE void dot_rows(dot_function *const *by_width, const char *weight, size_t row_bytes, const char *x, size_t x_row,
                     int64_t m, int64_t n0, int64_t n1, const float *bias, dot_task task, float *y) {
    const int64_t pass = ck_rows_per_pass(row_bytes, ROWS), group = ck_group_width(CK_NEON_GROUP, m);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            dot_function *run = by_width[ck_min(group, m - i) - 1];
            for (int64_t n = first; n < last; n += ROWS) {
                task.columns = (int)ck_min(ROWS, last - n);
                for (int j = 0; j < ROWS; j++)
                    task.row[j] = weight + (size_t)(n + ck_min(j, task.columns - 1)) * row_bytes;
                task.bias = bias ? bias + n : NULL;
                task.y = y + i * task.ldy + n;
                run(x + (size_t)i * x_row, &task);
            }
        }
    }
}

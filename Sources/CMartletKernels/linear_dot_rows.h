// Products of rows of weights where they lie in the file: the loops around tiles of ROWS rows of weights and up to
// GROUP rows of activations. Included by a file that defines both.
#include "linear_panels.h"

typedef struct {
    const char *row[ROWS];  // of weights, repeated where fewer exist
    int64_t k;
    const char *ahead;      // as many bytes, in one piece, to bring into the L2 cache meanwhile, or NULL
    const float *bias;      // NULL: none
    bool add;               // to what y holds
    float *y;
    int64_t ldy;
    int columns;            // of the ROWS that exist
} dot_task;

typedef void dot_function(const char *x, const dot_task *task);

// Brings `bytes` (a multiple of 64) from `ahead` into the L2 cache. Rows side by side are as many streams from DRAM,
// which is slow; asked for ahead and in the order of memory they are one.
INLINE const char *fetch(const char *ahead, int bytes) {
    UNROLL for (int i = 0; i < bytes / 64; i++) __builtin_prefetch(ahead + 64 * i, 0, 2);
    return ahead + bytes;
}

INLINE void dot_rows(dot_function *const *by_width, const char *weight, size_t row_bytes, const char *x, size_t x_row,
                     int64_t m, int64_t n0, int64_t n1, const float *bias, dot_task task, float *y) {
    const int64_t pass = ck_rows_per_pass(row_bytes, ROWS), group = ck_group_width(GROUP, m);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            dot_function *run = by_width[ck_min(group, m - i) - 1];
            // Only the first group of activations waits for DRAM; during the second the next pass is brought.
            const int64_t distance = m <= group ? ROWS : i == group ? pass : n1;
            for (int64_t n = first; n < last; n += ROWS) {
                task.columns = (int)ck_min(ROWS, last - n);
                for (int j = 0; j < ROWS; j++)
                    task.row[j] = weight + (size_t)(n + ck_min(j, task.columns - 1)) * row_bytes;
                task.ahead = n + distance < n1 ? weight + (size_t)(n + distance) * row_bytes : NULL;
                task.bias = bias ? bias + n : NULL;
                task.y = y + i * task.ldy + n;
                run(x + (size_t)i * x_row, &task);
            }
        }
    }
}

// Writes a row of a tile: `sum` has ROWS elements.
INLINE void put_row(const dot_task *task, int i, const float *sum) {
    float *y = task->y + i * task->ldy;
    for (int j = 0; j < task->columns; j++)
        y[j] = (task->add ? y[j] : 0) + sum[j] + (task->bias ? task->bias[j] : 0);
}

// Products of rows of weights where they lie in the file: the loops around tiles of ROWS rows of weights and up to
// GROUP rows of activations. Included by a file that defines
// both, and STEP, the columns that 64 bytes of activations hold.
#include "linear_panels.h"

typedef struct {
    const char *row[ROWS];  // of weights, repeated where fewer exist
    int64_t k;
    const char *ahead;      // weights to bring into the L2 cache meanwhile, or NULL
    size_t ahead_row;       // bytes from one of their rows to the next, 0: they are one piece
    const float *scale;     // ROWS factors of the sums, NULL: none
    const float *bias;      // NULL: none
    bool add;               // to what y holds
    float *y;
    int64_t ldy;
    int columns;            // of the ROWS that exist
} dot_task;

typedef void dot_function(const char *x, const dot_task *task);

// Brings what is ahead for the columns that take `bytes` of each row.
INLINE const char *fetch(const dot_task *task, const char *ahead, const int bytes) {
    if (task->ahead_row) {
        UNROLL for (int j = 0; j < ROWS; j++) __builtin_prefetch(ahead + (size_t)j * task->ahead_row, 0, 2);
        return ahead + bytes;
    }
    UNROLL for (int i = 0; i < ROWS * bytes / 64; i++) __builtin_prefetch(ahead + 64 * i, 0, 2);
    return ahead + ROWS * bytes;
}

// Columns whose activations stay in the L1 cache while weights pass. Sums of so many columns are added to each other,
// whatever the number of rows.
enum { CHUNK = 2048 };

// Rows [n0, n1) of weights whose row n starts at weight + n * row_bytes, all m rows of x.
INLINE void dot_rows(dot_function *const *by_width, const char *weight, size_t row_bytes, const int weight_bytes,
                     const char *x, size_t x_row, int64_t m, int64_t n0, int64_t n1, const float *bias, dot_task task,
                     float *y) {
    const int64_t k = task.k, group = ck_group_width(GROUP, m);
    const float *scale = task.scale;
    const bool add = task.add, few = m <= group;
    // Few rows of activations wait for DRAM, which is fastest when weights are asked for in the order of memory: those
    // of the next tile in one piece. Of many rows, the second group lets memory bring what the first needs next.
    const int64_t pass = few ? ROWS : ck_rows_per_pass((size_t)(ck_min(k, CHUNK) * weight_bytes), ROWS);
    for (int64_t first = n0; first < n1; first += pass) {
        const int64_t last = ck_min(n1, first + pass);
        for (int64_t k0 = 0; k0 < k; k0 += CHUNK) {
            task.k = ck_min(CHUNK, k - k0);
            task.add = add || k0 > 0;
            const bool ends = k0 + task.k == k;
            for (int64_t i = 0; i < m; i += group) {
                const int64_t width = ck_min(group, m - i);
                for (int64_t n = first; n < last; n += ROWS) {
                    const char *row = weight + (size_t)n * row_bytes + (size_t)(k0 * weight_bytes);
                    task.columns = (int)ck_min(ROWS, last - n);
                    for (int j = 0; j < ROWS; j++) task.row[j] = row + (size_t)ck_min(j, task.columns - 1) * row_bytes;
                    task.ahead = NULL;
                    if (few && n + ROWS < n1)
                        task.ahead = weight + (size_t)(n + ROWS) * row_bytes + (size_t)(k0 * weight_bytes * ROWS);
                    else if (i == group && !ends) task.ahead = row + CHUNK * weight_bytes;
                    else if (i == group && n + pass < n1) task.ahead = weight + (size_t)(n + pass) * row_bytes;
                    task.ahead_row = few ? 0 : row_bytes;
                    task.scale = scale ? scale + n : NULL;
                    task.bias = bias && ends ? bias + n : NULL;
                    task.y = y + i * task.ldy + n;
                    by_width[width - 1](x + (size_t)i * x_row + (size_t)(k0 / STEP * width) * 64, &task);
                }
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

// Float weights times float activations in dot form: a tile is 4 rows of weights, read where they lie, times up to
// 6 rows of activations. Included by a file that defines
//   STEP                       columns a register of activations holds
//   vector                     that register
//   weights(kind, p, mask)     a register of weights; `mask` says which columns exist
//   activations(p)             a register of activations
//   multiply_add(sum, w, x)
//   FEW                        rows of activations that are faster with weights read in order (measured)
#include "linear_avx512.h"

// Adds the lanes of four registers: {sum a, sum b, sum c, sum d}.
INLINE __m128 fold4(__m512 a, __m512 b, __m512 c, __m512 d) {
    __m256 a2 = _mm512_castps512_ps256(a) + _mm512_extractf32x8_ps(a, 1);
    __m256 b2 = _mm512_castps512_ps256(b) + _mm512_extractf32x8_ps(b, 1);
    __m256 c2 = _mm512_castps512_ps256(c) + _mm512_extractf32x8_ps(c, 1);
    __m256 d2 = _mm512_castps512_ps256(d) + _mm512_extractf32x8_ps(d, 1);
    __m256 abcd = _mm256_hadd_ps(_mm256_hadd_ps(a2, b2), _mm256_hadd_ps(c2, d2));
    return _mm256_castps256_ps128(abcd) + _mm256_extractf128_ps(abcd, 1);
}

typedef struct {
    const char *row[4];  // of weights, repeated where fewer than 4 exist
    int64_t k;
    const char *ahead;   // as many bytes to bring into the L2 cache meanwhile, or NULL
    const float *bias;   // NULL: none
    bool add;            // to what y holds
    float *y;
    int64_t ldy;
    __mmask8 columns;    // of the 4 that exist
} dot_task;

// Lines of 64 bytes of activations that may stay in the L1 cache while weights pass.
enum { L1_LINES = 384 };

// Few rows of activations: DRAM is the limit, and it is fastest when weights are read in order, a row (or as much of it
// as keeps the activations in the L1 cache) after the other; four streams a row apart reach two thirds of it. The
// products are added in the same order as in dot_block.
INLINE void dot_stream(__attribute__((unused)) const int kind, const int width, const char *x, const dot_task *task,
                       __m512 sum[CK_AVX512_GROUP][4]) {
    enum { RUN = 4 };
    const int64_t chunk = L1_LINES / width / RUN * RUN * STEP;
    UNROLL for (int i = 0; i < width; i++) UNROLL for (int j = 0; j < 4; j++) sum[i][j] = _mm512_setzero_ps();
    ROLLED for (int64_t k = 0; k < task->k; k += chunk) {
        const char *from = x + k / STEP * width * 64;
        UNROLL for (int j = 0; j < 4; j++) {
            const char *w = task->row[j] + k * weight_bytes(kind), *v = from;
            int64_t left = ck_min(chunk, task->k - k);
            ROLLED for (; left >= RUN * STEP; left -= RUN * STEP) {
                UNROLL for (int s = 0; s < RUN; s++) {
                    vector row = weights(kind, w + s * STEP * weight_bytes(kind), -1);
                    UNROLL for (int i = 0; i < width; i++)
                        sum[i][j] = multiply_add(sum[i][j], row, activations(v + 64 * (s * width + i)));
                }
                w += RUN * STEP * weight_bytes(kind), v += RUN * 64 * width;
            }
            ROLLED for (; left > 0; left -= STEP) {
                vector row = left >= STEP ? weights(kind, w, -1) : weights(kind, w, (1ll << left) - 1);
                UNROLL for (int i = 0; i < width; i++) sum[i][j] =
                    multiply_add(sum[i][j], row, activations(v + 64 * i));
                w += STEP * weight_bytes(kind), v += 64 * width;
            }
        }
    }
}

// Many rows of activations: four rows of them together, so that activations are read a quarter as often.
INLINE void dot_block(__attribute__((unused)) const int kind, const int width, const char *x, const dot_task *task,
                      __m512 sum[CK_AVX512_GROUP][4]) {
    UNROLL for (int i = 0; i < width; i++) UNROLL for (int j = 0; j < 4; j++) sum[i][j] = _mm512_setzero_ps();
    const char *w0 = task->row[0], *w1 = task->row[1], *w2 = task->row[2], *w3 = task->row[3], *ahead = task->ahead;
    int64_t left = task->k;
    ROLLED for (; left >= STEP; left -= STEP) {
        if (ahead) {
            UNROLL for (int j = 0; j < STEP * weight_bytes(kind) / 16; j++) _mm_prefetch(ahead + 64 * j, _MM_HINT_T1);
            ahead += STEP * weight_bytes(kind) * 4;
        }
        vector w[4] = {weights(kind, w0, -1), weights(kind, w1, -1), weights(kind, w2, -1), weights(kind, w3, -1)};
        UNROLL for (int i = 0; i < width; i++) {
            vector v = activations(x + 64 * i);
            UNROLL for (int j = 0; j < 4; j++) sum[i][j] = multiply_add(sum[i][j], w[j], v);
        }
        x += 64 * width;
        w0 += STEP * weight_bytes(kind), w1 += STEP * weight_bytes(kind);
        w2 += STEP * weight_bytes(kind), w3 += STEP * weight_bytes(kind);
    }
    if (left) {
        const int64_t mask = (1ll << left) - 1;
        vector w[4] = {weights(kind, w0, mask), weights(kind, w1, mask), weights(kind, w2, mask),
                       weights(kind, w3, mask)};
        UNROLL for (int i = 0; i < width; i++) {
            vector v = activations(x + 64 * i);
            UNROLL for (int j = 0; j < 4; j++) sum[i][j] = multiply_add(sum[i][j], w[j], v);
        }
    }
}

INLINE void dot_tile(const int kind, const bool stream, const int width, const char *x, const dot_task *task) {
    __m512 sum[CK_AVX512_GROUP][4];
    if (stream) dot_stream(kind, width, x, task, sum);
    else dot_block(kind, width, x, task, sum);
    __m128 bias = task->bias ? _mm_maskz_loadu_ps(task->columns, task->bias) : _mm_setzero_ps();
    UNROLL for (int i = 0; i < width; i++) {
        float *y = task->y + i * task->ldy;
        __m128 v = fold4(sum[i][0], sum[i][1], sum[i][2], sum[i][3]);
        if (task->add) v = _mm_maskz_loadu_ps(task->columns, y) + v;
        _mm_mask_storeu_ps(y, task->columns, v + bias);
    }
}

typedef void dot_function(const char *x, const dot_task *task);

#define DOT(K, NAME, STREAM, W) \
    __attribute__((noinline)) static void NAME##_##K##_##W(const char *x, const dot_task *task) { \
        dot_tile(K, STREAM, W, x, task); \
    }
#define BLOCKS(K) \
    DOT(K, block, false, 1) DOT(K, block, false, 2) DOT(K, block, false, 3) \
    DOT(K, block, false, 4) DOT(K, block, false, 5) DOT(K, block, false, 6) \
    static dot_function *const blocks_##K[] = {block_##K##_1, block_##K##_2, block_##K##_3, \
                                               block_##K##_4, block_##K##_5, block_##K##_6};

// Rows [n0, n1) of weights whose row n starts at weight + n * row_bytes, all m rows of x.
// Up to FEW rows of activations go through `stream`, several of them only if they fit the L1 cache.
INLINE void dot_rows(dot_function *const *stream, dot_function *const *block, const char *weight, size_t row_bytes,
                     const char *x, size_t x_row, int64_t m, int64_t n0, int64_t n1, const float *bias, dot_task task,
                     float *y) {
    const int64_t pass = ck_rows_per_pass(row_bytes, 4), group = ck_group_width(CK_AVX512_GROUP, m);
    const bool few = m == 1 || (m <= FEW && (size_t)m * x_row <= L1_LINES * 64);
    for (int64_t first = n0; first < n1; first += pass) {
        int64_t last = ck_min(n1, first + pass);
        for (int64_t i = 0; i < m; i += group) {
            dot_function *run = (few ? stream : block)[ck_min(group, m - i) - 1];
            for (int64_t n = first; n < last; n += 4) {
                int64_t rows = ck_min(4, last - n);
                for (int64_t j = 0; j < 4; j++) task.row[j] = weight + (size_t)(n + ck_min(j, rows - 1)) * row_bytes;
                // The second group of activations finds its weights in the cache, so memory is free for the next pass.
                task.ahead = i == group && n + pass < n1 ? weight + (size_t)(n + pass) * row_bytes : NULL;
                task.columns = (__mmask8)((1 << rows) - 1);
                task.bias = bias ? bias + n : NULL;
                task.y = y + i * task.ldy + n;
                run(x + (size_t)i * x_row, &task);
            }
        }
    }
}

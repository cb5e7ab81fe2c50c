// Causal attention over the paged cache: flash-style online softmax over tiles of 64 positions.
//
// For one query row the order of operations is: per tile, scores summed over d ascending; maximum; exponentials;
// lane-wise sum; values summed over positions ascending. Tiles are anchored at position 0, masked positions contribute
// exact zeros, and rows never mix, so neither the other rows of a call nor the number of rows change a bit.

// Rows whose accumulators fit the registers together.
enum { ROWS = 4, TILE = CK_ATTENTION_TILE, VECTORS = TILE / VL, GROUP_VECTORS = 16 / VL };
// Groups whose scores are summed together, and vectors of a value row: as many as registers allow.
#if VL == 16
enum { GROUPS = 4, SPAN = 4 };
#else
enum { GROUPS = 1, SPAN = GROUP_VECTORS };
#endif

typedef struct {
    float *query;   // [rows][head_dim], scaled
    float *out;     // [rows][padded], not yet divided by the sum
    float *sums;    // [rows][16] lane-wise sums of exponentials
    float *maxima;  // [rows]
    float *probs;   // [ROWS][TILE]
    float *tile;    // [4] groups as float32
} scratch_parts;

typedef struct {
    ck_kv_dtype dtype;
    int64_t head_dim;
    const uint8_t *groups[4];
    const float *scales[4];
} tile_view;

INLINE scratch_parts split_scratch(void *scratch, int64_t head_dim, int64_t rows) {
    float *p = scratch;
    scratch_parts s;
    s.tile = p, p += 4 * 16 * (head_dim + padded(head_dim));
    s.probs = p, p += ROWS * TILE;
    s.sums = p, p += rows * 16;
    s.out = p, p += rows * padded(head_dim);
    s.query = p, p += rows * head_dim;
    s.maxima = p;
    return s;
}

// probs[r][j] = query[r] . key[j], r < count.
INLINE void score_rows(const int count, ck_kv_dtype dtype, const tile_view *view, const float *query, float *probs) {
    const int64_t head_dim = view->head_dim;
    for (int first = 0; first < 4; first += GROUPS) {
        vf acc[ROWS][GROUPS * GROUP_VECTORS];
#pragma clang loop unroll(full)
        for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
            for (int i = 0; i < GROUPS * GROUP_VECTORS; i++) acc[r][i] = 0.0f;
#pragma clang loop unroll(disable)
        for (int64_t d = 0; d < head_dim; d++) {
            vf keys[GROUPS * GROUP_VECTORS];
#pragma clang loop unroll(full)
            for (int g = 0; g < GROUPS; g++)
#pragma clang loop unroll(full)
                for (int i = 0; i < GROUP_VECTORS; i++)
                    keys[g * GROUP_VECTORS + i] = load_stored(dtype, view->groups[first + g], d * 16 + i * VL);
#pragma clang loop unroll(full)
            for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
                for (int i = 0; i < GROUPS * GROUP_VECTORS; i++)
                    acc[r][i] = fma_((vf)query[r * head_dim + d], keys[i], acc[r][i]);
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
            for (int i = 0; i < GROUPS * GROUP_VECTORS; i++) {
                vf score = acc[r][i];
                if (view->scales[0])
                    score *= load(view->scales[first + i / GROUP_VECTORS] + i % GROUP_VECTORS * VL);
                store(probs + r * TILE + first * 16 + i * VL, score);
            }
    }
}

// Scores to weights of the values; positions outside [low, high) of the tile get 0. Returns the factor for what was
// summed before.
INLINE float weigh_row(const tile_view *view, int64_t low, int64_t high, float *probs, float *sums, float *maximum) {
    vf x[VECTORS];
    for (int i = 0; i < VECTORS; i++) x[i] = load(probs + i * VL);
    if (low > 0 || high < TILE) {
        vi lane;
        for (int i = 0; i < VL; i++) lane[i] = i;
        for (int i = 0; i < VECTORS; i++) {
            vi j = lane + i * VL;
            x[i] = ((j >= (int32_t)low) & (j < (int32_t)high)) ? x[i] : (vf)(-INFINITY);
        }
    }
    vf largest = x[0];
    for (int i = 1; i < VECTORS; i++) largest = max_(largest, x[i]);
    float top = max_lanes(largest), old = *maximum;
    top = top > old ? top : old;
    // A row that has seen nothing yet keeps minus infinity; its differences must not be NaN.
    float base = top == -INFINITY ? 0.0f : top;
    float factor = exp_((vf)(old - base))[0];
    vf sum = 0.0f;
    for (int i = 0; i < VECTORS; i++) {
        x[i] = exp_(x[i] - base);
        sum += x[i];
    }
    store(sums, load(sums) * factor + sum);
    for (int i = 0; i < VECTORS; i++) {
        if (view->scales[0]) x[i] *= load(view->scales[i / GROUP_VECTORS] + 16 + i % GROUP_VECTORS * VL);
        store(probs + i * VL, x[i]);
    }
    *maximum = top;
    return factor;
}

// out[r][0..<span vectors] = out * factor + sum over j in [low, high) of probs[r][j] * value[j].
INLINE void sum_values(const int count, const int span, ck_kv_dtype dtype, const uint8_t *const *values, int64_t column,
                       int64_t width, int64_t low, int64_t high, const float *probs, const float *factors, float *out) {
    vf acc[ROWS][SPAN];
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
        for (int i = 0; i < span; i++) acc[r][i] = load(out + r * width + column + i * VL) * factors[r];
    for (int64_t g = low / 16; g * 16 < high; g++) {
        int64_t end = high < g * 16 + 16 ? high : g * 16 + 16;
#pragma clang loop unroll(disable)
        for (int64_t j = low > g * 16 ? low : g * 16; j < end; j++) {
            vf row[SPAN];
#pragma clang loop unroll(full)
            for (int i = 0; i < span; i++) row[i] = load_stored(dtype, values[g], j % 16 * width + column + i * VL);
#pragma clang loop unroll(full)
            for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
                for (int i = 0; i < span; i++) acc[r][i] = fma_((vf)probs[r * TILE + j], row[i], acc[r][i]);
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
        for (int i = 0; i < span; i++) store(out + r * width + column + i * VL, acc[r][i]);
}

// One tile for rows [row, row + count).
INLINE void attend_rows(const int count, ck_kv_dtype dtype, const ck_attention *a, const tile_view *view,
                        const scratch_parts *s, int64_t row, int64_t tile) {
    const int64_t width = padded(view->head_dim);
    float factors[ROWS];
    score_rows(count, dtype, view, s->query + row * view->head_dim, s->probs);
    int64_t low = TILE, high = 0;
    for (int r = 0; r < count; r++) {
        int64_t position = a->position + (row + r) / a->num_heads;
        int64_t from = position - tile < a->window ? 0 : position - tile - a->window + 1;
        int64_t to = position - tile + 1 < TILE ? position - tile + 1 : TILE;
        factors[r] = weigh_row(view, from, to, s->probs + r * TILE, s->sums + (row + r) * 16, s->maxima + row + r);
        low = from < low ? from : low;
        high = to > high ? to : high;
    }
    const uint8_t *values[4];
    for (int g = 0; g < 4; g++) values[g] = group_values(dtype, view->head_dim, view->groups[g]);
    int64_t column = 0;
    for (; column + SPAN * VL <= width; column += SPAN * VL)
        sum_values(count, SPAN, dtype, values, column, width, low, high, s->probs, factors, s->out + row * width);
    for (; column < width; column += VL)
        sum_values(count, 1, dtype, values, column, width, low, high, s->probs, factors, s->out + row * width);
}

INLINE void attend_all_rows(ck_kv_dtype dtype, const ck_attention *a, const tile_view *view, const scratch_parts *s,
                            int64_t tile) {
    const int64_t rows = a->num_tokens * a->num_heads;
    for (int64_t row = 0; row < rows; row += ROWS) {
        int64_t count = rows - row < ROWS ? rows - row : ROWS;
        int64_t first = a->position + row / a->num_heads;
        int64_t last = a->position + (row + count - 1) / a->num_heads;
        // Nothing of this tile is visible to these rows: it would add zeros.
        if (last < tile || (first - tile >= a->window && first - tile - a->window + 1 >= TILE)) continue;
        switch (count) {
        case 1: attend_rows(1, dtype, a, view, s, row, tile); break;
        case 2: attend_rows(2, dtype, a, view, s, row, tile); break;
        case 3: attend_rows(3, dtype, a, view, s, row, tile); break;
        default: attend_rows(ROWS, dtype, a, view, s, row, tile);
        }
    }
}

// A function per storage type: the compiler allocates registers better than in one big body.
static __attribute__((noinline)) void attend_f32(const ck_attention *a, const tile_view *v, const scratch_parts *s,
                                                 int64_t tile) {
    attend_all_rows(CK_KV_F32, a, v, s, tile);
}
static __attribute__((noinline)) void attend_bf16(const ck_attention *a, const tile_view *v, const scratch_parts *s,
                                                  int64_t tile) {
    attend_all_rows(CK_KV_BF16, a, v, s, tile);
}
static __attribute__((noinline)) void attend_i8(const ck_attention *a, const tile_view *v, const scratch_parts *s,
                                                int64_t tile) {
    attend_all_rows(CK_KV_I8, a, v, s, tile);
}

// Points the view at the tile's groups [first, end); the others are never visible and alias the first.
static void open_tile(const ck_attention *a, int64_t tile, int64_t first, int64_t end, tile_view *view) {
    const int64_t group_bytes = (int64_t)ck_kv_group_bytes(a->dtype, a->head_dim);
    view->dtype = a->dtype;
    view->head_dim = a->head_dim;
    for (int64_t g = 0; g < 4; g++) {
        int64_t group = tile / 16 + (g < first || g >= end ? first : g);
        const uint8_t *block = a->cache + a->block_table[group / a->groups_per_block] * a->block_bytes;
        view->groups[g] = block + group % a->groups_per_block * group_bytes;
        view->scales[g] = a->dtype == CK_KV_I8 ? group_scales(a->head_dim, view->groups[g]) : NULL;
    }
}

// Converts the groups to float32 once for many rows; the scales stay apart, so the arithmetic is the same.
static void widen_tile(int64_t first, int64_t end, float *buffer, tile_view *view) {
    const int64_t count = 16 * (view->head_dim + padded(view->head_dim));
    for (int64_t g = first; g < end; g++) {
        float *to = buffer + g * count;
        for (int64_t i = 0; i < count; i += VL)
            store(to + i, view->dtype == CK_KV_BF16 ? load_stored(CK_KV_BF16, view->groups[g], i)
                                                    : load_stored(CK_KV_I8, view->groups[g], i));
    }
    for (int64_t g = 0; g < 4; g++)
        view->groups[g] = (const uint8_t *)(buffer + (g < first || g >= end ? first : g) * count);
    view->dtype = CK_KV_F32;
}

static void attend(const ck_attention *a) {
    const int64_t head_dim = a->head_dim, width = padded(head_dim), rows = a->num_tokens * a->num_heads;
    scratch_parts s = split_scratch(a->scratch, head_dim, rows);
    for (int64_t row = 0; row < rows; row++) {
        const float *q = a->query + row / a->num_heads * a->query_stride + row % a->num_heads * head_dim;
        for (int64_t d = 0; d < head_dim; d++) s.query[row * head_dim + d] = q[d] * a->scale;
        s.maxima[row] = -INFINITY;
    }
    memset(s.sums, 0, (size_t)(rows * 16) * 4);
    memset(s.out, 0, (size_t)(rows * width) * 4);

    const int64_t last = a->position + a->num_tokens - 1;
    const int64_t begin = a->position < a->window ? 0 : a->position - a->window + 1;
    for (int64_t tile = begin / TILE * TILE; tile <= last; tile += TILE) {
        int64_t first = begin > tile ? (begin - tile) / 16 : 0;
        int64_t end = (last - tile) / 16 + 1 < 4 ? (last - tile) / 16 + 1 : 4;
        tile_view view;
        open_tile(a, tile, first, end, &view);
        if (rows > 2 * ROWS && a->dtype != CK_KV_F32) widen_tile(first, end, s.tile, &view);
        switch (view.dtype) {
        case CK_KV_F32: attend_f32(a, &view, &s, tile); break;
        case CK_KV_BF16: attend_bf16(a, &view, &s, tile); break;
        case CK_KV_I8: attend_i8(a, &view, &s, tile); break;
        }
    }
    for (int64_t row = 0; row < rows; row++) {
        float inverse = 1.0f / sum_lanes(load(s.sums + row * 16));
        float *out = a->out + row / a->num_heads * a->out_stride + row % a->num_heads * head_dim;
        for (int64_t d = 0; d < head_dim; d++) out[d] = s.out[row * width + d] * inverse;
    }
}

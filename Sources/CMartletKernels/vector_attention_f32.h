// A tile of attention in float32 arithmetic.

enum { VECTORS = TILE / VL, GROUP_VECTORS = 16 / VL };
// Groups whose scores are summed together, and vectors of a value row: as many as registers allow.
#if VL == 16
enum { GROUPS = 4, SPAN = 4 };
#else
enum { GROUPS = 1, SPAN = GROUP_VECTORS };
#endif

// acc[r][i] += query[r][d] * keys[i]
INLINE void add_products(const int count, const float *query, int64_t head_dim, int64_t d, const vf *keys,
                         vf acc[ROWS][GROUPS * GROUP_VECTORS]) {
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
        for (int i = 0; i < GROUPS * GROUP_VECTORS; i++)
            acc[r][i] = fma_((vf)query[r * head_dim + d], keys[i], acc[r][i]);
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
        for (int64_t d = 0; d < head_dim; d += dtype == CK_KV_F32 ? 1 : 2) {
            vf keys[GROUPS * GROUP_VECTORS], others[GROUPS * GROUP_VECTORS];
#pragma clang loop unroll(full)
            for (int g = 0; g < GROUPS; g++)
#pragma clang loop unroll(full)
                for (int i = 0; i < GROUP_VECTORS; i++) {
                    const int v = g * GROUP_VECTORS + i;
                    if (dtype == CK_KV_F32) keys[v] = load_whole(view->keys[first + g], d * 16 + i * VL);
                    else load_pairs(dtype, view->keys[first + g], d / 2 * 16 + i * VL, &keys[v], &others[v]);
                }
            add_products(count, query, head_dim, d, keys, acc);
            if (dtype != CK_KV_F32 && d + 1 < head_dim) add_products(count, query, head_dim, d + 1, others, acc);
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
INLINE float weigh_row(const ck_attention *a, const tile_view *view, int64_t low, int64_t high, float *probs, row_record record) {
    if (__builtin_expect(a->softcap > 0, 0)) cap_scores(probs, TILE, a->softcap);
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
    float top = max_lanes(largest), old = *record.maximum;
    top = top > old ? top : old;
    // A row that has seen nothing yet keeps minus infinity; its differences must not be NaN.
    float base = top == -INFINITY ? 0.0f : top;
    float factor = exp_((vf)(old - base))[0];
    vf sum = 0.0f;
    for (int i = 0; i < VECTORS; i++) {
        x[i] = exp_(x[i] - base);
        sum += x[i];
    }
    store(record.sums, load(record.sums) * factor + sum);
    for (int i = 0; i < VECTORS; i++) {
        if (view->scales[0]) x[i] *= load(view->scales[i / GROUP_VECTORS] + 16 + i % GROUP_VECTORS * VL);
        store(probs + i * VL, x[i]);
    }
    *record.maximum = top;
    return factor;
}

// acc[r][i] += probs[r][j] * row[i]
INLINE void add_value(const int count, const int span, const float *probs, int64_t j, const vf *row,
                      vf acc[ROWS][SPAN]) {
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
        for (int i = 0; i < span; i++) acc[r][i] = fma_((vf)probs[r * TILE + j], row[i], acc[r][i]);
}

// out[r][0..<span vectors] = out * factor + sum over j in [low, high) of probs[r][j] * value[j].
INLINE void sum_values(const int count, const int span, ck_kv_dtype dtype, const tile_view *view, int64_t column,
                       int64_t low, int64_t high, const float *probs, const float *factors, float *out) {
    const int64_t width = view->value_stride, record = attention_record(view->value_dim);
    const int step = dtype == CK_KV_F32 ? 1 : 2;
    vf acc[ROWS][SPAN];
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
        for (int i = 0; i < span; i++) acc[r][i] = load(out + r * record + column + i * VL) * factors[r];
    for (int64_t g = low / 16; g * 16 < high; g++) {
        int64_t end = high < g * 16 + 16 ? high : g * 16 + 16;
#pragma clang loop unroll(disable)
        for (int64_t j = low > g * 16 ? low / step * step : g * 16; j < end; j += step) {
            vf row[SPAN], other[SPAN];
#pragma clang loop unroll(full)
            for (int i = 0; i < span; i++) {
                int64_t index = j % 16 / step * width + column + i * VL;
                if (dtype == CK_KV_F32) row[i] = load_whole(view->values[g], index);
                else load_pairs(dtype, view->values[g], index, &row[i], &other[i]);
            }
            add_value(count, span, probs, j, row, acc);
            if (dtype != CK_KV_F32 && j + 1 < end) add_value(count, span, probs, j + 1, other, acc);
        }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < count; r++)
#pragma clang loop unroll(full)
        for (int i = 0; i < span; i++) store(out + r * record + column + i * VL, acc[r][i]);
}

// One tile for rows [row, row + count).
INLINE void attend_rows(const int count, ck_kv_dtype dtype, const ck_attention *a, const tile_view *view,
                        const scratch_parts *s, float *records, int64_t row, int64_t tile) {
    const int64_t width = attention_width(view->value_dim);
    float factors[ROWS];
    score_rows(count, dtype, view, s->query + row * view->head_dim, s->probs);
    int64_t low = TILE, high = 0;
    for (int r = 0; r < count; r++) {
        int64_t from, to;
        visible_part(a, s->positions[row + r], tile, &from, &to);
        factors[r] = weigh_row(a, view, from, to, s->probs + r * TILE,
                               record_at(records, view->value_dim, row + r));
        low = from < low ? from : low;
        high = to > high ? to : high;
    }
    float *out = record_at(records, view->value_dim, row).out;
    int64_t column = 0;
    for (; column + SPAN * VL <= width; column += SPAN * VL)
        sum_values(count, SPAN, dtype, view, column, low, high, s->probs, factors, out);
    for (; column < width; column += VL) sum_values(count, 1, dtype, view, column, low, high, s->probs, factors, out);
}

INLINE void attend_all_rows(ck_kv_dtype dtype, const ck_attention *a, const tile_view *view, const scratch_parts *s,
                            float *records, int64_t tile) {
    for (int64_t row = 0; row < s->rows; row += ROWS) {
        int64_t count = s->rows - row < ROWS ? s->rows - row : ROWS;
        if (is_hidden(a, s, row, count, tile)) continue;
        switch (count) {
        case 1: attend_rows(1, dtype, a, view, s, records, row, tile); break;
        case 2: attend_rows(2, dtype, a, view, s, records, row, tile); break;
        case 3: attend_rows(3, dtype, a, view, s, records, row, tile); break;
        default: attend_rows(ROWS, dtype, a, view, s, records, row, tile);
        }
    }
}

// A function per storage type: the compiler allocates registers better than in one big body.
static __attribute__((noinline)) void attend_f32(const ck_attention *a, const tile_view *v, const scratch_parts *s,
                                                 float *records, int64_t tile) {
    attend_all_rows(CK_KV_F32, a, v, s, records, tile);
}
#if !HAS_BF16_DOT
static __attribute__((noinline)) void attend_bf16(const ck_attention *a, const tile_view *v, const scratch_parts *s,
                                                  float *records, int64_t tile) {
    attend_all_rows(CK_KV_BF16, a, v, s, records, tile);
}
static __attribute__((noinline)) void attend_i8(const ck_attention *a, const tile_view *v, const scratch_parts *s,
                                                float *records, int64_t tile) {
    attend_all_rows(CK_KV_I8, a, v, s, records, tile);
}

// Pairs of `count` rows of `width` vectors' lanes to rows of float32: to[2 * i], to[2 * i + 1] from pairs row i.
INLINE void widen_rows(ck_kv_dtype dtype, const uint8_t *from, int64_t count, int64_t width, float *to) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < width; j += VL) {
            vf first, second;
            load_pairs(dtype, from, i * width + j, &first, &second);
            store(to + 2 * i * width + j, first);
            store(to + (2 * i + 1) * width + j, second);
        }
}

// Converts the groups to float32 once for many rows; the scales stay apart, so the arithmetic is the same.
static void widen_tile(int64_t first, int64_t end, float *buffer, tile_view *view) {
    const int64_t width = attention_width(view->head_dim), pairs = (view->head_dim + 1) / 2;
    const int64_t group = attention_tile(view->head_dim) / 4;
    for (int64_t g = first; g < end; g++) {
        float *keys = buffer + g * group, *values = keys + 32 * pairs;
        if (view->dtype == CK_KV_BF16) {
            widen_rows(CK_KV_BF16, view->keys[g], pairs, 16, keys);
            widen_rows(CK_KV_BF16, view->values[g], 8, width, values);
        } else {
            widen_rows(CK_KV_I8, view->keys[g], pairs, 16, keys);
            widen_rows(CK_KV_I8, view->values[g], 8, width, values);
        }
    }
    for (int64_t g = 0; g < 4; g++) {
        float *keys = buffer + (g < first || g >= end ? first : g) * group;
        view->keys[g] = (const uint8_t *)keys;
        view->values[g] = (const uint8_t *)(keys + 32 * pairs);
    }
    view->dtype = CK_KV_F32;
}

static void attend_narrow_tile(const ck_attention *a, tile_view *view, const scratch_parts *s, float *records,
                               int64_t tile, int64_t first, int64_t end) {
    if (s->rows > 2 * ROWS) widen_tile(first, end, s->tile, view);
    switch (view->dtype) {
    case CK_KV_F32: attend_f32(a, view, s, records, tile); break;
    case CK_KV_BF16: attend_bf16(a, view, s, records, tile); break;
    case CK_KV_I8: attend_i8(a, view, s, records, tile); break;
    }
}
#endif

// Four rows' four columns from `from`, to four rows of `to`.
INLINE void transpose_4x4(const float *from, int64_t stride, float *to) {
    typedef float v4 __attribute__((ext_vector_type(4), aligned(4), may_alias));
    v4 a = *(const v4 *)from, b = *(const v4 *)(from + stride);
    v4 c = *(const v4 *)(from + 2 * stride), d = *(const v4 *)(from + 3 * stride);
    v4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    v4 ef = __builtin_shufflevector(a, b, 2, 6, 3, 7), gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(v4 *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(v4 *)(to + 16) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(v4 *)(to + 32) = __builtin_shufflevector(ef, gh, 0, 1, 4, 5);
    *(v4 *)(to + 48) = __builtin_shufflevector(ef, gh, 2, 3, 6, 7);
}

// The groups' latent rows as float32, and transposed as keys.
static void open_latent_tile(const ck_attention *a, int64_t first, int64_t end, float *buffer, tile_view *view) {
    const int64_t stride = attention_width(a->head_dim), group = 32 * stride;
    for (int64_t g = first; g < end; g++) {
        float *keys = buffer + g * group, *rows = keys + 16 * stride;
        for (int64_t j = 0; j < 16; j++) load_latent(a->dtype, a->head_dim, view->keys[g], j, rows + j * stride);
        for (int64_t d = 0; d < a->head_dim; d += 4)
            for (int64_t j = 0; j < 16; j += 4) transpose_4x4(rows + j * stride + d, stride, keys + 16 * d + j);
    }
    for (int64_t g = 0; g < 4; g++) {
        const float *keys = buffer + (g < first || g >= end ? first : g) * group;
        view->keys[g] = (const uint8_t *)keys;
        view->values[g] = (const uint8_t *)(keys + 16 * stride);
        view->scales[g] = NULL;
    }
    view->dtype = CK_KV_F32;
}

static void prepare_floats(const ck_attention *a, const scratch_parts *s) {
    for (int64_t row = 0; row < s->rows; row++) {
        const float *q = a->query + row / a->num_heads * a->query_stride + row % a->num_heads * a->head_dim;
        for (int64_t d = 0; d < a->head_dim; d++) s->query[row * a->head_dim + d] = q[d] * a->scale;
    }
}

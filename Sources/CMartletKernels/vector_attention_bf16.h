// A tile of attention over a narrow cache in products of bfloat16 pairs: queries and weights are rounded to bfloat16,
// sums and softmax are float32. int8 keys and values are exact in bfloat16; their scales are applied apart.
//
// Scores are in units of ln 2, so that softmax takes powers of two.

// 2^x with a relative error of 3e-6, far below bfloat16's rounding; 1 for 0 and 0 for minus infinity, exactly.
// x = n + f, 0 <= f < 1: the polynomial is the best one for 2^f of its degree with 1 at 0.
INLINE __m512 exp2_(__m512 x) {
    __m512 f = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    __m512 p = _mm512_fmadd_ps(f, _mm512_set1_ps(0.0134266861f), _mm512_set1_ps(0.0522424713f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.241280206f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.693044845f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.0f));
    return _mm512_scalef_ps(p, x);
}

// The largest lane of each of four vectors.
INLINE __m128 max_of_each(const __m512 x[ROWS]) {
    __m512 a = _mm512_max_ps(_mm512_unpacklo_ps(x[0], x[1]), _mm512_unpackhi_ps(x[0], x[1]));
    __m512 b = _mm512_max_ps(_mm512_unpacklo_ps(x[2], x[3]), _mm512_unpackhi_ps(x[2], x[3]));
    __m512 c = _mm512_max_ps(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xee));
    __m256 d = _mm256_max_ps(_mm512_castps512_ps256(c), _mm512_extractf32x8_ps(c, 1));
    return _mm_max_ps(_mm256_castps256_ps128(d), _mm256_extractf128_ps(d, 1));
}

// Queries times scale in blocks of four rows, [pairs][4 rows][2]; rows that nobody asked for are zeros.
static void prepare_pairs(const ck_attention *a, const scratch_parts *s) {
    const int64_t pairs = (a->head_dim + 1) / 2;
    const float scale = a->scale * 1.44269504f;
    uint16_t *to = (uint16_t *)s->query;
    memset(to, 0, (size_t)(attention_rows(s->rows) * pairs) * 4);
    for (int64_t row = 0; row < s->rows; row++) {
        const float *q = a->query + row / a->num_heads * a->query_stride + row % a->num_heads * a->head_dim;
        uint16_t *block = to + row / ROWS * ROWS * 2 * pairs + row % ROWS * 2;
        int64_t d = 0;
        for (; d + 32 <= a->head_dim; d += 32) {
            float scaled[32];
            for (int i = 0; i < 32; i++) scaled[i] = q[d + i] * scale;
            uint32_t pair[16];
            _mm512_storeu_si512(pair, bf16_neighbours(scaled, 32));
            for (int i = 0; i < 16; i++) memcpy(block + (d / 2 + i) * ROWS * 2, pair + i, 4);
        }
        for (; d < a->head_dim; d++) block[d / 2 * ROWS * 2 + d % 2] = to_bf16(q[d] * scale);
    }
}

#define UNROLLED _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

// Sixteen pairs from pair `index` of `data`.
INLINE __m512bh load_pair_lanes(ck_kv_dtype dtype, const uint8_t *data, int64_t index) {
    if (dtype == CK_KV_BF16) return (__m512bh)_mm512_loadu_si512(data + 4 * index);
    // bfloat16 holds every int8 exactly.
    __m512 a = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(data + 2 * index))));
    __m512 b = _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(data + 2 * index + 16))));
    return _mm512_cvtne2ps_pbh(b, a);
}
INLINE __m512bh pair_everywhere(const uint32_t *p) { return (__m512bh)_mm512_set1_epi32((int32_t)*p); }

// scores[r][g] = query[r] . keys of group g. Reading ahead, it asks for the tile's values.
INLINE void score_pairs(const int count, const bool ahead, ck_kv_dtype dtype, const tile_view *view,
                        const uint32_t *query, __m512 scores[ROWS][4]) {
    const int64_t pairs = (view->head_dim + 1) / 2, bytes = dtype == CK_KV_BF16 ? 64 : 32;
    const uint8_t *keys[4] = {view->keys[0], view->keys[1], view->keys[2], view->keys[3]};
    UNROLLED for (int r = 0; r < count; r++) UNROLLED for (int g = 0; g < 4; g++) scores[r][g] = _mm512_setzero_ps();
    ROLLED for (int64_t i = 0; i < pairs; i++) {
        __m512bh k[4];
        UNROLLED for (int g = 0; g < 4; g++) {
            k[g] = load_pair_lanes(dtype, keys[g], 16 * i);
            if (ahead) _mm_prefetch(view->values[g] + bytes * i, _MM_HINT_T0);
        }
        UNROLLED for (int r = 0; r < count; r++) {
            __m512bh q = pair_everywhere(query + ROWS * i + r);
            UNROLLED for (int g = 0; g < 4; g++) scores[r][g] = _mm512_dpbf16_ps(scores[r][g], q, k[g]);
        }
    }
}

// out[r][column ..< column + 16 span] = out * factor + sum over pairs in [low, high) of probs[r] * values. Reading
// ahead, it asks for the next tile's keys.
INLINE void sum_pairs(const int count, const int span, const bool ahead, ck_kv_dtype dtype, const tile_view *view,
                      int64_t column, int64_t low, int64_t high, const uint32_t *probs, const float *factors,
                      float *out) {
    const int64_t width = attention_width(view->head_dim), record = attention_record(view->head_dim);
    const int64_t bytes = dtype == CK_KV_BF16 ? 64 : 32;
    __m512 acc[ROWS][4];
    UNROLLED for (int r = 0; r < count; r++) UNROLLED for (int i = 0; i < span; i++)
        acc[r][i] = _mm512_mul_ps(_mm512_loadu_ps(out + r * record + column + 16 * i), _mm512_set1_ps(factors[r]));
    for (int64_t g = low / 16; g * 16 < high; g++) {
        const uint8_t *values = view->values[g], *next = view->next[g] + bytes * (column / 2);
        const int64_t whole = (high - g * 16 < 16 ? high - g * 16 : 16) / 2;
        ROLLED for (int64_t j = 0; j < whole; j++) {
            __m512bh v[4];
            UNROLLED for (int i = 0; i < span; i++) {
                v[i] = load_pair_lanes(dtype, values, width * j + column + 16 * i);
                if (ahead) _mm_prefetch(next + bytes * (span * j + i), _MM_HINT_T0);
            }
            UNROLLED for (int r = 0; r < count; r++) {
                __m512bh p = pair_everywhere(probs + TILE / 2 * r + 8 * g + j);
                UNROLLED for (int i = 0; i < span; i++) acc[r][i] = _mm512_dpbf16_ps(acc[r][i], p, v[i]);
            }
        }
        if (whole == 8 || high % 2 == 0) continue;
        // The second of the last pair may never have been written: not even a zero may meet it.
        UNROLLED for (int i = 0; i < span; i++) {
            __m512i pair = (__m512i)load_pair_lanes(dtype, values, width * whole + column + 16 * i);
            __m512bh v = (__m512bh)_mm512_and_si512(pair, _mm512_set1_epi32(0xffff));
            UNROLLED for (int r = 0; r < count; r++)
                acc[r][i] = _mm512_dpbf16_ps(acc[r][i], pair_everywhere(probs + TILE / 2 * r + 8 * g + whole), v);
        }
    }
    UNROLLED for (int r = 0; r < count; r++) UNROLLED for (int i = 0; i < span; i++)
        _mm512_storeu_ps(out + r * record + column + 16 * i, acc[r][i]);
}

// One tile for rows [row, row + count), whose keys and values are of `dtype`.
INLINE void attend_block(const int count, const bool ahead, const bool scaled, ck_kv_dtype dtype, const ck_attention *a,
                         const tile_view *view, const scratch_parts *s, float *records, int64_t row, int64_t tile) {
    const int64_t head_dim = view->head_dim, width = attention_width(head_dim);
    __m512 x[ROWS][4];
    score_pairs(count, ahead, dtype, view, (const uint32_t *)s->query + row * ((head_dim + 1) / 2), x);
    if (scaled)
        UNROLLED for (int g = 0; g < 4; g++) {
            __m512 scale = _mm512_loadu_ps(view->scales[g]);
            UNROLLED for (int r = 0; r < count; r++) x[r][g] = _mm512_mul_ps(x[r][g], scale);
        }
    if (__builtin_expect(a->softcap > 0, 0)) {
        float scores[ROWS * TILE];
        UNROLLED for (int r = 0; r < count; r++) UNROLLED for (int g = 0; g < 4; g++)
            _mm512_storeu_ps(scores + r * TILE + 16 * g, x[r][g]);
        cap_scores(scores, count * TILE, a->softcap * 1.44269504f);
        UNROLLED for (int r = 0; r < count; r++) UNROLLED for (int g = 0; g < 4; g++)
            x[r][g] = _mm512_loadu_ps(scores + r * TILE + 16 * g);
    }
    int64_t low = TILE, high = 0;
    uint64_t seen[ROWS], all = ~(uint64_t)0;
    UNROLLED for (int r = 0; r < count; r++) {
        int64_t from, to;
        visible_part(a, s->positions[row + r], tile, &from, &to);
        seen[r] = to > from ? ~(uint64_t)0 >> (TILE - (to - from)) << from : 0;
        if (seen[r] && from < low) low = from;
        if (seen[r] && to > high) high = to;
        all &= seen[r];
    }
    if (all != ~(uint64_t)0)
        UNROLLED for (int r = 0; r < count; r++) UNROLLED for (int g = 0; g < 4; g++)
            x[r][g] = _mm512_mask_mov_ps(_mm512_set1_ps(-INFINITY), (__mmask16)(seen[r] >> 16 * g), x[r][g]);
    row_record record[ROWS];
    __m512 largest[ROWS];
    float tops[ROWS] = {0}, bases[ROWS], factors[ROWS];
    UNROLLED for (int r = 0; r < count; r++) {
        record[r] = record_at(records, head_dim, row + r);
        largest[r] = _mm512_max_ps(_mm512_max_ps(x[r][0], x[r][1]), _mm512_max_ps(x[r][2], x[r][3]));
        tops[r] = *record[r].maximum;
    }
    UNROLLED for (int r = count; r < ROWS; r++) largest[r] = largest[0];
    __m128 old = _mm_loadu_ps(tops), nothing = _mm_set1_ps(-INFINITY);
    __m128 top = _mm_max_ps(max_of_each(largest), old);
    // A row that has seen nothing yet keeps minus infinity; its differences must not be NaN.
    __m128 base = _mm_maskz_mov_ps(_mm_cmp_ps_mask(top, nothing, _CMP_NEQ_UQ), top);
    _mm_storeu_ps(tops, top);
    _mm_storeu_ps(bases, base);
    _mm_storeu_ps(factors, _mm512_castps512_ps128(exp2_(_mm512_castps128_ps512(_mm_sub_ps(old, base)))));

    uint32_t *probs = (uint32_t *)s->probs;
    UNROLLED for (int r = 0; r < count; r++) {
        UNROLLED for (int g = 0; g < 4; g++) x[r][g] = exp2_(_mm512_sub_ps(x[r][g], _mm512_set1_ps(bases[r])));
        __m512 sum = _mm512_add_ps(_mm512_add_ps(x[r][0], x[r][1]), _mm512_add_ps(x[r][2], x[r][3]));
        sum = _mm512_fmadd_ps(_mm512_loadu_ps(record[r].sums), _mm512_set1_ps(factors[r]), sum);
        _mm512_storeu_ps(record[r].sums, sum);
        *record[r].maximum = tops[r];
        // Scales of slots that were never written may be anything: what nobody sees stays zero.
        if (scaled)
            UNROLLED for (int g = 0; g < 4; g++)
                x[r][g] = _mm512_maskz_mul_ps((__mmask16)(seen[r] >> 16 * g), x[r][g],
                                              _mm512_loadu_ps(view->scales[g] + 16));
        UNROLLED for (int g = 0; g < 4; g += 2)
            _mm512_storeu_si512(probs + TILE / 2 * r + 8 * g, (__m512i)_mm512_cvtne2ps_pbh(x[r][g + 1], x[r][g]));
    }
    int64_t column = 0;
    for (; column + 64 <= width; column += 64)
        sum_pairs(count, 4, ahead, dtype, view, column, low, high, probs, factors, record[0].out);
    for (; column < width; column += 16)
        sum_pairs(count, 1, ahead, dtype, view, column, low, high, probs, factors, record[0].out);
}

// A function per case: the compiler allocates registers better than in one big body.
#define ATTEND_BLOCKS(NAME, COUNT, AHEAD, SCALED, DTYPE) \
    static __attribute__((noinline)) void NAME(const ck_attention *a, const tile_view *view, const scratch_parts *s, \
                                               float *records, int64_t tile) { \
        for (int64_t row = 0; row < s->rows; row += COUNT) \
            if (!is_hidden(a, s, row, COUNT, tile)) \
                attend_block(COUNT, AHEAD, SCALED, DTYPE, a, view, s, records, row, tile); \
    }
// Many rows: the tile comes from the cache again and again. The rows of the last block that nobody asked for are zeros.
ATTEND_BLOCKS(attend_many, ROWS, false, false, CK_KV_BF16)
ATTEND_BLOCKS(attend_many_scaled, ROWS, false, true, CK_KV_BF16)
// One block: the tile comes from memory and is needed once.
ATTEND_BLOCKS(attend_1_bf16, 1, true, false, CK_KV_BF16)
ATTEND_BLOCKS(attend_2_bf16, 2, true, false, CK_KV_BF16)
ATTEND_BLOCKS(attend_3_bf16, 3, true, false, CK_KV_BF16)
ATTEND_BLOCKS(attend_4_bf16, 4, true, false, CK_KV_BF16)
ATTEND_BLOCKS(attend_1_i8, 1, true, true, CK_KV_I8)
ATTEND_BLOCKS(attend_2_i8, 2, true, true, CK_KV_I8)
ATTEND_BLOCKS(attend_3_i8, 3, true, true, CK_KV_I8)
ATTEND_BLOCKS(attend_4_i8, 4, true, true, CK_KV_I8)
#undef ATTEND_BLOCKS

typedef void blocks_function(const ck_attention *, const tile_view *, const scratch_parts *, float *, int64_t);
static blocks_function *const few_bf16[ROWS] = {attend_1_bf16, attend_2_bf16, attend_3_bf16, attend_4_bf16};
static blocks_function *const few_i8[ROWS] = {attend_1_i8, attend_2_i8, attend_3_i8, attend_4_i8};

// int8 to bfloat16 once for many rows.
static void widen_tile(int64_t first, int64_t end, float *buffer, tile_view *view) {
    const int64_t keys = values_offset(CK_KV_I8, view->head_dim), group = keys + 16 * attention_width(view->head_dim);
    for (int64_t g = first; g < end; g++)
        for (int64_t i = 0; i < group; i += 32)
            _mm512_storeu_si512((uint8_t *)buffer + 2 * (g * group + i),
                                (__m512i)load_pair_lanes(CK_KV_I8, view->keys[g], i / 2));
    for (int64_t g = 0; g < 4; g++) {
        view->keys[g] = (uint8_t *)buffer + 2 * (g < first || g >= end ? first : g) * group;
        view->values[g] = view->keys[g] + 2 * keys;
    }
}

static void attend_narrow_tile(const ck_attention *a, tile_view *view, const scratch_parts *s, float *records,
                               int64_t tile, int64_t first, int64_t end) {
    const bool few = s->rows <= ROWS;
    if (a->dtype == CK_KV_BF16) {
        (few ? few_bf16[s->rows - 1] : attend_many)(a, view, s, records, tile);
    } else {
        if (!few) widen_tile(first, end, s->tile, view);
        (few ? few_i8[s->rows - 1] : attend_many_scaled)(a, view, s, records, tile);
    }
}

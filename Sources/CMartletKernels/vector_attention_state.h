// What attention knows between two tiles of positions.

enum { ROWS = ATTENTION_ROWS, TILE = CK_ATTENTION_TILE, CHUNK = CK_ATTENTION_CHUNK };

// One row after some positions: see attention_record.
typedef struct {
    float *out;      // [width], not yet divided by the sum
    float *sums;     // [16] lane-wise sums of exponentials
    float *maximum;  // of the scores
} row_record;

INLINE row_record record_at(float *records, int64_t value_dim, int64_t row) {
    float *out = records + row * attention_record(value_dim), *sums = out + attention_width(value_dim);
    return (row_record){out, sums, sums + 16};
}

typedef struct {
    float *query;        // [rows][head_dim] scaled; or bfloat16 pairs, see prepare_pairs
    float *total;        // records of all chunks so far
    float *chunk;        // records of the chunk at hand
    float *probs;        // weights of a block of rows
    float *tile;         // a tile's keys and values, converted
    int64_t *positions;  // [rows]
    int64_t rows;        // those asked for; a block's rest repeats the last
} scratch_parts;

INLINE scratch_parts split_scratch(const ck_attention *a) {
    float *p = a->scratch;
    scratch_parts s = {.rows = a->num_tokens * a->num_heads};
    const int64_t padded_rows = attention_rows(s.rows), records = padded_rows * attention_record(a->head_dim);
    s.total = p, p += records;
    s.chunk = p, p += records;
    s.tile = p, p += attention_tile(a->head_dim);
    s.probs = p, p += ROWS * TILE;
    s.positions = (int64_t *)p, p += 2 * padded_rows;
    s.query = p;
    return s;
}

INLINE int64_t value_dim_of(const ck_attention *a) { return a->latent_dim ? a->latent_dim : a->head_dim; }

// A tile of the cache as the kernels read it.
typedef struct {
    ck_kv_dtype dtype;
    int64_t head_dim, value_dim;
    int64_t value_stride;      // elements or pairs from one row of values to the next
    const uint8_t *keys[4];    // of each group
    const uint8_t *values[4];  // of each group
    const float *scales[4];    // of each group, or NULL
    const uint8_t *next[4];    // groups of the tile to come
} tile_view;

// The position after the last that a token sees.
INLINE int64_t seen_end(const ck_attention *a, int64_t position) {
    if (a->ahead == 0) return position + 1;
    return a->length - position <= a->ahead ? a->length : position + 1 + a->ahead;
}

// Positions of the tile that the row sees: [*low, *high); none if high <= low.
INLINE void visible_part(const ck_attention *a, int64_t position, int64_t tile, int64_t *low, int64_t *high) {
    const int64_t end = seen_end(a, position) - tile;
    *low = position - tile < a->window ? 0 : position - tile - a->window + 1;
    *high = end < TILE ? end : TILE;
}

// True if no row of [row, row + count) sees any of the tile, so that it would only add zeros.
INLINE bool is_hidden(const ck_attention *a, const scratch_parts *s, int64_t row, int64_t count, int64_t tile) {
    int64_t first = s->positions[row], last = s->positions[row + count - 1];
    return seen_end(a, last) <= tile || (first - tile >= a->window && first - tile - a->window + 1 >= TILE);
}

// Scores of a block of rows, in units of which `cap` is that many.
static __attribute__((noinline)) void cap_scores(float *scores, int64_t n, float cap) {
    for (int64_t i = 0; i < n; i += VL) store(scores + i, tanh_(load(scores + i) / cap) * cap);
}

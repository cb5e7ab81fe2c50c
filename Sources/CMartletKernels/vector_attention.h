// Attention over the paged cache: flash-style online softmax over tiles of 64 positions.
//
// For one query row the order of operations is: per tile, scores summed over d ascending; maximum; exponentials;
// lane-wise sum; values summed over positions ascending. Tiles and chunks are anchored at position 0, masked positions
// contribute exact zeros, and rows never mix, so neither the other rows of a call nor the number of rows nor the
// sharing of chunks among threads change a bit. A row's sums start anew with each chunk; merging a chunk of which a row
// sees nothing, or the first one into nothing, changes no bit either.

// Softmax over narrow caches runs in powers of two where pairs of bfloat16 are multiplied.
INLINE bool is_in_pairs(const ck_attention *a) { return HAS_BF16_DOT && a->dtype != CK_KV_F32 && !a->latent_dim; }
INLINE float score_unit(const ck_attention *a) { return is_in_pairs(a) ? 0.693147181f : 1.0f; }

INLINE const uint8_t *group_at(const ck_attention *a, int64_t group) {
    const uint8_t *block = a->cache + a->block_table[group / a->groups_per_block] * a->block_bytes;
    const size_t bytes = a->latent_dim ? ck_latent_group_bytes(a->dtype, a->head_dim)
                                       : ck_kv_group_bytes(a->dtype, a->head_dim);
    return block + group % a->groups_per_block * (int64_t)bytes;
}

// Points the view at the tile's groups [first, end); the others are never visible and alias the first.
static void open_tile(const ck_attention *a, int64_t tile, int64_t first, int64_t end, int64_t last, tile_view *view) {
    view->dtype = a->dtype;
    view->head_dim = a->head_dim;
    view->value_dim = value_dim_of(a);
    view->value_stride = attention_width(a->head_dim);
    for (int64_t g = 0; g < 4; g++) {
        const uint8_t *group = group_at(a, tile / 16 + (g < first || g >= end ? first : g));
        int64_t next = tile / 16 + 4 + g;
        view->keys[g] = group;
        view->values[g] = group + values_offset(a->dtype, a->head_dim);
        view->scales[g] = a->dtype == CK_KV_I8 ? (const float *)(group + scales_offset(a->head_dim)) : NULL;
        view->next[g] = next * 16 <= last ? group_at(a, next) : group;
    }
}

static void clear_records(float *records, const scratch_parts *s, int64_t value_dim) {
    const int64_t padded_rows = attention_rows(s->rows);
    memset(records, 0, (size_t)(padded_rows * attention_record(value_dim)) * sizeof(float));
    for (int64_t row = 0; row < padded_rows; row++) *record_at(records, value_dim, row).maximum = -INFINITY;
}

// What the rows see of positions from `start` to before `stop`, into fresh records.
static void attend_span(const ck_attention *a, const scratch_parts *s, int64_t start, int64_t stop, float *records) {
    clear_records(records, s, value_dim_of(a));
    int64_t last = seen_end(a, a->position + a->num_tokens - 1) - 1;
    int64_t begin = a->position < a->window ? 0 : a->position - a->window + 1;
    if (last >= stop) last = stop - 1;
    if (begin < start) begin = start;
    for (int64_t tile = begin / TILE * TILE; tile <= last; tile += TILE) {
        int64_t first = begin > tile ? (begin - tile) / 16 : 0;
        int64_t end = (last - tile) / 16 + 1 < 4 ? (last - tile) / 16 + 1 : 4;
        tile_view view;
        open_tile(a, tile, first, end, last, &view);
        if (a->latent_dim) open_latent_tile(a, first, end, s->tile, &view);
        if (view.dtype == CK_KV_F32) attend_f32(a, &view, s, records, tile);
        else attend_narrow_tile(a, &view, s, records, tile, first, end);
    }
}

// Adds a later chunk's records to those of the chunks before it.
static void merge_records(const ck_attention *a, const scratch_parts *s, const float *later, float *records) {
    const float unit = score_unit(a);
    const int64_t value_dim = value_dim_of(a);
    for (int64_t row = 0; row < s->rows; row++) {
        row_record to = record_at(records, value_dim, row), from = record_at((float *)later, value_dim, row);
        float old = *to.maximum, new = *from.maximum, top = new > old ? new : old, base = top == -INFINITY ? 0 : top;
        vf keep = exp_((vf)((old - base) * unit))[0], take = exp_((vf)((new - base) * unit))[0];
        for (int64_t i = 0; i < attention_width(value_dim) + 16; i += VL)
            store(to.out + i, fma_(load(from.out + i), take, load(to.out + i) * keep));
        *to.maximum = top;
    }
}

static void write_rows(const ck_attention *a, const scratch_parts *s, const float *records) {
    const int64_t value_dim = value_dim_of(a);
    for (int64_t row = 0; row < s->rows; row++) {
        row_record from = record_at((float *)records, value_dim, row);
        vf sums = load(from.sums);
#if VL < 16
        for (int i = VL; i < 16; i += VL) sums += load(from.sums + i);
#endif
        float sum = sum_lanes(sums);
        if (a->sinks) sum += exp_((vf)(a->sinks[row % a->num_heads] - *from.maximum * score_unit(a)))[0];
        float inverse = 1.0f / sum;
        float *out = a->out + row / a->num_heads * a->out_stride + row % a->num_heads * value_dim;
        for (int64_t d = 0; d < value_dim; d++) out[d] = from.out[d] * inverse;
    }
}

static scratch_parts begin_attention(const ck_attention *a) {
    scratch_parts s = split_scratch(a);
    for (int64_t token = 0, row = 0; token < a->num_tokens; token++)
        for (int64_t head = 0; head < a->num_heads; head++) s.positions[row++] = a->position + token;
    for (int64_t row = s.rows; row < attention_rows(s.rows); row++) s.positions[row] = s.positions[s.rows - 1];
#if HAS_BF16_DOT
    if (is_in_pairs(a)) {
        prepare_pairs(a, &s);
        return s;
    }
#endif
    prepare_floats(a, &s);
    return s;
}

// Chunks of which the rows see something: [*first, *end).
INLINE void visible_chunks(const ck_attention *a, int64_t *first, int64_t *end) {
    *first = a->position < a->window ? 0 : (a->position - a->window + 1) / CHUNK;
    *end = (seen_end(a, a->position + a->num_tokens - 1) - 1) / CHUNK + 1;
}

static void attend(const ck_attention *a) {
    scratch_parts s = begin_attention(a);
    int64_t first, end;
    visible_chunks(a, &first, &end);
    for (int64_t chunk = first; chunk < end; chunk++) {
        attend_span(a, &s, chunk * CHUNK, (chunk + 1) * CHUNK, chunk == first ? s.total : s.chunk);
        if (chunk > first) merge_records(a, &s, s.chunk, s.total);
    }
    write_rows(a, &s, s.total);
}

INLINE float *partial(const ck_attention *a, int64_t chunk) {
    int64_t bytes = (int64_t)ck_attention_partial_bytes(a->head_dim, a->num_tokens * a->num_heads);
    return (float *)((uint8_t *)a->partials + chunk * bytes);
}

static void attend_chunks(const ck_attention *a, int64_t from, int64_t to) {
    scratch_parts s = begin_attention(a);
    int64_t first, end;
    visible_chunks(a, &first, &end);
    for (int64_t chunk = from > first ? from : first; chunk < end && chunk < to; chunk++)
        attend_span(a, &s, chunk * CHUNK, (chunk + 1) * CHUNK, partial(a, chunk));
}

static void merge_chunks(const ck_attention *a) {
    scratch_parts s = split_scratch(a);
    int64_t first, end;
    visible_chunks(a, &first, &end);
    for (int64_t chunk = first + 1; chunk < end; chunk++) merge_records(a, &s, partial(a, chunk), partial(a, first));
    write_rows(a, &s, partial(a, first));
}

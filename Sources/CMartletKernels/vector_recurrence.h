// Short convolution, gated DeltaNet and Mamba-2.
//
// A head's state lies in blocks of RECURRENCE_VECTORS vectors of columns, each block `rows` rows one after the other, so
// that what a pass walks through is contiguous and stays in the first cache while tokens go by.
enum { RECURRENCE_VECTORS = 4, RECURRENCE_COLUMNS = RECURRENCE_VECTORS * VL };
// Tokens whose scalars are worked out together.
enum { RECURRENCE_TOKENS = 64 };

// MARK: Short convolution

// Input `index` of a task; negative ones lie in the state.
INLINE const float *conv_input(const ck_short_conv *conv, int64_t index) {
    return index < 0 ? conv->state + (index + conv->width - 1) * conv->channels : conv->x + index * conv->x_stride;
}

static void short_conv(const ck_short_conv *conv) {
    const int64_t kept = conv->width - 1, first = conv->first, end = conv->end;
    if (conv->is_fresh)
        for (int64_t i = 0; i < kept; i++)
            memset(conv->state + i * conv->channels + first, 0, (size_t)(end - first) * sizeof(float));
    for (int64_t t = 0; t < conv->num_tokens; t++) {
        float *out = conv->out + t * conv->out_stride;
        for (int64_t c = first; c < end; c += VL) {
            const int64_t n = end - c;
            vf sum = 0.0f;
            if (conv->bias) sum = n >= VL ? load(conv->bias + c) : load_part(conv->bias + c, n, 0);
            for (int64_t i = 0; i < conv->width; i++) {
                const float *weight = conv->weight + i * conv->channels + c, *x = conv_input(conv, t - kept + i) + c;
                sum = n >= VL ? fma_(load(weight), load(x), sum) : fma_(load_part(weight, n, 0), load_part(x, n, 0), sum);
            }
            if (conv->has_silu) sum = silu_mul_lanes(sum, (vf)1.0f);
            if (n >= VL) store(out + c, sum);
            else store_part(out + c, n, sum);
        }
    }
    // Ascending: what a row is replaced by lies behind it.
    for (int64_t i = 0; i < kept; i++)
        memmove(conv->state + i * conv->channels + first, conv_input(conv, conv->num_tokens - kept + i) + first,
                (size_t)(end - first) * sizeof(float));
}

// MARK: Scalars of a head

INLINE float softplus(float x) { return (x > 0 ? x : 0) + log1pf(expf(-fabsf(x))); }

static float dot(const float *x, const float *y, int64_t n) {
    vf sums[2] = {0};
    int64_t i = 0;
    for (; i + 2 * VL <= n; i += 2 * VL) {
        sums[0] = fma_(load(x + i), load(y + i), sums[0]);
        sums[1] = fma_(load(x + i + VL), load(y + i + VL), sums[1]);
    }
    for (; i + VL <= n; i += VL) sums[0] = fma_(load(x + i), load(y + i), sums[0]);
    if (i < n) sums[1] = fma_(load_part(x + i, n - i, 0), load_part(y + i, n - i, 0), sums[1]);
    return sum_lanes(sums[0] + sums[1]);
}

// MARK: Blocks of columns

// STEPS(vectors, lanes, column) for all columns: whole blocks, then of what is left single vectors and a part of one.
// `state` is where the columns begin and `stride` the floats of their block's rows.
#define FOR_COLUMNS(head, STEPS)                                                                             \
    for (int64_t column = 0; column < (head)->columns; column += RECURRENCE_COLUMNS) {                      \
        const int64_t left = (head)->columns - column;                                                      \
        const int64_t stride = left < RECURRENCE_COLUMNS ? left : RECURRENCE_COLUMNS;                       \
        float *state = (head)->state + column * (head)->rows;                                               \
        if (left >= RECURRENCE_COLUMNS) {                                                                   \
            STEPS(RECURRENCE_VECTORS, VL, column);                                                          \
            continue;                                                                                       \
        }                                                                                                   \
        for (int64_t i = 0; i < left; i += VL, state += VL) {                                               \
            if (left - i >= VL) STEPS(1, VL, column + i);                                                   \
            else STEPS(1, left - i, column + i);                                                            \
        }                                                                                                   \
    }

INLINE vf load_lanes(const float *p, const int64_t n) { return n == VL ? load(p) : load_part(p, n, 0); }
INLINE void store_lanes(float *p, const int64_t n, vf v) {
    if (n == VL) store(p, v);
    else store_part(p, n, v);
}

static void clear_if_fresh(const ck_head_state *head) {
    if (head->is_fresh) memset(head->state, 0, (size_t)(head->columns * head->rows) * sizeof(float));
}

// MARK: Gated DeltaNet

// What the columns of a token share. With raw q and k: r = read * (k S), delta = update * (v - r), S = g S + k delta,
// y = answer * (g (q S) + overlap * delta), where S on the right is the state before.
typedef struct {
    float decay, read, update, answer, overlap;
} delta_scalars;

static void delta_prepare(const ck_delta_net *net, int64_t first, int64_t count, delta_scalars *scalars) {
    const int64_t rows = net->head.rows;
    const float length = 1.0f / sqrtf((float)rows);
    for (int64_t i = 0; i < count; i++) {
        const int64_t t = first + i;
        const float *query = net->query + t * net->input_stride, *key = net->key + t * net->input_stride;
        const float key_factor = 1.0f / sqrtf(dot(key, key, rows) + 1e-6f);
        const float decay = expf(net->negative_a * softplus(net->decay[t * net->gate_stride] + net->dt_bias));
        const float beta = 1.0f / (1.0f + expf(-net->beta[t * net->gate_stride]));
        scalars[i] = (delta_scalars){
            .decay = decay,
            .read = decay * key_factor,
            .update = key_factor * beta,
            .answer = length / sqrtf(dot(query, query, rows) + 1e-6f),
            .overlap = dot(query, key, rows),
        };
    }
}

// Tokens [first, first + count) for `vectors` vectors of columns, or for n lanes of one.
INLINE void delta_steps(const int vectors, const int64_t n, const ck_delta_net *net, const delta_scalars *scalars,
                        int64_t first, int64_t count, float *state, int64_t stride, int64_t column) {
    const int64_t rows = net->head.rows, input_stride = net->input_stride;
    const float *query = net->query + first * input_stride, *key = net->key + first * input_stride;
    vf read[RECURRENCE_VECTORS] = {0}, answer[RECURRENCE_VECTORS] = {0}, delta[RECURRENCE_VECTORS];
    for (int64_t row = 0; row < rows; row++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            vf s = load_lanes(state + row * stride + j * VL, n);
            read[j] = fma_((vf)key[row], s, read[j]);
            answer[j] = fma_((vf)query[row], s, answer[j]);
        }
    for (int64_t t = 0; t < count; t++) {
        const delta_scalars scalar = scalars[t];
        const float *value = net->value + (first + t) * input_stride + column;
        float *out = net->head.out + (first + t) * net->head.out_stride + column;
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            delta[j] = (load_lanes(value + j * VL, n) - scalar.read * read[j]) * scalar.update;
            store_lanes(out + j * VL, n,
                        fma_((vf)scalar.overlap, delta[j], scalar.decay * answer[j]) * scalar.answer);
            read[j] = answer[j] = 0.0f;
        }
        const float *old_key = key;
        if (t + 1 == count) {
            for (int64_t row = 0; row < rows; row++)
#pragma clang loop unroll(full)
                for (int j = 0; j < vectors; j++) {
                    float *s = state + row * stride + j * VL;
                    store_lanes(s, n, fma_((vf)old_key[row], delta[j], scalar.decay * load_lanes(s, n)));
                }
            break;
        }
        // The state is written for this token and read for the next in one pass.
        query += input_stride;
        key += input_stride;
        for (int64_t row = 0; row < rows; row++)
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) {
                float *p = state + row * stride + j * VL;
                vf s = fma_((vf)old_key[row], delta[j], scalar.decay * load_lanes(p, n));
                store_lanes(p, n, s);
                read[j] = fma_((vf)key[row], s, read[j]);
                answer[j] = fma_((vf)query[row], s, answer[j]);
            }
    }
}

static void delta_net(const ck_delta_net *net) {
    const ck_head_state *head = &net->head;
    delta_scalars scalars[RECURRENCE_TOKENS];
    clear_if_fresh(head);
    for (int64_t t = 0; t < head->num_tokens; t += RECURRENCE_TOKENS) {
        const int64_t count = head->num_tokens - t < RECURRENCE_TOKENS ? head->num_tokens - t : RECURRENCE_TOKENS;
        delta_prepare(net, t, count, scalars);
#define STEPS(vectors, n, column) delta_steps(vectors, n, net, scalars, t, count, state, stride, column)
        FOR_COLUMNS(head, STEPS)
#undef STEPS
    }
}

// MARK: Mamba-2

typedef struct {
    float decay, step;
} mamba2_scalars;

static void mamba2_prepare(const ck_mamba2 *mamba, int64_t first, int64_t count, mamba2_scalars *scalars) {
    for (int64_t i = 0; i < count; i++) {
        float step = softplus(mamba->time_step[(first + i) * mamba->time_step_stride] + mamba->dt_bias);
        step = step < mamba->min_time_step ? mamba->min_time_step : step;
        step = step > mamba->max_time_step ? mamba->max_time_step : step;
        scalars[i] = (mamba2_scalars){.decay = expf(mamba->negative_a * step), .step = step};
    }
}

INLINE void mamba2_steps(const int vectors, const int64_t n, const ck_mamba2 *mamba, const mamba2_scalars *scalars,
                         int64_t first, int64_t count, float *state, int64_t stride, int64_t column) {
    const int64_t rows = mamba->head.rows;
    for (int64_t t = 0; t < count; t++) {
        const mamba2_scalars scalar = scalars[t];
        const int64_t offset = (first + t) * mamba->input_stride;
        const float *x = mamba->x + offset + column, *b = mamba->b + offset, *c = mamba->c + offset;
        float *out = mamba->head.out + (first + t) * mamba->head.out_stride + column;
        vf sums[RECURRENCE_VECTORS] = {0}, input[RECURRENCE_VECTORS];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) input[j] = load_lanes(x + j * VL, n) * scalar.step;
        for (int64_t row = 0; row < rows; row++)
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) {
                float *p = state + row * stride + j * VL;
                vf s = fma_((vf)b[row], input[j], scalar.decay * load_lanes(p, n));
                store_lanes(p, n, s);
                sums[j] = fma_((vf)c[row], s, sums[j]);
            }
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++)
            store_lanes(out + j * VL, n, fma_((vf)mamba->d, load_lanes(x + j * VL, n), sums[j]));
    }
}

static void mamba2(const ck_mamba2 *mamba) {
    const ck_head_state *head = &mamba->head;
    mamba2_scalars scalars[RECURRENCE_TOKENS];
    clear_if_fresh(head);
    for (int64_t t = 0; t < head->num_tokens; t += RECURRENCE_TOKENS) {
        const int64_t count = head->num_tokens - t < RECURRENCE_TOKENS ? head->num_tokens - t : RECURRENCE_TOKENS;
        mamba2_prepare(mamba, t, count, scalars);
#define STEPS(vectors, n, column) mamba2_steps(vectors, n, mamba, scalars, t, count, state, stride, column)
        FOR_COLUMNS(head, STEPS)
#undef STEPS
    }
}

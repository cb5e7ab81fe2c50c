// Passes over a row of logits.

static float max_index(const float *x, int64_t n, int64_t *index) {
    vf tops[4] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
    int64_t i = 0;
    for (; i + 4 * VL <= n; i += 4 * VL)
        for (int j = 0; j < 4; j++) {
            vf v = load(x + i + j * VL);
            tops[j] = v > tops[j] ? v : tops[j];
        }
    float top = max_lanes(max_(max_(tops[0], tops[1]), max_(tops[2], tops[3])));
    for (; i < n; i++) top = x[i] > top ? x[i] : top;
    *index = 0;
    for (i = 0; i + VL <= n; i += VL)
        if (__builtin_reduce_or(load(x + i) == top)) break;
    for (; i < n; i++)
        if (x[i] == top) {
            *index = i;
            break;
        }
    return top;
}

INLINE vf exp_shifted(vf x, float shift, float scale) { return exp_((no_nan(x) - shift) * scale); }

static double sum_exp(const float *x, int64_t n, float shift, float scale) {
    // Float lanes over short spans, doubles between them: the sum of 128k terms keeps its last digits.
    double total = 0;
    int64_t i = 0;
    while (i + VL <= n) {
        int64_t end = i + 64 * VL < n ? i + 64 * VL : n;
        vf sum = 0.0f;
        for (; i + VL <= end; i += VL) sum += exp_shifted(load(x + i), shift, scale);
        total += sum_lanes(sum);
    }
    if (i < n) total += sum_lanes(exp_shifted(load_part(x + i, n - i, -INFINITY), shift, scale));
    return total;
}

static void exp_values(const float *x, int64_t n, float shift, float scale, float *out) {
    int64_t i = 0;
    for (; i + VL <= n; i += VL) store(out + i, exp_shifted(load(x + i), shift, scale));
    if (i < n) store_part(out + i, n - i, exp_shifted(load_part(x + i, n - i, -INFINITY), shift, scale));
}

static int64_t count_greater(const float *x, int64_t n, float value) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++) total += x[i] > value;
    return total;
}

INLINE void sum_reaching(const int count, const float *x, int64_t n, float shift, float scale, const float *bars,
                         double *masses) {
    for (int j = 0; j < count; j++) masses[j] = 0;
    for (int64_t i = 0; i < n;) {
        int64_t end = i + 64 * VL < n ? i + 64 * VL : n;
        vf sums[CK_MASS_BARS] = {0};
        for (; i < end; i += VL) {
            vf v = i + VL <= n ? load(x + i) : load_part(x + i, n - i, NAN), weight = exp_shifted(v, shift, scale);
#pragma clang loop unroll(full)
            for (int j = 0; j < count; j++) sums[j] += v >= bars[j] ? weight : (vf)0.0f;
        }
        for (int j = 0; j < count; j++) masses[j] += sum_lanes(sums[j]);
    }
}

static void masses(const float *x, int64_t n, float shift, float scale, const float *bars, int64_t count,
                   double *masses) {
    if (count == 1) sum_reaching(1, x, n, shift, scale, bars, masses);
    else sum_reaching(CK_MASS_BARS, x, n, shift, scale, bars, masses);
}

static int64_t collect(const float *x, int64_t n, float at_least, float at_most, int32_t *ids, int64_t capacity) {
    int64_t found = 0, i = 0;
    while (i < n && found < capacity) {
        vf v = i + VL <= n ? load(x + i) : load_part(x + i, n - i, NAN);
        if (!__builtin_reduce_or((v >= at_least) & (v <= at_most))) {
            i += VL;
            continue;
        }
        int64_t end = i + VL < n ? i + VL : n;
        if (capacity - found >= VL) {
#if VL == 16
            __mmask16 chosen = _mm512_cmp_ps_mask((__m512)v, _mm512_set1_ps(at_least), _CMP_GE_OQ) &
                               _mm512_cmp_ps_mask((__m512)v, _mm512_set1_ps(at_most), _CMP_LE_OQ);
            __m512i index = _mm512_add_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                                             _mm512_set1_epi32((int32_t)i));
            _mm512_storeu_si512(ids + found, _mm512_maskz_compress_epi32(chosen, index));
            found += __builtin_popcount(chosen);
            i = end;
#endif
            // Written in any case, and kept if it counts: no branch to guess.
            for (; i < end; i++) {
                ids[found] = (int32_t)i;
                found += (x[i] >= at_least) & (x[i] <= at_most);
            }
        }
        for (; i < end && found < capacity; i++)
            if (x[i] >= at_least && x[i] <= at_most) ids[found++] = (int32_t)i;
    }
    return found;
}

const ck_vector_table TABLE = {
    .name = TABLE_NAME,
    .multiplies_pairs = HAS_BF16_DOT,
    .rms_norm = rms_norm,
    .layer_norm = layer_norm,
    .rotate = rotate,
    .map = map,
    .gate = gate,
    .multiply = multiply,
    .add = add,
    .unfold = unfold,
    .kv_store = kv_store,
    .kv_store_group = kv_store_group,
    .latent_store = latent_store,
    .attend = attend,
    .attend_chunks = attend_chunks,
    .merge_chunks = merge_chunks,
    .attention_weights = attention_weights,
    .short_conv = short_conv,
    .delta_net = delta_net,
    .mamba2 = mamba2,
    .max_index = max_index,
    .sum_exp = sum_exp,
    .exp_values = exp_values,
    .count_greater = count_greater,
    .masses = masses,
    .collect = collect,
};

// The weights that attention gives to positions, for those who want to see them.

// Query times the keys of a group, whose scales are applied.
INLINE void score_group(const ck_attention *a, const uint8_t *group, const float *query, float *scores) {
    for (int64_t lane = 0; lane < CK_KV_GROUP; lane += VL) {
        vf sum = 0.0f;
        if (a->dtype == CK_KV_F32) {
            for (int64_t d = 0; d < a->head_dim; d++)
                sum = fma_((vf)query[d], load_whole(group, CK_KV_GROUP * d + lane), sum);
        } else {
            for (int64_t d = 0; d < a->head_dim; d += 2) {
                vf first, second;
                load_pairs(a->dtype, group, CK_KV_GROUP * (d / 2) + lane, &first, &second);
                sum = fma_((vf)query[d], first, sum);
                if (d + 1 < a->head_dim) sum = fma_((vf)query[d + 1], second, sum);
            }
            if (a->dtype == CK_KV_I8) sum *= load((const float *)(group + scales_offset(a->head_dim)) + lane);
        }
        store(scores + lane, sum * a->scale);
    }
}

static void attention_weights(const ck_attention *a, float *weights, int64_t stride) {
    for (int64_t token = 0; token < a->num_tokens; token++) {
        const float *query = a->query + token * a->query_stride;
        float *out = weights + token * stride, largest = -INFINITY;
        for (int64_t first = 0; first < a->length; first += CK_KV_GROUP) {
            // Positions past the last may never have been written.
            const int64_t count = a->length - first < CK_KV_GROUP ? a->length - first : CK_KV_GROUP;
            float scores[CK_KV_GROUP];
            score_group(a, group_at(a, first / CK_KV_GROUP), query, scores);
            memcpy(out + first, scores, (size_t)count * sizeof(float));
            for (int64_t i = 0; i < count; i++) largest = scores[i] > largest ? scores[i] : largest;
        }
        double sum = 0;
        for (int64_t i = 0; i < a->length; i += VL) {
            const int64_t count = a->length - i < VL ? a->length - i : VL;
            vf x = exp_(load_part(out + i, count, -INFINITY) - largest);
            store_part(out + i, count, x);
            for (int64_t lane = 0; lane < count; lane++) sum += x[lane];
        }
        const float inverse = (float)(1 / sum);
        for (int64_t i = 0; i < a->length; i++) out[i] *= inverse;
    }
}

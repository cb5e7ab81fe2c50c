// Writing keys and values to the paged cache and reading them back as floats.

INLINE int64_t padded(int64_t head_dim) { return (head_dim + 15) & ~(int64_t)15; }
INLINE int64_t element_bytes(ck_kv_dtype dtype) { return dtype == CK_KV_F32 ? 4 : dtype == CK_KV_BF16 ? 2 : 1; }
INLINE const uint8_t *group_values(ck_kv_dtype dtype, int64_t head_dim, const uint8_t *group) {
    return group + 16 * head_dim * element_bytes(dtype);
}
// [16] of the keys, then [16] of the values.
INLINE const float *group_scales(int64_t head_dim, const uint8_t *group) {
    return (const float *)(group + 16 * (head_dim + padded(head_dim)));
}

// VL elements from element `index` of `data`, without their scale.
INLINE vf load_stored(ck_kv_dtype dtype, const uint8_t *data, int64_t index) {
    if (dtype == CK_KV_F32) return load((const float *)data + index);
    if (dtype == CK_KV_BF16) {
        vh_any halves = *(const vh_any *)(data + 2 * index);
        return (vf)(__builtin_convertvector(halves, vu) << 16);
    }
    return __builtin_convertvector(__builtin_convertvector(*(const vb_any *)(data + index), vi), vf);
}

INLINE uint16_t to_bf16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)(bits >> 16) | 0x40;
    return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

INLINE float int8_scale(const float *x, int64_t n) {
    float largest = 0;
    for (int64_t i = 0; i < n; i++) largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    return largest / 127.0f;
}

// Rounds to nearest even without a conversion, which would be undefined for NaN.
INLINE int8_t to_int8(float x, float inverse) {
    float t = x * inverse + 12582912.0f;
    uint32_t bits;
    memcpy(&bits, &t, 4);
    return (int8_t)(bits & 0xff);
}

static void kv_store(ck_kv_dtype dtype, int64_t head_dim, void *group, int64_t offset, const float *restrict key,
                     const float *restrict value) {
    uint8_t *values = (uint8_t *)group_values(dtype, head_dim, group);
    if (dtype == CK_KV_F32) {
        for (int64_t d = 0; d < head_dim; d++) ((float *)group)[d * 16 + offset] = key[d];
        memcpy((float *)values + offset * padded(head_dim), value, (size_t)head_dim * 4);
    } else if (dtype == CK_KV_BF16) {
        uint16_t *row = (uint16_t *)values + offset * padded(head_dim);
        for (int64_t d = 0; d < head_dim; d++) ((uint16_t *)group)[d * 16 + offset] = to_bf16(key[d]);
        for (int64_t d = 0; d < head_dim; d++) row[d] = to_bf16(value[d]);
    } else {
        float *scales = (float *)group_scales(head_dim, group);
        float key_scale = int8_scale(key, head_dim), value_scale = int8_scale(value, head_dim);
        float key_inverse = key_scale > 0 ? 1 / key_scale : 0, value_inverse = value_scale > 0 ? 1 / value_scale : 0;
        int8_t *row = (int8_t *)values + offset * padded(head_dim);
        for (int64_t d = 0; d < head_dim; d++) ((int8_t *)group)[d * 16 + offset] = to_int8(key[d], key_inverse);
        for (int64_t d = 0; d < head_dim; d++) row[d] = to_int8(value[d], value_inverse);
        scales[offset] = key_scale;
        scales[16 + offset] = value_scale;
    }
}

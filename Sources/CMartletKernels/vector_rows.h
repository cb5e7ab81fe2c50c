// Norm, rotary, gated activation, sum.

static void rms_norm(const float *x, const float *weight, float eps, int64_t n, float *out) {
    vf sums[4] = {0};
    int64_t i = 0;
    for (; i + 4 * VL <= n; i += 4 * VL) {
        for (int j = 0; j < 4; j++) {
            vf v = load(x + i + j * VL);
            sums[j] = fma_(v, v, sums[j]);
        }
    }
    for (; i + VL <= n; i += VL) {
        vf v = load(x + i);
        sums[0] = fma_(v, v, sums[0]);
    }
    if (i < n) {
        vf v = load_part(x + i, n - i, 0);
        sums[1] = fma_(v, v, sums[1]);
    }
    float mean = sum_lanes((sums[0] + sums[1]) + (sums[2] + sums[3])) / (float)n;
    float factor = 1.0f / sqrtf(mean + eps);
    for (i = 0; i + VL <= n; i += VL) store(out + i, load(x + i) * factor * load(weight + i));
    if (i < n) store_part(out + i, n - i, load_part(x + i, n - i, 0) * factor * load_part(weight + i, n - i, 0));
}

static void rotate(float *restrict x, const float *restrict cosines, const float *restrict sines, int64_t pairs,
                   bool neox) {
    if (neox) {
        for (int64_t i = 0; i < pairs; i++) {
            float a = x[i], b = x[i + pairs];
            x[i] = a * cosines[i] - b * sines[i];
            x[i + pairs] = b * cosines[i] + a * sines[i];
        }
    } else {
        for (int64_t i = 0; i < pairs; i++) {
            float a = x[2 * i], b = x[2 * i + 1];
            x[2 * i] = a * cosines[i] - b * sines[i];
            x[2 * i + 1] = b * cosines[i] + a * sines[i];
        }
    }
}

INLINE vf silu_mul_lanes(vf gate, vf up) { return gate / (exp_(-gate) + 1.0f) * up; }

static void silu_mul(const float *gate, const float *up, int64_t n, float *out) {
    int64_t i = 0;
    for (; i + VL <= n; i += VL) store(out + i, silu_mul_lanes(load(gate + i), load(up + i)));
    if (i < n) store_part(out + i, n - i, silu_mul_lanes(load_part(gate + i, n - i, 0), load_part(up + i, n - i, 0)));
}

static void add(const float *x, int64_t n, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

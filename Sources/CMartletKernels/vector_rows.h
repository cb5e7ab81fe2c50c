// Norms, rotary, sum.

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

// Twice over the row for its mean and variance: the difference of their sums would lose digits.
static void layer_norm(const float *x, const float *weight, const float *bias, float eps, int64_t n, float *out) {
    vf sum = 0.0f, squares = 0.0f;
    int64_t i = 0;
    for (; i + VL <= n; i += VL) sum += load(x + i);
    if (i < n) sum += load_part(x + i, n - i, 0);
    const float mean = sum_lanes(sum) / (float)n;
    for (i = 0; i + VL <= n; i += VL) {
        vf v = load(x + i) - mean;
        squares = fma_(v, v, squares);
    }
    if (i < n) {
        vf v = load_part(x + i, n - i, mean) - mean;
        squares = fma_(v, v, squares);
    }
    const float factor = 1.0f / sqrtf(sum_lanes(squares) / (float)n + eps);
    for (i = 0; i + VL <= n; i += VL) {
        vf v = (load(x + i) - mean) * factor * load(weight + i);
        store(out + i, bias ? v + load(bias + i) : v);
    }
    if (i < n) {
        vf v = (load_part(x + i, n - i, 0) - mean) * factor * load_part(weight + i, n - i, 0);
        store_part(out + i, n - i, bias ? v + load_part(bias + i, n - i, 0) : v);
    }
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

static void add(const float *x, int64_t n, float *y) {
    for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

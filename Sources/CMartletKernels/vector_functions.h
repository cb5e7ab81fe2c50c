// Elementwise functions and gated products; every element's result depends on that element alone.

// e^x - 1 with a relative error of some units in the last place, also near 0; -1 below -87.3; saturates at e^88.
// As exp_: x = n ln 2 + r; then 2^n (e^r - 1) + (2^n - 1).
INLINE vf expm1_(vf x) {
    const float magic = 12582912.0f;
    vf top = x < 88.0f ? x : (vf)88.0f;
    vf in = top > -87.3f ? top : (vf)-87.3f;
    vf t = fma_(in, (vf)1.44269504f, (vf)magic);
    vf n = t - magic;
    vf r = fma_(n, (vf)-0.693359375f, in);
    r = fma_(n, (vf)2.12194440e-4f, r);
    vf p = fma_(r, (vf)(1.0f / 5040), (vf)(1.0f / 720));
    p = fma_(p, r, (vf)(1.0f / 120));
    p = fma_(p, r, (vf)(1.0f / 24));
    p = fma_(p, r, (vf)(1.0f / 6));
    p = fma_(p, r, (vf)0.5f);
    p = fma_(p * r, r, r);
    vf power = (vf)(((vu)t + 127u) << 23);
    vf result = fma_(power, p, power - 1.0f);
    return x == x ? result : x;
}

INLINE vf abs_(vf x) { return (vf)((vu)x & 0x7fffffffu); }
INLINE vf with_sign(vf magnitude, vf x) { return (vf)((vu)magnitude | ((vu)x & 0x80000000u)); }

// Beyond 10 it is 1.
INLINE vf tanh_(vf x) {
    vf y = abs_(x), t = expm1_(2.0f * (y < 10.0f ? y : (vf)10.0f));
    return x == x ? with_sign(t / (t + 2.0f), x) : x;
}

// log(1 + e^x) = max(x, 0) + log(1 + t) with t = e^-|x|; the latter is 2 atanh(t / (2 + t)), whose series ends soon.
INLINE vf softplus_(vf x) {
    vf t = exp_(-abs_(x)), s = t / (t + 2.0f), z = s * s;
    vf p = fma_(z, (vf)(1.0f / 15), (vf)(1.0f / 13));
    p = fma_(p, z, (vf)(1.0f / 11));
    p = fma_(p, z, (vf)(1.0f / 9));
    p = fma_(p, z, (vf)(1.0f / 7));
    p = fma_(p, z, (vf)(1.0f / 5));
    p = fma_(p, z, (vf)(1.0f / 3));
    p = fma_(p * z, s, s);
    return fma_(p, (vf)2.0f, x < 0.0f ? (vf)0.0f : x);
}

// The normal distribution's mass beyond y >= 0: e^(-y^2 / 2) times a slow function, which is a polynomial in
// (y - 3) / (y + 3) up to y = 13.5 with a relative error of 7e-9.
INLINE vf normal_tail(vf y) {
    vf in = y < 13.5f ? y : (vf)13.5f;
    vf t = (in - 3.0f) / (in + 3.0f);
    vf p = fma_(t, (vf)5.41709697e-05f, (vf)0.000116068713f);
    p = fma_(p, t, (vf)-0.000339918548f);
    p = fma_(p, t, (vf)-0.000984208382f);
    p = fma_(p, t, (vf)0.00290470115f);
    p = fma_(p, t, (vf)0.00613218988f);
    p = fma_(p, t, (vf)-0.0462133132f);
    p = fma_(p, t, (vf)0.123225021f);
    p = fma_(p, t, (vf)-0.206402618f);
    p = fma_(p, t, (vf)0.121513948f);
    return p * exp_(in * in * -0.5f);
}

INLINE vf gelu_(vf x) {
    vf tail = normal_tail(abs_(x));
    return x * (x < 0.0f ? tail : 1.0f - tail);
}

// 0.5 (1 + tanh(z)) is the sigmoid of 2 z.
INLINE vf gelu_tanh(vf x) {
    vf z = x * fma_(x * x, (vf)(0.044715f * 1.59576912f), (vf)1.59576912f);
    return x / (exp_(-z) + 1.0f);
}

INLINE vf clamp_(vf x, float limit) {
    vf low = x < -limit ? (vf)-limit : x;
    return low > limit ? (vf)limit : low;
}

INLINE vf xielu(const ck_function *f, vf x) {
    vf below = x > f->d ? (vf)f->d : x;
    vf negative = (expm1_(below) - x) * f->b, positive = x * x * f->a;
    return fma_(x, (vf)f->c, x > 0.0f ? positive : negative);
}

INLINE vf function_lanes(ck_function_kind kind, const ck_function *f, vf x) {
    switch (kind) {
    case CK_SILU: return x / (exp_(-x) + 1.0f);
    case CK_GELU: return gelu_(x);
    case CK_GELU_TANH: return gelu_tanh(x);
    case CK_QUICK_GELU: return x / (exp_(x * -1.702f) + 1.0f);
    case CK_RELU: return x < 0.0f ? (vf)0.0f : x;
    case CK_RELU2: return x < 0.0f ? (vf)0.0f : x * x;
    case CK_SIGMOID: return 1.0f / (exp_(-x) + 1.0f);
    case CK_TANH: return tanh_(x);
    case CK_SOFTPLUS: return softplus_(x);
    case CK_CLAMP: return clamp_(x, f->a);
    case CK_XIELU: return xielu(f, x);
    case CK_SCALE: return x * f->a;
    case CK_SOFTCAP: return tanh_(x / f->a) * f->a;
    case CK_CLAMPED_SWIGLU: return x;
    }
}

INLINE vf gated_lanes(ck_function_kind kind, const ck_function *f, vf gate, vf up) {
    if (kind != CK_CLAMPED_SWIGLU) return function_lanes(kind, f, gate) * up;
    vf g = gate > f->b ? (vf)f->b : gate;
    return g / (exp_(g * -f->a) + 1.0f) * (clamp_(up, f->b) + 1.0f);
}

INLINE void map_one(const ck_function_kind kind, const ck_function *f, const float *x, int64_t n, float *out) {
    int64_t i = 0;
    for (; i + VL <= n; i += VL) store(out + i, function_lanes(kind, f, load(x + i)));
    if (i < n) store_part(out + i, n - i, function_lanes(kind, f, load_part(x + i, n - i, 0)));
}

INLINE void map_gated(const ck_function_kind kind, const ck_function *f, const float *gate, const float *up, int64_t n,
                      float *out) {
    int64_t i = 0;
    for (; i + VL <= n; i += VL) store(out + i, gated_lanes(kind, f, load(gate + i), load(up + i)));
    if (i < n)
        store_part(out + i, n - i, gated_lanes(kind, f, load_part(gate + i, n - i, 0), load_part(up + i, n - i, 0)));
}

// A loop of its own for each function.
#define FOR_KIND(KIND, CALL, ...) \
    switch (KIND) { \
    case CK_SILU: CALL(CK_SILU, __VA_ARGS__); break; \
    case CK_GELU: CALL(CK_GELU, __VA_ARGS__); break; \
    case CK_GELU_TANH: CALL(CK_GELU_TANH, __VA_ARGS__); break; \
    case CK_QUICK_GELU: CALL(CK_QUICK_GELU, __VA_ARGS__); break; \
    case CK_RELU: CALL(CK_RELU, __VA_ARGS__); break; \
    case CK_RELU2: CALL(CK_RELU2, __VA_ARGS__); break; \
    case CK_SIGMOID: CALL(CK_SIGMOID, __VA_ARGS__); break; \
    case CK_TANH: CALL(CK_TANH, __VA_ARGS__); break; \
    case CK_SOFTPLUS: CALL(CK_SOFTPLUS, __VA_ARGS__); break; \
    case CK_CLAMP: CALL(CK_CLAMP, __VA_ARGS__); break; \
    case CK_XIELU: CALL(CK_XIELU, __VA_ARGS__); break; \
    case CK_SCALE: CALL(CK_SCALE, __VA_ARGS__); break; \
    case CK_SOFTCAP: CALL(CK_SOFTCAP, __VA_ARGS__); break; \
    case CK_CLAMPED_SWIGLU: CALL(CK_CLAMPED_SWIGLU, __VA_ARGS__); break; \
    }

static void map(const ck_function *f, const float *x, int64_t n, float *out) {
    FOR_KIND(f->kind, map_one, f, x, n, out)
}

static void gate(const ck_function *f, const float *gate, const float *up, int64_t n, float *out) {
    FOR_KIND(f->kind, map_gated, f, gate, up, n, out)
}
#undef FOR_KIND

static void multiply(const float *x, const float *y, int64_t n, float *out) {
    for (int64_t i = 0; i < n; i++) out[i] = x[i] * y[i];
}

// Vectors of VL floats, in clang's vector extension, so that one text serves every instruction set.
// The including file sets VL, HAS_FMA and TABLE_NAME and the target before it includes the parts.
#include <math.h>
#include <string.h>

#include "vector_layout.h"

#define INLINE static inline __attribute__((always_inline))

// A C cast between these types of equal size keeps the bits; a cast from a scalar fills all lanes.
typedef float vf __attribute__((ext_vector_type(VL)));
typedef int32_t vi __attribute__((ext_vector_type(VL)));
typedef uint32_t vu __attribute__((ext_vector_type(VL)));
typedef float vf_any __attribute__((ext_vector_type(VL), aligned(4), may_alias));
typedef uint32_t vu_any __attribute__((ext_vector_type(VL), aligned(4), may_alias));
typedef uint16_t vh_any __attribute__((ext_vector_type(VL), aligned(2), may_alias));

INLINE vf load(const float *p) { return *(const vf_any *)p; }
INLINE void store(float *p, vf v) { *(vf_any *)p = v; }

// The first n elements, the others `fill`.
INLINE vf load_part(const float *p, int64_t n, float fill) {
    vf v = fill;
    float parts[VL];
    memcpy(parts, &v, sizeof parts);
    memcpy(parts, p, (size_t)n * sizeof(float));
    return load(parts);
}

INLINE void store_part(float *p, int64_t n, vf v) { memcpy(p, &v, (size_t)n * sizeof(float)); }

INLINE vf fma_(vf a, vf b, vf c) {
#if HAS_FMA
    return __builtin_elementwise_fma(a, b, c);
#else
    return a * b + c;
#endif
}

INLINE vf max_(vf a, vf b) { return a > b ? a : b; }
INLINE vf no_nan(vf x) { return x == x ? x : (vf)(-INFINITY); }

INLINE float sum_lanes(vf v) {
#if VL == 16
    float __attribute__((ext_vector_type(8))) a = v.lo + v.hi;
    float __attribute__((ext_vector_type(4))) b = a.lo + a.hi;
#elif VL == 8
    float __attribute__((ext_vector_type(4))) b = v.lo + v.hi;
#else
    vf b = v;
#endif
    return (b.x + b.z) + (b.y + b.w);
}

INLINE float max_lanes(vf v) {
#if VL == 16
    typedef float v8 __attribute__((ext_vector_type(8)));
    v8 a = v.lo > v.hi ? v.lo : v.hi;
#elif VL == 8
    vf a = v;
#endif
    typedef float v4 __attribute__((ext_vector_type(4)));
#if VL == 4
    v4 b = v;
#else
    v4 b = a.lo > a.hi ? a.lo : a.hi;
#endif
    float c = b.x > b.z ? b.x : b.z, d = b.y > b.w ? b.y : b.w;
    return c > d ? c : d;
}

// e^x within 1.5 units in the last place; 0 below -87.3, where the result would be denormal; saturates at e^88.
// x = n ln 2 + r with |r| <= ln 2 / 2, then Taylor to r^7 / 7!, whose remainder is below 2^-27.
INLINE vf exp_(vf x) {
    const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer in the low mantissa bits
    vf top = x < 88.0f ? x : (vf)88.0f;
    vf in = top > -87.3f ? top : (vf)-87.3f;
    vf t = fma_(in, (vf)1.44269504f, (vf)magic);
    vf n = t - magic;
    // ln 2 in two parts, the first with so few bits that n times it is exact.
    vf r = fma_(n, (vf)-0.693359375f, in);
    r = fma_(n, (vf)2.12194440e-4f, r);
    vf p = fma_(r, (vf)(1.0f / 5040), (vf)(1.0f / 720));
    p = fma_(p, r, (vf)(1.0f / 120));
    p = fma_(p, r, (vf)(1.0f / 24));
    p = fma_(p, r, (vf)(1.0f / 6));
    p = fma_(p, r, (vf)0.5f);
    p = fma_(p * r, r, r) + 1.0f;
    vu power = ((vu)t + 127u) << 23;
    vf result = p * (vf)power;
    result = x < -87.3f ? (vf)0.0f : result;
    return x == x ? result : x;
}

// Vectors of VL lanes in clang's vector extension, so that one text of the matrix products serves AVX2 and NEON. The
// including file sets VL and the target before.
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
#define ROLLED _Pragma("clang loop unroll(disable)")

// A C cast between these types of equal size keeps the bits; a cast from a scalar fills all lanes.
#define LANES(T, N) __attribute__((ext_vector_type(N))) T
#define ANYWHERE(T, N) __attribute__((ext_vector_type(N), aligned(1), may_alias)) T
typedef LANES(float, VL) vf;
typedef LANES(int32_t, VL) vi;
typedef LANES(uint32_t, VL) vu;
typedef LANES(uint8_t, 4 * VL) vb;
typedef ANYWHERE(float, VL) vf_any;
typedef ANYWHERE(__fp16, VL) vh_any;
typedef ANYWHERE(uint16_t, VL) vs_any;
typedef ANYWHERE(int8_t, VL) vc_any;
typedef ANYWHERE(uint8_t, VL) vuc_any;
typedef ANYWHERE(uint8_t, 4 * VL) vb_any;

INLINE vf load_floats(const void *p) { return *(const vf_any *)p; }
INLINE vf load_halves(const void *p) { return __builtin_convertvector(*(const vh_any *)p, vf); }
INLINE vf load_bfloats(const void *p) { return (vf)(__builtin_convertvector(*(const vs_any *)p, vu) << 16); }
INLINE vi load_signed(const void *p) { return __builtin_convertvector(*(const vc_any *)p, vi); }
INLINE vi load_unsigned(const void *p) { return __builtin_convertvector(*(const vuc_any *)p, vi); }
INLINE vf to_floats(vi a) { return __builtin_convertvector(a, vf); }
INLINE vf multiply_add(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }

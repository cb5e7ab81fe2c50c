#include "ck_features.h"

#if defined(__x86_64__)

ck_features ck_features_detect(void) {
    __builtin_cpu_init();
    // The builtin asks XGETBV too, so a kernel that does not save wide registers counts as absent.
    bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
    return (ck_features){
        .avx2 = avx2,
        .avx_vnni = avx2 && __builtin_cpu_supports("avxvnni"),
        .avx512 = avx512 && avx2,
        .avx512_vnni = avx512 && avx2 && __builtin_cpu_supports("avx512vnni"),
        .avx512_bf16 = avx512 && avx2 && __builtin_cpu_supports("avx512bf16"),
        .avx512_vbmi = avx512 && avx2 && __builtin_cpu_supports("avx512vbmi"),
    };
}

#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>

ck_features ck_features_detect(void) {
    // Bits of asm/hwcap.h, named here because older system headers lack the later ones.
    unsigned long hwcap = getauxval(AT_HWCAP), hwcap2 = getauxval(AT_HWCAP2);
    return (ck_features){
        .neon_dotprod = hwcap >> 20 & 1,
        .neon_i8mm = hwcap2 >> 13 & 1,
        .neon_bf16 = hwcap2 >> 14 & 1,
    };
}

#elif defined(__aarch64__) && defined(__APPLE__)
#include <stddef.h>
#include <sys/sysctl.h>

static bool has(const char *name) {
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname(name, &value, &size, NULL, 0) == 0 && value != 0;
}

ck_features ck_features_detect(void) {
    return (ck_features){
        .neon_dotprod = has("hw.optional.arm.FEAT_DotProd"),
        .neon_i8mm = has("hw.optional.arm.FEAT_I8MM"),
        .neon_bf16 = has("hw.optional.arm.FEAT_BF16"),
    };
}

#else

ck_features ck_features_detect(void) { return (ck_features){0}; }

#endif

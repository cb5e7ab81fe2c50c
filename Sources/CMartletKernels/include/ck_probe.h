#ifndef CK_PROBE_H
#define CK_PROBE_H
// What a core of this machine can reach at most, to measure kernels against: the arithmetic peak of the best
// instruction of each kind, and plain reading of memory.
#include <stddef.h>
#include <stdint.h>

typedef enum { CK_PEAK_F32 = 0, CK_PEAK_BF16 = 1, CK_PEAK_INT8 = 2 } ck_peak;

// The instructions measured, such as "vdpbf16ps zmm"; NULL when this CPU has none of this kind.
const char *ck_peak_name(ck_peak kind);
// Runs them `rounds` times over on independent accumulators; returns the operations done, a multiply-add being two.
double ck_peak_run(ck_peak kind, int64_t rounds);
// Reads `bytes`, a multiple of 128, in order; returns something that depends on all of them.
uint64_t ck_read_run(const void *memory, size_t bytes);

#endif

#ifndef CK_THREAD_H
#define CK_THREAD_H
// What Swift cannot say about threads: the futex, the pause instruction, affinity, and the barrier made of them.
#include <stdint.h>
#include <stdbool.h>

// A word that threads wait on; each field on its own cache line when the struct is 64-byte aligned. (Swift does not
// import types that demand such an alignment, so there is padding instead.)
typedef struct {
    uint32_t phase;  // changes when the gate opens; the futex word
    uint32_t padding0[15];
    uint32_t arrived;  // threads that reached the barrier in this phase
    uint32_t padding1[15];
    uint32_t sleepers;  // threads that gave up spinning
    uint32_t padding2[15];
} ck_gate;

// A counter alone on its cache line.
typedef struct {
    uint32_t value;
    uint32_t padding[15];
} ck_counter;

uint32_t ck_gate_phase(const ck_gate *gate);
// Lets everyone pass who waits for the phase to change.
void ck_gate_open(ck_gate *gate);
// Returns once the phase is not `phase`: spins up to spin_ns nanoseconds, then sleeps.
void ck_gate_wait(ck_gate *gate, uint32_t phase, uint32_t spin_ns);
// Returns once `count` threads have called it in this phase. Writes before it are seen after it.
void ck_gate_barrier(ck_gate *gate, uint32_t count, uint32_t spin_ns);

// Takes the next number, starting from 0 after a reset.
static inline uint32_t ck_counter_take(ck_counter *counter) {
    return __atomic_fetch_add(&counter->value, 1, __ATOMIC_RELAXED);
}
static inline void ck_counter_reset(ck_counter *counter) {
    __atomic_store_n(&counter->value, 0, __ATOMIC_RELAXED);
}

// True when this process may run on the logical CPU.
bool ck_cpu_allowed(int cpu);

#endif

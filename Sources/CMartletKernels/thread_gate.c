#define _GNU_SOURCE
#include "ck_thread.h"

#include <limits.h>
#include <time.h>
#if defined(__linux__)
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__APPLE__)
#include <os/os_sync_wait_on_address.h>
#endif

static void sleep_while(uint32_t *word, uint32_t value) {
#if defined(__linux__)
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
#elif defined(__APPLE__)
    os_sync_wait_on_address(word, value, 4, OS_SYNC_WAIT_ON_ADDRESS_NONE);
#endif
}

static void wake_all(uint32_t *word) {
#if defined(__linux__)
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
#elif defined(__APPLE__)
    os_sync_wake_by_address_all(word, 4, OS_SYNC_WAKE_BY_ADDRESS_NONE);
#endif
}

static inline void pause_cpu(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

uint32_t ck_gate_phase(const ck_gate *gate) { return __atomic_load_n(&gate->phase, __ATOMIC_ACQUIRE); }

void ck_gate_open(ck_gate *gate) {
    // Sequentially consistent with the sleeper's count-then-compare: either it sees the new phase or we see it sleep.
    __atomic_add_fetch(&gate->phase, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&gate->sleepers, __ATOMIC_SEQ_CST) != 0) wake_all(&gate->phase);
}

void ck_gate_wait(ck_gate *gate, uint32_t phase, uint32_t spin_ns) {
    if (spin_ns > 0) {
        int64_t end = 0;
        for (;;) {
            for (int i = 0; i < 64; i++) {
                if (ck_gate_phase(gate) != phase) return;
                pause_cpu();
            }
            // The clock is read only after a first round, which is as long as most waits.
            int64_t now = now_ns();
            if (end == 0) end = now + spin_ns;
            if (now >= end) break;
        }
    }
    while (ck_gate_phase(gate) == phase) {
        __atomic_add_fetch(&gate->sleepers, 1, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&gate->phase, __ATOMIC_SEQ_CST) == phase) sleep_while(&gate->phase, phase);
        __atomic_sub_fetch(&gate->sleepers, 1, __ATOMIC_SEQ_CST);
    }
}

void ck_gate_barrier(ck_gate *gate, uint32_t count, uint32_t spin_ns) {
    uint32_t phase = ck_gate_phase(gate);
    if (__atomic_add_fetch(&gate->arrived, 1, __ATOMIC_ACQ_REL) == count) {
        __atomic_store_n(&gate->arrived, 0, __ATOMIC_RELAXED);
        ck_gate_open(gate);
    } else {
        ck_gate_wait(gate, phase, spin_ns);
    }
}

bool ck_cpu_allowed(int cpu) {
#if defined(__linux__)
    // Large enough for any kernel: the call fails when the set is smaller than the kernel's.
    static const int max_cpus = 8192;
    unsigned long set[8192 / (8 * sizeof(unsigned long))];
    if (cpu < 0 || cpu >= max_cpus) return false;
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(set), set);
    if (bytes < 0) return true;
    unsigned bits = 8 * sizeof(unsigned long);
    if (cpu / 8 >= bytes) return false;
    return (set[(unsigned)cpu / bits] >> ((unsigned)cpu % bits)) & 1;
#else
    return cpu >= 0;
#endif
}

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

static int32_t age(uint64_t value, uint32_t epoch) { return (int32_t)((uint32_t)(value >> 32) - epoch); }

uint32_t ck_counter_take(ck_counter *counter, uint32_t epoch, uint32_t end) {
    uint64_t value = __atomic_load_n(&counter->value, __ATOMIC_RELAXED);
    for (;;) {
        if (age(value, epoch) > 0) return end;
        uint32_t next = age(value, epoch) == 0 ? (uint32_t)value : 0;
        if (next >= end) return end;
        uint64_t taken = (uint64_t)epoch << 32 | (next + 1);
        if (__atomic_compare_exchange_n(&counter->value, &value, taken, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return next;
    }
}

uint32_t ck_counter_add(ck_counter *counter, uint32_t epoch, uint32_t amount) {
    uint64_t value = __atomic_load_n(&counter->value, __ATOMIC_RELAXED);
    for (;;) {
        uint32_t sum = (age(value, epoch) == 0 ? (uint32_t)value : 0) + amount;
        if (__atomic_compare_exchange_n(&counter->value, &value, (uint64_t)epoch << 32 | sum, true, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return sum;
    }
}

bool ck_counter_reached(const ck_counter *counter, uint32_t epoch, uint32_t total) {
    uint64_t value = __atomic_load_n(&counter->value, __ATOMIC_ACQUIRE);
    int32_t lead = age(value, epoch);
    return lead > 0 || (lead == 0 ? (uint32_t)value : 0) >= total;
}

static const uint32_t door_is_open = 0x80000000;

void ck_door_open(ck_door *door) { __atomic_fetch_or(&door->state, door_is_open, __ATOMIC_RELEASE); }

bool ck_door_enter(ck_door *door) {
    uint32_t state = __atomic_load_n(&door->state, __ATOMIC_RELAXED);
    while (state & door_is_open)
        if (__atomic_compare_exchange_n(&door->state, &state, state + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return true;
    return false;
}

bool ck_door_leave(ck_door *door) { return __atomic_sub_fetch(&door->state, 1, __ATOMIC_ACQ_REL) == 0; }

void ck_door_close(ck_door *door) { __atomic_fetch_and(&door->state, ~door_is_open, __ATOMIC_ACQ_REL); }

bool ck_door_is_empty(const ck_door *door) {
    return (__atomic_load_n(&door->state, __ATOMIC_ACQUIRE) & ~door_is_open) == 0;
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

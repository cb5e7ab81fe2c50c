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
    uint32_t sleepers;  // threads that gave up spinning
    uint32_t padding1[15];
} ck_gate;

uint32_t ck_gate_phase(const ck_gate *gate);
// Lets everyone pass who waits for the phase to change.
void ck_gate_open(ck_gate *gate);
// Returns once the phase is not `phase`: spins up to spin_ns nanoseconds, then sleeps.
void ck_gate_wait(ck_gate *gate, uint32_t phase, uint32_t spin_ns);

// A count that belongs to one epoch at a time, alone on its cache line: the epoch above, the count below. For a thread
// of a later epoch it reads as 0, for one of an earlier epoch as used up, so that it is never reset and a thread may be
// late by any number of epochs.
typedef struct {
    uint64_t value;
    uint64_t padding[7];
} ck_counter;

// Takes the next number below `end`, or gives a number that is not below it.
uint32_t ck_counter_take(ck_counter *counter, uint32_t epoch, uint32_t end);
// Adds what this thread has done and returns the sum. Writes before it are seen by who reads the sum.
uint32_t ck_counter_add(ck_counter *counter, uint32_t epoch, uint32_t amount);
// True when the sum has reached `total`, or the epoch is over.
bool ck_counter_reached(const ck_counter *counter, uint32_t epoch, uint32_t total);

// Who works on a job: the threads that came in while it was open.
typedef struct {
    uint32_t state;  // highest bit: open; below: number of threads inside
    uint32_t padding[15];
} ck_door;

void ck_door_open(ck_door *door);
// False when the job is over.
bool ck_door_enter(ck_door *door);
// True for the last to leave a closed door.
bool ck_door_leave(ck_door *door);
void ck_door_close(ck_door *door);
// True when nobody is inside.
bool ck_door_is_empty(const ck_door *door);

// True when this process may run on the logical CPU.
bool ck_cpu_allowed(int cpu);

#endif

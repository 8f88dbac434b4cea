// The calls and the macros of sched.h that Glibc has only with this, and so not in Swift.
#define _GNU_SOURCE
#include "processors.h"

#ifdef __linux__
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int usable_processors(void) {
    cpu_set_t usable;
    return sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 0;
}

void keep_to_share(int share, int count) {
    cpu_set_t usable, kept;
    // The main thread's: this one may have been started by a thread that was kept to a share.
    if (sched_getaffinity(getpid(), sizeof usable, &usable) != 0 || CPU_COUNT(&usable) < count) return;
    CPU_ZERO(&kept);
    int number = 0;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &usable) && number++ % count == share) CPU_SET(processor, &kept);
    }
    sched_setaffinity(0, sizeof kept, &kept);
}

void use_short_slices(void) {
    // sched_attr, as sched_setattr(2) gives it: Glibc has neither before 2.41.
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {
        .size = sizeof attributes,
        .flags = 0x08, // SCHED_FLAG_KEEP_POLICY
        .nice = getpriority(PRIO_PROCESS, 0),
        .runtime = 100 * 1000,
    };
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}
#else
int usable_processors(void) { return 0; }
void keep_to_share(int share, int count) {}
void use_short_slices(void) {}
#endif

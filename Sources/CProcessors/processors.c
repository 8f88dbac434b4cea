// The calls and the macros of sched.h that Glibc has only with this, and so not in Swift.
#define _GNU_SOURCE
#include "processors.h"

#ifdef __linux__
#include <sched.h>

int usable_processors(void) {
    cpu_set_t usable;
    return sched_getaffinity(0, sizeof usable, &usable) == 0 ? CPU_COUNT(&usable) : 0;
}

void keep_to_share(int share, int count) {
    cpu_set_t usable, kept;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0 || CPU_COUNT(&usable) < count) return;
    CPU_ZERO(&kept);
    int number = 0;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &usable) && number++ % count == share) CPU_SET(processor, &kept);
    }
    sched_setaffinity(0, sizeof kept, &kept);
}
#else
int usable_processors(void) { return 0; }
void keep_to_share(int share, int count) {}
#endif

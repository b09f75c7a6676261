/* Preloaded into a process, it moves the wall clock by OFFSET seconds; stack/other_date.py compiles and uses it.

   Monotonic clocks, sleeps, timers and signals stay as they are. No headers are included, so that any C compiler builds
   it, also on a machine without the C library's. */

struct timespec { long seconds, nanoseconds; };
struct timeval { long seconds, microseconds; };

enum { REALTIME = 0, REALTIME_COARSE = 5 };

typedef int ClockGettime(int, struct timespec *);

extern void *dlsym(void *library, const char *name);

int clock_gettime(int clock, struct timespec *moment)
{
    static ClockGettime *of_the_machine;

    /* Libraries may ask for the time before any constructor of ours would run. -1: whatever comes after this library. */
    if (!of_the_machine)
        of_the_machine = (ClockGettime *)dlsym((void *)-1L, "clock_gettime");
    int failed = of_the_machine(clock, moment);
    if (!failed && (clock == REALTIME || clock == REALTIME_COARSE))
        moment->seconds += OFFSET;
    return failed;
}

int gettimeofday(struct timeval *moment, void *zone)
{
    struct timespec now;

    (void)zone; /* obsolete, and NULL everywhere */
    clock_gettime(REALTIME, &now);
    moment->seconds = now.seconds;
    moment->microseconds = now.nanoseconds / 1000;
    return 0;
}

long time(long *moment)
{
    struct timespec now;

    clock_gettime(REALTIME, &now);
    if (moment)
        *moment = now.seconds;
    return now.seconds;
}

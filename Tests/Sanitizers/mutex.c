/* Tells the thread sanitizer of the contended path of Synchronization.Mutex, preloaded by `run`.

   The path without contention is compiled into its callers, so the sanitizer sees its atomics. The
   other one lies in libswiftSynchronization, which is not instrumented, and in futex(2): without
   this, two critical sections that follow each other through it are reported as a race. Races on
   what no mutex guards are reported as before. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* <sanitizer/tsan_interface.h>; absent in processes that are not sanitized. */
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

/* Synchronization._MutexHandle, whose methods take the handle as self. */
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *mutex

SWIFT void lock_contended(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock_contended(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_contended(SELF) __asm__(UNLOCK);

/* The function that would be called without this library. */
static void *original(const char *symbol) {
  void *function = dlsym(RTLD_NEXT, symbol);
  if (!function) abort();
  return function;
}

SWIFT void lock_contended(uint32_t thread, SELF) {
  ((SWIFT void (*)(uint32_t, SELF))original(LOCK))(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT bool try_lock_contended(SELF) {
  bool is_locked = ((SWIFT bool (*)(SELF))original(TRY_LOCK))(mutex);
  if (is_locked && __tsan_acquire) __tsan_acquire(mutex);
  return is_locked;
}

SWIFT void unlock_contended(SELF) {
  if (__tsan_release) __tsan_release(mutex);
  ((SWIFT void (*)(SELF))original(UNLOCK))(mutex);
}

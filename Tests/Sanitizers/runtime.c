/* Tells the thread sanitizer what of Swift's runtime it cannot see; preloaded by `run`.

   Synchronization.Mutex: the path without contention is compiled into its callers, so the sanitizer
   sees its atomics. The other one lies in libswiftSynchronization, which is not instrumented, and in
   futex(2).

   Continuations: the runtime announces what a task was resumed with, unless it was resumed before it
   awaited. Where that is compiled into its callers, which an optimised build does, both ends are
   called from there and come by here.

   Without this, two critical sections that follow each other, and a value that was handed over, are
   reported as races. Races on what nothing guards are reported as before. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* <sanitizer/tsan_interface.h>; absent in processes that are not sanitized. */
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

static void acquire(void *address) {
  if (__tsan_acquire) __tsan_acquire(address);
}

static void release(void *address) {
  if (__tsan_release) __tsan_release(address);
}

/* The function that would be called without this library. */
static void *original(const char *symbol) {
  void *function = dlsym(RTLD_NEXT, symbol);
  if (!function) abort();
  return function;
}

#define SWIFT __attribute__((swiftcall))
#define ASYNC __attribute__((swiftasynccall))

/* Synchronization._MutexHandle, whose methods take the handle as self. */
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SELF __attribute__((swift_context)) void *mutex

SWIFT void lock_contended(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock_contended(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_contended(SELF) __asm__(UNLOCK);

SWIFT void lock_contended(uint32_t thread, SELF) {
  ((SWIFT void (*)(uint32_t, SELF))original(LOCK))(thread, mutex);
  acquire(mutex);
}

SWIFT bool try_lock_contended(SELF) {
  bool is_locked = ((SWIFT bool (*)(SELF))original(TRY_LOCK))(mutex);
  if (is_locked) acquire(mutex);
  return is_locked;
}

SWIFT void unlock_contended(SELF) {
  release(mutex);
  ((SWIFT void (*)(SELF))original(UNLOCK))(mutex);
}

/* <swift/Runtime/Concurrency.h>; absent in programs without tasks. */
#define AWAIT "swift_continuation_await"
#define RESUME "swift_continuation_resume"
#define THROWING_RESUME "swift_continuation_throwingResume"
#define RESUME_WITH_ERROR "swift_continuation_throwingResumeWithError"

/* The beginning of swift::AsyncContext (<swift/ABI/Task.h>). */
struct context;
typedef ASYNC void function(__attribute__((swift_async_context)) struct context *);
struct context {
  struct context *parent;
  function *resume_parent;
};

extern SWIFT void *swift_task_getCurrent(void) __attribute__((weak));
ASYNC void await_continuation(struct context *context) __asm__(AWAIT);
SWIFT void resume(void *task) __asm__(RESUME);
SWIFT void throwing_resume(void *task) __asm__(THROWING_RESUME);
SWIFT void resume_with_error(void *task, void *error) __asm__(RESUME_WITH_ERROR);

/* What goes on behind the await that is made on this thread. */
static __thread function *behind_await;

/* Called by the original await, if the task was resumed before; else it took the function before
   this one when the continuation was made. */
static ASYNC void resumed_before(
    __attribute__((swift_async_context)) struct context *context) {
  function *const behind = behind_await;
  context->resume_parent = behind;
  acquire(swift_task_getCurrent());
  __attribute__((musttail)) return behind(context);
}

ASYNC void await_continuation(struct context *context) {
  ASYNC void (*await)(struct context *) = (ASYNC void (*)(struct context *))original(AWAIT);
  behind_await = context->resume_parent;
  context->resume_parent = resumed_before;
  __attribute__((musttail)) return await(context);
}

SWIFT void resume(void *task) {
  release(task);
  ((SWIFT void (*)(void *))original(RESUME))(task);
}

SWIFT void throwing_resume(void *task) {
  release(task);
  ((SWIFT void (*)(void *))original(THROWING_RESUME))(task);
}

SWIFT void resume_with_error(void *task, void *error) {
  release(task);
  ((SWIFT void (*)(void *, void *))original(RESUME_WITH_ERROR))(task, error);
}

/*
 * The threads that work on a module: a crew that meets at a barrier.
 *
 * A thread that waits looks for a while, as the others come within microseconds; then it lets other programs
 * run; then it sleeps.
 */
#ifndef TILEWRIGHT_CREW_H
#define TILEWRIGHT_CREW_H
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define TW_LOOKS 4000
#define TW_YIELDS 200

struct tw_crew {
  unsigned threads;
  _Alignas(64) atomic_uint arrived;
  _Alignas(64) atomic_uint generation;
  _Alignas(64) atomic_uint asleep;
  pthread_mutex_t door;
  pthread_cond_t opened;
};

static inline void tw_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("yield");
#endif
}

/* Lets those go on who have waited. A thread falls asleep only where it finds the old generation. */
static void tw_open_door(struct tw_crew *crew, unsigned generation) {
  atomic_store(&crew->arrived, 0);
  atomic_store(&crew->generation, generation + 1);
  if (atomic_load(&crew->asleep) == 0) return;
  pthread_mutex_lock(&crew->door);
  pthread_cond_broadcast(&crew->opened);
  pthread_mutex_unlock(&crew->door);
}

/* Waits until every thread of the crew has come here. */
static void tw_wait(struct tw_crew *crew) {
  if (crew->threads == 1) return;
  const unsigned generation = atomic_load(&crew->generation);
  if (atomic_fetch_add(&crew->arrived, 1) + 1 == crew->threads) {
    tw_open_door(crew, generation);
    return;
  }
  for (int looks = 0; looks < TW_LOOKS; looks++) {
    if (atomic_load_explicit(&crew->generation, memory_order_acquire) != generation) return;
    tw_pause();
  }
  for (int yields = 0; yields < TW_YIELDS; yields++) {
    if (atomic_load_explicit(&crew->generation, memory_order_acquire) != generation) return;
    sched_yield();
  }
  pthread_mutex_lock(&crew->door);
  atomic_fetch_add(&crew->asleep, 1);
  while (atomic_load(&crew->generation) == generation) pthread_cond_wait(&crew->opened, &crew->door);
  atomic_fetch_sub(&crew->asleep, 1);
  pthread_mutex_unlock(&crew->door);
}
#endif

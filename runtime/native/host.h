/*
 * What the host calls. A text includes this at its end, where it has said what TEXT is.
 */
#include "tilewright.h"

#define TW_HOST __attribute__((visibility("default")))

/* Numbers of a vector of the machine that this was compiled for. */
TW_HOST uint32_t tw_lanes(void) { return TW_LANES; }

/* Gives a module memory and threads; or NULL, and why not as a message. Flags: 1 profile, 2 skip zeros. */
TW_HOST void *tw_open(const uint32_t *dims, uint32_t threads, uint32_t flags, char *message, size_t bytes) {
  return tw_open_module(&TEXT, dims, threads, flags, message, bytes);
}

/* Runs kernels `first` to `last` of a program, the latter exclusive, on all threads. */
TW_HOST void tw_run(void *own, uint32_t program, const void *given, uint32_t first, uint32_t last) {
  struct tw_module *const module = own;
  module->program = program;
  module->given = given;
  module->first = first;
  module->last = last;
  tw_wait(&module->crew);
  tw_share_of_run(&module->threads[0]);
  tw_wait(&module->crew);
}

/* Copies elements to a tensor, from its element `at` on; 0 if there are not so many. */
TW_HOST uint32_t tw_write(void *own, uint32_t tensor, const void *from, uint64_t at, uint64_t count) {
  return tw_copy(&((struct tw_module *)own)->tensor[tensor], (uint8_t *)from, at, count, true);
}

/* Copies the first elements of a tensor; 0 if there are not so many. */
TW_HOST uint32_t tw_read(void *own, uint32_t tensor, void *to, uint64_t count) {
  return tw_copy(&((struct tw_module *)own)->tensor[tensor], to, 0, count, false);
}

/* The first slot that a kernel has written behind, or the number of slots. */
TW_HOST uint32_t tw_overrun_slot(void *own) { return (uint32_t)tw_overrun(own); }

/* The time that a kernel has taken in a profiled run, on the first thread. */
TW_HOST double tw_seconds(void *own, uint32_t program, uint32_t kernel) {
  return ((struct tw_module *)own)->seconds[program][kernel];
}

/* Ends the threads and gives the memory back. */
TW_HOST void tw_close(void *own) { tw_close_module(own); }

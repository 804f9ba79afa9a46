/*
 * What a text of kernels stands on: it says how its tensors lie and what its programs run, and this gives them
 * memory and threads, and opens them to the host.
 */
#ifndef TILEWRIGHT_H
#define TILEWRIGHT_H
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"
#include "elementary.h"
#include "tile.h"

/* Points that a kernel computes side by side, where it sums over other axes; a multiple of all lanes. */
#define TW_STRIP 64
/* Steps of a sum whose right operand is copied at a time. */
#define TW_DEPTH 1024
/* No two tensors share a line of the cache. */
#define TW_LINE 64
/* What stands after each piece of memory until a kernel writes too far. */
#define TW_CANARY 0xa5

/* A build for tests, in which every access to a canary is reported. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#define TW_SANITIZED true
#define TW_FORBID(from, bytes) __asan_poison_memory_region(from, bytes)
#define TW_ALLOW(from, bytes) __asan_unpoison_memory_region(from, bytes)
#else
#define TW_SANITIZED false
#define TW_FORBID(from, bytes)
#define TW_ALLOW(from, bytes)
#endif

/* A value that the host gives with a call. */
union tw_given {
  uint32_t u;
  float f;
};

/* A tensor as it lies in memory. */
struct tw_tensor {
  const char *name;
  uint8_t *data;
  tw_size each; /* bytes of an element */
  tw_size slot;
  tw_size elements; /* as the host sees them */
  tw_size rows, columns; /* of a matrix that lies in panels, else 0 */
};

struct tw_slot {
  uint8_t *data;
  tw_size bytes;
};

struct tw_module;

/* One of the threads that run a program, and what is its own. */
struct tw_thread {
  struct tw_module *module;
  unsigned number;
  /* The stretch of an axis that this thread computes. */
  tw_size from, to;
  tw_size *step; /* [TW_DEPTH] */
  float *panel;  /* of the right operand, one or TW_GROUP */
  float *left;   /* [TW_ROWS, TW_DEPTH] rows of the left operand */
  float *sums;   /* tiles of results */
  pthread_t thread;
};

/* What a text consists of. */
struct tw_text {
  tw_size dims, tensors, slots, programs;
  void (*lay_out)(struct tw_module *module);
  void (*const *run)(struct tw_thread *thread, const union tw_given *given);
  const tw_size *kernels; /* of each program */
};

/* A text that was loaded. */
struct tw_module {
  struct tw_crew crew;
  const struct tw_text *text;
  bool profile, skip_zeros;
  /* What the crew runs: a program, and which of its kernels. */
  tw_size program, first, last;
  bool leaves;
  const union tw_given *given;
  tw_size *dim;
  struct tw_tensor *tensor;
  struct tw_slot *slot;
  struct tw_thread *threads;
  uint8_t *memory;
  tw_size memory_bytes;
  /* The most that a kernel needs of a thread's own memory. */
  tw_size panel_floats, left_floats, sums_floats;
  /* The clock of the first thread: of each kernel of each program, and of the one that runs. */
  double **seconds, *running, began;
  char *message;
  tw_size message_bytes;
  bool failed;
};

/* ---- Layout: what a text says of its tensors when it is loaded. ---- */

static void tw_fail(struct tw_module *module, const char *format, ...) {
  if (module->failed) return;
  module->failed = true;
  va_list values;
  va_start(values, format);
  vsnprintf(module->message, module->message_bytes, format, values);
  va_end(values);
}

static inline tw_size tw_round_up(tw_size size, tw_size to) { return (size + to - 1) / to * to; }

/* A tensor that lies row by row. */
static void tw_rows_of(struct tw_module *module, tw_size at, const char *name, tw_size each, tw_size slot,
                       tw_size elements) {
  module->tensor[at] = (struct tw_tensor){name, NULL, each, slot, elements, 0, 0};
  struct tw_slot *const place = &module->slot[slot];
  if (place->bytes < each * elements) place->bytes = each * elements;
}

/* A matrix of f32 that lies in panels: TW_PANEL of its rows at a time, column after column. */
static __attribute__((unused)) void tw_panels_of(struct tw_module *module, tw_size at, const char *name,
                                                 tw_size slot, tw_size rows, tw_size columns) {
  tw_rows_of(module, at, name, 4, slot, tw_round_up(rows, TW_PANEL) * columns);
  module->tensor[at].elements = rows * columns;
  module->tensor[at].rows = rows;
  module->tensor[at].columns = columns;
}

/* Elements of a tensor in memory, those included that fill up its last panel. */
static tw_size tw_room(const struct tw_tensor *tensor) {
  return tensor->rows == 0 ? tensor->elements : tw_round_up(tensor->rows, TW_PANEL) * tensor->columns;
}

/* A kernel touches the first `reach` elements of a tensor in memory: refused if there are less. */
static void tw_reaches(struct tw_module *module, const char *kernel, tw_size tensor, tw_size reach) {
  const struct tw_tensor *const touched = &module->tensor[tensor];
  const tw_size room = tw_room(touched);
  if (reach <= room && tw_room(touched) * touched->each <= module->slot[touched->slot].bytes) return;
  tw_fail(module, "kernel \"%s\" reaches element %zu of tensor \"%s\", which has room for %zu", kernel, reach,
          touched->name, room);
}

/* A kernel that needs a thread's own memory: floats of a panel, of rows of the left operand, of sums. */
static __attribute__((unused)) void tw_needs(struct tw_module *module, tw_size panel, tw_size left,
                                             tw_size sums) {
  if (module->panel_floats < panel) module->panel_floats = panel;
  if (module->left_floats < left) module->left_floats = left;
  if (module->sums_floats < sums) module->sums_floats = sums;
}

/* The bytes of lists of what is not zero, each of at most so many steps, and of where their parts end. */
TW_ALWAYS tw_size tw_list_bytes(tw_size rows, tw_size steps) {
  return rows * (tw_parts(steps) * sizeof(tw_size) + steps * sizeof(struct tw_entry));
}

/* Where the element of row o and column k lies, in a matrix of so many columns that lies in panels. */
TW_ALWAYS tw_size tw_in_panels(tw_size o, tw_size k, tw_size columns) {
  return (o / TW_PANEL * columns + k) * TW_PANEL + o % TW_PANEL;
}

/* Where a tensor lies. */
TW_ALWAYS void *tw_at(const struct tw_module *module, tw_size tensor) { return module->tensor[tensor].data; }

/* ---- Programs: who computes what, and when. ---- */

static double tw_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* In a profiled run, the time since a kernel began is its own. */
static void tw_stop_clock(struct tw_thread *thread) {
  struct tw_module *const module = thread->module;
  if (!module->profile || thread->number != 0 || module->running == NULL) return;
  *module->running += tw_now() - module->began;
  module->running = NULL;
}

static bool tw_begins(struct tw_thread *thread, tw_size kernel) {
  struct tw_module *const module = thread->module;
  tw_stop_clock(thread);
  if (kernel < module->first || kernel >= module->last) return false;
  if (module->profile && thread->number == 0) {
    module->running = &module->seconds[module->program][kernel];
    module->began = tw_now();
  }
  return true;
}

/* Whether this thread computes something of a kernel: its stretch of an axis, in multiples of a grain. */
static __attribute__((unused)) bool tw_shares(struct tw_thread *thread, tw_size kernel, tw_size extent,
                                              tw_size grain) {
  if (!tw_begins(thread, kernel)) return false;
  const tw_size units = (extent + grain - 1) / grain, threads = thread->module->crew.threads;
  thread->from = tw_least(units * thread->number / threads * grain, extent);
  thread->to = tw_least(units * (thread->number + 1) / threads * grain, extent);
  return thread->from < thread->to;
}

/* Whether this thread computes a kernel that one thread computes alone. */
static __attribute__((unused)) bool tw_alone(struct tw_thread *thread, tw_size kernel) {
  return tw_begins(thread, kernel) && thread->number == 0;
}

/* What one thread writes before this, another may read after it. */
static __attribute__((unused)) void tw_meet(struct tw_thread *thread) {
  tw_stop_clock(thread);
  tw_wait(&thread->module->crew);
}

/* ---- The life of a module. ---- */

/* A thread's own memory. */
static bool tw_equip(struct tw_module *module, struct tw_thread *thread) {
  thread->step = malloc(TW_DEPTH * sizeof *thread->step);
  const tw_size floats = module->panel_floats + module->left_floats + module->sums_floats + 3 * TW_LINE;
  if (thread->step == NULL || posix_memalign((void **)&thread->panel, TW_LINE, floats * sizeof(float)) != 0) {
    thread->panel = NULL;
    return false;
  }
  thread->left = thread->panel + tw_round_up(module->panel_floats, TW_LINE);
  thread->sums = thread->left + tw_round_up(module->left_floats, TW_LINE);
  return true;
}

static void tw_share_of_run(struct tw_thread *thread) {
  struct tw_module *const module = thread->module;
  module->text->run[module->program](thread, module->given);
  tw_stop_clock(thread);
}

static void *tw_work(void *own) {
  struct tw_thread *const thread = own;
  struct tw_module *const module = thread->module;
  for (;;) {
    tw_wait(&module->crew);
    if (module->leaves) return NULL;
    tw_share_of_run(thread);
    tw_wait(&module->crew);
  }
}

/* The bytes of a slot with the canary after it. */
static tw_size tw_with_canary(tw_size bytes) { return tw_round_up(bytes + TW_LINE, TW_LINE); }

/* Maps the memory of all slots, zeroed, with a page after it that nobody may touch. */
static void tw_map(struct tw_module *module) {
  const tw_size page = (tw_size)sysconf(_SC_PAGESIZE);
  tw_size bytes = 0;
  for (tw_size s = 0; s < module->text->slots; s++) bytes += tw_with_canary(module->slot[s].bytes);
  const tw_size unused = tw_round_up(bytes, page) - bytes;
  bytes += unused;
  module->memory = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (module->memory == MAP_FAILED) {
    module->memory = NULL;
    tw_fail(module, "this machine does not give %zu bytes of memory; choose a smaller batch or smaller layers",
            bytes);
    return;
  }
  module->memory_bytes = bytes + page;
#ifdef MADV_HUGEPAGE
  madvise(module->memory, bytes, MADV_HUGEPAGE);
#endif
  mprotect(module->memory + bytes, page, PROT_NONE);
  /* The last slot ends where that page begins, but for its canary. */
  uint8_t *at = module->memory + unused;
  for (tw_size s = 0; s < module->text->slots; s++) {
    struct tw_slot *const slot = &module->slot[s];
    slot->data = at;
    at += tw_with_canary(slot->bytes);
    memset(slot->data + slot->bytes, TW_CANARY, tw_with_canary(slot->bytes) - slot->bytes);
    TW_FORBID(slot->data + slot->bytes, tw_with_canary(slot->bytes) - slot->bytes);
  }
  for (tw_size t = 0; t < module->text->tensors; t++) {
    module->tensor[t].data = module->slot[module->tensor[t].slot].data;
  }
}

/* The first slot that something was written behind, or as many as there are. */
static tw_size tw_overrun(const struct tw_module *module) {
  tw_size s = TW_SANITIZED ? module->text->slots : 0;
  for (; s < module->text->slots; s++) {
    const struct tw_slot *const slot = &module->slot[s];
    for (tw_size at = slot->bytes; at < tw_with_canary(slot->bytes); at++) {
      if (slot->data[at] != TW_CANARY) return s;
    }
  }
  return s;
}

static void tw_close_module(struct tw_module *module) {
  const unsigned threads = module->crew.threads;
  module->leaves = true;
  tw_wait(&module->crew);
  for (unsigned t = 0; t < threads; t++) {
    if (t > 0) pthread_join(module->threads[t].thread, NULL);
    free(module->threads[t].step);
    free(module->threads[t].panel);
  }
  pthread_mutex_destroy(&module->crew.door);
  pthread_cond_destroy(&module->crew.opened);
  if (module->memory != NULL) {
    TW_ALLOW(module->memory, module->memory_bytes);
    munmap(module->memory, module->memory_bytes);
  }
  for (tw_size p = 0; p < module->text->programs; p++) free(module->seconds[p]);
  free(module->seconds);
  free(module->threads);
  free(module->slot);
  free(module->tensor);
  free(module->dim);
  free(module);
}

/* Starts the threads but the first, which is the host's. Those that do not start are done without. */
static void tw_start(struct tw_module *module, unsigned threads) {
  unsigned ready = 0;
  while (ready < threads) {
    struct tw_thread *const thread = &module->threads[ready];
    *thread = (struct tw_thread){.module = module, .number = ready};
    if (!tw_equip(module, thread)) {
      tw_fail(module, "this machine does not give %u threads their memory; choose fewer threads", threads);
      break;
    }
    ready++;
  }
  /* Who has begun already waits for all that are counted here. */
  module->crew.threads = ready == 0 ? 1 : ready;
  for (unsigned t = 1; t < ready; t++) {
    if (pthread_create(&module->threads[t].thread, NULL, tw_work, &module->threads[t]) == 0) continue;
    tw_fail(module, "thread %u does not start; choose fewer threads", t);
    /* Those that run wait for as many as run. */
    for (unsigned left = t; left < ready; left++) {
      free(module->threads[left].step);
      free(module->threads[left].panel);
    }
    module->crew.threads = t;
    return;
  }
}

static struct tw_module *tw_open_module(const struct tw_text *text, const uint32_t *dims, unsigned threads,
                                        unsigned flags, char *message, tw_size message_bytes) {
  struct tw_module *const module = aligned_alloc(TW_LINE, sizeof *module);
  *module = (struct tw_module){
      .text = text,
      .profile = (flags & 1) != 0,
      .skip_zeros = (flags & 2) != 0,
      .dim = calloc(text->dims + 1, sizeof *module->dim),
      .tensor = calloc(text->tensors + 1, sizeof *module->tensor),
      .slot = calloc(text->slots + 1, sizeof *module->slot),
      .threads = calloc(threads, sizeof *module->threads),
      .seconds = calloc(text->programs + 1, sizeof *module->seconds),
      .message = message,
      .message_bytes = message_bytes,
  };
  module->crew.threads = 1;
  pthread_mutex_init(&module->crew.door, NULL);
  pthread_cond_init(&module->crew.opened, NULL);
  for (tw_size d = 0; d < text->dims; d++) module->dim[d] = dims[d];
  for (tw_size p = 0; p < text->programs; p++) {
    module->seconds[p] = calloc(text->kernels[p] + 1, sizeof **module->seconds);
  }
  text->lay_out(module);
  if (!module->failed) tw_map(module);
  if (!module->failed) tw_start(module, threads);
  if (!module->failed) return module;
  tw_close_module(module);
  return NULL;
}

/* Copies elements between the host and a tensor; false if there are not so many. */
static bool tw_copy(const struct tw_tensor *tensor, uint8_t *host, tw_size from, tw_size count, bool inwards) {
  if (from > tensor->elements || count > tensor->elements - from) return false;
  if (count == 0) return true; /* an empty array of the host has no address */
  if (tensor->rows == 0) {
    uint8_t *const own = tensor->data + from * tensor->each;
    if (inwards) memcpy(own, host, count * tensor->each);
    else memcpy(host, own, count * tensor->each);
    return true;
  }
  float *const data = (float *)tensor->data, *const values = (float *)host;
  for (tw_size i = 0; i < count; i++) {
    const tw_size row = (from + i) / tensor->columns, column = (from + i) % tensor->columns;
    float *const own = data + tw_in_panels(row, column, tensor->columns);
    if (inwards) *own = values[i];
    else values[i] = *own;
  }
  return true;
}
#endif

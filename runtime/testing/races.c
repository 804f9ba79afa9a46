/*
 * Runs every program of a text on three threads, compiled to watch which thread touches what: the text is named by
 * TEXT_FILE. Values do not matter; a third of them are not zero, so that zeros are skipped.
 */
#include TEXT_FILE

#define DIMS 32
#define CALL 37

int main(void) {
  uint32_t dims[DIMS];
  for (uint32_t d = 0; d < DIMS; d++) dims[d] = CALL + d;
  char message[1024] = "";
  struct tw_module *const module = tw_open(dims, 3, 2, message, sizeof message);
  if (module == NULL) {
    puts(message);
    return 2;
  }
  for (tw_size t = 0; t < TEXT.tensors; t++) {
    const struct tw_tensor *const tensor = &module->tensor[t];
    if (tensor->each != sizeof(float)) continue;
    for (tw_size i = 0; i < tw_room(tensor); i++) ((float *)tensor->data)[i] = i % 3 == 0 ? 0.5f : 0.0f;
  }
  union tw_given given[DIMS];
  for (uint32_t g = 0; g < DIMS; g++) given[g].u = CALL;
  for (int run = 0; run < 3; run++) {
    for (tw_size p = 0; p < TEXT.programs; p++) tw_run(module, (uint32_t)p, given, 0, (uint32_t)TEXT.kernels[p]);
  }
  tw_close(module);
  return 0;
}

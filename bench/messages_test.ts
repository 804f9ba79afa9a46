import assert from "node:assert/strict";
import { messagesOf, parseMessage } from "./messages.ts";

Deno.test("lines that are no messages are left alone", () => {
  const lines = ["", "Hi, looks like you are running TensorFlow.js", "{broken", "[1]", "{}"];
  for (const line of [...lines, '{"kind":"greeting"}']) {
    assert.equal(parseMessage(line), undefined, line);
  }
});

Deno.test("a message has the fields of its kind", () => {
  const line = '{"kind":"chunk","steps":20,"milliseconds":101.5,"loss":0.25}';
  assert.deepEqual(parseMessage(line), {
    kind: "chunk",
    steps: 20,
    milliseconds: 101.5,
    loss: 0.25,
  });
});

Deno.test("a message without a field, or with NaN, which JSON writes as null, is refused", () => {
  assert.throws(
    () => parseMessage('{"kind":"chunk","steps":20,"milliseconds":101.5}'),
    /^SyntaxError: Cannot read a message "chunk": its field "loss" should be a number, got undefined;/,
  );
  assert.throws(
    () => parseMessage('{"kind":"end","peakMiB":null}'),
    /"peakMiB" should be a number, got null/,
  );
});

Deno.test("messages are told apart by kind", () => {
  const end = { kind: "end", peakMiB: 100 } as const;
  const about = { kind: "about", engine: "NumPy 1.24", device: "cpu", threads: 2 } as const;
  assert.deepEqual(messagesOf([about, end, end], "end"), [end, end]);
});

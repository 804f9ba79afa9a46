import assert from "node:assert/strict";
import {
  ISOLATION_HEADERS,
  type PageFile,
  type PageServerOptions,
  servePage,
} from "./page_server.ts";

const FILES: ReadonlyMap<string, PageFile> = new Map<string, PageFile>([
  ["/", { type: "text/html; charset=utf-8", body: "<h1>Grüße</h1>" }],
  ["/bytes", { type: "application/octet-stream", body: Uint8Array.of(0, 255, 7) }],
  ["/self", { type: "text/plain", body: new URL(import.meta.url) }],
  ["/gone", { type: "text/plain", body: new URL("./gone", import.meta.url) }],
]);

async function serving(
  test: (at: (path: string) => string) => Promise<void>,
  options: Partial<PageServerOptions> = {},
): Promise<void> {
  const server = servePage({ files: FILES, ...options });
  try {
    await test((path) => new URL(path, server.url).href);
  } finally {
    await server.stop();
  }
}

Deno.test("texts, bytes and files are served with their types and lengths", async () => {
  await serving(async (at) => {
    const page = await fetch(at("/"));
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(page.headers.get("content-length"), "16");
    assert.equal(await page.text(), "<h1>Grüße</h1>");
    assert.deepEqual(await (await fetch(at("/bytes"))).bytes(), Uint8Array.of(0, 255, 7));
    const self = await Deno.readTextFile(new URL(import.meta.url));
    assert.equal(await (await fetch(at("/self?again"))).text(), self);
    const head = await fetch(at("/self"), { method: "HEAD" });
    assert.equal(head.headers.get("content-type"), "text/plain");
    assert.equal(await head.text(), "");
  });
});

Deno.test("what is not there, and what is no request for a page, is refused", async () => {
  await serving(async (at) => {
    for (const path of ["/other", "/gone", "/../deno.json"]) {
      const answer = await fetch(at(path));
      assert.equal(answer.status, 404, path);
      await answer.text();
    }
    const answer = await fetch(at("/"), { method: "POST" });
    assert.equal(answer.status, 405);
    await answer.text();
  });
});

Deno.test("what is made for a request is made anew for each, with its status", async () => {
  let count = 0;
  const make = (path: string) =>
    Promise.resolve(
      path === "/made" ? { type: "text/plain", body: `${++count}`, status: 202 } : undefined,
    );
  await serving(async (at) => {
    for (const body of ["1", "2"]) {
      const answer = await fetch(at("/made"));
      assert.equal(answer.status, 202);
      assert.equal(await answer.text(), body);
    }
    const missing = await fetch(at("/missing"));
    assert.equal(missing.status, 404);
    await missing.text();
    assert.equal(await (await fetch(at("/"))).text(), "<h1>Grüße</h1>");
  }, { make });
});

Deno.test("a page is isolated unless that is not wanted", async () => {
  for (const isolated of [true, false]) {
    await serving(async (at) => {
      const { headers, body } = await fetch(at("/"));
      await body?.cancel();
      for (const [name, value] of Object.entries(ISOLATION_HEADERS)) {
        assert.equal(headers.get(name), isolated ? value : null, name);
      }
    }, { isolated });
  }
});

Deno.test("a port in use is refused by its number", async () => {
  await serving((at) => {
    const port = Number(new URL(at("/")).port);
    const message = `Cannot serve at port ${port}: another program listens there; ` +
      "choose another with --port, or 0 for a free one.";
    assert.throws(() => servePage({ files: FILES, port }), { name: "UsageError", message });
    return Promise.resolve();
  });
});

Deno.test("the end does not wait for somebody who takes no answer", async () => {
  const body = new Uint8Array(64 * 1024 ** 2);
  const server = servePage({ files: new Map([["/", { type: "application/octet-stream", body }]]) });
  const { hostname, port } = new URL(server.url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
  await connection.read(new Uint8Array(1));
  await server.stop();
  connection.close();
});

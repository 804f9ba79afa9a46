/** Serves a page and what it loads on this machine, and to nobody else. @module */
import { UsageError } from "./command_line.ts";

/** What is found at a path. */
export interface PageFile {
  /** Its media type: "text/html; charset=utf-8". */
  readonly type: string;
  /** A text, bytes, or the `file:` URL of what is read anew for each request. */
  readonly body: string | Uint8Array<ArrayBuffer> | URL;
  /** Its HTTP status; 200 if absent. */
  readonly status?: number;
}

/** What to serve, and where. */
export interface PageServerOptions {
  /** By path: "/" is the page itself. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** Makes what is found at the other paths, anew for each request; nothing if there is none. */
  readonly make?: (path: string) => Promise<PageFile | undefined>;
  /** A free one if absent. */
  readonly port?: number;
  /**
   * False to leave out the headers by which browsers isolate a page from other sites, and so let its threads
   * share memory. True, if absent.
   */
  readonly isolated?: boolean;
}

/** A server at work. */
export interface PageServer {
  /** Where the page is: "http://127.0.0.1:8000/". */
  readonly url: string;
  /** Ends it at once, whoever is still being answered. */
  stop(): Promise<void>;
}

/** The headers that a page needs for threads that share memory, on any server. */
export const ISOLATION_HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Media types by the endings of files. */
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const HOST = "127.0.0.1";

/**
 * The media type of a file by the ending of its name; that of plain bytes where it is not known.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(mediaTypeOf("kernels.wasm"), "application/wasm");
 * ```
 */
export function mediaTypeOf(name: string): string {
  return TYPES[name.match(/\.[^.]+$/)?.[0] ?? ""] ?? "application/octet-stream";
}

/**
 * Starts to serve files at 127.0.0.1.
 *
 * @throws {UsageError} if the port is in use, or not this user's to take
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const page = { type: "text/html; charset=utf-8", body: "<h1>Here</h1>" };
 * const server = servePage({ files: new Map([["/", page]]) });
 * const answer = await fetch(server.url);
 * assert.equal(await answer.text(), "<h1>Here</h1>");
 * await server.stop();
 * ```
 */
export function servePage(
  { files, make, port = 0, isolated = true }: PageServerOptions,
): PageServer {
  const common = {
    // A page that is served anew is seen anew.
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    ...(isolated ? ISOLATION_HEADERS : {}),
  };
  const end = new AbortController();
  const server = listen(port, end.signal, async (request) => {
    const { method, url } = request;
    if (method !== "GET" && method !== "HEAD") return refusal(405, "Only GET and HEAD");
    const path = new URL(url).pathname;
    const file = files.get(path) ?? await make?.(path);
    if (file === undefined) return refusal(404, "There is nothing here");
    try {
      const { body, length } = await contentOf(file);
      const headers = { ...common, "content-type": file.type, "content-length": `${length}` };
      const { status = 200 } = file;
      if (method !== "HEAD") return new Response(body, { headers, status });
      if (body instanceof ReadableStream) await body.cancel();
      return new Response(null, { headers, status });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return refusal(404, "This file is gone");
      throw error;
    }
  });
  return {
    url: `http://${HOST}:${server.addr.port}/`,
    stop: async () => {
      end.abort();
      await server.finished;
    },
  };
}

function refusal(status: number, why: string): Response {
  return new Response(`${why}.\n`, { status });
}

async function contentOf({ body }: PageFile): Promise<{ body: BodyInit; length: number }> {
  if (typeof body === "string") {
    return await contentOf({ type: "", body: new TextEncoder().encode(body) });
  }
  if (body instanceof Uint8Array) return { body, length: body.length };
  const file = await Deno.open(body);
  const { size } = await file.stat();
  return { body: file.readable, length: size };
}

function listen(
  port: number,
  signal: AbortSignal,
  answer: Deno.ServeHandler,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ hostname: HOST, port, signal, onListen: () => {} }, answer);
  } catch (error) {
    const why = error instanceof Deno.errors.AddrInUse
      ? "another program listens there"
      : error instanceof Deno.errors.PermissionDenied
      ? "this user may not listen there"
      : undefined;
    if (why === undefined) throw error;
    throw new UsageError(
      `Cannot serve at port ${port}: ${why}; choose another with --port, or 0 for a free one.`,
      { cause: error },
    );
  }
}

// What the peers' servers share: a port of their own, the page's files, and JSON in and out.

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { records } from '../data/records.mjs';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

/** Serves a page's file; tells whether there was one. As this project's server does, a hashed file is kept. */
export async function file(folder, request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  const path = normalize(pathname === '/' ? '/index.html' : pathname);
  const type = TYPES[extname(path)];
  if (request.method !== 'GET' || !type || path.includes('..')) return false;
  const body = await readFile(join(folder, path)).catch(() => undefined);
  if (!body) return false;
  const cache = path.startsWith('/r/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  response.writeHead(200, { 'content-type': type, 'content-length': body.length, 'cache-control': cache });
  response.end(body);
  return true;
}

/** The whole body as JSON. */
export async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

export function answer(response, value, status = 200) {
  const text = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    'content-type': 'application/json', 'content-length': text.length, 'cache-control': 'no-store',
  });
  response.end(text);
}

/** Listens on a free port and says which, until it is told to end. */
export function listen(server, close) {
  server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
  process.once('SIGTERM', async () => {
    server.closeAllConnections?.();
    await close();
    process.exit(0);
  });
}

/**
 * Runs a peer's server: `node x.mjs seed DATA COUNT` fills it, `node x.mjs serve DATA FOLDER` serves it.
 *
 * `routes` maps `METHOD /path` to a function of (request, query) that gives the answer.
 */
export async function runServer({ open, seed, routes, close }) {
  const [task, data, argument] = process.argv.slice(2);
  await open(data);
  if (task === 'seed') {
    await seed(records(Number(argument)));
    await close();
    return;
  }
  const server = createServer(async (request, response) => {
    try {
      const url = new URL(request.url, 'http://localhost');
      const route = routes[`${request.method} ${url.pathname}`];
      if (route) answer(response, await route(request, url.searchParams));
      else if (!await file(argument, request, response)) answer(response, { error: 'not found' }, 404);
    } catch (error) {
      console.error(error);
      answer(response, { error: String(error) }, 500);
    }
  });
  listen(server, close);
}

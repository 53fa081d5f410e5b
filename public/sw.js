// The service worker: makes a cold start work without a network. It keeps the shell and the
// program, and nothing else: data lives in IndexedDB and belongs to the app. Where browsers have
// no service worker the app does everything except starting offline.
//
// The build fills in the release and the list of its files with their hashes, so a new release
// is a new worker.

const RELEASE = '__RELEASE__';
/** Path to SHA-256. */
const FILES = '__FILES__';

const PREFIX = 'ruyuan-';
const CACHE = PREFIX + RELEASE;
/** Answers every address of the app; stored last, so a cache that has it is complete. */
const SHELL = '/index.html';

// All or nothing: a release of which one file is missing or altered must never start.
self.addEventListener('install', (event) => event.waitUntil(install()));

async function install() {
  const known = await caches.has(CACHE);
  const cache = await caches.open(CACHE);
  try {
    // All are fetched and verified before the first is stored.
    const paths = Object.keys(FILES).filter((path) => path !== SHELL).concat(SHELL);
    const responses = await Promise.all(paths.map(fetchVerified));
    for (const [index, path] of paths.entries()) {
      await cache.put(path, responses[index]);
    }
  } catch (error) {
    // After a rollback it may be the cache of the release that is running right now.
    if (!known) await caches.delete(CACHE);
    throw error;
  }
  // No skipWaiting here: the person decides when to change over.
}

async function fetchVerified(path) {
  // A release path never changes its contents, so the copy the page has just loaded will do. If
  // it is damaged, or for the other files, the network is asked.
  const modes = path.startsWith('/r/') ? ['default', 'reload'] : ['no-cache', 'reload'];
  for (const cache of modes) {
    const response = await fetch(path, { cache, redirect: 'error' });
    if (response.ok && (await hash(response.clone())) === FILES[path]) {
      return response;
    }
  }
  throw new Error(`${path} is not the file of release ${RELEASE}`);
}

async function hash(response) {
  const digest = await crypto.subtle.digest('SHA-256', await response.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

self.addEventListener('activate', (event) => event.waitUntil(activate()));

async function activate() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  if (older.length === 0) {
    // The very first install: the page that is open may as well be served from now on. Later a
    // page keeps the worker it was loaded with until it changes over on its own account.
    await self.clients.claim();
    return;
  }
  // Tabs of the release before may be half loaded: keep its cache while a tab is open. Caches
  // are listed in the order they were made; incomplete ones come from interrupted installs.
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  let keep;
  for (const name of pages.length > 0 ? older : []) {
    if (await caches.match(SHELL, { cacheName: name, ignoreVary: true })) keep = name;
  }
  await Promise.all(older.filter((name) => name !== keep).map((name) => caches.delete(name)));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (url.pathname in FILES) {
    event.respondWith(stored(url.pathname, request));
  } else if (url.pathname.startsWith('/r/')) {
    // A file of the release before, for a tab that was still loading it.
    event.respondWith(storedAnywhere(url.pathname, request));
  } else if (request.mode === 'navigate' && !isServers(url.pathname)) {
    event.respondWith(stored(SHELL, request));
  }
  // Anything else goes to the network as if there were no worker, and is never stored.
});

/** What the server answers itself even when it is opened as a page. */
function isServers(path) {
  return /^\/(api\/|icons\/|healthz$|release\.json$|sw\.js$)/.test(path);
}

async function stored(path, request) {
  // The browser may have cleared the cache under storage pressure.
  return (await caches.match(path, { cacheName: CACHE, ignoreVary: true })) ?? fetch(request);
}

async function storedAnywhere(path, request) {
  return (await caches.match(path, { ignoreVary: true })) ?? fetch(request);
}

// What the page says: { type: 'activate' } after 立即更新 was tapped, sent to the waiting worker;
// { type: 'release' } asks which release a worker is, answered on the given port or to the sender.
self.addEventListener('message', (event) => {
  const type = event.data?.type;
  if (type === 'activate') {
    event.waitUntil(self.skipWaiting());
  } else if (type === 'claim') {
    event.waitUntil(self.clients.claim());
  } else if (type === 'release') {
    const to = event.ports[0] ?? event.source;
    to?.postMessage({ type: 'release', release: RELEASE });
  }
});

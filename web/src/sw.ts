/// <reference lib="webworker" />
export {};

declare const self: ServiceWorkerGlobalScope;
/** Set by the build: the files of the app, and the hash of their content. */
declare const __FILES__: string[];
declare const __VERSION__: string;

const BASE = "/app/";
const CACHE_PREFIX = "thungan-app-";
const CACHE = CACHE_PREFIX + __VERSION__;
const FILES = new Set(__FILES__.map((file) => BASE + file));
const PAGE = `${BASE}index.html`;

/** Message of the page: a person has asked for the new version, and nothing is under way. */
const TAKE_OVER = "take-over";

self.addEventListener("install", (event) => {
  // All files or none: a half-filled cache would be an app that dies at the first door without signal.
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll([...FILES].map((file) => new Request(file, { cache: "no-cache" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith(CACHE_PREFIX) && name !== CACHE).map((name) => caches.delete(name)),
        ),
      )
      // The page that installed the first version works offline from then on without a reload.
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === TAKE_OVER) {
    event.waitUntil(self.skipWaiting());
  }
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(BASE)) {
    return; // The API is never cached here: what a customer owes is kept by the app, for a day, in IndexedDB.
  }
  if (event.request.mode === "navigate") {
    event.respondWith(fromCache(PAGE, event.request));
  } else if (FILES.has(url.pathname)) {
    event.respondWith(fromCache(url.pathname, event.request));
  }
});

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

/** What tabs of one browser tell each other; they share the cookie, and none of them can see it. */
const channel = new BroadcastChannel('nestjs-cotter-demo');

/** @typedef {'signed-in' | 'signed-out' | 'changed'} News */

/** @param {News} news */
export function tellOtherTabs(news) {
  channel.postMessage(news);
}

/** @param {(news: News) => void} listener */
export function onNewsOfOtherTabs(listener) {
  channel.addEventListener('message', ({ data }) => listener(data));
}

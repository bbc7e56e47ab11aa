// As much of a browser as the walk needs: cookies, redirects, and forms filled in by the names of their fields.
import assert from 'node:assert/strict';

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeHtml(text) {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, digits) => String.fromCodePoint(Number.parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&([a-z]+);/gi, (whole, name) => entities[name.toLowerCase()] ?? whole);
}

/** The attributes of one opening tag; one without a value is the empty string. */
function attributesOf(tag) {
  const inside = tag.replace(/^<\w+/, '').replace(/\/?>$/, '');
  const pattern = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;
  return Object.fromEntries(
    [...inside.matchAll(pattern)].map(([, name, double, single, bare]) => [
      name.toLowerCase(),
      decodeHtml(double ?? single ?? bare ?? ''),
    ]),
  );
}

/** What the form would send as it stands: hidden and prefilled fields, checked boxes. */
function fieldsOf(html) {
  const fields = new Map();
  for (const [tag] of html.matchAll(/<input\b[^>]*>/gi)) {
    const { name, value = '', type = 'text', checked, disabled } = attributesOf(tag);
    const isBox = /^(checkbox|radio)$/i.test(type);
    if (name === undefined || disabled !== undefined || /^(submit|button|reset|image|file)$/i.test(type)) continue;
    if (isBox && checked === undefined) continue;
    fields.set(name, isBox && value === '' ? 'on' : value);
  }
  return fields;
}

function formsOf(page) {
  return [...page.html.matchAll(/(<form\b[^>]*>)([\s\S]*?)<\/form>/gi)].map(([, tag, inside]) => {
    const { action = '', method = 'get' } = attributesOf(tag);
    return {
      url: action === '' ? page.url : new URL(action, page.url),
      method: method.toUpperCase(),
      fields: fieldsOf(inside),
    };
  });
}

export class WalkBrowser {
  #cookies = new Map();
  #deadlineMs;

  constructor(deadlineMs) {
    this.#deadlineMs = deadlineMs;
  }

  /** Opens a page. `wants` is the name of a field that must be on it. */
  async open(url, { wants } = {}) {
    return this.#arrive(await this.#go('GET', url), { wants });
  }

  /** Fills in and sends the form that has these fields. `until` is the address at which to stop following redirects. */
  async submit(page, filled, { wants, until } = {}) {
    const form = formsOf(page).find(({ fields }) => Object.keys(filled).every((name) => fields.has(name)));
    assert.ok(form, `no form with the field ${Object.keys(filled).join(', ')} at ${page.url.pathname}`);
    for (const [name, value] of Object.entries(filled)) form.fields.set(name, value);
    const body = new URLSearchParams([...form.fields]);
    if (form.method === 'POST') {
      return this.#arrive(await this.#go('POST', form.url, { body, from: page.url, until }), { wants });
    }
    const url = new URL(form.url);
    url.search = body.toString();
    return this.#arrive(await this.#go('GET', url, { until }), { wants });
  }

  /**
   * Asks as a script of a page at `from` does, with the cookies of this browser.
   *
   * @returns {Promise<{ status: number, json: any }>}
   */
  async call(method, url, { from = url } = {}) {
    const { origin } = new URL(from);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#deadlineMs),
      headers: { ...this.#cookieField(), origin },
    });
    this.#keepCookies(response);
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : JSON.parse(text) };
  }

  #arrive(page, { wants }) {
    if (page.html === undefined) {
      assert.equal(wants, undefined, `was sent away to ${page.url.origin}${page.url.pathname}`);
      return page;
    }
    assert.equal(page.status, 200, `${page.url.pathname} answered ${page.status}`);
    const found = wants === undefined || formsOf(page).some(({ fields }) => fields.has(wants));
    assert.ok(found, `no form with the field ${wants} at ${page.url.pathname}`);
    return page;
  }

  async #go(method, url, { body, from, until } = {}, hops = 10) {
    assert.ok(hops > 0, 'too many redirects');
    const target = new URL(url);
    const response = await fetch(target, {
      method,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#deadlineMs),
      headers: {
        accept: 'text/html',
        ...this.#cookieField(),
        ...(from === undefined ? {} : { origin: from.origin, referer: from.origin }),
      },
    });
    this.#keepCookies(response);
    const html = await response.text();
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      return { url: target, status: response.status, html };
    }
    const next = new URL(location, target);
    if (until !== undefined && next.href.startsWith(until)) return { url: next };
    const keeps = response.status === 307 || response.status === 308;
    return this.#go(keeps ? method : 'GET', next, keeps ? { body, from, until } : { until }, hops - 1);
  }

  #cookieField() {
    return this.#cookies.size === 0 ? {} : { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; ') };
  }

  #keepCookies(response) {
    for (const field of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(field) ?? [];
      if (/;\s*max-age=0\b/i.test(field)) this.#cookies.delete(name.trim());
      else if (name !== '') this.#cookies.set(name.trim(), value);
    }
  }
}

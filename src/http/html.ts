const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is HTML already. Only {@link html} makes it. */
export class Html {
  constructor(readonly text: string) {}
}

/** What may stand in a template: `null` and `false` leave nothing behind. */
export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[];

/**
 * A template of HTML. Every value is escaped, in text and in quoted attributes alike, unless it comes from a template itself.
 *
 * @example
 * ```ts
 * html`<p title="${typed}">${isNew && html`<b>new</b>`}</p>`;
 * ```
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, index) => part + render(values[index] ?? null)).join(''));
}

function render(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (value === null || value === false) return '';
  if (typeof value === 'object') return value.map(render).join('');
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

import { html } from './html.js';

describe('the html template', () => {
  it('escapes every value, in text and in attributes', () => {
    expect(html`<p title="${`"'><script>`}">${'<b>&amp;</b>'}</p>`.text).toBe(
      '<p title="&quot;&#39;&gt;&lt;script&gt;">&lt;b&gt;&amp;amp;&lt;/b&gt;</p>',
    );
  });

  it('leaves templates in templates as they are, and lists of them', () => {
    const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
    expect(
      html`<ul>
        ${items}
      </ul>`.text.replace(/\s/g, ''),
    ).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
  });

  it('leaves nothing behind for null and false', () => {
    expect(html`<p>${null}${false}${0}</p>`.text).toBe('<p>0</p>');
  });
});

/** What stands between the digits where somebody copies a code. */
const SEPARATORS = /[\s-]/g;

/** A code as a person typed or pasted it, as far as it can be one. */
export function readTypedCode(text: string | null): string {
  return (text ?? '').replace(SEPARATORS, '');
}

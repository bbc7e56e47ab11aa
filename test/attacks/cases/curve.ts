/** The order of P-256. */
export const CURVE_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The two numbers of a signature. */
export function rAndS(signature: string): { readonly r: bigint; readonly s: bigint } {
  const hex = Buffer.from(signature, 'base64url').toString('hex');
  return { r: BigInt(`0x${hex.slice(0, 64)}`), s: BigInt(`0x${hex.slice(64)}`) };
}

/** A number in 32 bytes. */
export function toBytes(number: bigint): Buffer {
  return Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
}

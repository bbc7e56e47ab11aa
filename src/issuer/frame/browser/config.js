// @ts-check
import { parseColour } from './colours.js';

/**
 * What a page may change about the form: texts, which stay texts, colours, and what stands in the fields. The `styles` that Cotter took
 * are for the parts of its own form, and are let be.
 *
 * @typedef {object} Config
 * @property {string} buttonText
 * @property {{ ground: Colour | null, text: Colour | null, line: Colour | null, error: Colour | null }} colours
 * @property {string} initialValue of the identifier
 * @property {boolean} isFixed whether the identifier may be changed
 * @property {string} countryCode what a phone number starts with
 * @property {string} skipWith an identifier to go on with at once
 * @property {readonly AdditionalField[]} additionalFields
 * @property {{ terms: string, privacy: string }} links
 *
 * @typedef {import('./colours.js').Colour} Colour
 *
 * @typedef {object} AdditionalField
 * @property {string} name
 * @property {string} label
 * @property {string} type
 * @property {string} placeholder
 * @property {string} initialValue
 */

const MAX_TEXT = 200;
const MAX_FIELDS = 12;
const FIELD_TYPES = ['text', 'email', 'tel', 'number', 'url', 'date'];

/**
 * @param {unknown} payload of `CONFIG`
 * @returns {Config}
 */
export function readConfig(payload) {
  const given = isObject(payload) ? payload : {};
  const [countryCode] = Array.isArray(given['countryCode']) ? given['countryCode'] : [given['countryCode']];
  return {
    buttonText: readText(given['buttonText']),
    colours: {
      ground: parseColour(given['buttonBackgroundColor']),
      text: parseColour(given['buttonTextColor']),
      line: parseColour(given['buttonBorderColor']),
      error: parseColour(given['errorColor']),
    },
    initialValue: readText(given['identifierFieldInitialValue']),
    isFixed: isOn(given['identifierFieldDisabled']),
    countryCode: /^\+\d{1,4}$/.test(readText(countryCode)) ? readText(countryCode) : '',
    // The SDK spells it so.
    skipWith: isOn(given['skipIdentiferForm']) ? readText(given['skipIdentiferFormWithValue']) : '',
    additionalFields: readFields(given['additionalFields']),
    links: { terms: readLink(given['termsOfServiceLink']), privacy: readLink(given['privacyPolicyLink']) },
  };
}

/**
 * A text to show, from whoever; something else is none.
 *
 * @param {unknown} value
 * @returns {string}
 */
export function readText(value) {
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return String(value).replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
}

/** @param {unknown} value pages write `"true"`, too */
function isOn(value) {
  return value === true || value === 'true';
}

/**
 * @param {unknown} value
 * @returns {string} a page to open, or nothing
 */
function readLink(value) {
  const text = typeof value === 'string' ? value : '';
  return URL.canParse(text) && ['https:', 'http:'].includes(new URL(text).protocol) ? text : '';
}

/**
 * @param {unknown} value
 * @returns {AdditionalField[]} those that have a name of their own
 */
function readFields(value) {
  const fields = (Array.isArray(value) ? value : []).filter(isObject).map((field) => ({
    name: readText(field['name']),
    label: readText(field['label']) || readText(field['name']),
    type: FIELD_TYPES.find((type) => type === field['type']) ?? 'text',
    placeholder: readText(field['placeholder']),
    initialValue: readText(field['initial_value']),
  }));
  const names = fields.map(({ name }) => name);
  return fields.filter(({ name }, index) => name !== '' && names.indexOf(name) === index).slice(0, MAX_FIELDS);
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
function isObject(value) {
  return typeof value === 'object' && value !== null;
}

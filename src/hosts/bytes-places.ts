import type { JsonSchema } from '../model/contract.js';
import { resolved } from './bytes-members.js';
import { fieldsOf, isFields } from './json-fields.js';

/** Where in a value its schema has bytes; a value without such places has none of this. */
export type BytesPlaces =
  | { readonly kind: 'bytes' }
  | { readonly kind: 'array'; items(): BytesPlaces | undefined }
  | {
      readonly kind: 'object';
      member(name: string, value: Readonly<Record<string, unknown>>): BytesPlaces | undefined;
    };

type Types = ReadonlyMap<string, JsonSchema>;

/**
 * Finds the places of bytes in the schemas of one contract. Types may contain themselves: what lies below
 * is looked up when a value gets there.
 */
export class BytesFinder {
  private readonly known = new WeakMap<JsonSchema, { readonly places: BytesPlaces | undefined }>();

  constructor(private readonly types: Types) {}

  /** The places of a schema; undefined when it has none. */
  of(schema: JsonSchema): BytesPlaces | undefined {
    const real = this.resolve(schema);
    let entry = this.known.get(real);
    if (entry === undefined) {
      entry = { places: this.holdsBytes(real, new Set()) ? this.places(real) : undefined };
      this.known.set(real, entry);
    }
    return entry.places;
  }

  private places(schema: JsonSchema): BytesPlaces {
    if (schema.contentEncoding === 'base64') return { kind: 'bytes' };
    if (schema.items !== undefined) return { kind: 'array', items: () => this.of(fieldsOf(schema.items)) };
    if (Array.isArray(schema.oneOf)) return this.union(schema, schema.oneOf);
    const members = new Map(Object.entries(fieldsOf(schema.properties)));
    return {
      kind: 'object',
      member: (name) => {
        const own = members.get(name) ?? schema.additionalProperties;
        return isFields(own) ? this.of(own) : undefined;
      },
    };
  }

  /** Which member of a union a value is shows its tag; a kind that the schema does not know has no places. */
  private union(schema: JsonSchema, options: readonly JsonSchema[]): BytesPlaces {
    const tag = String(schema['x-tag']);
    const variants = new Map<unknown, JsonSchema>();
    for (const option of options) {
      const variant = this.resolve(option);
      variants.set(fieldsOf(fieldsOf(variant.properties)[tag]).const, variant);
    }
    return {
      kind: 'object',
      member: (name, value) => {
        const variant = variants.get(value[tag]);
        const places = variant === undefined ? undefined : this.of(variant);
        return places?.kind === 'object' ? places.member(name, value) : undefined;
      },
    };
  }

  private holdsBytes(schema: JsonSchema, seen: Set<JsonSchema>): boolean {
    const real = this.resolve(schema);
    if (seen.has(real)) return false;
    seen.add(real);
    if (real.contentEncoding === 'base64') return true;
    const below = [
      ...Object.values(fieldsOf(real.properties)),
      real.items,
      real.additionalProperties,
      ...(Array.isArray(real.oneOf) ? real.oneOf : []),
    ];
    return below.some((one) => isFields(one) && this.holdsBytes(one, seen));
  }

  private resolve(schema: JsonSchema): JsonSchema {
    return resolved(schema, this.types);
  }
}

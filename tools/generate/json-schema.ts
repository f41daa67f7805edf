/** What the papers need of a JSON Schema. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

/** A field's type in words: `list of text`, `0 to 1`, `"auto" · "reject"`. */
export function typeText(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(' ');
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  switch (schema.type) {
    case 'array':
      return `list of ${schema.items ? typeText(schema.items) : 'anything'}`;
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `whole number${bounds(schema)}`;
    case 'number':
      return `number${bounds(schema)}`;
    case 'object':
      return typeof schema.additionalProperties === 'object' && schema.additionalProperties.type
        ? `object of ${typeText(schema.additionalProperties)}`
        : 'object';
    case 'string':
      return 'text';
    case 'null':
      return 'null';
    default:
      return 'anything';
  }
}

/** Bounds that say something; those that only keep numbers exact do not. */
function bounds({ minimum, exclusiveMinimum, maximum }: JsonSchema): string {
  const least = exclusiveMinimum === undefined ? minimum : undefined;
  const above = exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
  const most = maximum !== undefined && maximum < 1_000_000 ? maximum : undefined;
  if (least !== undefined && most !== undefined) return ` ${least} to ${most}`;
  if (most !== undefined) return `${above} to ${most}`;
  return least ? ` from ${least}` : above;
}

export interface Field {
  /** `models.primary.pricing.input`; entries of lists and of open objects are `[]` and `*`. */
  readonly path: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Every field of an object schema that holds a value, in the schema's order. */
export function fieldsOf(schema: JsonSchema, at = '', required = false): readonly Field[] {
  const below = (key: string) => (at === '' ? key : `${at}.${key}`);
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length > 0) {
    return properties.flatMap(([key, child]) => fieldsOf(child, below(key), schema.required?.includes(key) ?? false));
  }
  if (schema.items?.properties) return fieldsOf(schema.items, `${at}[]`);
  const values = schema.additionalProperties;
  if (typeof values === 'object' && values.properties) return fieldsOf(values, below('*'));
  return [{ path: at, schema, required }];
}

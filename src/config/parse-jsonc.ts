import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { FieldPath } from './field-path.ts';

export interface Position {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export interface ParsedJson {
  readonly value: unknown;
  /** Empty where the text is well-formed. */
  readonly problems: readonly (Position & { readonly message: string })[];
  /** Where the value at a path (or, with `key`, its key) stands in the text. */
  locate(path: FieldPath): Position | null;
}

const EXPECTED: Readonly<Record<string, string>> = {
  InvalidSymbol: 'expected a value: "text", a number, true, false, null, { or [',
  InvalidNumberFormat: 'this is not a number as JSON writes them',
  PropertyNameExpected: 'expected a key in double quotes',
  ValueExpected: 'expected a value',
  ColonExpected: 'expected a colon after the key',
  CommaExpected: 'expected a comma before this',
  CloseBraceExpected: 'expected a closing }',
  CloseBracketExpected: 'expected a closing ]',
  EndOfFileExpected: 'expected nothing more after the end of the value',
  InvalidCommentToken: 'this comment is not written as // or /* */',
  UnexpectedEndOfComment: 'this comment is never closed; expected */',
  UnexpectedEndOfString: 'this text is never closed; expected a double quote',
  UnexpectedEndOfNumber: 'this number breaks off',
  InvalidUnicode: 'expected four hexadecimal digits after \\u',
  InvalidEscapeCharacter: 'after a backslash only " \\ / b f n r t u are allowed',
  InvalidCharacter: 'this character must be escaped inside a text',
};

/** Parses JSON with comments and trailing commas. Never throws; a broken text has problems and as much value as could be read. */
export function parseJsonc(source: string): ParsedJson {
  const text = source.replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  const problems = errors.map((error) => ({
    ...positionAt(text, error.offset),
    message: EXPECTED[printParseErrorCode(error.error)] ?? 'this is not valid JSON',
  }));
  if (!root && problems.length === 0) {
    problems.push({ line: 1, column: 1, message: 'the file is empty; expected an object in { }' });
  }
  const value = root && toValue(root, (offset, message) => problems.push({ ...positionAt(text, offset), message }));
  return {
    value,
    problems,
    locate: (path) => {
      const node = root && findNodeAtLocation(root, [...path]);
      return node ? positionAt(text, (node.parent?.type === 'property' ? node.parent : node).offset) : null;
    },
  };
}

/** Node to plain value; says so where a key stands twice, since one of the two would silently win. */
function toValue(node: Node, report: (offset: number, message: string) => void): unknown {
  if (node.type === 'array') return (node.children ?? []).map((child) => toValue(child, report));
  if (node.type !== 'object') return node.value as unknown;
  const object: Record<string, unknown> = {};
  for (const property of node.children ?? []) {
    const [keyNode, valueNode] = property.children ?? [];
    if (!keyNode || !valueNode) continue;
    const key = String(keyNode.value);
    if (key === '__proto__') report(property.offset, 'the key "__proto__" is not allowed');
    else if (Object.hasOwn(object, key)) report(property.offset, `the key "${key}" stands here a second time`);
    else object[key] = toValue(valueNode, report);
  }
  return object;
}

function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

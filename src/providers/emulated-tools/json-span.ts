/** Follows one JSON value that begins with a bracket, character by character, to the bracket that closes it. */
export interface JsonSpan {
  /** Takes more text; the index in it behind the closing bracket, -1 while that has not come. */
  push(text: string): number;
}

export function createJsonSpan(): JsonSpan {
  let depth = 0;
  let inString = false;
  let escaped = false;
  return {
    push(text) {
      for (let i = 0; i < text.length; i++) {
        const character = text[i];
        if (inString) {
          if (escaped) escaped = false;
          else if (character === '\\') escaped = true;
          else if (character === '"') inString = false;
        } else if (character === '"') inString = true;
        else if (character === '{' || character === '[') depth++;
        else if ((character === '}' || character === ']') && --depth <= 0) return i + 1;
      }
      return -1;
    },
  };
}

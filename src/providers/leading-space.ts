/**
 * Holds back white space before the first visible text until there is some, so that the first text of an answer is real
 * content and an answer of nothing but white space counts as empty.
 */
export interface LeadingSpace {
  /** What may be passed on of a piece of text; empty where nothing may yet. */
  pass(text: string): string;
  /** Whether there has been visible text. */
  readonly visible: boolean;
}

export function createLeadingSpace(): LeadingSpace {
  let held = '';
  let visible = false;
  return {
    pass(text) {
      if (visible) return text;
      held += text;
      if (text.trim() === '') return '';
      visible = true;
      return held;
    },
    get visible() {
      return visible;
    },
  };
}

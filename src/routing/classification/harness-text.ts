/**
 * What coding agents and editors put into user messages beside the words of the human: reminders, command output,
 * the state of the editor, instructions files. Seen in Claude Code, Codex, Cline, Cursor, Copilot and Gemini CLI.
 */

/** Elements whose content no human wrote for this turn. Elements not named here (`<user_query>`) keep their content. */
const HARNESS_ELEMENTS: ReadonlySet<string> = new Set([
  'system-reminder',
  'local-command-stdout',
  'local-command-stderr',
  'local-command-caveat',
  'command-name',
  'command-message',
  'command-contents',
  'bash-input',
  'bash-stdout',
  'bash-stderr',
  'user-prompt-submit-hook',
  'session-start-hook',
  'task-notification',
  'persisted-output',
  'tool_result',
  'tool_use_error',
  'function_results',
  'new-diagnostics',
  'ide_opened_file',
  'ide_selection',
  'ide_diagnostics',
  'environment_context',
  'user_instructions',
  'permissions',
  'turn_aborted',
  'collaboration_mode',
  'environment_details',
  'environment_info',
  'workspace_info',
  'editorcontext',
  'repocontext',
  'reminderinstructions',
  'attachments',
  'additional_data',
  'attached_files',
  'open_and_recently_viewed_files',
  'linter_errors',
  'user_info',
  'project_layout',
  'git_status',
  'session_context',
]);

/** A message that begins like this was written by the harness from beginning to end. */
const HARNESS_OPENINGS = [
  'Caveat: The messages below were generated',
  '[Request interrupted by user',
  'This session is being continued from a previous conversation',
  'This is the Gemini CLI. We are setting up the context',
  '# AGENTS.md instructions for',
  '[ERROR] You did not use a tool',
];

/** What follows such a line is the human's; what precedes it is the editor's. */
const REQUEST_MARKERS = ['## My request for Codex:', '## My request:'];

const LONGEST_NAME = 32;

/**
 * The text without what a harness put in, in linear time. `cut` says that the text is a window of a longer one: then an
 * element that does not end in it is cut to the end of the window, and one that does not begin in it from its start.
 */
export function stripHarness(text: string, cut = false): string {
  const trimmed = text.trimStart();
  for (const opening of HARNESS_OPENINGS) if (trimmed.startsWith(opening)) return '';
  const own = afterRequestMarker(trimmed);
  return own.includes('<') ? withoutElements(own, cut) : own;
}

function afterRequestMarker(text: string): string {
  if (!text.startsWith('# Context from my IDE')) return text;
  for (const marker of REQUEST_MARKERS) {
    const at = text.indexOf(marker);
    if (at >= 0) return text.slice(at + marker.length);
  }
  return text;
}

function withoutElements(text: string, cut: boolean): string {
  let kept = '';
  let from = 0;
  /** Elements known not to end in the rest of the text, so that no text is searched twice for the same end. */
  const endless = new Set<string>();
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    const closing = text.charCodeAt(at + 1) === 47;
    const name = elementName(text, closing ? at + 2 : at + 1);
    if (!HARNESS_ELEMENTS.has(name.toLowerCase()) || endless.has(name)) continue;
    if (closing) {
      if (!cut) continue;
      kept = '';
      from = endOfTag(text, at);
    } else {
      const end = text.indexOf(`</${name}`, at);
      if (end < 0 && !cut) {
        endless.add(name);
        continue;
      }
      kept += text.slice(from, at);
      from = end < 0 ? text.length : endOfTag(text, end);
    }
    at = from - 1;
  }
  return kept + text.slice(from);
}

function endOfTag(text: string, at: number): number {
  const end = text.indexOf('>', at);
  return end < 0 ? text.length : end + 1;
}

/** The name at this place, "" where none stands there: letters, digits, `-` and `_`. */
function elementName(text: string, start: number): string {
  let end = start;
  while (end - start < LONGEST_NAME && isNameCharacter(text.charCodeAt(end))) end++;
  return text.slice(start, end);
}

function isNameCharacter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 45 || code === 95;
}

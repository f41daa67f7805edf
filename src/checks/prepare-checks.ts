import type { CheckCommand } from '../config/config.ts';
import type { Check } from '../domain/check.ts';
import { FareboxError } from '../domain/errors.ts';
import { nearest } from '../lib/nearest.ts';
import { checkContains } from './check-contains.ts';
import { checkGrounded } from './check-grounded.ts';
import { checkJsonSchema } from './check-json-schema.ts';
import { checkParses } from './check-parses.ts';
import { checkRegex } from './check-regex.ts';
import type { FindInText, PreparedCheck, Subject } from './prepared-check.ts';
import { runCommand } from './run-command.ts';

/** Commands that the configuration declares under `checks`, by name. */
export type CheckCommands = ReadonlyMap<string, CheckCommand>;

/** Makes checks ready to be run. Throws `invalid_request` for one that can never be run, before anything is sent. */
export function prepareChecks(checks: readonly Check[], commands: CheckCommands): Promise<readonly PreparedCheck[]> {
  return Promise.all(checks.map((check) => prepare(check, commands)));
}

async function prepare(check: Check, commands: CheckCommands): Promise<PreparedCheck> {
  switch (check.type) {
    case 'json_schema':
      return inText(check.type, checkJsonSchema(check.schema));
    case 'regex':
      return inText(check.negate ? 'not regex' : 'regex', checkRegex(check));
    case 'contains':
      return inText(check.negate ? 'not contains' : 'contains', checkContains(check));
    case 'parses':
      return inText(`parses ${check.language}`, await checkParses(check.language));
    case 'grounded':
      return grounded(check.source);
    case 'named':
      return named(check.name, commands);
  }
}

function inText(name: string, find: FindInText): PreparedCheck {
  return { name, runsCommand: false, find: ({ answer }) => find(answer) };
}

function grounded(source: string | undefined): PreparedCheck {
  let prepared: { readonly source: string; readonly find: FindInText } | null = null;
  const finderFor = (text: string) => {
    if (prepared?.source !== text) prepared = { source: text, find: checkGrounded(text) };
    return prepared.find;
  };
  return {
    name: 'grounded',
    runsCommand: false,
    find: (subject) => finderFor(source ?? subject.source)(subject.answer),
  };
}

function named(name: string, commands: CheckCommands): PreparedCheck {
  const command = commands.get(name);
  if (!command) {
    const names = [...commands.keys()];
    const near = nearest(name, names);
    throw new FareboxError('invalid_request', `There is no check "${name}": nothing was sent or spent.`, {
      remedy:
        names.length === 0
          ? 'Declare it in the configuration: "checks": { "unit-tests": { "command": ["node", "run-tests.mjs"] } }.'
          : `${near ? `Did you mean "${near}"? ` : ''}Checks: ${names.join(', ')}.`,
    });
  }
  return { name: `named ${name}`, runsCommand: true, find: (subject: Subject) => runCommand(name, command, subject) };
}

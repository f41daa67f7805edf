import { describe, expect, it } from 'vitest';
import { anyOf, wholeWord, wideWord } from '../../src/memory/fts-query.ts';
import { searchWords } from '../../src/memory/search-words.ts';
import { segmentsOf } from '../../src/memory/unsegmented-script.ts';

describe('words of a query', () => {
  it.each([
    ['What is the deployment target?', ['deployment', 'target']],
    ["we don't use Yarn, we'll use npm", ['use', 'yarn', 'npm']],
    ['Wo ist die Datenbank für das Büro?', ['datenbank', 'büro']],
    ['où est la base de données', ['base', 'données']],
    ['¿Dónde está la configuración?', ['configuración']],
    ['deploy DEPLOY déploy', ['deploy']],
    ['to be or not', ['to', 'be', 'or', 'not']],
    ['the who', ['the', 'who']],
    ['src/app.ts#L10 C++ 4141', ['src', 'app', 'ts', 'l10', 'c', '4141']],
    ['数据库 v2', ['数据', '据库', 'v2']],
    ['「猫」', ['猫']],
    ['데이터', ['데이', '이터']],
    ['!!! 🎉', []],
    ['', []],
  ])('%s', (query, words) => {
    expect(searchWords(query)).toEqual(words);
  });

  it('are at most 32', () => {
    expect(searchWords(Array.from({ length: 100 }, (_, i) => `w${i}`).join(' '))).toHaveLength(32);
  });
});

it('words are quoted, longer ones also as prefixes where the search is wide', () => {
  const words = ['npm', 'deploy', '4141', '福'];
  expect(anyOf(words.map(wholeWord))).toBe('"npm" OR "deploy" OR "4141" OR "福" *');
  expect(anyOf(words.map(wideWord))).toBe('"npm" OR ("deploy" OR "deploy" *) OR "4141" OR "福" *');
  expect(wholeWord('a"b')).toBe('"a""b"');
});

it('runs of scripts without spaces are indexed as pairs and a last letter', () => {
  expect(segmentsOf('In 法兰克福, not 猫.')).toBe('法兰 兰克 克福 福 猫');
  expect(segmentsOf('データベース')).toBe('デー ータ タベ ベー ース ス');
  expect(segmentsOf('plain text')).toBe('');
});

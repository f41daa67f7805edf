import type { Tool } from '../tool.ts';
import { costReport } from './cost-report.ts';
import { memoryForget } from './memory-forget.ts';
import { memorySearch } from './memory-search.ts';
import { memoryStore } from './memory-store.ts';
import { routeCompletion } from './route-completion.ts';

/** Every tool, in the order in which clients see them. */
export const TOOLS: readonly Tool[] = [routeCompletion, costReport, memoryStore, memorySearch, memoryForget];

import type { CommandLineConfig } from '../../config/command-line-config.ts';
import type { Tool } from './tool.ts';
import { claudeTool } from './tools/claude.ts';
import { codexTool } from './tools/codex.ts';
import { copilotTool } from './tools/copilot.ts';
import { createCustomTool } from './tools/custom.ts';
import { geminiTool } from './tools/gemini.ts';
import { qwenTool } from './tools/qwen.ts';

const TOOLS = { claude: claudeTool, codex: codexTool, copilot: copilotTool, gemini: geminiTool, qwen: qwenTool };

export function chooseTool(command: CommandLineConfig): Tool {
  return command.tool === 'custom' ? createCustomTool(command) : TOOLS[command.tool];
}

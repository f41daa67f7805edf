#!/usr/bin/env node
// Runs farebox from a checkout, installing and building first where that is due: `node tools/farebox.mjs ask "hello"`.
import './setup.mjs';

await import('../dist/main.js');

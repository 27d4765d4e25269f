// A whole worker process pulls: what its status says on the way, what runs, and what a failure leaves.
import test, { type ExecutionContext } from 'ava';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hasPermission, makeImage } from './images.ts';

// For what only a real API server can show: declares a test that is told as skipped where none is built.
import test from 'ava';
import { clusterKinds } from './cluster.ts';

export const onReal = clusterKinds.includes('real') ? test.serial : test.serial.skip; // the embedded server has none of what these ask for; in the landing check a missing real one is an error

// What is said of a run that has ended.
import test from 'ava';
import { endOfRun } from '../../sandbox/ending.ts';

const ending = { how: 'exit code 3', kills: 0, wasRefusedProcesses: false, memoryBytes: 1024 };

test('an end is told with the limit that was behind it', (t) => {
  t.is(endOfRun(ending), 'the last run ended with exit code 3');
  t.is(endOfRun({ ...ending, how: 'SIGKILL', kills: 1 }), 'the last run went over its memory limit of 1024 bytes and was killed');
  t.is(endOfRun({ ...ending, wasRefusedProcesses: true }), 'the last run ended with exit code 3 after it had as many processes as it may have');
});

test('an agent that outlived a killed child is not said to have been killed', (t) => {
  t.is(endOfRun({ ...ending, how: 'exit code 0', kills: 1 }), 'the last run ended with exit code 0; 1 of its processes went over the memory limit of 1024 bytes and was killed');
  t.is(endOfRun({ ...ending, how: 'exit code 0', wasRefusedProcesses: true }), 'the last run ended with exit code 0');
});

import test from 'ava';
import { debianMirror, mirrorIn } from '../../krew/images/mirror.ts';

test("the mirror is that of apt's sources, in either form", (t) => {
  t.is(mirrorIn(['# deb http://old.example/debian trixie main\ndeb [signed-by=/k.gpg] https://mirror.example/pub/debian/ trixie main\n']), 'https://mirror.example/pub');
  t.is(mirrorIn(['deb https://packages.example/apt stable main\n', 'Types: deb\nURIs: http://near.example/debian\nSuites: trixie\n']), 'http://near.example');
});

test('the folder of security updates is not taken for the mirror itself', (t) => {
  t.is(mirrorIn(['URIs: http://near.example/debian-security\n']), undefined);
});

test('a variable names another mirror', (t) => {
  t.is(debianMirror({ CLRK_DEBIAN_MIRROR: 'http://127.0.0.1:3142/' }), 'http://127.0.0.1:3142');
});

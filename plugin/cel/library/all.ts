// Every function that a rule may call, as of Kubernetes 1.35.
import { functionsOf, type Functions } from '../types/functions.ts';
import { addresses } from './addresses.ts';
import { clock } from './clock.ts';
import { conversions } from './conversions.ts';
import { formats } from './formats.ts';
import { lists } from './lists.ts';
import { operators } from './operators.ts';
import { optionals } from './optionals.ts';
import { patterns } from './patterns.ts';
import { quantities } from './quantities.ts';
import { strings } from './strings.ts';
import { urls } from './urls.ts';
import { versions } from './versions.ts';

export const functions: Functions = functionsOf([operators, conversions, clock, strings, patterns, lists, optionals, urls, quantities, addresses, formats, versions]);

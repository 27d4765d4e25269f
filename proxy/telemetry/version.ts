// The one version of this build, taken from package.json when it is bundled.
declare const CLRK_VERSION: string | undefined;

export const version: string = typeof CLRK_VERSION === 'string' ? CLRK_VERSION : '0.0.0-source';

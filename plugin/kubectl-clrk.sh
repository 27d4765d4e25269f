#!/bin/sh
# Starts the plugin with the Node that the packages brought, else with the one on PATH if it is new enough.
self=$(readlink -f "$0") && here=${self%/*}
for node in "$here/node" "$here/../node_modules/.bin/node"; do
  if [ -x "$node" ]; then exec "$node" --disable-warning=ExperimentalWarning "$here/plugin.js" "$@"; fi
done
found=$(node --version 2>/dev/null) || found=none
major=${found#v} major=${major%%.*}
if [ "$major" -ge 22 ] 2>/dev/null; then exec node --disable-warning=ExperimentalWarning "$here/plugin.js" "$@"; fi
echo "error: kubectl-clrk needs Node 22 or newer, and the one on PATH is: $found" >&2
echo "hint: run 'npm ci' in the checkout, which brings Node 22, or put a newer node on PATH" >&2
exit 1

#!/bin/sh
# Starts the plugin with the Node that the packages brought, else with the one on PATH.
self=$(readlink -f "$0") && here=${self%/*}
for node in "$here/node" "$here/../node_modules/.bin/node" node; do
  if command -v "$node" >/dev/null 2>&1; then exec "$node" --disable-warning=ExperimentalWarning "$here/plugin.js" "$@"; fi
done
echo "error: kubectl-clrk needs Node 22 or newer and found none" >&2
echo "hint: run 'npm ci' in the checkout, or put node on PATH" >&2
exit 1

#!/bin/sh
# After the first publishing: once more, now with what calls the functions. Later runs have it in their environment.
set -eu

if [ "${CODE_IS_PUBLISHED:-}" != "true" ]; then
  azd env set CODE_IS_PUBLISHED true
  azd provision --no-prompt
fi

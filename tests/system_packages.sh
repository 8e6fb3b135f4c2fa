#!/bin/sh
# Installs Debian packages where that is allowed, else says what to do.
set -eu
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && apt-get install -y -qq "$@"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null && command -v apt-get >/dev/null; then
    sudo apt-get update -qq && sudo apt-get install -y -qq "$@"
else
    echo "Agora needs these system packages: $*. Install them with your package manager (apt-get install $*), then run make again." >&2
    exit 1
fi

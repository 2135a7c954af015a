#!/bin/sh
# Make or refresh .venv: everything that the Makefile's targets run.
# Usage: tools/setup.sh [PYTHON], where PYTHON is a version (3.12) or the path of an interpreter.
# Without it, the newest of 3.13, 3.12 and 3.11 that runs is taken.
set -eu
cd "$(dirname "$0")/.."
wanted=${1:-}

# An interpreter counts only if it runs and can make virtual environments: a name on PATH may be a dead shim.
works() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
    case $wanted in
        */*) candidates=$wanted ;;
        *)
            candidates=
            for version in ${wanted:-3.13 3.12 3.11}; do
                candidates="$candidates python$version"
                for root in "${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}"/versions/"$version"*/bin/python; do
                    candidates="$candidates $root"
                done
            done
            [ -n "$wanted" ] || candidates="$candidates python3"
            ;;
    esac
    for candidate in $candidates; do
        if works "$candidate"; then
            # Not that of an environment which is on PATH: it may be the very one that is made anew.
            "$candidate" -c 'import sys; print(sys._base_executable)'
            return
        fi
    done
    echo "setup: no Python ${wanted:-3.11 to 3.13} found that runs and has venv and ensurepip" \
        "(on Debian: apt-get install python3-venv); name one with PYTHON=/path/to/python" >&2
    return 1
}

python=$(find_python)
stamp=$("$python" -c 'import sys; print(sys.version)')$(cat requirements-dev.txt)
if [ -x .venv/bin/ansible-playbook ] && [ "$(cat .venv/stamp 2>/dev/null)" = "$stamp" ]; then
    exit 0
fi

echo "setup: .venv with $("$python" --version)"
rm -rf .venv
"$python" -m venv .venv
uv=$(grep '^uv==' requirements-dev.txt)
.venv/bin/python -m pip install --quiet --disable-pip-version-check "$uv"
.venv/bin/uv pip install --quiet --system-certs --python .venv/bin/python --requirement requirements-dev.txt
printf '%s\n' "$stamp" >.venv/stamp

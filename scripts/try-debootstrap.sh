#!/bin/bash
# Try both commands where nothing is installed: a Debian 12 root file system with only Python,
# git, make and certificates, in which the last commit is cloned and run.
#
#   scripts/try-debootstrap.sh [-s STEP[,STEP...]] [FOLDER]
#
# Steps, in this order: message (an ordinary account without the packages is told their names),
# run-root, test-root, run-user, test-user. All by default. FOLDER keeps the system for a next
# time; without it the system is deleted at the end. Needs root, debootstrap and unshare.
#
# How this machine reaches packages is carried over as it is: apt's, pip's and npm's
# configuration, proxies, certificates, and folders of packages that pip is told to look into.
set -euo pipefail

steps=message,run-root,test-root,run-user,test-user
checkout=$(cd "$(dirname "$0")/.." && pwd)
suite=bookworm
carried='^(PIP_|npm_config_|NPM_CONFIG_|NODE_EXTRA|SSL_|CURL_CA|REQUESTS_CA|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|GISAPP_)'

# --- outside: make the system ------------------------------------------------------------------

mirror() {
    {
        sed -nE 's/^deb +(\[[^]]*\] +)?([^ ]+) .*/\2/p' /etc/apt/sources.list 2>/dev/null
        sed -nE 's/^URIs: *([^ ]+).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null
    } | head -1
}

make_system() {
    local from=()
    [ -z "$(mirror)" ] || from=("$(mirror)")  # without one debootstrap knows its own
    debootstrap --variant=minbase \
        --include=python3,git,make,ca-certificates "$suite" "$system" "${from[@]}" >"$system.log"
    local part
    for part in sources.list sources.list.d apt.conf.d auth.conf.d trusted.gpg.d keyrings; do
        [ ! -e "/etc/apt/$part" ] || cp -a "/etc/apt/$part" "$system/etc/apt/"
    done
    cp -a /usr/share/keyrings/. "$system/usr/share/keyrings/"
    cp -a /etc/ssl/certs/ca-certificates.crt "$system/etc/ssl/certs/ca-certificates.crt"
    cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
    [ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$system/etc/"
    chroot "$system" useradd --create-home --shell /bin/bash mapper
    local home
    for home in root home/mapper; do
        for part in .npmrc .config/pip .pip; do
            [ -e ~/"$part" ] || continue
            mkdir -p "$system/$home/$(dirname "$part")"
            cp -r ~/"$part" "$system/$home/$(dirname "$part")/"
        done
    done
    chroot "$system" chown -R mapper: /home/mapper
    touch "$system/.made"
}

# Folders on this machine in which pip looks for packages; beside an index lie its files.
package_folders() {
    {
        python3 -m pip config list 2>/dev/null
        env | grep '^PIP_'
    } | grep -oE "(file:/)?/[^ '\"]+" | sort -u | while read -r path; do
        case $path in file://*) path=$(dirname "${path#file://}") ;; esac
        [ ! -d "$path" ] || echo "$path"
    done | sort -u
}

# --- inside: mounts of our own, gone with the last process -------------------------------------

enter() {
    mount --make-rprivate /
    mount -t proc proc "$system/proc"
    mount --rbind /dev "$system/dev"
    mount -t tmpfs tmpfs "$system/dev/shm"
    local folder
    for folder in $(package_folders); do
        mkdir -p "$system$folder"
        mount --bind "$folder" "$system$folder"
    done
    mkdir -p "$system/mnt/source"
    mount --bind "$checkout" "$system/mnt/source"
    cp "$0" "$system/try.sh"
    local kept=()
    while IFS= read -r line; do kept+=("$line"); done < <(env | grep -E "$carried" || true)
    chroot "$system" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        "${kept[@]}" bash /try.sh --step "$steps"
}

# --- in the system: the steps ------------------------------------------------------------------

as() { # account, shell command
    if [ "$1" = root ]; then
        bash -c "$2"
    else
        runuser -u "$1" -- env HOME="/home/$1" bash -c "$2"
    fi
}

clone() { # account, folder: the last commit; what an earlier try installed there stays
    local git=(git -c 'safe.directory=*')
    if [ ! -d "$2" ]; then
        "${git[@]}" clone --quiet --no-hardlinks /mnt/source "$2"
    else
        "${git[@]}" -C "$2" fetch --quiet origin HEAD
        "${git[@]}" -C "$2" reset --quiet --hard FETCH_HEAD
    fi
    chown -R "$1": "$(dirname "$2")"
}

place() { # account
    [ "$1" = root ] && echo "/srv/演示 检出/gisapp" || echo "/home/$1/我的 地图/gisapp"
}

try_message() {
    local folder found=0
    folder=$(place mapper)
    clone mapper "$folder"
    as mapper "cd '$folder' && make run" >/tmp/message.txt 2>&1 </dev/null || found=$?
    cat /tmp/message.txt
    [ "$found" != 0 ]
    grep -q 'apt-get install .*postgresql-15-postgis-3 .*nodejs npm' /tmp/message.txt
}

# Start, ask for the page, stop as Ctrl-C does, and see that nothing is left.
try_start() { # account, folder
    local out=/tmp/run.txt began=$SECONDS group address
    : >"$out"
    setsid bash "$0" --make-run "$1" "$2" >"$out" 2>&1 </dev/null &
    group=$!
    until grep -q 'http://' "$out"; do
        kill -0 "$group" 2>/dev/null || { cat "$out"; return 1; }
        sleep 0.2
    done
    address=$(grep -oE 'http://[^ ]+' "$out" | head -1)
    echo "$address after $((SECONDS - began)) s"
    python3 - "$address" <<'PYTHON'
import sys, urllib.request
for path in ("", "api/collections", "api/collections/areas/items?limit=1", "layers/areas"):
    with urllib.request.urlopen(sys.argv[1] + path) as answer:
        print(answer.status, len(answer.read()), "bytes", "/" + path)
PYTHON
    kill -INT -- "-$group"
    wait "$group" || true
    cat "$out"
    local left tries
    for tries in {1..50}; do
        left=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' |
            grep -oE '[^ ]*(gisapp\.cli|bin/postgres)[^ ]*' || true)
        [ -n "$left" ] || return 0
        sleep 0.2
    done
    echo "left after $tries looks: $left"
    return 1
}

try_run() { # account
    local folder
    folder=$(place "$1")
    clone "$1" "$folder"
    echo "first start:" && try_start "$1" "$folder"
    echo "second start:" && try_start "$1" "$folder"
}

try_test() { # account
    local folder
    folder=$(place "$1")
    clone "$1" "$folder"
    as "$1" "cd '$folder' && make test" </dev/null
}

try_steps() { # comma-separated names
    local step
    for step in ${1//,/ }; do
        echo "== $step"
        case $step in
            message) try_message ;;
            run-root) try_run root ;;
            test-root) try_test root ;;
            run-user) try_run mapper ;;
            test-user) try_test mapper ;;
            *) echo "no such step: $step" >&2 && return 2 ;;
        esac
        echo "== $step: done after $SECONDS s"
    done
}

case ${1:-} in
    --inside)
        system=$2 steps=$3
        enter
        ;;
    --step) try_steps "$2" ;;
    --make-run) as "$2" "cd '$3' && exec make run" ;;
    *)
        if [ "${1:-}" = -s ]; then
            steps=$2
            shift 2
        fi
        system=${1:-}
        if [ -z "$system" ]; then
            system=$(mktemp -d)
            trap 'rm -rf --one-file-system "$system" "$system.log"' EXIT
        fi
        mkdir -p "$system"
        [ -e "$system/.made" ] || make_system
        unshare --mount --pid --fork --kill-child bash "$0" --inside "$system" "$steps"
        ;;
esac

#!/bin/bash
# Install what is missing: system packages, the Python environment, the browser's assets.
#
#   scripts/setup.sh run     what `make run` needs
#   scripts/setup.sh test    what `make test` needs besides
#
# Every part leaves a stamp, so that a second call answers at once. System packages are installed
# only as root or by a sudo that asks nothing; otherwise they are named and nothing is changed.
# A PostgreSQL cluster of the system's own is neither created, started nor touched.
set -euo pipefail

purpose=${1:-run}
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
oldest_node=18

# Exit codes are those of the gisapp command: 3, something is missing on this machine.
fail() {
    case ${GISAPP_LANGUAGE:-zh} in
        en*) printf 'Error: %s\n' "$2" >&2 ;;
        *) printf '错误：%s\n%s\n' "$1" "$2" >&2 ;;
    esac
    exit 3
}

say() {
    case ${GISAPP_LANGUAGE:-zh} in
        en*) printf '%s\n' "$2" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

# --- system packages ---------------------------------------------------------------------------

has_postgis() {
    local control version
    for control in /usr/share/postgresql/*/extension/postgis.control; do
        version=${control#/usr/share/postgresql/}
        version=${version%%/*}
        if [ "${version}" -ge 15 ] 2>/dev/null && [ -x "/usr/lib/postgresql/$version/bin/initdb" ]
        then
            return 0
        fi
    done
    return 1
}

has_node() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        [ "$(node -p 'parseInt(process.versions.node)')" -ge "$oldest_node" ]
}

# The newest PostgreSQL for which the distribution has a PostGIS; 15 where apt knows nothing yet.
postgres_version() {
    local found
    found=$(apt-cache search --names-only '^postgresql-[0-9]+-postgis-3$' 2>/dev/null |
        sed -nE 's/^postgresql-([0-9]+)-postgis-3 .*/\1/p' | sort -n | tail -1)
    echo "${found:-15}"
}

missing_packages() {
    "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    if ! has_postgis; then
        local version
        version=$(postgres_version)
        echo "postgresql-$version" "postgresql-$version-postgis-3"
    fi
    has_node || echo nodejs npm
    if [ "$purpose" = test ]; then
        [ -x /usr/bin/chromium ] || echo chromium
        compgen -G '/usr/lib/*/libatomic.so.1*' >/dev/null || echo libatomic1 # for Playwright
        compgen -G '/usr/share/fonts/*/*/*CJK*' >/dev/null || echo fonts-noto-cjk
    fi
}

# Install packages; a PostgreSQL package among them is kept from making a cluster of its own.
apt_install() {
    local sudo=() folder=/etc/postgresql-common/createcluster.d
    local rule=$folder/zz-gisapp-setup.conf made
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    say "正在用 apt 安装：$*" "Installing with apt: $*"
    made=$([ -d "$folder" ] || echo yes)
    "${sudo[@]}" mkdir -p "$folder"
    echo 'create_main_cluster = false' | "${sudo[@]}" tee "$rule" >/dev/null
    local code=0
    {
        "${sudo[@]}" apt-get update -q &&
            "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -q -y --no-install-recommends "$@"
    } </dev/null >"$log" 2>&1 || code=$?
    "${sudo[@]}" rm -f "$rule"
    [ -z "$made" ] || "${sudo[@]}" rmdir --ignore-fail-on-non-empty "$folder" 2>/dev/null || true
    if [ "$code" != 0 ]; then
        tail -20 "$log" >&2
        fail "apt 安装失败：apt-get install $*" "apt failed: apt-get install $*"
    fi
}

may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

ensure_packages() {
    local packages
    read -r -a packages <<<"$(missing_packages | tr '\n' ' ')"
    [ ${#packages[@]} -gt 0 ] || return 0
    may_install || fail \
        "缺少系统软件包，当前账号不能安装。请管理员执行：apt-get install ${packages[*]}" \
        "System packages are missing and this account may not install them. As root: apt-get install ${packages[*]}"
    apt_install "${packages[@]}"
    read -r -a packages <<<"$(missing_packages | tr '\n' ' ')"
    [ ${#packages[@]} = 0 ] || fail \
        "安装之后仍缺少：${packages[*]}" "Still missing after the installation: ${packages[*]}"
}

# --- the Python environment --------------------------------------------------------------------

python_is_new_enough() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# What the environment was made of and where: it holds absolute paths, so a moved one is remade.
python_stamp() {
    "$python" --version
    pwd
    cat setup.cfg requirements.txt
    [ "$purpose" = run ] || cat requirements-dev.txt requirements-data.txt
}

ensure_python() {
    local stamp=.venv/.stamp-$purpose wanted
    wanted=$(python_stamp | sha256sum)
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    say "正在准备 Python 环境……" "Preparing the Python environment ..."
    if ! [ -x .venv/bin/python ] || [ "$(cat .venv/.place 2>/dev/null)" != "$(pwd)" ] ||
        ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        rm -rf .venv
        "$python" -m venv .venv
        pwd >.venv/.place
    fi
    pip_install -r requirements.txt
    if [ "$purpose" = test ]; then
        pip_install -r requirements-dev.txt
        pip_install --no-deps -r requirements-data.txt
    fi
    pip_install --no-deps --no-build-isolation -e .
    # What was installed for tests stays good for running.
    echo "$wanted" >"$stamp"
    [ "$purpose" = run ] || purpose=run python_stamp | sha256sum >.venv/.stamp-run
}

pip_install() {
    .venv/bin/python -m pip install --quiet --no-input --disable-pip-version-check \
        --no-warn-script-location "$@" </dev/null >"$log" 2>&1 || {
        tail -20 "$log" >&2
        fail "pip 安装失败。" "pip failed."
    }
}

# --- the browser's assets ----------------------------------------------------------------------

ensure_assets() {
    local stamp=node_modules/.stamp wanted
    wanted=$(cat package.json package-lock.json scripts/vendor.mjs | sha256sum)
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && [ -d static/vendor ]; then
        return 0
    fi
    say "正在安装前端资源……" "Installing the browser's assets ..."
    {
        npm ci --ignore-scripts --no-audit --no-fund && npm run --silent vendor
    } </dev/null >"$log" 2>&1 || {
        tail -20 "$log" >&2
        fail "npm 安装失败。" "npm failed."
    }
    echo "$wanted" >"$stamp"
}

# --- all of it ---------------------------------------------------------------------------------

python_is_new_enough || fail \
    "需要 Python 3.11 或更新。apt-get install python3" \
    "Python 3.11 or newer is needed: apt-get install python3"
[ -w . ] || fail "当前账号不能写入 $(pwd)。" "This account may not write to $(pwd)."
(umask 022 && mkdir -p var)
log=$PWD/var/setup.log
exec 9>var/setup.lock # two starts at once install one after the other
flock 9
ensure_packages
ensure_python
ensure_assets

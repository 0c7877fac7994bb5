# shellcheck shell=bash
# What steps need beyond Rust, Node and Python, installed when it is missing. For scripts/test to source.

TOOLS="$ROOT/target/test-tools"

# need_debian PROGRAM PACKAGE…: Debian packages, unless PROGRAM is there already.
need_debian() {
    local program="$1"
    shift
    if ! command -v "$program" >/dev/null; then install_debian "$@"; fi
}

# need_font NAME PACKAGE: the same for letters to draw with.
need_font() {
    if ! fc-list | grep -qiF "$1"; then install_debian "$2"; fi
}

AS_ROOT=()
if ((EUID != 0)); then AS_ROOT=(sudo); fi

install_debian() {
    echo "installing $*"
    "${AS_ROOT[@]}" apt-get update -qq
    "${AS_ROOT[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The programs of tools/package.json, as its lock file fixes them.
need_node_tools() {
    local stamp="$TOOLS/node.sha256"
    if [[ -d tools/node_modules ]] && sha256sum --check --status "$stamp" 2>/dev/null; then return; fi
    echo "installing tools/package.json"
    (cd tools && npm ci --no-fund --no-audit --silent)
    mkdir -p "$TOOLS"
    sha256sum tools/package.json tools/package-lock.json >"$stamp"
}

# The programs of tools/requirements.txt, in an environment of their own.
need_python_tools() {
    local stamp="$TOOLS/python.sha256"
    if [[ -x "$TOOLS/python/bin/python" ]] && sha256sum --check --status "$stamp" 2>/dev/null; then return; fi
    echo "installing tools/requirements.txt"
    mkdir -p "$TOOLS"
    python3 -m venv --clear "$TOOLS/python"
    "$TOOLS/python/bin/python" -m pip install --quiet --disable-pip-version-check -r tools/requirements.txt
    sha256sum tools/requirements.txt >"$stamp"
}

# A browser, its driver, and letters to draw with (Liberation Sans has Arial's widths).
need_browser() {
    need_debian chromium chromium chromium-driver
    need_debian chromedriver chromium-driver
    need_debian fc-list fontconfig
    need_font "Liberation Sans" fonts-liberation
    need_font "Noto Color Emoji" fonts-noto-color-emoji
}

# An X server with a window manager and a hand, a clipboard, what screen readers need, and OpenGL and Vulkan that
# draw without a graphics card.
need_desktop() {
    need_debian Xvfb xvfb
    need_debian openbox openbox
    need_debian xdotool xdotool
    need_debian xclip xclip
    need_debian import imagemagick
    need_debian dbus-daemon dbus
    need_debian gnome-keyring-daemon gnome-keyring
    if [[ ! -x /usr/libexec/at-spi-bus-launcher ]]; then install_debian at-spi2-core; fi
    if ! /usr/bin/python3 -c 'import pyatspi' 2>/dev/null; then install_debian python3-pyatspi gir1.2-atspi-2.0; fi
    if ! compgen -G '/usr/lib/*/dri/swrast_dri.so' >/dev/null; then
        install_debian libgl1-mesa-dri libgl1 libegl1
    fi
    if ! compgen -G '/usr/share/vulkan/icd.d/lvp_icd.*' >/dev/null; then install_debian mesa-vulkan-drivers; fi
    # What the program loads when it starts.
    if ! compgen -G '/usr/lib/*/libxkbcommon-x11.so.0' >/dev/null; then
        install_debian libxkbcommon-x11-0 libx11-xcb1 libxcursor1 libxi6 libxrandr2
    fi
}

# The programs of a PostgreSQL server; the tests start servers of their own, and none of the machine's is made.
# Without it the steps that need it say that they were skipped.
need_postgres() {
    if compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; then return; fi
    local settings=/etc/postgresql-common/createcluster.conf
    if install_debian postgresql-common; then
        if ! grep -q '^create_main_cluster' "$settings"; then
            # Debian would make a database cluster and start its server on port 5432.
            echo 'create_main_cluster = false' | "${AS_ROOT[@]}" tee -a "$settings" >/dev/null
        fi
        install_debian postgresql || echo "no PostgreSQL here"
    else
        echo "no PostgreSQL here"
    fi
}

# A system clock that a test can set for its own programs. Without it that one test says that it was skipped.
need_clock() {
    if ! compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null; then
        install_debian libfaketime || echo "no libfaketime here"
    fi
}

#!/bin/sh
# install_packages.sh PACKAGE…, as root: install Debian packages so that nothing is started, now or at the next boot,
# and no database cluster is made. What is changed for that is put back, whatever happens.
set -eu

# Two at once would take each other's policy away. dpkg's folder is locked because it is there, and holds locks anyway.
if [ -z "${THUNGAN_INSTALLING:-}" ]; then
    THUNGAN_INSTALLING=yes exec flock --close /var/lib/dpkg sh "$0" "$@"
fi

has_unit() {
    [ -e "/lib/systemd/system/$1" ] || [ -e "/usr/lib/systemd/system/$1" ]
}

apt_install() {
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 "$@"
}

refuse_starts() {
    # What a killed call left behind is cleared up first, so that nothing of the machine's is lost.
    if grep -qs "$policy_mark" "$policy"; then
        rm -f "$policy"
    fi
    [ ! -e "$policy_aside" ] || mv -f "$policy_aside" "$policy"
    if [ -x "$policy" ]; then
        verdict=0
        "$policy" rabbitmq-server start >/dev/null 2>&1 || verdict=$?
        [ "$verdict" != 101 ] || return 0
    fi
    [ ! -e "$policy" ] || mv -f "$policy" "$policy_aside"
    made_policy=yes
    printf '#!/bin/sh\n# %s\nexit 101\n' "$policy_mark" >"$policy"
    chmod 755 "$policy"
}

restore_system() {
    if [ -n "$made_policy" ]; then
        rm -f "$policy"
        [ ! -e "$policy_aside" ] || mv -f "$policy_aside" "$policy"
        made_policy=
    fi
    rm -f "$cluster_setting"
    # Folders that a package owns by now are not empty or not ours; an empty one of ours goes.
    [ -z "$made_clusters" ] || owned "$clusters" || rmdir "$clusters" 2>/dev/null || true
    [ -z "$made_common" ] || owned "${clusters%/*}" || rmdir "${clusters%/*}" 2>/dev/null || true
}

owned() {
    dpkg -S "$1" >/dev/null 2>&1
}

export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
policy_aside=$policy.before-thungan
policy_mark='for the time of an installation by Thu Ngan ./dev'
clusters=/etc/postgresql-common/createcluster.d
cluster_setting=$clusters/thungan-dev.conf
made_policy=
made_common=
made_clusters=
units=
for unit in rabbitmq-server.service epmd.service epmd.socket postgresql.service pgbouncer.service; do
    has_unit "$unit" || units="$units $unit"
done
scripts=
for script in rabbitmq-server postgresql pgbouncer; do
    [ -e "/etc/init.d/$script" ] || scripts="$scripts $script"
done
trap restore_system EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

refuse_starts
[ -d /etc/postgresql-common ] || made_common=yes
[ -d "$clusters" ] || made_clusters=yes
mkdir -p "$clusters"
printf 'create_main_cluster = false\n' >"$cluster_setting"
# Package lists are fetched only where the ones that are there do not do.
apt_install "$@" || { apt-get update && apt_install "$@"; }
restore_system
trap - EXIT

# Installing enables the system services for the next boot. Only those that came with this call are switched off.
for unit in $units; do
    # The helper of Debian's package scripts does the same with and without systemd, but only for a package.
    ! has_unit "$unit" || DPKG_MAINTSCRIPT_PACKAGE=thungan-dev deb-systemd-helper disable "$unit" || true
done
for script in $scripts; do
    [ ! -e "/etc/init.d/$script" ] || update-rc.d "$script" disable || true
done

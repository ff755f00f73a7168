# SPDX-License-Identifier: MIT
# chroot.sh - bare chroots of Debian, for the scripts that read this one.
#
# They set root, the chroot's folder, before create(), as() and install().
# From the environment: CHROOTS, where the chroots are kept and used again;
# MIRROR, else this system's own.
# shellcheck disable=SC2016
# shellcheck disable=SC2034

# chroots NAME: what NAME, which reads this file, needs first; exits with 77 if
# that cannot be had.
chroots() {
	[ "$(id -u)" -eq 0 ] || skip "$1" "wants root, to make chroots"
	for tool in mmdebstrap unshare git; do
		command -v $tool >/dev/null || skip "$1" "no $tool"
	done
	CHROOTS=${CHROOTS:-${top_builddir:-.}/chroots}
	mkdir -p "$CHROOTS/log" && CHROOTS=$(cd "$CHROOTS" && pwd) || exit 1
	log=$CHROOTS/log
	mirror=${MIRROR:-$(mirror)}
	[ -n "$mirror" ] ||
		skip "$1" "no mirror of Debian in apt's sources: set MIRROR"
}

skip() {
	echo "$1: skipped: $2"
	exit 77
}

# Where this system's own packages come from.
mirror() {
	apt-get indextargets --format '$(LABEL) $(SITE)' \
		'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1
}

# A mirror may be older than the date; whether that matters this system says.
valid() {
	apt-config dump Acquire::Check-Valid-Until |
		sed -n 's/.* "\(.*\)";/\1/p' | grep . || echo true
}

# create SUITE ARCHITECTURE: one suite only, for those of updates may be half
# there.  What dpkg writes need not be safe from a loss of power.
create() {
	[ ! -d "$root" ] || return 0
	rm -rf "$root.new"
	mmdebstrap --mode=root --variant=minbase --architectures="$2" \
		--aptopt="Acquire::Check-Valid-Until \"$(valid)\"" \
		--aptopt='Acquire::Retries "3"' --dpkgopt=force-unsafe-io \
		"$1" "$root.new" "deb $mirror $1 main" &&
		echo 'newcomer:x:1000:1000::/home/newcomer:/bin/sh' \
			>>"$root.new/etc/passwd" &&
		mkdir -p "$root.new/home/root" && mv "$root.new" "$root"
}

# as USER COMMAND: in the user's home in the chroot, and in a namespace of its
# own, so that nothing stays mounted.
as() {
	timeout 3600 unshare --mount sh -c '
		mount -t proc proc "$1/proc" &&
		mount -t sysfs sysfs "$1/sys" &&
		mount --rbind /dev "$1/dev" &&
		exec chroot --userspec="$2" "$1" env -i HOME="/home/$2" \
			LC_ALL=C.UTF-8 CK_TIMEOUT_MULTIPLIER=4 \
			PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
			sh -c "cd && $3"
	' sh "$root" "$1" "$2" </dev/null
}

# clone USER: anew, into the user's home.
clone() {
	rm -rf "${root:?}/home/$1"
	mkdir -p "$root/home/$1" &&
		git clone -q --no-hardlinks "$top" "$root/home/$1/libpanic" &&
		{ [ "$1" = root ] || chown -R 1000:1000 "$root/home/$1"; }
}

# install PACKAGE...
install() {
	as root "apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
		apt-get -qq -y -o Dpkg::Use-Pty=0 \
		install --no-install-recommends $*"
}

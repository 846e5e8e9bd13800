#!/usr/bin/env bash
# Makes what a guest boots from: make_image.sh DIRECTORY, which afterwards holds
#
#   kernel           Debian's newest kernel of the configured package sources, uncompressed
#   initramfs.cpio   busybox, the modules in /modules, and their order in /modules/order
#   version          the kernel's release
#
# Nothing is installed: the kernel package is downloaded and unpacked. The directory comes into being by one rename at the end, so it is
# either whole or absent, and of several that make it at once one works and the others wait.
set -eu

# Loaded in this order, each after what it depends on. crc32_generic is no dependency that modprobe knows, but without it
# `rdma link add` fails, because rxe asks the crypto layer for "crc32" by name.
modules=(virtio_pci virtio_console virtio_net 9p 9pnet_virtio overlay sch_netem crc32_generic rdma_rxe ib_uverbs rdma_ucm)

fail() {
  printf 'make_image.sh: %s\n' "$*" >&2
  exit 1
}

[ $# -eq 1 ] || { printf 'usage: make_image.sh DIRECTORY\n' >&2; exit 2; }
target=$1
mkdir -p "$(dirname "$target")"
target=$(cd "$(dirname "$target")" && pwd)/$(basename "$target")

for tool in apt-get dpkg-deb cpio flock xz; do
  command -v $tool >/dev/null || fail "no $tool here; a guest is made from Debian packages: run cmake/install_dependencies.sh softroce on Debian 12"
done
PATH=$PATH:/usr/sbin:/sbin
command -v depmod >/dev/null || fail "no depmod: run cmake/install_dependencies.sh softroce"
busybox=$(command -v busybox) || fail "no busybox: run cmake/install_dependencies.sh softroce"
! ldd "$busybox" >/dev/null 2>&1 || fail "$busybox is linked dynamically and does not run in an initramfs: install the package busybox-static"
[ "$(dpkg --print-architecture)" = amd64 ] || fail "only amd64 is known, this is $(dpkg --print-architecture)"

exec {lock}<"$(dirname "$target")"
flock "$lock"
[ ! -d "$target" ] || exit 0

work=$(mktemp -d "$target.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

# The newest kernel is wanted because rxe was repaired in late point releases; lists that cannot be renewed still name one.
renew_lists() {
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || return
    as_root=(sudo -n)
  fi
  "${as_root[@]}" apt-get -q -q -o DPkg::Lock::Timeout=300 update >&2
}
renew_lists ||
  printf 'make_image.sh: package lists are not renewed, which needs root or sudo; the newest kernel they know is taken\n' >&2

package=$(apt-cache depends --important linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
[ -n "$package" ] || fail "the package lists do not know linux-image-amd64: run apt-get update as root"
printf 'make_image.sh: kernel of %s\n' "$package" >&2
mkdir "$work/package" "$work/image" "$work/root"
(cd "$work/package" && apt-get -q -q -o APT::Sandbox::User=root download "$package") >&2 ||
  fail "apt-get download $package failed: run apt-get update as root, and look whether its source can be reached"
dpkg-deb --extract "$work"/package/*.deb "$work/unpacked"

vmlinuz=$(echo "$work"/unpacked/boot/vmlinuz-*)
version=${vmlinuz##*/vmlinuz-}
[ -f "$vmlinuz" ] || fail "$package holds no boot/vmlinuz-*"
depmod -b "$work/unpacked" "$version"

mkdir -p "$work"/root/{bin,modules}
cp "$busybox" "$work/root/bin/busybox"
modprobe -d "$work/unpacked" -S "$version" --show-depends -a "${modules[@]}" | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
  while read -r module; do
    cp "$module" "$work/root/modules/"
    basename "$module"
  done >"$work/root/modules/order"
for module in "${modules[@]}"; do
  grep -qE "^$(printf %s "$module" | sed 's/_/[-_]/g')\.ko$" "$work/root/modules/order" ||
    grep -qE "/$(printf %s "$module" | sed 's/_/[-_]/g')\.ko$" "$work/unpacked/lib/modules/$version/modules.builtin" ||
    fail "kernel $version has no module $module"
done

(cd "$work/root" && find . | sort | cpio --quiet -o -H newc -R 0:0) >"$work/image/initramfs.cpio"

# QEMU loads the ELF image within the compressed one as well, and in emulation the guest takes longer to decompress it than for the rest of its
# boot. Where it lies is told by the header (Documentation/x86/boot.rst of the kernel); four bytes of size follow it.
header() { od -An -t "u$2" -j "$1" -N "$2" "$vmlinuz" | tr -d ' '; }
offset=$((($(header 0x1f1 1) + 1) * 512 + $(header 0x248 4)))
if ! tail -c +$((offset + 1)) "$vmlinuz" | head -c $(($(header 0x24c 4) - 4)) | xz -dc >"$work/image/kernel" 2>/dev/null; then
  printf 'make_image.sh: kernel %s is not compressed with xz, and boots slowly\n' "$version" >&2
  cp "$vmlinuz" "$work/image/kernel"
fi
printf '%s\n' "$version" >"$work/image/version"
mv -T "$work/image" "$target"

#!/usr/bin/env bash
# Installs what is missing of the Debian packages that Liana is built from:
#   install_dependencies.sh [build] [apps] [test] [lint] [fuzz] [softroce] [coverage] [bench]
# Does nothing, and needs no rights, where all are installed. Otherwise it needs root or sudo, and says so.
set -eu

build=(g++ cmake ninja-build ccache pkg-config openmpi-bin libopenmpi-dev libhwloc-dev libfmt-dev libspdlog-dev
  libibverbs-dev ibverbs-providers)
apps=(libcli11-dev nlohmann-json3-dev nettle-dev)
test=(libgtest-dev libbenchmark-dev nlohmann-json3-dev spin)
lint=(clang-format clang-tidy)
# llvm-14 has the symbolizer, by which reports name lines.
fuzz=(clang-14 libclang-rt-14-dev llvm-14)
# What tests/softroce/run makes and boots guests with; they use this machine's files, so also what runs in them. The kernel is not installed.
softroce=(qemu-system-x86 busybox-static cpio kmod xz-utils iproute2 openssh-server openssh-client
  rdma-core ibverbs-providers ibverbs-utils perftest)
coverage=(gcovr)
# What benchmarks/run needs besides `build` and `test`.
bench=(libcli11-dev gnuplot-nox)

wanted=()
for group in "$@"; do
  case $group in
    build) wanted+=("${build[@]}") ;;
    apps) wanted+=("${apps[@]}") ;;
    test) wanted+=("${test[@]}") ;;
    lint) wanted+=("${lint[@]}") ;;
    fuzz) wanted+=("${fuzz[@]}") ;;
    softroce) wanted+=("${softroce[@]}") ;;
    coverage) wanted+=("${coverage[@]}") ;;
    bench) wanted+=("${bench[@]}") ;;
    *) printf 'install_dependencies.sh: no group %s: build, apps, test, lint, fuzz, softroce, coverage or bench\n' "$group" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  printf 'This is no Debian: the packages that provide the following must be there already.\n  %s\n' "${wanted[*]}"
  exit 0
fi

missing=()
for package in "${wanted[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null) || status=unknown
  [ "$status" = 'install ok installed' ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0
printf 'Installing with apt-get: %s\n' "${missing[*]}"

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    printf 'Neither root nor sudo: install these packages first, as root:\n  apt-get install %s\n' "${missing[*]}" >&2
    exit 1
  }
  as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"; }
install() { apt install -y --no-install-recommends "${missing[@]}"; }

# Lists that are empty or older than a package make apt not know it; lists that are out of date make the download fail.
all_known() {
  local package
  for package in "${missing[@]}"; do apt-cache show "$package" >/dev/null 2>&1 || return 1; done
}
if all_known && install; then exit 0; fi
apt update
install

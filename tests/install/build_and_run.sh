#!/usr/bin/env bash
# build_and_run.sh find_package|pkg_config BUILD_DIRECTORY SOURCE_DIRECTORY COMPILER MPIEXEC GENERATOR
# Installs the build to a temporary prefix, moves that tree, builds the program in SOURCE_DIRECTORY against it and runs it, near and far.
set -eu

[ $# -eq 6 ] || { printf 'usage: build_and_run.sh find_package|pkg_config BUILD SOURCE COMPILER MPIEXEC GENERATOR\n' >&2; exit 2; }
way=$1 build=$2 source=$3 compiler=$4 mpiexec=$5 generator=$6

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/staged" >"$scratch/install.log" || { cat "$scratch/install.log" >&2; exit 1; }
mv "$scratch/staged" "$scratch/prefix"
# The sources are copied, so that no header of the project can be found beside them.
cp -r "$source" "$scratch/outside"
cd "$scratch/outside"

case $way in
  find_package)
    cmake -G "$generator" -S . -B build -DCMAKE_PREFIX_PATH="$scratch/prefix" -DCMAKE_CXX_COMPILER="$compiler"
    cmake --build build
    program=build/outside
    ;;
  pkg_config)
    pc=$(find "$scratch/prefix" -name liana.pc)
    PKG_CONFIG_PATH=$(dirname "$pc")${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    export PKG_CONFIG_PATH
    flags=$(pkg-config --cflags --libs liana)
    printf 'pkg-config: %s\n' "$flags"
    # shellcheck disable=SC2086  # one flag per word
    "$compiler" -std=c++20 main.cpp -o outside $flags
    # In silence, also of the headers, which pkg-config does not name as those of the system; and with whatever a program is compiled with.
    for more in '-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Weffc++ -Wold-style-cast' -std=c++23 -fno-rtti -ffast-math; do
      # shellcheck disable=SC2086  # one flag per word
      "$compiler" -std=c++20 -Werror $more -c everything.cpp -o silent.o $flags
    done
    # What the compiler says of an older language names the one that is needed.
    # shellcheck disable=SC2086
    "$compiler" -std=c++17 -c main.cpp -o old.o $flags 2>&1 | grep -q 'error.*Liana needs C++20' ||
      { printf 'build_and_run.sh: C++17 is not refused by name\n' >&2; exit 1; }
    program=./outside
    LD_LIBRARY_PATH=$(dirname "$pc")/..${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export LD_LIBRARY_PATH
    ;;
  *) printf 'build_and_run.sh: unknown way %s\n' "$way" >&2; exit 2 ;;
esac

for hosts in real each; do
  LIANA_HOSTS=$hosts "$mpiexec" -n 3 "$program"
done

#!/bin/busybox sh
# shellcheck shell=dash
# The init of a guest, started by the kernel from the initramfs. tests/softroce/run puts it there with a directory /job:
#
#   settings   shell variables: host, hosts, rdma, memlock, netem, out
#   command    what guest 1 runs, a bash script that sets environment and directory itself
#   sshd_config, ssh_config, keys, hostfile   for two guests
#
# Channels to the run script, ports of virtio-serial: 1 standard output, 2 standard error, 3 control, 4 questions. On control goes one line,
# "up", then "exit STATUS", perhaps "vanish" between them; or "failed REASON" instead. For each line that comes on 4, the guest tells on its
# console what it is doing. The console is for the kernel and for this script.
set -u
/bin/busybox --install -s /bin
export PATH=/bin:/usr/sbin:/usr/bin:/sbin
host='' hosts='' rdma='' memlock='' netem='' out=''
# shellcheck source=/dev/null
. /job/settings

say() { echo "guest $host: $*" >/dev/console; }
tell() { echo "$*" >/port_control; }
# The run script kills a guest that has done its work; an init that ends makes the kernel panic.
stay() { while :; do sleep 60; done; }
fail() {
  say "$*"
  tell "failed $*"
  stay
}
# What each process is doing.
report() {
  local process state
  say 'report: process, parent, state, where the kernel has it, command'
  for process in /proc/[0-9]*; do
    [ -n "$(cat "$process/cmdline")" ] || continue  # a thread of the kernel
    state=$(sed 's/^.*) //' "$process/stat" | cut -d ' ' -f 1,2)
    printf '%6d %6d %s  %-24s %s\n' "${process#/proc/}" "${state#* }" "${state% *}" "$(cat "$process/wchan")" \
      "$(tr '\0\n' '  ' <"$process/cmdline" | cut -c -200)"
    # What waits where it cannot be interrupted tells what for.
    [ "${state% *}" != D ] || cat "$process/stack"
  done 2>/dev/null >/dev/console
  say 'end of report'
}
answer_questions() { while read -r _; do report; done </port_questions; }
# Through env, because busybox would take its own tc or sync rather than look for one in /root.
in_root() { chroot /root /usr/bin/env "$@"; }

load_modules() {
  local module port
  mkdir -p /proc /sys /dev
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t devtmpfs devtmpfs /dev
  while read -r module; do insmod "/modules/$module" || say "insmod $module failed"; done </modules/order
  # Named after the number of the virtio device, which depends on the order of the modules, and a moment later than these.
  until ls /dev/vport*p4 >/dev/null 2>&1; do sleep 0.1; done
  for port in stdout:1 stderr:2 control:3 questions:4; do ln -s /dev/vport*p"${port#*:}" "/port_${port%:*}"; done
}

# The host's file system as /root, with a tmpfs above it, which takes all memory if need be. cache=loose, because nobody writes below while a
# test runs, and paths are looked up thousands of times.
mount_root() {
  local name
  mkdir /host /layer
  mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=512000,ro host /host || fail "the host's file system does not mount over 9p"
  mount -t tmpfs -o size=100% tmpfs /layer
  mkdir /layer/upper /layer/work
  mount -t overlay -o lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work overlay /root || fail "the overlay does not mount"
  mount -t proc proc /root/proc
  mount -t sysfs sysfs /root/sys
  mount -t devtmpfs devtmpfs /root/dev
  mkdir -p /dev/shm /dev/pts
  mount -t tmpfs -o size=80% tmpfs /root/dev/shm
  mount -t devpts devpts /root/dev/pts
  mount -t tmpfs -o mode=755 tmpfs /root/run
  for name in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -s "/proc/self/${name#*:}" "/dev/${name%%:*}"; done
  cp -r /job /root/run/softroce
  # For the command in guest 1, to tell the run script at the right moment that guest 2 is to vanish.
  printf '#!/bin/sh\necho vanish >%s\n' /dev/vport*p3 >/root/run/softroce/vanish
  chmod +x /root/run/softroce/vanish
  if [ -n "$out" ]; then
    mkdir -p "/root$out"
    mount -t 9p -o trans=virtio,version=9p2000.L,cache=mmap,msize=512000 out "/root$out" || fail "$out does not mount over 9p"
  fi
}

set_identity() {
  # Open MPI refuses a host without a name.
  hostname "vm$host"
  echo "vm$host" >/root/etc/hostname
  printf '127.0.0.1 localhost\n10.77.0.1 vm1\n10.77.0.2 vm2\n' >/root/etc/hosts
  # There is nobody to ask for names, which would cost 5 s a time.
  rm -f /root/etc/resolv.conf
  echo 'options attempts:1 timeout:1' >/root/etc/resolv.conf
  sed -i 's/^hosts:.*/hosts: files/' /root/etc/nsswitch.conf
  # Without a developer's shell start-up files, which may take seconds at each ssh and change PATH; and not locked, as root is to sshd where
  # its password is "*" or "!", or where /etc/shadow cannot be read through the run script's rights.
  sed -i 's#^root:.*#root:x:0:0:root:/run/softroce/home:/bin/sh#' /root/etc/passwd
  rm -f /root/etc/shadow
  echo 'root:NP:20000::::::' >/root/etc/shadow
  mkdir /root/run/softroce/home
}

set_up_network() {
  ip link set lo up
  # Without duplicate address detection the link-local address, which becomes GID 0, is usable at once.
  echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
  # What was sent to a host that vanished is given up after half a minute rather than after a quarter of an hour.
  echo 6 >/proc/sys/net/ipv4/tcp_retries2
  ip address add "10.77.0.$host/24" dev eth0
  ip link set eth0 up
  if [ "$rdma" = yes ]; then
    in_root rdma link add rxe0 type rxe netdev eth0 || fail "rdma link add refuses rxe0 on eth0"
  fi
  if [ -n "$netem" ]; then
    # shellcheck disable=SC2086 # words of the command
    in_root tc qdisc add dev eth0 root netem $netem || fail "tc refuses netem $netem"
  fi
}

# limited COMMAND...: with the limit of locked memory. Root may lock any amount, and raise its limits, unless it lacks the capabilities for that.
limited() {
  if [ "$memlock" = unlimited ]; then
    in_root prlimit --memlock=unlimited "$@"
  else
    in_root prlimit --memlock=$((memlock * 1024)) setpriv --bounding-set -ipc_lock,-sys_resource "$@"
  fi
}

# Through pipes rather than straight into the ports, because a port can be opened once only and a program may open /dev/stdout again.
run_command() {
  local stdout_relay stderr_relay status
  mkfifo /stdout /stderr
  cat /stdout >/port_stdout &
  stdout_relay=$!
  cat /stderr >/port_stderr &
  stderr_relay=$!
  limited bash /run/softroce/command </dev/null >/stdout 2>/stderr
  status=$?
  # A process that the command left behind may hold the pipes open: what it writes later is not waited for.
  (sleep 3; kill $stdout_relay $stderr_relay) 2>/dev/null &
  wait $stdout_relay $stderr_relay
  [ -z "$out" ] || in_root sync -f "$out"
  tell "exit $status"
}

load_modules
answer_questions &
mount_root
set_identity
set_up_network
if [ "$host" = 2 ]; then
  mkdir -p /root/run/sshd
  limited /usr/sbin/sshd -f /run/softroce/sshd_config || fail "sshd does not start"
elif [ "$hosts" = 2 ]; then
  until nc -w 1 10.77.0.2 22 </dev/null 2>/dev/null | grep -q SSH; do sleep 0.2; done
fi
say up
tell up
[ "$host" = 2 ] || run_command
stay

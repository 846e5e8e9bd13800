#!/bin/busybox sh
# The init of a guest, started by the kernel from the initramfs. tests/softroce/run puts it there with a directory /job:
#
#   settings             shell variables: host, hosts, rdma, memlock, netem, out
#   command              what guest 1 runs, a bash script that sets environment and directory itself
#   sshd_config, keys    with two guests
#
# Channels to the run script, ports of virtio-serial: 1 standard output, 2 standard error, 3 control. On control goes one line, "up",
# "failed REASON" or "exit STATUS". The console is for the kernel and for this script.
set -u
busybox=/bin/busybox
$busybox --install -s /bin
export PATH=/bin:/usr/sbin:/usr/bin:/sbin
. /job/settings

say() { echo "guest $host: $*" >/dev/console; }

# Never returns: the run script kills the guest, and an init that ends would only bury the reason under a kernel panic.
fail() {
  say "$*"
  echo "failed $*" >/port_control
  while :; do sleep 60; done
}

mkdir -p /proc /sys /dev /host /layer
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module" || say "insmod $module failed"; done </modules/order
# Named after the virtio device's number, which depends on the order of the modules.
until [ -e /dev/vport*p3 ]; do sleep 0.1; done
for port in stdout:1 stderr:2 control:3; do ln -s /dev/vport*p${port#*:} /port_${port%:*}; done

# The host's file system with a tmpfs above it. cache=loose, because nobody writes below while a test runs, and paths are looked up
# thousands of times; the write layer takes all memory if need be.
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
for name in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -s /proc/self/${name#*:} /dev/${name%%:*}; done
cp -r /job /root/run/softroce
if [ -n "$out" ]; then
  mount -t 9p -o trans=virtio,version=9p2000.L,cache=mmap,msize=512000 out "/root$out" || fail "$out does not mount over 9p"
fi

in_root() { chroot /root "$@"; }

# Open MPI refuses a host without a name.
hostname vm$host
echo vm$host >/root/etc/hostname
printf '127.0.0.1 localhost\n10.77.0.1 vm1\n10.77.0.2 vm2\n' >/root/etc/hosts
# There is nobody to ask for names, which would cost 5 s a time.
rm -f /root/etc/resolv.conf
echo 'options attempts:1 timeout:1' >/root/etc/resolv.conf
sed -i 's/^hosts:.*/hosts: files/' /root/etc/nsswitch.conf
# Not locked, and with nothing of a developer's shell start-up files, which may take seconds and change PATH.
sed -i 's#^root:.*#root:*:0:0:root:/run/softroce/home:/bin/sh#' /root/etc/passwd
mkdir /root/run/softroce/home
ip link set lo up
# Without duplicate address detection the link-local address, which becomes GID 0, is usable at once.
echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad
ip address add 10.77.0.$host/24 dev eth0
ip link set eth0 up
if [ "$rdma" = yes ]; then
  in_root rdma link add rxe0 type rxe netdev eth0 || fail "rdma link add failed"
fi
if [ -n "$netem" ]; then
  in_root tc qdisc add dev eth0 root netem $netem || fail "tc refuses netem $netem"
fi

# Root may lock any amount of memory, and raise its limits, unless it lacks the capabilities for that.
limited() {
  if [ "$memlock" = unlimited ]; then
    in_root prlimit --memlock=unlimited "$@"
  else
    in_root prlimit --memlock=$((memlock * 1024)) setpriv --bounding-set -ipc_lock,-sys_resource "$@"
  fi
}

if [ "$host" = 2 ]; then
  mkdir -p /root/run/sshd
  limited /usr/sbin/sshd -f /run/softroce/sshd_config || fail "sshd does not start"
  say up
  echo up >/port_control
  while :; do sleep 60; done
fi
if [ "$hosts" = 2 ]; then
  until nc -w 1 10.77.0.2 22 </dev/null 2>/dev/null | grep -q SSH; do sleep 0.2; done
fi
say up
echo up >/port_control

# Pipes rather than the ports themselves, because a port can be opened by one process only and a program may open /dev/stdout again.
mkfifo /stdout /stderr
cat /stdout >/port_stdout &
stdout_relay=$!
cat /stderr >/port_stderr &
stderr_relay=$!
limited bash /run/softroce/command </dev/null >/stdout 2>/stderr
status=$?
# A process left behind by the command may hold the pipes open: what it writes later is not waited for.
(sleep 3; kill $stdout_relay $stderr_relay) 2>/dev/null &
wait $stdout_relay $stderr_relay
[ -n "$out" ] && in_root sync -f "$out"
say "exit $status"
echo "exit $status" >/port_control
while :; do sleep 60; done

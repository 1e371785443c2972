package org.wormholes.dsl.sandbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Ways out of a sandbox, each in Ruby with all of Java at hand, and what must come of it.
///
/// @param works whether it is known to work where there is no sandbox, and harmless there
/// @param outcome a pattern of what the attacker sees
record Attack(String name, boolean works, String code, String outcome) {

  private static final String REFUSED = "EPERM";
  private static final String NO_THREAD = "OutOfMemoryError: unable to create native thread.*";

  /// All that leave the process alive, so that one child can try them in turn.
  static List<Attack> all() {
    List<Attack> all = new ArrayList<>();
    files(all);
    writing(all);
    descriptors(all);
    environment(all);
    programs(all);
    threads(all);
    network(all);
    processes(all);
    memory(all);
    systemCalls()
        .forEach((number, name) ->
            all.add(hold("the system call " + name, "native(" + number + ")", REFUSED)));
    return all;
  }

  private static Attack hold(String name, String code, String outcome) {
    return new Attack(name, false, code, outcome);
  }

  /// One that a program without a sandbox could do.
  private static Attack real(String name, String code, String outcome) {
    return new Attack(name, true, code, outcome);
  }

  private static void files(List<Attack> all) {
    all.add(real("a file, in Ruby", "File.read(SECRET)", "Errno::ENOENT: .*"));
    all.add(
        real(
            "a file, in Java",
            "java.nio.file.Files.readString(path(SECRET))",
            "AccessDeniedException: .*"));
    all.add(real("a file, by a system call", "fd = native(257, -100, SECRET, 0); fd", "EACCES"));
    all.add(hold("a file, by the older call", "native(2, SECRET, 0)", REFUSED));
    all.add(hold("a file, by the newer call", "native(437, -100, SECRET, buffer, 24)", REFUSED));
    all.add(
        real(
            "a file, through `..`",
            "java.nio.file.Files.readString(path(FOLDER + '/../secret'))",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "a file, through a link in the folder",
            "java.nio.file.Files.readString(path(FOLDER + '/link'))",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "a file, on the finalizer's thread",
            "Java::OrgWormholesDslSandbox::LateReader.read(SECRET)",
            "Finalizer failed: AccessDeniedException"));
    all.add(
        real(
            "passwords",
            "java.nio.file.Files.readString(path('/etc/passwd'))[0, 20]",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "the files of a home",
            "java.nio.file.Files.list(path(java.lang.System.getProperty('user.home'))).count",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "the folder above",
            "java.nio.file.Files.list(path(FOLDER).parent).count",
            "AccessDeniedException: .*"));
    all.add(real("whether a file is there", "File.exist?(SECRET)", "false"));
    all.add(hold("how long a file is", "native(4, SECRET, buffer)", REFUSED));
    all.add(hold("how long a file is, otherwise", "native(262, -100, SECRET, buffer, 0)", REFUSED));
    all.add(
        hold(
            "how long a file is, in the new way",
            "native(332, -100, SECRET, 0, 0xfff, buffer)",
            REFUSED));
    all.add(hold("where a link leads", "native(89, '/proc/self/exe', buffer, 4096)", REFUSED));
    all.add(hold("a file by its handle", "native(304, -100, buffer, 0)", REFUSED));
    all.add(hold("a raw disk or memory", "native(257, -100, '/dev/mem', 0)", "EACCES|ENOENT"));
    all.add(hold("the terminal", "native(257, -100, '/dev/tty', 0)", "EACCES|ENOENT"));
    all.add(hold("the kernel's settings", "native(257, -100, '/sys/kernel', 0)", "EACCES|ENOENT"));
  }

  private static void writing(List<Attack> all) {
    all.add(real("a new file, in Ruby", "File.write(FOLDER + '/new', 'x')", "Errno::.*"));
    all.add(
        real(
            "a new file, in Java",
            "java.nio.file.Files.writeString(path(FOLDER + '/new'), 'x').to_s",
            "FileSystemException: .*Operation not permitted"));
    all.add(
        hold(
            "a new file, by a system call",
            "native(257, -100, FOLDER + '/new', 0x41, 0644)",
            REFUSED));
    all.add(hold("a file without a name", "native(257, -100, '/tmp', 0x410001, 0600)", REFUSED));
    all.add(
        hold("opening its own script to write", "native(257, -100, FOLDER + '/own', 2)", REFUSED));
    all.add(hold("cutting a file short", "native(76, FOLDER + '/own', 0)", REFUSED));
    all.add(
        real(
            "deleting a file",
            "java.nio.file.Files.delete(path(FOLDER + '/victim')); 'gone'",
            ".*(FileSystem|AccessDenied)Exception.*"));
    all.add(hold("deleting a file, by a system call", "native(87, FOLDER + '/own')", REFUSED));
    all.add(
        hold("another name for a file", "native(82, FOLDER + '/own', FOLDER + '/other')", REFUSED));
    all.add(hold("a hard link to a file outside", "native(86, SECRET, FOLDER + '/hard')", REFUSED));
    all.add(hold("a link", "native(88, SECRET, FOLDER + '/soft')", REFUSED));
    all.add(hold("a folder", "native(83, FOLDER + '/folder', 0755)", REFUSED));
    all.add(hold("a device", "native(133, FOLDER + '/device', 0020666, 0x103)", REFUSED));
    all.add(hold("rights of a file", "native(90, FOLDER + '/own', 0777)", REFUSED));
    all.add(hold("owner of a file", "native(92, FOLDER + '/own', 0, 0)", REFUSED));
    all.add(hold("times of a file", "native(280, -100, FOLDER + '/own', 0, 0)", REFUSED));
    all.add(
        hold("shared memory as a file", "native(257, -100, '/dev/shm/x', 0x42, 0600)", REFUSED));
    all.add(
        hold(
            "writing to a descriptor that is not ours to write",
            "(3..255).map { |fd| native(1, fd, 'x', 1) }.uniq",
            "\\[\"EPERM\"\\]"));
    all.add(
        hold(
            "the same in other words",
            "[18, 20, 296, 40, 275, 276, 278, 326].map { |call| native(call, 3, buffer, 1, 0) }.uniq",
            "\\[\"EPERM\"\\]"));
  }

  private static void descriptors(List<Attack> all) {
    // A pipe or a socket can't be sought in; a file can. Zero to two are the pipes it was given.
    all.add(
        hold(
            "pipes and sockets that the parent left open",
            "(0..255).select { |fd| native(8, fd, 0, 1) == 'error 29' }",
            "\\[0, 1, 2\\]"));
    all.add(
        hold(
            "another alarm",
            "[native(37, 0), native(38, 0, buffer, 0), native(105, 0)].uniq",
            "\\[\"EPERM\"\\]"));
  }

  private static void environment(List<Attack> all) {
    all.add(
        real(
            "the environment, in Java",
            "java.lang.System.getenv.keySet.to_a.include?('PATH')",
            "false"));
    all.add(real("the environment, in Ruby", "ENV.key?('PATH')", "false"));
    all.add(
        real(
            "the environment, in /proc",
            "java.nio.file.Files.readAllBytes(path('/proc/self/environ')).length",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "the parent's environment",
            "java.nio.file.Files.readAllBytes(path(\"/proc/#{PARENT}/environ\")).length",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "the parent's command line",
            "java.nio.file.Files.readAllBytes(path(\"/proc/#{PARENT}/cmdline\")).length",
            "AccessDeniedException: .*"));
    all.add(
        real(
            "the list of processes",
            "java.nio.file.Files.list(path('/proc')).count",
            "AccessDeniedException: .*"));
    all.add(hold("the machine's name", "native(63, buffer)", REFUSED));
    all.add(hold("how busy the machine is", "native(99, buffer)", REFUSED));
    all.add(hold("who the parent is", "native(110)", REFUSED));
  }

  private static void programs(List<Attack> all) {
    all.add(
        real(
            "a program, in Java",
            "java.lang.Runtime.getRuntime.exec(['true'].to_java(:string)).waitFor",
            "IOException: Cannot run program.*"));
    all.add(
        real(
            "a program, by a builder",
            "java.lang.ProcessBuilder.new('true').start.waitFor",
            "IOException: Cannot run program.*"));
    all.add(hold("a program, in Ruby", "Process.spawn('true')", ".*(Error|Exception|Errno).*"));
    all.add(
        real(
            "reflection from an exception",
            """
            begin
              java.lang.Integer.parse_int("x")
            rescue java.lang.Throwable => e
              runtime = e.java_class.to_java.class_loader.nil? && java.lang.Class.forName("java.lang.Runtime")
              runtime.getMethod("exec", java.lang.String.java_class).invoke(runtime.getMethod("getRuntime").invoke(nil), "true").waitFor
            end\
            """,
            ".*(InvocationTarget|IO|NoMethod).*"));
    all.add(hold("execve", "native(59, '/bin/true', 0, 0)", REFUSED));
    all.add(hold("execveat", "native(322, -100, '/bin/true', 0, 0, 0)", REFUSED));
    all.add(hold("fork", "native(57)", REFUSED));
    all.add(hold("vfork", "native(58)", REFUSED));
    all.add(hold("clone", "native(56, 17, 0, 0, 0, 0)", REFUSED));
    all.add(hold("clone3", "native(435, buffer, 88)", "ENOSYS"));
  }

  private static void threads(List<Attack> all) {
    all.add(real("a thread, in Ruby", "Thread.new { 1 }.value", NO_THREAD));
    all.add(
        real(
            "a thread, in Java",
            "thread = java.lang.Thread.new { }; thread.start; thread.join; 1",
            NO_THREAD));
    all.add(hold("a virtual thread", "java.lang.Thread.ofVirtual.start { }; 1", NO_THREAD));
    all.add(
        real(
            "threads of a pool",
            "java.util.concurrent.Executors.newFixedThreadPool(1).submit { 1 }.get; 1",
            NO_THREAD));
    all.add(
        hold(
            "a swarm of threads",
            "10_000.times { begin; java.lang.Thread.new { }.start; rescue java.lang.OutOfMemoryError; next; end; raise 'one started' }; 'none started'",
            "none started"));
  }

  private static void network(List<Attack> all) {
    all.add(
        real(
            "TCP, in Java",
            "java.net.Socket.new('127.0.0.1', TCP).close; 1",
            ".*(SocketException|Error).*"));
    all.add(
        real(
            "TCP, by a channel",
            "java.nio.channels.SocketChannel.open(java.net.InetSocketAddress.new('127.0.0.1', TCP)).close; 1",
            ".*(SocketException|Error|IOException).*"));
    all.add(
        hold(
            "TCP, in Ruby",
            "require 'socket'; TCPSocket.new('127.0.0.1', TCP)",
            ".*(Error|Errno|Exception).*"));
    all.add(
        real("a listener", "java.net.ServerSocket.new(0).close; 1", ".*(SocketException|Error).*"));
    all.add(real("UDP", "java.net.DatagramSocket.new.close; 1", ".*(SocketException|Error).*"));
    all.add(
        real(
            "a Unix socket in its own folder",
            "java.nio.channels.SocketChannel.open(java.net.UnixDomainSocketAddress.of(FOLDER + '/socket')).close; 1",
            ".*(SocketException|Error|IOException|Unsupported).*"));
    all.add(
        hold(
            "a name looked up",
            "java.net.InetAddress.getByName('example.org').to_s",
            "UnknownHostException.*"));
    Map<String, Integer> families = new LinkedHashMap<>();
    families.put("Unix", 1);
    families.put("IPv4", 2);
    families.put("IPv6", 10);
    families.put("netlink", 16);
    families.put("packet", 17);
    families.put("kernel crypto", 38);
    families.put("virtual machine", 40);
    families.put("XDP", 44);
    families.forEach((name, family) ->
        all.add(hold("a socket of the kind " + name, "native(41, " + family + ", 2, 0)", REFUSED)));
    all.add(hold("a pair of sockets", "native(53, 1, 1, 0, buffer)", REFUSED));
    all.add(
        hold(
            "a message through any descriptor",
            "(0..255).map { |fd| native(44, fd, 'x', 1, 0, 0, 0) }.uniq",
            "\\[\"EPERM\"\\]"));
  }

  private static void processes(List<Attack> all) {
    all.add(hold("a signal to the parent", "native(62, PARENT, 0)", REFUSED));
    all.add(hold("a signal to everybody", "native(62, -1, 0)", REFUSED));
    all.add(hold("a signal to a thread", "native(234, PARENT, PARENT, 0)", REFUSED));
    all.add(hold("a handle on the parent", "native(434, PARENT, 0)", REFUSED));
    all.add(hold("tracing the parent", "native(101, 16, PARENT, 0, 0)", REFUSED));
    all.add(
        hold(
            "reading the parent's memory",
            "native(310, PARENT, buffer, 1, buffer, 1, 0)",
            REFUSED));
    all.add(
        hold(
            "writing the parent's memory",
            "native(311, PARENT, buffer, 1, buffer, 1, 0)",
            REFUSED));
    all.add(hold("a descriptor of the parent", "native(438, 3, 0, 0)", REFUSED));
    all.add(
        real(
            "the parent, in /proc",
            "java.nio.file.Files.exists(path(\"/proc/#{PARENT}/mem\"))",
            "false"));
    all.add(
        hold(
            "attaching to the parent",
            "Java::ComSunToolsAttach::VirtualMachine.attach(PARENT.to_s); 1",
            ".*(Exception|Error).*"));
    all.add(
        real(
            "handles of processes",
            "java.lang.ProcessHandle.allProcesses.count",
            "0|.*(Exception|Error).*"));
    all.add(
        real(
            "ending the parent, in Java",
            "java.lang.ProcessHandle.of(PARENT).isPresent",
            "false|.*(Exception|Error).*"));
  }

  private static void memory(List<Attack> all) {
    all.add(hold("memory shared without a file", "native(9, 0, 1 << 30, 3, 0x21, -1, 0)", REFUSED));
    all.add(hold("memory that grows downwards", "native(9, 0, 1 << 30, 3, 0x122, -1, 0)", REFUSED));
    all.add(hold("memory of huge pages", "native(9, 0, 1 << 30, 3, 0x40022, -1, 0)", REFUSED));
    all.add(hold("memory in one piece", "native(9, 0, 600 << 20, 3, 0x22, -1, 0)", "ENOMEM"));
    all.add(
        hold(
            "memory made writable later",
            "at = native(9, 0, 600 << 20, 0, 0x22, -1, 0); native(10, at[/\\d+/].to_i, 600 << 20, 3)",
            "ENOMEM"));
    all.add(hold("addresses without end", "native(9, 0, 1 << 40, 0, 0x22, -1, 0)", "ENOMEM"));
    all.add(
        hold(
            "direct buffers",
            "java.nio.ByteBuffer.allocateDirect(64 << 20).capacity",
            "OutOfMemoryError: Cannot reserve.*"));
    all.add(hold("a higher limit", "native(302, 0, 2, MEMORY.allocate(16).address, 0)", REFUSED));
    all.add(hold("a higher limit, in the old way", "native(160, 2, buffer)", REFUSED));
    all.add(hold("being looked into", "native(157, 4, 1, 0, 0, 0)", REFUSED));
    all.add(hold("another filter of system calls", "native(317, 1, 0, buffer)", REFUSED));
    all.add(hold("another Landlock", "native(446, 3, 0)", REFUSED));
    all.add(hold("another Landlock's rules", "native(444, buffer, 24, 0)", REFUSED));
    all.add(hold("a handler of signals", "native(13, 11, buffer, 0, 8)", REFUSED));
  }

  /// Calls that nothing in a JVM needs, by their numbers on x86-64.
  private static Map<Integer, String> systemCalls() {
    Map<Integer, String> calls = new LinkedHashMap<>();
    String table =
        """
        16 ioctl 22 pipe 29 shmget 32 dup 33 dup2 42 connect 43 accept 49 bind 50 listen 54 setsockopt
        64 semget 68 msgget 72 fcntl 73 flock 75 fdatasync 80 chdir 81 fchdir 95 umask 103 syslog
        105 setuid 106 setgid 109 setpgid 112 setsid 125 capget 126 capset 135 personality 141 setpriority
        154 modify_ldt 155 pivot_root 158 arch_prctl 159 adjtimex 161 chroot 163 acct 164 settimeofday
        165 mount 166 umount2 167 swapon 170 sethostname 172 iopl 173 ioperm 175 init_module 179 quotactl
        187 readahead 188 setxattr 191 getxattr 200 tkill 203 sched_setaffinity 206 io_setup 209 io_submit
        213 epoll_create 216 remap_file_pages 222 timer_create 227 clock_settime 237 mbind 240 mq_open
        246 kexec_load 248 add_key 249 request_key 250 keyctl 251 ioprio_set 253 inotify_init 272 unshare
        279 move_pages 282 signalfd 283 timerfd_create 284 eventfd 285 fallocate 291 epoll_create1 292 dup3
        293 pipe2 298 perf_event_open 299 recvmmsg 300 fanotify_init 303 name_to_handle_at 308 setns
        312 kcmp 313 finit_module 314 sched_setattr 319 memfd_create 321 bpf 323 userfaultfd 329 pkey_mprotect
        424 pidfd_send_signal 425 io_uring_setup 426 io_uring_enter 428 open_tree 429 move_mount 430 fsopen
        432 fsmount 440 process_madvise 442 mount_setattr 447 memfd_secret 450 set_mempolicy_home_node
        456 statmount 457 listmount 459 lsm_get_self_attr\
        """;
    String[] words = table.trim().split("\\s+", -1);
    for (int i = 0; i < words.length; i += 2) {
      calls.put(Integer.parseInt(words[i]), words[i + 1]);
    }
    return calls;
  }
}

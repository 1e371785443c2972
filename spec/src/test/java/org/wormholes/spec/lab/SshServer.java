package org.wormholes.spec.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// An ssh server of the test's own on loopback: own port, own host key, own list of who may come
/// in.
public final class SshServer implements AutoCloseable {
  private final Path folder;
  private final int port;
  private final Program program;

  private SshServer(Path folder, int port, Program program) {
    this.folder = folder;
    this.port = port;
    this.program = program;
  }

  public static SshServer start(Path folder) throws IOException {
    String sshd = Tools.need("sshd", "openssh-server");
    keyAt(folder.resolve("host"));
    keyAt(folder.resolve("me"));
    Files.copy(folder.resolve("me.pub"), folder.resolve("authorized_keys"));
    privilegeSeparationFolder();
    int port = Ports.free();
    Path settings =
        Files.writeString(
            folder.resolve("sshd_config"),
            """
            Port %d
            ListenAddress 127.0.0.1
            HostKey %s
            AuthorizedKeysFile %s
            PidFile none
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            UseDNS no
            """
                .formatted(port, folder.resolve("host"), folder.resolve("authorized_keys")));
    Program program =
        Program.start(
            "sshd", folder, Map.of(), List.of(sshd, "-D", "-e", "-f", settings.toString()));
    program.line(Pattern.compile("Server listening on 127.0.0.1"), Duration.ofSeconds(20));
    return new SshServer(folder, port, program);
  }

  private static void keyAt(Path file) {
    String keygen = Tools.need("ssh-keygen", "openssh-client");
    Command.of(keygen, "-q", "-t", "ed25519", "-N", "", "-f", file.toString()).run().good();
  }

  /// The server insists on this empty folder when it is run by the superuser; the system makes it
  /// at boot.
  private static void privilegeSeparationFolder() throws IOException {
    if (System.getProperty("user.name").equals("root")) {
      Files.createDirectories(
          Path.of("/run/sshd"),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
  }

  /// An `ssh` that trusts this server and nothing else; destination and options are to be added.
  public Command client() throws IOException {
    String hostKey = Files.readString(folder.resolve("host.pub")).strip();
    Path known =
        Files.writeString(folder.resolve("known"), "[127.0.0.1]:" + port + " " + hostKey + "\n");
    return Command.of(
        Tools.need("ssh", "openssh-client"),
        "-F",
        "none",
        "-i",
        folder.resolve("me").toString(),
        "-o",
        "UserKnownHostsFile=" + known,
        "-o",
        "GlobalKnownHostsFile=/dev/null",
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "BatchMode=yes",
        "-p",
        Integer.toString(port));
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    program.close();
  }
}

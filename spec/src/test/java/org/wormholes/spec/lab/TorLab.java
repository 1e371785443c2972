package org.wormholes.spec.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// A Tor network of its own on loopback: an authority and relays that are guards and exits, all of
/// Debian's tor. It votes every ten seconds, so that it is there after the second vote. Shared by
/// every test that asks for it; tors of the tests join it by [#torrc()].
public final class TorLab implements AutoCloseable {
  /// What a tor may take to join, on a busy machine.
  public static final Duration JOINING = Duration.ofSeconds(60);

  private static final Duration START_LIMIT = Duration.ofSeconds(90);
  private static final int RELAYS = 4;
  private static final String AUTHORITY = "authority";

  private static final List<String> COMMON =
      List.of(
          "TestingTorNetwork 1",
          "AssumeReachable 1",
          "PathsNeededToBuildCircuits 0.67",
          "OutboundBindAddress 127.0.0.1",
          "ShutdownWaitLength 0");

  private static final List<String> RELAY =
      List.of(
          "Log notice stdout",
          "Address 127.0.0.1",
          "AddressDisableIPv6 1",
          "SocksPort 0",
          "ContactInfo none",
          "ServerDNSDetectHijacking 0",
          "ServerDNSAllowBrokenConfig 1",
          "ServerDNSTestAddresses",
          "DoSCircuitCreationEnabled 0",
          "DoSConnectionEnabled 0",
          "DoSStreamCreationEnabled 0");

  private static final List<String> EXIT =
      List.of(
          "ExitRelay 1",
          "ExitPolicyRejectPrivate 0",
          "ExitPolicyRejectLocalInterfaces 0",
          "ExitPolicy accept *:*");

  private static final List<String> VOTES =
      List.of(
          "AuthoritativeDirectory 1",
          "V3AuthoritativeDirectory 1",
          "ExitRelay 0",
          "ExitPolicy reject *:*",
          "V3AuthVotingInterval 10",
          "V3AuthVoteDelay 2",
          "V3AuthDistDelay 2",
          "V3AuthNIntervalsValid 30",
          "TestingV3AuthInitialVotingInterval 6",
          "TestingV3AuthInitialVoteDelay 2",
          "TestingV3AuthInitialDistDelay 2",
          "TestingDirAuthVoteGuard *",
          "TestingDirAuthVoteExit *",
          "TestingDirAuthVoteHSDir *",
          "TestingMinExitFlagThreshold 0");

  private static final List<String> CLIENT =
      List.of(
          "ClientRejectInternalAddresses 0",
          "ClientDNSRejectInternalAddresses 0",
          "LearnCircuitBuildTimeout 0",
          "CircuitBuildTimeout 60",
          // Circuits of a laboratory fail in ways that would look like an attack.
          "PathBiasCircThreshold 1000000000",
          "PathBiasUseThreshold 1000000000");

  private final Path folder;
  private final Path torrc;
  private final List<Program> programs = new ArrayList<>();

  private TorLab() throws IOException {
    folder = Files.createTempDirectory("tor");
    Files.writeString(folder.resolve("none"), "");
    Files.writeString(folder.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
    int directory = Ports.free();
    int onion = Ports.free();
    String authority = authorityLine(directory, onion);
    start(
        AUTHORITY,
        onion,
        authority,
        Stream.concat(VOTES.stream(), Stream.of("DirPort 127.0.0.1:" + directory + " IPv4Only"))
            .toList());
    for (int i = 0; i < RELAYS; i++) {
      start("relay" + i, Ports.free(), authority, EXIT);
    }
    torrc = folder.resolve("client.torrc");
    Files.write(
        torrc, Stream.of(COMMON, List.of(authority), CLIENT).flatMap(List::stream).toList());
    try {
      // A client that meets a consensus without relays remembers them as unusable for minutes.
      Await.that("a consensus that lists every relay", START_LIMIT, this::agreed);
    } catch (AssertionError never) {
      String said = programs.getFirst().output();
      close();
      throw new AssertionError(never.getMessage() + "\n" + said, never);
    }
  }

  /// Hands the laboratory to test methods that have a parameter of its type.
  public static final class Extension implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == TorLab.class;
    }

    @Override
    public TorLab resolveParameter(ParameterContext parameter, ExtensionContext context) {
      String _ = Tools.need("tor", "tor");
      return context
          .getRoot()
          .getStore(Namespace.GLOBAL)
          .computeIfAbsent(TorLab.class, _ -> started(), TorLab.class);
    }

    private static TorLab started() {
      try {
        return new TorLab();
      } catch (IOException broken) {
        throw new UncheckedIOException("starting a Tor network", broken);
      }
    }
  }

  /// What a tor needs in its configuration to be a client of this network.
  public Path torrc() {
    return torrc;
  }

  /// A client that runs beside the tests, with these lines more; ends with its handle.
  public Program client(Path data, List<String> lines) throws IOException {
    Files.createDirectories(
        data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path own = data.resolve("torrc");
    List<String> all = new ArrayList<>(Files.readAllLines(torrc));
    all.add("DataDirectory " + data);
    all.add("Log notice stdout");
    all.addAll(lines);
    Files.write(own, all);
    return run("tor", own);
  }

  private boolean agreed() {
    Path consensus = folder.resolve(AUTHORITY).resolve("cached-microdesc-consensus");
    try (Stream<String> lines = Files.lines(consensus)) {
      return lines.filter(line -> line.startsWith("s ") && line.contains("Running")).count()
          == RELAYS + 1;
    } catch (IOException | UncheckedIOException notYet) {
      return false;
    }
  }

  private void start(String name, int port, String authority, List<String> role)
      throws IOException {
    Path data = Files.createDirectories(folder.resolve(name));
    List<String> own =
        List.of(
            authority,
            "Nickname " + name,
            "ORPort 127.0.0.1:" + port + " IPv4Only",
            "DataDirectory " + data,
            "ServerDNSResolvConfFile " + folder.resolve("resolv.conf"));
    Path file = folder.resolve(name + ".torrc");
    Files.write(file, Stream.of(COMMON, RELAY, own, role).flatMap(List::stream).toList());
    programs.add(run(name, file));
  }

  private Program run(String name, Path file) {
    return Program.start(
        name,
        folder,
        Map.of(),
        List.of(
            Tools.need("tor", "tor"),
            "--defaults-torrc",
            folder.resolve("none").toString(),
            "-f",
            file.toString()));
  }

  /// Makes the authority's two identities; both stand in the configuration of every tor.
  private String authorityLine(int directory, int onion) throws IOException {
    Path keys = Files.createDirectories(folder.resolve(AUTHORITY).resolve("keys"));
    byte[] secret = new byte[12];
    new SecureRandom().nextBytes(secret);
    var _ =
        Command.of(Tools.need("tor-gencert", "tor"), "--create-identity-key")
            .with("--passphrase-fd", "0", "-m", "12", "-a", "127.0.0.1:" + directory)
            .in(keys)
            .input(java.util.HexFormat.of().formatHex(secret) + "\n")
            .run()
            .good();
    Matcher voter =
        Pattern.compile("(?m)^fingerprint ([0-9A-F]+)$")
            .matcher(Files.readString(keys.resolve("authority_certificate")));
    if (!voter.find()) {
      throw new AssertionError("tor-gencert wrote no fingerprint");
    }
    Path bare = folder.resolve("fingerprint.torrc");
    Files.write(
        bare,
        List.of(
            "DataDirectory " + folder.resolve(AUTHORITY),
            "Address 127.0.0.1",
            "SocksPort 0",
            "Nickname " + AUTHORITY,
            "ORPort " + onion));
    String listed =
        Command.of(Tools.need("tor", "tor"), "--quiet", "--defaults-torrc")
            .with(folder.resolve("none").toString(), "-f", bare.toString())
            .with("--list-fingerprint", "--DirAuthority", "x 127.0.0.1:1 " + "f".repeat(40))
            .run()
            .good()
            .text()
            .strip();
    String relay = listed.substring(listed.lastIndexOf('\n') + 1).split(" ", 2)[1];
    return "DirAuthority %s orport=%d no-v2 v3ident=%s 127.0.0.1:%d %s"
        .formatted(AUTHORITY, onion, voter.group(1), directory, relay.replace(" ", ""));
  }

  @Override
  public void close() {
    programs.forEach(Program::close);
  }
}

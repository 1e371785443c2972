package org.wormholes.spec.lab;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A network namespace of Linux: interfaces, addresses and routes of its own, joined to nothing but
/// what a test joins it to. It ends with this handle, and at the latest after [#LIFE].
///
/// Needs no rights: who is not root makes it inside a user namespace.
public final class Namespace implements AutoCloseable {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern THERE = Pattern.compile("^there$");

  private final Program holder;
  private final boolean owned;

  private Namespace(Program holder, boolean owned) {
    this.holder = holder;
    this.owned = owned;
  }

  /// A new one; skips the test where the machine permits none.
  public static Namespace open(Path folder) {
    boolean owned = !"root".equals(System.getProperty("user.name"));
    List<String> unshare = List.of(Tools.need("unshare", "util-linux"), "--net");
    List<String> rights = owned ? List.of("--user", "--map-root-user") : List.of();
    Tools.need("ip", "iproute2");
    Stream<String> trial = Stream.of(unshare, rights, List.of("true")).flatMap(List::stream);
    int permitted = Command.of(trial.toArray(String[]::new)).run().exit();
    assumeTrue(permitted == 0, "network namespaces are not permitted here");
    return new Namespace(
        hold(folder, Stream.of(unshare, rights).flatMap(List::stream).toList()), owned);
  }

  /// Another one of the same owner.
  public Namespace beside(Path folder) {
    return new Namespace(
        hold(folder, Stream.concat(enter().stream(), Stream.of("unshare", "--net")).toList()),
        owned);
  }

  private static Program hold(Path folder, List<String> enter) {
    String script = "ip link set lo up && echo there && exec sleep " + LIFE.toSeconds();
    Program holder =
        Program.start(
            "namespace",
            folder,
            Map.of(),
            Stream.concat(enter.stream(), Stream.of("sh", "-c", script)).toList());
    holder.line(THERE, PATIENCE);
    return holder;
  }

  /// Words in front of a command that is to run inside.
  public List<String> enter() {
    List<String> nsenter = List.of("nsenter", "--target", Long.toString(holder.pid()), "--net");
    return owned
        ? Stream.concat(nsenter.stream(), Stream.of("--user", "--preserve-credentials")).toList()
        : nsenter;
  }

  /// Lays a cable to `other`, with an end of these names on each side.
  public void join(String near, Namespace other, String far) {
    run(
        "ip",
        "link",
        "add",
        near,
        "type",
        "veth",
        "peer",
        "name",
        far,
        "netns",
        Long.toString(other.holder.pid()));
  }

  /// Runs several commands of ip(8) in order; each has to succeed.
  public void ip(Path folder, String... commands) throws java.io.IOException {
    Path batch = Files.writeString(folder.resolve("ip.batch"), String.join("\n", commands) + "\n");
    run("ip", "-batch", batch.toString());
  }

  private void run(String... words) {
    var _ = Command.of(enter().toArray(String[]::new)).with(words).within(PATIENCE).run().good();
  }

  @Override
  public void close() {
    holder.close();
  }
}

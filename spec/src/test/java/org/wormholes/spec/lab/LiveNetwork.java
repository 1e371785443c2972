package org.wormholes.spec.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// A network of processes on loopback, and a client of it that runs a ruleset: what a person gets
/// from `wormholesd` and `wormholes apply`, under a temporary folder.
public final class LiveNetwork implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  public static final String NAME = "laboratory";

  private final Path folder;
  private final NameServer names;
  private final Options options;
  private final List<Map<String, Integer>> ports;
  private final List<LiveNode> relays = new CopyOnWriteArrayList<>();
  private Optional<LiveNode> client = Optional.empty();

  private LiveNetwork(Path folder, NameServer names, Options options) {
    this.folder = folder;
    this.names = names;
    this.options = options;
    this.ports =
        IntStream.range(0, options.relays())
            .mapToObj(_ ->
                options.place().carriers().stream()
                    .collect(Collectors.toMap(name -> name, _ -> Ports.free())))
            .toList();
  }

  /// How a network differs from the usual one.
  ///
  /// @param relays how many; each is guard and exit too
  /// @param beforeClient words in front of the client's command line, such as a tracer
  /// @param memoryBytes what every engine may hold in buffers
  /// @param place where the relays are
  public record Options(int relays, List<String> beforeClient, long memoryBytes, Place place) {
    public static final Options USUAL = new Options(4, List.of(), 256 << 20);

    public Options(int relays, List<String> beforeClient, long memoryBytes) {
      this(relays, beforeClient, memoryBytes, Place.HERE);
    }
  }

  /// Where relays listen.
  ///
  /// @param before words in front of each relay's command line
  /// @param host an address
  /// @param carriers on which they listen, and which they announce
  public record Place(List<String> before, String host, List<String> carriers) {
    static final Place HERE = new Place(List.of(), "127.0.0.1", List.of("tcp"));
  }

  public static LiveNetwork start(Path folder, NameServer names) throws IOException {
    return start(folder, names, Options.USUAL);
  }

  public static LiveNetwork start(Path folder, NameServer names, Options options)
      throws IOException {
    LiveNetwork network = new LiveNetwork(folder, names, options);
    try {
      network.relays.add(network.startRelay(0));
      List<LiveNode.Start> others =
          IntStream.range(1, options.relays()).mapToObj(network::relay).toList();
      network.relays.addAll(LiveNode.startAll(others));
      network.client = Optional.of(network.startClient());
      network.apply(network.ruleset());
      return network;
    } catch (IOException | RuntimeException | AssertionError broken) {
      network.close();
      throw broken;
    }
  }

  private LiveNode startClient() throws IOException {
    List<String> words = List.of("--role", "client", "--memory", memory());
    Path place = folder.resolve("client");
    return LiveNode.startAll(List.of(new LiveNode.Start(place, options.beforeClient(), words)))
        .getFirst();
  }

  private String memory() {
    return Long.toString(options.memoryBytes());
  }

  private LiveNode startRelay(int number) throws IOException {
    return LiveNode.startAll(List.of(relay(number))).getFirst();
  }

  private LiveNode.Start relay(int number) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("--role", "relay,guard,exit", "--memory", memory()));
    for (String carrier : options.place().carriers()) {
      String at = carrier + "=" + options.place().host() + ":" + ports.get(number).get(carrier);
      words.addAll(List.of("--listen", at, "--announce", at));
    }
    words.addAll(List.of("--network", NAME, "--exit-to-private"));
    words.addAll(List.of("--resolve", "127.0.0.1:" + names.port()));
    // Any other relay will do as a first contact, for one that comes back too.
    relays.stream()
        .filter(other -> relays.indexOf(other) != number && other.program().isAlive())
        .limit(1)
        .forEach(other -> words.addAll(List.of("--bootstrap", other.url())));
    return new LiveNode.Start(folder.resolve("relay" + number), options.place().before(), words);
  }

  private String ruleset() {
    return """
    ruleset "laboratory", version: "1.0" do
    %s
      tunnel "lab", over: "%s" do
        entry { socks port: %d, udp: true }
        relay 3
        exit { allow { address.loopback? || !address.private? } }
      end
    end
    """
        .formatted(network(), NAME, Ports.free());
  }

  /// What stands of the network, [#NAME], in a ruleset.
  public String network() {
    String bootstraps =
        relays.stream()
            .map(relay -> "    bootstrap \"" + relay.url() + "\"\n")
            .collect(Collectors.joining());
    return """
      network "%s" do
        open_to :anyone
    %s  end
    """
        .formatted(NAME, bootstraps);
  }

  /// Makes `ruleset` what the client runs, with `wormholes apply`.
  public void apply(String ruleset) throws IOException {
    apply(client(), ruleset);
  }

  /// Makes `ruleset` what a node runs.
  public void apply(LiveNode node, String ruleset) throws IOException {
    Path file = Files.writeString(folder.resolve("laboratory.rb"), ruleset);
    var _ =
        Command.of(wormholes().toArray(String[]::new))
            .with("apply", "--yes", "--control", node.control(), file.toString())
            .within(LIMIT)
            .run()
            .good();
  }

  /// The command line's own program, from the classes under test, with the flags of the launcher.
  static Stream<String> wormholes() {
    return Stream.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-Xmn24m",
        "-Xmx256m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-cp",
        System.getProperty("java.class.path"),
        "org.wormholes.cli.Main");
  }

  public LiveNode client() {
    return client.orElseThrow(() -> new IllegalStateException("the client was not started"));
  }

  public List<LiveNode> relays() {
    return List.copyOf(relays);
  }

  /// Where the relays listen for each other and for clients.
  public List<Integer> relayPorts() {
    return ports.stream().flatMap(each -> each.values().stream()).toList();
  }

  /// The relay of this address.
  public LiveNode relay(String address) {
    return relays.stream()
        .filter(relay -> relay.address().equals(address))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no relay of ours is " + address));
  }

  /// Starts a relay that was killed again, in the same folder.
  public LiveNode restart(LiveNode dead) throws IOException {
    int number = relays.indexOf(dead);
    relays.set(number, startRelay(number));
    return relays.get(number);
  }

  @Override
  public void close() {
    client.ifPresent(LiveNode::close);
    relays.forEach(LiveNode::close);
  }
}

package org.wormholes.runtime.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.wormholes.protocol.crypto.Entropy;
import org.wormholes.protocol.crypto.NodeKey;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

/// What one node keeps between runs: its key, the ruleset it runs, its guards, its settings.
///
/// A folder of mode 0700, held by one process at a time. Every file is replaced as a whole and
/// survives a crash at any moment; a torn file is noticed and its previous version used. Methods
/// may be called from any thread that may block.
public final class StateFolder implements AutoCloseable {
  private static final String SERVICE_KEYS = "service-keys";

  private final Path folder;
  private final FileChannel lockChannel;
  private final SafeFile key;
  private final RulesetStore rulesets;
  private final SafeFile guards;
  private final SafeFile settings;
  private final SafeFile networks;
  private final SafeFile services;

  private StateFolder(Path folder, FileChannel lockChannel, Disk disk) {
    this.folder = folder;
    this.lockChannel = lockChannel;
    this.key = new SafeFile(keyPath(folder), disk);
    this.rulesets = new RulesetStore(folder, disk);
    this.guards = new SafeFile(folder.resolve("guards"), disk);
    this.settings = new SafeFile(folder.resolve("settings"), disk);
    this.networks = new SafeFile(folder.resolve("networks"), disk);
    this.services = new SafeFile(folder.resolve(SERVICE_KEYS), disk);
  }

  /// `$XDG_STATE_HOME/wormholes`, or `~/.local/state/wormholes`.
  ///
  /// @param environment of the process
  /// @param home the person's home folder
  public static Path defaultPath(Map<String, String> environment, Path home) {
    String state = environment.getOrDefault("XDG_STATE_HOME", "");
    // The XDG base directory specification: "all paths must be absolute", relative ones are
    // ignored.
    Path base = state.startsWith("/") ? Path.of(state) : home.resolve(".local/state");
    return base.resolve("wormholes");
  }

  /// Opens the folder, creating it if there is none, and takes hold of it.
  ///
  /// @throws StateInUseException if another process, or another node of this one, holds it
  public static StateFolder open(Path folder) throws IOException {
    return open(folder, new Disk());
  }

  static StateFolder open(Path folder, Disk disk) throws IOException {
    createPrivate(folder);
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new StateInUseException(folder);
      }
      return new StateFolder(folder, channel, disk);
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw new StateInUseException(folder);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  public Path path() {
    return folder;
  }

  /// Where the node's key is kept.
  public Path keyPath() {
    return keyPath(folder);
  }

  /// Where the key of the node with this state folder is kept.
  public static Path keyPath(Path folder) {
    return folder.resolve("node-key");
  }

  /// The node's key; empty before the first [#saveNodeKey].
  public Optional<NodeKey> nodeKey() throws IOException {
    return nodeKey(key, keyPath());
  }

  /// The node's key in a folder that another process may hold; nothing is written.
  public static Optional<NodeKey> peekNodeKey(Path folder) throws IOException {
    Path file = keyPath(folder);
    return nodeKey(new SafeFile(file, new Disk()), file);
  }

  private static Optional<NodeKey> nodeKey(SafeFile key, Path file) throws IOException {
    Optional<byte[]> seed = key.read();
    if (seed.isEmpty()) {
      return Optional.empty();
    }
    if (seed.get().length != NodeKey.SEED_BYTES) {
      throw new DamagedStateException(
          file, "a seed has %d bytes, not %d".formatted(NodeKey.SEED_BYTES, seed.get().length));
    }
    return Optional.of(NodeKey.ofSeed(seed.get()));
  }

  /// The node's key; made with `entropy` and kept if there was none.
  public NodeKey nodeKeyOrNew(Entropy entropy) throws IOException {
    Optional<NodeKey> kept = nodeKey();
    if (kept.isPresent()) {
      return kept.get();
    }
    NodeKey created = NodeKey.create(entropy);
    saveNodeKey(created);
    return created;
  }

  public void saveNodeKey(NodeKey nodeKey) throws IOException {
    key.write(nodeKey.exposeSeed());
  }

  /// The keys of services that other nodes publish too, by the services' names.
  public Map<String, NodeKey> serviceKeys() throws IOException {
    return serviceKeys(folder, services);
  }

  private static Map<String, NodeKey> serviceKeys(Path folder, SafeFile file) throws IOException {
    Optional<ServiceKeys> kept = read(folder, file, SERVICE_KEYS, ServiceKeys.class);
    Map<String, NodeKey> keys = new TreeMap<>();
    for (var each : kept.map(ServiceKeys::seeds).orElse(Map.of()).entrySet()) {
      try {
        keys.put(each.getKey(), NodeKey.ofSeed(Base64.getDecoder().decode(each.getValue())));
      } catch (IllegalArgumentException e) {
        throw new DamagedStateException(folder.resolve(SERVICE_KEYS), "a seed can't be read");
      }
    }
    return keys;
  }

  /// The same in a folder that another process may hold; nothing is written.
  public static Map<String, NodeKey> peekServiceKeys(Path folder) throws IOException {
    return serviceKeys(folder, new SafeFile(folder.resolve(SERVICE_KEYS), new Disk()));
  }

  /// Keeps the key of a service that other nodes publish too.
  public void saveServiceKey(String service, NodeKey shared) throws IOException {
    Map<String, String> seeds = new TreeMap<>();
    serviceKeys().forEach((name, kept) -> seeds.put(name, seed(kept)));
    seeds.put(service, seed(shared));
    services.write(text(new ServiceKeys(seeds)));
  }

  private static String seed(NodeKey secret) {
    return Base64.getEncoder().encodeToString(secret.exposeSeed());
  }

  /// The ruleset to run, and those before it.
  public RulesetStore rulesets() {
    return rulesets;
  }

  /// The guards of all tunnels, as saved last; none if never.
  public List<SavedGuard> guards() throws IOException {
    return read(guards, "guards", SavedGuards.class).map(SavedGuards::guards).orElse(List.of());
  }

  public void saveGuards(List<SavedGuard> chosen) throws IOException {
    guards.write(text(new SavedGuards(chosen)));
  }

  /// Settings by name, as saved last; none if never.
  public Map<String, String> settings() throws IOException {
    return read(settings, "settings", Settings.class).map(Settings::values).orElse(Map.of());
  }

  public void saveSettings(Map<String, String> values) throws IOException {
    settings.write(text(new Settings(values)));
  }

  /// The networks that the node belongs to, as saved last; none if never.
  public List<KeptNetwork> networks() throws IOException {
    return read(networks, "networks", KeptNetworks.class)
        .map(KeptNetworks::networks)
        .orElse(List.of());
  }

  public void saveNetworks(List<KeptNetwork> known) throws IOException {
    networks.write(text(new KeptNetworks(known)));
  }

  /// Names of files whose current version was unreadable, so that the previous one is used.
  public List<String> recovered() throws IOException {
    List<String> names = new ArrayList<>();
    for (var each :
        Map.of(
                "node-key",
                key,
                "ruleset",
                rulesets.currentFile(),
                "intent",
                rulesets.intentFile(),
                "history",
                rulesets.historyFile(),
                "guards",
                guards,
                "settings",
                settings,
                "networks",
                networks,
                SERVICE_KEYS,
                services)
            .entrySet()) {
      if (each.getValue().recovered()) {
        names.add(each.getKey());
      }
    }
    names.sort(null);
    return names;
  }

  /// Lets go of the folder.
  @Override
  public void close() throws IOException {
    lockChannel.close();
  }

  private <T extends Record> Optional<T> read(SafeFile file, String name, Class<T> type)
      throws IOException {
    return read(folder, file, name, type);
  }

  private static <T extends Record> Optional<T> read(
      Path folder, SafeFile file, String name, Class<T> type) throws IOException {
    Optional<byte[]> bytes = file.read();
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.read(type, new String(bytes.get(), StandardCharsets.UTF_8)));
    } catch (JsonException e) {
      throw new IOException(
          "reading state file " + folder.resolve(name) + ": " + e.getMessage(), e);
    }
  }

  private static byte[] text(Record record) {
    return (Json.pretty(record) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void createPrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Path parent = folder.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }

  private record SavedGuards(List<SavedGuard> guards) {}

  private record Settings(Map<String, String> values) {}

  private record ServiceKeys(Map<String, String> seeds) {}

  private record KeptNetworks(List<KeptNetwork> networks) {}
}

package org.wormholes.transport.tor;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.wormholes.transport.socket.CarrierOptions;
import org.wormholes.transport.socket.HostPort;

/// What the operator says of Tor.
///
/// - `tor.control`: the control port of a tor that runs, `127.0.0.1:9051`; port 0, and nothing
///   said, is one of our own;
/// - `tor.password`: a file with the password of that port; without it its cookie is read;
/// - `tor.torrc`: a file with further lines for the configuration of every tor of ours;
/// - `tor.clients`: a file with the public keys of those who may find this node over Tor, one a
///   line as tor writes them, `descriptor:x25519:KEY`; without it everybody may who knows the
///   address;
/// - `tor.keys`: a file with our own keys to onion services that only some may find, one a line as
///   tor writes them, `NAME:descriptor:x25519:KEY`, NAME without `.onion`.
///
/// @param lines of the configuration
/// @param clients public keys in base32
/// @param keys onion names without `.onion` to private keys in Base64
public record TorSettings(
    Optional<InetSocketAddress> control,
    String password,
    List<String> lines,
    List<String> clients,
    Map<String, String> keys) {
  private static final long MAX_FILE = 1 << 20;
  private static final String KEY = "[A-Za-z2-7]{52}";
  private static final String KIND = "descriptor:x25519:";
  private static final int KEY_BYTES = 32;

  public TorSettings {
    lines = List.copyOf(lines);
    clients = List.copyOf(clients);
    keys = Map.copyOf(keys);
  }

  /// @throws IllegalArgumentException naming what is not understood
  public static TorSettings of(CarrierOptions options) {
    options.only("tor", Set.of("control", "password", "torrc", "clients", "keys"));
    List<String> secret = options.path("password").map(TorSettings::read).orElse(List.of(""));
    if (secret.size() != 1) {
      throw new IllegalArgumentException("the file of tor.password must hold one line");
    }
    return new TorSettings(
        control(options.text("control").orElse("127.0.0.1:0")),
        secret.getFirst(),
        options.path("torrc").map(TorSettings::read).orElse(List.of()),
        clients(options.path("clients").map(TorSettings::read).orElse(List.of())),
        keys(options.path("keys").map(TorSettings::read).orElse(List.of())));
  }

  /// Where a control port is named; empty for a tor of our own.
  ///
  /// @throws IllegalArgumentException if it is not on this machine
  static Optional<InetSocketAddress> control(String text) {
    InetSocketAddress at =
        HostPort.parse(text)
            .flatMap(HostPort::literal)
            .filter(literal -> literal.getAddress().isLoopbackAddress())
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "expected ip:port of tor's control port on this machine, port 0 for a tor of"
                        + " our own, was "
                        + text));
    return at.getPort() == 0 ? Optional.empty() : Optional.of(at);
  }

  /// The lines that say something.
  private static List<String> read(Path file) {
    try {
      if (Files.size(file) > MAX_FILE) {
        throw new IllegalArgumentException(file + " is larger than 1 MiB");
      }
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    } catch (IOException unreadable) {
      throw new IllegalArgumentException("could not read " + file, unreadable);
    }
  }

  private static List<String> clients(List<String> lines) {
    List<String> keys = new ArrayList<>();
    for (String line : lines) {
      String key = line.startsWith(KIND) ? line.substring(KIND.length()) : "";
      if (!key.matches(KEY)) {
        throw new IllegalArgumentException(
            "key %d of tor.clients must be descriptor:x25519: and 52 characters of base32"
                .formatted(keys.size() + 1));
      }
      keys.add(key);
    }
    if (keys.size() > OnionService.MAX_CLIENTS) {
      throw new IllegalArgumentException(
          "tor.clients must hold at most %d keys, was %d"
              .formatted(OnionService.MAX_CLIENTS, keys.size()));
    }
    return keys;
  }

  private static Map<String, String> keys(List<String> lines) {
    Map<String, String> keys = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      int colon = line.indexOf(':');
      Optional<String> name =
          colon < 0 ? Optional.empty() : OnionAddress.name(line.substring(0, colon) + ".onion");
      String rest = line.substring(colon + 1);
      String key = rest.startsWith(KIND) ? rest.substring(KIND.length()) : "";
      if (name.isEmpty() || !key.matches(KEY)) {
        throw new IllegalArgumentException(
            "key %d of tor.keys must be NAME:descriptor:x25519: and 52 characters of base32"
                .formatted(i + 1));
      }
      keys.put(name.get(), Base64.getEncoder().encodeToString(bytes(key)));
    }
    return keys;
  }

  /// The 32 bytes that 52 characters of base32 stand for (RFC 4648 section 6), without padding.
  private static byte[] bytes(String key) {
    byte[] out = new byte[KEY_BYTES];
    int held = 0;
    int bits = 0;
    int at = 0;
    for (char c : key.toLowerCase(Locale.ROOT).toCharArray()) {
      held = held << 5 | (c >= 'a' ? c - 'a' : c - '2' + 26);
      bits += 5;
      if (bits >= 8 && at < KEY_BYTES) {
        bits -= 8;
        out[at++] = (byte) (held >>> bits);
      }
    }
    return out;
  }

  /// Redacted: it holds secrets.
  @Override
  public String toString() {
    return "TorSettings[" + control.map(HostPort::of).orElse("our own") + "]";
  }
}

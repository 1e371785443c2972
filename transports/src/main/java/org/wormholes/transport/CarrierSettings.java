package org.wormholes.transport;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.wormholes.transport.socket.CarrierOptions;

/// What the operator of a node says about its carriers.
///
/// @param folder where carriers may keep files between runs, each in a folder of its own name
/// @param options carrier name to its options by name, such as `tls` to `certificate` to a file
/// @param jars with carriers of others, which run with all the rights of this process
public record CarrierSettings(
    Optional<Path> folder, Map<String, Map<String, String>> options, List<Path> jars) {
  public static final CarrierSettings NONE = new CarrierSettings(Optional.empty(), Map.of());

  /// Stands in place of a carrier for DNS ports over TLS and HTTPS, whose options are those of the
  /// carrier `tls`.
  static final String NAMES = "dns";

  public CarrierSettings {
    Map<String, Map<String, String>> copy = new TreeMap<>();
    options.forEach((carrier, values) -> copy.put(carrier, Map.copyOf(values)));
    options = Map.copyOf(copy);
    jars = List.copyOf(jars);
  }

  /// Without carriers of others.
  public CarrierSettings(Optional<Path> folder, Map<String, Map<String, String>> options) {
    this(folder, options, List.of());
  }

  CarrierOptions of(String carrier) {
    return new CarrierOptions(
        folder.map(it -> it.resolve(carrier)), options.getOrDefault(carrier, Map.of()));
  }
}

package org.wormholes.rulesets.gem;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.wormholes.rules.codec.RuleSigner;

/// Writes a `.gem` file that RubyGems takes as its own. The same content gives the same bytes, and
/// so the same digest, whenever it is packed.
final class GemWriter {
  private GemWriter() {}

  /// @param signer who signs it; empty leaves it unsigned
  static byte[] write(
      GemMetadata metadata, Map<String, byte[]> files, Optional<RuleSigner> signer) {
    byte[] metadataPart = GemArchive.zipped(metadata.yaml());
    byte[] dataPart = GemArchive.zipped(GemArchive.tar(new TreeMap<>(files)));
    Map<String, byte[]> parts = new LinkedHashMap<>();
    parts.put("metadata.gz", metadataPart);
    parts.put("data.tar.gz", dataPart);
    parts.put("checksums.yaml.gz", GemArchive.zipped(sums(metadataPart, dataPart)));
    signer.ifPresent(by ->
        parts.put(
            GemSignature.FILE,
            GemSignature.sign(metadata.name(), metadata.version(), metadataPart, dataPart, by)));
    return GemArchive.tar(parts);
  }

  private static byte[] sums(byte[] metadataPart, byte[] dataPart) {
    return YamlWriter.write(
        Yaml.of(
            ordered(
                "SHA256",
                Yaml.of(
                    ordered(
                        "metadata.gz", Yaml.of(Digests.sha256(metadataPart)),
                        "data.tar.gz", Yaml.of(Digests.sha256(dataPart)))),
                "SHA512",
                Yaml.of(
                    ordered(
                        "metadata.gz", Yaml.of(Digests.sha512(metadataPart)),
                        "data.tar.gz", Yaml.of(Digests.sha512(dataPart)))))));
  }

  private static Map<String, Yaml> ordered(String a, Yaml first, String b, Yaml second) {
    Map<String, Yaml> fields = new LinkedHashMap<>();
    fields.put(a, first);
    fields.put(b, second);
    return fields;
  }
}

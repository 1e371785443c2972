package org.wormholes.rulesets.gem;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.wormholes.rules.codec.RuleSigner;
import org.wormholes.rules.codec.SignatureCheck;

/// The signature of a ruleset's gem: one more file in the archive, which RubyGems passes over.
///
/// Signed are the gem's name and version and the SHA-512 of its metadata and of its data, so a
/// signature fits one gem only and says nothing about how the archive around it is laid out.
final class GemSignature {
  static final String FILE = "wormholes.signature";
  static final int MAX_BYTES = 4_096;

  private static final String LABEL = "wormholes/gem/v1";
  private static final Pattern SIGNATURE = Pattern.compile("[0-9a-f]{128}");

  private GemSignature() {}

  static byte[] sign(
      GemName name, GemVersion version, byte[] metadata, byte[] data, RuleSigner by) {
    byte[] signature = by.sign(statement(name, version, metadata, data));
    Map<String, Yaml> fields = new LinkedHashMap<>();
    fields.put("wormholes_signature", Yaml.of("1"));
    fields.put("signer", Yaml.of(HexFormat.of().formatHex(by.publicKey())));
    fields.put("signature", Yaml.of(HexFormat.of().formatHex(signature)));
    return YamlWriter.write(Yaml.of(fields));
  }

  /// Who signed the gem.
  ///
  /// @throws GemRefusedException if the signature is malformed or does not fit
  static Signer check(
      byte[] file,
      GemName name,
      GemVersion version,
      byte[] metadata,
      byte[] data,
      SignatureCheck check)
      throws GemRefusedException {
    Yaml fields = YamlReader.read("the signature", file);
    String key = fields.at("signer").text("the signer");
    String signature = fields.at("signature").text("the signature");
    if (!fields.at("wormholes_signature").text().equals(java.util.Optional.of("1"))
        || !Signer.isValid(key)
        || !SIGNATURE.matcher(signature).matches()) {
      throw new GemRefusedException("the signature is not in a form that is known");
    }
    byte[] publicKey = HexFormat.of().parseHex(key);
    byte[] statement = statement(name, version, metadata, data);
    if (!check.isValid(publicKey, statement, HexFormat.of().parseHex(signature))) {
      throw new GemRefusedException("the signature is not that of the signer it names");
    }
    return new Signer(key);
  }

  private static byte[] statement(GemName name, GemVersion version, byte[] metadata, byte[] data) {
    return String.join(
            "\n",
            LABEL,
            name.gem(),
            version.text(),
            Digests.sha512(metadata),
            Digests.sha512(data),
            "")
        .getBytes(StandardCharsets.UTF_8);
  }
}

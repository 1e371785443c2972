package org.wormholes.rulesets.gem;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One installed gem, as the lock file knows it: what was looked at and agreed to.
///
/// @param digest the SHA-256 of the gem's file
/// @param rules the digest of what it compiled to
/// @param signer the key that signed it
/// @param consent whether it may run full Ruby, in this very version
/// @param permissions what it declares, which is at least what it does
/// @param uses the gems it builds on, by digest
public record LockedGem(
    GemName name,
    GemVersion version,
    String digest,
    String rules,
    Optional<Signer> signer,
    GemMetadata.Tier tier,
    boolean consent,
    Permissions permissions,
    List<Used> uses) {
  /// A gem that another builds on.
  public record Used(GemName name, GemVersion version, String digest) {}

  public LockedGem {
    uses = List.copyOf(uses);
  }

  Yaml yaml() {
    Map<String, Yaml> fields = new LinkedHashMap<>();
    fields.put("name", Yaml.of(name.text()));
    fields.put("version", Yaml.of(version.text()));
    fields.put("digest", Yaml.of("sha256-" + digest));
    fields.put("rules", Yaml.of(rules));
    signer.ifPresent(by -> fields.put("signer", Yaml.of(by.key())));
    fields.put("tier", Yaml.of(tier.word()));
    if (consent) {
      fields.put("consent", Yaml.of("full ruby"));
    }
    fields.put("permissions", permissions.yaml());
    if (!uses.isEmpty()) {
      fields.put("uses", new Yaml.Items(uses.stream().map(LockedGem::yaml).toList()));
    }
    return Yaml.of(fields);
  }

  private static Yaml yaml(Used used) {
    Map<String, Yaml> fields = new LinkedHashMap<>();
    fields.put("name", Yaml.of(used.name().text()));
    fields.put("version", Yaml.of(used.version().text()));
    fields.put("digest", Yaml.of("sha256-" + used.digest()));
    return Yaml.of(fields);
  }

  static LockedGem read(Yaml yaml) throws GemRefusedException {
    String signer = yaml.at("signer").text("a signer");
    if (!signer.isEmpty() && !Signer.isValid(signer)) {
      throw new GemRefusedException("the lock file has a signer that is no key");
    }
    List<Used> uses = new java.util.ArrayList<>();
    for (Yaml each : yaml.at("uses").items("`uses` in the lock file")) {
      uses.add(new Used(name(each), version(each), digest(each)));
    }
    return new LockedGem(
        name(yaml),
        version(yaml),
        digest(yaml),
        yaml.at("rules").text("`rules` in the lock file"),
        signer.isEmpty() ? Optional.empty() : Optional.of(new Signer(signer)),
        yaml.at("tier").text("`tier` in the lock file").equals("full")
            ? GemMetadata.Tier.FULL
            : GemMetadata.Tier.STATIC,
        !yaml.at("consent").isNothing(),
        Permissions.read("the lock file", yaml.at("permissions")),
        uses);
  }

  private static GemName name(Yaml yaml) throws GemRefusedException {
    String name = yaml.at("name").text("a name in the lock file");
    if (!GemName.isValid(name)) {
      throw new GemRefusedException("the lock file has no ruleset's name: " + Quote.brief(name));
    }
    return new GemName(name);
  }

  private static GemVersion version(Yaml yaml) throws GemRefusedException {
    return GemVersion.read("a version in the lock file", yaml.at("version").text("a version"));
  }

  private static String digest(Yaml yaml) throws GemRefusedException {
    String digest = yaml.at("digest").text("a digest in the lock file");
    if (!digest.matches("sha256-[0-9a-f]{64}")) {
      throw new GemRefusedException("the lock file has no digest: " + Quote.brief(digest));
    }
    return digest.substring("sha256-".length());
  }
}

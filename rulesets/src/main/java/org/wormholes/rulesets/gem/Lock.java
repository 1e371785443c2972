package org.wormholes.rulesets.gem;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What is installed and whose signature each name is bound to: the content of `lock.yaml`.
///
/// @param gems sorted by name and version
/// @param pins the signer that was first seen for each name; kept when a gem is removed
public record Lock(List<LockedGem> gems, Map<GemName, Signer> pins) {
  static final Lock EMPTY = new Lock(List.of(), Map.of());

  private static final String FORMAT = "1";

  public Lock {
    gems =
        gems.stream()
            .sorted(Comparator.comparing(LockedGem::name).thenComparing(LockedGem::version))
            .toList();
    pins = Collections.unmodifiableMap(new TreeMap<>(pins));
  }

  /// The newest installed version that is in the range.
  public Optional<LockedGem> newest(GemName name, VersionRange range) {
    return gems.stream()
        .filter(gem -> gem.name().equals(name) && range.takes(gem.version()))
        .reduce((earlier, later) -> later);
  }

  public Optional<LockedGem> newest(GemName name) {
    return newest(name, VersionRange.ANY);
  }

  Optional<LockedGem> find(GemName name, GemVersion version) {
    return gems.stream()
        .filter(gem -> gem.name().equals(name) && gem.version().equals(version))
        .findFirst();
  }

  /// Installed gems that build on this one.
  List<LockedGem> usersOf(LockedGem gem) {
    return gems.stream()
        .filter(each -> each.uses().stream().anyMatch(it -> it.digest().equals(gem.digest())))
        .toList();
  }

  /// Whether the key is bound to any name.
  boolean knows(Signer signer) {
    return pins.containsValue(signer);
  }

  Lock with(LockedGem gem) {
    List<LockedGem> more = new ArrayList<>(without(gem).gems());
    more.add(gem);
    Map<GemName, Signer> bound = new TreeMap<>(pins);
    gem.signer().ifPresent(signer -> bound.put(gem.name(), signer));
    return new Lock(more, bound);
  }

  Lock without(LockedGem gem) {
    return new Lock(
        gems.stream()
            .filter(
                each -> !each.name().equals(gem.name()) || !each.version().equals(gem.version()))
            .toList(),
        pins);
  }

  Lock withoutPin(GemName name) {
    Map<GemName, Signer> bound = new TreeMap<>(pins);
    bound.remove(name);
    return new Lock(gems, bound);
  }

  byte[] bytes() {
    Map<String, Yaml> fields = new LinkedHashMap<>();
    fields.put("wormholes_lock", Yaml.of(FORMAT));
    fields.put("gems", new Yaml.Items(gems.stream().map(LockedGem::yaml).toList()));
    Map<String, Yaml> signers = new LinkedHashMap<>();
    pins.forEach((name, signer) -> signers.put(name.text(), Yaml.of(signer.key())));
    fields.put("signers", Yaml.of(signers));
    return YamlWriter.write(Yaml.of(fields));
  }

  static Lock read(byte[] bytes) throws GemRefusedException {
    Yaml yaml = YamlReader.read("the lock file", bytes);
    String format = yaml.at("wormholes_lock").text("`wormholes_lock`");
    if (!format.equals(FORMAT)) {
      throw new GemRefusedException(
          "the lock file is of format `%s`; this version reads %s"
              .formatted(Quote.brief(format), FORMAT));
    }
    List<LockedGem> gems = new ArrayList<>();
    for (Yaml each : yaml.at("gems").items("`gems` in the lock file")) {
      gems.add(LockedGem.read(each));
    }
    Map<GemName, Signer> pins = new TreeMap<>();
    for (Map.Entry<String, Yaml> each :
        yaml.at("signers").fields("`signers` in the lock file").entrySet()) {
      String key = each.getValue().text("a signer");
      if (!GemName.isValid(each.getKey()) || !Signer.isValid(key)) {
        throw new GemRefusedException(
            "the lock file binds `%s` to no key".formatted(Quote.brief(each.getKey())));
      }
      pins.put(new GemName(each.getKey()), new Signer(key));
    }
    return new Lock(gems, pins);
  }
}

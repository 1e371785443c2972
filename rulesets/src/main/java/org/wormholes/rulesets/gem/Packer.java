package org.wormholes.rulesets.gem;

import java.util.Optional;
import org.wormholes.rules.codec.RuleSigner;
import org.wormholes.rules.codec.SignatureCheck;

/// Makes the gem of a project that passed its checks. Same project and key, same bytes.
public final class Packer {
  /// A packed gem: its bytes, and what reading them back gave.
  public record Packed(Content file, RulesetGem gem) {
    /// `wormholes-ruleset-NAME-VERSION.gem`.
    public String fileName() {
      return gem.metadata().fullName() + ".gem";
    }
  }

  private Packer() {}

  /// @param signer who signs it; empty leaves it unsigned
  /// @throws GemRefusedException if the report has a fault, or the gem would be refused by those
  ///   who install it
  public static Packed pack(
      Project project, ProjectReport report, Optional<RuleSigner> signer, SignatureCheck check)
      throws GemRefusedException {
    if (!report.passed()) {
      throw new GemRefusedException("the project has faults; nothing was packed");
    }
    byte[] bytes = GemWriter.write(project.metadata(), project.files(), signer);
    return new Packed(Content.of(bytes), new GemReader(check).read(bytes));
  }
}

package org.wormholes.rules.codec;

import java.util.Optional;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// What a rule file holds.
///
/// @param digest the ruleset's name: `wr1-` and the SHA-256 of its canonical bytes in hexadecimal
/// @param signer the Ed25519 public key, in hexadecimal, whose signature was checked
public record RuleFile(
    Ruleset ruleset, SourceMap sources, String digest, Optional<String> signer) {}

package org.wormholes.rules.codec;

import com.esotericsoftware.kryo.Kryo;
import java.util.HexFormat;
import java.util.Optional;
import org.wormholes.rules.Ruleset;
import org.wormholes.rules.SourceMap;

/// Rule files (`.wh`) to and from bytes, as in spec/protocol/rules.md.
///
/// A file is an envelope around the canonical bytes of a ruleset and, apart from them, its source
/// positions. The same ruleset gives the same bytes on every machine, and only those bytes are read
/// back. Reading never fails but with [RuleFormatException], and allocates at most 64 KiB and four
/// times the file (and what checking a signature takes). Thread-safe.
public final class RuleCodec {
  /// How every file begins.
  public static final String MAGIC = "WORMRULE";

  /// The longest file, in bytes.
  public static final int MAX_FILE = 64 << 20;

  private static final int MAX_DEPTH = 80; // of expressions 64, and of what stands around them
  private static final SignatureCheck ED25519 = new JdkEd25519();
  private static final Kryo KRYO = kryo(); // costly to make, and not thread-safe: locked in use

  private RuleCodec() {}

  private static Kryo kryo() {
    Kryo kryo = new Kryo();
    kryo.setRegistrationRequired(true);
    kryo.setReferences(false);
    kryo.setMaxDepth(MAX_DEPTH);
    ExprNodes.registerAll(kryo);
    RuleNodes.registerAll(kryo);
    return kryo;
  }

  /// The file, without a signature.
  public static byte[] encode(Ruleset ruleset, SourceMap sources) {
    return Envelope.wrap(Formats.of(ruleset), canonicalBytes(ruleset), sourceBytes(sources), null);
  }

  /// The file, signed.
  public static byte[] encode(Ruleset ruleset, SourceMap sources, RuleSigner signer) {
    return Envelope.wrap(
        Formats.of(ruleset), canonicalBytes(ruleset), sourceBytes(sources), signer);
  }

  /// The canonical bytes of the ruleset, without an envelope.
  public static byte[] canonicalBytes(Ruleset ruleset) {
    synchronized (KRYO) {
      RuleOutput out = new RuleOutput(KRYO);
      out.node(ruleset);
      return out.toBytes();
    }
  }

  private static byte[] sourceBytes(SourceMap sources) {
    synchronized (KRYO) {
      RuleOutput out = new RuleOutput(KRYO);
      SourceNodes.write(out, sources);
      return out.toBytes();
    }
  }

  /// The ruleset's name: `wr1-` and the SHA-256 of its canonical bytes in hexadecimal.
  public static String digest(Ruleset ruleset) {
    byte[] body = canonicalBytes(ruleset);
    return digest(Envelope.sha256(body, 0, body.length));
  }

  private static String digest(byte[] hash) {
    return "wr1-" + HexFormat.of().formatHex(hash);
  }

  /// What the file holds; a signature, where there is one, is checked with the JDK's Ed25519.
  public static RuleFile decode(byte[] file) throws RuleFormatException {
    return decode(file, ED25519);
  }

  /// What the file holds; a signature, where there is one, is checked with `check`.
  public static RuleFile decode(byte[] file, SignatureCheck check) throws RuleFormatException {
    return decode(file, Envelope.open(file, check));
  }

  /// What a file holds that [#decode] or [#encode] has seen before, and of which the caller knows
  /// that it is unaltered: neither its hashes nor a signature are checked, which in a process that
  /// has just begun takes longer than reading the rules. Wrong bytes are refused all the same; only
  /// the digest is believed.
  public static RuleFile decodeKept(byte[] file) throws RuleFormatException {
    return decode(file, Envelope.read(file));
  }

  private static RuleFile decode(byte[] file, Envelope envelope) throws RuleFormatException {
    int bodyStart = envelope.bodyStart();
    int sourcesStart = bodyStart + envelope.bodyLength();
    try {
      synchronized (KRYO) {
        RuleInput body = new RuleInput(KRYO, file, bodyStart, envelope.bodyLength());
        Ruleset ruleset = body.node(Ruleset.class);
        checkRead(body);
        if (body.format() != envelope.format()) {
          throw new RuleFormatException(
              "the rule file says it has format %d, but holds format %d"
                  .formatted(envelope.format(), body.format()));
        }
        RuleInput rest = new RuleInput(KRYO, file, sourcesStart, envelope.sourcesLength());
        SourceMap sources = SourceNodes.read(rest);
        checkRead(rest);
        String digest = digest(Envelope.bodyHash(file));
        return new RuleFile(ruleset, sources, digest, Optional.ofNullable(envelope.signer()));
      }
    } catch (RuntimeException e) {
      // Kryo, and the constructors of records, say what is wrong in many classes of exceptions.
      throw new RuleFormatException("the rule file holds no rules: " + e.getMessage(), e);
    }
  }

  private static void checkRead(RuleInput in) throws RuleFormatException {
    if (in.left() != 0) {
      throw new RuleFormatException("the rule file has %d bytes left over".formatted(in.left()));
    }
  }
}

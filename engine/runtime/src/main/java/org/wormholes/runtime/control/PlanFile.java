package org.wormholes.runtime.control;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.wormholes.rules.codec.RuleCodec;
import org.wormholes.rules.codec.RuleFile;
import org.wormholes.rules.codec.RuleFormatException;
import org.wormholes.runtime.json.Json;
import org.wormholes.runtime.json.JsonException;

/// A plan that was saved to be applied later: the compiled rules themselves, and what ran when it
/// was made. The script may change meanwhile, the plan does not.
///
/// Its first line says what must follow, so that a torn or edited file is noticed; the rest is JSON:
///
///     wormholes-plan 1 LENGTH SHA256-IN-HEX
///
/// The hash finds damage, not malice: a plan has no more rights than the ruleset in it.
public final class PlanFile {
  /// Longest file.
  public static final int MAX_BYTES = 96 << 20;

  /// What `running` is where nothing ran.
  public static final String NOTHING = "none";

  /// How every such file begins.
  public static final String MAGIC = "wormholes-plan ";

  private static final String VERSION = "1 ";
  private static final int MAX_HEADER_BYTES = 128;

  private final String running;
  private final Instant made;
  private final String source;
  private final byte[] envelope;
  private final RuleFile rules;

  private PlanFile(String running, Instant made, String source, byte[] envelope, RuleFile rules) {
    this.running = running;
    this.made = made;
    this.source = source;
    this.envelope = envelope;
    this.rules = rules;
  }

  /// The JSON after the first line.
  record Body(String running, String candidate, Instant made, String source, String ruleset) {}

  /// A plan to be saved.
  ///
  /// @param running digest of what runs, or [#NOTHING]
  /// @param source the file the rules came from
  /// @param envelope the compiled rules
  /// @throws RuleFormatException if the envelope is none
  public static PlanFile of(String running, Instant made, String source, byte[] envelope)
      throws RuleFormatException {
    return new PlanFile(running, made, source, envelope.clone(), RuleCodec.decode(envelope));
  }

  /// Digest of what ran when it was made, or [#NOTHING].
  public String running() {
    return running;
  }

  public Instant made() {
    return made;
  }

  /// The file the rules came from.
  public String source() {
    return source;
  }

  public RuleFile rules() {
    return rules;
  }

  public byte[] envelope() {
    return envelope.clone();
  }

  /// Whether bytes begin as a plan does, of whatever version.
  public static boolean isPlan(byte[] bytes) {
    byte[] magic = MAGIC.getBytes(StandardCharsets.US_ASCII);
    return bytes.length >= magic.length
        && Arrays.equals(magic, 0, magic.length, bytes, 0, magic.length);
  }

  public byte[] encode() {
    byte[] body =
        Json.compact(
                new Body(
                    running,
                    RuleCodec.digest(rules.ruleset()),
                    made,
                    source,
                    Base64.getEncoder().encodeToString(envelope)))
            .getBytes(StandardCharsets.UTF_8);
    byte[] header = header(body);
    byte[] all = Arrays.copyOf(header, header.length + body.length);
    System.arraycopy(body, 0, all, header.length, body.length);
    return all;
  }

  /// Reads a saved plan.
  ///
  /// @throws PlanFormatException if it is none, is damaged, or is of a version not known here
  public static PlanFile decode(byte[] bytes) throws PlanFormatException {
    if (bytes.length > MAX_BYTES) {
      throw new PlanFormatException("longer than " + MAX_BYTES + " bytes");
    }
    if (!isPlan(bytes)) {
      throw new PlanFormatException("it does not begin as a plan does");
    }
    int newline = newline(bytes);
    String version =
        new String(bytes, MAGIC.length(), VERSION.length(), StandardCharsets.ISO_8859_1);
    if (!version.equals(VERSION)) {
      throw new PlanFormatException("its version is not known; this program knows version 1");
    }
    byte[] body = Arrays.copyOfRange(bytes, newline + 1, bytes.length);
    if (!Arrays.equals(header(body), Arrays.copyOf(bytes, newline + 1))) {
      throw new PlanFormatException("it is damaged: length or hash differs");
    }
    return read(body);
  }

  private static int newline(byte[] bytes) throws PlanFormatException {
    for (int i = MAGIC.length() + VERSION.length();
        i < Math.min(bytes.length, MAX_HEADER_BYTES);
        i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    throw new PlanFormatException("it has no first line");
  }

  private static PlanFile read(byte[] body) throws PlanFormatException {
    try {
      Body read = Json.read(Body.class, new String(body, StandardCharsets.UTF_8));
      byte[] envelope = Base64.getDecoder().decode(read.ruleset());
      RuleFile rules = RuleCodec.decode(envelope);
      if (!RuleCodec.digest(rules.ruleset()).equals(read.candidate())) {
        throw new PlanFormatException("the rules in it are not those it names");
      }
      return new PlanFile(read.running(), read.made(), read.source(), envelope, rules);
    } catch (JsonException | RuleFormatException | IllegalArgumentException e) {
      throw new PlanFormatException("it is not understood: " + e.getMessage());
    }
  }

  private static byte[] header(byte[] body) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(body);
      return (MAGIC + VERSION + body.length + " " + HexFormat.of().formatHex(hash) + "\n")
          .getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

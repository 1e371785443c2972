package org.wormholes.rules.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// What stands around the bytes of rules, and is checked before any of them is read.
///
/// rules.md 1: magic, format, flags, lengths, the SHA-256 of body and sources, and where flag 0 is
/// set a public key and its signature over all that stands before it.
///
/// @param format one of those that are read
/// @param signer the public key in hexadecimal, null where there is no signature
/// @param bodyStart where the body begins; the sources follow it to the end of the file
record Envelope(
    int format, int bodyStart, int bodyLength, int sourcesLength, @Nullable String signer) {
  static final int HEADER = 88;
  static final int KEY = 32;
  static final int SIGNATURE = 64;

  private static final byte[] MAGIC = RuleCodec.MAGIC.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LABEL =
      "wormholes/rules/signature/v1\n".getBytes(StandardCharsets.US_ASCII);
  private static final int SIGNED = 1;
  private static final int BODY_HASH = 24;
  private static final int SOURCES_HASH = 56;

  static byte[] wrap(int format, byte[] body, byte[] sources, @Nullable RuleSigner signer) {
    int bodyStart = signer == null ? HEADER : HEADER + KEY + SIGNATURE;
    byte[] file = new byte[bodyStart + body.length + sources.length];
    ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).putShort((short) format).putShort((short) (signer == null ? 0 : SIGNED));
    header.putInt(body.length).putInt(sources.length).putInt(0);
    header.put(sha256(body, 0, body.length)).put(sha256(sources, 0, sources.length));
    if (signer != null) {
      header.put(checked(signer.publicKey(), KEY));
      header.put(checked(signer.sign(signedMessage(file)), SIGNATURE));
    }
    header.put(body).put(sources);
    return file;
  }

  private static byte[] checked(byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(
          "a signer must give %d bytes, gave %d".formatted(length, bytes.length));
    }
    return bytes;
  }

  /// Reads and checks all of it.
  static Envelope open(byte[] file, SignatureCheck check) throws RuleFormatException {
    Envelope envelope = read(file);
    int sourcesStart = envelope.bodyStart + envelope.bodyLength;
    checkHash(file, BODY_HASH, envelope.bodyStart, envelope.bodyLength);
    checkHash(file, SOURCES_HASH, sourcesStart, envelope.sourcesLength);
    if (envelope.signer != null) {
      checkSignature(file, check);
    }
    return envelope;
  }

  /// Reads it and checks what it says of itself, but neither hashes nor signature.
  static Envelope read(byte[] file) throws RuleFormatException {
    if (file.length < HEADER || !Arrays.equals(file, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new RuleFormatException("this is not a rule file");
    }
    ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int format = header.getShort(8) & 0xffff;
    if (format < Formats.FIRST || format > Formats.NEWEST) {
      throw new RuleFormatException(
          "the rule file has format %d, this engine reads %d to %d: compile it again from its script"
              .formatted(format, Formats.FIRST, Formats.NEWEST));
    }
    int flags = header.getShort(10) & 0xffff;
    if ((flags & ~SIGNED) != 0 || header.getInt(20) != 0) {
      throw new RuleFormatException("the rule file has unknown flags");
    }
    boolean signed = flags == SIGNED;
    int bodyStart = signed ? HEADER + KEY + SIGNATURE : HEADER;
    long bodyLength = header.getInt(12) & 0xffff_ffffL;
    long sourcesLength = header.getInt(16) & 0xffff_ffffL;
    if (file.length > RuleCodec.MAX_FILE || bodyStart + bodyLength + sourcesLength != file.length) {
      throw new RuleFormatException(
          "the rule file has %d bytes, not as many as it says".formatted(file.length));
    }
    String signer = signed ? HexFormat.of().formatHex(file, HEADER, HEADER + KEY) : null;
    return new Envelope(format, bodyStart, (int) bodyLength, (int) sourcesLength, signer);
  }

  private static void checkHash(byte[] file, int hash, int from, int length)
      throws RuleFormatException {
    byte[] actual = sha256(file, from, length);
    if (!MessageDigest.isEqual(actual, Arrays.copyOfRange(file, hash, hash + actual.length))) {
      throw new RuleFormatException("the rule file is damaged: its checksum does not fit");
    }
  }

  private static void checkSignature(byte[] file, SignatureCheck check) throws RuleFormatException {
    byte[] key = Arrays.copyOfRange(file, HEADER, HEADER + KEY);
    byte[] signature = Arrays.copyOfRange(file, HEADER + KEY, HEADER + KEY + SIGNATURE);
    if (!check.isValid(key, signedMessage(file), signature)) {
      throw new RuleFormatException("the signature of the rule file is not its signer's");
    }
  }

  /// The SHA-256 of the body, as the header has it.
  static byte[] bodyHash(byte[] file) {
    return Arrays.copyOfRange(file, BODY_HASH, SOURCES_HASH);
  }

  private static byte[] signedMessage(byte[] file) {
    byte[] message = Arrays.copyOf(LABEL, LABEL.length + HEADER + KEY);
    System.arraycopy(file, 0, message, LABEL.length, HEADER + KEY);
    return message;
  }

  static byte[] sha256(byte[] bytes, int from, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, from, length);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}

package org.wormholes.transport.names;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.wormholes.protocol.circuit.NameQuestion;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.GenericEDNSOption;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;

/// One question that a server is asked: its bytes, and which responses answer it.
public final class Lookup {
  /// What fits any path without fragments, and so what servers may send in one datagram (RFC 9715).
  public static final int DATAGRAM = 1232;

  private static final int PADDED = 128;

  private final int id;
  private final Record question;
  private final boolean signed;

  private Lookup(int id, Record question, boolean signed) {
    this.id = id;
    this.question = question;
    this.signed = signed;
  }

  /// @param id 16 bits that nobody can guess
  public static Lookup of(NameQuestion question, int id) {
    Record record = Record.newRecord(name(question.name()), question.type(), DClass.IN);
    return new Lookup(id & 0xffff, record, question.signed());
  }

  static Name name(String text) {
    try {
      return text.isEmpty() ? Name.root : Name.fromString(text + ".");
    } catch (TextParseException e) {
      throw new IllegalArgumentException("not a name that DNS can hold", e);
    }
  }

  /// The question as a message, in an array of its own.
  public byte[] toBytes() {
    return toBytes(List.of());
  }

  /// The same, padded to whole blocks of 128 bytes (RFC 8467 section 4.1).
  public byte[] toPaddedBytes() {
    int bare = toBytes(List.of(padding(0))).length;
    return toBytes(List.of(padding((PADDED - bare % PADDED) % PADDED)));
  }

  private static EDNSOption padding(int bytes) {
    return new GenericEDNSOption(EDNSOption.Code.PADDING, new byte[bytes]);
  }

  private byte[] toBytes(List<EDNSOption> options) {
    Message message = new Message(id);
    message.getHeader().setOpcode(Opcode.QUERY);
    message.getHeader().setFlag(Flags.RD);
    message.addRecord(question, Section.QUESTION);
    message.addRecord(
        new OPTRecord(DATAGRAM, 0, 0, signed ? ExtendedFlags.DO : 0, options), Section.ADDITIONAL);
    if (signed) {
      // Whoever wants signatures checks them.
      message.getHeader().setFlag(Flags.CD);
    }
    return message.toWire();
  }

  /// Reads a response; empty for one that does not answer this question (RFC 5452 section 9.1) or
  /// is no message.
  public Optional<Found> read(byte[] response) {
    Optional<Message> message = parse(response);
    return message
        .filter(it -> it.getHeader().getID() == id)
        .filter(it -> it.getHeader().getFlag(Flags.QR))
        .filter(it -> it.getHeader().getOpcode() == Opcode.QUERY)
        .filter(it -> it.getSection(Section.QUESTION).size() == 1)
        .filter(it -> question.equals(it.getQuestion()))
        .map(it -> new Found(question, it));
  }

  static Optional<Message> parse(byte[] bytes) {
    try {
      return Optional.of(new Message(bytes));
    } catch (IOException | RuntimeException malformed) {
      // The library says what is wrong with bytes of strangers in many classes of exceptions.
      return Optional.empty();
    }
  }

  /// A time to live in seconds, as a number of 31 bits (RFC 2181 section 8).
  static Duration timeToLive(long seconds) {
    return Duration.ofSeconds(seconds < 0 || seconds > Integer.MAX_VALUE ? 0 : seconds);
  }
}
